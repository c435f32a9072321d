# error: PermissionError
import socketserver
def f(x):
    return socketserver.TCPServer(("127.0.0.1", 0), None).server_address
