"""Points at which rounding errors show: found by computing twice, the second time a little shaken.

Where every operation's result is moved by one unit in the last place, results change by about what
rounding loses (as in CESTAC, J. Vignes, "A stochastic arithmetic for reliable scientific
computation", Mathematics and Computers in Simulation 35, 1993); where that is far more than what
the inputs, moved as much, change, digits are lost that the inputs have.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import count, zip_longest
from operator import mul

from symgrad.accuracy.doubles import Column, Doubles
from symgrad.accuracy.sample import Point
from symgrad.expression.tree import Add, Call, Expression, Neg, Number
from symgrad.program.normal import normal
from symgrad.program.statements import Statement

UNIT = 2.0**-52
TELLING = 2.0**7  # by how much more a result is shaken than by its inputs
FIRST = 40  # points that stay where they are
HALF, TOSSED = 1 << 6, 1 << 20  # the bits that tell whether a number is moved
SHAKES = 6  # ways to shake a program
BLOCK = 512  # moves that are worked out together


class Shaken(Doubles):
    """Formulas in doubles, the result of every operation moved by a unit in the last place."""

    def __init__(
        self, columns: Mapping[str | int, Column], size: int, turns: Iterator[int]
    ) -> None:
        super().__init__(columns, size)
        self._turns = turns

    def _fresh(self, e: Expression) -> Column:
        column = super()._fresh(e)
        if isinstance(e, Number):
            return column
        turn = next(self._turns)
        return list(map(mul, column, _moves(turn, self.count, HALF)))


class Rounded(Shaken):
    """Formulas in doubles, every result that is rounded moved by a unit in the last place."""

    def _fresh(self, e: Expression) -> Column:
        column = super(Shaken, self)._fresh(e)
        match e:
            case Number() | Neg() | Add() | Call("where" | "abs" | "min" | "max"):
                return column
            case _:
                return list(map(mul, column, _moves(next(self._turns), self.count, TOSSED)))

    def _sum(self, terms: Sequence[Expression]) -> Column:
        total = self.of(terms[0])
        for term in terms[1:]:
            old, other = total, self.of(term)
            rows = zip(old, other, _moves(next(self._turns), self.count, TOSSED), strict=True)
            total = [_moved_sum(x, y, move) for x, y, move in rows]
        return total


def _moved_sum(x: float, y: float, move: float) -> float:
    """Return a sum in doubles, times `move` where it is not the sum (as in Knuth's TwoSum)."""
    total = x + y
    if move == 1.0:
        return total
    other = total - x
    return total * move if (x - (total - other)) + (y - other) != 0.0 else total


def _moves(turn: int, size: int, bit: int) -> Column:
    """Return what the results of one operation are multiplied by at each point."""
    first = turn % BLOCK
    return _blocks(turn - first, -(-(first + size) // BLOCK), bit)[first : first + size]


@lru_cache(1024)
def _blocks(start: int, blocks: int, bit: int) -> Column:
    numbers = range(start, start + blocks * BLOCK)
    return [1.0 + UNIT if i * 0x9E3779B1 & bit else 1.0 for i in numbers]


def telling_first(
    points: Sequence[Point],
    further: Sequence[Point],
    statements: Sequence[Statement],
    results: Sequence[str],
) -> list[Point]:
    """Return the points, those at which a result loses digits, or is no number, more in front.

    Of `further` points those are taken at which digits are lost.
    """
    known = len(points)
    points = [*points, *further]
    there: dict[str, Column] = {n: [float(p[n]) for p in points] for n in points[0]}
    moved = {
        n: [x * (1.0 + UNIT if (i * 7 + k) & 1 else 1.0) for i, x in enumerate(column)]
        for k, (n, column) in enumerate(there.items())
    }
    plain = _run(statements, there, len(points), None)
    inputs = _run(statements, moved, len(points), None)
    shaken = _run(statements, there, len(points), count())
    found: tuple[list[Point], ...] = ([], [], [], [])
    for i, point in enumerate(points[FIRST:], FIRST):
        rows = [(plain[r][i], inputs[r][i], shaken[r][i]) for r in results]
        if not all(math.isfinite(row[0]) and row[0] for row in rows):
            found[0].append(point)
        elif any(_is_telling(*row) for row in rows):
            found[1 if i < known else 2].append(point)
        elif i < known:
            found[3].append(point)
    return [*points[:FIRST], *[p for turn in zip_longest(*found) for p in turn if p is not None]]


def shakes(
    statements: Sequence[Statement], known: Mapping[str, Column], size: int, first: int = 0
) -> list[dict[str, Column]]:
    """Return the columns of a program shaken in a few ways, its inputs as they are.

    `first` is the number of the first point: as if those before it were there as well.
    """
    ways = [count(1009 * k + first) for k in range(SHAKES)]
    return [_run(statements, known, size, turns, Rounded) for turns in ways]


def _is_telling(plain: float, moved: float, shaken: float) -> bool:
    return abs(shaken - plain) > TELLING * max(abs(moved - plain), UNIT * abs(plain))


def _run(
    statements: Sequence[Statement],
    known: Mapping[str, Column],
    size: int,
    turns: Iterator[int] | None,
    kind: type[Shaken] = Shaken,
) -> dict[str, Column]:
    columns = dict(known)
    for statement in statements:
        pattern, operands = statement.formula
        own: dict[str | int, Column] = {i: columns[name] for i, name in enumerate(operands)}
        doubles = Doubles(own, size) if turns is None else kind(own, size, turns)
        columns[statement.name] = doubles.of(normal(pattern))
    return columns


__all__ = ["shakes", "telling_first"]
