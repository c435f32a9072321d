# error: Permission denied: '/etc/shadow'
def f(x):
    return open("/etc/shadow").read()
