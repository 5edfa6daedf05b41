"""Parts of a formula beside their certified values: which of them loses digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeGuard, cast

from symgrad.accuracy.doubles import Column, Doubles
from symgrad.accuracy.measure import LOST, Bench, TrueValues, split_ball
from symgrad.accuracy.reference import Ball, Values, is_good, value
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

    def loses(self, part: Expression) -> bool:
        """Tell whether a part loses digits at a bad point, its own parts being right there."""
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
            if own.known[j]
        )

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
            try:
                return value(e, cast("Values", self.bench.balls[self.points[j]]))
            except (ArithmeticError, KeyError, ValueError, TypeError):
                return ball

    def _balls_of(self, e: Expression) -> Sequence[Ball | None]:
        found = self._balls.get(e)
        if found is None:
            if isinstance(e, Var):
                found = [self.bench.balls[i].get(str(e.key)) for i in self.points]
            else:
                inner = [self._balls_of(part) for part in children(e)]
                found = [self._ball(e, j, inner) for j in range(len(self.points))]
            self._balls[e] = found
        return found

    def _ball(self, e: Expression, j: int, inner: Sequence[Sequence[Ball | None]]) -> Ball | None:
        """Return the value of a part at one point, from the values of its own parts."""
        if isinstance(e, Compare | Logic):
            return None
        there: dict[str | int, Ball] = {i: balls[j] for i, balls in enumerate(inner)}
        values: Values = there
        if is_choice(e) or any(x is None for x in there.values()):
            values = cast("Values", self.bench.balls[self.points[j]])
        elif _is_number_power(e):
            e = Pow(Var(0), e.exponent)
        else:
            e = with_children(e, tuple(Var(i) for i in range(len(inner))))
        try:
            return value(e, values)
        except (ArithmeticError, KeyError, ValueError, TypeError):
            return None


def _is_number_power(e: Expression) -> TypeGuard[Pow]:
    return isinstance(e, Pow) and not variables(e.exponent)


def is_choice(e: Expression) -> bool:
    """Tell whether a formula is a choice between two others."""
    return isinstance(e, Call) and e.function == "where"
