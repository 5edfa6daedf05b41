"""LaTeX formulas taken apart into boxes, with the width and the height at which TeX sets them.

Widths are those of Computer Modern at ten points (D. Knuth, Computer Modern Typefaces, 1986).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import TypeAlias

DISPLAY, TEXT, SCRIPT = 0, 1, 2  # the styles of TeX; SCRIPT + 1 is scriptscript
REL, PUNCT, SUM, PRODUCT, ORD, OP = range(6)  # what an atom is, by how early a line breaks there

_ITALIC = dict(zip(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    (5.3, 4.3, 4.3, 5.2, 4.7, 6.0, 5.1, 5.8, 3.4, 4.7, 5.5, 3.2, 8.8, 6.0, 4.8, 5.0, 4.8, 4.8, 4.7,
     3.6, 5.7, 5.2, 7.4, 5.7, 5.3, 5.1, 7.5, 8.1, 7.9, 8.6, 8.0, 7.8, 7.9, 9.1, 5.2, 6.5, 9.2, 6.8,
     10.8, 9.1, 7.9, 7.8, 7.9, 7.7, 6.7, 7.2, 7.9, 8.1, 10.8, 9.1, 8.0, 7.5), strict=True,
))  # fmt: skip
_ROMAN = dict(zip(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ .,:;()-=_",
    (5.0, 5.6, 4.4, 5.6, 4.4, 3.1, 5.0, 5.6, 2.8, 3.1, 5.3, 2.8, 8.3, 5.6, 5.0, 5.6, 5.3, 3.9, 3.9,
     3.9, 5.6, 5.3, 7.2, 5.3, 5.3, 4.4, 7.5, 7.1, 7.2, 7.6, 6.8, 6.5, 7.8, 7.5, 3.6, 5.1, 7.8, 6.3,
     9.2, 7.5, 7.8, 6.8, 7.8, 7.4, 5.6, 7.2, 7.5, 7.5, 10.3, 7.5, 7.5, 6.1, 3.3, 2.8, 2.8, 2.8,
     2.8, 3.9, 3.9, 3.3, 7.8, 7.0), strict=True,
))  # fmt: skip
_LETTER, _DIGIT = 6.2, 5.0  # a Greek letter, about
_SIGN, _DOT, _ARROW = 7.8, 2.8, 10.0
_SPACES = {r"\quad": 10.0, r"\qquad": 20.0, r"\,": 1.7, r"\:": 2.2, r"\;": 2.8, r"\!": -1.7,
           r"\ ": 3.3, "~": 3.3}  # fmt: skip
_KINDS = {
    **dict.fromkeys(("=", "<", ">", r"\le", r"\ge", r"\ne", r"\approx", r"\leftarrow", r"\to",
                     r"\mapsto", r"\quad", r"\qquad", r"\colon"), REL),
    **dict.fromkeys((",", ";"), PUNCT),
    **dict.fromkeys(("+", "-", r"\pm"), SUM),
    **dict.fromkeys((r"\cdot", r"\odot", r"\times", r"\circ", r"\otimes"), PRODUCT),
}  # fmt: skip
_NARROW = {r"\cdot", ",", ";", ":", ".", r"\colon", "!", "|", r"\|", "'", r"\prime"}
_GAPS = {REL: 5.6, SUM: 4.4, PRODUCT: 4.4, PUNCT: 1.7}
_FUNCTIONS = frozenset(
    "arccos arcsin arctan cos cosh det exp ln log max min sin sinh tan tanh cot coth sec csc"
    .split()
)  # fmt: skip
_BLOCKS = frozenset((r"\mathrm", r"\mbox", r"\text", r"\mathbf", r"\boldsymbol", r"\operatorname"))
_ACCENTS = frozenset(
    rf"\{name}" for name in "hat bar tilde dot ddot widehat widetilde overline vec".split()
)
_WORDS = ("and", "or")  # a condition breaks before these
_SCALE = (1.0, 1.0, 0.8, 0.68)
_LINE = 11.0
_TOKEN = re.compile(r"(\\[A-Za-z]+|\\.|.)(\s*)", re.DOTALL)
_CLOSING = {"(": ")", "[": "]"}


class Unbreakable(ValueError):
    """A formula that is none of those that are taken apart here; it stays as it is."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """A sign, a letter, a word: what a line never breaks in."""

    text: str
    kind: int
    size: float
    unary: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """An exponent or an index: it belongs to what stands before it."""

    sign: str
    body: Row
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Fence:
    """Something in brackets; `left` and `right` are the brackets as they are written."""

    left: str
    body: Row
    right: str

    @property
    def grows(self) -> bool:
        """Whether the brackets are as high as what they hold."""
        return self.left.startswith(r"\left")


@dataclass(frozen=True, slots=True)
class Stack:
    """A fraction, a root, an accent: a command with what it takes."""

    head: str
    bodies: tuple[Row, ...]
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, and the style in which TeX sets them."""

    columns: str
    rows: tuple[tuple[Row, ...], ...]
    style: int = TEXT
    behind: str = ""


