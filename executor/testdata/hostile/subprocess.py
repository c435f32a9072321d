# error: PermissionError
import subprocess
def f(x):
    return subprocess.run(["/bin/true"]).returncode
