# error: gaierror
# error: PermissionError
# error: OSError
import socket
def f(x):
    return socket.getaddrinfo("example.org", 80)
