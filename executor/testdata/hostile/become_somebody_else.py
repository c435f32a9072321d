# result: [1, 1, 1, 1]
import os
def f(x):
    found = []
    for act in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]),
                lambda: os.setresuid(1, 1, 1)):
        try:
            act()
            found.append("done")
        except PermissionError as error:
            found.append(error.errno)
    return found
