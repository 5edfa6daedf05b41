"""A NumPy function as a graph with arrays: read with `ast`, never run.

    def loss(W: "m n", b: "m", *, x: "n", y: "m", lam=0.1):
        '''assume sum(y) = 1'''
        r = W @ x + b - y
        return norm(r)**2/2 + lam*sum(W*W)

Positional arguments are parameters, keyword-only ones given arrays, or constants where they have a
default. `*` is the product of each entry, and arrays broadcast as NumPy's do.
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace

from symgrad.errors import Place, close_to, free_name
from symgrad.expression.arrays import leaves
from symgrad.expression.arrays.size import Shape, Size, named
from symgrad.expression.arrays.tree import Array, Facts
from symgrad.expression.brackets import spans_between
from symgrad.graph.arrays import ArrayGraph, learned, opaque, sums_in
from symgrad.graph.graph import Graph, Kind, Node
from symgrad.sources.arrays.facts import Stated, known_of, read_fact, size_of_text
from symgrad.sources.arrays.numpy_calls import call
from symgrad.sources.arrays.numpy_expression import NumpyReader, PyValue
from symgrad.sources.problems import Origin, TooManyFaults
from symgrad.sources.python_function import FunctionReader, PythonAssignment
from symgrad.sources.python_module import Definition


def has_shapes(definition: Definition) -> bool:
    """Tell whether a function annotates an argument with a shape."""
    spec = definition.args
    notes = [item.annotation for item in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)]
    return any(
        isinstance(note, ast.Constant)
        and isinstance(note.value, str)
        and _SHAPE.fullmatch(note.value) is not None
        and note.value not in _TYPES
        for note in notes
    )


def parse_numpy(definition: Definition, lines: list[str], *, source: str, shift: int = 0) -> Graph:
    """Return the graph that a NumPy function with annotated shapes describes.

    Raises:
        SourceError: with every fault.
    """
    return _ArrayFunction(definition, source, lines, shift).graph()


_SHAPE = re.compile(r"\s*[A-Za-z0-9_+]+(?:[\s,]+[A-Za-z0-9_+]+)?\s*")
_TYPES = frozenset(("float", "int", "complex", "bool", "str", "Number", "Real", "scalar"))


class _ArrayFunction(FunctionReader):
    """Reads one function of arrays."""

    def __init__(self, definition: Definition, source: str, lines: list[str], shift: int) -> None:
        super().__init__(definition, source, lines, shift)
        self.sizes: dict[str, Size] = {}
        self.inputs: dict[str, Node] = {}
        self.given: list[str] = []
        self.stated: list[Stated] = []
        self.values: dict[str, PyValue] = {}
        self.trees: dict[str, Array] = {}
        self.variables: dict[str, Array] = {}
        self.written: dict[str, str] = {}
        self.places: dict[str, Place] = {}

    def graph(self) -> ArrayGraph:
        """Read everything."""
        objective = ""
        try:
            self._docstring()
            self.arguments()
            self._check_facts()
            assignments = self.body()
            if not self.faults:
                with self.noting():
                    for item in assignments:
                        self._assign(item)
                    objective = self._objective()
        except TooManyFaults:
            pass
        except RecursionError:
            self.faults.error("nested too deeply to read", self.place(self.definition))
        self.faults.raise_any()
        nodes = [*self.inputs.values()]
        nodes += [
            opaque(name, tree, self.places[name].line, self.places[name].column)
            for name, tree in self.trees.items()
        ]
        return ArrayGraph(
            nodes=tuple(nodes),
            objective=objective,
            assumptions=tuple(item.assumption for item in self.stated),
            title=self.definition.name,
            source=self.source,
            text="\n".join(self.lines),
            values=tuple(self.trees.items()),
            shapes=tuple((name, var.shape) for name, var in self.variables.items()),
            facts=tuple((name, var.facts) for name, var in self.variables.items()),
            given=tuple(self.given),
            written=tuple(self.written.items()),
            numpy=True,
        )

    # The head -------------------------------------------------------------------------------------

    def _docstring(self) -> None:
        """Read the facts in the docstring, and in further strings that stand alone."""
        for statement in self.definition.body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                self._stated_in(str(statement.value.value), statement.lineno)

    def _stated_in(self, text: str, first: int) -> None:
        for offset, line in enumerate(text.split("\n")):
            plain = line.strip()
            if plain.startswith(("assume ", "assume:")):
                number = first + offset
                shown = self.lines[number - 1] if number <= len(self.lines) else line
                at = shown.find("assume") + len("assume") + 1
                origin = Origin(
                    self.source, (shown,), number + self.shift, at + 1, number + self.shift
                )
                text = plain[len("assume") :].lstrip(": ")
                parts = [text[start:end].strip() for start, end in spans_between(text)]
                for part in filter(None, parts):
                    with self.noting():
                        self.stated.append(read_fact(part, origin))

    def _check_facts(self) -> None:
        """Note the facts about names that there are none of."""
        assigned = {
            node.id
            for node in ast.walk(self.definition)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        for fact in self.stated:
            if fact.name not in self.inputs and fact.name not in assigned:
                hint = close_to(fact.name, self.inputs)
                self.faults.error(f"unknown name `{fact.name}`", fact.place, hint=hint)

    def declare(self, argument: ast.arg, kind: Kind, default: ast.expr | None) -> None:
        """Read one input: what is no parameter is given."""
        name, note = argument.arg, argument.annotation
        shape: Shape = ()
        if isinstance(note, ast.Constant) and isinstance(note.value, str):
            shape = self._shape(note.value, note)
        value = None
        if default is not None and not (
            isinstance(default, ast.Constant) and default.value is None
        ):
            if shape:
                raise self.fault(f"the default of `{name}` is not a number", default)
            value = self.constant(default)
        kind = "param" if kind == "param" else "const"
        self.inputs[name] = self.node_at(name, kind, argument, value)
        if kind != "param" and shape:
            self.given.append(name)
        facts = self._facts(name, shape)
        if kind != "param" and not shape and value is not None and value > 0:
            facts = replace(facts, positive=True)
        self._define(name, leaves.name(name, shape, facts))

    def _define(self, name: str, variable: Array) -> None:
        self.variables[name] = variable
        self.values[name] = PyValue(variable, variable.shape)

    def _shape(self, text: str, node: ast.AST) -> Shape:
        words = text.replace(",", " ").split()
        if text.strip() in {"float", "scalar", "int"}:
            return ()
        if len(words) > 2:
            raise self.fault("an array has one axis or two", node)
        found = []
        for word in words:
            size = size_of_text(word)
            if size is None:
                hint = 'write `"m n"`, `"n"`, `"n+m"` or `"10"`'
                raise self.fault(f"`{word}` is no size", node, hint)
            for name, _ in size.terms:
                self.sizes.setdefault(name, named(name))
            found.append(size)
        return tuple(found)

    def _facts(self, name: str, shape: Shape) -> Facts:
        own = [item for item in self.stated if item.name == name]
        return known_of(own, shape, self.faults, numbered=True)

    # The body -------------------------------------------------------------------------------------

    def targets(self, target: ast.expr, value: ast.expr) -> list[PythonAssignment]:
        """Return what is assigned; `n, m = X.shape` has no name."""
        if isinstance(target, ast.Tuple | ast.List) and not isinstance(value, ast.Tuple):
            return [PythonAssignment("", target, value)]
        return super().targets(target, value)

    def _objective(self) -> str:
        result = self.result()
        if result is None:
            return ""
        value = result.value
        if isinstance(value, ast.Name) and value.id in self.trees:
            return value.id
        name = free_name(self.definition.name, self.variables)
        self._assign(result._replace(name=name), result=True)
        return name

    def _unpack(self, target: ast.AST, value: ast.expr) -> None:
        """Read `n, m = X.shape`."""
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else []
        names = [item.id for item in parts if isinstance(item, ast.Name)]
        sizes = NumpyReader(self.values, self.sizes, self.place, call).shape_tuple(value)
        if sizes is None or len(sizes) != len(parts) or len(names) != len(sizes):
            fault = "only the shape of an array is unpacked"
            raise self.fault(fault, target, "`n, m = X.shape`")
        for name, size in zip(names, sizes, strict=True):
            self.values[name] = PyValue(leaves.length(size), ())

    def _assign(self, item: PythonAssignment, *, result: bool = False) -> None:
        name = item.name
        if not name:
            self._unpack(item.place, item.value)
            return
        if name in self.variables:
            hint = f"a name has one value: call the new one `{name}2`, say"
            raise self.fault(f"`{name}` is assigned twice", item.place, hint)
        found = NumpyReader(self.values, self.sizes, self.place, call).value(item.value)
        tree = found.array
        lost = [i for i, axis in enumerate(found.axes) if axis is None]
        number = tree.op in {"num", "size", "const"} and not result
        # A condition, or a name with an axis of length one: it lives on in what uses it.
        if number or tree.op in {"cmp", "logic"} or (lost and tree.op in {"name", "ones", "zeros"}):
            self.values[name] = found
            return
        facts = learned(
            tree, self._facts(name, tree.shape), sums_in(tree, self.variables, self.trees)
        )
        if lost and tree.shape:
            facts = replace(facts, kept=lost[0])
        variable = leaves.name(name, tree.shape, facts)
        self.trees[name] = tree
        self.places[name] = self.place(item.place)
        self.written[name] = " ".join(ast.unparse(item.value).split())
        self._define(name, variable)
        self.values[name] = PyValue(variable, found.axes)
