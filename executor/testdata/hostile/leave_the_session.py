# error: PermissionError
import os
def f(x):
    os.setsid()
