"""Emitted files run where they were just made: as a module of this process, or under Node.

A row of results holds the value and the gradient that value_and_gradient gives at a point, then
those of value and gradient, then the parameters that update gives, with its default settings. Where
a language takes arrays of samples, all that follows once more for arrays of equal samples, over
which a mean is what it is at one. The step is left out of that where it moves data. A function that
the file does not have gives None.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from symgrad.errors import SymgradError
from symgrad.program.optimizers import optimizer
from symgrad.targets.base import EmittedFile, RunTask
from symgrad.targets.bounded import run
from symgrad.targets.choice import OFFERED

Results = list[list[float | None]]


class BrokenCode(SymgradError, RuntimeError):
    """Emitted code cannot be loaded or compiled, or stops when it is called."""


SAMPLES = 11  # more than the lanes of emitted C, and no multiple of them

_DRIVER = """\
import {{readFileSync, writeFileSync}} from "node:fs";
import * as emitted from "./{module}";
const points = JSON.parse(readFileSync("points.json", "utf8"));
const rows = points.map((texts) => {{
  const point = texts.map(Number);
  const none = Array({width}).fill(null);
  const all = (found) => Object.values(found).map(String);
  const at = (name, shown, other) => name in emitted ? shown(emitted[name](...point)) : other;
  const both = at("value_and_gradient", ([v, g]) => [String(v), ...all(g)], [null, ...none]);
  const alone = at("value", String, null);
  const step = at("update", (found) => all(Array.isArray(found) ? found[0] : found), none);
  return [...both, alone, ...at("gradient", all, none), ...step];
}});
writeFileSync("results.json", JSON.stringify(rows));
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


def run_python(task: RunTask, *, arrays: bool = False) -> Results:
    """Return the results at each point; NaN where the code raises what bad arguments raise.

    With `arrays` its functions are also called with arrays. Raises BrokenCode where the file cannot
    be loaded, or a function stops in another way.
    """
    program, points = task.program, task.points
    width = len(program.wrt)
    try:
        with tempfile.TemporaryDirectory() as folder:
            module = imported(task.files[0], Path(folder))
        rows = [_row(module, point, width) for point in points]
        if arrays and program.data:
            steps = set(program.wrt).isdisjoint(program.data)
            first = len(program.parameters)
            last = first + len(program.data)
            for row, point in zip(rows, points, strict=True):
                data = [[number] * SAMPLES for number in point[first:last]]
                given: list[float | list[float]] = [*point[:first], *data, *point[last:]]
                row.extend(_row(module, given, width, steps=steps))
    except Exception as error:
        raise BrokenCode(f"{type(error).__name__}: {error}") from error
    return rows


def _row(
    module: ModuleType, point: Sequence[float | list[float]], width: int, *, steps: bool = True
) -> list[float | None]:
    """Return what every function of a module gives at a point."""
    readers: dict[str, tuple[int, Callable[[Any], Iterable[float]]]] = {
        "value_and_gradient": (1 + width, lambda found: (found[0], *found[1])),
        "value": (1, lambda found: (found,)),
        "gradient": (width, tuple),
        "update": (width, lambda found: found if hasattr(found, "_fields") else found[0]),
    }
    row: list[float | None] = []
    for name, (size, read) in readers.items():
        function = getattr(module, name, None)
        if name == "update" and not steps:
            continue
        if function is None:
            row += [None] * size
            continue
        try:
            row += [float(number) for number in read(function(*point))]
        except (ArithmeticError, ValueError):
            row += [float("nan")] * size
    return row


def run_node(task: RunTask) -> tuple[Results | None, str]:
    """Return the results at each point, or None and the reason when Node cannot run them."""
    driver = _DRIVER.format(module=task.files[0].name, width=len(task.program.wrt))
    rows, note = executed_by_node(task, driver)
    if rows is None:
        return None, note
    return [[None if text is None else number_of(text) for text in row] for row in rows], ""


def executed_by_node(task: RunTask, driver: str) -> tuple[list[list[Any]] | None, str]:
    """Return what a driver writes to results.json, or None and the reason."""
    file, seconds = task.files[0], task.seconds
    node = shutil.which("node")
    if node is None:
        return None, "there is no `node` on this machine"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / file.name).write_text(file.text, encoding="utf-8")
        (folder / "driver.mjs").write_text(driver, encoding="utf-8")
        (folder / "points.json").write_text(
            json.dumps([[_for_node(x) for x in point] for point in task.points])
        )
        try:
            done = run([node, "driver.mjs"], seconds=seconds, folder=folder)
            results = folder / "results.json"
            if done.returncode or not results.exists():
                if _is_broken(node, folder, seconds):
                    return None, f"`{node}` does not run JavaScript"
                raise BrokenCode(fault_line(done.stderr.decode("utf-8", "replace")))
            rows = json.loads(results.read_text(encoding="utf-8"))
        except subprocess.TimeoutExpired:
            return None, f"`{node}` took longer than {seconds:.3g} s"
        except OSError as error:
            return None, f"`{node}` cannot be run: {error.strerror}"
    return rows, ""


