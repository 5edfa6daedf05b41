"""NumPy code of a graph with arrays, as a person writes it: one line a formula.

Data may have a leading axis for the samples: the value is the mean over them then, and so is the
gradient. A wrong shape is an exception that names both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from symgrad import __version__
from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.errors import Diagnostic, SymgradError
from symgrad.expression.arrays.print_numpy import NumpyPrinter, identifier
from symgrad.expression.arrays.print_text import TextPrinter
from symgrad.expression.arrays.size import UNIT, shape_text
from symgrad.expression.arrays.tree import Array
from symgrad.targets.arrays.statements import Assignment, backward, forward, second, shared

_LINALG = frozenset(("inv", "solve", "det", "norm"))
_HELPERS = {
    "softmax": """def softmax(x, axis=None):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)
""",
    "logsumexp": """def logsumexp(x, axis=None, keepdims=False):
    top = np.max(x, axis=axis, keepdims=True)
    total = top + np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True))
    return total if keepdims else np.squeeze(total, axis=axis)
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


class CodePrinter(NumpyPrinter):
    """Writes NumPy code with `np.` in front, linear systems as `solve`."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self.used: set[str] = set()
        self.reserved = frozenset(reserved)
        super().__init__(self._spelled)

    def _spelled(self, name: str) -> str:
        if name in _LINALG:
            return f"np.linalg.{name}"
        if name in _HELPERS:
            self.used.add(name)
            return f"_{name}"
        if name in _NUMPY:
            return f"np.{name}"
        raise SymgradError(
            Diagnostic(f"NumPy has no function `{name}`", help="write it by others that it has")
        )

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


def code(d: ArrayDerivation, *, module: str = "model", include: Sequence[str] = ()) -> str:
    """Return the module of a derivation: value, gradient, value_and_gradient and update.

    `include` may name "hessian", the matrix of second derivatives by the one parameter. Raises
    SymgradError for a function that NumPy does not have.
    """
    unknown = [item for item in include if item not in {"hessian", "value", "gradient"}]
    if unknown:
        raise SymgradError(
            Diagnostic(f"`{unknown[0]}` is not written for arrays", help="`hessian`")
        )
    return _Module(d, module).text(include)


class _Module:
    """Writes one module."""

    def __init__(self, d: ArrayDerivation, module: str) -> None:
        self.d = d
        self.graph = d.array_graph
        self.module = module
        graph = self.graph
        self.parameters = list(d.wrt)
        others = [name for name, node in graph.index.items() if node.formula is None]
        others = [name for name in others if name not in d.wrt]
        with_default = [
            n for n in others if graph.index[n].default is not None and not graph.shape_of[n]
        ]
        self.data = [name for name in others if name in graph.data]
        self.plain = [n for n in others if n not in with_default]
        self.order = [*self.parameters, *self.plain, *with_default]
        self.defaults = {name: graph.index[name].default for name in with_default}
        self.printer = CodePrinter(self.order)
        self.used_sizes: set[str] = set()
        words = [identifier(name) for name in (*graph.index, *graph.sizes)]
        twice = next((word for word in words if words.count(word) > 1), None)
        if twice is not None:
            raise SymgradError(Diagnostic(f"two names are `{twice}` in Python", help="rename one"))
        self.result = "d" + identifier(graph.objective) + "_d"

    def signature(self) -> str:
        """Return the arguments of the functions."""
        parts = []
        for name in self.order:
            default = self.defaults.get(name)
            word = identifier(name)
            parts.append(word if default is None else f"{word}={float(default)!r}")
        return ", ".join(parts)

    def text(self, include: Sequence[str]) -> str:
        """Return the whole module."""
        d = self.d
        blocks = [self.checks(), self.gradient_class()]
        if d.jacobian:
            blocks.append(self.function("value", forward(d), self.objective()))
            blocks.append(
                self.function("jacobian", backward(d, self.result), self.fields("Jacobian"))
            )
        else:
            both = f"{self.objective()}, {self.fields('Gradient')}"
            rows = self.with_value(backward(d, self.result))
            blocks.append(self.function("_value", forward(d), self.objective()))
            blocks.append(self.function("_value_and_gradient", rows, both))
            blocks.append(self.public())
        if "hessian" in include:
            blocks.append(self.hessian())
        helpers = [
            _HELPERS[name].replace("def ", "def _", 1)
            for name in _HELPERS
            if name in self.printer.used
        ]
        imports = ["from typing import NamedTuple", "", "import numpy as np"]
        if any("math." in text for text in helpers):
            imports.insert(0, "import math")
        head = [self.docstring(), "\n".join(imports)]
        return "\n\n\n".join(["\n\n".join(head), *(b.rstrip() for b in (*helpers, *blocks))]) + "\n"

    def docstring(self) -> str:
        """Return the head: what the code was made from."""
        names = [*self.graph.index, *(item.name for item in self.d.array_sensitivities)]
        printer = TextPrinter(names)
        graph = self.graph
        lines = [f"Generated by symgrad {__version__}; do not edit.", ""]
        if graph.title and not graph.numpy:
            lines += [graph.title, ""]
        shapes = [f"{n} {shape_text(graph.shape_of[n])}" for n in self.order if graph.shape_of[n]]
        lines += [f"Shapes: {', '.join(shapes)}.", ""]
        for name, tree in graph.values:
            lines.append(f"    {name} = {printer.expression(tree)}")
        lines.append("")
        top = graph.objective
        for item in self.d.array_sensitivities:
            left = item.name if item.argument is not None else f"{item.name} = ∂{top}/∂{item.node}"
            lines.append(f"    {left} = {printer.expression(item.value)}")
        for name, tree in self.d.array_gradients:
            lines.append(f"    ∂{top}/∂{name} = {printer.expression(tree)}")
        body = "\n".join(lines).replace("\\", "\\\\").replace('"""', "'''")
        return f'"""{body}\n"""'

    def with_value(self, rows: Sequence[Assignment]) -> list[Assignment]:
        """Return assignments with those of the objective among them."""
        held = {row.name for row in rows}
        missing = [row for row in forward(self.d) if row.name not in held]
        values = [row for row in rows if row.name in self.graph.trees]
        rest = [row for row in rows if row.name not in self.graph.trees]
        position = {node.name: i for i, node in enumerate(self.graph.ordered)}
        ordered = sorted([*values, *missing], key=lambda row: position[row.name])
        return [*ordered, *rest]

    def objective(self) -> str:
        """Return the name of the objective in the code."""
        return self.local(self.graph.objective)

    def local(self, name: str) -> str:
        """Return a name in the code."""
        return identifier(name)

    def fields(self, kind: str) -> str:
        """Return the result of a gradient."""
        parts = ", ".join(
            f"{identifier(name)}={self.result}{identifier(name)}" for name in self.parameters
        )
        return f"{kind}({parts})"

    def gradient_class(self) -> str:
        """Return the named tuples of the results."""
        kinds = ["Jacobian"] if self.d.jacobian else ["Gradient", "Params"]
        parts = []
        for kind in kinds:
            rows = [f"class {kind}(NamedTuple):"]
            rows.append(f'    """{_SAID[kind]}"""\n')
            rows += [f"    {identifier(name)}: np.ndarray" for name in self.parameters]
            parts.append("\n".join(rows))
        return "\n\n\n".join(parts)

    def checks(self) -> str:
        """Return the function that gives every size its number and refuses what does not fit."""
        shapes = {
            identifier(name): " ".join(map(str, self.graph.shape_of[name]))
            for name in self.order
            if self.graph.shape_of[name]
        }
        rows = "".join(f'    "{name}": "{shape}",\n' for name, shape in shapes.items())
        return f"_SHAPES = {{\n{rows}}}\n\n\n{_CHECK}"

    def sizes(self) -> list[str]:
        """Return the lines that read the sizes from the shapes."""
        arrays = [name for name in self.order if self.graph.shape_of[name]]
        if not arrays:
            return []
        arguments = ", ".join(f"{identifier(name)}={identifier(name)}" for name in arrays)
        used = [size for size in sorted(self.graph.sizes) if size in self.used_sizes]
        if not used:
            return [f"    _sizes({arguments})"]
        rows = [f"    _known = _sizes({arguments})"]
        return rows + [f"    {identifier(size)} = _known[{size!r}]" for size in used]

    def function(self, name: str, rows: Sequence[Assignment], result: str) -> str:
        """Return one function of the module."""
        taken = [
            *self.graph.index,
            *self.graph.sizes,
            *(i.name for i in self.d.array_sensitivities),
        ]
        body = [
            f"    {self.local(row.name)} = {self.printer.expression(row.tree)}"
            for row in shared(rows, taken)
        ]
        code_text = "\n".join(body)
        self.used_sizes = {
            size
            for size in self.graph.sizes
            if re.search(rf"(?<![\w.]){re.escape(identifier(size))}(?!\w)", code_text)
        }
        head = [f"def {name}({self.signature()}):"]
        if not name.startswith("_"):
            head.append(f'    """{_SAID.get(name, name)}"""')
        return "\n".join([*head, *self.sizes(), *body, f"    return {result}"])

    def public(self) -> str:
        """Return the functions that take one sample, or many with a leading axis."""
        signature = self.signature()
        arguments = ", ".join(identifier(name) for name in self.order)
        data = [name for name in self.data if name in self.order]
        pairs = "".join(f"({identifier(n)}, {len(self.graph.shape_of[n])}), " for n in data)
        zeros = ", ".join(f"np.zeros(np.shape({identifier(n)}))" for n in self.parameters)
        one_sample = ", ".join(
            f"{identifier(n)}[_i]" if n in data else identifier(n) for n in self.order
        )
        if not data:
            return _WITHOUT_DATA.format(signature=signature, arguments=arguments, step=self.step())
        arrays = "".join(f"    {identifier(n)} = np.asarray({identifier(n)})\n" for n in data)
        return _WITH_DATA.format(
            signature=signature, arguments=arguments, pairs=pairs, arrays=arrays,
            zeros=zeros, one=one_sample, step=self.step(),
        )  # fmt: skip

    def step(self) -> str:
        """Return one step of descent (of ascent, where the objective is to grow)."""
        sign = "+" if self.graph.maximize else "-"
        return ", ".join(
            f"{identifier(n)} {sign} rate*_gradient.{identifier(n)}" for n in self.parameters
        )

    def hessian(self) -> str:
        """Return the function of the second derivatives by the one parameter."""
        if len(self.parameters) != 1:
            raise SymgradError(
                Diagnostic(
                    "the Hessian of arrays is that by one parameter, and there are "
                    f"{len(self.parameters)}",
                    help=f"name one: `wrt=[{self.parameters[0]!r}]`",
                )
            )
        return self.function("hessian", second(self.d, self.parameters[0]), "result")


