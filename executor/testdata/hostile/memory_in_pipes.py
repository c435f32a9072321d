# error: PermissionError
import fcntl, os
def f(x):
    kept = []
    while True:
        a, b = os.pipe()
        fcntl.fcntl(b, 1031, 1 << 20)
        os.set_blocking(b, False)
        os.write(b, bytes(1 << 20))
        kept.append((a, b))
