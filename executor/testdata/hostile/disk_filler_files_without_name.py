# kind: disk
# error: OSError
import os, time
def f(x):
    kept = []
    for n in range(8):
        kept.append(os.open(".", os.O_TMPFILE | os.O_RDWR))
        os.write(kept[-1], bytes(12 << 20))
    time.sleep(60)
