"""Writing: normal forms back into expressions, each factor in the form that keeps its digits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.blocks import divides, is_safe_block, leaves_safe
from symgrad.accuracy.expansion import expanded
from symgrad.accuracy.limits import removable
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import Atom, Fn, Group, Mono, Poly, Sym, TooManyMonomials
from symgrad.accuracy.products import (
    InputProduct,
    input_product,
    is_regular,
    is_regular_series,
    label_of_logarithm,
    needs_care,
    scaled_exponential,
)
from symgrad.accuracy.shapes import (
    is_exponential_atom,
    is_exponential_sum,
)
from symgrad.accuracy.write_exponentials import scaled
from symgrad.accuracy.write_quotients import QuotientWriter
from symgrad.expression.tree import (
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

TWO = number(2)


class Writer(QuotientWriter):
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
        lengths = any(isinstance(i, Fn) and i.name == "hypot" and k < 0 for i, k in mono.powers)
        for name, block, own in self.blocks:
            for k, side in ((2, above), (1, above), (-2, below), (-1, below)):
                raised = n.power(n.of(block, own), Fraction(k)).terms[0]
                if k == 2 and lengths:
                    continue  # (x/s)² may overflow before it is divided
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
        except TooManyMonomials:
            return self.poly(direct)
        return self.poly(wide if len(wide.terms) <= len(direct.terms) else direct)
