# Runs tasks inside one interpreter process: reads them from a pipe, confines itself, answers.
# Only the standard library; any Python from 3.9 on.
#
# The host sends this text compiled, and the command line executes it with builtins of its own.
# Everything before `serve()` runs before any code of others does. What is needed afterwards is
# bound to names of this file, so that a task that changes a module does not change what follows.
#
# A frame is a length (u32, big endian, of what follows), a kind (one byte), and its body.

import _thread
import builtins
import faulthandler
import gc
import io
import json
import linecache
import os
import select
import signal
import stat
import struct
import sys
import time
import traceback
import types

PLAIN, SEED, HEAD = 0, 1, 2
SOURCE_FOLLOWS, FORGET, EXACT = 1, 2, 4
TASK = struct.Struct(">QBB32sIIII")
LENGTH = struct.Struct(">I")
DONE = struct.Struct(">QdBB")
NUMBER = struct.Struct(">Q")
JSON_VALUE, PYTHON_TEXT = 0, 1
RAISED, NOT_SERIALIZABLE, TOO_LARGE = 0, 1, 2
NO_FUNCTION = "No function could be deserialized from code string"
TRACE_LIMIT = 16384
TEXT_LIMIT = 262144

Function = types.FunctionType
dumps, loads = json.dumps, json.loads
os_read, os_write, os_exit, chdir = os.read, os.write, os._exit, os.chdir
environ = os.environ
poll = select.poll
cpu_time = time.process_time
format_exception = traceback.format_exception
setitimer, getsignal, set_handler = signal.setitimer, signal.getsignal, signal.signal
gc_enabled = gc.isenabled


def take(descriptor, count):
    parts = []
    while count:
        part = os_read(descriptor, count if count < 1048576 else 1048576)
        if not part:
            os_exit(0)  # the host is gone
        parts.append(part)
        count -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def fresh_stream(descriptor):
    raw = io.BufferedWriter(io.FileIO(descriptor, "w", closefd=False), 65536)
    return io.TextIOWrapper(raw, "utf-8", "backslashreplace", line_buffering=True)


# ---------------------------------------------------------------- the sandbox

# What Landlock calls the ways to use a file, by the version that knows them.
EXECUTE, READ_FILE, READ_DIR = 1 << 0, 1 << 2, 1 << 3
# Everything that version 1 knows but EXECUTE, MAKE_CHAR and MAKE_BLOCK; they are not granted at all.
WRITES = 0x1FFF & ~(EXECUTE | 1 << 6 | 1 << 11)
KNOWN = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF}
ONLY_FOR_FOLDERS = 0x3FF8
REFER, TRUNCATE, WRITE_FILE = 1 << 13, 1 << 14, 1 << 1


