"""The claims of an article that states several graphs, each part judged about its own."""

from __future__ import annotations

import time
from collections.abc import Sequence

from symgrad.expression.progress import counted
from symgrad.verify.check import verify
from symgrad.verify.drafting.parts import ArticlePart
from symgrad.verify.model import Skipped, Verdict
from symgrad.verify.reading.documents import formulas
from symgrad.verify.report import Report

_NO_GRAPH = "its part of the article states no graph"


def verify_parts(
    parts: Sequence[ArticlePart],
    source: str,
    *,
    timeout: float,
    total_timeout: float,
    show_steps: bool = False,
) -> Report:
    """Return one report on all parts of an article; formulas of a part without a graph are listed.

    Args:
        parts: the parts of the article, each with its graph.
        source: the name of the article.
        timeout: the seconds that one claim may take.
        total_timeout: the seconds for all claims of all parts.
        show_steps: whether right claims come with rewritings from their form to ours.
    """
    verdicts: list[Verdict] = []
    skipped: list[Skipped] = []
    names: dict[str, None] = {}
    ends = time.monotonic() + total_timeout
    for part in counted(parts):
        if part.draft is None:
            skipped += (
                Skipped(" ".join(one.text[:400].split()), one.origin.place("", 0, 1), _NO_GRAPH)
                for one in formulas(part.text, source)
                if not (one.directive or one.values)
            )
            continue
        report = verify(
            part.draft.graph, part.text, source=source, timeout=timeout,
            total_timeout=max(ends - time.monotonic(), 0.0), show_steps=show_steps,
        )  # fmt: skip
        verdicts += report.verdicts
        skipped += report.skipped
        names |= dict.fromkeys(part.draft.graph.index)
    return Report(tuple(verdicts), source, tuple(skipped), tuple(names))
