# error: PermissionError
import os
def f(x):
    os.kill(x["sibling"], 9)
