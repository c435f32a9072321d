# kind: misbehaved
import os, struct, time
def f(x):
    # An answer for a later task, on every pipe that takes one.
    body = b"R" + struct.pack(">QdBB", 99, 0.0, 0, 1) + b"42"
    for number in range(3, 64):
        try:
            os.write(number, struct.pack(">I", len(body)) + body)
        except OSError:
            pass
    time.sleep(10)
