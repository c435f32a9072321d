# result: []
import os
def f(x):
    found = []
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/root", "/home", "/run", "..", x["folder"]):
        try:
            open(os.path.join(folder, "evil"), "w").close()
            found.append(folder)
        except OSError:
            pass
    return found
