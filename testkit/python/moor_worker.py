"""A mooR worker for the tests of the stand-in daemon.

Sockets of pyzmq (libzmq), tokens of pyseto, tables of the flatbuffers runtime, which are read and
written here by their slot numbers: nothing of it is shared with the stand-in or the adapter.

It is told everything by environment variables and prints one JSON object per line. It answers
each request by its first argument:

    "echo"              the argument list, unchanged
    "one"               the second argument, unchanged
    "fail", KIND, TEXT  the error with this discriminant
    "twice"             its result twice; the second answer of the daemon is printed
    "detach"            detaches instead of answering, and ends
    "sleep"             nothing
"""

import json
import os
import socket
import sys
import uuid

import flatbuffers
import zmq
from flatbuffers import encode, number_types
from flatbuffers.table import Table

PASETO = os.environ["MOOR_ERA"] == "paseto"
WORKER_TYPE = os.environ.get("MOOR_WORKER_TYPE", "echo")
PATIENCE = 20_000


def tell(**event):
    print(json.dumps(event), flush=True)


# Reading -----------------------------------------------------------------------------------------


class View:
    """A table, by slot numbers."""

    def __init__(self, buf, pos):
        self.table = Table(buf, pos)

    @classmethod
    def root(cls, buf):
        return cls(buf, encode.Get(number_types.UOffsetTFlags.packer_type, buf, 0))

    def at(self, slot):
        offset = self.table.Offset(4 + 2 * slot)
        return self.table.Pos + offset if offset else None

    def scalar(self, slot, flags, default=0):
        at = self.at(slot)
        return default if at is None else self.table.Get(flags, at)

    def table_at(self, slot):
        at = self.at(slot)
        return None if at is None else View(self.table.Bytes, self.table.Indirect(at))

    def text(self, slot):
        at = self.at(slot)
        return None if at is None else self.table.String(at).decode("utf-8")

    def bytes(self, slot):
        at = self.at(slot)
        if at is None:
            return None
        start = self.table.Vector(at - self.table.Pos)
        length = self.table.VectorLen(at - self.table.Pos)
        return bytes(self.table.Bytes[start : start + length])

    def tables(self, slot):
        at = self.at(slot)
        start = self.table.Vector(at - self.table.Pos)
        for number in range(self.table.VectorLen(at - self.table.Pos)):
            yield View(self.table.Bytes, self.table.Indirect(start + 4 * number))

    def union(self):
        return self.scalar(0, number_types.Uint8Flags), self.table_at(1)


def read_uuid(view):
    return uuid.UUID(bytes=view.bytes(0))


def read_obj(view):
    kind, id_table = view.union()
    flags = number_types.Int32Flags if kind == 1 else number_types.Uint64Flags
    return ("obj", kind, id_table.scalar(0, flags))


def read_var(view):
    """A value as a tuple whose first element is the kind."""
    kind, at = view.union()
    if kind == 1:
        return ("none",)
    if kind == 2:
        return ("bool", at.scalar(0, number_types.BoolFlags, False))
    if kind == 3:
        return ("int", at.scalar(0, number_types.Int64Flags))
    if kind == 4:
        return ("float", at.scalar(0, number_types.Float64Flags, 0.0))
    if kind == 5:
        return ("str", at.text(0))
    if kind == 6:
        return read_obj(at.table_at(0))
    if kind == 7:
        error = at.table_at(0)
        value, symbol = error.table_at(2), error.table_at(3)
        return (
            "err",
            error.scalar(0, number_types.Uint8Flags),
            error.text(1),
            None if value is None else read_var(value),
            None if symbol is None else symbol.text(0),
        )
    if kind == 8:
        return ("list", [read_var(element) for element in at.tables(0)])
    if kind == 9:
        pairs = [(read_var(p.table_at(0)), read_var(p.table_at(1))) for p in at.tables(0)]
        return ("map", pairs)
    if kind == 10:
        return ("sym", at.table_at(0).text(0))
    if kind == 11:
        return ("binary", at.bytes(0))
    if kind == 12:
        slots = [(s.table_at(0).text(0), read_var(s.table_at(1))) for s in at.tables(1)]
        contents = [read_var(element) for element in at.table_at(2).tables(0)]
        return ("fly", read_obj(at.table_at(0)), slots, contents)
    if kind == 14 and not PASETO:
        return ("anonymous", read_obj(at.table_at(0)))
    raise ValueError(f"value of kind {kind}")


# Writing -----------------------------------------------------------------------------------------


