"""Parts of a formula beside their certified values: which of them loses digits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeGuard, cast

from symgrad.accuracy.doubles import Column, Doubles
from symgrad.accuracy.measure import LOST, Bench, TrueValues, split_ball
from symgrad.accuracy.reference import Ball, Valuation, Values, is_good, valuation
from symgrad.expression.certified import ctx
from symgrad.expression.tree import (
    Call,
    Compare,
    Expression,
    Logic,
    Pow,
    Var,
    children,
    variables,
    with_children,
)
from symgrad.program.normal import normal

PRECISION, PRECISE = 320, 2560  # bits, and where they are too few
FAULTY = 3.0  # bits that a part may lose


class Parts:
    """Parts of formulas in names at a few points, the first `bad` of which lose digits."""

    def __init__(self, bench: Bench, points: Sequence[int], bad: int) -> None:
        self.bench = bench
        self.points = points
        self.bad = bad
        columns: Mapping[str | int, Column] = {
            name: [truth.near[i] for i in points] for name, truth in bench.truths.items()
        }
        self.doubles = Doubles(columns, len(points))
        self._truths: dict[Expression, TrueValues] = {}
        self._balls: dict[Expression, Sequence[Ball | None]] = {}

    def loses(self, part: Expression, but: Collection[int] = ()) -> bool:
        """Tell whether a part loses digits at a bad point, its own parts being right there.

        Points `but` these are looked at.
        """
        parts = children(part)
        if not parts or isinstance(part, Compare | Logic) or is_choice(part):
            return False
        inner = [self.truth(child) for child in parts]
        places: dict[str | int, Column] = {i: truth.near for i, truth in enumerate(inner)}
        fresh = with_children(part, tuple(Var(i) for i in range(len(parts))))
        try:
            column = Doubles(places, len(self.points)).of(fresh)
        except (KeyError, TypeError):
            return True
        own = self.truth(part)
        losses = own.losses(column)
        return any(
            losses[j] > FAULTY or not all(truth.known[j] for truth in inner)
            for j in range(self.bad)
            if own.known[j] and j not in but
        )

    def beyond(self, part: Expression) -> set[int]:
        """Return the points at which a name in a part is no double, and not 0: no form helps."""
        found: set[int] = set()
        for key in variables(part):
            truth, balls = self.truth(Var(key)), self._balls_of(Var(key))
            found |= {
                j
                for j, ball in enumerate(balls)
                if not truth.known[j] or (not truth.near[j] and ball is not None and ball != 0)
            }
        return found

    def lost(self, form: Expression, part: Expression) -> float:
        """Return the bits that a form loses of the values of a part, over all points."""
        try:
            column = self.doubles.of(normal(form))
        except (KeyError, TypeError, RecursionError, ZeroDivisionError):
            return LOST * len(self.points)
        return sum(loss for loss in self.truth(part).losses(column) if loss > FAULTY)

    def truth(self, e: Expression) -> TrueValues:
        """Return the certified values of a part."""
        found = self._truths.get(e)
        if found is None:
            with ctx.workprec(PRECISION):
                balls = self._balls_of(e)
                good = [self._closer(e, j, x) for j, x in enumerate(balls)]
                rows = [split_ball(x if x is not None and is_good(x) else None) for x in good]
            found = self._truths[e] = TrueValues(*zip(*rows, strict=True))
        return found

    def _closer(self, e: Expression, j: int, ball: Ball | None) -> Ball | None:
        """Return a ball that is too wide worked out again with more digits."""
        if ball is None or is_good(ball) or isinstance(e, Var):
            return ball
        with ctx.workprec(PRECISE):
            closer = self._whole(e, j)
        return ball if closer is None else closer

    def _balls_of(self, e: Expression) -> Sequence[Ball | None]:
        found = self._balls.get(e)
        if found is None:
            if isinstance(e, Var):
                found = [self.bench.balls[i].get(str(e.key)) for i in self.points]
            else:
                found = self._worked_out(e)
            self._balls[e] = found
        return found

    def _worked_out(self, e: Expression) -> Sequence[Ball | None]:
        """Return the values of a part, from those of its own parts where there are all of them."""
        if isinstance(e, Compare | Logic):
            return [None] * len(self.points)
        places = range(len(self.points))
        if is_choice(e):
            return [self._whole(e, j) for j in places]
        inner = [self._balls_of(part) for part in children(e)]
        rows = list(zip(*inner, strict=True)) if inner else [()] * len(self.points)
        parts = (Var(0), e.exponent) if _is_number_power(e) else tuple(map(Var, range(len(inner))))
        root = valuation(with_children(e, parts))
        return [
            self._whole(e, j)
            if any(x is None for x in rows[j])
            else _tried(root, dict(enumerate(rows[j])))
            for j in places
        ]

    def _whole(self, e: Expression, j: int) -> Ball | None:
        """Return the value of a part from those of its names."""
        return _tried(valuation(e), cast("Values", self.bench.balls[self.points[j]]))


def _tried(formula: Valuation, values: Values) -> Ball | None:
    """Return the value of a formula, None where it has none."""
    try:
        return formula(values)
    except (ArithmeticError, KeyError, ValueError, TypeError):
        return None


def _is_number_power(e: Expression) -> TypeGuard[Pow]:
    return isinstance(e, Pow) and not variables(e.exponent)


def is_choice(e: Expression) -> TypeGuard[Call]:
    """Tell whether a formula is a choice between two others."""
    return isinstance(e, Call) and e.function == "where"
