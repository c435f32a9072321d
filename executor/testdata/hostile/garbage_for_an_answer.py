# kind: misbehaved
# kind: died
import os, time
def f(x):
    for number in range(3, 64):
        try:
            os.write(number, b"\xff" * 1000)
        except OSError:
            pass
    time.sleep(10)
