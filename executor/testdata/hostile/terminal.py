# result: [13, 1]
import fcntl, os
def f(x):
    found = []
    for act in (lambda: os.open("/dev/tty", os.O_RDWR), lambda: fcntl.ioctl(0, 0x5412, b"i")):
        try:
            found.append(act())
        except OSError as error:
            found.append(error.errno if error.errno in (13,) else 1)
    return found
