# kind: cpu
# kind: timeout
import signal
def f(x):
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    while True:
        pass
