"""Printed numbers judged digit by digit against certified values."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from symgrad.expression.certified import arb, fmpq
from symgrad.expression.certified_values import Value, certified, exact, fraction
from symgrad.expression.tree import Expression, Number, Var, rebuild, walk
from symgrad.verify.model import Claim, Link

HALF = Fraction(1, 2)
_SHOWN = 12
_LITERAL = re.compile(r"(?:\d+\.\d*|\.\d+)(?:[eE][-+]?\d+)?")
_DECISIVE = 3  # units in the last place up to which a number counts as the same one, badly rounded

_TELLING = 100  # units in the last place: numbers of fewer digits are close to too many others
_SLIP = Fraction(1, 5)  # how far behind the middle between two roundings one is taken for a slip
_LEAST_OFF, _MOST_OFF = 3, 10  # half units in the last place, of what is worked out of rounded
_MOST_BITS = 20_000  # of a number that is written out: six thousand digits

Kind = Literal["exact", "rounded", "truncated", "misrounded", "near", "wrong"]


@dataclass(frozen=True, slots=True)
class Judged:
    """How a printed number compares with the true value.

    `right` is the true value rounded to as many digits, `value` to twelve. `exact` and `rounded`
    are right; `truncated` is cut off instead of rounded, `misrounded` is rounded to the wrong side,
    `near` is off by a few units in the last place, `wrong` is another number.
    """

    kind: Kind
    right: str
    value: str

    @property
    def ok(self) -> bool:
        """Whether the number is right as printed."""
        return self.kind in ("exact", "rounded")


class Enormous(ArithmeticError):
    """A value is too large to be written out."""


def bounds(value: Value) -> tuple[Fraction, Fraction]:
    """Return exact numbers between which a certified value lies.

    Raises:
        Enormous: when the value is too large to be written out.
    """
    if isinstance(value, fmpq):
        return fraction(value), fraction(value)
    middle, radius = _exact(value.mid()), abs(_exact(value.rad()))
    if int(value.mid().man_exp()[1]) < -_MOST_BITS:
        radius += 2 * abs(middle)  # the middle was moved
    return middle - radius, middle + radius


def _exact(point: arb) -> Fraction:
    """Return the exact value of a ball without radius; next to nothing is rounded away from 0."""
    mantissa, exponent = (int(part) for part in point.man_exp())
    if exponent > _MOST_BITS:
        raise Enormous
    if exponent < -_MOST_BITS:
        size = Fraction(1, 2 ** (_MOST_BITS // 2))
        return size if mantissa > 0 else -size if mantissa < 0 else Fraction(0)
    return Fraction(mantissa) * Fraction(2) ** exponent


def judge_number(printed: Fraction, decimals: int, value: Value, *, cut: bool = False) -> Judged:
    """Judge a number that is printed with so many digits after the point.

    Args:
        printed: the number as printed, exactly.
        decimals: its digits after the point; -2 for one that shows hundreds.
        value: the true value, certified.
        cut: whether an ellipsis follows, so that the digits before it may be cut off.

    >>> judge_number(Fraction("0.8346"), 4, fmpq(409, 490)).kind
    'truncated'
    >>> judge_number(Fraction("0.8347"), 4, fmpq(409, 490)).kind
    'rounded'
    """
    scale = Fraction(10) ** decimals
    low, high = (bound * scale for bound in bounds(value))
    shown = printed * scale
    middle = (low + high) / 2
    right = written(Fraction(math.floor(middle + HALF)) / scale, decimals)
    long = significant(middle / scale)
    if low == high == shown:
        return Judged("exact", right, long)
    # At a tie, and where the ball covers one, both neighbours are correctly rounded.
    rounded = {math.floor(low + HALF), math.ceil(low - HALF), math.floor(high + HALF)}
    if shown in rounded:
        return Judged("rounded", right, long)
    if shown in {math.trunc(low), math.trunc(high)}:
        return Judged("rounded" if cut else "truncated", right, long)
    distance = abs(shown - middle)
    if abs(middle) < _TELLING and distance - HALF > _SLIP:
        return Judged("wrong", right, long)  # 0.9 for 0.802 is another number, whatever its digits
    if distance < 1:
        return Judged("misrounded", right, long)
    return Judged("near" if distance <= _DECISIVE else "wrong", right, long)


def written(value: Fraction, decimals: int) -> str:
    """Return a number with so many digits after the point.

    >>> written(Fraction("-0.04406"), 4), written(Fraction(1234), -2)
    ('-0.0441', '1200')
    """
    places = max(decimals, 0)
    scale = Fraction(10) ** decimals
    steps = math.floor(abs(value) * scale + HALF)
    digits = Fraction(steps) / scale
    whole, rest = divmod(digits * 10**places, 10**places)
    sign = "-" if value < 0 and steps else ""
    return f"{sign}{whole}.{int(rest):0{places}d}" if places else f"{sign}{whole}"


def significant(value: Fraction, digits: int = _SHOWN) -> str:
    """Return a number rounded to so many significant digits.

    >>> significant(Fraction(409, 490)), significant(Fraction(1, 10**9)), significant(Fraction(2))
    ('0.834693877551', '1e-9', '2')
    """
    if value == 0:
        return "0"
    size = abs(value)
    exponent = len(str(size.numerator)) - len(str(size.denominator))
    if size < Fraction(10) ** exponent:
        exponent -= 1
    places = digits - 1 - exponent
    if -5 <= exponent < digits + 3:
        text = written(value, places)
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa = significant(value / Fraction(10) ** exponent, digits)
    return f"{mantissa}e{exponent}"


# -- arithmetic with rounded numbers ---------------------------------------------------------------


def decimal_literals(text: str) -> dict[Fraction, Fraction]:
    """Return the decimal numbers in a text, each with half a unit of its last place.

    >>> decimal_literals("0.034985*5*2")
    {Fraction(6997, 200000): Fraction(1, 2000000)}
    """
    found: dict[Fraction, Fraction] = {}
    for match in _LITERAL.finditer(text[:4000]):
        plain = match[0]
        mantissa, _, power = plain.lower().partition("e")
        if len(power) > 4:
            continue
        places = len(mantissa.partition(".")[2]) - int(power or 0)
        value = Fraction(mantissa) * Fraction(10) ** int(power or 0)
        found[value] = HALF / Fraction(10) ** places
    return found


def is_worked_out(before: Link, number: Link) -> bool:
    """Tell whether the printed arithmetic right before a number gives that number exactly."""
    if not before.numeric or before.decimals is not None or not decimal_literals(before.text):
        return False
    own, printed = plain_value(before.expression), plain_value(number.expression)
    if own is None or not isinstance(printed, fmpq):
        return False
    return judge_number(fraction(printed), number.decimals or 0, own).ok


def worked_out(claim: Claim) -> dict[Fraction, Fraction]:
    """Return the numbers printed before a claim that the arithmetic right before them gives.

    Each with how far off it may be: as far as the rounded numbers that it is made of say, where the
    values in force are exact, but no less than three times what its own rounding says, and no more
    than ten times.
    """
    given = {abs(value) for _, value in claim.point}
    found: dict[Fraction, Fraction] = {}
    for before, number in claim.arithmetic:
        value = plain_value(number.expression) if is_worked_out(before, number) else None
        if isinstance(value, fmpq):
            own = HALF / Fraction(10) ** (number.decimals or 0)
            wide = rounded_range(before.expression, before.text, found, given)
            low, high = (0, 0) if wide is None else bounds(wide)
            off = max(_LEAST_OFF * own, min((high - low) / 2 + own, _MOST_OFF * own))
            found[abs(fraction(value))] = Fraction(off)
    return found


def rounded_range(
    expression: Expression,
    text: str,
    worked_out: Mapping[Fraction, Fraction] = MappingProxyType({}),
    given: Collection[Fraction] = (),
) -> Value | None:
    """Return all that arithmetic on rounded numbers can come from, or None where that is not clear.

    Every decimal number in `text` stands for all the numbers that round to it, one that was worked
    out from rounded numbers for all that it may come from; whole numbers are exact, and so are
    those that are given.
    """
    halves = {n: half for n, half in decimal_literals(text).items() if n not in given}
    halves |= {number: off for number, off in worked_out.items() if number in halves}
    places: dict[str | int, Value] = {}

    def leaf(part: Expression) -> Expression:
        if isinstance(part, Number) and abs(part.value) in halves:
            key = f"number {len(places)}"
            middle = arb(exact(part.value))
            half = halves[abs(part.value)]
            places[key] = arb(middle, arb(exact(half)))
            return Var(key)
        return part

    try:
        return certified(places).value(rebuild(expression, leaf))
    except ArithmeticError:
        return None


def plain_value(expression: Expression) -> Value | None:
    """Return the certified value of an expression without names, or None where it has none."""
    if any(isinstance(part, Var) for part in walk(expression)):
        return None
    try:
        return certified({}).value(expression)
    except ArithmeticError:
        return None
