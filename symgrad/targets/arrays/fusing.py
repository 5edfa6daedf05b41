"""Loops over the same rows become one: a row is worked on while the cache holds it.

Two loops may be joined where whatever one writes and the other touches is an array of which each
turn touches its own row. What stands between them stays behind them, or goes before them where the
second needs it. Arrays of which only the row at hand is ever needed keep that row alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symgrad.expression.arrays.size import Shape

_HEAD = re.compile(r"\s*for \(size_t (\w+) = 0;.*\{")
_WORD = re.compile(r"[A-Za-z_]\w*")
_LEFT = re.compile(r"\s*(?:double )?(\w+)(?:\[.*?\])* \+?= ")
_CALL = re.compile(r"\b(?:matmul|solve|det|logdet|softmax|logsumexp)\(")


@dataclass(frozen=True)
class _Item:
    """A statement that stands in no loop, or a loop with all that is in it."""

    lines: tuple[str, ...]
    words: frozenset[str]
    writes: frozenset[str]
    variable: str  # of the loop, nothing where it is none
    is_deep: bool  # whether another loop stands in the loop

    def meets(self, other: _Item) -> frozenset[str]:
        """Return what one of two writes and the other touches."""
        return (self.writes & other.words) | (other.writes & self.words)


def fused(
    lines: Sequence[str], arrays: Sequence[tuple[str, Shape]], names: set[str]
) -> tuple[list[str], list[tuple[str, Shape]]]:
    """Return lines whose loops over the same rows are joined, and the arrays that are left of them.

    `arrays` are those of the work space; `names` all arrays that are written to.
    """
    items: list[_Item] = []
    for item in _items(lines, names):
        _place(items, item)
    shapes = dict(arrays)
    uses = Counter(word for item in items for word in item.words if word in shapes)
    rows = [_with_rows(item, uses, shapes) for item in items]
    kept = {name for _, found in rows for name in found}
    left = [(name, shape[1:] if name in kept else shape) for name, shape in arrays]
    return [line for made, _ in rows for line in made], left


def _items(lines: Sequence[str], names: set[str]) -> list[_Item]:
    made: list[_Item] = []
    held: list[str] = []
    depth = 0
    for line in lines:
        held.append(line)
        depth += line.count("{") - line.count("}")
        if not depth:
            made.append(_item(tuple(held), names))
            held = []
    return made


def _item(lines: tuple[str, ...], names: set[str]) -> _Item:
    words: set[str] = set()
    writes: set[str] = set()
    for line in lines:
        found = set(_WORD.findall(line))
        words |= found
        left = _LEFT.match(line)
        if left is not None:
            writes.add(left[1])
        if _CALL.search(line):
            writes |= found & names
    head = _HEAD.fullmatch(lines[0])
    is_deep = any(" for (" in line for line in lines[1:])
    return _Item(lines, frozenset(words), frozenset(writes), head[1] if head else "", is_deep)


def _place(items: list[_Item], item: _Item) -> None:
    """Join a loop with the last one before it that it can be joined with, or put it at the end."""
    ahead: list[_Item] = []
    alike = (
        at
        for at, other in enumerate(items)
        if item.variable and other.lines[0] == item.lines[0] and (other.is_deep or item.is_deep)
    )
    first = next(alike, len(items))
    for at in range(len(items) - 1, first - 1, -1):
        other = items[at]
        if not any(other.meets(one) for one in ahead) and _fit(other, item):
            inside = tuple(other.lines[:-1]) + tuple(item.lines[1:])
            words, writes = other.words | item.words, other.writes | item.writes
            joined = _Item(inside, words, writes, item.variable, is_deep=True)
            rest = [one for one in items[at + 1 :] if one not in ahead]
            items[at:] = [*ahead, joined, *rest]
            return
        if any(other.meets(one) for one in (*ahead, item)):
            if other.variable and other.lines[0] == item.lines[0] and other.is_deep:
                break
            ahead.insert(0, other)
    items.append(item)


def _fit(one: _Item, other: _Item) -> bool:
    """Tell whether two loops over the same rows may be joined."""
    if not one.variable or one.lines[0] != other.lines[0] or not (one.is_deep or other.is_deep):
        return False
    text = "\n".join((*one.lines, *other.lines))
    return all(_row(name, one.variable, text) is not None for name in one.meets(other))


def _row(name: str, variable: str, text: str) -> str | None:
    """Return how the rows of an array begin where only those of a variable are touched, or None."""
    place = rf"\b{name}\b(\[{variable}(?:\]|\*[^]+]* \+ ))?"
    begins = {found[1] for found in re.finditer(place, text)}
    return begins.pop() if len(begins) == 1 else None


def _with_rows(
    item: _Item, uses: Mapping[str, int], shapes: Mapping[str, Shape]
) -> tuple[list[str], list[str]]:
    """Return the lines of a loop, and the arrays of which it keeps a single row in them."""
    text = "\n".join(item.lines)
    made: list[str] = []
    names = sorted(item.words & shapes.keys()) if item.variable else []
    for name in names:
        if len(shapes[name]) != 2 or uses[name] > 1:
            continue
        begin = _row(name, item.variable, text)
        if begin is not None and begin.endswith(" + "):
            text = re.sub(rf"\b{name}{re.escape(begin)}", f"{name}[", text)
            made.append(name)
    return text.split("\n"), made
