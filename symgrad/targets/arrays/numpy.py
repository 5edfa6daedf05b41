"""NumPy code of a graph with arrays, as a person writes it: one line a formula.

Data may have a leading axis for the samples: the value is the mean over them then, and so is the
gradient, by products of whole matrices. A wrong shape is an exception that names both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.arrays.jacobian import only_matrices
from symgrad.errors import SymgradError
from symgrad.expression.arrays.print_numpy import identifier
from symgrad.targets.arrays.in_place import reused, written_over
from symgrad.targets.arrays.module import ArrayModule
from symgrad.targets.arrays.numpy_helpers import HELPERS, ArrayCodePrinter
from symgrad.targets.arrays.numpy_texts import (
    CHECK,
    FLAT,
    NUMBERS,
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
    softmax_with_lse,
    value_and_derivatives,
    with_shared_sums,
)


def code(d: ArrayDerivation, *, module: str = "model", include: Sequence[str] = ()) -> str:
    """Return the module of a derivation: value, gradient, value_and_gradient, update, fun_and_jac.

    `include` may name "hessian", the matrix of second derivatives by the one parameter. Raises
    SymgradError for a function that NumPy does not have.
    """
    unknown = [item for item in include if item not in {"hessian", "value", "gradient"}]
    if unknown:
        raise SymgradError(f"`{unknown[0]}` is not written for arrays", help="`hessian`")
    return _Module(d, module).text(include)


class _Module(ArrayModule):
    """Writes one module."""

    def __init__(self, d: ArrayDerivation, module: str) -> None:
        only_matrices(d)
        super().__init__(d, module)
        self.printer = ArrayCodePrinter(self.order)

    def signature(self, *, of: Sequence[str] | None = None) -> str:
        """Return the arguments of the functions."""
        parts = []
        for name in self.order if of is None else of:
            default = self.defaults.get(name)
            word = f"{identifier(name)}: {self.type_of(name)}"
            parts.append(word if default is None else f"{word} = {float(default)!r}")
        return ", ".join(parts)

    def type_of(self, name: str) -> str:
        """Return the type of an input: data that are numbers may be arrays of them, too."""
        if self.graph.shape_of[name]:
            return "_Array"
        return "Any" if name in self.data else "float"

    def text(self, include: Sequence[str]) -> str:
        """Return the whole module."""
        d = self.d
        blocks = [self.checks(), self.gradient_class()]
        if d.jacobian:
            rows = forward(d)
            blocks.append(self.function("value", self.d, rows, self.objective(d), "_Array"))
            rows = backward(d, self.result())
            fields = self.fields("Jacobian")
            blocks.append(self.function("jacobian", self.d, rows, fields, "Jacobian"))
        else:
            blocks += self.value_and_gradient("_value", "_value_and_gradient", self.d)
            if self.data:
                blocks.append(SAMPLES)
                blocks += self.over_samples()
            blocks += [self.public(), self.flat()]
        if "hessian" in include:
            blocks.append(self.hessian())
        helpers = self.printer.functions.helpers(self.printer.used, HELPERS)
        body = "\n\n\n".join(b.rstrip() for b in (*helpers, *blocks))
        typing = "Any, NamedTuple" if re.search(r"\bAny\b", body) else "NamedTuple"
        imports = [
            *(["import math"] if "math." in body else []),
            "import re",
            *(["from collections.abc import Sequence"] if "Sequence[" in body else []),
            *(["from math import factorial"] if "factorial(" in body else []),
            f"from typing import {typing}\n",
            "import numpy as np",
            "import numpy.typing as npt\n",
            "_Array = npt.NDArray[np.float64]",
        ]
        space = "\n\n\n" if body.startswith(("def ", "class ")) else "\n"
        return f"{self.docstring()}\n\n{chr(10).join(imports)}{space}{body}\n"

    def docstring(self) -> str:
        """Return the head: what the code was made from."""
        first, *rest = self.head()
        title = [] if self.graph.numpy or not self.graph.title else ["", self.graph.title]
        lines = [first, *title, *rest]
        body = "\n".join(lines).replace("\\", "\\\\").replace('"""', "'''")
        return f'"""{body}\n"""'

    @staticmethod
    def objective(d: ArrayDerivation) -> str:
        """Return the name of the objective in the code."""
        return identifier(d.graph.objective)

    def fields(self, kind: str) -> str:
        """Return the result of a gradient."""
        parts = []
        for name in self.parameters:
            word = self.result(name)
            number = kind == "Gradient" and not self.graph.shape_of[name]
            parts.append(f"{identifier(name)}=" + (f"float({word})" if number else word))
        return f"{kind}({', '.join(parts)})"

    def gradient_class(self) -> str:
        """Return the named tuples of the results."""
        kinds = ["Jacobian"] if self.d.jacobian else ["Gradient", "Params"]
        parts = []
        for kind in kinds:
            rows = [f"class {kind}(NamedTuple):"]
            rows.append(f'    """{SAID[kind]}"""\n')
            kept = self.graph.shape_of if kind != "Jacobian" else dict.fromkeys(self.parameters, 1)
            rows += [
                f"    {identifier(name)}: {'_Array' if kept[name] else 'float'}"
                for name in self.parameters
            ]
            parts.append("\n".join(rows))
        return "\n\n\n".join(parts)

    def checks(self) -> str:
        """Return the function that gives every size its number and refuses what does not fit."""
        table = self.table(self.d, self.order)
        parts = [f"_SHAPES: dict[str, tuple[str, ...]] = {{\n{table}}}"]
        if self.many is not None:
            parts.append(f"_SAMPLES = _SHAPES | {{\n{self.table(self.many, self.data)}}}")
        numbers = CHECK.format(head=NUMBERS, shape="np.shape")
        return "\n\n\n".join(("\n".join(parts), numbers, REMEMBERED))

    @staticmethod
    def table(d: ArrayDerivation, names: Sequence[str]) -> str:
        """Return the rows of a table of shapes."""
        shapes = {name: d.array_graph.shape_of[name] for name in names}
        return "".join(
            f'    "{identifier(name)}": {tuple(map(str, shape))},\n'
            for name, shape in shapes.items()
            if shape
        )

    def sizes(self, d: ArrayDerivation, body: str) -> list[str]:
        """Return the lines that read the sizes from the shapes."""
        graph = d.array_graph
        arrays = [name for name in self.order if graph.shape_of[name]]
        if not arrays:
            return []
        pairs = (f"{identifier(name)}={identifier(name)}" for name in arrays)
        call = f"_sizes({', '.join(('_SAMPLES' if d is self.many else '_SHAPES', *pairs))})"
        used = [
            size
            for size in sorted(graph.sizes)
            if re.search(rf"(?<![\w.]){re.escape(identifier(size))}(?!\w)", body)
        ]
        if not used:
            return [f"    {call}"]
        return [f"    _known = {call}"] + [f"    {identifier(s)} = _known[{s!r}]" for s in used]

    def function(
        self, name: str, d: ArrayDerivation, rows: Sequence[ArrayAssignment], result: str, kind: str
    ) -> str:
        """Return one function of the module; `kind` is the type of its result."""
        graph = d.array_graph
        deltas = (item.name for item in d.array_sensitivities)
        taken = [*graph.index, *graph.sizes, *deltas]
        known = graph.variables
        body = []
        rows = shared(rows, taken, known)
        overwritten = reused(rows, self.results(d))
        together = softmax_with_lse(rows)
        for row in rows:
            if row.name in together.values():
                continue
            if row.name in together:
                names = identifier(together[row.name]), identifier(row.name)
                body.append(f"    {', '.join(names)} = {self.printer.softmax_and_lse(row.tree)}")
                continue
            variable = known.get(row.name)
            own = overwritten.get(row.name)
            if own is not None:
                right = written_over(row.tree, own, lambda x: self.printer.entry(x)[0])
            elif variable is None:
                right = self.printer.expression(row.tree)
            else:
                right = self.printer.definition(variable, row.tree)
            is_result = kind == "_Array" and identifier(row.name) == result
            note = ": _Array" if is_result else ""
            body.append(f"    {identifier(row.name)}{note} = {right}")
        head = [f"def {name}({self.signature()}) -> {kind}:"]
        if not name.startswith("_"):
            head.append(f'    """{SAID.get(name, name)}"""')
        sizes = self.sizes(d, "\n".join(body))
        return "\n".join([*head, *sizes, *body, f"    return {result}"])

    def results(self, d: ArrayDerivation) -> dict[str, object]:
        """Return the names of what a function returns."""
        graph = d.array_graph
        words = (self.result(name) for name in self.parameters)
        return dict.fromkeys((graph.objective, "result", *words))

    def value_and_gradient(self, value: str, both: str, d: ArrayDerivation) -> list[str]:
        """Return the function of the value, and that of value and gradient."""
        rows = with_shared_sums(value_and_derivatives(d, self.result()))
        top = self.objective(d)
        return [
            self.function(value, d, forward(d), f"float({top})", "float"),
            self.function(
                both,
                d,
                rows,
                f"float({top}), {self.fields('Gradient')}",
                "tuple[float, Gradient]",
            ),
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
            signature=self.signature(of=self.parameters),
            order=", ".join(words),
            theta=theta,
            like=like,
            flat_signature=", ".join(
                filter(None, (f"{theta}: _Array", f"{like}: Params", self.signature(of=rest)))
            ),
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
        return self.function("hessian", self.d, rows, "result", "_Array")
