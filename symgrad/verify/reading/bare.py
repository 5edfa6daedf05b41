r"""Where the argument of a function without parentheses ends: `\\ln 4w_1 w_2 x` leaves it open."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symgrad.expression.brackets import behind_bracket, spans_between
from symgrad.sources.latex_words import FACTOR_GAP

_MOST = 6
_OPENED = re.compile(rf"{FACTOR_GAP}\(")
_POWER = re.compile(r"\^\([^()]*\)")


def shorter_arguments(text: str) -> list[str]:
    """Return the text of a side with the argument of a bare function ending before its last factor.

    Or behind its first one; of several functions each in turn, and all of them.
    """
    found: list[str] = []
    places = [match.end() - 1 for match in _OPENED.finditer(text)]
    for which in (0, -1):
        every = text
        for place in reversed(places):
            found += _cut(text, place, which)
            every = next(iter(_cut(every, place, which)), every)
        found.append(every)
    return list(dict.fromkeys(one for one in found if one != text))[:_MOST]


def _cut(text: str, opened: int, which: int) -> Iterator[str]:
    """Yield the text with the argument that opens at a place cut at one of its gaps."""
    end = behind_bracket(text, opened)
    inner = text[opened + 1 : end - 1]
    gaps = [at for _, at in spans_between(inner, FACTOR_GAP)]
    gaps = [at for at in gaps if inner[at + 1 : at + 2] != "("]
    if gaps and text[end - 1] == ")":
        gap = gaps[which]
        power = _POWER.match(text, end)
        behind = power.end() if power else end
        first, rest = inner[:gap], inner[gap + 1 :]
        yield f"{text[: opened + 1]}{first}){text[end:behind]} {rest} {text[behind:]}"
