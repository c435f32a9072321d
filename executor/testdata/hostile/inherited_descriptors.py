# result: []
import os, stat
def f(x):
    # Pipes to the worker are all that there may be besides /dev/null.
    found = []
    for number in range(256):
        try:
            mode = os.fstat(number).st_mode
        except OSError:
            continue
        if not stat.S_ISFIFO(mode) and not stat.S_ISCHR(mode):
            found.append([number, oct(mode)])
    return found
