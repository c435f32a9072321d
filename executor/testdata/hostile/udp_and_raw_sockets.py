# result: [1, 1, 1, 1]
import socket
def f(x):
    found = []
    for family, kind in ((socket.AF_INET, socket.SOCK_DGRAM), (socket.AF_INET6, socket.SOCK_STREAM),
                         (socket.AF_INET, socket.SOCK_RAW), (socket.AF_NETLINK, socket.SOCK_RAW)):
        try:
            socket.socket(family, kind)
            found.append("open")
        except OSError as error:
            found.append(error.errno)
    return found
