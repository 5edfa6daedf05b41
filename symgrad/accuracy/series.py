"""Sums that cancel at one point, written there as a power series.

The coefficients are exact rationals, worked out term by term; (exp(x) - 1 - x)/x² becomes a
polynomial of enough terms where |x| < 1 and stays as it is elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.expander import (
    ORDERS,
    PLACE,
    PROBE,
    Coefficients,
    Expander,
    composite,
    in_place,
    in_ratio,
    ratios,
    substituted,
    with_value,
)
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import Atom, Fn, Group, Mono, Poly, Sym
from symgrad.accuracy.power_series import NoSeries, Series, constant, log_series
from symgrad.accuracy.shapes import symbols

DEEPEST = 6
CENTRES = (Fraction(0), Fraction(1), Fraction(-1))
TINY = 2.0**-56
LARGEST_LOSS = 1000.0
WANTED_LOSS = 200.0
RADII = (1.0, 0.5, 0.25, 0.125, 0.0625)
BETWEEN = (0.4375, 0.375)  # tried where none of them will do


def flattened_at(look: Look, poly: Poly) -> Poly | None:
    """Terms that cancel at one value of one name become a series there and a sum elsewhere."""
    if not any(_is_function(item) for mono, _ in poly.terms for item, _ in mono.powers) and all(
        mono.exponent is None for mono, _ in poly.terms
    ):
        return None
    for name, centre in _candidates(look, poly):
        found = _at(look, poly, name, centre)
        if found is not None:
            look.fire()
            return found
    unit = composite(poly)
    if unit is not None:
        replaced = substituted(poly, *unit)
        if replaced is not None:
            found = _at(look, replaced, PLACE, Fraction(0), unit[0])
            if found is not None:
                look.fire()
                return found
    return _flattened_ratio(look, poly)


def _flattened_ratio(look: Look, poly: Poly) -> Poly | None:
    """Return a sum that cancels where a = b, as a series in (a - b)/b, where log(a/b) is in it."""
    for unit in ratios(poly):
        replaced = in_ratio(look, poly, unit)
        groups = {} if replaced is None else _grouped(look, replaced, PLACE, Fraction(0), ORDERS)
        if replaced is None or len(groups) != 1:
            continue
        rest, members = next(iter(groups.items()))
        found = _flattened(members) if len(members) == len(replaced.terms) else None
        if found is None or not _cancels(members):
            continue
        look.fire()
        order, coefficients, radius = found
        direct = n.atom(Fn("sum", (n.divide(poly, rest),)))
        shape = Coefficients(Fraction(0), order, radius, coefficients)
        return n.times(n.atom(Fn("series", (unit, direct), shape)), rest)
    return None


def _is_function(item: Atom) -> bool:
    return isinstance(item, Group | Fn)


def _candidates(look: Look, poly: Poly) -> Iterable[tuple[str, Fraction]]:
    names: dict[str, None] = {}
    for mono, _ in poly.terms:
        names |= dict.fromkeys(sorted(symbols(n.of(mono))))
    logarithms = any(
        isinstance(item, Group) or item.name in ("log", "abs")
        for mono, _ in poly.terms
        for item, _ in mono.powers
        if not isinstance(item, Sym)
    )
    for name in names:
        for centre in CENTRES if logarithms else CENTRES[:1]:
            yield name, centre


def _at(
    look: Look, poly: Poly, name: str, centre: Fraction, unit: Poly | None = None
) -> Poly | None:
    """Return the sum with the terms that cancel at `centre` replaced, or None."""
    for rest, members in _grouped(look, poly, name, centre, PROBE).items():
        if not _cancels(members):
            continue
        full = _grouped(look, poly, name, centre, ORDERS).get(rest, [])
        found = _flattened(full)
        if found is None:
            continue
        order, coefficients, radius = found
        direct = n.add(*(n.of(mono, value) for mono, value, _ in members))
        kept = n.add(poly, n.negative(n.times(direct, rest)))
        outside = n.of(rest)
        variable = n.atom(Sym(name))
        if unit is not None:
            variable = unit
            direct, kept, outside = (with_value(p, PLACE, unit) for p in (direct, kept, outside))
        if unit is not None and order > 0 and unit.single is not None:
            # (a*x)² stands before the series, where x may meet what it is divided by.
            power = n.power(unit, Fraction(order))
            direct, outside = n.divide(direct, power.terms[0][0]), n.multiply(outside, power)
            order = 0
        shape = Coefficients(centre, order, radius, coefficients)
        item = Fn("series", (variable, n.atom(Fn("sum", (direct,)))), shape)
        return n.add(n.multiply(outside, n.atom(item)), kept)
    return None


Member = tuple[Mono, Fraction, Series]


def _grouped(
    look: Look, poly: Poly, name: str, centre: Fraction, length: int
) -> dict[Mono, list[Member]]:
    """Split a sum by what does not depend on the name; terms without a series stay out."""
    expander = Expander(look, name, centre, length)
    parts: dict[Mono, list[tuple[Mono, Fraction]]] = {}
    for mono, value in poly.terms:
        rest, inside = expander.split(mono)
        parts.setdefault(rest, []).append((inside, value))
    groups: dict[Mono, list[Member]] = {}
    for rest, inner in parts.items():
        if len(inner) < 2 or not any(_is_functional(mono) for mono, _ in inner):
            continue
        for mono, value in inner:
            try:
                part = expander.term(mono)[1]
            except NoSeries:
                continue
            groups.setdefault(rest, []).append((mono, value, part.scaled(value)))
    return groups


def _is_functional(mono: Mono) -> bool:
    return mono.exponent is not None or any(not isinstance(item, Sym) for item, _ in mono.powers)


def _total(members: list[Member]) -> Series:
    total = Series(0, [])
    for _, _, part in members:
        total = total.plus(part)
    return total


def _cancels(members: list[Member]) -> bool:
    """Tell whether the lowest orders of the terms cancel, functions taking part."""
    functions = any(
        mono.exponent is not None or any(not isinstance(item, Sym) for item, _ in mono.powers)
        for mono, _, _ in members
    )
    if len(members) < 2 or not functions:
        return False
    lowest = min((part.order for _, _, part in members if part.coefficients), default=0)
    total = _total(members)
    return not total.coefficients or total.order > lowest


def folded(look: Look, mono: Mono) -> Poly | None:
    """Return the product with the factors that depend on a series' variable taken into it."""
    for item, k in mono.powers:
        if not isinstance(item, Fn) or item.name != "series" or k != 1:
            continue
        shape = item.condition
        unit = item.arguments[0].single
        if not isinstance(shape, Coefficients) or unit is None or unit[1] != 1:
            continue
        rest = Mono(tuple(p for p in mono.powers if p[0] != item), mono.exponent)
        found = _folded_whole(look, item, shape, rest) or _folded_power(item, shape, rest, unit[0])
        if found is not None:
            return found
    return None


