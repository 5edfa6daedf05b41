"""Lines that fit a terminal: formulas broken before a relation or a sign, prose at a space."""

from __future__ import annotations

import re
import unicodedata

import click

_INDENT = 4
_LEAST = 24  # columns behind an indentation: narrower lines are left to the terminal
_RELATIONS = (" = ", " ≈ ")
_SIGNS = (" + ", " − ", " - ")
_PROSE = re.compile(r"[:;,] ")
_OPERATORS = "=≈+−-<>≤≥←"  # a line of prose breaks beside none of them
_GAPS = re.compile(r"\S {2,}(?=\S)")  # between the columns of a table


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes; its colours take none.

    >>> columns("ŷ = 1"), columns("损失")
    (5, 4)
    """
    wide = {"W": 2, "F": 2}
    return sum(
        wide.get(unicodedata.east_asian_width(letter), 1)
        for letter in click.unstyle(text)
        if not unicodedata.combining(letter)
    )


def wrapped(text: str, width: int) -> str:
    """Return a text with its long lines broken at spaces, the rest of a line further in.

    Lines of a table, and words that are longer than a line, stay as they are.

    >>> print(wrapped("  δ = ∂J/∂h = ∂J/∂v·(cos(θ) + sin(θ)) = v·cos(θ)", 44))
      δ = ∂J/∂h = ∂J/∂v·(cos(θ) + sin(θ))
          = v·cos(θ)
    """
    return "\n".join(part for line in text.split("\n") for part in _broken(line, width))


def _broken(line: str, width: int) -> list[str]:
    if columns(line) <= width or len(_GAPS.findall(line)) > 1:
        return [line]
    indent = len(line) - len(line.lstrip())
    margin = " " * (indent + _INDENT)
    if width - len(margin) < _LEAST:
        return [line]
    found: list[str] = []
    while columns(line) > width:
        at = _place(line, indent, width)
        if not at:
            break
        found.append(line[:at].rstrip())
        line = margin + line[at:].lstrip()
        indent = len(margin)
    return [*found, line]


def _place(line: str, indent: int, width: int) -> int:
    """Return where a line is broken, 0 for nowhere: at the last good place that fits.

    A formula fills a third of the line at least before it is broken.
    """
    spaces = [i for i, letter in enumerate(line) if letter == " " and i > indent]
    fitting = [i for i in spaces if columns(line[:i]) <= width] or spaces[:1]
    if _PROSE.search(line):
        chosen = [[i for i in fitting if not {line[i - 1], line[i + 1 : i + 2]} & {*_OPERATORS}]]
    else:
        long = [i for i in fitting if columns(line[:i]) * 3 >= width]
        chosen = [[i for i in long if line.startswith(s, i)] for s in (_RELATIONS, _SIGNS)]
    return next((places[-1] for places in (*chosen, fitting) if places), 0)
