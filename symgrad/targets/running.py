"""Emitted files run where they were just made: as a module of this process, or under Node."""

from __future__ import annotations

import importlib.util
import json
import os
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
    width = len(module.Gradient._fields) + 1

    def row(point: Sequence[float]) -> list[float]:
        try:
            value, gradient = module.value_and_gradient(*point)
        except (ArithmeticError, ValueError):
            return [float("nan")] * width
        return [float(value), *map(float, gradient)]

    return [row(point) for point in points]


def run_node(file: EmittedFile, points: Sequence[Sequence[float]]) -> tuple[Results | None, str]:
    """Return value and gradient at each point, or None and the reason when Node is missing."""
    node = shutil.which("node")
    if node is None:
        return None, "there is no `node` on this machine"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / file.name).write_text(file.text, encoding="utf-8")
        driver = Path(folder) / "driver.mjs"
        driver.write_text(_DRIVER.format(module=file.name), encoding="utf-8")
        with subprocess.Popen(  # noqa: S603  (node, with files made here)
            [node, str(driver)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        ) as process:
            text = json.dumps([list(point) for point in points])
            printed, complaint = process.communicate(text, timeout=_TIME_LIMIT)
    if process.returncode:
        return None, f"node stopped: {' '.join(complaint.strip().splitlines()[-1:])}"
    return [[_number(text) for text in row] for row in json.loads(printed)], ""


_C_DRIVER = """\
#include <stdio.h>
#include "{header}"
int main(void) {{
    double in[{inputs}];
    for (;;) {{
        for (int i = 0; i < {inputs}; i++) {{
            if (scanf("%la", &in[i]) != 1) {{
                return 0;
            }}
        }}
        {real} value;
        {module}_params grad = {module}_value_and_gradient({call}, &value);
        const {real} *all = (const {real} *)&grad;
        printf("%a", (double)value);
        for (int i = 0; i < {fields}; i++) {{
            printf(" %a", (double)all[i]);
        }}
        printf("\\n");
    }}
}}
"""


def run_c(
    files: Sequence[EmittedFile], points: Sequence[Sequence[float]], fields: int
) -> tuple[Results | None, str]:
    """Return value and gradient at each point, or None and the reason when C cannot be compiled."""
    compiler = c_compiler()
    if compiler is None:
        return None, "there is no C compiler (cc, gcc or clang) on this machine"
    header, source = files
    module = Path(header.name).stem
    inputs = len(points[0]) if points else 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in files:
            (folder / file.name).write_text(file.text, encoding="utf-8")
        driver = _C_DRIVER.format(
            header=header.name,
            module=module,
            inputs=max(1, inputs),
            fields=fields,
            call=", ".join(f"in[{i}]" for i in range(inputs)),
            real="float" if f"float {module}_value" in header.text else "double",
        )
        (folder / "driver_main.c").write_text(driver, encoding="utf-8")
        command = [compiler, "-std=c99", "-O1", source.name, "driver_main.c", "-lm", "-o", "driver"]
        made = subprocess.run(  # noqa: S603  (the system's compiler, with files made here)
            command, cwd=folder, capture_output=True, encoding="utf-8", timeout=_TIME_LIMIT,
            check=False,
        )  # fmt: skip
        if made.returncode:
            return None, f"{compiler} stopped: {made.stderr.strip().splitlines()[:1]}"
        text = "\n".join(" ".join(float(x).hex() for x in point) for point in points)
        done = subprocess.run(  # noqa: S603  (the program made above)
            [str(folder / "driver")], input=text, capture_output=True, encoding="utf-8",
            timeout=_TIME_LIMIT, check=False,
        )  # fmt: skip
    rows = [[_from_c(item) for item in line.split()] for line in done.stdout.splitlines()]
    return (rows, "") if len(rows) == len(points) else (None, "the compiled program stopped")


def c_compiler() -> str | None:
    """Return the system's C compiler: $CC, cc, gcc or clang, or None."""
    names = [os.environ.get("CC", ""), "cc", "gcc", "clang"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


def _from_c(text: str) -> float:
    return float.fromhex(text) if "x" in text else float(text)


def _number(text: str) -> float:
    return float(text.replace("Infinity", "inf"))
