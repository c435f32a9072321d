# error: Permission denied: '/'
import os
def f(x):
    return os.listdir("/")