Item: TypeAlias = Glyph | Script | Fence | Stack | Table
Row: TypeAlias = tuple[Item, ...]


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = [(found[1], found[2]) for found in _TOKEN.finditer(text)]
        self.place = 0

    def peek(self) -> str:
        return self.tokens[self.place][0] if self.place < len(self.tokens) else ""

    def take(self, wanted: str = "") -> tuple[str, str]:
        if self.place >= len(self.tokens) or (wanted and self.peek() != wanted):
            raise Unbreakable(wanted)
        self.place += 1
        return self.tokens[self.place - 1]

    def row(self, ends: Sequence[str]) -> Row:
        """Read up to one of some tokens, which is left where it is."""
        found: list[Item] = []
        while (token := self.peek()) not in ends:
            if token in ("", "}", "&", r"\\", r"\right", r"\end", ")", "]"):
                raise Unbreakable(token)
            found.append(self.item(found))
        return tuple(found)

    def item(self, before: Sequence[Item]) -> Item:
        token, space = self.take()
        match token:
            case "^" | "_":
                return Script(token, *self.argument())
            case "{":
                body = self.row("}")
                return Stack("", (body,), self.take()[1])
            case "(" | "[":
                body = self.row(_CLOSING[token])
                return Fence(token + space, body, "".join(self.take()))
            case r"\left":
                left = token + space + "".join(self.take())
                body = self.row((r"\right",))
                return Fence(left, body, "".join(self.take()) + "".join(self.take()))
            case r"\frac":
                above, _ = self.argument()
                return Stack(token, (above, *(last := self.argument())[:1]), last[1])
            case r"\sqrt" if self.peek() == "[":
                return self.stack(token + "".join("".join(self.take()) for _ in range(3)))
            case r"\begin":
                return self.table()
            case _ if token == r"\sqrt" or token in _ACCENTS:
                return self.stack(token)
            case _ if token in _BLOCKS:
                return self.block(token)
        return _atom(token, space, before)

    def argument(self) -> tuple[Row, str]:
        if self.peek() != "{":
            return (self.item(()),), ""
        self.take()
        return self.row("}"), self.take()[1]

    def stack(self, head: str) -> Stack:
        body, space = self.argument()
        return Stack(head, (body,), space)

    def block(self, token: str) -> Glyph:
        """Read a command whose argument is a word, or a sentence with formulas in it."""
        text, depth = self.take("{")[1], 1
        while True:
            part, space = self.take()
            depth += {"{": 1, "}": -1}.get(part, 0)
            if not depth:
                break
            text += part + space
        kind = REL if text.strip() in _WORDS else ORD
        return Glyph(f"{token}{{{text}}}{space}", kind, prose_width(text))

    def table(self) -> Table:
        for letter in "{array}{":
            self.take(letter)
        columns, depth = "", 1
        while depth:
            token, _ = self.take()
            depth += {"{": 1, "}": -1}.get(token, 0)
            columns += token if depth else ""
        rows: list[tuple[Row, ...]] = []
        cells: list[Row] = []
        while True:
            cells.append(self.row(("&", r"\\", r"\end")))
            token, _ = self.take()
            if token == "&":
                continue
            rows.append(tuple(cells))
            cells = []
            if token == r"\end":
                break
            if self.peek() == "[":
                while self.take()[0] != "]":
                    pass
        space = [self.take(letter) for letter in "{array}"][-1][1]
        return Table(columns, tuple(rows), behind=space)


def _atom(token: str, space: str, before: Sequence[Item]) -> Glyph:
    text = token + space
    kind = _KINDS.get(token, ORD)
    if token in _SPACES:
        return Glyph(text, kind, _SPACES[token])
    if token in _ITALIC:
        return Glyph(text, ORD, _ITALIC[token])
    if token.removeprefix("\\") in _FUNCTIONS:
        return Glyph(text, OP, roman_width(token[1:]))
    last = before[-1] if before else None
    unary = kind == SUM and (last is None or (isinstance(last, Glyph) and last.kind < ORD))
    if token == ":":
        return Glyph(text, ORD, 8.4)
    size = _DOT if token in _NARROW else _DIGIT if token.isdigit() else _LETTER
    if kind != ORD and token not in _NARROW:
        size = _ARROW if token in (r"\to", r"\leftarrow", r"\mapsto") else _SIGN
    return Glyph(text, ORD if unary else kind, size, unary)


