# result: 1
# kind: died
# kind: misbehaved
import sys
def f(x):
    frame = sys._getframe()
    while frame.f_back:
        frame = frame.f_back
        frame.f_globals["RESULT_LIMIT"] = 10 ** 12
        frame.f_globals["BUILTINS"] = {}
    return 1
