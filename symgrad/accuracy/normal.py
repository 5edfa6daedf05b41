"""Normal forms: sums of products in which equal values are equal texts.

A value is a `Poly`, a sum of rational coefficients times `Mono`s; a `Mono` is a product of powers
of atoms times exp(another sum). Sums stay factored: (x + 1)*y is the group (x + 1) times y. Terms
keep the order in which they were written; equality ignores it. Two atoms carry what is lost in
double arithmetic: D(z) = 1 + exp(z) and E(z) = exp(z) - 1, both with z of positive leading sign.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, isqrt, lcm
from typing import Any, TypeAlias

HALF = Fraction(1, 2)
MAX_TERMS = 48
MAX_TEXT = 4000


class TooManyMonomials(Exception):
    """A normal form grew beyond what is worth looking at."""


@dataclass(frozen=True, slots=True)
class Sym:
    """A name taken as it is: an input, or an intermediate that is not looked through."""

    name: str
    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", f"`{self.name}`")


@dataclass(frozen=True, eq=False, slots=True)
class Fn:
    """A function of normal forms; `condition` is set for `where` only."""

    name: str
    arguments: tuple[Poly, ...]
    condition: Any = None  # of a `where` an expression, of a series its Coefficients
    text: str = field(init=False)

    def __post_init__(self) -> None:
        inner = ";".join(argument.text for argument in self.arguments)
        extra = "" if self.condition is None else repr(self.condition)
        object.__setattr__(self, "text", f"{self.name}({inner}{extra})")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fn) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


@dataclass(frozen=True, eq=False, slots=True)
class Group:
    """A sum (or a number, or a product under a root) standing as one factor."""

    poly: Poly
    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", f"[{self.poly.text}]")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Group) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


Atom: TypeAlias = Sym | Fn | Group


@dataclass(frozen=True, eq=False, slots=True)
class Mono:
    """A product of powers of atoms, times exp(exponent)."""

    powers: tuple[tuple[Atom, Fraction], ...]
    exponent: Poly | None = None
    text: str = field(init=False)

    def __post_init__(self) -> None:
        inner = "*".join(sorted(f"{atom.text}^{k}" for atom, k in self.powers))
        if self.exponent is not None:
            inner += "{" + self.exponent.text + "}"
        object.__setattr__(self, "text", inner)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mono) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def power_of(self, atom: Atom) -> Fraction:
        """Return the exponent of an atom, 0 when it is not there."""
        return next((k for other, k in self.powers if other == atom), Fraction(0))


@dataclass(frozen=True, eq=False, slots=True)
class Poly:
    """A sum of terms, each a product with its coefficient; no two products are equal."""

    terms: tuple[tuple[Mono, Fraction], ...]
    text: str = field(init=False)

    def __post_init__(self) -> None:
        text = "+".join(sorted(f"{c}*{mono.text}" for mono, c in self.terms))
        if len(text) > MAX_TEXT:
            raise TooManyMonomials
        object.__setattr__(self, "text", text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @property
    def single(self) -> tuple[Mono, Fraction] | None:
        """The only term, or None."""
        return self.terms[0] if len(self.terms) == 1 else None

    @property
    def number(self) -> Fraction | None:
        """The value of a sum that is a rational number, or None."""
        if not self.terms:
            return Fraction(0)
        if len(self.terms) == 1 and self.terms[0][0] == UNIT:
            return self.terms[0][1]
        return None


UNIT = Mono(())
ZERO = Poly(())
ONE = Poly(((UNIT, Fraction(1)),))


def const(value: Fraction | int) -> Poly:
    """Return a rational number as a sum."""
    return Poly(((UNIT, Fraction(value)),)) if value else ZERO


def atom(item: Atom, power: Fraction | int = 1) -> Poly:
    """Return a power of one atom as a sum."""
    return Poly(((Mono(((item, Fraction(power)),)), Fraction(1)),))


def of(mono: Mono, coefficient: Fraction | int = 1) -> Poly:
    """Return one product as a sum."""
    return Poly(((mono, Fraction(coefficient)),)) if coefficient else ZERO


def add(*parts: Poly) -> Poly:
    """Return the sum, like terms collected."""
    found: dict[Mono, Fraction] = {}
    for part in parts:
        for mono, coefficient in part.terms:
            for inner, value in _opened(mono, coefficient):
                found[inner] = found.get(inner, Fraction(0)) + value
    if len(found) > MAX_TERMS:
        raise TooManyMonomials
    return Poly(tuple((mono, value) for mono, value in found.items() if value))


def _opened(mono: Mono, coefficient: Fraction) -> Iterable[tuple[Mono, Fraction]]:
    """Yield the terms of a lone group, so that a + (b + c) is one sum."""
    if len(mono.powers) == 1 and mono.exponent is None:
        item, power = mono.powers[0]
        if isinstance(item, Group) and power == 1:
            return ((inner, value * coefficient) for inner, value in item.poly.terms)
    return ((mono, coefficient),)


def scale(poly: Poly, factor: Fraction | int) -> Poly:
    """Return the sum times a number."""
    if factor == 1:
        return poly
    return Poly(tuple((mono, value * factor) for mono, value in poly.terms)) if factor else ZERO


def negative(poly: Poly) -> Poly:
    """Return the negative."""
    return scale(poly, -1)


def join(left: Mono, right: Mono) -> Mono:
    """Return the product of two products."""
    powers = dict(left.powers)
    for item, k in right.powers:
        powers[item] = powers.get(item, Fraction(0)) + k
    exponent = left.exponent
    if right.exponent is not None:
        exponent = right.exponent if exponent is None else add(exponent, right.exponent)
    if exponent is not None and not exponent.terms:
        exponent = None
    return Mono(tuple((item, k) for item, k in powers.items() if k), exponent)


def factored(poly: Poly) -> tuple[Mono, Fraction]:
    """Return a sum as one product: a content, what is common to all terms, and a group."""
    if len(poly.terms) == 1:
        return poly.terms[0]
    if not poly.terms:
        return UNIT, Fraction(0)
    common = common_factor(poly)
    rest = poly if common == UNIT else divide(poly, common)
    content = content_of(rest)
    group = Group(scale(rest, 1 / content))
    return join(common, Mono(((group, Fraction(1)),))), content


def content_of(poly: Poly) -> Fraction:
    """Return the number by which to divide so that coefficients are coprime integers.

    The sign is such that the term with the least text is positive.
    """
    top, bottom = 0, 1
    for _, value in poly.terms:
        top, bottom = gcd(top, abs(value.numerator)), lcm(bottom, value.denominator)
    least = min(poly.terms, key=lambda term: term[0].text)
    return Fraction(top, bottom) * (1 if least[1] > 0 else -1)


def common_factor(poly: Poly) -> Mono:
    """Return the powers that all terms share, exponentials left out."""
    first = poly.terms[0][0]
    shared = []
    for item, _ in first.powers:
        exponents = [mono.power_of(item) for mono, _ in poly.terms]
        if all(k > 0 for k in exponents):
            shared.append((item, min(exponents)))
        elif all(k < 0 for k in exponents):
            shared.append((item, max(exponents)))
    exponent = first.exponent
    if exponent is not None and any(mono.exponent != exponent for mono, _ in poly.terms):
        exponent = None
    return Mono(tuple(shared), exponent)


def inverse(mono: Mono) -> Mono:
    """Return 1 over a product."""
    exponent = None if mono.exponent is None else negative(mono.exponent)
    return Mono(tuple((item, -k) for item, k in mono.powers), exponent)


def divide(poly: Poly, by: Mono) -> Poly:
    """Return the sum with every term divided by one product."""
    return times(poly, inverse(by))


def times(poly: Poly, by: Mono) -> Poly:
    """Return the sum with every term multiplied by one product."""
    return add(*(of(join(mono, by), value) for mono, value in poly.terms)) if poly.terms else ZERO


def multiply(left: Poly, right: Poly) -> Poly:
    """Return the product, sums kept as groups."""
    if left.number is not None:
        return scale(right, left.number)
    if right.number is not None:
        return scale(left, right.number)
    (first, a), (second, b) = factored(left), factored(right)
    return of(join(first, second), a * b)


def rational_root(value: Fraction, power: Fraction) -> Fraction | None:
    """Return value**power where that is rational and small, else None."""
    if value < 0 and power.denominator != 1:
        return None
    if value == 0:
        return None if power <= 0 else Fraction(0)
    if power.denominator not in (1, 2) or abs(power.numerator) > 64:
        return Fraction(1) if value == 1 else None
    if power.denominator == 2:
        top, bottom = isqrt(value.numerator), isqrt(value.denominator)
        if top * top != value.numerator or bottom * bottom != value.denominator:
            return None
        value = Fraction(top, bottom)
    return value**power.numerator if value else None


POSITIVE = frozenset({"D", "abs", "hypot", "cosh", "normal_cdf", "normal_pdf", "erfc", "exp"})


def is_positive(item: Atom, power: Fraction) -> bool:
    """Tell whether a power of an atom is known not to be negative."""
    if power.denominator != 1 or power.numerator % 2 == 0:
        return True
    if isinstance(item, Fn):
        return item.name in POSITIVE
    return isinstance(item, Group) and is_positive_poly(item.poly)


def is_positive_poly(poly: Poly) -> bool:
    """Tell whether a sum is known not to be negative: no term can be."""
    return all(
        value > 0 and all(is_positive(item, k) for item, k in mono.powers)
        for mono, value in poly.terms
    )


def power(poly: Poly, k: Fraction) -> Poly:
    """Return a power with a rational exponent; under a root only positive factors come apart."""
    if k == 0:
        return ONE
    if k == 1:
        return poly
    if not poly.terms:
        if k > 0:
            return ZERO
        raise TooManyMonomials
    mono, value = factored(poly)
    exponent = None if mono.exponent is None else scale(mono.exponent, k)
    if k.denominator == 1:
        if abs(k) > 64:
            raise TooManyMonomials
        powers = tuple((item, e * k) for item, e in mono.powers)
        return of(Mono(powers, exponent), value**k.numerator)
    return _root(mono, value, k, exponent)


def _root(mono: Mono, value: Fraction, k: Fraction, exponent: Poly | None) -> Poly:
    outside: list[tuple[Atom, Fraction]] = []
    inside: list[tuple[Atom, Fraction]] = []
    for item, e in mono.powers:
        if e.denominator == 1 and e.numerator % 2 == 0 and not is_positive(item, Fraction(1)):
            outside.append((Fn("abs", (atom(item),)), e * k))
        elif is_positive(item, e):
            outside.append((item, e * k))
        else:
            inside.append((item, e))
    root = rational_root(value, k)
    if root is None and value > 0 and not inside:
        outside.append((Group(const(value)), k))
        root = Fraction(1)
    if root is None or inside:
        factor = Fraction(1) if root is None else root
        left = value if root is None else Fraction(1)
        if len(inside) == 1 and left == 1 and inside[0][1] in (1, -1):
            outside.append((inside[0][0], inside[0][1] * k))
        elif len(inside) == 1 and left == -1 and isinstance(inside[0][0], Group):
            flipped = Group(negative(inside[0][0].poly))
            outside.append((flipped, inside[0][1] * k))
        else:
            outside.append((Group(of(Mono(tuple(inside)), left)), k))
        root = factor
    joined = Mono(())
    for item, e in outside:
        joined = join(joined, Mono(((item, e),)))
    return of(join(joined, Mono((), exponent)), root)


def leading_negative(poly: Poly) -> bool:
    """Tell whether the canonical first term has a negative coefficient."""
    return min(poly.terms, key=lambda term: term[0].text)[1] < 0


def exp(poly: Poly) -> Poly:
    """Return exp of a sum as it is: no logarithm in it is undone."""
    return of(Mono((), poly)) if poly.terms else ONE


def one_plus_exp(z: Poly) -> Poly:
    """Return 1 + exp(z) as one product."""
    if not z.terms:
        return const(2)
    if leading_negative(z):
        return of(Mono(((Fn("D", (negative(z),)), Fraction(1)),), z))
    return atom(Fn("D", (z,)))


def exp_minus_one(z: Poly) -> Poly:
    """Return exp(z) - 1 as one product."""
    if not z.terms:
        return ZERO
    if leading_negative(z):
        return of(Mono(((Fn("E", (negative(z),)), Fraction(1)),), z), -1)
    return atom(Fn("E", (z,)))


def bare_sum(poly: Poly) -> Poly:
    """Return the terms of a sum that is written as it is."""
    single = poly.single
    if single is not None and len(single[0].powers) == 1:
        item = single[0].powers[0][0]
        if isinstance(item, Fn) and item.name == "sum":
            return item.arguments[0]
    return poly
