"""Cheap arithmetic: one pattern rewritten so that it takes fewer and faster operations.

Signs move to where they cost nothing, numbers are folded exactly, small integer powers become
products. The value is the same for all real operands; what is evaluated changes in rounding only.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from symgrad.expression.evaluate import Decimals, OutsideDomain
from symgrad.expression.tree import (
    ONE,
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
    children,
    number,
    product_of,
    signed,
    signed_value,
    walk,
    with_children,
)

MAX_POWER = 64  # above it the power function is as fast, and more accurate
_LARGEST = Fraction(10) ** 300


@lru_cache(16384)
def normal(expression: Expression) -> Expression:
    """Return the expression in the form in which it is computed.

    >>> x = Var("x")
    >>> normal(Neg(Mul((number(2), Neg(x), Pow(x, number(2)))))) == Mul((number(2), x, x, x))
    True
    """
    parts = children(expression)
    if not parts:
        return _leaf(expression)
    new = tuple([normal(part) for part in parts])
    match expression:
        case Add():
            return _sum(new)
        case Mul():
            return _product_of(new)
        case Neg():
            return _negative(new[0])
        case Div():
            return _quotient(*new)
        case Pow():
            return _power(*new)
        case Call("stop_gradient", _):
            return new[0]
        case Compare() | Logic():
            return with_children(expression, new)
        case _:
            return _folded(with_children(expression, new))


def _leaf(e: Expression) -> Expression:
    if isinstance(e, Number) and e.value < 0:
        return Neg(Number(-e.value))
    return e


def _in_range(value: Fraction) -> bool:
    return value == 0 or 1 / _LARGEST < abs(value) < _LARGEST


def _folded(e: Expression) -> Expression:
    """Return the double nearest to a constant such as sqrt(2), and anything else as it is."""
    constant = True
    for part in walk(e):
        if isinstance(part, Var | Compare | Logic):
            constant = False
            break
    if not constant:
        return e
    evaluator = Decimals()
    try:
        value = Fraction(float(evaluator.value(e, {})))
    except (OutsideDomain, OverflowError, ValueError):
        return e
    return signed(value) if value and _in_range(value) else e


def _negative(operand: Expression) -> Expression:
    match operand:
        case Neg(inner):
            return inner
        case Number(value) if value == 0:
            return operand
        case Add(terms) if any(isinstance(term, Neg) for term in terms):
            return _sum(tuple(_negative(term) for term in terms))
        case _:
            return Neg(operand)


def _sum(terms: tuple[Expression, ...]) -> Expression:
    total = Fraction(0)
    place = None
    kept: list[Expression] = []
    for term in terms:
        value = signed_value(term)
        if value is None:
            kept.append(term)
        else:
            place = len(kept) if place is None else place
            total += value
    if place is not None and total:
        kept.insert(place, signed(total))
    if not kept:
        return Number(total)
    if len(kept) == 1:
        return kept[0]
    lead = next((i for i, term in enumerate(kept) if not isinstance(term, Neg)), None)
    if lead is None:
        return Neg(Add(tuple(_negative(term) for term in kept)))
    if lead:
        kept.insert(0, kept.pop(lead))
    return _folded(Add(tuple(kept))) if isinstance(kept[0], Constant | Number) else Add(tuple(kept))


def _product_of(factors: tuple[Expression, ...]) -> Expression:
    coefficient = Fraction(1)
    kept: list[Expression] = []
    for factor in factors:
        bare = factor
        if isinstance(bare, Neg):
            coefficient, bare = -coefficient, bare.operand
        if isinstance(bare, Number) and _in_range(coefficient * bare.value):
            coefficient *= bare.value
        elif isinstance(bare, Mul) and not isinstance(bare.factors[0], Number):
            kept.extend(bare.factors)
        else:
            kept.append(bare)
    if coefficient == 0:
        return Number(coefficient)
    size = abs(coefficient)
    if len(kept) > 1 and isinstance(kept[0], Div) and kept[0].numerator == ONE and size == 1:
        # 1/a · b is one operation less as b/a.
        rest = kept[1] if len(kept) == 2 else Mul(tuple(kept[1:]))
        result: Expression = Div(rest, kept[0].denominator)
    elif size.numerator == 1 and size.denominator > 1 and kept:
        result = Div(product_of(kept), number(size.denominator))
    else:
        if size != 1 or not kept:
            kept.insert(0, Number(size))
        result = kept[0] if len(kept) == 1 else _folded_product(tuple(kept))
    return _negative(result) if coefficient < 0 else result


def _folded_product(factors: tuple[Expression, ...]) -> Expression:
    product = Mul(factors)
    return _folded(product) if isinstance(factors[0], Number | Constant) else product


def _quotient(numerator: Expression, denominator: Expression) -> Expression:
    negative = isinstance(numerator, Neg) != isinstance(denominator, Neg)
    above = numerator.operand if isinstance(numerator, Neg) else numerator
    below = denominator.operand if isinstance(denominator, Neg) else denominator
    result: Expression = Div(above, below)
    if isinstance(below, Number) and below.value:
        if isinstance(above, Number):
            result = Number(above.value / below.value)
        elif below.value == 1:
            result = above
        elif isinstance(above, Mul) and isinstance(above.factors[0], Number):
            ratio = above.factors[0].value / below.value
            result = _product_of((Number(ratio), *above.factors[1:]))
        elif below.value.numerator == 1:
            result = _product_of((Number(1 / below.value), above))
    elif isinstance(above, Number | Constant):
        result = _folded(result)
    elif isinstance(below, Call | Constant | Mul):
        result = Div(above, _folded(below))
    return _negative(result) if negative else result


def _power(base: Expression, exponent: Expression) -> Expression:
    value = signed_value(exponent)
    if value is None:
        if base == Constant("e"):
            return Call("exp", (exponent,))
        return Pow(base, exponent)
    if isinstance(base, Constant | Number):
        return _folded(Pow(base, exponent))
    sign = isinstance(base, Neg) and value.denominator == 1
    bare = base.operand if isinstance(base, Neg) and sign else base
    size = abs(value)
    if size > MAX_POWER or size.denominator > 2:
        return Pow(base, exponent)
    factors: list[Expression] = []
    whole = size.numerator // size.denominator
    if whole:
        factors.append(_whole_power(bare, whole))
    if size.denominator == 2:
        factors.append(Call("sqrt", (bare,)))
    result = _product_of(tuple(factors))
    if value < 0:
        result = Div(ONE, result)
    return Neg(result) if sign and value.numerator % 2 else result


def _whole_power(base: Expression, exponent: int) -> Expression:
    """Return a power as products of equal parts, which sharing then computes once."""
    if isinstance(base, Mul) and any(isinstance(factor, Number) for factor in base.factors):
        base = Mul(base.factors)
    if exponent <= 3:
        return base if exponent == 1 else Mul((base,) * exponent)
    half = _whole_power(base, exponent // 2)
    square = (half, half)
    return Mul((*square, base) if exponent % 2 else square)


@lru_cache(16384)
def operations_of(e: Expression) -> int:
    """Return the arithmetic operations and function calls that an expression takes."""
    match e:
        case Number() | Constant() | Var():
            return 0
        case Add(terms):
            first, *others = terms
            bare = [t.operand if isinstance(t, Neg) else t for t in others]
            return len(others) + operations_of(first) + sum(map(operations_of, bare))
        case Neg(operand):
            return operations_of(operand) + (0 if takes_sign(operand) else 1)
        case Mul(parts):
            own = len(parts) - 1
        case Logic(_, parts):
            own = 0
        case _:
            own, parts = 1, children(e)
    return own + sum(map(operations_of, parts))


def arithmetic_of(e: Expression) -> int:
    """Return the operations of an expression, choices and their tests left out."""
    choices = sum(
        1
        for part in walk(e)
        if isinstance(part, Compare) or (isinstance(part, Call) and part.function == "where")
    )
    return operations_of(e) - choices


def effort_of(e: Expression) -> int:
    """Return the operations of an expression, what occurs twice counted once, signs left out.

    >>> x, y = Var("x"), Var("y")
    >>> effort_of(Div(Add((x, y)), Mul((Add((x, y)), Add((x, y))))))
    3
    """
    return sum(
        len(children(part)) - 1 if isinstance(part, Add | Mul) else 1
        for part in dict.fromkeys(walk(e))
        if not isinstance(part, Number | Constant | Var | Neg | Logic)
    )


def takes_sign(e: Expression) -> bool:
    """Tell whether a minus sign before the expression is a part of the number it starts with."""
    match e:
        case Number():
            return True
        case Mul(factors):
            return takes_sign(factors[0])
        case Div(numerator, _):
            return takes_sign(numerator)
        case _:
            return False
