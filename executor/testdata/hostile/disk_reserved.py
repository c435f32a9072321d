# kind: disk
# error: File too large
# error: Operation not
import os
def f(x):
    n = 0
    while True:
        n += 1
        a = os.open("file%d" % n, os.O_WRONLY | os.O_CREAT)
        os.posix_fallocate(a, 0, 8 << 20)
        os.close(a)
