# kind: disk
import mmap, os, time
def f(x):
    # Neither in a folder nor open: one page of each is mapped.
    kept = []
    for n in range(8):
        number = os.open("file", os.O_RDWR | os.O_CREAT)
        os.unlink("file")
        os.write(number, bytes(12 << 20))
        kept.append(page(number))
        os.close(number)
    time.sleep(60)
def page(number):
    import ctypes
    libc = ctypes.CDLL(None)
    libc.mmap.restype = ctypes.c_void_p
    return libc.mmap(None, ctypes.c_size_t(4096), 3, 1, number, ctypes.c_long(0))
