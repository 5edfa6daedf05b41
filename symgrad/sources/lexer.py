"""The words of the graph language: what is a name, a number, an operator, and where each stands."""

from __future__ import annotations

import re
from fractions import Fraction

from symgrad.sources.limits import MAX_DECIMAL_EXPONENT, MAX_DIGITS

# Superscript digits are alphanumeric to `re`, but here they are exponents and never a part of a
# name. Combining marks are part of a name, so that p̂ (p and a circumflex) is one.
_NOT_IN_NAME = "²³¹\u2070-\u207f"
START = rf"[^\W\d{_NOT_IN_NAME}]"
REST = rf"(?:[^\W{_NOT_IN_NAME}]|[\u0300-\u036f])"
NAME = rf"\\?{START}{REST}*"

IDENTIFIER = re.compile(NAME)
# A name that is used as a value: not a function's name, not the tail of a number.
OPERAND = re.compile(rf"(?<![\w.])({NAME})(?!{REST}|\s*\()")
# The same for texts in ASCII, twice as fast.
OPERAND_ASCII = re.compile(r"(?<![\w.])(\\?[A-Za-z_]\w*)(?!\w|\s*\()", re.ASCII)
TOKEN = re.compile(
    r"\s*("
    r"(?:[0-9]|\.[0-9])[0-9_.]*(?:[eE][+-]?[0-9]+)?"
    rf"|{NAME}"
    r"|\*\*|[=!<>:]=|&&"
    r"|[²³¹⁰⁴-⁹⁺⁻]+"
    r"|\S"
    r")"
)
_NUMBER = re.compile(
    r"(?P<whole>[0-9]+(?:_[0-9]+)*)?(?:\.(?P<part>[0-9]+(?:_[0-9]+)*)?)?(?:[eE](?P<power>[+-]?[0-9]+))?"
)
_TENS = tuple(10**power for power in range(MAX_DIGITS + 1))

SYNONYMS = {
    "**": "^", "·": "*", "×": "*", "∗": "*", "⋅": "*", "∙": "*", "÷": "/", "∕": "/",
    "･": "*", "・": "*",
    "−": "-", "–": "-", "≤": "<=", "≥": ">=", "≠": "!=", "⩽": "<=", "⩾": ">=",
    "∧": "and", "&": "and", "&&": "and", "∨": "or", "¬": "not",
}  # fmt: skip
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")

# Words that can never be names: the grammar could not tell them from statements and conditions.
RESERVED = frozenset(
    "param params data const consts minimize maximize assume and or not True False".split()
)


class BadNumber(ValueError):
    """A number is badly written or exceeds a limit; `too_large` tells which."""

    def __init__(self, message: str, *, too_large: bool = False) -> None:
        super().__init__(message)
        self.too_large = too_large


def tokens(text: str) -> list[str]:
    """Return the words of `text` in one spelling each, with "" as the last.

    >>> tokens("2·x**2 − \\\\lambda")
    ['2', '*', 'x', '^', '2', '-', '\\\\lambda', '']
    """
    words = [SYNONYMS.get(word, word) for word in TOKEN.findall(text)]
    words.append("")
    return words


def spans(text: str) -> list[tuple[int, int]]:
    """Return where each of `tokens(text)` starts and ends."""
    found = [match.span(1) for match in TOKEN.finditer(text)]
    end = len(text.rstrip())
    found.append((end, end + 1))
    return found


def read_number(word: str) -> Fraction:
    """Return the exact value of a number as written.

    Raises:
        BadNumber: if it is not one number, or is longer than the limits allow.

    >>> read_number("0.1"), read_number("1e-3"), read_number("1_000")
    (Fraction(1, 10), Fraction(1, 1000), Fraction(1000, 1))
    """
    whole, _, part = word.partition(".")
    digits = whole + part
    if digits.isdigit() and digits.isascii() and len(digits) <= MAX_DIGITS:
        return Fraction(int(digits), _TENS[len(part)])
    match = _NUMBER.fullmatch(word) if len(word) <= 10 * MAX_DIGITS else None
    if match is None:
        if len(word) > MAX_DIGITS:
            raise BadNumber(f"a number of more than {MAX_DIGITS} digits", too_large=True)
        raise BadNumber(f"`{word}` is not a number")
    whole = (match["whole"] or "").replace("_", "")
    part = (match["part"] or "").replace("_", "")
    power = match["power"] or "0"
    if not whole and not part:
        raise BadNumber(f"`{word}` is not a number")
    if len(whole) + len(part) > MAX_DIGITS:
        raise BadNumber(f"a number of more than {MAX_DIGITS} digits", too_large=True)
    if len(power) > 10 or abs(int(power)) > MAX_DECIMAL_EXPONENT:
        raise BadNumber(f"a decimal exponent beyond ±{MAX_DECIMAL_EXPONENT}", too_large=True)
    shift = int(power) - len(part)
    value = int(whole + part)
    return Fraction(value * 10**shift) if shift >= 0 else Fraction(value, 10**-shift)
