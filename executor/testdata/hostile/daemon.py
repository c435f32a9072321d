# error: PermissionError
import os
def f(x):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                pass
    return "daemon started"
