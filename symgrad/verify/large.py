"""Claims about graphs so large that nothing can be expanded to the inputs.

A formula is compared with ours in named intermediates and sensitivities, each a symbol of its own:
an equality proved so holds. To refute, the graph is evaluated node by node and sensitivity by
sensitivity at random points with certified arithmetic, which takes linear time however deep it is.
"""

from __future__ import annotations

import time

from symgrad.derivation import analysis
from symgrad.expression.certified import ctx
from symgrad.expression.certified_values import Value, certified
from symgrad.expression.points import small, unit
from symgrad.expression.tree import Expression, Var
from symgrad.graph.points import points_of
from symgrad.verify.deciding.equality import Decision, decide
from symgrad.verify.deciding.limits import Stop, names_in, substituted
from symgrad.verify.model import Claim, DerivativeTarget, NameTarget
from symgrad.verify.numbers.decimals import bounds, significant
from symgrad.verify.truth import PRECISION, MissingValue, Point, Truth, exactly

_POINTS = 6
_SEED = 11
_SHOWN = 12

Meanings = dict[str | int, Expression]


class LargeJudge:
    """Decides links of claims about one large graph."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.forms: Meanings = {
            item.name: item.form.expression for item in truth.derivation.sensitivity_list
        }

    def decide(self, claim: Claim, index: int, deadline: float) -> Decision:
        """Decide one link in names, `undecided` where it cannot be said in ours."""
        try:
            left = self._left(claim)
            right = self._named(claim, claim.links[index].expression)
        except (Stop, RecursionError, LookupError):
            return Decision("undecided")
        proof = decide(left, right, deadline=deadline)
        if proof.status == "proved":
            return proof
        return self._refuted(claim, left, right, deadline) or Decision("undecided")

    def _left(self, claim: Claim) -> Expression:
        """Return the left side in names; a node as its equation, a sensitivity as its form."""
        target = claim.left
        if isinstance(target, DerivativeTarget):
            return self._derivative(target)
        if isinstance(target, NameTarget):
            node = self.truth.graph.index.get(target.name)
            if node is not None and node.formula is not None:
                return node.formula.expression
            if claim.defines is None and target.name in self.forms:
                return self.forms[target.name]
            for item in claim.definitions:
                if item.name == target.name:
                    return self._opened(self._named(claim, item.expression))
        raise LookupError(str(claim))

    def _opened(self, e: Expression) -> Expression:
        """Return the form of a lone sensitivity, anything else as it is."""
        return self.forms.get(e.key, e) if isinstance(e, Var) else e

    def _derivative(self, target: DerivativeTarget) -> Expression:
        derivation = self.truth.derivation
        if target.expression is not None or target.further:
            raise LookupError(target.key)
        for item in derivation.sensitivity_list:
            tops = (self.truth.graph.objective, derivation.numerator(item.node))
            if item.node == target.bottom and target.top in tops:
                return item.form.expression
        if target.top == self.truth.graph.objective and target.bottom in derivation.wrt:
            return derivation.form(target.bottom).expression
        return self.truth.total(target.top, target.bottom)

    def _named(self, claim: Claim, e: Expression) -> Expression:
        """Return a right side in names of the graph and of the derivation."""
        derivation = self.truth.derivation
        own = {item.node: item.name for item in derivation.sensitivity_list}
        known: Meanings = {}
        for target in claim.derivatives:
            name = own.get(target.bottom)
            tops = (self.truth.graph.objective, derivation.numerator(target.bottom))
            if name is not None and target.top in tops and not target.further:
                known[target.key] = Var(name)
            elif target.key in names_in(e):
                known[target.key] = self._derivative(target)
        for item in claim.definitions:
            known[item.name] = substituted(item.expression, known)
        return substituted(e, known)

    # -- values --------------------------------------------------------------------------------

    def _refuted(
        self, claim: Claim, left: Expression, right: Expression, deadline: float
    ) -> Decision | None:
        """Return a refutation at one of a few points, None where none of them refutes."""
        # values multiply along deep paths: every other point is near zero
        for drawn in points_of(self.truth.graph, _SEED, (small, unit), tries=_POINTS):
            point = tuple(drawn.items())
            if time.process_time() > deadline:
                return None
            values = self._values(point)
            if values is None or not self._allowed(claim, values):
                continue
            try:
                with ctx.workprec(PRECISION):
                    evaluator = certified(values)
                    (low, high), (inside, outside) = (
                        bounds(evaluator.value(side)) for side in (left, right)
                    )
            except (ArithmeticError, KeyError):
                continue
            if high < inside or outside < low:
                needed = self._inputs(left, right)
                witness = tuple((name, value) for name, value in point if name in needed)
                shown = [significant((a + b) / 2) for a, b in ((low, high), (inside, outside))]
                return Decision("refuted", witness=witness[:_SHOWN], left=shown[0], right=shown[1])
        return None

    def _values(self, point: Point) -> dict[str | int, Value] | None:
        """Return the values of all nodes and sensitivities, None where one has none."""
        values = dict(self.truth.values(point))
        try:
            with ctx.workprec(PRECISION):
                for name, form in self.forms.items():
                    values[name] = exactly(certified(values).value(form))
        except (ArithmeticError, KeyError, MissingValue):
            return None
        return values

    def _allowed(self, claim: Claim, values: dict[str | int, Value]) -> bool:
        facts = [item.condition for item in self.truth.graph.assumptions]
        try:
            evaluator = certified(values)
            return all(evaluator.holds(fact) for fact in (*facts, *claim.assumptions))
        except (ArithmeticError, KeyError):
            return False

    def _inputs(self, *sides: Expression) -> set[str]:
        """Return the names below both sides, those nearest to them first to be shown."""
        graph = self.truth.graph
        found: set[str] = set()
        for name in names_in(*sides):
            if name in graph.index:
                found |= analysis.ancestors(graph, str(name))
        return found
