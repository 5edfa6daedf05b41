"""An article that states several graphs: a sheet whose exercises each define an f of their own.

Where two equations for one name do not fit each other, the article is cut at its exercises, or
where it defines a function anew, and each part that states a graph is drafted by itself. The text
of a part is the whole with all else blank, so that places stay what they are. Steps of one
derivation are no exercises: two equations for one name in them are an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath

from symgrad.errors import SymgradError
from symgrad.verify.drafting.article import EXERCISES, gather
from symgrad.verify.drafting.draft import ArticleDraft, Wishes, draft_graph
from symgrad.verify.drafting.gaps import TwoEquations

_ITEM = re.compile(r"[ \t>]*(?:[-*+•]\s|\(?(?:\d{1,3}|[a-z])[.)]\s)")
_IN_ONE_PIECE = frozenset((".ipynb", ".html", ".htm", ".py"))
_MOST = 60


@dataclass(frozen=True, slots=True)
class ArticlePart:
    """A part of an article, and its graph; where it states none, `gap` says why."""

    text: str
    draft: ArticleDraft | None
    gap: str = ""


def draft_parts(text: str, source: str, wishes: Wishes | None = None) -> tuple[ArticlePart, ...]:
    """Return the graphs that an article states: one, or one for each exercise.

    Raises:
        SymgradError: where it states none, or leaves it open.

    >>> one, two = "$f(x) = x^2$, $f'(x) = 2x$", "$f(x) = x^3$, $f'(x) = 3x^2$"
    >>> found = draft_parts(f"Example 1\\n{one}\\n\\nExample 2\\n{two}\\n", "sheet.md")
    >>> [part.draft.graph["f"].line for part in found if part.draft]
    [5, 5]
    """
    try:
        return (ArticlePart(text, draft_graph(text, source, wishes)),)
    except TwoEquations:
        if PurePath(source).suffix.lower() in _IN_ONE_PIECE:
            raise
        for starts in (_exercises(text), _anew(text, source)):
            parts = tuple(_part(one, source, wishes) for one in _cut(text, starts))
            if len(parts) > 1 and any(part.draft is not None for part in parts):
                return parts
        raise


def _part(text: str, source: str, wishes: Wishes | None) -> ArticlePart:
    try:
        return ArticlePart(text, draft_graph(text, source, wishes))
    except SymgradError as error:
        return ArticlePart(text, None, error.diagnostics[0].message)


def _exercises(text: str) -> list[int]:
    """Return where the headings of exercises begin."""
    return [match.start() for match in EXERCISES.finditer(text)]


def _anew(text: str, source: str) -> list[int]:
    """Return where the paragraphs or items begin in which a function is defined anew."""
    lines = text.split("\n")
    starts = []
    for line in gather(text, source).starts:
        first = line - 1
        while first and lines[first - 1].strip() and not _ITEM.match(lines[first]):
            first -= 1
        starts.append(sum(len(one) + 1 for one in lines[:first]))
    return starts


def _cut(text: str, starts: Sequence[int]) -> list[str]:
    """Return the parts of a text between these places, each with all else blank."""
    starts = starts[:_MOST]
    bounds = sorted({0, *starts, len(text)})
    return [
        _blank(text[:start]) + text[start:end] + _blank(text[end:])
        for start, end in pairwise(bounds)
    ]


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
