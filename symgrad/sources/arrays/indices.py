"""Index notation lifted to matrices: entries with indices, and sums over an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from symgrad.expression.arrays import build
from symgrad.expression.arrays.size import Shape, Size
from symgrad.expression.arrays.tree import Array
from symgrad.sources.problems import Fault


class Complaining(Protocol):
    """What gives a fault its place: the reader of the graph language, or of NumPy."""

    def fault(self, message: str, x: Any, hint: str = "") -> Fault:  # noqa: ANN401  (syntax of both)
        """Return a fault at a piece of what was read."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A product of entries: each factor an array with one index for each of its axes."""

    factors: tuple[tuple[Array, tuple[str, ...]], ...]

    @property
    def free(self) -> tuple[str, ...]:
        """The indices, in order of first appearance."""
        return tuple(dict.fromkeys(index for _, indices in self.factors for index in indices))


class IndexTable:
    """The sizes over which indices run, and what is done with entries."""

    def __init__(self) -> None:
        self.ranges: dict[str, Size] = {}

    def entry(
        self, base: Array, letters: tuple[str, ...], meaning: Complaining, x: object
    ) -> Indexed:
        """Return an entry of an array."""
        for letter, size in zip(letters, base.shape, strict=True):
            known = self.ranges.setdefault(letter, size)
            if known != size:
                raise meaning.fault(f"index `{letter}` runs over {known} and over {size}", x)
        if len(letters) == 2 and letters[0] == letters[1]:
            return Indexed(((build.diagonal(base), letters[:1]),))
        return Indexed(((base, letters),))

    def product(self, parts: Sequence[Array | Indexed]) -> Indexed | Array:
        """Return a product of entries and numbers."""
        factors: list[tuple[Array, tuple[str, ...]]] = []
        for part in parts:
            factors += part.factors if isinstance(part, Indexed) else [(part, ())]
        return Indexed(tuple(factors))

    def quotient(
        self, left: Array | Indexed, right: Array | Indexed, meaning: Complaining, x: object
    ) -> Indexed | Array:
        """Return a quotient of entries."""
        below = self.entrywise("pow", [right, build.MINUS_ONE], meaning, x)
        return self.product([left, below])

    def sum(
        self,
        left: Array | Indexed,
        right: Array | Indexed,
        sign: int,
        meaning: Complaining,
        x: object,
    ) -> Indexed:
        """Return a sum or difference of entries."""
        free = self._free((left, right))
        a, b = (self._aligned(part, free, meaning, x) for part in (left, right))
        made = build.add(
            build.filled(a, self._shape(free)),
            build.scaled(build.num(sign).value, build.filled(b, self._shape(free))),
        )
        return Indexed(((made, free),))

    def entrywise(
        self, function: str, parts: Sequence[Array | Indexed], meaning: Complaining, x: object
    ) -> Indexed:
        """Return a function of entries."""
        free = self._free(parts)
        args = [self._aligned(part, free, meaning, x) for part in parts]
        if function == "pow" and args[0].op == "const" and args[0].data == "e":
            made = build.fn("exp", args[1])
        elif function == "pow":
            made = build.pow_(args[0], args[1])
        elif function in {"<", "<=", ">", ">=", "==", "!="}:
            made = build.compare(function, args[0], args[1])
        elif function == "step":
            made = Array("fn", (args[0],), "step", args[0].shape)
        else:
            made = build.fn(function, *args)
        return Indexed(((build.filled(made, self._shape(free)), free),))

    def total(
        self, body: Array | Indexed, letters: tuple[str, ...], meaning: Complaining, x: object
    ) -> Indexed | Array:
        """Return the sum of entries over indices, each in turn where that has two axes at most."""
        left = list(letters)
        found = body if isinstance(body, Indexed) else Indexed(((body, ()),))
        for letter in left:
            if letter not in self.ranges:
                raise meaning.fault(f"index `{letter}` does not occur in what is summed", x)
        while left:
            for letter in left:
                made = self._summed(found, letter)
                if made is not None:
                    found = made
                    left.remove(letter)
                    break
            else:
                raise meaning.fault(
                    f"the sum over `{left[0]}` holds an array with three axes", x,
                    "sum over another index first, or give the inner product a name",
                )  # fmt: skip
        return found if found.free else build.mul(*(array for array, _ in found.factors))

    def _summed(self, body: Indexed, letter: str) -> Indexed | None:
        """Return a product summed over one index; None where that has three axes."""
        inside = [(array, indices) for array, indices in body.factors if letter in indices]
        outside = [(array, indices) for array, indices in body.factors if letter not in indices]
        size = self.ranges[letter]
        if not inside:
            return Indexed((*outside, (build.length(size), ())))
        vectors = [array for array, indices in inside if indices == (letter,)]
        groups: dict[str, list[Array]] = {}
        for array, indices in inside:
            if len(indices) == 2:
                other = indices[0] if indices[1] == letter else indices[1]
                turned = array if indices[1] == letter else build.transposed(array)
                groups.setdefault(other, []).append(turned)
        if len(groups) > 2:
            return None
        vector = build.mul(*vectors) if vectors else None
        matrices = [(other, build.mul(*arrays)) for other, arrays in groups.items()]
        if not matrices:
            return Indexed((*outside, (build.sum_(build.mul(*vectors), None), ())))
        if len(matrices) == 1:
            other, matrix = matrices[0]
            made = build.sum_(matrix, 1) if vector is None else build.chain(matrix, vector)
            return Indexed((*outside, (made, (other,))))
        (first, left), (second, right) = matrices
        if vector is not None:
            left = build.mul(left, build.expand(vector, 1, left.shape))
        made = build.chain(left, build.transposed(right))
        return Indexed((*outside, (made, (first, second))))

    def realised(
        self, x: Indexed, indices: tuple[str, ...], meaning: Complaining, at: object
    ) -> Array:
        """Return entries as one array, its axes in the order of `indices`."""
        loose = [letter for letter in x.free if letter not in indices]
        if loose:
            raise meaning.fault(f"index `{loose[0]}` is free on this side only", at)
        made = self._aligned(x, indices, meaning, at)
        return build.filled(made, self._shape(indices))

    def _free(self, parts: Sequence[Array | Indexed]) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(
                letter for part in parts if isinstance(part, Indexed) for letter in part.free
            )
        )

    def _shape(self, indices: tuple[str, ...]) -> Shape:
        return tuple(self.ranges[letter] for letter in indices)

    def _aligned(
        self, x: Array | Indexed, indices: tuple[str, ...], meaning: Complaining, at: object
    ) -> Array:
        """Return a product of entries as an array over `indices`."""
        if isinstance(x, Array):
            if x.shape:
                raise meaning.fault("an array stands beside an entry: give it its indices", at)
            return x
        if len(indices) > 2:
            raise meaning.fault(f"an array over {', '.join(indices)} has three axes", at)
        shape = self._shape(indices)
        return build.mul(*(_spread(array, own, indices, shape) for array, own in x.factors))


def _spread(array: Array, own: tuple[str, ...], indices: tuple[str, ...], shape: Shape) -> Array:
    """Return an array over its own indices as one over all of them."""
    if not own or own == indices:
        return array
    if len(own) == 2:
        return build.transposed(array)
    return build.expand(array, indices.index(own[0]), shape)
