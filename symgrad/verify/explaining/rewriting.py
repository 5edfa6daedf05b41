"""From the author's form of a right claim to ours, in a few steps that can be followed."""

from __future__ import annotations

from dataclasses import replace

from symgrad.expression.alike import orderless
from symgrad.expression.printer import Printer
from symgrad.expression.rebuilding import tidy
from symgrad.expression.simplify import TooLong, multiplied_out
from symgrad.expression.tree import Expression
from symgrad.verify.deciding.limits import Stop, distinct_parts, substituted
from symgrad.verify.model import DerivativeTarget, Verdict
from symgrad.verify.truth import Truth

_MAX_PARTS = 400


def steps_between(truth: Truth, verdict: Verdict) -> Verdict:
    """Return the verdict with a short chain of rewritings, where there is one."""
    claim = verdict.claim
    if not isinstance(claim.left, DerivativeTarget) or not claim.links:
        return verdict
    theirs = next((k.expression for k in reversed(claim.links) if not k.numeric), None)
    if theirs is None:
        return verdict
    try:
        meanings = truth.meanings(claim)
        steps = _chain(truth, theirs, meanings[claim.left.key], meanings)
    except (Stop, RecursionError, KeyError):
        return verdict
    return replace(verdict, steps=steps)


def _chain(
    truth: Truth, theirs: Expression, ours: Expression, meanings: dict[str | int, Expression]
) -> tuple[str, ...]:
    """Return theirs, with names written out, multiplied out, and ours."""
    printer = Printer(truth.graph.index)
    named = substituted(theirs, meanings)
    stages: list[tuple[str, Expression]] = [("yours", theirs)]
    if named != theirs:
        stages.append(("names written out", named))
    stages.append(("tidied", tidy(named)))
    left = _multiplied_out(named)
    if not _alike(left, _multiplied_out(ours)):
        whole = truth.expand(named)
        left = _multiplied_out(whole)
        if not _alike(left, _multiplied_out(truth.expand(ours))):
            return ()
        stages.append(("in the inputs", whole))
    if left is not None:
        stages.append(("multiplied out", left))
    stages.append(("collected, as derived here", ours))
    lines: list[str] = []
    seen: set[str] = set()
    for label, expression in stages:
        if len(distinct_parts(expression)) > _MAX_PARTS:
            return ()
        text = printer.expression(expression)
        if text not in seen:
            seen.add(text)
            lines.append(f"= {text}   ({label})")
    return tuple(lines)


def _multiplied_out(e: Expression) -> Expression | None:
    """Return an expression as a sum of products, or None where that is too long."""
    try:
        return multiplied_out(e)
    except TooLong:
        return None


def _alike(first: Expression | None, second: Expression | None) -> bool:
    """Tell whether there are two expressions, and the same but for the order of their parts."""
    return first is not None and second is not None and orderless(first) == orderless(second)
