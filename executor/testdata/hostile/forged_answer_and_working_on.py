# result: 42
# kind: misbehaved
# kind: disk
import os, struct, sys
def f(x):
    # The task seems to be over, and fills the disk.
    frame = sys._getframe()
    while "number" not in frame.f_locals:
        frame = frame.f_back
    number = frame.f_locals["number"]
    body = b"R" + struct.pack(">QdBB", number, 0.0, 0, 1) + b"42"
    os.write(frame.f_globals["CHANNEL"].answers, struct.pack(">I", len(body)) + body)
    n = 0
    while True:
        n += 1
        with open("file%d" % n, "wb") as out:
            out.write(bytes(1 << 20))
