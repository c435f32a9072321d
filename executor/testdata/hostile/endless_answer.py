# kind: timeout
# kind: cpu
# kind: misbehaved
# kind: died
import os
def f(x):
    import struct
    while True:
        for number in range(3, 16):
            try:
                os.write(number, struct.pack(">I", 1 << 20) + b"P" + bytes((1 << 20) - 1))
            except OSError:
                pass
