"""`verify`: from a graph and a text to a report; what is not small goes to a worker process."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

from symgrad.errors import SymgradError
from symgrad.expression.progress import counted
from symgrad.graph.arrays import ArrayGraph
from symgrad.graph.graph import Graph
from symgrad.graph.rate import with_rate
from symgrad.verify.arrays.layouts import judged_text
from symgrad.verify.explaining.rewriting import steps_between
from symgrad.verify.judge import Judge
from symgrad.verify.model import Claim, Skipped, Verdict
from symgrad.verify.reading.claims import Reader
from symgrad.verify.report import Report
from symgrad.verify.truth import Truth
from symgrad.verify.worker import Worker, is_small

DEFAULT_TIMEOUT = 5.0
DEFAULT_TOTAL = 300.0
Progress = Callable[[int, Verdict], None]


def verify(  # noqa: PLR0913  (what a user may choose)
    graph: Graph,
    text: str | None = None,
    *,
    source: str | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    total_timeout: float = DEFAULT_TOTAL,
    explain: bool = True,
    show_steps: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Judge the claims of a text about a graph.

    Args:
        graph: the graph that the claims are about.
        text: claims as plain text, Markdown or LaTeX; without it the graph's own `check` lines.
        source: the name of the text, for messages and to tell its kind by its suffix.
        timeout: the seconds that one claim may take, its explanation included.
        total_timeout: the seconds for all claims; what is not reached is `undecided`.
        explain: whether to look for the slip in a wrong claim.
        show_steps: whether right claims come with rewritings from their form to ours.
        progress: called after each claim with its number and verdict.

    Returns:
        A report with one verdict for each formula about the graph, in the order of the text, and
        the list of those that are not about it.

    >>> from symgrad.sources.text import parse
    >>> graph = parse("param a, b; data x, y; u = a*x + b; J = (u - y)^2")
    >>> report = verify(graph, "dJ/da = 2(u - y)x\\ndJ/db = (u - y)")
    >>> [verdict.status for verdict in report.verdicts], report.ok
    (['proved', 'refuted'], False)
    """
    if not 0 < timeout < math.inf:
        raise SymgradError(f"a claim may take seconds above 0, not {timeout:g}")
    named = source or (graph.source if text is None else "<claims>")
    if isinstance(graph, ArrayGraph):
        return _arrays_judged(graph, text, named, timeout, explain=explain)
    graph = with_rate(graph)
    truth = Truth(graph)
    verdicts: list[Verdict] = []
    skipped: list[Skipped] = []
    ends = time.monotonic() + total_timeout
    with Worker(graph) as worker:
        judge = Judge(graph, truth)
        for claim in counted([*read(truth, text, named)], "claims"):
            if isinstance(claim, Skipped):
                skipped.append(claim)
                continue
            seconds = min(timeout, ends - time.monotonic())
            if seconds <= 0 and claim.fault is None and not claim.nothing:
                verdict = Verdict("undecided", claim, "not reached: the time for all is used up")
            elif is_small(judge, claim):
                verdict = judge.judge(claim, seconds, explain=explain)
            else:
                verdict = worker.judge(claim, seconds, explain=explain)
            if show_steps and verdict.status == "proved":
                verdict = steps_between(truth, verdict)
            verdicts.append(verdict)
            if progress is not None:
                progress(len(verdicts), verdict)
    return Report(tuple(verdicts), named, tuple(skipped), tuple(graph.index))


def _arrays_judged(
    graph: ArrayGraph, text: str | None, source: str, timeout: float, *, explain: bool
) -> Report:
    """Return the report on claims about a graph with vectors and matrices."""
    found = list(judged_text(graph, text, source, timeout, explain=explain))
    verdicts = tuple(item for item in found if isinstance(item, Verdict))
    return Report(verdicts, source, tuple(item for item in found if isinstance(item, Skipped)))


def read(truth: Truth, text: str | None, source: str) -> Iterator[Claim | Skipped]:
    """Yield the claims of a text, or of the graph's own `check` lines, and what is none of them."""
    graph = truth.graph
    reader = Reader(graph, truth)
    if text is not None:
        yield from reader.read(text, source)
        return
    lines = tuple(graph.text.split("\n"))
    for check in graph.checks:
        yield from reader.check(check.text, check.line, source, lines)
