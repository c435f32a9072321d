# error: PermissionError
# error: OSError
from multiprocessing import shared_memory
def f(x):
    return shared_memory.SharedMemory(create=True, size=1 << 30).name
