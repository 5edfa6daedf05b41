"""Assumptions put to use: equations are solved for a name, inequalities become facts.

`t1 + t2 + t3 = 1` gives t3 = 1 - t1 - t2, so that every point that is tried satisfies it exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.expression.tree import Add, Compare, Expression, Neg, Var
from symgrad.verify.deciding.fields import Field, Ratio, Restart, Scales
from symgrad.verify.deciding.limits import Clock, OutOfTime, Stop, names_in, substituted
from symgrad.verify.deciding.normal_form import NormalForm
from symgrad.verify.deciding.polynomials import Poly, constant_value, is_constant
from symgrad.verify.deciding.regions import given
from symgrad.verify.deciding.signs import Signs


@dataclass(frozen=True, slots=True)
class Solved:
    """Names fixed by equations, the conditions that remain, and equations left unsolved."""

    names: tuple[tuple[str | int, Expression], ...] = ()
    conditions: tuple[Compare, ...] = ()
    equations: tuple[Expression, ...] = ()

    def apply(self, expression: Expression) -> Expression:
        """Return the expression with the fixed names replaced."""
        return substituted(expression, dict(self.names)) if self.names else expression


def solve(assumptions: Sequence[Compare], clock: Clock) -> Solved:
    """Solve the equations among the assumptions, one after the other."""
    names: dict[str | int, Expression] = {}
    open_equations: list[Expression] = []
    inequalities = [a for a in assumptions if a.relation != "=="]
    for equation in assumptions:
        if equation.relation != "==":
            continue
        left, right = substituted(equation.left, names), substituted(equation.right, names)
        solution = _isolated(left, right) or _linear(left, right, inequalities, clock)
        if solution is None:
            open_equations.append(Add((left, Neg(right))))
            continue
        key, value = solution
        names = {old: substituted(e, {key: value}) for old, e in names.items()}
        names[key] = value
    return Solved(
        tuple(names.items()),
        tuple(
            Compare(c.relation, substituted(c.left, names), substituted(c.right, names))
            for c in inequalities
        ),
        tuple(substituted(e, names) for e in open_equations),
    )


def _isolated(left: Expression, right: Expression) -> tuple[str | int, Expression] | None:
    for name, value in ((left, right), (right, left)):
        if isinstance(name, Var) and name.key not in names_in(value):
            return name.key, value
    return None


def _linear(
    left: Expression, right: Expression, inequalities: Sequence[Compare], clock: Clock
) -> tuple[str | int, Expression] | None:
    scales = Scales()
    for _ in range(8):
        normal = NormalForm(Signs(Field(scales, clock)))
        try:
            for fact in map(given, inequalities):
                if fact is not None:
                    ratio = normal.ratio(fact.expression)
                    normal.signs.assume(ratio, fact.sign, strict=fact.strict)
            difference = normal.field.sub(normal.ratio(left), normal.ratio(right))
        except Restart:
            continue
        except OutOfTime:
            raise
        except (Stop, ArithmeticError, RecursionError):
            return None
        return _solved_for_some_name(normal, difference, names_in(left, right))
    return None


def _solved_for_some_name(
    normal: NormalForm, difference: Ratio, names: Sequence[str | int]
) -> tuple[str | int, Expression] | None:
    field = normal.field
    for name in reversed(names):
        index = next((i for i, g in enumerate(field.generators) if g.expression == Var(name)), None)
        hidden = any(
            g.kind != "var" and name in names_in(g.expression) for g in field.used(difference.top)
        )
        if index is None or hidden:
            continue
        split = _slope_and_rest(normal, difference.top, index)
        if split is None:
            continue
        slope, rest = split
        sure = constant_value(rest) not in {None, Fraction(0)}
        if is_constant(slope) or sure or normal.signs.nonzero(field.polynomial(slope)):
            value = field.div(field.polynomial(-rest), field.polynomial(slope))
            return name, field.expression(value)
    return None


def _slope_and_rest(normal: NormalForm, p: Poly, index: int) -> tuple[Poly, Poly] | None:
    slope: dict[tuple[int, ...], Fraction] = {}
    rest: dict[tuple[int, ...], Fraction] = {}
    for monomial, c in normal.field.ring.terms(p):
        if monomial[index] > 1:
            return None
        lower = (*monomial[:index], 0, *monomial[index + 1 :])
        (slope if monomial[index] else rest)[lower] = c
    if not slope:
        return None
    return normal.field.ring.build(slope), normal.field.ring.build(rest)
