# kind: disk
# error: OSError
import os
def f(x):
    # Names as long as they may be, in folders as deep as they may be.
    while True:
        for n in range(200):
            os.mkdir("\xe9" * 100 + "%d" % n)
        os.chdir("\xe9" * 100 + "0")
