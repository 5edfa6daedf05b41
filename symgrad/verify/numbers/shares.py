"""Why a number is wrong: its sign, a factor, or a path of the graph that was left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from symgrad.derivation.regularisation import is_regularisation
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


@dataclass(frozen=True, slots=True)
class NumberSlip:
    """A slip that a number shows: its kind, in words, and where in the graph it is."""

    kind: str
    text: str
    where: str = ""


def explained_number(
    truth: Truth, claim: Claim, link: Link, value: Value, point: Point, printer: Printer
) -> NumberSlip | None:
    """Return the slip that gives the printed number; None if none does."""
    printed = exact.rational(link.expression)
    if printed is None or link.decimals is None or len(str(printed.numerator)) < _LEAST_DIGITS:
        return None
    true = fraction(value)
    decimals = link.decimals

    def gives(number: Fraction) -> bool:
        from_number = judge_number(printed, decimals, exact_value(number))
        return from_number.kind in ("exact", "rounded", "truncated")

    if gives(-true):
        return NumberSlip("sign", "the sign is wrong")
    if isinstance(claim.left, DerivativeTarget):
        for path, share in _shares(truth, claim.left, point):
            if share and gives(true - share):
                return _missing(truth, path, printer)
    for factor in _FACTORS:
        if gives(true * factor):
            return NumberSlip("factor", f"this is {factor} times the value")
    return None


def _missing(truth: Truth, path: tuple[str, ...], printer: Printer) -> NumberSlip:
    where = f"the path {printer.path(path)}"
    if is_regularisation(truth.graph, path, truth.local):
        return NumberSlip(
            "missing_regularization", f"{where} is left out (it holds no data)", where
        )
    return NumberSlip("missing_branch", f"{where} is left out", where)


def _shares(
    truth: Truth, target: DerivativeTarget, point: Point
) -> Iterator[tuple[tuple[str, ...], Fraction]]:
    """Yield the paths of a derivative, each with what it adds at the point."""
    plain = target.top in truth.graph.index and target.expression is None and not target.further
    if not plain:
        return
    try:
        yield from truth.shares(target.top, target.bottom, point, limit=_MAX_PATHS)
    except (MissingValue, ArithmeticError):
        return
