# error: Permission denied
def f(x):
    return open("/etc/passwd").read()
