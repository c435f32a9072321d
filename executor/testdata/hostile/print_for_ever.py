# kind: timeout
# kind: cpu
def f(x):
    while True:
        print("spam" * 100)
