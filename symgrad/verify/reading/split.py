"""From one formula to its statements: rows, chains of relations, lists of values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from symgrad.sources.written import Written

_RELATION = re.compile(
    r":=|≔|<=>|<=|>=|==|!=|=>|≠|≈|≃|≅|≐|~=|=~|←|<-|→|->|⇒|∈|∉|∼|∝|≡|≤|≥|≪|≫|<|>|=|~"
)
_EQUAL = {"=": "=", "==": "=", "≡": "=", ":=": ":=", "≔": ":="}
_ALIKE = dict.fromkeys(("≈", "≃", "≅", "≐", "~=", "=~", "~"), "≈")
_ARROWS = dict.fromkeys(("←", "<-", "→", "->"), "←")
_MEANINGS = {**_EQUAL, **_ALIKE, **_ARROWS}
_JOINS = re.compile(r"\s*(?:[+*/^·×−)]|-(?!>)|" + _RELATION.pattern + ")")
_OPEN = re.compile(r"(?:[-+*/^·×−(]|" + _RELATION.pattern + r")\s*$")
_GRADIENT = re.compile(r"\s*∇\s*(\w+)?\s*")
_TAIL = re.compile(r"(?:[\s,;:]|(?<!\.)\.)+$")


@dataclass(frozen=True, slots=True)
class Statement:
    """`left relation part relation part …`.

    A relation is "=", "≈", ":=", "←", or one that claims nothing.
    `other` is the first relation that makes the statement no claim, such as `∈`; `head` is the left
    side where it does not stand in the source.
    """

    whole: Written
    left: Written
    parts: tuple[tuple[str, Written], ...]
    other: str = ""
    head: str = ""


def statements(formula: Written) -> Iterator[Statement]:
    """Yield the statements of a translated formula."""
    for row in _rows(formula):
        for piece in _pieces(row):
            yield from _statements(piece)


def components(
    statement: Statement, objective: str, parameters: tuple[str, ...]
) -> Iterator[Statement]:
    """Yield the components of `∇J = (…, …)`, in the order of the parameters; others as they are."""
    found = _GRADIENT.fullmatch(statement.left.text)
    lists = [_cut_at(_unwrapped(part), ",") for _, part in statement.parts]
    if found is None or not lists or any(len(parts) != len(parameters) for parts in lists):
        yield statement
        return
    top = found[1] or objective
    for index, name in enumerate(parameters):
        left = Written.all_at(f"∂{top}/∂{name}", statement.left.start())
        parts = tuple(
            (sign, values[index]) for (sign, _), values in zip(statement.parts, lists, strict=True)
        )
        yield Statement(parts[0][1], left, parts, head=left.text)


def _depths(text: str) -> list[int]:
    """Return for every character how many brackets are open around it."""
    level = 0
    found = []
    for character in text:
        if character in ")]}":
            level -= 1
        found.append(level)
        if character in "([{":
            level += 1
    return found


def _cut_at(written: Written, separator: str) -> list[Written]:
    """Return the parts between separators outside of all brackets."""
    depths = _depths(written.text)
    places = [i for i, c in enumerate(written.text) if c == separator and depths[i] <= 0]
    starts = [0, *(place + 1 for place in places)]
    ends = [*places, len(written.text)]
    return [written.cut(start, end) for start, end in zip(starts, ends, strict=True)]


def _rows(formula: Written) -> list[Written]:
    """Return the rows; one that begins with a relation or an operator continues the last."""
    rows: list[Written] = []
    space = Written.join([])
    for found in _cut_at(formula, ";"):
        # a line may be broken inside of parentheses as well
        part = Written(found.text.replace(";", " "), found.offsets)
        if not part.text:
            continue
        if rows and (_JOINS.match(part.text) or _OPEN.search(rows[-1].text)):
            space = Written.all_at(" ", part.start())
            rows[-1] = Written.join([rows[-1], space, part])
        else:
            rows.append(part)
    return rows


def _pieces(row: Written) -> list[Written]:
    """Return the parts between commas, as long as each of them is a statement of its own."""
    row = row.cut(0, len(_TAIL.sub("", row.text)))
    parts = _cut_at(row, ",")
    if len(parts) == 1 or not row.text:
        return parts if row.text else []
    related = [_RELATION.search(part.text) is not None for part in parts]
    if related.count(True) == 1 and _lists(row):
        return [row]
    return [part for part, is_one in zip(parts, related, strict=True) if is_one]


def _lists(row: Written) -> list[tuple[Written, Written]] | None:
    """Return the pairs of `a, b = 1, 0` or `(a, b) = (1, 0)`, or None for anything else."""
    relations = _top_relations(row.text)
    if len(relations) != 1 or relations[0][0] not in _EQUAL:
        return None
    start, end = relations[0][1:]
    sides = [_unwrapped(row.cut(0, start)), _unwrapped(row.cut(end, len(row.text)))]
    names, values = (_cut_at(side, ",") for side in sides)
    if len(names) < 2 or len(names) != len(values):
        return None
    return list(zip(names, values, strict=True))


def _unwrapped(side: Written) -> Written:
    text = side.text
    if text.startswith("(") and text.endswith(")") and all(d > 0 for d in _depths(text)[1:-1]):
        return side.cut(1, len(text) - 1)
    return side


def _top_relations(text: str) -> list[tuple[str, int, int]]:
    depths = _depths(text)
    return [
        (match[0], *match.span())
        for match in _RELATION.finditer(text)
        if depths[match.start()] <= 0
    ]


def _statements(piece: Written) -> Iterator[Statement]:
    pairs = _lists(piece)
    if pairs is not None:
        for name, value in pairs:
            whole = Written.join([name, Written.all_at(" = ", value.start()), value])
            yield Statement(whole, name, (("=", value),))
        return
    relations = _top_relations(piece.text)
    if not relations:
        yield Statement(piece, piece, ())
        return
    left = piece.cut(0, relations[0][1])
    parts = []
    other = ""
    for index, (sign, _, end) in enumerate(relations):
        until = relations[index + 1][1] if index + 1 < len(relations) else len(piece.text)
        parts.append((_MEANINGS.get(sign, sign), piece.cut(end, until)))
        if sign not in _MEANINGS and not other:
            other = sign
    yield Statement(piece, left, tuple(parts), other)
