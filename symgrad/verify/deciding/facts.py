"""Facts about signs: what a region states of the polynomials in it, and what follows at once.

A region of the domain is a list of facts: signs of irreducible polynomials. Facts that come from
splitting at a continuous function (abs, max, a root) keep their border, f >= 0 and f <= 0, so that
the regions cover everything; at a switch (where, sign) the border is left out and listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symgrad.expression.certified_values import constant_sign
from symgrad.expression.tree import Expression
from symgrad.verify.deciding.fields import Field, Ratio
from symgrad.verify.deciding.limits import Stop, TooLarge, Unsupported
from symgrad.verify.deciding.polynomials import Monomial, Poly, is_constant


class EmptyRegion(Stop):
    """The facts contradict each other, or leave a border that another region covers."""


@dataclass(frozen=True, slots=True)
class Fact:
    """The sign of a polynomial: +1, -1 or 0; not strict means that it may also be zero."""

    polynomial: Poly
    sign: int
    strict: bool
    from_split: bool


class SignFacts:
    """The facts of one region."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.facts: dict[str, Fact] = {}
        self.products: list[Fact] = []
        self.excluded: list[Expression] = []

    def assume(self, ratio: Ratio, sign: int, *, strict: bool, from_split: bool = False) -> None:
        """Take a sign as known.

        Raises:
            EmptyRegion: when that contradicts what is known.
        """
        content, factors = self.sign_factors(ratio)
        if sign == 0:
            self._assume_zero(content, [f for f, _ in factors])
            return
        if content == 0:
            if strict:
                raise EmptyRegion
            return
        wanted = sign if content > 0 else -sign
        signed, unsigned = self._by_knowledge(factors)
        for fact, odd in signed:
            wanted *= fact.sign if odd else 1
        if any(fact.sign == 0 for fact, _ in signed):
            if strict:
                raise EmptyRegion
            return
        if strict:
            self._sharpen(signed)
        elif unsigned or wanted < 0:
            self._leave_borders(signed, empty=not unsigned)
        if unsigned:
            self._record_product(unsigned, wanted, strict=strict, from_split=from_split)
        elif wanted < 0:
            raise EmptyRegion

    def _by_knowledge(
        self, factors: list[tuple[Poly, bool]]
    ) -> tuple[list[tuple[Fact, bool]], list[Poly]]:
        """Sort factors into those of known sign or even power, and the others."""
        signed: list[tuple[Fact, bool]] = []
        unsigned: list[Poly] = []
        for factor, odd in factors:
            known = self.known(factor)
            if known is not None:
                signed.append((known, odd))
            elif odd:
                unsigned.append(factor)
            else:
                signed.append((Fact(factor, 1, strict=False, from_split=False), odd))
        return signed, unsigned

    def _record_product(
        self, factors: list[Poly], sign: int, *, strict: bool, from_split: bool
    ) -> None:
        product = self.field.ring.one
        for factor in factors:
            product = self.field.ring.times(product, factor)
        fact = Fact(product, sign, strict, from_split)
        if len(factors) > 1:
            self.products.append(fact)
        else:
            self._record(fact)
            self._settle_products()

    def _sharpen(self, signed: list[tuple[Fact, bool]]) -> None:
        for fact, odd in signed:
            if odd and not fact.strict:
                self._record(Fact(fact.polynomial, fact.sign, strict=True, from_split=False))

    def _leave_borders(self, signed: list[tuple[Fact, bool]], *, empty: bool) -> None:
        """Exclude the zeros of weakly signed factors, across which nothing can be concluded."""
        for fact, _ in signed:
            if fact.strict or (empty and fact.from_split):
                continue  # what is left of a split is its border, which the other side covers
            if not self.field.is_safe(fact.polynomial):
                raise Unsupported
            self.exclude(fact.polynomial)

    def _assume_zero(self, content: Fraction, factors: list[Poly]) -> None:
        if content == 0:
            return
        if len(factors) != 1:
            raise Unsupported if factors else EmptyRegion
        known = self.known(factors[0])
        if known is not None and known.strict and known.sign:
            raise EmptyRegion
        self.facts[str(factors[0])] = Fact(factors[0], 0, strict=True, from_split=True)

    def _record(self, fact: Fact) -> None:
        old = self.facts.get(str(fact.polynomial))
        if old is None or (old.sign == fact.sign and fact.strict):
            self.facts[str(fact.polynomial)] = fact

    def _settle_products(self) -> None:
        pending, self.products = self.products, []
        for fact in pending:
            _, factors = self.field.ring.factor(fact.polynomial)
            if sum(self.known(f) is None for f, _ in factors) > 1:
                self.products.append(fact)
            else:
                ratio = self.field.polynomial(fact.polynomial)
                self.assume(ratio, fact.sign, strict=fact.strict, from_split=fact.from_split)

    def sign_factors(self, ratio: Ratio) -> tuple[Fraction, list[tuple[Poly, bool]]]:
        """Return the content (0 for zero) and the factors, each with whether its power is odd."""
        if not ratio.top:
            return Fraction(0), []
        content, factors = self.field.factors(ratio)
        return content, [(f, bool(m % 2)) for f, m in factors]

    def known(self, factor: Poly) -> Fact | None:
        """Return what follows for an irreducible polynomial by the cheap rules, or None."""
        found = self.facts.get(str(factor))
        if found is not None:
            return found
        if is_constant(factor):
            return Fact(factor, 1 if factor == self.field.ring.one else 0, True, False)  # noqa: FBT003
        if all(g.constant for g in self.field.used(factor)):
            return self._constant(factor)
        return self._by_terms(factor)

    def _constant(self, factor: Poly) -> Fact:
        sign = constant_sign(self.field.polynomial_expression(factor))
        if not sign:
            raise TooLarge
        fact = Fact(factor, sign, strict=True, from_split=False)
        self.facts[str(factor)] = fact
        return fact

    def _by_terms(self, p: Poly) -> Fact | None:
        overall, strict = 0, False
        for monomial, coefficient in self.field.ring.terms(p):
            found = self.monomial(monomial)
            if found is None:
                return None
            sign = found[0] if coefficient > 0 else -found[0]
            if sign and overall and sign != overall:
                return None
            overall = overall or sign
            strict = strict or (found[1] and bool(sign))
        return Fact(p, overall, strict, from_split=False) if overall else None

    def monomial(self, monomial: Monomial) -> tuple[int, bool] | None:
        """Return the sign of a product of generators and whether it is surely not zero, or None."""
        sign, strict = 1, True
        for index, exponent in enumerate(monomial):
            if not exponent:
                continue
            found = self._generator(index)
            if exponent % 2 and found[0] == 0:
                return None
            if exponent % 2:
                sign *= found[0]
            strict = strict and found[1]
        return sign, strict

    def _generator(self, index: int) -> tuple[int, bool]:
        generator = self.field.generators[index]
        if generator.kind == "exp":
            return 1, True
        fact = self.facts.get(str(self.field.ring.gens[index]))
        if fact is not None:
            return fact.sign, fact.strict and fact.sign != 0
        if generator.kind == "root":
            base = next(r.base for r in self.field.roots if r.index == index)
            inner = self.known(self.field.ring.primitive(base)[1])
            sure = is_constant(base) or (inner is not None and inner.strict and inner.sign != 0)
            return 1, sure
        if generator.constant:
            known = self._constant(self.field.ring.gens[index])
            return known.sign, True
        return 0, False

    def remember(self, fact: Fact) -> Fact:
        """Keep a fact that was deduced."""
        self.facts[str(fact.polynomial)] = fact
        return fact

    def exclude(self, factor: Poly) -> None:
        """Leave the zeros of a polynomial out of the region."""
        border = self.field.polynomial_expression(factor)
        if border not in self.excluded:
            self.excluded.append(border)
