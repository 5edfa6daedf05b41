"""What a notebook shows of a graph, a derivation or a trace with arrays."""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.derive import derive
from symgrad.expression.arrays.print_latex import LatexArrayPrinter
from symgrad.graph.arrays import ArrayGraph
from symgrad.render.arrays.documents import item_latex, text_of
from symgrad.render.arrays.sheet import Item, blocks_of, headline
from symgrad.render.svg import svg
from symgrad.trace.arrays.plan import ArrayPlan
from symgrad.trace.arrays.show import ArrayTrace

MAX_STEPS = 20
_RESULTS = ("sensitivities", "gradients", "jacobians")

Bundle = dict[str, str]


def array_bundle(value: ArrayGraph | ArrayDerivation | ArrayTrace) -> Bundle:
    """Return what a notebook shows of a value, by media type."""
    match value:
        case ArrayGraph():
            return {"image/svg+xml": svg(value, derive(value)), "text/plain": value.text}
        case ArrayTrace():
            return _trace_bundle(value)
        case _:
            return _derivation_bundle(value)


def _derivation_bundle(d: ArrayDerivation) -> Bundle:
    printer = LatexArrayPrinter(d.names)
    parts = [f"**{headline(d)}**"]
    results: list[Item] = []
    for block in blocks_of(d):
        parts.append(f"*{block.title}*")
        formulas = [item for item in block.items if not isinstance(item, str | tuple)]
        parts += [f"$$\n{_aligned(formulas, d, printer)}\n$$"] if formulas else []
        listed = [
            f"- {item}" if isinstance(item, str) else f"- ${item_latex(item, d, printer)}$"
            for item in block.items
            if isinstance(item, str | tuple)
        ]
        parts += ["\n".join(listed)] if listed else []
        results += formulas if block.key in _RESULTS else []
    return {
        "text/markdown": "\n\n".join(parts) + "\n",
        "text/latex": f"$${_aligned(results, d, printer)}$$",
        "text/plain": text_of(d),
    }


def _aligned(items: Iterable[Item], d: ArrayDerivation, printer: LatexArrayPrinter) -> str:
    """Return formulas under one another, their first signs of equality aligned."""
    rows = (item_latex(item, d, printer).replace(" = ", " &= ", 1) for item in items)
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


def _trace_bundle(trace: ArrayTrace) -> Bundle:
    """Return the worked steps, the first of them where they are many."""
    plan: ArrayPlan = trace.plan
    shown = ArrayTrace(plan, trace.steps[:MAX_STEPS], trace.digits)
    left = len(trace.steps) - len(shown.steps)
    more = f"\nand {left:,} more step{'' if left == 1 else 's'}\n" if left else ""
    return {"text/markdown": shown.markdown() + more, "text/plain": shown.text() + more}
