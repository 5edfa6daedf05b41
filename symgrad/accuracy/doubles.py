"""What emitted code gives: formulas in double arithmetic at many points at once.

A column holds one double for each point. Where the code would raise, or a choice cannot be told,
stands NaN. The functions that a target brings along (sigmoid, logsumexp, …) are worked out the way
its helpers do it; digamma and polygamma are taken as correctly rounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache, partial, reduce
from operator import add, mul, neg, sub, truediv

from symgrad.expression.certified import acb, arb
from symgrad.expression.evaluate import RELATIONS
from symgrad.expression.functions import record
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
)
from symgrad.program.normal import normal
from symgrad.program.series import SERIES, Local

Column = Sequence[float]
Function = Callable[..., float]
NAN, INF = math.nan, math.inf


class Unmeasured(TypeError):
    """What a function gives in doubles is not known here."""


class Doubles:
    """Formulas at the points of `columns`; each call of a function is worked out once.

    (To look for a sum or product in a table costs more than to work it out.)
    """

    def __init__(self, columns: Mapping[str | int, Column], count: int) -> None:
        self.columns = columns
        self.count = count
        self._known: dict[Expression, Column] = {}

    def of(self, e: Expression) -> Column:
        """Return the value of a formula at every point."""
        if isinstance(e, Var):
            return self.columns[e.key]
        if not isinstance(e, Call | Pow):
            return self._fresh(e)
        found = self._known.get(e)
        if found is None:
            found = self._known[e] = self._fresh(e)
        return found

    def _fresh(self, e: Expression) -> Column:
        match e:
            case Number(value):
                return [_nearest(value)] * self.count
            case Constant(name):
                return [math.pi if name == "pi" else math.e] * self.count
            case Add(terms):
                return self._sum(terms)
            case Neg(operand):
                return list(map(neg, self.of(operand)))
            case Mul(factors):
                return reduce(lambda total, y: list(map(mul, total, y)), map(self.of, factors))
            case Div(above, below):
                return _each(truediv, _divided, self.of(above), self.of(below))
            case Pow(base, exponent):
                return _each(math.pow, _power, self.of(base), self.of(exponent))
            case Call("where", (condition, yes, no)):
                chosen = zip(self.holds(condition), self.of(yes), self.of(no), strict=True)
                return [NAN if c is None else a if c else b for c, a, b in chosen]
            case Call(function, arguments):
                return self._call(function, arguments)
            case _:
                raise TypeError(e)

    def _sum(self, terms: Sequence[Expression]) -> Column:
        total = self.of(terms[0])
        for term in terms[1:]:
            if isinstance(term, Neg):
                total = list(map(sub, total, self.of(term.operand)))
            else:
                total = list(map(add, total, self.of(term)))
        return total

    def _call(self, function: str, arguments: tuple[Expression, ...]) -> Column:
        if isinstance(function, Local):
            return self.of(normal(function.at(*arguments)))
        direct = FUNCTIONS_OF_DOUBLES.get(function)
        if direct is None:
            direct = record(function).double
        if direct is None:
            definition = record(function).definition
            if definition is None:
                raise Unmeasured(function)
            return self.of(normal(definition(arguments)))
        return _each(direct, partial(_tried, direct), *map(self.of, arguments))

    def holds(self, condition: Expression) -> Sequence[bool | None]:
        """Tell where a condition holds; None where a side is NaN."""
        match condition:
            case Compare(relation, left, right):
                sides = zip(self.of(left), self.of(right), strict=True)
                test = RELATIONS[relation]
                return [None if x != x or y != y else test(x, y) for x, y in sides]  # noqa: PLR0124
            case Logic("not", (part,)):
                return [None if c is None else not c for c in self.holds(part)]
            case Logic(operator, parts):
                stop = operator == "or"
                rows = zip(*[self.holds(part) for part in parts], strict=True)
                return [_joined(row, stop=stop) for row in rows]
            case _:
                raise TypeError(condition)


def _joined(row: Sequence[bool | None], *, stop: bool) -> bool | None:
    for value in row:
        if value is None or value is stop:
            return value
    return not stop


@cache
def _nearest(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return INF if value > 0 else -INF  # type: ignore[operator]


def _tried(function: Function, *xs: float) -> float:
    try:
        return function(*xs)
    except (ValueError, ZeroDivisionError, ArithmeticError):
        return NAN


def _each(plain: Function, careful: Function, *columns: Column) -> Column:
    """Return a function of columns at every point; `careful` gives a double for any others."""
    try:
        return list(map(plain, *columns))
    except (ValueError, ArithmeticError):
        return list(map(careful, *columns))


def _divided(x: float, y: float) -> float:
    """Return x/y, and x/0 as IEEE 754 has it, which all targets keep to."""
    if y:
        return x / y
    return NAN if x == 0.0 or x != x else math.copysign(INF, x) * math.copysign(1.0, y)  # noqa: PLR0124


def _power(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except OverflowError:
        return -INF if x < 0.0 and y % 2.0 == 1.0 else INF
    except ValueError:
        return INF if x == 0.0 else NAN


def _log(x: float) -> float:
    return math.log(x) if x > 0.0 else -INF if x == 0.0 else NAN


def _over(function: Callable[[float], float], sign: int = 0) -> Callable[[float], float]:
    def bounded(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return math.copysign(INF, x) if sign else INF

    return bounded


def _sigmoid(x: float) -> float:
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    z = math.exp(x)
    return z / (1.0 + z)


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _log_sum_exp(*xs: float) -> float:
    top = max(xs)
    if math.isinf(top) or top != top:  # noqa: PLR0124
        return top
    place = xs.index(top)
    return top + math.log1p(sum(math.exp(x - top) for i, x in enumerate(xs) if i != place))


def _cube_root(x: float) -> float:
    if x == 0.0 or math.isinf(x):
        return x
    y = math.copysign(abs(x) ** (1.0 / 3.0), x)
    return y - (y - x / (y * y)) / 3.0


def _sign(x: float) -> float:
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else x


def _normal_pdf(x: float) -> float:
    return 0.3989422804014327 * math.exp(-0.5 * x * x)


def _normal_cdf(x: float) -> float:
    return 0.5 * math.erfc(-0.7071067811865476 * x)


@lru_cache(16384)
def _digamma(x: float) -> float:
    return float(arb(x).digamma())


@lru_cache(16384)
def _polygamma(order: float, x: float) -> float:
    return float(acb(x).polygamma(acb(int(order))).real)


def series(x: float, *coefficients: float) -> float:
    """Return a polynomial by Horner's rule."""
    total = 0.0
    for c in reversed(coefficients):
        total = total * x + c
    return total


FUNCTIONS_OF_DOUBLES: Mapping[str, Callable[..., float]] = {
    **{
        name: getattr(math, name)
        for name in (
            "acos acosh asin asinh atan atan2 atanh cos erf erfc hypot log10 log1p log2 sin "
            "sqrt tan tanh"
        ).split()
    },
    "exp": _over(math.exp),
    "log": _log,
    "expm1": _over(math.expm1),
    "sinh": _over(math.sinh, 1),
    "cosh": _over(math.cosh),
    "lgamma": _over(math.lgamma),
    "abs": abs,
    "max": max,
    "min": min,
    "sign": _sign,
    "cbrt": _cube_root,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "logsumexp": _log_sum_exp,
    "normal_pdf": _normal_pdf,
    "normal_cdf": _normal_cdf,
    "gelu": lambda x: x * _normal_cdf(x),
    "silu": lambda x: x * _sigmoid(x),
    "digamma": _digamma,
    "polygamma": _polygamma,
    "stop_gradient": lambda x: x,
    SERIES: series,
}
