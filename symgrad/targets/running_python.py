"""Emitted Python called where it was just made: as a module of this process.

What takes arrays of samples is called with several equal ones, over which a mean is what it is at
one.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from symgrad.program.batch import moving_and_fixed
from symgrad.program.program import Program
from symgrad.targets.further import (
    BATCH,
    DIRECTED,
    EQUAL,
    FIRST,
    MANY,
    SAMPLES,
    FoundRows,
    dense,
    direction,
    size,
)
from symgrad.targets.running import BrokenCode, before_defaults
from symgrad.targets.task import EmittedFile, RunTask

Point = Sequence[float]
Given = Callable[[Point, str], list[Any]]
Reader = Callable[[str, Sequence[float]], Sequence[float]]


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


def run_python(task: RunTask) -> FoundRows:
    """Return what functions of numbers give at each point, by function.

    NaN where value, gradient or update raise what bad arguments raise; raises BrokenCode where the
    file cannot be loaded, or a function stops in another way.
    """
    program = task.program

    def given(point: Point, kind: str) -> list[Any]:
        if kind in SAMPLES:
            return _samples(program, point)
        return _with_direction(program, point) if kind in DIRECTED else list(point)

    return _called(task, given, lambda _, found: found)


def run_tensors(task: RunTask) -> FoundRows:
    """Return the same for JAX and PyTorch, whose further functions take several equal samples."""
    program = task.program

    def given(point: Point, kind: str) -> list[Any]:
        samples = _samples(program, point)
        return _with_direction(program, samples) if kind == "hvp" else samples

    return _called(task, given, lambda _, found: found)


def run_numpy(task: RunTask, *, doubles: bool = False) -> FoundRows:
    """Return the same for NumPy; with `doubles` all arguments are NumPy's doubles and arrays."""
    program = task.program
    values = program.further.get("residuals") or program.further.get("outputs")
    moving, fixed = moving_and_fixed(program, values) if values else ([], [])
    equal = EQUAL if moving and not fixed else 1  # samples whose products can be told apart
    sizes = {"outputs": 1, "residuals": 1}
    sizes |= dict.fromkeys(("jacobian", "jacobian_sparse"), len(program.wrt))

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
                found += part[i * size : (i + 1) * size]
        return found

    def read(kind: str, found: Sequence[float]) -> Sequence[float]:
        if kind == "gauss_newton_product":
            return [number / equal for number in found]
        if kind == "hessian_sparse" and program.graph.maximize:
            return [-number for number in found]
        return rows(found, sizes[kind]) if kind in sizes else found

    def given(point: Point, kind: str) -> list[Any]:
        if kind == "gauss_newton_product":
            theta, *others = _arrays(program, point, kind, equal)
            return [theta, direction(len(program.wrt)), *others]
        return _arrays(program, point, kind)

    return _called(task, given, read, doubles=doubles)


def _called(task: RunTask, given: Given, read: Reader, *, doubles: bool = False) -> FoundRows:
    """Return what functions give: value, gradient and update of what they take in any language."""
    program = task.program

    def arguments(point: Point, kind: str) -> list[Any]:
        if kind.startswith(BATCH):
            return _samples(program, point, MANY)
        if doubles and kind in FIRST:
            return _samples(program, point, 1)
        return list(point) if kind in FIRST else given(point, kind)

    try:
        with tempfile.TemporaryDirectory() as folder:
            module = imported(task.files[0], Path(folder))
    except Exception as error:
        raise BrokenCode(f"{type(error).__name__}: {error}") from error

    def row(point: Point, kind: str) -> Sequence[float]:
        try:
            found = arguments(point, kind)
            if not doubles:
                return read(kind, _result(module, program, kind, found))
            with module.np.errstate(all="ignore"):
                return read(kind, _result(module, program, kind, _doubles(module.np, found)))
        except Exception as error:
            first = kind.removeprefix(BATCH) in FIRST
            if first and isinstance(error, ArithmeticError | ValueError):
                return [float("nan")] * size(kind, len(program.wrt))
            raise BrokenCode(f"{kind}: {type(error).__name__}: {error}") from error

    return {kind: [row(point, kind) for point in task.points] for kind in task.kinds}


def _doubles(np: Any, given: list[Any]) -> list[Any]:  # noqa: ANN401
    """Return numbers and lists of numbers as doubles and arrays of the file's NumPy."""
    return [np.array(x, float) if isinstance(x, list) else np.float64(x) for x in given]


def _result(module: ModuleType, program: Program, kind: str, given: list[Any]) -> list[float]:
    """Return the numbers that a function gives, in canonical order."""
    if kind == "partial_sums":
        return _numbers(_of_chunks(module, program, *given))
    found = getattr(module, kind.removeprefix(BATCH))(*given)
    if kind.endswith("update") and not hasattr(found, "_fields"):
        found = found[0]  # the state is behind
    if kind.endswith("_sparse"):
        matrix = kind.removesuffix("_sparse").upper()
        if hasattr(module, f"{matrix}_COLUMNS"):
            columns = getattr(module, f"{matrix}_COLUMNS")
            starts = getattr(module, f"{matrix}_STARTS")
            return dense(found, columns, starts, len(program.wrt))
        values, columns, starts = (part.tolist() for part in found)
        return dense(values, columns, starts, len(program.wrt))
    return _numbers(found)


def _numbers(found: Any) -> list[float]:  # noqa: ANN401
    """Return all numbers of a result in order, whatever holds them.

    >>> _numbers((1, [(2.0, 3.0), [4]]))
    [1.0, 2.0, 3.0, 4.0]
    """
    if hasattr(found, "reshape"):
        return list(map(float, found.reshape(-1)))
    if isinstance(found, tuple | list):
        return [number for part in found for number in _numbers(part)]
    return [float(found)]


def _of_chunks(module: ModuleType, program: Program, *given: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Return value and gradient from the sums over three chunks, one of them of one sample."""
    first = len(program.parameters)
    last = first + len(program.data)
    fixed = (*given[:first], *given[last:])
    one = [column[:1] for column in given[first:last]]
    whole = module.partial_sums(*given)
    part = module.partial_sums(*given[:first], *one, *given[last:])
    both = module.add_sums(module.Sums(*whole), part)
    value, gradient = module.combine_sums([whole, both], *fixed)
    return value, gradient


def _samples(program: Program, point: Point, equal: int = EQUAL) -> list[Any]:
    """Return the arguments at a point with arrays of equal samples for data."""
    first = len(program.parameters)
    last = first + len(program.data)
    return [*point[:first], *([number] * equal for number in point[first:last]), *point[last:]]


def _with_direction(program: Program, given: Sequence[Any]) -> list[Any]:
    return before_defaults(program, given, direction(len(program.wrt)))


def _arrays(program: Program, point: Point, kind: str, equal: int = EQUAL) -> list[Any]:
    given = _samples(program, point, equal)
    if kind == "hvp":
        return _with_direction(program, given)
    if kind == "hessian" or kind in SAMPLES:
        return given
    by_name = dict(zip(program.inputs, point, strict=True))
    others = [g for n, g in zip(program.inputs, given, strict=True) if n not in program.wrt]
    return [[by_name[name] for name in program.wrt], *others]
