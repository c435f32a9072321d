# kind: threads
# kind: died
# error: PermissionError
import ctypes, mmap, os, platform, struct
def f(x):
    # Each thread makes threads, in three instructions (x86-64), until there are some hundred: more
    # would only keep the machine busy that runs this.
    if platform.machine() != "x86_64":
        os.abort()
    page = mmap.mmap(-1, 4096, prot=7)
    start = ctypes.addressof(ctypes.c_char.from_buffer(page))
    page[2048:2052] = struct.pack("<i", 500)
    code = b"\x48\xbb" + struct.pack("<Q", start + 2048)  # rbx: how many are left
    loop = len(code)
    clone = b"\xb8" + struct.pack("<I", 56) + b"\xbf" + struct.pack("<I", 0x50f00)
    clone += b"\x31\xf6\x31\xd2\x4d\x31\xd2\x4d\x31\xc0\x0f\x05"
    code += b"\xf0\xff\x0b\x78" + struct.pack("b", len(clone) + 2)  # one less; none left: the end
    code += clone + b"\xeb" + struct.pack("b", loop - len(code) - len(clone) - 2)
    code += b"\xb8" + struct.pack("<I", 34) + b"\x0f\x05\xeb\xf7"  # pause, for ever
    page[:len(code)] = code
    ctypes.CFUNCTYPE(None)(start)()
