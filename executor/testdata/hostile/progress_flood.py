# result: 1
import journeyman_task
def f(x):
    for n in range(3000):
        journeyman_task.progress(n % 100, "x" * 100000)
    return 1
