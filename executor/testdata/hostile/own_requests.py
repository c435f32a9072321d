# result: 1
# kind: misbehaved
# kind: timeout
# error: PermissionError
import os, struct, sys
def f(x):
    # A task from nowhere, written into the pipe that tasks come from.
    frame = sys._getframe()
    while "number" not in frame.f_locals:
        frame = frame.f_back
    pipe = os.open("/proc/self/fd/%d" % frame.f_globals["CHANNEL"].requests, os.O_WRONLY)
    body = b"T" + struct.pack(">QBB32sIIII", 7, 0, 1, bytes(32), 0, 0, 0, 22) + b"def f(): return 'evil'[]"
    os.write(pipe, struct.pack(">I", len(body)) + body)
    return 1
