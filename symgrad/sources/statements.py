"""From a text to its statements: comments cut, lines joined, several on one line taken apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from symgrad.graph.graph import Kind
from symgrad.sources import lexer
from symgrad.sources.limits import MAX_SOURCE_BYTES
from symgrad.sources.problems import Faults, Origin, SourceTooLarge, TooManyFaults

DECLARATIONS: dict[str, Kind] = {
    "param": "param", "params": "param", "data": "data", "const": "const", "consts": "const",
    "given": "const",
}  # fmt: skip
KEYWORDS = (
    *DECLARATIONS, "minimize", "maximize", "rate", "step", "assume", "check", "function",
    "output", "residual",
)  # fmt: skip
# Words that begin a statement and are names elsewhere: a reaction has a rate.
SOFT_WORDS = frozenset(("rate", "step", "check", "function", "output", "residual"))

EQUATION = re.compile(rf"\s*({lexer.NAME})\s*=(?!=)")
# An equation that stands alone on its line: the common case, told by one expression.
PLAIN_EQUATION = re.compile(
    rf"[ \t]*({lexer.START}{lexer.REST}*)[ \t]*=(?!=)([^#;]*[^\s#;+\-*/^·×÷−∗=<>≤≥(,&|\\])$"
)
_KEYWORD = re.compile(rf"\s*(?:{'|'.join(KEYWORDS)})\s+\\?{lexer.START}")
_CONTINUED = tuple("+-*/^·×÷−∗=<>≤≥(,&|\\")
# Control characters, and those that turn the direction of writing: the text that a person sees
# would not be the text that is read.
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


class StatementPiece(NamedTuple):
    """One statement and where its first character stands, from 1."""

    text: str
    line: int
    column: int


def prepare(text: str, source: str) -> str:
    """Return `text` with plain line ends and without a byte order mark.

    Raises:
        SourceTooLarge: if it is longer than the limit.
        SourceError: if it holds control characters.
    """
    if len(text) > MAX_SOURCE_BYTES or (
        4 * len(text) > MAX_SOURCE_BYTES
        and len(text.encode("utf-8", "surrogatepass")) > MAX_SOURCE_BYTES
    ):
        limit = MAX_SOURCE_BYTES // 2**20
        raise SourceTooLarge(f"{source}: the text is longer than {limit} MiB")
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNREADABLE.search(text):
        _complain(text, source)
    return text


def _complain(text: str, source: str) -> None:
    faults = Faults()
    hint = "remove it: with it, the text that is seen is not the text that is read"
    with suppress(TooManyFaults):
        for number, line in enumerate(text.split("\n"), 1):
            for match in _UNREADABLE.finditer(line):
                place = Origin(source, (line,), number, 1, number).place(line, *match.span())
                faults.error(f"control character U+{ord(match[0]):04X}", place, hint=hint)
    faults.raise_any()


def uncommented(line: str) -> str:
    """Return a line without its comment."""
    return line.partition("#")[0]


def gather(lines: Sequence[str], index: int) -> tuple[list[StatementPiece], int]:
    """Return the statements that begin in line `index` (from 0), and the line after them.

    A statement goes on in the next line inside open parentheses and after an operator, a comma or a
    backslash at the end of a line; but never over what is clearly the beginning of another one, so
    that a parenthesis left open spoils one statement only.
    """
    code = uncommented(lines[index])
    parts = [code]
    listed = code.split(None, 1)[:1] in ([word] for word in (*DECLARATIONS, "step"))
    depth = code.count("(") - code.count(")")
    ending = code.rstrip()
    following = index + 1
    while following < len(lines) and (depth > 0 or ending.endswith(_CONTINUED)):
        code = uncommented(lines[following])
        begins = _KEYWORD.match(code) or (
            EQUATION.match(code) and not (listed and ending.endswith((",", "\\")))
        )
        if begins or (not code.strip() and depth <= 0):
            break
        if ending.endswith("\\"):
            parts[-1] = parts[-1].rstrip()[:-1] + " "
        parts.append(code)
        depth += code.count("(") - code.count(")")
        ending = code.rstrip() or ending
        following += 1
    return _apart("\n".join(parts), index + 1), following


def _apart(text: str, line: int) -> list[StatementPiece]:
    if ";" not in text or text.split(None, 1)[:1] == ["check"]:
        return [StatementPiece(text, line, 1)] if text.strip() else []
    found = []
    column = 1
    for part in text.split(";"):
        if part.strip():
            found.append(StatementPiece(part, line, column))
        breaks = part.count("\n")
        line += breaks
        column = len(part) - part.rfind("\n") + 1 if breaks else column + len(part) + 1
    return found
