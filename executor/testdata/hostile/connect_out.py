# error: PermissionError
import socket
def f(x):
    return socket.create_connection(("192.0.2.1", 80), 5).fileno()
