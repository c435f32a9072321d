# error: OSError
# error: PermissionError
import os
def f(x):
    # In the scratch folder it could be written.
    os.link(x["given"], "copy")
    open("copy", "w").write("evil")
