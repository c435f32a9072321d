# Runs tasks inside one interpreter process: reads them from a pipe, confines itself, answers.
# Only the standard library; any Python from 3.9 on. The files of this folder are one text:
# `base.py` is what all of it needs, `confine.py` the sandbox, `talk.py` the pipes, checkpoints and
# wishes, `run.py` one task, `serve.py` the loop around tasks, and the start.
#
# The host sends this text compiled, and the command line executes it with builtins of its own.
# Everything before `serve()` runs before any code of others does. What is needed afterwards is
# bound to names of this file, so that a task that changes a module does not change what follows.
#
# A frame is a length (u32, big endian, of what follows), a kind (one byte), and its body.

import _signal
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
setitimer, getsignal, set_handler = signal.setitimer, _signal.getsignal, _signal.signal
set_mask, umask = _signal.pthread_sigmask, os.umask
gc_enabled, running_threads = gc.isenabled, _thread._count


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
