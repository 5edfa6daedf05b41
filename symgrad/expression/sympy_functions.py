"""The functions that SymPy lacks, or whose derivative at a kink is our convention, for SymPy.

Each class says its derivative in `fdiff`, as SymPy's own functions do; none is ever evaluated, so
what SymPy makes of them can be written back. Formulas: Abramowitz and Stegun, Handbook of
Mathematical Functions, chapters 4 (elementary functions) and 26 (normal distribution). This module
imports SymPy: `symgrad.expression.symbolic` loads it when it is first needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy.core.function import ArgumentIndexError

Real = Any  # a SymPy expression: SymPy has no types


class Own(sp.Function):  # type: ignore[misc]
    """A function of ours: `slope` gives its derivative by one argument, counted from 0.

    `order` says in which order its arguments are written in a sum, `least` how many there must be;
    with fewer it is differentiated through its definition.
    """

    order: tuple[int, ...] = ()
    least = 1

    def fdiff(self, argindex: int = 1) -> Real:
        """Return the derivative by an argument, counted from 1 as SymPy does."""
        if not 1 <= argindex <= len(self.args):
            raise ArgumentIndexError(self, argindex)
        return self.slope(argindex - 1)

    def slope(self, place: int) -> Real:
        """Return the derivative by the argument at a place."""
        raise NotImplementedError


class Atan2(Own):
    """The angle of the point (x, y), from y and x; sums are written as x² + y²."""

    order = (1, 0)

    def slope(self, place: int) -> Real:
        """Return x/(x² + y²) by y and -y/(x² + y²) by x."""
        y, x = self.args
        return (-y if place else x) / (x**2 + y**2)


def own(name: str, about: str, slope: Callable[[Real, Real], Real]) -> type[Own]:
    """Return the class of a function whose derivative is made of its value and the argument."""

    def by_place(self: Own, place: int) -> Real:
        return slope(self, self.args[place])

    return type(name, (Own,), {"__module__": __name__, "__doc__": about, "slope": by_place})


def _flat(_: Real, __: Real) -> Real:
    return sp.S.Zero


Log2 = own("Log2", "The logarithm to base 2.", lambda _, x: 1 / (x * sp.log(2)))
Log10 = own("Log10", "The logarithm to base 10.", lambda _, x: 1 / (x * sp.log(10)))
Cbrt = own("Cbrt", "The real cube root.", lambda f, _: 1 / (3 * f**2))
Sign = own("Sign", "The sign; its derivative is taken as 0 everywhere.", _flat)
Abs = own("Abs", "The absolute value; its derivative at 0 is taken as 0.", lambda _, x: Sign(x))
Hypot = own("Hypot", "The square root of a sum of squares.", lambda f, x: x / f)
Log1p = own("Log1p", "The logarithm of 1 + x.", lambda _, x: 1 / (1 + x))
Expm1 = own("Expm1", "The exponential less 1.", lambda _, x: sp.exp(x))
Sigmoid = own("Sigmoid", "The logistic function.", lambda f, _: f * (1 - f))
Logit = own(
    "Logit",
    "The inverse of the logistic function, the logarithm of odds.",
    lambda _, x: 1 / (x * (1 - x)),
)
Softplus = own("Softplus", "The logarithm of 1 + exp x.", lambda _, x: Sigmoid(x))
Positive = own("Positive", "1 where x > 0, else 0.", _flat)
Relu = own(
    "Relu", "The larger of x and 0; its derivative at 0 is taken as 0.", lambda _, x: Positive(x)
)
NormalPdf = own(
    "NormalPdf", "The density φ of the standard normal distribution.", lambda f, x: -x * f
)
NormalCdf = own(
    "NormalCdf",
    "The distribution function Φ of the standard normal distribution.",
    lambda _, x: NormalPdf(x),
)
Gelu = own(
    "Gelu", "The Gaussian error linear unit, x Φ(x).", lambda _, x: NormalCdf(x) + x * NormalPdf(x)
)
Silu = own(
    "Silu", "The sigmoid linear unit, x σ(x).", lambda f, x: Sigmoid(x) + f * (1 - Sigmoid(x))
)
LogSumExp = own("LogSumExp", "The logarithm of a sum of exponentials.", lambda f, x: sp.exp(x - f))
StopGradient = own(
    "StopGradient", "Its argument, which nothing is to be differentiated through.", _flat
)


class FirstLargest(Own):
    """1 where the argument at the place that comes first is the first of the largest, else 0."""

    def slope(self, place: int) -> Real:  # noqa: ARG002
        """Return 0."""
        return sp.S.Zero


class FirstSmallest(FirstLargest):
    """1 where the argument at the place that comes first is the first of the smallest, else 0."""


class Largest(Own):
    """The largest of three or more; where several are, the first of them counts."""

    least = 3

    def slope(self, place: int) -> Real:
        """Return 1 where the argument is the first of the largest, else 0."""
        return FirstLargest(place, *self.args)


class Smallest(Own):
    """The smallest of three or more; where several are, the first of them counts."""

    least = 3

    def slope(self, place: int) -> Real:
        """Return 1 where the argument is the first of the smallest, else 0."""
        return FirstSmallest(place, *self.args)


class Unknown(Own):
    """A function of which nothing is known but that it can be differentiated."""

    base = ""
    times = 0

    def slope(self, place: int) -> Real:
        """Return the function one order higher."""
        return unknown(self.base, self.times + 1)(self.args[place])


def unknown(base: str, times: int) -> type[Unknown]:
    """Return the class of an unknown function, differentiated so many times."""
    return type(f"{base}_{times}", (Unknown,), {"base": base, "times": times})


OWN: dict[str, type[Own]] = {
    "log2": Log2,
    "log10": Log10,
    "cbrt": Cbrt,
    "abs": Abs,
    "sign": Sign,
    "atan2": Atan2,
    "hypot": Hypot,
    "log1p": Log1p,
    "expm1": Expm1,
    "sigmoid": Sigmoid,
    "logit": Logit,
    "softplus": Softplus,
    "relu": Relu,
    "gelu": Gelu,
    "silu": Silu,
    "logsumexp": LogSumExp,
    "normal_pdf": NormalPdf,
    "normal_cdf": NormalCdf,
    "stop_gradient": StopGradient,
    "max": Largest,
    "min": Smallest,
}
