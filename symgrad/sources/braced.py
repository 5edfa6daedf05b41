r"""Names as papers write them in the graph language: `h_{t-1}`, `W^{(1)}`, `\hat{y}`.

Braces stand in names only, so each such name is written plainly before anything is read: `h_tm1`,
`W_1`, `y_hat`. Faults are told at their place in the author's own line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from symgrad.errors import Diagnostic, Place, SourceError
from symgrad.sources.latex import translate
from symgrad.sources.lexer import NAME
from symgrad.sources.problems import Fault, Origin

_ACCENT = r"\\(?:hat|bar|tilde|dot|ddot|vec|check|widehat|widetilde|overline)(?![A-Za-z])"
_STYLE = r"\\(?:mathbf|mathrm|mathit|mathcal|boldsymbol|bm|text|textit|operatorname)(?=\s*\{)"
_INSIDE = r"\{[^{}\n]{1,60}\}"
_BASE = rf"{NAME}(?<!_)"
_HEAD = rf"(?:{_ACCENT}\s*(?:{_INSIDE}|{_BASE})|{_STYLE}\s*{_INSIDE}|{_BASE})"
_INDEX = rf"(?:_{_INSIDE}|_\w+|" + r"\^\{\s*(?:\([^(){}\n]{1,60}\)|\[[^][{}\n]{1,60}\])\s*\})"
_WRITTEN = re.compile(rf"(?<![\w\\]){_HEAD}{_INDEX}*")
_PLAIN = re.compile(NAME)
_SIGN = re.compile(rf"[{{}}]|{_ACCENT}")
_CHECK = re.compile(r"\s*check\b")


class Respelled(NamedTuple):
    """A name that was written plainly: columns from 0, in the plain line and in the author's."""

    start: int
    end: int
    own_start: int
    own_end: int


class PlainText:
    """A text with plain names, and the way back to what its author wrote."""

    def __init__(self, text: str) -> None:
        written = "{" in text or "}" in text or "\\" in text
        self.own = text.split("\n") if written and _SIGN.search(text) else []
        self.places: dict[int, tuple[Respelled, ...]] = {}
        self.lines: list[str] = []
        for i, line in enumerate(self.own):
            plain, places = _plain_line(line)
            self.lines.append(plain)
            if places:
                self.places[i + 1] = places
        self.text = "\n".join(self.lines) if self.places else text

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell faults at their places in the author's text."""
        try:
            yield
        except SourceError as error:
            if not self.places:
                raise
            found = [_moved(diagnostic, self.place) for diagnostic in error.diagnostics]
            raise type(error)(*found) from None

    def place(self, place: Place) -> Place:
        """Return a place of the plain text in the author's."""
        names = self.places.get(place.line, ())
        if not names or place.text != self.lines[place.line - 1]:
            return place
        start, end = place.column - 1, place.column - 1 + place.length
        first, last = _own_column(start, names, after=False), _own_column(end, names, after=True)
        text = self.own[place.line - 1]
        return replace(place, column=first + 1, length=max(1, last - first), text=text)


def _own_column(column: int, names: tuple[Respelled, ...], *, after: bool) -> int:
    shift = 0
    for name in names:
        if column >= name.end:
            shift = name.own_end - name.end
        elif column > name.start or (column == name.start and not after):
            return name.own_end if after else name.own_start
    return column + shift


def _moved(diagnostic: Diagnostic, place: Callable[[Place], Place]) -> Diagnostic:
    here = None if diagnostic.place is None else place(diagnostic.place)
    related = tuple((text, place(other)) for text, other in diagnostic.related)
    return replace(diagnostic, place=here, related=related)


def _plain_line(line: str) -> tuple[str, tuple[Respelled, ...]]:
    """Return a line with its names written plainly; comments and claims stay as they are."""
    if _CHECK.match(line) or not _SIGN.search(line):
        return line, ()
    end = line.find("#") if "#" in line else len(line)
    found, places, at, length = [], [], 0, 0
    for match in _WRITTEN.finditer(line, 0, end):
        if _PLAIN.fullmatch(match[0]):
            continue
        name = _plain_name(match[0])
        if name is None:
            continue
        found += [line[at : match.start()], name]
        start = length + match.start() - at
        length = start + len(name)
        places.append(Respelled(start, length, *match.span()))
        at = match.end()
    return "".join((*found, line[at:])), tuple(places)


def _plain_name(text: str) -> str | None:
    try:
        name = translate(text, Origin("", (text,), 1, 1)).text.strip()
    except Fault:
        return None
    return name if _PLAIN.fullmatch(name) else None
