"""The slips people make when they differentiate by hand, and what a single one of them gives.

A row of `_WRONG` is one false belief about one elementary function. The rules of sums, products,
quotients and powers have their slips in the functions below, one each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from symgrad.derivation.calculus import gradient_of
from symgrad.expression.algebra import add, div, mul, neg, power
from symgrad.expression.functions import record
from symgrad.expression.recognize import recognized
from symgrad.expression.slopes import slopes
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    number,
    size_of,
    variables,
)

MAX_SIZE = 200
_TWO = number(2)


@dataclass(frozen=True, slots=True)
class Slip:
    """A derivative taken wrongly: the kind of the slip, what was done, and what came out."""

    kind: str
    note: str
    wrong: Expression


def _square(e: Expression) -> Expression:
    return power(e, _TWO)


def slips_of(formula: Expression, operand: str | int) -> list[Slip]:
    """Return the derivatives of an expression by one name that a single slip gives.

    >>> from symgrad.expression.tree import Var
    >>> u = Var("u")
    >>> [s.kind for s in slips_of(Pow(u, number(2)), "u")][:2]
    ['constant_dropped', 'wrong_exponent']
    """
    if size_of(formula) > MAX_SIZE:
        return []
    found = list(_slips(formula, operand))
    known = recognized(formula)
    if known != formula:
        found += _slips(known, operand)
    return found


def _slope(e: Expression, key: str | int) -> Expression:
    return gradient_of(e).get(key, ZERO)


def _slips(e: Expression, key: str | int) -> Iterator[Slip]:
    match e:
        case Add(terms):
            yield from _sum_slips(terms, key)
        case Neg(operand):
            for slip in _slips(operand, key):
                yield Slip(slip.kind, slip.note, neg(slip.wrong))
        case Mul(factors):
            yield from _product_slips(factors, key)
        case Div(numerator, denominator):
            yield from _quotient_slips(numerator, denominator, key)
        case Pow(base, exponent):
            yield from _power_slips(base, exponent, key)
        case Call("where", (condition, yes, no)):
            yield from _region_slips(condition, yes, no, key)
        case Call(function, arguments):
            yield from _function_slips(e, function, arguments, key)
        case _:
            return


def _sum_slips(terms: tuple[Expression, ...], key: str | int) -> Iterator[Slip]:
    slopes = [_slope(term, key) for term in terms]
    moving = [i for i, slope in enumerate(slopes) if slope != ZERO]
    for i in moving:
        rest = [*slopes[:i], *slopes[i + 1 :]]
        if len(moving) > 1:
            yield Slip("dropped_term", "one term of the sum was not differentiated", add(*rest))
        for slip in _slips(terms[i], key):
            yield Slip(slip.kind, slip.note, add(slip.wrong, *rest))


def _product_slips(factors: tuple[Expression, ...], key: str | int) -> Iterator[Slip]:
    slopes = [_slope(factor, key) for factor in factors]
    moving = [i for i, slope in enumerate(slopes) if slope != ZERO]
    parts = [mul(slopes[i], *factors[:i], *factors[i + 1 :]) for i in moving]
    if len(moving) > 1:
        for i in range(len(parts)):
            yield Slip(
                "product_rule_slip", "one part of the product rule is missing",
                add(*parts[:i], *parts[i + 1 :]),
            )  # fmt: skip
        yield Slip(
            "product_rule_slip", "the derivatives of the factors were multiplied",
            mul(*(slopes[i] if i in moving else factors[i] for i in range(len(factors)))),
        )  # fmt: skip
        yield Slip(
            "product_rule_slip", "the parts of the product rule were subtracted",
            add(parts[0], *(neg(part) for part in parts[1:])),
        )  # fmt: skip
    for place, i in enumerate(moving):
        others = (*factors[:i], *factors[i + 1 :])
        rest = [*parts[:place], *parts[place + 1 :]]
        for slip in _slips(factors[i], key):
            yield Slip(slip.kind, slip.note, add(mul(slip.wrong, *others), *rest))


def _quotient_slips(above: Expression, below: Expression, key: str | int) -> Iterator[Slip]:
    top, bottom = _slope(above, key), _slope(below, key)
    square = _square(below)
    if bottom == ZERO:
        for slip in _slips(above, key):
            yield Slip(slip.kind, slip.note, div(slip.wrong, below))
        return
    by_below = neg(div(mul(above, bottom), square))
    if top == ZERO:
        yield Slip(
            "wrong_exponent", "the denominator must be squared", neg(div(mul(above, bottom), below))
        )
        yield from _inner_missing(bottom, neg(div(above, square)))
    else:
        rule = "quotient_rule_slip"
        whole = (mul(top, below), mul(above, bottom))
        yield Slip(rule, "the parts of the numerator are added", div(add(*whole), square))
        yield Slip(rule, "the denominator is not squared", div(add(whole[0], neg(whole[1])), below))
        yield Slip(
            rule, "the parts of the numerator are swapped",
            div(add(whole[1], neg(whole[0])), square),
        )  # fmt: skip
        yield Slip(rule, "numerator and denominator were differentiated apart", div(top, bottom))
        yield Slip(rule, "the denominator was taken as a constant", div(top, below))
        yield Slip(rule, "the numerator was taken as a constant", by_below)
        yield Slip(rule, "the denominator is missing", add(whole[0], neg(whole[1])))
    for slip in _slips(above, key):
        yield Slip(slip.kind, slip.note, add(div(slip.wrong, below), by_below))
    for slip in _slips(below, key):
        part = neg(div(mul(above, slip.wrong), square))
        yield Slip(slip.kind, slip.note, add(div(top, below), part))


def _power_slips(base: Expression, exponent: Expression, key: str | int) -> Iterator[Slip]:
    inner, growth = _slope(base, key), _slope(exponent, key)
    whole = Pow(base, exponent)
    lowered = power(base, add(exponent, number(-1)))
    outer = mul(exponent, lowered)
    if growth == ZERO:
        yield Slip(
            "constant_dropped", "the exponent did not come down as a factor", mul(lowered, inner)
        )
        for note, wrong in (
            ("the exponent was not lowered", mul(exponent, whole)),
            ("the exponent was not lowered", whole),
            ("the exponent was lowered twice", mul(exponent, div(lowered, base))),
        ):
            yield Slip("wrong_exponent", note, mul(wrong, inner))
        yield Slip(
            "factor", "the lowered exponent came down as a factor",
            mul(add(exponent, number(-1)), lowered, inner),
        )  # fmt: skip
        yield from _inner_missing(inner, outer)
        for slip in _slips(base, key):
            yield Slip(slip.kind, slip.note, mul(outer, slip.wrong))
        return
    own = "wrong_function_derivative"
    rate = mul(whole, Call("log", (base,)))
    by_base = mul(outer, inner) if inner != ZERO else ZERO
    yield Slip(own, "the rule for powers was applied to an exponential", mul(outer, growth))
    lost = "constant_dropped" if not variables(base) else own
    yield Slip(lost, "the logarithm of the base is missing", add(mul(whole, growth), by_base))
    yield from _inner_missing(growth, rate)
    if by_base != ZERO:
        yield Slip("dropped_term", "the exponent depends on it too", by_base)
        yield Slip("dropped_term", "the base depends on it too", mul(rate, growth))


def _inner_missing(inner: Expression, outer: Expression) -> Iterator[Slip]:
    """The derivative of the inner expression was left out."""
    if inner in (ONE, ZERO):
        return
    kind = "missing_chain_factor"
    if inner == Number(Fraction(-1)):
        kind = "sign"
    elif not variables(inner):
        kind = "constant_dropped"
    yield Slip(kind, "the derivative of the inner expression is missing", outer)


def _function_slips(
    whole: Call, function: str, arguments: tuple[Expression, ...], key: str | int
) -> Iterator[Slip]:
    row = record(function)
    known = slopes(function, arguments)
    if known is None:
        if row.definition is not None:
            yield from _slips(row.definition(arguments), key)
        return
    inner = [_slope(argument, key) for argument in arguments]
    parts = [mul(*pair) for pair in zip(known, inner, strict=True)]
    for i, argument in enumerate(arguments):
        if inner[i] == ZERO:
            continue
        rest = [*parts[:i], *parts[i + 1 :]]
        if len(arguments) == 1:
            for wrong in row.slips:
                slope = wrong(argument, whole)
                yield Slip(
                    "wrong_function_derivative", f"the derivative of {function} is another one",
                    mul(slope, inner[i]),
                )  # fmt: skip
            for wrong in row.region_slips:
                slope = wrong(argument, whole)
                yield Slip("wrong_region", "the side of the kink", mul(slope, inner[i]))
        for slip in _inner_missing(inner[i], known[i]):
            yield Slip(slip.kind, slip.note, add(slip.wrong, *rest))
        for slip in _slips(argument, key):
            yield Slip(slip.kind, slip.note, add(mul(known[i], slip.wrong), *rest))


def _region_slips(
    condition: Expression, yes: Expression, no: Expression, key: str | int
) -> Iterator[Slip]:
    first, second = _slope(yes, key), _slope(no, key)
    for one, other in ((second, first), (first, first), (second, second)):
        yield Slip(
            "wrong_region", "the derivative of the other side was taken",
            Call("where", (condition, one, other)),
        )  # fmt: skip
    for slip in _slips(yes, key):
        yield Slip(slip.kind, slip.note, Call("where", (condition, slip.wrong, second)))
    for slip in _slips(no, key):
        yield Slip(slip.kind, slip.note, Call("where", (condition, first, slip.wrong)))
