# error: PermissionError
import multiprocessing
def f(x):
    p = multiprocessing.get_context("fork").Process(target=print)
    p.start()
    return "started"
