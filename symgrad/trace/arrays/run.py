"""The steps of an array trace: values, sensitivities, gradients, parameters after the step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.errors import Diagnostic, SymgradError
from symgrad.expression.arrays.balls import ArrayEvaluator, Unknown
from symgrad.expression.arrays.tree import Array
from symgrad.expression.certified import arb, fmpq
from symgrad.trace.arrays.values import Grid

Numbers = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class TracedArray:
    """One quantity: its name, its formula where it has one, its order, and its entries by rows."""

    name: str
    tree: Array | None
    order: int
    entries: Numbers


@dataclass(frozen=True, slots=True)
class ArrayStep:
    """One step: everything in the order in which it is computed."""

    number: int
    values: tuple[TracedArray, ...]
    sensitivities: tuple[TracedArray, ...]
    gradients: tuple[TracedArray, ...]
    updated: tuple[TracedArray, ...]


def steps(
    d: ArrayDerivation,
    sizes: Mapping[str, int],
    inputs: Mapping[str, Grid],
    *,
    rate: Fraction,
    count: int,
) -> Iterator[ArrayStep]:
    """Yield steps of gradient descent, worked out in ball arithmetic: every digit is right.

    Raises SymgradError where a formula has no value.
    """
    graph = d.array_graph
    values: dict[str, list[list[Any]]] = {
        name: [[arb(fmpq(e.numerator, e.denominator)) for e in row] for row in grid]
        for name, grid in inputs.items()
    }
    signed = rate if graph.maximize else -rate
    factor = arb(fmpq(signed.numerator, signed.denominator))
    for number in range(1, count + 1):
        evaluator = ArrayEvaluator(values, sizes)
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
        values = {name: values[name] for name in inputs}


def _line(evaluator: ArrayEvaluator, values: dict[str, Any], name: str, tree: Array) -> TracedArray:
    try:
        grid = evaluator.value(tree)
    except (Unknown, ZeroDivisionError, ValueError):
        raise SymgradError(
            Diagnostic(f"`{name}` has no value here", help="give other inputs with --set")
        ) from None
    values[name] = grid
    return TracedArray(name, tree, len(tree.shape), _numbers(grid))


def _numbers(grid: list[list[Any]]) -> Numbers:
    return tuple(tuple(float(entry.mid()) for entry in row) for row in grid)
