"""FLINT's numbers, as far as this package uses them, over Fraction and mpmath's intervals.

Names and meaning are python-flint's (`fmpq`, `fmpz`, `arb`, `acb`, `ctx`), so that what evaluates
need not know which it has. A ball is kept as its two ends, rounded outwards; where no bound of a
function is known it is the whole line, which no comparison decides. (R. E. Moore, "Methods and
Applications of Interval Analysis", SIAM 1979.)
"""

# ruff: noqa: SLF001 - a ball looks into other balls
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, TypeAlias

from mpmath import mp, mpf
from mpmath.libmp import (
    finf,
    fninf,
    from_rational,
    from_str,
    libmpi,
    mpf_add,
    mpf_shift,
    mpf_sub,
    to_str,
)  # fmt: skip

Text: TypeAlias = str  # the word is a method's below
Ends: TypeAlias = tuple[Any, Any]  # two raw numbers of mpmath's

_SLACK = 6  # bits by which a function of mpmath's is taken to be off at an end
_GUARD = 20  # bits beyond the precision that is set
_LONGEST = 40_000  # bits of an exponent, as far as whole numbers are looked at
_RISING = 2  # from here on Γ rises
_LINE = (fninf, finf)


class _Context:
    """The precision in bits that balls are computed at."""

    prec = 53

    @contextmanager
    def workprec(self, bits: int) -> Iterator[None]:
        """Set the precision for the statements of a `with`."""
        before, self.prec = self.prec, bits
        try:
            yield
        finally:
            self.prec = before


ctx = _Context()


class fmpz(int):  # noqa: N801 - FLINT's name
    """A whole number."""

    def factor(self) -> list[tuple[int, int]]:
        """Return the prime factors with their multiplicities, small ones first."""
        from sympy import factorint  # noqa: PLC0415 - slow to import

        return sorted(factorint(int(self)).items())


class fmpq(Fraction):  # noqa: N801 - FLINT's name
    """A rational number."""

    __slots__ = ()

    @property
    def p(self) -> int:
        """The numerator."""
        return self.numerator

    @property
    def q(self) -> int:
        """The denominator."""
        return self.denominator

    def height_bits(self) -> int:
        """Return the bits of the larger one of numerator and denominator."""
        return max(self.numerator.bit_length(), self.denominator.bit_length())


def _rational(name: str) -> Callable[..., Any]:
    """Return an operation of fractions that gives an `fmpq`."""
    exact = getattr(Fraction, name)

    def operation(*operands: object) -> Any:  # noqa: ANN401 - an fmpq or NotImplemented
        if any(not isinstance(operand, (int, Fraction)) for operand in operands):
            return NotImplemented
        found = exact(*operands)
        return fmpq(found) if isinstance(found, (int, Fraction)) else found

    return operation


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow", "neg"):
    setattr(fmpq, f"__{_name}__", _rational(f"__{_name}__"))
fmpq.__abs__ = _rational("__abs__")  # type: ignore[method-assign]


def _through(
    function: Callable[..., Ends], inside: Callable[[arb], bool] = lambda _: True
) -> Callable[[arb], arb]:
    """Return a function that mpmath has for intervals, as a method."""
    return lambda x: arb._made(function(x._ends, _bits())) if inside(x) else _line()


def _rises(
    function: Callable[[Any], Any], inside: Callable[[arb], bool] = lambda _: True
) -> Callable[[arb], arb]:
    """Return a function that rises and that mpmath has for numbers, as a method."""
    return lambda x: x._rising(function) if inside(x) else _line()


