# error: Permission denied
def f(x):
    return open("/proc/%d/environ" % x["host"], "rb").read().decode()
