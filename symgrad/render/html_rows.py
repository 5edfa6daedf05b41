"""The formulas of a report as rows: in text and in LaTeX, with what each lights up in the graph.

The sheets are those that the other commands print, so the formulas are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from symgrad.derivation.analysis import ancestors, operands_by_node, path_counts
from symgrad.derivation.derivation import Derivation
from symgrad.expression.print_letters import LetterPrinter
from symgrad.expression.tree import Call
from symgrad.render.latex import LatexPrinter, line_latex, remark_latex, trail_latex
from symgrad.render.paths_sheet import paths_sheet
from symgrad.render.sheet import (
    FormulaLine,
    Name,
    Partial,
    Remark,
    Section,
    Trail,
    all_names,
    edge_lines,
    equation_lines,
    gradient_lines,
    left_side,
    merge_lines,
    note_lines,
    paths_section,
    sensitivity_lines,
)
from symgrad.render.text import line_text, remark_text, trail_text

MAX_ROWS = 200
MAX_PATHS = 60
MAX_PATH_NAMES = 2_000  # in all listed paths of a large graph, which come without products
MAX_PROVED = 40  # parameters of a derivation whose sums over all paths are proved
LARGE = 400  # nodes of a graph in which only the node of a formula is lit, not its paths

Quantity = tuple[str, ...]  # what is a number at every step, such as ("edge", "u", "a")
Edge = tuple[str, str]  # (operand, node)


@dataclass(frozen=True, slots=True)
class PageRow:
    """One formula or sentence.

    `nodes` and `edges` (names of tiles) are what it lights up, `key` the node it is about, `number`
    what its number at a step is. `latex` is empty for a sentence; `remark` stands behind, `status`
    is that of the decision it tells of.
    """

    kind: str
    text: str
    latex: str = ""
    key: str = ""
    nodes: tuple[str, ...] = ()
    edges: tuple[Edge, ...] = ()
    number: Quantity = ()
    remark: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class PageBlock:
    """A section of a page: rows under a headline; `more` counts those left out."""

    key: str
    title: str
    rows: tuple[PageRow, ...]
    more: int = 0


class Rows:
    """Makes the rows of one derivation; `home` maps a node to the tile it is drawn in."""

    def __init__(self, derivation: Derivation, home: Mapping[str, str]) -> None:
        self.derivation = derivation
        self.home = home
        names = all_names(derivation)
        self.plain = LetterPrinter(names)
        self.latex = LatexPrinter(names)
        self.operands = operands_by_node(derivation.graph)
        self.nodes_of = {item.name: item.node for item in derivation.sensitivity_list}

    def blocks(self, *, paths: bool = True) -> list[PageBlock]:
        """Return the sections of formulas, those without a row left out, and `paths` if asked."""
        d = self.derivation
        edges = edge_lines(d) if len(d.graph.nodes) <= LARGE else []
        found = [
            self.block("gradients", "Gradients", "gradient", gradient_lines(d)),
            self.block("sensitivities", "Sensitivities", "sensitivity", sensitivity_lines(d)),
            self.block("merges", "Merged branches", "merge", merge_lines(d, steps=True)),
            self.block("equations", "Equations", "equation", equation_lines(d.graph)),
            self.block("edges", "Local derivatives", "edge", edges),
            *((self.paths(),) if paths else ()),
            self.block("notes", "Notes", "note", note_lines(d)),
        ]
        return [block for block in found if block.rows]

    def block(
        self, key: str, title: str, kind: str, items: Sequence[FormulaLine | Remark | str]
    ) -> PageBlock:
        """Return a section of lines or sentences, the first of them where they are many."""
        rows = tuple(self.row(kind, item) for item in items[:MAX_ROWS])
        return PageBlock(key, title, rows, len(items) - len(rows))

    def row(self, kind: str, item: FormulaLine | Remark | str) -> PageRow:
        """Return one row."""
        if isinstance(item, str):
            return PageRow(kind, item)
        if isinstance(item, Remark):
            # A sentence with formulas in it: LaTeX between dollar signs, set by the page.
            return PageRow(kind, remark_text(item, self.plain), remark_latex(item, self.latex))
        left = item.left[-1]
        bare = FormulaLine(item.left, item.sides)
        text, latex = line_text(bare, self.plain), line_latex(bare, self.latex)
        if isinstance(left, Call):
            return PageRow(kind, text, latex)
        if isinstance(left, Name):
            node = left.name
            nodes: Iterable[str] = (node,)
            edges: Iterable[Edge] = ()
            number: Quantity = ("value", node)
        else:
            node = left.bottom
            nodes, edges = self.between(kind, left.top, node)
            number = self.quantity(kind, item, left)
        return PageRow(
            kind, text, latex, self.home.get(node, ""), self.tiles(nodes), self.wires(edges),
            number, item.remark, item.status,
        )  # fmt: skip

    def quantity(self, kind: str, item: FormulaLine, left: Partial) -> Quantity:
        """Return which number belongs to a line about a derivative."""
        if kind == "gradient":
            return ("gradient", left.bottom)
        if kind == "sensitivity" and isinstance(item.left[0], Name):
            return ("sensitivity", item.left[0].name)
        return (kind, left.top, left.bottom)

    def between(self, kind: str, top: str, bottom: str) -> tuple[Iterable[str], Iterable[Edge]]:
        """Return the nodes and edges on all paths from `top` down to `bottom`."""
        graph = self.derivation.graph
        if kind == "edge":
            return (top, bottom), ((bottom, top),)
        if len(graph.nodes) > LARGE:
            return (bottom,), ()
        start = top if kind == "merge" else graph.objective
        leading = path_counts(graph, bottom)
        within = ancestors(graph, start) & leading.keys()
        edges = [
            (operand, node)
            for node in self.operands
            if node in within and node != bottom
            for operand in self.operands[node]
            if operand in leading
        ]
        return [node.name for node in graph.nodes if node.name in within], edges

    def tiles(self, nodes: Iterable[str]) -> tuple[str, ...]:
        """Return the tiles in which nodes are drawn."""
        return tuple(dict.fromkeys(self.home[node] for node in nodes if node in self.home))

    def wires(self, edges: Iterable[Edge]) -> tuple[Edge, ...]:
        """Return the wires between tiles that edges are drawn as."""
        pairs = ((self.home.get(a, ""), self.home.get(b, "")) for a, b in edges)
        return tuple(dict.fromkeys((a, b) for a, b in pairs if a and b and a != b))

    def paths(self) -> PageBlock:
        """Return the paths with their products, and what they sum to."""
        d = self.derivation
        total = sum(d.path_count(name) for name in d.wrt)
        rows: list[PageRow] = []
        for section in self._path_sections():
            rows += [self.path_row(i) for i in section.items if isinstance(i, FormulaLine | Trail)]
        shown = sum(1 for row in rows if row.kind == "path")
        return PageBlock("paths", "Paths", tuple(rows), total - shown)

    def _path_sections(self) -> tuple[Section, ...]:
        d = self.derivation
        if len(d.wrt) <= MAX_PROVED and len(d.graph.nodes) <= LARGE:
            return paths_sheet(d, limit=MAX_PATHS).sections
        depth = max((len(d.paths(name, limit=1)[0]) for name in d.wrt if d.path_count(name)),
                    default=1)  # fmt: skip
        return (paths_section(d, limit=max(1, min(MAX_PATHS, MAX_PATH_NAMES // depth))),)

    def path_row(self, item: FormulaLine | Trail) -> PageRow:
        """Return the row of a path, or the sum below the paths to one parameter."""
        if not isinstance(item, Trail):
            row = self.row("gradient", item)
            return replace(row, kind="sum")
        edges = [(bottom, top) for top, bottom in pairwise(item.names)]
        text = trail_text(item, self.plain, " → ")
        return PageRow(
            "path", text, trail_latex(item, self.latex), self.home.get(item.names[-1], ""),
            self.tiles(item.names), self.wires(edges), ("path", *item.names),
        )  # fmt: skip

    def symbol(self, top: str, bottom: str) -> tuple[str, str]:
        """Return the symbol of a derivative in text and in LaTeX."""
        left = Partial(top, bottom)
        return self.plain.partial(top, bottom), left_side(left, self.latex)


def quantities(blocks: Iterable[PageBlock], most: int = 1_000) -> tuple[Quantity, ...]:
    """Return everything that has a number at every step, each once, in order."""
    found = dict.fromkeys(row.number for block in blocks for row in block.rows if row.number)
    return tuple(islice(found, most))
