"""Products at the points where they are 0/0 or 0·∞, and products whose order matters."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.limits import may_vanish, removable
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import Atom, Fn, Group, Mono, Poly, Sym
from symgrad.accuracy.shapes import is_exponential_sum, sum_of_squares, symbols
from symgrad.expression.tree import (
    ONE,
    Call,
    Compare,
    Div,
    Expression,
    Logic,
    Mul,
    Number,
    Pow,
    Var,
)


def unit_vector(mono: Mono) -> Poly | None:
    """Return r of x/r, r = √(x² + y²): at r = 0 the subgradient 0 is taken."""
    for item, k in mono.powers:
        if isinstance(item, Fn) and item.name == "hypot" and k < 0:
            sides = [side for side in item.arguments if side.number is None]
            if len(sides) < len(item.arguments):
                continue
            own = {i for side in sides for term, _ in side.terms for i, _ in term.powers}
            own |= {i for side in sides for i, _ in n.factored(side)[0].powers}
            own |= {Group(n.negative(i.poly)) for i in own if isinstance(i, Group)}
            above = sum(int(e) for i, e in mono.powers if e > 0 and i in own)
            if above >= -k or (above and k == -1):
                return n.atom(item)
    return None


def label_of_logarithm(
    look: Look, mono: Mono, positive: frozenset[Poly] = frozenset()
) -> Poly | None:
    """Return y of y*log(p), or of y/p where the program holds y*log(p): 0 at y = 0."""
    for item, k in mono.powers:
        if (
            isinstance(item, Fn)
            and item.name == "log"
            and k == 1
            and item.arguments[0] not in positive
            and _is_input_log(look, item)
        ):
            rest = Mono(tuple(p for p in mono.powers if p[0] != item), mono.exponent)
            vanishing = [p for p in rest.powers if p[1] > 0 and _vanishes_with(look, p[0], item)]
            if vanishing:
                own = symbols(item.arguments[0])
                vanishing.sort(key=lambda p: not symbols(_bare(p[0])) <= own)
                look.labels.add((vanishing[0][0].text, item.arguments[0].text))
                return _bare(vanishing[0][0])
    for item, k in mono.powers:
        own = _logarithms_in(item) if k == 1 else frozenset()
        for other, e in mono.powers:
            if e > 0 and isinstance(other, Sym) and other.name in own & look.inputs:
                return n.atom(other)
    for item, k in mono.powers:
        if k == -1:
            inner = item.poly.text if isinstance(item, Group) else n.atom(item).text
            for other, e in mono.powers:
                if e > 0 and (other.text, inner) in look.labels:
                    return _bare(other)
    return None


def _logarithms_in(item: Atom) -> frozenset[str]:
    """Return the name x of a sum such as 2*log|x| + 1."""
    if not isinstance(item, Group):
        return frozenset()
    for mono, _ in item.poly.terms:
        inner = mono.powers[0][0] if len(mono.powers) == 1 and mono.exponent is None else None
        if isinstance(inner, Fn) and inner.name == "log" and mono.powers[0][1] == 1:
            single = inner.arguments[0].single
            if single is not None:
                return symbols(n.of(Mono(tuple(p for p in single[0].powers if p[1] > 0))))
    return frozenset()


def _bare(item: Atom) -> Poly:
    return item.poly if isinstance(item, Group) else n.atom(item)


def _is_input_log(look: Look, item: Fn) -> bool:
    names = symbols(item.arguments[0])
    if is_exponential_sum(item.arguments[0]):
        return False
    return bool(names) and names <= look.inputs | look.sums.keys()


def _vanishes_with(look: Look, item: Atom, logarithm: Fn) -> bool:
    """Tell whether a factor is 0 where the logarithm may be infinite."""
    single = logarithm.arguments[0].single
    if single is not None and len(single[0].powers) > 1:
        return single[0].power_of(item) > 0
    if isinstance(item, Sym):
        return item.name in look.inputs or item.name in symbols(logarithm.arguments[0])
    if not isinstance(item, Group) or len(item.poly.terms) != 2:
        return False
    (first, a), (second, b) = item.poly.terms
    label = second if first == n.UNIT else first
    return n.UNIT in (first, second) and {abs(a), abs(b)} == {Fraction(1)} and _is_name(look, label)


def _is_name(look: Look, mono: Mono) -> bool:
    if mono.exponent is not None or len(mono.powers) != 1:
        return False
    item, k = mono.powers[0]
    return isinstance(item, Sym) and item.name in look.inputs and k == 1


@dataclass(frozen=True, slots=True)
class InputProduct:
    """A product of powers of inputs: names above and below the line, each as often as it occurs."""

    above: tuple[str, ...]
    below: tuple[str, ...]

    def expression(self) -> Expression:
        """Return the product, in another way where a partial product might leave the doubles.

        In a*b/c and a/(b*c) the product of two leaves the doubles only when both are huge or both
        tiny, and then the third one brings the first one back. Factors of moderate size can be
        multiplied in any order; the cube roots of at most six factors can too, whatever their size.
        """
        above: list[Expression] = [Var(name) for name in self.above]
        below: list[Expression] = [Var(name) for name in self.below]
        plain = self._of(above, below)
        if (len(above), len(below)) in ((1, 2), (2, 1)):
            pair = call("abs", _product(above if len(above) > 1 else below))
            inside = Logic("and", (Compare("<", pair, _HUGE), Compare(">", pair, _TINY)))
            first = Div(above[0], below[0])
            other = Mul((first, above[1])) if len(above) > 1 else Div(first, below[1])
            return call("where", inside, plain, other)
        names = dict.fromkeys((*self.above, *self.below))
        sizes = [call("abs", Var(name)) for name in names]
        moderate = Logic(
            "and",
            (
                Compare("<", call("max", *sizes), Number(_LARGE)),
                Compare(">", call("min", *sizes), Number(1 / _LARGE)),
            ),
        )
        roots = self._of(
            [call("cbrt", Var(name)) for name in self.above],
            [call("cbrt", Var(name)) for name in self.below],
        )
        return call("where", moderate, plain, Pow(roots, Number(Fraction(3))))

    def _of(self, above: list[Expression], below: list[Expression]) -> Expression:
        return Div(_product(above), _product(below)) if below else _product(above)


_LARGE = Fraction(10**48)
_HUGE, _TINY = Number(Fraction(10**300)), Number(Fraction(1, 10**290))


def call(name: str, *arguments: Expression) -> Expression:
    """Return a call."""
    return Call(name, arguments)


def _product(factors: list[Expression]) -> Expression:
    return ONE if not factors else factors[0] if len(factors) == 1 else Mul(tuple(factors))


def input_product(look: Look, mono: Mono) -> InputProduct | None:
    """Return the product as factors when it is one of three or more inputs, else None."""
    if mono.exponent is not None or len(mono.powers) < 3:
        return None
    above: list[str] = []
    below: list[str] = []
    for item, k in mono.powers:
        if not isinstance(item, Sym) or item.name not in look.inputs or k.denominator != 1:
            return None
        if not -3 < k < 2:
            return None
        (above if k > 0 else below).extend([item.name] * abs(int(k)))
    return InputProduct(tuple(above), tuple(below)) if len(above) + len(below) <= 6 else None


def scaled_exponential(look: Look, mono: Mono) -> bool:
    """Tell whether a product is one of inputs and one exponential, such as x*exp(-y)."""
    return (
        mono.exponent is not None
        and bool(mono.powers)
        and all(
            isinstance(item, Sym) and item.name in look.inputs and abs(k) <= 2
            for item, k in mono.powers
        )
    )


def is_product_of_inputs(look: Look, mono: Mono) -> bool:
    """Tell whether a product is a*b of two inputs."""
    return len(mono.powers) == 2 and all(
        isinstance(item, Sym) and item.name in look.inputs and k == 1 for item, k in mono.powers
    )


def is_regular(mono: Mono) -> bool:
    """Tell whether nothing below the line can vanish."""
    return not any(k < 0 and may_vanish(item, below=True) for item, k in mono.powers)


def is_regular_series(item: Atom) -> bool:
    """Tell whether a factor is a series that is not 0 at its centre."""
    return isinstance(item, Fn) and item.name == "series" and item.condition[1] == 0


def over_square(look: Look, mono: Mono) -> bool:
    """Tell whether b²/a² is there, and √(a·b) of two inputs."""
    twos = [item for item, k in mono.powers if abs(k) == 2]
    below = any(k == -2 and isinstance(item, Sym) for item, k in mono.powers)
    return (below and len(twos) > 1) or any(
        k.denominator == 2
        and isinstance(item, Group)
        and item.poly.single is not None
        and is_product_of_inputs(look, item.poly.single[0])
        for item, k in mono.powers
    )


def needs_care(look: Look, poly: Poly) -> bool:
    """Tell whether a product is one that the writer puts a limit or an order into."""
    single = poly.single
    if single is None or not single[0].powers:
        return False
    mono = single[0]
    return len(mono.powers) > 1 and (
        removable(look, mono) is not None
        or unit_vector(mono) is not None
        or label_of_logarithm(look, mono) is not None
        or input_product(look, mono) is not None
        or _over_squares(mono)
        or _over_sum(look, mono)
        or sum(isinstance(i, Fn) and i.name == "pow" for i, _ in mono.powers) > 1
        or (
            mono.exponent is not None
            and any(isinstance(i, Fn) and i.name == "pow" for i, _ in mono.powers)
        )
    )


def _over_squares(mono: Mono) -> bool:
    """Tell whether x²/(1 + x²) or x/(x² + y²) is there, which overflow before they cancel."""
    for item, k in mono.powers:
        if not isinstance(item, Group) or k >= 0 or k.denominator != 1:
            continue
        squares = sum_of_squares(item.poly)
        if squares is None:
            continue
        own = {a for side in squares for term, _ in side.terms for a, _ in term.powers}
        if any(e > 0 and i in own for i, e in mono.powers):
            return True
        variable = sum(side.number is None for side in squares)
        if variable > 1 and any(e > 0 for _, e in mono.powers):
            return True
    return False


def over_power(mono: Mono) -> bool:
    """Tell whether x/s² is there: s² may overflow or vanish where the quotient does not."""
    return any(k <= -2 and isinstance(item, Sym) for item, k in mono.powers) and any(
        k > 0 for _, k in mono.powers
    )


def _over_sum(look: Look, mono: Mono) -> bool:
    """Tell whether a*b/(a + b) is there, whose product may overflow where the result does not."""
    above = [i for i, k in mono.powers if k == 1 and isinstance(i, Sym) and i.name in look.inputs]
    return len(above) > 1 and any(
        k == -1
        and isinstance(group, Group)
        and any(
            term.exponent is None and term.powers == ((i, Fraction(1)),)
            for i in above
            for term, _ in group.poly.terms
        )
        for group, k in mono.powers
    )
