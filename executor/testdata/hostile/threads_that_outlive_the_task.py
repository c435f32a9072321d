# result: "left them running"
import threading, time
def f(x):
    def evil():
        while True:
            print("still here")
            time.sleep(0.001)
    for _ in range(3):
        threading.Thread(target=evil, daemon=True).start()
    return "left them running"
