"""Linear facts: does a system of linear inequalities have a solution?

Fourier-Motzkin elimination over the rationals, exact and small. The unknowns are monomials, each
taken as free; so "no solution" is certain, and "perhaps" is not.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

_MAX_ROWS = 160
_MAX_UNKNOWNS = 24


@dataclass(frozen=True)
class Inequality:
    """sum(coefficient * unknown) + constant >= 0, or > 0 where strict."""

    coefficients: Mapping[Hashable, Fraction]
    constant: Fraction
    strict: bool


def infeasible(rows: Iterable[Inequality]) -> bool:
    """Tell whether the rows certainly contradict each other."""
    active = list(rows)
    unknowns = list(dict.fromkeys(key for row in active for key in row.coefficients))
    if len(unknowns) > _MAX_UNKNOWNS:
        return False
    while True:
        if any(_false(row) for row in active):
            return True
        active = [row for row in active if row.coefficients]
        choice = _cheapest(active, unknowns)
        if choice is None:
            return False
        active = _eliminated(active, choice)
        if len(active) > _MAX_ROWS:
            return False
        unknowns.remove(choice)


def _false(row: Inequality) -> bool:
    return not row.coefficients and (row.constant < 0 or (row.strict and row.constant == 0))


def _cheapest(rows: Sequence[Inequality], unknowns: Sequence[Hashable]) -> Hashable | None:
    best, best_cost = None, None
    for key in unknowns:
        signs = [row.coefficients[key] > 0 for row in rows if key in row.coefficients]
        if signs:
            cost = signs.count(True) * signs.count(False) - len(signs)
            if best_cost is None or cost < best_cost:
                best, best_cost = key, cost
    return best


def _eliminated(rows: Sequence[Inequality], key: Hashable) -> list[Inequality]:
    above = [row for row in rows if row.coefficients.get(key, 0) > 0]
    below = [row for row in rows if row.coefficients.get(key, 0) < 0]
    kept = [row for row in rows if key not in row.coefficients]
    kept.extend(_combined(a, b, key) for a in above for b in below)
    return kept


def _combined(a: Inequality, b: Inequality, key: Hashable) -> Inequality:
    p, q = -b.coefficients[key], a.coefficients[key]
    total: dict[Hashable, Fraction] = {k: p * c for k, c in a.coefficients.items()}
    for k, c in b.coefficients.items():
        total[k] = total.get(k, Fraction(0)) + q * c
    return Inequality(
        {k: c for k, c in total.items() if c},
        p * a.constant + q * b.constant,
        a.strict or b.strict,
    )


def positive_form(matrix: Sequence[Sequence[Fraction]]) -> bool:
    """Tell whether a symmetric matrix is positive semidefinite (exact LDL elimination)."""
    rows = [list(row) for row in matrix]
    for k in range(len(rows)):
        pivot = rows[k][k]
        if pivot < 0:
            return False
        if pivot == 0:
            if any(rows[k][k + 1 :]):
                return False
            continue
        for i in range(k + 1, len(rows)):
            factor = rows[i][k] / pivot
            if factor:
                for j in range(k, len(rows)):
                    rows[i][j] -= factor * rows[k][j]
    return True