_PROBE = 'import {writeFileSync} from "node:fs";\nwriteFileSync("probe.json", "[1]");\n'


def _is_broken(node: str, folder: Path, seconds: float) -> bool:
    """Tell whether what is called Node cannot even write a file."""
    (folder / "probe.mjs").write_text(_PROBE, encoding="utf-8")
    run([node, "probe.mjs"], seconds=seconds, folder=folder)
    return not (folder / "probe.json").exists()


def fault_line(complaint: str) -> str:
    """Return the line of a compiler's or interpreter's complaint that says what is wrong."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    named = [line for line in lines if "rror:" in line]
    return (named or lines or ["no message"])[0]


_RUST_DRIVER = """\
#[path = "{file}"]
mod emitted;
use std::io::BufRead;
fn main() {{
    for line in std::io::stdin().lock().lines() {{
        let line = line.unwrap();
        let words = line.split(' ');
        let x: Vec<f64> = words.map(|word| f64::from_bits(word.parse().unwrap())).collect();
        let (value, both) = emitted::value_and_gradient({call});
        let gradient = emitted::gradient({call});
        let found = emitted::update({step});
        let row = [
            value, {both}, emitted::value({call}), {gradient}, {updated},
        ];
        let words: Vec<String> = row.iter().map(|number| number.to_bits().to_string()).collect();
        println!("{{}}", words.join(" "));
    }}
}}
"""


def run_rust(task: RunTask) -> tuple[Results | None, str]:
    """Return the results at each point, or None and the reason when Rust cannot be run here."""
    file, program = task.files[0], task.program
    rule = optimizer(program.optimizer)
    fields = re.findall(r"^    pub (\w+): f64,", file.text.partition("}")[0], re.MULTILINE)
    call = ", ".join(f"x[{i}]" for i in range(len(program.inputs)))
    settings = [repr(float(v)) for v in (program.rate, *(value for _, value in rule.settings))]
    state = ["emitted::START"] if rule.state or rule.counter else []
    if not all(f"pub fn {name}(" in file.text for name in OFFERED):
        return None, "a file with a part of the functions is not run"
    driver = _RUST_DRIVER.format(
        file=file.name,
        call=call,
        step=", ".join([*([call] if call else []), *settings, *state]),
        both=", ".join(f"both.{name}" for name in fields),
        gradient=", ".join(f"gradient.{name}" for name in fields),
        updated=", ".join(f"found{'.0' if state else ''}.{name}" for name in fields),
    )
    rows, note = executed_by_rust(task, driver)
    if rows is None:
        return None, note
    return [[from_bits(word) for word in row.split()] for row in rows], ""


def executed_by_rust(task: RunTask, driver: str) -> tuple[list[str] | None, str]:
    """Return the lines that a driver prints, one for each point, or None and the reason."""
    points = task.points
    compiler = shutil.which("rustc")
    if compiler is None:
        return None, "there is no `rustc` on this machine"
    command = [compiler, "--edition=2021", "-O", "driver_main.rs", "-o", "driver"]
    lines = "\n".join(" ".join(str(_bits(number)) for number in point) for point in points)
    return driven(task, command, driver, lines, f"`{compiler}`")


def driven(
    task: RunTask, command: list[str], driver: str, given: str, called: str
) -> tuple[list[str] | None, str]:
    """Return the lines of a driver that a compiler makes, one for each point, or the reason.

    Args:
        task: the files and how many points there are.
        command: compiles the driver; it ends in the name of that file and `-o driver`.
        driver: its text.
        given: what the driver reads.
        called: the compiler, in a message.
    """
    file, seconds = task.files[0], task.seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / file.name).write_text(file.text, encoding="utf-8")
        (folder / command[-3]).write_text(driver, encoding="utf-8")
        try:
            made = run(command, seconds=seconds, folder=folder)
            if made.returncode:
                raise BrokenCode(fault_line(made.stderr.decode("utf-8", "replace")))
            done = run([str(folder / "driver")], given.encode(), seconds=seconds)
        except subprocess.TimeoutExpired:
            return None, f"compiling and running it took longer than {seconds:.3g} s"
        except OSError as error:
            return None, f"{called} cannot make a program here: {error.strerror}"
    rows = done.stdout.decode("ascii", "replace").splitlines()
    if done.returncode or len(rows) != len(task.points):
        raise BrokenCode("the compiled program stopped")
    return rows, ""


def _bits(number: float) -> int:
    return int.from_bytes(struct.pack(">d", number), "big")


def from_bits(word: str) -> float:
    """Return the number whose bits are those of a whole number."""
    found: float = struct.unpack(">d", int(word).to_bytes(8, "big"))[0]
    return found


def _for_node(number: float) -> str:
    return repr(float(number)).replace("inf", "Infinity")


def number_of(text: str) -> float:
    """Return a number as JavaScript writes it."""
    return float(text.replace("Infinity", "inf"))
