# error: Permission denied
import os
def f(x):
    os.chdir("/")
    return open("etc/passwd").read()
