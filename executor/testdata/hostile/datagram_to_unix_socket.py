# error: OSError
# error: PermissionError
import socket
def f(x):
    a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    return a.sendto(b"hello", x["socket"])
