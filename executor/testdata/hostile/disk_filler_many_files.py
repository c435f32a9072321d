# kind: disk
def f(x):
    n = 0
    while True:
        n += 1
        with open("file%d" % n, "wb") as out:
            out.write(bytes(1 << 20))
