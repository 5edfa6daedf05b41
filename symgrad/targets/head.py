"""The head of an emitted file: what it was made from, as comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from symgrad.accuracy.report import has_series, shown, told
from symgrad.errors import display_text
from symgrad.expression.printer import Printer
from symgrad.program.program import Program

MARK = "Made by symgrad"  # the first words of every emitted file
MAX_SHOWN = 40
MAX_LINE = 400
MAX_DOMINATORS = 500  # nodes of a graph in which each ∂L/∂v is written with the nearest L


def head_lines(
    program: Program,
    identifiers: Mapping[str, str],
    comment: str,
    summary: str = "value, gradient and update step",
    given: Sequence[tuple[str, str]] = (),
) -> tuple[str, ...]:
    """Return the head of an emitted file, each line a comment.

    `summary` says in words what the file offers of its objective; `given` pairs functions
    that are arguments with their identifiers.
    Long graphs show their first equations and say how many there are; renamed names are listed.
    """
    lines = _lines(program, identifiers, summary, given)
    return tuple(comment_line(text, comment) for text in lines)


def comment_line(text: str, comment: str) -> str:
    """Return text as one comment: nothing in it can end the comment or continue it.

    >>> comment_line("u = a*x", "#"), comment_line("", "#")
    ('# u = a*x', '#')
    """
    shown = display_text(text.replace("\t", " ")).replace("*/", "* /").replace("??/", "? ?/")
    return f"{comment} {shown}".rstrip("\\ ")


def _lines(
    program: Program,
    identifiers: Mapping[str, str],
    summary: str,
    given: Sequence[tuple[str, str]],
) -> Iterator[str]:
    graph = program.graph
    shown = [node.name for node in graph.nodes[: 10 * MAX_SHOWN]]
    printer = Printer(shown)
    goal = printer.name(graph.objective)
    yield f"{MARK}: {summary} of {goal}."
    yield ""
    verb = "Maximize" if graph.maximize else "Minimize"
    yield f"{verb} {goal}, where"
    equations = graph.ordered
    yield from _listed(
        [
            f"{printer.name(node.name)} = {printer.expression(node.formula.expression)}"
            for node in equations[:MAX_SHOWN]
            if node.formula is not None
        ],
        len(equations),
        "equations",
    )
    yield from _backward(program, printer, goal)
    index = graph.index
    renamed = [
        f"{name} is {spelled}"
        for name, spelled in identifiers.items()
        if name != spelled and name in index
    ]
    if renamed:
        yield f"Names here: {', '.join(renamed[:MAX_SHOWN])}{' …' * (len(renamed) > MAX_SHOWN)}."
    if given:
        names = [f"{spelled} is {name}" for name, spelled in given]
        yield f"Functions are arguments: {', '.join(names)}."
    yield from _accuracy(program, printer)
    for assumption in graph.assumptions[:MAX_SHOWN]:
        yield f"Assumed: {assumption.text}."


def _accuracy(program: Program, printer: Printer) -> Iterator[str]:
    """Yield what was rewritten so that fewer digits are lost, and what still loses some."""
    changed = [item for item in program.accuracy.findings if item.mended is not None]
    if changed:
        yield "Computed in another form, which keeps more digits"
        lines = []
        for item in changed[:MAX_SHOWN]:
            if item.mended is None:
                continue
            series = ", by a function of its own" if has_series(item.mended) else ""
            form = printer.expression(shown(item.mended))
            lines.append(f"{printer.name(item.name)} = {form}{series}")
        yield from _listed(lines, len(changed), "formulas")
    for line in told(program.accuracy):
        yield f"Accuracy: {line}."


def _backward(program: Program, printer: Printer, goal: str) -> Iterator[str]:
    derivation = program.derivation
    sensitivities = derivation.sensitivity_list

    def top(node: str) -> str:
        short = len(derivation.graph.nodes) <= MAX_DOMINATORS
        return derivation.numerator(node) if short else derivation.graph.objective

    if sensitivities:
        yield "Sensitivities"
        yield from _listed(
            [
                f"{printer.name(s.name)} = {printer.partial(top(s.node), s.node)}"
                f" = {printer.expression(s.form.expression)}"
                for s in sensitivities[:MAX_SHOWN]
            ],
            len(sensitivities),
            "sensitivities",
        )
    yield "Gradient"
    forms = derivation.gradient_forms
    yield from _listed(
        [
            f"∂{goal}/∂{printer.name(name)} = {printer.expression(form.expression)}"
            for name, form in forms[:MAX_SHOWN]
        ],
        len(forms),
        "derivatives",
    )
    graph = derivation.graph
    for word, names in (("Outputs", graph.outputs), ("Residuals", graph.residuals)):
        if names:
            more = " …" * (len(names) > MAX_SHOWN)
            yield f"{word}: {', '.join(map(printer.name, names[:MAX_SHOWN]))}{more}."
    for kink in derivation.kinks:
        yield f"Convention: {kink}."


def _listed(lines: list[str], total: int, what: str) -> Iterator[str]:
    for line in lines:
        yield "    " + (line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…")
    if total > len(lines):
        yield f"    … and {total - len(lines):,} more {what}"
