# result: [-1, -1, -1, -1]
import ctypes
def f(x):
    # The other numbers of x86-64: fork, socket, execve, ptrace.
    call = ctypes.CDLL(None).syscall
    call.restype = ctypes.c_long
    return [call(ctypes.c_long(0x40000000 + number), 2, 1, 0, 0) for number in (57, 41, 520, 521)]
