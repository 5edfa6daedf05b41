"""Python of a graph with arrays, without NumPy: vectors are lists, matrices lists of rows."""

from __future__ import annotations

import re

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.expression.arrays.print_numpy import identifier
from symgrad.expression.arrays.size import Shape
from symgrad.targets.arrays.loop_helpers import PYTHON as HELPERS
from symgrad.targets.arrays.loop_languages import PYTHON
from symgrad.targets.arrays.loop_lines import extent
from symgrad.targets.arrays.loop_modules import Body, LoopModule
from symgrad.targets.arrays.numpy_texts import CHECK, SAID, SIZES


def python(d: ArrayDerivation, module: str, *, second: bool = False) -> str:
    """Return the module: value, gradient, value_and_gradient and update, of lists.

    With `second` the matrix of second derivatives, too.
    """
    return _Module(d, PYTHON, module).text(second=second)


class _Module(LoopModule):
    def text(self, *, second: bool) -> str:
        """Return the whole module."""
        functions: list[str] = []
        used: set[str] = set()
        if self.d.jacobian:
            value, derived = self.body(self.d, gradient=False), self.jacobian()
            used |= value.used | derived.used
            functions = [self.derivatives(value, derived)]
        for prefix, d in () if self.d.jacobian else self.sources():
            for gradient in (False, True):
                body = self.body(d, gradient=gradient)
                used |= body.used
                functions.append(self.function(prefix, d, body, gradient=gradient))
        functions += [] if self.d.jacobian else [self.public()]
        last = []
        if second:
            body = self.second()
            used |= body.used
            last.append(self.hessian(body))
        said = "\n".join(self.head()).replace("\\", "\\\\").replace('"""', "'''")
        check = CHECK.format(head=SIZES, shape="_shape")
        blocks = [
            *self.classes(), *self.functions.helpers(used, HELPERS), self.tables(),
            _SHAPE, check, *functions, *last,
        ]  # fmt: skip
        code = "\n\n\n".join(blocks)
        imports = [
            f"import {name}"
            for name in ("math", "operator", "re")
            if re.search(rf"\b{name}\.\w", code)
        ]
        imports += ["from collections.abc import Callable"] * ("Callable[" in code)
        head = "\n".join([f'"""{said}\n"""\n', *imports, "from typing import Any, NamedTuple"])
        return f"{head}\n\n\n{code}\n"

    def classes(self) -> list[str]:
        """Return the named tuples of the results."""
        found = []
        for kind in ("Jacobian",) if self.d.jacobian else ("Gradient", "Params"):
            rows = [f'class {kind}(NamedTuple):\n    """{SAID[kind]}"""\n']
            rows += [
                f"    {identifier(name)}: {_TYPES[len(self.derived(name))]}"
                for name in self.parameters
            ]
            found.append("\n".join(rows))
        return found

    def tables(self) -> str:
        """Return the tables of shapes, of one sample and of many."""
        rows = []
        for (prefix, d), name in zip(self.sources(), ("_SHAPES", "_MANY"), strict=False):
            shapes = {n: tuple(map(str, d.array_graph.shape_of[n])) for n in self.order}
            body = "".join(
                f'    "{identifier(n)}": {shape},\n' for n, shape in shapes.items() if shape
            )
            rows.append(f"{name}: dict[str, tuple[str, ...]] = {{\n{body}}}")
            del prefix
        return "\n".join(rows)

    def function(self, prefix: str, d: ArrayDerivation, body: Body, *, gradient: bool) -> str:
        """Return one function of flat lists."""
        words = ", ".join(self.flat_arguments(d))
        name = "value_and_gradient" if gradient else "value"
        results = ", ".join(self.result(n) for n in self.parameters)
        result = f"{body.value}, ({results},)" if gradient else body.value
        kind = "tuple[float, tuple[Any, ...]]" if gradient else "float"
        head = f"def _{prefix}{name}({words}) -> {kind}:"
        return "\n".join([head, *body.lines, f"    return {result}"])

    def flat_arguments(self, d: ArrayDerivation) -> list[str]:
        """Return the arguments of a function of flat lists: the sizes, then the inputs."""
        shape = d.array_graph.shape_of
        sizes = [f"{size}: int" for size in self.sizes(d)]
        return [*sizes, *(f"{identifier(n)}: {_TYPES[min(len(shape[n]), 1)]}" for n in self.order)]

    def derivatives(self, value: Body, derived: Body) -> str:
        """Return the functions of an array and of its derivatives, lists of rows."""
        shape = self.graph.shape_of[self.graph.objective]
        words = [identifier(name) for name in self.order]
        given = [f"{w}={w}" for n, w in zip(self.order, words, strict=True)
                 if self.graph.shape_of[n]]  # fmt: skip
        results = [_by_rows(self.result(n), self.derived(n)) for n in self.parameters]
        return _JACOBIAN.format(
            flat_signature=", ".join(self.flat_arguments(self.d)), kind=_TYPES[len(shape)],
            value="\n".join(value.lines), result=_by_rows(value.value, shape),
            derived="\n".join(derived.lines), results=", ".join(results),
            signature=", ".join(self.signature()), shapes=", ".join(["_SHAPES", *given]),
            sizes="".join(f'_known["{s}"], ' for s in self.size_names(self.d)),
            flat=", ".join(f"_flat({word})" for word in words),
        )  # fmt: skip

    def hessian(self, body: Body) -> str:
        """Return the function of the second derivatives, a list of rows."""
        words = [identifier(name) for name in self.order]
        arguments = ", ".join(self.flat_arguments(self.d))
        by = self.graph.shape_of[self.parameters[0]]
        rows = _by_rows("result", (*by, *by))
        kind = "list[list[float]]" if by else "float"
        head = f"def _hessian({arguments}) -> {kind}:"
        inner = "\n".join([head, *body.lines, f"    return {rows}"])
        given = [f"{w}={w}" for n, w in zip(self.order, words, strict=True)
                 if self.graph.shape_of[n]]  # fmt: skip
        flat = ", ".join(f"_flat({word})" for word in words)
        sizes = "".join(f'_known["{s}"], ' for s in self.size_names(self.d))
        return _HESSIAN.format(
            inner=inner, kind=kind, signature=", ".join(self.signature()), shapes=", ".join(given),
            sizes=sizes, flat=flat,
        )  # fmt: skip

    def signature(self) -> list[str]:
        """Return the arguments, with their defaults."""
        given = {n: f" = {float(v)!r}" for n, v in self.defaults.items() if v is not None}
        return [f"{identifier(n)}: {self.type_of(n)}{given.get(n, '')}" for n in self.order]

    def type_of(self, name: str) -> str:
        """Return the type of an input: data may have an axis more, for the samples."""
        return "Any" if name in self.data else _TYPES[len(self.graph.shape_of[name])]

    def public(self) -> str:
        """Return the functions that take lists of rows, one sample or many."""
        words = [identifier(name) for name in self.order]
        parts = self.signature()
        flat = ", ".join(f"_flat({word})" for word in words)
        shapes = [
            f"{w}={w}" for n, w in zip(self.order, words, strict=True) if self.graph.shape_of[n]
        ]
        wide = [f"{w}={w}" for n, w in zip(self.order, words, strict=True)
                if self.graph.shape_of[n] or n in self.data]  # fmt: skip
        fields = ", ".join(f"_as(_g[{i}], {identifier(n)})" for i, n in enumerate(self.parameters))
        sign = "+" if self.graph.maximize else "-"
        steps = ", ".join(
            f"_step({identifier(n)}, _g.{identifier(n)}, {sign}rate)" for n in self.parameters
        )
        single = ", ".join(f'_known["{s}"]' for s in self.size_names(self.d))
        return _PUBLIC.format(
            signature=", ".join(parts), arguments=", ".join(words), flat=flat, fields=fields,
            shapes=", ".join(["_SHAPES", *shapes]), sizes=single + ", " if single else "",
            many=self.over_samples(wide, flat, both=False),
            many_both=self.over_samples(wide, flat, both=True),
            steps=steps,
        )  # fmt: skip

    def size_names(self, d: ArrayDerivation) -> list[str]:
        """Return the sizes as the graph calls them."""
        by_word = {identifier(name): name for name in d.array_graph.sizes}
        return [by_word[word] for word in self.sizes(d)]

    def over_samples(self, wide: list[str], flat: str, *, both: bool) -> str:
        """Return the lines that take many samples, where data have an axis for them."""
        if self.many is None:
            return ""
        first = self.data[0]
        order = len(self.graph.shape_of[first])
        sizes = ", ".join(f'_known["{s}"]' for s in self.size_names(self.many))
        call = f"_mean_value({sizes}, {flat})"
        tail = f"        return {call}\n"
        if both:
            call = f"_mean_value_and_gradient({sizes}, {flat})"
            tail = f"        _value_, _g = {call}\n        return _value_, Gradient({{fields}})\n"
            fields = ", ".join(
                f"_as(_g[{i}], {identifier(n)})" for i, n in enumerate(self.parameters)
            )
            tail = tail.format(fields=fields)
        return (
            f"    if len(_shape({identifier(first)})) > {order}:\n"
            f"        _known = _sizes({', '.join(['_MANY', *wide])})\n{tail}"
        )


