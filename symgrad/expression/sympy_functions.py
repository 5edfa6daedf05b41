"""The functions that SymPy lacks, or whose derivative at a kink is our convention, for SymPy.

Each class says its derivative in `fdiff`, as SymPy's own functions do; none is ever evaluated, so
what SymPy makes of them can be written back. Formulas: Abramowitz and Stegun, Handbook of
Mathematical Functions, chapters 4 (elementary functions) and 26 (normal distribution). This module
imports SymPy: `symgrad.expression.symbolic` loads it when it is first needed.
"""

from __future__ import annotations

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


class Log2(Own):
    """The logarithm to base 2."""

    def slope(self, place: int) -> Real:
        """Return 1/(x log 2)."""
        return 1 / (self.args[place] * sp.log(2))


class Log10(Own):
    """The logarithm to base 10."""

    def slope(self, place: int) -> Real:
        """Return 1/(x log 10)."""
        return 1 / (self.args[place] * sp.log(10))


class Cbrt(Own):
    """The real cube root."""

    def slope(self, place: int) -> Real:  # noqa: ARG002
        """Return 1/(3f²)."""
        return 1 / (3 * self**2)


class Abs(Own):
    """The absolute value; its derivative at 0 is taken as 0."""

    def slope(self, place: int) -> Real:
        """Return sign x."""
        return Sign(self.args[place])


class Sign(Own):
    """The sign; its derivative is taken as 0 everywhere."""

    def slope(self, place: int) -> Real:  # noqa: ARG002
        """Return 0."""
        return sp.S.Zero


class Atan2(Own):
    """The angle of the point (x, y), from y and x; sums are written as x² + y²."""

    order = (1, 0)

    def slope(self, place: int) -> Real:
        """Return x/(x² + y²) by y and -y/(x² + y²) by x."""
        y, x = self.args
        return (-y if place else x) / (x**2 + y**2)


class Hypot(Own):
    """The square root of a sum of squares."""

    def slope(self, place: int) -> Real:
        """Return x/f."""
        return self.args[place] / self


class Log1p(Own):
    """The logarithm of 1 + x."""

    def slope(self, place: int) -> Real:
        """Return 1/(1 + x)."""
        return 1 / (1 + self.args[place])


class Expm1(Own):
    """The exponential less 1."""

    def slope(self, place: int) -> Real:
        """Return exp x."""
        return sp.exp(self.args[place])


class Sigmoid(Own):
    """The logistic function."""

    def slope(self, place: int) -> Real:  # noqa: ARG002
        """Return f(1 - f)."""
        return self * (1 - self)


class Logit(Own):
    """The inverse of the logistic function, the logarithm of odds."""

    def slope(self, place: int) -> Real:
        """Return 1/(x(1 - x))."""
        x = self.args[place]
        return 1 / (x * (1 - x))


class Softplus(Own):
    """The logarithm of 1 + exp x."""

    def slope(self, place: int) -> Real:
        """Return the logistic function."""
        return Sigmoid(self.args[place])


class Relu(Own):
    """The larger of x and 0; its derivative at 0 is taken as 0."""

    def slope(self, place: int) -> Real:
        """Return 1 where x > 0, else 0."""
        return Positive(self.args[place])


class Positive(Own):
    """1 where x > 0, else 0."""

    def slope(self, place: int) -> Real:  # noqa: ARG002
        """Return 0."""
        return sp.S.Zero


class Gelu(Own):
    """The Gaussian error linear unit, x Φ(x)."""

    def slope(self, place: int) -> Real:
        """Return Φ(x) + x φ(x)."""
        x = self.args[place]
        return NormalCdf(x) + x * NormalPdf(x)


class Silu(Own):
    """The sigmoid linear unit, x σ(x)."""

    def slope(self, place: int) -> Real:
        """Return σ(x) + f(1 - σ(x))."""
        x = self.args[place]
        return Sigmoid(x) + self * (1 - Sigmoid(x))


class LogSumExp(Own):
    """The logarithm of a sum of exponentials."""

    def slope(self, place: int) -> Real:
        """Return exp(x - f)."""
        return sp.exp(self.args[place] - self)


class NormalPdf(Own):
    """The density φ of the standard normal distribution."""

    def slope(self, place: int) -> Real:
        """Return -x φ(x)."""
        return -self.args[place] * self


class NormalCdf(Own):
    """The distribution function Φ of the standard normal distribution."""

    def slope(self, place: int) -> Real:
        """Return φ(x)."""
        return NormalPdf(self.args[place])


class StopGradient(Own):
    """Its argument, which nothing is to be differentiated through."""

    def slope(self, place: int) -> Real:  # noqa: ARG002
        """Return 0."""
        return sp.S.Zero


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


class FirstLargest(Own):
    """1 where the argument at the place that comes first is the first of the largest, else 0."""

    def slope(self, place: int) -> Real:  # noqa: ARG002
        """Return 0."""
        return sp.S.Zero


class FirstSmallest(FirstLargest):
    """1 where the argument at the place that comes first is the first of the smallest, else 0."""


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
