# error: File too large
def f(x):
    with open("big", "wb", 0) as out:
        while True:
            out.write(bytes(1 << 20))
