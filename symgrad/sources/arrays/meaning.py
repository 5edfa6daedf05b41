"""What array syntax means: shapes are checked here, and every complaint names both of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import cast

from symgrad.errors import close_to
from symgrad.expression.arrays import build
from symgrad.expression.arrays.size import UNIT, Shape, Size, shape_text, whole
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import Array, walk
from symgrad.expression.functions import lookup
from symgrad.expression.names import canonical
from symgrad.sources.arrays.indices import Indexed, IndexTable, row_letter, silent
from symgrad.sources.arrays.syntax import ArrayParser, Syntax, index_letters
from symgrad.sources.problems import Fault, ShapesDoNotFit

_MEAN = "\u0304"  # the bar over a name
ANY = Size((("?", 1),))
_HIGHEST_POWER = 8
REFUSED = {
    "expm": "the matrix exponential has no derivative in closed form here; "
    "`exp(M)` is that of each entry",
    "eig": "eigenvalues have no derivative in closed form here",
    "eigvals": "eigenvalues have no derivative in closed form here",
    "eigh": "eigenvalues have no derivative in closed form here",
    "svd": "singular values have no derivative in closed form here",
    "cholesky": "a Cholesky factor has no derivative in closed form here",
    "qr": "a QR factorisation has no derivative in closed form here",
    "logm": "the matrix logarithm has no derivative in closed form here",
    "sqrtm": "the matrix square root has no derivative in closed form here",
    "matrix_rank": "a rank has no derivative",
    "argmax": "it is flat between its jumps", "argmin": "it is flat between its jumps",
    "sort": "a sorted vector has no derivative in closed form here",
    "kron": "a Kronecker product has four axes", "cross": "write the three entries out",
    "prod": "a product of entries is `exp(sum(log(x)))` where they are positive",
    "cumsum": "a running sum is a product with a triangular matrix of ones",
    "cond": "a condition number has no derivative in closed form here",
    "pinv": "write the inverse out: `inv(A.T @ A) @ A.T`",
}  # fmt: skip
# A row or a column as a whole: X_{i·}, X_{i,:}, X_{·j}.
_LINE = re.compile(r"\{(?:(?P<row>[^\W\d_]),?\s*[:·*]|[:·*]\s*,?(?P<column>[^\W\d_]))\}")
Value = Array | Indexed


@dataclass(frozen=True, slots=True)
class Habits:
    """How an author writes.

    `claims` tells that it is a claim, which reads `1` as ones and rows as people write them; `star`
    what `*` between two arrays means ("entries", "matrix" or nothing), `beside` what two vectors
    side by side are ("dot" or "entries"), `lines` what x_i is of a matrix X where no sum says it
    ("rows" or "columns"); `usual` along which axis softmax and its like go, by their name and the
    shape, where none is named; `powers` what M² is of a square matrix ("product" or "entries").
    """

    claims: bool = False
    star: str = ""
    beside: str = "dot"
    lines: str = "rows"
    powers: str = "product"
    usual: Mapping[tuple[str, Shape], int | None] = field(default_factory=dict)


class Meaning:
    """Gives syntax its meaning in a table of names.

    Args:
        names: finds what a name stands for, in any spelling; None where it is not defined.
        sizes: the names of sizes.
        parser: the parser of the text, for places.
        calls: gives the call of a function its meaning.
        known: names to guess from where one is unknown.
        habits: what is left open by the shapes.
    """

    def __init__(
        self,
        names: Callable[[str], Array | None],
        sizes: Mapping[str, Size],
        parser: ArrayParser,
        *,
        calls: Callable[[Meaning, Syntax], Value],
        known: tuple[str, ...] = (),
        habits: Habits | None = None,
    ) -> None:
        habits = habits or Habits()
        self.claims = habits.claims
        self.star = habits.star
        self.vectors = habits.beside
        self.lines = habits.lines
        self.powers = habits.powers
        self.met: set[str] = set()
        self.usual = habits.usual
        self.calls = calls
        self.names = names
        self.sizes = sizes
        self.parser = parser
        self.known = known
        self.indices = IndexTable()
        self.runs: dict[str, Size] = {}

    # Faults ---------------------------------------------------------------------------------------

    def written(self, x: Syntax) -> str:
        """Return a piece as it was written."""
        return " ".join(self.parser.text[x.start : x.end].split())

    def fault(self, message: str, x: Syntax, hint: str = "") -> Fault:
        """Return a fault at a piece."""
        return self.parser.fault(message, x.start, x.end, hint)

    def misfit(self, message: str, x: Syntax, hint: str = "") -> Fault:
        """Return the fault of shapes that do not fit."""
        return Fault(self.fault(message, x, hint).diagnostic, ShapesDoNotFit)

    # Entry points ---------------------------------------------------------------------------------

    def array(self, x: Syntax, indices: tuple[str, ...] = ()) -> Array:
        """Return the value of a piece as an array; of an index formula over `indices`, in order."""
        found = self.value(x)
        if isinstance(found, Indexed):
            return self.indices.realised(found, indices, self, x)
        return self.settled(found, x)

    def settled(self, found: Array, x: Syntax) -> Array:
        """Return a value in which every identity matrix has its size."""
        if any(ANY in part.shape for part in walk(found)):
            raise self.fault(
                "the size of `I` does not follow from what stands beside it", x,
                "write `eye(n)` with its size",
            )  # fmt: skip
        return found

    def value(self, x: Syntax) -> Value:
        """Return the value of a piece: an array, or an entry with indices."""
        return getattr(self, f"_{x.kind}")(x)  # type: ignore[no-any-return]

    # Leaves ---------------------------------------------------------------------------------------

    def _num(self, x: Syntax) -> Value:
        return build.num(cast("Fraction", x.data))

    def _name(self, x: Syntax) -> Value:
        word = str(x.data)
        found = self.look_up(word)
        if found is not None:
            return found
        split = self.subscripted(word)
        if split is not None:
            base, indices = split
            return self.indices.entry(base, indices, self, x)
        kronecker = self.kronecker(word) if self.claims else None
        if kronecker is not None:
            return kronecker
        hint = close_to(word, [*self.known, *self.sizes])
        raise self.fault(f"unknown name `{word}`", x, hint)

    def look_up(self, word: str) -> Array | None:
        """Return what a word stands for, or None."""
        found = self.names(word)
        if found is not None:
            return found
        plain = word.lstrip("\\")
        if plain in self.sizes:
            return build.length(self.sizes[plain])
        if plain in {"pi", "π"} or canonical(plain) == "π":
            return build.constant("pi")
        if plain == "e":
            return build.constant("e")
        if plain == "I":
            return build.eye(ANY)
        size = plain.removeprefix("I_").strip("{}")
        if self.claims and plain.startswith("I_") and size in self.sizes:
            return build.eye(self.sizes[size])
        if self.claims and _MEAN in plain:
            inner = self.names(plain.replace(_MEAN, ""))
            return None if inner is None or not inner.shape else build.mean(inner, None)
        return None

    def kronecker(self, word: str) -> Indexed | None:
        """Return δ_{ij}, where one of its indices has run over an axis already; else None."""
        head, _, tail = word.lstrip("\\").partition("_")
        letters = index_letters(tail)
        own = self.names(head)
        if head not in {"δ", "delta"} or len(letters) != 2 or (own and len(own.shape) == 2):
            return None
        ranges = self.indices.ranges
        size = ranges.get(letters[0], ranges.get(letters[1]))
        if size is None:
            return None
        for letter in letters:
            ranges.setdefault(letter, size)
        return Indexed(((build.eye(size), letters),))

    def subscripted(self, word: str) -> tuple[Array, tuple[str, ...]] | None:
        """Return base and indices of a name such as `W_{ij}` or `x_j`."""
        head, mark, tail = word.partition("_")
        while mark:
            base = self.names(head)
            letters = index_letters(tail)
            line = _LINE.fullmatch(tail) if self.claims else None
            if line and base is not None and len(base.shape) == 2:
                row, column = line["row"], line["column"]
                n, m = base.shape
                return base, (row, row_letter(m)) if row else (row_letter(n), column)
            if base is not None and len(letters) == len(base.shape) and letters:
                return base, letters
            if self.claims and base is not None and len(base.shape) == 2 and _is_letter(letters):
                return base, self.line(base, letters[0])
            lines = self.names(head.upper()) if base is None and self.claims else None
            if lines is not None and len(lines.shape) == 2 and len(letters) == 1:
                return lines, self.line(lines, letters[0])
            if lines is not None and len(lines.shape) == len(letters) == 2:
                return lines, letters  # x_{ij} is an entry of X
            more, mark, tail = tail.partition("_")
            head = f"{head}_{more}"
        return None

    def line(self, base: Array, letter: str) -> tuple[str, str]:
        """Return the indices of x_i: a row of X, or a column where a sum says that i runs so."""
        n, m = base.shape
        known = self.runs.get(letter, self.indices.ranges.get(letter))
        if known is None or n == m:
            self.met.add("line")
        if (n != m and known == m) or (self.lines == "columns" and (known is None or n == m)):
            return row_letter(n), letter
        return letter, row_letter(m)

    # Signs, sums and products ---------------------------------------------------------------------

    def _neg(self, x: Syntax) -> Value:
        inner = self.value(x.args[0])
        if isinstance(inner, Indexed):
            return self.indices.product([build.MINUS_ONE, inner])
        return build.neg(inner)

    def _add(self, x: Syntax) -> Value:
        return self._sum(x, 1)

    def _sub(self, x: Syntax) -> Value:
        return self._sum(x, -1)

    def summed(self, x: Syntax) -> list[tuple[int, Syntax]]:
        """Return the terms of a sum without brackets, with their signs."""
        found: list[tuple[int, Syntax]] = []
        while x.kind in {"add", "sub"} and (not x.bracketed or not found):
            found.append((1 if x.kind == "add" else -1, x.args[1]))
            x = x.args[0]
        return [(1, x), *reversed(found)]

    def _sum(self, x: Syntax, sign: int) -> Value:
        terms = self.summed(x)
        if len(terms) > 2:
            values = [self.value(term) for _, term in terms]
            arrays = [value for value in values if isinstance(value, Array)]
            whole = next((a for a in arrays if len(a.shape) == 2 and UNIT not in a.shape), None)
            if whole is not None and len(arrays) == len(values):
                return self.joined_terms(terms, arrays, whole)
        left, right = self.value(x.args[0]), self.value(x.args[1])
        if isinstance(left, Indexed) or isinstance(right, Indexed):
            return self.indices.sum(left, right, sign, self, x)
        a, b = self.joined(left, right, x)
        return build.add(a, build.scaled(Fraction(sign), b))

    def joined_terms(
        self, terms: list[tuple[int, Syntax]], arrays: list[Array], whole: Array
    ) -> Array:
        """Return a sum in which a matrix gives the vectors their axis."""
        made = build.zeros(whole.shape)
        for (sign, piece), value in zip(terms, arrays, strict=True):
            joined = value if not value.shape else self.joined(value, whole, piece)[0]
            made = build.add(made, build.scaled(Fraction(sign), build.filled(joined, whole.shape)))
        return made

    def joined(self, a: Array, b: Array, x: Syntax) -> tuple[Array, Array]:
        """Return two operands in one shape, a vector along the axis of a matrix that fits."""
        if len(a.shape) == len(b.shape) == 2 and ANY in (*a.shape, *b.shape):
            both = tuple(n if m == ANY else m for m, n in zip(a.shape, b.shape, strict=True))
            return _resized(a, both), _resized(b, both)
        if ANY in a.shape and ANY not in b.shape and b.shape:
            a = self.with_size(a, b, x)
        if ANY in b.shape and ANY not in a.shape and a.shape:
            b = self.with_size(b, a, x)
        if a.shape == b.shape or not a.shape or not b.shape:
            return a, b
        if len(a.shape) == 1 and len(b.shape) == 2 and UNIT not in b.shape:
            return self.along(a, b, x), b
        if len(b.shape) == 1 and len(a.shape) == 2 and UNIT not in a.shape:
            return a, self.along(b, a, x)
        raise self.unfit(a, b, x)

    def unfit(self, a: Array, b: Array, x: Syntax) -> Fault:
        """Return the fault of two shapes that do not fit entry by entry."""
        shapes = f"{self.shown(a)} and {self.shown(b)}"
        hint = ""
        if ANY in (*a.shape, *b.shape):
            return self.fault(f"`{self.written(x)}`: the size of `1` or `I` is not clear", x)
        if len(a.shape) == 2 and a.shape == (b.shape[::-1]):
            right = x.args[1] if len(x.args) > 1 else x
            written = self.written(right)
            simple = right.kind in {"name", "call"} or right.bracketed
            hint = f"`{written}ᵀ` would fit" if simple else f"`({written})ᵀ` would fit"
        return self.misfit(f"`{self.written(x)}`: {shapes} do not fit entry by entry", x, hint)

    def shown(self, a: Array) -> str:
        """Return a shape as it is said; a row is said to be one."""
        if len(a.shape) == 2 and a.shape[0] == UNIT:
            return f"a row of {a.shape[1]}"
        return shape_text(a.shape)

    def sized(self, found: Array, other: Array) -> Array:
        """Return an expression whose identity matrices and ones take their size from another."""
        if ANY not in found.shape or not other.shape:
            return found
        return _resized(found, other.shape)

    def with_size(self, a: Array, other: Array, x: Syntax) -> Array:
        """Return an expression with `I` in it, now that its size is known."""
        shape = other.shape if len(other.shape) != 1 else other.shape * 2
        has_identity = any(part.op == "eye" and ANY in part.shape for part in walk(a))
        if has_identity and (len(shape) != 2 or shape[0] != shape[1]):
            raise self.fault(
                f"`{self.written(x)}`: the identity is square, and {shape_text(shape)} is not", x
            )
        return _resized(a, shape)

    def along(self, v: Array, m: Array, x: Syntax) -> Array:
        """Return a vector spread over a matrix along the one axis that has its size."""
        size = v.shape[0]
        rows, columns = m.shape[0] == size, m.shape[1] == size
        if rows and columns:
            axis = _own_axis(v)
            if axis is not None:
                return build.expand(v, axis, m.shape)
            raise self.fault(
                f"`{self.written(x)}`: a vector of {size} fits both axes of {shape_text(m.shape)}",
                x,
                "write `v@1ᵀ` with the vector as `v` for one number a row, "
                "`1@vᵀ` for one number a column",
            )
        if not rows and not columns:
            raise self.misfit(
                f"`{self.written(x)}`: {self.shown(v)} fits no axis of {shape_text(m.shape)}", x
            )
        return build.expand(v, 0 if rows else 1, m.shape)

    def _mul(self, x: Syntax) -> Value:
        left, right = self.value(x.args[0]), self.value(x.args[1])
        if isinstance(left, Indexed) or isinstance(right, Indexed):
            return self.entries(left, right, x)
        if left.shape and right.shape:
            self.met.add("star")
        if left.shape and right.shape and self.star == "entries":
            return build.mul(*self.joined(left, right, x))
        if left.shape and right.shape and self.star == "matrix":
            return self.product(left, right, x)
        if left.shape and right.shape:
            a, b = (self.written(part) for part in x.args)
            raise self.misfit(
                f"`{self.written(x)}`: `*` only scales, and both sides are arrays "
                f"({self.shown(left)} and {self.shown(right)})",
                x,
                f"`{a} @ {b}` is the matrix product, `{a} ⊙ {b}` that of each entry",
            )
        return build.mul(left, right)

    def _had(self, x: Syntax) -> Value:
        left, right = self.value(x.args[0]), self.value(x.args[1])
        if isinstance(left, Indexed) or isinstance(right, Indexed):
            return self.entries(left, right, x)
        a, b = self.joined(left, right, x)
        if not self.claims:
            self.check_grouping(x, left, right)
        return build.mul(a, b)

    def check_grouping(self, x: Syntax, left: Array, right: Array) -> None:
        """Ask for brackets where A ⊙ B@C could be read in two ways."""
        for i, (part, other) in enumerate(((x.args[1], left), (x.args[0], right))):
            if part.bracketed or part.kind not in {"mat", "juxt"}:
                continue
            near = part
            while near.kind in {"mat", "juxt"} and not near.bracketed:
                near = near.args[0] if i == 0 else near.args[-1]
            try:
                inner = self.value(near)
            except Fault:
                continue
            if isinstance(inner, Array) and inner.shape and inner.shape == other.shape:
                product = self.written(part)
                raise self.fault(
                    f"`{self.written(x)}` can be read in two ways", x, f"write `({product})`"
                )

    def _div(self, x: Syntax) -> Value:
        left, right = self.value(x.args[0]), self.value(x.args[1])
        if isinstance(left, Indexed) or isinstance(right, Indexed):
            return self.indices.quotient(left, right, self, x.args[1])
        a, b = self.joined(left, right, x)
        return build.div(a, b)

    _hdiv = _div

    def _dot(self, x: Syntax) -> Value:
        left, right = self.value(x.args[0]), self.value(x.args[1])
        if isinstance(left, Indexed) or isinstance(right, Indexed):
            return self.entries(left, right, x)
        if not left.shape or not right.shape:
            return build.mul(left, right)
        return self.product(left, right, x)

    def _juxt(self, x: Syntax) -> Value:
        factors = self.side_by_side(x)
        if any(map(_is_one, factors)):
            return self.with_ones(factors, x)
        if _is_vec(factors[-1]) and factors[-2].kind == "outer":
            return self.vectorised(factors, x)
        left, right = map(self.value, x.args)
        if isinstance(left, Indexed) or isinstance(right, Indexed):
            return self.entries(left, right, x)
        if not left.shape or not right.shape:
            return build.mul(left, right)
        if len(left.shape) == 1 and left.shape == right.shape:
            slope = _is_rest(left, right) or _is_rest(right, left)
            self.met.add("slope" if slope else "beside")
            if self.vectors == "entries":
                return build.mul(left, right)
        return self.product(left, right, x)

    def side_by_side(self, x: Syntax) -> list[Syntax]:
        """Return the factors of a product of matrices without brackets, in order."""
        found: list[Syntax] = []
        while x.kind in {"juxt", "mat"} and (not x.bracketed or not found):
            found.append(x.args[1])
            x = x.args[0]
        return [x, *reversed(found)]

    def vectorised(self, factors: list[Syntax], x: Syntax) -> Value:
        """Return (Bᵀ ⊗ A) vec(X), which is vec(AXB), times the numbers in front."""
        made = self.array(factors[-1].args[0])
        before = factors[:-1]
        while before and before[-1].kind == "outer":
            left, right = (self.array_or_eye(part) for part in before.pop().args)
            made = made if right is None else self.product(right, made, x)
            made = made if left is None else self.product(made, build.transposed(left), x)
        found: Value = self.indices.vec(made, self, x)
        for piece in reversed(before):
            found = self.entries(self.value(piece), found, x)
        return found

    def array_or_eye(self, x: Syntax) -> Array | None:
        """Return a matrix; of an identity, whatever its size, None."""
        found = self.value(x)
        if isinstance(found, Array) and len(found.shape) == 2:
            return None if found.op == "eye" else found
        raise self.fault(f"`{self.written(x)}` is no matrix", x)

    def with_ones(self, factors: list[Syntax], x: Syntax) -> Value:
        """Return a product in which 1 or 1ᵀ stands for ones, of the size that its neighbour has.

        Numbers among the factors scale the whole: (1/N) 1ᵀ v is a mean.
        """
        scales: list[Array] = []
        made: Value | None = None
        waiting: Syntax | None = None
        for piece in factors:
            if _is_one(piece):
                if isinstance(made, Array):
                    ones = self.ones_beside(piece, made, front=False)
                    made = self.product(made, ones, x) if ones.shape else made
                elif made is None and waiting is not None and piece.kind == "T":
                    made, waiting = build.ones((ANY, ANY)), None
                else:
                    waiting = piece
                continue
            value = self.value(piece)
            if isinstance(value, Indexed) or isinstance(made, Indexed):
                made = value if made is None else self.entries(made, value, x)
            elif not value.shape:
                scales.append(value)
            elif made is not None:
                made = self.product(made, value, x)
            else:
                ones = self.ones_beside(waiting, value, front=True) if waiting else build.ONE
                made = self.product(ones, value, x) if ones.shape else value
                waiting = None
        if isinstance(made, Indexed):
            return self.indices.product([*scales, made])
        return build.mul(*scales, build.ONE if made is None else made)

    def entries(self, left: Value, right: Value, x: Syntax) -> Value:
        """Return a product in which an entry stands, or a row of a matrix that is meant whole."""
        return self.indices.beside(left, right, self, x)

    def ones_beside(self, x: Syntax, other: Array, *, front: bool) -> Array:
        """Return the ones that `1` or `1ᵀ` means beside an array, or the number 1."""
        turned = x.kind == "T"
        if front:
            size = build.left_of(other)
            if turned:
                return build.transposed(build.ones((size,)))
            return build.ones((ANY,)) if size == UNIT else build.ONE
        size = build.right_of(other)
        if turned:
            return build.transposed(build.ones((ANY,))) if size == UNIT else build.ONE
        if size == UNIT:
            return build.ONE
        return build.ones((size,))

    def _mat(self, x: Syntax) -> Value:
        first, second = x.args
        if any(map(_is_one, self.side_by_side(x))):
            return self._juxt(x)
        left, right = self.value(first), self.value(second)
        if isinstance(left, Indexed) or isinstance(right, Indexed):
            return self.entries(left, right, x)
        for part, value in ((first, left), (second, right)):
            if not value.shape:
                raise self.fault(
                    f"`{self.written(x)}`: `{self.written(part)}` is a number, "
                    "and `@` multiplies arrays",
                    x,
                    "a number scales: write `*`",
                )
        return self.product(left, right, x)

    def product(self, a: Array, b: Array, x: Syntax) -> Array:
        """Return the matrix product, with NumPy's rules for vectors."""
        if ANY in a.shape and a.op != "ones":
            a = _resized(a, (build.left_of(b),) * 2) if build.left_of(b) != UNIT else a
        if ANY in b.shape and b.op not in {"ones", "T"}:
            b = _resized(b, (build.right_of(a),) * 2) if build.right_of(a) != UNIT else b
        left = len(a.shape) == 1 and not (len(b.shape) == 2 and b.shape[0] == UNIT)
        if left:
            a_row = build.transposed(a)
            if a.shape[0] != build.left_of(b):
                raise self.mismatch(a, b, x)
            made = build.chain(a_row, b)
            return build.transposed(made) if made.shape else made
        if build.right_of(a) != build.left_of(b):
            raise self.mismatch(a, b, x)
        return build.chain(a, b)

    def mismatch(self, a: Array, b: Array, x: Syntax) -> Fault:
        """Return the fault of a product whose inner sizes differ."""
        inner = a.shape[0] if len(a.shape) == 1 else build.right_of(a)
        other = build.left_of(b)
        hint = ""
        if UNIT in {inner, other}:
            message = f"`{self.written(x)}`: {self.shown(a)} times {self.shown(b)} do not fit"
            if other != UNIT and len(a.shape) == 1:
                hint = f"`{self.written(x.args[0])}ᵀ` would fit" if a.shape[0] == other else ""
        else:
            message = (
                f"`{self.written(x)}`: {self.shown(a)} times {self.shown(b)}, "
                f"and {inner} is not {other}"
            )
        if len(a.shape) == 2 and a.shape[0] == other:
            hint = f"`{_turned(x.args[0], self)}` would fit"
        elif len(b.shape) == 2 and UNIT not in b.shape and b.shape[1] == inner:
            hint = f"`{_turned(x.args[1], self)}` would fit"
        return self.misfit(message, x, hint)

    # Powers and marks -----------------------------------------------------------------------------

    def _pow(self, x: Syntax) -> Value:
        base, exponent = self.value(x.args[0]), self.value(x.args[1])
        if isinstance(base, Indexed) or isinstance(exponent, Indexed):
            return self.indices.entrywise("pow", [base, exponent], self, x)
        square = len(base.shape) == 2 and base.shape[0] == base.shape[1]
        whole_power = _whole_power(exponent) if self.claims and square else None
        if whole_power is not None:
            self.met.add("power")
            if self.powers == "product":
                factor = build.inverse(base) if whole_power < 0 else base
                return build.chain(*[factor] * abs(whole_power))
        elif len(base.shape) == 2 and (square or not self.claims):
            written = self.written(x.args[0])
            raise self.fault(
                f"`{self.written(x)}`: a power of a matrix can be read in two ways",
                x,
                f"`{written}@{written}` is the product, `{written} .^ "
                f"{self.written(x.args[1])}` the power of each entry",
            )
        return self.entry_power(base, exponent, x)

    def entry_power(self, base: Array, exponent: Array, x: Syntax) -> Array:
        """Return a power of each entry."""
        a, b = self.joined(base, exponent, x)
        if a.op == "const" and a.data == "e":
            return build.fn("exp", b)
        if not a.shape and b.shape:
            a = build.filled(a, b.shape)
        return build.pow_(a, b)

    def _hpow(self, x: Syntax) -> Value:
        base, exponent = self.value(x.args[0]), self.value(x.args[1])
        if isinstance(base, Indexed) or isinstance(exponent, Indexed):
            return self.indices.entrywise("pow", [base, exponent], self, x)
        return self.entry_power(base, exponent, x)

    def _outer(self, x: Syntax) -> Value:
        left, right = map(self.value, x.args)
        if not isinstance(left, Array) or not isinstance(right, Array):
            return self.entries(left, right, x)
        if len(left.shape) != 1 or len(right.shape) != 1:
            raise self.fault(f"`{self.written(x)}`: `⊗` takes two vectors here", x)
        return build.outer(left, right)

    def _T(self, x: Syntax) -> Value:  # noqa: N802  (the kind of the piece is its name)
        inner = self.value(x.args[0])
        if isinstance(inner, Indexed):
            return self.indices.turned(inner)
        return build.transposed(inner)

    def _inv(self, x: Syntax) -> Value:
        inner = self.value(x.args[0])
        if isinstance(inner, Indexed):
            return self.indices.entrywise("pow", [inner, build.MINUS_ONE], self, x)
        if len(inner.shape) < 2:
            return build.pow_(inner, build.MINUS_ONE)
        return build.inverse(self.square(inner, x.args[0]))

    def square(self, a: Array, x: Syntax) -> Array:
        """Return a matrix that is square, as inverses and determinants need it."""
        if len(a.shape) != 2 or a.shape[0] != a.shape[1]:
            raise self.misfit(f"`{self.written(x)}` is {shape_text(a.shape)}, not square", x)
        return a

    def _bars(self, x: Syntax) -> Value:
        inner = self.value(x.args[0])
        if isinstance(inner, Indexed):
            return self.indices.entrywise("abs", [inner], self, x)
        if len(inner.shape) == 2 and (not self.claims or inner.shape[0] == inner.shape[1]):
            return build.scalar_of_matrix("det", self.square(inner, x.args[0]))
        return build.fn("abs", inner)

    def _norm(self, x: Syntax) -> Value:
        inner = self.value(x.args[0])
        if isinstance(inner, Indexed):
            squares = self.indices.entrywise("pow", [inner, build.TWO], self, x)
            total = self.indices.total(squares, silent(inner), self, x)
            return self.indices.entrywise("pow", [total, build.HALF], self, x)
        return build.sqrt(build.sum_(build.pow_(inner, build.TWO), None))

    def _cmp(self, x: Syntax) -> Value:
        left, right = self.value(x.args[0]), self.value(x.args[1])
        if isinstance(left, Indexed) or isinstance(right, Indexed):
            return self.indices.entrywise(str(x.data), [left, right], self, x)
        a, b = self.joined(left, right, x)
        return build.compare(str(x.data), a, b)

    def _logic(self, x: Syntax) -> Value:
        parts = [self.array(part) for part in x.args]
        a, b = self.joined(parts[0], parts[1], x)
        return build.logic(str(x.data), (a, b))

    def _step(self, x: Syntax) -> Value:
        inner = self.value(x.args[0])
        if isinstance(inner, Indexed):
            return self.indices.entrywise("step", [inner], self, x)
        return Array("fn", (inner,), "step", inner.shape)

    # Indices --------------------------------------------------------------------------------------

    def _index(self, x: Syntax) -> Value:
        base = self.value(x.args[0])
        if isinstance(base, Indexed):
            raise self.fault("an entry has no further index", x)
        if len(x.args) - 1 != len(base.shape):
            raise self.fault(
                f"`{self.written(x)}`: {self.shown(base)} has {len(base.shape)} "
                f"{'index' if len(base.shape) == 1 else 'indices'}, not {len(x.args) - 1}",
                x,
            )
        if any(part.kind in {"slice", "num"} for part in x.args[1:]):
            return self.sliced(base, x)
        letters = []
        for part in x.args[1:]:
            if part.kind != "name":
                raise self.fault(f"`{self.written(part)}` is no index", part)
            letters.append(str(part.data))
        return self.indices.entry(base, tuple(letters), self, x)

    def sliced(self, base: Array, x: Syntax) -> Array:
        """Return a part of an array: x[2:n] from 1, both ends in; x[3] is one entry."""
        made = base
        lost = []
        for axis, part in enumerate(x.args[1:]):
            total = base.shape[axis]
            if part.kind != "slice":
                at = self.size(part)
                made = build.part_of(made, axis, at - whole(1), at)
                lost.append(axis)
                continue
            has_low, has_high = part.data if isinstance(part.data, tuple) else (False, False)
            low = self.size(part.args[0]) if has_low else whole(1)
            high = self.size(part.args[-1]) if has_high else total
            made = build.part_of(made, axis, low - whole(1), high)
        for axis in reversed(lost):
            made = build.sum_(made, axis if len(made.shape) == 2 else None)
        return made

    def size(self, x: Syntax) -> Size:
        """Return a piece as a size."""
        if x.kind == "num" and isinstance(x.data, Fraction) and x.data.denominator == 1:
            return whole(int(x.data))
        if x.kind == "name" and str(x.data) in self.sizes:
            return self.sizes[str(x.data)]
        if x.kind in {"juxt", "mul"} and x.args[0].kind == "num":
            factor = cast("Fraction", x.args[0].data)
            if factor.denominator == 1:
                return self.size(x.args[1]).times(int(factor))
        if x.kind in {"add", "sub"}:
            left, right = map(self.size, x.args)
            return left + right if x.kind == "add" else left - right
        raise self.fault(f"`{self.written(x)}` is no size", x)

    def _total(self, x: Syntax) -> Value:
        letters = cast("tuple[str, ...]", x.data)
        if len(x.args) > 1:
            last = str(x.args[1].data).partition(":")[2]
            self.runs |= {letters[0]: self.sizes[last]} if last in self.sizes else {}
        self.indices.summed += letters
        body = self.value(x.args[0])
        self.indices.summed = self.indices.summed[: -len(letters)]
        if len(x.args) > 1:
            self.check_range(letters[0], str(x.args[1].data), x)
        return self.indices.total(body, letters, self, x)

    def check_range(self, letter: str, written: str, x: Syntax) -> None:
        """Refuse a sum that does not run over all of an axis; a last index of no meaning is all."""
        low, _, high = written.partition(":")
        size = self.indices.ranges.get(letter)
        found = re.fullmatch(r"(\w+?)(?:([+-])(\d+))?", high)
        last: Size | None = None
        if found is not None and (found[1] in self.sizes or found[1].isdecimal()):
            last = self.sizes.get(found[1]) or whole(int(found[1]))
            shift = whole(int((found[2] or "+") + (found[3] or "0")))
            last = last + shift + whole(low == "0")
        known = last is not None or (found is not None and found[3] is None) or not high
        if low not in {"0", "1"} or not known or (last is not None and size not in {None, last}):
            raise self.fault(f"`{letter}` runs over {size} here, not over {written}", x)

    def _slice(self, x: Syntax) -> Value:
        raise self.fault(f"`{self.written(x)}` is a range, not a value", x)

    def _stack(self, x: Syntax) -> Value:
        if x.data == 1:
            return self.beside(x)
        parts = [self.array(part) for part in x.args]
        if self.claims and any(len(part.shape) == 1 for part in parts):
            parts = [build.filled(part, (whole(1),)) for part in parts]
        for part, piece in zip(parts, x.args, strict=True):
            if not part.shape:
                raise self.fault(
                    f"`{self.written(piece)}` is a number; what is stacked is arrays", piece
                )
            if part.shape[1:] != parts[0].shape[1:] or len(part.shape) != len(parts[0].shape):
                raise self.fault(
                    f"`{self.written(x)}`: {self.shown(parts[0])} on {self.shown(part)}",
                    x,
                )
        return build.stack(parts)

    def beside(self, x: Syntax) -> Array:
        """Return [A, B]: matrices beside one another; v1ᵀ is one column there."""
        parts = [value for value in map(self.value, x.args) if isinstance(value, Array)]
        parts = [_resized(p, (p.shape[0], whole(1))) if ANY in p.shape else p for p in parts]
        rows = {part.shape[0] for part in parts if len(part.shape) == 2}
        flat = any(len(part.shape) != 2 for part in parts)
        if len(rows) != 1 or flat or len(parts) < len(x.args):
            shapes = ", ".join(self.shown(part) for part in parts)
            raise self.fault(f"`{self.written(x)}`: {shapes} cannot stand side by side", x)
        return build.stack(parts, 1)

    # Calls ----------------------------------------------------------------------------------------

    def _call(self, x: Syntax) -> Value:
        if self.claims and _is_vec(x):
            return self.indices.vec(self.array(x.args[0]), self, x)
        return self.calls(self, x)


