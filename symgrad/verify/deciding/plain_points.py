"""Points that persuade: values that a text or the graph states, else small plain numbers.

Two sides that differ somewhere are shown at a point where a reader can follow and see it: the
values in force, or numbers such as 2, 1, 3, −1 and 1/2, and values that are apart at first sight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice

from symgrad.expression.points import Point
from symgrad.verify.deciding.comparing import Comparer, Comparison
from symgrad.verify.deciding.limits import OutOfTime

_POSITIVE = tuple(map(Fraction, ("2", "1", "3", "1/2", "4", "5", "3/2")))
_SIGNED = tuple(map(Fraction, ("-1", "2", "1", "-2", "3", "1/2", "-3")))
_SHORT = 5  # characters of a value that is read at once
_APART = 0.02  # of the larger value: what differs less is not seen
_SMALLEST, _LARGEST = 1e-3, 1e5


def persuasive(comparer: Comparer, found: Comparison, stated: Mapping[str, Fraction]) -> Comparison:
    """Return where two sides differ plainly, or `found`, where they differ certainly.

    Args:
        comparer: of the two sides.
        found: a point at which they differ.
        stated: values in force; they come first where they are enough.

    Raises:
        OutOfTime: when no time is left.
    """
    for points in _groups(comparer, stated):
        seen = [one for point in points if _is_visible(one := comparer.at(point, thorough=False))]
        if seen:
            return min(seen, key=_cost)
    return found


def at_once(comparer: Comparer, found: Comparison, stated: Mapping[str, Fraction]) -> Comparison:
    """Return what `persuasive` does, and `found` itself when no time is left."""
    try:
        return persuasive(comparer, found, stated)
    except OutOfTime:
        return found


def _groups(comparer: Comparer, stated: Mapping[str, Fraction]) -> Iterator[list[Point]]:
    """Yield points to try: those that are stated, then positive numbers, then others."""
    names = comparer.names
    known = {name: stated[str(name)] for name in names if str(name) in stated}
    if known and len(known) == len(names):
        yield [known]
    for numbers in (_POSITIVE, _SIGNED):
        turned = [
            {n: numbers[(place + turn) % len(numbers)] for place, n in enumerate(names)}
            for turn in range(len(numbers))
        ]
        if 0 < len(known) < len(names):
            yield [{**plain, **known} for plain in turned]
        yield turned


def _is_visible(comparison: Comparison) -> bool:
    if comparison.outcome != "different":
        return False
    try:
        left, right = float(comparison.left), float(comparison.right)
    except (ValueError, OverflowError):
        return False
    size = max(abs(left), abs(right))
    short = len(comparison.left) <= _SHORT and len(comparison.right) <= _SHORT
    return _SMALLEST <= size <= _LARGEST and (short or abs(left - right) >= _APART * size)


def _cost(comparison: Comparison) -> int:
    """Return how much there is to read: digits of the point and of both values."""
    values = islice(comparison.point.values(), 100)
    digits = sum(len(str(abs(value))) + (value < 0) + (value in (0, 1)) for value in values)
    return digits + len(comparison.left) + len(comparison.right)
