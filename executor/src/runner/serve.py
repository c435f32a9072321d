

# What tasks set for themselves, and the next one would be surprised by.
TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)
SIG_SETMASK = int(signal.SIG_SETMASK)
NAMES = "HUP INT QUIT USR1 USR2 PIPE ALRM TERM CHLD VTALRM PROF XCPU".split()
SIGNALS = [int(getattr(signal, "SIG" + name)) for name in NAMES]


def tidy():
    """Puts back what tasks often leave behind; says whether this interpreter is fit for another."""
    fit = vars(builtins) == BUILTINS and gc_enabled() and not running_threads()
    try:
        for timer in TIMERS:
            setitimer(timer, 0)
        set_mask(SIG_SETMASK, ())
        for number, handler in HANDLERS:
            if getsignal(number) is not handler:
                set_handler(number, handler)
        for name, stream in STREAMS.items():
            if getattr(sys, name, None) is not stream:
                setattr(sys, name, stream)
            stream.flush()
        if environ:
            environ.clear()
        chdir(SCRATCH)
        umask(0o077)
        sys.settrace(None)
        sys.setprofile(None)
        if sys.getrecursionlimit() != RECURSION:
            sys.setrecursionlimit(RECURSION)
        if sys.path != PATH:
            sys.path[:] = PATH
    except BaseException:
        return False
    return fit


def serve():
    while True:
        kind, body = CHANNEL.receive()
        if kind == b"T":
            number, begun, (answer, text, form) = run(body)
            del body
            fit = tidy()
            head = DONE.pack(number, cpu_time() - begun, form, fit)
            CHANNEL.send(answer, head + text)
            del text
        elif kind != b"X":
            os_exit(71)


def start():
    global SCRATCH, RESULT_LIMIT, STATE_LIMIT, BUILTINS, RECURSION, STREAMS, PATH, HANDLERS
    kind, body = CHANNEL.receive()
    setup = loads(body)
    SCRATCH = setup["scratch"]
    RESULT_LIMIT, STATE_LIMIT = setup["result_limit"], setup["state_limit"]
    chdir(SCRATCH)
    STREAMS = {"stdout": fresh_stream(1), "stderr": fresh_stream(2)}
    sys.stdin = io.TextIOWrapper(io.FileIO(0, "r", closefd=False), "utf-8")
    for name, stream in STREAMS.items():
        setattr(sys, name, stream)
        setattr(sys, "__%s__" % name, stream)
    faulthandler.enable(2)
    set_handler(signal.SIGUSR1, on_signal)
    make_module()
    parts = Confinement(setup).apply()
    BUILTINS = dict(vars(builtins))
    RECURSION = sys.getrecursionlimit()
    PATH = list(sys.path)
    HANDLERS = [(number, getsignal(number)) for number in SIGNALS]
    CHANNEL.send(b"H", dumps({"parts": parts}).encode())


start()
serve()
