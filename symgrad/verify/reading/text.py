"""The text of a claim: numbers as printed, and the stretch of the source that a part comes from."""

from __future__ import annotations

import re
from fractions import Fraction

from symgrad.sources import lexer
from symgrad.sources.written import Written

_NUMBER = re.compile(
    r"[-−+]?\s*(?P<whole>\d*)(?:\.(?P<part>\d*))?"
    r"(?:[eE](?P<e>[+-]?\d{1,3})|\s*[*·×]\s*10\s*\^\s*\(?\s*(?P<ten>[-−+]?\s*\d{1,3})\s*\)?)?"
)
_TENS = re.compile(r"([-+]?[\d.]+)\s*[*·×]\s*10\s*\^\s*(\(?\s*[-+]?\s*\d{1,3}\s*\)?)")
VALUE_SAID = re.compile(r"([^\W\d]\w*)[ \t]*=[ \t]*([-−+]?[\d.]+(?:e[-+]?\d+)?)")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_BETWEEN_MARKS = re.compile(r"\$\s*\\?([=*+·×])\s*\$")  # `$a$ = $b$` is one formula
_BRACE = re.compile(r"[{}]")


def decimals_of(text: str) -> int | None:
    """Return how many digits after the point a text that is one number shows, else None.

    >>> decimals_of("-0.044064"), decimals_of("3.2 * 10^(-4)"), decimals_of("2*3"), decimals_of("5")
    (6, 5, None, 0)
    """
    found = _NUMBER.fullmatch(text.strip().replace("_", ""))
    if found is None or not (found["whole"] or found["part"]):
        return None
    power = (found["e"] or found["ten"] or "0").replace("−", "-").replace(" ", "")
    return len(found["part"] or "") - int(power)


def plain_number(text: str) -> Fraction | None:
    """Return the value of a text that is one number or one fraction of whole numbers."""
    plain = text.strip().replace("−", "-").replace("–", "-")
    if (scaled := _TENS.fullmatch(plain)) is not None:
        plain = f"{scaled[1]}e{re.sub(r'[^-0-9]', '', scaled[2])}"
    if not re.fullmatch(r"\(*[-+]?\s*[\d.]+(?:[eE][-+]?\d{1,3})?\)*(?:\s*/\s*\(?\d+\)*)?", plain):
        return None
    plain = re.sub(r"[()\s]", "", plain)
    top, _, below = plain.partition("/")
    try:
        value = lexer.read_number(top.lstrip("+-"))
        value = -value if top.startswith("-") else value
        return value / lexer.read_number(below) if below else value
    except (lexer.BadNumber, ZeroDivisionError):
        return None


def source_text(original: str, written: Written) -> str:
    """Return the stretch of the author's own text that a translated text comes from."""
    if not written.offsets:
        return ""
    first, last = min(written.offsets), max(written.offsets)
    end = last + 1
    if command := _COMMAND.match(original, last):
        end = command.end()
        while len(original) > end and original[end] == "{" and (group := _group(original, end)):
            end = group
    open_braces = original.count("{", first, end) - original.count("}", first, end)
    for match in _BRACE.finditer(original, end):
        if open_braces <= 0:
            break
        open_braces += 1 if match[0] == "{" else -1
        end = match.end()
    stretch = _BETWEEN_MARKS.sub(r" \1 ", original[first:end])
    return " ".join(stretch.replace("&", " ").replace("\\\\", " ").split())


def _group(text: str, start: int) -> int:
    """Return where the group that begins at `start` ends, 0 where it does not."""
    level = 0
    for match in _BRACE.finditer(text, start, start + 400):
        level += 1 if match[0] == "{" else -1
        if level == 0:
            return match.end()
    return 0
