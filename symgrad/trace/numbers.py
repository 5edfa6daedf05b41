"""Numbers in a trace: exact fractions where the arithmetic is rational, else many digits.

A number is a Fraction when it is known exactly, and an mpmath number otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from symgrad.errors import LimitExceeded, SymgradError
from symgrad.expression.evaluate import Decimals, OutsideDomain
from symgrad.expression.rationals import Fractions, NotRational, TooManyBits, bits
from symgrad.expression.tree import Expression

Real = Any  # a Fraction, or an mpmath mpf; mpmath has no types

MAX_EXACT_BITS = 20_000
_SMALL_BITS = 600  # a longer fraction is no longer worth carrying when digits are what is wanted
_MAX_SCALE = 4_000_000
_MAX_TEXT = 400


class OutOfRange(ValueError):
    """A number is written that is larger, or closer to zero, than any that is read."""


class Arithmetic:
    """Evaluates patterns: exactly where that is possible, else at `digits` significant digits.

    With `exact` nothing but exact fractions is returned, and NotRational raised otherwise.
    """

    def __init__(self, digits: int, *, exact: bool = False) -> None:
        self.exact = exact
        self.max_bits = MAX_EXACT_BITS if exact else _SMALL_BITS
        self._fractions = Fractions(self.max_bits)
        self._decimals = None if exact else Decimals(digits)

    def value(self, pattern: Expression, operands: Mapping[str | int, Real]) -> Real:
        """Return the value of a pattern. Raises OutsideDomain where it has no real value."""
        if self.exact or all(isinstance(value, Fraction) for value in operands.values()):
            try:
                found = self._fractions.value(pattern, operands)
            except TooManyBits:
                if self.exact:
                    raise too_long() from None
            except NotRational:
                if self.exact:
                    raise
            else:
                if bits(found) <= self.max_bits:
                    return found
                if self.exact:
                    raise too_long()
        return self._approximate(pattern, operands)

    def _approximate(self, pattern: Expression, operands: Mapping[str | int, Real]) -> Real:
        decimals = self._decimals
        if decimals is None:
            raise TypeError(pattern)
        known = {
            key: decimals.number(value) if isinstance(value, Fraction) else value
            for key, value in operands.items()
        }
        found = decimals.value(pattern, known)
        if found and abs(found.man_exp[1]) > _MAX_SCALE:
            raise OutsideDomain("the number is too large, or too close to zero")
        return found


def too_long() -> LimitExceeded:
    """Return the error for an exact number that has grown too long."""
    return LimitExceeded(
        f"the exact numbers have grown beyond {MAX_EXACT_BITS:,} bits",
        help="take fewer steps (-n), or leave --exact out",
    )


def read_number(value: object, what: str) -> Fraction:
    """Return a number given as int, Fraction, Decimal, float or text, exactly.

    A float is read as the shortest decimal that rounds to it, so 0.1 is 1/10. Raises SymgradError,
    naming `what`, for anything that is not a finite number.
    """
    text = repr(value) if isinstance(value, float) else value
    try:
        if isinstance(text, bool):
            raise TypeError
        if isinstance(text, str):
            return _read_text(text)
        if isinstance(text, int | Fraction | Decimal):
            return Fraction(text)
        return _read_text(repr(float(text)))  # type: ignore[arg-type]  # NumPy's numbers
    except OutOfRange:
        message = f"{what} is too large, or too close to zero: `{_short(value)}`"
        help_text = f"numbers go from 1e-{_MAX_TEXT} to 1e{_MAX_TEXT}"
    except (TypeError, ValueError, OverflowError, ZeroDivisionError, InvalidOperation):
        message = f"{what} is not a number: `{_short(value)}`"
        help_text = "as in 2, -0.5, 1/3 or 1e-3"
    raise SymgradError(message, help=help_text)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _read_text(text: str) -> Fraction:
    plain = text.strip().replace("−", "-").replace("–", "-")
    if len(plain) > _MAX_TEXT:
        raise ValueError(plain)
    top, slash, bottom = plain.partition("/")
    return _decimal(top) / _decimal(bottom) if slash else _decimal(top)


def _decimal(text: str) -> Fraction:
    value = Decimal(text.strip())
    if not value.is_finite():
        raise ValueError(text)
    if value and abs(value.adjusted()) > _MAX_TEXT:
        raise OutOfRange(text)
    return Fraction(value)
