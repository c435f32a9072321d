# kind: misbehaved
import os, struct, sys, time
def f(x):
    # It goes into a message as it is: nothing may follow the value.
    frame = sys._getframe()
    while "number" not in frame.f_locals:
        frame = frame.f_back
    number = frame.f_locals["number"]
    body = b"R" + struct.pack(">QdBB", number, 0.0, 0, 1) + b'42, "task_id": "another"'
    for descriptor in range(3, 16):
        try:
            os.write(descriptor, struct.pack(">I", len(body)) + body)
        except OSError:
            pass
    time.sleep(30)
