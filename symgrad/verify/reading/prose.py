"""Derivatives that stand in a sentence without marks: "Thus dL/dw = (p − y)x, which is zero"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from symgrad.errors import Diagnostic
from symgrad.expression.names import GREEK

_NAME = r"[^\W\d_]\w{0,20}'*"
_SQUARED = r"(?:\^?[2-4]|[²³⁴])?"
# what is differentiated by what, up to the sign of equality
HEAD = (
    rf"(?<![A-Za-zÀ-ɏͰ-Ͽ\d\\$^_/{{])(?:d{_SQUARED}{_NAME}(?:\([^()\n]{{0,40}}\))?/(?:d{_NAME}{_SQUARED}){{1,2}}"
    rf"|∂{_SQUARED}{_NAME}(?:\([^()\n]{{0,40}}\))?\s?/\s?(?:∂{_NAME}{_SQUARED}){{1,2}}"
    rf"|∇_?\{{?{_NAME}\}}?\s?{_NAME})[ \t]*(?:=|≈)(?!=)"
)
_TOKEN = re.compile(
    r"(?P<space>[ \t]*(?:\n[ \t>]*(?![-+*•][ \t]|\s))?)"
    r"(?:(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<name>[^\W\d_](?:(?![²³⁴⁻¹])\w)*'*)|(?P<open>[(\[{])"
    r"|(?P<close>[)\]}])|(?P<sign>\*\*(?=[\w(−-])|(?<=[ \t])\*\*(?=[ \t])|[-+*/^=≈·×⋅−∙])"
    r"|(?P<power>[²³⁴⁻¹]+)|(?P<root>[√∂])|(?P<other>.))?"
)
_ARITHMETIC = frozenset(
    "times plus minus over divided multiplied mal durch fois sur por veces squared cubed if when "
    "whenever for unless provided wenn falls für si quand pour cuando para mod where".split()
)
_SHORT_WORDS = frozenset(
    "is as so in at by or of to an on we it et ou da zu im es en al il la le el de du do os".split()
)
_WORDS_OF_ONE_LETTER = frozenset("aIAyeouàéèEOUYÀ")
_PLACE = re.compile(r"[ \t\n>]+(?:at|in|on|near|from|around|bei|im|en|au|no|nel)[ \t]+\(")
_NUMBER_OF_EQUATION = re.compile(r"[(\[]\s*(?:\d+(?:\.\d+)*\s*[a-z]?|[a-z]|[ivx]+|\*+)\s*[)\]]")
_LONGEST = 600
_NEXT_ITEM = re.compile(r"[ \t]*\n[ \t>]*(?:[-+*•]|\d{1,3}[.)])[ \t]")  # of a list
# words in front of a formula: "Therefore: dL/db = p - y", "Step 2: a = σ(z)"
LABEL = re.compile(
    r"(?!(?:at|assume)\b)[^\W\d_]{2,}(?:[ \t]+(?:[^\W\d_]+|\d{1,3})){0,6}[ \t]*(?::(?!=)|：)[ \t]*"
)


UNCLEAR = Diagnostic("where this formula ends in its sentence is not clear")


class Stretch(NamedTuple):
    """Where a formula begins and ends; `clear` says whether its end is beyond doubt.

    `behind` is the word that ends it, "" where none does: were it a name of the graph, it would
    belong to the formula.
    """

    start: int
    end: int
    clear: bool
    behind: str = ""


def formulas_in(text: str) -> Iterator[Stretch]:
    """Yield the derivatives that a sentence states.

    >>> text = "So dL/db = p - y and hence dL/dw = (p - y) x (see above)."
    >>> [text[one.start : one.end] for one in formulas_in(text)]
    ['dL/db = p - y', 'dL/dw = (p - y) x']
    """
    at = 0
    while found := _HEADS.search(text, at):
        stretch = stretch_of(text, found.start(), found.end())
        at = max(stretch.end, found.end())
        yield stretch


def stretch_of(text: str, start: int, at: int) -> Stretch:
    """Return the formula that begins at `start`, and whose right side begins at `at`."""
    side = _Side(text, min(len(text), at + _LONGEST))
    end, clear = side.read(at)
    word = _WORD_BEHIND.match(text, end)
    return Stretch(start, end, clear and end > at, word[1] if word else "")


def is_clear(text: str, end: int) -> bool:
    """Tell whether what stands behind a formula of a sentence does not belong to it."""
    return _Side(text, len(text)).is_clear(end)


def without_words(text: str, start: int, end: int) -> Stretch:
    """Return a line that begins with a derivative, without the words behind it.

    >>> line = "dL/dz = p - y (as above)"
    >>> line[: without_words(line, 0, len(line)).end]
    'dL/dz = p - y'
    """
    found = _HEADS.match(text, start, end)
    stretch = stretch_of(text, start, found.end()) if found else None
    whole = Stretch(start, end, clear=True)
    if stretch is None or not stretch.clear or stretch.end >= end:
        return whole
    return stretch if _WORDS_BEHIND.match(text, stretch.end, end) else whole


_HEADS = re.compile(HEAD)
_WORDS_BEHIND = re.compile(
    r"[ \t]*(?:[(\[—–,;]?[ \t]*[^\W\d_]{2,}[ \t]+[^\W\d_]|[(\[—][^\W\d_]{2,})"
)
_BRACKETS = re.compile(r"[ \t\n>]*[(\[]((?:[^()\[\]\n]|\([^()\n]*\)){0,80})")
_RELATION = re.compile(r"[≤≥≠]|(?<![-=−])>|<(?![-=−])")
_WORD_BEHIND = re.compile(r"[ \t\n>(]*([^\W\d_]+)")


class _Side:
    """Reads the right side of a formula as far as it goes."""

    def __init__(self, text: str, limit: int) -> None:
        self.text, self.limit = text, limit

    def read(self, at: int) -> tuple[int, bool]:
        """Return where the side ends, and whether that is beyond doubt."""
        depth = 0
        opened: list[tuple[int, bool]] = []  # where each bracket stands, and whether it is apart
        end = at
        operand = False  # whether an operand stands last
        while at < self.limit and (token := _TOKEN.match(self.text, at)) and token.end() > at:
            apart = operand and bool(token["space"])
            kind = token.lastgroup or "other"
            value = token[kind] if token[kind] is not None else ""
            if kind in ("number", "name") and apart and not self.goes_on(token, kind, value):
                break
            if kind == "name" and not operand and self.is_word(token, value):
                break
            if kind == "open" and apart and _NUMBER_OF_EQUATION.match(self.text, token.start(kind)):
                break
            if kind == "open":
                opened.append((end, apart))
                depth += 1
                operand = False
            elif kind == "close":
                if not depth or not operand:
                    break
                depth -= 1
                opened.pop()
            elif kind == "sign":
                if not operand and value not in ("-", "−", "+"):
                    break
                operand = False
            elif kind == "root" or (value == "," and depth and operand):
                operand = False
            elif kind == "power" and not operand:
                break
            elif kind in ("number", "name", "power"):
                operand = True
            else:
                break
            at = token.end()
            if operand and not depth:
                end = at
        if opened:
            start, apart = opened[0]
            return start, apart and not _qualified(self.text, start)
        return end, self.is_clear(end)

    def goes_on(self, token: re.Match[str], kind: str, value: str) -> bool:
        """Tell whether a name behind a space is a factor: `2 c u + 1`, and no word."""
        if kind == "number":
            return False
        behind = self.text[token.end() : token.end() + 3].lstrip(" \t")
        if len(value.strip("'")) > 1 and not re.search(r"[\d_₀-₉]", value):
            return behind[:1] in ("+", "*", "^", "·", "×") and bool(behind[:1])
        return value not in _WORDS_OF_ONE_LETTER or behind[:1] in (*"+*/^·×)−=.,;", "")

    def is_word(self, token: re.Match[str], value: str) -> bool:
        """Tell whether a word stands where an operand should: `= the sum of …`, `– a result`."""
        if not re.match(r"[ \t]+[^\W\d_]{2,}", self.text[token.end() : token.end() + 30]):
            return False
        article = value in ("a", "A", "I", "à") and bool(token["space"])
        return article or (len(value) > 2 and value.isalpha() and value.islower())

    def is_clear(self, end: int) -> bool:
        """Tell whether what stands behind a formula does not belong to it."""
        rest = self.text[end : end + 40].split("\n\n")[0]
        if _NEXT_ITEM.match(rest):
            return True
        following = re.match(r"[ \t\n>]*(\S)", rest)
        marks = ".,;:?)]}`#<\"'»”’。，；：（）、>" + "*_" * (rest[:1] in "*_")
        if (
            following is None
            or following[1] in marks
            or (following[1] == "|" and self.in_table(end))
        ):
            word = re.match(r"[,;]?\s*([^\W\d_]+)", rest)
            return word is None or word[1].lower() not in _ARITHMETIC
        if following[1] in "—–(":
            return not _qualified(self.text, end)
        if _PLACE.match(rest):
            return True
        word = re.match(r"[ \t\n>]*([^\W\d_]+)(?![\w(]|\s*\()", rest)
        return word is not None and _is_plain_word(word[1].lower(), rest[word.end() :])

    def in_table(self, at: int) -> bool:
        """Tell whether a line is a row of a table."""
        return self.text[self.text.rfind("\n", 0, at) + 1 : at].lstrip(" >").startswith("|")


def _qualified(text: str, at: int) -> bool:
    """Tell whether brackets follow that say where the formula holds: (z > 0), (if z > 0)."""
    found = _BRACKETS.match(text, at)
    if found is None:
        return False
    word = re.match(r"\s*([^\W\d_]+)", found[1])
    return _RELATION.search(found[1]) is not None or (
        word is not None and word[1].lower() in _ARITHMETIC
    )


def _is_plain_word(word: str, behind: str) -> bool:
    """Tell whether a word is one of a sentence, and no name in a formula."""
    if word in _ARITHMETIC or word in GREEK:
        return False
    if len(word) < 2:
        return not word.isascii()
    known = len(word) > 2 or word in _SHORT_WORDS or not word.isascii()
    return known or re.match(r"[ \t]+[^\W\d_]{2,}", behind) is not None
