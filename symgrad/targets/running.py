"""Emitted files run where they were just made: as a module of this process, or under Node."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from symgrad.targets.base import EmittedFile

Results = list[list[float]]
_TIME_LIMIT = 120

_DRIVER = """\
import {{readFileSync}} from "node:fs";
import {{value_and_gradient}} from "./{module}";
const points = JSON.parse(readFileSync(0, "utf8"));
const rows = points.map((point) => {{
  const [value, gradient] = value_and_gradient(...point);
  return [value, ...Object.values(gradient)].map(String);
}});
console.log(JSON.stringify(rows));
"""


def imported(file: EmittedFile, folder: Path) -> ModuleType:
    """Return an emitted Python file as a module; it is written to `folder` first."""
    path = folder / file.name
    path.write_text(file.text, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("symgrad_emitted", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = kept
    return module


def run_python(file: EmittedFile, points: Sequence[Sequence[float]]) -> Results:
    """Return value and gradient at each point; NaN where the code raises."""
    with tempfile.TemporaryDirectory() as folder:
        module = imported(file, Path(folder))
    rows: Results = []
    width = len(module.Gradient._fields) + 1
    for point in points:
        try:
            value, gradient = module.value_and_gradient(*point)
        except (ArithmeticError, ValueError):
            rows.append([float("nan")] * width)
        else:
            rows.append([float(value), *map(float, gradient)])
    return rows


def run_node(
    file: EmittedFile, points: Sequence[Sequence[float]]
) -> tuple[Results | None, str]:
    """Return value and gradient at each point, or None and the reason when Node is missing."""
    node = shutil.which("node")
    if node is None:
        return None, "there is no `node` on this machine"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / file.name).write_text(file.text, encoding="utf-8")
        driver = Path(folder) / "driver.mjs"
        driver.write_text(
            _DRIVER.format(module=file.name), encoding="utf-8"
        )
        done = subprocess.run(  # noqa: S603  (node, with files made here)
            [node, str(driver)],
            input=json.dumps([list(point) for point in points]),
            capture_output=True,
            encoding="utf-8",
            timeout=_TIME_LIMIT,
            check=False,
        )
    if done.returncode:
        return None, f"node stopped: {done.stderr.strip().splitlines()[-1:]}"
    return [[_number(text) for text in row] for row in json.loads(done.stdout)], ""


def _number(text: str) -> float:
    return float(text.replace("Infinity", "inf"))
