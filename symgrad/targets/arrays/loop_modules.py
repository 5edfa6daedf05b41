"""Files of plain loops for a graph with arrays, in Python, JavaScript and C99."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.arrays.jacobian import only_matrices
from symgrad.expression.arrays.print_numpy import identifier
from symgrad.expression.arrays.size import Shape
from symgrad.graph.arrays import ArrayGraph
from symgrad.targets.arrays.elementary import Elementary
from symgrad.targets.arrays.loop_lines import Spelling, extent
from symgrad.targets.arrays.loops import Loops
from symgrad.targets.arrays.module import ArrayModule
from symgrad.targets.arrays.statements import (
    ArrayAssignment,
    backward,
    forward,
    only_parameter,
    second,
    shared,
    value_and_derivatives,
    without_diagonals,
)


@dataclass(frozen=True)
class Body:
    """One function: its lines, the name of its value, and what it keeps in arrays."""

    lines: tuple[str, ...]
    value: str
    arrays: tuple[tuple[str, Shape], ...]
    used: frozenset[str]


class LoopModule(ArrayModule):
    """What files of loops are made from: arguments, sizes, and the bodies of their functions."""

    layout = " Matrices are given row by row."
    loops: type[Loops] = Loops

    def __init__(self, d: ArrayDerivation, spelling: Spelling, module: str) -> None:
        if d.jacobian:
            only_matrices(d)
        super().__init__(d, module)
        self.spelling = spelling
        self.functions = Elementary(
            spelling.name, library=spelling.library, functions=spelling.functions
        )

    def sizes(self, d: ArrayDerivation) -> list[str]:
        """Return the sizes that the shapes of the inputs name, in order of first appearance."""
        found = (
            name
            for word in self.order
            for size in d.array_graph.shape_of[word]
            for name, _ in size.terms
        )
        return [identifier(name) for name in dict.fromkeys(found)]

    def body(self, d: ArrayDerivation, *, gradient: bool, indent: int = 1) -> Body:
        """Return the body of the value, or of value and gradient."""
        graph = d.array_graph
        rows = value_and_derivatives(d, self.result()) if gradient else forward(d)
        deltas = [item.name for item in d.array_sensitivities]
        taken = [*map(identifier, (*graph.index, *graph.sizes, *deltas)), *_WORDS]
        results = {self.result(name) for name in self.parameters}
        results |= {identifier(graph.objective)} if d.jacobian else set()
        return self.written(graph, rows, taken, results, identifier(graph.objective), indent)

    def derived(self, name: str) -> Shape:
        """Return the shape of the derivative by a parameter; of an array that of its matrix."""
        own = self.graph.shape_of[name]
        return (*self.graph.shape_of[self.graph.objective], *own)

    def jacobian(self, indent: int = 1) -> Body:
        """Return the body of the derivatives of an array, no diagonal matrix filled in products."""
        rows = [
            ArrayAssignment(row.name, without_diagonals(row.tree))
            for row in backward(self.d, self.result())
        ]
        taken = [*map(identifier, (*self.graph.index, *self.graph.sizes)), *_WORDS]
        results = {self.result(name) for name in self.parameters}
        return self.written(self.graph, rows, taken, results, "", indent)

    def second(self, indent: int = 1) -> Body:
        """Return the body of the second derivatives by the one parameter; its value is `result`."""
        graph = self.graph
        rows = [
            ArrayAssignment(row.name, without_diagonals(row.tree))
            for row in second(self.d, only_parameter(self.d))
        ]
        taken = [*map(identifier, (*graph.index, *graph.sizes)), *_WORDS]
        return self.written(graph, rows, taken, {"result"}, "result", indent)

    def written(
        self, graph: ArrayGraph, rows: Sequence[ArrayAssignment], taken: list[str],
        results: set[str], value: str, indent: int,
    ) -> Body:  # fmt: skip
        """Return assignments as loops."""
        made = shared(rows, taken, graph.variables)
        names = [identifier(row.name) for row in made]
        loops = self.loops(self.spelling, self.functions, [*taken, *names], indent)
        for row in made:
            name = identifier(row.name)
            loops.define(name, row.tree, given=name in results and not self.spelling.array)
        loops.finish()
        return Body(tuple(loops.lines), value, tuple(loops.arrays), frozenset(loops.used))

    def sources(self) -> list[tuple[str, ArrayDerivation]]:
        """Return what functions are made from: one sample, and many where their rows are known."""
        return [("", self.d), *([("mean_", self.many)] if self.many is not None else [])]


_WORDS = ("work", "rate", "sizes", "out", "i", "j", "math", "operator")


def wrapped(text: str, width: int = 100) -> str:
    """Return the head of a function on lines of a width, broken behind commas."""
    first, mark, rest = text.partition("(")
    lines, line = [], first + mark
    for word in rest.split(", "):
        if len(line) + len(word) + 2 > width:
            lines.append(line.rstrip())
            line = "    "
        line += f"{word}, "
    return "\n".join([*lines, line.rstrip().removesuffix(",")])


def product(shape: Shape, wrap: str = "{0}") -> str:
    """Return the code of the number of entries of a shape; names are put into `wrap`."""
    return "*".join(extent(size, wrap) for size in shape) or "1"
