"""Runs a notebook's code cells in plain Python, and writes or compares their outputs.

    python tests/notebook_runner.py docs/tutorial.ipynb            writes the outputs into it
    python tests/notebook_runner.py docs/tutorial.ipynb --check    says where they differ

No notebook server is needed: a cell is executed as it stands, what it prints is kept, and the value
of its last line is shown as a notebook would show it.
"""

import ast
import contextlib
import io
import json
import sys
from pathlib import Path


def run_cell(source: str, names: dict) -> list[dict]:
    """Execute one cell in `names` and return its outputs in the notebook format."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed = io.StringIO()
    value = None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "<cell>", "exec"), names)  # noqa: S102  (our own notebook)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)  # noqa: S307
    outputs: list[dict] = []
    if printed.getvalue():
        outputs.append({"name": "stdout", "output_type": "stream", "text": lines(printed)})
    if value is not None:
        outputs.append({"data": shown(value), "metadata": {}, "output_type": "display_data"})
    return outputs


def lines(printed: io.StringIO) -> list[str]:
    """Return printed text as the notebook format keeps it."""
    return printed.getvalue().splitlines(keepends=True)


def shown(value: object) -> dict[str, list[str]]:
    """Return what a notebook shows of a value, by media type."""
    write = getattr(value, "_repr_mimebundle_", None)
    bundle = {"text/plain": repr(value)} if write is None else write()
    return {kind: text.splitlines(keepends=True) for kind, text in sorted(bundle.items())}


def executed(notebook: dict) -> dict:
    """Return a notebook with the outputs of a fresh run."""
    names: dict = {"__name__": "__main__"}
    cells = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            outputs = run_cell("".join(cell["source"]), names)
            cells.append({**cell, "execution_count": None, "outputs": outputs})
        else:
            cells.append(cell)
    return {**notebook, "cells": cells}


def text_of(notebook: dict) -> str:
    """Return a notebook as the text of its file."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main(path: Path, *, check: bool) -> int:
    """Run a notebook; return 1 where its outputs are not those of this run."""
    before = path.read_text(encoding="utf-8")
    after = text_of(executed(json.loads(before)))
    if not check:
        path.write_text(after, encoding="utf-8")
        return 0
    for number, (old, new) in enumerate(
        zip(before.split("\n"), after.split("\n"), strict=False), start=1
    ):
        if old != new:
            sys.stdout.write(
                f"{path}:{number}\n  in the file: {old}\n  of this run: {new}\n"
                f"if that is right: python tests/notebook_runner.py {path}\n"
            )
            return 1
    return int(before != after)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), check="--check" in sys.argv[2:]))