class arb:  # noqa: N801 - FLINT's name
    """A real number that is known to lie between two ends."""

    __slots__ = ("_ends",)

    def __init__(self, middle: object = 0, radius: object = 0) -> None:
        self._ends = _ends_of(middle)
        if radius != 0:
            half = arb(radius)
            self._ends = ((self - half)._ends[0], (self + half)._ends[1])

    @classmethod
    def _made(cls, ends: Ends) -> arb:
        ball = object.__new__(cls)
        ball._ends = ends if _in_order(ends) else _LINE
        return ball

    @staticmethod
    def pi() -> arb:
        """Return the ball of π."""
        return arb._made(libmpi.mpi_pi(_bits()))

    @staticmethod
    def const_e() -> arb:
        """Return the ball of e."""
        return arb(1).exp()

    @staticmethod
    def atan2(y: arb, x: arb) -> arb:
        """Return the angle of (x, y)."""
        return arb._made(libmpi.mpi_atan2(y._ends, x._ends, _bits()))

    # comparisons: true only where it is certain
    def __lt__(self, other: object) -> bool:
        return bool(libmpi.mpi_lt(self._ends, _ends_of(other)))

    def __le__(self, other: object) -> bool:
        return bool(libmpi.mpi_le(self._ends, _ends_of(other)))

    def __gt__(self, other: object) -> bool:
        return bool(libmpi.mpi_gt(self._ends, _ends_of(other)))

    def __ge__(self, other: object) -> bool:
        return bool(libmpi.mpi_ge(self._ends, _ends_of(other)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (arb, int, Fraction)):
            return NotImplemented
        ends = _ends_of(other)
        return self.is_exact() and self._ends == ends

    def __ne__(self, other: object) -> bool:
        return not self.overlaps(arb(other))

    __hash__ = None  # type: ignore[assignment]  # as FLINT's

    def __add__(self, other: object) -> arb:
        return self._with(other, libmpi.mpi_add)

    def __sub__(self, other: object) -> arb:
        return self._with(other, libmpi.mpi_sub)

    def __mul__(self, other: object) -> arb:
        return self._with(other, libmpi.mpi_mul)

    def __truediv__(self, other: object) -> arb:
        return self._with(other, libmpi.mpi_div)

    def __radd__(self, other: object) -> arb:
        return self + other

    def __rsub__(self, other: object) -> arb:
        return -self + other

    def __rmul__(self, other: object) -> arb:
        return self * other

    def __rtruediv__(self, other: object) -> arb:
        return arb(other) / self

    def __neg__(self) -> arb:
        return arb._made(libmpi.mpi_neg(self._ends))

    def __abs__(self) -> arb:
        return arb._made(libmpi.mpi_abs(self._ends, _bits()))

    def __pow__(self, power: object) -> arb:
        if isinstance(power, int):
            return arb._made(libmpi.mpi_pow_int(self._ends, power, _bits()))
        return (self.log() * power).exp()

    def _with(self, other: object, operation: Callable[..., Ends]) -> arb:
        if not isinstance(other, (arb, int, Fraction)):
            return NotImplemented  # type: ignore[no-any-return]
        return arb._made(operation(self._ends, _ends_of(other), _bits()))

    def _rising(self, function: Callable[[Any], Any]) -> arb:
        """Return the ball of a rising function, a few units wider than its values at the ends."""
        with mp.workprec(_bits() + _SLACK):
            low, high = (function(mp.make_mpf(end)) for end in self._ends)
            slack = mpf(2) ** (_SLACK - _bits())
            return arb._made(((low - abs(low) * slack)._mpf_, (high + abs(high) * slack)._mpf_))

    # functions; where the argument may be outside of the domain they are the whole line
    exp = _through(libmpi.mpi_exp)
    log = _through(libmpi.mpi_log, lambda x: x > 0)
    sqrt = _through(libmpi.mpi_sqrt, lambda x: x >= 0)
    sin = _through(libmpi.mpi_sin)
    cos = _through(libmpi.mpi_cos)
    tan = _through(libmpi.mpi_tan)
    log1p = _rises(mp.log1p, lambda x: x > -1)
    expm1 = _rises(mp.expm1)
    atan = _rises(mp.atan)
    asin = _rises(mp.asin, lambda x: x >= -1 and x <= 1)
    sinh = _rises(mp.sinh)
    tanh = _rises(mp.tanh)
    asinh = _rises(mp.asinh)
    acosh = _rises(mp.acosh, lambda x: x >= 1)
    atanh = _rises(mp.atanh, lambda x: x > -1 and x < 1)
    erf = _rises(mp.erf)

    def root(self, order: int) -> arb:
        """Return the root of an order of x >= 0."""
        return self._rising(lambda x: mp.root(x, order)) if self >= 0 else _line()

    def acos(self) -> arb:
        """Return the inverse of the cosine, which falls."""
        return -(-self)._rising(lambda x: -mp.acos(-x)) if self >= -1 and self <= 1 else _line()

    def cosh(self) -> arb:
        """Return the hyperbolic cosine, which rises with the size of its argument."""
        return abs(self)._rising(mp.cosh)

    def erfc(self) -> arb:
        """Return 1 − erf x, which falls."""
        return -self._rising(lambda x: -mp.erfc(x))

    def gamma(self) -> arb:
        """Return Γ(x), by recurrence where it does not rise and by reflection below 0."""
        if self >= _RISING:
            return self._rising(mp.gamma)
        if self > 0:
            return (self + _RISING).gamma() / (self * (self + 1))
        if self.contains_integer() or not self < 0:
            return _line()
        return arb.pi() / ((self * arb.pi()).sin() * (1 - self).gamma())

    def lgamma(self) -> arb:
        """Return log Γ(x) of x > 0."""
        if self >= _RISING:
            return self._rising(mp.loggamma)
        if not self > 0:
            return _line()
        return (self + _RISING).lgamma() - (self * (self + 1)).log()

    def digamma(self) -> arb:
        """Return the derivative of log Γ, which rises between its poles."""
        return _line() if self.contains_integer() and not self > 0 else self._rising(mp.digamma)

    def max(self, other: arb) -> arb:
        """Return the larger of two."""
        return arb._made(tuple(max(map(mp.make_mpf, pair))._mpf_ for pair in _pairs(self, other)))

    def min(self, other: arb) -> arb:
        """Return the smaller of two."""
        return -((-self).max(-other))

    def union(self, other: arb) -> arb:
        """Return a ball that contains both."""
        (low, also_low), (high, also_high) = _pairs(self, other)
        ends = min(map(mp.make_mpf, (low, also_low))), max(map(mp.make_mpf, (high, also_high)))
        return arb._made((ends[0]._mpf_, ends[1]._mpf_))

    # what a ball is
    def is_zero(self) -> bool:
        """Tell whether it is exactly 0."""
        return self == 0

    def is_exact(self) -> bool:
        """Tell whether both ends are one."""
        return bool(self._ends[0] == self._ends[1])

    def is_finite(self) -> bool:
        """Tell whether both ends are finite."""
        return finf not in self._ends and fninf not in self._ends

    def is_integer(self) -> bool:
        """Tell whether it is exactly a whole number."""
        return self.is_exact() and self.is_finite() and mp.isint(mp.make_mpf(self._ends[0]))

    def unique_fmpz(self) -> fmpz | None:
        """Return the only whole number in it, or None."""
        if not self.is_finite():
            return None
        low, high = (mp.make_mpf(end) for end in self._ends)
        with mp.workprec(_LONGEST):
            first, last = int(mp.ceil(low)), int(mp.floor(high))
        return fmpz(first) if first == last else None

    def contains_integer(self) -> bool:
        """Tell whether a whole number lies in it."""
        low, high = (mp.make_mpf(end) for end in self._ends)
        with mp.workprec(_LONGEST):
            return not self.is_finite() or bool(mp.ceil(low) <= high)

    def contains(self, other: object) -> bool:
        """Tell whether all of another lies in it."""
        (low, inner_low), (high, inner_high) = _pairs(self, arb(other))
        inside = mp.make_mpf(low) <= mp.make_mpf(inner_low)
        return bool(inside and mp.make_mpf(inner_high) <= mp.make_mpf(high))

    def overlaps(self, other: arb) -> bool:
        """Tell whether the two have a number in common."""
        return bool(libmpi.mpi_overlap(self._ends, other._ends))

    def mid(self) -> arb:
        """Return the middle as an exact ball."""
        middle = mpf_shift(mpf_add(*self._ends), -1)
        return arb._made((middle, middle))

    def rad(self) -> arb:
        """Return the distance of the ends from the middle, as an exact ball."""
        half = mpf_shift(mpf_sub(self._ends[1], self._ends[0]), -1)
        return arb._made((half, half))

    def man_exp(self) -> tuple[int, int]:
        """Return the mantissa and the exponent of two of the exact middle."""
        sign, mantissa, exponent, _ = self.mid()._ends[0]
        return (-int(mantissa) if sign else int(mantissa)), int(exponent)

    def rel_accuracy_bits(self) -> int:
        """Return the bits of the middle that are certain."""
        middle, radius = (mp.make_mpf(ball._ends[0]) for ball in (self.mid(), self.rad()))
        if radius == 0:
            return _LONGEST
        return int(mp.mag(middle) - mp.mag(radius)) if middle else -_LONGEST

    def str(self, digits: int = 15, *, radius: bool = True) -> Text:
        """Return a decimal number, with its radius in brackets."""
        middle = to_str(self.mid()._ends[0], digits)
        return f"[{middle} +/- {to_str(self.rad()._ends[0], 3)}]" if radius else middle

    def __float__(self) -> float:
        return float(mp.make_mpf(self.mid()._ends[0]))

    def __repr__(self) -> Text:
        return f"arb({self.str()})"


class acb:  # noqa: N801 - FLINT's name
    """A complex number; of those only real ones are met here."""

    __slots__ = ("real",)

    def __init__(self, real: object = 0) -> None:
        self.real = arb(real)

    def polygamma(self, order: acb) -> acb:
        """Return the derivative of digamma of a whole order, at x > 0."""
        whole, at = order.real.unique_fmpz(), self.real
        if whole is None or not at > 0:
            return acb(_line())
        if whole == 0:
            return acb(at.digamma())
        sign = 1 if whole % 2 else -1  # the odd ones fall, the even ones rise
        return acb(at._rising(lambda x: -sign * mp.polygamma(int(whole), x)) * -sign)


def _bits() -> int:
    return ctx.prec + _GUARD


def _line() -> arb:
    return arb._made(_LINE)


def _pairs(one: arb, other: arb) -> tuple[Ends, Ends]:
    """Return the two lower ends, and the two upper ends."""
    (low, high), (other_low, other_high) = one._ends, other._ends
    return (low, other_low), (high, other_high)


def _in_order(ends: Ends) -> bool:
    return bool(mp.make_mpf(ends[0]) <= mp.make_mpf(ends[1]))  # false where an end is NaN


def _ends_of(value: object) -> Ends:
    """Return the ends of what can be taken for a real number."""
    if isinstance(value, arb):
        return value._ends
    if isinstance(value, (int, Fraction)):
        p, q = value.numerator, value.denominator
        return from_rational(p, q, _bits(), "f"), from_rational(p, q, _bits(), "c")
    if isinstance(value, float):
        exact = mpf(value)._mpf_
        return exact, exact
    if isinstance(value, str):
        return from_str(value, _bits(), "f"), from_str(value, _bits(), "c")
    msg = f"no real number: {value!r}"
    raise TypeError(msg)