_SAID = {
    "Gradient": "The derivative of the objective by every parameter, in the parameter's shape.",
    "Jacobian": "The derivative of every entry: [i, j] is that of entry i by entry j.",
    "Params": "The parameters.",
    "value": "Return the value.",
    "jacobian": "Return the derivatives of every entry.",
    "hessian": "Return the matrix of second derivatives.",
}
_CHECK = '''def _length(size, known):
    """Return the number that a size such as `n+2` is, None where a name is not known yet."""
    parts = [part if part.isdigit() else known.get(part) for part in size.split("+")]
    return None if None in parts else sum(map(int, parts))


def _sizes(**arrays):
    """Return the number behind every size; refuse shapes that do not fit one another."""
    known, origin = {}, {}
    for name, array in arrays.items():
        shape, wanted = np.shape(array), _SHAPES[name].split()
        if len(shape) != len(wanted):
            raise ValueError(f"{name} has shape {shape}, and ({', '.join(wanted)}) is needed")
        for length, size in zip(shape, wanted):
            if size.isidentifier() and size not in known:
                known[size], origin[size] = length, f"{name} {shape}"
    for name, array in arrays.items():
        for length, size in zip(np.shape(array), _SHAPES[name].split()):
            expected = _length(size, known)
            if expected is not None and length != expected:
                by = f", as in {origin[size]}" if size in origin else ""
                raise ValueError(
                    f"{name} has shape {np.shape(array)}: {size} is {expected}{by}, not {length}"
                )
    return known'''
