"""Writing: normal forms back into expressions, each factor in the form that keeps its digits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symgrad.expression import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    number,
)
from symgrad.safe import normal as n
from symgrad.safe.blocks import divides, is_safe_block, leaves_safe
from symgrad.safe.expansion import expanded
from symgrad.safe.limits import removable
from symgrad.safe.look import Look
from symgrad.safe.normal import Atom, Fn, Group, Mono, Poly, Sym, TooLarge
from symgrad.safe.products import (
    InputProduct,
    input_product,
    is_product_of_inputs,
    is_regular,
    is_regular_series,
    label_of_logarithm,
    needs_care,
    scaled_exponential,
    unit_vector,
)
from symgrad.safe.quotients import (
    divided_one_by_one,
    is_conjugate,
    is_term_of,
    paired_squares,
    split_square,
)
from symgrad.safe.shapes import (
    is_exponential,
    is_exponential_atom,
    is_exponential_sum,
    sum_of_squares,
)
from symgrad.safe.write_exponentials import ExponentialWriter, scaled

TWO = number(2)


class Writer(ExponentialWriter):
    """Writes normal forms; `names` says which names hold which values already."""

    def __init__(self, look: Look, functions: Callable[[Writer, Fn], Expression]) -> None:
        self.look = look
        self.needs_care = needs_care
        self.functions = functions
        self.sums: dict[str, tuple[str, Fraction]] = {}
        self.products: dict[Mono, tuple[str, Fraction]] = {}
        self.blocks: tuple[tuple[str, Mono, Fraction], ...] = ()
        self.positive: frozenset[Poly] = frozenset()

    def use(self, operands: tuple[str, ...]) -> None:
        """Take the operands of the statement at hand as factors, where their own value is safe."""
        found = []
        for name in operands:
            single = self.look.forms[name].single
            if single is not None and is_safe_block(single[0]):
                found.append((name, *single))
        self.blocks = tuple(sorted(found, key=lambda block: -len(block[1].text)))

    def remember(self, name: str, poly: Poly) -> None:
        """Note that a name holds a value, so that it is used where that value is needed."""
        if len(poly.terms) > 1:
            content = n.content_of(poly)
            self.sums.setdefault(n.scale(poly, 1 / content).text, (name, content))
        elif poly.terms and poly.terms[0][0] != n.UNIT:
            self.products.setdefault(poly.terms[0][0], (name, poly.terms[0][1]))

    def poly(self, poly: Poly) -> Expression:
        """Return a sum as an expression."""
        if not poly.terms:
            return ZERO
        named = self._named_sum(poly)
        if named is not None:
            return named
        joined = self._log_of_two(poly)
        if joined is not None:
            return joined
        terms = [self.term(mono, value) for mono, value in poly.terms]
        return terms[0] if len(terms) == 1 else Add(tuple(terms))

    def _log_of_two(self, poly: Poly) -> Expression | None:
        """Return b + log(1 + exp(a - b)) as logsumexp(a, b), which keeps what is small beside a."""
        if len(poly.terms) != 2:
            return None
        for (mono, value), (other, c) in (poly.terms, poly.terms[::-1]):
            item = mono.powers[0][0] if len(mono.powers) == 1 and mono.exponent is None else None
            if not isinstance(item, Fn) or item.name != "softplus" or mono.powers[0][1] != 1:
                continue
            first = n.of(other, c / value)
            second = n.add(first, item.arguments[0])
            if len(second.terms) == 1 and len(item.arguments[0].terms) == 2:
                both = Call("logsumexp", (self.poly(second), self.poly(first)))
                return scaled(both, value)
        return None

    def _named_sum(self, poly: Poly) -> Expression | None:
        if len(poly.terms) < 2:
            return None
        content = n.content_of(poly)
        found = self.sums.get(n.scale(poly, 1 / content).text)
        if found is None:
            return None
        name, own = found
        return scaled(Var(name), content / own)

    def term(self, mono: Mono, value: Fraction) -> Expression:
        """Return a product with its coefficient as an expression."""
        if value < 0:
            single = mono.powers[0] if len(mono.powers) == 1 and mono.exponent is None else None
            if single is not None and isinstance(single[0], Group) and single[1] == 1:
                return self.poly(n.scale(single[0].poly, value))
            flipped = self._flipped(mono)
            if flipped is not None:
                return self._positive(flipped, -value)
            return Neg(self._positive(mono, -value))
        return self._positive(mono, value)

    def _flipped(self, mono: Mono) -> Mono | None:
        """Return minus the product where a group in it is written with mostly minus signs."""
        for item, k in mono.powers:
            if (
                isinstance(item, Group)
                and k.denominator == 1
                and k.numerator % 2
                and (not is_exponential_sum(item.poly))
            ):
                negatives = sum(value < 0 for _, value in item.poly.terms)
                if 2 * negatives >= len(item.poly.terms) and item.poly.terms[0][1] < 0:
                    other = Group(n.negative(item.poly))
                    powers = tuple((other if i == item else i, e) for i, e in mono.powers)
                    return Mono(powers, mono.exponent)
        return None

    def _positive(self, mono: Mono, value: Fraction) -> Expression:
        named = self.products.get(mono)
        if named is not None:
            return scaled(Var(named[0]), value / named[1])
        if mono == n.UNIT:
            return Number(value)
        held = any(
            divides(block, mono)
            and self.needs_care(self.look, n.of(block))
            and leaves_safe(block, mono)
            and is_regular(n.join(mono, n.inverse(block)))
            and not self.needs_care(self.look, n.of(n.join(mono, n.inverse(block))))
            for _, block, _ in self.blocks
        )
        special = None if held else self._special(mono, value)
        return special or self._squared(mono, value) or self._in_blocks(mono, value)

    def _squared(self, mono: Mono, value: Fraction) -> Expression | None:
        """Write (p - y)² of a sigmoid p as a square, its root distributed over exponentials."""
        if not any(isinstance(i, Group) and is_exponential_sum(i.poly) for i, _ in mono.powers):
            return None
        if any(k.denominator != 1 or k % 2 for _, k in mono.powers):
            return None
        exponent = None if mono.exponent is None else n.scale(mono.exponent, n.HALF)
        half = n.of(Mono(tuple((i, k / 2) for i, k in mono.powers), exponent))
        root = self.look.product(half)
        return scaled(Pow(self.poly(root), TWO), value) if len(root.terms) > 1 else None

    def _in_blocks(self, mono: Mono, value: Fraction) -> Expression:
        """Return a product with the operands that are factors of it under their names."""
        above: list[Expression] = []
        below: list[Expression] = []
        for name, block, own in self.blocks:
            for k, side in ((2, above), (1, above), (-2, below), (-1, below)):
                raised = n.power(n.of(block, own), Fraction(k)).terms[0]
                if divides(raised[0], mono) and leaves_safe(raised[0], mono):
                    mono = n.join(mono, n.inverse(raised[0]))
                    value /= raised[1]
                    base: Expression = Var(name)
                    side.append(base if abs(k) == 1 else Pow(base, number(abs(k))))
                    break
        if not above and not below:
            return self.plain(mono, value)
        if len(above) == 1 and isinstance(above[0], Pow) and not below:
            squares = [i for i, k in mono.powers if k == -2 and not is_exponential_atom(i)]
            if len(squares) == 1 and above[0].exponent == TWO:
                mono = n.join(mono, Mono(((squares[0], Fraction(2)),)))
                above = [Pow(Div(above[0].base, self.atom(squares[0])), TWO)]
        if mono != n.UNIT:
            rest = self.products.get(mono)
            if rest is not None:
                above.append(Var(rest[0]))
                value /= rest[1]
            else:
                inner = self.plain(mono, abs(value))
                if isinstance(inner, Div) and inner.numerator == ONE:
                    below.append(inner.denominator)
                else:
                    above.extend(inner.factors if isinstance(inner, Mul) else (inner,))
                value = Fraction(1 if value > 0 else -1)
        top = above[0] if len(above) == 1 else Mul(tuple(above)) if above else ONE
        if below:
            top = Div(top, below[0] if len(below) == 1 else Mul(tuple(below)))
        return scaled(top, value)

    def _special(self, mono: Mono, value: Fraction) -> Expression | None:
        """Return the product with the value that it takes at a point where it is 0/0 or 0·∞."""
        powers = self._powers(mono, value)
        if powers is not None:
            return powers
        regular = tuple((i, k) for i, k in mono.powers if is_regular_series(i) and k == 1)
        if regular and len(regular) < len(mono.powers):
            rest = Mono(tuple(p for p in mono.powers if p not in regular), mono.exponent)
            inner = self._special(rest, value)
            return inner and Mul((inner, *(self.atom(item) for item, _ in regular)))
        limit = removable(self.look, mono)
        if limit is not None:
            name, at_zero = limit
            condition = Compare("==", self.poly(name), ZERO)
            limit_there = self.poly(n.scale(at_zero, value))
            return Call("where", (condition, limit_there, self.plain(mono, value)))
        vanishing = label_of_logarithm(self.look, mono, self.positive)
        if vanishing is not None:
            condition = Compare("==", self.poly(vanishing), ZERO)
            return Call("where", (condition, ZERO, self.plain(mono, value)))
        product = input_product(self.look, mono)
        if product is not None:
            return scaled(self._inputs(product), value)
        return None

    def _inputs(self, product: InputProduct) -> Expression:
        return product.expression()

    def _powers(self, mono: Mono, value: Fraction) -> Expression | None:
        """Write x^a*exp(-b) and x^a/y^a through the sum of the logarithms, where x > 0."""
        powers = [(i, k) for i, k in mono.powers if isinstance(i, Fn) and i.name == "pow"]
        if not powers or len(powers) < 2 - (mono.exponent is not None):
            return None
        bases = [item.arguments[0] for item, _ in powers]
        if any(base.single is None for base in bases):
            return None
        logarithms = [
            n.scale(n.multiply(item.arguments[1], n.atom(Fn("log", (base,)))), k)
            for (item, k), base in zip(powers, bases, strict=True)
        ]
        exponent = n.add(*logarithms, *([] if mono.exponent is None else [mono.exponent]))
        exponent = self.look.sum(exponent)
        rest = Mono(tuple(p for p in mono.powers if p not in powers))
        tests = tuple(Compare(">", self.poly(base), ZERO) for base in bases)
        condition = tests[0] if len(tests) == 1 else Logic("and", tests)
        joined = n.of(n.join(rest, Mono((), exponent if exponent.terms else None)), value)
        single = joined.terms[0]
        return Call("where", (condition, self.plain(*single), self.plain(mono, value)))

    def whole(self, poly: Poly) -> Expression:
        """Return a statement's value: x*exp(-y) as x*exp(-y/2)*exp(-y/2), which cannot vanish."""
        single = poly.single
        if single is None or not scaled_exponential(self.look, single[0]):
            return self.poly(poly)
        mono, value = single
        half = Call("exp", (self.poly(n.scale(mono.exponent or n.ZERO, n.HALF)),))
        rest = self.plain(Mono(mono.powers), abs(value))
        product = Mul((Mul((rest, half)), half))
        return Neg(product) if value < 0 else product

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
        """Return √(a·b) for two inputs as √|a|·√(±b), of which neither overflows."""
        single = item.poly.single if isinstance(item, Group) else None
        if single is None or single[1] != 1 or single[0].exponent is not None:
            return None
        if not is_product_of_inputs(self.look, single[0]):
            return None
        first, second = (self.atom(i) for i, _ in single[0].powers)
        turned = Mul((Call("sign", (first,)), second))
        return Mul((Call("sqrt", (Call("abs", (first,)),)), Call("sqrt", (turned,))))

    def atom(self, item: Atom) -> Expression:
        """Return one atom as an expression."""
        if isinstance(item, Sym):
            return Var(item.name)
        if isinstance(item, Group):
            return self.poly(item.poly)
        named = self.products.get(Mono(((item, Fraction(1)),)))
        if named is not None:
            return scaled(Var(named[0]), 1 / named[1])
        return self.functions(self, item)

    def where_positive(self, tested: Poly, poly: Poly) -> Expression:
        """Return a sum that is written where another one is positive, and its logarithm finite."""
        before, self.positive = self.positive, self.positive | {tested}
        try:
            return self.poly(poly)
        finally:
            self.positive = before

    def difference(self, a: Poly, b: Poly) -> Expression:
        """Return a - b, multiplied out where that makes it shorter."""
        direct = n.add(a, n.negative(b))
        try:
            wide = self.look.sum(expanded(self.look, direct))
        except TooLarge:
            return self.poly(direct)
        return self.poly(wide if len(wide.terms) <= len(direct.terms) else direct)


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
