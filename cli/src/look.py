"""Says what some source defines, without running it."""

import ast
import json
import sys


def look(body, found):
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found["functions"].append(node.name)
        elif isinstance(node, ast.ClassDef):
            pass
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            found["functions"].extend(names)
        elif isinstance(node, ast.ImportFrom):
            found["imports"] = found["imports"] or node.module != "__future__"
        else:
            for part in ("body", "handlers", "orelse", "finalbody", "cases"):
                inner = getattr(node, part, None)
                if isinstance(inner, list):
                    look(inner, found)


def main():
    text = sys.stdin.buffer.read().decode("utf-8")
    found = {"functions": [], "imports": False}
    try:
        tree = ast.parse(text, sys.argv[1])
        compile(tree, sys.argv[1], "exec", dont_inherit=True)
        look(tree.body, found)
        found["functions"] = list(dict.fromkeys(found["functions"]))
    except SyntaxError as error:
        found = {"problem": "line %s: %s" % (error.lineno, error.msg)}
    except (ValueError, RecursionError, MemoryError) as error:
        found = {"problem": str(error) or type(error).__name__}
    print(json.dumps(found))


main()
