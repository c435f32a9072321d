"""A worker that runs code in its own process, as upstream's does: the least of it.

As many connections as asked for, in one event loop.
"""

import asyncio
import json
import os
import sys
import types

import websockets


def run(code, args):
    space = {}
    exec(code, space)
    function = next(value for value in space.values() if isinstance(value, types.FunctionType))
    return function(args[0])


async def serve(url, number, ready):
    async with websockets.connect(url + "/worker/ws", max_size=None) as socket:
        hello = {"worker_id": "python-%d" % number}
        await socket.send(json.dumps({"type": "worker_ready", "data": hello, "job_id": None}))
        ready.release()
        async for frame in socket:
            message = json.loads(frame)
            if message["type"] != "assign_task":
                continue
            task = message["data"]
            result = run(task["func_code"], task["task_args"])
            answer = {"result": json.dumps(result), "task_id": task["task_id"]}
            job = message["job_id"]
            await socket.send(json.dumps({"type": "task_result", "data": answer, "job_id": job}))


async def main(url, count):
    ready = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(serve(url, number, ready)) for number in range(count)]
    for _ in range(count):
        await ready.acquire()
    print("ready", flush=True)
    # Whoever started us lets go of our standard input.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main(sys.argv[1], int(sys.argv[2])))
