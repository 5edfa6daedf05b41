"""A text of claims about arrays, in the layout of derivatives that it is written in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from symgrad.graph.arrays import ArrayGraph
from symgrad.verify.arrays.judge import AS_ROW, ArrayJudge
from symgrad.verify.arrays.reading import ArrayStatement, of_line, statements
from symgrad.verify.arrays.samples import with_samples
from symgrad.verify.model import Skipped, Verdict

_NOTE = "written in the layout of the {}, as is all of the text"
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
    opposite: what is right as we write it must be right in the other layout, too. Two transposed
    derivatives of vectors by vectors say that the layout is that of the denominator.
    """
    graph = with_samples(graph, (side for statement in found for side in statement.sides))
    usual = [*ArrayJudge(graph, limit, explain=explain).verdicts(iter(found))]
    if len(usual) < 2 or any(statement.setting is not None for statement in found):
        return usual
    if not any(isinstance(v, Verdict) and v.status == "refuted" for v in usual):
        return usual
    for layout in ("numerator", "denominator"):
        judge = ArrayJudge(graph, limit, explain=explain, layout=layout)
        turned = _turned(usual, [*judge.verdicts(iter(found))], layout)
        if turned is not None:
            return turned
    return usual


def _turned(
    usual: Sequence[_Found], turned: Sequence[_Found], layout: str
) -> Sequence[_Found] | None:
    """Return the verdicts in another layout, None where the text is not written in it."""
    if len(turned) != len(usual):
        return None
    gained: set[str] = set()
    has_rows, result = False, list[_Found]()
    for before, after in zip(usual, turned, strict=True):
        result.append(after)
        if isinstance(before, Skipped) or isinstance(after, Skipped):
            continue
        has_rows = has_rows or (AS_ROW in before.remarks and after.ok)
        if before.status == "refuted" and after.ok:
            gained.add(after.claim.text.partition("=")[0].strip())
            result[-1] = replace(after, remarks=(*after.remarks, _NOTE.format(layout)))
        elif before.ok and not after.ok:
            return None
        elif before.ok:
            result[-1] = before
    return result if len(gained) > 1 or (gained and has_rows and layout == "numerator") else None
