# error: Permission denied
import os
def f(x):
    os.symlink(x["secret"], "link")
    return open("link").read()
