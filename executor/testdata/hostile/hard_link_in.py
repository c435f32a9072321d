# error: PermissionError
# error: OSError
import os
def f(x):
    os.link(x["secret"], "copy")
    return open("copy").read()
