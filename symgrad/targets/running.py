"""Emitted files run where they were just made: as a module of this process, or under Node.

A row of results holds the value and the gradient that value_and_gradient gives at a point, then
those of value and gradient, then the parameters that update gives, with its default settings. Where
a language takes arrays of samples, all that follows once more for arrays of equal samples, over
which a mean is what it is at one. The step is left out of that where it moves data.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from symgrad.errors import SymgradError
from symgrad.program.optimizers import optimizer
from symgrad.program.program import Program
from symgrad.targets.base import EmittedFile
from symgrad.targets.bounded import run

Results = list[list[float]]


class BrokenCode(SymgradError, RuntimeError):
    """Emitted code cannot be loaded or compiled, or stops when it is called."""


_SAMPLES = 11  # more than the lanes of emitted C, and no multiple of them

_DRIVER = """\
import {{readFileSync, writeFileSync}} from "node:fs";
import {{value, gradient, value_and_gradient, update}} from "./{module}";
const points = JSON.parse(readFileSync("points.json", "utf8"));
const rows = points.map((texts) => {{
  const point = texts.map(Number);
  const [both_value, both_gradient] = value_and_gradient(...point);
  const found = update(...point);
  const all = [both_gradient, gradient(...point), Array.isArray(found) ? found[0] : found];
  const [first, second, updated] = all.map(Object.values);
  return [both_value, ...first, value(...point), ...second, ...updated].map(String);
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


def run_python(
    file: EmittedFile, points: Sequence[Sequence[float]], arrays: Program | None = None
) -> Results:
    """Return the results at each point; NaN where the code raises what bad arguments raise.

    With a program, its functions are also called with arrays. Raises BrokenCode where the file
    cannot be loaded, or a function stops in another way.
    """
    try:
        with tempfile.TemporaryDirectory() as folder:
            module = imported(file, Path(folder))
        rows = [_row(module, point) for point in points]
        if arrays is not None and arrays.data:
            steps = set(arrays.wrt).isdisjoint(arrays.data)
            first = len(arrays.parameters)
            last = first + len(arrays.data)
            for row, point in zip(rows, points, strict=True):
                data = [[number] * _SAMPLES for number in point[first:last]]
                row.extend(_row(module, [*point[:first], *data, *point[last:]], steps=steps))
    except Exception as error:
        raise BrokenCode(f"{type(error).__name__}: {error}") from error
    return rows


def _row(
    module: ModuleType, point: Sequence[float | list[float]], *, steps: bool = True
) -> list[float]:
    nan = float("nan")
    width = len(module.Gradient._fields)
    try:
        value, gradient = module.value_and_gradient(*point)
        row = [value, *gradient, module.value(*point), *module.gradient(*point)]
    except (ArithmeticError, ValueError):
        row = [nan] * (2 * width + 2)
    if steps:
        try:
            found = module.update(*point)
            row += found if hasattr(found, "_fields") else found[0]
        except (ArithmeticError, ValueError):
            row += [nan] * width
    return [float(number) for number in row]


def run_node(
    file: EmittedFile, points: Sequence[Sequence[float]], seconds: float
) -> tuple[Results | None, str]:
    """Return the results at each point, or None and the reason when Node cannot run them."""
    node = shutil.which("node")
    if node is None:
        return None, "there is no `node` on this machine"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / file.name).write_text(file.text, encoding="utf-8")
        (folder / "driver.mjs").write_text(_DRIVER.format(module=file.name), encoding="utf-8")
        (folder / "points.json").write_text(
            json.dumps([[_for_node(x) for x in point] for point in points])
        )
        try:
            done = run([node, "driver.mjs"], seconds=seconds, folder=folder)
            results = folder / "results.json"
            if done.returncode or not results.exists():
                if _is_broken(node, folder, seconds):
                    return None, f"`{node}` does not run JavaScript"
                raise BrokenCode(_fault(done.stderr.decode("utf-8", "replace")))
            rows = json.loads(results.read_text(encoding="utf-8"))
        except subprocess.TimeoutExpired:
            return None, f"`{node}` took longer than {seconds:.3g} s"
        except OSError as error:
            return None, f"`{node}` cannot be run: {error.strerror}"
    return [[_number(text) for text in row] for row in rows], ""


_PROBE = 'import {writeFileSync} from "node:fs";\nwriteFileSync("probe.json", "[1]");\n'


def _is_broken(node: str, folder: Path, seconds: float) -> bool:
    """Tell whether what is called Node cannot even write a file."""
    (folder / "probe.mjs").write_text(_PROBE, encoding="utf-8")
    run([node, "probe.mjs"], seconds=seconds, folder=folder)
    return not (folder / "probe.json").exists()


def _fault(complaint: str) -> str:
    """Return the line of a compiler's or interpreter's complaint that says what is wrong."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    named = [line for line in lines if "rror:" in line]
    return (named or lines or ["no message"])[0]


_C_DRIVER = """\
#include <stdio.h>
#include <string.h>
#include "{header}"
enum {{ SAMPLES = {samples} }};
static void show(const {module}_params *row) {{
    const {real} *all = (const {real} *)row;
    for (int i = 0; i < {fields}; i++) {{
        printf(" %a", (double)all[i]);
    }}
}}
int main(void) {{
    double in[{inputs}];
    {real} columns[{inputs}][SAMPLES];
    for (;;) {{
        {real} value;
        {module}_params row;
{state}        for (int i = 0; i < {inputs}; i++) {{
            if (scanf("%la", &in[i]) != 1) {{
                return 0;
            }}
            for (int sample = 0; sample < SAMPLES; sample++) {{
                columns[i][sample] = ({real})in[i];
            }}
        }}
{calls}        printf("\\n");
    }}
}}
"""
_C_CALLS = """\
        row = {module}_value_and_gradient({call}, &value);
        printf(" %a", (double)value);
        show(&row);
        printf(" %a", (double){module}_value({call}));
        row = {module}_gradient({call});
        show(&row);
"""
_C_UPDATE = """\
        {clear}row = {module}_update({call}, {settings});
        show(&row);
"""


def run_c(
    files: Sequence[EmittedFile],
    points: Sequence[Sequence[float]],
    program: Program,
    seconds: float,
) -> tuple[Results | None, str]:
    """Return the results at each point, or None and the reason when C cannot be run here."""
    compiler = c_compiler()
    if compiler is None:
        return None, "there is no C compiler (cc, gcc or clang) on this machine"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in files:
            (folder / file.name).write_text(file.text, encoding="utf-8")
        driver = _c_driver(files[0], program)
        (folder / "driver_main.c").write_text(driver, encoding="utf-8")
        text = "\n".join(" ".join(float(x).hex() for x in point) for point in points)
        try:
            complaint = _compiled(compiler, folder, seconds, files[1].name, "driver_main.c")
            if complaint:
                (folder / "none.c").write_text("#include <math.h>\nint main(void) { return 0; }\n")
                if _compiled(compiler, folder, seconds, "none.c"):
                    return None, f"{compiler} cannot make a program here"
                raise BrokenCode(_fault(complaint))
            done = run([str(folder / "driver")], text.encode(), seconds=seconds)
        except subprocess.TimeoutExpired:
            return None, f"compiling and running it took longer than {seconds:.3g} s"
        except OSError as error:
            return None, f"{compiler} cannot make a program here: {error.strerror}"
    lines = done.stdout.decode("ascii", "replace").splitlines()
    if done.returncode or len(lines) != len(points):
        raise BrokenCode("the compiled program stopped")
    return [[_from_c(item) for item in line.split()] for line in lines], ""


def _compiled(compiler: str, folder: Path, seconds: float, *sources: str) -> str:
    """Compile a program; return what the compiler says where it fails."""
    command = [compiler, "-std=c99", "-O1", *sources, "-lm", "-o", "driver"]
    made = run(command, seconds=seconds, folder=folder)
    if not made.returncode and (folder / "driver").exists():
        return ""
    return made.stderr.decode("utf-8", "replace") or "no message"


def _c_driver(header: EmittedFile, program: Program) -> str:
    """Return a program that reads points and calls every function, with the rule's own settings."""
    module = Path(header.name).stem
    rule = optimizer(program.optimizer)
    state = bool(rule.state or rule.counter)
    rates = [float(value) for value in (program.rate, *(value for _, value in rule.settings))]
    settings = ", ".join([*(rate.hex() for rate in rates), *(["&state"] if state else [])])
    clear = "memset(&state, 0, sizeof state);\n        " if state else ""
    places = [f"in[{i}]" for i in range(len(program.inputs))]
    first = len(program.parameters)
    last = first + len(program.data)
    columns = [f"columns[{i}]" for i in range(first, last)]
    single = ", ".join(places)
    batch = ", ".join([*places[:first], "SAMPLES", *columns, *places[last:]])
    calls = _C_CALLS.format(module=module, call=single)
    calls += _C_UPDATE.format(module=module, call=single, settings=settings, clear=clear)
    if program.data:
        calls += _C_CALLS.format(module=f"{module}_batch", call=batch)
        if set(program.wrt).isdisjoint(program.data):
            calls += _C_UPDATE.format(
                module=f"{module}_batch", call=batch, settings=settings, clear=clear
            )
    return _C_DRIVER.format(
        header=header.name,
        module=module,
        samples=_SAMPLES,
        inputs=max(1, len(places)),
        fields=len(program.wrt),
        real="float" if f"float {module}_value" in header.text else "double",
        state=f"        {module}_state state;\n" if state else "",
        calls=calls,
    )


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


def run_rust(
    file: EmittedFile, points: Sequence[Sequence[float]], program: Program, seconds: float
) -> tuple[Results | None, str]:
    """Return the results at each point, or None and the reason when Rust cannot be run here."""
    compiler = shutil.which("rustc")
    if compiler is None:
        return None, "there is no `rustc` on this machine"
    rule = optimizer(program.optimizer)
    fields = re.findall(r"^    pub (\w+): f64,", file.text.partition("}")[0], re.MULTILINE)
    call = ", ".join(f"x[{i}]" for i in range(len(program.inputs)))
    settings = [repr(float(v)) for v in (program.rate, *(value for _, value in rule.settings))]
    state = ["emitted::START"] if rule.state or rule.counter else []
    driver = _RUST_DRIVER.format(
        file=file.name,
        call=call,
        step=", ".join([*([call] if call else []), *settings, *state]),
        both=", ".join(f"both.{name}" for name in fields),
        gradient=", ".join(f"gradient.{name}" for name in fields),
        updated=", ".join(f"found{'.0' if state else ''}.{name}" for name in fields),
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / file.name).write_text(file.text, encoding="utf-8")
        (folder / "driver_main.rs").write_text(driver, encoding="utf-8")
        lines = "\n".join(" ".join(str(_bits(number)) for number in point) for point in points)
        try:
            command = [compiler, "--edition=2021", "-O", "driver_main.rs", "-o", "driver"]
            made = run(command, seconds=seconds, folder=folder)
            if made.returncode:
                raise BrokenCode(_fault(made.stderr.decode("utf-8", "replace")))
            done = run([str(folder / "driver")], lines.encode(), seconds=seconds)
        except subprocess.TimeoutExpired:
            return None, f"compiling and running it took longer than {seconds:.3g} s"
        except OSError as error:
            return None, f"`{compiler}` cannot make a program here: {error.strerror}"
    rows = done.stdout.decode("ascii", "replace").splitlines()
    if done.returncode or len(rows) != len(points):
        raise BrokenCode("the compiled program stopped")
    return [[_from_bits(int(word)) for word in row.split()] for row in rows], ""


def _bits(number: float) -> int:
    return int.from_bytes(struct.pack(">d", number), "big")


def _from_bits(bits: int) -> float:
    found: float = struct.unpack(">d", bits.to_bytes(8, "big"))[0]
    return found


def c_compiler() -> str | None:
    """Return the system's C compiler: $CC, cc, gcc or clang, or None."""
    names = [os.environ.get("CC", ""), "cc", "gcc", "clang"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


def _from_c(text: str) -> float:
    return float.fromhex(text) if "x" in text else float(text)


def _for_node(number: float) -> str:
    return repr(float(number)).replace("inf", "Infinity")


def _number(text: str) -> float:
    return float(text.replace("Infinity", "inf"))
