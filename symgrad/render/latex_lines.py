"""Formulas of LaTeX in lines that fit the page of an article, with commands of the kernel only.

A line breaks before a relation, then between the terms of a sum, then between factors. What is
still too wide holds its lines in place: brackets, fractions and tables get rows of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import fsum

from symgrad.render.latex_boxes import (
    DISPLAY,
    ORD,
    PRODUCT,
    PUNCT,
    REL,
    SCRIPT,
    TEXT,
    Fence,
    Glyph,
    Item,
    Row,
    Script,
    Stack,
    Table,
    Unbreakable,
    column_widths,
    height,
    parsed,
    text_of,
    width,
)

PAGE = 336.0  # points of a line of LaTeX's article class, less a little
_HIGHEST = 430.0  # points of one display: longer ones are several, so that pages break between them
_SIDE_BY_SIDE = ORD  # factors without a sign between them: the last place to break at
_INDENT = Glyph(r"\quad ", ORD, 10.0)
_EMPTY = Glyph("{} ", ORD, 0.0)  # in front of a sign that starts a line: it keeps its spaces
_TIMES = Glyph(r"\cdot ", PRODUCT, 2.8)
_LEAST = 45.0  # points: narrower columns are no use
_WIDE_INDEX = 90.0  # points: a narrower index is a name's
_ROOT = 12.0
_BRACKETS = 17.6
_EQUALITIES = ("=", r"\approx", r"\leftarrow")


def displayed(formula: str, page: float = PAGE) -> str:
    """Return a formula as a display: on one line where that fits, else in lines."""
    return row_displayed(boxed(formula), page)


def row_displayed(row: Row, page: float = PAGE) -> str:
    """Return a formula that was taken apart as a display."""
    if width(row) <= page:
        return rf"\[ {text_of(row)} \]"
    return rows_displayed([sides(row)], page)


def laid_out(row: Row, page: float = PAGE) -> list[tuple[float, float]]:
    """Return the width and the height of each line in which a formula is displayed."""
    if width(row) <= page:
        return [(width(row), height(row))]
    return [
        (width(left) + width(right), max(height(left), height(right)))
        for left, right in _cells([sides(row)], page)
    ]


def boxed(formula: str) -> Row:
    """Return a formula as boxes; one that cannot be taken apart is a single one."""
    try:
        return parsed(formula)
    except Unbreakable:
        return (Glyph(formula, ORD, 0.0),)


def sides(row: Row) -> tuple[Row, Row]:
    """Return what stands before the first sign of equality, and all from there on."""
    for i, item in enumerate(row):
        if isinstance(item, Glyph) and item.text.strip() in _EQUALITIES:
            return row[:i], row[i:]
    return (), row


def rows_displayed(pairs: Sequence[tuple[Row, Row]], page: float = PAGE) -> str:
    """Return pairs of sides as displays whose signs of equality stand under one another."""
    return "\n".join(_display(chunk) for chunk in _chunks(_cells(pairs, page)))


def _cells(pairs: Sequence[tuple[Row, Row]], page: float) -> list[tuple[Row, Row]]:
    """Return the lines of pairs of sides, each in two columns."""
    left = max((width(before) for before, _ in pairs), default=0.0)
    aligned = left <= page / 3
    cells: list[tuple[Row, Row]] = []
    for before, behind in pairs:
        indent = 0.0 if aligned or not before else _INDENT.size
        room = page - left - 3 if aligned else page - indent
        found = lines(behind, room, room - _INDENT.size)
        if aligned:
            cells += [(before if i == 0 else (), line) for i, line in enumerate(found)]
        elif before and width((*before, *found[0])) <= page:
            cells += [((), (*before, *found[0])), *(((), (_INDENT, *line)) for line in found[1:])]
        else:
            cells += [((), line) for line in lines(before, page, page - indent)]
            cells += [((), (_INDENT, *line) if before else line) for line in found]
    return cells


def _chunks(cells: Iterable[tuple[Row, Row]]) -> Iterable[list[tuple[Row, Row]]]:
    """Yield rows in groups that a page has room for."""
    chunk: list[tuple[Row, Row]] = []
    used = 0.0
    for left, right in cells:
        high = max(height(left), height(right)) + 5
        if chunk and used + high > _HIGHEST:
            yield chunk
            chunk, used = [], 0.0
        chunk.append((left, right))
        used += high
    yield chunk


def _display(cells: Sequence[tuple[Row, Row]]) -> str:
    style = r"\displaystyle "
    if len(cells) == 1:
        return rf"\[ {text_of(cells[0][0])}{text_of(cells[0][1]).strip()} \]"
    if not any(left for left, _ in cells):
        columns, rows = "@{}l@{}", [style + text_of(right).strip() for _, right in cells]
    else:
        columns = r"@{}r@{\;}l@{}"
        rows = [
            f"{style + text_of(left) if left else ''}& {style}{text_of(right).strip()}"
            for left, right in cells
        ]
    body = " \\\\[1ex]\n".join(rows)
    return f"\\[ \\begin{{array}}{{{columns}}}\n{body}\n\\end{{array}} \\]"


def lines(row: Row, first: float, rest: float, style: int = DISPLAY, level: int = REL) -> list[Row]:
    """Return a row in lines: `first` points are there for the first one, `rest` for the others."""
    if width(row, style) <= first:
        return [row]
    pieces: list[Row] = []
    while level <= _SIDE_BY_SIDE:
        pieces = _pieces(row, level)
        if len(pieces) > 1:
            break
        level += 1
    if len(pieces) < 2:
        return [_squeezed(row, first, style)]
    found: list[Row] = []
    current: Row = ()
    for piece in pieces:
        room = rest if found else first
        if current and (_is_equality(piece) or width((*current, *piece), style) > room):
            found.append(current)
            current, room = (), rest
        if current or width(piece, style) <= room - _lead(piece):
            current = (*current, *piece) if current or not found else _continued(piece, level)
            continue
        start = _continued(piece, level) if found else piece
        inner = lines(start, room, rest - _INDENT.size, style, level + 1)
        nested = inner[1:] if level == REL else [(_INDENT, *line) for line in inner[1:]]
        found += [inner[0], *nested]
    return [*found, current] if current else found


def _is_equality(piece: Row) -> bool:
    head = piece[0]
    return isinstance(head, Glyph) and head.text.strip() in _EQUALITIES


def _lead(piece: Row) -> float:
    """Return the room of the spaces that a sign at the start of a line keeps."""
    return 15.0 if isinstance(piece[0], Glyph) else 7.0


def _continued(piece: Row, level: int) -> Row:
    """Return what starts a line that is not the first one."""
    if level == REL:
        return piece
    if level == PUNCT:
        return (_INDENT, *piece)
    sign = () if level < _SIDE_BY_SIDE else (_TIMES,)
    return (_INDENT, _EMPTY, *sign, *piece)


def _pieces(row: Row, level: int) -> list[Row]:
    """Return a row cut at all places of one level, each sign with what follows it."""
    cuts: list[int] = []
    for i in range(1, len(row)):
        item, before = row[i], row[i - 1]
        if level == _SIDE_BY_SIDE:
            if _is_factor(item) and _ends_factor(row, i) and not isinstance(item, Script):
                cuts.append(i)
        elif level == PUNCT:
            if isinstance(before, Glyph) and before.kind == PUNCT:
                cuts.append(i)
        elif isinstance(item, Glyph) and item.kind == level and not item.unary:
            cuts.append(i)
    parts = [row[a:b] for a, b in zip([0, *cuts], [*cuts, len(row)], strict=True)]
    return [part for part in parts if any(item is not _EMPTY for item in part)]


def _is_factor(item: Item) -> bool:
    return not isinstance(item, Glyph) or item.kind >= ORD


def _ends_factor(row: Row, place: int) -> bool:
    """Tell whether a bracket or a fraction, which no argument follows, ends before a place."""
    i = place - 1
    while i > 0 and isinstance(row[i], Script):
        i -= 1
    return isinstance(row[i], Fence) or (isinstance(row[i], Stack) and bool(row[i].head))  # type: ignore[union-attr]


def _squeezed(row: Row, room: float, style: int) -> Row:
    """Return a row that no sign divides, with what is widest in it in rows of its own."""
    wide = [i for i, item in enumerate(row) if _is_narrowable(item, style)]
    for place in sorted(wide, key=lambda i: -width((row[i],), style)):
        over = width(row, style) - room
        if over <= 0:
            break
        item = row[place]
        smaller = _narrowed(item, max(width((item,), style) - over, _LEAST), style)
        row = (*row[:place], smaller, *row[place + 1 :])
    return row


def _is_narrowable(item: Item, style: int) -> bool:
    match item:
        case Glyph(text):
            return text.startswith(r"\mbox")
        case Script():
            return width((item,), style) > _WIDE_INDEX
        case _:
            return True


def _narrowed(item: Item, room: float, style: int) -> Item:
    """Return brackets, a fraction or a table with what they hold in lines."""
    match item:
        case Glyph(text):
            words = text.strip().removeprefix(r"\mbox{").removesuffix("}")
            return Glyph(rf"\parbox{{{room:.0f}pt}}{{\raggedright {words}}}", ORD, room)
        case Fence():
            body = _stacked(item.body, room - _BRACKETS, style)
            left = item.left if item.grows else rf"\left{item.left}"
            right = item.right if item.grows else rf"\right{item.right}"
            return Fence(left, body, right)
        case Script():
            return replace(item, body=_stacked(item.body, room, SCRIPT))
        case Stack(head=r"\frac"):
            inner = min(style + 1, 3)
            return replace(item, bodies=tuple(
                body if width(body, inner) <= room - 3 else _stacked(body, room - 3)
                for body in item.bodies
            ))  # fmt: skip
        case Stack():
            return replace(item, bodies=(_stacked(item.bodies[0], room - _ROOT),))
        case Table():
            return table_within(item, room)


def _stacked(row: Row, room: float, style: int = TEXT) -> Row:
    """Return a row as a table of one column, each line a row of it."""
    style = min(style, SCRIPT)
    found = lines(row, room, room - _INDENT.size, style)
    return (Table("@{}l@{}", tuple((line,) for line in found), style),) if found[1:] else found[0]


def table_within(table: Table, room: float) -> Table:
    """Return a table whose widest columns have their cells in lines, so that it fits a room."""
    natural = column_widths(table)
    free = room - (width((table,)) - fsum(natural))
    allowed = [0.0] * len(natural)
    rest = sorted(range(len(natural)), key=natural.__getitem__)
    while rest:
        share = free / len(rest)
        column = rest.pop(0)
        allowed[column] = min(natural[column], max(share, _LEAST))
        free -= allowed[column]
    rows = tuple(
        tuple(
            cell if width(cell, table.style) <= most else _stacked(cell, most, table.style)
            for cell, most in zip(row, allowed, strict=False)
        )
        for row in table.rows
    )
    return replace(table, rows=rows)
