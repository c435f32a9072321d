# error: PermissionError
import socket
def f(x):
    s = socket.socket(socket.AF_UNIX)
    s.connect(x["socket"])
    return "connected"
