"""Constructors that tidy as they build, and keep the author's order.

A product is a coefficient times powers of bases, the bases in order of first appearance; a sum
collects like terms in order of first appearance. Nothing is distributed and nothing is sorted, so
`2*(p - y)` stays as it is and `λ/2 · 2 · a` becomes `λ*a`. All rewriting is exact over the reals
wherever both sides are defined.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Constant,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    number,
    product_of,
    sum_of,
)

HALF = Fraction(1, 2)
_WHOLE, _MINUS = Fraction(1), Fraction(-1)
_FIXED = (Number, Constant)
_PRODUCTS = (Neg, Mul, Div)
_MAX_EXPONENT = 64
_MAX_BITS = 4096
# Of a product: its powers, whatever their order; then its coefficient, what is left, and that key.
Key: TypeAlias = "frozenset[Expression | tuple[Expression, Fraction | Expression]]"
TermParts: TypeAlias = "tuple[Fraction, Expression, Key]"


class Product:
    """A product under construction: a coefficient and exponents by base, in order.

    Exponents are Fractions, or expressions where they are not numbers.
    """

    __slots__ = ("coefficient", "powers")

    def __init__(self, *factors: Expression) -> None:
        self.coefficient = _WHOLE
        self.powers: dict[Expression, Fraction | Expression] = {}
        for factor in factors:
            self.multiply(factor)

    def multiply(self, factor: Expression, exponent: Fraction = _WHOLE) -> None:
        """Multiply by `factor ** exponent`."""
        if type(factor) is Var:
            self._raise(factor, exponent)
            return
        whole = exponent.denominator == 1
        match factor:
            case Number(value) if self._fold(value, exponent):
                return
            case Neg(operand) if whole:
                if exponent.numerator % 2:
                    self.coefficient = -self.coefficient
                self.multiply(operand, exponent)
            case Mul(factors) if whole:
                for part in factors:
                    self.multiply(part, exponent)
            case Div(numerator, denominator) if whole:
                self.multiply(numerator, exponent)
                self.multiply(denominator, -exponent)
            case Pow(base, Number(inner)) if whole:
                self.multiply_base(base, inner if exponent == 1 else inner * exponent)
            case Pow(base, inner) if whole:
                scaled = mul(number(exponent), inner)
                self.multiply_symbolic(base, scaled)
            case Call("sqrt", (base,)):
                self.multiply_base(base, exponent * HALF)
            case _:
                self.multiply_base(factor, exponent)

    def _fold(self, value: Fraction, exponent: Fraction) -> bool:
        above, power_of_it = value.numerator, exponent.numerator
        if exponent.denominator != 1 or (above == 0 and power_of_it <= 0):
            return False
        size = max(above.bit_length(), value.denominator.bit_length())
        if size * abs(power_of_it) > _MAX_BITS:
            return False
        self.coefficient *= value if power_of_it == 1 else value**power_of_it
        return True

    def multiply_base(self, base: Expression, exponent: Fraction) -> None:
        """Multiply by `base ** exponent`, the base taken as it is."""
        if isinstance(base, Number) and self._fold(base.value, exponent):
            return
        if isinstance(base, _PRODUCTS) and exponent.denominator == 1:
            self.multiply(base, exponent)
            return
        self._raise(base, exponent)

    def _raise(self, base: Expression, exponent: Fraction) -> None:
        old = self.powers.get(base)
        if old is None:
            self.powers[base] = exponent
        elif isinstance(old, Fraction):
            self.powers[base] = old + exponent
        else:
            self.powers[base] = add(old, number(exponent))

    def multiply_symbolic(self, base: Expression, exponent: Expression) -> None:
        """Multiply by `base ** exponent` with an exponent that is not a number."""
        old = self.powers.get(base)
        if old is not None:
            exponent = add(number(old) if isinstance(old, Fraction) else old, exponent)
        if not isinstance(exponent, Number):
            self.powers[base] = exponent
            return
        self.powers.pop(base, None)
        self.multiply_base(base, exponent.value)

    @property
    def key(self) -> Key:
        """The powers whatever their order, the coefficient apart; of a first power the base."""
        # Fractions are slow to hash, and most exponents are 1.
        return frozenset([base if k == 1 else (base, k) for base, k in self.powers.items() if k])

    def parts(self) -> TermParts:
        """Return coefficient, rest and key of the product, which is left with the coefficient 1."""
        coefficient, self.coefficient = self.coefficient, _WHOLE
        return coefficient, self.build(), self.key

    def without(self, base: Expression) -> Product:
        """Return the product without the power of one base."""
        rest = Product()
        rest.coefficient = self.coefficient
        rest.powers = {other: k for other, k in self.powers.items() if other != base}
        return rest

    def build(self) -> Expression:
        """Return the product as a tree: sign, coefficient, numerator over denominator."""
        fixed = [base for base in self.powers if isinstance(base, _FIXED)]
        for number_base in fixed:
            power_of_it = self.powers[number_base]
            if (
                isinstance(number_base, Number)
                and isinstance(power_of_it, Fraction)
                and self._fold(number_base.value, power_of_it)
            ):
                del self.powers[number_base]
        if not self.coefficient:
            return ZERO
        above: list[Expression] = []
        below: list[Expression] = []
        powers = _roots_joined(self.powers, fixed) if len(fixed) > 1 else self.powers
        for base, exponent in powers.items():
            if isinstance(exponent, Fraction):
                if exponent.numerator > 0:
                    above.append(_raised(base, exponent))
                elif exponent.numerator < 0:
                    below.append(_raised(base, -exponent))
            elif is_negative(exponent):
                below.append(Pow(base, neg(exponent)))
            else:
                above.append(Pow(base, exponent))
        numerator, denominator = abs(self.coefficient.numerator), self.coefficient.denominator
        if numerator != 1:
            above.insert(0, number(numerator))
        if denominator != 1:
            below.insert(0, number(denominator))
        result = product_of(above)
        if below:
            result = Div(result, product_of(below))
        return Neg(result) if self.coefficient.numerator < 0 and result != ZERO else result


def _roots_joined(
    powers: dict[Expression, Fraction | Expression], fixed: Sequence[Expression]
) -> dict[Expression, Fraction | Expression]:
    """Join the square roots of numbers: √2·√π is √(2π)."""
    for exponent in (HALF, -HALF):
        roots = [base for base in fixed if powers.get(base) == exponent]
        if len(roots) > 1:
            joined = Mul(tuple(sorted(roots, key=lambda base: isinstance(base, Constant))))
            powers = {b: e for b, e in powers.items() if b not in roots} | {joined: exponent}
    return powers


def _raised(base: Expression, exponent: Fraction) -> Expression:
    if exponent.denominator == 1 and exponent.numerator == 1:
        return base
    if exponent == HALF:
        return Call("sqrt", (base,))
    return Pow(base, Number(exponent))


def mul(*factors: Expression) -> Expression:
    """Return the product, numbers folded and equal bases joined.

    >>> mul(Div(Var("λ"), number(2)), number(2), Var("a")) == Mul((Var("λ"), Var("a")))
    True
    """
    if len(factors) == 2 and type(factors[0]) is type(factors[1]) is Var:
        one, other = factors
        if one != other:
            return Mul(factors)
    return Product(*factors).build()


def div(numerator: Expression, denominator: Expression) -> Expression:
    """Return the quotient, common powers cancelled."""
    product = Product(numerator)
    product.multiply(denominator, Fraction(-1))
    return product.build()


def neg(operand: Expression) -> Expression:
    """Return the negative; a sum changes the signs of its terms where that leaves fewer of them.

    >>> x, q = Var("x"), Var("q")
    >>> neg(Add((x, Neg(q)))) == Add((q, Neg(x)))
    True
    """
    match operand:
        case Neg(inner):
            return inner
        case Number(value):
            return number(-value)
        case Add(terms) if 2 * sum(map(is_negative, terms)) >= len(terms):
            return positive_first(Add(tuple(neg(term) for term in terms)))
        case Div(numerator, denominator) if is_negative(numerator):
            return Div(neg(numerator), denominator)
        case _:
            return Neg(operand)


def positive_first(expression: Expression) -> Expression:
    """Return a sum with its first positive term in front, its other terms in their order.

    >>> positive_first(Add((Neg(Var("y")), Var("p")))) == Add((Var("p"), Neg(Var("y"))))
    True
    """
    if not isinstance(expression, Add) or not is_negative(expression.terms[0]):
        return expression
    for i, term in enumerate(expression.terms):
        if not is_negative(term):
            rest = expression.terms[:i] + expression.terms[i + 1 :]
            return Add((term, *rest))
    return expression


def power(base: Expression, exponent: Expression) -> Expression:
    """Return the power, with 0, 1 and powers of powers tidied."""
    match exponent:
        case Number(value) if value.denominator == 1 and abs(value) <= _MAX_EXPONENT:
            if value == 0:
                return ONE
            product = Product()
            product.multiply(base, value)
            return product.build()
        case Number(value) if value == HALF:
            return Call("sqrt", (base,))
        case _:
            return Pow(base, exponent)


def is_negative(expression: Expression) -> bool:
    """Tell whether the expression is written with a leading minus sign."""
    match expression:
        case Neg():
            return True
        case Number(value):
            return value < 0
        case Div(numerator, _):
            return is_negative(numerator)
        case Mul(factors):
            return is_negative(factors[0])
        case _:
            return False


def split_coefficient(term: Expression) -> tuple[Fraction, Expression]:
    """Split a term into its rational coefficient and the rest.

    >>> split_coefficient(neg(mul(number(2), Var("u"))))
    (Fraction(-2, 1), Var(key='u'))
    """
    if isinstance(term, Var | Call):
        return _WHOLE, term
    product = Product(term)
    coefficient, product.coefficient = product.coefficient, _WHOLE
    return coefficient, product.build()


@lru_cache(16384)
def _term_parts(term: Expression) -> TermParts:
    """Return the parts of a term; a product of names is read off, without being tidied."""
    sign, rest = (_MINUS, term.operand) if type(term) is Neg else (_WHOLE, term)
    if _is_of_names(rest):
        factors = rest.factors if type(rest) is Mul else (rest,)
        key: Key = frozenset(factors)
        if len(key) == len(factors):
            return sign, rest, key
    return Product(term).parts()


def _is_of_names(e: Expression) -> bool:
    """Tell whether an expression is a name or a product of names: there is nothing to tidy then."""
    return type(e) is Var or (type(e) is Mul and all(type(factor) is Var for factor in e.factors))


def add(*terms: Expression) -> Expression:
    """Return the sum, like terms collected at the place of the first of them."""
    flat: list[Expression] = []
    stack = list(reversed(terms))
    while stack:
        term = stack.pop()
        if isinstance(term, Add):
            stack.extend(reversed(term.terms))
        elif isinstance(term, Neg) and isinstance(term.operand, Add):
            stack.extend(neg(part) for part in reversed(term.operand.terms))
        else:
            flat.append(term)
    if len(flat) == 1:
        return flat[0]
    return collected_sum(map(_term_parts, flat))


def collected_sum(terms: Iterable[TermParts]) -> Expression:
    """Return the sum of terms given by their parts, like ones collected."""
    collected: dict[object, tuple[Fraction, Expression]] = {}
    for coefficient, rest, key in terms:
        if coefficient:
            old = collected.get(key)
            total = coefficient if old is None else old[0] + coefficient
            if total.denominator.bit_length() > _MAX_BITS:
                collected[object()] = (coefficient, rest)  # too many digits to be of use to anyone
            else:
                collected[key] = (total, rest if old is None else old[1])
    kept = [_scaled(rest, value) for value, rest in collected.values() if value]
    return sum_of(kept)


def terms_of_sum(e: Expression) -> Iterator[Expression]:
    """Yield the terms of a sum, those of sums in it too, each with its sign."""
    match e:
        case Add(terms):
            for term in terms:
                yield from terms_of_sum(term)
        case Neg(operand):
            yield from map(neg, terms_of_sum(operand))
        case _:
            yield e


def _scaled(rest: Expression, coefficient: Fraction) -> Expression:
    if coefficient == 1:
        return rest
    if coefficient == -1 and _is_of_names(rest):
        return Neg(rest)
    if rest == ONE:
        return number(coefficient)
    return mul(number(coefficient), rest)
