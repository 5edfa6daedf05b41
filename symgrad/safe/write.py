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
    Constant,
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
from symgrad.safe.expansion import expanded
from symgrad.safe.look import Look, is_exponential_sum, sum_of_squares
from symgrad.safe.normal import Atom, Fn, Group, Mono, Poly, Sym, TooLarge
from symgrad.safe.products import (
    InputProduct,
    input_product,
    is_product_of_inputs,
    is_regular,
    label_of_logarithm,
    needs_care,
    removable,
    scaled_exponential,
    unit_vector,
)

TWO = number(2)


class Writer:
    """Writes normal forms; `names` says which names hold which values already."""

    def __init__(self, look: Look, functions: Callable[[Writer, Fn], Expression]) -> None:
        self.look = look
        self.needs_care = needs_care
        self.functions = functions
        self.sums: dict[str, tuple[str, Fraction]] = {}
        self.products: dict[Mono, tuple[str, Fraction]] = {}
        self.blocks: tuple[tuple[str, Mono, Fraction], ...] = ()

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
        terms = [self.term(mono, value) for mono, value in poly.terms]
        return terms[0] if len(terms) == 1 else Add(tuple(terms))

    def _named_sum(self, poly: Poly) -> Expression | None:
        if len(poly.terms) < 2:
            return None
        content = n.content_of(poly)
        found = self.sums.get(n.scale(poly, 1 / content).text)
        if found is None:
            return None
        name, own = found
        return _scaled(Var(name), content / own)

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
            return _scaled(Var(named[0]), value / named[1])
        if mono == n.UNIT:
            return Number(value)
        held = any(
            divides(block, mono)
            and self.needs_care(self.look, n.of(block))
            and is_regular(n.join(mono, n.inverse(block)))
            for _, block, _ in self.blocks
        )
        special = None if held else self._special(mono, value)
        return special or self._in_blocks(mono, value)

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
            squares = [i for i, k in mono.powers if k == -2 and not _is_exponential_atom(i)]
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
        return _scaled(top, value)

    def _special(self, mono: Mono, value: Fraction) -> Expression | None:
        """Return the product with the value that it takes at a point where it is 0/0 or 0·∞."""
        powers = self._powers(mono, value)
        if powers is not None:
            return powers
        limit = removable(self.look, mono)
        if limit is not None:
            name, at_zero = limit
            condition = Compare("==", self.poly(name), ZERO)
            return Call("where", (condition, Number(at_zero * value), self.plain(mono, value)))
        vanishing = label_of_logarithm(self.look, mono)
        if vanishing is not None:
            condition = Compare("==", self.poly(vanishing), ZERO)
            return Call("where", (condition, ZERO, self.plain(mono, value)))
        product = input_product(self.look, mono)
        if product is not None:
            return _scaled(self._inputs(product), value)
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
        above, below, left = self._exponentials(mono)
        value *= left
        paired = self._paired(mono)
        guarded = unit_vector(mono) is not None
        rest: list[tuple[Atom, Fraction]] = []
        divisors: list[Expression] = []
        for item, k in mono.powers:
            if _is_exponential_atom(item) or item in paired:
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
            rest, split = _split_square(rest)
        rest, quotients = self._quotients(rest)
        above.extend(quotients)
        if len(divisors) == 2:
            for item, k in rest:
                if k == 1 and isinstance(item, Group) and len(item.poly.terms) > 1:
                    rest.remove((item, k))
                    above.insert(
                        0,
                        Add(
                            tuple(
                                self._divided_term(term, c, divisors[0])
                                for term, c in item.poly.terms
                            )
                        ),
                    )
                    divisors = divisors[1:]
                    scaled_sum = above.pop(0)
                    above.insert(0, Div(scaled_sum, divisors.pop()))
                    break
        for item, k in rest:
            (above if k > 0 else below).append(self._raised(item, abs(k)))
        above = [*self._pairs(paired), *above]
        above, divisors = _divided_one_by_one(above, divisors)
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

    def _paired(self, mono: Mono) -> dict[Atom, Fraction]:
        """Return the factors of a quotient a²/b², which is taken as (a/b)²."""
        plain = [(i, k) for i, k in mono.powers if not _is_exponential_atom(i)]
        for item, k in plain:
            if k.denominator == 1 and k >= 2:
                partner = next((i for i, e in plain if e == -k), None)
                hyp = isinstance(partner, Fn) and partner.name == "hypot"
                squares = isinstance(partner, Group) and sum_of_squares(partner.poly) is not None
                if partner is not None and not hyp and not squares:
                    return {item: k, partner: -k}
            elif isinstance(item, Sym) and k.denominator == 1 and k <= -2:
                partner = next(
                    (
                        i
                        for i, e in plain
                        if e == k
                        and isinstance(i, Group)
                        and any(m.power_of(item) == -1 for m, _ in i.poly.terms)
                    ),
                    None,
                )
                if partner is not None:
                    return {item: k, partner: k}
        return {}

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
            return _scaled(Var(named[0]), 1 / named[1])
        return self.functions(self, item)

    # Exponentials: D(z) = 1 + exp(z), E(z) = exp(z) - 1, sums of exponentials.

    def _exponentials(self, mono: Mono) -> tuple[list[Expression], list[Expression], Fraction]:
        """Return factors above and below the line for everything exponential, and a number."""
        above: list[Expression] = []
        below: list[Expression] = []
        factor = Fraction(1)
        exponent = n.ZERO if mono.exponent is None else mono.exponent
        powers = {item: k for item, k in mono.powers if _is_exponential_atom(item)}
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
                        _scaled(Var(found[0]), value)
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
            if len(step.terms) < len(best.terms):
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
            if len(step.terms) < len(best.terms):
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

    def difference(self, a: Poly, b: Poly) -> Expression:
        """Return a - b, multiplied out where that makes it shorter."""
        direct = n.add(a, n.negative(b))
        try:
            wide = self.look.sum(expanded(self.look, direct))
        except TooLarge:
            return self.poly(direct)
        return self.poly(wide if len(wide.terms) <= len(direct.terms) else direct)


