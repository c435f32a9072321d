# result: [1, 1]
import fcntl, os
def f(x):
    # Whoever opens the file to write it would have to wait; whoever uses the folder is watched.
    found = []
    for command, path in ((1024, x["given"]), (1026, os.path.dirname(os.__file__))):
        try:
            found.append(fcntl.fcntl(os.open(path, os.O_RDONLY), command, 0))
        except PermissionError as error:
            found.append(error.errno)
    return found
