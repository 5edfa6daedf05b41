"""Lines that fit a terminal: formulas broken before a relation or a sign, prose at a space."""

from __future__ import annotations

import re
import unicodedata

import click

from symgrad.cli.tables import tables_split

_INDENT = 4
_LEAST = 24  # columns behind an indentation, and of a terminal that lines are broken for
_RELATIONS = (" = ", " ≈ ")
_SIGNS = (" + ", " − ", " - ")
_PROSE = re.compile(r"[:;,] ")
_OPERATORS = "=≈+−-<>≤≥←"  # a line of prose breaks beside none of them
_COLOR = re.compile(r"\x1b\[[0-9;]*m")
_WITHIN = "·*/(,"  # a word that is longer than a line breaks behind one of them
_GAPS = re.compile(r"\S {2,}(?=\S)")  # between the columns of a table


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes; its colours take none.

    >>> columns("ŷ = 1"), columns("损失")
    (5, 4)
    """
    return sum(map(_columns_of, click.unstyle(text)))


def _columns_of(letter: str) -> int:
    wide = unicodedata.east_asian_width(letter) in ("W", "F")
    return 0 if unicodedata.combining(letter) else 2 if wide else 1


def wrapped(text: str, width: int) -> str:
    """Return a text with its long lines broken at spaces, the rest of a line further in.

    A table comes in parts; a word that is longer than a line breaks behind a sign, never in a name.

    >>> print(wrapped("  δ = ∂J/∂h = ∂J/∂v·(cos(θ) + sin(θ)) = v·cos(θ)", 44))
      δ = ∂J/∂h = ∂J/∂v·(cos(θ) + sin(θ))
          = v·cos(θ)
    """
    lines = tables_split(text.split("\n"), width)
    return "\n".join(part for line in lines for part in _broken(line, width))


def _broken(line: str, width: int) -> list[str]:
    if columns(line) <= width or width < _LEAST:
        return [line]
    gaps = [*_GAPS.finditer(line)]
    if len(gaps) > 1:
        return _broken_last(line, gaps[-1].end(), width)
    indent = len(line) - len(line.lstrip())
    margin = " " * min(indent + _INDENT, width - _LEAST)
    prose = max((found.start() for found in _PROSE.finditer(line)), default=-1)
    found: list[str] = []
    start, before = 0, ""
    while (end := _reach(line, start, width - len(before))) < len(line):
        third = _reach(line, start, -(-width // 3) - len(before) - 1)
        first = max(start, 0 if before else indent) + 1
        at = _place(line, first, third, end, prose=prose >= start)
        if at < 0:
            break
        found.append(before + line[start:at].rstrip())
        start = at
        while line.startswith(" ", start):
            start += 1
        before = margin
    return [*found, before + line[start:]]


def _broken_last(line: str, at: int, width: int) -> list[str]:
    """Return a row of a table, which fits but for its last column, that column in lines."""
    before = columns(line[:at])
    if before > width - _LEAST:
        return [line]
    parts = _broken(line[at:], width - before)
    return [line[:at] + parts[0], *(" " * before + part.lstrip() for part in parts[1:])]


def _reach(line: str, start: int, room: int) -> int:
    """Return the place of the first letter from `start` on that has no room."""
    at = start
    while at < len(line):
        if color := _COLOR.match(line, at):
            at = color.end()
            continue
        room -= _columns_of(line[at])
        if room < 0:
            return at
        at += 1
    return at


def _place(line: str, first: int, third: int, end: int, *, prose: bool) -> int:
    """Return where a line is broken, -1 for nowhere: at the last good place up to `end`.

    A formula fills a third of the line at least before it is broken.
    """
    fitting = [i for i in range(first, end + 1) if line[i] == " "]
    if prose:
        chosen = [[i for i in fitting if not {line[i - 1], line[i + 1 : i + 2]} & {*_OPERATORS}]]
    else:
        long = [i for i in fitting if i > third]
        chosen = [[i for i in long if line.startswith(s, i)] for s in (_RELATIONS, _SIGNS)]
    within = [i for i in range(first, end + 1) if line[i - 1] in _WITHIN]
    beyond = line.find(" ", end)
    return next((places[-1] for places in (*chosen, fitting, within) if places), beyond)
