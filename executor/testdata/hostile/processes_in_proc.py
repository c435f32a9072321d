# result: []
import os
def f(x):
    found = []
    for process in ("self", "thread-self", str(os.getpid()), str(x["host"]), str(x["sibling"])):
        names = ["mem", "maps", "environ", "cmdline", "fd", "oom_score_adj", "comm", "attr/current",
                 "task", "uid_map", "root", "cwd/.."]
        # Its own namespace it can open, and do nothing with that.
        if process in (str(x["host"]), str(x["sibling"])):
            names.append("ns/net")
        for name in names:
            for mode in (os.O_RDONLY, os.O_RDWR):
                path = "/proc/%s/%s" % (process, name)
                try:
                    os.open(path, mode)
                    found.append(path)
                except OSError:
                    pass
    for process in (x["host"], x["sibling"]):
        for name in ("exe", "cwd", "root", "fd/0"):
            try:
                found.append(os.readlink("/proc/%d/%s" % (process, name)))
            except OSError:
                pass
    return found
