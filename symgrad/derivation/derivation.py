"""The derivation: sensitivities, merged derivatives and gradients of a graph, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from symgrad.derivation import analysis
from symgrad.derivation.calculus import LocalDerivative, kinks_of, local_derivatives
from symgrad.derivation.forms import LinearPattern
from symgrad.derivation.lookup import LazyMapping
from symgrad.derivation.relations import Note
from symgrad.errors import LimitExceeded, UnknownName, free_name
from symgrad.expression.identity import ByIdentity, distinct
from symgrad.expression.rebuilding import tidy
from symgrad.expression.symbolic import to_sympy
from symgrad.expression.tree import ZERO, Expression, Formula, Var, placed, substitute, walk
from symgrad.graph.display import Typeset, written
from symgrad.graph.graph import Graph, Node

if TYPE_CHECKING:
    import sympy

MAX_EXPANDED = 50_000


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a linear form: a factor (in names) times a sensitivity, or alone."""

    sensitivity: str | None
    factor: Expression


class Form(NamedTuple):
    """A derivative of the objective: a linear pattern, and the names that stand in it."""

    pattern: LinearPattern
    operands: tuple[str, ...]

    @property
    def formula(self) -> Formula:
        """The whole form as a pattern and its operands."""
        return Formula(self.pattern.total, self.operands)

    @property
    def expression(self) -> Expression:
        """The whole formula as an expression in names."""
        return self.formula.expression

    @property
    def terms(self) -> tuple[Term, ...]:
        """The formula term by term: the δ terms first, the part without a δ last."""
        names = self.operands
        renaming: dict[str | int, Expression] = {i: Var(name) for i, name in enumerate(names)}
        return tuple(
            Term(None if place is None else names[place], substitute(factor, renaming))
            for place, factor in self.pattern.terms
        )


class Sensitivity(NamedTuple):
    """A named adjoint: `name` stands for ∂objective/∂`node`, which is `form`."""

    name: str
    node: str
    form: Form


@dataclass(frozen=True, slots=True)
class Merge:
    """Branches that meet at `node`: ∂`of`/∂`node`, summed over them, in named intermediates."""

    node: str
    of: str
    factor: Expression


