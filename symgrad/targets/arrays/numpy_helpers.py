"""What emitted NumPy code of arrays calls: functions that NumPy lacks, spellings of names."""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.errors import Diagnostic, SymgradError
from symgrad.expression.arrays.print_numpy import NumpyArrayPrinter, pair_of
from symgrad.expression.arrays.size import UNIT
from symgrad.expression.arrays.tree import Array

_LINALG = frozenset(("inv", "solve", "det", "norm"))
HELPERS = {
    "softmax": """def softmax(x, axis=None):
    e = np.exp(x - np.maximum.reduce(x, axis=axis, keepdims=True))
    return e / np.add.reduce(e, axis=axis, keepdims=True)
""",
    "logsumexp": """def logsumexp(x, axis=None, keepdims=False):
    top = np.maximum.reduce(x, axis=axis, keepdims=True)
    total = np.log(np.add.reduce(np.exp(x - top), axis=axis, keepdims=keepdims))
    return total + np.reshape(top, np.shape(total))
""",
    "logdet": """def logdet(m):
    sign, value = np.linalg.slogdet(m)
    return value if sign > 0 else np.nan
""",
    "sigmoid": """def sigmoid(x):
    return np.exp(-np.logaddexp(0.0, -x))
""",
    "softplus": """def softplus(x):
    return np.logaddexp(0.0, x)
""",
    "relu": """def relu(x):
    return np.maximum(x, 0.0)
""",
    "silu": """def silu(x):
    return x * np.exp(-np.logaddexp(0.0, -x))
""",
    "erf": """def erf(x):
    return np.vectorize(math.erf)(x)
""",
    "erfc": """def erfc(x):
    return np.vectorize(math.erfc)(x)
""",
    "normal_cdf": """def normal_cdf(x):
    return np.vectorize(math.erfc)(-x / math.sqrt(2.0)) / 2.0
""",
    "normal_pdf": """def normal_pdf(x):
    return np.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi)
""",
    "gelu": """def gelu(x):
    return x * np.vectorize(math.erfc)(-x / math.sqrt(2.0)) / 2.0
""",
    "lgamma": """def lgamma(x):
    return np.vectorize(math.lgamma)(x)
""",
}
_NUMPY = frozenset(
    "exp log log2 log10 sqrt cbrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh "
    "arctanh arctan2 sign abs maximum minimum where hypot log1p expm1 outer trace diag eye ones "
    "zeros concatenate sum mean max min pi e".split()
)


def _is_full(x: Array) -> bool:
    """Tell whether the code of a matrix makes one: what is spread along an axis stands as it is."""
    if x.op in {"add", "mul", "fn", "pow"}:
        return any(_is_full(part) for part in x.args if part.shape)
    return x.op not in {"expand", "ones"}


class ArrayCodePrinter(NumpyArrayPrinter):
    """Writes NumPy code with `np.` in front, linear systems as `solve`."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self.used: set[str] = set()
        self.reserved = frozenset(reserved)
        super().__init__(self._spelled)

    def _spelled(self, name: str) -> str:
        if name in _LINALG:
            return f"np.linalg.{name}"
        if name in HELPERS:
            self.used.add(name)
            return f"_{name}"
        if name in _NUMPY:
            return f"np.{name}"
        raise SymgradError(
            Diagnostic(f"NumPy has no function `{name}`", help="write it by others that it has")
        )

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
