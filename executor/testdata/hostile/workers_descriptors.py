# error: Permission denied
import os
def f(x):
    return os.listdir("/proc/%d/fd" % x["host"])
