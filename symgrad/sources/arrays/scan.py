"""The statements of a text with vectors and matrices, before any formula has a meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass

from symgrad.errors import Place
from symgrad.expression.arrays.size import Shape, Size, named
from symgrad.expression.brackets import depths, spans_between
from symgrad.graph.graph import Node
from symgrad.sources.arrays.facts import Stated, read_fact, size_of_text
from symgrad.sources.arrays.syntax import ArrayParser
from symgrad.sources.arrays.tokens import NAME, Syntax, index_letters
from symgrad.sources.lists import read_list, read_value
from symgrad.sources.problems import Fault, Faults, Origin
from symgrad.sources.scan import FileScanner
from symgrad.sources.statements import DECLARATIONS, StatementPiece, gather, uncommented

_WITH_SHAPE = re.compile(
    r"^[ \t]*(?:(?:params?|data|consts?|given)\b[^#\n]*\[|size[ \t]+\w+[ \t]*=)",
    re.MULTILINE,
)
_ALIKE = ("minimize", "maximize", "rate", "check")  # statements as in any graph
_REFUSED = {
    "step": (
        "`step` gives numbers, and an array takes many",
        "a trace of arrays draws its own numbers at the sizes of `size`",
    ),
    "function": ("arrays are used in no function of one's own", "write it out"),
    "output": ("a graph with arrays has one result", "`stack` the parts, or write two graphs"),
    "residual": ("a graph with arrays has one result", "return the vector of residuals"),
}
_WORDS = (*DECLARATIONS, *_ALIKE, *_REFUSED, "size", "assume")
_MASK = "\ue000"  # stands for `;` inside square brackets
_STATEMENT = re.compile(rf"\s*({'|'.join(_WORDS)})\b(?!\s*=[^=])")
_EQUATION = re.compile(rf"\s*({NAME})(?:\[([^\]]*)\])?\s*=(?!=)")
_ITEM = re.compile(rf"\s*({NAME})\s*(?:\[([^\]]*)\])?\s*(?:=\s*(.*))?$", re.DOTALL)


def has_arrays(text: str) -> bool:
    """Tell whether a text declares a shape or a size.

    >>> has_arrays("param W[m,n]"), has_arrays("param a; given x")
    (True, False)
    """
    return ("[" in text or "size" in text) and _WITH_SHAPE.search(text) is not None


@dataclass
class ArrayEquation:
    """An equation that has not been given its meaning yet."""

    name: str
    indices: tuple[str, ...]
    text: str
    origin: Origin
    place: Place
    read: tuple[ArrayParser, Syntax] | None = None


class ArrayScanner(FileScanner):
    """What the statements of one text say."""

    def __init__(self, text: str, source: str) -> None:
        super().__init__(text, source)
        self.inputs: dict[str, Node] = {}
        self.shapes: dict[str, Shape] = {}
        self.given: list[str] = []
        self.equations: dict[str, ArrayEquation] = {}
        self.sizes: dict[str, Size] = {}
        self.example: dict[str, int] = {}
        self.stated: list[Stated] = []
        self.output: tuple[str, Place] | None = None

    @property
    def faults(self) -> Faults:
        """All faults found so far."""
        return self.draft.faults

    def scan(self) -> None:
        """Read every statement; right sides stay text."""
        lines = [_masked(line) for line in self.draft.lines]
        index = 0
        while index < len(lines):
            if not lines[index].strip():
                index += 1
                continue
            pieces, index = gather(lines, index)
            for piece in pieces:
                self.careful(piece._replace(text=piece.text.replace(_MASK, ";")))

    def statement(self, piece: StatementPiece) -> None:
        """Read one statement."""
        text = piece.text
        origin = self.draft.origin(piece.line, piece.column)
        word = _STATEMENT.match(text)
        equation = None if word else _EQUATION.match(text)
        if equation is not None:
            self._equation(equation, text, origin)
        elif word is None or word[1] in _ALIKE:
            super().statement(piece)
        else:
            keyword, rest, here = word[1], text[word.end() :], origin.at(text, word.end())
            if keyword == "output" and re.fullmatch(rf"\s*{NAME}\s*", rest):
                self.output = rest.strip().lstrip("\\"), here.place(rest, 0, len(rest))
            elif keyword in _REFUSED:
                place = origin.place(text, word.start(1), word.end(1))
                message, hint = _REFUSED[keyword]
                raise Fault(message, place, hint)
            elif keyword == "size":
                self._sizes(rest, here)
            elif keyword == "assume":
                for start, end in spans_between(rest):
                    if rest[start:end].strip():
                        self.stated.append(read_fact(rest[start:end], here.at(rest, start)))
            else:
                self.declare(keyword, rest, here)

    def declare(self, keyword: str, rest: str, origin: Origin) -> None:
        """Read `param W[m,n], a = 1` and its like."""
        for start, end in spans_between(rest):
            part = rest[start:end]
            if not part.strip():
                continue
            found = _ITEM.match(part)
            if found is None:
                place = origin.place(rest, start, start + len(part.rstrip()))
                raise Fault(
                    f"`{part.strip()}` is no name with a shape",
                    place,
                    "write `W[m,n]`, `x[n]` or `a = 1`",
                )
            name = found[1].lstrip("\\")
            at = origin.place(rest, start + found.start(1), start + found.end(1))
            if name in self.inputs:
                self.faults.error(f"`{name}` is defined twice", at)
                continue
            shape: Shape = ()
            if found[2] is not None:
                shape = self._shape(found[2], origin, rest, start + found.start(2))
            default = None
            if found[3] is not None and shape:
                self.faults.error(f"`{name}` is an array and has no default", at)
            elif found[3] is not None:
                default = read_value(found[3], origin.at(rest, start + found.start(3)))
            self.inputs[name] = Node(name, DECLARATIONS[keyword], None, default, at.line, at.column)
            self.shapes[name] = shape
            if keyword == "given":
                self.given.append(name)

    def _shape(self, text: str, origin: Origin, whole_text: str, start: int) -> Shape:
        sizes = []
        at = start
        for part in text.split(","):
            size = size_of_text(part)
            if size is None:
                place = origin.place(whole_text, at, at + len(part))
                hint = "a size is a name, a number or a sum of them: `n`, `10`, `n+m`"
                raise Fault(f"`{part.strip()}` is no size", place, hint)
            sizes.append(size)
            for name, _ in size.terms:
                self.sizes.setdefault(name, named(name))
            at += len(part) + 1
        if len(sizes) > 2:
            raise Fault("an array has one axis or two", origin.place(whole_text, start, at - 1))
        return tuple(sizes)

    def _sizes(self, rest: str, origin: Origin) -> None:
        for item in read_list(rest, origin, self.faults, values="always"):
            if item.value is None:
                continue
            if item.value.denominator != 1 or item.value < 1:
                self.faults.error(
                    f"a size is a whole number from 1 on, not {item.value}", item.place
                )
                continue
            self.example[item.name] = int(item.value)
            self.sizes.setdefault(item.name, named(item.name))

    def _equation(self, found: re.Match[str], text: str, origin: Origin) -> None:
        name = found[1].lstrip("\\")
        place = origin.place(text, found.start(1), found.end(1))
        if name in self.equations:
            self.faults.error(f"`{name}` is defined twice", place)
            return
        indices = index_letters(found[2]) if found[2] is not None else ()
        right = text[found.end() :]
        here = origin.at(text, found.end())
        self.equations[name] = ArrayEquation(name, indices, right, here, place)


def _masked(line: str) -> str:
    """Return a line in which `;` inside square brackets is no end of a statement."""
    if ";" not in line or "[" not in line:
        return line
    code = uncommented(line)
    pairs = zip(code, depths(code, "[", "]"), strict=True)
    return "".join(_MASK if letter == ";" and depth > 0 else letter for letter, depth in pairs)
