"""Proving an equality region by region.

The domain is split on the signs that the normal form asks for; in each region the difference of the
two sides is brought to normal form and tested for zero. Empty regions are set aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from symgrad.expression.tree import MIRRORED, ZERO, Add, Compare, Expression, Neg, Number, sum_of
from symgrad.verify.deciding.domain import switching_parts
from symgrad.verify.deciding.facts import EmptyRegion
from symgrad.verify.deciding.fields import Field, Ratio, Restart, Scales
from symgrad.verify.deciding.limits import (
    MAX_REGIONS,
    MAX_SPLITS,
    Clock,
    OutOfTime,
    Stop,
    TooLarge,
    Unsupported,
    names_in,
)
from symgrad.verify.deciding.normal_form import NormalForm
from symgrad.verify.deciding.signs import NeedSign, Signs

_MAX_RESTARTS = 16
_MAX_SWITCHES = 24


@dataclass(frozen=True, slots=True)
class SignGiven:
    """A fact: the sign of an expression, +1, -1 or 0; not strict means that it may be zero too.

    `borders` says that no region holds the zeros, which are left out therefore.
    """

    expression: Expression
    sign: int
    strict: bool
    from_split: bool = False
    borders: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """What was found in one region: `splits` are the facts that lead to it."""

    splits: tuple[SignGiven, ...]
    status: Literal["proved", "empty", "open"]
    excluded: tuple[Expression, ...] = ()
    difference: tuple[Field, Ratio] | None = None

    @property
    def conditions(self) -> tuple[Expression, ...]:
        """The splits as conditions to print, without their borders where a border is left out."""
        return tuple(
            balanced(_RELATION[s.sign, s.strict or bool(self.excluded)], s.expression)
            for s in self.splits
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """Two sides, what is assumed and what their domains imply, and equations that hold besides."""

    left: Expression
    right: Expression
    assumed: tuple[SignGiven, ...] = ()
    domain: tuple[SignGiven, ...] = ()
    equations: tuple[Expression, ...] = ()


def given(condition: Compare) -> SignGiven | None:
    """Return an inequality as a fact, or None for one that fixes no sign."""
    signs = {">": (1, True), ">=": (1, False), "<": (-1, True), "<=": (-1, False)}
    if condition.relation not in signs:
        return None
    sign, strict = signs[condition.relation]
    if condition.right == ZERO:
        return SignGiven(condition.left, sign, strict)
    return SignGiven(Add((condition.left, Neg(condition.right))), sign, strict)


def prove(problem: Problem, clock: Clock, *, stop_early: bool = True) -> list[Region] | None:
    """Return the regions with what was found in each, or None where a bound was reached.

    With `stop_early` the search ends at the first region that stays open. Where there would be too
    many regions, signs are carried along as generators and the whole domain is one region.
    """
    regions = None
    if len(switching_parts(problem.left)) + len(switching_parts(problem.right)) <= _MAX_SWITCHES:
        regions = _split_and_prove(problem, clock, stop_early=stop_early)
    if regions is None:
        with suppress(NeedSign, OutOfTime):
            region = _region(problem, (), clock, symbolic=True)
            return [region] if region.status == "proved" else None
    return regions


def _split_and_prove(problem: Problem, clock: Clock, *, stop_early: bool) -> list[Region] | None:
    stack: list[tuple[SignGiven, ...]] = [()]
    found: list[Region] = []
    while stack:
        splits = stack.pop()
        try:
            region = _region(problem, splits, clock)
        except NeedSign as need:
            if len(splits) >= MAX_SPLITS or len(stack) + len(found) >= MAX_REGIONS:
                return None
            stack.extend((*splits, child) for child in reversed(_children(need)))
            continue
        except OutOfTime:
            return None
        found.append(region)
        if stop_early and region.status == "open":
            break
    return found


def _children(need: NeedSign) -> list[SignGiven]:
    signs = (1, -1, 0) if need.zero_case else (1, -1)
    borders = need.strict and not need.zero_case
    return [
        SignGiven(need.expression, sign, need.strict, from_split=True, borders=borders)
        for sign in signs
    ]


_RELATION = {
    (1, True): ">", (-1, True): "<", (1, False): ">=", (-1, False): "<=",
    (0, True): "==", (0, False): "==",
}  # fmt: skip


def balanced(relation: str, expression: Expression) -> Compare:
    """Return `expression relation 0` with subtracted terms and numbers on the other side.

    >>> from symgrad.expression.tree import Var, number
    >>> balanced(">=", Add((number(1), Neg(Var("x"))))) == Compare("<=", Var("x"), number(1))
    True
    """
    terms = expression.terms if isinstance(expression, Add) else (expression,)
    plus: list[Expression] = [term for term in terms if not isinstance(term, Neg | Number)]
    minus = [term.operand for term in terms if isinstance(term, Neg)]
    constant = sum((term.value for term in terms if isinstance(term, Number)), Fraction(0))
    if not plus:
        if not minus:
            return Compare(relation, expression, ZERO)
        return Compare(MIRRORED[relation], _sum(minus), Number(constant))
    if not minus or constant < 0:
        return Compare(relation, _sum(plus), _sum([*minus, Number(-constant)]))
    if constant:
        plus.append(Number(constant))
    return Compare(relation, _sum(plus), _sum(minus))


def _sum(terms: Sequence[Expression]) -> Expression:
    return sum_of([term for term in terms if term != ZERO])


def _region(
    problem: Problem, splits: tuple[SignGiven, ...], clock: Clock, *, symbolic: bool = False
) -> Region:
    scales = Scales()
    scales.size = 16 * (1 + len(names_in(problem.left, problem.right)) // 12)
    abbreviate = False
    for _ in range(_MAX_RESTARTS):
        try:
            return _attempt(problem, splits, scales, clock, symbolic, abbreviate)
        except Restart:  # noqa: PERF203 - that is what the loop is for
            continue
        except TooLarge:
            if abbreviate:
                break
            abbreviate = True
            scales.parts.clear()
        except EmptyRegion:
            return Region(splits, "empty")
        except (NeedSign, OutOfTime):
            raise
        except ZeroDivisionError:
            return Region(splits, "empty")  # a denominator is zero in all of it: nothing is defined
        except (Stop, RecursionError, OverflowError):
            break
    return Region(splits, "open")


def _attempt(
    problem: Problem, splits: tuple[SignGiven, ...], scales: Scales, clock: Clock,
    symbolic: bool, abbreviate: bool,  # noqa: FBT001 - an inner step of _region
) -> Region:  # fmt: skip
    field = Field(scales, clock)
    signs = Signs(field, symbolic=symbolic)
    normal = NormalForm(signs, abbreviate=abbreviate)
    signs.excluded.extend(split.expression for split in splits if split.borders)
    for fact in (*splits, *problem.assumed, *problem.domain):
        _assume(normal, fact)
    left, right = normal.ratio(problem.left), normal.ratio(problem.right)
    if field.equal(left, right):
        return Region(splits, "proved", tuple(signs.excluded))
    difference = field.sub(left, right)
    if _follows(normal, difference, problem.equations):
        return Region(splits, "proved", tuple(signs.excluded))
    if splits and signs.contradictory():
        return Region(splits, "empty")
    return Region(splits, "open", (), (field, difference))


def _assume(normal: NormalForm, fact: SignGiven) -> None:
    try:
        ratio = normal.ratio(fact.expression)
        normal.signs.assume(ratio, fact.sign, strict=fact.strict, from_split=fact.from_split)
    except (TooLarge, Unsupported, ZeroDivisionError) as error:
        if fact.from_split:
            raise Unsupported from error


def _follows(normal: NormalForm, difference: Ratio, equations: Sequence[Expression]) -> bool:
    """Tell whether an equation's polynomial divides the difference."""
    ring = normal.field.ring
    for equation in equations:
        try:
            polynomial = normal.ratio(equation).top
        except (TooLarge, Unsupported, ZeroDivisionError):
            continue
        if not polynomial:
            continue
        common = ring.gcd(difference.top, polynomial)
        if ring.primitive(common)[1] == ring.primitive(polynomial)[1]:
            return True
    return False
