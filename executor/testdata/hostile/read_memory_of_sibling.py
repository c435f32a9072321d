# result: -1
import ctypes
def f(x):
    libc = ctypes.CDLL(None)
    data = ctypes.create_string_buffer(8)
    local = (ctypes.c_size_t * 2)(ctypes.addressof(data), 8)
    remote = (ctypes.c_size_t * 2)(0x400000, 8)
    return libc.process_vm_readv(x["sibling"], local, 1, remote, 1, 0)
