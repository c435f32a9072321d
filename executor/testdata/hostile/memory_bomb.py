# kind: memory
def f(x):
    return bytearray(1 << 34)
