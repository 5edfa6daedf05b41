"""Emitted array code held against certified values, at several sizes: one sample and many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf, isfinite
from typing import Any

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.arrays.jacobian import adjoints, jacobian
from symgrad.derivation.arrays.points import TRIALS, Point, points
from symgrad.expression.arrays import leaves
from symgrad.expression.arrays.balls import Unknown
from symgrad.expression.arrays.tree import Array
from symgrad.expression.identity import distinct
from symgrad.expression.progress import tell

Value = Any  # a number, a list of numbers, or a list of rows
Arguments = Sequence[Value]
Runner = Callable[[Sequence[Arguments]], Sequence[tuple[Value, Sequence[Value]]]]
BOUND = 1e-9
_LEAST = 1e-3  # of what is zero, the error counts as it is
_SCALE = 5  # inputs below one or so: far out, saturated functions cancel in any code
COPIES = 3  # equal samples, over which a mean is what it is at one


@dataclass(frozen=True, slots=True)
class ArrayCheck:
    """What a check found: the largest error, relative to its array, and where.

    `points` is the number of points compared; `note` says why nothing was run, if so.
    """

    target: str
    points: int = 0
    error: float = 0.0
    result: str = ""
    sizes: tuple[tuple[str, int], ...] = ()
    note: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether every error was within the bound."""
        return self.error <= BOUND

    @property
    def text(self) -> str:
        """The report as one line."""
        if self.note:
            return f"{self.target}: not checked: {self.note}"
        if not self.points:
            return f"{self.target}: not checked: no point was found inside the domain"
        at = ", ".join(f"{name} = {value}" for name, value in self.sizes)
        where = f" ({self.result}{' at ' + at if at else ''})" if self.error else ""
        return (
            f"{self.target}: largest error {self.error:.1e}{where}, {self.points} points of "
            "several sizes against certified values"
        )


def inputs_of(d: ArrayDerivation) -> list[str]:
    """Return the inputs in the order of the arguments of emitted code."""
    graph = d.array_graph
    others = [n for n, node in graph.index.items() if node.formula is None and n not in d.wrt]
    last = [n for n in others if graph.index[n].default is not None and not graph.shape_of[n]]
    return [*d.wrt, *(n for n in others if n not in last), *last]


def held(d: ArrayDerivation, target: str, run: Runner, *, samples: bool) -> ArrayCheck:
    """Return how far results are from certified values.

    Args:
        d: what the code was made from.
        target: its language, for the report.
        run: calls the code with arguments in order, several times; returns the value and its
            derivatives of each call.
        samples: whether data may have a leading axis.
    """
    graph = d.array_graph
    names = inputs_of(d)
    top = graph.objective
    if d.jacobian:
        right = {name: jacobian(graph, top, name) for name in d.wrt}
    else:
        swept = adjoints(graph, top, leaves.ONE)
        right = {n: swept.get(n, leaves.zeros(graph.shape_of[n])) for n in d.wrt}
    calls: list[Arguments] = []
    wanted: list[tuple[Point, list[list[float]]]] = []
    for at, point in enumerate(points(graph, {}, scale=_SCALE)):
        tell(at / TRIALS, f"{target} code held against certified values")
        try:
            exact = [_exact(point, graph.variables[top])]
            exact += [_exact(point, right[name]) for name in d.wrt]
        except (Unknown, ZeroDivisionError, ValueError):
            continue
        arguments = [plain_value(point.inputs[n], len(graph.shape_of[n])) for n in names]
        calls.append(arguments)
        wanted.append((point, exact))
        if samples and graph.data:
            both = zip(names, arguments, strict=True)
            calls.append([[v] * COPIES if n in graph.data else v for n, v in both])
            wanted.append((point, exact))
    labels = [top, *(f"∂{top}/∂{name}" for name in d.wrt)]
    worst = ArrayCheck(target)
    for (value, found), (point, exact) in zip(run(calls), wanted, strict=True):
        for label, got, expected in zip(labels, (value, *found), exact, strict=True):
            error = error_of(got, expected)
            if error > worst.error:
                worst = ArrayCheck(target, 0, error, label, point.sizes)
    return replace(worst, points=len(distinct(point for point, _ in wanted)))


def plain_value(grid: Sequence[Sequence[Fraction | float]], order: int) -> Value:
    """Return rows of numbers as emitted code takes them: a number, a list, or a list of rows."""
    rows = [[float(entry) for entry in row] for row in grid]
    if order == 2:
        return rows
    return [row[0] for row in rows] if order else rows[0][0]


def _exact(point: Point, x: Array) -> list[float]:
    """Return the certified entries of an expression, row by row."""
    return [float(entry.mid()) for row in point.evaluator.value(x) for entry in row]


def error_of(got: Value, exact: Sequence[float]) -> float:
    """Return the largest difference, relative to the largest entry; inf where the shapes differ."""
    flat = flat_list(got)
    if len(flat) != len(exact) or not all(map(isfinite, flat)):
        return inf
    scale = max([_LEAST, *map(abs, exact)])
    return max((abs(a - b) for a, b in zip(flat, exact, strict=True)), default=0.0) / scale


def flat_list(value: Value) -> list[float]:
    """Return all numbers of an array, row by row."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [entry for part in value for entry in flat_list(part)]
    return [float(value)]
