"""Second derivatives as statements: those of the Hessian, and of its product with a direction.

Both are the machine of `derivation.second`, whose graphs have the equations, the sensitivities and
the gradient as nodes, so that first and second derivatives share what they have in common.
"""

from __future__ import annotations

from dataclasses import dataclass

from symgrad.derivation.derivation import Derivation
from symgrad.derivation.second import hessian, hessian_vector_product
from symgrad.expression.identity import remembered
from symgrad.expression.tree import ZERO
from symgrad.program.collecting import Collected
from symgrad.program.statements import Statement

KINDS = ("hessian", "hessian_sparse", "hvp")


@dataclass(frozen=True, slots=True)
class Second:
    """Statements in order, the names of what they compute, and the inputs that they have besides.

    The results of a Hessian are its rows from the diagonal on, those of a product its components. A
    sparse one leaves out what is 0: `pattern` tells the columns of the rest, row by row.
    """

    statements: tuple[Statement, ...]
    results: tuple[str, ...]
    direction: tuple[str, ...] = ()
    pattern: tuple[tuple[int, ...], ...] = ()


@remembered
def second_order(derivation: Derivation, kind: str) -> Second:
    """Return the statements of a Hessian, dense or sparse, or of its product with a vector.

    >>> from symgrad.derivation.derive import derive
    >>> from symgrad.sources.text import parse
    >>> second_order(derive(parse("param a, b; J = a^2*b")), "hessian").results
    ('d2J_da_da', 'd2J_da_db', 'd2J_db_db')
    >>> second_order(derive(parse("param a, b; J = a^2 + b^3")), "hessian_sparse").pattern
    ((0,), (1,))
    """
    known = {node.name for node in derivation.graph.nodes}
    objective = derivation.graph.objective
    if kind == "hvp":
        found = hessian_vector_product(derivation)
        direction = tuple(name for _, name in found.direction)
        collected = Collected({*known, *direction})
        product = collected.add(found.product, [f"Hv_{name}" for name in derivation.wrt])
        return Second(tuple(collected.statements), product, direction)
    collected = Collected(known)
    results: tuple[str, ...] = ()
    pattern: list[list[int]] = [[] for _ in derivation.wrt]
    for i, row in enumerate(hessian(derivation).rows):
        (first, *_) = row.wrt
        names = collected.add(row, [f"d2{objective}_d{first}_d{name}" for name in row.wrt])
        for j, (name, (_, form)) in enumerate(zip(names, row.gradient_forms, strict=True), i):
            if kind == "hessian" or form.expression != ZERO:
                results += (name,)
                for place, other in {(i, j), (j, i)}:
                    pattern[place].append(other)
    rows = tuple(tuple(sorted(columns)) for columns in pattern)
    return Second(tuple(collected.statements), results, (), rows)
