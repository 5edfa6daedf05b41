"""The worked lines of a step: which formulas are shown with which numbers, before any notation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from symgrad.derivation.analysis import consumers
from symgrad.derivation.derivation import Derivation, Merge
from symgrad.errors import SymgradError
from symgrad.expression.evaluate import OutsideDomain
from symgrad.expression.rationals import NotRational
from symgrad.expression.tree import Expression, Mul, Var, variables
from symgrad.trace.numbers import Arithmetic, Real
from symgrad.trace.parts import split_gradient
from symgrad.trace.step import StepNumbers, adjoints, local_value, value_of_expression

Left = tuple[str, ...]  # (name,) or (top, bottom) of a partial derivative

MAX_BRANCHES = 8
PARTS = ("data part", "regularisation part")
MAX_NODES = 300  # a larger graph shows no branches of its merges


class PartialName(str):
    """The name of a variable that stands for ∂top/∂bottom; no node has such a name."""

    __slots__ = ("bottom", "top")
    top: str
    bottom: str

    def __new__(cls, top: str, bottom: str) -> PartialName:  # noqa: PYI034  (Self is of 3.11)
        """Return the name for a derivative of one node by another."""
        name = super().__new__(cls, f"∂{top}/∂{bottom}")
        name.top, name.bottom = top, bottom
        return name

    def __reduce__(self) -> tuple[type[PartialName], tuple[str, str]]:
        return PartialName, (self.top, self.bottom)


@dataclass(frozen=True, slots=True)
class WorkedLine:
    """One worked line: `left[0] = left[1] = … = formula = formula with numbers = value`.

    `section` is forward, sensitivity, merge, gradient or update. A line with a `label` or a node
    that it leads `through` is a part of the line above it: a branch of a merge, or the data part or
    the regularisation part of a gradient. `numbers` gives the value of every variable of the
    formula.
    """

    section: str
    left: tuple[Left, ...]
    formula: Expression | None
    value: Real
    numbers: tuple[tuple[str, Real], ...] = ()
    label: str = ""
    through: str = ""

    @property
    def is_part(self) -> bool:
        """Whether the line is a part of the one above it."""
        return bool(self.label or self.through)

    def labelled(self, name: Callable[[str], str]) -> str:
        """Return what stands before a part, the node in it printed by `name`."""
        return f"through {name(self.through)}" if self.through else self.label


class LineWriter:
    """Writes the lines of one step.

    `without_data` is the part of each gradient that comes from terms without data, where there is
    one (see `symgrad.derivation.regularisation`); `own` are the adjoints of the nodes.
    """

    def __init__(
        self,
        derivation: Derivation,
        numbers: StepNumbers,
        arithmetic: Arithmetic,
        without_data: Mapping[str, Expression],
        own: Mapping[str, Real],
    ) -> None:
        self.without_data = without_data
        self.adjoints = own
        self.derivation = derivation
        self.graph = derivation.graph
        self.numbers = numbers
        self.known = numbers.known
        self.arithmetic = arithmetic
        self.users = consumers(derivation.graph)

    def lines(self) -> Iterator[WorkedLine]:
        """Yield the lines of the step, all but the update."""
        yield from chain(self.forward(), self.sensitivities(), self.merges(), self.gradients())

    def line(
        self,
        section: str,
        left: Sequence[Left],
        formula: Expression,
        value: Real,
        label: str = "",
    ) -> WorkedLine:
        """Return a line; the numbers of its variables are looked up."""
        names = [str(name) for name in variables(formula)]
        return WorkedLine(
            section, tuple(left), formula, value,
            tuple((name, self.known[name]) for name in names), label,
        )  # fmt: skip

    def forward(self) -> Iterator[WorkedLine]:
        """Yield the equations."""
        for node in self.graph.ordered:
            if node.formula is not None:
                value = self.numbers.values[node.name]
                yield self.line("forward", [(node.name,)], node.formula.expression, value)

    def sensitivities(self) -> Iterator[WorkedLine]:
        """Yield the named adjoints, and the branches where several meet in one."""
        for item in self.derivation.sensitivity_list:
            top = self.derivation.numerator(item.node)
            left = [(item.name,), (top, item.node)]
            value = self.numbers.sensitivities[item.name]
            yield self.line("sensitivity", left, item.form.expression, value)
            yield from self.branches("sensitivity", self.graph.objective, item.node, self.adjoints)

    def merges(self) -> Iterator[WorkedLine]:
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
    ) -> Iterator[WorkedLine]:
        """Yield what each consumer of a node adds to ∂top/∂node, where there are several."""
        users = [user for user in self.users[node] if user in found]
        if not 1 < len(users) <= MAX_BRANCHES or len(self.graph.nodes) > MAX_NODES:
            return
        lines: list[WorkedLine] = []
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

    def branch(
        self, section: str, chain: tuple[str, str, str], above: Real, local: Real
    ) -> WorkedLine:
        """Return the line of one branch top → user → node."""
        top, user, node = chain
        inner = PartialName(user, node)
        if user == top:
            return WorkedLine(section, (), Var(inner), local, ((inner, local),), "directly")
        outer = PartialName(top, user)
        product: Expression = Mul((Var(outer), Var(inner)))
        pair: dict[str, Real] = {outer: above, inner: local}
        value = value_of_expression(product, pair, self.arithmetic)
        return WorkedLine(section, (), product, value, tuple(pair.items()), through=user)

    def gradients(self) -> Iterator[WorkedLine]:
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
