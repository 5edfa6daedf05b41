"""A sum with what its terms share in front of it, or behind it: `(a + b)/s` for `a/s + b/s`."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd, lcm

from symgrad.expression.algebra import (
    Product,
    add,
    collected_sum,
    is_negative,
    mul,
    neg,
    positive_first,
    split_coefficient,
)
from symgrad.expression.tree import ZERO, Add, Call, Constant, Expression, Neg, Number, Var, number

_BASES = (Var, Call, Constant, Add)


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
    known = {frozenset(base.terms): base for base in products[0].powers if isinstance(base, Add)}
    if known:
        for product in products[1:]:
            _turn_sums(product, known)
    common = {base: _shared_exponent(base, products) for base in products[0].powers}
    outer = Product()
    for base, exponent in common.items():
        _multiply_power(outer, base, exponent)
        opposite = neg(exponent)
        for product in products if exponent != ZERO else ():
            _multiply_power(product, base, opposite)
    share, total = _shared_number(products, whole=bool(outer.powers))
    outer.coefficient = share
    total = positive_first(total)
    if not outer.powers and share == 1:
        return total
    if behind:
        return mul(total, outer.build())
    outer.multiply(total)
    return outer.build()


def _shared_number(products: list[Product], *, whole: bool) -> tuple[Fraction, Expression]:
    """Return the number that is taken out in front of a sum of products, and what is left of it.

    That is a fraction 1/n unless any may be, `whole` ones too; it is negative where all terms are.
    """
    terms: list[Expression] | None = None
    if all(map(_is_read_back, products)):  # then none is written out only to be read again
        parts = [product.parts() for product in products]
        coefficients = [coefficient for coefficient, _, _ in parts]
    else:
        terms = [product.build() for product in products]
        coefficients = [split_coefficient(term)[0] for term in terms]
    share = _content(coefficients)
    if not whole and share.numerator != 1:
        share = Fraction(1)  # whole numbers stay inside
    if all(coefficient < 0 for coefficient in coefficients):
        share = -share
    if terms is None:
        if share != 1:
            parts = [(coefficient / share, rest, key) for coefficient, rest, key in parts]
        return share, collected_sum(parts)
    if share != 1:
        terms = [mul(number(1 / share), term) for term in terms]
    return share, add(*terms)


def _is_read_back(product: Product) -> bool:
    """Tell whether the product is the same again where its tree is taken for a product.

    It has whole powers of names, named numbers, functions and sums, and is more than one sum.
    """
    bases = 0
    for base, exponent in product.powers.items():
        if not isinstance(exponent, Fraction) or exponent.denominator != 1:
            return False
        kind = type(base)
        if kind not in _BASES or (isinstance(base, Call) and base.function == "sqrt"):
            return False
        if exponent:
            bases += 1
            last, is_sum = exponent, kind is Add
    return bases != 1 or not is_sum or last != 1


def _content(coefficients: list[Fraction]) -> Fraction:
    """Return the largest positive rational number that divides all coefficients."""
    above = gcd(*(value.numerator for value in coefficients))
    below = lcm(*(value.denominator for value in coefficients))
    return Fraction(above, below) if above else Fraction(1)


def _turn_sums(product: Product, known: dict[frozenset[Expression], Add]) -> None:
    """Write a product's sums as they are known, by their terms: x - y where that has y - x."""
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
    if not all(base in product.powers for product in products):
        return ZERO
    exponents = [product.powers[base] for product in products]
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
