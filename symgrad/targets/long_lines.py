"""Long lines of code and of comments, broken so that no line is much wider than a page."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

WIDTH = 99
ROOM = 87  # of a statement, which is indented later
_KEPT = ("//", "/*", "* ", "*/", "#if", "#include", "#pragma")
_PRODUCT = re.compile(r"(?<=[\w)\]])\*(?=[\w(])")
_BREAKS = (" + ", " - ", ", ", " ? ", " : ", " && ", " || ", " and ", " or ", " if ", " else ",
           " else { ")  # fmt: skip


def bracketed(line: str) -> str:
    """Return an assignment whose right side stands in brackets, where it is too long for one line.

    >>> print(bracketed("total = " + " + ".join(["a"] * 30)))
    total = (
        a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a + a +
        a + a + a + a + a + a + a + a + a + a
    )
    """
    if line.startswith("# "):
        return "\n# ".join(_wrapped(line, ROOM - 2, "    "))
    left, sign, right = line.partition(" = ")
    if len(line) <= ROOM or not sign or "\n" in line:
        return line
    pieces = _pieces(right, ROOM - 4)
    if len(pieces) == 1:
        return line
    return f"{left} = (\n    " + "\n    ".join(pieces) + "\n)"


def folded(text: str) -> str:
    """Return code of a language in which a statement may go on in the next line, with no long line.

    Comments and what a preprocessor reads stay as they are; a macro goes on behind a backslash.
    """
    if max(map(len, text.split("\n"))) <= WIDTH:
        return text
    return "\n".join(
        line if len(line) <= WIDTH or line.lstrip().startswith(_KEPT) else _folded(line)
        for line in text.split("\n")
    )


def _folded(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    first, *others = _pieces(line[len(indent) :], WIDTH - 4 - len(indent))
    end = " \\" if line.startswith("#") else ""
    return f"{end}\n".join([f"{indent}{first}", *(f"{indent}    {part}" for part in others)])


def _pieces(text: str, room: int) -> list[str]:
    """Return a text in pieces that are no longer than `room`, where it can be broken."""
    pieces: list[str] = []
    while len(text) > room:
        ends = [text.rfind(mark, 1, room) + len(mark) for mark in _BREAKS if mark in text[1:room]]
        ends = [end for end in ends if not text.startswith("{", end)]  # it stands behind `else`
        ends = ends or [found.end() for found in _PRODUCT.finditer(text, 1, room)]
        end = max(ends, default=0)
        if not end:
            later = [text.find(mark, room) + len(mark) for mark in _BREAKS if mark in text[room:]]
            end = min(later, default=len(text))
        pieces.append(text[:end].rstrip())
        text = text[end:]
    return [*pieces, text] if text else pieces


def comment(text: str, sign: str) -> list[str]:
    """Return a text as comments; a long one goes on, indented further, in the next line."""
    if len(sign) + 1 + len(text) <= WIDTH:
        return [text]
    lead = text[: len(text) - len(text.lstrip())]
    room = WIDTH - len(sign) - 1
    lines = _wrapped(text, room, f"{lead}    ")
    if max(map(len, lines)) <= room:
        return lines
    parted = _wrapped(text.replace("·", "·\0 "), room, f"{lead}    ")  # products, too
    return [line.replace("\0 ", "").rstrip("\0") for line in parted]


def commented(texts: Iterable[str], sign: str) -> list[str]:
    """Return the lines of comments that begin with a sign.

    >>> commented(["@param a slope"], " *")
    [' * @param a slope']
    """
    return [f"{sign} {part}" for text in texts for part in comment(text, sign)]


def _wrapped(text: str, room: int, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        room,
        initial_indent="",
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
