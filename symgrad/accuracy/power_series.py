"""Power series with exact rational coefficients, and those of the elementary functions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symgrad.accuracy import normal as n


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


def log_series(x: Series) -> Series:
    """Return log(x) for x that starts with 1."""
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
    return log_series(up.plus(exp_series(x.scaled(Fraction(-1)))).scaled(n.HALF))


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
    "log": log_series,
    "log_cosh": _log_cosh,
    "abs": _size,
    "asin": _through_slope(_one_plus_square(-1, HALF_DOWN)),
    "erf": _through_slope(
        lambda x: exp_series(x.times(x).scaled(Fraction(-1))).scaled(Fraction(2))
    ),
    "atan": _through_slope(_one_plus_square(1, Fraction(-1))),
    "asinh": _through_slope(_one_plus_square(1, HALF_DOWN)),
    "atanh": _through_slope(_one_plus_square(-1, Fraction(-1))),
}
