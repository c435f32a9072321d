# kind: result_too_large
def f(x):
    return "x" * 3_000_000
