"""Formulas as SVG text: runs in italics or upright, raised or lowered, with widths that are safe.

Widths are upper bounds over the fonts that a serif stack may find (Times and its metric twins,
DejaVu Serif): text never runs out of the box that was made for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum

from symgrad.expression.brackets import behind_bracket
from symgrad.expression.functions import reserved_names

# Advance widths in thousandths of the font size, each for all characters behind it.
_WIDTHS = {
    240: "′", 280: "'", 320: " ,.ijl·", 340: "-/:;\\|", 380: "f", 400: "()I[]ι", 420: "!t",
    460: '"J', 480: "r", 500: "*_`", 520: "s∂", 540: "?zε", 560: "ζξτ", 580: "cvxyβς",
    600: "aeγηρ", 620: "koδθνουχ", 640: "$0123456789{}λ√", 660: "bdghnpquκμπ", 680: "LPTα",
    700: "FSZΓσϕ", 720: "ΞΣφ", 740: "ABEVXYΔΛΥ", 760: "KR", 780: "C", 800: "Gψ", 820: "DOQΘΦω",
    840: "#+<=>^~Ω−×≈≤≥≠", 860: "Uw", 880: "HNΠΨ", 900: "&", 960: "%m", 1000: "@←→…", 1040: "MW",
}  # fmt: skip
_WIDTH = {letter: width for width, letters in _WIDTHS.items() for letter in letters}
_LATIN_OTHER = 880  # an accented or unknown letter
_WIDE = 1050  # ideographs and whatever else is square
SMALL = 0.72
_DEPTHS = 4
_LOWERED, _RAISED = 0.22, -0.36

_RAISED_SIGNS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ"
_MARKS = "\u0300-\u036f"  # accents above letters that have no letter of their own
_TOKEN = re.compile(
    rf"[^\W\d{_RAISED_SIGNS}](?:[{_MARKS}]|[^\W{_RAISED_SIGNS}])*(?<=_)\{{[^{{}}]*\}}"
    rf"|[^\W\d{_RAISED_SIGNS}](?:[{_MARKS}]|[^\W{_RAISED_SIGNS}])*|[{_RAISED_SIGNS}]+|\s+|.",
    re.DOTALL,
)
_SUPERSCRIPTS = str.maketrans(_RAISED_SIGNS, "0123456789−T")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_NAME = re.compile(rf"((?:[^\W\d_][{_MARKS}]*)+)_?(.*)", re.DOTALL)
_FUNCTIONS = frozenset(reserved_names()) | {"if", "and", "or", "not"}


@dataclass(frozen=True, slots=True)
class TextRun:
    """A stretch of text in one style; `shift` is in font sizes, downwards."""

    text: str
    italic: bool = False
    scale: float = 1.0
    shift: float = 0.0


def advance(text: str) -> float:
    """Return an upper bound of the width of plain text, in font sizes."""
    total = 0
    for letter in text:
        if unicodedata.combining(letter):
            continue
        width = _WIDTH.get(letter)
        if width is None:
            width = _WIDE if ord(letter) >= 0x1100 else _LATIN_OTHER
        total += width
    return total / 1000


def width_of(runs: Sequence[TextRun], size: float) -> float:
    """Return an upper bound of the width of runs at a font size."""
    return fsum(advance(run.text) * run.scale for run in runs) * size


@dataclass(frozen=True, slots=True)
class Typesetter:
    """Sets printed formulas; `names` are all names in them, as they are printed.

    Letters side by side that are no name are a product: ax is a times x.
    """

    names: frozenset[str]

    def runs(self, text: str) -> list[TextRun]:
        """Split a formula into runs: variables in italics, indices lowered, powers raised."""
        return list(_runs(self, text))

    def split(self, text: str) -> list[TextRun]:
        """Return the runs of a formula, made anew."""
        runs: list[TextRun] = []
        tokens = _TOKEN.findall(text)
        place = 0
        while place < len(tokens):
            token = tokens[place]
            following = tokens[place + 1] if place + 1 < len(tokens) else ""
            place += 1
            if token == "^" and following:
                end = behind_bracket(tokens, place)
                inner = "".join(tokens[place:end])
                inner = inner[1:-1] if following == "(" and inner.endswith(")") else inner
                runs.extend(_raised(self.runs(inner)))
                place = end
            else:
                runs.extend(self._token_runs(token, following))
        return _merged(runs)

    def width(self, text: str, size: float) -> float:
        """Return an upper bound of the width of a formula at a font size."""
        return width_of(self.runs(text), size)

    def _token_runs(self, token: str, following: str) -> Iterator[TextRun]:
        if token[0] in _RAISED_SIGNS:
            yield TextRun(token.translate(_SUPERSCRIPTS), scale=SMALL, shift=_RAISED)
        elif not token[0].isalpha() or token[0] == "∂":
            yield TextRun(token)
        elif token in self.names:
            yield from _name_runs(token)
        elif token in _FUNCTIONS or (len(token) > 1 and following in ("(", " ")):
            found = list(self._product(token))
            whole = token in _FUNCTIONS or len(found) == 1
            yield from [TextRun(token)] if whole else _all_runs(found)
        else:
            yield from _all_runs(self._product(token))

    def _product(self, token: str) -> Iterator[str]:
        """Yield the names that a token is made of; the token itself where it is not."""
        found: list[str] = []
        place = 0
        while place < len(token):
            ends = [e for e in range(len(token), place, -1) if token[place:e] in self.names]
            if not ends:
                yield token
                return
            found.append(token[place : ends[0]])
            place = ends[0]
        yield from found

    def wrapped(
        self, text: str, size: float, limit: float, most: int, instead: str = ""
    ) -> list[str]:
        """Break a formula into lines no wider than `limit` where it can be; at most `most` lines.

        Breaks stand behind commas, before + and −, or behind ·, as far out of all parentheses as
        can be. What does not fit gives way to `instead`, or to its first line and an ellipsis.
        """
        lines = [""]
        for part in self._parts(text, size, limit):
            joined = lines[-1] + part
            if lines[-1].strip() and self.width(joined.rstrip(), size) > limit:
                lines.append(part.lstrip())
            else:
                lines[-1] = joined
        lines = [line.rstrip() for line in lines]
        if len(lines) > most:
            lines = [instead or lines[0] + " …"]
        return [self._cut(line, size, 1.6 * limit) for line in lines]

    def _parts(self, text: str, size: float, limit: float) -> list[str]:
        """Cut a formula at its outermost signs, and what is still too wide at the next ones."""
        parts = [(text, 0)]
        for depth in range(_DEPTHS):
            for is_break in (_behind_comma, _before_term, _around_factor):
                parts = [
                    piece
                    for part, level in parts
                    for piece in (
                        [(part, level)]
                        if self.width(part, size) <= limit
                        else _cut_at(part, level, depth, is_break)
                    )
                ]
        return [part for part, _ in parts]

    def _cut(self, line: str, size: float, limit: float) -> str:
        while len(line) > 4 and self.width(line, size) > limit:
            line = line[: -max(2, len(line) // 20)].rstrip("…") + "…"
        return line


@lru_cache(maxsize=4096)
def _runs(setter: Typesetter, text: str) -> tuple[TextRun, ...]:
    """Return the runs of a formula; while lines are broken the same ones are measured often."""
    return tuple(setter.split(text))


def _raised(runs: Iterable[TextRun]) -> Iterator[TextRun]:
    for run in runs:
        yield TextRun(run.text, run.italic, run.scale * SMALL, run.shift * SMALL + _RAISED)


def _before_term(text: str, place: int) -> bool:
    return text[place : place + 3] in (" + ", " − ")


def _behind_comma(text: str, place: int) -> bool:
    return text[place - 1] == ","


def _around_factor(text: str, place: int) -> bool:
    return text[place - 1] == "·" or text[place : place + 2] == "/("


def _cut_at(
    text: str, level: int, depth: int, is_break: Callable[[str, int], bool]
) -> list[tuple[str, int]]:
    """Cut a text at the breaks that stand inside `depth` parentheses.

    `level` is the number of parentheses that are open where the text begins; each piece is returned
    with its own.
    """
    pieces: list[tuple[str, int]] = []
    start, opened = 0, level
    for place, letter in enumerate(text):
        if level == depth and place > start and is_break(text, place):
            pieces.append((text[start:place], opened))
            start, opened = place, level
        level += (letter == "(") - (letter == ")")
    return [*pieces, (text[start:], opened)]


def _all_runs(names: Iterable[str]) -> Iterator[TextRun]:
    for name in names:
        yield from _name_runs(name)


def _name_runs(name: str) -> Iterator[TextRun]:
    """Yield the runs of one name: its letters, and what follows as an index."""
    plain = name.translate(_SUBSCRIPTS)
    match = _NAME.fullmatch(plain)
    base, index = (match[1], match[2]) if match else (plain, "")
    letters = sum(not unicodedata.combining(letter) for letter in base)
    if letters > 1 and "_" not in plain and name == plain:
        base, index = plain, ""
    yield TextRun(base, letters == 1 and base not in "ΓΔΘΛΞΠΣΥΦΨΩ")
    if index:
        index = index.strip("{}").replace("-", "−")
        short = index[0].isalpha() and index[1:2] in ("", "−", "+")  # i, t−1
        yield TextRun(index.replace("_", ","), short, SMALL, _LOWERED)


def _merged(runs: Iterable[TextRun]) -> list[TextRun]:
    found: list[TextRun] = []
    for run in runs:
        last = found[-1] if found else None
        if last and (last.italic, last.scale, last.shift) == (run.italic, run.scale, run.shift):
            found[-1] = TextRun(last.text + run.text, run.italic, run.scale, run.shift)
        else:
            found.append(run)
    return found


def escaped(text: str) -> str:
    """Return text for XML: markup escaped, what XML cannot hold replaced."""
    pairs = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
    return "".join(pairs.get(c, c) if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


def tspans(runs: list[TextRun]) -> str:
    """Return runs as the inside of an SVG text element."""
    pieces: list[str] = []
    level = 0.0
    for run in runs:
        attributes = ""
        if run.shift != level:
            # dy counts in the size of the run itself
            attributes += f' dy="{_number((run.shift - level) / run.scale)}em"'
            level = run.shift
        if run.scale != 1:
            attributes += f' font-size="{_number(run.scale)}em"'
        if run.italic:
            attributes += ' font-style="italic"'
        text = escaped(run.text)
        pieces.append(f"<tspan{attributes}>{text}</tspan>" if attributes else text)
    return "".join(pieces)


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
