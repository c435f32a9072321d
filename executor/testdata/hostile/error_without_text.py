# error: <no text: Evil.__str__ fails>
class Evil(Exception):
    def __str__(self):
        raise SystemExit("oops")
def f(x):
    raise Evil
