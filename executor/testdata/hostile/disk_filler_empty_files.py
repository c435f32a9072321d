# kind: disk
def f(x):
    n = 0
    while True:
        n += 1
        open("file%d" % n, "wb").close()
