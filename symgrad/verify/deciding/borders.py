"""What a verdict leaves out: poles, conditions of the domain, and the truth in a refuted claim."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.expression.tree import Compare, Expression, Logic
from symgrad.verify.deciding.domain import domain_conditions, power_conditions
from symgrad.verify.deciding.facts import EmptyRegion
from symgrad.verify.deciding.fields import Field, Ratio, Restart, Scales
from symgrad.verify.deciding.limits import Clock, Stop
from symgrad.verify.deciding.normal_form import NormalForm
from symgrad.verify.deciding.polynomials import Poly, degrees
from symgrad.verify.deciding.regions import Problem, Region, SignGiven, balanced, given, prove
from symgrad.verify.deciding.signs import Signs

_MAX_LISTED = 6
_MAX_REGIONS = 8
_MAX_RESTARTS = 8


def domain_gaps(
    problem: Problem, regions: Sequence[Region], clock: Clock
) -> tuple[tuple[Compare, ...], tuple[Compare, ...]]:
    """Return the poles and the domain conditions that one side has and the other does not.

    What the assumptions or the conditions of the other side imply is not listed. A power with a
    name in its exponent counts as defined for bases from zero on; that is listed for both sides.
    """
    sides = (domain_conditions(problem.left), domain_conditions(problem.right))
    poles: list[Compare] = []
    needs: list[Compare] = []
    powers = (*power_conditions(problem.left), *power_conditions(problem.right))
    apart = tuple(c for side in sides for c in side if c not in powers)
    for own, other in (sides, sides[::-1], (powers, apart)):
        if own == other:
            continue
        for region in [r for r in regions if r.status == "proved"][:_MAX_REGIONS]:
            facts = (*region.splits, *problem.assumed)
            found = _missing(facts, own, other, clock)
            poles += found[0]
            needs += found[1]
    return tuple(dict.fromkeys(poles))[:_MAX_LISTED], tuple(dict.fromkeys(needs))[:_MAX_LISTED]


def _missing(
    facts: Sequence[SignGiven], own: Sequence[Compare], other: Sequence[Compare], clock: Clock
) -> tuple[list[Compare], list[Compare]]:
    scales = Scales()
    for _ in range(_MAX_RESTARTS):
        try:
            return _Implications(facts, other, scales, clock).missing(own)
        except Restart:  # noqa: PERF203 - that is what the loop is for
            continue
        except EmptyRegion:
            return [], []
        except (Stop, ArithmeticError, RecursionError):
            break
    extra = [c for c in own if c.relation != "!=" and c not in other]
    return [], [balanced(c.relation, c.left) for c in extra]


class _Implications:
    """What follows from facts and from the domain of the other side."""

    def __init__(
        self, facts: Sequence[SignGiven], other: Sequence[Compare], scales: Scales, clock: Clock
    ) -> None:
        self.signs = Signs(Field(scales, clock))
        self.normal = NormalForm(self.signs)
        self.poles: set[str] = set()
        conditions = [fact for fact in map(given, other) if fact is not None]
        for fact in (*facts, *conditions):
            ratio = self.normal.ratio(fact.expression)
            self.signs.assume(ratio, fact.sign, strict=fact.strict, from_split=fact.from_split)
        for condition in other:
            if condition.relation == "!=":
                self.poles.update(map(str, self._factors(self.normal.ratio(condition.left))))

    def missing(self, own: Sequence[Compare]) -> tuple[list[Compare], list[Compare]]:
        """Return the poles and the conditions among `own` that do not follow."""
        poles: list[Compare] = []
        needs: list[Compare] = []
        for condition in own:
            ratio = self.normal.ratio(condition.left)
            strict = condition.relation == ">"
            if condition.relation == "!=" or (
                strict and self.signs.provable(ratio, 1, strict=False)
            ):
                poles += self._zeros(condition, ratio)
            elif not self.signs.provable(ratio, 1, strict=strict):
                needs.append(balanced(condition.relation, condition.left))
        return poles, needs

    def _factors(self, ratio: Ratio) -> list[Poly]:
        """Return the polynomials one of which is zero where the ratio is, roots by their bases."""
        field = self.signs.field
        bases = {str(field.ring.gens[root.index]): root.base for root in field.roots}
        factors: list[Poly] = []
        for factor, _ in field.ring.factor(ratio.top)[1]:
            base = bases.get(str(factor))
            factors += [factor] if base is None else self._factors(field.polynomial(base))
        return factors

    def _zeros(self, condition: Compare, ratio: Ratio) -> list[Compare]:
        field = self.signs.field
        open_factors = [
            factor
            for factor in self._factors(ratio)
            if str(factor) not in self.poles and not self.signs.nonzero(field.polynomial(factor))
        ]
        if all(g.kind == "var" for g in field.used(*open_factors)):
            return [balanced("==", field.polynomial_expression(f)) for f in open_factors]
        return [balanced("==", condition.left)]


def partial_truth(problem: Problem, clock: Clock) -> tuple[Expression, ...]:
    """Return conditions under which a refuted equality holds; equations are yet to be checked."""
    regions = prove(problem, clock, stop_early=False)
    if regions is None:
        return ()
    found: list[Expression] = []
    for region in regions:
        if region.status == "proved" and region.splits:
            parts = region.conditions
            found.append(parts[0] if len(parts) == 1 else Logic("and", parts))
    if len(regions) == 1 and regions[0].difference is not None:
        found += _zeros(*regions[0].difference)
    return tuple(found[:_MAX_LISTED])


def _zeros(field: Field, difference: Ratio) -> list[Expression]:
    """Return the factors of a difference, set to zero, that are linear in some name."""
    zeros: list[Expression] = []
    for factor, _ in field.factors(difference)[1]:
        names = [g.kind == "var" for g in field.used(factor)]
        if all(names) and 1 in degrees(factor) and len(factor) <= 8:
            zeros.append(balanced("==", field.polynomial_expression(factor)))
    return zeros
