"""Products written as quotients, in an order in which nothing overflows before it is divided."""

from __future__ import annotations

from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import Atom, Fn, Group, Mono, Poly
from symgrad.accuracy.products import is_product_of_inputs, unit_vector
from symgrad.accuracy.quotients import (
    divided_one_by_one,
    is_conjugate,
    is_term_of,
    paired_squares,
    split_square,
)
from symgrad.accuracy.shapes import is_exponential, is_exponential_atom, sum_of_squares
from symgrad.accuracy.write_exponentials import ExponentialWriter, scaled
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Pow,
    number,
)


class QuotientWriter(ExponentialWriter):
    """What a writer knows about products without exponentials."""

    look: Look

    def atom(self, item: Atom) -> Expression:
        """Return one atom as an expression."""
        raise NotImplementedError

    def plain(self, mono: Mono, value: Fraction) -> Expression:
        """Return a product as a quotient of products."""
        mono = _under_root(mono)
        above, below, left = self.exponentials(mono)
        value *= left
        paired = paired_squares(mono)
        square = None if above or below else self._square_over_root(mono, paired)
        if square is not None:
            return scaled(square, value)
        guarded = unit_vector(mono) is not None
        rest: list[tuple[Atom, Fraction]] = []
        divisors: list[Expression] = []
        for item, k in mono.powers:
            if is_exponential_atom(item) or item in paired:
                continue
            if isinstance(item, Fn) and item.name == "hypot" and k < 0 and k.denominator == 1:
                divisors.extend([self._length(item, guarded=guarded)] * min(-int(k), 8))
                continue
            squares = sum_of_squares(item.poly) if isinstance(item, Group) else None
            if squares is not None and k < 0 and k.denominator == 1 and len(mono.powers) > 1:
                length = self._length(Fn("hypot", squares), guarded=guarded)
                divisors.extend([length] * min(-2 * int(k), 8))
                continue
            rest.append((item, k))
        split: list[Atom] = []
        if not below and not divisors:
            rest, split = split_square(rest)
        rest, quotients = self._quotients(rest)
        above.extend(quotients)
        if len(divisors) == 2:
            sides = {i for d, k in mono.powers if k < 0 for i in _names_in(d)}
            for item, k in rest:
                if k != 1 or not isinstance(item, Group) or sides.isdisjoint(_names_in(item)):
                    continue
                rest.remove((item, k))
                terms = [self._divided_term(term, c, divisors[0]) for term, c in item.poly.terms]
                above.insert(0, Div(Add(tuple(terms)), divisors[1]))
                divisors = []
                break
        tall = any(k > 0 for _, k in rest)
        for item, k in rest:
            if tall and -4 <= k <= -2 and k.denominator == 1 and not isinstance(item, Fn):
                divisors.extend([self.atom(item)] * -int(k))
            else:
                (above if k > 0 else below).append(self._raised(item, abs(k)))
        above = [*self._pairs(paired), *above]
        above, divisors = divided_one_by_one(above, divisors)
        if value.numerator != 1 or not above:
            above.insert(0, number(value.numerator))
        if value.denominator != 1:
            below.insert(0, number(value.denominator))
        top = above[0] if len(above) == 1 else Mul(tuple(above))
        if below:
            top = Div(top, below[0] if len(below) == 1 else Mul(tuple(below)))
        for divisor in divisors:
            top = Div(top, divisor)
        return Mul((*(self.atom(item) for item in split), top)) if split else top

    def _square_over_root(self, mono: Mono, paired: dict[Atom, Fraction]) -> Expression | None:
        """Write (x/s)²/(√(1 + (x/s)²) + 1) as x/s times what it is divided by."""
        others = [p for p in mono.powers if p[0] not in paired]
        if len(others) != 1 or others[0][1] != -1 or not is_conjugate(others[0][0]):
            return None
        quotient = self._pairs(paired)[0] if 2 in paired.values() else None
        if not isinstance(quotient, Pow):
            return None
        return Mul((quotient.base, Div(quotient.base, self.atom(others[0][0]))))

    def _length(self, item: Fn, *, guarded: bool) -> Expression:
        """Return r = √(x² + y²) as a divisor; that of x is 1 at r = 0, where x is 0."""
        length = self.atom(item)
        if not guarded:
            return length
        return Call("where", (Compare("==", length, ZERO), ONE, length))

    def _quotients(
        self, rest: list[tuple[Atom, Fraction]]
    ) -> tuple[list[tuple[Atom, Fraction]], list[Expression]]:
        """Take a*b/(a + b) as a/(a + b)*b, the quotient of an input and a sum with it first."""
        if sum(k > 0 for _, k in rest) < 2:
            return rest, []
        for group, k in rest:
            if k != -1 or not isinstance(group, Group):
                continue
            for item, e in rest:
                if e == 1 and is_term_of(item, group):
                    left = [p for p in rest if p[0] not in (item, group)]
                    return left, [Div(self.atom(item), self.atom(group))]
        return rest, []

    def _pairs(self, paired: dict[Atom, Fraction]) -> list[Expression]:
        if not paired:
            return []
        (item, k), (partner, e) = paired.items()
        if e == k:
            product = Mul((self.atom(item), self.atom(partner)))
            return [Pow(Div(ONE, product), Number(-k))]
        return [Pow(Div(self.atom(item), self.atom(partner)), Number(k))]

    def _divided_term(self, mono: Mono, value: Fraction, divisor: Expression) -> Expression:
        """Return a*c/r as a*(c/r)."""
        if value < 0:
            return Neg(self._divided_term(mono, -value, divisor))
        if len(mono.powers) < 2 or mono.powers[-1][1] != 1:
            return Div(self.term(mono, value), divisor)
        last = mono.powers[-1]
        rest = Mono(mono.powers[:-1], mono.exponent)
        return Mul((self.term(rest, value), Div(self.atom(last[0]), divisor)))

    def _raised(self, item: Atom, k: Fraction) -> Expression:
        base = self.atom(item)
        if isinstance(item, Group) and k.denominator == 1 and k.numerator % 2 == 0:
            terms = item.poly.terms
            if terms[0][1] < 0 and any(value > 0 for _, value in terms):
                base = self.poly(n.negative(item.poly))
        if k == 1:
            return base
        if k == n.HALF:
            return self._mean(item) or Call("sqrt", (base,))
        return Pow(base, Number(k))

    def _mean(self, item: Atom) -> Expression | None:
        """Return √(a·b) as √|a|·√(±b), neither of which overflows: of inputs, and √(x² - y²)."""
        single = item.poly.single if isinstance(item, Group) else None
        if single is None or single[0].exponent is not None:
            return None
        sides = _conjugate_sums(*single)
        if sides is None and single[1] == 1 and is_product_of_inputs(self.look, single[0]):
            sides = [n.atom(i) for i, _ in single[0].powers]
        if sides is None:
            return None
        first, second = map(self.poly, sides)
        turned = Mul((Call("sign", (first,)), second))
        return Mul((Call("sqrt", (Call("abs", (first,)),)), Call("sqrt", (turned,))))