def is_term_of(item: Atom, group: Group) -> bool:
    """Tell whether a factor is a term of a sum: a of a + b."""
    return any(
        mono.exponent is None and mono.powers == ((item, Fraction(1)),)
        for mono, _ in group.poly.terms
    )


def _split_square(
    rest: list[tuple[Atom, Fraction]],
) -> tuple[list[tuple[Atom, Fraction]], list[Atom]]:
    """Take one factor x out of x²/(√(1 + x²) + 1), to be multiplied after the division."""
    roots = [
        item
        for item, k in rest
        if k == -1
        and isinstance(item, Group)
        and any(
            isinstance(i, Fn) and i.name == "hypot" for m, _ in item.poly.terms for i, _ in m.powers
        )
    ]
    squares = [item for item, k in rest if k == 2]
    if len(roots) != 1 or len(squares) != 1 or len(rest) != 2:
        return rest, []
    return [(i, Fraction(1) if i == squares[0] else k) for i, k in rest], squares


def is_safe_block(mono: Mono) -> bool:
    """Tell whether a named product never overflows by exponentials in it."""
    if any(isinstance(item, Fn) and item.name == "hypot" for item, _ in mono.powers):
        return False
    below = [item for item, k in mono.powers if k < 0 and _is_exponential_atom(item)]
    above = [
        item
        for item, k in mono.powers
        if k > 0
        and _is_exponential_atom(item)
        and Fn("D", item.arguments if isinstance(item, Fn) else ()) not in below
    ]
    if above and not is_part_of_sum(mono):
        return False
    if mono == n.UNIT or (len(mono.powers) == 1 and isinstance(mono.powers[0][0], Sym)):
        return False
    sums = [item for item in below if isinstance(item, Group)]
    if any(all(m.exponent is not None for m, _ in item.poly.terms) for item in sums) and (
        mono.exponent is None or len(sums) > 1 or mono.power_of(sums[0]) != -1
    ):
        return False
    if mono.exponent is None:
        return bool(mono.powers)
    left = mono.exponent
    for item in below:
        for _ in range(-int(mono.power_of(item)) if isinstance(item, Fn) else 0):
            less = n.add(left, n.negative(item.arguments[0])) if isinstance(item, Fn) else left
            left = less if len(less.terms) < len(left.terms) else left
    return not left.terms or any(
        isinstance(item, Group) and any(m.exponent == mono.exponent for m, _ in item.poly.terms)
        for item in below
    )


