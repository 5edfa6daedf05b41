"""Sums: two operands in one shape, a vector along the one axis of a matrix that has its size."""

from __future__ import annotations

from fractions import Fraction

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.rebuild import rebuilt_free
from symgrad.expression.arrays.size import UNIT, Shape, shape_text
from symgrad.expression.arrays.tree import Array, walk
from symgrad.sources.arrays.indices import Indexed
from symgrad.sources.arrays.meaning.base import ANY, Value
from symgrad.sources.arrays.meaning.named import Named
from symgrad.sources.arrays.tokens import Syntax
from symgrad.sources.problems import Fault


class Sums(Named):
    """Gives signs and sums their meaning."""

    def _neg(self, x: Syntax) -> Value:
        inner = self.value(x.args[0])
        if isinstance(inner, Indexed):
            return self.indices.product([leaves.MINUS_ONE, inner])
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
        return build.add(a, leaves.scaled(Fraction(sign), b))

    def joined_terms(
        self, terms: list[tuple[int, Syntax]], arrays: list[Array], whole: Array
    ) -> Array:
        """Return a sum in which a matrix gives the vectors their axis."""
        made = leaves.zeros(whole.shape)
        for (sign, piece), value in zip(terms, arrays, strict=True):
            joined = value if not value.shape else self.joined(value, whole, piece)[0]
            made = build.add(made, leaves.scaled(Fraction(sign), build.filled(joined, whole.shape)))
        return made

    def joined(self, a: Array, b: Array, x: Syntax) -> tuple[Array, Array]:
        """Return two operands in one shape, a vector along the axis of a matrix that fits."""
        if len(a.shape) == len(b.shape) == 2 and ANY in (*a.shape, *b.shape):
            both = tuple(n if m == ANY else m for m, n in zip(a.shape, b.shape, strict=True))
            return resized(a, both), resized(b, both)
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

    def sized(self, found: Array, other: Array) -> Array:
        """Return an expression whose identity matrices and ones take their size from another."""
        if ANY not in found.shape or not other.shape:
            return found
        return resized(found, other.shape)

    def with_size(self, a: Array, other: Array, x: Syntax) -> Array:
        """Return an expression with `I` in it, now that its size is known."""
        shape = other.shape if len(other.shape) != 1 else other.shape * 2
        has_identity = any(part.op == "eye" and ANY in part.shape for part in walk(a))
        if has_identity and (len(shape) != 2 or shape[0] != shape[1]):
            raise self.fault(
                f"`{self.written(x)}`: the identity is square, and {shape_text(shape)} is not", x
            )
        return resized(a, shape)

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


def resized(x: Array, shape: Shape) -> Array:
    """Return an expression with the size of its identity matrices and of its ones put in."""
    if x.op == "eye" and ANY in x.shape:
        return leaves.eye(shape[0])
    if x.op == "ones" and ANY in x.shape:
        return leaves.ones(shape[: len(x.shape)])
    if x.op == "expand" and ANY in x.shape:
        return build.expand(resized(x.args[0], shape), x.along, shape)
    if not x.args:
        return x
    return rebuilt_free(x, [resized(part, shape) for part in x.args])
