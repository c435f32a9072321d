# error: Permission denied
import os
def f(x):
    os.symlink(x["folder"], "folder")
    open("folder/evil", "w").close()
