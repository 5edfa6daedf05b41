"""From a text to its claims about a graph with arrays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from symgrad.errors import Diagnostic, Place
from symgrad.sources.problems import Origin
from symgrad.verify.arrays.latex import plain_text
from symgrad.verify.reading.documents import formulas

_RELATION = re.compile(r"(?<![<>!=:])(?::=|≔|==|=|≈)(?!=)")
_OPEN, _CLOSE = "([{", ")]}"
_LAYOUT = re.compile(
    r"\s*(?:layout\s+(?P<layout>numerator|denominator)|convention\s+(?P<convention>numpy|matlab))\s*$"
)
_BARE = re.compile(r"\b(log|exp|tanh|sigmoid|softmax|tr|det|diag) ([^\W\d_]\w*)(?![\w(])")


@dataclass(frozen=True)
class Statement:
    """`left = part = part …` as text, with its place; or a line of settings."""

    text: str
    place: Place
    sides: tuple[str, ...] = ()
    setting: tuple[str, str] | None = None


def statements(text: str, source: str) -> Iterator[Statement]:
    """Yield the settings of a text, then its statements: a line, or a row of a display, each."""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        setting = _LAYOUT.fullmatch(line)
        if setting is not None:
            value = setting["layout"] or setting["convention"]
            kind = "layout" if setting["layout"] else "convention"
            place = Place(source, number, 1, len(line), line)
            yield Statement(line.strip(), place, (), (kind, value))
    for formula in formulas(text, source):
        shown = formula.content.text
        place = formula.origin.place(
            formula.text, formula.content.start(), formula.content.start() + 1
        )
        if _LAYOUT.fullmatch(shown):
            continue
        yield from _rows(shown, place)


def of_line(text: str, line: int, source: str, lines: tuple[str, ...]) -> Iterator[Statement]:
    """Yield the statements of one `check` line."""
    whole = lines[line - 1] if 0 < line <= len(lines) else text
    column = whole.find(text) + 1 or 1
    yield from _rows(text, Origin(source, (whole,), line, column, line).place(text, 0, len(text)))


def _rows(shown: str, place: Place) -> Iterator[Statement]:
    rows = re.split(r"\\\\(?:\[[^\]]*\])?", shown) if "\\" in shown else [shown]
    left = ""
    for row in rows:
        marked = "\\" in shown or "_{" in row or "^{" in row
        plain = plain_text(row) if marked else " ".join(row.split())
        plain = plain.strip(" ,.;")
        if not plain:
            continue
        sides = _sides(plain)
        if len(sides) > 1 and not sides[0] and left:
            sides = (left, *sides[1:])
        if sides and sides[0]:
            left = sides[0]
        yield Statement(" ".join(row.split()).strip(" ,"), place, tuple(side for side in sides))


def _sides(text: str) -> tuple[str, ...]:
    """Split at the relations that stand outside brackets."""
    depth, start = 0, 0
    found: list[str] = []
    for match in re.finditer(r"[(\[{]|[)\]}]|" + _RELATION.pattern, text):
        sign = match[0]
        if sign in _OPEN:
            depth += 1
        elif sign in _CLOSE:
            depth -= 1
        elif depth <= 0:
            found.append(text[start : match.start()].strip())
            start = match.end()
    found.append(text[start:].strip())
    return tuple(_BARE.sub(r"\1(\2)", side) for side in found)


def unreadable(message: str, place: Place, hint: str = "") -> Diagnostic:
    """Return the fault of a claim that cannot be read."""
    return Diagnostic(message, place, hint)
