"""What is printed about a derivation with arrays: text, LaTeX, Markdown and JSON, with shapes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.arrays.jacobian import DIRECTION, hessian, hessian_product
from symgrad.derivation.arrays.local import contribution, local_form
from symgrad.expression.arrays import build
from symgrad.expression.arrays.print_numpy import NumpyArrayPrinter, identifier
from symgrad.expression.arrays.print_text import AsciiArrayPrinter, LatexArrayPrinter, TextPrinter
from symgrad.expression.arrays.size import Shape, shape_text
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import Array
from symgrad.graph.arrays import ArrayGraph

_TO = r" \to "
SCHEMA = "symgrad.derivation/1"
_SYMMETRIC_NOTE = (
    "the derivative by a symmetric matrix is the unconstrained one: every entry is free"
)


@dataclass(frozen=True, slots=True)
class ArrayRow:
    """One line: what stands on its left (a name, or ∂top/∂bottom), and the formula."""

    top: str
    bottom: str
    tree: Array
    second: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ArrayBlock:
    """A headline, and rows or sentences under it."""

    key: str
    title: str
    items: tuple[ArrayRow | str | tuple[str, ...], ...]


def _names(d: ArrayDerivation) -> list[str]:
    return [*d.graph.index, *(item.name for item in d.array_sensitivities)]


def formula_text(tree: Array, graph: ArrayGraph) -> str:
    """Return one formula as text."""
    return TextPrinter(graph.index).expression(tree)


def formula_latex(tree: Array, graph: ArrayGraph) -> str:
    """Return one formula as LaTeX."""
    return LatexArrayPrinter(graph.index).expression(tree)


def headline(d: ArrayDerivation) -> str:
    """Return one line about the derivation."""
    counts = sum(d.path_count(name) for name in d.wrt)
    plural = "" if len(d.wrt) == 1 else "s"
    many = "" if counts == 1 else "s"
    head = f"{len(d.wrt)} parameter{plural}, {counts:,} path{many}"
    if d.jacobian:
        return f"Jacobian of {d.graph.objective}: {head}"
    return f"{'maximize' if d.graph.maximize else 'minimize'} {d.graph.objective}: {head}"


def shapes_line(graph: ArrayGraph, names: Iterable[str]) -> str:
    """Return the shapes of nodes: `W1 m×n, b1 m`."""
    return ", ".join(
        f"{name} {shape_text(graph.shape_of[name])}" for name in names if graph.shape_of[name]
    )


def blocks_of(
    d: ArrayDerivation,
    *,
    limit: int = 12,
    steps: bool = False,
    expand: bool = False,
) -> list[ArrayBlock]:
    """Return what `symgrad derive` prints."""
    graph = d.array_graph
    inputs = [name for name, node in graph.index.items() if node.formula is None]
    found = [
        ArrayBlock(
            "shapes", "Shapes", (shapes_line(graph, inputs), shapes_line(graph, graph.trees))
        ),
        ArrayBlock(
            "equations", "Equations", tuple(ArrayRow(n, "", graph.trees[n]) for n in graph.trees)
        ),
        ArrayBlock("paths", "Paths", tuple(_paths(d, limit))),
    ]
    if steps:
        found.append(ArrayBlock("edges", "Local derivatives", tuple(_edges(d))))
    found.append(
        ArrayBlock(
            "sensitivities",
            "Sensitivities",
            tuple(
                ArrayRow(item.name, "" if item.argument is not None else item.node, item.value)
                for item in d.array_sensitivities
            ),
        )
    )
    title = "Jacobians" if d.jacobian else "Gradients"
    rows = tuple(ArrayRow(graph.objective, name, tree) for name, tree in d.array_gradients)
    found.append(ArrayBlock("gradients", title, rows))
    if expand:
        expanded = tuple(
            ArrayRow(graph.objective, n, expanded_tree(d, t)) for n, t in d.array_gradients
        )
        found.append(ArrayBlock("expanded", "In parameters and inputs only", expanded))
    found.append(ArrayBlock("notes", "Notes", tuple(notes(d))))
    return [
        ArrayBlock(block.key, block.title, tuple(item for item in block.items if item))
        for block in found
        if any(block.items)
    ]


def _paths(d: ArrayDerivation, limit: int) -> Iterable[tuple[str, ...] | str]:
    left = limit
    for name in d.wrt:
        if left:
            found = d.paths(name, limit=left)
            yield from found
            left -= len(found)
    total = sum(d.path_count(name) for name in d.wrt)
    if total > limit:
        shown = "no path is" if limit == 0 else f"the first {limit:,} are"
        yield f"{total:,} paths in all, {shown} listed"


def _edges(d: ArrayDerivation) -> Iterable[ArrayRow | str]:
    graph = d.array_graph
    active = {
        name for path_name in d.wrt for path in d.paths(path_name, limit=200) for name in path
    }
    for node in graph.ordered:
        if node.name not in active or node.formula is None:
            continue
        for operand in node.formula.operands:
            if operand in active:
                yield local_form(graph, node.name, operand, TextPrinter(graph.index))


def expanded_tree(d: ArrayDerivation, tree: Array) -> Array:
    """Return a formula in parameters and inputs only."""
    graph = d.array_graph
    values: dict[Array, Array] = {}
    for node in graph.ordered:
        values[graph.variables[node.name]] = substituted(graph.trees[node.name], values)
    for item in d.array_sensitivities:
        values[build.name(item.name, item.value.shape)] = substituted(item.value, values)
    return substituted(tree, values)


def notes(d: ArrayDerivation) -> list[str]:
    """Return what was assumed, each once."""
    graph = d.array_graph
    found = [f"assumed: {item.text}" for item in graph.assumptions]
    symmetric = [
        name
        for name in d.wrt
        if len(graph.shape_of[name]) == 2 and graph.variables[name].facts.symmetric
    ]
    if symmetric:
        found.append(_SYMMETRIC_NOTE)
    return found


# Notations ----------------------------------------------------------------------------------------


def _left(row: ArrayRow, d: ArrayDerivation, printer: TextPrinter, *, latex: bool) -> str:
    name = printer.name
    if not row.bottom:
        return name(row.top)
    if row.second:
        if latex:
            return rf"\frac{{\partial^{{2}} {name(row.top)}}}{{\partial {name(row.bottom)}^{{2}}}}"
        return f"∂²{name(row.top)}/∂{name(row.bottom)}²"
    is_delta = any(item.name == row.top for item in d.array_sensitivities)
    top = d.graph.objective if is_delta else row.top
    if latex:
        partial = rf"\frac{{\partial {name(top)}}}{{\partial {name(row.bottom)}}}"
    else:
        partial = f"∂{name(top)}/∂{name(row.bottom)}"
    return f"{name(row.top)} = {partial}" if is_delta else partial


def _line(row: ArrayRow, d: ArrayDerivation, printer: TextPrinter, *, latex: bool = False) -> str:
    written = dict(d.array_graph.written)
    if not row.bottom and row.top in written and not latex and not d.array_graph.numpy:
        right = written[row.top]
        if isinstance(printer, AsciiArrayPrinter):
            right = _ascii(right)
    else:
        right = printer.expression(row.tree)
    return f"{_left(row, d, printer, latex=latex)} = {right}{row.remark}"


def text_of(
    d: ArrayDerivation, blocks: Sequence[ArrayBlock] | None = None, *, ascii_only: bool = False
) -> str:
    """Return a derivation as text, one formula a line."""
    printer = AsciiArrayPrinter(_names(d)) if ascii_only else TextPrinter(_names(d))
    arrow = " -> " if ascii_only else " → "
    parts = [headline(d)]
    for block in blocks_of(d) if blocks is None else blocks:
        rows = [block.title]
        for item in block.items:
            if isinstance(item, ArrayRow):
                line = _line(item, d, printer)
                rows.append(f"  {line.replace('∂', 'd') if ascii_only else line}")
            elif isinstance(item, tuple):
                rows.append(f"  {arrow.join(map(printer.name, item))}")
            else:
                rows.append(f"  {item}")
        parts.append("\n".join(rows))
    text = "\n\n".join(parts) + "\n"
    return _ascii(text) if ascii_only else text


_ASCII = {"×": "x", "ᵀ": ".T", "⊙": ".*", "∘": ".*", "⁻¹": "^-1", "²": "^2", "³": "^3", "−": "-",
          "√": "sqrt ", "→": "->", "δ": "delta", "Σ": "sum", "·": "*", "∂": "d", "≥": ">=",
          "≤": "<=", "ℓ": "ell"}  # fmt: skip


def _ascii(text: str) -> str:
    """Return text with every sign spelled in ASCII."""
    from symgrad.expression.names import LATIN  # noqa: PLC0415

    for sign, spelled in _ASCII.items():
        text = text.replace(sign, spelled)
    text = "".join(LATIN.get(c, c) for c in text)
    return text.encode("ascii", "replace").decode()


def latex_of(
    d: ArrayDerivation, blocks: Sequence[ArrayBlock] | None = None, *, bold: bool = False
) -> str:
    """Return a derivation as LaTeX, one display a formula."""
    printer = LatexArrayPrinter(_names(d), bold=bold)
    parts = [f"% {headline(d)}"]
    for block in blocks_of(d) if blocks is None else blocks:
        rows = [rf"\subsection*{{{block.title}}}"]
        for item in block.items:
            if isinstance(item, ArrayRow):
                rows.append(rf"\[ {_line(item, d, printer, latex=True)} \]")
            elif isinstance(item, tuple):
                rows.append(rf"\[ {_TO.join(map(printer.name, item))} \]")
            else:
                rows.append(_prose(item))
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


_PROSE = {"×": r"$\times$", "ᵀ": r"$^{\top}$", "⊙": r"$\odot$", "²": "$^{2}$", "_": r"\_",
          "^": r"\^{}", "∂": r"$\partial$"}  # fmt: skip


def _prose(text: str) -> str:
    from symgrad.expression.names import LATIN  # noqa: PLC0415

    made = "".join(
        _PROSE.get(c, f"$\\{LATIN[c]}$" if c in LATIN else c) for c in text.replace("⁻¹", "\ue000")
    )
    return made.replace("\ue000", "$^{-1}$") + r" \\"


def markdown_of(d: ArrayDerivation, blocks: Sequence[ArrayBlock] | None = None) -> str:
    """Return a derivation as Markdown with formulas in LaTeX."""
    printer = LatexArrayPrinter(_names(d))
    parts = [f"# {headline(d)}"]
    for block in blocks_of(d) if blocks is None else blocks:
        rows = [f"## {block.title}"]
        for item in block.items:
            if isinstance(item, ArrayRow):
                rows.append(f"$$ {_line(item, d, printer, latex=True)} $$")
            elif isinstance(item, tuple):
                rows.append(f"- ${_TO.join(map(printer.name, item))}$")
            else:
                rows.append(item)
        parts.append("\n\n".join(rows))
    return "\n\n".join(parts) + "\n"


def paths_blocks(d: ArrayDerivation, *, limit: int) -> list[ArrayBlock]:
    """Return every path with what it contributes to the gradient of its parameter."""
    graph = d.array_graph
    items: list[ArrayRow | str | tuple[str, ...]] = []
    left = limit
    for name in d.wrt:
        for path in d.paths(name, limit=left):
            adjoint = build.ONE
            for node, operand in pairwise(path):
                adjoint = contribution(graph, node, operand, adjoint)
            items += [path, ArrayRow(graph.objective, name, adjoint, remark="   (on this path)")]
            left -= 1
    total = sum(d.path_count(name) for name in d.wrt)
    if total > limit:
        items.append(f"{total:,} paths in all, the first {limit:,} are listed")
    return [ArrayBlock("paths", "Paths", tuple(items))]


def second_blocks(d: ArrayDerivation, *, product: bool = False) -> list[ArrayBlock]:
    """Return the second derivatives by every parameter, or their product with a vector v."""
    graph = d.array_graph
    rows: list[ArrayRow | str] = []
    for name in d.wrt:
        gradient = expanded_sensitivities(d, dict(d.array_gradients)[name])
        if product:
            tree = hessian_product(
                graph, gradient, name, build.name(DIRECTION, graph.shape_of[name])
            )
            label = next(w for w in ("v", "u", "w_", "direction") if w not in graph.index)
            shown = substituted(
                tree,
                {
                    build.name(DIRECTION, graph.shape_of[name]): build.name(
                        label, graph.shape_of[name]
                    )
                },
            )
            rows.append(ArrayRow(f"∇²{graph.objective}·{label} by {name}", "", shown))
        else:
            rows.append(
                ArrayRow(graph.objective, name, hessian(graph, gradient, name), second=True)
            )
    title = "Hessian-vector products" if product else "Second derivatives"
    return [ArrayBlock("hessian", title, tuple(rows))]


def expanded_sensitivities(d: ArrayDerivation, tree: Array) -> Array:
    """Return a formula in which no sensitivity stands."""
    values: dict[Array, Array] = {}
    for item in d.array_sensitivities:
        values[build.name(item.name, item.value.shape)] = substituted(item.value, values)
    return substituted(tree, values)


# JSON ---------------------------------------------------------------------------------------------


class _ArrayJsonWriter:
    """Prints formulas in every notation of the schema."""

    def __init__(self, names: Sequence[str]) -> None:
        self.text = TextPrinter(names)
        self.ascii = AsciiArrayPrinter(names)
        self.latex = LatexArrayPrinter(names)
        self.numpy = NumpyArrayPrinter()

    def formula(self, tree: Array) -> dict[str, Any]:
        """Return the entries of a formula."""
        return {
            "text": self.text.expression(tree),
            "formula": self.ascii.expression(tree),
            "latex": self.latex.expression(tree),
            "shape": _shape(tree.shape),
            "numpy": self.numpy.expression(tree),
        }


def _shape(shape: Shape) -> list[str]:
    return [str(size) for size in shape]


def json_of(d: ArrayDerivation, *, limit: int = 12) -> str:
    """Return a derivation as JSON: every formula with text, latex, shape and numpy."""
    write = _ArrayJsonWriter(_names(d))
    graph = d.array_graph

    def inputs(names: Iterable[str]) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "latex": write.latex.name(name),
                "numpy": identifier(name),
                "shape": _shape(graph.shape_of[name]),
                "default": None if (value := graph.index[name].default) is None else str(value),
            }
            for name in names
        ]

    content = {
        "schema": SCHEMA,
        "title": graph.title,
        "objective": graph.objective,
        "sense": "maximize" if graph.maximize else "minimize",
        "sizes": list(graph.sizes),
        "parameters": inputs(d.wrt),
        "data": inputs(name for name in graph.data if name not in d.wrt),
        "given": inputs(name for name in graph.given if name not in d.wrt),
        "constants": inputs(
            name for name in graph.constants if name not in d.wrt and name not in graph.given
        ),
        "equations": [
            {
                "name": node.name,
                "identifier": identifier(node.name),
                **write.formula(graph.trees[node.name]),
                "numpy": write.numpy.definition(graph.variables[node.name], graph.trees[node.name]),
            }
            for node in graph.ordered
        ],
        "paths": _paths_json(d, limit),
        "sensitivities": [
            {
                "name": item.name,
                "identifier": identifier(item.name),
                "node": item.node,
                "of": graph.objective,
                **write.formula(item.value),
            }
            for item in d.array_sensitivities
        ],
        "jacobians" if d.jacobian else "gradients": [
            {"parameter": name, **write.formula(tree)} for name, tree in d.array_gradients
        ],
        "assumptions": [item.text for item in graph.assumptions],
        "notes": notes(d),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _paths_json(d: ArrayDerivation, limit: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    left = limit
    for name in d.wrt:
        listed = d.paths(name, limit=left)
        left -= len(listed)
        found[name] = {"count": d.path_count(name), "listed": [list(path) for path in listed]}
    return found


def blocks_json(d: ArrayDerivation, blocks: Sequence[ArrayBlock]) -> str:
    """Return any other sheet as JSON."""
    write = _ArrayJsonWriter(_names(d))
    sections = {
        block.key: [
            {"name": item.top, "parameter": item.bottom, **write.formula(item.tree)}
            if isinstance(item, ArrayRow)
            else item
            for item in block.items
        ]
        for block in blocks
    }
    content = {"schema": "symgrad.sheet/1", "title": headline(d), "sections": sections}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def document(
    d: ArrayDerivation, blocks: Sequence[ArrayBlock], *, style: str, ascii_only: bool
) -> str:
    """Return blocks in one of the notations of the command line."""
    if style == "latex":
        return latex_of(d, blocks)
    if style == "markdown":
        return markdown_of(d, blocks)
    if style == "json":
        return blocks_json(d, blocks)
    return text_of(d, blocks, ascii_only=ascii_only)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is asked for of a derivation."""

    steps: bool = False
    expand: bool = False
    hessian: bool = False
    hvp: bool = False
    limit: int = 12


def derived(d: ArrayDerivation, shown: Shown, *, style: str, ascii_only: bool) -> str:
    """Return what `symgrad derive` prints of a graph with arrays."""
    if shown.hessian or shown.hvp:
        blocks = second_blocks(d, product=shown.hvp)
    elif style == "json":
        return json_of(d, limit=shown.limit)
    else:
        blocks = blocks_of(d, limit=shown.limit, steps=shown.steps, expand=shown.expand)
    return document(d, blocks, style=style, ascii_only=ascii_only)
