"""Certified values: exact rationals while they last, Arb balls from there on.

A value is a FLINT rational or a real ball that contains the true value. An expression has a value
only where every part of it that counts certainly has one. (Ball arithmetic: F. Johansson, "Arb:
efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Trans. Computers 66, 2017.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any, TypeAlias

from flint import acb, arb, ctx, fmpq

from symgrad.expression import (
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
from symgrad.functions import FUNCTIONS
from symgrad.verify.limits import MAX_BITS

Value: TypeAlias = Any  # fmpq or arb; python-flint has no types

_EXACT_BITS = 20_000
_NUMERIC_PARTS = 100


class Undefined(ArithmeticError):
    """The expression has no real value at this point."""


class Unclear(ArithmeticError):
    """A ball is too wide to tell; more precision may help."""


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
            found = _short(found)
            if isinstance(found, arb) and not found.is_finite():
                raise Unclear
            self._known[id(expression)] = found
        return found

    def _fresh(self, expression: Expression) -> Value:
        match expression:
            case Number(value):
                return _number(value)
            case Var(key):
                return self.point[key]
            case Constant(name):
                return arb.pi() if name == "pi" else arb.const_e()
            case Add(terms):
                total = self.value(terms[0])
                for term in terms[1:]:
                    total = _short(total + self.value(term))
                return total
            case Mul(factors):
                product = self.value(factors[0])
                for factor in factors[1:]:
                    product = _short(product * self.value(factor))
                return product
            case Neg(operand):
                return -self.value(operand)
            case Div(numerator, denominator):
                return _quotient(self.value(numerator), self.value(denominator))
            case Pow(base, exponent):
                return self._power(base, exponent)
            case Call(name, arguments):
                return self._call(name, arguments)
            case _:
                raise Undefined

    def _power(self, base: Expression, exponent: Expression) -> Value:
        power = self.value(exponent)
        if isinstance(power, fmpq) and is_numeric(exponent):
            return _constant_power(self.value(base), power)
        below = _ball(self.value(base))
        if below.is_zero() and power > 0:
            return fmpq(0)
        if not below > 0:
            raise _why_not(below < 0 or (below.is_zero() and power <= 0))
        return below ** _ball(power)

    def _call(self, name: str, arguments: tuple[Expression, ...]) -> Value:
        if name == "where":
            condition, yes, no = arguments
            return self.value(yes if self.holds(condition) else no)
        direct = _DIRECT.get(name)
        if direct is not None:
            return direct(*(_ball(self.value(argument)) for argument in arguments))
        values = [self.value(argument) for argument in arguments]
        if name == "sign":
            return self._sign(arguments[0], values[0])
        if name in _EXACT:
            return _EXACT[name](values)
        row = FUNCTIONS.get(name)
        if row is None or row.definition is None:
            raise Undefined
        places = tuple(Var(index) for index in range(len(values)))
        return Evaluator(dict(enumerate(values))).value(row.definition(places))

    def _sign(self, argument: Expression, value: Value) -> Value:
        if value > 0:
            return fmpq(1)
        if value < 0:
            return fmpq(-1)
        if isinstance(value, fmpq) or value.is_zero():
            self.on_kink = self.on_kink or not is_numeric(argument)
            return fmpq(0)
        raise Unclear

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
            if left != right and not (is_numeric(left) and is_numeric(right)):
                self.on_kink = True
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


def _number(value: Fraction) -> Value:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
        raise Undefined
    return fmpq(value.numerator, value.denominator)


def _short(value: Value) -> Value:
    """Return a value that stays exact only while it is short."""
    if isinstance(value, fmpq) and value.height_bits() > _EXACT_BITS:
        return arb(value)
    return value


def _ball(value: Value) -> Value:
    return value if isinstance(value, arb) else arb(value)


def _why_not(certainly_outside: bool) -> ArithmeticError:  # noqa: FBT001 - one obvious argument
    return Undefined() if certainly_outside else Unclear()


def _quotient(above: Value, below: Value) -> Value:
    if isinstance(below, fmpq):
        if below == 0:
            raise Undefined
    elif not (below > 0 or below < 0):
        raise _why_not(below.is_zero())
    return above / below


def _constant_power(base: Value, power: Value) -> Value:
    if power.q == 1:
        exponent = int(power.p)
        if exponent >= 0:
            return _whole_power(base, exponent)
        return _quotient(fmpq(1), _whole_power(base, -exponent))
    if isinstance(base, fmpq) and base == 0:
        if power < 0:
            raise Undefined
        return fmpq(0)
    below = _ball(base)
    if not below > 0:
        raise _why_not(below < 0)
    return below ** arb(power)


def _whole_power(base: Value, exponent: int) -> Value:
    if isinstance(base, fmpq):
        bits = max(int(base.p).bit_length(), int(base.q).bit_length())
        if bits * exponent <= _EXACT_BITS or bits <= 1:
            return base**exponent
    return _ball(base) ** exponent


def _log(x: Value) -> Value:
    if not x > 0:
        raise _why_not(x <= 0)
    return x.log()


def _sqrt(x: Value) -> Value:
    if not x >= 0:
        raise _why_not(x < 0)
    return x.sqrt()


def _cbrt(x: Value) -> Value:
    if x > 0:
        return x.root(3)
    if x < 0:
        return -((-x).root(3))
    if x.is_zero():
        return x
    raise Unclear


def _within_one(function: Callable[[Value], Value]) -> Callable[[Value], Value]:
    def checked(x: Value) -> Value:
        if not (x >= -1 and x <= 1):
            raise _why_not(x > 1 or x < -1)
        return function(x)

    return checked


def _acosh(x: Value) -> Value:
    if not x >= 1:
        raise _why_not(x < 1)
    return x.acosh()


def _atanh(x: Value) -> Value:
    if not (x > -1 and x < 1):
        raise _why_not(x >= 1 or x <= -1)
    return x.atanh()


def _atan2(y: Value, x: Value) -> Value:
    if x.is_zero() and y.is_zero():
        raise Undefined
    if not (x > 0 or y > 0 or y < 0):
        raise Unclear  # on or across the cut
    return arb.atan2(y, x)


def _lgamma(x: Value) -> Value:
    if x > 0:
        return x.lgamma()
    _check_pole(x)
    return abs(x.gamma()).log()


def _check_pole(x: Value) -> None:
    if not x > 0 and x.contains_integer():
        raise _why_not(x.is_exact())


def _digamma(x: Value) -> Value:
    _check_pole(x)
    return x.digamma()


def _polygamma(order: Value, x: Value) -> Value:
    if not (order.is_exact() and order.is_integer()) or order < 0 or order > 200:
        raise Undefined
    n = int(order.unique_fmpz())
    _check_pole(x)
    return acb(x).polygamma(acb(n)).real


def _hypot(*values: Value) -> Value:
    return sum((v * v for v in values), arb(0)).sqrt()


def _log_sum_exp(*values: Value) -> Value:
    return sum((v.exp() for v in values), arb(0)).log()


_DIRECT: dict[str, Callable[..., Value]] = {
    "exp": lambda x: x.exp(),
    "log": _log,
    "log2": lambda x: _log(x) / arb(2).log(),
    "log10": lambda x: _log(x) / arb(10).log(),
    "sqrt": _sqrt,
    "cbrt": _cbrt,
    "sin": lambda x: x.sin(),
    "cos": lambda x: x.cos(),
    "tan": lambda x: x.tan(),
    "asin": _within_one(lambda x: x.asin()),
    "acos": _within_one(lambda x: x.acos()),
    "atan": lambda x: x.atan(),
    "atan2": _atan2,
    "sinh": lambda x: x.sinh(),
    "cosh": lambda x: x.cosh(),
    "tanh": lambda x: x.tanh(),
    "asinh": lambda x: x.asinh(),
    "acosh": _acosh,
    "atanh": _atanh,
    "erf": lambda x: x.erf(),
    "erfc": lambda x: x.erfc(),
    "sigmoid": lambda x: 1 / (1 + (-x).exp()),
    "softplus": lambda x: x.exp().log1p(),
    "gelu": lambda x: x * (-x / arb(2).sqrt()).erfc() / 2,
    "silu": lambda x: x / (1 + (-x).exp()),
    "hypot": _hypot,
    "log1p": lambda x: _log(1 + x),
    "expm1": lambda x: x.expm1(),
    "logsumexp": _log_sum_exp,
    "normal_pdf": lambda x: (-x * x / 2).exp() / (2 * arb.pi()).sqrt(),
    "normal_cdf": lambda x: (-x / arb(2).sqrt()).erfc() / 2,
    "lgamma": _lgamma,
    "digamma": _digamma,
    "polygamma": _polygamma,
}


def _extreme(values: list[Value], *, largest: bool) -> Value:
    result = values[0]
    for value in values[1:]:
        if isinstance(result, fmpq) and isinstance(value, fmpq):
            result = (max if largest else min)(result, value)
        else:
            a, b = _ball(result), _ball(value)
            result = a.max(b) if largest else a.min(b)
    return result


_EXACT: dict[str, Callable[[list[Value]], Value]] = {
    "abs": lambda v: abs(v[0]),
    "max": lambda v: _extreme(v, largest=True),
    "min": lambda v: _extreme(v, largest=False),
    "relu": lambda v: _extreme([v[0], fmpq(0)], largest=True),
    "stop_gradient": lambda v: v[0],
}


def constant_sign(expression: Expression, *, precision: int = 192) -> int | None:
    """Return the certified sign of an expression without variables, or None."""
    with ctx.workprec(precision):
        try:
            value = Evaluator({}).value(expression)
        except ArithmeticError:
            return None
        return 1 if value > 0 else -1 if value < 0 else 0 if value == 0 else None
