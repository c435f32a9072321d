# result: [1, 1, true]
import os
def f(x):
    found = []
    for process in (x["sibling"], x["host"]):
        try:
            found.append(os.sched_setaffinity(process, {0}))
        except PermissionError as error:
            found.append(error.errno)
    os.sched_setaffinity(0, os.sched_getaffinity(0))
    return found + [True]
