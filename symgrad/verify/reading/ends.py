r"""Texts that a side may be meant as as well: where an argument or an exponent ends is left open.

`\\ln 4w_1 w_2 x` does not say where the argument of the logarithm ends, nor `x^32z` the exponent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from symgrad.expression.brackets import behind_bracket, spans_between
from symgrad.sources.latex_words import FACTOR_GAP

_MOST = 6
_OPENED = re.compile(rf"{FACTOR_GAP}\(")
_POWER_DIGIT = re.compile(r"\^(\d)(?=\d+[^\W\d_])")
_POWER = re.compile(r"\^\([^()]*\)")


def other_texts(text: str) -> Iterator[tuple[str, str]]:
    """Yield texts that a side may be meant as as well, each with how it is then read."""
    for shorter in shorter_arguments(text):
        yield shorter, "a function without parentheses is read with an argument that ends sooner"
    if (single := _POWER_DIGIT.sub(r"^(\1)*", text)) != text:  # as TeX sets it
        yield single, "an exponent without braces is read as its first digit"


def shorter_arguments(text: str) -> list[str]:
    """Return the text of a side with the argument of a bare function ending before a factor of it.

    Of several functions all of them behind their first factor, or before their last, and each.
    """
    places = [match.end() - 1 for match in _OPENED.finditer(text)]
    found: list[str] = []
    for which in (0, -1):
        every = text
        for place in reversed(places):
            cuts = _cuts(every, place)
            every = cuts[which] if cuts else every
        found.append(every)
    found += [cut for place in places for cut in _cuts(text, place)]
    return list(dict.fromkeys(one for one in found if one != text))[:_MOST]


def _cuts(text: str, opened: int) -> list[str]:
    """Return the text with the argument that opens at a place cut at each of its gaps."""
    end = behind_bracket(text, opened)
    if text[end - 1] != ")":
        return []
    inner = text[opened + 1 : end - 1]
    power = _POWER.match(text, end)
    behind = power.end() if power else end
    *gaps, _ = (at for _, at in spans_between(inner, FACTOR_GAP))
    return [
        f"{text[: opened + 1]}{inner[:gap]}){text[end:behind]} {inner[gap + 1 :]} {text[behind:]}"
        for gap in gaps
        if inner[gap + 1 : gap + 2] != "("  # of a function in it
    ]
