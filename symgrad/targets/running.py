"""Emitted files run: what compilers and Node make of a driver that calls their functions.

A driver calls each function that is asked for at each point, and prints a line for a point, with a
semicolon behind the numbers of a function. `symgrad.targets.further` says what a row of numbers
holds.
"""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symgrad.errors import SymgradError
from symgrad.program.optimizers import optimizer
from symgrad.program.program import Program
from symgrad.targets.bounded import run
from symgrad.targets.further import DIRECTED, EQUAL, SAMPLES, FoundRows, direction
from symgrad.targets.task import RunTask


class BrokenCode(SymgradError, RuntimeError):
    """Emitted code cannot be loaded or compiled, or stops when it is called."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """How a driver is compiled: the command, the driver's file, and the smallest program.

    The sources stand behind `command`, and `libraries` behind them.
    """

    command: tuple[str, ...]
    driver: str
    smallest: str
    sources: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()

    def compiled(self, folder: Path, seconds: float, *sources: str) -> str:
        """Make a program of sources; return what the compiler says where it fails."""
        command = [*self.command, *sources, *self.libraries, "-o", "driver"]
        made = run(command, seconds=seconds, folder=folder)
        if not made.returncode and (folder / "driver").exists():
            return ""
        return made.stderr.decode("utf-8", "replace") or "no message"


def driven(
    task: RunTask, tools: Toolchain, driver: str, written: Callable[[float], str]
) -> tuple[list[str] | None, str]:
    """Return the lines that a driver prints, one for each point, or None and the reason.

    It reads the points as `written` writes numbers. Raises BrokenCode where the files cannot be
    compiled, or stop.
    """
    seconds, compiler = task.seconds, tools.command[0]
    given = "\n".join(" ".join(map(written, point)) for point in task.points)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in task.files:
            (folder / file.name).write_text(file.text, encoding="utf-8")
        (folder / tools.driver).write_text(driver, encoding="utf-8")
        try:
            complaint = tools.compiled(folder, seconds, *tools.sources, tools.driver)
            if complaint:
                (folder / tools.driver).write_text(tools.smallest, encoding="utf-8")
                if tools.compiled(folder, seconds, tools.driver):
                    return None, f"{compiler} cannot make a program here"
                raise BrokenCode(fault_line(complaint))
            done = run([str(folder / "driver")], given.encode(), seconds=seconds)
        except subprocess.TimeoutExpired:
            return None, f"compiling and running it took longer than {seconds:.3g} s"
        except OSError as error:
            return None, f"{compiler} cannot make a program here: {error.strerror}"
    rows = done.stdout.decode("ascii", "replace").splitlines()
    if done.returncode or len(rows) != len(task.points):
        raise BrokenCode("the compiled program stopped")
    return rows, ""


def separated(
    kinds: Sequence[str], lines: Sequence[str] | None, number: Callable[[str], float]
) -> FoundRows | None:
    """Return what a driver printed, by function; None for nothing.

    >>> separated(["hvp", "outputs"], ["1 2;3;"], float)
    {'hvp': [[1.0, 2.0]], 'outputs': [[3.0]]}
    """
    if lines is None:
        return None
    rows = [line.split(";") for line in lines]
    return {
        kind: [[number(word) for word in row[i].split()] for row in rows]
        for i, kind in enumerate(kinds)
    }


def settings_of(program: Program) -> tuple[list[float], bool]:
    """Return the rate and the settings of the update rule, and whether it keeps a state."""
    rule = optimizer(program.optimizer)
    numbers = [float(value) for value in (program.rate, *(value for _, value in rule.settings))]
    return numbers, bool(rule.state or rule.counter)


def before_defaults(program: Program, given: Sequence[Any], item: Any) -> list[Any]:  # noqa: ANN401
    """Return arguments with one more before the constants that have a default."""
    place = len(given) - sum(default is not None for _, default in program.constants)
    return [*given[:place], item, *given[place:]]


_NODE = """\
import {{readFileSync, writeFileSync}} from "node:fs";
import * as emitted from "./{module}";
const points = JSON.parse(readFileSync("points.json", "utf8"));
const flat = (found) =>
  typeof found === "number" ? [String(found)] : Object.values(found).flatMap(flat);
