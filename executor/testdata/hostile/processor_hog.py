# kind: cpu
# kind: timeout
import hashlib, threading
def f(x):
    def burn():
        data = bytes(1 << 20)
        while True:
            hashlib.sha256(data).digest()
    for _ in range(4):
        threading.Thread(target=burn).start()
    burn()
