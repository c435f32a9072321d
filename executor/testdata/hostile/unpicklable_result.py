# kind: not_serializable
import threading
def f(x):
    return threading.Lock()
