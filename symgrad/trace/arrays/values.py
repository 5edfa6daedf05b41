"""The inputs that an array trace begins with: given as JSON, or small numbers of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction

from symgrad.derivation.arrays.points import drawn
from symgrad.errors import SymgradError, close_to
from symgrad.expression.arrays.size import shape_text
from symgrad.graph.arrays import ArrayGraph

Grid = list[list[Fraction]]
MOST_ENTRIES = 40_000
_USUAL = (2, 3)


def read_arrays(graph: ArrayGraph, given: Mapping[str, object]) -> dict[str, Grid]:
    """Return the inputs that were given, each as rows of exact numbers.

    `given` holds numbers, lists, lists of rows, or their text in JSON. Raises SymgradError for an
    unknown name, and for what is no array of the shape that the graph states.
    """
    found: dict[str, Grid] = {}
    inputs = [name for name, node in graph.index.items() if node.formula is None]
    for word, value in given.items():
        name = graph.spellings.get(word, word)
        if name not in inputs:
            hint = close_to(word, inputs, "an input")
            raise SymgradError(f"`{word}` is no input of this graph", help=hint)
        found[name] = _grid(name, _parsed(value, name, graph), graph)
    return found


def _no_array(name: str, graph: ArrayGraph) -> SymgradError:
    shape = graph.shape_of[name]
    example = ("0.5", "[1, 2]", "[[1, 2], [3, 4]]")[len(shape)]
    return SymgradError(
        f"`{name}` is {shape_text(shape)}", help=f"give it as in `{name}={example}`"
    )


def _parsed(value: object, name: str, graph: ArrayGraph) -> object:
    """Return what a text in JSON says; anything else as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, parse_float=Fraction, parse_int=Fraction)
    except (ValueError, RecursionError):
        raise _no_array(name, graph) from None


def _grid(name: str, value: object, graph: ArrayGraph) -> Grid:
    order = len(graph.shape_of[name])
    parts = _listed(value, name, graph) if order else [value]
    rows = [_listed(part, name, graph) if order == 2 else [part] for part in parts]
    made = [[_number(entry, name, graph) for entry in row] for row in rows]
    if not made or not made[0] or any(len(row) != len(made[0]) for row in made):
        raise _no_array(name, graph)
    return made


def _listed(value: object, name: str, graph: ArrayGraph) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise _no_array(name, graph)
    return value


def _number(value: object, name: str, graph: ArrayGraph) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise _no_array(name, graph)
    return Fraction(value)


def completed(
    graph: ArrayGraph, given: Mapping[str, Grid]
) -> tuple[dict[str, int], dict[str, Grid]]:
    """Return the number behind every size, and all inputs: those not given get numbers of ours.

    Sizes come from what was given, else from a `size` line, else they are 2 and 3 in turn. Raises
    SymgradError where shapes do not fit one another, or are too large to be worked through.
    """
    sizes: dict[str, int] = {}
    for name, grid in given.items():
        shape = graph.shape_of[name]
        for size, length in zip(shape, (len(grid), len(grid[0])), strict=False):
            if len(size.terms) == 1 and not size.constant and size.terms[0][1] == 1:
                sizes.setdefault(size.terms[0][0], length)
    example = dict(graph.example)
    for at, name in enumerate(graph.sizes):
        sizes.setdefault(name, example.get(name, _USUAL[at % 2]))
    for name, grid in given.items():
        wanted = tuple(size.value(sizes) for size in graph.shape_of[name])
        own = (len(grid), len(grid[0]))[: len(wanted)]
        if own != wanted:
            shown = "×".join(map(str, own))
            fits = "×".join(map(str, wanted))
            raise SymgradError(f"`{name}` is {shown}, and {fits} would fit the others")
    entries = 0
    for name in graph.index:
        count = 1
        for size in graph.shape_of[name]:
            count *= size.value(sizes)
        entries += count
    if entries > MOST_ENTRIES:
        raise SymgradError(
            f"{entries:,} numbers are too many to be worked through",
            help="smaller sizes show the same; `generate` writes code for any",
        )
    own_values = drawn(graph, sizes)
    values: dict[str, Grid] = {}
    for name, node in graph.index.items():
        if node.formula is None:
            default = None if node.default is None else [[node.default]]
            values[name] = given.get(name) or default or own_values[name]
    return sizes, values
