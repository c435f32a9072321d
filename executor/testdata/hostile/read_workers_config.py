# error: Permission denied
def f(x):
    return open(x["secret"]).read()
