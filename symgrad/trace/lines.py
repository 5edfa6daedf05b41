"""The worked lines of a step: which formulas are shown with which numbers, before any notation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from symgrad.derivation.analysis import consumers
from symgrad.derivation.derivation import Derivation, Merge
from symgrad.errors import SymgradError
from symgrad.expression.evaluate import OutsideDomain
from symgrad.expression.rationals import NotRational
from symgrad.expression.tree import Expression, Mul, Var, variables
from symgrad.trace.numbers import Arithmetic, Real
from symgrad.trace.parts import split_gradient
from symgrad.trace.step import Numbers, adjoints, local_value, value_of_expression

MARK = "∂:"  # a variable called "∂:J:a" stands for ∂J/∂a: no name of a graph holds a colon

Left = tuple[str, ...]  # (name,) or (top, bottom) of a partial derivative

MAX_BRANCHES = 8
THROUGH = "through "
PARTS = ("data part", "regularisation part")
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
    derivation: Derivation,
    numbers: Numbers,
    arithmetic: Arithmetic,
    without_data: Mapping[str, Expression],
) -> tuple[Line, ...]:
    """Return the lines of one step, all but the update.

    `without_data` is the part of each gradient that comes from terms without data, where there is
    one (see `symgrad.trace.parts`).
    """
    writer = _Writer(derivation, numbers, arithmetic, without_data)
    return (*writer.forward(), *writer.sensitivities(), *writer.merges(), *writer.gradients())


class _Writer:
    """Writes the lines of one step."""

    def __init__(
        self,
        derivation: Derivation,
        numbers: Numbers,
        arithmetic: Arithmetic,
        without_data: Mapping[str, Expression],
    ) -> None:
        self.without_data = without_data
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
        for node in self.graph.ordered:
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
        return Line(section, (), product, value, tuple(pair.items()), f"{THROUGH}{user}")

    def gradients(self) -> Iterator[Line]:
        """Yield the gradients, each with its data part and regularisation part, or its branches."""
        for name, form in self.derivation.gradient_forms:
            expression = form.expression
            left = [(self.graph.objective, name)]
            yield self.line("gradient", left, expression, self.numbers.gradients[name])
            apart = self.without_data.get(name)
            parts = None if apart is None else split_gradient(expression, apart)
            for part, label in zip(parts or (), PARTS, strict=False):
                value = value_of_expression(part, self.known, self.arithmetic)
                yield self.line("gradient", [], part, value, label)
            # Of two branches one carries the data and the other the regularisation.
            if parts is None or len(self.users[name]) > len(parts):
                yield from self.branches("gradient", self.graph.objective, name, self.adjoints)
