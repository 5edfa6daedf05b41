"""Certified values: exact rationals while they last, Arb balls from there on.

A value is a FLINT rational or a real ball that contains the true value. An expression has a value
only where every part of it that counts certainly has one. (Ball arithmetic: F. Johansson, "Arb:
efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Trans. Computers 66, 2017.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from symgrad.expression.certified import acb, arb, ctx, flint, fmpq
from symgrad.expression.functions import Function, record
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    walk,
)
from symgrad.verify.deciding.balls import (
    Unclear,
    Undefined,
    Value,
    ball,
    constant_power,
    exact_number,
    quotient,
    short,
    why_not,
)

__all__ = ["Evaluator", "Unclear", "Undefined", "Value", "constant_sign", "is_numeric"]

_NUMERIC_PARTS = 100
_SHIFTS = (1, -7, 12)


class Evaluator:
    """Evaluates expressions at one point; `on_kink` tells whether a switch was hit exactly."""

    def __init__(self, point: Mapping[str | int, Value]) -> None:
        self.point = point
        self.on_kink = False
        self._known: dict[int, Value] = {}

    def value(self, expression: Expression) -> Value:
        """Return a certified value of an expression.

        Raises:
            Undefined: when it certainly has none.
            Unclear: when this precision cannot tell.
        """
        found = self._known.get(id(expression))
        if found is None:
            found = self._fresh(expression)
            found = short(found)
            if isinstance(found, arb) and not found.is_finite():
                raise Unclear
            self._known[id(expression)] = found
        return found

    def _fresh(self, expression: Expression) -> Value:
        match expression:
            case Number(value):
                return exact_number(value)
            case Var(key):
                return self.point[key]
            case Constant(name):
                return arb.pi() if name == "pi" else arb.const_e()
            case Add(terms):
                total = self.value(terms[0])
                for term in terms[1:]:
                    total = short(total + self.value(term))
                return total
            case Mul(factors):
                product = self.value(factors[0])
                for factor in factors[1:]:
                    product = short(product * self.value(factor))
                return product
            case Neg(operand):
                return -self.value(operand)
            case Div(numerator, denominator):
                return quotient(self.value(numerator), self.value(denominator))
            case Pow(base, exponent):
                return self._power(base, exponent)
            case Call(name, arguments):
                return self._call(name, arguments)
            case _:
                raise Undefined

    def _power(self, base: Expression, exponent: Expression) -> Value:
        power = self.value(exponent)
        if isinstance(power, fmpq) and is_numeric(exponent):
            return constant_power(self.value(base), power)
        below = ball(self.value(base))
        if below.is_zero() and power > 0:
            return fmpq(0)
        if not below > 0:
            raise why_not(below < 0 or (below.is_zero() and power <= 0))
        return below ** ball(power)

    def _call(self, name: str, arguments: tuple[Expression, ...]) -> Value:
        if name == "where":
            condition, yes, no = arguments
            return self.value(yes if self.holds(condition) else no)
        if name == "sign":
            return self._sign(arguments[0], self.value(arguments[0]))
        row = record(name)
        if row.ball is not None:
            return self._certified(row, arguments)
        if row.definition is None:
            raise Unclear
        values = [self.value(argument) for argument in arguments]
        places = tuple(Var(index) for index in range(len(values)))
        return Evaluator(dict(enumerate(values))).value(row.definition(places))

    def _certified(self, row: Function, arguments: tuple[Expression, ...]) -> Value:
        """Return the value by the ball of a function's record, inside its domain."""
        values = [self.value(argument) for argument in arguments]
        if not row.ball_exact:
            values = [ball(value) for value in values]
        if row.domain is not None and not row.ball_checks:
            conditions = row.domain(arguments)
            if not all([self.holds(condition) for condition in conditions]):  # noqa: C419
                raise Undefined
        try:
            found = row.ball(flint, *values) if row.ball is not None else None
        except (TypeError, ValueError):  # an argument that has to be a whole number is none
            raise Unclear from None
        found = found.real if isinstance(found, acb) else found
        if found is None:
            raise Unclear
        return found

    def _sign(self, argument: Expression, value: Value) -> Value:
        if value > 0:
            return fmpq(1)
        if value < 0:
            return fmpq(-1)
        if isinstance(value, fmpq) or value.is_zero():
            self._touch(argument)
            return fmpq(0)
        raise Unclear

    def _touch(self, *sides: Expression) -> None:
        """Note that a switch was hit exactly, unless its sides are equal around the point too."""
        if not self.on_kink and not all(is_numeric(side) for side in sides):
            self.on_kink = not all(self._still_equal(sides, shift) for shift in _SHIFTS)

    def _still_equal(self, sides: Sequence[Expression], shift: int) -> bool:
        moved = {
            key: value + fmpq(shift * (index + 3) ** 2 + index, 10**6)
            for index, (key, value) in enumerate(self.point.items())
        }
        nearby = Evaluator(moved)
        try:
            values = [nearby.value(side) for side in sides]
        except ArithmeticError:
            return False
        gap = values[0] - values[1] if len(values) == 2 else values[0]
        return bool(gap == 0 if isinstance(gap, fmpq) else gap.is_zero())

    def holds(self, condition: Expression) -> bool:
        """Tell whether a condition certainly holds or certainly fails.

        Raises:
            Undefined: when a side has no value.
            Unclear: when this precision cannot tell.
        """
        match condition:
            case Compare(relation, left, right):
                return self._compare(relation, left, right)
            case Logic("and", parts):
                return all([self.holds(part) for part in parts])  # noqa: C419 - see every kink
            case Logic("or", parts):
                return any([self.holds(part) for part in parts])  # noqa: C419
            case Logic("not", (part,)):
                return not self.holds(part)
            case _:
                raise Undefined

    def _compare(self, relation: str, left: Expression, right: Expression) -> bool:
        difference = self.value(left) - self.value(right)
        if isinstance(difference, arb) and difference.is_zero():
            difference = fmpq(0)
        if isinstance(difference, fmpq) and difference == 0:
            if left != right:
                self._touch(left, right)
            return relation in {"<=", ">=", "=="}
        if difference > 0:
            return relation in {">", ">=", "!="}
        if difference < 0:
            return relation in {"<", "<=", "!="}
        raise Unclear


def is_numeric(expression: Expression) -> bool:
    """Tell whether an expression surely holds no variable; a long one is taken to hold some."""
    parts = list(islice(walk(expression), _NUMERIC_PARTS + 1))
    return len(parts) <= _NUMERIC_PARTS and not any(isinstance(part, Var) for part in parts)


def constant_sign(expression: Expression, *, precision: int = 192) -> int | None:
    """Return the certified sign of an expression without variables, or None."""
    with ctx.workprec(precision):
        try:
            value = Evaluator({}).value(expression)
        except ArithmeticError:
            return None
        return 1 if value > 0 else -1 if value < 0 else 0 if value == 0 else None
