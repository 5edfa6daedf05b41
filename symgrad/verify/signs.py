"""Signs of polynomials in the generators: facts, what follows from them, and what must be split.

A region of the domain is a list of facts: signs of irreducible polynomials. Where a sign is needed
and does not follow from the facts, `NeedSign` asks for the region to be split. Facts that come from
splitting at a continuous function (abs, max, a root) keep their border, f >= 0 and f <= 0, so that
the regions cover everything; at a switch (where, sign) the border is left out and listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from symgrad.expression import Expression
from symgrad.verify.fields import Field, Ratio
from symgrad.verify.intervals import constant_sign
from symgrad.verify.limits import Stop, TooLarge, Unsupported
from symgrad.verify.linear import Row, infeasible, positive_form
from symgrad.verify.polynomials import Monomial, Poly, degree, is_constant

_ROW_TERMS = 12
_FACT_ROWS = 24


class EmptyRegion(Stop):
    """The facts contradict each other, or leave a border that another region covers."""


class NeedSign(Stop):
    """The sign of `expression` must be known; `borders` says whether zero is a case of its own."""

    def __init__(self, expression: Expression, *, strict: bool, zero_case: bool) -> None:
        super().__init__()
        self.expression = expression
        self.strict = strict
        self.zero_case = zero_case


@dataclass(frozen=True, slots=True)
class Fact:
    """The sign of a polynomial: +1, -1 or 0; not strict means that it may also be zero."""

    polynomial: Poly
    sign: int
    strict: bool
    from_split: bool


class Signs:
    """The facts of one region."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.facts: dict[str, Fact] = {}
        self.products: list[Fact] = []
        self.excluded: list[Expression] = []

    # What is known

    def assume(
        self, ratio: Ratio, sign: int, *, strict: bool, from_split: bool = False
    ) -> None:
        """Take a sign as known.

        Raises:
            EmptyRegion: when that contradicts what is known.
        """
        content, factors = self._sign_factors(ratio)
        if sign == 0:
            self._assume_zero(content, [f for f, _ in factors])
            return
        if content == 0:
            if strict:
                raise EmptyRegion
            return
        wanted = sign if content > 0 else -sign
        unsigned: list[Poly] = []
        signed: list[tuple[Fact, bool]] = []
        for factor, odd in factors:
            known = self.known(factor)
            if known is not None:
                signed.append((known, odd))
                wanted *= known.sign if odd else 1
            elif odd:
                unsigned.append(factor)
            else:
                signed.append((Fact(factor, 1, strict=False, from_split=False), odd))
        if any(fact.sign == 0 for fact, _ in signed):
            if strict:
                raise EmptyRegion
            return
        if strict:
            self._sharpen(signed)
        elif unsigned or wanted < 0:
            self._leave_borders(signed, empty=not unsigned)
        if unsigned:
            product = self.field.ring.one
            for factor in unsigned:
                product = self.field.ring.times(product, factor)
            fact = Fact(product, wanted, strict, from_split)
            if len(unsigned) > 1:
                self.products.append(fact)
            else:
                self._record(fact)
                self._settle_products()
        elif wanted < 0:
            raise EmptyRegion

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
            self._exclude(fact.polynomial)

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

    def _sign_factors(self, ratio: Ratio) -> tuple[Fraction, list[tuple[Poly, bool]]]:
        if not ratio.top:
            return Fraction(0), []
        content, factors = self.field.factors(ratio)
        return content, [(f, bool(m % 2)) for f, m in factors]

    # What follows

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
            found = self._monomial(monomial)
            if found is None:
                return None
            sign = found[0] if coefficient > 0 else -found[0]
            if sign and overall and sign != overall:
                return None
            overall = overall or sign
            strict = strict or (found[1] and bool(sign))
        return Fact(p, overall, strict, from_split=False) if overall else None

    def _monomial(self, monomial: Monomial) -> tuple[int, bool] | None:
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

    def _deduced(self, factor: Poly) -> Fact | None:
        known = self.known(factor)
        if known is not None:
            return known
        for sign in (1, -1):
            if self._positive_quadratic(factor * sign):
                return self._remember(Fact(factor, sign, strict=False, from_split=False))
        dominated = self._by_root(factor)
        if dominated is not None:
            return self._remember(dominated)
        rows = list(self._rows(factor))
        for sign in (1, -1):
            if infeasible([*rows, self._row(factor, -sign, strict=False)]):
                return self._remember(Fact(factor, sign, strict=True, from_split=False))
            if infeasible([*rows, self._row(factor, -sign, strict=True)]):
                return self._remember(Fact(factor, sign, strict=False, from_split=False))
        return None

    def _remember(self, fact: Fact) -> Fact:
        self.facts[str(fact.polynomial)] = fact
        return fact

    def _positive_quadratic(self, p: Poly) -> bool:
        if degree(p) != 2 or len(p) > 28:
            return False
        terms = self.field.ring.terms(p)
        used = sorted({i for m, _ in terms for i, e in enumerate(m) if e})
        place = {index: k + 1 for k, index in enumerate(used)}
        matrix = [[Fraction(0)] * (len(used) + 1) for _ in range(len(used) + 1)]
        for monomial, coefficient in terms:
            where = [place[i] for i, e in enumerate(monomial) for _ in range(e)]
            i, j = sorted([*where, 0, 0][:2]) if len(where) < 2 else sorted(where)
            matrix[i][j] += coefficient if i == j else coefficient / 2
            if i != j:
                matrix[j][i] = matrix[i][j]
        return positive_form(matrix)

    def _by_root(self, p: Poly) -> Fact | None:
        """For a + b*r with a square root r: its sign is that of b where |b*r| > |a|."""
        ring = self.field.ring
        for root in self.field.roots:
            parts: dict[int, dict[Monomial, Fraction]] = {0: {}, 1: {}}
            for monomial, c in ring.terms(p):
                lower = (*monomial[: root.index], 0, *monomial[root.index + 1 :])
                parts.setdefault(monomial[root.index], {})[lower] = c
            if root.order != 2 or set(parts) != {0, 1} or not parts[1]:
                continue
            a, b = ring.build(parts[0]), ring.build(parts[1])
            excess = ring.times(ring.times(b, b), root.base) - ring.times(a, a)
            slope = self.known(ring.primitive(b)[1])
            if slope is None or not slope.sign or not excess:
                continue
            if self.provable(self.field.polynomial(self.field.reduced(excess)), 1, strict=True):
                sign = slope.sign if ring.primitive(b)[0] > 0 else -slope.sign
                return Fact(p, sign, strict=True, from_split=False)
        return None

    def _row(self, p: Poly, sign: int, *, strict: bool) -> Row:
        coefficients: dict[object, Fraction] = {}
        constant = Fraction(0)
        for monomial, c in self.field.ring.terms(p):
            if any(monomial):
                coefficients[monomial] = sign * c
            else:
                constant = sign * c
        return Row(coefficients, constant, strict)

    def _rows(self, *extra: Poly) -> Iterator[Row]:
        monomials = [m for p in extra for m, _ in self.field.ring.terms(p)[:_ROW_TERMS]]
        for fact in [*self.facts.values(), *self.products][:_FACT_ROWS]:
            if len(fact.polynomial) > _ROW_TERMS:
                continue
            monomials += [m for m, _ in self.field.ring.terms(fact.polynomial)]
            for sign in (1, -1) if fact.sign == 0 else (fact.sign,):
                yield self._row(fact.polynomial, sign, strict=fact.strict and fact.sign != 0)
        for monomial in dict.fromkeys(monomials):
            found = self._monomial(monomial) if any(monomial) else None
            if found is not None:
                yield Row({monomial: Fraction(found[0])}, Fraction(0), found[1])
        yield from self._ranges()

    def _ranges(self) -> Iterator[Row]:
        for index, generator in enumerate(self.field.generators):
            if generator.kind == "erf":
                monomial = tuple(int(k == index) for k in range(self.field.ring.size))
                for sign in (1, -1):
                    yield Row({monomial: Fraction(sign)}, Fraction(1), strict=True)

    def contradictory(self) -> bool:
        """Tell whether the facts certainly leave nothing."""
        return infeasible(self._rows())

    # What is asked

    def sign(self, ratio: Ratio) -> int:
        """Return s with |ratio| = s * ratio on the whole region.

        Raises:
            NeedSign: when the region must be split.
        """
        content, factors = self._sign_factors(ratio)
        result = 1 if content >= 0 else -1
        for factor, odd in factors:
            if odd:
                fact = self._deduced(factor)
                if fact is None:
                    expression = self.field.polynomial_expression(factor)
                    raise NeedSign(expression, strict=False, zero_case=False)
                result *= fact.sign or 1
        return result

    def strict_sign(self, ratio: Ratio) -> int:
        """Return the sign of a ratio on the region, its zeros left out unless it is zero.

        Raises:
            NeedSign: when the region must be split.
        """
        content, factors = self._sign_factors(ratio)
        result = (content > 0) - (content < 0)
        for factor, odd in factors:
            fact = self._deduced(factor)
            safe = self.field.is_safe(factor)
            if fact is None or not (fact.strict or safe):
                if safe and not odd:
                    self._exclude(factor)
                    continue
                expression = self.field.polynomial_expression(factor)
                raise NeedSign(expression, strict=True, zero_case=not safe)
            if not fact.strict:
                self._exclude(factor)
            if fact.sign == 0:
                return 0
            if odd:
                result *= fact.sign
        return result

    def generic(self, ratio: Ratio) -> bool:
        """Tell whether a ratio is zero on a border only; that border is then left out."""
        if not ratio.top or not self.field.is_safe(ratio.top):
            return False
        for factor, _ in self._sign_factors(ratio)[1]:
            known = self.known(factor)
            if known is not None and known.sign == 0:
                return False
            if known is None or not known.strict:
                self._exclude(factor)
        return True

    def _exclude(self, factor: Poly) -> None:
        border = self.field.polynomial_expression(factor)
        if border not in self.excluded:
            self.excluded.append(border)

    def nonzero(self, ratio: Ratio) -> bool:
        """Tell whether a ratio certainly has no zero in the region."""
        content, factors = self._sign_factors(ratio)
        if content == 0:
            return False
        facts = [self._deduced(f) for f, _ in factors]
        return all(f is not None and f.strict and f.sign for f in facts)

    def provable(self, ratio: Ratio, sign: int, *, strict: bool) -> bool:
        """Tell whether a sign follows from the facts."""
        content, factors = self._sign_factors(ratio)
        result = (content > 0) - (content < 0)
        for factor, odd in factors:
            fact = self._deduced(factor)
            if fact is None:
                if odd or strict:
                    return False
                continue
            if strict and not (fact.strict and fact.sign):
                return False
            if odd:
                result *= fact.sign
        return result == sign or (result == 0 and not strict)


