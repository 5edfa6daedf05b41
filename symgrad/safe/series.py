"""Sums that cancel at one point, written there as a power series.

The coefficients are exact rationals, worked out term by term; (exp(x) - 1 - x)/x² becomes a
polynomial of enough terms where |x| < 1 and stays as it is elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from symgrad.safe import normal as n
from symgrad.safe.look import Look
from symgrad.safe.normal import Atom, Fn, Group, Mono, Poly, Sym, TooLarge

ORDERS = 44
PROBE = 9
DEPTH = 3
DEEPEST = 6
CENTRES = (Fraction(0), Fraction(1), Fraction(-1))
TINY = 2.0**-56
LARGEST_LOSS = 1000.0
WANTED_LOSS = 200.0
RADII = (1.0, 0.5, 0.25, 0.125, 0.0625)


class NoSeries(Exception):
    """The function has no power series with rational coefficients here."""


class Series:
    """A truncated Laurent series: the lowest order, and coefficients from there on."""

    __slots__ = ("coefficients", "order")

    def __init__(self, order: int, coefficients: list[Fraction]) -> None:
        skip = 0
        while skip < len(coefficients) and not coefficients[skip]:
            skip += 1
        self.order = order + skip
        self.coefficients = coefficients[skip:]

    @property
    def end(self) -> int:
        """The first order that is not known."""
        return self.order + len(self.coefficients)

    def at(self, order: int) -> Fraction:
        """Return the coefficient of one order."""
        place = order - self.order
        return self.coefficients[place] if 0 <= place < len(self.coefficients) else Fraction(0)

    def plus(self, other: Series) -> Series:
        """Return the sum."""
        if not self.coefficients or not other.coefficients:
            return self if self.coefficients else other
        low, end = min(self.order, other.order), min(self.end, other.end)
        return Series(low, [self.at(i) + other.at(i) for i in range(low, end)])

    def shifted(self, value: int) -> Series:
        """Return the series plus a number."""
        return self.plus(constant(value, max(self.end, 1)))

    def scaled(self, factor: Fraction) -> Series:
        """Return the series times a number."""
        return Series(self.order, [factor * c for c in self.coefficients])

    def times(self, other: Series) -> Series:
        """Return the product."""
        size = min(len(self.coefficients), len(other.coefficients))
        if not size:
            return Series(0, [])
        a, b = self.coefficients, other.coefficients
        product = [
            sum((a[j] * b[i - j] for j in range(i + 1) if a[j] and b[i - j]), Fraction(0))
            for i in range(size)
        ]
        return Series(self.order + other.order, product)

    def raised(self, k: Fraction) -> Series:
        """Return a power; a root only of a series that starts with 1 (J. C. P. Miller)."""
        if not self.coefficients:
            raise NoSeries
        lead = self.coefficients[0]
        order = self.order * k
        root = n.rational_root(lead, k)
        if order.denominator != 1 or root is None:
            raise NoSeries
        a = [c / lead for c in self.coefficients]
        result = [Fraction(1)]
        for i in range(1, len(a)):
            total = sum(
                ((k * j - (i - j)) * a[j] * result[i - j] for j in range(1, i + 1) if a[j]),
                Fraction(0),
            )
            result.append(total / i)
        return Series(int(order), [root * c for c in result])

    def derivative(self) -> Series:
        """Return the derivative."""
        return Series(
            self.order - 1, [c * (self.order + i) for i, c in enumerate(self.coefficients)]
        )

    def integral(self) -> Series:
        """Return the integral that vanishes at 0."""
        if self.order <= -1 <= self.end - 1 and self.at(-1):
            raise NoSeries
        return Series(
            self.order + 1,
            [c / (self.order + i + 1) if c else c for i, c in enumerate(self.coefficients)],
        )


def constant(value: Fraction | int, length: int) -> Series:
    """Return a number as a series of `length` coefficients."""
    if not value:
        return Series(0, [])
    return Series(0, [Fraction(value)] + [Fraction(0)] * (length - 1))


def _small(x: Series) -> Series:
    """Return x as a series from order 0; raises where x does not vanish at the centre."""
    if x.coefficients and x.order < 1:
        raise NoSeries
    return x


def exp_series(x: Series) -> Series:
    """Return exp(x) for x that vanishes."""
    _small(x)
    result = [Fraction(1)]
    for i in range(1, x.end):
        total = sum((j * x.at(j) * result[i - j] for j in range(1, i + 1) if x.at(j)), Fraction(0))
        result.append(total / i)
    return Series(0, result)


def _sin_cos(x: Series) -> tuple[Series, Series]:
    _small(x)
    sines, cosines = [Fraction(0)], [Fraction(1)]
    for i in range(1, x.end):
        weights = [(j, j * x.at(j)) for j in range(1, i + 1) if x.at(j)]
        sines.append(sum((w * cosines[i - j] for j, w in weights), Fraction(0)) / i)
        cosines.append(-sum((w * sines[i - j] for j, w in weights), Fraction(0)) / i)
    return Series(0, sines), Series(0, cosines)


def _log(x: Series) -> Series:
    if not x.coefficients or x.order != 0 or x.coefficients[0] != 1:
        raise NoSeries
    return x.derivative().times(x.raised(Fraction(-1))).integral()


def _through_slope(slope: Callable[[Series], Series]) -> Callable[[Series], Series]:
    def rule(x: Series) -> Series:
        return slope(_small(x)).times(x.derivative()).integral()

    return rule


def _one_plus_square(sign: int, k: Fraction) -> Callable[[Series], Series]:
    return lambda x: x.times(x).scaled(Fraction(sign)).shifted(1).raised(k)


def _log_cosh(x: Series) -> Series:
    up = exp_series(_small(x))
    return _log(up.plus(exp_series(x.scaled(Fraction(-1)))).scaled(n.HALF))


def _size(x: Series) -> Series:
    if x.order != 0 or not x.coefficients:
        raise NoSeries
    return x if x.coefficients[0] > 0 else x.scaled(Fraction(-1))


HALF_DOWN = Fraction(-1, 2)
SERIES: dict[str, Callable[[Series], Series]] = {
    "sin": lambda x: _sin_cos(x)[0],
    "cos": lambda x: _sin_cos(x)[1],
    "D": lambda x: exp_series(x).shifted(1),
    "E": lambda x: exp_series(x).shifted(-1),
    "log": _log,
    "log_cosh": _log_cosh,
    "abs": _size,
    "asin": _through_slope(_one_plus_square(-1, HALF_DOWN)),
    "atan": _through_slope(_one_plus_square(1, Fraction(-1))),
    "asinh": _through_slope(_one_plus_square(1, HALF_DOWN)),
    "atanh": _through_slope(_one_plus_square(-1, Fraction(-1))),
}
RADIUS_ONE = ("log", "asin", "atan", "asinh", "atanh")


class Expander:
    """Power series in t = name - centre, other names being left as factors."""

    def __init__(self, look: Look, name: str, centre: Fraction, length: int) -> None:
        self.look = look
        self.name = name
        self.length = length
        self._known_names: dict[str, bool] = {}
        self.variable = Series(0, [centre, Fraction(1)] + [Fraction(0)] * (length - 2))

    def depends(self, poly: Poly, depth: int = 0) -> bool:
        """Tell whether a sum depends on the name, three definitions deep."""
        return any(
            name == self.name or (depth < DEPTH and self._through(name, depth))
            for name in n.symbols(poly)
        )

    def _through(self, name: str, depth: int) -> bool:
        found = self._known_names.get(name)
        if found is None:
            inner = self.look.definition(name)
            self._known_names[name] = False
            found = self._known_names[name] = inner is not None and self.depends(inner, depth + 1)
        return found

    def split(self, mono: Mono) -> tuple[Mono, Mono]:
        """Split a product into what does not depend on the name and what does."""
        rest = tuple(p for p in mono.powers if not self.depends(n.atom(p[0])))
        exponent = mono.exponent
        outside: Poly | None = None
        if exponent is not None:
            kept = tuple(t for t in exponent.terms if not self.depends(n.of(*t)))
            outside = Poly(kept) if kept else None
        first = Mono(rest, outside)
        return first, n.join(mono, n.inverse(first))

    def series(self, poly: Poly) -> Series:
        """Return the series of a sum that depends on nothing else."""
        total = Series(0, [])
        for mono, value in poly.terms:
            rest, part = self.term(mono)
            if rest != n.UNIT:
                raise NoSeries
            total = total.plus(part.scaled(value))
        return total

    def term(self, mono: Mono) -> tuple[Mono, Series]:
        """Split a product into the factors that do not depend on the name, and a series."""
        rest: list[tuple[Atom, Fraction]] = []
        total = constant(1, self.length)
        for item, k in mono.powers:
            if self.depends(n.atom(item)):
                total = total.times(self._atom(item).raised(k))
            else:
                rest.append((item, k))
        exponent = None
        if mono.exponent is not None:
            inside = [t for t in mono.exponent.terms if self.depends(n.of(*t))]
            outside = [t for t in mono.exponent.terms if t not in inside]
            exponent = Poly(tuple(outside)) if outside else None
            if inside:
                total = total.times(exp_series(self.series(Poly(tuple(inside)))))
        return Mono(tuple(rest), exponent), total

    def _atom(self, item: Atom) -> Series:
        if isinstance(item, Sym):
            inner = self.look.definition(item.name)
            return self.variable if item.name == self.name or inner is None else self.series(inner)
        if isinstance(item, Group):
            return self.series(item.poly)
        if item.name == "hypot":
            squares = [self.series(side) for side in item.arguments]
            total = Series(0, [])
            for side in squares:
                total = total.plus(side.times(side))
            return total.raised(n.HALF)
        if item.name == "series":
            return self._known(item)
        rule = SERIES.get(item.name)
        if rule is None or len(item.arguments) != 1:
            raise NoSeries
        return rule(self.series(item.arguments[0]))

    def _known(self, item: Fn) -> Series:
        shape = item.condition
        if not isinstance(shape, Coefficients) or item.arguments[0] != n.atom(Sym(self.name)):
            raise NoSeries
        if shape[0] != self.variable.at(0):
            raise NoSeries
        return Series(shape[1], list(shape[3][: self.length]))


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
    return None


PLACE = "*"


def _is_function(item: Atom) -> bool:
    return isinstance(item, Group | Fn)


def _candidates(look: Look, poly: Poly) -> Iterable[tuple[str, Fraction]]:
    names: dict[str, None] = {}
    for mono, _ in poly.terms:
        names |= dict.fromkeys(sorted(n.symbols(n.of(mono))))
    logarithms = any(
        isinstance(item, Group) or item.name in ("log", "abs")
        for mono, _ in poly.terms
        for item, _ in mono.powers
        if not isinstance(item, Sym)
    )
    for name in names:
        for centre in CENTRES if logarithms else CENTRES[:1]:
            yield name, centre


def composite(poly: Poly) -> tuple[Poly, str] | None:
    """Return a product such as r/n that functions are taken of, and a name in it."""
    for mono, _ in poly.terms:
        for item, _ in mono.powers:
            inner = (
                item.poly
                if isinstance(item, Group)
                else (item.arguments[0] if isinstance(item, Fn) and item.arguments else None)
            )
            for term, _ in inner.terms if inner is not None else ():
                if isinstance(item, Fn) and item.name == "log":
                    continue
                names = [i.name for i, k in term.powers if isinstance(i, Sym) and k == 1]
                if names and len(term.powers) > 1 and term.exponent is None:
                    return n.of(term), names[0]
                if len(term.powers) == 1 and term.powers[0][1] == -1 and term.exponent is None:
                    only = term.powers[0][0]
                    if isinstance(only, Sym):
                        return n.of(term), only.name
        if mono.exponent is not None:
            for term, _ in mono.exponent.terms:
                names = [i.name for i, k in term.powers if isinstance(i, Sym) and k == 1]
                if names and len(term.powers) > 1 and term.exponent is None:
                    return n.of(term), names[0]
        for item, _ in mono.powers:
            if isinstance(item, Fn) and item.name == "log":
                for term, _ in item.arguments[0].terms:
                    names = [i.name for i, k in term.powers if isinstance(i, Sym) and k == 1]
                    if names and len(term.powers) > 1 and term.exponent is None:
                        return n.of(term), names[0]
    return None


def substituted(poly: Poly, unit: Poly, name: str) -> Poly | None:
    """Return the sum with `name` expressed through u = unit, or None when it is too large."""
    mono = unit.terms[0][0]
    if mono.power_of(Sym(name)) == -1:
        inverse = n.of(
            n.join(
                n.join(mono, Mono(((Sym(name), Fraction(1)),))), Mono(((Sym(PLACE), Fraction(-1)),))
            )
        )
        try:
            return _replaced(poly, name, inverse)
        except TooLarge:
            return None
    rest = Mono(tuple((item, k) for item, k in mono.powers if item != Sym(name)))
    value = n.of(n.join(Mono(((Sym(PLACE), Fraction(1)),)), n.inverse(rest)))
    try:
        return _replaced(poly, name, value)
    except TooLarge:
        return None


def _replaced(poly: Poly, name: str, value: Poly) -> Poly:
    terms = []
    for mono, coefficient in poly.terms:
        result = n.of(Mono((), None), coefficient)
        for item, k in mono.powers:
            result = n.multiply(result, n.power(_replaced_atom(item, name, value), k))
        if mono.exponent is not None:
            result = n.multiply(result, n.exp(_replaced(mono.exponent, name, value)))
        terms.append(result)
    return n.add(*terms) if terms else n.ZERO


def _replaced_atom(item: Atom, name: str, value: Poly) -> Poly:
    if isinstance(item, Sym):
        return value if item.name == name else n.atom(item)
    if isinstance(item, Group):
        return _replaced(item.poly, name, value)
    inner = tuple(_replaced(argument, name, value) for argument in item.arguments)
    return n.atom(Fn(item.name, inner, item.condition))


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
            direct, kept, outside = (_replaced(p, PLACE, unit) for p in (direct, kept, outside))
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
    variable = item.arguments[0].terms[0][0].powers[0][0]
    if len(item.arguments[0].terms[0][0].powers) != 1 or not isinstance(variable, Sym):
        return None
    try:
        rest, _ = Expander(look, variable.name, shape[0], PROBE).term(mono)
    except NoSeries:
        return None
    inside = n.join(mono, n.inverse(rest))
    if inside.exponent is None and all(k > 0 and isinstance(i, Sym) for i, k in inside.powers):
        return None
    direct = n.times(bare_sum(item.arguments[1]), inside)
    groups = _grouped(look, direct, variable.name, shape[0], ORDERS)
    found = _flattened(groups.get(n.UNIT, [])) if len(groups) == 1 else None
    if found is None:
        return None
    order, coefficients, radius = found
    lowered = Coefficients(shape[0], order, radius, coefficients)
    whole = Fn("series", (item.arguments[0], n.atom(Fn("sum", (direct,)))), lowered)
    return n.of(n.join(rest, Mono(((whole, Fraction(1)),))))


def _folded_power(item: Fn, shape: Coefficients, mono: Mono, unit: Mono) -> Poly | None:
    """Take powers of the variable below the line into the series, whose order goes down."""
    if shape[0] or not unit.powers:
        return None
    times = min(-mono.power_of(i) / e for i, e in unit.powers)
    if times <= 0 or times.denominator != 1:
        return None
    by = Mono(tuple((i, -e * times) for i, e in unit.powers))
    direct = n.atom(Fn("sum", (n.times(bare_sum(item.arguments[1]), by),)))
    lowered = Coefficients(shape[0], shape[1] - int(times), shape[2], shape[3])
    inner = Fn("series", (item.arguments[0], direct), lowered)
    return n.of(n.join(n.join(mono, n.inverse(by)), Mono(((inner, Fraction(1)),))))


def flattened_logarithm(look: Look, mono: Mono, value: Fraction) -> Callable[[Poly], Poly] | None:
    """Return what makes of log(sin(x)/x) a series near x = 0, where the quotient is 1."""
    names = [i.name for i, k in mono.powers if isinstance(i, Sym) and k < 0]
    if len(names) != 1 or len(mono.powers) < 2:
        return None
    try:
        rest, inner = Expander(look, names[0], Fraction(0), ORDERS).term(mono)
        total = _log(inner.scaled(value))
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


def bare_sum(poly: Poly) -> Poly:
    """Return the terms of a sum that is written as it is."""
    single = poly.single
    if single is not None and len(single[0].powers) == 1:
        item = single[0].powers[0][0]
        if isinstance(item, Fn) and item.name == "sum":
            return item.arguments[0]
    return poly


class Coefficients(tuple):  # type: ignore[type-arg]
    """Centre, lowest order, radius and coefficients of a series, as one value."""

    __slots__ = ()

    def __new__(  # noqa: D102, PYI034  (typing.Self is of Python 3.11)
        cls, centre: Fraction, order: int, radius: Fraction, coefficients: tuple[Fraction, ...]
    ) -> Coefficients:
        return super().__new__(cls, (centre, order, radius, coefficients))


def _flattened(members: list[Member]) -> tuple[int, tuple[Fraction, ...], Fraction] | None:
    """Return lowest order, coefficients and radius of what the members add up to."""
    if not members:
        return None
    total = _total(members)
    lowest = min((part.order for _, _, part in members if part.coefficients), default=0)
    if not total.coefficients or total.order - lowest > DEEPEST:
        return None
    best: tuple[float, int, float] | None = None
    for radius in RADII:
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
