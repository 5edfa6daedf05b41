"""The derivation of a graph with arrays: sensitivities and gradients as array trees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import NamedTuple, cast

from symgrad.derivation.arrays.tensors import Tensor
from symgrad.derivation.derivation import Derivation
from symgrad.expression.arrays import leaves
from symgrad.expression.arrays.size import Shape
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import Array
from symgrad.graph.arrays import ArrayGraph

_WRITER = "symgrad.render.arrays.documents"  # far above: imported when something is to be shown


class ArraySensitivity(NamedTuple):
    """A named adjoint: `name` stands for ∂objective/∂`node`, or by the argument of its function."""

    name: str
    node: str
    value: Array
    argument: Array | None = None


@dataclass(frozen=True)
class ArrayFormula:
    """A formula that prints itself; `shape` is that of its value."""

    tree: Array
    graph: ArrayGraph

    @property
    def shape(self) -> tuple[str, ...]:
        """The sizes of the axes, as text."""
        return tuple(map(str, self.tree.shape))

    def __str__(self) -> str:
        return str(import_module(_WRITER).formula_text(self.tree, self.graph))

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return f"${import_module(_WRITER).formula_latex(self.tree, self.graph)}$"


@dataclass(frozen=True)
class TensorFormula:
    """A derivative with three axes or more: it prints itself entry by entry.

    `product` is the change of the value along a direction, named `d` and the parameter.
    """

    tensor: Tensor
    graph: ArrayGraph

    @property
    def shape(self) -> tuple[str, ...]:
        """The sizes of the axes, as text: those of the value, then those of the parameter."""
        of = self.graph.shape_of
        return tuple(map(str, (*of[self.graph.objective], *of[self.tensor.parameter])))

    @property
    def product(self) -> ArrayFormula:
        """The change along a direction."""
        return ArrayFormula(self.tensor.product, self.graph)

    def __str__(self) -> str:
        return str(import_module(_WRITER).tensor_text(self.tensor, self.graph))

    __repr__ = __str__

    def _repr_latex_(self) -> str:
        return f"${import_module(_WRITER).tensor_latex(self.tensor, self.graph)}$"


Formula = ArrayFormula | TensorFormula


class _Formulas(Mapping[str, Formula]):
    """Formulas by the name of the parameter, in any spelling of it."""

    def __init__(self, graph: ArrayGraph, found: Mapping[str, Formula]) -> None:
        self._graph = graph
        self._found = found

    def __getitem__(self, name: str) -> Formula:
        return self._found[name if name in self._found else self._graph.resolve(name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


@dataclass(frozen=True)
class ArrayDerivation(Derivation):
    """The gradient of a graph with arrays.

    `array_sensitivities` runs from the objective down and `array_gradients` over `wrt` in order. Of
    an objective that is an array, they are the derivatives of every entry; `tensors` holds those
    with three axes and more.
    """

    array_sensitivities: tuple[ArraySensitivity, ...] = ()
    array_gradients: tuple[tuple[str, Array], ...] = ()
    jacobian: bool = False
    tensors: tuple[Tensor, ...] = ()

    @property
    def array_graph(self) -> ArrayGraph:
        """The graph, known to be one with arrays."""
        return cast("ArrayGraph", self.graph)

    @property
    def names(self) -> list[str]:
        """Every name that formulas use: of nodes, and of sensitivities."""
        return [*self.graph.index, *(item.name for item in self.array_sensitivities)]

    @cached_property
    def gradients(self) -> Mapping[str, Formula]:
        """Parameter name → formula, which prints as a person writes it."""
        graph = self.array_graph
        found: dict[str, Formula] = {n: ArrayFormula(t, graph) for n, t in self.array_gradients}
        found |= {item.parameter: TensorFormula(item, graph) for item in self.tensors}
        return _Formulas(graph, {name: found[name] for name in self.wrt if name in found})

    @cached_property
    def sensitivities(self) -> Mapping[str, tuple[str, ArrayFormula]]:
        """Sensitivity name such as "δ" → (node, formula)."""
        return {
            item.name: (item.node, ArrayFormula(item.value, self.array_graph))
            for item in self.array_sensitivities
        }

    def written_out(self, parameter: str, *, to_inputs: bool = False) -> Array:
        """Return a gradient in which no sensitivity stands, and no node either `to_inputs`."""
        graph = self.array_graph
        values: dict[Array, Array] = {}
        for node in graph.ordered if to_inputs else ():
            values[graph.variables[node.name]] = substituted(graph.trees[node.name], values)
        for item in self.array_sensitivities:
            values[leaves.name(item.name, item.value.shape)] = substituted(item.value, values)
        return substituted(dict(self.array_gradients)[parameter], values)

    def shape(self, name: str) -> Shape:
        """Return the shape of a node."""
        return self.array_graph.shape_of[self.graph.resolve(name)]

    def text(self) -> str:
        """Return what `symgrad derive` prints."""
        return str(import_module(_WRITER).text_of(self))

    def latex(self) -> str:
        """Return the derivation as LaTeX."""
        return str(import_module(_WRITER).latex_of(self))

    def markdown(self) -> str:
        """Return the derivation as Markdown."""
        return str(import_module(_WRITER).markdown_of(self))

    def to_json(self) -> str:
        """Return the derivation as JSON."""
        return str(import_module(_WRITER).json_of(self))

    def __str__(self) -> str:
        return self.text()