const rows = points.map((texts) => {{
  const point = texts.map(Number);
  const given = [...point.slice(0, {place}), {direction}, ...point.slice({place})];
  const many = point.map((x, i) => i >= {first} && i < {last} ? Array({equal}).fill(x) : x);
  return {kinds}.map((kind) => {{
    const own = {directed}.includes(kind) ? given : {samples}.includes(kind) ? many : point;
    const found = emitted[kind](...own);
    return flat(kind === "update" && Array.isArray(found) ? found[0] : found);
  }});
}});
writeFileSync("results.json", JSON.stringify(rows));
"""


def run_node(task: RunTask) -> tuple[FoundRows | None, str]:
    """Return what functions give at each point, or None and the reason when Node cannot run."""
    program = task.program
    driver = _NODE.format(
        module=task.files[0].name,
        direction=direction(len(program.wrt)),
        directed=list(DIRECTED),
        samples=list(SAMPLES),
        equal=EQUAL,
        first=len(program.parameters),
        last=len(program.parameters) + len(program.data),
        place=before_defaults(program, program.inputs, None).index(None),
        kinds=list(task.kinds),
    )
    rows, note = _executed_by_node(task, driver)
    if rows is None:
        return None, note
    return {
        kind: [[float(text.replace("Infinity", "inf")) for text in row[i]] for row in rows]
        for i, kind in enumerate(task.kinds)
    }, ""


def _executed_by_node(task: RunTask, driver: str) -> tuple[list[list[list[str]]] | None, str]:
    """Return what a driver writes to results.json, or None and the reason."""
    file, seconds = task.files[0], task.seconds
    node = shutil.which("node")
    if node is None:
        return None, "there is no `node` on this machine"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / file.name).write_text(file.text, encoding="utf-8")
        (folder / "driver.mjs").write_text(driver, encoding="utf-8")
        points = [[repr(float(x)).replace("inf", "Infinity") for x in p] for p in task.points]
        (folder / "points.json").write_text(json.dumps(points))
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


_RUST = """\
#[path = "{file}"]
mod emitted;
use std::io::BufRead;
fn show(numbers: &[f64]) {{
    let words: Vec<String> = numbers.iter().map(|n| n.to_bits().to_string()).collect();
    print!("{{}};", words.join(" "));
}}
fn main() {{
    for line in std::io::stdin().lock().lines() {{
        let line = line.unwrap();
        let words = line.split(' ');
        let x: Vec<f64> = words.map(|word| f64::from_bits(word.parse().unwrap())).collect();
{calls}        println!();
    }}
}}
"""


def run_rust(task: RunTask) -> tuple[FoundRows | None, str]:
    """Return what functions give at each point, or None and the reason when Rust cannot run."""
    compiler = shutil.which("rustc")
    if compiler is None:
        return None, "there is no `rustc` on this machine"
    file, program = task.files[0], task.program
    fields = re.findall(r"^    pub (\w+): f64,", file.text.partition("}")[0], re.MULTILINE)
    numbers, state = settings_of(program)
    places = [f"x[{i}]" for i in range(len(program.inputs))]
    given = dict.fromkeys(task.kinds, places)
    given |= {kind: [*places, repr(direction(len(program.wrt)))] for kind in DIRECTED}
    given["update"] = [*places, *map(repr, numbers), *(["emitted::START"] if state else [])]
    row = [f"found.{name}" for name in fields]
    shown = {**dict.fromkeys((*DIRECTED, "gradient", "update"), row), "value": ["found"]}
    shown["value_and_gradient"] = ["found.0", *(f"found.1.{name}" for name in fields)]
    if state:
        shown["update"] = [f"found.0.{name}" for name in fields]
    calls = ""
    for kind in task.kinds:
        whole = "found.concat()" if kind in ("jacobian", "hessian") else "found"
        text = f"[{', '.join(shown[kind])}]" if kind in shown else whole
        calls += f"        let found = emitted::{kind}({', '.join(given[kind])});\n"
        calls += f"        show(&{text});\n"
    tools = Toolchain((compiler, "--edition=2021", "-O"), "driver_main.rs", "fn main() {}\n")
    lines, note = driven(
        task, tools, _RUST.format(file=file.name, calls=calls), lambda x: str(_bits(x))
    )
    return separated(task.kinds, lines, _from_bits), note


def _bits(number: float) -> int:
    return int.from_bytes(struct.pack(">d", number), "big")


def _from_bits(word: str) -> float:
    """Return the number whose bits are those of a whole number."""
    found: float = struct.unpack(">d", int(word).to_bytes(8, "big"))[0]
    return found
