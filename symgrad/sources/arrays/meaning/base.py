"""What all parts of the meaning share: names and sizes, faults with their places, the way in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symgrad.expression.arrays.size import UNIT, Shape, Size, shape_text
from symgrad.expression.arrays.tree import Array, walk
from symgrad.sources.arrays.indices import Indexed, IndexTable
from symgrad.sources.arrays.syntax import ArrayParser
from symgrad.sources.arrays.tokens import Syntax
from symgrad.sources.problems import Fault, ShapesDoNotFit

ANY = Size((("?", 1),))
Value = Array | Indexed


@dataclass(frozen=True, slots=True)
class Habits:
    """How an author writes.

    `claims` tells that it is a claim, which reads `1` as ones and rows as people write them; `star`
    what `*` between two arrays means ("entries", "matrix" or nothing), `beside` what two vectors
    side by side are ("dot" or "entries"), `lines` what x_i is of a matrix X where no sum says it
    ("rows" or "columns"); `usual` along which axis softmax and its like go, by their name and the
    shape, where none is named; `powers` what M² is of a square matrix ("product" or "entries").
    """

    claims: bool = False
    star: str = ""
    beside: str = "dot"
    lines: str = "rows"
    powers: str = "product"
    usual: Mapping[tuple[str, Shape], int | None] = field(default_factory=dict)


class Base:
    """What gives syntax its meaning holds: the names, the sizes, the parser, the habits.

    Args:
        names: finds what a name stands for, in any spelling; None where it is not defined.
        sizes: the names of sizes.
        parser: the parser of the text, for places.
        calls: gives the call of a function its meaning.
        known: names to guess from where one is unknown.
        habits: what is left open by the shapes.
    """

    def __init__(
        self,
        names: Callable[[str], Array | None],
        sizes: Mapping[str, Size],
        parser: ArrayParser,
        *,
        calls: Callable[[Any, Syntax], Value],  # of the whole `Meaning`
        known: tuple[str, ...] = (),
        habits: Habits | None = None,
    ) -> None:
        habits = habits or Habits()
        self.claims = habits.claims
        self.star = habits.star
        self.vectors = habits.beside
        self.lines = habits.lines
        self.powers = habits.powers
        self.met: set[str] = set()
        self.usual = habits.usual
        self.calls = calls
        self.names = names
        self.sizes = sizes
        self.parser = parser
        self.known = known
        self.indices = IndexTable()
        self.runs: dict[str, Size] = {}

    # Faults ---------------------------------------------------------------------------------------

    def written(self, x: Syntax) -> str:
        """Return a piece as it was written."""
        return " ".join(self.parser.text[x.start : x.end].split())

    def fault(self, message: str, x: Syntax, hint: str = "") -> Fault:
        """Return a fault at a piece."""
        return self.parser.fault(message, x.start, x.end, hint)

    def misfit(self, message: str, x: Syntax, hint: str = "") -> Fault:
        """Return the fault of shapes that do not fit."""
        return Fault(self.fault(message, x, hint).diagnostic, kind=ShapesDoNotFit)

    # Entry points ---------------------------------------------------------------------------------

    def array(self, x: Syntax, indices: tuple[str, ...] = ()) -> Array:
        """Return the value of a piece as an array; of an index formula over `indices`, in order."""
        found = self.value(x)
        if isinstance(found, Indexed):
            return self.indices.realised(found, indices, self, x)
        return self.settled(found, x)

    def settled(self, found: Array, x: Syntax) -> Array:
        """Return a value in which every identity matrix has its size."""
        if any(ANY in part.shape for part in walk(found)):
            raise self.fault(
                "the size of `I` does not follow from what stands beside it", x,
                "write `eye(n)` with its size",
            )  # fmt: skip
        return found

    def value(self, x: Syntax) -> Value:
        """Return the value of a piece: an array, or an entry with indices."""
        return getattr(self, f"_{x.kind}")(x)  # type: ignore[no-any-return]

    def shown(self, a: Array) -> str:
        """Return a shape as it is said; a row is said to be one."""
        if len(a.shape) == 2 and a.shape[0] == UNIT:
            return f"a row of {a.shape[1]}"
        return shape_text(a.shape)
