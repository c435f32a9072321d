# result: 1
# kind: timeout
# kind: cpu
class Evil:
    def __del__(self):
        while True:
            pass
def f(x):
    global kept
    kept = Evil()
    return 1
