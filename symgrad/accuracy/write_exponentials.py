"""Exponentials written so that none overflows alone: sigmoids, shares of sums, shifted sums.

D(z) stands for 1 + exp(z) and E(z) for exp(z) - 1; a sum of exponentials has its largest exponent
taken out wherever it stands below the line or beside another exponential.
"""

from __future__ import annotations

from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.blocks import opened_sum
from symgrad.accuracy.expansion import size
from symgrad.accuracy.normal import Atom, Fn, Group, Mono, Poly
from symgrad.accuracy.shapes import is_exponential_atom
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    number,
)

TWO = number(2)


def scaled(e: Expression, value: Fraction) -> Expression:
    """Return an expression times a number."""
    if value < 0:
        return Neg(scaled(e, -value))
    if value == 1:
        return e
    if value.numerator == 1:
        return Div(e, number(value.denominator))
    return Mul((Number(value), e))


class ExponentialWriter:
    """What a writer knows about exponentials; `products` holds the names of products."""

    products: dict[Mono, tuple[str, Fraction]]

    def poly(self, poly: Poly) -> Expression:
        """Return a sum as an expression."""
        raise NotImplementedError

    def term(self, mono: Mono, value: Fraction) -> Expression:
        """Return a product with its coefficient as an expression."""
        raise NotImplementedError

    def exponentials(self, mono: Mono) -> tuple[list[Expression], list[Expression], Fraction]:
        """Return factors above and below the line for everything exponential, and a number."""
        above: list[Expression] = []
        below: list[Expression] = []
        factor = Fraction(1)
        exponent = n.ZERO if mono.exponent is None else mono.exponent
        powers = {item: k for item, k in mono.powers if is_exponential_atom(item)}
        exponent = self._shares(powers, exponent, above)
        exponent = self._over_sum(powers, exponent, above, below)
        for item in list(powers):
            if isinstance(item, Fn) and item.name == "E" and item in powers:
                below_item = Fn("D", item.arguments)
                over = powers.get(below_item, Fraction(0))
                if over * powers[item] < 0:
                    size = min(abs(over), abs(powers[item]))
                    k = size if powers[item] > 0 else -size
                    powers[item] -= k
                    powers[below_item] += k
                    powers = {i: e for i, e in powers.items() if e}
                    half = n.scale(item.arguments[0], n.HALF)
                    self._put(above, below, Call("tanh", (self.poly(half),)), k)
        for item, k in powers.items():
            if isinstance(item, Group):
                exponent = self._scaled_sum(item, k, exponent, above, below)
                continue
            if not isinstance(item, Fn):
                continue
            z = item.arguments[0]
            half = n.scale(z, n.HALF)
            if (
                k.denominator == 1
                and n.add(exponent, n.scale(half, k)) == n.ZERO
                and (not self._sigmoids_known(item, k))
            ):
                name = "cosh" if item.name == "D" else "sinh"
                self._put(above, below, Call(name, (self.poly(half),)), k)
                factor *= Fraction(2) ** int(k)
                exponent = n.ZERO
            elif item.name == "D":
                exponent = self._one_plus(z, k, exponent, above, below)
            else:
                exponent, sign = self._minus_one(z, k, exponent, above, below)
                factor *= sign
        if exponent.terms:
            above.extend(self.exponential(exponent))
        return above, below, factor

    def _shares(
        self, powers: dict[Atom, Fraction], exponent: Poly, above: list[Expression]
    ) -> Poly:
        """Write e^a·e^b/S² as (e^a/S)·(e^b/S), for a sum S in which both occur."""
        bottom = next((i for i, k in powers.items() if k <= -2 and isinstance(i, Group)), None)
        if not isinstance(bottom, Group) or powers[bottom].denominator != 1:
            return exponent
        terms = [m.exponent or n.ZERO for m, v in bottom.poly.terms if v == 1 and not m.powers]
        tops = [i for i, k in powers.items() if k >= 1 and isinstance(i, Fn) and i.name == "D"]
        for top in tops:
            for low in terms:
                left = n.add(exponent, n.negative(low))
                if n.add(low, top.arguments[0]) not in terms or powers.get(top, 0) < 1:
                    continue
                if len(left.terms) <= len(exponent.terms) and powers[bottom] < 0:
                    powers[top] -= 1
                    powers[bottom] += 1
                    exponent = left
                    above.append(self._share(bottom, opened_sum(top, low if low.terms else None)))
        for low in terms * 2:
            left = n.add(exponent, n.negative(low))
            if powers[bottom] < -1 and len(left.terms) < len(exponent.terms):
                powers[bottom] += 1
                exponent = left
                above.append(self._share(bottom, n.exp(low)))
        for item in [item for item, k in powers.items() if not k]:
            del powers[item]
        return exponent

    def _share(self, bottom: Group, part: Poly) -> Expression:
        """Return some terms of a sum of exponentials over the whole sum."""
        over = Mono(((bottom, Fraction(-1)),))
        named = [self.products.get(n.join(mono, over)) for mono, _ in part.terms]
        if all(found is not None and found[1] == 1 for found in named):
            names = tuple(Var(found[0]) for found in named if found is not None)
            return names[0] if len(names) == 1 else Add(names)
        largest = self.largest(bottom.poly)
        top = self.shifted_sum(part, largest)
        top = top.terms[0] if isinstance(top, Add) and len(top.terms) == 1 else top
        return Div(top, self.shifted_sum(bottom.poly, largest))

    def _over_sum(
        self,
        powers: dict[Atom, Fraction],
        exponent: Poly,
        above: list[Expression],
        below: list[Expression],
    ) -> Poly:
        """Write a sum of exponentials over another: as named quotients, or both scaled alike."""
        sums = [i for i, k in powers.items() if k == -1 and isinstance(i, Group)]
        tops = [
            i
            for i, k in powers.items()
            if k == 1 and (isinstance(i, Group) or (isinstance(i, Fn) and i.name == "D"))
        ]
        if len(sums) != 1 or len(tops) != 1:
            return exponent
        bottom, top = sums[0], tops[0]
        inner = opened_sum(top, exponent if exponent.terms else None)
        over = Mono(((bottom, Fraction(-1)),))
        named = [self.products.get(n.join(mono, over)) for mono, _ in inner.terms]
        del powers[top], powers[bottom]
        if all(found is not None and found[1] == 1 for found in named):
            above.append(
                Add(
                    tuple(
                        scaled(Var(found[0]), value)
                        for found, (_, value) in zip(named, inner.terms, strict=True)
                        if found is not None
                    )
                )
            )
            return n.ZERO
        largest = self.largest(bottom.poly)
        above.append(self.shifted_sum(inner, largest))
        below.append(self.shifted_sum(bottom.poly, largest))
        return n.ZERO

    def _put(
        self, above: list[Expression], below: list[Expression], base: Expression, k: Fraction
    ) -> None:
        size = abs(k)
        raised = base if size == 1 else Pow(base, Number(size))
        (above if k > 0 else below).append(raised)

    def _sigmoids_known(self, item: Fn, k: Fraction) -> bool:
        """Tell whether sigmoid(z) or sigmoid(-z) has a name, so that products use it."""
        if item.name != "D" or k >= 0:
            return False
        z = item.arguments[0]
        return all(
            value.denominator % 2 == 0 or value.numerator % 2 for _, value in z.terms
        ) or any(Mono(((item, Fraction(-1)),), e) in self.products for e in (None, z))

    def _one_plus(
        self,
        z: Poly,
        k: Fraction,
        exponent: Poly,
        above: list[Expression],
        below: list[Expression],  # noqa: ARG002
    ) -> Poly:
        """Write (1 + exp(z))^k, taking exponentials from outside into it where that is shorter."""
        count = -k if k < 0 else k
        best, turned = exponent, Fraction(0)
        for j in range(1, int(count) + 1):
            step = n.add(exponent, n.scale(z, -j if k < 0 else j))
            if size(step) < size(best):
                best, turned = step, Fraction(j)
        name = self.sigmoid if k < 0 else self._plus_one
        for argument, times in ((z, turned), (n.negative(z), count - turned)):
            inner = argument if k < 0 else n.negative(argument)
            if times:
                base = name(inner)
                above.append(base if times == 1 else Pow(base, Number(times)))
        return best

    def sigmoid(self, z: Poly) -> Expression:
        """Return the sigmoid of z, under the name that it has."""
        found = self.products.get(n.power(n.one_plus_exp(n.negative(z)), Fraction(-1)).terms[0][0])
        return (
            Var(found[0])
            if found is not None and found[1] == 1
            else (Call("sigmoid", (self.poly(z),)))
        )

    def _plus_one(self, z: Poly) -> Expression:
        return Add((ONE, *self.exponential(z)))

    def _minus_one(
        self,
        z: Poly,
        k: Fraction,
        exponent: Poly,
        above: list[Expression],
        below: list[Expression],
    ) -> tuple[Poly, int]:
        best, turned = exponent, 0
        for j in range(1, abs(int(k)) + 1):
            step = n.add(exponent, n.scale(z, j if k > 0 else -j))
            if size(step) < size(best):
                best, turned = step, j
        direction = 1 if k > 0 else -1
        if turned:
            other = Call("expm1", (self.poly(n.negative(z)),))
            self._put(above, below, other, Fraction(turned * direction))
        if turned != abs(k):
            self._put(above, below, Call("expm1", (self.poly(z),)), k - turned * direction)
        return best, -1 if turned % 2 else 1

    def _scaled_sum(
        self,
        group: Group,
        k: Fraction,
        exponent: Poly,
        above: list[Expression],
        below: list[Expression],
    ) -> Poly:
        """Write a power of a sum of exponentials with the largest of them taken out.

        The sum stays as it is where it may overflow without harm: below the line, beside a number.
        """
        exponents = {m.exponent for m, _ in group.poly.terms}
        if not exponent.terms and (k > 0 or None in exponents):
            self._put(above, below, self._sum(group.poly), k)
            return exponent
        if k < 0 and k.denominator == 1 and len(exponents) == 2 and None in exponents:
            other = next(e for e in exponents if e is not None)
            for j in range(1, -int(k) + 1):
                if n.add(exponent, n.scale(other, -j)) == n.ZERO:
                    turned = n.times(group.poly, Mono((), n.negative(other)))
                    self._put(above, below, self._sum(turned), Fraction(-j))
                    if k + j:
                        self._put(above, below, self._sum(group.poly), k + j)
                    return n.ZERO
        largest = self.largest(group.poly)
        self._put(above, below, self.shifted_sum(group.poly, largest), k)
        above.append(self._shifted_exponential(exponent, k, largest))
        return n.ZERO

    def _shifted_exponential(self, exponent: Poly, k: Fraction, largest: Expression) -> Expression:
        shift = largest if abs(k) == 1 else Mul((Number(abs(k)), largest))
        if not exponent.terms:
            return Call("exp", (shift if k > 0 else Neg(shift),))
        whole = self.poly(exponent)
        return Call("exp", (Add((whole, shift if k > 0 else Neg(shift))),))

    def _sum(self, poly: Poly) -> Expression:
        return Add(tuple(self.term(mono, value) for mono, value in poly.terms))

    def largest(self, poly: Poly) -> Expression:
        """Return the largest exponent in a sum of exponentials."""
        found = dict.fromkeys(n.ZERO if m.exponent is None else m.exponent for m, _ in poly.terms)
        return Call("max", tuple(self.poly(e) for e in found))

    def shifted_sum(self, poly: Poly, largest: Expression) -> Expression:
        """Return a sum of exponentials, the largest exponent taken from each."""
        terms: list[Expression] = []
        for mono, value in poly.terms:
            whole = ZERO if mono.exponent is None else self.poly(mono.exponent)
            inner = Neg(largest) if whole == ZERO else Add((whole, Neg(largest)))
            raised: Expression = Call("exp", (inner,))
            factor = self.term(Mono(mono.powers), abs(value))
            term = raised if factor == ONE else Mul((factor, raised))
            terms.append(Neg(term) if value < 0 else term)
        return Add(tuple(terms))

    def exponential(self, exponent: Poly) -> list[Expression]:
        """Return the factors of exp(sum): numbers to a power apart from the rest."""
        if not exponent.terms:
            return [ONE]
        found = self.products.get(Mono((), exponent))
        if found is not None and found[1] == 1:
            return [Var(found[0])]
        factors: list[Expression] = []
        rest = []
        for mono, value in exponent.terms:
            base = next(
                (
                    i.arguments[0]
                    for i, k in mono.powers
                    if isinstance(i, Fn)
                    and i.name == "log"
                    and k == 1
                    and i.arguments[0].number is not None
                ),
                None,
            )
            if base is None:
                rest.append((mono, value))
            else:
                left = n.divide(n.of(mono, value), Mono(((Fn("log", (base,)), Fraction(1)),)))
                factors.append(Pow(self.poly(base), self.poly(left)))
        if rest:
            factors.append(Call("exp", (self.poly(Poly(tuple(rest))),)))
        return factors
