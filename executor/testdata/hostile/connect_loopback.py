# error: PermissionError
import socket
def f(x):
    return socket.create_connection(("127.0.0.1", x["port"])).fileno()
