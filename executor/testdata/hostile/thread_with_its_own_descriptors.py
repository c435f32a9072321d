# result: [-1, -1, -1]
import ctypes, platform
def f(x):
    # A thread whose files are not those of the process; one with a namespace of its own; one that
    # shares nothing.
    clone = 56 if platform.machine() == "x86_64" else 220
    call = ctypes.CDLL(None).syscall
    return [call(clone, flags, 0, 0, 0, 0) for flags in (0x10900 | 0x200, 0x10d00 | 0x40000000, 0x10000)]
