# result: true
import os
def f(x):
    return os.system("true") != 0
