"""A mooR echo worker (CURVE era, without encryption) on pyzmq and the flatbuffers package.

    echo.py REQUEST_ADDRESS RESPONSE_ADDRESS WORKER_TYPE

It answers each request with a map of its first argument, ["data" -> argument], knows integers,
floats, strings, lists and maps, and ends with its standard input. Tables are read and written by
their slot numbers.
"""

import os
import sys
import threading
import uuid

import flatbuffers
import zmq
from flatbuffers import encode, packer
from flatbuffers import number_types as numbers
from flatbuffers.table import Table

PING, REQUEST = 1, 2
ATTACH, PONG, RESULT = 1, 2, 4
INT, FLOAT, STR, LIST, MAP = 3, 4, 5, 8, 9


def root(frame):
    return Table(frame, encode.Get(packer.uoffset, frame, 0))


def slot(table, number):
    return table.Offset(4 + 2 * number)


def child(table, number):
    at = slot(table, number)
    return Table(table.Bytes, table.Indirect(table.Pos + at))


def union(table, number):
    """The discriminant and the member of a union, which has two slots."""
    kind = table.Get(numbers.Uint8Flags, table.Pos + slot(table, number))
    return kind, child(table, number + 1)


def raw(table, number):
    """The bytes of a vector of bytes."""
    at = slot(table, number)
    start, length = table.Vector(at), table.VectorLen(at)
    return bytes(table.Bytes[start : start + length])


def members(table, number):
    """The tables of a vector."""
    at = slot(table, number)
    start = table.Vector(at)
    for index in range(table.VectorLen(at)):
        yield Table(table.Bytes, table.Indirect(start + 4 * index))


def scalar(table, flags):
    at = slot(table, 0)
    return table.Get(flags, table.Pos + at) if at else flags.py_type(0)


def value(table):
    """A Var as a Python value."""
    kind, variant = union(table, 0)
    if kind == INT:
        return scalar(variant, numbers.Int64Flags)
    if kind == FLOAT:
        return scalar(variant, numbers.Float64Flags)
    if kind == STR:
        return variant.String(variant.Pos + slot(variant, 0)).decode()
    if kind == LIST:
        return [value(item) for item in members(variant, 0)]
    if kind == MAP:
        return {value(child(pair, 0)): value(child(pair, 1)) for pair in members(variant, 0)}
    raise ValueError(f"a value of kind {kind}")


def table(builder, *fields):
    """Writes a table; a field is None or the call that adds it."""
    builder.StartObject(len(fields))
    for number, add in enumerate(fields):
        if add is not None:
            add(number)
    return builder.EndObject()


def offset(builder, target):
    return lambda number: builder.PrependUOffsetTRelativeSlot(number, target, 0)


def kind_of(builder, kind):
    return lambda number: builder.PrependUint8Slot(number, kind, 0)


def vector(builder, items):
    builder.StartVector(4, len(items), 4)
    for item in reversed(items):
        builder.PrependUOffsetTRelative(item)
    return builder.EndVector()


def write(builder, what):
    """A Python value as a Var."""
    if isinstance(what, int):
        kind, of = INT, table(builder, lambda n: builder.PrependInt64Slot(n, what, 0))
    elif isinstance(what, float):
        kind, of = FLOAT, table(builder, lambda n: builder.PrependFloat64Slot(n, what, 0.0))
    elif isinstance(what, str):
        text = builder.CreateString(what)
        kind, of = STR, table(builder, offset(builder, text))
    elif isinstance(what, list):
        items = vector(builder, [write(builder, item) for item in what])
        kind, of = LIST, table(builder, offset(builder, items))
    else:
        pairs = []
        for key, item in what.items():
            key, item = write(builder, key), write(builder, item)
            pairs.append(table(builder, offset(builder, key), offset(builder, item)))
        items = vector(builder, pairs)
        kind, of = MAP, table(builder, offset(builder, items))
    return table(builder, kind_of(builder, kind), offset(builder, of))


def identity(builder, data):
    data = builder.CreateByteVector(data)
    return table(builder, offset(builder, data))


def message(builder, kind, *fields):
    body = table(builder, *(offset(builder, field) for field in fields))
    builder.Finish(table(builder, kind_of(builder, kind), offset(builder, body)))
    return bytes(builder.Output())


def announce(kind, worker_id, worker_type):
    builder = flatbuffers.Builder(256)
    name = builder.CreateString(worker_type)
    name = table(builder, offset(builder, name))
    return message(builder, kind, identity(builder, worker_id), name)


def answer(worker_id, request):
    arguments = [value(argument) for argument in members(request, 3)]
    builder = flatbuffers.Builder(1024)
    result = write(builder, {"data": arguments[0]})
    request_id = identity(builder, raw(child(request, 1), 0))
    return message(builder, RESULT, identity(builder, worker_id), request_id, result)


def main(requests_at, responses_at, worker_type):
    context = zmq.Context()
    requests = context.socket(zmq.SUB)
    requests.setsockopt(zmq.SUBSCRIBE, b"workers")
    requests.connect(requests_at)
    responses = context.socket(zmq.REQ)
    responses.connect(responses_at)
    worker_id = uuid.uuid4().bytes

    def say(body):
        responses.send_multipart([worker_id, body])
        return responses.recv()

    say(announce(ATTACH, worker_id, worker_type))
    print("ready", flush=True)
    while True:
        _topic, frame = requests.recv_multipart()
        kind, body = union(root(frame), 0)
        if kind == PING:
            say(announce(PONG, worker_id, worker_type))
        elif kind == REQUEST and raw(child(body, 0), 0) == worker_id:
            say(answer(worker_id, body))


def end_with_input():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_input, daemon=True).start()
main(*sys.argv[1:])
