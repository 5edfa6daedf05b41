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


@dataclass(frozen=True)
class ArrayStatement:
    """`left = part = part …` as text, with its place; or a line of settings."""

    text: str
    place: Place
    sides: tuple[str, ...] = ()
    setting: tuple[str, str] | None = None


def statements(text: str, source: str) -> Iterator[ArrayStatement]:
    """Yield the settings of a text, then its statements: a line, or a row of a display, each."""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        setting = _LAYOUT.fullmatch(line)
        if setting is not None:
            value = setting["layout"] or setting["convention"]
            kind = "layout" if setting["layout"] else "convention"
            place = Place(source, number, 1, len(line), line)
            yield ArrayStatement(line.strip(), place, (), (kind, value))
    for formula in formulas(text, source):
        shown = formula.content.text
        place = formula.origin.place(
            formula.text, formula.content.start(), formula.content.start() + 1
        )
        if _LAYOUT.fullmatch(shown):
            continue
        line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
        at = line.find(shown)
        if at >= 0:
            shown += _cut_off(line, at + len(shown))
        yield from _rows(shown, place)


_REST = re.compile(r"[ \t]+[^\n$`|\\=,.;:]+")


def _cut_off(text: str, end: int) -> str:
    """Return what still belongs to a formula in a line of text: factors such as xᵀ Aᵀ, no words."""
    found = _REST.match(text, end)
    if found is None or re.search(r"[^\W\d_]{3,}", found[0]) or "ᵀ" not in found[0]:
        return ""
    return found[0]


def of_line(text: str, line: int, source: str, lines: tuple[str, ...]) -> Iterator[ArrayStatement]:
    """Yield the statements of one `check` line."""
    whole = lines[line - 1] if 0 < line <= len(lines) else text
    column = whole.find(text) + 1 or 1
    yield from _rows(text, Origin(source, (whole,), line, column, line).place(text, 0, len(text)))


def _rows(shown: str, place: Place) -> Iterator[ArrayStatement]:
    rows = re.split(r"\\\\(?:\[[^\]]*\])?", shown) if "\\" in shown else [shown]
    left = ""
    for row in rows:
        marked = "\\" in shown or "_{" in row or "^{" in row
        plain = plain_text(row) if marked else " ".join(row.split())
        parts = _apart(plain)
        for part in parts:
            sides = _sides(part)
            if len(sides) > 1 and not sides[0] and left:
                sides = (left, *sides[1:])
            if sides[0]:
                left = sides[0]
            text = part if len(parts) > 1 else " ".join(row.split()).strip(" ,")
            yield ArrayStatement(text, place, sides)


def _apart(text: str) -> list[str]:
    """Return the statements of one row: what stands between commas, where each has a relation."""
    depth, start = 0, 0
    found: list[str] = []
    for at, character in enumerate(text):
        depth += (character in _OPEN) - (character in _CLOSE)
        if character == "," and depth <= 0:
            found.append(text[start:at])
            start = at + 1
    found.append(text[start:])
    parts = [part.strip(" ,.;") for part in found if part.strip(" ,.;")]
    return (
        parts
        if all(len(_sides(part)) > 1 for part in parts)
        else [text.strip(" ,.;")][: bool(parts)]
    )


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
    return tuple(found)


def unreadable(message: str, place: Place, hint: str = "") -> Diagnostic:
    """Return the fault of a claim that cannot be read."""
    return Diagnostic(message, place, hint)
