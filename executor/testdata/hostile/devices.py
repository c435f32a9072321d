# error: PermissionError
import os, stat
def f(x):
    os.mknod("disk", 0o600 | stat.S_IFBLK, os.makedev(8, 0))
