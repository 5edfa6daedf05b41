"""Texts inside of other files: the Markdown cells of a notebook, the docstrings of a module."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from symgrad.verify.reading.passage import Passage

_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SHORT = {"n": "\n", "t": "\t", "r": "", "b": "", "f": ""}
_MAX_CELLS = 20_000
_STRING = re.compile(r"(?P<prefix>[A-Za-z]{0,2})(?P<quote>\"\"\"|'''|\"|')", re.DOTALL)
_REMARK = re.compile(r"(?<=\S)[ \t]{2,}#[ \t][^\n]*")  # `z = wx + b    # a linear map`
_DOCTEST = re.compile(r"^[ \t]*>>>[^\n]*(?:\n[ \t]*\S[^\n]*)*", re.MULTILINE)

Text = list[tuple[str, int]]  # characters, and where each stands in the file


def notebook(passage: Passage) -> Passage | None:
    """Return the Markdown cells of a notebook as one text, None where it is no notebook."""
    parts: list[tuple[str, Text]] = []
    for number, (kind, sources) in enumerate(_cells(passage.text), 1):
        if kind == "markdown":
            parts.append((f"cell {number}", [c for raw in sources for c in _decoded(*raw)]))
    return _composed(passage, parts) if parts else None


def _cells(text: str) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Yield the kind of each cell, and the strings of its source with their places.

    The file is read token by token and nothing of it is kept but these: a notebook may be large.
    """
    path: list[str] = []
    key = ""
    kind, sources, count = "", list[tuple[str, int]](), 0
    tokens = _JSON_TOKEN.finditer(text)
    held = next(tokens, None)
    while held is not None and count < _MAX_CELLS:
        token, after = held, next(tokens, None)
        held = after
        word = token[0]
        if word in ("{", "["):
            path.append(key)
            key = ""
        elif word in ("}", "]"):
            key = path.pop() if path else ""
            if word == "}" and path[-1:] == ["cells"]:
                yield kind, sources
                kind, sources, count = "", [], count + 1
        elif word[0] == '"' and after is not None and after[0] == ":":
            key = word[1:-1]
        elif word[0] == '"' and "cells" in path:
            in_cell = len(path) - path.index("cells") - 1
            if key == "cell_type" and in_cell == 1:
                kind = word[1:-1]
            elif (key == "source" and in_cell == 1) or (path[-1] == "source" and in_cell == 2):
                sources.append((word[1:-1], token.start() + 1))


def _decoded(raw: str, start: int) -> Iterator[tuple[str, int]]:
    """Yield the characters of a JSON string, each with its place."""
    at = 0
    for match in _JSON_ESCAPE.finditer(raw):
        yield from _characters(raw[at : match.start()], start + at)
        code, short = match.groups()
        character = chr(int(code, 16)) if code else _SHORT.get(short, short)
        if character and not "\ud800" <= character <= "\udfff":
            yield character, start + match.start()
        at = match.end()
    yield from _characters(raw[at:], start + at)


def _characters(text: str, start: int) -> Iterator[tuple[str, int]]:
    return ((character, start + index) for index, character in enumerate(text))


def docstrings(passage: Passage) -> Passage | None:
    """Return the docstrings of a Python module as one text, None where it cannot be parsed.

    The module is parsed and never run.
    """
    try:
        tree = ast.parse(passage.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    parts = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            name = getattr(node, "name", "")
            first = node.body[0] if node.body else None
            value = first.value if isinstance(first, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                where = f"docstring of `{name}`" if name else "docstring of the module"
                parts.append((value.lineno, where, list(_raw_string(passage, value))))
    parts.sort(key=lambda part: part[0])
    return _composed(passage, [(name, text) for _, name, text in parts])


def _raw_string(passage: Passage, value: ast.Constant) -> Iterator[tuple[str, int]]:
    """Yield the characters of a string as they stand between its quotes, `\\\\` as one."""
    line = passage.lines[value.lineno - 1]
    # columns of the syntax tree count bytes
    column = len(line.encode()[: value.col_offset].decode(errors="replace"))
    start = passage.starts[value.lineno - 1] + column
    opened = _STRING.match(passage.text, start)
    if opened is None:
        return
    raw = "r" in opened["prefix"].lower()
    last = passage.lines[(value.end_lineno or value.lineno) - 1]
    behind = len(last.encode()[: value.end_col_offset or 0].decode(errors="replace"))
    end = passage.starts[(value.end_lineno or value.lineno) - 1] + behind - len(opened["quote"])
    text = passage.text[opened.end() : end]
    for away in (_DOCTEST, _REMARK):
        text = away.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    at = 0
    while at < len(text):
        yield text[at], opened.end() + at
        at += 2 if not raw and text[at : at + 2] == "\\\\" else 1


def _composed(passage: Passage, parts: Iterable[tuple[str, Text]]) -> Passage:
    """Return the parts one after the other, an empty line between them."""
    characters: list[str] = []
    offsets: list[int] = []
    marks: list[tuple[int, str]] = []
    for name, text in parts:
        marks.append((len(characters), name))
        for character, offset in text:
            characters.append(character)
            offsets.append(offset)
        end = offsets[-1] if offsets else 0
        characters += "\n\n"
        offsets += (end, end)
    return replace(
        passage, text="".join(characters), file=passage.text, offsets=tuple(offsets),
        marks=tuple(marks),
    )  # fmt: skip
