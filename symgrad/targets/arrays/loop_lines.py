"""Lines of code with loops around them, and how a language without arrays spells these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.expression.arrays.print_numpy import bare, identifier
from symgrad.expression.arrays.size import Size
from symgrad.targets import printing

_VARIABLES: tuple[str, ...] = (*"ijqrsuvw", *(f"i{n}" for n in range(1, 30)))


@dataclass(frozen=True)
class Spelling:
    """How a language writes loops.

    `loop` takes a variable and a length; `scalar` declares a number, `array` an array of a length;
    `choice` takes a condition and two values; `size` turns a length into a number. `call` calls a
    helper. Functions of numbers are written as the target called `name` does, or as `functions`
    says.
    """

    name: str
    loop: str
    close: str
    scalar: str
    assign: str
    array: str
    choice: str
    power: str
    both: str
    either: str
    opposite: str
    size: str
    call: str
    square: str
    library: str = ""  # what stands before the names of its library
    functions: Mapping[str, printing.Spelling] = field(default_factory=dict)
    equal: str = "=="
    unequal: str = "!="


def extent(size: Size, wrap: str = "{0}") -> str:
    """Return the code of one size, in brackets where it is no single word; names go into `wrap`."""
    text = size.written(lambda name: wrap.format(identifier(name)), "*", " ")
    return f"({text})" if " " in text or "*" in text else text


class LoopLines:
    """The lines of one function: loops that are open, names that are taken, arrays declared."""

    def __init__(self, spelling: Spelling, taken: Sequence[str], indent: int) -> None:
        self.spelling = spelling
        self.taken = set(taken)
        self.lines: list[str] = []
        self.depth = indent
        self.arrays: list[tuple[str, tuple[Size, ...]]] = []
        self.count = 0
        self.opened: list[str] = []

    def line(self, text: str) -> None:
        """Write a line at the depth of the loops around it."""
        self.lines.append("    " * self.depth + text)

    def fresh(self, stem: str) -> str:
        """Return a name that nothing has."""
        while True:
            self.count += 1
            name = f"{stem}{self.count}"
            if name not in self.taken:
                self.taken.add(name)
                return name

    def length(self, sizes: Sequence[Size]) -> str:
        """Return the code of a product of sizes."""
        return "*".join(extent(size) for size in sizes) or "1"

    def open(self, size: Size, loop: str = "") -> str:
        """Begin a loop over a size, or as `loop` says; return its variable."""
        name = next(c for c in _VARIABLES if c not in self.taken and c not in self.opened)
        self.opened.append(name)
        self.line((loop or self.spelling.loop).format(i=name, n=extent(size).strip("()")))
        self.depth += 1
        return name

    def end(self, count: int = 1) -> None:
        """End loops."""
        for _ in range(count):
            self.depth -= 1
            self.opened.pop()
            if self.spelling.close:
                self.line(self.spelling.close)

    def declare(self, name: str, shape: tuple[Size, ...]) -> None:
        """Declare an array, or take note of it where its space comes from outside."""
        self.arrays.append((name, shape))
        if self.spelling.array:
            self.line(self.spelling.array.format(name=name, n=self.length(shape)))

    def put(self, name: str, at: str, value: str) -> None:
        """Assign one entry."""
        self.line(self.spelling.assign.format(left=f"{name}[{at}]", right=bare(value)))

    def finish(self) -> None:
        """Arrange the lines when all are written."""
