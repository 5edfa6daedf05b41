"""Files of plain loops for a graph with arrays, in Python, JavaScript and C99."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symgrad import __version__
from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.arrays.derive import derive_arrays
from symgrad.derivation.arrays.samples import over_samples
from symgrad.errors import SymgradError
from symgrad.expression.arrays.print_numpy import identifier
from symgrad.expression.arrays.print_text import TextPrinter
from symgrad.expression.arrays.size import Shape, shape_text
from symgrad.graph.arrays import ArrayGraph
from symgrad.targets.arrays.loops import Loops, Spelling, extent
from symgrad.targets.arrays.statements import (
    ArrayAssignment,
    backward,
    forward,
    only_parameter,
    second,
    shared,
    with_shared_exponentials,
    without_diagonals,
)


@dataclass(frozen=True)
class Body:
    """One function: its lines, the name of its value, and what it keeps in arrays."""

    lines: tuple[str, ...]
    value: str
    arrays: tuple[tuple[str, Shape], ...]
    used: frozenset[str]


class LoopModule:
    """What files of loops are made from: arguments, sizes, and the bodies of their functions."""

    loops: type[Loops] = Loops

    def __init__(self, d: ArrayDerivation, spelling: Spelling, module: str) -> None:
        if d.jacobian:
            raise SymgradError(
                f"a Jacobian is not written in {spelling.name}", help="`-t numpy` writes it"
            )
        self.d = d
        self.spelling = spelling
        self.module = module
        graph = self.graph = d.array_graph
        self.parameters = list(d.wrt)
        others = [n for n, node in graph.index.items() if node.formula is None and n not in d.wrt]
        last = [n for n in others if graph.index[n].default is not None and not graph.shape_of[n]]
        self.order = [*self.parameters, *(n for n in others if n not in last), *last]
        self.defaults = {name: graph.index[name].default for name in last}
        self.data = [name for name in others if name in graph.data]
        words = [identifier(name) for name in (*graph.index, *graph.sizes)]
        twice = next((word for word in words if words.count(word) > 1), None)
        if twice is not None:
            raise SymgradError(f"two names are `{twice}` in code", help="rename one")
        spread = over_samples(graph) if self.data else None
        self.many = None if spread is None else derive_arrays(spread, d.wrt)

    def sizes(self, d: ArrayDerivation) -> list[str]:
        """Return the sizes that the shapes of the inputs name, in order of first appearance."""
        found = (
            name
            for word in self.order
            for size in d.array_graph.shape_of[word]
            for name, _ in size.terms
        )
        return [identifier(name) for name in dict.fromkeys(found)]

    def result(self, name: str) -> str:
        """Return the name of a derivative."""
        return f"d{identifier(self.graph.objective)}_d{identifier(name)}"

    def body(self, d: ArrayDerivation, *, gradient: bool, indent: int = 1) -> Body:
        """Return the body of the value, or of value and gradient."""
        graph = d.array_graph
        rows = forward(d)
        if gradient:
            derived = with_shared_exponentials(
                backward(d, f"d{identifier(self.graph.objective)}_d"), rows
            )
            rows = _joined(d, derived, rows)
        deltas = [item.name for item in d.array_sensitivities]
        taken = [*map(identifier, (*graph.index, *graph.sizes, *deltas)), *_WORDS]
        results = {self.result(name) for name in self.parameters}
        return self.written(graph, rows, taken, results, identifier(graph.objective), indent)

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
        loops = self.loops(self.spelling, [*taken, *names], indent)
        for row in made:
            name = identifier(row.name)
            loops.define(name, row.tree, given=name in results and not self.spelling.array)
        return Body(tuple(loops.lines), value, tuple(loops.arrays), frozenset(loops.used))

    def head(self) -> list[str]:
        """Return what the code was made from, line by line."""
        names = self.d.names
        printer = TextPrinter(names)
        graph = self.graph
        shapes = [f"{n} {shape_text(graph.shape_of[n])}" for n in self.order if graph.shape_of[n]]
        lines = [f"Generated by symgrad {__version__}; do not edit.", ""]
        lines += [f"Shapes: {', '.join(shapes)}. Matrices are given row by row.", ""]
        lines += [f"    {name} = {printer.expression(tree)}" for name, tree in graph.values]
        lines.append("")
        top = graph.objective
        for item in self.d.array_sensitivities:
            left = item.name if item.argument is not None else f"{item.name} = ∂{top}/∂{item.node}"
            lines.append(f"    {left} = {printer.expression(item.value)}")
        for name, tree in self.d.array_gradients:
            lines.append(f"    ∂{top}/∂{name} = {printer.expression(tree)}")
        return lines

    def sources(self) -> list[tuple[str, ArrayDerivation]]:
        """Return what functions are made from: one sample, and many where their rows are known."""
        return [("", self.d), *([("mean_", self.many)] if self.many is not None else [])]


_WORDS = ("work", "rate", "sizes", "out", "i", "j", "math", "operator")


def _joined(
    d: ArrayDerivation, derived: Sequence[ArrayAssignment], values: Sequence[ArrayAssignment]
) -> list[ArrayAssignment]:
    """Return values and derivatives in order, each value once."""
    held = {row.name for row in derived}
    graph = d.array_graph
    position = {node.name: i for i, node in enumerate(graph.ordered)}
    known = [row for row in derived if row.name in graph.trees]
    rest = [row for row in derived if row.name not in graph.trees]
    missing = [row for row in values if row.name not in held]
    return [*sorted([*known, *missing], key=lambda row: position[row.name]), *rest]


def helpers(
    used: frozenset[str], texts: Mapping[str, str], needs: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """Return the texts of the helpers that are used, those that they need before them."""
    wanted = {part for name in used for part in (name, *needs.get(name, ()))}
    return [texts[name].strip("\n") for name in texts if name in wanted]


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
