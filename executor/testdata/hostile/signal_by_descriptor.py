# result: [1, 1, 1, 1, 1]
import ctypes, errno, fcntl, os, socket, struct
def f(x):
    # The kernel sends a signal, of any number, to whoever is said to own a descriptor.
    found = []
    a, b = socket.socketpair()
    ends = os.pipe()
    owner = struct.pack("=ii", 1, x["host"])
    for act in (lambda: fcntl.fcntl(a, 10, 9), lambda: fcntl.fcntl(a, 8, x["host"]),
                lambda: fcntl.fcntl(ends[0], 15, owner), lambda: fcntl.fcntl(ends[0], 10, 9)):
        try:
            found.append(act())
        except PermissionError as error:
            found.append(error.errno)
    try:
        fcntl.ioctl(a, 0x8901, struct.pack("=i", x["host"]))
        found.append("ioctl")
    except OSError:
        found.append(1)
    for end in (a, ends[0]):
        fcntl.fcntl(end, fcntl.F_SETFL, fcntl.fcntl(end, fcntl.F_GETFL) | 0o20000)
    b.send(b"boo")
    os.write(ends[1], b"boo")
    return found
