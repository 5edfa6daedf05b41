"""A text of claims about arrays, in the layout of derivatives that it is written in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from symgrad.graph.arrays import ArrayGraph
from symgrad.verify.arrays.judge import AS_ROW, ArrayJudge
from symgrad.verify.arrays.reading import ArrayStatement, of_line, statements
from symgrad.verify.model import Skipped, Verdict

_TURNED = "written in the layout of the numerator, as is all of the text"
_Found = Verdict | Skipped


def judged_text(
    graph: ArrayGraph, text: str | None, source: str, limit: float, *, explain: bool
) -> Iterator[_Found]:
    """Yield the verdicts on a text, or on the graph's own `check` lines."""
    if text is not None:
        yield from _in_one_layout(graph, [*statements(text, source)], limit, explain=explain)
        return
    lines = tuple(graph.text.split("\n"))
    checks = [
        statement
        for check in graph.checks
        for statement in of_line(check.text, check.line, source, lines)
    ]
    yield from _in_one_layout(graph, checks, limit, explain=explain)


def _in_one_layout(
    graph: ArrayGraph, found: Sequence[ArrayStatement], limit: float, *, explain: bool
) -> Sequence[_Found]:
    """Return the verdicts; where every gradient is transposed, that is the text's own layout.

    That a gradient by a vector is a row says so, or two gradients by matrices, if none says the
    opposite: what is right as we write it must be right in the other layout, too.
    """
    usual = [*ArrayJudge(graph, limit, explain=explain).verdicts(iter(found))]
    if len(usual) < 2 or any(statement.setting is not None for statement in found):
        return usual
    if not any(isinstance(v, Verdict) and v.status == "refuted" for v in usual):
        return usual
    judge = ArrayJudge(graph, limit, explain=explain, numerator=True)
    turned = [*judge.verdicts(iter(found))]
    if len(turned) != len(usual):
        return usual
    gained: set[str] = set()
    has_rows, result = False, list[_Found]()
    for before, after in zip(usual, turned, strict=True):
        result.append(after)
        if isinstance(before, Skipped) or isinstance(after, Skipped):
            continue
        has_rows = has_rows or (AS_ROW in before.remarks and after.ok)
        if before.status == "refuted" and after.ok:
            gained.add(after.claim.text.partition("=")[0].strip())
            result[-1] = replace(after, remarks=(*after.remarks, _TURNED))
        elif before.ok and not after.ok:
            return usual
        elif before.ok:
            result[-1] = before
    return result if gained and (has_rows or len(gained) > 1) else usual
