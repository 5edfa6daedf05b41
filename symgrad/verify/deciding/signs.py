"""Signs of polynomials in the generators: what follows from the facts, and what must be split.

Where a sign is needed and does not follow from the facts of a region, `NeedSign` asks for the
region to be split.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symgrad.expression.tree import Call, Expression
from symgrad.verify.deciding.facts import Fact, SignFacts
from symgrad.verify.deciding.fields import Field, Generator, Ratio, Root
from symgrad.verify.deciding.limits import Stop, Unsupported
from symgrad.verify.deciding.linear import Inequality, infeasible, positive_form
from symgrad.verify.deciding.polynomials import Monomial, Poly, degree

_ROW_TERMS = 12
_FACT_ROWS = 24


class NeedSign(Stop):
    """The sign of `expression` must be known; `zero_case` makes zero a case of its own."""

    def __init__(self, expression: Expression, *, strict: bool, zero_case: bool) -> None:
        super().__init__()
        self.expression = expression
        self.strict = strict
        self.zero_case = zero_case


class Signs(SignFacts):
    """Signs in one region, deduced from its facts; with `symbolic` they may be generators."""

    def __init__(self, field: Field, *, symbolic: bool = False) -> None:
        super().__init__(field)
        self.symbolic = symbolic
        self._sign_generators: dict[str, int] = {}

    def _deduced(self, factor: Poly) -> Fact | None:
        known = self.known(factor)
        if known is not None:
            return known
        for sign in (1, -1):
            if self._positive_quadratic(factor * sign):
                return self.remember(Fact(factor, sign, strict=False, from_split=False))
        compared = self._by_exponents(factor)
        if compared is not None:
            return compared
        dominated = self._by_root(factor)
        if dominated is not None:
            return self.remember(dominated)
        rows = list(self._rows(factor))
        for sign in (1, -1):
            if infeasible([*rows, self._row(factor, -sign, strict=False)]):
                return self.remember(Fact(factor, sign, strict=True, from_split=False))
            if infeasible([*rows, self._row(factor, -sign, strict=True)]):
                return self.remember(Fact(factor, sign, strict=False, from_split=False))
        return None

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

    def _by_exponents(self, p: Poly) -> Fact | None:
        """For e^a - e^b: its sign is that of a - b, which may have to be split."""
        terms = self.field.ring.terms(p)
        if len(terms) != 2 or terms[0][1] != -terms[1][1]:
            return None
        exponent = self.field.zero
        for monomial, coefficient in terms:
            for index, power in enumerate(monomial):
                if power:
                    generator = self.field.generators[index]
                    if generator.kind != "exp":
                        return None
                    part = self.field.scaled(generator.arguments[0], Fraction(power))
                    part = part if coefficient > 0 else self.field.neg(part)
                    exponent = self.field.add(exponent, part)
        return self.remember(Fact(p, self.sign(exponent), strict=False, from_split=False))

    def _by_root(self, p: Poly) -> Fact | None:
        """For a + b*r with a square root r: its sign is that of the larger of a and b*r."""
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
            excess = self.field.polynomial(self.field.reduced(excess))
            for larger, side in ((b, 1), (a, -1)):
                content, simple = ring.primitive(larger)
                known = self.known(simple) if simple else None
                if known is not None and known.sign and self.provable(excess, side, strict=True):
                    sign = known.sign if content > 0 else -known.sign
                    return Fact(p, sign, strict=True, from_split=False)
        return None

    def _row(self, p: Poly, sign: int, *, strict: bool) -> Inequality:
        coefficients: dict[object, Fraction] = {}
        constant = Fraction(0)
        for monomial, c in self.field.ring.terms(p):
            if any(monomial):
                coefficients[monomial] = sign * c
            else:
                constant = sign * c
        return Inequality(coefficients, constant, strict)

    def _rows(self, *extra: Poly) -> Iterator[Inequality]:
        monomials = [m for p in extra for m, _ in self.field.ring.terms(p)[:_ROW_TERMS]]
        for fact in [*self.facts.values(), *self.products][:_FACT_ROWS]:
            if len(fact.polynomial) > _ROW_TERMS:
                continue
            monomials += [m for m, _ in self.field.ring.terms(fact.polynomial)]
            for sign in (1, -1) if fact.sign == 0 else (fact.sign,):
                yield self._row(fact.polynomial, sign, strict=fact.strict and fact.sign != 0)
        for monomial in dict.fromkeys(monomials):
            found = self.monomial(monomial) if any(monomial) else None
            if found is not None:
                yield Inequality({monomial: Fraction(found[0])}, Fraction(0), found[1])
        yield from self._ranges()

    def _ranges(self) -> Iterator[Inequality]:
        for index, generator in enumerate(self.field.generators):
            if generator.kind == "erf":
                monomial = tuple(int(k == index) for k in range(self.field.ring.size))
                for sign in (1, -1):
                    yield Inequality({monomial: Fraction(sign)}, Fraction(1), strict=True)

    def contradictory(self) -> bool:
        """Tell whether the facts certainly leave nothing."""
        for fact in tuple(self.facts.values()):
            implied = self._by_root(fact.polynomial)
            if implied is not None and fact.sign and implied.sign != fact.sign:
                return True
        return infeasible(self._rows())

    # What is asked

    def sign(self, ratio: Ratio) -> int:
        """Return s with |ratio| = s * ratio on the whole region.

        Raises:
            NeedSign: when the region must be split.
        """
        content, factors = self.sign_factors(ratio)
        result = 1 if content >= 0 else -1
        for factor, odd in factors:
            if odd:
                fact = self._deduced(factor)
                if fact is None:
                    expression = self.field.polynomial_expression(factor)
                    raise NeedSign(expression, strict=False, zero_case=False)
                result *= fact.sign or 1
        return result

    def factor(self, ratio: Ratio, *, strict: bool = False) -> Ratio:
        """Return the sign as a ratio: a number or, where signs are symbolic, a product of them.

        A generator s stands for the sign of an irreducible polynomial f, with s^2 = 1 and s = 1 at
        its zeros; so |f| = s*f everywhere. With `strict` zeros are left out as in `strict_sign`.
        """
        if not self.symbolic:
            return self.field.number(self.strict_sign(ratio) if strict else self.sign(ratio))
        content, factors = self.sign_factors(ratio)
        if content == 0:
            return self.field.zero if strict else self.field.one
        result = self.field.number(1 if content > 0 else -1)
        for factor, odd in factors:
            fact = self._deduced(factor)
            if strict and (fact is None or not fact.strict):
                if not self.field.is_safe(factor):
                    raise Unsupported
                self.exclude(factor)
            if odd and fact is not None:
                result = self.field.scaled(result, Fraction(fact.sign or 1))
            elif odd:
                result = self.field.mul(result, self._sign_generator(factor))
        return result

    def _sign_generator(self, factor: Poly) -> Ratio:
        field = self.field
        key = str(factor)
        if key not in self._sign_generators:
            shown = Call("sign", (field.polynomial_expression(factor),))
            made = Generator("sign", (field.polynomial(factor),), shown, constant=False, safe=False)
            index = field.new_generator(made)
            field.roots.append(Root(index, 2, field.ring.one, plain=False))
            self._sign_generators[key] = index
        return field.gen(self._sign_generators[key])

    def strict_sign(self, ratio: Ratio) -> int:
        """Return the sign of a ratio on the region, its zeros left out unless it is zero.

        Raises:
            NeedSign: when the region must be split.
        """
        content, factors = self.sign_factors(ratio)
        result = (content > 0) - (content < 0)
        for factor, odd in factors:
            fact = self._deduced(factor)
            safe = self.field.is_safe(factor)
            if fact is None or not (fact.strict or safe):
                if safe and not odd:
                    self.exclude(factor)
                    continue
                expression = self.field.polynomial_expression(factor)
                raise NeedSign(expression, strict=True, zero_case=not safe)
            if not fact.strict:
                self.exclude(factor)
            if fact.sign == 0:
                return 0
            if odd:
                result *= fact.sign
        return result

    def generic(self, ratio: Ratio) -> bool:
        """Tell whether a ratio is zero on a border only; that border is then left out."""
        if not ratio.top or not self.field.is_safe(ratio.top):
            return False
        for factor, _ in self.sign_factors(ratio)[1]:
            known = self.known(factor)
            if known is not None and known.sign == 0:
                return False
            if known is None or not known.strict:
                self.exclude(factor)
        return True

    def nonzero(self, ratio: Ratio) -> bool:
        """Tell whether a ratio certainly has no zero in the region."""
        content, factors = self.sign_factors(ratio)
        if content == 0:
            return False
        facts = [self._deduced(f) for f, _ in factors]
        return all(f is not None and f.strict and f.sign for f in facts)

    def provable(self, ratio: Ratio, sign: int, *, strict: bool) -> bool:
        """Tell whether a sign follows from the facts."""
        content, factors = self.sign_factors(ratio)
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
