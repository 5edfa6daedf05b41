"""Normal forms as power series in one name, or in one product of names."""

from __future__ import annotations

from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.look import Look
from symgrad.accuracy.normal import Atom, Fn, Group, Mono, Poly, Sym, TooManyMonomials
from symgrad.accuracy.power_series import SERIES, NoSeries, Series, constant, exp_series
from symgrad.accuracy.shapes import symbols

ORDERS = 44
PROBE = 9
DEPTH = 3
PLACE = "*"


class Coefficients(tuple):  # type: ignore[type-arg]
    """Centre, lowest order, radius and coefficients of a series, as one value."""

    __slots__ = ()

    def __new__(  # noqa: D102, PYI034  (typing.Self is of Python 3.11)
        cls, centre: Fraction, order: int, radius: Fraction, coefficients: tuple[Fraction, ...]
    ) -> Coefficients:
        return super().__new__(cls, (centre, order, radius, coefficients))


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
            for name in symbols(poly)
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
        for item, k in mono.powers:
            if self.depends(n.atom(item)):
                rest += _constants(item, k)
        first = n.join(n.UNIT, Mono(rest, outside))
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
                rest.extend(_constants(item, k))
            else:
                rest.append((item, k))
        exponent = None
        if mono.exponent is not None:
            inside = [t for t in mono.exponent.terms if self.depends(n.of(*t))]
            outside = [t for t in mono.exponent.terms if t not in inside]
            exponent = Poly(tuple(outside)) if outside else None
            if inside:
                total = total.times(exp_series(self.series(Poly(tuple(inside)))))
        return n.join(n.UNIT, Mono(tuple(rest), exponent)) if rest else Mono((), exponent), total

    def has_series(self, item: Atom) -> bool:
        """Tell whether a factor has a series, or does not depend on the name."""
        try:
            self.term(Mono(((item, Fraction(1)),)))
        except NoSeries:
            return False
        return True

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
        if rule is None or (len(item.arguments) != 1 and item.name != "log"):
            raise NoSeries
        return rule(self.series(item.arguments[0]))

    def _known(self, item: Fn) -> Series:
        """Return a series of the same variable with as many terms as are asked for."""
        shape = item.condition
        if not isinstance(shape, Coefficients) or item.arguments[0] != n.atom(Sym(self.name)):
            raise NoSeries
        if shape[0] != self.variable.at(0):
            raise NoSeries
        try:
            return self.series(n.bare_sum(item.arguments[1]))
        except NoSeries:
            return Series(shape[1], list(shape[3][: self.length]))


def _constants(item: Atom, k: Fraction) -> tuple[tuple[Atom, Fraction], ...]:
    """Return what makes the coefficients rational: erf(x) is 1/√π times such a series."""
    return ((Fn("pi", ()), -k / 2),) if isinstance(item, Fn) and item.name == "erf" else ()


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
        return _with_value_or_none(poly, name, inverse)
    rest = Mono(tuple((item, k) for item, k in mono.powers if item != Sym(name)))
    value = n.of(n.join(Mono(((Sym(PLACE), Fraction(1)),)), n.inverse(rest)))
    return _with_value_or_none(poly, name, value)


def ratios(poly: Poly) -> tuple[Poly, ...]:
    """Return (a - b)/b for each log(a/b) of two names in a sum, a - b for each exp(a - b)."""
    found: dict[str, Poly] = {}
    exponents = {m.exponent.text: m.exponent for m, _ in poly.terms if m.exponent is not None}
    if len(exponents) == 2:
        first, second = exponents.values()
        found |= _differences(n.add(first, n.negative(second)))
    stack = [poly]
    while stack:
        for mono, _ in stack.pop().terms:
            if mono.exponent is not None:
                found |= _differences(mono.exponent)
            for item, _ in mono.powers:
                if isinstance(item, Group):
                    stack.append(item.poly)
                elif isinstance(item, Fn) and item.name == "E":
                    found |= _differences(item.arguments[0])
                elif isinstance(item, Fn) and item.name == "log":
                    unit = _ratio(item.arguments[0])
                    if unit is not None:
                        found[unit.text] = unit
    return tuple(found.values())


