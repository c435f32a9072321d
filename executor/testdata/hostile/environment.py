# result: [0, 0]
import ctypes, os
def f(x):
    # The C library's own idea of it, too.
    first = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
    count = 0
    while first and first[count]:
        count += 1
    return [len(os.environ), count]
