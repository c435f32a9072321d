# result: [95, 95, 95]
import os
def f(x):
    found = []
    for act in (lambda: os.listxattr(x["secret"]), lambda: os.getxattr(x["given"], "user.a"),
                lambda: os.setxattr(x["given"], "user.a", b"evil")):
        try:
            found.append(act())
        except OSError as error:
            found.append(error.errno)
    return found
