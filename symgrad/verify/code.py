"""A hand-written gradient function in Python, against the derivation.

The function is called with the names of the graph: parameters, data and constants as it declares
them. It may return one number for each parameter in their order, a mapping by name, an object with
one attribute for each, or a single number where there is one parameter.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symgrad.errors import SymgradError, close_to
from symgrad.expression.certified_values import fraction
from symgrad.expression.names import canonical
from symgrad.expression.points import common, signed
from symgrad.expression.print_ascii import ascii_name
from symgrad.expression.printer import Printer
from symgrad.graph.graph import Graph
from symgrad.graph.points import points_of
from symgrad.verify.truth import MissingValue, Point, Truth

POINTS = 12
TOLERANCE = 1e-6
_TRIES = 200
_MAX_PATHS = 40


@dataclass(frozen=True, slots=True)
class Miss:
    """One component that is off at one point, and the path that explains it, if one does."""

    component: str
    point: tuple[tuple[str, float], ...]
    theirs: float
    right: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CodeReport:
    """How a gradient function compares with the derivation at random points."""

    function: str
    points: int
    misses: tuple[Miss, ...]

    @property
    def ok(self) -> bool:
        """Whether every component is right at every point."""
        return not self.misses

    def __str__(self) -> str:
        if self.ok:
            return f"✓ `{self.function}` agrees with the derivation at {self.points} points"
        lines = [f"✗ `{self.function}` is wrong:"]
        for miss in self.misses:
            at = ", ".join(f"{name} = {value:g}" for name, value in miss.point)
            reason = miss.reason or "no single path explains it"
            lines.append(f"  component `{miss.component}`: {reason}")
            lines.append(f"    at {at}: yours = {miss.theirs!r}, right = {miss.right!r}")
        return "\n".join(lines)


def load_function(spec: str) -> Callable[..., Any]:
    """Run a module and return the function that `module.py:grad` names.

    Raises:
        SymgradError: if there is no such file or function, or the module fails.
    """
    path, _, name = spec.rpartition(":")
    if not path or not name.isidentifier():
        raise SymgradError(f"`{spec}` names no function", help="as in `module.py:grad`")
    file = Path(path)
    if not file.is_file():
        raise SymgradError(f"there is no file `{path}`")
    found = importlib.util.spec_from_file_location(f"_symgrad_user_{file.stem}", file)
    if found is None or found.loader is None:
        raise SymgradError(f"`{path}` is no Python module")
    module = importlib.util.module_from_spec(found)
    folder = str(file.resolve().parent)
    sys.path.insert(0, folder)
    try:
        found.loader.exec_module(module)
    except Exception as error:
        raise SymgradError(f"`{path}` fails: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(folder)
    function = getattr(module, name, None)
    if not callable(function):
        hint = close_to(
            name,
            [key for key, value in vars(module).items() if callable(value)],
            "a function that it has",
        )
        raise SymgradError(f"`{path}` has no function `{name}`", help=hint)
    result: Callable[..., Any] = function
    return result


def check_gradient(
    function: Callable[..., Any],
    graph: Graph,
    *,
    points: int = POINTS,
    tolerance: float = TOLERANCE,
    seed: int = 0,
) -> CodeReport:
    """Compare a gradient function with the derivation at random points of the domain.

    Args:
        function: takes inputs of the graph by name (Greek letters spelled out) and returns the
            gradient by its parameters.
        graph: the graph whose objective is differentiated.
        points: how many points to compare at.
        tolerance: the relative difference that counts as none.
        seed: of the points.

    Raises:
        SymgradError: if the function cannot be called so, or returns something else.
    """
    truth = Truth(graph)
    arguments = _arguments(function, graph)
    misses: dict[str, Miss] = {}
    compared = 0
    for drawn in points_of(graph, seed, (signed, common), tries=_TRIES):
        point = tuple(drawn.items())
        right = _gradient(truth, point)
        if right is None:
            continue
        theirs = _called(function, arguments, point, graph)
        compared += 1
        for name in graph.parameters:
            value, true = theirs[name], right[name]
            scale = max(abs(true), abs(value), 1e-9)
            if not abs(value - true) <= tolerance * scale and name not in misses:
                shown = tuple((n, float(v)) for n, v in point)
                reason = _reason(truth, name, point, value, tolerance)
                misses[name] = Miss(name, shown, value, true, reason)
        if compared == points:
            break
    if not compared:
        raise SymgradError("the gradient has no value at any of the points that were tried")
    return CodeReport(getattr(function, "__name__", "gradient"), compared, tuple(misses.values()))


def _arguments(function: Callable[..., Any], graph: Graph) -> dict[str, str]:
    """Return the graph's name for every argument of the function."""
    inputs = [node.name for node in graph.nodes if node.formula is None]
    spelled = {canonical(name): name for name in inputs}
    spelled |= {ascii_name(name): name for name in inputs} | {"lam": spelled.get("λ", "lam")}
    found: dict[str, str] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        name = spelled.get(canonical(parameter.name))
        if name in inputs:
            found[parameter.name] = str(name)
        elif parameter.default is parameter.empty:
            hint = close_to(parameter.name, inputs, "an input that it has")
            raise SymgradError(
                f"the graph has no input `{parameter.name}` for the function", help=hint
            )
    return found


