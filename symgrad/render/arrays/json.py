"""A derivation with arrays as JSON: every formula with text, LaTeX, shape and NumPy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.arrays.tensors import Tensor
from symgrad.expression.arrays.print_ascii import AsciiArrayPrinter
from symgrad.expression.arrays.print_latex import LatexArrayPrinter
from symgrad.expression.arrays.print_numpy import NumpyArrayPrinter, identifier
from symgrad.expression.arrays.print_text import TextPrinter
from symgrad.expression.arrays.size import Shape
from symgrad.expression.arrays.tree import Array
from symgrad.render.arrays.index_rows import IndexRow, index_sides
from symgrad.render.arrays.sheet import (
    ArrayBlock,
    ArrayEdge,
    ArrayRow,
    Item,
    headline,
    notes,
)

SCHEMA = "symgrad.derivation/1"


class _ArrayJsonWriter:
    """Prints formulas in every notation of the schema."""

    def __init__(self, names: Sequence[str]) -> None:
        self.text = TextPrinter(names)
        self.ascii = AsciiArrayPrinter(names)
        self.latex = LatexArrayPrinter(names)
        self.numpy = NumpyArrayPrinter()

    def formula(self, tree: Array) -> dict[str, Any]:
        """Return the entries of a formula."""
        return {
            "text": self.text.expression(tree),
            "formula": self.ascii.expression(tree),
            "latex": self.latex.expression(tree),
            "shape": _shape(tree.shape),
            "numpy": self.numpy.expression(tree),
        }


def _shape(shape: Shape) -> list[str]:
    return [str(size) for size in shape]


def json_of(d: ArrayDerivation, *, limit: int = 12) -> str:
    """Return a derivation as JSON: every formula with text, latex, shape and numpy."""
    write = _ArrayJsonWriter(d.names)
    graph = d.array_graph
    content = {
        "schema": SCHEMA,
        "title": graph.title,
        "objective": graph.objective,
        "sense": "maximize" if graph.maximize else "minimize",
        "sizes": list(graph.sizes),
        **_inputs_json(d, write),
        "equations": [
            {
                "name": node.name,
                "identifier": identifier(node.name),
                **write.formula(graph.trees[node.name]),
                "numpy": write.numpy.definition(graph.variables[node.name], graph.trees[node.name]),
            }
            for node in graph.ordered
        ],
        "paths": _paths_json(d, limit),
        "sensitivities": [
            {
                "name": item.name,
                "identifier": identifier(item.name),
                "node": item.node,
                "of": graph.objective,
                **write.formula(item.value),
            }
            for item in d.array_sensitivities
        ],
        "jacobians" if d.jacobian else "gradients": [
            *({"parameter": name, **write.formula(tree)} for name, tree in d.array_gradients),
            *(_tensor_json(item, d, write) for item in d.tensors),
        ],
        "assumptions": [item.text for item in graph.assumptions],
        "notes": notes(d),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _inputs_json(d: ArrayDerivation, write: _ArrayJsonWriter) -> dict[str, list[dict[str, Any]]]:
    """Return the entries of all inputs, by what they are."""
    graph = d.array_graph
    others = {
        "data": graph.data,
        "given": graph.given,
        "constants": [name for name in graph.constants if name not in graph.given],
    }
    named = {"parameters": list(d.wrt)}
    named |= {key: [name for name in names if name not in d.wrt] for key, names in others.items()}
    return {
        key: [
            {
                "name": name,
                "latex": write.latex.name(name),
                "numpy": identifier(name),
                "shape": _shape(graph.shape_of[name]),
                "default": None if (value := graph.index[name].default) is None else str(value),
            }
            for name in names
        ]
        for key, names in named.items()
    }


def _tensor_json(tensor: Tensor, d: ArrayDerivation, write: _ArrayJsonWriter) -> dict[str, Any]:
    """Return a derivative with three axes or more, and its product with a direction."""
    row = IndexRow(d.graph.objective, tensor)
    return {
        "parameter": tensor.parameter,
        "text": index_sides(row, write.text)[1],
        "latex": index_sides(row, write.latex)[1],
        "shape": list(d.gradients[tensor.parameter].shape),
        "rows": list(tensor.rows),
        "columns": list(tensor.columns),
        "direction": tensor.way,
        "product": write.formula(tensor.product),
    }


def _paths_json(d: ArrayDerivation, limit: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    left = limit
    for name in d.wrt:
        listed = d.paths(name, limit=left)
        left -= len(listed)
        found[name] = {"count": d.path_count(name), "listed": [list(path) for path in listed]}
    return found


def blocks_json(d: ArrayDerivation, blocks: Sequence[ArrayBlock]) -> str:
    """Return any other sheet as JSON."""
    write = _ArrayJsonWriter(d.names)
    sections = {block.key: [_item_json(item, write) for item in block.items] for block in blocks}
    content = {"schema": "symgrad.sheet/1", "title": headline(d), "sections": sections}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _item_json(item: Item, write: _ArrayJsonWriter) -> object:
    match item:
        case IndexRow():
            return {"parameter": item.tensor.parameter, "text": index_sides(item, write.text)[1]}
        case ArrayRow():
            along = {"along": item.along} if item.along else {}
            row = {"name": item.top, "parameter": item.bottom, **along}
            return {**row, **write.formula(item.tree)}
        case ArrayEdge():
            edge = {"node": item.node, "operand": item.operand, "adjoint": item.mark or None}
            return {**edge, **write.formula(item.tree)}
        case _:
            return item
