"""What formulas are worth: certified values at growing precision (python-flint's arb).

Each name has at each point a value that is right to 80 bits, or none. Where a formula is 0/0 at a
point (an exact removable singularity) its value is the limit, if two directions agree about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from operator import add, itemgetter, mul
from typing import Any, TypeAlias

from symgrad.expression.balls import Unclear, Undefined, why_not
from symgrad.expression.certified import acb, arb, ctx, flint, fmpq
from symgrad.expression.certified_values import CERTIFIED
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
    signed_value,
)
from symgrad.program.series import SERIES, Local
from symgrad.program.statements import Statement

Ball: TypeAlias = Any  # a ball; python-flint has few types
Values = Mapping[str | int, Ball]
Valuation: TypeAlias = Callable[[Values], Ball]
PRECISIONS = (160, 640, 2560)
WANTED_BITS = 80
EXACT = 2**64  # whole numbers below are balls without a radius at any precision
LIMIT_PRECISION = 1600
LIMIT_BITS = 60
STEP = 400  # a limit is looked at 2^-400 away
DIRECTIONS = ((3, 7, 5, 11, 13), (-5, 9, -11, 4, -7), (11, 4, 13, 5, 3))


def value(e: Expression, values: Values) -> Ball:
    """Return the value of a formula as a ball, at the precision that is set.

    Raises Undefined where it certainly has none, Unclear where more precision may help.
    """
    return valuation(e)(values)


@lru_cache(8192)
def valuation(e: Expression) -> Valuation:
    """Return the function that gives the value of a formula: its tree is gone through once."""
    match e:
        case Var(key):
            return itemgetter(key)
        case Number(exact):
            return _number(exact)
        case Constant(name):
            return lambda _: arb.pi() if name == "pi" else arb.const_e()
        case Add(terms):
            return _folding(add, [valuation(term) for term in terms])
        case Mul(factors):
            product = _folding(mul, [valuation(factor) for factor in factors])
            return _or_left_out(factors, product)
        case Neg(operand):
            inner = valuation(operand)
            return lambda values: -inner(values)
        case Div(above, below):
            top, bottom = valuation(above), valuation(below)
            factors = above.factors if isinstance(above, Mul) else (above,)
            return _or_left_out(factors, lambda values: _quotient(top(values), bottom(values)))
        case Pow(base, exponent):
            return _powers(valuation(base), exponent)
        case Call("where", (condition, yes, no)):
            first, second = valuation(yes), valuation(no)
            return lambda values: (first if holds(condition, values) else second)(values)
        case Call(function, arguments):
            parts = [valuation(argument) for argument in arguments]
            return lambda values: _call(function, [part(values) for part in parts])
        case _:
            raise TypeError(e)


def _number(exact: Fraction) -> Valuation:
    if exact.denominator == 1 and abs(exact.numerator) < EXACT:
        whole = arb(exact.numerator)
        return lambda _: whole
    ratio = fmpq(exact.numerator, exact.denominator)
    return lambda _: arb(ratio)


def _folding(operation: Callable[[Ball, Ball], Ball], parts: Sequence[Valuation]) -> Valuation:
    """Return sums or products of two parts or more, from left to right."""
    if len(parts) == 2:
        one, two = parts
        return lambda values: operation(one(values), two(values))
    first, *others = parts

    def folded(values: Values) -> Ball:
        total = first(values)
        for part in others:
            total = operation(total, part(values))
        return total

    return folded


def _or_left_out(factors: Sequence[Expression], product: Valuation) -> Valuation:
    """Return 0 where a choice among the factors is 0: what stands beside it is not needed there."""
    choices = [valuation(f) for f in factors if isinstance(f, Call) and f.function == "where"]
    if not choices:
        return product

    def chosen(values: Values) -> Ball:
        left_out = any(choice(values).is_zero() for choice in choices)
        return arb(0) if left_out else product(values)

    return chosen


def _quotient(above: Ball, below: Ball) -> Ball:
    if below.contains(0):
        raise why_not(below.is_zero())
    return above / below


def _powers(base: Valuation, exponent: Expression) -> Valuation:
    """Return the powers of a base; an exponent that is a number is taken as it is."""
    exact = signed_value(exponent)
    if exact is not None:
        return lambda values: _constant_power(base(values), exact)
    inner = valuation(exponent)
    return lambda values: _power(base(values), inner(values))


def _power(base: Ball, power: Ball) -> Ball:
    if power.is_integer() and power.is_exact() and abs(power) < 10**6:
        return _constant_power(base, Fraction(int(power.unique_fmpz())))
    if base.is_zero() and power > 0:
        return arb(0)
    if not base > 0:
        raise why_not(base < 0 or (base.is_zero() and power <= 0))
    return base**power


def _constant_power(base: Ball, exponent: Fraction) -> Ball:
    if exponent.denominator == 1:
        whole = base ** abs(int(exponent))
        return whole if exponent >= 0 else _quotient(arb(1), whole)
    if base.is_zero() and exponent > 0:
        return arb(0)
    if not base > 0:
        raise why_not(base < 0 or base.is_zero())
    return base ** arb(fmpq(exponent.numerator, exponent.denominator))


def _call(function: str, xs: Sequence[Ball]) -> Ball:
    if isinstance(function, Local):
        return value(function.body, dict(zip(function.arguments, xs, strict=True)))
    more = _MORE.get(function)
    if more is not None:
        return more(*xs)
    row = record(function)
    if row.ball is not None:
        return _certified(row, xs)
    if row.definition is None:
        raise Unclear
    places = tuple(Var(i) for i in range(len(xs)))
    return value(row.definition(places), dict(enumerate(xs)))


def _certified(row: Function, xs: Sequence[Ball]) -> Ball:
    """Return the value by the ball of a function's record, inside its domain."""
    if not row.ball_checks and row.domain is not None:
        places = tuple(Var(i) for i in range(len(xs)))
        values: dict[str | int, Ball] = dict(enumerate(xs))
        if not all([holds(condition, values) for condition in row.domain(places)]):  # noqa: C419
            raise Undefined
    try:
        found = row.ball(flint, *xs) if row.ball is not None else None
    except TypeError:  # an argument that has to be a whole number is none
        raise Unclear from None
    found = found.real if isinstance(found, acb) else found
    if found is None:
        raise Unclear
    return arb(found)


