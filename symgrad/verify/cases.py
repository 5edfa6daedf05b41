"""A claim with a free index: it holds where it holds for every value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from symgrad.errors import Diagnostic
from symgrad.verify.model import Case, Claim, Verdict

_ORDER = ("proved", "definition", "condition", "agrees", "undecided", "unreadable", "refuted")
_SHOWN = 6


def of_all_cases(claim: Claim, judge: Callable[[Claim], Verdict]) -> Verdict:
    """Return the verdict on a claim that stands for several: that of the worst of them.

    A claim about two indices that holds exactly where they are equal, or exactly where they are
    not, is one of two cases, and the text does not say which: it is unreadable.
    """
    verdicts: list[tuple[Case, Verdict]] = []
    for case in claim.cases:
        verdict = judge(case.claim)
        verdicts.append((case, verdict))
        if verdict.status == "refuted" and not _is_pair(case):
            break
    case, worst = max(verdicts, key=lambda found: _ORDER.index(found[1].status))
    if worst.status == "refuted" and (open_case := _open_case(verdicts)):
        fault = Diagnostic(open_case, claim.place, "write which case is meant: `i = j` or `i ≠ j`")
        return Verdict("unreadable", replace(claim, fault=fault), open_case, place=claim.place)
    remarks = dict.fromkeys(remark for _, verdict in verdicts for remark in verdict.remarks)
    message = worst.message
    if worst.ok:
        shown = "; ".join(str(case) for case, _ in verdicts[:_SHOWN])
        more = "; …" if len(verdicts) > _SHOWN else ""
        remarks[f"judged for {shown}{more}"] = None
    else:
        message = f"for {case}: {message}"
    return replace(worst, claim=claim, message=message, remarks=tuple(remarks))


def _is_pair(case: Case) -> bool:
    return len(case.indices) == 2


def _open_case(verdicts: list[tuple[Case, Verdict]]) -> str:
    """Return what is open where a claim is right for equal indices alone, or for others alone."""
    if not all(_is_pair(case) for case, _ in verdicts):
        return ""
    alike = {v.status == "refuted" for case, v in verdicts if _equal(case)}
    apart = {v.status == "refuted" for case, v in verdicts if not _equal(case)}
    if len(alike) != 1 or len(apart) != 1 or alike == apart:
        return ""
    first, second = (letter for letter, _ in verdicts[0][0].indices)
    if alike == {True}:
        return f"right for {first} ≠ {second}, wrong for {first} = {second}"
    return f"right for {first} = {second}, wrong for {first} ≠ {second}"


def _equal(case: Case) -> bool:
    (_, first), (_, second) = case.indices
    return first == second
