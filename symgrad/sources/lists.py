"""Lists of names and values: `a = 1, b = 1/3, c` after param, data, const, step and rate."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import accumulate, repeat
from typing import Literal, NamedTuple

from symgrad.errors import Place
from symgrad.expression.brackets import spans_between
from symgrad.expression.rows import rows_of_columns
from symgrad.expression.tree import Constant, Expression
from symgrad.graph.graph import Kind, Node
from symgrad.sources import exact, lexer
from symgrad.sources.complaints import unexpected
from symgrad.sources.cursor import constant
from symgrad.sources.grammar import Parser
from symgrad.sources.problems import Fault, Faults, Origin, SourceTooLarge

_ITEM = re.compile(rf"((\s*)({lexer.NAME})\s*(?:=\s*([-+]?[0-9.][0-9.eE+-]*)\s*)?(?:,|$))")


class Item(NamedTuple):
    """One entry of a list; `value` is None where none is written."""

    name: str
    value: Fraction | None
    place: Place


def read_list_fast(text: str, origin: Origin, kind: Kind) -> list[Node] | None:
    """Return the nodes of a list on one line with plain values; None for any other text."""
    found = _plain_entries(text)
    if found is None:
        return None
    line, column = origin.line, origin.column
    names, values, starts = zip(*found, strict=True)
    columns = [column + start for start in starts]
    return rows_of_columns(
        Node, names, repeat(kind), repeat(None), values, repeat(line), columns, repeat(())
    )


def _plain_entries(text: str) -> list[tuple[str, Fraction | None, int]] | None:
    """Return names, values and where they begin, if the list is as plain as most are."""
    if "\n" in text or "\\" in text or text.endswith(","):
        return None
    found = _ITEM.findall(text)
    ends = list(accumulate([len(whole) for whole, *_ in found]))
    if not found or ends[-1] != len(text):  # they do not stand one behind the other
        return None
    _, blanks, names, words = zip(*found, strict=True)
    if not lexer.RESERVED.isdisjoint(names):
        return None
    try:
        values = {word: _signed(word) if word else None for word in dict.fromkeys(words)}
    except lexer.BadNumber:
        return None
    starts = [before + len(blank) for before, blank in zip((0, *ends), blanks, strict=False)]
    return list(zip(names, map(values.__getitem__, words), starts, strict=True))


def _signed(word: str) -> Fraction:
    if word[0] == "-":
        return -lexer.read_number(word[1:])
    return lexer.read_number(word[1:] if word[0] == "+" else word)


def read_list(
    text: str, origin: Origin, faults: Faults, *, values: Literal["always", "sometimes"]
) -> list[Item]:
    """Return the entries of a list; entries that cannot be read become faults."""
    items = []
    plain = _plain_entries(text)
    if plain is not None and (values == "sometimes" or all(v is not None for _, v, _ in plain)):
        return [
            Item(name, value, origin.place(text, start, start + len(name)))
            for name, value, start in plain
        ]
    if not text.strip():
        hint = "for example `a = 1, b = 2`" if values == "always" else "for example `a = 1, b`"
        faults.error("a list of names is missing here", origin.place(text, 0, 1), hint=hint)
        return []
    before = 0
    for start, end in spans_between(text, ",", "(", ")"):
        origin = origin.at(text[before:start], start - before)
        before = start
        item = _noted_item(text[start:end], origin, faults, values)
        if item is not None:
            items.append(item)
    return items


def _noted_item(part: str, origin: Origin, faults: Faults, values: str) -> Item | None:
    """Return one entry; a name keeps its place in the list even if its value cannot be read."""
    try:
        name, place, right = _read_item(part, origin, values)
    except Fault as fault:
        faults.add(fault)
        return None
    value = None
    if right is not None:
        try:
            value = read_value(right, origin.at(part, len(part) - len(right)))
        except Fault as fault:
            faults.add(fault)
    return Item(name, value, place)


def _read_item(part: str, origin: Origin, values: str) -> tuple[str, Place, str | None]:
    """Return an entry's name, its place, and the text of its value."""
    left, equals, right = part.partition("=")
    name = left.strip()
    start = left.find(name) if name else 0
    place = origin.place(part, start, start + max(1, len(name)))
    if not name:
        raise Fault("a name is missing here", place, "or a comma is too many")
    if name in lexer.RESERVED:
        raise Fault(f"`{name}` is a reserved word, not a name", place)
    if not lexer.IDENTIFIER.fullmatch(name):
        words = [word for word in name.split() if lexer.IDENTIFIER.fullmatch(word)]
        hint = "a name is letters, digits and _, and begins with a letter"
        if len(words) > 1 and words == name.split():
            hint = f"separate names by commas: `{', '.join(words)}`"
        raise Fault(f"`{name}` is not a name", place, hint)
    plain = name.lstrip("\\")
    place = origin.place(part, start + len(name) - len(plain), start + len(name))
    if not equals and values == "always":
        raise Fault(f"`{plain}` has no value", place, f"write `{plain} = 1`, say")
    return plain, place, right if equals else None


def read_value(text: str, origin: Origin) -> Fraction:
    """Return the exact value of arithmetic on plain numbers, such as `-1/3` or `1e-3`.

    Raises:
        Fault: if the text is anything else.
    """
    parser = Parser(text, origin, _no_names)
    expression = parser.sum() if parser.tokens[0] else parser.missing()
    if parser.tokens[parser.at]:
        raise unexpected(parser)
    start = len(text) - len(text.lstrip())
    place = origin.place(text, start, len(text.rstrip()))
    try:
        value = exact.rational(expression)
    except (exact.TooManyDigits, exact.DivisionByZero):
        message = "a number too large to compute exactly"
        raise Fault(message, place, kind=SourceTooLarge) from None
    if value is None:
        size = exact.approximate(expression)
        digits = f": `{size!r}`" if size is not None and abs(size) < 1e300 else ""
        hint = f"a value is an exact number; write its digits{digits}"
        raise Fault("a value that is not a plain number", place, hint)
    return value


def _no_names(word: str) -> Expression | None:
    found: Constant | None = constant(word)
    return found
