# kind: died
import ctypes, mmap, os, platform
def f(x):
    # int 0x80 with the number of getpid there, which is writev here (x86-64).
    if platform.machine() != "x86_64":
        os.abort()
    page = mmap.mmap(-1, 4096, prot=7)
    start = ctypes.addressof(ctypes.c_char.from_buffer(page))
    page[:8] = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"
    return ctypes.CFUNCTYPE(ctypes.c_long)(start)()
