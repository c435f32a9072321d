# error: xxxxxxxx
def f(x):
    raise ValueError("x" * 10_000_000)
