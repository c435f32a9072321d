# error: PermissionError
# error: OSError
import os
def f(x):
    open("mine", "w").close()
    os.rename("mine", x["folder"] + "/evil")
