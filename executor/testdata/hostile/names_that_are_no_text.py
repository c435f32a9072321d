# result: 3
import os
def f(x):
    for name in (b"\xff\xfe", b"new\nline", b" "):
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT))
    os.mkdir("shut")
    os.mkdir("shut/inside")
    os.chmod("shut", 0)
    return 3
