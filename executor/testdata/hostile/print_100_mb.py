# result: 100000001
def f(x):
    return print("x" * 100_000_000) or 100_000_001
