"""Formulas as one quotient of factored polynomials, in which what cancels has cancelled.

Names, calls and roots are taken as independent of each other (FLINT's fmpz_mpoly does the work).
Exponentials and powers are split along the terms of their exponents: exp(a + b) - exp(a) is
exp(a)*(exp(b) - 1), and x^n*log(x)*(x^n + y^n) - x^(2*n)*log(x) is x^n*y^n*log(x).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any, NamedTuple, TypeAlias

from symgrad.accuracy.arrangements import multiplied_out
from symgrad.accuracy.matching import product_of, terms_of
from symgrad.expression.algebra import Product, add, div, mul, neg
from symgrad.expression.certified import HAS_FLINT, flint
from symgrad.expression.functions import record
from symgrad.expression.rebuilding import tidy
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
    children,
    number,
    signed_value,
    size_of,
    variables,
    walk,
    with_children,
)

Poly: TypeAlias = Any  # fmpz_mpoly; python-flint has few types
MAX_ATOMS = 14
MAX_LENGTH = 150  # terms of a polynomial
MAX_POWER = 40
MAX_SIZE = 160  # parts of a formula
E = Constant("e")
EXPONENTIAL = frozenset({"sigmoid", "tanh", "sinh", "cosh", "expm1", "log1p"})


class TooWide(ArithmeticError):
    """A formula is no quotient of polynomials, or of very long ones."""


class Atom(NamedTuple):
    """base^exponent, where the exponent is a product without a number; 1 for a plain base."""

    base: Expression
    exponent: Expression


@lru_cache(2048)
def as_quotients(e: Expression) -> tuple[Expression, ...]:
    """Return the formula as a factored quotient, also with its exponentials written out."""
    found: dict[Expression, None] = {}
    if HAS_FLINT and size_of(e) <= MAX_SIZE:
        for form in dict.fromkeys((e, _in_exponentials(e))):
            whole = _factored(form)
            if whole is not None and whole != e:
                found[whole] = None
    return tuple(found)


def _factored(e: Expression) -> Expression | None:
    try:
        return _Fractions(e).factored(e)
    except (TooWide, ValueError, ZeroDivisionError, OverflowError):
        return None


def _in_exponentials(e: Expression) -> Expression:
    """Return the formula with the exponentials in hyperbolic functions and the like written out."""
    parts = tuple(_in_exponentials(part) for part in children(e))
    match e:
        case Compare() | Logic():
            return e
        case Call("expm1", _):
            return Add((Call("exp", parts), Neg(ONE)))
        case Call("log1p", _):
            return Call("log", (add(ONE, parts[0]),))
        case Call("sinh" | "cosh" as name, _):
            there, back = Call("exp", parts), Call("exp", (neg(parts[0]),))
            return Div(Add((there, back if name == "cosh" else Neg(back))), number(2))
        case Call("tanh", _):
            double = Call("exp", (mul(number(2), parts[0]),))
            return Div(Add((double, Neg(ONE))), Add((double, ONE)))
        case Call("sigmoid", _):
            return Div(ONE, Add((ONE, Call("exp", (neg(parts[0]),)))))
        case Call(function, _) if function in EXPONENTIAL:
            definition = record(function).definition
            return e if definition is None else definition(parts)
        case _:
            return with_children(e, parts) if parts else e


def in_exponentials(e: Expression) -> Expression:
    """Return the formula with powers of numbers, and logarithms to other bases, written by e.

    >>> from symgrad.accuracy.rows import tree_of
    >>> in_exponentials(tree_of("log2(10^x)")) == tree_of("log(exp(x*log(10)))/log(2)")
    True
    """
    parts = tuple(in_exponentials(part) for part in children(e))
    match e:
        case Pow(Number(base), exponent) if base > 0 and variables(exponent):
            return Call("exp", (mul(parts[1], Call("log", (parts[0],))),))
        case Call("log10" | "log2" as function, _):
            own = number(10 if function == "log10" else 2)
            return div(Call("log", parts), Call("log", (own,)))
        case _:
            return with_children(e, parts) if parts else e


class _Fractions:
    """Formulas over the atoms of one of them, as pairs of polynomials without a common factor."""

    def __init__(self, whole: Expression) -> None:
        self.rooted = {_under_root(part) for part in walk(whole)} - {None}
        self.sums = {frozenset(p.terms): p for p in walk(whole) if isinstance(p, Add)}
        self.units: dict[Atom, int] = {}  # the denominator of the exponents of each atom
        rising: set[Atom] = set()
        self._collect(whole, rising)
        for atom in self.units.keys() - rising:  # exp(-x) rather than 1/exp(x)
            self.units[atom] *= -1
        if not 0 < len(self.units) <= MAX_ATOMS:
            raise TooWide
        names = tuple(f"x{i}" for i in range(len(self.units)))
        self.ring = flint.fmpz_mpoly_ctx.get(names, flint.Ordering.lex)
        self.atoms = list(self.units)
        self.gens = dict(zip(self.atoms, self.ring.gens(), strict=True))

    def _collect(self, e: Expression, rising: set[Atom]) -> None:
        own = self._leaf(e)
        if own is None:
            for part in children(e)[: 1 if isinstance(e, Pow) else None]:
                self._collect(part, rising)
            return
        for atom, k in own.items():
            if k > 0:
                rising.add(atom)
            self.units[atom] = lcm(self.units.get(atom, 1), k.denominator)

    def _leaf(self, e: Expression) -> Mapping[Atom, Fraction] | None:
        """Return an expression as powers of atoms, None for what is made of parts."""
        match e:
            case Number():
                return {}
            case Add() | Mul() | Div() | Neg() if e not in self.rooted:
                return None
            case Pow(base, Number(k)) if k.denominator == 1 and base not in self.rooted:
                return None
            case Pow(base, Neg(Number(k))) if k.denominator == 1 and base not in self.rooted:
                return None
            case Pow(base, exponent):
                return _raised(base, exponent)
            case Call("exp", (exponent,)):
                return _raised(E, exponent)
            case Call("sqrt", (base,)):
                return {Atom(base, ONE): Fraction(1, 2)}
            case _:
                return {Atom(e, ONE): Fraction(1)}

    def factored(self, e: Expression) -> Expression:
        """Return a formula as a quotient of products."""
        above, below = self._pair(e)
        product = Product()
        exponents: list[Expression] = []
        for side, sign in ((above, 1), (below, -1)):
            constant, factors = side.factor()
            product.multiply(number(int(constant)), Fraction(sign))
            for poly, times in factors:
                self._put(product, exponents, poly, sign * int(times))
        if exponents:
            exponent = add(*exponents)
            if exponent != number(0):
                product.multiply_base(Call("exp", (exponent,)), Fraction(1))
        return product.build()

    def _put(self, product: Product, exponents: list[Expression], poly: Poly, times: int) -> None:
        """Multiply a product by a power of a polynomial, exponents of e kept apart."""
        rows = list(poly.to_dict().items())
        if len(rows) > 1:
            terms = [self._term(powers, int(c)) for powers, c in rows]
            total = add(*terms)
            if isinstance(total, Add) and sum(isinstance(t, Neg) for t in total.terms) == len(rows):
                product.coefficient *= (-1) ** times
                total = neg(total)
            product.multiply_base(self._as_written(total), Fraction(times))
            return
        powers, coefficient = rows[0]
        product.multiply(number(int(coefficient)), Fraction(times))
        for atom, k in zip(self.atoms, powers, strict=True):
            exponent = Fraction(int(k) * times, self.units[atom])
            if exponent and atom.base == E:
                exponents.append(mul(number(exponent), atom.exponent))
            elif exponent and atom.exponent == ONE:
                product.multiply_base(atom.base, exponent)
            elif exponent:
                product.multiply_symbolic(atom.base, mul(number(exponent), atom.exponent))

    def _as_written(self, total: Expression) -> Expression:
        """Return a sum with its terms in the order in which they stood."""
        return self.sums.get(frozenset(total.terms), total) if isinstance(total, Add) else total

    def _term(self, powers: tuple[int, ...], coefficient: int) -> Expression:
        product = Product()
        exponents: list[Expression] = []
        product.coefficient = Fraction(coefficient)
        mono = self.ring.from_dict({powers: 1})
        self._put(product, exponents, mono, 1)
        if exponents:
            product.multiply_base(Call("exp", (add(*exponents),)), Fraction(1))
        return product.build()

    def _pair(self, e: Expression) -> tuple[Poly, Poly]:
        own = self._leaf(e)
        if own is not None:
            return self._monomial(e, own)
        match e:
            case Add(terms):
                above, below = self._pair(terms[0])
                for term in terms[1:]:
                    a, b = self._pair(term)
                    above, below = self._lowest(above * b + a * below, below * b)
                return above, below
            case Mul(factors):
                above, below = self._pair(factors[0])
                for factor in factors[1:]:
                    a, b = self._pair(factor)
                    above, below = self._lowest(above * a, below * b)
                return above, below
            case Neg(operand):
                above, below = self._pair(operand)
                return -above, below
            case Div(top, bottom):
                (above, below), (a, b) = self._pair(top), self._pair(bottom)
                return self._lowest(above * b, below * a)
            case Pow(base, exponent):
                k = int(_value(exponent))
                above, below = self._pair(base)
                if abs(k) > MAX_POWER or len(above) + len(below) > 8:
                    raise TooWide
                return (above**k, below**k) if k >= 0 else (below**-k, above**-k)
            case _:
                raise TooWide

    def _monomial(self, e: Expression, own: Mapping[Atom, Fraction]) -> tuple[Poly, Poly]:
        value = e.value if isinstance(e, Number) else Fraction(1)
        above = self.ring.constant(value.numerator)
        below = self.ring.constant(value.denominator)
        for atom, k in own.items():
            times = k * self.units[atom]
            if abs(times) > MAX_POWER:
                raise TooWide
            if times >= 0:
                above *= self.gens[atom] ** int(times)
            else:
                below *= self.gens[atom] ** int(-times)
        return above, below

    def _lowest(self, above: Poly, below: Poly) -> tuple[Poly, Poly]:
        if len(above) + len(below) > MAX_LENGTH or not len(below):
            raise TooWide
        common = above.gcd(below)
        return above // common, below // common


def _under_root(e: Expression) -> Expression | None:
    match e:
        case Call("sqrt", (base,)):
            return base
        case Pow(base, exponent):
            value = signed_value(exponent)
            return None if value is not None and value.denominator == 1 else base
        case _:
            return None


def _value(exponent: Expression) -> Fraction:
    value = signed_value(exponent)
    if value is None:
        raise TooWide
    return value


def _raised(base: Expression, exponent: Expression) -> dict[Atom, Fraction]:
    """Return a power as powers of atoms, split along the terms of its exponent."""
    found: dict[Atom, Fraction] = {}
    wide = multiplied_out(exponent) or exponent
    for term in terms_of(tidy(wide)):
        product = product_of(term)
        k, product.coefficient = product.coefficient, Fraction(1)
        atom = Atom(base, product.build())
        found[atom] = found.get(atom, Fraction(0)) + k
    return found


def quotients(e: Expression) -> Iterator[Expression]:
    """Yield a sum, product or quotient in these forms."""
    if isinstance(e, Add | Mul | Div | Neg | Pow):
        yield from as_quotients(e)
