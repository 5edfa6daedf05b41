"""Statements that stand for several claims: an order of magnitude, a total differential, a ∝.

Each is read as one claim with a case for every power, every dx, or the factor that is meant.
"""

from __future__ import annotations

from dataclasses import replace

from symgrad.errors import Place, SymgradError
from symgrad.expression.tree import Expression, Mul, number, variables
from symgrad.graph.graph import Graph
from symgrad.sources.problems import Fault
from symgrad.verify.model import (
    Case,
    Claim,
    DerivativeTarget,
    ExpressionTarget,
    NameTarget,
    Target,
)
from symgrad.verify.reading.chains import Chains
from symgrad.verify.reading.decimals import Style
from symgrad.verify.reading.derivatives import direct_slope
from symgrad.verify.reading.documents import FoundFormula
from symgrad.verify.reading.formula import parse_side
from symgrad.verify.reading.generic import Generic, stated_counts
from symgrad.verify.reading.givens import Given, Givens
from symgrad.verify.reading.lefts import LeftSides
from symgrad.verify.reading.orders import Order, coefficients
from symgrad.verify.reading.proportional import factor_of
from symgrad.verify.reading.same import same
from symgrad.verify.reading.scope import Scope
from symgrad.verify.reading.split import WrittenStatement
from symgrad.verify.reading.state import State
from symgrad.verify.reading.vectors import coefficient, in_inputs
from symgrad.verify.truth import Truth


