# result: 1
# kind: not_serializable
# error: division by zero
import builtins, json, os, struct, sys, time
def f(x):
    builtins.len = builtins.print = builtins.dict = lambda *a, **k: 1 / 0
    json.dumps = json.loads = lambda *a, **k: "evil"
    os.read = os.write = os._exit = lambda *a: None
    struct.pack = None
    time.process_time = None
    sys.stdout = sys.stderr = None
    sys.modules.clear()
    return 1
