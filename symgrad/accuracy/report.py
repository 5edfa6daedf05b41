"""What was found about the digits of a program: what was rewritten, and what still loses some."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.expression.algebra import neg
from symgrad.expression.rebuilding import combined
from symgrad.expression.tree import (
    Add,
    Call,
    Div,
    Expression,
    Mark,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    children,
    with_children,
)
from symgrad.program.series import SERIES, Local
from symgrad.program.statements import Statement

DIGITS = 0.30103  # decimal digits in a bit
DIGITS_OF_A_DOUBLE = 16.0
TOLD = 10.0  # bits from which on a loss is told
REST = Mark("…")  # stands for all further terms
_FIRST_TERMS = 3  # of a series, that are shown
_MOST_DIGITS = 15  # of a number that one reads as it is


@dataclass(frozen=True, slots=True)
class Finding:
    """One formula: what it loses at its worst point as written and as emitted, in decimal digits.

    `mended` is the form in which it is emitted, None where that is as written. `point` is where
    most is lost as emitted, `written_at` where most is lost as written, of what the inputs still
    have. `conditioned` tells that half an ulp in the inputs loses as much.
    """

    name: str
    written: Expression
    mended: Expression | None
    digits_written: float
    digits_emitted: float
    point: tuple[tuple[str, float], ...]
    written_at: tuple[tuple[str, float], ...]
    conditioned: bool
    is_result: bool

    @property
    def loses(self) -> bool:
        """Tell whether digits are lost as emitted that the inputs still have."""
        return self.is_result and self.digits_emitted > TOLD * DIGITS and not self.conditioned


@dataclass(frozen=True, slots=True)
class Improved:
    """The statements to emit, and what was found about each formula that loses digits."""

    statements: tuple[Statement, ...]
    findings: tuple[Finding, ...] = ()
    points: int = 0


def finding(
    name: str,
    forms: tuple[Expression, Expression | None],
    losses: tuple[Sequence[float], Sequence[float]],
    slack: Sequence[float],
    points: Sequence[Mapping[str, float]],
    usual: Sequence[bool],
    *,
    is_result: bool,
) -> Finding:
    """Return what was found about one formula, from its losses in bits at each point."""
    places = [i for i, own in enumerate(usual) if own] or range(len(points))
    zeros = [sum(not x for x in point.values()) for point in points]

    def most(lost: Sequence[float]) -> int:
        """Return the point at which most is lost that the inputs still have."""
        excess = [loss - max(0.0, own) for loss, own in zip(lost, slack, strict=True)]
        return max(places, key=lambda i: (round(excess[i]), -zeros[i], lost[i]))

    before, after = losses
    first, worst = most(before), most(after)
    lost = after[worst]
    return Finding(
        name,
        *forms,
        min(DIGITS * before[first], DIGITS_OF_A_DOUBLE),
        min(DIGITS * lost, DIGITS_OF_A_DOUBLE),
        tuple(points[worst].items()),
        tuple(points[first].items()),
        conditioned=lost <= slack[worst] + 6.0,
        is_result=is_result,
    )


def shown(e: Expression) -> Expression:
    """Return a form for people: with few signs, own functions as their formula, powers of ten.

    Of a series its first terms are shown.

    >>> bound = shown(Number(Fraction(1, 10**300)))
    >>> isinstance(bound, Pow) and bound.exponent == Number(Fraction(-300))
    True
    """
    return _with_few_signs(_opened(e))


def _opened(e: Expression) -> Expression:
    """Return a form with own functions as their formula, series cut, numbers short."""
    if isinstance(e, Number):
        return _power_of_ten(e)
    if isinstance(e, Call) and e.function == SERIES and len(e.arguments) > _FIRST_TERMS + 1:
        first = tuple(map(_opened, e.arguments[: _FIRST_TERMS + 1]))
        return Call(SERIES, (*first, Var(REST)))
    parts = tuple(_opened(part) for part in children(e))
    if isinstance(e, Call) and isinstance(e.function, Local):
        match e.function.at(*parts):
            case Call("where", (_, _, direct)):
                return _opened(direct)
            case whole:
                return _opened(whole)
    if any(
        isinstance(new, Number) and old != new for new, old in zip(parts, children(e), strict=True)
    ):
        return combined(e, parts)
    return with_children(e, parts) if parts else e


def _with_few_signs(e: Expression) -> Expression:
    """Return a formula with at most one sign before a product or quotient, in a difference at best.

    >>> from symgrad.accuracy.rows import tree_of
    >>> form = Neg(tree_of("m*(-(v - w)/q)"))
    >>> _with_few_signs(form) == tree_of("m*((v - w)/q)")
    True
    >>> _with_few_signs(Neg(form)) == tree_of("m*((w - v)/q)")
    True
    """
    sign, bare = _sign_apart(e)
    if sign < 0:
        bare = _negative(bare)
    parts = children(bare)
    return with_children(bare, tuple(map(_with_few_signs, parts))) if parts else bare


def _sign_apart(e: Expression) -> tuple[int, Expression]:
    """Return the sign of a formula, 1 or -1, and the formula without the signs of its factors."""
    match e:
        case Neg(inner):
            sign, bare = _sign_apart(inner)
            return -sign, bare
        case Mul() | Div():
            signs, parts = zip(*map(_sign_apart, children(e)), strict=True)
            return math.prod(signs), with_children(e, parts)
        case Add(terms):
            signs, parts = zip(*map(_sign_apart, terms), strict=True)
            return (-1, Add(parts)) if max(signs) < 0 else (1, e)
        case _:
            return 1, e


def _negative(e: Expression) -> Expression:
    """Return the negative: a difference in it changes its sign, where there is one."""
    parts = children(e)
    match e:
        case Add():
            signs = [_sign_apart(part)[0] for part in parts]
            return neg(e) if 2 * sum(sign < 0 for sign in signs) >= len(signs) else Neg(e)
        case Mul() | Div():
            for i, part in enumerate(parts):
                new = _negative(part) if isinstance(part, Add | Mul | Div) else Neg(part)
                if not isinstance(new, Neg):
                    return with_children(e, (*parts[:i], new, *parts[i + 1 :]))
            return Neg(e)
        case _:
            return Neg(e)


def _power_of_ten(e: Number) -> Expression:
    """Return a number of more digits than one reads as a power of ten, where it is one."""
    large = max(e.value.numerator, e.value.denominator)
    exponent = len(str(large)) - 1 if e.value > 0 and large.bit_length() < 4096 else 0
    if exponent < _MOST_DIGITS or min(e.value.numerator, e.value.denominator) > 1:
        return e
    if large != 10**exponent:
        return e
    sign = 1 if e.value > 1 else -1
    return Pow(Number(Fraction(10)), Number(Fraction(sign * exponent)))


def has_series(e: Expression) -> bool:
    """Tell whether a form holds a function of one argument."""
    own = isinstance(e, Call) and isinstance(e.function, Local)
    return own or any(has_series(part) for part in children(e))


def told(improved: Improved) -> Iterator[str]:
    """Yield one line for each result that still loses digits."""
    for item in improved.findings:
        if item.loses:
            where = ", ".join(f"{name} = {value:.6g}" for name, value in item.point[:8])
            digits = round(item.digits_emitted)
            lost = "all digits" if digits >= 15 else f"{digits} of 16 digits"
            yield f"{item.name} loses {lost} at {where}{', …' * (len(item.point) > 8)}"
