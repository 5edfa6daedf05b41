"""Deciding an equality over the reals: a proof or a counterexample, never a guess.

`decide` compares both sides at rational points with certified interval arithmetic; a difference
there is a refutation. A proof is a normal form of the difference that is zero in every region of
the domain. What is neither refuted nor proved is reported as agreeing at so many points.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from symgrad.expression.tree import Compare, Expression, Logic
from symgrad.verify.deciding.assumptions import Solved, solve
from symgrad.verify.deciding.borders import domain_gaps, partial_truth
from symgrad.verify.deciding.comparing import DIGITS, Comparer, Comparison
from symgrad.verify.deciding.domain import domain_conditions, switching_parts
from symgrad.verify.deciding.guards import guards_in
from symgrad.verify.deciding.limits import (
    Clock,
    OutOfTime,
    Stop,
    Unsupported,
    distinct_parts,
    names_in,
)
from symgrad.verify.deciding.plain_points import at_once
from symgrad.verify.deciding.regions import Problem, Region, SignGiven, balanced, given, prove

DEFAULT_SECONDS = 5.0
_FIRST_POINTS = 3
_SEARCH_POINTS = 90
_REGION_POINTS = 600
_ENOUGH = 12
_MAX_BORDERS = 3
_BORDER_POINTS = 5


@dataclass(frozen=True, slots=True)
class Decision:
    """What was found out about LEFT = RIGHT.

    `proved`: equal wherever both sides are defined, except possibly at `excluded`; `needs` are the
    conditions of the domain that only one side has, and `assumptions` the indices of those that the
    proof used. `refuted`: different at `witness`, where both sides have the values shown;
    `holds_when` lists conditions under which they are equal. `agrees`: equal at `points` points to
    `digits` digits. `undecided`: no point where both are defined was found, or a limit was reached.
    """

    status: Literal["proved", "agrees", "refuted", "undecided"]
    points: int = 0
    digits: int = 0
    witness: tuple[tuple[str, Fraction], ...] = ()
    left: str = ""
    right: str = ""
    assumptions: tuple[int, ...] = ()
    excluded: tuple[Expression, ...] = ()
    needs: tuple[Compare, ...] = ()
    holds_when: tuple[Expression, ...] = ()


_UNDECIDED = Decision("undecided")


def decide(
    left: Expression, right: Expression, *, assumptions: Sequence[Compare] = (),
    conventions: Sequence[Compare] = (), deadline: float | None = None, seed: int = 0,
    stated: Mapping[str, Fraction] | None = None,
) -> Decision:  # fmt: skip
    """Decide whether left = right for all real values of the names where both are defined.

    Args:
        left: one side.
        right: the other side.
        assumptions: equations and inequalities that may be used.
        conventions: equations on which nothing is refuted, for a side is a convention there.
        deadline: a moment of `time.process_time()`; by default five seconds from now.
        seed: of the points that are tried.
        stated: values of names, at which a difference is shown if there is one.

    >>> from symgrad.expression.tree import Call, Pow, Var, number
    >>> square, size = Pow(Var("x"), number(2)), Call("abs", (Var("x"),))
    >>> decide(Call("sqrt", (square,)), size).status
    'proved'
    >>> decide(Call("sqrt", (square,)), Var("x")).holds_when
    (Compare(relation='>=', left=Var(key='x'), right=Number(value=Fraction(0, 1))),)
    """
    clock = Clock(time.process_time() + DEFAULT_SECONDS if deadline is None else deadline)
    try:
        case = _Case(left, right, tuple(assumptions), clock, seed)
        case.stated = stated
        return case.decide(tuple(conventions))
    except (Stop, RecursionError, OverflowError):
        return _UNDECIDED


def _facts(conditions: Sequence[Compare]) -> tuple[SignGiven, ...]:
    return tuple(fact for fact in map(given, conditions) if fact is not None)


def _is_equation(condition: Expression) -> bool:
    return isinstance(condition, Compare) and condition.relation == "=="


class _Case:
    """One equality under decision."""

    def __init__(
        self, left: Expression, right: Expression, assumptions: tuple[Compare, ...],
        clock: Clock, seed: int,
    ) -> None:  # fmt: skip
        sides = [side for a in assumptions for side in (a.left, a.right)]
        distinct_parts(left, right, *sides)
        if any(isinstance(side, Compare | Logic) for side in (left, right, *sides)):
            raise Unsupported
        self.left, self.right, self.assumptions = left, right, assumptions
        self.clock, self.seed = clock, seed
        self.stated: Mapping[str, Fraction] | None = None
        self.solved = solve(assumptions, clock)
        self.comparer = self._comparer()
        self.same = 0
        self.agreed = 0

    def _comparer(self) -> Comparer:
        left, right = self.solved.apply(self.left), self.solved.apply(self.right)
        conditions = (*domain_conditions(left), *domain_conditions(right))
        switches = [*switching_parts(left), *switching_parts(right)]
        switches += [c.left for c in conditions]
        bounds = [c for c in conditions if c.relation in {">", ">="}]
        return Comparer(left, right, self.solved, switches, bounds, self.clock, self.seed)

    def decide(self, conventions: tuple[Compare, ...]) -> Decision:
        """Refute at a few points, else prove, else search for a counterexample."""
        found = self._search(_FIRST_POINTS, thorough=False) or self._search_guards(conventions)
        if found is not None:
            return self._refuted(found)
        used = self._prove()
        if used is not None:
            if not self.same:
                found = self._search(_SEARCH_POINTS, thorough=False, until=1)
            if found is None and self.same:
                return self._proved(*used)
        if found is None:
            found = self._search_open_regions()
        if found is None and not self.agreed:
            found = self._search(_SEARCH_POINTS, thorough=True, until=_ENOUGH)
        if found is not None:
            return self._refuted(found)
        if not self.agreed:
            return _UNDECIDED
        return Decision("agrees", points=self.agreed, digits=DIGITS)

    def _search(self, limit: int, *, thorough: bool, until: int | None = None) -> Comparison | None:
        """Compare at points; return the first that differs, or None; count the others."""
        agreed = 0
        for comparison in self.comparer.comparisons(limit, thorough=thorough):
            if comparison.outcome == "different":
                return comparison
            if comparison.outcome in {"same", "close"}:
                self.same += 1
                agreed += comparison.outcome == "same"
            if until is not None and agreed + (0 if thorough else self.same) >= until:
                break
        if thorough:
            self.agreed = agreed
        return None

    def _search_guards(self, conventions: tuple[Compare, ...]) -> Comparison | None:
        """Return a point that one side treats apart, and at which the sides differ; or None."""
        for guard in guards_in(self.left, self.right):
            if guard in conventions:
                continue
            assumptions = (*self.assumptions, guard)
            try:
                case = _Case(self.left, self.right, assumptions, self.clock, self.seed)
                if case.solved.equations:
                    continue
                found = case._search(_BORDER_POINTS, thorough=False)
            except OutOfTime:
                raise
            except (Stop, ArithmeticError):
                continue
            if found is not None:
                return found
        return None

    def _search_open_regions(self) -> Comparison | None:
        """Search where no proof was found: in every open region, and until enough points agree."""
        problem = self._problem(self.solved)
        regions = prove(problem, self.clock.share(0.3), stop_early=False) or ()
        wanted = [r.conditions for r in regions if r.status == "open" and r.splits]
        if not wanted:
            return self._search(_SEARCH_POINTS, thorough=True, until=_ENOUGH)
        counts = [0] * len(wanted)
        for point, places in self.comparer.points_in(wanted, _REGION_POINTS):
            if all(counts[k] >= _ENOUGH for k in places):
                continue
            comparison = self.comparer.at(point, thorough=True)
            if comparison.outcome == "different":
                return comparison
            self.agreed += comparison.outcome == "same"
            for k in places:
                counts[k] += comparison.outcome in {"same", "undefined"}
            if min(counts) >= _ENOUGH:
                break
        return None

    def _problem(self, solved: Solved) -> Problem:
        left, right = solved.apply(self.left), solved.apply(self.right)
        domain = (*domain_conditions(left), *domain_conditions(right))
        return Problem(left, right, _facts(solved.conditions), _facts(domain), solved.equations)

    def _proof(self, indices: Sequence[int]) -> list[Region] | None:
        """Return the regions of a complete proof from these assumptions, or None."""
        solved = solve([self.assumptions[i] for i in indices], self.clock)
        regions = prove(self._problem(solved), self.clock.share(0.6))
        if regions is None or not any(region.status == "proved" for region in regions):
            return None
        return None if any(region.status == "open" for region in regions) else regions

    def _prove(self) -> tuple[tuple[int, ...], list[Region]] | None:
        """Return the assumptions that a proof needs, and its regions."""
        fixed = {name for name, _ in self.solved.names}
        if fixed.isdisjoint(names_in(self.left, self.right)):
            regions = self._proof(())
            if regions is not None:
                return (), regions
        if not self.assumptions:
            return None
        needed = list(range(len(self.assumptions)))
        regions = self._proof(needed)
        if regions is None:
            return None
        equations = [i for i in needed if self.assumptions[i].relation == "=="]
        if len(equations) < len(needed):
            simpler = self._proof(equations)
            if simpler is not None:
                needed, regions = equations, simpler
        for index in tuple(needed) if len(needed) > 1 else ():
            fewer = [i for i in needed if i != index]
            simpler = self._proof(fewer)
            if simpler is not None:
                needed, regions = fewer, simpler
        return tuple(needed), regions

    def _proved(self, used: tuple[int, ...], regions: list[Region]) -> Decision:
        solved = solve([self.assumptions[i] for i in used], self.clock)
        assumed = [
            Compare(a.relation, solved.apply(a.left), solved.apply(a.right))
            for a in self.assumptions
        ]
        problem = replace(self._problem(solved), assumed=_facts(assumed))
        poles, needs = domain_gaps(problem, regions, self.clock)
        borders = list(dict.fromkeys(balanced("==", b) for r in regions for b in r.excluded))
        listed = dict.fromkeys([*self._real_borders(borders), *poles])
        return Decision("proved", assumptions=used, excluded=tuple(listed), needs=needs)

    def _holds_there(self, condition: Expression) -> bool:
        return isinstance(condition, Compare) and self._holds_on(condition, undefined=False)

    def _real_borders(self, borders: list[Compare]) -> list[Compare]:
        """Return the borders on which the equality may fail."""
        if len(borders) > _MAX_BORDERS:
            return borders
        return [b for b in borders if not self._holds_on(b, undefined=True)]

    def _holds_on(self, border: Compare, *, undefined: bool) -> bool:
        """Tell whether the equality is proved under one more equation.

        `undefined` is the answer where the sides are never both defined.
        """
        assumptions = (*self.assumptions, border)
        try:
            case = _Case(self.left, self.right, assumptions, self.clock.share(0.2), self.seed)
            outcomes = {
                c.outcome for c in case.comparer.comparisons(_BORDER_POINTS, thorough=False)
            }
            if case.solved.equations or "different" in outcomes:
                return False
            if outcomes == {"undefined"}:
                return undefined
            regions = case._proof(range(len(assumptions)))
        except (Stop, RecursionError, OverflowError):
            return False
        return regions is not None and not any(region.excluded for region in regions)

    def _refuted(self, found: Comparison) -> Decision:
        if self.stated is not None and not self.solved.equations:
            found = at_once(self.comparer, found, self.stated)
        witness = tuple((str(name), value) for name, value in found.point.items())
        decision = Decision("refuted", witness=witness, left=found.left, right=found.right)
        try:
            candidates = partial_truth(self._problem(self.solved), self.clock.share(0.3))
            holds = tuple(c for c in candidates if not _is_equation(c) or self._holds_there(c))
        except (Stop, RecursionError, OverflowError):
            return decision
        return replace(decision, holds_when=holds)
