# result: 1
import signal
def f(x):
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    return 1
