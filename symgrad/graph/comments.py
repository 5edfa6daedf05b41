"""What the author of a graph wrote beside its equations, in words, for those who read its code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.graph.graph import Graph

_MOST = 12  # lines of one comment
_WIDEST = 200  # characters of a line of it


@dataclass(frozen=True)
class Comments:
    """The author's comments: about the whole, beside names, and above equations.

    `inputs` pairs the names that one comment is about with it, in order of definition.
    """

    title: tuple[str, ...] = ()
    inputs: tuple[tuple[tuple[str, ...], str], ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)
    above: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def comments_of(graph: Graph) -> Comments:
    """Return the comments in the text that a graph was read from.

    >>> from symgrad.sources.text import parse
    >>> graph = parse('''# A line.
    ... param a  # slope
    ... data x, y
    ... # its height
    ... u = a*x
    ... J = (u - y)^2  # squared error''')
    >>> found = comments_of(graph)
    >>> found.title, found.inputs, dict(found.beside), dict(found.above)
    (('A line.',), ((('a',), 'slope'),), {'J': 'squared error'}, {'u': ('its height',)})
    """
    if "#" not in graph.text and not graph.title:
        return Comments()
    lines = graph.text.split("\n")
    title = tuple(_block(lines, 0)) or ((graph.title,) if graph.title else ())
    first = next((i for i, line in enumerate(lines) if not _is_comment(line)), 0)
    by_line: dict[int, list[str]] = {}
    for node in graph.nodes:
        if 0 < node.line <= len(lines):
            by_line.setdefault(node.line, []).append(node.name)
    inputs: list[tuple[tuple[str, ...], str]] = []
    beside: dict[str, str] = {}
    above: dict[str, tuple[str, ...]] = {}
    for number, names in sorted(by_line.items()):
        text = _said(lines[number - 1].partition("#")[2])
        declared = tuple(name for name in names if graph.index[name].formula is None)
        if text and declared:
            inputs.append((declared, text))
        elif text:
            beside[names[-1]] = text
        begin = number - 1
        while begin > first and _is_comment(lines[begin - 1]):
            begin -= 1
        if begin < number - 1 and not declared:
            above[names[0]] = tuple(_block(lines, begin))
    return Comments(title, tuple(inputs), beside, above)


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _block(lines: Sequence[str], begin: int) -> list[str]:
    """Return the comment that begins in a line, no longer than one reads."""
    found: list[str] = []
    for line in lines[begin : begin + _MOST]:
        if not _is_comment(line):
            break
        found.append(_said(line.lstrip().lstrip("#")))
    return found if any(found) else []


def _said(text: str) -> str:
    """Return a comment as it is said; what tools would take for an order to them is set off."""
    plain = " ".join(text.lstrip("#!").split())[:_WIDEST]
    return plain if not plain.startswith("type:") else plain.replace(":", " :", 1)
