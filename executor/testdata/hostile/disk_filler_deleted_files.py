# kind: disk
import os, time
def f(x):
    # In no folder any more, and on the disk still.
    kept = []
    for n in range(8):
        kept.append(open("file", "wb", 0))
        os.unlink("file")
        kept[-1].write(bytes(12 << 20))
    time.sleep(60)