def _is_one(x: Syntax) -> bool:
    """Tell whether a piece is 1 or 1ᵀ as written beside an array."""
    inner = x.args[0] if x.kind == "T" else x
    return inner.kind == "num" and inner.data == 1


def _is_rest(a: Array, b: Array) -> bool:
    """Tell whether b is 1 − a or 1 + a: side by side they are a slope, each entry of it."""
    return build.ONE in b.args and b in {build.sub(build.ONE, a), build.add(build.ONE, a)}


def _whole_power(exponent: Array) -> int | None:
    """Return an exponent that a matrix may have as a product with itself, or None."""
    value = exponent.value if exponent.op == "num" else Fraction(0)
    return int(value) if value.denominator == 1 and 2 <= abs(value) <= _HIGHEST_POWER else None


def _is_letter(letters: tuple[str, ...]) -> bool:
    """Tell whether there is one index, and that no number."""
    return len(letters) == 1 and not letters[0].isdigit()


def _is_vec(x: Syntax) -> bool:
    return x.kind == "call" and x.data == "vec" and len(x.args) == 1


def _own_axis(v: Array) -> int | None:
    """Return the axis along which sums over the other one run: a row sum belongs to its row."""
    for part in v.args if v.op in {"mul", "pow", "add", "fn"} else (v,):
        inner = part
        while inner.op in {"pow", "fn", "mul", "add"} and inner.args:
            arrays = [piece for piece in inner.args if piece.shape]
            if not arrays:
                break
            inner = arrays[0]
        if inner.op in {"sum", "lse", "most", "least"} and inner.data is not None:
            return 1 - inner.along
    return None


def _resized(x: Array, shape: Shape) -> Array:
    """Return an expression with the size of its identity matrices and of its ones put in."""
    if x.op == "eye" and ANY in x.shape:
        return build.eye(shape[0])
    if x.op == "ones" and ANY in x.shape:
        return build.ones(shape[: len(x.shape)])
    if x.op == "expand" and ANY in x.shape:
        return build.expand(_resized(x.args[0], shape), x.along, shape)
    if not x.args:
        return x
    return build.rebuilt_free(x, [_resized(part, shape) for part in x.args])


def _turned(x: Syntax, meaning: Meaning) -> str:
    """Return what is written for the transpose of a piece."""
    text = meaning.written(x)
    if x.kind == "T":
        return meaning.written(x.args[0])
    simple = x.kind in {"name", "call", "inv"} or x.bracketed
    return f"{text}ᵀ" if simple else f"({text})ᵀ"


__all__ = ["ANY", "REFUSED", "Habits", "Meaning", "Shape", "Value", "lookup", "substituted"]
