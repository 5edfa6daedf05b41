"""A sum with what its terms share in front of it, or behind it: `(a + b)/s` for `a/s + b/s`."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd, lcm

from symgrad.expression.algebra import (
    Product,
    add,
    is_negative,
    mul,
    neg,
    positive_first,
    split_coefficient,
)
from symgrad.expression.tree import ZERO, Add, Expression, Neg, Number, number


def factored_sum(terms: Iterable[Expression], *, behind: bool = False) -> Expression:
    """Return the sum with the powers common to all terms taken out in front of it, or `behind` it.

    >>> from symgrad.expression.algebra import div
    >>> from symgrad.expression.tree import Div, Var
    >>> a, b, s = Var("a"), Var("b"), Var("s")
    >>> factored_sum([div(a, s), div(b, s)]) == Div(Add((a, b)), s)
    True
    """
    products = []
    for term in terms:
        product = Product(term)
        if product.coefficient:
            products.append(product)
    if len(products) < 2:
        return add(*(product.build() for product in products)) if products else ZERO
    for product in products[1:]:
        _turn_sums(product, products[0])
    common = {base: _shared_exponent(base, products) for base in products[0].powers}
    outer = Product()
    inner: list[Expression] = []
    for base, exponent in common.items():
        _multiply_power(outer, base, exponent)
    for product in products:
        for base, exponent in common.items():
            _multiply_power(product, base, neg(exponent))
        inner.append(product.build())
    share = _fraction_content(inner) if not outer.powers else _content(inner)
    if all(split_coefficient(term)[0] < 0 for term in inner):
        share = -share
    if share != 1:
        outer.coefficient = share
        inner = [mul(number(1 / share), term) for term in inner]
    total = positive_first(add(*inner))
    if not outer.powers and share == 1:
        return total
    if behind:
        return mul(total, outer.build())
    outer.multiply(total)
    return outer.build()


def _content(terms: list[Expression]) -> Fraction:
    """Return the largest positive rational number that divides all coefficients."""
    coefficients = [abs(split_coefficient(term)[0]) for term in terms]
    above = gcd(*(value.numerator for value in coefficients))
    below = lcm(*(value.denominator for value in coefficients))
    return Fraction(above, below) if above else Fraction(1)


def _fraction_content(terms: list[Expression]) -> Fraction:
    """Return the fraction 1/n that all coefficients share, or 1: whole numbers stay inside."""
    content = _content(terms)
    return content if content.numerator == 1 else Fraction(1)


def _turn_sums(product: Product, first: Product) -> None:
    """Write a product's sums as they stand in the first one: x - y where that has y - x."""
    known = {frozenset(base.terms): base for base in first.powers if isinstance(base, Add)}
    if not known:
        return
    for base, exponent in list(product.powers.items()):
        if not isinstance(base, Add) or not isinstance(exponent, Fraction):
            continue
        turned = known.get(frozenset(map(neg, base.terms)))
        if turned is not None and exponent.denominator == 1:
            product.multiply_base(base, -exponent)
            product.multiply(Neg(turned), exponent)


def _multiply_power(product: Product, base: Expression, exponent: Expression) -> None:
    if isinstance(exponent, Number):
        if exponent.value:
            product.multiply_base(base, exponent.value)
    else:
        product.multiply_symbolic(base, exponent)


def _shared_exponent(base: Expression, products: list[Product]) -> Expression:
    """Return the exponent of the power of `base` that all products have: of x^n and x^(n-1) n - 1.

    Exponents that are no numbers must differ by numbers; of negative ones it is the largest.
    """
    if isinstance(base, Number):
        return ZERO
    exponents = [product.powers.get(base, Fraction(0)) for product in products]
    first = exponents[0]
    if isinstance(first, Fraction):
        signs = {
            value > 0 if isinstance(value, Fraction) and value else None for value in exponents
        }
        if signs not in ({True}, {False}):
            return ZERO
        numeric = [value for value in exponents if isinstance(value, Fraction)]
        return number(min(numeric) if first > 0 else max(numeric))
    chosen, least = first, Fraction(0)
    for exponent in exponents[1:]:
        if isinstance(exponent, Fraction):
            return ZERO
        step = add(exponent, neg(first))
        if not isinstance(step, Number):
            return ZERO
        if (step.value > least) if is_negative(first) else (step.value < least):
            chosen, least = exponent, step.value
    return chosen
