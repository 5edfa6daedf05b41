"""Drawing the inputs of a point at random, inside what is stated of them."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator

from symgrad.expression.tree import Compare, Expression, Logic, Number, Var, variables
from symgrad.graph.graph import Node
from symgrad.verify.explaining.floats import Floats, close

_TURNED = str.maketrans("<>", "><")


def drawn(source: random.Random, node: Node, attempt: int) -> float:
    """Draw a number: of any sign at first, then positive, then near the value the graph gives."""
    size = source.uniform(0.3, 1.9)
    sign = source.choice((-1.0, 1.0))
    if attempt % 3 == 2 and node.default:
        return float(node.default) * source.uniform(0.8, 1.2)
    return size * sign if attempt % 3 == 0 else size


def impose(names: dict[str, float], conditions: Iterable[Expression]) -> None:
    """Move the draw onto stated facts: `t1 + t2 = 1` by its last name, `0 < k` by its bounds."""
    lower: dict[str, float] = {}
    upper: dict[str, float] = {}
    facts = [fact for condition in conditions for fact in _facts(condition)]
    for fact in facts:
        match fact:
            case Compare(">" | ">=", Var(key), Number(value)) if key in names:
                lower[str(key)] = max(float(value), lower.get(str(key), -math.inf))
            case Compare("<" | "<=", Var(key), Number(value)) if key in names:
                upper[str(key)] = min(float(value), upper.get(str(key), math.inf))
    for name in (*lower, *upper):
        names[name] = _between(names[name], lower.get(name), upper.get(name))
    for fact in facts:
        keys = [str(key) for key in variables(fact)]
        if fact.relation == "==" and keys and all(key in names for key in keys):
            _solve(names, fact, keys[-1])


def _facts(condition: Expression) -> Iterator[Compare]:
    """Yield the comparisons that a condition states, numbers on the right."""
    match condition:
        case Compare(relation, Number() as left, right):
            yield Compare(relation.translate(_TURNED), right, left)
        case Compare():
            yield condition
        case Logic("and", parts):
            for part in parts:
                yield from _facts(part)
        case _:
            return


def _between(value: float, low: float | None, high: float | None) -> float:
    """Return a number within bounds that moves with `value`."""
    if low is not None and high is not None:
        share = (1 + math.tanh(value)) / 2
        return low + (high - low) * share
    if low is not None:
        return low + abs(value)
    return value if high is None or value < high else high - abs(value)


def _solve(names: dict[str, float], condition: Compare, key: str) -> None:
    def gap(value: float) -> float:
        floats = Floats({name: (v,) for name, v in {**names, key: value}.items()})
        return floats.value(condition.left)[0] - floats.value(condition.right)[0]

    start, slope = gap(0.0), gap(1.0) - gap(0.0)
    if slope and close(gap(2.0), start + 2 * slope):
        names[key] = -start / slope
