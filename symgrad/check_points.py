"""Points inside the domain of a graph, at which emitted code is compared with exact values.

Coordinates are dyadic fractions, so that a double holds them exactly. Near values that the author
gave (defaults, steps) and far from them; stated assumptions hold at every point.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction

from symgrad.evaluate import Evaluator, OutsideDomain
from symgrad.expression import Compare, variables
from symgrad.graph import Graph

Point = Mapping[str, Fraction]
_GRID = 4096  # coordinates are multiples of 1/4096


def random_point(graph: Graph, source: random.Random) -> Point | None:
    """Return a point at which all assumptions hold, or None when this draw found none.

    Equations among the assumptions (t1 + t2 + t3 = 1) are met by moving one of their inputs.
    """
    known = _known_values(graph)
    near = source.random() < 0.5  # noqa: PLR2004
    inputs = [*graph.parameters, *graph.data, *graph.constants]
    point = {name: _coordinate(known.get(name, ()), source, near=near) for name in inputs}
    evaluator = Evaluator(30)
    for assumption in graph.assumptions:
        if assumption.condition.relation in {">", ">=", "<", "<="}:
            _mirror(assumption.condition, point, evaluator)
    for assumption in graph.assumptions:
        if assumption.condition.relation == "==":
            _meet(assumption.condition, point, evaluator)
    values = {name: evaluator.number(value) for name, value in point.items()}
    try:
        for assumption in graph.assumptions:
            if not _inputs_only(assumption.condition, point):
                continue
            if not evaluator.holds(assumption.condition, dict(values)):
                return None
    except OutsideDomain:
        return None
    return point


def _known_values(graph: Graph) -> dict[str, tuple[Fraction, ...]]:
    found: dict[str, list[Fraction]] = {}
    for node in graph.nodes:
        if node.formula is None and node.default is not None:
            found.setdefault(node.name, []).append(node.default)
    for step in graph.steps[:20]:
        for name, value in step:
            found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


def _coordinate(
    known: tuple[Fraction, ...], source: random.Random, *, near: bool
) -> Fraction:
    if not known:
        return _dyadic(source.uniform(-2.0, 2.0))
    value = float(source.choice(known))
    if not value:
        value = source.uniform(-1.0, 1.0)
    elif near:
        value *= 1.0 + source.uniform(-0.3, 0.3)
    else:
        value *= 2.0 ** source.uniform(-1.5, 1.5)
    return _dyadic(value)


def _dyadic(value: float) -> Fraction:
    size = abs(value)
    grid = Fraction(_GRID)
    while size and size * float(grid) < _GRID / 4 and grid < Fraction(2) ** 60:
        grid *= 2
    return Fraction(round(Fraction(value) * grid)) / grid


def _inputs_only(condition: Compare, point: Point) -> bool:
    return all(str(key) in point for key in variables(condition))


def _mirror(condition: Compare, point: dict[str, Fraction], evaluator: Evaluator) -> None:
    """Change the sign of a lone input where that makes the condition hold."""
    names = [str(key) for key in variables(condition)]
    if len(names) != 1 or names[0] not in point:
        return
    values = {names[0]: evaluator.number(point[names[0]])}
    if not evaluator.holds(condition, dict(values)):
        point[names[0]] = -point[names[0]]


def _meet(condition: Compare, point: dict[str, Fraction], evaluator: Evaluator) -> None:
    """Move one input so that an equation holds, where it is linear in that input."""
    if not _inputs_only(condition, point):
        return

    def gap(name: str, value: Fraction) -> Fraction:
        values = {n: evaluator.number(v) for n, v in {**point, name: value}.items()}
        left = evaluator.value(condition.left, dict(values))
        right = evaluator.value(condition.right, dict(values))
        return Fraction(str(left - right))

    for key in reversed(variables(condition)):
        name = str(key)
        try:
            at_zero, at_one = gap(name, Fraction(0)), gap(name, Fraction(1))
        except (OutsideDomain, ValueError):
            continue
        if at_one == at_zero:
            continue
        solution = _dyadic(float(at_zero / (at_zero - at_one)))
        if abs(gap(name, solution)) < Fraction(1, 10**25):
            point[name] = solution
            return
