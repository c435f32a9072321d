# error: boom
def f(x):
    raise type("x" * 10000 + "\u00e9\n", (Exception,), {})("boom")