def is_part_of_sum(mono: Mono) -> bool:
    """Tell whether a product is some terms of a sum of exponentials over the whole sum."""
    sums = [i for i, k in mono.powers if k == -1 and isinstance(i, Group)]
    tops = [i for i, k in mono.powers if k == 1 and _is_exponential_atom(i)]
    others = [i for i, _ in mono.powers if _is_exponential_atom(i)]
    if len(sums) != 1 or len(tops) != 1 or len(others) != 2:
        return False
    terms = dict(sums[0].poly.terms)
    return all(terms.get(m) == v for m, v in opened_sum(tops[0], mono.exponent).terms)


def opened_sum(top: Atom, exponent: Poly | None) -> Poly:
    """Return a sum of exponentials, the exponential beside it multiplied in."""
    inner = (
        top.poly
        if isinstance(top, Group)
        else n.add(n.ONE, n.exp(top.arguments[0]))
        if (isinstance(top, Fn))
        else n.ONE
    )
    return n.times(inner, Mono((), exponent)) if exponent is not None else inner


def leaves_safe(block: Mono, mono: Mono) -> bool:
    """Tell whether what is left beside a block holds no exponential that overflows alone."""
    if not any(_is_exponential_atom(item) for item, _ in block.powers):
        return True
    left = n.join(mono, n.inverse(block))
    exponential = Mono(tuple(p for p in left.powers if _is_exponential_atom(p[0])), left.exponent)
    return left.exponent is None or is_safe_block(exponential)


def divides(block: Mono, mono: Mono) -> bool:
    """Tell whether a product holds another as a factor, exponentials making no new ones."""
    for item, k in block.powers:
        whole = mono.power_of(item)
        if whole * k <= 0 or abs(whole) < abs(k):
            return False
    if block.exponent is None:
        return bool(block.powers)
    if mono.exponent is None:
        return False
    left = n.add(mono.exponent, n.negative(block.exponent))
    return len(left.terms) < len(mono.exponent.terms)


def _is_exponential_atom(item: Atom) -> bool:
    if isinstance(item, Fn):
        return item.name in ("D", "E")
    return isinstance(item, Group) and is_exponential_sum(item.poly)


def _scaled(e: Expression, value: Fraction) -> Expression:
    if value < 0:
        return Neg(_scaled(e, -value))
    if value == 1:
        return e
    if value.numerator == 1:
        return Div(e, number(value.denominator))
    return Mul((Number(value), e))


def _divided_one_by_one(
    above: list[Expression], divisors: list[Expression]
) -> tuple[list[Expression], list[Expression]]:
    """Divide factor by factor: x²/r³ as (x/r)*(x/r)/r, which neither overflows nor vanishes."""
    result: list[Expression] = []
    left = list(divisors)
    for factor in above:
        times = 1
        base = factor
        if isinstance(factor, Pow) and isinstance(factor.exponent, Number):
            value = factor.exponent.value
            if value.denominator == 1 and 1 < value <= len(left):
                base, times = factor.base, int(value)
        if isinstance(base, Number | Constant):
            result.append(factor)
            continue
        if times == 1 and not left:
            result.append(factor)
            continue
        result += [Div(base, left.pop()) if left else base for _ in range(times)]
    return result, left
