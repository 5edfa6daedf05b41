"""Index notation lifted to matrices: entries with indices, and sums over an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.size import UNIT, Shape, Size, shape_text
from symgrad.expression.arrays.tree import Array
from symgrad.sources.problems import Fault, ShapesDoNotFit

_ROW, _TURNED, _VEC = "·", "ᵀ", "↓"


def row_letter(size: Size) -> str:
    """Return the index along a row of so many entries that is meant as a whole, as a vector."""
    return f"{_ROW}{size}"


def is_row(letter: str) -> bool:
    """Tell whether an index is one along a row that is meant as a whole."""
    return letter.startswith(_ROW)


def silent(x: Indexed) -> tuple[str, ...]:
    """Return the indices that nobody wrote, in order: of rows that are meant whole, and of vec."""

    def order(letter: str) -> str:
        return letter[1] if letter.startswith(_VEC) else str(int(letter.endswith(_TURNED)))

    found = [letter for letter in x.free if letter.startswith((_ROW, _VEC))]
    return tuple(sorted(found, key=order))


def _end(x: object, *, turned: bool) -> str | None:
    """Return the index of a row that stands as a vector, or that lies down as its transpose."""
    letters = x.free if isinstance(x, Indexed) else ()
    found = (n for n in letters if is_row(n) and n.endswith(_TURNED) == turned)
    return next(found, None)


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

    def renamed(self, old: str, new: str) -> Indexed:
        """Return the product with one index called otherwise."""
        return Indexed(
            tuple(
                (array, tuple(new if index == old else index for index in indices))
                for array, indices in self.factors
            )
        )


class IndexTable:
    """The sizes over which indices run, and what is done with entries.

    `claimed` are the free indices of a claim's left side, `summed` those of the sums around;
    `told` those of the parameter's entry that a derivative of three axes and more is by;
    `whole` tells that a row or a column is claimed, as ∂f/∂w_j is: vectors may stand in it.
    """

    def __init__(self) -> None:
        self.ranges: dict[str, Size] = {}
        self.claimed: tuple[str, ...] = ()
        self.summed: tuple[str, ...] = ()
        self.whole = False
        self.told: tuple[str, ...] = ()

    def entry(
        self, base: Array, letters: tuple[str, ...], meaning: Complaining, x: object
    ) -> Indexed:
        """Return an entry of an array."""
        for letter, size in zip(letters, base.shape, strict=True):
            known = self.ranges.setdefault(letter, size)
            if known != size:
                fault = meaning.fault(f"index `{letter}` runs over {known} and over {size}", x)
                claimed = letter in self.claimed and letter not in self.summed
                told = claimed or letter in self.told
                raise Fault(fault.diagnostic, kind=ShapesDoNotFit) if told else fault
        if len(letters) == 2 and letters[0] == letters[1]:
            return Indexed(((build.diagonal(base), letters[:1]),))
        return Indexed(((base, letters),))

    def product(self, parts: Sequence[Array | Indexed]) -> Indexed | Array:
        """Return a product of entries and numbers."""
        factors: list[tuple[Array, tuple[str, ...]]] = []
        for part in parts:
            factors += part.factors if isinstance(part, Indexed) else [(part, ())]
        return Indexed(tuple(factors))

    def vec(self, x: Array, meaning: Complaining, at: object) -> Indexed:
        """Return the entries of a matrix, with indices that only another `vec` has."""
        if len(x.shape) != 2:
            raise meaning.fault("`vec` takes a matrix", at)
        letters = tuple(f"{_VEC}{axis}{size}" for axis, size in enumerate(x.shape))
        return self.entry(x, letters, meaning, at)

    def turned(self, x: Indexed) -> Indexed:
        """Return the transpose: rows that are meant as vectors lie down, or stand up again."""
        made = x
        for letter in (n for n in x.free if n.startswith((_ROW, _VEC))):
            other = letter.removesuffix(_TURNED) if letter.endswith(_TURNED) else letter + _TURNED
            self.ranges[other] = self.ranges[letter]
            made = made.renamed(letter, other)
        return made

    def beside(
        self, left: Array | Indexed, right: Array | Indexed, meaning: Complaining, x: object
    ) -> Indexed | Array:
        """Return a product of factors side by side: entries, numbers, rows that are meant whole.

        x_iᵀw is the product of a row of X with w, Wx_i one of a matrix with it, x_i y_iᵀ a matrix.
        Raises Fault for any other array beside an entry.
        """
        stacked = self._stacked(left, right, meaning, x)
        if stacked is not None:
            return stacked
        pair = [self._as_row(left, right, meaning, x), self._as_row(right, left, meaning, x)]
        for at, part in enumerate(pair):
            if isinstance(part, Array) and len(part.shape) == 2 and part.shape[0] != UNIT:
                return self._with_matrix(part, pair[1 - at], at, meaning, x)
        lying, standing = _end(pair[0], turned=True), _end(pair[1], turned=False)
        if lying is None or standing is None:
            return self.product(pair)
        if self.ranges[lying] != self.ranges[standing]:
            raise meaning.fault("two rows of different lengths are multiplied", x)
        inner = f"⋯{self.ranges[lying]}"
        self.ranges[inner] = self.ranges[lying]
        ends = zip(pair, (lying, standing), strict=True)
        met = [p.renamed(end, inner) if isinstance(p, Indexed) else p for p, end in ends]
        summed = self.total(self.product(met), (inner,), meaning, x)
        del self.ranges[inner]
        return summed

    def _stacked(
        self, left: Array | Indexed, right: Array | Indexed, meaning: Complaining, x: object
    ) -> Indexed | Array | None:
        """Return vec(A)ᵀvec(B), the sum of the products of entries; None for anything else."""
        if not isinstance(left, Indexed) or not isinstance(right, Indexed):
            return None
        lying = tuple(n for n in left.free if n.startswith(_VEC) and n.endswith(_TURNED))
        standing = tuple(n for n in right.free if n.startswith(_VEC) and not n.endswith(_TURNED))
        if not lying or set(lying) != {n + _TURNED for n in standing}:
            return None
        for letter in lying:
            left = left.renamed(letter, letter.removesuffix(_TURNED))
        return self.total(self.product([left, right]), standing, meaning, x)

    def _with_matrix(
        self, matrix: Array, other: Array | Indexed, at: int, meaning: Complaining, x: object
    ) -> Indexed | Array:
        """Return the product of a matrix with a row that is meant as a vector, before or behind."""
        end = _end(other, turned=bool(at))
        if end is None or not isinstance(other, Indexed):
            raise meaning.fault("an array stands beside an entry: give it its indices", x)
        made = row_letter(matrix.shape[at]) + (_TURNED if at else "")
        inner = f"⋯{self.ranges[end]}"
        self.ranges[inner] = self.ranges[end]
        entry = self.entry(matrix, (inner, made) if at else (made, inner), meaning, x)
        found = self.product([entry, other.renamed(end, inner)])
        summed = self.total(found, (inner,), meaning, x)
        del self.ranges[inner]
        return summed

    def _as_row(
        self, part: Array | Indexed, other: Array | Indexed, meaning: Complaining, x: object
    ) -> Array | Indexed:
        """Return a vector beside a row that is meant whole as one with an index."""
        if isinstance(part, Indexed) or not part.shape:
            return part
        lying = part.shape[0] == UNIT and len(build.transposed(part).shape) == 1
        if len(part.shape) == 2 and not lying:
            return part
        if not self.whole and not (isinstance(other, Indexed) and any(map(is_row, other.free))):
            raise meaning.fault("an array stands beside an entry: give it its indices", x)
        vector = build.transposed(part) if lying else part
        letter = row_letter(vector.shape[0]) + (_TURNED if lying else "")
        return self.entry(vector, (letter,), meaning, x)

    def _like(
        self, part: Array | Indexed, other: Array | Indexed, meaning: Complaining, x: object
    ) -> Array | Indexed:
        """Return an array beside a row meant whole, or beside x_i x_iᵀ, with its indices."""
        if isinstance(part, Indexed) or not part.shape:
            return part
        ends = [_end(other, turned=False), _end(other, turned=True)]
        sizes = [self.ranges[end] if end else UNIT for end in ends]
        flat = [size for size in part.shape if size != UNIT]
        if [end for end in ends if end] and flat == [size for size in sizes if size != UNIT]:
            plain = part if len(flat) == len(part.shape) else build.transposed(part)
            return self.entry(plain, tuple(end for end in ends if end), meaning, x)
        if all(ends) and len(part.shape) == 2:
            message = f"{shape_text(part.shape)} beside {shape_text(tuple(sizes))} does not fit"
            raise Fault(meaning.fault(message, x).diagnostic, kind=ShapesDoNotFit)
        return part

    def paired(
        self, x: Array | Indexed, way: Array, meaning: Complaining, at: object
    ) -> Indexed | Array:
        """Return the sum of the products of entries of a matrix, x_i y_iᵀ, and of another one."""
        ends = () if isinstance(x, Array) else silent(x)
        sizes = x.shape if isinstance(x, Array) else tuple(self.ranges[end] for end in ends)
        if sizes != way.shape:
            message = f"{shape_text(sizes)} stands for {shape_text(way.shape)}"
            raise Fault(meaning.fault(message, at).diagnostic, kind=ShapesDoNotFit)
        if isinstance(x, Array):
            return build.sum_(build.mul(x, way), None)
        return self.total(self.product([x, Indexed(((way, ends),))]), ends, meaning, at)

    def quotient(
        self, left: Array | Indexed, right: Array | Indexed, meaning: Complaining, x: object
    ) -> Indexed | Array:
        """Return a quotient of entries."""
        if isinstance(left, Array) and left.shape:
            raise meaning.fault("an array stands beside an entry: give it its indices", x)
        below = self.entrywise("pow", [right, leaves.MINUS_ONE], meaning, x)
        return self.product([left, below])

    def sum(
        self,
        left: Array | Indexed,
        right: Array | Indexed,
        sign: int,
        meaning: Complaining,
        x: object,
    ) -> Indexed:
        """Return a sum or difference of entries, or of rows meant whole and vectors: x_i − μ."""
        left, right = self._like(left, right, meaning, x), self._like(right, left, meaning, x)
        free = self._free((left, right))
        a, b = (self._aligned(part, free, meaning, x) for part in (left, right))
        made = build.add(
            build.filled(a, self._shape(free)),
            leaves.scaled(leaves.num(sign).value, build.filled(b, self._shape(free))),
        )
        return Indexed(((made, free),))

    def entrywise(
        self, function: str, parts: Sequence[Array | Indexed], meaning: Complaining, x: object
    ) -> Indexed:
        """Return a function of entries; a choice is a sum of what is chosen times 0 or 1."""
        if function == "where":
            chosen = self.entrywise("step", parts[:1], meaning, x)
            opposite = self.sum(leaves.ONE, chosen, -1, meaning, x)
            pairs = zip((chosen, opposite), parts[1:], strict=True)
            one, other = (self.product(pair) for pair in pairs)
            return self.sum(one, other, 1, meaning, x)
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
            return Indexed((*outside, (leaves.length(size), ())))
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
        for letter in x.free:  # a row of a matrix may be written as a row: r_i xᵀ
            plain = letter.removesuffix(_TURNED)
            if plain != letter and plain in indices and plain not in x.free:
                x = x.renamed(letter, plain)
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
