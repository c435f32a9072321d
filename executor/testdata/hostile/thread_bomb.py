# kind: threads
# error: can't start new thread
import threading, time
def f(x):
    threading.stack_size(65536)
    while True:
        threading.Thread(target=time.sleep, args=(1000,)).start()