_WITHOUT_DATA = '''def value({signature}):
    """Return the value of the objective."""
    return _value({arguments})


def gradient({signature}):
    """Return its gradient."""
    return _value_and_gradient({arguments})[1]


def value_and_gradient({signature}):
    """Return both."""
    return _value_and_gradient({arguments})


def update({signature}, rate=0.1):
    """Return the parameters after one step of size `rate`."""
    _gradient = _value_and_gradient({arguments})[1]
    return Params({step})'''
_WITH_DATA = '''def _samples(pairs):
    """Return the number of samples, or None for one sample without an axis of its own."""
    counts = {{len(x) for x, axes in pairs if np.ndim(x) == axes + 1}}
    if not counts:
        return None
    if len(counts) > 1 or any(np.ndim(x) != axes + 1 for x, axes in pairs):
        raise ValueError("all data have a leading axis of one length for the samples, or none has")
    return counts.pop()


def value({signature}):
    """Return the value of the objective: the mean over the samples where there are many."""
    _n = _samples(({pairs}))
    if _n is None:
        return _value({arguments})
    return sum(_value({one}) for _i in range(_n)) / _n


def gradient({signature}):
    """Return its gradient."""
    return value_and_gradient({arguments})[1]


def value_and_gradient({signature}):
    """Return both."""
{arrays}    _n = _samples(({pairs}))
    if _n is None:
        return _value_and_gradient({arguments})
    _total, _sums = 0.0, [{zeros}]
    for _i in range(_n):
        _one, _each = _value_and_gradient({one})
        _total += _one
        _sums = [_a + _b for _a, _b in zip(_sums, _each)]
    return _total / _n, Gradient(*(_a / _n for _a in _sums))


def update({signature}, rate=0.1):
    """Return the parameters after one step of size `rate`."""
    _gradient = value_and_gradient({arguments})[1]
    return Params({step})'''
