"""Ratios of polynomials in generators that are taken to be algebraically independent.

A generator stands for a name or for a function at an argument (`exp(x)`, `log|1 + x|`, an opaque
`atan(x/y)`). Roots are the exception: `|f|^(1/n)` is a generator r with the one relation r^n = |f|,
and every polynomial is kept reduced by it. Since f is irreducible and each root is adjoined once,
what arises is a field, and a ratio is zero in it exactly when its reduced top is the zero
polynomial. A relation between generators that is not known here can cost a proof, never give one:
whatever is zero in this field is zero wherever the expressions it came from are defined.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from symgrad.expression.tree import (
    ONE,
    Call,
    Constant,
    Div,
    Expression,
    Neg,
    Number,
    Pow,
    Var,
    number,
    product_of,
    sum_of,
)
from symgrad.verify.deciding.limits import MAX_BITS, Clock, Stop, TooLarge
from symgrad.verify.deciding.polynomials import Poly, Ring, constant_value, degrees, is_constant

_MAX_GENERATORS = 512
_MAX_SCALE = 360
_CONJUGATE_TERMS = 12


class Restart(Stop):
    """A generator turned out to be too coarse; the scales say by how much, so begin again."""


class Scales:
    """What earlier attempts found out about the generators, by their order of creation."""

    def __init__(self) -> None:
        self.size = 16
        self.parts: dict[tuple[str, int], int] = {}

    def refine(self, kind: str, position: int, factor: int) -> Restart:
        """Note that generator number `position` of a kind must be split into more equal parts."""
        found = lcm(self.parts.get((kind, position), 1), factor)
        if found > _MAX_SCALE:
            raise TooLarge
        self.parts[kind, position] = found
        return Restart()


@dataclass(frozen=True, slots=True)
class Ratio:
    """A quotient of two polynomials in the generators; the bottom is never the zero polynomial."""

    top: Poly
    bottom: Poly


@dataclass(frozen=True, slots=True)
class Generator:
    """What a variable of the ring stands for.

    `kind` is var, constant, exp, log, root, tan or the name of an opaque function. `safe` says that
    a polynomial in safe generators vanishes on no open set unless it is the zero polynomial.
    """

    kind: str
    arguments: tuple[Ratio, ...]
    expression: Expression
    constant: bool
    safe: bool


@dataclass(frozen=True, slots=True)
class Root:
    """The relation of a root generator: generator ** order = base.

    `plain` roots, of polynomials in plain generators, are certain to make a field.
    """

    index: int
    order: int
    base: Poly
    plain: bool


class Field:
    """The generators known so far and the arithmetic of ratios in them."""

    def __init__(self, scales: Scales, clock: Clock) -> None:
        self.scales = scales
        self.clock = clock
        self.ring = Ring(scales.size)
        self.generators: list[Generator] = []
        self.roots: list[Root] = []
        self.zero = Ratio(self.ring.zero, self.ring.one)
        self.one = Ratio(self.ring.one, self.ring.one)
        self._names: dict[str | int, Ratio] = {}

    # Generators

    def new_generator(self, generator: Generator) -> int:
        """Add a generator and return its index."""
        index = len(self.generators)
        if index == self.ring.size:
            if index >= _MAX_GENERATORS:
                raise TooLarge
            self.scales.size *= 2
            raise Restart
        self.generators.append(generator)
        return index

    def polynomial(self, p: Poly) -> Ratio:
        """Return a polynomial as a ratio."""
        return Ratio(p, self.ring.one)

    def gen(self, index: int) -> Ratio:
        """Return a generator as a ratio."""
        return self.polynomial(self.ring.gens[index])

    def name(self, key: str | int) -> Ratio:
        """Return the generator of a name."""
        if key not in self._names:
            index = self.new_generator(Generator("var", (), Var(key), constant=False, safe=True))
            self._names[key] = self.gen(index)
        return self._names[key]

    def constant(self, name: str) -> Ratio:
        """Return the generator of a named number such as pi."""
        for index, generator in enumerate(self.generators):
            if generator.expression == Constant(name):
                return self.gen(index)
        generator = Generator("constant", (), Constant(name), constant=True, safe=True)
        return self.gen(self.new_generator(generator))

    def opaque(self, kind: str, *arguments: Ratio, shown: Expression | None = None) -> Ratio:
        """Return the generator of a function at arguments, the same one at equal arguments."""
        for index, generator in enumerate(self.generators):
            if generator.kind == kind and len(generator.arguments) == len(arguments):
                pairs = zip(generator.arguments, arguments, strict=True)
                if all(self.equal(a, b) for a, b in pairs):
                    return self.gen(index)
        expression = shown or Call(kind, tuple(self.expression(a) for a in arguments))
        constant = all(self.is_constant(a) for a in arguments)
        return self.gen(
            self.new_generator(Generator(kind, arguments, expression, constant, safe=False))
        )

    def used(self, *polynomials: Poly) -> list[Generator]:
        """Return the generators that occur."""
        return [self.generators[i] for p in polynomials for i, d in enumerate(degrees(p)) if d]

    def is_constant(self, a: Ratio) -> bool:
        """Tell whether only generators without names occur."""
        return all(g.constant for g in self.used(a.top, a.bottom))

    def is_safe(self, p: Poly) -> bool:
        """Tell whether only safe generators occur."""
        return all(g.safe for g in self.used(p))

    # Arithmetic

    def number(self, value: Fraction | int) -> Ratio:
        """Return a rational number."""
        value = Fraction(value)
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > MAX_BITS:
            raise TooLarge
        return self.polynomial(self.ring.constant(value))

    def reduced(self, p: Poly) -> Poly:
        """Return the polynomial with every root generator below its order."""
        if not self.roots:
            return p
        for root in reversed(self.roots):
            high = degrees(p)[root.index] if len(p) else 0
            if high >= root.order:
                p = self._reduce(p, root)
        return p

    def _reduce(self, p: Poly, root: Root) -> Poly:
        groups: dict[int, dict[tuple[int, ...], Fraction]] = {}
        for monomial, coefficient in self.ring.terms(p):
            times, rest = divmod(monomial[root.index], root.order)
            lower = (*monomial[: root.index], rest, *monomial[root.index + 1 :])
            groups.setdefault(times, {})[lower] = coefficient
        total = self.ring.zero
        for times, terms in groups.items():
            part = self.ring.build(terms)
            if times:
                part = self.ring.times(part, self.ring.power(root.base, times))
            total = self.ring.plus(total, part)
        return total

    def ratio(self, top: Poly, bottom: Poly) -> Ratio:
        """Return top over bottom in lowest terms, without roots in the bottom where that is cheap.

        Raises:
            ZeroDivisionError: when the bottom is zero in the field.
        """
        self.clock.check()
        top, bottom = self.reduced(top), self.reduced(bottom)
        if not bottom:
            raise ZeroDivisionError
        if not top:
            return self.zero
        if self.roots:
            top, bottom = self._without_roots_below(top, bottom)
        common = self.ring.gcd(top, bottom)
        if not is_constant(common):
            top, bottom = self.ring.divide(top, common), self.ring.divide(bottom, common)
        content, bottom = self.ring.primitive(bottom)
        return Ratio(top if content == 1 else top * self.ring.constant(1 / content), bottom)

    def _without_roots_below(self, top: Poly, bottom: Poly) -> tuple[Poly, Poly]:
        for root in reversed(self.roots):
            if not degrees(bottom)[root.index]:
                continue
            r = self.ring.gens[root.index]
            monomials = [monomial for monomial, _ in self.ring.terms(bottom)]
            shared = min(monomial[root.index] for monomial in monomials)
            if shared:
                lift = self.ring.power(r, root.order - shared)
                top = self.reduced(self.ring.times(top, lift))
                bottom = self.reduced(self.ring.times(bottom, lift))
            if self._may_conjugate(bottom, root):
                lift = self._conjugate(bottom, root.index)
                top = self.reduced(self.ring.times(top, lift))
                bottom = self.reduced(self.ring.times(bottom, lift))
        return top, bottom

    def _may_conjugate(self, bottom: Poly, root: Root) -> bool:
        # In a field only: elsewhere a conjugate may be zero where the bottom is not.
        present = degrees(bottom)
        return (
            root.order == 2
            and 1 < len(bottom) <= _CONJUGATE_TERMS
            and bool(present[root.index])
            and all(r.plain for r in self.roots if present[r.index])
        )

    def _conjugate(self, p: Poly, index: int) -> Poly:
        return self.ring.build({m: -c if m[index] % 2 else c for m, c in self.ring.terms(p)})

    def add(self, a: Ratio, b: Ratio) -> Ratio:
        """Return the sum."""
        ring = self.ring
        if a.bottom == b.bottom:
            top = ring.plus(a.top, b.top)
            return Ratio(top, a.bottom) if is_constant(a.bottom) else self.ratio(top, a.bottom)
        common = ring.gcd(a.bottom, b.bottom)
        left, right = ring.divide(a.bottom, common), ring.divide(b.bottom, common)
        top = ring.plus(ring.times(a.top, right), ring.times(b.top, left))
        return self.ratio(top, ring.times(left, b.bottom))

    def neg(self, a: Ratio) -> Ratio:
        """Return the negative."""
        return Ratio(-a.top, a.bottom)

    def sub(self, a: Ratio, b: Ratio) -> Ratio:
        """Return the difference."""
        return self.add(a, self.neg(b))

    def mul(self, a: Ratio, b: Ratio) -> Ratio:
        """Return the product."""
        ring = self.ring
        if is_constant(a.bottom) and is_constant(b.bottom):
            return Ratio(self.reduced(ring.times(a.top, b.top)), a.bottom)
        return self.ratio(ring.times(a.top, b.top), ring.times(a.bottom, b.bottom))

    def div(self, a: Ratio, b: Ratio) -> Ratio:
        """Return the quotient.

        Raises:
            ZeroDivisionError: when b is zero in the field.
        """
        ring = self.ring
        return self.ratio(ring.times(a.top, b.bottom), ring.times(a.bottom, b.top))

    def power(self, a: Ratio, exponent: int) -> Ratio:
        """Return a whole power."""
        if exponent < 0:
            return self.power(self.div(self.one, a), -exponent)
        ring = self.ring
        return self.ratio(ring.power(a.top, exponent), ring.power(a.bottom, exponent))

    def scaled(self, a: Ratio, factor: Fraction) -> Ratio:
        """Return a rational multiple."""
        return Ratio(a.top * self.ring.constant(factor), a.bottom) if factor else self.zero

    def equal(self, a: Ratio, b: Ratio) -> bool:
        """Tell whether two ratios are equal in the field."""
        if a.top == b.top and a.bottom == b.bottom:
            return True
        left = self.ring.times(a.top, b.bottom)
        right = self.ring.times(b.top, a.bottom)
        return not self.reduced(self.ring.plus(left, -right))

    def value(self, a: Ratio) -> Fraction | None:
        """Return the rational number that a ratio is, or None."""
        top, bottom = constant_value(a.top), constant_value(a.bottom)
        return None if top is None or not bottom else top / bottom

    def factors(self, a: Ratio) -> tuple[Fraction, list[tuple[Poly, int]]]:
        """Return the rational content and the irreducible factors, negative powers below."""
        self.clock.check()
        content, above = self.ring.factor(a.top)
        unit, below = self.ring.factor(a.bottom)
        return content / unit, above + [(p, -m) for p, m in below]

    # Back to expressions

    def polynomial_expression(self, p: Poly) -> Expression:
        """Return a polynomial as an expression."""
        terms = [self._term(monomial, c) for monomial, c in self.ring.terms(p)]
        return sum_of(terms)

    def _term(self, monomial: tuple[int, ...], coefficient: Fraction) -> Expression:
        factors: list[Expression] = []
        for index, exponent in enumerate(monomial):
            if exponent:
                base = self.generators[index].expression
                factors.append(base if exponent == 1 else Pow(base, number(exponent)))
        size = abs(coefficient)
        if size != 1 or not factors:
            factors.insert(0, Number(size))
        product = product_of(factors)
        return Neg(product) if coefficient < 0 else product

    def expression(self, a: Ratio) -> Expression:
        """Return a ratio as an expression."""
        top, bottom = self.polynomial_expression(a.top), self.polynomial_expression(a.bottom)
        return top if bottom == ONE else Div(top, bottom)
