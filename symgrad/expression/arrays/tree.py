"""The tree of array expressions: one frozen node class, with a shape and a key that ignores order.

Operations, by `op`:

    num, const, size, name   leaves; `data` is the value or the name
    add, mul, pow            each entry; `mul` holds a leading number, scalars, arrays of one shape
    fn, cmp, logic           a function of each entry (`data` is its name), conditions
    chain                    the matrix product; a vector is a column, and its transpose a row
    T, inv                   the transpose, the inverse
    sum, most, least         over an axis, or over all entries where `data` is None
    expand                   a vector along axis `data` of a matrix, the same along the other one
    ones, zeros, eye         constants with a shape
    diag, diagonal, trace, det, logdet
    softmax, lse             along the axis `data` (None for a vector)
    stack, slice, pad        along an axis: joined, a part, a part put among zeros
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from typing import cast

from symgrad.expression.arrays.size import Shape, Size

COMMUTATIVE = frozenset(("add", "mul"))


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a name: stated by `assume`, or seen in its definition.

    `absorbs` holds the keys of factors that change nothing: M in E = M ⊙ (…) for a mask M.
    `sums` pairs an axis (None for all entries) with the sum along it, where that is a number.
    `kept` is the axis of length one that a vector has beside its own in the author's NumPy code.
    """

    symmetric: bool = False
    skew: bool = False
    mask: bool = False
    sign: bool = False
    orthonormal: bool = False
    positive: bool = False
    absorbs: tuple[bytes, ...] = ()
    sums: tuple[tuple[int | None, Fraction], ...] = ()
    kept: int | None = None


NOTHING_KNOWN = Facts()


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """An expression whose value is a number, a vector or a matrix.

    Two of them are equal where they are the same formula up to the order of terms and of factors
    that commute, and up to where a transpose is written.
    """

    op: str
    args: tuple[Array, ...]
    data: Hashable
    shape: Shape
    facts: Facts = NOTHING_KNOWN
    key: bytes = field(default=b"", compare=False)

    def __post_init__(self) -> None:
        if not self.key:
            keys = [part.key for part in self.args]
            if self.op in COMMUTATIVE:
                keys.sort()
            object.__setattr__(self, "key", digest(self.op, self.data, self.shape, keys))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Array) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def order(self) -> int:
        """The number of axes: 0, 1 or 2."""
        return len(self.shape)

    @property
    def value(self) -> Fraction:
        """The value of a number."""
        return cast("Fraction", self.data)

    @property
    def text(self) -> str:
        """The name of a name, a constant or a function, or the relation of a comparison."""
        return cast("str", self.data)

    @property
    def axis(self) -> int | None:
        """The axis of a sum and its like."""
        return cast("int | None", self.data)

    @property
    def along(self) -> int:
        """The axis of an expanded vector or of a stack."""
        return cast("int", self.data)

    @property
    def cut(self) -> tuple[int, Size, Size]:
        """The axis of a slice or a pad, where it begins, and where it ends (the whole length)."""
        return cast("tuple[int, Size, Size]", self.data)

    @property
    def length(self) -> Size:
        """The size that stands as a number."""
        return cast("Size", self.data)


def digest(op: str, data: Hashable, shape: Shape, keys: list[bytes]) -> bytes:
    """Return the key of a node."""
    shown = f"{data.numerator}/{data.denominator}" if isinstance(data, Fraction) else repr(data)
    sizes = _labels(shape)
    head = f"{op}|{shown}|{sizes}|".encode("utf-8", "surrogatepass")
    return blake2b(head + b"".join(keys), digest_size=16).digest()


@lru_cache(maxsize=1 << 12)
def _labels(shape: Shape) -> str:
    return ",".join(size.label for size in shape)


def walk(x: Array) -> Iterator[Array]:
    """Yield every part of an expression, itself first, left to right."""
    stack = [x]
    while stack:
        part = stack.pop()
        yield part
        stack.extend(reversed(part.args))


def names_in(x: Array) -> tuple[str, ...]:
    """Return the names of an expression, each once, in order of first appearance."""
    return tuple(dict.fromkeys(part.text for part in walk(x) if part.op == "name"))
