"""Parts of formulas that no page has room for: named, as a person would, and written out below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

from symgrad.render.latex_boxes import (
    ORD,
    Fence,
    Glyph,
    Item,
    Row,
    Script,
    Stack,
    Table,
    text_of,
    width,
)
from symgrad.render.latex_lines import PAGE, laid_out

_LETTERS = "ABCDEFGHKLMNPQRSTUVWXYZ"
_TALLEST = 120.0  # points of one line; what is higher has parts that are named
_WIDEST = 5 * PAGE  # points of a formula in one line; what is wider has parts that are named
_LEAST = 70.0  # points: narrower parts keep their place
_MOST = 60  # names in one list of formulas

Named = tuple[Glyph, Row]


def with_named_parts(rows: Sequence[Row], names: Collection[str]) -> tuple[list[Row], list[Named]]:
    """Return formulas with the parts named that make a line too high, and what the names are for.

    A part that occurs several times has one name. What fits stays as it is.

    Args:
        rows: formulas.
        names: the names in them, as they are printed.
    """
    letter = next((one for one in _LETTERS if all(name[:1] != one for name in names)), "")
    found, named, known = [*rows], list[Named](), {*names}
    while letter and len(named) < _MOST:
        tall = [row for row in (*found, *(row for _, row in named)) if _is_tall(row)]
        part = _part_of(tall)
        if part is None:
            break
        name = Glyph(f"{letter}_{{{len(named) + 1}}}", ORD, 11.0)
        put = partial(_shortened, old=text_of(part), name=name, names=frozenset(known))
        found = [put(row) for row in found]
        named = [*((one, put(row)) for one, row in named), (name, part)]
        known.add(name.text)
    return found, named


def _shortened(row: Row, old: str, name: Glyph, names: Collection[str]) -> Row:
    """Return a row with a name put in, unless it fits a line as it is."""
    return _replaced(row, old, name, names) if width(row) > PAGE else row


def _is_tall(row: Row) -> bool:
    wide = width(row)
    if wide <= PAGE or wide > _WIDEST:
        return wide > PAGE
    return any(high > _TALLEST or wide > PAGE for wide, high in laid_out(row))


def _part_of(rows: Sequence[Row]) -> Row | None:
    """Return the part that is best named: what occurs often and is wide, or fits a line alone."""
    bodies = {text: body for row in rows for text, body in _bodies(row)}
    counts = Counter(text for row in rows for text, _ in _bodies(row))
    wide = {text: width(body) for text, body in bodies.items()}
    known = [text for text in bodies if wide[text] > _LEAST]
    often = [text for text in known if counts[text] > 1]
    once = [text for text in known if wide[text] <= PAGE - 40]
    if often:
        chosen = max(often, key=lambda text: (counts[text] - 1) * wide[text])
    elif once:
        chosen = max(once, key=lambda text: wide[text])
    else:
        return None
    return bodies[chosen]


def _bodies(row: Row) -> Iterator[tuple[str, Row]]:
    """Yield what stands in brackets, and above and below bars."""
    for inner in _rows_in(row):
        if not (len(inner) == 1 and isinstance(inner[0], Fence | Stack | Table)):
            yield text_of(inner), inner
        yield from _bodies(inner)


def _rows_in(row: Row) -> Iterator[Row]:
    for item in row:
        match item:
            case Fence():
                yield item.body
            case Script():
                yield from (item.body,) if item.sign == "^" else ()
            case Stack():
                yield from item.bodies
            case Table():
                for cells in item.rows:
                    yield from cells


def _replaced(row: Row, old: str, name: Glyph, names: Collection[str]) -> Row:
    """Return a row with a name in the place of every part that reads like the one it is for."""

    def inside(body: Row) -> Row:
        return (name,) if text_of(body) == old else _replaced(body, old, name, names)

    found: list[Item] = []
    for item in row:
        changed = _with_bodies(item, inside)
        named = isinstance(changed, Fence) and changed.body == (name,)
        if not named or not _may_be_bare(found, names):
            found.append(changed)
            continue
        if found and isinstance(last := found[-1], Glyph):  # a command is not to run on
            found[-1] = replace(last, text=f"{last.text.strip()} ")
        found.append(name)
    return tuple(found)


def _may_be_bare(before: Sequence[Item], names: Collection[str]) -> bool:
    """Tell whether brackets may go, because no function stands before them."""
    match [*before[-1:]]:
        case [Glyph(text, kind, _, unary)]:
            return unary or kind < ORD or text.strip().isdigit() or text.strip() in names
        case [Script()]:
            return text_of(before[-2:]).strip() in names
        case _:
            return True


def _with_bodies(item: Item, change: Callable[[Row], Row]) -> Item:
    match item:
        case Fence():
            body = change(item.body)
            if len(body) == 1 and isinstance(body[0], Glyph) and item.grows:
                return Fence("(", body, ")")
            return replace(item, body=body)
        case Script():
            return replace(item, body=change(item.body))
        case Stack():
            return replace(item, bodies=tuple(map(change, item.bodies)))
        case Table():
            rows = tuple(tuple(map(change, cells)) for cells in item.rows)
            return replace(item, rows=rows)
        case _:
            return item