def _called(
    function: Callable[..., Any], arguments: Mapping[str, str], point: Point, graph: Graph
) -> dict[str, float]:
    values = {name: float(value) for name, value in point}
    signature = inspect.signature(function)
    positional = [
        values[arguments[p.name]]
        for p in signature.parameters.values()
        if p.name in arguments and p.kind is p.POSITIONAL_ONLY
    ]
    keywords = {
        p.name: values[arguments[p.name]]
        for p in signature.parameters.values()
        if p.name in arguments and p.kind is not p.POSITIONAL_ONLY
    }
    try:
        result = function(*positional, **keywords)
    except Exception as error:
        raise SymgradError(f"the function fails: {type(error).__name__}: {error}") from error
    return _components(result, graph.parameters)


def _components(result: Any, parameters: Sequence[str]) -> dict[str, float]:  # noqa: ANN401
    """Return what a gradient function returned, by parameter."""
    spellings = {name: (name, canonical(name), ascii_name(name), f"d{name}") for name in parameters}
    try:
        if isinstance(result, Mapping):
            plain = {canonical(str(key)): value for key, value in result.items()}
            return {
                name: float(next(plain[canonical(s)] for s in names if canonical(s) in plain))
                for name, names in spellings.items()
            }
        if hasattr(result, "__len__") or hasattr(result, "__iter__"):
            listed = [float(value) for value in result]
            if len(listed) != len(parameters):
                raise SymgradError(
                    f"the function returns {len(listed)} numbers for {len(parameters)} parameters"
                )
            return dict(zip(parameters, listed, strict=True))
        if len(parameters) == 1:
            return {parameters[0]: float(result)}
        return {
            name: float(next(getattr(result, s) for s in names if hasattr(result, s)))
            for name, names in spellings.items()
        }
    except (TypeError, ValueError, StopIteration):
        shown = ", ".join(parameters[:6])
        raise SymgradError(
            f"the function returns no gradient: {type(result).__name__}",
            help=f"a sequence, a mapping or an object with {shown}",
        ) from None


def _gradient(truth: Truth, point: Point) -> dict[str, float] | None:
    """Return the gradient at a point, None where it has no value."""
    graph = truth.graph
    try:
        return {
            name: float(fraction(truth.value(truth.total(graph.objective, name), point)))
            for name in graph.parameters
        }
    except (MissingValue, ArithmeticError, OverflowError):
        return None


def _reason(truth: Truth, name: str, point: Point, theirs: float, tolerance: float) -> str:
    """Return the one path that explains a wrong component: left out, negated, or counted twice."""
    graph = truth.graph
    printer = Printer(graph.index)
    true = _gradient(truth, point)
    if true is None:
        return ""
    try:
        shares = list(truth.shares(graph.objective, name, point, limit=_MAX_PATHS))
    except ArithmeticError:
        return ""
    for path, share in shares:
        for factor, words in ((1, "is left out"), (2, "has the wrong sign"), (-1, "counts twice")):
            value = true[name] - factor * float(share)
            if share and abs(theirs - value) <= tolerance * max(abs(value), abs(theirs), 1e-9):
                return f"the path {printer.path(path)} {words}"
    return ""
