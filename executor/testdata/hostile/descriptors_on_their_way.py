# error: PermissionError
import array, os, socket, time
def f(x):
    # Open, and on no list of what this process has open.
    a, b = socket.socketpair()
    for n in range(8):
        number = os.open("file", os.O_RDWR | os.O_CREAT)
        os.unlink("file")
        os.write(number, bytes(12 << 20))
        a.sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [number]))])
        os.close(number)
    time.sleep(60)