def _conjugate_sums(mono: Mono, value: Fraction) -> list[Poly] | None:
    """Return x - y and x + y of (x - y)*(x + y), where x is no number."""
    sums = [item.poly for item, k in mono.powers if isinstance(item, Group) and k == 1]
    if len(sums) != 2 or len(mono.powers) != 2 or abs(value) != 1:
        return None
    sums[0] = n.scale(sums[0], value)
    total = n.add(*sums).single
    return None if total is None or total[0] == n.UNIT else sums


def _names_in(item: Atom) -> frozenset[Atom]:
    """Return the factors of the terms of a sum, or of the sides of a length."""
    sums = (
        (item.poly,) if isinstance(item, Group) else item.arguments if isinstance(item, Fn) else ()
    )
    return frozenset(i for poly in sums for term, _ in poly.terms for i, _ in term.powers)


def _under_root(mono: Mono) -> Mono:
    """Return √(exp(x) - 1)*exp(-x/2) as √((exp(x) - 1)*exp(-x)), of which nothing overflows."""
    for item, k in mono.powers:
        if k.denominator != 2 or mono.exponent is None or not isinstance(item, Group):
            continue
        single = item.poly.single
        if single is not None and is_exponential(single[0]):
            inside = n.times(item.poly, Mono((), n.scale(mono.exponent, 1 / k)))
            powers = tuple((Group(inside) if i == item else i, e) for i, e in mono.powers)
            return Mono(powers)
    return mono
