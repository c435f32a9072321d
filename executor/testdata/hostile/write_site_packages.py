# result: "nowhere"
import os, sys
def f(x):
    for folder in sys.path:
        try:
            open(os.path.join(folder, "evil.py"), "w").close()
            return folder
        except OSError:
            pass
    return "nowhere"
