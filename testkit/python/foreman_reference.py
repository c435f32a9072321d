"""What Python makes of results, for the test of the stand-in foreman's own Python.

Prints one JSON object per line: `raw`, the JSON text that a worker sends as its result, and `seed` and
`head`, the JSON texts that clients of the two foremen get for it (CrowdCompute sheet, sections 8.2
and 14.3). The values are random; the argument is the seed.
"""

import ast
import json
import random
import sys

CHARS = (
    [chr(c) for c in range(0x20, 0x7F)]
    + list("\n\r\t\\'\"\0\x7f\x85\xa0\xad\xe9\u2028\u3000\u20ac\u200b\ufeff\ue000")
    + ["\U0001f600", "\ud800", "\udfff", "\U0010ffff", "\x1b", "\u0378"[:0]]
)


def text(rng):
    return "".join(rng.choice(CHARS) for _ in range(rng.choice([0, 1, 3, 12])))


def number(rng):
    return rng.choice(
        [
            rng.randint(-5, 5),
            rng.randint(-(2**80), 2**80),
            rng.random(),
            rng.uniform(-1, 1) * 10.0 ** rng.randint(-320, 308),
            float(rng.randint(-5, 5)),
            float(2 ** rng.randint(40, 80)),
            float("nan"),
            float("inf"),
            -float("inf"),
            -0.0,
        ]
    )


def value(rng, depth=0):
    kind = rng.randrange(8 if depth < 3 else 5)
    if kind == 0:
        return None
    if kind == 1:
        return rng.random() < 0.5
    if kind in (2, 3):
        return number(rng)
    if kind == 4:
        return text(rng)
    if kind == 5:
        return [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    result = {text(rng): value(rng, depth + 1) for _ in range(rng.randrange(4))}
    if rng.random() < 0.2:
        result["trace"] = value(rng, depth + 1)
    if rng.random() < 0.2:
        result["worker_id"] = value(rng, depth + 1)
    return result


def literal(rng, depth=0):
    """What only Python can write."""
    kind = rng.randrange(7)
    if kind == 0 or depth > 2:
        return rng.choice([value(rng, 2), b"x", 1j, ...])
    if kind == 1:
        return tuple(literal(rng, depth + 1) for _ in range(rng.randrange(3)))
    if kind == 2:
        return {rng.randrange(5) for _ in range(rng.randrange(1, 4))}
    keys = [text(rng), rng.randrange(9), None, True, 1.5]
    return {rng.choice(keys): literal(rng, depth + 1) for _ in range(rng.randrange(4))}


def seed(result):
    return delivered(str(result))


def head(result, task_id):
    if result is None:
        return delivered("")
    parsed = result
    if isinstance(result, str):
        try:
            parsed = json.loads(result)
        except ValueError:
            try:
                parsed = ast.literal_eval(result)
            except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
                pass
    if isinstance(parsed, dict):
        trace = parsed.get("trace")
        if isinstance(trace, list) and trace and isinstance(trace[-1], dict):
            trace[-1].setdefault("worker_id", "w")
            trace[-1].setdefault("task_id", task_id)
        parsed.setdefault("worker_id", "w")
        try:
            return delivered(json.dumps(parsed))
        except TypeError:
            pass
    return delivered(str(result))


def delivered(stored):
    try:
        return json.dumps(json.loads(stored))
    except ValueError:
        return json.dumps(stored)


def main():
    rng = random.Random(int(sys.argv[1]))
    for at in range(int(sys.argv[2])):
        kind = rng.randrange(5)
        if kind < 2:
            result = value(rng)
        elif kind == 2:
            result = json.dumps(value(rng), ensure_ascii=rng.random() < 0.5)
        elif kind == 3:
            result = repr(value(rng))
        else:
            result = repr(literal(rng))
        raw = json.dumps(result, separators=rng.choice([(",", ":"), (", ", ": ")]))
        result = json.loads(raw)
        line = {"raw": raw, "seed": seed(result), "head": head(result, f"j_task_{at}")}
        print(json.dumps(line))


main()
