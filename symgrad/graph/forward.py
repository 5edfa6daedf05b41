"""The forward pass: the value of every node, at any precision."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symgrad.expression.evaluate import DIGITS, Decimals, Real
from symgrad.graph.graph import Graph


def forward(
    graph: Graph, inputs: Mapping[str, Fraction | float], *, digits: int = DIGITS
) -> dict[str, Real]:
    """Return the value of every node at the given inputs, as mpmath numbers.

    `inputs` maps every parameter, data input and constant to a number. Raises OutsideDomain where a
    node has no real value.
    """
    evaluator = Decimals(digits)
    values: dict[str | int, Real] = {
        graph.resolve(name): evaluator.number(value) for name, value in inputs.items()
    }
    for node in graph.ordered:
        if node.formula is not None:
            operands: dict[str | int, Real] = {
                i: values[name] for i, name in enumerate(node.formula.operands)
            }
            values[node.name] = evaluator.value(node.formula.pattern, operands)
    return {str(name): value for name, value in values.items()}
