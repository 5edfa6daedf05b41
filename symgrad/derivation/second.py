"""Second order from the same machine: the gradient as a graph, derived once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from symgrad.derivation import analysis
from symgrad.derivation.derivation import Derivation, Form
from symgrad.derivation.derive import derive
from symgrad.derivation.lookup import LazyMapping
from symgrad.errors import free_name
from symgrad.expression.algebra import add, mul
from symgrad.expression.symbolic import to_sympy
from symgrad.expression.tree import Expression, Var, formula_of
from symgrad.graph.arrays import refuse_arrays
from symgrad.graph.graph import Graph, Node

if TYPE_CHECKING:
    import sympy


@dataclass(frozen=True)
class Hessian:
    """The matrix of second derivatives of an objective.

    `rows` holds for each parameter the derivation of its gradient; row i covers the parameters from
    i on, since the matrix is symmetric. The sensitivities of row a are named ε_a….
    """

    derivation: Derivation
    rows: tuple[Derivation, ...]

    def form(self, first: str, second: str) -> Form:
        """Return ∂²objective/∂first∂second in named intermediates and sensitivities."""
        graph, wrt = self.derivation.graph, self.derivation.wrt
        places = sorted((wrt.index(graph.resolve(first)), wrt.index(graph.resolve(second))))
        return self.rows[places[0]].form(wrt[places[1]])

    @cached_property
    def entries(self) -> Mapping[tuple[str, str], sympy.Expr]:
        """(parameter, parameter) → SymPy expression, for every pair in both orders."""
        wrt = self.derivation.wrt
        return LazyMapping([(a, b) for a in wrt for b in wrt], self._entry)

    def _entry(self, pair: tuple[str, str]) -> sympy.Expr:
        return to_sympy(self.form(*pair).expression, dict(self.derivation.graph.symbols))

    def expanded(self, first: str, second: str) -> Expression:
        """Return a second derivative in parameters and inputs only. Raises LimitExceeded."""
        wrt = self.derivation.wrt
        graph = self.derivation.graph
        places = sorted((wrt.index(graph.resolve(first)), wrt.index(graph.resolve(second))))
        return self.rows[places[0]].expanded(wrt[places[1]])


def hessian(d: Derivation) -> Hessian:
    """Derive the matrix of second derivatives with respect to the derivation's parameters.

    >>> from symgrad.sources.text import parse
    >>> h = hessian(derive(parse("param a, b; data x; u = a*x + b; J = u^3")))
    >>> h.entries["a", "b"], h.rows[0].sensitivities["ε_a"]
    (ε_a, ('u', 6*u*x))
    """
    refuse_arrays(d.graph, "this function")
    rows = tuple(derive(d.as_graph(name), d.wrt[i:], label=name) for i, name in enumerate(d.wrt))
    return Hessian(d, rows)


@dataclass(frozen=True)
class HessianVectorProduct:
    """H·v for a direction v: `direction` names the component of v for each parameter."""

    derivation: Derivation
    direction: tuple[tuple[str, str], ...]
    product: Derivation

    def form(self, parameter: str) -> Form:
        """Return the component of H·v that belongs to one parameter."""
        return self.product.form(parameter)


def hessian_vector_product(d: Derivation) -> HessianVectorProduct:
    """Derive H·v without the matrix: the gradient of Σ v·∂objective/∂parameter.

    The cost grows linearly with the graph. Source: B. A. Pearlmutter, Fast Exact Multiplication by
    the Hessian, Neural Computation 6 (1994).
    """
    refuse_arrays(d.graph, "this function")
    direction = direction_names(d.graph, d.wrt)
    graph = d.gradient_graph()
    slopes = [graph.nodes[i - len(d.wrt)].name for i in range(len(d.wrt))]
    total = add(*(mul(Var(v), Var(slope)) for v, slope in zip(direction, slopes, strict=True)))
    name = free_name("Hv", graph.index)
    inputs = tuple(Node(v, "data") for v in direction)
    whole = analysis.extended(graph, (*inputs, Node(name, "equation", formula_of(total))), name)
    product = derive(analysis.pruned(whole, name), d.wrt, label="v")
    return HessianVectorProduct(d, tuple(zip(d.wrt, direction, strict=True)), product)


def direction_names(graph: Graph, wrt: tuple[str, ...]) -> list[str]:
    """Return a free name for the component of a direction that belongs to each parameter."""
    return [free_name(f"v_{name}", graph.index) for name in wrt]