def _folded_whole(look: Look, item: Fn, shape: Coefficients, mono: Mono) -> Poly | None:
    """Take exponentials and divisors into the series, whose coefficients are worked out anew."""
    unit, bare = item.arguments[0], n.bare_sum(item.arguments[1])
    name, whole_mono, value = _variable(unit), mono, Fraction(1)
    if name is None:
        changed, direct = in_place(n.of(mono), unit), in_place(bare, unit)
        if changed is None or direct is None or changed.single is None:
            return None
        name, bare, (mono, value) = PLACE, direct, changed.single
    expander = Expander(look, name, shape[0], PROBE)
    mono, other = _with_series(expander, mono)
    if PLACE in symbols(n.of(other)):
        return None
    try:
        rest, _ = expander.term(mono)
    except NoSeries:
        return None
    inside = n.join(mono, n.inverse(rest))
    rest = n.join(rest, other)
    if inside.exponent is None and all(k > 0 and isinstance(i, Sym) for i, k in inside.powers):
        return None
    direct = n.times(bare, inside)
    groups = _grouped(look, direct, name, shape[0], ORDERS)
    found = _flattened(groups.get(n.UNIT, [])) if len(groups) == 1 else None
    if found is None:
        return None
    order, coefficients, radius = found
    lowered = Coefficients(shape[0], order, radius, coefficients)
    if name == PLACE:
        inside = n.join(whole_mono, n.inverse(rest))
        direct = n.scale(n.times(n.bare_sum(item.arguments[1]), inside), 1 / value)
        if order > 0:
            outside = Mono(tuple((i, e * order) for i, e in unit.terms[0][0].powers))
            direct = n.divide(direct, outside)
            lowered = Coefficients(shape[0], 0, radius, coefficients)
            rest = n.join(rest, outside)
    whole = Fn("series", (unit, n.atom(Fn("sum", (direct,)))), lowered)
    return n.of(n.join(rest, Mono(((whole, Fraction(1)),))), value)


