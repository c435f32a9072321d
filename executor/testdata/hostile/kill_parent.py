# error: PermissionError
import os
def f(x):
    os.kill(x["host"], 9)