def _by_rows(name: str, shape: Shape) -> str:
    """Return the code of a flat list as a list of rows, where it is a matrix."""
    if len(shape) < 2:
        return name
    rows, columns = map(extent, shape)
    return f"[{name}[i * {columns} : (i + 1) * {columns}] for i in range({rows})]"


_TYPES = ("float", "list[float]", "list[list[float]]")  # by the number of axes
_SHAPE = '''def _shape(x: Any) -> tuple[int, ...]:
    """Return the shape of a number, a list or a list of rows."""
    if not isinstance(x, (list, tuple)):
        return ()
    return (len(x), *_shape(x[0])) if x else (0,)


def _flat(x: Any) -> Any:
    """Return a number as it is, and a list of rows as one list."""
    return [v for row in x for v in row] if len(_shape(x)) == 2 else x


def _as(flat: Any, like: Any) -> Any:
    """Return a flat list in the shape of `like`."""
    shape = _shape(like)
    if len(shape) < 2:
        return flat
    return [flat[i * shape[1] : (i + 1) * shape[1]] for i in range(shape[0])]


def _step(x: Any, gradient: Any, rate: float) -> Any:
    """Return x + rate*gradient."""
    if isinstance(x, (list, tuple)):
        return [_step(a, b, rate) for a, b in zip(x, gradient)]
    return x + rate * gradient'''
