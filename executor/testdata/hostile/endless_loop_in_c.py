# kind: timeout
# kind: cpu
import re
def f(x):
    return bool(re.match("(a+)+$", "a" * 64 + "b"))
