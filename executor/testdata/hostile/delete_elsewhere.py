# error: Permission denied
import os
def f(x):
    os.unlink(x["secret"])
