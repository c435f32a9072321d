# error: Error
# kind: died
# kind: memory
def f(x):
    return eval("(" * 10000 + "1" + ")" * 10000)
