"""Numbers of a trace as decimals, correctly rounded to so many significant digits."""

from __future__ import annotations

import math
from fractions import Fraction

from symgrad.trace.numbers import Real

_FAR = 5_000  # a binary exponent beyond which a number is rounded in floating point
_GUARD_BITS = 200


def rounded(value: Real, digits: int) -> tuple[int, int]:
    """Return (m, k) with value ≈ m·10^k, |m| < 10^digits, rounded half to even.

    >>> rounded(Fraction(409, 490), 6), rounded(Fraction(1, 8), 6)
    ((834694, -6), (125, -3))
    """
    if not isinstance(value, Fraction) and abs(value.man_exp[1]) > _FAR:
        return _rounded_far(value, digits)
    number = as_fraction(value)
    if not number:
        return 0, 0
    power = _leading_power(abs(number))
    scale = power - digits + 1
    scaled = number * 10**-scale if scale < 0 else number / 10**scale
    mantissa = round(scaled)
    if not isinstance(value, Fraction) or mantissa != scaled:
        if abs(mantissa) == 10**digits:
            return mantissa // 10, scale + 1
        return mantissa, scale
    while mantissa % 10 == 0:
        mantissa, scale = mantissa // 10, scale + 1
    return mantissa, scale


def _rounded_far(value: Real, digits: int) -> tuple[int, int]:
    """Round an mpmath number of many thousand places, whose fraction would take long to divide."""
    context = value.context
    with context.workprec(value.man_exp[0].bit_length() + _GUARD_BITS):
        scale = int(context.floor(context.log10(abs(value)))) - digits + 1
        mantissa = int(context.nint(value / context.mpf(10) ** scale))
    return (mantissa // 10, scale + 1) if abs(mantissa) == 10**digits else (mantissa, scale)


def as_fraction(value: Real) -> Fraction:
    """Return a number as the fraction it is stored as."""
    if isinstance(value, Fraction):
        return value
    mantissa, exponent = value.man_exp
    power = Fraction(2**exponent) if exponent >= 0 else Fraction(1, 2**-exponent)
    size = Fraction(int(mantissa)) * power  # man_exp leaves the sign out
    return -size if value < 0 else size


def _leading_power(size: Fraction) -> int:
    """Return the exponent of the first significant digit in decimal notation."""
    guess = math.floor(
        (size.numerator.bit_length() - size.denominator.bit_length()) * math.log10(2)
    )
    power = guess - 1
    while size >= Fraction(10) ** (power + 1):
        power += 1
    return power


def is_shown_exactly(value: Real, digits: int) -> bool:
    """Tell whether the decimal with `digits` significant digits is the number itself."""
    if not isinstance(value, Fraction):
        return False
    mantissa, scale = rounded(value, digits)
    return value == Fraction(mantissa) * Fraction(10) ** scale


def decimal_parts(value: Real, digits: int) -> tuple[str, str, int | None]:
    """Return sign, decimal, and exponent (None in plain notation) of a rounded number.

    Plain notation is used from 0.00001 up to 15 places before the point: a number that is not zero
    never shows as 0.000.
    """
    mantissa, scale = rounded(value, digits)
    exact = scale > 0 and is_shown_exactly(value, digits)
    text, exponent = _laid_out(str(abs(mantissa)), scale, max(digits, 15), whole=exact)
    return "-" if mantissa < 0 else "", text, exponent


def _laid_out(figures: str, scale: int, limit: int, *, whole: bool) -> tuple[str, int | None]:
    """Return figures·10^scale as a decimal, and its exponent where plain notation does not fit.

    `whole` tells that zeros may be added behind the figures.
    """
    leading = len(figures) + scale - 1
    if -5 <= leading < limit and (scale <= 0 or whole):
        if scale >= 0:
            return figures + "0" * scale, None
        figures = figures.rjust(1 - scale, "0")
        return f"{figures[:scale]}.{figures[scale:]}", None
    tail = figures[1:]
    return figures[0] + (f".{tail}" if tail else ""), leading


def decimal_text(value: Real, digits: int) -> str:
    """Return a number as plain text with `digits` significant digits.

    >>> decimal_text(Fraction(409, 490), 6), decimal_text(Fraction(1, 3 * 10**9), 3)
    ('0.834694', '3.33e-10')
    """
    return _one_text(*decimal_parts(value, digits))


def float_text(value: float, digits: int) -> str:
    """Return a float with `digits` significant digits, with fewer where those give it back.

    >>> float_text(0.1, 6), float_text(1 / 3, 6), float_text(2.5e-9, 6), float_text(-1200.0, 2)
    ('0.1', '0.333333', '2.5e-9', '-1200')
    """
    if not math.isfinite(value):
        return str(value)
    first, _, power = f"{abs(value):.{digits - 1}e}".partition("e")
    figures, leading = first.replace(".", ""), int(power)
    given_back = float(f"{first}e{power}") == abs(value)
    if given_back:
        figures = figures.rstrip("0") or "0"
    scale = leading - len(figures) + 1
    text, exponent = _laid_out(figures, scale, max(digits, 15), whole=given_back)
    return _one_text("-" if value < 0 else "", text, exponent)


def _one_text(sign: str, text: str, exponent: int | None) -> str:
    return f"{sign}{text}" if exponent is None else f"{sign}{text}e{exponent}"
