"""What a drawing of a graph shows, before any layout or format: tiles, and wires between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from symgrad.derivation.analysis import ancestors, consumers, edges_of, path_counts
from symgrad.derivation.derivation import Derivation
from symgrad.expression.arrays.print_text import TextPrinter
from symgrad.expression.arrays.size import shape_text
from symgrad.expression.print_letters import LetterPrinter
from symgrad.expression.tree import Expression
from symgrad.graph.arrays import ArrayGraph
from symgrad.graph.graph import Graph, Node
from symgrad.render.fold import Fold, folded
from symgrad.render.sheet import own_names
from symgrad.trace.numbers import Real
from symgrad.trace.print import Style, number_text, unicode_notation
from symgrad.trace.trace import Step

MOST_TILES = 60
VALUE_DIGITS = 4
_MOST_EQUATIONS = 12  # of a cell that is drawn once for many


@dataclass(frozen=True, slots=True)
class Tile:
    """One node, or a fold of many of one shape.

    `kind` is param, data, const, equation or objective. `text` is its equation or name, `notes`
    what stands below it, `branches` the number of branches whose adjoints are summed there (2 or
    more at a merge). `lit` marks a tile on a path that is shown.
    """

    name: str
    kind: str
    text: str
    members: tuple[str, ...]
    branches: int = 0
    value: str = ""
    adjoint: str = ""
    notes: tuple[str, ...] = ()
    lit: bool = False


@dataclass(frozen=True, slots=True)
class Wire:
    """An operand's edge to the equation that uses it, labelled with the local derivative.

    The label of an edge that carries an array is its `shape` instead.
    `active` is an edge on a path from a parameter to the objective: gradient flows back along it.
    """

    source: str
    target: str
    label: str = ""
    active: bool = True
    lit: bool = False
    shape: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """All tiles, each after those it is computed from, and all wires."""

    title: str
    summary: str
    tiles: tuple[Tile, ...]
    wires: tuple[Wire, ...]
    names: frozenset[str] = frozenset()  # every name in it, as it is printed
    highlight: tuple[str, ...] = ()


def picture(
    graph: Graph,
    derivation: Derivation,
    *,
    values: Step | None = None,
    highlight: Iterable[str] = (),
    most: int = MOST_TILES,
) -> Picture:
    """Return the picture of a graph.

    `values` writes the numbers of a traced step into the tiles; `highlight` lights up all paths
    from the objective to these names; a graph with more than `most` nodes is folded. Raises
    UnknownName for a name to highlight that the graph does not have.
    """
    chosen = tuple(dict.fromkeys(graph.resolve(name) for name in highlight))
    return _Painter(graph, derivation, values, chosen, most).picture()


class _Painter:
    def __init__(
        self,
        graph: Graph,
        derivation: Derivation,
        values: Step | None,
        highlight: tuple[str, ...],
        most: int,
    ) -> None:
        self.graph = graph
        self.derivation = derivation
        self.values = values
        self.highlight = highlight
        self.printer = LetterPrinter((*(node.name for node in graph.nodes), *own_names(graph)))
        self.users = consumers(graph)
        self.nodes = tuple(
            node for node in graph.nodes if node.formula is None and self.users[node.name]
        ) + tuple(graph.ordered)
        self.active = {
            (operand, node.name)
            for node in graph.ordered
            if node.name in derivation.reached
            for operand in edges_of(node)
            if operand in derivation.reached
        }
        self.lit = self._lit_edges()
        self.fold: Fold = folded(graph, self.nodes, most)

    def _lit_edges(self) -> frozenset[tuple[str, str]]:
        below = ancestors(self.graph, self.graph.objective)
        found: set[tuple[str, str]] = set()
        for name in self.highlight:
            leading = path_counts(self.graph, name)
            for node in self.graph.ordered:
                if node.name in leading and node.name in below and node.name != name:
                    found |= {(op, node.name) for op in edges_of(node) if op in leading}
        return frozenset(found)

    def picture(self) -> Picture:
        """Return the picture."""
        tiles = tuple(self.tile(name, members) for name, members in self.fold.groups.items())
        return Picture(
            self.graph.title or f"Computation graph of {self.graph.objective}",
            self.summary(),
            tiles,
            tuple(self.wires()),
            self.names(),
            tuple(self.printer.name(name) for name in self.highlight),
        )

    def names(self) -> frozenset[str]:
        """Return every name as it is printed."""
        printer = TextPrinter(self.graph.index) if isinstance(self.graph, ArrayGraph) else None
        shown = (printer or self.printer).name
        return frozenset(shown(node.name) for node in self.graph.nodes)

    def summary(self) -> str:
        """Return one sentence about the graph, for those who cannot see it."""
        graph = self.graph
        goal = "maximized" if graph.maximize else "minimized"
        equations = "; ".join(self.equation(node) for node in graph.ordered[:MOST_TILES])
        more = "; …" if len(graph.ordered) > MOST_TILES else ""
        counts = (
            (len(graph.parameters), "parameter"),
            (len(graph.data), "data input"),
            (len(graph.constants), "constant"),
            (len(graph.ordered), "equation"),
        )
        parts = [f"{n:,} {word}{'' if n == 1 else 's'}" for n, word in counts if n]
        return (
            f"{', '.join(parts)}. {self.printer.name(graph.objective)} is {goal}. {equations}{more}"
        )

    def equation(self, node: Node) -> str:
        """Return an equation as text, or the name of an input."""
        name = self.printer.name(node.name)
        if isinstance(self.graph, ArrayGraph):
            return self.array_equation(self.graph, node)
        if node.formula is None:
            return name
        return f"{name} = {self.printer.expression(node.formula.expression)}"

    def array_equation(self, graph: ArrayGraph, node: Node) -> str:
        """Return the equation of an array, or an input with its shape."""
        printer = TextPrinter(graph.index)
        if node.formula is not None:
            return f"{printer.name(node.name)} = {printer.expression(graph.trees[node.name])}"
        shape = graph.shape_of[node.name]
        return f"{printer.name(node.name)}: {shape_text(shape)}" if shape else node.name

    def label(self, operand: str, node: str) -> str:
        """Return what stands on an edge: the local derivative, or the shape of an array."""
        if not isinstance(self.graph, ArrayGraph):
            return self.printer.expression(self.local(operand, node))
        shape = self.graph.shape_of[operand]
        return shape_text(shape) if shape else ""

    def tile(self, name: str, members: tuple[str, ...]) -> Tile:
        """Return the tile of one node or of one fold."""
        node = self.graph.index[members[0]]
        kind: str = node.kind
        if self.graph.objective in members:
            kind = "objective"
        lit = any(edge[0] in members or edge[1] in members for edge in self.lit)
        if len(members) == 1:
            branches = sum(1 for user in self.users[name] if (name, user) in self.active)
            return Tile(
                name, kind, self.equation(node), members,
                branches if branches > 1 else 0,
                self.number(name), self.adjoint(name), (), lit,
            )  # fmt: skip
        first, last = self.printer.name(members[0]), self.printer.name(members[-1])
        words = {"param": "parameters", "data": "data inputs", "const": "constants"}
        between = ", " if len(members) == 2 else " … "
        text = f"{len(members):,} {words.get(node.kind, 'nodes')} {first}{between}{last}"
        notes: tuple[str, ...] = ()
        if name in self.fold.cells:
            return self.cells(name, members, lit=lit)
        if node.formula is not None:
            formulas = [self.graph.index[member].formula for member in members]
            alike = all(f is not None and f.pattern == node.formula.pattern for f in formulas)
            notes = (self.equation(node),) if alike else (self.equation(node), "and others")
        return Tile(name, kind, text, members, 0, "", "", notes, lit)

    def cells(self, name: str, members: tuple[str, ...], *, lit: bool) -> Tile:
        """Return the tile of cells that are repeated: their number, and the equations of one."""
        cell = self.fold.cells[name]
        count = len(members) // len(cell)
        notes = [self.equation(self.graph.index[member]) for member in cell[:_MOST_EQUATIONS]]
        if len(cell) > _MOST_EQUATIONS:
            notes.append(f"and {len(cell) - _MOST_EQUATIONS:,} more")
        first, last = self.printer.name(members[0]), self.printer.name(members[-1])
        text = f"{count:,} cells alike, {first} … {last}:"
        return Tile(name, "equation", text, members, 0, "", "", tuple(notes), lit)

    def number(self, name: str) -> str:
        """Return the value of a node at the step shown, or nothing."""
        if self.values is None:
            return ""
        return value_text(dict(self.values.exact_values).get(name))

    def adjoint(self, name: str) -> str:
        """Return the adjoint of a node at the step shown, or nothing."""
        if self.values is None or name not in self.derivation.reached:
            return ""
        return value_text(dict(self.values.exact_adjoints).get(name))

    def wires(self) -> list[Wire]:
        """Return the wires, one between each pair of tiles that an edge joins."""
        home = self.fold.home
        joined: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for node in self.graph.ordered:
            for operand in node.formula.operands if node.formula is not None else ():
                pair = home[operand], home[node.name]
                if pair[0] != pair[1]:
                    joined.setdefault(pair, []).append((operand, node.name))
        return [self.wire(pair, edges) for pair, edges in joined.items()]

    def wire(self, pair: tuple[str, str], edges: list[tuple[str, str]]) -> Wire:
        """Return one wire; between folds its label is the number of edges."""
        active = any(edge in self.active for edge in edges)
        lit = any(edge in self.lit for edge in edges)
        groups: Mapping[str, tuple[str, ...]] = self.fold.groups
        label = ""
        if len(groups[pair[0]]) > 1 or len(groups[pair[1]]) > 1:
            label = f"{len(edges):,} edges" if len(edges) > 1 else ""
        elif active:
            label = self.label(*edges[0])
        return Wire(pair[0], pair[1], label, active, lit, isinstance(self.graph, ArrayGraph))

    def local(self, operand: str, node: str) -> Expression:
        """Return the local derivative on an edge."""
        return self.derivation.local(node, operand)


def value_text(value: Real | None) -> str:
    """Return a number as it stands in the drawing, "" for none."""
    if value is None:
        return ""
    return number_text(value, Style(VALUE_DIGITS), unicode_notation(()))
