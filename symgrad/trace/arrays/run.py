"""The steps of an array trace: values, sensitivities, gradients, parameters after the step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from symgrad.errors import SymgradError
from symgrad.expression.arrays.balls import ArrayEvaluator, Unknown
from symgrad.expression.arrays.tree import Array
from symgrad.expression.certified import arb, fmpq
from symgrad.trace.arrays.plan import ArrayPlan
from symgrad.trace.arrays.values import Grid

Numbers = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class TracedArray:
    """One quantity: its name, its formula where it has one, its order, and its entries by rows."""

    name: str
    tree: Array | None
    order: int
    entries: Numbers

    @property
    def plain(self) -> object:
        """The entries as a number, a list, or a list of rows."""
        if self.order == 2:
            return [list(row) for row in self.entries]
        return [row[0] for row in self.entries] if self.order else self.entries[0][0]


@dataclass(frozen=True, slots=True)
class ArrayStep:
    """One step: every quantity in the order in which it is computed."""

    number: int
    nodes: tuple[TracedArray, ...]
    named: tuple[TracedArray, ...]
    slopes: tuple[TracedArray, ...]
    after: tuple[TracedArray, ...]

    @property
    def values(self) -> dict[str, object]:
        """The value of every equation: a number, a list, or a list of rows."""
        return _by_name(self.nodes)

    @property
    def sensitivities(self) -> dict[str, object]:
        """The value of every named adjoint."""
        return _by_name(self.named)

    @property
    def gradients(self) -> dict[str, object]:
        """The gradient by every parameter."""
        return _by_name(self.slopes)

    @property
    def updated(self) -> dict[str, object]:
        """The parameters after the step."""
        return _by_name(self.after)


def _by_name(lines: tuple[TracedArray, ...]) -> dict[str, object]:
    return {line.name: line.plain for line in lines}


def steps(plan: ArrayPlan) -> Iterator[ArrayStep]:
    """Yield steps of gradient descent, worked out in ball arithmetic: every digit is right.

    Raises SymgradError where a formula has no value.
    """
    d = plan.derivation
    graph = d.array_graph
    values = balls(plan.inputs)
    signed = plan.rate if graph.maximize else -plan.rate
    factor = arb(fmpq(signed.numerator, signed.denominator))
    for number in range(1, plan.count + 1):
        evaluator = ArrayEvaluator(values, plan.sizes)
        found = [
            _line(evaluator, values, node.name, graph.trees[node.name]) for node in graph.ordered
        ]
        deltas = [_line(evaluator, values, s.name, s.value) for s in d.array_sensitivities]
        gradients = [_line(evaluator, {}, name, tree) for name, tree in d.array_gradients]
        for name, tree in d.array_gradients:
            slope = evaluator.value(tree)
            values[name] = [
                [a + factor * b for a, b in zip(row, other, strict=True)]
                for row, other in zip(values[name], slope, strict=True)
            ]
        updated = [
            TracedArray(name, None, len(graph.shape_of[name]), _numbers(values[name]))
            for name in d.wrt
        ]
        yield ArrayStep(number, tuple(found), tuple(deltas), tuple(gradients), tuple(updated))
        values = {name: values[name] for name in plan.inputs}


def balls(inputs: Mapping[str, Grid]) -> dict[str, list[list[Any]]]:
    """Return exact inputs as balls."""
    return {
        name: [[arb(fmpq(e.numerator, e.denominator)) for e in row] for row in grid]
        for name, grid in inputs.items()
    }


def _line(evaluator: ArrayEvaluator, values: dict[str, Any], name: str, tree: Array) -> TracedArray:
    try:
        grid = evaluator.value(tree)
    except (Unknown, ZeroDivisionError, ValueError):
        raise SymgradError(
            f"`{name}` has no value here", help="give other inputs with --set"
        ) from None
    values[name] = grid
    return TracedArray(name, tree, len(tree.shape), _numbers(grid))


def _numbers(grid: list[list[Any]]) -> Numbers:
    return tuple(tuple(float(entry.mid()) for entry in row) for row in grid)
