# kind: not_serializable
def f(x):
    a = []
    a.append(a)
    return a
