# error: the limit is
import journeyman_task
def f(x):
    journeyman_task.checkpoint(data="x" * 10_000_000)