@dataclass(frozen=True)
class Derivation(Typeset):
    """The closed-form gradient of a graph's objective with respect to the parameters `wrt`.

    `sensitivity_list` runs from the objective down and `gradient_forms` over `wrt` in order; the
    mappings give the same as SymPy expressions, built when asked for.
    """

    graph: Graph
    wrt: tuple[str, ...]
    sensitivity_list: tuple[Sensitivity, ...]
    gradient_forms: tuple[tuple[str, Form], ...]
    merges: tuple[Merge, ...]
    reached: frozenset[str]  # the nodes on a path from the objective to a parameter
    unit_nodes: frozenset[str]  # those of them whose adjoint is 1
    notes: tuple[Note, ...] = ()

    @cached_property
    def gradients(self) -> Mapping[str, sympy.Expr]:
        """Parameter name → SymPy expression in inputs, intermediates and sensitivities."""
        return LazyMapping(self.wrt, lambda name: self._sympy(self.form(name).expression))

    @cached_property
    def sensitivities(self) -> Mapping[str, tuple[str, sympy.Expr]]:
        """Sensitivity name such as "δ" → (node, SymPy expression)."""
        found = {item.name: item for item in self.sensitivity_list}
        return LazyMapping(
            found, lambda name: (found[name].node, self._sympy(found[name].form.expression))
        )

    @cached_property
    def local_derivatives(self) -> Mapping[tuple[str, str], sympy.Expr]:
        """(node, operand) → SymPy expression of ∂node/∂operand, in named intermediates."""
        edges = [
            (node.name, operand)
            for node in self.graph.ordered
            if node.formula is not None
            for operand in node.formula.operands
        ]
        return LazyMapping(edges, lambda edge: self._sympy(self.local(*edge)))

    def text(self) -> str:
        """Return what `symgrad derive` prints; `print(derivation)` shows the same."""
        return written(self, "text")

    def latex(self) -> str:
        """Return the formulas as LaTeX that needs no package."""
        return written(self, "latex")

    def markdown(self) -> str:
        """Return the formulas as Markdown with `$` formulas."""
        return written(self, "markdown")

    def to_json(self) -> str:
        """Return the formulas as JSON, in the schema of `symgrad derive --format json`."""
        return written(self, "json")

    def __str__(self) -> str:
        return self.text().rstrip("\n")

    def _sympy(self, expression: Expression) -> sympy.Expr:
        return to_sympy(expression, dict(self.graph.symbols))

    def local(self, node: str, operand: str, *, short: bool = True) -> Expression:
        """Return the local derivative ∂node/∂operand as an expression in names.

        `short` allows the node's own value in it: 1 - h^2 for h = tanh(z). Raises UnknownName for
        an edge that the graph does not have.
        """
        source = self.graph[node]
        target = self.graph.resolve(operand)
        place = self._places(source).get(target)
        if source.formula is None or place is None:
            raise UnknownName(f"`{operand}` is not an operand of `{node}`")
        rules = self._rules.get(source.formula.pattern)
        if rules is None:
            rules = local_derivatives(source.formula.pattern)
            self._rules[source.formula.pattern] = rules
        return _instantiated(rules.get(place), source, short=short)

    @cached_property
    def _rules(self) -> ByIdentity[Expression, dict[int, LocalDerivative]]:
        return ByIdentity()  # nodes of one shape share one pattern

    @cached_property
    def _known_places(self) -> dict[str, dict[str, int]]:
        return {}

    def _places(self, node: Node) -> dict[str, int]:
        """Return the operands of a node with their positions."""
        found = self._known_places.get(node.name)
        if found is None:
            operands = () if node.formula is None else node.formula.operands
            found = {name: place for place, name in enumerate(operands)}
            self._known_places[node.name] = found
        return found

    @cached_property
    def _forms(self) -> Mapping[str, Form]:
        return dict(self.gradient_forms)

    def form(self, parameter: str) -> Form:
        """Return the gradient by one parameter, term by term."""
        return self._forms[self._parameter(parameter)]

    def _parameter(self, name: str) -> str:
        found = self.graph.resolve(name)
        if found not in self._forms:
            known = ", ".join(f"`{parameter}`" for parameter in self.wrt[:12])
            raise UnknownName(
                f"the derivation has no gradient by `{name}`", help=f"it has gradients by {known}"
            )
        return found

    def paths(self, parameter: str, *, limit: int | None = 1000) -> list[tuple[str, ...]]:
        """Return the paths from the objective down to a parameter, at most `limit` of them.

        Paths are in lexicographic order of the definition of their nodes.
        """
        target = self.graph.resolve(parameter)
        return list(analysis.paths(self.graph, target, limit=limit, operands=self._operands))

    @cached_property
    def _operands(self) -> Mapping[str, tuple[str, ...]]:
        return analysis.operands_by_node(self.graph)

    def path_count(self, parameter: str) -> int:
        """Return the exact number of paths from the objective to a parameter."""
        return self._path_counts.get(self.graph.resolve(parameter), 0)

    @cached_property
    def _path_counts(self) -> Mapping[str, int]:
        return analysis.path_counts_from_objective(self.graph)

    @cached_property
    def consumers(self) -> Mapping[str, tuple[str, ...]]:
        """The equations that use each node, in order of definition."""
        return analysis.consumers(self.graph)

    @cached_property
    def _dominators(self) -> Mapping[str, str]:
        return analysis.immediate_dominators(self.graph)

    def numerator(self, node: str) -> str:
        """Return the node T, as near to `node` as can be, for which ∂objective/∂node = ∂T/∂node.

        That is the last node that every path to `node` passes and whose own adjoint is 1.
        """
        current = self.graph.resolve(node)
        passed: list[str] = []
        while current not in self._numerators and current in self._dominators:
            passed.append(current)
            current = self._dominators[current]
            if current in self.unit_nodes:
                break
        else:
            current = self._numerators.get(current, self.graph.objective)
        self._numerators.update(dict.fromkeys(passed, current))
        return current

    @cached_property
    def _numerators(self) -> dict[str, str]:
        return {}

    @cached_property
    def kinks(self) -> tuple[str, ...]:
        """The conventions at kinks that this derivation relies on."""
        formulas = [node.formula for node in self.graph.ordered if node.formula is not None]
        patterns = distinct(formula.pattern for formula in formulas)
        return tuple(dict.fromkeys(kink for pattern in patterns for kink in kinks_of(pattern)))

    def expand(self, parameter: str) -> sympy.Expr:
        """Return the gradient in parameters and inputs only, as a SymPy expression.

        Raises LimitExceeded when it would have more than 50,000 operations.
        """
        return self._sympy(self.expanded(parameter))

    def expanded(self, parameter: str) -> Expression:
        """Return the gradient in parameters and inputs only, as a tree."""
        form = self.form(parameter)
        definitions = {node.name: node.formula for node in self.graph.ordered}
        definitions |= {item.name: item.form.formula for item in self.sensitivity_list}
        sizes: dict[str, int] = {}
        trees: dict[str | int, Expression] = {}
        for name in _in_order(form.formula, definitions):
            formula = definitions[name]
            if formula is not None:
                sizes[name] = _expanded_size(formula, sizes)
                trees[name] = substitute(formula.expression, trees)
        _expanded_size(form.formula, sizes)
        return tidy(substitute(form.expression, trees))

    def as_graph(self, parameter: str) -> Graph:
        """Return the graph of ∂objective/∂parameter, ready to be derived once more.

        Its equations are those of this graph that the gradient needs, one for each sensitivity, and
        one named like `dJ_da` for the gradient, which is the objective.
        """
        name = self._parameter(parameter)
        return analysis.pruned(self._with_gradients((name,)), gradient_name(self.graph, name))

    def gradient_graph(self) -> Graph:
        """Return this graph with an equation for every sensitivity and gradient, in that order."""
        return self._with_gradients(self.wrt)

    def _with_gradients(self, parameters: tuple[str, ...]) -> Graph:
        forms = [(item.name, item.form) for item in self.sensitivity_list]
        forms += [(gradient_name(self.graph, name), self.form(name)) for name in parameters]
        nodes = tuple(Node(name, "equation", form.formula) for name, form in forms)
        return analysis.extended(self.graph, nodes, nodes[-1].name)


