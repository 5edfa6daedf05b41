"""The worked lines of a step: which formulas are shown with which numbers, before any notation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from symgrad.algebra import add, mul, neg
from symgrad.analysis import consumers, depends_on_data
from symgrad.derivation import Derivation, Merge
from symgrad.errors import SymgradError
from symgrad.evaluate import OutsideDomain
from symgrad.expression import (
    Add,
    Div,
    Expression,
    Mul,
    Neg,
    Var,
    variables,
)
from symgrad.trace_numbers import Arithmetic, NotRational, Real
from symgrad.trace_step import Numbers, adjoints, local_value, value_of_expression

MARK = "∂:"  # a variable called "∂:J:a" stands for ∂J/∂a: no name of a graph holds a colon

Left = tuple[str, ...]  # (name,) or (top, bottom) of a partial derivative

MAX_BRANCHES = 8
MAX_NODES = 300  # a larger graph shows no branches of its merges


@dataclass(frozen=True, slots=True)
class Line:
    """One worked line: `left[0] = left[1] = … = formula = formula with numbers = value`.

    `section` is forward, sensitivity, merge, gradient or update; a line with a `label` is a part of
    the line above it: a branch of a merge, or the data part or the regularisation part of a
    gradient. `numbers` gives the value of every variable of the formula.
    """

    section: str
    left: tuple[Left, ...]
    formula: Expression | None
    value: Real
    numbers: tuple[tuple[str, Real], ...] = ()
    label: str = ""


def partial_mark(top: str, bottom: str) -> str:
    """Return the name of the variable that stands for ∂top/∂bottom in a line."""
    return f"{MARK}{top}:{bottom}"


def unmarked(name: str) -> tuple[str, str] | None:
    """Return top and bottom of a name made by `partial_mark`, or None for a plain name."""
    if not name.startswith(MARK):
        return None
    top, _, bottom = name.removeprefix(MARK).partition(":")
    return top, bottom


def worked_lines(
    derivation: Derivation, numbers: Numbers, arithmetic: Arithmetic
) -> tuple[Line, ...]:
    """Return the lines of one step, all but the update."""
    writer = _Writer(derivation, numbers, arithmetic)
    return (*writer.forward(), *writer.sensitivities(), *writer.merges(), *writer.gradients())


def data_dependent(derivation: Derivation) -> frozenset[str]:
    """Return the nodes and the sensitivities that depend on data."""
    found = set(depends_on_data(derivation.graph))
    for item in derivation.sensitivity_list:
        if not found.isdisjoint(item.form.formula.operands):
            found.add(item.name)
    return frozenset(found)


def split_by_data(
    expression: Expression, dependent: frozenset[str]
) -> tuple[Expression, Expression] | None:
    """Split a gradient into the part that depends on data and the rest; None if one is empty."""
    groups: tuple[list[Expression], list[Expression]] = ([], [])
    for term in _terms(expression, dependent):
        groups[0 if _depends(term, dependent) else 1].append(term)
    if not groups[0] or not groups[1]:
        return None
    data, rest = (terms[0] if len(terms) == 1 else add(*terms) for terms in groups)
    return data, rest


def _depends(expression: Expression, dependent: frozenset[str]) -> bool:
    return not dependent.isdisjoint(map(str, variables(expression)))


def _terms(e: Expression, dependent: frozenset[str]) -> Iterator[Expression]:
    """Yield the terms of a sum; a product with a mixed sum in it is multiplied out."""
    match e:
        case Add(terms):
            for term in terms:
                yield from _terms(term, dependent)
        case Neg(operand):
            yield from (neg(term) for term in _terms(operand, dependent))
        case Div(numerator, denominator) if not _depends(denominator, dependent):
            found = list(_terms(numerator, dependent))
            yield from [e] if len(found) == 1 else [Div(term, denominator) for term in found]
        case Mul(factors):
            places = [i for i, factor in enumerate(factors) if _depends(factor, dependent)]
            if len(places) != 1 or not isinstance(factors[places[0]], Add):
                yield e
                return
            before, after = factors[: places[0]], factors[places[0] + 1 :]
            for term in _terms(factors[places[0]], dependent):
                yield mul(*before, term, *after)
        case _:
            yield e


class _Writer:
    """Writes the lines of one step."""

    def __init__(self, derivation: Derivation, numbers: Numbers, arithmetic: Arithmetic) -> None:
        self.derivation = derivation
        self.graph = derivation.graph
        self.numbers = numbers
        self.known = numbers.known
        self.arithmetic = arithmetic
        self.users = consumers(derivation.graph)
        self.adjoints = adjoints(derivation, numbers.values, arithmetic)

    def line(
        self,
        section: str,
        left: Sequence[Left],
        formula: Expression,
        value: Real,
        label: str = "",
    ) -> Line:
        """Return a line; the numbers of its variables are looked up."""
        names = [str(name) for name in variables(formula)]
        return Line(
            section, tuple(left), formula, value,
            tuple((name, self.known[name]) for name in names), label,
        )  # fmt: skip

    def forward(self) -> Iterator[Line]:
        """Yield the equations."""
        for node in self.graph.equations:
            if node.formula is not None:
                value = self.numbers.values[node.name]
                yield self.line("forward", [(node.name,)], node.formula.expression, value)

    def sensitivities(self) -> Iterator[Line]:
        """Yield the named adjoints, and the branches where several meet in one."""
        for item in self.derivation.sensitivity_list:
            top = self.derivation.numerator(item.node)
            left = [(item.name,), (top, item.node)]
            value = self.numbers.sensitivities[item.name]
            yield self.line("sensitivity", left, item.form.expression, value)
            yield from self.branches("sensitivity", self.graph.objective, item.node, self.adjoints)

    def merges(self) -> Iterator[Line]:
        """Yield the merged derivatives with the contribution of each branch."""
        for merge in self.derivation.merges:
            value = value_of_expression(merge.factor, self.known, self.arithmetic)
            yield self.line("merge", [(merge.of, merge.node)], merge.factor, value)
            yield from self.branches("merge", merge.of, merge.node, self.below(merge))

    def below(self, merge: Merge) -> Mapping[str, Real]:
        """Return ∂of/∂node for the nodes between the two ends of a merge."""
        if len(self.graph.nodes) > MAX_NODES:
            return {}
        return adjoints(self.derivation, self.numbers.values, self.arithmetic, top=merge.of)

    def branches(
        self, section: str, top: str, node: str, found: Mapping[str, Real]
    ) -> Iterator[Line]:
        """Yield what each consumer of a node adds to ∂top/∂node, where there are several."""
        users = [user for user in self.users[node] if user in found]
        if not 1 < len(users) <= MAX_BRANCHES or len(self.graph.nodes) > MAX_NODES:
            return
        lines: list[Line] = []
        for user in users:
            try:
                local = local_value(
                    self.derivation, (user, node), self.numbers.values, self.arithmetic
                )
            except (OutsideDomain, NotRational, SymgradError):
                return
            if local == 0 and not self.reaches(user, node):
                continue
            lines.append(self.branch(section, (top, user, node), found[user], local))
        if len(lines) > 1:
            yield from lines

    def reaches(self, user: str, node: str) -> bool:
        """Tell whether a node has a derivative by an operand that is not 0 everywhere."""
        return bool(variables(self.derivation.local(user, node)))

    def branch(self, section: str, chain: tuple[str, str, str], above: Real, local: Real) -> Line:
        """Return the line of one branch top → user → node."""
        top, user, node = chain
        inner = partial_mark(user, node)
        if user == top:
            return Line(section, (), Var(inner), local, ((inner, local),), "directly")
        outer = partial_mark(top, user)
        product: Expression = Mul((Var(outer), Var(inner)))
        pair: dict[str, Real] = {outer: above, inner: local}
        value = value_of_expression(product, pair, self.arithmetic)
        return Line(section, (), product, value, tuple(pair.items()), f"through {user}")

    def gradients(self) -> Iterator[Line]:
        """Yield the gradients, each with its data part and regularisation part, or its branches."""
        dependent = data_dependent(self.derivation)
        for name, form in self.derivation.gradient_forms:
            expression = form.expression
            left = [(self.graph.objective, name)]
            yield self.line("gradient", left, expression, self.numbers.gradients[name])
            parts = split_by_data(expression, dependent)
            if parts is None:
                yield from self.branches("gradient", self.graph.objective, name, self.adjoints)
                continue
            for part, label in zip(parts, ("data part", "regularisation part"), strict=True):
                value = value_of_expression(part, self.known, self.arithmetic)
                yield self.line("gradient", [], part, value, label)
