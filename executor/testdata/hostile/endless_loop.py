# kind: timeout
# kind: cpu
def f(x):
    while True:
        pass
