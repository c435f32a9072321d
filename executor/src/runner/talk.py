

class Channel:
    """The two descriptors that lead to the host."""

    def __init__(self):
        # Descriptors 0 to 2 are what a task takes for its own: nothing to read, and output.
        self.requests = os.dup(0)
        self.answers = os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        os.close(nothing)
        self.close_others()
        self.lock = _thread.allocate_lock()
        self.reading = False

    def close_others(self):
        # What a program that embeds the worker did not mark as its own alone.
        low, high = sorted((self.requests, self.answers))
        os.closerange(3, low)
        os.closerange(low + 1, high)
        os.closerange(high + 1, 65536)
        try:
            left = [int(name) for name in os.listdir("/proc/self/fd")]
        except OSError:
            return  # no Linux
        for number in left:
            if number > high:
                os.closerange(number, number + 1)

    def receive(self):
        self.reading = True
        length = LENGTH.unpack(take(self.requests, 4))[0]
        frame = take(self.requests, length)
        self.reading = False
        return frame[:1], frame[1:]

    def send(self, kind, body, wait=True):
        frame = LENGTH.pack(len(body) + 1) + kind + body
        if not self.lock.acquire(wait):
            return  # from a signal handler, in the middle of a write
        try:
            while frame:
                frame = frame[os_write(self.answers, frame) :]
        except BrokenPipeError:
            os_exit(0)
        finally:
            self.lock.release()


class Task:
    """The task that runs now; read by signal handlers and by `journeyman_task`."""

    number = None
    code = None
    space = None
    watch = ()


CHANNEL = Channel()
CURRENT = Task()


def find_frame(frame):
    # The task's own function, as near to its start as it is found: it may call itself.
    found = None
    while frame is not None:
        if frame.f_code is CURRENT.code:
            found = frame
        frame = frame.f_back
    return found


def encode_state(items):
    state, skipped = {}, []
    for name, value in items:
        try:
            state[name] = dumps(value)
        except Exception:
            skipped.append(name)
    return state, skipped


def checkpoint(frame):
    found = find_frame(frame)
    local = {} if found is None else found.f_locals
    wanted = [name for name in CURRENT.watch if name in local]
    progress = local.get("progress_percent")
    items = [(name, local[name]) for name in wanted]
    if not items and isinstance(CURRENT.space.get("_ckpt_get_state"), Function):
        # Code that a foreman has instrumented keeps its state itself (CROWDio, sheet 17).
        kept = CURRENT.space["_ckpt_get_state"]()
        if isinstance(kept, dict):
            items = [(name, value) for name, value in kept.items() if isinstance(name, str)]
            progress = kept.get("progress_percent", progress)
    report_state(items, progress, False)


def report_state(items, progress, wait):
    state, skipped = encode_state(items)
    if type(progress) is bool or not isinstance(progress, (int, float)):
        progress = 0
    body = dumps({"progress": dumps(progress), "state": list(state.items()), "skipped": skipped})
    if len(body) > STATE_LIMIT:
        if wait:
            problem = "the state is %d bytes as JSON; the limit is %d"
            raise ValueError(problem % (len(body), STATE_LIMIT))
        body = dumps({"progress": dumps(progress), "state": [], "skipped": list(state) + skipped})
        if len(body) > STATE_LIMIT:
            return
    CHANNEL.send(b"C", NUMBER.pack(CURRENT.number) + body.encode(), wait)


def on_signal(_signal, frame):
    # Runs in the thread of the task, between two steps of its code. What the host wants is in the
    # pipe already. Outside of a task, `serve` reads it and lets it be.
    if CURRENT.number is None or CHANNEL.reading:
        return
    readable = poll()
    readable.register(CHANNEL.requests, select.POLLIN)
    while readable.poll(0):
        kind, body = CHANNEL.receive()
        if kind != b"X" or NUMBER.unpack(body[:8])[0] != CURRENT.number:
            continue
        wish = str(body[8:], "utf-8")
        try:
            if wish == "checkpoint":
                checkpoint(frame)
            elif isinstance(CURRENT.space.get(wish), Function):
                CURRENT.space[wish]()  # `kill` of the client library's wrapper
        except Exception as error:
            # It would surface in the middle of the task's own code.
            print("%s: %r" % (wish, error), file=sys.stderr)


def progress(percent, message=None):
    """Reports how far the task is, from 0 to 100, and optionally what it does."""
    if CURRENT.number is None:
        raise RuntimeError("no task runs")
    if message is not None:
        message = str(message)[:4096]
    body = dumps({"percent": dumps(float(percent)), "message": message})
    CHANNEL.send(b"P", NUMBER.pack(CURRENT.number) + body.encode())


def save(**state):
    """Reports values from which the task could go on, as a checkpoint."""
    if CURRENT.number is None:
        raise RuntimeError("no task runs")
    for name, value in state.items():
        dumps(value)  # say so now if JSON can not carry it
    report_state(list(state.items()), state.get("progress_percent"), True)


def make_module():
    module = types.ModuleType("journeyman_task", "What a task can tell the worker that runs it.")
    module.progress = progress
    module.checkpoint = save
    sys.modules["journeyman_task"] = module