def gradient_name(graph: Graph, parameter: str) -> str:
    """Return a free name for ∂objective/∂parameter, such as `dJ_da`."""
    return free_name(f"d{graph.objective}_d{parameter}", graph.index)


def local_derivative(node: Node, operand: str, *, short: bool = True) -> Expression:
    """Return ∂node/∂operand as an expression in names; 0 where the node does not depend on it."""
    if node.formula is None:
        return ZERO
    rule = local_derivatives(node.formula.pattern).get(node.formula.operands.index(operand))
    return _instantiated(rule, node, short=short)


def _instantiated(rule: LocalDerivative | None, node: Node, *, short: bool) -> Expression:
    """Return a local derivative of a shape with the names of one node put in."""
    if rule is None or node.formula is None:
        return ZERO
    picked = rule.short if short else rule.direct
    names = [node.formula.operands[i] if i >= 0 else node.name for i in picked.positions]
    return placed(picked.pattern, names)


def _in_order(start: Formula, definitions: Mapping[str, Formula | None]) -> list[str]:
    """Return the defined names that a formula needs, each after those that it needs itself."""
    done: dict[str, None] = {}
    stack = [name for name in reversed(start.operands) if name in definitions]
    while stack:
        formula = definitions[stack[-1]]
        operands = () if formula is None else formula.operands
        waiting = [name for name in operands if name in definitions and name not in done]
        if waiting:
            stack.extend(reversed(waiting))
        else:
            done.setdefault(stack.pop())
    return list(done)


def _expanded_size(formula: Formula, sizes: Mapping[str, int]) -> int:
    total = 0
    for part in walk(formula.pattern):
        key = part.key if isinstance(part, Var) else None
        total += sizes.get(formula.operands[int(key)], 1) if key is not None else 1
    if total > MAX_EXPANDED:
        raise LimitExceeded(
            f"the expanded gradient has more than {MAX_EXPANDED:,} operations",
            help="use the form in named intermediates, which grows only with the graph",
        )
    return total
