# error: Permission denied
def f(x):
    return open("/proc/%d/mem" % x["host"], "r+b").read(1)
