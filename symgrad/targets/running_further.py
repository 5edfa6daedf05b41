"""The further functions of emitted files called: in this process, under Node, by a Rust program."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from symgrad.program.batch import moving_and_fixed
from symgrad.program.program import Program
from symgrad.targets.base import RunTask
from symgrad.targets.further import DIRECTED, EQUAL, SAMPLES, FoundRows, dense, direction, separated
from symgrad.targets.running import (
    BrokenCode,
    executed_by_node,
    executed_by_rust,
    from_bits,
    imported,
    number_of,
)

Point = Sequence[float]
Reader = Callable[[ModuleType, Any], Sequence[float]]

_NODE = """\
import {{readFileSync, writeFileSync}} from "node:fs";
import * as emitted from "./{module}";
const points = JSON.parse(readFileSync("points.json", "utf8"));
const along = {direction};
const flat = (found) => [Object.values(found)].flat(Infinity).map(String);
const rows = points.map((texts) => {{
  const point = texts.map(Number);
  const given = [...point.slice(0, {place}), along, ...point.slice({place})];
  return {kinds}.map((kind) => flat(emitted[kind](...(kind === "hvp" ? given : point))));
}});
writeFileSync("results.json", JSON.stringify(rows));
"""
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


def run_python_further(task: RunTask, kinds: Sequence[str]) -> FoundRows:
    """Return what functions of an emitted Python module give at each point."""
    program = task.program

    def sparse(module: ModuleType, found: Sequence[float]) -> list[float]:
        pattern = (module.JACOBIAN_COLUMNS, module.JACOBIAN_STARTS)
        return dense(found, *pattern, len(program.wrt))

    readers: dict[str, Reader] = dict.fromkeys(
        ("outputs", "residuals", *DIRECTED, "value_each"), lambda _, found: found
    )
    readers |= dict.fromkeys(
        ("jacobian", "hessian", "gradient_each"), lambda _, found: _flat(found)
    )
    readers |= {"jacobian_sparse": sparse, "partial_sums": lambda _, found: found}
    return _called(task, kinds, lambda point, kind: _given(program, point, kind), readers)


def run_numpy_further(task: RunTask, kinds: Sequence[str]) -> FoundRows:
    """Return the same for NumPy: what takes samples is called with several equal ones."""
    program = task.program
    width = len(program.wrt)
    values = program.further.get("residuals") or program.further.get("outputs")
    moving, fixed = moving_and_fixed(program, values) if values else ([], [])
    equal = EQUAL if moving and not fixed else 1  # samples whose products can be told apart

    def rows(numbers: Sequence[float], size: int) -> list[float]:
        """Return the rows of every sample, with what stands once behind all of them."""
        samples = EQUAL if program.data else 1
        block = len(moving) * size
        if len(numbers) != samples * block + len(fixed) * size:
            raise ValueError(f"{len(numbers)} numbers")
        found: list[float] = []
        for sample in range(samples):
            own = numbers[sample * block : (sample + 1) * block]
            parts = dict(zip(moving, range(len(moving)), strict=True))
            last = {place: i for i, place in enumerate(fixed)}
            for place in range(len(moving) + len(fixed)):
                part = own if place in parts else numbers[samples * block :]
                i = parts.get(place, last.get(place, 0))
                found += [float(number) for number in part[i * size : (i + 1) * size]]
        return found

    readers: Mapping[str, Reader] = {
        "outputs": lambda _, found: rows(found, 1),
        "residuals": lambda _, found: rows(found, 1),
        "jacobian": lambda _, found: rows(found.ravel(), width),
        "jacobian_sparse": lambda _, found: rows(
            dense(found[0].tolist(), found[1].tolist(), found[2].tolist(), width), width
        ),
        "hessian": lambda _, found: [float(number) for number in found.ravel()],
        "hvp": lambda _, found: [float(number) for number in found],
        "gauss_newton_product": lambda _, found: [float(number) / equal for number in found],
        "value_each": lambda _, found: [float(number) for number in found],
        "gradient_each": lambda _, found: [float(number) for number in found.ravel()],
        "partial_sums": lambda _, found: found,
    }

    def given(point: Point, kind: str) -> list[Any]:
        if kind == "gauss_newton_product":
            theta, *others = _arrays(program, point, kind, equal)
            return [theta, direction(width), *others]
        return _arrays(program, point, kind)

    return _called(task, kinds, given, readers)


def run_tensors_further(task: RunTask, kinds: Sequence[str]) -> FoundRows:
    """Return the same for JAX and PyTorch, where every function takes several equal samples."""
    program = task.program

    def given(point: Point, kind: str) -> list[Any]:
        samples = _samples(program, point)
        return _with_direction(program, samples) if kind == "hvp" else samples

    readers: dict[str, Reader] = dict.fromkeys(
        kinds, lambda _, found: [float(number) for number in found.reshape(-1)]
    )
    if "hvp" in readers:
        readers["hvp"] = lambda _, found: [float(number) for number in found]
    return _called(task, kinds, given, readers)


def _called(
    task: RunTask,
    kinds: Sequence[str],
    given: Callable[[Point, str], list[Any]],
    readers: Mapping[str, Reader],
) -> FoundRows:
    with tempfile.TemporaryDirectory() as folder:
        module = imported(task.files[0], Path(folder))
    found: dict[str, list[Sequence[float]]] = {kind: [] for kind in kinds if kind in readers}
    for kind, rows in found.items():
        read = readers[kind]
        function = getattr(module, kind)
        if kind == "partial_sums":
            function = partial(_of_chunks, module, task.program)
        try:
            rows += [read(module, function(*given(point, kind))) for point in task.points]
        except Exception as error:
            raise BrokenCode(f"{kind}: {type(error).__name__}: {error}") from error
    return found


def _of_chunks(module: ModuleType, program: Program, *given: Any) -> list[float]:  # noqa: ANN401
    """Return value and gradient from the sums over three chunks, one of them of one sample."""
    first = len(program.parameters)
    last = first + len(program.data)
    fixed = (*given[:first], *given[last:])
    one = [column[:1] for column in given[first:last]]
    whole = module.partial_sums(*given)
    part = module.partial_sums(*given[:first], *one, *given[last:])
    both = module.add_sums(module.Sums(*whole), part)
    value, gradient = module.combine_sums([whole, both], *fixed)
    return [value, *gradient]


def _flat(found: Sequence[Sequence[float]]) -> list[float]:
    return [number for row in found for number in row]


def _samples(program: Program, point: Point, equal: int = EQUAL) -> list[Any]:
    """Return the arguments at a point with arrays of equal samples for data."""
    first = len(program.parameters)
    last = first + len(program.data)
    return [*point[:first], *([number] * equal for number in point[first:last]), *point[last:]]


def _with_direction(program: Program, given: list[Any]) -> list[Any]:
    """Return the arguments with a direction before the constants that have a default."""
    usual = sum(default is not None for _, default in program.constants)
    place = len(given) - usual
    return [*given[:place], direction(len(program.wrt)), *given[place:]]


def _given(program: Program, point: Point, kind: str) -> list[Any]:
    if kind in SAMPLES:
        return _samples(program, point)
    return _with_direction(program, list(point)) if kind in DIRECTED else list(point)


def _arrays(program: Program, point: Point, kind: str, equal: int = EQUAL) -> list[Any]:
    given = _samples(program, point, equal)
    if kind == "hvp":
        return _with_direction(program, given)
    if kind == "hessian" or kind in SAMPLES:
        return given
    by_name = dict(zip(program.inputs, point, strict=True))
    others = [g for n, g in zip(program.inputs, given, strict=True) if n not in program.wrt]
    return [[by_name[name] for name in program.wrt], *others]


def run_node_further(task: RunTask, kinds: Sequence[str]) -> FoundRows:
    """Return what functions of an emitted JavaScript module give; empty where Node is missing."""
    program = task.program
    usual = sum(default is not None for _, default in program.constants)
    driver = _NODE.format(
        module=task.files[0].name,
        direction=direction(len(program.wrt)),
        place=len(program.inputs) - usual,
        kinds=list(kinds),
    )
    rows, _ = executed_by_node(task, driver)
    return {
        kind: [[number_of(text) for text in row[i]] for row in rows]
        for i, kind in enumerate(kinds)
        if rows
    }


def run_rust_further(task: RunTask, kinds: Sequence[str]) -> FoundRows:
    """Return what functions of an emitted Rust module give; empty where rustc is missing."""
    file, program = task.files[0], task.program
    call = ", ".join(f"x[{i}]" for i in range(len(program.inputs)))
    along = f"[{', '.join(map(repr, direction(len(program.wrt))))}]"
    fields = re.findall(r"^    pub (\w+): f64,", file.text.partition("}")[0], re.MULTILINE)
    calls = ""
    for kind in kinds:
        made = f"emitted::{kind}({call})"
        if kind == "hvp":
            made = f"emitted::hvp({', '.join(filter(None, [call, along]))})"
            calls += f"        let found = {made};\n"
            made = f"[{', '.join(f'found.{name}' for name in fields)}]"
        elif kind in {"jacobian", "hessian"}:
            made += ".concat()"
        calls += f"        show(&{made});\n"
    driver = _RUST.format(file=file.name, calls=calls)
    lines, _ = executed_by_rust(task, driver)
    return separated(kinds, lines or [], from_bits)
