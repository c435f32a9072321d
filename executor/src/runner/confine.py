

# What Landlock calls the ways to use a file, by the version that knows them.
EXECUTE, READ_FILE, READ_DIR = 1 << 0, 1 << 2, 1 << 3
# Everything that version 1 knows but EXECUTE, MAKE_CHAR and MAKE_BLOCK; they are not granted at all.
WRITES = 0x1FFF & ~(EXECUTE | 1 << 6 | 1 << 11)
KNOWN = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF}
ONLY_FOR_FOLDERS = 0x3FF8
REFER, TRUNCATE, WRITE_FILE = 1 << 13, 1 << 14, 1 << 1


class Confinement:
    """Applies what the host asks for to this process, and says what holds."""

    # The filter comes last, before what tries whether it holds.
    IN_ORDER = "parent capabilities privileges limits files system_calls network processes".split()

    def __init__(self, setup):
        self.setup = setup
        self.parts = []
        self.libc = self.missing = None
        self.landlock = 0

    def part(self, name, action):
        try:
            if self.missing and name not in ("limits", "processes"):
                raise OSError(self.missing)
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
            self.missing = "this Python cannot call the system: ctypes: %s" % (error,)
        for name in self.IN_ORDER:
            self.part(name, getattr(self, name))
        return self.parts

    def call(self, function, *arguments):
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
        umask(0o077)

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
            raise OSError("the kernel has no Landlock, or keeps it off: %s" % (error,))
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
        self.landlock = version
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
        # First, as behind the last one no further one can be set.
        filters = self.setup["filters"]
        if self.landlock < 3:
            filters = [self.setup["truncation"]] + filters
        for text in filters:
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
