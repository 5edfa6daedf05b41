"""NumPy code of a graph with arrays, as a person writes it: one line a formula.

Data may have a leading axis for the samples: the value is the mean over them then, and so is the
gradient, by products of whole matrices. A wrong shape is an exception that names both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from symgrad import __version__
from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.arrays.derive import derive_arrays
from symgrad.derivation.arrays.jacobian import only_matrices
from symgrad.derivation.arrays.samples import over_samples
from symgrad.errors import Diagnostic, SymgradError
from symgrad.expression.arrays.print_numpy import identifier
from symgrad.expression.arrays.print_text import TextPrinter
from symgrad.expression.arrays.size import shape_text
from symgrad.targets.arrays.numpy_helpers import HELPERS, ArrayCodePrinter
from symgrad.targets.arrays.numpy_texts import (
    CHECK,
    FLAT,
    ONE_BY_ONE,
    REMEMBERED,
    SAID,
    SAMPLES,
    UPDATE,
    WITH_DATA,
    WITHOUT_DATA,
)
from symgrad.targets.arrays.statements import (
    ArrayAssignment,
    backward,
    forward,
    only_parameter,
    second,
    shared,
    with_shared_exponentials,
)


def code(d: ArrayDerivation, *, module: str = "model", include: Sequence[str] = ()) -> str:
    """Return the module of a derivation: value, gradient, value_and_gradient, update, fun_and_jac.

    `include` may name "hessian", the matrix of second derivatives by the one parameter. Raises
    SymgradError for a function that NumPy does not have.
    """
    unknown = [item for item in include if item not in {"hessian", "value", "gradient"}]
    if unknown:
        raise SymgradError(
            Diagnostic(f"`{unknown[0]}` is not written for arrays", help="`hessian`")
        )
    return _Module(d, module).text(include)


@dataclass(frozen=True, slots=True)
class _Source:
    """What functions are written from: a derivation, and the name of its table of shapes."""

    d: ArrayDerivation
    shapes: str


class _Module:
    """Writes one module."""

    def __init__(self, d: ArrayDerivation, module: str) -> None:
        only_matrices(d)
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
        self.printer = ArrayCodePrinter(self.order)
        words = [identifier(name) for name in (*graph.index, *graph.sizes)]
        twice = next((word for word in words if words.count(word) > 1), None)
        if twice is not None:
            raise SymgradError(Diagnostic(f"two names are `{twice}` in Python", help="rename one"))
        self.result = "d" + identifier(graph.objective) + "_d"
        self.one = _Source(d, "_SHAPES")
        spread = over_samples(graph) if self.data and not d.jacobian else None
        self.many = None if spread is None else _Source(derive_arrays(spread, d.wrt), "_SAMPLES")

    def signature(self, *, of: Sequence[str] | None = None) -> str:
        """Return the arguments of the functions."""
        parts = []
        for name in self.order if of is None else of:
            default = self.defaults.get(name)
            word = identifier(name)
            parts.append(word if default is None else f"{word}={float(default)!r}")
        return ", ".join(parts)

    def text(self, include: Sequence[str]) -> str:
        """Return the whole module."""
        d = self.d
        blocks = [self.checks(), self.gradient_class()]
        if d.jacobian:
            blocks.append(self.function("value", self.one, forward(d), self.objective(d)))
            rows = backward(d, self.result)
            blocks.append(self.function("jacobian", self.one, rows, self.fields("Jacobian")))
        else:
            blocks += self.value_and_gradient("_value", "_value_and_gradient", self.one)
            if self.data:
                blocks.append(SAMPLES)
                blocks += self.over_samples()
            blocks += [self.public(), self.flat()]
        if "hessian" in include:
            blocks.append(self.hessian())
        helpers = [
            HELPERS[name].replace("def ", "def _", 1)
            for name in HELPERS
            if name in self.printer.used
        ]
        imports = ["from typing import NamedTuple", "", "import numpy as np"]
        imports.insert(0, "import re")
        if any("math." in text for text in helpers):
            imports.insert(0, "import math")
        head = [self.docstring(), "\n".join(imports)]
        body = "\n\n\n".join(b.rstrip() for b in (*helpers, *blocks))
        space = "\n\n\n" if body.startswith(("def ", "class ")) else "\n\n"
        return "\n\n".join(head) + f"{space}{body}\n"

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

    @staticmethod
    def with_value(source: _Source, rows: Sequence[ArrayAssignment]) -> list[ArrayAssignment]:
        """Return assignments with those of the objective among them."""
        graph = source.d.array_graph
        held = {row.name for row in rows}
        steadied = forward(source.d)
        rows = with_shared_exponentials(rows, steadied)
        missing = [row for row in steadied if row.name not in held]
        values = [row for row in rows if row.name in graph.trees]
        rest = [row for row in rows if row.name not in graph.trees]
        position = {node.name: i for i, node in enumerate(graph.ordered)}
        ordered = sorted([*values, *missing], key=lambda row: position[row.name])
        return [*ordered, *rest]

    @staticmethod
    def objective(d: ArrayDerivation) -> str:
        """Return the name of the objective in the code."""
        return identifier(d.graph.objective)

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
            rows.append(f'    """{SAID[kind]}"""\n')
            rows += [f"    {identifier(name)}: np.ndarray" for name in self.parameters]
            parts.append("\n".join(rows))
        return "\n\n\n".join(parts)

    def checks(self) -> str:
        """Return the function that gives every size its number and refuses what does not fit."""
        parts = [f"_SHAPES = {{\n{self.table(self.one, self.order)}}}"]
        if self.many is not None:
            parts.append(f"_SAMPLES = _SHAPES | {{\n{self.table(self.many, self.data)}}}")
        numbers = CHECK.replace("def _sizes(shapes, **arrays)", "def _numbers(shapes, arrays)")
        return "\n\n\n".join(("\n".join(parts), numbers, REMEMBERED))

    @staticmethod
    def table(source: _Source, names: Sequence[str]) -> str:
        """Return the rows of a table of shapes."""
        shapes = {name: source.d.array_graph.shape_of[name] for name in names}
        return "".join(
            f'    "{identifier(name)}": {tuple(map(str, shape))},\n'
            for name, shape in shapes.items()
            if shape
        )

    def sizes(self, source: _Source, body: str) -> list[str]:
        """Return the lines that read the sizes from the shapes."""
        graph = source.d.array_graph
        arrays = [name for name in self.order if graph.shape_of[name]]
        if not arrays:
            return []
        pairs = (f"{identifier(name)}={identifier(name)}" for name in arrays)
        call = f"_sizes({', '.join((source.shapes, *pairs))})"
        used = [
            size
            for size in sorted(graph.sizes)
            if re.search(rf"(?<![\w.]){re.escape(identifier(size))}(?!\w)", body)
        ]
        if not used:
            return [f"    {call}"]
        return [f"    _known = {call}"] + [f"    {identifier(s)} = _known[{s!r}]" for s in used]

    def function(
        self, name: str, source: _Source, rows: Sequence[ArrayAssignment], result: str
    ) -> str:
        """Return one function of the module."""
        graph = source.d.array_graph
        deltas = (item.name for item in source.d.array_sensitivities)
        taken = [*graph.index, *graph.sizes, *deltas]
        known = graph.variables
        body = []
        for row in shared(rows, taken, known):
            variable = known.get(row.name)
            right = (
                self.printer.expression(row.tree)
                if variable is None
                else self.printer.definition(variable, row.tree)
            )
            body.append(f"    {identifier(row.name)} = {right}")
        head = [f"def {name}({self.signature()}):"]
        if not name.startswith("_"):
            head.append(f'    """{SAID.get(name, name)}"""')
        sizes = self.sizes(source, "\n".join(body))
        return "\n".join([*head, *sizes, *body, f"    return {result}"])

    def value_and_gradient(self, value: str, both: str, source: _Source) -> list[str]:
        """Return the function of the value, and that of value and gradient."""
        rows = self.with_value(source, backward(source.d, self.result))
        top = self.objective(source.d)
        return [
            self.function(value, source, forward(source.d), top),
            self.function(both, source, rows, f"{top}, {self.fields('Gradient')}"),
        ]

    def over_samples(self) -> list[str]:
        """Return the functions of many samples: by whole matrices, or one after the other."""
        if self.many is not None:
            return self.value_and_gradient("_mean_value", "_mean_value_and_gradient", self.many)
        words = [identifier(name) for name in self.data]
        each = dict.fromkeys(self.data, "[_i]")
        one = ", ".join(identifier(name) + each.get(name, "") for name in self.order)
        zeros = ", ".join(f"np.zeros(np.shape({identifier(n)}))" for n in self.parameters)
        arrays = "".join(f"    {word} = np.asarray({word})\n" for word in words)
        text = ONE_BY_ONE.format(
            signature=self.signature(), first=words[0], one=one, arrays=arrays, zeros=zeros
        )
        return [text]

    def public(self) -> str:
        """Return the functions that take one sample, or many with a leading axis."""
        signature = self.signature()
        arguments = ", ".join(identifier(name) for name in self.order)
        update = UPDATE.format(signature=signature, arguments=arguments, step=self.step())
        if not self.data:
            return WITHOUT_DATA.format(signature=signature, arguments=arguments, update=update)
        pairs = "".join(
            f"({identifier(n)}, {len(self.graph.shape_of[n])}), " for n in self.data
        ).rstrip()
        return WITH_DATA.format(
            signature=signature, arguments=arguments, pairs=pairs, update=update
        )

    def flat(self) -> str:
        """Return the functions of a vector that holds all parameters."""
        rest = [name for name in self.order if name not in self.parameters]
        words = [identifier(name) for name in self.parameters]
        others = [identifier(name) for name in rest]
        theta, like = (w if w not in others else f"{w}_" for w in ("theta", "like"))
        return FLAT.format(
            parameters=", ".join(words),
            order=", ".join(words),
            theta=theta,
            like=like,
            flat_signature=", ".join(filter(None, (theta, like, self.signature(of=rest)))),
            args=", ".join((like, *others)),
            from_flat=", ".join((f"*unpack({theta}, {like})", *others)),
        )

    def step(self) -> str:
        """Return one step of descent (of ascent, where the objective is to grow)."""
        sign = "+" if self.graph.maximize else "-"
        return ", ".join(
            f"{identifier(n)} {sign} rate*_gradient.{identifier(n)}" for n in self.parameters
        )

    def hessian(self) -> str:
        """Return the function of the second derivatives by the one parameter."""
        rows = second(self.d, only_parameter(self.d))
        return self.function("hessian", self.one, rows, "result")
