"""Products: of each entry, of matrices, side by side, with ones of their neighbour's size."""

from __future__ import annotations

from dataclasses import replace

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.size import UNIT
from symgrad.expression.arrays.tree import Array
from symgrad.sources.arrays.indices import Indexed
from symgrad.sources.arrays.meaning.base import ANY, Base, Value
from symgrad.sources.arrays.meaning.sums import Sums, resized
from symgrad.sources.arrays.tokens import Syntax
from symgrad.sources.problems import Fault


class Products(Sums):
    """Gives products and quotients their meaning."""

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
        if any(map(is_one, factors)):
            return self.with_ones(factors, x)
        if is_vec(factors[-1]) and _is_kronecker(factors[-2]):
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
        while before and _is_kronecker(before[-1]):
            made = self.applied(before.pop(), made, x)
        found: Value = self.indices.vec(made, self, x)
        for piece in reversed(before):
            found = self.entries(self.value(piece), found, x)
        return found

    def applied(self, k: Syntax, made: Array, x: Syntax) -> Array:
        """Return the matrix whose vec is a sum of Kronecker products times vec(X)."""
        match k.kind:
            case "outer":
                left, right = (self.array_or_eye(part) for part in k.args)
                made = made if right is None else self.product(right, made, x)
                return made if left is None else self.product(made, build.transposed(left), x)
            case "neg":
                return build.neg(self.applied(k.args[0], made, x))
            case "add" | "sub":
                one, other = (self.applied(part, made, x) for part in k.args)
                return build.add(one, other if k.kind == "add" else build.neg(other))
            case "T" | "inv" if k.args[0].kind == "outer":
                turned = (replace(k, args=(part,)) for part in k.args[0].args)
                return self.applied(replace(k.args[0], args=tuple(turned)), made, x)
            case _:
                raise self.fault(f"`{self.written(k)}` is no Kronecker product", k)

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
            if is_one(piece):
                if isinstance(made, Array):
                    ones = self.ones_beside(piece, made, front=False)
                    made = self.product(made, ones, x) if ones.shape else made
                elif made is None and waiting is not None and piece.kind == "T":
                    made, waiting = leaves.ones((ANY, ANY)), None
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
                ones = self.ones_beside(waiting, value, front=True) if waiting else leaves.ONE
                made = self.product(ones, value, x) if ones.shape else value
                waiting = None
        if isinstance(made, Indexed):
            return self.indices.product([*scales, made])
        return build.mul(*scales, leaves.ONE if made is None else made)

    def entries(self, left: Value, right: Value, x: Syntax) -> Value:
        """Return a product in which an entry stands, or a row of a matrix that is meant whole."""
        return self.indices.beside(left, right, self, x)

    def ones_beside(self, x: Syntax, other: Array, *, front: bool) -> Array:
        """Return the ones that `1` or `1ᵀ` means beside an array, or the number 1."""
        turned = x.kind == "T"
        if front:
            size = build.left_of(other)
            if turned:
                return build.transposed(leaves.ones((size,)))
            return leaves.ones((ANY,)) if size == UNIT else leaves.ONE
        size = build.right_of(other)
        if turned:
            return build.transposed(leaves.ones((ANY,))) if size == UNIT else leaves.ONE
        if size == UNIT:
            return leaves.ONE
        return leaves.ones((size,))

    def _mat(self, x: Syntax) -> Value:
        first, second = x.args
        if any(map(is_one, self.side_by_side(x))):
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
            a = resized(a, (build.left_of(b),) * 2) if build.left_of(b) != UNIT else a
        if ANY in b.shape and b.op not in {"ones", "T"}:
            b = resized(b, (build.right_of(a),) * 2) if build.right_of(a) != UNIT else b
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


def _is_kronecker(x: Syntax) -> bool:
    """Tell whether a piece is a Kronecker product, or a sum of some."""
    if x.kind in {"neg", "T", "inv"}:
        return _is_kronecker(x.args[0])
    return x.kind == "outer" or (x.kind in {"add", "sub"} and all(map(_is_kronecker, x.args)))


def is_one(x: Syntax) -> bool:
    """Tell whether a piece is 1 or 1ᵀ as written beside an array."""
    inner = x.args[0] if x.kind == "T" else x
    return inner.kind == "num" and inner.data == 1


def _is_rest(a: Array, b: Array) -> bool:
    """Tell whether b is 1 − a or 1 + a: side by side they are a slope, each entry of it."""
    return leaves.ONE in b.args and b in {build.sub(leaves.ONE, a), build.add(leaves.ONE, a)}


def is_vec(x: Syntax) -> bool:
    """Tell whether a piece is vec(X)."""
    return x.kind == "call" and x.data == "vec" and len(x.args) == 1


def _turned(x: Syntax, meaning: Base) -> str:
    """Return what is written for the transpose of a piece."""
    text = meaning.written(x)
    if x.kind == "T":
        return meaning.written(x.args[0])
    simple = x.kind in {"name", "call", "inv"} or x.bracketed
    return f"{text}ᵀ" if simple else f"({text})ᵀ"
