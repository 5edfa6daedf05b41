"""Logarithms: of products, of what is one plus an exponential, of sums of exponentials."""

from __future__ import annotations

from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.expansion import distributed
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import HALF, Atom, Fn, Group, Mono, Poly, Sym
from symgrad.accuracy.series import flattened_logarithm
from symgrad.accuracy.shapes import is_exponential, is_exponential_sum, sum_of_squares, symbols


def logarithm(look: Look, poly: Poly) -> Poly:
    """Return the logarithm of a sum."""
    if poly.number == 1:
        return n.ZERO
    single = poly.single
    if single is None:
        return _of_sum(look, poly)
    mono, value = single
    near_one = flattened_logarithm(look, mono, value)
    if is_exponential(mono):
        look.fire()
        split = _of_exponentials(look, mono, value)
        return split if near_one is None else near_one(split)
    if near_one is not None:
        look.fire()
        return near_one(n.atom(Fn("log", (poly,))))
    tails = [i for i, _ in mono.powers if isinstance(i, Fn) and i.name in ("normal_cdf", "erfc")]
    if tails:
        look.fire()
        return _of_tails(look, mono, value)
    if value == 1 and len(mono.powers) == 1:
        item, k = mono.powers[0]
        if isinstance(item, Fn) and item.name == "below_zero" and k == 1:
            inverse = _inverse_hyperbolic(_direct(item))
            if inverse is not None:
                look.fire()
                return inverse
        if k != 1:
            look.fire()
            return n.scale(_of_atom(look, item, even=k.numerator % 2 == 0), k)
        return _of_atom(look, item, even=False)
    apart = _of_squares(look, mono, value)
    if apart is not None:
        return apart
    ratio = len({k > 0 for _, k in mono.powers}) == 2
    inputs = len(mono.powers) > 1 and all(
        isinstance(i, Sym) and i.name in look.inputs for i, _ in mono.powers
    )
    if mono.exponent is None and (ratio or inputs):
        look.fire()
    return n.atom(Fn("log", (poly,)))


def _direct(item: Fn) -> Poly:
    """Return the sum that a conjugate was made of."""
    inner = item.arguments[2].terms[0][0].powers[0][0]
    return inner.arguments[0] if isinstance(inner, Fn) and inner.name == "sum" else n.ZERO


def _of_tails(look: Look, mono: Mono, value: Fraction) -> Poly:
    """Return the logarithm of a product with Φ(x) or erfc(x) = 2Φ(-√2·x), which may underflow."""
    parts: list[Poly] = []
    rest: list[tuple[Atom, Fraction]] = []
    for item, k in mono.powers:
        if isinstance(item, Fn) and item.name in ("normal_cdf", "erfc"):
            x = item.arguments[0]
            if item.name == "erfc":
                x = n.negative(n.times(x, Mono(((Group(n.const(2)), HALF),))))
                value *= Fraction(2) ** int(k)
            parts.append(n.scale(n.atom(Fn("log", (n.atom(Fn("normal_cdf", (x,))),))), k))
        else:
            rest.append((item, k))
    if rest or value != 1 or mono.exponent is not None:
        parts.append(logarithm(look, n.of(Mono(tuple(rest), mono.exponent), value)))
    return n.add(*parts)


def _of_squares(look: Look, mono: Mono, value: Fraction) -> Poly | None:
    """Return log(c*(1 + x²)) as log(c) + log(1 + x²), for x² may overflow."""
    squares = [
        (item, k)
        for item, k in mono.powers
        if isinstance(item, Group) and sum_of_squares(item.poly) is not None
    ]
    if len(squares) != 1 or value < 0 or mono.exponent is not None:
        return None
    look.fire()
    rest = Mono(tuple(p for p in mono.powers if p not in squares))
    item, k = squares[0]
    return n.add(n.scale(_of_sum(look, item.poly), k), logarithm(look, n.of(rest, value)))


def _of_atom(look: Look, item: Atom, *, even: bool) -> Poly:
    inside = item.poly if isinstance(item, Group) else n.atom(item)
    if isinstance(item, Group) and len(inside.terms) > 1:
        return _of_sum(look, inside)
    if even and not n.is_positive(item, Fraction(1)):
        inside = n.atom(Fn("abs", (inside,)))
    return n.atom(Fn("log", (inside,)))


def _of_sum(look: Look, poly: Poly) -> Poly:
    inverse = _inverse_hyperbolic(poly)
    if inverse is not None:
        look.fire()
        return inverse
    squares = sum_of_squares(poly)
    if squares is not None and all(side.number is None for side in squares):
        look.fire()
        return n.scale(n.atom(Fn("log", (n.atom(Fn("hypot", squares)),))), 2)
    if is_exponential_sum(poly) or any(c in (1, -1) and m == n.UNIT for m, c in poly.terms):
        look.fire()
    return n.atom(Fn("log", (poly,)))