def parsed(formula: str) -> Row:
    """Return a formula as boxes. Raises Unbreakable for what is no formula of ours."""
    reader = _Reader(formula)
    return reader.row(("",))


def roman_width(word: str) -> float:
    """Return the width of upright letters."""
    return fsum(_ROMAN.get(letter, _DIGIT) for letter in word if letter not in "{}\\")


def prose_width(text: str) -> float:
    """Return the width of a sentence on one line, the formulas between its dollar signs set."""
    parts = re.split(r"(?<!\\)\$", text)
    return fsum(map(roman_width, parts[::2])) + fsum(map(_inline_width, parts[1::2]))


def _inline_width(formula: str) -> float:
    try:
        return width(parsed(formula), TEXT)
    except Unbreakable:
        return roman_width(formula)


def width(row: Iterable[Item], style: int = DISPLAY) -> float:
    """Return how many points wide a row is."""
    items = tuple(row)
    total = fsum(_item_width(item, style) for item in items)
    if style < SCRIPT:
        inner = [item for item in items[1:] if isinstance(item, Glyph)]
        total += fsum(_GAPS.get(item.kind, 0) for item in inner if item.text.strip() not in _SPACES)
        total += 1.7 * sum(isinstance(item, Glyph) and item.kind == OP for item in items)
    return total


def _item_width(item: Item, style: int) -> float:
    match item:
        case Glyph():
            return item.size * _SCALE[style]
        case Script():
            return width(item.body, min(max(style, TEXT) + 1, 3)) + 0.5
        case Fence():
            return width(item.body, style) + 2 * _bracket(item, style)
        case Stack(head="" | r"\hat" | r"\bar"):
            return width(item.bodies[0], style)
        case Stack(head=r"\frac"):
            return max(width(body, min(style + 1, 3)) for body in item.bodies) + 2.4
        case Stack():
            return width(item.bodies[0], style) + (10.0 if "sqrt" in item.head else 0)
        case Table():
            return fsum(column_widths(item)) + 10.0 * _gaps(item)


def _bracket(fence: Fence, style: int) -> float:
    if not fence.grows:
        return 3.9 * _SCALE[style]
    inside = height(fence.body, style)
    return 4.6 if inside < 14 else 6.0 if inside < 20 else 7.4 if inside < 28 else 8.8


def _gaps(table: Table) -> float:
    count = sum(letter in "rcl" for letter in table.columns)
    outer = 0 if table.columns.startswith("@{}") else 1
    return 0.3 if r"@{\;}" in table.columns else count - 1 + outer


def column_widths(table: Table) -> list[float]:
    """Return how wide the columns of a table are."""
    count = max(len(row) for row in table.rows)
    return [max(width(row[i], table.style) if i < len(row) else 0 for row in table.rows)
            for i in range(count)]  # fmt: skip


def height(row: Iterable[Item], style: int = DISPLAY) -> float:
    """Return about how many points high a row is."""
    return max((_item_height(item, style) for item in row), default=_LINE * _SCALE[style])


def _item_height(item: Item, style: int) -> float:
    match item:
        case Glyph():
            return _LINE * _SCALE[style]
        case Script():
            return _LINE * _SCALE[style] + 3
        case Fence():
            return height(item.body, style)
        case Stack(head=r"\frac"):
            return fsum(height(body, min(style + 1, 3)) for body in item.bodies) + 4
        case Stack():
            return height(item.bodies[0], style) + (3 if item.head else 0)
        case Table():
            highest = (max(height(cell, item.style) for cell in row) for row in item.rows)
            return fsum(max(one, 12.0) + (0 if item.style else 3) for one in highest)


_STYLES = (r"\displaystyle ", "", r"\scriptstyle ")


def text_of(row: Iterable[Item]) -> str:
    """Return a row as LaTeX; one that was parsed and not changed as it was."""
    return "".join(map(_item_text, row))


def _item_text(item: Item) -> str:
    match item:
        case Glyph():
            return item.text
        case Script():
            return f"{item.sign}{{{text_of(item.body)}}}{item.behind}"
        case Fence():
            return f"{item.left}{text_of(item.body)}{item.right}"
        case Stack():
            bodies = "".join(f"{{{text_of(body)}}}" for body in item.bodies)
            return f"{item.head}{bodies}{item.behind}"
        case Table():
            style = _STYLES[item.style]
            rows = (" & ".join(style + text_of(cell).strip() if cell else "" for cell in row)
                    for row in item.rows)  # fmt: skip
            gap = r" \\[.5ex] " if item.style == DISPLAY else r" \\ "
            body = gap.join(rows)
            return rf"\begin{{array}}{{{item.columns}}} {body} \end{{array}}{item.behind}"