_HESSIAN = '''{inner}


def hessian({signature}) -> {kind}:
    """Return the second derivatives, a list of rows."""
    _known = _sizes(_SHAPES, {shapes})
    return _hessian({sizes}{flat})'''
_JACOBIAN = '''def _value({flat_signature}) -> {kind}:
{value}
    return {result}


def _jacobian({flat_signature}) -> Jacobian:
{derived}
    return Jacobian({results})


def value({signature}) -> {kind}:
    """Return the value."""
    _known = _sizes({shapes})
    return _value({sizes}{flat})


def jacobian({signature}) -> Jacobian:
    """Return the derivatives of every entry."""
    _known = _sizes({shapes})
    return _jacobian({sizes}{flat})'''
_PUBLIC = '''def value({signature}) -> float:
    """Return the value; the mean over the samples where data have an axis for them."""
{many}    _known = _sizes({shapes})
    return _value({sizes}{flat})


def value_and_gradient({signature}) -> tuple[float, Gradient]:
    """Return the value, and the gradient in the shapes of the parameters."""
{many_both}    _known = _sizes({shapes})
    _value_, _g = _value_and_gradient({sizes}{flat})
    return _value_, Gradient({fields})


def gradient({signature}) -> Gradient:
    """Return the gradient."""
    return value_and_gradient({arguments})[1]


def update({signature}, rate: float = 0.1) -> Params:
    """Return the parameters after one step of size `rate`."""
    _g = gradient({arguments})
    return Params({steps})'''