def _inverse_hyperbolic(poly: Poly) -> Poly | None:
    """log(x + √(x² + 1)) is asinh(x), log(x + √(x² - 1)) is acosh(x)."""
    if len(poly.terms) != 2:
        return None
    for (first, a), (second, b) in (poly.terms, poly.terms[::-1]):
        if len(second.powers) != 1 or b != 1 or second.exponent is not None:
            continue
        item, k = second.powers[0]
        x = n.of(first, a)
        if isinstance(item, Fn) and item.name == "hypot" and k == 1:
            if {side.text for side in item.arguments} == {x.text, n.ONE.text}:
                return n.atom(Fn("asinh", (x,)))
            if {side.text for side in item.arguments} == {n.negative(x).text, n.ONE.text}:
                return n.scale(n.atom(Fn("asinh", (n.negative(x),))), -1)
        if isinstance(item, Group) and k == HALF:
            less = n.add(n.power(x, Fraction(2)), n.const(-1))
            if less == _multiplied_out(item.poly):
                return n.atom(Fn("acosh", (x,)))
    return None


def _multiplied_out(poly: Poly) -> Poly:
    """Return (x - 1)*(x + 1) as x² - 1."""
    single = poly.single
    sums = (
        [i.poly for i, k in single[0].powers if isinstance(i, Group) and k == 1] if single else []
    )
    if single is None or len(sums) != 2 or len(single[0].powers) != 2:
        return poly
    return n.scale(distributed(*sums), single[1])


def _is_pure(poly: Poly) -> bool:
    """Tell whether a sum has logarithms of inputs only, which may cancel but for one pair."""
    return all(
        len(mono.powers) == 1
        and isinstance(mono.powers[0][0], Fn)
        and mono.powers[0][0].name == "log"
        for mono, _ in poly.terms
    )


def _of_exponentials(look: Look, mono: Mono, value: Fraction) -> Poly:
    """Return the logarithm of a product that holds exponentials, factor by factor."""
    mono = _over_own_term(mono)
    exponent = n.ZERO if mono.exponent is None else mono.exponent
    parts: list[Poly] = []
    plain: list[tuple[Atom, Fraction]] = []
    differences = [i for i, k in mono.powers if isinstance(i, Fn) and i.name == "E"]
    signs = sum(
        not n.is_positive(i, k) for i, k in mono.powers if not is_exponential(Mono(((i, k),)))
    )
    even = any(mono.power_of(item) % 2 == 0 for item in differences)
    either = even or (bool(differences) and len(differences) + signs > 1)
    mixed = [
        i
        for i, _ in mono.powers
        if isinstance(i, Group) and is_exponential_sum(i.poly) and not n.is_positive_poly(i.poly)
    ]
    if mixed and len(mixed) + len(differences) + signs > 1:
        return n.atom(Fn("log", (n.of(mono, value),)))
    if mixed and value < 0:
        flipped = tuple(
            (Group(n.negative(i.poly)) if isinstance(i, Group) and i in mixed else i, k)
            for i, k in mono.powers
        )
        mono, value = Mono(flipped, mono.exponent), -value
    for item, k in mono.powers:
        if either and item in differences and isinstance(item, Fn):
            parts.append(_of_size(item, k))
        elif isinstance(item, Fn) and item.name == "D":
            part, exponent, value = _of_one_plus(item, k, exponent, value)
            parts.append(part)
        elif isinstance(item, Fn) and item.name == "E":
            part, exponent, value = _of_minus_one(item, k, exponent, value)
            parts.append(part)
        elif isinstance(item, Group) and is_exponential_sum(item.poly):
            part, exponent = _of_group(item, k, exponent)
            parts.append(part)
        else:
            plain.append((item, k))
    if either and plain:
        size = n.atom(Fn("abs", (n.of(Mono(tuple(plain)), abs(value)),)))
        parts.append(n.atom(Fn("log", (size,))))
    elif plain or value != 1:
        parts.append(logarithm(look, n.of(Mono(tuple(plain)), abs(value) if either else value)))
    return n.add(exponent, *parts)


def _over_own_term(mono: Mono) -> Mono:
    """Return k/(k + exp(x)) as 1/(1 + exp(x)/k), of which the logarithm is one of a sum."""
    for item, k in mono.powers:
        if not isinstance(item, Group) or not is_exponential_sum(item.poly):
            continue
        rest = Mono(tuple(p for p in mono.powers if p[0] != item), mono.exponent)
        for term, _ in item.poly.terms:
            left = n.join(rest, n.power(n.of(term), k).terms[0][0])
            if term.powers and len(left.powers) < len(rest.powers):
                inside = Group(n.divide(item.poly, term))
                return n.join(left, Mono(((inside, k),)))
    return mono


