"""A worker on the released Python SDK, for the tests of the stand-in controller.

Reads what the SDK's example programs read from the environment: DISTWORKER_CONTROLLER_URL,
DISTWORKER_PROVISIONER, DISTWORKER_WORKER_ID, DISTWORKER_WORKER_TOKEN; and, for the tests,
RECONNECT_INTERVAL and HEARTBEAT_INTERVAL in seconds. What a task does is chosen by `op` in its
input, or by its queue.
"""

import asyncio
import logging
import os
from collections import Counter

from distworker import Request, Worker
from google.protobuf.struct_pb2 import ListValue, Struct

attempts = Counter()


def native(value):
    """Nested values come as protobuf wrappers; only the top level is native."""
    if isinstance(value, (Struct, dict)):
        return {key: native(item) for key, item in value.items()}
    if isinstance(value, (ListValue, list)):
        return [native(item) for item in value]
    return value


def chunk(word):
    return {
        "id": "c1",
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}],
    }


async def handle(request: Request):
    task = request.task
    data = native(task.input_data)
    if task.queue == "llm/chat":
        if not data.get("stream"):
            return {"id": "c1", "model": data.get("model"), "choices": []}
        for word in ("one ", "two ", "three"):
            request.progress(data=chunk(word))
        return None
    op = data.get("op")
    if op == "echo":
        return data
    if op == "add":
        return {"sum": data["a"] + data["b"], "prio": task.get_metadata("prio")}
    if op == "progress":
        request.progress(0.25, "quarter", {"step": 1})
        request.progress(0.5, "half")
        await asyncio.sleep(0.01)
        request.progress(1.0, data={"nested": {"x": [1, "a", None, True]}})
        return {"ok": True}
    if op == "fail":
        raise ValueError("boom: " + str(data.get("text")))
    if op == "flaky":
        attempts[task.task_id] += 1
        if attempts[task.task_id] < data["succeed_at"]:
            raise RuntimeError(f"attempt {attempts[task.task_id]}")
        return {"attempts": attempts[task.task_id]}
    if op == "none":
        return None
    if op == "list":
        return [1, 2]
    if op == "sleep":
        request.progress(0.0, "started")
        await asyncio.sleep(data["seconds"])
        return {"slept": True}
    raise ValueError(f"unknown op {op!r}")


async def main():
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "ERROR"))
    worker = Worker(
        controller_url=os.environ["DISTWORKER_CONTROLLER_URL"],
        provisioner=os.environ["DISTWORKER_PROVISIONER"],
        worker_id=os.environ.get("DISTWORKER_WORKER_ID", ""),
        worker_token=os.environ["DISTWORKER_WORKER_TOKEN"],
        resource_info={"hostname": "host-a", "cpu_cores": 4, "memory_mb": 8192, "gpu": "none"},
        reconnect_interval=float(os.environ.get("RECONNECT_INTERVAL", "0.2")),
        heartbeat_interval=float(os.environ.get("HEARTBEAT_INTERVAL", "30")),
    )
    worker.task_handler = handle
    await worker.run()


if __name__ == "__main__":
    asyncio.run(main())
