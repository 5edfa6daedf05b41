"""`symgrad verify`: is this hand derivation right, and if not, what went wrong in it."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, NoReturn

import click

from symgrad.cli.arguments import file_argument
from symgrad.cli.articles import Assumed, is_article, load_parts, wishes
from symgrad.cli.limits import SECONDS, go_on
from symgrad.cli.progress import bar
from symgrad.cli.terminal import (
    load_graph,
    print_document,
    print_result,
    read_stdin,
    report,
    use_color,
)
from symgrad.expression.progress import counted

if TYPE_CHECKING:
    from symgrad.graph.graph import Graph
    from symgrad.verify.report import Report

_SPARE_SECONDS = 10.0
_COLORS = {"✓": "green", "≈": "green", "✗": "red", "?": "red", "…": "yellow"}


@click.command("verify")
@file_argument()
@click.argument("claims", nargs=-1)
@click.option(
    "--format", "style", type=click.Choice(("text", "json", "sarif", "github", "html")),
    default="text",
    show_default=True, help="How the verdicts are written.",
)  # fmt: skip
@click.option(
    "--timeout", type=SECONDS, default=5.0, show_default=True,
    help="Seconds that one claim may compute, its explanation included.",
)  # fmt: skip
@click.option(
    "--total-timeout", type=SECONDS, default=300.0, show_default=True,
    help="Seconds for all claims; what is not reached is undecided.",
)  # fmt: skip
@click.option(
    "--verbose", "-v", is_flag=True, help="List the formulas that are not about the graph as well."
)
@click.option("--no-answer", is_flag=True, help="Name the fault, but do not show what is right.")
@click.option("--show-steps", is_flag=True, help="Rewrite a right claim step by step to our form.")
@click.option(
    "--checks", is_flag=True,
    help="All arguments are graphs: judge their `check` lines; a graph without any is passed over.",
)  # fmt: skip
@click.option("--code", metavar="MODULE.PY:GRAD", help="Check a hand-written gradient function.")
@click.option("--run-code", is_flag=True, help="Allow --code to run that module.")
@wishes
def command(
    file: str,
    claims: tuple[str, ...],
    style: str,
    timeout: float,
    total_timeout: float,
    verbose: bool,
    no_answer: bool,
    show_steps: bool,
    checks: bool,
    code: str | None,
    run_code: bool,
    assumed: Assumed,
) -> None:
    """Judge the CLAIMS made about the graph in FILE.

    CLAIMS are files of plain text, Markdown or LaTeX, or - for standard input; without any the
    `check` lines of FILE are judged. In Markdown and LaTeX only formulas count. Where FILE is an
    article and there are no CLAIMS, the graph is the one that its own equations state.

    The exit status is 0 when every claim is proved or agrees, 1 when one is refuted, and 2 when one
    cannot be read or decided, or there is none. Formulas that only define a name or state values or
    a condition are counted apart, and so are those that are not about the graph.
    """
    # every claim ends by itself; this ends whatever else a text may bring about
    go_on(total_timeout + timeout + _SPARE_SECONDS)
    if checks:
        if code is not None or run_code:
            raise click.UsageError("--checks and --code exclude each other")
        graphs = [load_graph(name) for name in (file, *claims)]
        reports = _checked(graphs, Budget(timeout, total_timeout), show_steps=show_steps)
        _finish(reports, file, style, no_answer=no_answer, verbose=verbose)
    if not claims and code is None and is_article(file):
        _judge_article(file, assumed, Budget(timeout, total_timeout), style,
                       show_steps=show_steps, no_answer=no_answer, verbose=verbose)  # fmt: skip
    elif assumed.of_articles:
        raise click.UsageError(
            "--objective, --data, --const and --equation belong to an article without a graph"
        )
    else:
        graph = load_graph(file, assumed.wrt)
    if code is not None:
        if claims:
            raise click.UsageError("--code takes no claims files")
        _check_code(graph, code, run_code=run_code)
        return
    if run_code:
        raise click.UsageError("--run-code belongs to --code")
    budget = Budget(timeout, total_timeout)
    reports = _reports(graph, file, claims, budget, show_steps=show_steps)
    _finish(reports, graph.source, style, no_answer=no_answer, verbose=verbose)


def _judge_article(
    file: str, assumed: Assumed, budget: Budget, style: str,
    *, show_steps: bool, no_answer: bool, verbose: bool,
) -> NoReturn:  # fmt: skip
    """Judge the claims of an article about the graph, or the graphs, that it states."""
    from symgrad.verify.article import verify_parts

    parts = load_parts(file, assumed)
    with bar():
        found = verify_parts(
            parts, "<stdin>" if file == "-" else file, timeout=budget.claim,
            total_timeout=budget.left(), show_steps=show_steps,
        )  # fmt: skip
    _finish([found], found.source, style, no_answer=no_answer, verbose=verbose)


def _finish(
    reports: list[Report], graph: str, style: str, *, no_answer: bool, verbose: bool
) -> NoReturn:
    """Print the reports, and leave with the status they come to."""
    from symgrad.render.html_verdicts import reports_html
    from symgrad.render.verdicts import (
        reports_github,
        reports_json,
        reports_sarif,
        reports_text,
    )
    from symgrad.verify.hints import without_answers

    if style == "html" and sys.stdout.isatty():
        raise click.UsageError(
            "--format html writes a page: send it to a file, as in `> marked.html`"
        )
    if no_answer:
        reports = [without_answers(item) for item in reports]
    if style == "json":
        print_result(reports_json(reports, graph), exact=True)
    elif style == "sarif":
        print_result(reports_sarif(reports), exact=True)
    elif style == "github":
        print_result(reports_github(reports))
    elif style == "html":
        print_result(reports_html(reports, graph))
    else:
        print_document(_colored(reports_text(reports, verbose=verbose)), style)
    codes = {item.exit_code for item in reports}
    sys.exit(1 if 1 in codes else max(codes, default=0))


def _colored(text: str) -> str:
    """Return a report with its marks in colour, where standard output gets any."""
    if not use_color(sys.stdout):
        return text
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if line[:1] in _COLORS and line[1:2] == " ":
            lines[i] = click.style(line[0], fg=_COLORS[line[0]], bold=True) + line[1:]
    return "\n".join(lines)


class Budget:
    """The seconds for one claim, and what is left of those for all claims of all files."""

    def __init__(self, claim: float, total: float) -> None:
        self.claim, self.total = claim, total
        self._started = time.monotonic()

    def left(self) -> float:
        """Return the seconds that are left for all further claims."""
        return self.total - (time.monotonic() - self._started)


def _checked(graphs: list[Graph], budget: Budget, *, show_steps: bool) -> list[Report]:
    """Judge the `check` lines of several graphs."""
    from symgrad.verify import verify

    with bar():
        return [
            verify(graph, timeout=budget.claim, total_timeout=budget.left(), show_steps=show_steps)
            for graph in counted([graph for graph in graphs if graph.checks])
        ]


def _reports(
    graph: Graph, file: str, claims: tuple[str, ...], budget: Budget, *, show_steps: bool
) -> list[Report]:
    from symgrad.errors import SymgradError
    from symgrad.sources.loading import read_text
    from symgrad.verify import verify

    if not claims and not graph.checks:
        raise SymgradError(
            f"there is nothing to verify: `{file}` has no `check` lines and no claims file is given"
        )
    if file == "-" and "-" in claims:
        raise click.UsageError("- can stand for the graph or for the claims, not for both")
    if len(claims) != len(set(claims)):
        raise click.UsageError("a claims file is named twice")
    if not claims:
        return _checked([graph], budget, show_steps=show_steps)
    texts = [(name, read_stdin() if name == "-" else read_text(name)) for name in claims]
    with bar():
        return [
            verify(
                graph, text, source="<stdin>" if name == "-" else name, timeout=budget.claim,
                total_timeout=budget.left(), show_steps=show_steps,
            )
            for name, text in counted(texts)
        ]  # fmt: skip


def _check_code(graph: Graph, spec: str, *, run_code: bool) -> None:
    """Compare a hand-written gradient function with the derivation."""
    from symgrad.errors import Diagnostic
    from symgrad.graph.arrays import refuse_arrays
    from symgrad.verify.code import check_gradient, load_function

    refuse_arrays(graph, "`verify --code`")
    if not run_code:
        raise click.UsageError(f"--code runs `{spec}`: give --run-code as well if you trust it")
    report(Diagnostic(f"running the code of `{spec}`", severity="note"))
    found = check_gradient(load_function(spec), graph)
    print_result(str(found))
    sys.exit(0 if found.ok else 1)
