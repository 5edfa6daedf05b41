"""Tables that are wider than a terminal, in parts below each other, the first column in each."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

_RULES = ("─", "-")
_LEAST_RULE = 8

Row = list[str]  # what stands in each column of a terminal: a letter with its accents


def tables_split(lines: Sequence[str], width: int) -> Iterator[str]:
    """Yield lines, each table among them in parts that fit.

    A table is a head above a rule, and rows down to an empty line; numbers stand at the right.

    >>> for line in tables_split(["n    a    b", "──────────", "1  2.5  3.5"], 8):
    ...     print(line)
    n    a
    ──────
    1  2.5
    <BLANKLINE>
    n    b
    ──────
    1  3.5
    """
    at = 0
    while at < len(lines):
        if at + 1 < len(lines) and _is_rule(lines[at + 1]):
            end = next((i for i in range(at + 2, len(lines)) if not lines[i].strip()), len(lines))
            yield from _split(lines[at:end], width)
            at = end
        else:
            yield lines[at]
            at += 1


def _is_rule(line: str) -> bool:
    return len(line) >= _LEAST_RULE and any(set(line) == {rule} for rule in _RULES)


def _split(table: Sequence[str], width: int) -> Iterator[str]:
    rows = [_letters(line) for line in table]
    wide = max(map(len, rows))
    if wide <= width:
        yield from table
        return
    rows = [row + [" "] * (wide - len(row)) for row in rows]
    cells = [rows[0], *rows[2:]]
    free = [all(row[i] == " " for row in cells) for i in range(wide)]
    ends = [i for i in range(1, wide) if free[i] and not free[i - 1]] + [wide]
    # One space alone may stand within a cell, between two columns there are two.
    ends = [end for end in ends if end == wide or all(free[end : end + 2])]
    columns = list(zip([0, *ends], ends, strict=False))
    first, rest = columns[0], columns[1:]
    for i, part in enumerate(_parts(first, rest, width)):
        if i:
            yield ""
        for row, line in zip(rows, table, strict=True):
            text = "".join("".join(row[a:b]) for a, b in part).rstrip()
            yield text if line is not table[1] else table[1][0] * sum(b - a for a, b in part)


def _parts(
    first: tuple[int, int], rest: Sequence[tuple[int, int]], width: int
) -> list[list[tuple[int, int]]]:
    """Return the columns of each part, the first one in all of them."""
    used, number = first[1], 0
    numbered: list[int] = []
    for start, end in rest:
        if used + end - start > width and used > first[1]:
            used, number = first[1], number + 1
        used += end - start
        numbered.append(number)
    pairs = zip(numbered, rest, strict=True)
    return [
        [first, *(column for _, column in group)] for _, group in groupby(pairs, lambda p: p[0])
    ]


def _letters(line: str) -> Row:
    found: Row = []
    for letter in line:
        if unicodedata.combining(letter) and found:
            found[-1] += letter
        else:
            found.append(letter)
            if unicodedata.east_asian_width(letter) in ("W", "F"):
                found.append("")
    return found


__all__ = ["tables_split"]