class SpecialStatements:
    """Reads statements of special forms, with what is in force where they stand."""

    def __init__(self, graph: Graph, truth: Truth) -> None:
        self.graph, self.truth = graph, truth
        self.scope = Scope(graph, truth.derivation, truth)
        self.decimals: Style = "point"
        self.generic = Generic(self.scope)
        self.use(State(truth, self.scope))
        self.state.assumptions += stated_counts(graph)

    def use(self, state: State) -> None:
        """Go on with what is in force somewhere."""
        self.state = state
        self.lefts = LeftSides(self.graph, self.scope, state)
        self.chains = Chains(self.graph, self.truth, self.scope, state)
        self.chains.comma = self.decimals == "comma"
        self.givens = Givens(self.graph, self.scope)

    def up_to_order(
        self, order: Order, statement: WrittenStatement, formula: FoundFormula, text: str,
        place: Place,
    ) -> Claim:  # fmt: skip
        """Return the claim of `… + O(z^3)`, which stands for one about each power of z below.

        Raises:
            Fault: if a side cannot be read.
        """
        side = self.lefts.read(statement, formula)
        left = Claim(text, place, side).left_expression
        if left is None or is_new(side, self.scope):
            raise Fault("an order of what?", place)
        link = self.chains.link("=", order.side, formula)
        both = (coefficients(one, order, self.scope) for one in (left, link.expression))
        cases = []
        for power, (first, second) in enumerate(zip(*both, strict=True)):
            own = replace(link, expression=second, decimals=None, others=())
            target = ExpressionTarget(first)
            one = self.chains.claim(target, (own,), text, place, Given(), forced=False)
            cases.append(Case(((f"the coefficient of {order.name}^{power}", ""),), one))
        return together(tuple(cases))

    def proportional(
        self, statement: WrittenStatement, formula: FoundFormula, text: str, place: Place
    ) -> Claim | None:
        """Return the claim that a `∝` is with its factor put in; None where there is no factor."""
        if statement.other != "∝" or len(statement.parts) != 1:
            return None
        try:
            left = self.lefts.read(statement, formula)
            if is_new(left, self.scope):
                return None
            link = self.chains.link("=", statement.parts[0][1], formula)
            claim = self.chains.claim(left, (link,), text, place, Given(), forced=False)
            factor = factor_of(self.truth, claim)
        except (Fault, SymgradError):
            return None
        if factor is None:
            return replace(claim, condition="proportional, with a factor that is not constant")
        size = abs(factor)
        scaled = replace(link, expression=Mul((number(size), link.expression)), decimals=None)
        said = f"`∝` read as equal up to a positive constant factor, which is {size}"
        return replace(claim, links=(scaled,), readings=(*claim.readings, said))

    def by_differentials(
        self, top: str, words: dict[str, str], statement: WrittenStatement, formula: FoundFormula,
        text: str, place: Place,
    ) -> Claim:  # fmt: skip
        """Return the claim of `dJ = … dx + … dy`, which stands for one about each factor.

        Raises:
            Fault: if a side cannot be read, or is no sum of terms with one dx each.
        """
        self.scope.differentials = words
        links = [self.chains.link(sign, part, formula) for sign, part in statement.parts]
        names = list(dict.fromkeys(words.values()))
        cases = []
        for name in names:
            target = DerivativeTarget(top, name)
            self.scope.note(target)
            own = tuple(
                replace(
                    link, decimals=None, others=(),
                    expression=coefficient(link.expression, name, formula.origin, names),
                )
                for link in links
            )  # fmt: skip
            one = self.chains.claim(target, own, text, place, Given(), forced=False)
            cases.append(Case(((f"the factor of d{name}", ""),), one))
        return together(tuple(cases))

    def by_forms(
        self, words: dict[str, str], statement: WrittenStatement, formula: FoundFormula, text: str,
        place: Place,
    ) -> Claim:  # fmt: skip
        """Return the claim of `dV/V = 2 dr/r + dh/h`: one about the factor of each dr.

        Raises:
            Fault: if a side cannot be read, or is no sum of terms with one dx each.
        """
        self.scope.differentials = words
        names = list(dict.fromkeys(words.values()))
        links = [self.chains.link(sign, part, formula) for sign, part in statement.parts]
        side = parse_side(statement.left.text, formula.origin, self.scope)
        left, *others = (
            in_inputs(one, names, self.scope) for one in (side, *(one.expression for one in links))
        )
        inputs = [name for name in names if self.graph.index[name].formula is None]
        cases = []
        for name in inputs:
            target = ExpressionTarget(coefficient(left, name, formula.origin, inputs))
            own = tuple(
                replace(
                    link, decimals=None, others=(),
                    expression=coefficient(one, name, formula.origin, inputs),
                )
                for link, one in zip(links, others, strict=True)
            )  # fmt: skip
            one = self.chains.claim(target, own, text, place, Given(), forced=False)
            cases.append(Case(((f"the factor of d{name}", ""),), one))
        return together(tuple(cases))

    def with_direct_slope(self, claim: Claim, left: DerivativeTarget) -> Claim:
        """Return a claim for every t, with a doubt where it is right for the direct derivative.

        `∂h_t/∂w = x_t` says of each step what is its own: the paths through the steps before are
        left out, or forgotten.
        """
        alone = direct_slope(self.graph, left.top, left.bottom)
        if alone is None or left.expression is not None or left.further:
            return claim
        own = [one.expression for one in claim.links if self.is_of_graph(one.expression)]
        if not any(same(self.truth, alone, one) for one in own):
            return claim
        said = f"right for what `{left.top}` has of `{left.bottom}` directly, not along every path"
        return replace(claim, doubts=(*claim.doubts, said))

    def is_of_graph(self, expression: Expression) -> bool:
        """Tell whether all names in an expression are nodes of the graph."""
        return all(name in self.graph.index for name in variables(expression))


def together(cases: tuple[Case, ...]) -> Claim:
    """Return the claim that one with a free index is, whatever the number of its values."""
    first = cases[0].claim
    return replace(first, cases=cases) if len(cases) > 1 else first


def is_new(left: Target | None, scope: Scope) -> bool:
    """Tell whether a left side is a name that has no meaning yet."""
    return isinstance(left, NameTarget) and scope.name(left.name) is None
