# kind: memory
def f(x):
    kept = []
    while True:
        kept.append(bytearray(1 << 20))
