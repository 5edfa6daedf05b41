"""What emitted NumPy code of arrays calls: functions that NumPy lacks, spellings of names."""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.expression.arrays.print_numpy import NumpyArrayPrinter, pair_of
from symgrad.expression.arrays.size import UNIT
from symgrad.expression.arrays.tree import Array
from symgrad.expression.spelling import Spelling
from symgrad.targets.arrays.elementary import Elementary
from symgrad.targets.helper import Helper

_LINALG = frozenset(("inv", "solve", "det", "norm"))
HELPERS = {
    "_softmax": Helper("""\
def _softmax(x: _Array, axis: int | None = None) -> Any:
    e = np.exp(x - np.maximum.reduce(x, axis=axis, keepdims=True))
    return e / np.add.reduce(e, axis=axis, keepdims=True)
"""),
    "_logsumexp": Helper("""\
def _logsumexp(x: _Array, axis: int | None = None, keepdims: bool = False) -> Any:
    top = np.maximum.reduce(x, axis=axis, keepdims=True)
    top = top + np.log(np.add.reduce(np.exp(x - top), axis=axis, keepdims=True))
    return top if keepdims else top.squeeze(axis)
"""),
    "_softmax_and_logsumexp": Helper("""\
def _softmax_and_logsumexp(x: _Array, axis: int | None = None) -> tuple[Any, Any]:
    top = np.maximum.reduce(x, axis=axis, keepdims=True)
    e = np.exp(x - top)
    total = np.add.reduce(e, axis=axis, keepdims=True)
    e /= total
    return e, (np.log(total) + top).squeeze(axis)
"""),
    "_logdet": Helper("""\
def _logdet(m: _Array) -> float:
    sign, value = np.linalg.slogdet(m)
    return float(value) if sign > 0 else math.nan
"""),
    "_sigmoid": Helper("""\
def _sigmoid(x: Any) -> Any:
    return np.exp(-np.logaddexp(0.0, -x))
"""),
}
# What warns of nothing, and what a person would write.
_FUNCTIONS = {
    "sigmoid": Spelling("_sigmoid({0})", ("_sigmoid",)),
    "softplus": Spelling("np.logaddexp(0.0, {0})"),
    "relu": Spelling("np.maximum({0}, 0.0)"),
}


def _is_full(x: Array) -> bool:
    """Tell whether the code of a matrix makes one: what is spread along an axis stands as it is."""
    if x.op in {"add", "mul", "fn", "pow"}:
        return any(_is_full(part) for part in x.args if part.shape)
    return x.op not in {"expand", "ones"}


class ArrayCodePrinter(NumpyArrayPrinter):
    """Writes NumPy code with `np.` in front, linear systems as `solve`."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self.used: set[str] = set()
        self.functions = Elementary("numpy", functions=_FUNCTIONS)
        self.reserved = frozenset(reserved)
        super().__init__(self._spelled)

    def _spelled(self, name: str) -> str:
        if name in _LINALG:
            return f"np.linalg.{name}"
        if f"_{name}" in HELPERS:
            self.used.add(f"_{name}")
            return f"_{name}"
        return f"np.{name}"

    def _fn(self, x: Array) -> tuple[str, int]:
        if x.data in {"step", "where"}:
            return super()._fn(x)
        parts = [self.entry(part)[0] for part in x.args]
        return self.functions.call(x.text, parts), 40

    def _along(self, name: str, x: Array, more: str = "") -> str:
        """Return a sum along an axis; that of a product of two matrices is taken without it."""
        made = self.sum_of_products(x) if name in {"sum", "mean"} else None
        if made is None:
            made = super()._along(name, x, more)
            # The same sum without the layers of Python around it: 5 of 12 µs on a small matrix.
            is_axis = name == "sum" and x.data is not None
            return made.replace("np.sum(", "np.add.reduce(", 1) if is_axis else made
        made = f"({made}/{self.divisor(x)})" if name == "mean" else made
        return f"{made}[:, None]" if more else made

    def _mean(self, x: Array) -> tuple[str, int]:
        made = self.sum_of_products(x)
        return super()._mean(x) if made is None else (f"{made}/{self.divisor(x)}", 20)

    def sum_of_products(self, x: Array) -> str | None:
        """Return the sum along an axis of the products of two matrices' entries, or None."""
        inner = x.args[0]
        pair = None if x.data is None or len(inner.shape) < 2 else pair_of(inner)
        if pair is None or not all(map(_is_full, pair)):
            return None
        left, right = map(self.expression, pair)
        return f'np.einsum("ij,ij->{"ji"[x.along]}", {left}, {right})'

    def divisor(self, x: Array) -> str:
        """Return the number of terms of a mean along an axis."""
        size = self.size(x.args[0].shape[x.along])
        return size if size.isidentifier() else f"({size})"

    def softmax_and_lse(self, x: Array) -> str:
        """Return the code of both softmax(z) and logsumexp(z), for the latter."""
        return self._along("softmax_and_logsumexp", x)

    def _sum(self, x: Array) -> tuple[str, int]:
        """Return a sum; that of the products of the entries of two matrices is one of vectors."""
        pair = pair_of(x.args[0]) if x.data is None and len(x.args[0].shape) == 2 else None
        if pair is not None and all(map(_is_full, pair)):
            left, right = map(self.expression, pair)
            return f"np.vdot({left}, {right})", 40
        return super()._sum(x)

    def _chain(self, x: Array) -> tuple[str, int]:
        """Return a product; one that begins with an inverse solves a linear system."""
        first, rest = x.args[0], x.args[1:]
        turned = first.op == "T" and first.args[0].op == "inv"
        plain = first.args[0] if turned else first
        outer = any(part.shape[0] == UNIT for part in rest if len(part.shape) == 2)
        if plain.op == "inv" and rest and not outer:
            matrix, level = self.whole(plain.args[0])
            if turned:
                matrix = f"{matrix}.T" if level >= 40 else f"({matrix}).T"
            right = rest[0] if len(rest) == 1 else Array("chain", rest, None, x.shape)
            return f"np.linalg.solve({matrix}, {self.expression(right)})", 40
        return super()._chain(x)
