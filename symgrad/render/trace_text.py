"""A trace as text, Markdown or LaTeX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from symgrad.expression.letters import spelled_out
from symgrad.expression.tree import Var
from symgrad.render.latex import LatexPrinter, prose
from symgrad.render.latex_lines import boxed, rows_displayed
from symgrad.render.markdown import escaped
from symgrad.render.sheet import all_names
from symgrad.trace.lines import PARTS, WorkedLine
from symgrad.trace.numbers import Real
from symgrad.trace.print import (
    Marks,
    Notation,
    Numerals,
    Style,
    ascii_notation,
    line_pieces,
    line_text,
    number_text,
    unicode_notation,
)
from symgrad.trace.result import MAX_DIGITS
from symgrad.trace.trace import Step, Trace

_MOST_GIVEN = 12
_ASCII = {"∂": "d", "δ": "delta", "−": "-", "η": "eta", "≈": "~=", "…": "..."}
TITLES = {
    "forward": "Forward",
    "sensitivity": "Sensitivity",
    "merge": "Merged branches",
    "gradient": "Gradient",
    "update": "Update",
}


def names_of(trace: Trace) -> list[str]:
    """Return every name that a trace may print."""
    return list(all_names(trace.derivation))


def trace_text(trace: Trace, *, show: str = "long", ascii_only: bool = False) -> str:
    """Return a trace as plain text; `show` is long (every line worked) or short."""
    notation = (ascii_notation if ascii_only else unicode_notation)(names_of(trace))
    style = Style(trace.digits, fractions=trace.exact)
    head = "\n".join(heading(trace, notation, style))
    blocks = [head] if show == "long" else []
    blocks += [_step_text(trace, step, notation, style, show) for step in trace.steps]
    text = "\n\n".join(blocks) + "\n"
    if ascii_only:
        for letter, word in _ASCII.items():
            text = text.replace(letter, word)
        text = spelled_out(text, "ascii")
    return text


def heading(
    trace: Trace, notation: Notation, style: Style, before: str = "", behind: str = ""
) -> list[str]:
    """Return what a trace starts from: goal and method, starting values, and how it rounds.

    `before` and `behind` are put around every formula.
    """
    rule, d = trace.rule, trace.derivation
    method = rule.optimizer.summary
    if trace.graph.maximize:
        method = method.replace("descent", "ascent")
    goal = "maximized" if trace.graph.maximize else "minimized"
    objective = f"{before}{notation.symbols.name(d.graph.objective)}{behind}"
    settings = {rule.rate_name: rule.rate}
    settings |= {rule.label(name): value for name, value in rule.optimizer.settings}
    rows = [f"{objective} is {goal} by {method}, {_row_of(settings, notation, before, behind)}."]
    if trace.steps:
        values = dict(trace.steps[0].exact_values)
        start = {name: values[name] for name in (*d.wrt, *trace.graph.constants)}
        rows.append(f"Start: {_row_of(start, notation, before, behind)}.")
    if not style.fractions:
        rows.append(f"Numbers are rounded to {style.digits} digits, each from full precision.")
    return rows


def _row_of(pairs: Mapping[str, Real], notation: Notation, before: str, behind: str) -> str:
    """Return the first few of many values in a row; these are as they were given."""
    plain = Style(MAX_DIGITS)
    shown = [f"{before}{part}{behind}" for part in _given(pairs.items(), notation, plain)]
    return ", ".join(shown[:_MOST_GIVEN]) + (" …" if len(shown) > _MOST_GIVEN else "")


def _step_text(trace: Trace, step: Step, notation: Notation, style: Style, show: str) -> str:
    rows = [_heading(trace, step, notation, style)]
    if show == "short":
        rows += [f"  {row}" for row in short_rows(trace, step, notation, style)]
    else:
        for key, lines in sections(step.work):
            rows.append(f"  {TITLES[key]}")
            rows += [_row(line, notation, style) for line in lines]
    rows += [f"  note: {note}" for note in step.notes]
    return "\n".join(rows)


def _row(line: WorkedLine, notation: Notation, style: Style) -> str:
    text = line_text(line, notation, style)
    return f"      {text}" if line.is_part else f"    {text}"


def sections(lines: Sequence[WorkedLine]) -> Iterator[tuple[str, list[WorkedLine]]]:
    """Yield the sections of a step with their lines, in order."""
    for key in TITLES:
        found = [line for line in lines if line.section == key]
        if found:
            yield key, found


def _heading(trace: Trace, step: Step, notation: Notation, style: Style) -> str:
    values = dict(step.exact_values)
    shown = (*trace.graph.data, *(name for name, _ in step.sample))
    given = {name: values[name] for name in shown}
    return ": ".join(
        part
        for part in (f"Step {step.number}", ", ".join(_given(given.items(), notation, style)))
        if part
    )


def _given(pairs: object, notation: Notation, style: Style) -> Iterator[str]:
    for name, value in pairs:  # type: ignore[attr-defined]  # pairs of a mapping
        sign = notation.equal if style.is_exact(value) else notation.about
        yield f"{notation.symbols.name(name)}{sign}{number_text(value, style, notation)}"


def short_rows(trace: Trace, step: Step, notation: Notation, style: Style) -> Iterator[str]:
    """Yield the few rows of a step in short form: objective, sensitivities, gradients, update."""
    values = dict(step.exact_values)
    start = [(name, values[name]) for name in trace.derivation.wrt]
    yield ", ".join(_given(start, notation, style))
    goal = [(trace.graph.objective, values[trace.graph.objective]), *step.exact_sensitivities]
    yield ", ".join(_given(goal, notation, style))
    for line in step.work:
        if line.section == "gradient" and not line.is_part:
            whole = notation.symbols.partial(*line.left[0])
            sign = notation.equal if style.is_exact(line.value) else notation.about
            shown = number_text(line.value, style, notation)
            yield f"{whole}{sign}{shown}{_parts_text(step, line, notation, style)}"
    yield ", ".join(
        f"{notation.symbols.name(name)}{notation.arrow}{number_text(value, style, notation)}"
        for name, value in step.exact_updated
    )


def _parts_text(step: Step, line: WorkedLine, notation: Notation, style: Style) -> str:
    place = next(i for i, other in enumerate(step.work) if other is line)
    found: list[str] = []
    for part in step.work[place + 1 :]:
        if part.section != "gradient" or part.label not in PARTS:
            break
        found.append(f"{part.label} {number_text(part.value, style, notation)}")
    return f"  ({', '.join(found)})" if found else ""


class LatexSymbols(Marks, LatexPrinter):
    """Prints the lines of a trace in names, as LaTeX."""


class LatexNumbers(Numerals, LatexPrinter):
    """Prints formulas with numbers put in, as LaTeX."""

    def fraction(self, value: object) -> str:
        """Return a positive fraction."""
        above, below = str(value).split("/")
        return rf"\frac{{{above}}}{{{below}}}"

    def scientific(self, text: str, exponent: int) -> str:
        """Return a decimal times a power of ten."""
        return rf"{text} \cdot 10^{{{exponent}}}"


def latex_notation(trace: Trace) -> Notation:
    """Return the notation of LaTeX."""
    return Notation(
        LatexSymbols(names_of(trace)), LatexNumbers, " = ", r" \approx ", r" \leftarrow "
    )


def _aligned(lines: Sequence[WorkedLine], notation: Notation, style: Style) -> str:
    """Return lines as the rows of a display whose first signs stand under one another."""
    return " \\\\\n".join(" & ".join(pair) for pair in _pairs(lines, notation, style))


def _pairs(
    lines: Sequence[WorkedLine], notation: Notation, style: Style
) -> Iterator[tuple[str, str]]:
    """Yield what stands before the first sign of each line, and all from there on."""
    for line in lines:
        pieces = line_pieces(line, notation, style)
        if line.is_part:
            yield "", rf"\quad \mbox{{{_label(line, notation)}: }} {''.join(pieces)}"
        else:
            yield pieces[0], "".join(pieces[1:]).lstrip()


def _label(line: WorkedLine, notation: Notation) -> str:
    if not line.through:
        return prose(line.label)
    return line.labelled(lambda name: f"${notation.symbols.expression(Var(name))}$")


def trace_latex(trace: Trace, *, show: str = "long") -> str:
    """Return a trace as a LaTeX fragment that needs no package."""
    notation = latex_notation(trace)
    style = Style(trace.digits, fractions=trace.exact)
    blocks = ["% Made by symgrad"]
    if show == "long":
        blocks.append("\\noindent " + "\n".join(heading(trace, notation, style, "$", "$")))
    for step in trace.steps:
        blocks.append(
            rf"\subsection*{{Step {step.number}{_math_given(trace, step, notation, style)}}}"
        )
        for key, lines in _chosen(step, show):
            blocks.append(rf"\paragraph{{{TITLES[key]}}}")
            rows = _pairs(lines, notation, style)
            blocks.append(rows_displayed([(boxed(a), boxed(b)) for a, b in rows]))
        blocks += [rf"\noindent {prose(note)}\par" for note in step.notes]
    return "\n\n".join(blocks) + "\n"


def trace_markdown(trace: Trace, *, show: str = "long") -> str:
    """Return a trace as Markdown with mathematics."""
    notation = latex_notation(trace)
    style = Style(trace.digits, fractions=trace.exact)
    blocks = ["<!-- Made by symgrad -->"]
    if show == "long":
        blocks.append("\n".join(heading(trace, notation, style, "$", "$")))
    for step in trace.steps:
        blocks.append(f"## Step {step.number}{_math_given(trace, step, notation, style)}")
        for key, lines in _chosen(step, show):
            blocks.append(f"### {TITLES[key]}")
            rows = _aligned(lines, notation, style)
            blocks.append(f"```math\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n```")
        blocks += [f"> {escaped(note)}" for note in step.notes]
    return "\n\n".join(blocks) + "\n"


def _math_given(trace: Trace, step: Step, notation: Notation, style: Style) -> str:
    values = dict(step.exact_values)
    pairs = [(name, values[name]) for name in trace.graph.data]
    text = ",\\; ".join(_given(pairs, notation, style))
    return f": ${text}$" if text else ""


def _chosen(step: Step, show: str) -> Iterator[tuple[str, list[WorkedLine]]]:
    for key, lines in sections(step.work):
        if show == "long" or key in ("sensitivity", "gradient", "update"):
            yield key, lines if show == "long" else [line for line in lines if not line.is_part]