class Confinement:
    """Applies what the host asks for to this process, and says what holds."""

    def __init__(self, setup):
        self.setup = setup
        self.parts = []
        self.libc = None

    def part(self, name, action):
        try:
            detail = action()
            self.parts.append([name, True, detail or ""])
        except BaseException as error:
            reason = str(error) or type(error).__name__
            self.parts.append([name, False, reason[:300]])

    def apply(self):
        self.part("session", self.session)
        self.part("environment", self.environment)
        if not self.setup["confine"]:
            return self.parts
        try:
            import ctypes

            self.ctypes = ctypes
            self.libc = ctypes.CDLL(None, use_errno=True)
        except BaseException as error:
            self.missing = "this Python can not call the system: ctypes: %s" % (error,)
        self.part("parent", self.parent)
        self.part("capabilities", self.capabilities)
        self.part("privileges", self.privileges)
        self.part("limits", self.limits)
        self.part("files", self.files)
        self.part("system_calls", self.system_calls)
        self.part("network", self.network)
        self.part("processes", self.processes)
        return self.parts

    def call(self, function, *arguments):
        if self.libc is None:
            raise OSError(self.missing)
        converted = [
            self.ctypes.c_long(item) if isinstance(item, int) else item for item in arguments
        ]
        result = getattr(self.libc, function)(*converted)
        if result == -1:
            code = self.ctypes.get_errno()
            raise OSError(code, "%s: %s" % (function, os.strerror(code)))
        return result

    def session(self):
        # The host kills by group, and a terminal's signals are not for tasks.
        os.setsid()

    def environment(self):
        environ.clear()
        os.umask(0o077)

    def parent(self):
        self.call("prctl", 1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
        if os.getppid() != self.setup["parent"]:
            os_exit(0)

    def capabilities(self):
        header = struct.pack("=Ii", 0x20080522, 0)
        self.call("capset", self.buffer(header), self.buffer(bytes(24)))

    def limits(self):
        # Set from outside, but for those that the host may not set there.
        if self.setup["limits"]:
            import resource

            for name, most in self.setup["limits"]:
                resource.setrlimit(getattr(resource, name), (most, most))

    def privileges(self):
        self.call("prctl", 38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS

    def buffer(self, data):
        return self.ctypes.create_string_buffer(data, len(data))

    def files(self):
        try:
            version = self.call("syscall", 444, 0, 0, 1)
        except OSError as error:
            raise OSError("the kernel has no Landlock: %s" % error)
        handled = KNOWN.get(version, 0xFFFF)
        # Beyond files: TCP from version 4, abstract sockets and signals from version 6.
        network = 3 if version >= 4 else 0
        scope = 3 if version >= 6 else 0
        size = 8 if version < 4 else 16 if version < 6 else 24
        rules = struct.pack("=QQQ", handled, network, scope)[:size]
        ruleset = self.call("syscall", 444, self.buffer(rules), size, 0)
        reads = READ_FILE | READ_DIR
        # REFER from version 2 and TRUNCATE from version 3: within what may be written.
        writes = (WRITES | REFER | TRUNCATE) & handled
        for path in self.libraries() + self.setup["read"]:
            self.open_to(ruleset, path, reads)
        for path in self.setup["write"]:
            self.open_to(ruleset, path, writes)
        for path in ("/dev/null", "/dev/zero", "/dev/full"):
            self.open_to(ruleset, path, (READ_FILE | WRITE_FILE | TRUNCATE) & handled)
        self.call("syscall", 446, ruleset, 0)
        os.close(ruleset)
        self.proved_files()
        return "Landlock version %d" % version

    def proved_files(self):
        try:
            os.close(os.open("/", os.O_RDONLY | os.O_DIRECTORY))
        except PermissionError:
            pass
        else:
            raise OSError("Landlock is set, but / can still be opened")
        probe = os.path.join(self.setup["scratch"], ".probe")
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        os.unlink(probe)

    def libraries(self):
        # Where imports, and the shared libraries beneath them, are read from.
        found = list(sys.path)
        found.append(os.path.dirname(os.__file__))
        for prefix in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix):
            found += [os.path.join(prefix, name) for name in ("lib", "lib64", "pyvenv.cfg")]
        found += ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"]
        found += ["/usr/share/zoneinfo", "/etc/localtime", "/dev/urandom", "/dev/random"]
        found += ["/sys/devices/system/cpu"]
        return [path for path in dict.fromkeys(found) if path and os.path.realpath(path) != "/"]

    def open_to(self, ruleset, path, allowed):
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return  # what is not there needs no rule
        try:
            if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                allowed &= ~ONLY_FOR_FOLDERS
            rule = self.buffer(struct.pack("=Qi", allowed, descriptor))
            self.call("syscall", 445, ruleset, 1, rule, 0)
        finally:
            os.close(descriptor)

    def system_calls(self):
        if self.setup["no_filter"]:
            raise OSError(self.setup["no_filter"])
        for text in self.setup["filters"]:
            program = bytes.fromhex(text)
            data = self.buffer(program)
            address = self.ctypes.addressof(data)
            head = self.buffer(struct.pack("@HP", len(program) // 8, address))
            self.call("prctl", 22, 2, head, 0, 0)  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
        return "a filter that allows what computing needs"

    def network(self):
        for family in (1, 2, 10, 16, 17):
            try:
                self.call("socket", family, 2, 0)
            except OSError as error:
                if error.errno not in (1, 38):
                    raise OSError("sockets can be made (%s)" % error)
            else:
                raise OSError("sockets can be made")
        return "no sockets"

    def processes(self):
        try:
            child = os.fork()
        except PermissionError:
            return "none can be started"
        if child == 0:
            os_exit(0)
        os.waitpid(child, 0)
        raise OSError("processes can be started")


# ---------------------------------------------------------------- talking to the host


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
        low, high = sorted((self.requests, self.answers))
        os.closerange(3, low)
        os.closerange(low + 1, high)
        os.closerange(high + 1, 65536)
        self.lock = _thread.allocate_lock()
        self.reading = False

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


# ---------------------------------------------------------------- running a task


def resumed(source, resume):
    # A saved value instead of the first assignment of each variable, and the first loop over a
    # range goes on where it was (sheet, section 15.3).
    import ast

    tree = compile(source, "<string>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    left = dict(resume["state"])
    loops = []

    class Rewrite(ast.NodeTransformer):
        def visit_Assign(self, node):
            self.generic_visit(node)
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            for name in names if len(node.targets) == 1 else ():
                if name in left:
                    saved = ast.parse("__journeyman_load__(%r)" % dumps(left.pop(name))).body[0]
                    node.value = saved.value
            return node

        def visit_For(self, node):
            call = node.iter
            if (
                not loops
                and isinstance(call, ast.Call)
                and isinstance(call.func, ast.Name)
                and call.func.id == "range"
            ):
                loops.append(node)
                call.func.id = "__journeyman_range__"
            self.generic_visit(node)
            return node

    tree = ast.fix_missing_locations(Rewrite().visit(tree))
    percent = float(resume["progress"])

    def continued(*bounds):
        whole = range(*bounds)
        skip = int(len(whole) * min(max(percent, 0.0), 100.0) / 100.0)
        return whole[skip:]

    code = compile(tree, "<string>", "exec", dont_inherit=True)
    return code, {"__journeyman_load__": loads, "__journeyman_range__": continued}


HELPERS = ("_ckpt_update", "_ckpt_get_state", "pause", "resume", "kill")


def choose(space, rules, name, exact):
    if name and isinstance(space.get(name), Function):
        return space[name]
    if name and rules == PLAIN:
        raise NameError("the code defines no function %r" % name)
    skip = ()
    if rules == HEAD:
        skip = HELPERS[2:] if exact else HELPERS
    for key, value in space.items():
        if isinstance(value, Function) and key not in skip:
            return value
    raise Exception(NO_FUNCTION)


def invoke(function, arguments, rules):
    if rules == PLAIN:
        if isinstance(arguments, list):
            return function(*arguments)
        if isinstance(arguments, dict):
            return function(**arguments)
        return function(arguments)
    if isinstance(arguments, list):
        if len(arguments) == 1:
            return function(arguments[0])
        if len(arguments) == 2 and isinstance(arguments[1], dict):
            return function(*arguments[0], **arguments[1])
    return function(*arguments)


def text_of(error):
    try:
        text = str(error)
    except BaseException:
        text = "<no text: %s.__str__ fails>" % type(error).__name__
    if not isinstance(error, Exception):
        # What would end a program has no text that says so.
        text = "%s: %s" % (type(error).__name__, text) if text else type(error).__name__
    return text[:TEXT_LIMIT]


def trace_of(error, source):
    # From the first line of the task's own code on.
    try:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename != "<string>":
            trace = trace.tb_next
        lines = source.splitlines(True)
        linecache.cache["<string>"] = (len(source), None, lines, "<string>")
        text = "".join(format_exception(type(error), error, trace))
    except BaseException as second:
        return "<the traceback can not be made: %s>" % type(second).__name__
    finally:
        linecache.cache.pop("<string>", None)
    if len(text) > TRACE_LIMIT:
        half = TRACE_LIMIT // 2
        text = text[:half] + "\n[...]\n" + text[-half:]
    return text


CACHE = {}


def run(body):
    begun = cpu_time()
    number, rules, flags, digest, *lengths = TASK.unpack_from(body)
    if flags & FORGET:
        CACHE.clear()
    fields, at = [], TASK.size
    for length in lengths:
        fields.append(body[at : at + length])
        at += length
    name, watch, resume, source = fields
    cached = CACHE.get(digest)
    source = str(source, "utf-8") if flags & SOURCE_FOLLOWS else cached[1]
    arguments = body[at:]
    del body
    CURRENT.watch = loads(watch) if watch else ()
    space = {}
    try:
        globals_ = {"__builtins__": dict(BUILTINS)}
        if rules != SEED:
            space = globals_
        CURRENT.space = space
        CURRENT.number = number
        code = cached[0] if cached else None
        if code is None:
            CACHE[digest] = (None, source)
            code = compile(source, "<string>", "exec", dont_inherit=True)
            CACHE[digest] = (code, source)
        if resume:
            code, extra = resumed(source, loads(resume))
            globals_["__builtins__"].update(extra)
        arguments = loads(arguments)
        if rules == SEED:
            exec(code, globals_, space)
        else:
            exec(code, globals_)
        function = choose(space, rules, str(name, "utf-8"), flags & EXACT)
        CURRENT.code = function.__code__
        value = invoke(function, arguments, rules)
        CURRENT.number = None
        answer = serialized(value, rules, source)
    except BaseException as error:
        CURRENT.number = None
        if isinstance(error, MemoryError):
            # Making the report needs memory: let go of the task's first.
            error.__traceback__ = error.__context__ = None
            globals_ = space = arguments = CURRENT.space = None
        answer = failed(error, source)
    finally:
        CURRENT.number = CURRENT.space = CURRENT.code = None
    return number, begun, answer


def serialized(value, rules, source):
    kind = JSON_VALUE
    try:
        text = dumps(value)
    except BaseException as error:
        if rules != HEAD or not isinstance(error, Exception):
            return problem(NOT_SERIALIZABLE, error, source)
        try:
            text, kind = dumps(str(value)), PYTHON_TEXT
        except BaseException as second:
            return failed(second, source)
    if len(text) > RESULT_LIMIT:
        return b"E", dumps({"class": TOO_LARGE, "size": len(text)}).encode(), 0
    return b"R", text.encode(), kind


def failed(error, source):
    return problem(RAISED, error, source)


def problem(kind, error, source):
    report = {
        "class": kind,
        "type": type(error).__name__[:200],
        "text": dumps(text_of(error)),
        "traceback": dumps(trace_of(error, source)),
    }
    return b"E", dumps(report).encode(), 0


def tidy():
    """Puts back what tasks often leave behind; says whether this interpreter is fit for another."""
    fit = vars(builtins) == BUILTINS and getsignal(signal.SIGUSR1) is on_signal and gc_enabled()
    try:
        for name, stream in STREAMS.items():
            if getattr(sys, name, None) is not stream:
                setattr(sys, name, stream)
            stream.flush()
        if environ:
            environ.clear()
        chdir(SCRATCH)
        setitimer(signal.ITIMER_REAL, 0)
        sys.settrace(None)
        sys.setprofile(None)
        if sys.getrecursionlimit() != RECURSION:
            sys.setrecursionlimit(RECURSION)
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
    global SCRATCH, RESULT_LIMIT, STATE_LIMIT, BUILTINS, RECURSION, STREAMS
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
    hello = {
        "version": list(sys.version_info[:3]),
        "implementation": sys.implementation.name,
        "executable": sys.executable,
        "parts": parts,
    }
    CHANNEL.send(b"H", dumps(hello).encode())


start()
serve()
