"""Why a number is wrong: its sign, a factor, or a path of the graph that was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from symgrad.derivation import analysis
from symgrad.derivation.derivation import local_derivative
from symgrad.expression.certified_values import Value, fraction
from symgrad.expression.certified_values import exact as exact_value
from symgrad.expression.printer import Printer
from symgrad.sources import exact
from symgrad.verify.model import Claim, DerivativeTarget, Link
from symgrad.verify.numbers.decimals import judge_number
from symgrad.verify.truth import MissingValue, Point, Truth

_MAX_PATHS = 30
_FACTORS = tuple(Fraction(n) for n in (2, 3, 4, 10, 100)) + tuple(
    Fraction(1, n) for n in (2, 3, 4, 10, 100)
)
_LEAST_DIGITS = 2  # fewer digits are explained by too many slips


def explained_number(
    truth: Truth, claim: Claim, link: Link, value: Value, point: Point, printer: Printer
) -> tuple[str, str] | None:
    """Return the kind of slip that gives the printed number, and it in words; None if none does."""
    printed = exact.rational(link.expression)
    if printed is None or link.decimals is None or len(str(printed.numerator)) < _LEAST_DIGITS:
        return None
    true = fraction(value)
    decimals = link.decimals

    def gives(number: Fraction) -> bool:
        from_number = judge_number(printed, decimals, exact_value(number))
        return from_number.kind in ("exact", "rounded", "truncated")

    if gives(-true):
        return "sign", "the sign is wrong"
    if isinstance(claim.left, DerivativeTarget):
        for path, share in _contributions(truth, claim.left, point):
            if share and gives(true - share):
                return _missing(truth, path, printer)
    for factor in _FACTORS:
        if gives(true * factor):
            return "factor", f"this is {factor} times the value"
    return None


def _missing(truth: Truth, path: tuple[str, ...], printer: Printer) -> tuple[str, str]:
    shown = " → ".join(printer.name(name) for name in path)
    data = analysis.depends_on_data(truth.graph)
    regularization = not data.isdisjoint(truth.graph.index) and not any(
        name in data for name in path[1:]
    )
    if regularization and bool(truth.graph.data):
        return "missing_regularization", f"the path {shown} is left out (it holds no data)"
    return "missing_branch", f"the path {shown} is left out"


def _contributions(
    truth: Truth, target: DerivativeTarget, point: Point
) -> Iterator[tuple[tuple[str, ...], Fraction]]:
    """Yield the paths of a derivative, each with what it adds at the point."""
    graph = truth.graph
    if target.top not in graph.index or target.expression is not None or target.further:
        return
    seen = replace(graph, objective=target.top)
    for path in analysis.paths(seen, target.bottom, limit=_MAX_PATHS):
        share = Fraction(1)
        try:
            for node, operand in pairwise(path):
                local = local_derivative(graph.index[node], operand, short=False)
                share *= fraction(truth.value(local, point))
        except (MissingValue, ArithmeticError):
            return
        yield path, share
