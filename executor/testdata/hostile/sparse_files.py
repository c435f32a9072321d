# error: File too large
import os
def f(x):
    with open("big", "wb") as out:
        out.truncate(1 << 40)
