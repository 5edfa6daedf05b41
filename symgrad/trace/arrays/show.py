"""An array trace as text, Markdown, LaTeX or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.errors import Diagnostic, SymgradError
from symgrad.expression.arrays.print_text import AsciiArrayPrinter, LatexArrayPrinter, TextPrinter
from symgrad.trace.arrays.layout import laid_out, latex
from symgrad.trace.arrays.run import ArrayStep, Numbers, TracedArray, steps
from symgrad.trace.arrays.values import Grid, completed, read_arrays

STYLES = ("text", "markdown", "latex", "json")
_MOST_STEPS = 1000


def traced(
    d: ArrayDerivation,
    given: Mapping[str, object],
    *,
    rate: Fraction = Fraction(1, 10),
    count: int = 1,
    style: str = "text",
    digits: int = 6,
    ascii_only: bool = False,
) -> str:
    """Return steps of a graph with arrays, with every number in it.

    `given` holds inputs as numbers, lists, lists of rows, or their JSON; what is missing gets small
    numbers that satisfy what the graph assumes. Raises SymgradError for a style that arrays do not
    have, for shapes that do not fit, and where a formula has no value.
    """
    if style not in STYLES or count > _MOST_STEPS or d.jacobian:
        what = "a Jacobian" if d.jacobian else f"--format {style}" if style not in STYLES else count
        raise SymgradError(
            Diagnostic(
                f"a trace of arrays does not take {what}",
                help=f"formats: {', '.join(STYLES)}; at most {_MOST_STEPS:,} steps",
            )
        )
    sizes, inputs = completed(d.array_graph, read_arrays(d.array_graph, given))
    found = list(steps(d, sizes, inputs, rate=rate, count=count))
    show = _Show(d, sizes, inputs, digits)
    if style == "json":
        return show.json(found, rate)
    if style == "text":
        return show.text(found, rate, ascii_only=ascii_only)
    return show.typeset(found, rate, style)


class _Show:
    """Writes one trace."""

    def __init__(
        self, d: ArrayDerivation, sizes: Mapping[str, int], inputs: Mapping[str, Grid], digits: int
    ) -> None:
        self.d = d
        self.sizes = sizes
        self.digits = digits
        graph = d.array_graph
        self.inputs = [
            TracedArray(n, None, len(graph.shape_of[n]), tuple(tuple(map(float, r)) for r in grid))
            for n, grid in inputs.items()
        ]
        self.names = [*graph.index, *(item.name for item in d.array_sensitivities)]

    def head(self, rate: Fraction) -> str:
        """Return one line about the sizes and the rate."""
        sizes = ", ".join(f"{name} = {value}" for name, value in self.sizes.items())
        return f"{self.d.graph.objective} at {sizes}; rate {float(rate):g}"

    def blocks(self, step: ArrayStep) -> list[tuple[str, Sequence[TracedArray]]]:
        """Return the parts of a step."""
        return [
            ("Values", step.values), ("Sensitivities", step.sensitivities),
            ("Gradients", step.gradients), ("After the step", step.updated),
        ]  # fmt: skip

    def left(
        self, line: TracedArray, printer: TextPrinter, title: str, *, fraction: bool = False
    ) -> str:
        """Return what stands on the left of a line: a name, or ∂J/∂W."""
        name = printer.name(line.name)
        top = printer.name(self.d.graph.objective)
        if title != "Gradients":
            return name
        if fraction:
            return rf"\frac{{\partial {top}}}{{\partial {name}}}"
        return f"∂{top}/∂{name}"

    def text(self, found: Iterable[ArrayStep], rate: Fraction, *, ascii_only: bool) -> str:
        """Return all steps as text."""
        printer = AsciiArrayPrinter(self.names) if ascii_only else TextPrinter(self.names)
        parts = [self.head(rate), self.block("Inputs", self.inputs, printer)]
        for step in found:
            parts.append(f"Step {step.number}")
            parts += [self.block(t, lines, printer) for t, lines in self.blocks(step) if lines]
        text = "\n\n".join(parts) + "\n"
        if ascii_only:
            for sign, plain in (("∂", "d"), ("−", "-"), ("…", "..."), ("×", "x"), ("δ", "delta")):
                text = text.replace(sign, plain)
        return text

    def block(self, title: str, lines: Sequence[TracedArray], printer: TextPrinter) -> str:
        """Return a headline and what stands under it."""
        rows = [title]
        for line in lines:
            head = f"  {self.left(line, printer, title)} = "
            if line.tree is not None:
                formula = printer.expression(line.tree)
                rows.append(head + formula)
                head = " " * (len(head) - 2) + "= "
            shown = laid_out(line, self.digits)
            rows.append(head + shown[0])
            rows += [" " * len(head) + more for more in shown[1:]]
        return "\n".join(rows)

    def typeset(self, found: Iterable[ArrayStep], rate: Fraction, style: str) -> str:
        """Return all steps as displays, in Markdown or in a LaTeX document's body."""
        printer = LatexArrayPrinter(self.names)
        opening, closing = ("$$ ", " $$") if style == "markdown" else (r"\[ ", r" \]")
        title = "## {}" if style == "markdown" else r"\subsection*{{{}}}"
        parts = [f"# {self.head(rate)}" if style == "markdown" else f"% {self.head(rate)}"]
        sections: list[tuple[str, Sequence[TracedArray]]] = [("Inputs", self.inputs)]
        for step in found:
            sections += [(f"Step {step.number}: {t.lower()}", ls) for t, ls in self.blocks(step)]
        for name, lines in sections:
            if not lines:
                continue
            rows = [title.format(name)]
            is_gradient = "Gradients" if name.endswith("gradients") else ""
            for line in lines:
                left = self.left(line, printer, is_gradient, fraction=True)
                formula = f"{printer.expression(line.tree)} = " if line.tree is not None else ""
                rows.append(f"{opening}{left} = {formula}{latex(line, self.digits)}{closing}")
            parts.append("\n\n".join(rows))
        return "\n\n".join(parts) + "\n"

    def json(self, found: Iterable[ArrayStep], rate: Fraction) -> str:
        """Return all steps as JSON, arrays as lists of rows."""
        content = {
            "schema": "symgrad.array-trace/1",
            "sizes": dict(self.sizes),
            "rate": float(rate),
            "inputs": {line.name: _plain(line.entries, line.order) for line in self.inputs},
            "steps": [
                {
                    "step": step.number,
                    "values": {n.name: _plain(n.entries, n.order) for n in step.values},
                    "sensitivities": {
                        n.name: _plain(n.entries, n.order) for n in step.sensitivities
                    },
                    "gradients": {n.name: _plain(n.entries, n.order) for n in step.gradients},
                    "updated": {n.name: _plain(n.entries, n.order) for n in step.updated},
                }
                for step in found
            ],
        }
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _plain(entries: Numbers, order: int) -> object:
    if order == 2:
        return [list(row) for row in entries]
    return [row[0] for row in entries] if order else entries[0][0]