class Writer:
    def __init__(self):
        self.b = flatbuffers.Builder(256)

    def table(self, *offsets, scalars=()):
        """A table of offsets, with scalars as (slot, prepend, value, default)."""
        self.b.StartObject(len(offsets) + len(scalars))
        for slot, prepend, value, default in scalars:
            prepend(slot, value, default)
        for slot, offset in enumerate(offsets):
            if offset is not None:
                self.b.PrependUOffsetTRelativeSlot(slot, offset, 0)
        return self.b.EndObject()

    def scalar(self, prepend, value, default=0):
        return self.table(scalars=[(0, prepend, value, default)])

    def union(self, kind, offset):
        return self.table(
            None, offset, scalars=[(0, self.b.PrependUint8Slot, kind, 0)]
        )

    def text(self, text):
        return self.table(self.b.CreateString(text))

    def uuid(self, value):
        return self.table(self.b.CreateByteVector(value.bytes))

    def vector(self, tables):
        self.b.StartVector(4, len(tables), 4)
        for table in reversed(tables):
            self.b.PrependUOffsetTRelative(table)
        return self.b.EndVector()

    def obj(self, value):
        _, kind, number = value
        prepend = self.b.PrependInt32Slot if kind == 1 else self.b.PrependUint64Slot
        return self.union(kind, self.scalar(prepend, number))

    def var(self, value):
        kind = value[0]
        if kind == "none":
            return self.union(1, self.table())
        if kind == "bool":
            return self.union(2, self.scalar(self.b.PrependBoolSlot, value[1], False))
        if kind == "int":
            return self.union(3, self.scalar(self.b.PrependInt64Slot, value[1]))
        if kind == "float":
            # The runtime leaves out what equals the default, and so would negative zero.
            default = None if str(value[1]) == "-0.0" else 0.0
            return self.union(4, self.scalar(self.b.PrependFloat64Slot, value[1], default))
        if kind == "str":
            return self.union(5, self.text(value[1]))
        if kind == "obj":
            return self.union(6, self.table(self.obj(value)))
        if kind == "err":
            _, code, message, inner, symbol = value
            offsets = (
                None,
                None if message is None else self.b.CreateString(message),
                None if inner is None else self.var(inner),
                None if symbol is None else self.text(symbol),
            )
            scalars = [(0, self.b.PrependUint8Slot, code, 0)]
            return self.union(7, self.table(self.table(*offsets, scalars=scalars)))
        if kind == "list":
            elements = [self.var(element) for element in value[1]]
            return self.union(8, self.table(self.vector(elements)))
        if kind == "map":
            pairs = [self.table(self.var(k), self.var(v)) for k, v in value[1]]
            return self.union(9, self.table(self.vector(pairs)))
        if kind == "sym":
            return self.union(10, self.table(self.text(value[1])))
        if kind == "binary":
            return self.union(11, self.table(self.b.CreateByteVector(value[1])))
        if kind == "fly":
            delegate = self.obj(value[1])
            slots = [self.table(self.text(name), self.var(v)) for name, v in value[2]]
            slots = self.vector(slots)
            contents = [self.var(element) for element in value[3]]
            contents = self.table(self.vector(contents))
            return self.union(12, self.table(delegate, slots, contents))
        if kind == "anonymous":
            return self.union(14, self.table(self.obj(value[1])))
        raise ValueError(kind)

    def done(self, root):
        self.b.Finish(root)
        return bytes(self.b.Output())


# The worker --------------------------------------------------------------------------------------


