"""Sides of claims that are NumPy code: read by the rules by which a NumPy function is read."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterator, Mapping

from symgrad.errors import Place
from symgrad.expression.arrays.size import Size
from symgrad.expression.arrays.tree import Array
from symgrad.sources.arrays.numpy_calls import call
from symgrad.sources.arrays.numpy_expression import NumpyReader, PyValue
from symgrad.sources.problems import Fault, ShapesDoNotFit
from symgrad.verify.arrays.scope import Names

_LONGEST = 4000


class _Values(Mapping[str, PyValue]):
    """The names of a claim with the axes that NumPy sees, those of length one among them."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def __getitem__(self, word: str) -> PyValue:
        found = self.names.look_up(word)
        if found is None:
            raise KeyError(word)
        axes: list[Size | None] = list(found.shape)
        if found.facts.kept is not None and found.shape:
            axes.insert(found.facts.kept, None)
        return PyValue(found, tuple(axes))

    def __iter__(self) -> Iterator[str]:
        return iter(self.names.graph.index)

    def __len__(self) -> int:
        return len(self.names.graph.index)


def numpy_value(text: str, names: Names, sizes: Mapping[str, Size], place: Place) -> Array | None:
    """Return the value of NumPy code in the names of a claim; None for what is none.

    Raises:
        Fault: of the kind ShapesDoNotFit, where it is NumPy code with shapes that do not fit.
    """
    plain = text.strip()
    if len(plain) > _LONGEST or unicodedata.normalize("NFKC", plain) != plain:
        return None
    try:
        parsed = ast.parse(plain, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    reader = NumpyReader(_Values(names), sizes, lambda _: place, call)
    try:
        return reader.value(parsed).array
    except Fault as problem:
        if problem.kind is ShapesDoNotFit:
            raise
        return None
    except RecursionError:
        return None
