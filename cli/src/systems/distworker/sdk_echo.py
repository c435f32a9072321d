"""An echo worker on the Python SDK: as many connections as asked for, in one event loop."""

import asyncio
import logging
import os
import sys

from distworker import Worker


async def handle(request):
    return {"data": request.task.input_data["data"]}


async def main(count):
    logging.basicConfig(level="ERROR")
    workers = []
    for _ in range(count):
        worker = Worker(
            controller_url=os.environ["DISTWORKER_CONTROLLER_URL"],
            provisioner=os.environ["DISTWORKER_PROVISIONER"],
            worker_id="",
            worker_token=os.environ["DISTWORKER_WORKER_TOKEN"],
        )
        worker.task_handler = handle
        await worker.start()
        workers.append(worker)
    print("ready", flush=True)
    # Whoever started us lets go of our standard input.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main(int(sys.argv[1])))
