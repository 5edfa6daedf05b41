"""A claim as a combination of the paths' contributions.

Where claimed = Σ cᵢ · (contribution of path i) has one solution that holds at further points too,
the coefficients say what happened: 0 a path left out, −1 a sign, 2 or 1/2 a factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symgrad.verify.explaining.floats import Values, close
from symgrad.verify.explaining.pieces import simple_number

MAX_UNKNOWNS = 10
_PIVOT = 1e-9


def coefficients(claimed: Values, shares: Sequence[Values]) -> tuple[Fraction, ...] | None:
    """Return the rational coefficients of the shares that give the claim, or None.

    There must be more points than shares: those beyond are the test.

    >>> coefficients((5.0, 8.0, 9.0), [(1.0, 2.0, 3.0), (4.0, 6.0, 6.0)])
    (Fraction(1, 1), Fraction(1, 1))
    """
    n = len(shares)
    if not 0 < n <= MAX_UNKNOWNS or len(claimed) <= n:
        return None
    solution = solve([[share[k] for share in shares] for k in range(n)], list(claimed[:n]))
    if solution is None:
        return None
    for k, value in enumerate(claimed):
        total = sum(c * share[k] for c, share in zip(solution, shares, strict=True))
        if not close(total, value, 1e-6):
            return None
    found = []
    for value in solution:
        exact = Fraction(0) if abs(value) < 1e-7 else simple_number(round(value, 9))
        if exact is None:
            return None
        found.append(exact)
    return tuple(found)


def solve(matrix: list[list[float]], right: list[float]) -> list[float] | None:
    """Solve a square linear system by elimination with pivots; None where it is singular."""
    n = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for column in range(n):
        pivot = max(range(column, n), key=lambda i: abs(rows[i][column]))
        scale = max(abs(value) for value in rows[pivot]) or 1.0
        if not abs(rows[pivot][column]) > _PIVOT * scale:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for i in range(n):
            if i != column:
                factor = rows[i][column] / rows[column][column]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[column], strict=True)]
    return [rows[i][n] / rows[i][i] for i in range(n)]
