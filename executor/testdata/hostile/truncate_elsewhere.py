# result: []
import os
def f(x):
    found = []
    for path in (x["secret"], x["given"]):
        for name, act in (("truncate", lambda: os.truncate(path, 0)),
                          ("read", lambda: os.open(path, os.O_RDONLY | os.O_TRUNC)),
                          ("write", lambda: os.open(path, os.O_WRONLY | os.O_TRUNC)),
                          # Neither to read nor to write: for control calls only.
                          ("neither", lambda: os.open(path, 3 | os.O_TRUNC)),
                          ("create", lambda: os.open(path, os.O_CREAT | os.O_WRONLY))):
            try:
                act()
                found.append(name)
            except PermissionError:
                pass
    return found
