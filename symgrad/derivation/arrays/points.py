"""Small rational inputs at small sizes that satisfy what the graph assumes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from symgrad.expression.arrays.balls import ArrayEvaluator, Grid, Unknown
from symgrad.expression.arrays.tree import Array
from symgrad.expression.certified import arb, fmpq
from symgrad.graph.arrays import ArrayGraph

_SIZES = ((1, 1), (2, 2), (2, 3), (3, 2), (3, 3), (2, 3))
_ALL_APART = {4: False, 5: True}  # trials where no two sizes are equal, up and down
_LARGEST = 4
_ATTEMPTS = 6
TRIALS = len(_SIZES)


@dataclass(frozen=True)
class Point:
    """Sizes, the inputs drawn for them, and an evaluator that knows every node's value."""

    sizes: tuple[tuple[str, int], ...]
    inputs: Mapping[str, list[list[Fraction]]]
    evaluator: ArrayEvaluator


def points(
    graph: ArrayGraph, extra: Mapping[str, Array], *, positive: bool = False, scale: int = 1
) -> Iterator[Point]:
    """Yield points at sizes 1, 2, then 2 and 3 mixed; `extra` are more names to be evaluated.

    Where a node has no value at one draw (a logarithm of what is negative) others are tried; with
    `positive` all numbers are above zero. All are divided by `scale`.
    """
    spd = {a.text.split()[0] for a in graph.assumptions if a.text.endswith((" spd", " psd"))}
    for trial, (first, second) in enumerate(_SIZES):
        sizes = {name: (first, second)[i % 2] for i, name in enumerate(graph.sizes)}
        if len(sizes) > 2 and trial in _ALL_APART:
            order = list(sizes) if _ALL_APART[trial] else list(reversed(sizes))
            sizes = {name: 2 + i % _LARGEST for i, name in enumerate(order)}
        for name, value in graph.example if trial == 0 else ():
            sizes[name] = min(value, 5)
        for attempt in range(2 if positive else 0, _ATTEMPTS, 3 if positive else 1):
            rng = random.Random(f"{trial}/{attempt}")  # noqa: S311  (repeatable draws)
            try:
                inputs = _drawn(graph, rng, sizes, spd, attempt, scale)
            except (ValueError, ZeroDivisionError):
                continue
            if inputs is None:
                continue
            values: dict[str, Grid] = {
                name: [[arb(fmpq(e.numerator, e.denominator)) for e in row] for row in grid]
                for name, grid in inputs.items()
            }
            evaluator = ArrayEvaluator(values, sizes)
            try:
                for node in graph.ordered:
                    values[node.name] = evaluator.value(graph.trees[node.name])
                for name, tree in extra.items():
                    values[name] = evaluator.value(tree)
            except (Unknown, ZeroDivisionError, ValueError, IndexError):
                continue
            yield Point(tuple(sizes.items()), inputs, evaluator)
            break


def _drawn(
    graph: ArrayGraph,
    rng: random.Random,
    sizes: Mapping[str, int],
    spd: set[str],
    attempt: int,
    scale: int,
) -> dict[str, list[list[Fraction]]] | None:
    found: dict[str, list[list[Fraction]]] = {}
    for name, node in graph.index.items():
        if node.formula is not None:
            continue
        variable = graph.variables[name]
        axes = [size.value(sizes) for size in variable.shape]
        if any(axis < 1 for axis in axes):
            return None
        rows = axes[0] if axes else 1
        columns = axes[1] if len(axes) == 2 else 1
        positive = variable.facts.positive or attempt % 3 == 2
        found[name] = _grid(variable, rng, rows, columns, scale, positive=positive, spd=name in spd)
    return found


def _number(rng: random.Random, *, positive: bool) -> Fraction:
    value = Fraction(rng.randint(1, 12), rng.choice((3, 4, 5, 7)))
    return value if positive or rng.random() < 0.5 else -value


def _grid(
    x: Array, rng: random.Random, rows: int, columns: int, scale: int, *, positive: bool, spd: bool
) -> list[list[Fraction]]:
    facts = x.facts
    if facts.sums and (facts.mask or facts.sign):
        return _two_valued(x, rng, rows, columns)
    grid = [[_number(rng, positive=positive) / scale for _ in range(columns)] for _ in range(rows)]
    if facts.mask:
        grid = [[Fraction(rng.randint(0, 1)) for _ in row] for row in grid]
    elif facts.sign:
        grid = [[Fraction(rng.choice((-1, 1))) for _ in row] for row in grid]
    elif facts.orthonormal and rows >= columns:
        grid = _reflection(grid, rows, columns)
    elif spd:
        n = range(rows)
        grid = [[sum((grid[i][k] * grid[j][k] for k in n), Fraction(i == j)) for j in n] for i in n]
    elif facts.symmetric:
        grid = [[(grid[i][j] + grid[j][i]) / 2 for j in range(rows)] for i in range(rows)]
    for axis, total in facts.sums:
        grid = _with_sum([[abs(e) for e in row] for row in grid], axis, total)
    return grid


def _two_valued(x: Array, rng: random.Random, rows: int, columns: int) -> list[list[Fraction]]:
    """Return zeros and ones, or signs, with a stated sum along an axis.

    Raises ValueError where the sizes do not have one.
    """
    low = 0 if x.facts.mask else -1
    axis, total = x.facts.sums[0]
    lines, length = {1: (rows, columns), 0: (columns, rows)}.get(
        -1 if axis is None else axis, (1, rows * columns)
    )
    if len(x.shape) == 1:
        lines, length = 1, rows
    ones = (total - low * length) / (1 - low)
    if len(x.facts.sums) > 1 or ones.denominator != 1 or not 0 <= ones <= length:
        raise ValueError(x.text)
    made = []
    for _ in range(lines):
        line = [Fraction(1)] * int(ones) + [Fraction(low)] * (length - int(ones))
        rng.shuffle(line)
        made.append(line)
    if axis == 1 and len(x.shape) == 2:
        return made
    if axis == 0 and len(x.shape) == 2:
        return [list(row) for row in zip(*made, strict=True)]
    return [made[0][i * columns : (i + 1) * columns] for i in range(rows)]


def _reflection(grid: list[list[Fraction]], rows: int, columns: int) -> list[list[Fraction]]:
    """Return columns of the reflection I − 2vvᵀ/vᵀv, which are orthonormal and rational."""
    v = [row[0] for row in grid]
    square = sum(e * e for e in v)
    return [
        [Fraction(i == j) - 2 * v[i] * v[j] / square for j in range(columns)] for i in range(rows)
    ]


def _with_sum(
    grid: list[list[Fraction]], axis: int | None, total: Fraction
) -> list[list[Fraction]]:
    if axis is None:
        whole = sum(sum(row) for row in grid)
        return [[e * total / whole for e in row] for row in grid]
    if axis == 1:
        return [[e * total / sum(row) for e in row] for row in grid]
    columns = [sum(column) for column in zip(*grid, strict=True)]
    return [[e * total / columns[j] for j, e in enumerate(row)] for row in grid]


def drawn(graph: ArrayGraph, sizes: Mapping[str, int]) -> dict[str, list[list[Fraction]]]:
    """Return small inputs at given sizes that satisfy what the graph assumes.

    Raises ValueError where there are none.
    """
    spd = {a.text.split()[0] for a in graph.assumptions if a.text.endswith((" spd", " psd"))}
    found = _drawn(graph, random.Random("0/0"), sizes, spd, 0, 4)  # noqa: S311  (repeatable)
    if found is None:
        raise ValueError
    return found
