# kind: not_serializable
# error: oops
class Evil(dict):
    def items(self):
        raise ValueError("oops")
def f(x):
    return Evil(a=1)
