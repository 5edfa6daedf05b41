"""Powers, transposes, inverses, bars, conditions."""

from __future__ import annotations

from fractions import Fraction

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.size import shape_text
from symgrad.expression.arrays.tree import Array
from symgrad.sources.arrays.indices import Indexed, silent
from symgrad.sources.arrays.meaning.base import Value
from symgrad.sources.arrays.meaning.products import Products
from symgrad.sources.arrays.tokens import Syntax

_HIGHEST_POWER = 8


class Powers(Products):
    """Gives powers and the marks behind a name their meaning."""

    def _pow(self, x: Syntax) -> Value:
        base, exponent = self.value(x.args[0]), self.value(x.args[1])
        if isinstance(base, Array) and base.shape and isinstance(exponent, Indexed):
            e = x.args[0].kind == "name" and x.args[0].data == "e"
            base = leaves.constant("e") if e else base  # e^{w_i}, though the graph has a vector e
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
            return self.indices.entrywise("pow", [inner, leaves.MINUS_ONE], self, x)
        if len(inner.shape) < 2:
            return build.pow_(inner, leaves.MINUS_ONE)
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
            squares = self.indices.entrywise("pow", [inner, leaves.TWO], self, x)
            total = self.indices.total(squares, silent(inner), self, x)
            return self.indices.entrywise("pow", [total, leaves.HALF], self, x)
        return build.sqrt(build.sum_(build.pow_(inner, leaves.TWO), None))

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


def _whole_power(exponent: Array) -> int | None:
    """Return an exponent that a matrix may have as a product with itself, or None."""
    value = exponent.value if exponent.op == "num" else Fraction(0)
    return int(value) if value.denominator == 1 and 2 <= abs(value) <= _HIGHEST_POWER else None
