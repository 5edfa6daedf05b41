"""Derivatives with three axes and more, as lines in index notation."""

from __future__ import annotations

import re
from dataclasses import dataclass

from symgrad.derivation.arrays.tensors import Tensor
from symgrad.expression.arrays import build
from symgrad.expression.arrays.factoring import factored
from symgrad.expression.arrays.print_ascii import AsciiArrayPrinter
from symgrad.expression.arrays.print_latex import LatexArrayPrinter
from symgrad.expression.arrays.print_text import TextPrinter

_UPRIGHT = re.compile(r"_\{\\mathrm\{\{(\w+)\}\}\}")


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One line: ∂top[rows]/∂bottom[columns], entry by entry.

    With `second` it is ∂²top/∂bottom[rows]∂bottom[columns].
    """

    top: str
    tensor: Tensor
    second: bool = False


def index_sides(row: IndexRow, printer: TextPrinter) -> tuple[str, str]:
    """Return both sides of a line, as text or LaTeX after the printer."""
    tensor = row.tensor
    latex = isinstance(printer, LatexArrayPrinter)
    top, bottom = (
        _entry(printer.name(name), "".join(letters))
        for name, letters in ((row.top, tensor.rows), (tensor.parameter, tensor.columns))
    )
    if row.second:
        rows = _entry(printer.name(tensor.parameter), "".join(tensor.rows))
        name = printer.name(row.top)
        if latex:
            left = rf"\frac{{\partial^{{2}} {name}}}{{\partial {rows}\,\partial {bottom}}}"
        else:
            left = f"∂²{name}/∂{rows}∂{bottom}"
        return left, _right(tensor, printer)
    left = rf"\frac{{\partial {top}}}{{\partial {bottom}}}" if latex else f"∂{top}/∂{bottom}"
    return left, _right(tensor, printer)


def _entry(name: str, letters: str) -> str:
    shown = f"_{{{letters}}}" if len(letters) > 1 else f"_{letters}"
    return f"({name}){shown}" if "_" in name and letters else name + shown * bool(letters)


def _right(tensor: Tensor, printer: TextPrinter) -> str:
    plain = [build.mul(*term.factors) for term in tensor.terms if not term.summed]
    parts = [printer.expression(factored(build.add(*plain)))] if plain else []
    latex, spelled = (isinstance(printer, kind) for kind in (LatexArrayPrinter, AsciiArrayPrinter))
    sign = r"\sum" if latex else "sum" if spelled else "Σ"
    for term in tensor.terms:
        if term.summed:
            body = printer.expression(build.mul(*term.factors))
            sums = "".join(f"{sign}_{letter} " for letter in term.summed)
            parts.append(f"-{sums}{body[1:]}" if body[:1] in "-−" else sums + body)
    text = " + ".join(parts) if parts else "0"
    text = re.sub(r"\+ ([-−])", r"\1 ", text)
    if latex:
        return _UPRIGHT.sub(r"_{\1}", text).replace("⁻¹", "^{-1}")
    return text
