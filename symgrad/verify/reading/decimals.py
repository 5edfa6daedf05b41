"""Commas between digits: decimal commas, thousands, or the commas of a list.

A document is read in one way. Where it has decimal points, a comma before three digits separates
thousands, and any other comma between digits that is no list is in doubt. Where it has none, a
comma between digits is a decimal comma, unless it stands in brackets or has three digits behind it
and nothing else in the document decides. What is in doubt is a fault, never a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from symgrad.sources.problems import Fault, Origin
from symgrad.sources.written import Written

Style = Literal["point", "comma", "open"]

_POINT = re.compile(r"[0-9]\.[0-9]")
_COMMA = re.compile(r"(?<![\w.])[0-9]+(?:,[0-9]+)+(?![\w.])")
_BRACES = re.compile(r"(?<=[0-9])\{,\}(?=[0-9])")
_LIST = re.compile(r"(?:max|min|where|pow|atan2|hypot)\s*\($")
_FACTOR = re.compile(r"[-+*/^·×−]\s*$")
_BRACKET = re.compile(r"\([^()]*\)")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?=\.\d)")
_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+")


def style_of(texts: Iterable[str]) -> Style:
    """Return how a document writes decimal numbers, as far as its formulas tell.

    >>> style_of(["x = 0.5"]), style_of(["x = 0,5"]), style_of(["x = 1,500"]), style_of(["(1,2)"])
    ('point', 'comma', 'open', 'open')
    """
    found: Style = "open"
    for text in texts:
        plain = _BRACES.sub(",", text)
        if _POINT.search(plain):
            return "point"
        for match in _COMMA.finditer(plain):
            if not _GROUPS.fullmatch(match[0]) and not _is_list(plain, match):
                found = "comma"
    return found


def with_points(written: Written, style: Style, original: str, origin: Origin) -> Written:
    """Return a translated formula with decimal points, and thousands joined.

    Raises:
        Fault: at a comma that can be read in two ways.
    """
    text = written.text
    if "," not in text:
        return written
    changed = list(text)
    for match in _THOUSANDS.finditer(text):  # `1,233.33`
        changed[match.start() : match.end()] = match[0].replace(",", "_")
    text = "".join(changed)
    for match in _COMMA.finditer(text):
        commas = [place for place in range(*match.span()) if text[place] == ","]
        grouped = _GROUPS.fullmatch(match[0]) is not None
        if _is_list(text, match, sure=style == "comma"):
            continue
        if grouped and (len(commas) > 1 or style == "point"):
            new = "_"
        elif style == "comma" and len(commas) == 1:
            new = "."
        else:
            at = min(written.offsets[match.start()], len(original) - 1)
            where = origin.place(original, at, at + len(match[0]))
            message = f"`{match[0]}` can be read in two ways: is its comma a decimal comma?"
            raise Fault(message, where, "write a decimal point, or a space")
        for place in commas:
            changed[place] = new
    return Written("".join(changed), written.offsets)


def _is_list(text: str, match: re.Match[str], *, sure: bool = False) -> bool:
    """Tell whether numbers stand in a list: in brackets alone, or where names are listed too.

    In a document that is sure to write decimal commas, `0,1·(-0,5)` and `(0,5)/2` hold no list.
    """
    before = text[: match.start()]
    opened = before.rfind("(") if before.count("(") > before.count(")") else -1
    if opened >= 0:
        inside = text[opened + 1 : match.start()]
        behind = text[match.end() :].lstrip()
        is_factor = _FACTOR.search(before[:opened]) or re.match(r"\)\s*[/*^]", behind)
        if sure and is_factor and "," not in inside:
            return False
        if _LIST.search(before[: opened + 1]) or (not inside.strip("-− ") and behind[:1] == ")"):
            return True
    left = re.split(r"[=≈←]", text, maxsplit=1)[0]
    while (shorter := _BRACKET.sub("", left)) != left:
        left = shorter
    return "," in left and "=" in text and match.start() > len(left)
