# result: [true, true, true]
import os
def f(x):
    # Answered as if it were done, and nothing is: by name, by descriptor, beside a folder's.
    same = []
    for path in (x["secret"], x["given"], os.__file__):
        before = os.stat(path)
        folder, name = os.path.split(path)
        for act in (lambda: os.chmod(path, before.st_mode ^ 1), lambda: os.utime(path, (1, 1)),
                    lambda: os.chmod(os.open(path, os.O_RDONLY), before.st_mode ^ 1),
                    lambda: os.utime(os.open(path, os.O_RDONLY), (1, 1)),
                    lambda: os.chmod(name, before.st_mode ^ 1, dir_fd=os.open(folder, os.O_PATH))):
            try:
                act()
            except OSError:
                pass
        after = os.stat(path)
        same.append((before.st_mode, before.st_mtime_ns) == (after.st_mode, after.st_mtime_ns))
    return same
