

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