def _with_series(expander: Expander, mono: Mono) -> tuple[Mono, Mono]:
    """Split a product into the factors that have a series in the variable and the others."""
    inside = tuple(p for p in mono.powers if expander.has_series(p[0]))
    outside = tuple(p for p in mono.powers if p not in inside)
    return Mono(inside, mono.exponent), Mono(outside)


def _variable(unit: Poly) -> str | None:
    """Return the name that a series is in, None for a product of names."""
    powers = unit.terms[0][0].powers
    item = powers[0][0]
    return item.name if len(powers) == 1 and isinstance(item, Sym) and powers[0][1] == 1 else None


def _folded_power(item: Fn, shape: Coefficients, mono: Mono, unit: Mono) -> Poly | None:
    """Take powers of the variable below the line into the series, whose order goes down."""
    if shape[0] or not unit.powers:
        return None
    times = min(-mono.power_of(i) / e for i, e in unit.powers)
    if times <= 0 or times.denominator != 1:
        return None
    by = Mono(tuple((i, -e * times) for i, e in unit.powers))
    direct = n.atom(Fn("sum", (n.times(n.bare_sum(item.arguments[1]), by),)))
    lowered = Coefficients(shape[0], shape[1] - int(times), shape[2], shape[3])
    inner = Fn("series", (item.arguments[0], direct), lowered)
    return n.of(n.join(n.join(mono, n.inverse(by)), Mono(((inner, Fraction(1)),))))


def flattened_logarithm(look: Look, mono: Mono, value: Fraction) -> Callable[[Poly], Poly] | None:
    """Return what makes of log(sin(x)/x) a series near x = 0, where the quotient is 1."""
    names = [i.name for i, _ in mono.powers if isinstance(i, Sym)]
    if len(names) != 1 or len(mono.powers) < 2 or all(k > 0 for _, k in mono.powers):
        return None
    try:
        rest, inner = Expander(look, names[0], Fraction(0), ORDERS).term(mono)
        total = log_series(inner.scaled(value))
    except NoSeries:
        return None
    if rest != n.UNIT or not total.coefficients:
        return None
    one = constant(1, ORDERS)
    found = _flattened(
        [(mono, value, one), (mono, value, total), (mono, value, one.scaled(Fraction(-1)))]
    )
    if found is None:
        return None
    order, coefficients, radius = found
    shape = Coefficients(Fraction(0), order, radius, coefficients)
    variable = n.atom(Sym(names[0]))
    return lambda direct: n.atom(Fn("series", (variable, n.atom(Fn("sum", (direct,)))), shape))


def _flattened(members: list[Member]) -> tuple[int, tuple[Fraction, ...], Fraction] | None:
    """Return lowest order, coefficients and radius of what the members add up to."""
    if not members:
        return None
    total = _total(members)
    lowest = min((part.order for _, _, part in members if part.coefficients), default=0)
    if not total.coefficients or total.order - lowest > DEEPEST:
        return None
    best: tuple[float, int, float] | None = None
    for radius in (*RADII, *BETWEEN):
        if best is not None and radius in BETWEEN:
            break
        loss = _loss(members, total, radius)
        needed = _needed(total, radius)
        if loss is None or needed is None or loss > LARGEST_LOSS:
            continue
        if best is None or loss <= WANTED_LOSS:
            best = (radius, needed, loss)
    if best is None:
        return None
    return total.order, tuple(total.coefficients[: best[1]]), Fraction(best[0])


def _loss(
    members: list[tuple[Mono, Fraction, Series]], total: Series, radius: float
) -> float | None:
    """Return how many times larger the terms are than their sum at the radius."""
    worst = 0.0
    for x in (radius, -radius):
        whole = abs(_value(total, x))
        parts = sum(abs(_value(part, x)) for _, _, part in members)
        if whole == 0:
            return None
        worst = max(worst, parts / whole)
    return worst


def _value(series: Series, x: float) -> float:
    total = 0.0
    for c in reversed(series.coefficients):
        total = total * x + float(c)
    return float(total * x**series.order)


def _needed(series: Series, radius: float) -> int | None:
    """Return how many coefficients reach double precision within the radius, or None."""
    sizes = [abs(float(c)) * radius**i for i, c in enumerate(series.coefficients)]
    usable = len(sizes)
    tail = max(sizes[-4:])
    if tail > TINY * sizes[0]:
        return None
    while usable > 1 and sizes[usable - 1] <= TINY * sizes[0] / 4:
        usable -= 1
    return usable
