"""A process that judges claims and can be killed: no claim, however hostile, holds up the rest."""

from __future__ import annotations

from collections.abc import Callable

from symgrad.errors import SymgradError
from symgrad.expression.deadline import Broken, Late, Process
from symgrad.expression.functions import record
from symgrad.expression.identity import ByIdentity
from symgrad.expression.tree import Call, Expression, Mul, Number, Pow, children
from symgrad.graph.graph import Graph
from symgrad.verify.deciding.limits import Stop, distinct_parts, substituted
from symgrad.verify.judge import Judge
from symgrad.verify.model import Claim, DerivativeTarget, Verdict
from symgrad.verify.truth import Ambiguous

_OWN = 0.9  # of the time: the rest is for the way there and back
_PATIENCE = 4.0
_SMALL_PARTS = 400
_SMALL_DEGREE = 24
_SMALL_CASES = 6
_FEW_NODES = 20


class Worker:
    """Judges claims in a process of its own; use it as a context."""

    def __init__(self, graph: Graph) -> None:
        self._process = Process("symgrad.verify.worker:judging", graph)

    def __enter__(self) -> Worker:  # noqa: PYI034  (Self is there from Python 3.11 on)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def judge(self, claim: Claim, seconds: float, *, explain: bool = True) -> Verdict:
        """Return the verdict on a claim, `undecided` when it computes longer than so many seconds.

        On a busy machine that takes longer: it is waited for a multiple of them.
        """
        try:
            question = (claim, seconds * _OWN, explain)
            found = self._process.ask(question, seconds=seconds, waiting=_PATIENCE * seconds)
        except (Late, Broken):
            found = None
        if isinstance(found, Verdict):
            return found
        return Verdict("undecided", claim, f"not decided within {seconds:g} s", link=0)

    def stop(self) -> None:
        """End the process."""
        self._process.stop()


def judging(graph: Graph) -> Callable[[tuple[Claim, float, bool]], Verdict]:
    """Return what judges claims in the worker process."""
    judge = Judge(graph)

    def verdict(question: tuple[Claim, float, bool]) -> Verdict:
        claim, seconds, explain = question
        return judge.judge(claim, seconds, explain=explain)

    return verdict


def is_small(judge: Judge, claim: Claim) -> bool:
    """Tell whether a claim can be judged in this process: it is short and of low degree."""
    if claim.fault is not None:
        return True
    if claim.cases:
        return len(claim.cases) <= _SMALL_CASES and all(
            is_small(judge, case.claim) for case in claim.cases
        )
    truth = judge.truth
    try:
        for target in claim.derivatives:
            if len(truth.graph.nodes) > (_FEW_NODES if target.further else _SMALL_PARTS):
                return False
        meanings = truth.meanings(claim)
        sides = [truth.expand(substituted(link.expression, meanings)) for link in claim.links]
        if isinstance(claim.left, DerivativeTarget):
            sides.append(truth.expand(meanings[claim.left.key]))
        parts = distinct_parts(*sides)
    except (Ambiguous, SymgradError):
        return True
    except (Stop, RecursionError, OverflowError):
        return False
    return len(parts) <= _SMALL_PARTS and _degree(parts) <= _SMALL_DEGREE


def _degree(parts: tuple[Expression, ...]) -> float:
    """Return a bound on the degree of the polynomials that stand for these parts."""
    degree: ByIdentity[Expression, float] = ByIdentity()
    for part in parts:
        below = [degree[child] for child in children(part)]
        own = max(below, default=1.0)
        if isinstance(part, Mul):
            own = sum(below)
        elif isinstance(part, Pow):
            own = below[0] * _size(part.exponent)
        elif isinstance(part, Call) and record(part.function).costly:
            own = _SMALL_DEGREE + 1.0
        elif isinstance(part, Number):
            own = 0.0
        degree[part] = own
    return max((degree[part] for part in parts), default=0.0)


def _size(exponent: Expression) -> float:
    return float(abs(exponent.value)) if isinstance(exponent, Number) else 4.0
