# result: [-1, -1]
import ctypes
def f(x):
    libc = ctypes.CDLL(None)
    # No death signal; not dumpable, so that nobody may look.
    return [libc.prctl(1, 0, 0, 0, 0), libc.prctl(4, 0, 0, 0, 0)]