class Worker:
    def __init__(self):
        self.id = uuid.uuid4()
        self.token = self.sign() if PASETO else None
        self.context = zmq.Context()
        self.curve = None

    def sign(self):
        import pyseto

        with open(os.environ["MOOR_PRIVATE_KEY"], "rb") as file:
            key = pyseto.Key.new(version=4, purpose="public", key=file.read())
        footer = b"key-id:moor_worker"
        return pyseto.encode(key, str(self.id).encode(), footer=footer).decode()

    def socket(self, kind, address, curve=True):
        sock = self.context.socket(kind)
        sock.rcvtimeo = PATIENCE
        sock.sndtimeo = PATIENCE
        sock.linger = 0
        if curve and self.curve is not None:
            server, public, secret = self.curve
            sock.curve_serverkey = server
            sock.curve_publickey = public
            sock.curve_secretkey = secret
        sock.connect(address)
        return sock

    def enroll(self):
        """Keys of our own, made known to the daemon."""
        public, secret = zmq.curve_keypair()
        out = Writer()
        texts = [os.environ["MOOR_ENROLLMENT_TOKEN"], public.decode(), "python-worker"]
        texts = [out.b.CreateString(text) for text in texts + [socket.gethostname()]]
        sock = self.socket(zmq.REQ, os.environ["MOOR_ENROLLMENT"], curve=False)
        sock.send(out.done(out.table(*texts)))
        answer = View.root(bytearray(sock.recv()))
        if not answer.scalar(0, number_types.BoolFlags, False):
            tell(event="refused", error=answer.text(3))
            sys.exit(3)
        tell(event="enrolled", service=answer.text(1), key=answer.text(2))
        self.curve = (answer.text(2).encode(), public, secret)

    def frames(self, body):
        frames = [self.id.bytes, body]
        return [self.token.encode(), *frames] if PASETO else frames

    def identity(self, out):
        return out.text(self.token) if PASETO else out.uuid(self.id)

    def ask(self, kind, *parts):
        """Sends a message and returns the kind of the reply, and the reply."""
        out = Writer()
        offsets = [part(out) for part in parts]
        table = out.table(self.identity(out), *offsets)
        self.req.send_multipart(self.frames(out.done(out.union(kind, table))))
        frames = self.req.recv_multipart()
        assert len(frames) == 1, frames
        return View.root(bytearray(frames[0])).union()

    def attach(self, kind):
        """Attaches (1) or answers a ping (2)."""
        return self.ask(kind, lambda out: out.text(WORKER_TYPE))

    def result(self, request, value):
        return self.ask(4, lambda out: out.uuid(request), lambda out: out.var(value))

    def error(self, request, kind, text):
        def table(out):
            inner = out.table(out.text(text)) if kind == 7 else out.text(text)
            return out.union(kind, inner)

        return self.ask(5, lambda out: out.uuid(request), table)

    def run(self):
        if "MOOR_ENROLLMENT" in os.environ:
            self.enroll()
        elif "MOOR_SERVER_KEY" in os.environ:
            # A key that nobody has enrolled.
            public, secret = zmq.curve_keypair()
            self.curve = (os.environ["MOOR_SERVER_KEY"].encode(), public, secret)
        sub = self.socket(zmq.SUB, os.environ["MOOR_REQUESTS"])
        sub.subscribe(b"workers")
        if os.environ.get("MOOR_EXPECT_SILENCE"):
            self.watch_refusal(sub)
        # The first ping shows that the subscription counts.
        frames = sub.recv_multipart()
        assert frames[0] == b"workers" and len(frames) == 2, frames
        self.req = self.socket(zmq.REQ, os.environ["MOOR_RESPONSES"])
        kind, reply = self.attach(1)
        assert kind == 3, kind
        assert read_uuid(reply.table_at(1 if PASETO else 0)) == self.id
        if PASETO:
            assert reply.table_at(0).text(0) == self.token
        tell(event="attached", id=str(self.id))
        while True:
            frames = sub.recv_multipart()
            if frames[0] != b"workers" or len(frames) != 2:
                continue
            kind, message = View.root(bytearray(frames[1])).union()
            if kind == 1:
                kind, _ = self.attach(2)
                tell(event="pong", reply=kind)
            elif kind == 2 and read_uuid(message.table_at(0)) == self.id:
                self.request(message)

    def request(self, message):
        slots = (2, 3, 4, 5) if PASETO else (1, 2, 3, 4)
        if PASETO:
            assert message.table_at(1).text(0) == self.token
        request = read_uuid(message.table_at(slots[0]))
        perms = read_obj(message.table_at(slots[1]))
        arguments = [read_var(value) for value in message.tables(slots[2])]
        timeout = message.scalar(slots[3], number_types.Uint64Flags)
        what = arguments[0][1]
        if what == "echo":
            kind, _ = self.result(request, ("list", arguments))
        elif what == "one":
            kind, _ = self.result(request, arguments[1])
        elif what == "fail":
            kind, _ = self.error(request, arguments[1][1], arguments[2][1])
        elif what == "twice":
            self.result(request, ("int", 1))
            kind, reply = self.result(request, ("int", 2))
            assert read_uuid(reply.table_at(0)) == request
        elif what == "detach":
            kind, _ = self.ask(3)
            tell(event="detached", reply=kind)
            sys.exit(0)
        else:
            kind = None
        tell(event="request", what=what, reply=kind, perms=perms[2], timeout=timeout)

    def watch_refusal(self, sub):
        """Waits for the monitor to say that the handshake failed."""
        monitor = sub.get_monitor_socket()
        sub.connect(os.environ["MOOR_REQUESTS"])
        monitor.rcvtimeo = PATIENCE
        from zmq.utils.monitor import recv_monitor_message

        names = {
            zmq.EVENT_HANDSHAKE_FAILED_AUTH: "auth",
            zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL: "no-detail",
            zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL: "protocol",
            zmq.EVENT_HANDSHAKE_SUCCEEDED: "succeeded",
        }
        while True:
            event = recv_monitor_message(monitor)
            if event["event"] in names:
                tell(event="handshake", what=names[event["event"]], value=event["value"])
                sys.exit(0)


if __name__ == "__main__":
    Worker().run()
