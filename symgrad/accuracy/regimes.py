"""Choices between two forms of one value, each where it loses less.

As Herbie's regimes: the border is a value of a name, or of a part of a form, that separates the
points at which one form is better from those at which the other one is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from types import MappingProxyType
from typing import NamedTuple

from symgrad.accuracy.doubles import Column
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Logic,
    Number,
    Var,
    children,
    variables,
    walk,
    with_children,
)
from symgrad.program.normal import effort_of

BETTER = 2.0  # bits by which a form is better at a point
HARMLESS = 3.0  # bits that may be lost without being worse
CHANCES = 100  # ways to part the points, of which only one is the border's: else it is chance
PAIRS = 8  # pairs that are looked at
PROBES = 4  # parts of a form by whose values a border is looked for
LARGEST, SMALLEST = 1e30, 1e-30  # a border beyond them is none
LEAST, MOST = (
    Fraction(10) ** -307,
    Fraction(10) ** 308,
)  # between them a divisor is an ordinary number
OPERATION = 1.5  # bits over all points that an operation must win
GAIN = 8.0  # bits over all points that two forms together must win
BORDERS = 8  # between two forms that are tried
STRIDE = 4.0  # times the last value at which a form is not worse, how far its border may go
SHARE = 0.5  # of what a form wins, what it has to win on its side of a border


class Scored(NamedTuple):
    """A form and the bits that it loses at each point."""

    e: Expression
    losses: Sequence[float]

    @property
    def lost(self) -> float:
        """What it loses over all points."""
        return sum(self.losses)

    @property
    def price(self) -> float:
        """What it loses, and what it costs in bits."""
        return self.lost + OPERATION * effort_of(self.e)


def choices(
    forms: Sequence[Scored],
    column_of: Callable[[Expression], Column],
    counts: Sequence[bool],
) -> Iterator[Expression]:
    """Yield choices between two of the forms, those that win most first.

    `column_of` gives the value of a formula at every point; `counts` tells the points at which
    something is to be won.
    """
    found = []
    for a, b in combinations(forms, 2):
        together = sum(map(min, a.losses, b.losses))
        if together < min(a.lost, b.lost) - BETTER:
            price = together + OPERATION * effort_of(Add((a.e, b.e)))
            found.append((price, a, b))
    found.sort(key=lambda item: item[0])
    for _, a, b in found[:PAIRS]:
        for form, other in ((a, b), (b, a)):
            yield from _choices(form, other, column_of, counts)


def _choices(
    form: Scored,
    other: Scored,
    column_of: Callable[[Expression], Column],
    counts: Sequence[bool],
) -> Iterator[Expression]:
    rows = list(enumerate(zip(form.losses, other.losses, counts, strict=True)))
    better = [i for i, (a, b, own) in rows if own and a < b - BETTER and b > HARMLESS + 1.0]
    worse = [i for i, (a, b, _) in rows if a > b + BETTER / 2 and a > HARMLESS]
    if not worse or not better:
        return
    yield from _in_range(form.e, other.e, column_of, (better, worse))
    if math.comb(len(better) + len(worse), len(worse)) < CHANCES:
        return
    gains = {i: other.losses[i] - form.losses[i] for i in better}
    found: list[tuple[float, int, Compare]] = []
    for probe in _probes(form.e):
        try:
            column = column_of(probe)
        except (KeyError, TypeError):
            continue
        for sign in (1.0, -1.0):
            limit = min(sign * column[i] for i in worse)
            low = [i for i in better if sign * column[i] < limit]
            if not low or not -LARGEST < (last := max(sign * column[i] for i in low)) < LARGEST:
                continue
            bad = {*worse}
            fine = max(sign * x for i, x in enumerate(column) if i not in bad and sign * x < limit)
            if last <= 0.0 <= limit:  # a border that is no chance
                middle, relations = 0.0, ("<=", ">=") if limit else ("<", ">")
            else:
                middle, relations = between(last, min(limit, _a_little_more(fine))), ("<=", ">=")
            if middle == 0.0 or SMALLEST < abs(middle) < LARGEST:
                border = Number(Fraction(repr(sign * middle)))
                test = Compare(relations[sign < 0], probe, border)
                found.append((sum(gains[i] for i in low), len(found), test))
    whole = sum(gains.values())
    for gain, _, test in sorted(found, key=lambda row: (-row[0], row[1]))[:BORDERS]:
        if gain < whole and gain < max(GAIN, SHARE * whole):
            return
        yield _choice(test, form.e, other.e)


def _in_range(
    form: Expression,
    other: Expression,
    column_of: Callable[[Expression], Column],
    points: tuple[Sequence[int], Sequence[int]],
) -> Iterator[Expression]:
    """Yield the other form where its own divisors neither overflow nor vanish, else the form."""
    better, worse = points
    divisors = [part.denominator for part in walk(other) if isinstance(part, Div)]
    for divisor in [d for d in dict.fromkeys(divisors) if variables(d)][:PROBES]:
        column = column_of(divisor)
        if 2 * sum(LEAST < column[i] < MOST for i in worse) > len(worse):
            tests = [
                Compare(relation, divisor, Number(border))
                for relation, border in ((">", LEAST), ("<", MOST))
                if not all((column[i] > border) is (relation == ">") for i in better)
            ]
            if tests:
                test = tests[0] if len(tests) == 1 else Logic("and", tuple(tests))
                yield Call("where", (test, other, form))


def fitted(e: Expression) -> int:
    """Count the borders of a formula that are fitted to points: numbers that no row names."""
    found = {
        part
        for part in walk(e)
        if isinstance(part, Compare)
        and isinstance(part.right, Number)
        and part.right.value != 0
        and part.relation in ("<=", ">=")
    }
    return len(found)


def decided(e: Expression, known: Mapping[Expression, bool] = MappingProxyType({})) -> Expression:
    """Return the formula without choices that are made already where they stand.

    >>> from symgrad.accuracy.rows import tree_of
    >>> once = tree_of("where(x > 0, where(x > 0, 1/x, 2), exp(where(x > 0, 3, x)))")
    >>> decided(once) == tree_of("where(x > 0, 1/x, exp(x))")
    True
    """
    match e:
        case Call("where", (test, yes, no)):
            if test in known:
                return decided(yes if known[test] else no, known)
            yes, no = decided(yes, {**known, test: True}), decided(no, {**known, test: False})
            return yes if yes == no else Call("where", (test, yes, no))
        case _ if not any(isinstance(p, Call) and p.function == "where" for p in walk(e)):
            return e
        case _:
            return with_children(e, tuple([decided(part, known) for part in children(e)]))


def best_of_each_size(rows: Sequence[Scored], most: int) -> list[Scored]:
    """Return rows, the one that loses least first, each later one shorter than all before it."""
    found: list[Scored] = []
    for row in sorted(rows, key=lambda row: (row.lost, effort_of(row.e))):
        if not found or effort_of(row.e) < effort_of(found[-1].e):
            found.append(row)
    return found[:most]


def _choice(test: Compare, e: Expression, other: Expression) -> Expression:
    """Return a choice; what a test needs is asked before it: x > -1 and n*log1p(x) < 6."""
    match e:
        case Call("where", (condition, yes, no)) if no == other:
            return Call("where", (Logic("and", (condition, test)), yes, other))
        case _:
            return Call("where", (test, e, other))


def _probes(e: Expression) -> list[Expression]:
    """Return values by whose size forms may be told apart: names, and parts of the form."""
    names = [part for part in dict.fromkeys(walk(e)) if isinstance(part, Var)]
    parts = [
        argument
        for part in dict.fromkeys(walk(e))
        if isinstance(part, Call) and part.function not in ("where", "abs")
        for argument in part.arguments
        if not isinstance(argument, Var | Compare | Logic | Number)
    ]
    found: list[Expression] = [*parts[:PROBES], *names]
    return [*found, *[Call("abs", (part,)) for part in found]]


def _a_little_more(x: float) -> float:
    """Return a number behind another one: how far a border may go where nothing was looked at."""
    return x * STRIDE if x > 0 else x / STRIDE if x < 0 else math.inf


def between(low: float, high: float) -> float:
    """Return the shortest number between two others, near their middle by size."""
    if low < 0 < high:
        return 0.0
    if low * high > 0:
        middle = (
            math.copysign(math.sqrt(low) * math.sqrt(high), low)
            if low > 0
            else -math.sqrt(low * high)
        )
    else:
        middle = low / 2 if high == 0 else high / 2
    for digits in range(1, 17):
        short = float(f"{middle:.{digits}g}")
        if low <= short < high:
            return short
    return low
