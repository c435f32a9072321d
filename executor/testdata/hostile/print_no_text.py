# result: 7
import os, sys
def f(x):
    os.write(1, b"\xff\xfe\x00\x1b[2J")
    print("\ud800 half of a pair")
    sys.stderr.write("to standard error\n")
    return 7
