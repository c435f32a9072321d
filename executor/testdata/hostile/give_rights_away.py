# error: PermissionError
import os
def f(x):
    open("mine", "w").close()
    os.chown("mine", 0, 0)
