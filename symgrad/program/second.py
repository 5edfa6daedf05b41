"""Second derivatives as statements: those of the Hessian, and of its product with a direction.

Both are the machine of `derivation.second`, whose graphs have the equations, the sensitivities and
the gradient as nodes, so that first and second derivatives share what they have in common.
"""

from __future__ import annotations

from dataclasses import dataclass

from symgrad.derivation.derivation import Derivation
from symgrad.derivation.second import hessian, hessian_vector_product
from symgrad.program.collecting import Collected
from symgrad.program.statements import Statement

KINDS = ("hessian", "hvp")


@dataclass(frozen=True, slots=True)
class Second:
    """Statements in order, the names of what they compute, and the inputs that they have besides.

    The results of a Hessian are its rows from the diagonal on, those of a product its components.
    """

    statements: tuple[Statement, ...]
    results: tuple[str, ...]
    direction: tuple[str, ...] = ()


def second_order(derivation: Derivation, kind: str) -> Second:
    """Return the statements of the Hessian (`hessian`) or of its product with a vector (`hvp`).

    >>> from symgrad.derivation.derive import derive
    >>> from symgrad.sources.text import parse
    >>> second_order(derive(parse("param a, b; J = a^2*b")), "hessian").results
    ('d2J_da_da', 'd2J_da_db', 'd2J_db_db')
    """
    known = {node.name for node in derivation.graph.nodes}
    objective = derivation.graph.objective
    if kind == "hvp":
        found = hessian_vector_product(derivation)
        direction = tuple(name for _, name in found.direction)
        collected = Collected({*known, *direction})
        names = [f"Hv_{name}" for name in derivation.wrt]
        results = collected.add(found.product, names)
        return Second(tuple(collected.statements), results, direction)
    collected = Collected(known)
    results = ()
    for row in hessian(derivation).rows:
        (first, *_) = row.wrt
        results += collected.add(row, [f"d2{objective}_d{first}_d{name}" for name in row.wrt])
    return Second(tuple(collected.statements), results)