def _of_one_plus(
    item: Fn, k: Fraction, exponent: Poly, value: Fraction
) -> tuple[Poly, Poly, Fraction]:
    z = item.arguments[0]
    half = n.scale(z, HALF)
    if k.denominator == 1 and n.add(exponent, n.scale(half, k)) == n.ZERO:
        part = n.scale(n.atom(Fn("log_cosh", (half,))), k)
        return part, n.ZERO, value * Fraction(2) ** int(k)
    turned = n.add(exponent, n.scale(z, k))
    if len(turned.terms) < len(exponent.terms):
        return n.scale(n.atom(Fn("softplus", (n.negative(z),))), k), turned, value
    return n.scale(n.atom(Fn("softplus", (z,))), k), exponent, value


def _of_minus_one(
    item: Fn, k: Fraction, exponent: Poly, value: Fraction
) -> tuple[Poly, Poly, Fraction]:
    """log|exp(z) - 1|: z + log(1 - exp(-z)) above 0, log(1 - exp(z)) below."""
    z = item.arguments[0]
    if value < 0 and k.numerator % 2:
        return n.scale(n.atom(Fn("log1mexp", (n.negative(z),))), k), exponent, -value
    turned = n.add(exponent, n.scale(z, k))
    return n.scale(n.atom(Fn("log1mexp", (z,))), k), turned, value


def _of_size(item: Fn, k: Fraction) -> Poly:
    """k*log|exp(z) - 1| for z of either sign: max(0, z) + log(1 - exp(-|z|))."""
    z = item.arguments[0]
    inside = n.atom(Fn("log1mexp", (n.atom(Fn("abs", (z,))),)))
    return n.scale(n.add(n.atom(Fn("max", (n.ZERO, z))), inside), k)


def _of_group(item: Group, k: Fraction, exponent: Poly) -> tuple[Poly, Poly]:
    """Return k*log(sum), an exponential taken into the sum where that leaves none outside."""
    for mono, value in item.poly.terms:
        inner = n.ZERO if mono.exponent is None else mono.exponent
        if value > 0 and n.add(exponent, n.scale(inner, k)) == n.ZERO and exponent.terms:
            shifted = n.times(item.poly, Mono((), n.negative(inner)))
            return n.scale(n.atom(Fn("log", (shifted,))), k), n.ZERO
    return n.scale(n.atom(Fn("log", (item.poly,))), k), exponent


def lse_minus_term(look: Look, poly: Poly) -> Poly | None:
    """log(e^a + e^b) - a is log(1 + e^(b - a)): what remains of it for large a stays exact."""
    for mono, value in poly.terms:
        inner = _exponential_argument(mono)
        if inner is None:
            continue
        rest = n.add(poly, n.of(mono, -value))
        for term, _ in inner.terms:
            if term.exponent is None:
                continue
            taken = n.add(rest, n.scale(term.exponent, value))
            if len(taken.terms) <= len(rest.terms) - len(term.exponent.terms):
                look.fire()
                shifted = n.times(inner, Mono((), n.negative(term.exponent)))
                return n.add(taken, n.scale(logarithm(look, look.sum(shifted)), value))
    return None


def _exponential_argument(mono: Mono) -> Poly | None:
    if len(mono.powers) != 1 or mono.exponent is not None or mono.powers[0][1] != 1:
        return None
    item = mono.powers[0][0]
    if not isinstance(item, Fn):
        return None
    if item.name == "softplus":
        return n.add(n.ONE, n.exp(item.arguments[0]))
    if item.name == "log" and is_exponential_sum(item.arguments[0]):
        return item.arguments[0]
    return None


def difference_of_logs(look: Look, poly: Poly) -> Poly | None:
    """c*log(a) - c*log(b) is c*log(a/b), which is written so that a near b keeps its digits."""
    if len(poly.terms) > 2 and not _is_pure(poly):
        return None
    logs = [
        (mono, value, mono.powers[0][0].arguments[0])
        for mono, value in poly.terms
        if mono.exponent is None
        and len(mono.powers) == 1
        and mono.powers[0][1] == 1
        and isinstance(mono.powers[0][0], Fn)
        and mono.powers[0][0].name == "log"
    ]
    for i, (first, a, above) in enumerate(logs):
        for second, b, below in logs[i + 1 :]:
            usable = not is_exponential_sum(above) and not is_exponential_sum(below)
            if a == -b and usable and above.number is None and below.number is None:
                look.fire()
                rest = n.add(poly, n.of(first, -a), n.of(second, -b))
                ratio = n.multiply(above, n.power(below, Fraction(-1)))
                names = symbols(n.add(above, below))
                inputs = names <= look.inputs and {above, below} == {n.atom(Sym(x)) for x in names}
                apart = (ratio, n.ONE) if inputs else (ratio,)  # two arguments: written apart
                return n.add(rest, n.scale(n.atom(Fn("log", apart)), a))
    return None
