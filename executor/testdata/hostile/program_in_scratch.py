# error: PermissionError
import os
def f(x):
    with open("program", "w") as out:
        out.write("#!/bin/sh\nid\n")
    os.chmod("program", 0o700)
    os.execv("./program", ["program"])
