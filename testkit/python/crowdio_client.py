"""A client on the published crowdio-sdk, for the tests of the stand-in foreman.

Arguments: host, port, what to do. Prints one JSON object per line.
"""

import asyncio
import contextlib
import json
import sys

from developer_sdk import connect, disconnect, get, map, pipeline, run, submit, task

OUT = sys.stdout


def say(**line):
    print(json.dumps(line), file=OUT, flush=True)


def square(x):
    return x * x


@task(checkpoint=True, checkpoint_interval=2.0, checkpoint_state=["total"])
def summed(n):
    total = 0
    for i in range(n):
        total += i
    return total


async def jobs():
    say(results=await map(square, [1, 2, 3]))
    results = await map(summed, [10, {"a": [None, True]}, "caf\u00e9", float("inf")])
    say(results=[*results[:3], repr(results[3])])
    stages = [
        {"func": square, "args_list": [1, 2]},
        {"func": square, "args_list": [None], "pass_upstream_results": True},
    ]
    say(results=await pipeline(stages))


async def overlapping():
    results = await asyncio.gather(*(map(square, [n, n + 1]) for n in range(20)))
    say(results=results)


async def large():
    results = await map(square, ["x" * 1_200_000])
    say(length=len(results[0]))


async def later():
    say(run=await run(square, 7))
    job = await submit(square, [1])
    try:
        say(results=await get(job, timeout=20))
    except Exception as error:  # What the library raises is what the test is about.
        say(error=f"{type(error).__name__}: {error}".replace(job, "JOB"))


async def main():
    host, port, what = sys.argv[1:]
    # The library talks a lot; its talk goes to where it is in nobody's way.
    with contextlib.redirect_stdout(sys.stderr):
        await connect(host, int(port))
        await {"jobs": jobs, "overlapping": overlapping, "large": large, "later": later}[what]()
        await disconnect()
    say(end=True)


asyncio.run(main())
