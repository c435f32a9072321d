# kind: memory
kept = []
def f(x):
    n = 10 ** 6
    while True:
        n += 1
        kept.append(n)
