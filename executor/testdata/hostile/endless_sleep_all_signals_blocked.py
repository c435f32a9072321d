# kind: timeout
import signal, time
def f(x):
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))
    for number in range(1, 64):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        time.sleep(1000)
