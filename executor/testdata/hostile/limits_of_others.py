# result: [-1, -1, 0]
import ctypes
def f(x):
    libc = ctypes.CDLL(None)
    old = ctypes.create_string_buffer(16)
    return [libc.prlimit64(x[name], 7, None, old) for name in ("host", "sibling")] + [
        libc.prlimit64(0, 7, None, old)]
