# result: [-1, -1, -1, -1, -1]
import ctypes
def f(x):
    libc = ctypes.CDLL(None)
    return [libc.mount(b"none", b".", b"tmpfs", 0, None), libc.unshare(0x10000000),
            libc.unshare(0x00020000), libc.chroot(b"."), libc.setns(0, 0)]