def _series(x: Ball, *coefficients: Ball) -> Ball:
    total = arb(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


_MORE: Mapping[str, Callable[..., Ball]] = {
    SERIES: _series,
}


def holds(condition: Expression, values: Values) -> bool:
    """Tell whether a condition certainly holds or certainly fails; else raises Unclear."""
    match condition:
        case Compare(relation, left, right):
            first, second = value(left, values), value(right, values)
            if left == right:
                return relation in {"<=", ">=", "=="}
            return CERTIFIED.compared(relation, first, second)
        case Logic("not", (part,)):
            return not holds(part, values)
        case Logic("and", parts):
            return all(holds(part, values) for part in parts)
        case Logic(_, parts):
            return any(holds(part, values) for part in parts)
        case _:
            raise TypeError(condition)


def is_good(x: Ball) -> bool:
    """Tell whether a ball is right to 80 bits, or certainly 0."""
    return bool(x.is_zero() or x.rel_accuracy_bits() >= WANTED_BITS)


def truth(
    statements: Sequence[Statement], point: Mapping[str, float], results: Sequence[str]
) -> dict[str, Ball]:
    """Return the values of all names at a point: those that have one.

    Precision grows until all results have a value that is right to 80 bits; where a statement has
    none at the point itself, it is the limit. Where the objective has none either a derivative is
    infinite if it has values beside the point, as log(0): what is finite there is wrong. Else the
    point is outside the domain, and nothing is known.
    """
    best: dict[str, Ball] = {}
    missing = False
    for precision in PRECISIONS:
        with ctx.workprec(precision):
            found, outside = _run(statements, {name: arb(x) for name, x in point.items()})
        best |= {name: x for name, x in found.items() if is_good(x)}
        unclear = [s.name for s in statements if s.name not in best and s.name not in outside]
        missing = bool(outside)
        if not any(name in unclear for name in results) and not _waits(statements, unclear):
            break
    if missing:
        objective, *gradient = results
        limits, beside = _limits(statements, point, gradient)
        own = any(s.name == objective for s in statements)
        if own and not {**limits, **best}.get(objective, arb("inf")).is_finite():
            if objective not in beside:
                return {}
            limits |= dict.fromkeys(gradient, arb("inf"))  # no slope where there is no value
        best = limits | best
    return best


def _waits(statements: Sequence[Statement], unclear: Sequence[str]) -> bool:
    return len(unclear) * 4 > len(statements)


def _run(
    statements: Sequence[Statement], inputs: Mapping[str, Ball]
) -> tuple[dict[str, Ball], set[str]]:
    """Return the values of all names, and the names that certainly have none at the point."""
    values = dict(inputs)
    outside: set[str] = set()
    for name, (pattern, operands) in ((s.name, s.formula) for s in statements):
        there: Values = {i: values[o] for i, o in enumerate(operands) if o in values}
        try:
            result = valuation(pattern)(there)
        except (Undefined, KeyError) as reason:
            if isinstance(reason, Undefined) or any(o in outside for o in operands):
                outside.add(name)
            continue
        except (Unclear, ValueError, OverflowError):
            continue
        if result.is_finite():
            values[name] = result
    return values, outside


def _beside(point: Mapping[str, float], step: int, direction: Sequence[int]) -> dict[str, Ball]:
    """Return a point very near another one, on one side of it."""
    tiny = arb(2) ** -step
    return {
        name: arb(x) + tiny * direction[i % len(direction)] * (abs(arb(x)) if x else 1)
        for i, (name, x) in enumerate(point.items())
    }


def _alike(x: Ball, y: Ball) -> bool:
    return bool(abs(x - y) < abs(x) * arb(2) ** -LIMIT_BITS)


def _limits(
    statements: Sequence[Statement], point: Mapping[str, float], gradient: Sequence[str]
) -> tuple[dict[str, Ball], set[str]]:
    """Return what the names tend to at the point, where two directions agree.

    Beside it are the names that have a value near the point at all.
    """
    runs = []
    with ctx.workprec(LIMIT_PRECISION):
        for step, direction in ((STEP, d) for d in DIRECTIONS):
            runs.append(_run(statements, _beside(point, step, direction))[0])
        closer = _run(statements, _beside(point, 2 * STEP, DIRECTIONS[0]))[0]
    found = {}
    with ctx.workprec(2 * WANTED_BITS):
        for name in (s.name for s in statements):
            there = [run[name] for run in runs if name in run and is_good(run[name])]
            if len(there) < 2:
                continue
            x, y = there[:2]
            if abs(x) > arb(2) ** (STEP // 4) and abs(y) > arb(2) ** (STEP // 4):
                found[name] = arb("inf")  # a pole: what is finite there is wrong
            elif abs(x) < arb(2) ** (-STEP // 4) and abs(y) < arb(2) ** (-STEP // 4):
                found[name] = arb(0)
            elif _alike(x, y):
                if abs(x) < arb(2) ** (STEP // 4):
                    found[name] = x.mid()
            elif (
                name in gradient
                and runs[0].get(name) is x
                and name in closer
                and _alike(x, closer[name])
            ):
                found[name] = arb(0)  # a kink without a convention: the subgradient 0
    return found, set().union(*runs)
