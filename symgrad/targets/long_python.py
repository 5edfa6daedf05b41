"""Long lines of Python, broken inside brackets so that no line is wider than a page."""

from __future__ import annotations

import tokenize
from collections.abc import Iterator, Sequence
from io import StringIO
from textwrap import wrap
from typing import NamedTuple

from symgrad.targets.long_lines import WIDTH

# What stands before a string that is a docstring.
_BETWEEN = (tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT)

_AFTER = frozenset((",", "+", "-", "and", "or", "if", "else", "==", ">=", "<=", "<", ">"))
_SECOND = frozenset(("*", "/", "("))  # where there is nothing better


class _Break(NamedTuple):
    """A place in a line where it may go on in the next one."""

    column: int
    depth: int  # how many of the line's own brackets are open
    rank: int  # the lower, the better


def folded_python(text: str) -> str:
    """Return the code of a module with no long line; its meaning is the same.

    A comment stays as it is, and so does the text of a string that is no docstring.

    >>> print(folded_python("total = f(" + ", ".join(["argument"] * 12) + ")"))
    total = f(
        argument, argument, argument, argument, argument, argument, argument, argument, argument,
        argument, argument, argument
    )
    """
    lines = text.split("\n")
    if max(map(len, lines)) <= WIDTH:
        return text
    try:
        text = _with_docstrings(text, lines)
        lines = text.split("\n")
        rows = list(_long_rows(text, lines))
    except (SyntaxError, tokenize.TokenError):  # a template of others; it is checked elsewhere
        return text
    for row, inside, tokens, last in rows:
        made, closing = _broken(lines[row], tokens, inside=inside, whole=row == last)
        lines[row] = "\n".join(made)
        lines[last] += closing
    return "\n".join(lines)


def _long_rows(
    text: str, lines: Sequence[str]
) -> Iterator[tuple[int, bool, list[tokenize.TokenInfo], int]]:
    """Yield each long row of whole tokens: its number, whether a bracket is open, them, its end.

    The end is the last row of the statement.
    """
    rows: dict[int, list[tokenize.TokenInfo]] = {}
    opened: dict[int, int] = {}
    ends: list[int] = []
    depth = 0
    for token in tokenize.generate_tokens(StringIO(text).readline):
        row = token.start[0] - 1
        opened.setdefault(row, depth)
        if token.end[0] == token.start[0] and token.string.strip():
            rows.setdefault(row, []).append(token)
        if token.type == tokenize.NEWLINE:
            ends.append(row)
        depth += _opens(token)
    for row, tokens in rows.items():
        comments = any(token.type == tokenize.COMMENT for token in tokens)
        if len(lines[row]) > WIDTH and not comments:
            yield row, opened[row] > 0, tokens, next(end for end in ends if end >= row)


def _with_docstrings(text: str, lines: Sequence[str]) -> str:
    """Return code whose docstrings have no long line; one of a single line is closed below it."""
    made = list(lines)
    before = tokenize.NEWLINE
    for token in tokenize.generate_tokens(StringIO(text).readline):
        if before in _BETWEEN and token.string.endswith('"""'):
            (first, column), (last, _) = token.start, token.end
            indent = " " * column
            for row in range(first - 1, last):
                if len(lines[row]) > WIDTH:
                    made[row] = "\n".join(_prose(lines[row], indent))
        before = token.type
    return "\n".join(made)


def _prose(line: str, indent: str) -> list[str]:
    """Return a line of a docstring as lines that are no wider than a page."""
    body = line.removesuffix('"""')
    made = wrap(
        body, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return made if body == line else [*made, f'{indent}"""']


def _opens(token: tokenize.TokenInfo) -> int:
    """Return 1 for an opening bracket, -1 for a closing one, and 0 for anything else."""
    if token.type != tokenize.OP:
        return 0
    return (token.string in "([{") - (token.string in ")]}")


def _broken(
    line: str, tokens: Sequence[tokenize.TokenInfo], *, inside: bool, whole: bool
) -> tuple[list[str], str]:
    """Return the lines for a long one, and what is to close the statement where it ends.

    `inside` tells that a bracket was open before it, `whole` that the statement ends with it.
    """
    indent = line[: len(line) - len(line.lstrip())]
    breaks = _breaks(line, tokens)
    if inside:
        return _filled(line, breaks, 0, len(line), indent), ""
    deeper = f"{indent}    "
    begin = _right_side(line, tokens)
    start, end = _widest(tokens)
    worst = 1 if len(line) - (end - start) > WIDTH else 0  # the bracket alone does not do it
    own = [place for place in breaks if not place.depth and place.rank <= worst]
    if begin and any(place.column > begin for place in own):
        made = [f"{line[:begin]}(", *_filled(line, breaks, begin, len(line), deeper)]
        return ([*made, f"{indent})"], "") if whole else (made, ")")
    if end <= start:
        return [line], ""
    return [line[:start], *_filled(line, breaks, start, end, deeper), indent + line[end:]], ""


def _right_side(line: str, tokens: Sequence[tokenize.TokenInfo]) -> int:
    """Return where the expression of an assignment or of a `return` begins; 0 for others."""
    if tokens[0].string == "return":
        return tokens[1].start[1]
    begin = depth = 0
    for token in tokens:
        depth += _opens(token)
        if token.string == "=" and not depth:
            begin = token.end[1] + (line[token.end[1]] == " ")
    return begin


def _breaks(line: str, tokens: Sequence[tokenize.TokenInfo]) -> list[_Break]:
    found: list[_Break] = []
    depth = 0
    for token in tokens:
        word, column = token.string, token.end[1]
        depth += _opens(token)
        spaced = line[column : column + 1] == " " and not line.startswith(" None]", column)
        if word in _AFTER and spaced:
            found.append(_Break(column, depth, 0))
        elif word == "for" and depth:
            found.append(_Break(token.start[1] - 1, depth, 0))
        elif word in _SECOND and token.type == tokenize.OP and not spaced:
            found.append(_Break(column, depth, 1))
    return found


def _widest(tokens: Sequence[tokenize.TokenInfo]) -> tuple[int, int]:
    """Return where the inside of the widest bracket begins and ends that no other is around."""
    best = (0, 0)
    depth = start = 0
    for token in tokens:
        change = _opens(token)
        if change > 0 and not depth:
            start = token.end[1]
        depth += change
        if change < 0 and not depth and token.start[1] - start > best[1] - best[0]:
            best = start, token.start[1]
    return best


def _filled(line: str, breaks: Sequence[_Break], start: int, end: int, indent: str) -> list[str]:
    """Return a part of a line as lines that are as full as they may be."""
    made: list[str] = []
    while True:
        text = line[start:end].strip()
        room = WIDTH - len(indent)
        if len(text) <= room:
            return [*made, f"{indent}{text}"]
        skipped = len(line[start:end]) - len(line[start:end].lstrip())
        limit = start + skipped + room
        later = [place for place in breaks if start + skipped < place.column < end]
        fitting = [place for place in later if place.column <= limit]
        if not later:
            return [*made, f"{indent}{text}"]
        best = min(place.rank for place in fitting) if fitting else 0
        place = [p for p in fitting if p.rank == best][-1] if fitting else later[0]
        made.append(f"{indent}{line[start : place.column].strip()}")
        start = place.column
