"""Points that persuade: values that a text or the graph states, else small plain numbers.

Two sides that differ somewhere are shown at a point where a reader can follow and see it: the
values in force, or numbers such as 2, 1, 3, −1 and 1/2, and values that are apart at first sight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice

from symgrad.verify.deciding.comparing import Comparer, Comparison
from symgrad.verify.deciding.limits import OutOfTime
from symgrad.verify.deciding.sampling import Point

_PLAIN = tuple(map(Fraction, ("2", "1", "3", "1/2", "-1", "4", "5", "-2", "3/2", "1/3")))
_TRIES = 12
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
    best, least = found, _cost(found) if _is_visible(found) else 10**6
    for point in _candidates(comparer, stated):
        comparison = comparer.at(point, thorough=False)
        if comparison.outcome != "different" or not _is_visible(comparison):
            continue
        if point.keys() == stated.keys() & point.keys() and _matches(point, stated):
            return comparison
        if (cost := _cost(comparison)) < least:
            best, least = comparison, cost
    return best


def at_once(comparer: Comparer, found: Comparison, stated: Mapping[str, Fraction]) -> Comparison:
    """Return what `persuasive` does, and `found` itself when no time is left."""
    try:
        return persuasive(comparer, found, stated)
    except OutOfTime:
        return found


def _candidates(comparer: Comparer, stated: Mapping[str, Fraction]) -> Iterator[Point]:
    names = comparer.names
    known = {name: stated[str(name)] for name in names if str(name) in stated}
    if known and len(known) == len(names):
        yield known
    for turn in range(_TRIES if len(names) > 1 else len(_PLAIN)):
        plain = {name: _PLAIN[(place + turn) % len(_PLAIN)] for place, name in enumerate(names)}
        yield {**plain, **known} if 0 < len(known) < len(names) and turn % 2 == 0 else plain


def _matches(point: Point, stated: Mapping[str, Fraction]) -> bool:
    return all(stated.get(str(name)) == value for name, value in point.items())


def _is_visible(comparison: Comparison) -> bool:
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
