# kind: disk
# error: PermissionError
# error: AttributeError
# error: OSError
import os
def f(x):
    n = os.memfd_create("hidden")
    os.ftruncate(n, 1 << 30)
    return "got it"