def _differences(poly: Poly) -> dict[str, Poly]:
    """Return a - b for an exponent that is the difference of two names."""
    plain = len(poly.terms) == 2 and all(
        len(mono.powers) == 1
        and isinstance(mono.powers[0][0], Sym)
        and mono.powers[0][1] == 1
        and mono.exponent is None
        for mono, _ in poly.terms
    )
    if not plain or {value for _, value in poly.terms} != {1, -1}:
        return {}
    return {poly.text: poly}


def in_ratio(look: Look, poly: Poly, unit: Poly) -> Poly | None:
    """Return a sum in terms of u = (a - b)/b, names of sums looked through."""
    terms = []
    for mono, value in poly.terms:
        result = n.of(Mono((), mono.exponent), value)
        for item, k in mono.powers:
            inner = look.sums.get(item.name) if isinstance(item, Sym) else None
            result = n.multiply(result, n.power(n.atom(item) if inner is None else inner, k))
        terms.append(result)
    return in_place(n.add(*terms), unit)


def _ratio(poly: Poly) -> Poly | None:
    single = poly.single
    if single is None or single[1] != 1 or single[0].exponent is not None:
        return None
    names = {k: item for item, k in single[0].powers if isinstance(item, Sym)}
    if len(single[0].powers) != 2 or names.keys() != {Fraction(1), Fraction(-1)}:
        return None
    a, b = n.atom(names[Fraction(1)]), n.atom(names[Fraction(-1)])
    return n.multiply(n.add(a, n.negative(b)), n.power(b, Fraction(-1)))


def in_place(poly: Poly, unit: Poly) -> Poly | None:
    """Return a sum in terms of u = unit, called PLACE: a product of names, a - b or (a - b)/b."""
    single = unit.single
    if single is None:
        return _from_difference(poly, unit, n.atom(Sym(PLACE)))
    mono, value = single
    sums = [i for i, _ in mono.powers if isinstance(i, Group)]
    if not sums:
        first = next((i.name for i, k in mono.powers if isinstance(i, Sym) and k == 1), None)
        return None if first is None or value != 1 else substituted(poly, unit, first)
    below = [i for i, k in mono.powers if isinstance(i, Sym) and k == -1]
    if len(below) != 1 or len(mono.powers) != 2:
        return None
    change = n.multiply(n.atom(below[0]), n.atom(Sym(PLACE)))
    return _from_difference(poly, n.scale(sums[0].poly, value), change)


def _from_difference(poly: Poly, difference: Poly, change: Poly) -> Poly | None:
    """Return a sum with a = b + change, for a difference a - b of two names."""
    (first, _), (second, _) = sorted(difference.terms, key=lambda term: -term[1])
    item = first.powers[0][0]
    if not isinstance(item, Sym):
        return None
    near = n.of(*n.factored(n.add(n.of(second), change)))
    return _with_value_or_none(poly, item.name, near)


def _with_value_or_none(poly: Poly, name: str, value: Poly) -> Poly | None:
    try:
        return with_value(poly, name, value)
    except TooManyMonomials:
        return None


def with_value(poly: Poly, name: str, value: Poly) -> Poly:
    """Return a sum with a name replaced by what it is worth."""
    terms = []
    for mono, coefficient in poly.terms:
        result = n.of(Mono((), None), coefficient)
        for item, k in mono.powers:
            result = n.multiply(result, n.power(_replaced_atom(item, name, value), k))
        if mono.exponent is not None:
            result = n.multiply(result, n.exp(with_value(mono.exponent, name, value)))
        terms.append(result)
    return n.add(*terms) if terms else n.ZERO


def _replaced_atom(item: Atom, name: str, value: Poly) -> Poly:
    if isinstance(item, Sym):
        return value if item.name == name else n.atom(item)
    if isinstance(item, Group):
        return with_value(item.poly, name, value)
    inner = tuple(with_value(argument, name, value) for argument in item.arguments)
    return n.atom(Fn(item.name, inner, item.condition))
