# result: 1000
# kind: disk
import os
def f(x):
    for n in range(1000):
        os.mkdir("d" * 100)
        os.chdir("d" * 100)
    return 1000
