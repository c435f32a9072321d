# kind: died
import os
def f(x):
    os.closerange(0, 256)
    return 1
