"""A derivation with arrays as text, LaTeX and Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.arrays.tensors import Tensor
from symgrad.expression.arrays.print_ascii import AsciiArrayPrinter
from symgrad.expression.arrays.print_latex import LatexArrayPrinter
from symgrad.expression.arrays.print_text import TextPrinter
from symgrad.expression.arrays.tree import Array
from symgrad.expression.names import LATIN
from symgrad.graph.arrays import ArrayGraph
from symgrad.render.arrays.index_rows import IndexRow, index_sides
from symgrad.render.arrays.json import blocks_json, json_of
from symgrad.render.arrays.sheet import (
    ArrayBlock,
    ArrayEdge,
    ArrayRow,
    Item,
    blocks_of,
    headline,
    second_blocks,
)
from symgrad.render.latex_lines import displayed

_TO = r" \to "


def formula_text(tree: Array, graph: ArrayGraph) -> str:
    """Return one formula as text."""
    return TextPrinter(graph.index).expression(tree)


def formula_latex(tree: Array, graph: ArrayGraph) -> str:
    """Return one formula as LaTeX."""
    return LatexArrayPrinter(graph.index).expression(tree)


def tensor_text(tensor: Tensor, graph: ArrayGraph) -> str:
    """Return a derivative with three axes or more as text, entry by entry."""
    return index_sides(IndexRow(graph.objective, tensor), TextPrinter(graph.index))[1]


def tensor_latex(tensor: Tensor, graph: ArrayGraph) -> str:
    """Return a derivative with three axes or more as LaTeX."""
    return index_sides(IndexRow(graph.objective, tensor), LatexArrayPrinter(graph.index))[1]


def sides_of(row: ArrayRow, d: ArrayDerivation, printer: TextPrinter) -> tuple[str, str]:
    """Return both sides of a line, as text or LaTeX after the printer."""
    written = dict(d.array_graph.written)
    latex = isinstance(printer, LatexArrayPrinter)
    if not row.bottom and row.top in written and not latex and not d.array_graph.numpy:
        right = written[row.top]
        if isinstance(printer, AsciiArrayPrinter):
            right = printer.expression(row.tree) if _SIGNS.search(right) else _ascii(right)
        letters = ",".join(dict(d.array_graph.indexed).get(row.top, ()))
        left = printer.name(row.top) + f"[{letters}]" * bool(letters)
        return left, f"{right}{row.remark}"
    right = printer.expression(row.tree)
    return _left(row, d, printer, latex=latex), f"{right}{row.remark}"


def _left(row: ArrayRow, d: ArrayDerivation, printer: TextPrinter, *, latex: bool) -> str:
    name = _heading(printer)
    if row.top not in d.graph.index and row.top[1:] in d.graph.index and latex and d.tensors:
        return rf"\mathrm{{d}}{name(row.top[1:])}"
    if not row.bottom:
        return name(row.top)
    if row.along:
        along = name(row.along)
        if latex:
            return rf"\nabla^{{2}}_{{{name(row.bottom)}}} {name(row.top)} \cdot {along}"
        return f"∇²{name(row.top)}·{along} by {name(row.bottom)}"
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


def _heading(printer: TextPrinter) -> Callable[[str], str]:
    """Return how names are written that stand alone."""
    return printer.heading if isinstance(printer, LatexArrayPrinter) else printer.name


def item_text(item: Item, d: ArrayDerivation, printer: TextPrinter) -> str:
    """Return one line as text, or as LaTeX where the printer writes that; a sentence as it is."""
    latex = isinstance(printer, LatexArrayPrinter)
    match item:
        case IndexRow():
            return " = ".join(index_sides(item, printer))
        case ArrayRow():
            return " = ".join(sides_of(item, d, printer))
        case ArrayEdge():
            name = _heading(printer)
            top, bottom = name(item.node), name(item.operand)
            right = printer.expression(item.tree)
            if item.mark and latex:
                return rf"{top} \to {bottom}\colon\; {printer.name(item.mark)} \mapsto {right}"
            if item.mark:
                return f"{top} → {bottom}: {item.mark} ↦ {right}"
            partial = (
                rf"\frac{{\partial {top}}}{{\partial {bottom}}}" if latex else f"∂{top}/∂{bottom}"
            )
            return f"{partial} = {right}"
        case tuple():
            return (_TO if latex else " → ").join(map(_heading(printer), item))
        case _:
            return item


def item_latex(item: Item, d: ArrayDerivation, printer: LatexArrayPrinter) -> str:
    """Return one line as LaTeX; of a sentence nothing."""
    return "" if isinstance(item, str) else item_text(item, d, printer)


def text_of(
    d: ArrayDerivation, blocks: Sequence[ArrayBlock] | None = None, *, ascii_only: bool = False
) -> str:
    """Return a derivation as text, one formula a line."""
    printer = AsciiArrayPrinter(d.names) if ascii_only else TextPrinter(d.names)
    parts = [headline(d)]
    for block in blocks_of(d) if blocks is None else blocks:
        rows = [f"  {item_text(item, d, printer)}" for item in block.items]
        parts.append("\n".join([block.title, *rows]))
    text = "\n\n".join(parts) + "\n"
    return _ascii(text) if ascii_only else text


_SIGNS = re.compile("[ᵀ⁻√²³]")  # what binds otherwise where it is spelled out
_ASCII = {"×": "x", "ᵀ": ".T", "⊙": ".*", "∘": ".*", "⁻¹": "^-1", "²": "^2", "³": "^3", "−": "-",
          "∇^2": "hessian of ", "√": "sqrt ",
          "→": "->", "δ": "delta", "Σ": "sum", "·": "*", "∂": "d", "↦": "->",
          "≥": ">=", "≤": "<=", "ℓ": "ell"}  # fmt: skip


def _ascii(text: str) -> str:
    """Return text with every sign spelled in ASCII."""
    for sign, spelled in _ASCII.items():
        text = text.replace(sign, spelled)
    text = "".join(LATIN.get(c, c) for c in text)
    return text.encode("ascii", "replace").decode()


def latex_of(
    d: ArrayDerivation, blocks: Sequence[ArrayBlock] | None = None, *, bold: bool = False
) -> str:
    """Return a derivation as LaTeX, one display a formula."""
    arrays = [name for name, shape in d.array_graph.shapes if shape]
    arrays += [item.name for item in d.array_sensitivities if item.value.shape]
    printer = LatexArrayPrinter(d.names, bold=bold, arrays=arrays)
    parts = [f"% {headline(d)}"]
    for block in blocks_of(d) if blocks is None else blocks:
        rows = [rf"\subsection*{{{block.title}}}"]
        rows += [
            prose(item) if isinstance(item, str) else displayed(item_latex(item, d, printer))
            for item in block.items
        ]
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


_PROSE = {"×": r"$\times$", "ᵀ": r"$^{\top}$", "⊙": r"$\odot$", "²": "$^{2}$", "_": r"\_",
          "^": r"\^{}", "∂": r"$\partial$", "ℓ": r"$\ell$"}  # fmt: skip


def prose(text: str) -> str:
    """Return a sentence in LaTeX."""
    made = "".join(
        _PROSE.get(c, f"$\\{LATIN[c]}$" if c in LATIN else c) for c in text.replace("⁻¹", "\ue000")
    )
    return made.replace("\ue000", "$^{-1}$") + r" \\"


def markdown_of(d: ArrayDerivation, blocks: Sequence[ArrayBlock] | None = None) -> str:
    """Return a derivation as Markdown with formulas in LaTeX."""
    printer = LatexArrayPrinter(d.names)
    parts = [f"# {headline(d)}"]
    for block in blocks_of(d) if blocks is None else blocks:
        rows = [f"## {block.title}"]
        for item in block.items:
            if isinstance(item, tuple):
                rows.append(f"- ${item_latex(item, d, printer)}$")
            else:
                latex = item_latex(item, d, printer)
                rows.append(f"$$ {latex} $$" if latex else str(item))
        parts.append("\n\n".join(rows))
    return "\n\n".join(parts) + "\n"


def document(
    d: ArrayDerivation,
    blocks: Sequence[ArrayBlock],
    *,
    style: str,
    ascii_only: bool,
    bold: bool = False,
) -> str:
    """Return blocks in one of the notations of the command line."""
    if style == "latex":
        return latex_of(d, blocks, bold=bold)
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
    bold: bool = False


def derived(d: ArrayDerivation, shown: Shown, *, style: str, ascii_only: bool) -> str:
    """Return what `symgrad derive` prints of a graph with arrays."""
    if shown.hessian or shown.hvp:
        blocks = second_blocks(d, product=shown.hvp)
    elif style == "json":
        return json_of(d, limit=shown.limit)
    else:
        blocks = blocks_of(d, limit=shown.limit, steps=shown.steps, expand=shown.expand)
    return document(d, blocks, style=style, ascii_only=ascii_only, bold=shown.bold)
