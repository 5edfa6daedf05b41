"""An array trace as text, Markdown, LaTeX or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.errors import SymgradError
from symgrad.expression.arrays.print_ascii import AsciiArrayPrinter
from symgrad.expression.arrays.print_latex import LatexArrayPrinter
from symgrad.expression.arrays.print_text import TextPrinter
from symgrad.graph.arrays import ArrayGraph
from symgrad.graph.display import Typeset
from symgrad.trace.arrays.layout import laid_out, latex
from symgrad.trace.arrays.plan import ArrayPlan
from symgrad.trace.arrays.run import ArrayStep, TracedArray, steps

STYLES = ("text", "markdown", "latex", "json")


def traced(
    d: ArrayDerivation,
    plan: ArrayPlan | None,
    *,
    style: str = "text",
    digits: int = 6,
    ascii_only: bool = False,
) -> str:
    """Return the steps of a plan, with every number in them.

    Raises SymgradError for a style that arrays do not have, where there is no plan because an array
    is returned, and where a formula has no value.
    """
    if style not in STYLES or plan is None:
        what = f"--format {style}" if plan else f"the Jacobian of `{d.graph.objective}`"
        hint = f"formats: {', '.join(STYLES)}" if plan else "`derive` gives it"
        raise SymgradError(f"a trace of arrays does not take {what}", help=hint)
    found = list(steps(plan))
    show = Show(plan, digits)
    if style == "json":
        return show.json(found, plan.rate)
    if style == "text":
        return show.text(found, plan.rate, ascii_only=ascii_only)
    return show.typeset(found, plan.rate, style)


@dataclass(frozen=True)
class ArrayTrace(Typeset):
    """Steps of a graph with arrays, with all their numbers, and the plan that they follow."""

    plan: ArrayPlan
    steps: tuple[ArrayStep, ...]
    digits: int = 6

    @property
    def graph(self) -> ArrayGraph:
        """The graph that was traced."""
        return self.plan.derivation.array_graph

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[ArrayStep]:
        return iter(self.steps)

    def __getitem__(self, place: int) -> ArrayStep:
        return self.steps[place]

    def text(self) -> str:
        """Return what `symgrad trace` prints."""
        return Show(self.plan, self.digits).text(self.steps, self.plan.rate, ascii_only=False)

    def markdown(self) -> str:
        """Return the steps as Markdown, matrices laid out."""
        return Show(self.plan, self.digits).typeset(self.steps, self.plan.rate, "markdown")

    __str__ = text


class Show:
    """Writes one trace."""

    def __init__(self, plan: ArrayPlan, digits: int) -> None:
        d = plan.derivation
        self.d = d
        self.sizes = plan.sizes
        self.digits = digits
        graph = d.array_graph
        self.inputs = [
            TracedArray(n, None, len(graph.shape_of[n]), tuple(tuple(map(float, r)) for r in grid))
            for n, grid in plan.inputs.items()
        ]
        self.names = d.names

    def head(self, rate: Fraction) -> str:
        """Return one line about the sizes and the rate."""
        sizes = ", ".join(f"{name} = {value}" for name, value in self.sizes.items())
        return f"{self.d.graph.objective} at {sizes}; rate {float(rate):g}"

    def blocks(self, step: ArrayStep) -> list[tuple[str, Sequence[TracedArray]]]:
        """Return the parts of a step."""
        return [
            ("Values", step.nodes), ("Sensitivities", step.named),
            ("Gradients", step.slopes), ("After the step", step.after),
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
            rows += [f"{opening}{self.line_latex(n, is_gradient)}{closing}" for n in lines]
            parts.append("\n\n".join(rows))
        return "\n\n".join(parts) + "\n"

    def line_latex(self, line: TracedArray, title: str) -> str:
        """Return one quantity in LaTeX: its name, its formula, its entries laid out."""
        printer = LatexArrayPrinter(self.names)
        left = self.left(line, printer, title, fraction=True)
        formula = f"{printer.expression(line.tree)} = " if line.tree is not None else ""
        return f"{left} = {formula}{latex(line, self.digits)}"

    def json(self, found: Iterable[ArrayStep], rate: Fraction) -> str:
        """Return all steps as JSON, arrays as lists of rows."""
        content = {
            "schema": "symgrad.array-trace/1",
            "sizes": dict(self.sizes),
            "rate": float(rate),
            "inputs": {line.name: line.plain for line in self.inputs},
            "steps": [
                {
                    "step": step.number,
                    "values": step.values,
                    "sensitivities": step.sensitivities,
                    "gradients": step.gradients,
                    "updated": step.updated,
                }
                for step in found
            ],
        }
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
