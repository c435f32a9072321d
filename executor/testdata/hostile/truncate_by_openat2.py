# result: -1
import ctypes, os, struct
def f(x):
    how = ctypes.create_string_buffer(struct.pack("=QQQ", os.O_RDONLY | os.O_TRUNC, 0, 0), 24)
    return ctypes.CDLL(None).syscall(437, -100, x["given"].encode(), how, 24)
