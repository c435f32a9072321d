# error: PermissionError
import os
def f(x):
    os.execv("/bin/sh", ["sh", "-c", "id"])
