# kind: died
# kind: memory
# error: RecursionError
# kind: timeout
import sys
def f(x):
    sys.setrecursionlimit(10 ** 9)
    class A:
        def __getattr__(self, name):
            return getattr(self, name + "a")
    return A().a
