"""The numbers of vectors and matrices one by one, for a page on which each can be changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from symgrad.trace.arrays.plan import ArrayPlan
from symgrad.trace.arrays.values import Grid
from symgrad.trace.numbers import read_number

MOST_EACH, MOST_IN_ALL = 12, 48  # entries of one array, and of all together, that have a field


def entries(plan: ArrayPlan) -> list[tuple[str, str, Fraction]]:
    """Return the numbers that can be changed: what each is called, its array, its value.

    Left out are large arrays, and those of which something is assumed: their entries do not change
    one by one. Places count from 1, as in formulas: `W[1,2]`, `b[1]`, `λ`.
    """
    return [(key, name, value) for key, name, _, _, value in _entries(plan)]


def _entries(plan: ArrayPlan) -> Iterator[tuple[str, str, int, int, Fraction]]:
    graph = plan.derivation.array_graph
    assumed = {assumption.text.split()[0] for assumption in graph.assumptions}
    shown = 0
    for name, grid in plan.inputs.items():
        count = len(grid) * len(grid[0])
        if name in assumed or count > MOST_EACH or shown + count > MOST_IN_ALL:
            continue
        shown += count
        for i, row in enumerate(grid):
            for j, value in enumerate(row):
                place = ("", f"[{i + 1}]", f"[{i + 1},{j + 1}]")[len(graph.shape_of[name])]
                yield name + place, name, i, j, value


def with_entries(plan: ArrayPlan, changed: Mapping[str, object]) -> dict[str, object]:
    """Return the arrays in which entries were changed, whole; what is no entry is passed over."""
    places = {key: (name, i, j) for key, name, i, j, _ in _entries(plan)}
    grids: dict[str, Grid] = {}
    for key, text in changed.items():
        if key in places:
            name, i, j = places[key]
            grid = grids.setdefault(name, [list(row) for row in plan.inputs[name]])
            grid[i][j] = read_number(str(text), f"the value of `{key}`")
    shape_of = plan.derivation.array_graph.shape_of
    return {name: _as_given(grid, len(shape_of[name])) for name, grid in grids.items()}


def _as_given(grid: Grid, order: int) -> object:
    """Return rows as what they are: a number, a list, or a list of rows."""
    if order == 2:
        return grid
    return [row[0] for row in grid] if order else grid[0][0]
