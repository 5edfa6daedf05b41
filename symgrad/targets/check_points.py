"""Points inside the domain of a graph, at which emitted code is compared with exact values.

Coordinates are dyadic fractions, so that a double holds them exactly. Near values that the author
gave (defaults, steps) and far from them; stated assumptions hold at every point.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction

from symgrad.expression.evaluate import Decimals, OutsideDomain, Real
from symgrad.expression.tree import Compare, variables
from symgrad.graph.graph import Graph

Point = Mapping[str, Fraction]
Values = dict[str | int, Real]
_GRID = 4096  # coordinates are multiples of 1/4096


def random_point(graph: Graph, source: random.Random) -> Point | None:
    """Return a point at which all assumptions hold, or None when this draw found none.

    Equations among the assumptions (t1 + t2 + t3 = 1) are met by moving one of their inputs.
    """
    known = _known_values(graph)
    near = source.random() < 0.5
    inputs = [*graph.parameters, *graph.data, *graph.constants]
    point = {name: _coordinate(known.get(name, ()), source, near=near) for name in inputs}
    evaluator = Decimals(30)
    for name, conditions in _alone(graph).items():
        _move_inside(name, conditions, point, evaluator)
    for assumption in graph.assumptions:
        if assumption.condition.relation == "==":
            _meet(assumption.condition, point, evaluator)
    values: Values = {name: evaluator.number(value) for name, value in point.items()}
    try:
        for assumption in graph.assumptions:
            if not _inputs_only(assumption.condition, point):
                continue
            if not evaluator.holds(assumption.condition, values):
                return None
    except OutsideDomain:
        return None
    return point


def _alone(graph: Graph) -> dict[str, list[Compare]]:
    """Return the assumed inequalities that speak of one input only, by that input."""
    found: dict[str, list[Compare]] = {}
    for assumption in graph.assumptions:
        names = variables(assumption.condition)
        if len(names) == 1 and assumption.condition.relation in {">", ">=", "<", "<=", "!="}:
            name = str(names[0])
            if name in graph.index and graph.index[name].formula is None:
                found.setdefault(name, []).append(assumption.condition)
    return found


def _known_values(graph: Graph) -> dict[str, tuple[Fraction, ...]]:
    found: dict[str, list[Fraction]] = {}
    for node in graph.nodes:
        if node.formula is None and node.default is not None:
            found.setdefault(node.name, []).append(node.default)
    for step in graph.steps[:20]:
        for name, value in step:
            found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


def _coordinate(known: tuple[Fraction, ...], source: random.Random, *, near: bool) -> Fraction:
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


def _move_inside(
    name: str, conditions: list[Compare], point: dict[str, Fraction], evaluator: Decimals
) -> None:
    """Move an input to where all conditions on it alone hold: mirrored, shifted or scaled."""
    value = point[name]
    shifts = [Fraction(2) ** k for k in range(-6, 24)]
    tried = [value, -value, *(value + s for s in shifts), *(value - s for s in shifts)]
    tried += [value * s for s in shifts]
    for candidate in tried:
        values: Values = {name: evaluator.number(candidate)}
        if all(evaluator.holds(condition, values) for condition in conditions):
            point[name] = candidate
            return


def _meet(condition: Compare, point: dict[str, Fraction], evaluator: Decimals) -> None:
    """Move one input so that an equation holds, where it is linear in that input."""
    if not _inputs_only(condition, point):
        return

    def gap(name: str, value: Fraction) -> Fraction:
        values: Values = {n: evaluator.number(v) for n, v in {**point, name: value}.items()}
        left = evaluator.value(condition.left, values)
        right = evaluator.value(condition.right, values)
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
