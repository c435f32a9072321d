# result: [-1, -1, -1, -1, -1, -1, -1, -1]
import ctypes
def f(x):
    call = ctypes.CDLL(None).syscall
    # io_uring_setup, pidfd_getfd, open_tree, fsopen, landlock_create_ruleset, and, of x86-64, bpf,
    # userfaultfd, keyctl (elsewhere harmless numbers with wrong arguments, or none at all).
    data = ctypes.create_string_buffer(256)
    return [call(425, 8, data), call(438, 3, 0, 0), call(428, -100, b"/", 0), call(430, b"tmpfs", 0),
            call(444, data, 8, 0), call(321, 0, data, 120), call(323, 0), call(250, 0, -3, 1)]
