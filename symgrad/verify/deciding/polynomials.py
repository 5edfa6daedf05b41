"""Multivariate polynomials over the rationals, bounded.

FLINT's `fmpq_mpoly` does the work. Releases of python-flint before 0.8 lack it in this form; there
SymPy's sparse rings take its place, slower and with the same results.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import comb, gcd, lcm
from typing import Any, TypeAlias

from symgrad.expression.certified import flint
from symgrad.verify.deciding.limits import MAX_EXPONENT, MAX_TERMS, TooLarge

Poly: TypeAlias = Any  # FLINT and SymPy polynomials have no common type
Scalar: TypeAlias = Any
Monomial: TypeAlias = tuple[int, ...]

_GCD_WORK = 40_000
_FACTOR_TERMS = 300
_HAS_FLINT = hasattr(getattr(flint, "fmpq_mpoly_ctx", None), "get")


class Ring:
    """The ring of polynomials in `size` generators."""

    def __init__(self, size: int) -> None:
        self.size = size
        names = [f"g{index}" for index in range(size)]
        self.gens: tuple[Poly, ...]
        self._context: Any
        if _HAS_FLINT:
            self._context = flint.fmpq_mpoly_ctx.get(names, flint.Ordering.degrevlex)
            self.gens = self._context.gens()
            self.one = self._context.constant(1)
        else:
            from sympy import QQ, grevlex  # noqa: PLC0415 - SymPy is slow to import, rarely needed
            from sympy.polys.rings import PolyRing  # noqa: PLC0415

            self._context = PolyRing(names, QQ, grevlex)
            self.gens = tuple(self._context.gens)
            self.one = self._context.one
        self.zero = self.one - self.one

    def constant(self, value: Fraction) -> Poly:
        """Return a constant polynomial."""
        return self.one * _scalar(value)

    def build(self, terms: Mapping[Monomial, Fraction]) -> Poly:
        """Return the polynomial with these terms."""
        return self._context.from_dict({m: _scalar(c) for m, c in terms.items() if c})

    def terms(self, p: Poly) -> list[tuple[Monomial, Fraction]]:
        """Return the terms, leading one first."""
        return [(tuple(map(int, m)), fraction(c)) for m, c in p.terms()]

    def times(self, p: Poly, q: Poly) -> Poly:
        """Return the product."""
        if len(p) * len(q) > MAX_TERMS * 4:
            raise TooLarge
        return _bounded(p * q)

    def plus(self, p: Poly, q: Poly) -> Poly:
        """Return the sum."""
        return _bounded(p + q)

    def power(self, p: Poly, exponent: int) -> Poly:
        """Return the power with a non-negative exponent."""
        if exponent == 0 or not p:
            return p if exponent else self.one
        if exponent > MAX_EXPONENT or comb(len(p) + exponent - 1, exponent) > MAX_TERMS:
            raise TooLarge
        return p**exponent

    def divide(self, p: Poly, q: Poly) -> Poly:
        """Return the quotient of a division that leaves no remainder."""
        return p / q if _HAS_FLINT else p.exquo(q)

    def gcd(self, p: Poly, q: Poly) -> Poly:
        """Return the greatest common divisor, or 1 where it would cost too much."""
        if is_constant(p) or is_constant(q):
            return self.one
        work = len(p) * len(q)
        if len(p) > 1 < len(q) and (work > _GCD_WORK or max(degree(p), degree(q)) > MAX_EXPONENT):
            return self.one
        return p.gcd(q)

    def factor(self, p: Poly) -> tuple[Fraction, list[tuple[Poly, int]]]:
        """Return a rational content and the irreducible factors with multiplicities.

        Each factor has integer coefficients without common divisor, the leading one positive.
        """
        content, p = self.primitive(p)
        if len(p) == 1:
            monomial = self.terms(p)[0][0]
            return content, [(self.gens[i], e) for i, e in enumerate(monomial) if e]
        if degree(p) == 1:
            return content, [(p, 1)]
        if len(p) > _FACTOR_TERMS or degree(p) > 120:
            raise TooLarge
        unit, raw = p.factor() if _HAS_FLINT else p.factor_list()
        content *= fraction(unit)
        found = []
        for factor, multiplicity in raw:
            scale, simple = self.primitive(factor)
            content *= scale ** int(multiplicity)
            found.append((simple, int(multiplicity)))
        found.sort(key=lambda item: str(item[0]))
        return content, found

    def primitive(self, p: Poly) -> tuple[Fraction, Poly]:
        """Split off the rational content, the sign of the leading coefficient with it."""
        if not p:
            return Fraction(1), p
        coefficients = [fraction(c) for c in _coefficients(p)]
        content = Fraction(
            gcd(*(c.numerator for c in coefficients)), lcm(*(c.denominator for c in coefficients))
        )
        if coefficients[0] < 0:
            content = -content
        return (content, p) if content == 1 else (content, p * _scalar(1 / content))


def _coefficients(p: Poly) -> Iterable[Scalar]:
    return p.coeffs() if _HAS_FLINT else [c for _, c in p.terms()]


def _scalar(value: Fraction) -> Scalar:
    if _HAS_FLINT:
        return flint.fmpq(value.numerator, value.denominator)
    from sympy import QQ  # noqa: PLC0415 - as above

    return QQ(value.numerator, value.denominator)


def _bounded(p: Poly) -> Poly:
    if len(p) > MAX_TERMS:
        raise TooLarge
    return p


def fraction(value: Scalar) -> Fraction:
    """Return a rational number of FLINT or SymPy as a Fraction."""
    if hasattr(value, "p"):
        return Fraction(int(value.p), int(value.q))
    return Fraction(int(value.numerator), int(value.denominator))


def is_constant(p: Poly) -> bool:
    """Tell whether no generator occurs."""
    return len(p) == 0 or (len(p) == 1 and degree(p) == 0)


def constant_value(p: Poly) -> Fraction | None:
    """Return the value of a constant polynomial, or None."""
    if len(p) == 0:
        return Fraction(0)
    if len(p) == 1 and degree(p) == 0:
        return fraction(next(iter(_coefficients(p))))
    return None


def degree(p: Poly) -> int:
    """Return the total degree."""
    if _HAS_FLINT:
        return int(p.total_degree())
    return max((sum(m) for m, _ in p.terms()), default=0)


def degrees(p: Poly) -> tuple[int, ...]:
    """Return the degree in each generator."""
    return tuple(int(d) if d > 0 else 0 for d in p.degrees())
