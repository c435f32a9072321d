# result: [-1, -1, -1]
import ctypes
def f(x):
    libc = ctypes.CDLL(None)
    # fork; clone as fork does it (x86-64: 56, arm64: 220); clone3.
    import platform
    clone = 56 if platform.machine() == "x86_64" else 220
    return [libc.fork(), libc.syscall(clone, 17, 0, 0, 0, 0), libc.syscall(435, 0, 0)]
