r"""Numbers above the line that are no powers: `z^2 = w^2 a^1 + b^2` is of the second layer.

Whether a power is meant is a question of the whole document. It means an index where it defines
`z^2` or differentiates by it, and the graph has a z2 and no z; without a graph where it does so for
two numbers, `z^2` and `z^3`. Such a number is then written as everywhere: `z^{(2)}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from symgrad.sources.written import Written
from symgrad.verify.reading.passage import FoundFormula

_BASE = (
    r"(?P<base>(?:\\(?:mathbf|boldsymbol|bm|vec|mathrm)\s*\{\s*(?:[A-Za-z]|\\[a-z]+)\s*\}|[A-Za-z]"
    r"|\\(?:alpha|beta|gamma|delta|theta|Delta|Theta)(?![A-Za-z])|[αβγδθ]))"
)
_RAISED = re.compile(
    rf"(?:(?<![\\A-Za-z])|(?=\\)){_BASE}(?P<index>\s*_\s*(?:\w|\{{\s*\w[\w\s,]*\}}))?\s*\^\s*"
    r"(?P<number>\d|\{\s*\d{1,2}\s*\})(?!\d)"
)
_LEFT = re.compile(r"(?:^|[,;&$]|\\\\|\\q?quad|\\[,;: ])\s*$")
_SIGN = re.compile(
    r"\s*(?:&\s*)?(?:=|:=|\\leftarrow|\\coloneqq)\s*(?:&\s*)?(?![-\d.]+\s*(?:[,;$\\]|$))"
)
_BEHIND_MARK = re.compile(r"(?:\\partial|∂|\\nabla\s*_\s*\{?|(?<![A-Za-z\\])d)\s*$")
_NAME = re.compile(r"\\[A-Za-z]+|[^\W\d_]")
_FEWEST = 2
_MANY = 400
_PLAIN = ("mathbf", "boldsymbol", "bm", "vec", "mathrm")


def layered(
    texts: Iterable[str], known: Callable[[str], bool], *, with_graph: bool
) -> frozenset[str]:
    r"""Return the letters of which a document means the number above as an index.

    >>> sorted(layered([r"z^2 = w^2 a^1", r"z^3 = w^3 a^2", r"f^2 = x^2"], bool, with_graph=False))
    ['z']
    """
    said: dict[str, set[str]] = {}
    for text in texts:
        if "^" not in text:
            continue
        for match in _RAISED.finditer(text):
            before, behind = text[max(0, match.start() - _MANY) : match.start()], match.end()
            left = _LEFT.search(before) and _SIGN.match(text, behind)
            if left or _BEHIND_MARK.search(before):
                index = re.sub(r"[\s_{}]", "", match["index"] or "")
                of_unit = with_graph and index  # `a_1^2`: the first of the second layer
                number = f"{index}_{_number(match)}" if of_unit else _number(match)
                said.setdefault(_plain(match["base"]), set()).add(number)
    if with_graph:
        return frozenset(
            base for base, numbers in said.items()
            if not known(base) and any(known(f"{base}_{one}") for one in numbers)
        )  # fmt: skip
    return frozenset(base for base, numbers in said.items() if len(numbers) >= _FEWEST)


def companions(texts: Iterable[str], bases: frozenset[str]) -> frozenset[str]:
    r"""Return these letters, and w, a and b in `z^2 = w^2 a^1 + b^2`: indices too.

    These are letters beside them that stand with a number wherever they stand.
    """
    inside: set[str] = set()
    bare: set[str] = set()
    for text in texts:
        raised = [(match.span(), _plain(match["base"])) for match in _RAISED.finditer(text)]
        spans = [span for span, _ in raised]
        if any(base in bases for _, base in raised):
            inside.update(base for _, base in raised)
        for match in _NAME.finditer(text):
            if not any(start <= match.start() < end for start, end in spans):
                bare.add(_plain(match[0]))
    return frozenset(inside - bare) | bases if bases else bases


def with_indices(formula: FoundFormula, bases: frozenset[str]) -> FoundFormula:
    """Return a formula in which the numbers above these letters are written as indices."""
    content = formula.content
    parts: list[Written] = []
    at = 0
    for match in _RAISED.finditer(content.text) if bases else ():
        if _plain(match["base"]) not in bases:
            continue
        start, end = match.span("number")
        parts += [
            content.part(at, start),
            Written.all_at(f"{{({_number(match)})}}", content.offsets[start]),
        ]
        at = end
    if not parts:
        return formula
    return replace(formula, written=Written.join([*parts, content.part(at, len(content.text))]))


def _plain(base: str) -> str:
    return re.sub(rf"\\(?:{'|'.join(_PLAIN)})\s*\{{\s*|[\s}}]", "", base)


def _number(match: re.Match[str]) -> str:
    return match["number"].strip("{ }")
