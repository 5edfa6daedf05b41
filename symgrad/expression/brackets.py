"""Brackets in a text or among tokens: how deep each stands, where one ends, what is outside."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

OPENING, CLOSING = "([{", ")]}"


def depths(parts: Iterable[str], opening: str = OPENING, closing: str = CLOSING) -> Iterator[int]:
    """Yield for each character or token how many brackets are open behind it.

    >>> list(depths("f(x)y"))
    [0, 1, 1, 0, 0]
    """
    depth = 0
    for part in parts:
        depth += (part in opening) - (part in closing)
        yield depth


def behind_bracket(
    parts: Sequence[str], at: int, opening: str = OPENING, closing: str = CLOSING
) -> int:
    """Return the place behind the bracket that closes the one at a place, or behind all.

    >>> behind_bracket("f(g(x)) + 1", 1)
    7
    """
    for end, depth in enumerate(depths(parts[at:], opening, closing), at + 1):
        if depth <= 0:
            return end
    return len(parts)


def spans_between(
    parts: Sequence[str],
    marks: Container[str] = ",",
    opening: str = OPENING,
    closing: str = CLOSING,
) -> Iterator[tuple[int, int]]:
    """Yield where the parts between marks that stand outside of brackets begin and end.

    >>> list(spans_between("a,f(b,c)"))
    [(0, 1), (2, 8)]
    """
    start = 0
    for place, (part, depth) in enumerate(zip(parts, depths(parts, opening, closing), strict=True)):
        if depth <= 0 and part in marks:
            yield start, place
            start = place + 1
    yield start, len(parts)
