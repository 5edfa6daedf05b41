"""Certified evaluation: exact rationals while they last, balls from there on.

A value is a FLINT rational or a real ball that contains the true value. An expression has a value
only where every part of it that counts certainly has one: `Undefined` is raised where one certainly
has none, `Unclear` where the ball is too wide to tell. (Ball arithmetic: F. Johansson, "Arb:
efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Trans. Computers 66, 2017.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import islice

from symgrad.expression.balls import Unclear, Undefined, Value, why_not
from symgrad.expression.certified import acb, arb, ctx, flint, fmpq
from symgrad.expression.evaluate import Evaluator, NumberType
from symgrad.expression.function import Function
from symgrad.expression.tree import Call, Expression, Var, walk

__all__ = [
    "CERTIFIED", "Unclear", "Undefined", "Value", "certified", "constant_sign", "exact", "fraction",
    "is_numeric", "is_zero",
]  # fmt: skip

_MAX_NUMBER_BITS = 8_000
_SIGN_BITS = 192
_EXACT_BITS = 20_000
_NUMERIC_PARTS = 100
_MAX_FRACTION_EXPONENT = 20_000


class Certified(NumberType[Value]):
    """Exact rationals and balls, at the precision that is set."""

    def number(self, value: Fraction) -> Value:
        """Return a rational number as an exact value."""
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MAX_NUMBER_BITS:
            raise Undefined
        return exact(value)

    def constant(self, name: str) -> Value:
        """Return a ball around π or e."""
        return arb.pi() if name == "pi" else arb.const_e()

    def sum(self, terms: Iterable[Value]) -> Value:
        """Return the sum."""
        terms = iter(terms)
        total = next(terms)
        for term in terms:
            total = _short(total + term)
        return total

    def product(self, factors: Iterable[Value]) -> Value:
        """Return the product."""
        factors = iter(factors)
        product = next(factors)
        for factor in factors:
            product = _short(product * factor)
        return product

    def quotient(self, numerator: Value, denominator: Value) -> Value:
        """Return the quotient."""
        if isinstance(denominator, fmpq):
            if denominator == 0:
                raise Undefined
        elif not (denominator > 0 or denominator < 0):
            raise why_not(denominator.is_zero())
        return numerator / denominator

    def power(self, base: Value, exponent: Value, written: Expression) -> Value:
        """Return the real power: of any base for a constant exponent, else of a positive one."""
        if isinstance(exponent, fmpq) and is_numeric(written):
            return self._constant_power(base, exponent)
        below = _ball(base)
        if below.is_zero() and exponent > 0:
            return fmpq(0)
        if not below > 0:
            raise why_not(below < 0 or (below.is_zero() and exponent <= 0))
        return below ** _ball(exponent)

    def _constant_power(self, base: Value, exponent: fmpq) -> Value:
        if exponent.q == 1:
            whole = int(exponent.p)
            above = _whole_power(base, abs(whole))
            return above if whole >= 0 else self.quotient(fmpq(1), above)
        if base == 0 if isinstance(base, fmpq) else base.is_zero():
            if exponent < 0:
                raise Undefined
            return fmpq(0)
        below = _ball(base)
        if not below > 0:
            raise why_not(below < 0)
        return below ** arb(exponent)

    def function(self, call: Call, row: Function, evaluator: Evaluator[Value]) -> Value:
        """Return the value by the ball of a function's record, inside its domain."""
        values = list(map(evaluator.value, call.arguments))
        if row.ball is None:
            if row.definition is None:
                raise Unclear
            places = tuple(Var(index) for index in range(len(values)))
            return self.value(row.definition(places), dict(enumerate(values)))
        if not row.ball_exact:
            values = list(map(_ball, values))
        if row.domain is not None and not row.ball_checks:
            conditions = row.domain(call.arguments)
            if not self.every(map(evaluator.holds, conditions)):
                raise Undefined
        try:
            found = row.ball(flint, *values)
        except (TypeError, ValueError):  # an argument that has to be a whole number is none
            raise Unclear from None
        found = found.real if isinstance(found, acb) else found
        if found is None:
            raise Unclear
        return found

    def checked(self, value: Value) -> Value:
        """Return a value that stays exact only while it is short, and is finite."""
        value = _short(value)
        if isinstance(value, arb) and not value.is_finite():
            raise Unclear
        return value

    def no_number(self, expression: Expression) -> Exception:
        """Return the error for what is no number."""
        del expression
        return Undefined()

    def compared(self, relation: str, left: Value, right: Value) -> bool:
        """Tell whether a relation certainly holds or certainly fails."""
        difference = left - right
        if is_zero(difference):
            return relation in {"<=", ">=", "=="}
        if difference > 0:
            return relation in {">", ">=", "!="}
        if difference < 0:
            return relation in {"<", "<=", "!="}
        raise Unclear

    def every(self, truths: Iterable[bool]) -> bool:
        """Tell whether all hold; all of them have to be certain."""
        return all(list(truths))

    def some(self, truths: Iterable[bool]) -> bool:
        """Tell whether one holds; all of them have to be certain."""
        return any(list(truths))


CERTIFIED = Certified()


def certified(point: Mapping[str | int, Value]) -> Evaluator[Value]:
    """Return the evaluator of certified values at a point.

    >>> from symgrad.expression.tree import Div, Var, number
    >>> certified({"x": exact(Fraction(3))}).value(Div(number(1), Var("x")))
    1/3
    """
    return Evaluator(CERTIFIED, point)


def exact(value: Fraction) -> fmpq:
    """Return a Fraction as a FLINT rational."""
    return fmpq(value.numerator, value.denominator)


def fraction(value: Value) -> Fraction:
    """Return a certified value as a fraction: exactly, or the middle of its ball.

    Raises:
        OverflowError: when it is too large to be written out.
    """
    if isinstance(value, fmpq):
        return Fraction(int(value.p), int(value.q))
    mantissa, exponent = (int(part) for part in value.mid().man_exp())
    if exponent > _MAX_FRACTION_EXPONENT:
        raise OverflowError
    if exponent < -_MAX_FRACTION_EXPONENT:
        return Fraction(0)
    return Fraction(mantissa) * Fraction(2) ** exponent


def is_zero(value: Value) -> bool:
    """Tell whether a value is certainly 0."""
    return bool(value == 0 if isinstance(value, fmpq) else value.is_zero())


def is_numeric(expression: Expression) -> bool:
    """Tell whether an expression surely holds no variable; a long one is taken to hold some."""
    parts = list(islice(walk(expression), _NUMERIC_PARTS + 1))
    return len(parts) <= _NUMERIC_PARTS and not any(isinstance(part, Var) for part in parts)


def constant_sign(expression: Expression) -> int | None:
    """Return the certified sign of an expression without variables, or None."""
    with ctx.workprec(_SIGN_BITS):
        try:
            value = certified({}).value(expression)
        except ArithmeticError:
            return None
        return 1 if value > 0 else -1 if value < 0 else 0 if value == 0 else None


def _short(value: Value) -> Value:
    if isinstance(value, fmpq) and value.height_bits() > _EXACT_BITS:
        return arb(value)
    return value


def _ball(value: Value) -> Value:
    return value if isinstance(value, arb) else arb(value)


def _whole_power(base: Value, exponent: int) -> Value:
    if isinstance(base, fmpq):
        bits = max(int(base.p).bit_length(), int(base.q).bit_length())
        if bits * exponent <= _EXACT_BITS or bits <= 1:
            return base**exponent
    return _ball(base) ** exponent
