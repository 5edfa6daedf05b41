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
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import NoReturn

from symgrad.errors import Diagnostic, Place, close_to, free_name
from symgrad.expression.arrays import build
from symgrad.expression.arrays.size import Shape, Size, named
from symgrad.expression.arrays.tree import NOTHING_KNOWN, Array, Facts
from symgrad.expression.tree import Compare, Var
from symgrad.graph.arrays import ArrayGraph, learned, opaque, sums_in
from symgrad.graph.graph import Assumption, Graph, Kind, Node
from symgrad.sources.arrays.facts import Stated, read_fact, stated_flag
from symgrad.sources.arrays.numpy_calls import call
from symgrad.sources.arrays.numpy_expression import NumpyReader, PyValue
from symgrad.sources.arrays.text import size_of_text
from symgrad.sources.problems import Fault, Faults, Origin, TooManyFaults
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
    return _Function(definition, lines, source, shift).graph()


_SHAPE = re.compile(r"\s*[A-Za-z0-9_+]+(?:[\s,]+[A-Za-z0-9_+]+)?\s*")
_TYPES = frozenset(("float", "int", "complex", "bool", "str", "Number", "Real", "scalar"))


class _Function:
    """Reads one function."""

    def __init__(self, definition: Definition, lines: list[str], source: str, shift: int) -> None:
        self.definition = definition
        self.lines = lines
        self.source = source
        self.shift = shift
        self.faults = Faults()
        self.sizes: dict[str, Size] = {}
        self.inputs: dict[str, Node] = {}
        self.shapes: dict[str, Shape] = {}
        self.given: list[str] = []
        self.stated: list[Stated] = []
        self.values: dict[str, PyValue] = {}
        self.trees: dict[str, Array] = {}
        self.variables: dict[str, Array] = {}
        self.written: dict[str, str] = {}
        self.places: dict[str, Place] = {}

    def place(self, node: ast.AST) -> Place:
        """Return the place of a piece of the function."""
        line = getattr(node, "lineno", 1)
        column = getattr(node, "col_offset", 0)
        end = getattr(node, "end_col_offset", None) or column + 1
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        head = len(text.encode()[:column].decode(errors="replace"))
        same = getattr(node, "end_lineno", line) == line
        tail = len(text.encode()[:end].decode(errors="replace")) if same else len(text)
        return Place(self.source, line + self.shift, head + 1, max(1, tail - head), text)

    def fail(self, message: str, node: ast.AST, hint: str = "") -> NoReturn:
        """Raise a fault at a piece of the function."""
        raise Fault(Diagnostic(message, self.place(node), hint))

    def graph(self) -> ArrayGraph:
        """Read everything."""
        try:
            self._careful(self._docstring, self.definition)
            self._careful(self._arguments, self.definition)
            self.faults.raise_any()
            objective = self._body()
        except TooManyFaults:
            self.faults.raise_any()
            raise
        self.faults.raise_any()
        nodes = [*self.inputs.values()]
        nodes += [
            opaque(name, tree, self.places[name].line, self.places[name].column)
            for name, tree in self.trees.items()
        ]
        return ArrayGraph(
            nodes=tuple(nodes),
            objective=objective,
            assumptions=tuple(
                Assumption(
                    item.condition or Compare("==", Var(item.name), Var(item.name)),
                    item.text,
                    item.place.line,
                )
                for item in self.stated
            ),
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

    def _careful(self, function: Callable[[], None], node: ast.AST) -> None:
        try:
            function()
        except Fault as fault:
            self.faults.add(fault)
        except RecursionError:
            self.faults.error("nested too deeply to read", self.place(node))

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
                for part in _parts(plain[len("assume") :].lstrip(": ")):
                    try:
                        self.stated.append(read_fact(part, origin))
                    except Fault as fault:  # noqa: PERF203  (every fault is noted)
                        self.faults.add(fault)

    def _arguments(self) -> None:
        spec = self.definition.args
        if spec.vararg or spec.kwarg:
            self.fail(
                "arguments are named one by one", spec.vararg or spec.kwarg or self.definition
            )
        positional = [*spec.posonlyargs, *spec.args]
        defaults = [None] * (len(positional) - len(spec.defaults)) + list(spec.defaults)
        for item, default in zip(positional, defaults, strict=True):
            self._argument(item, default, "param")
        for item, default in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
            self._argument(item, default, "const")
        known = [*self.inputs]
        for fact in self.stated:
            if fact.name not in self.inputs and not self._is_assigned(fact.name):
                hint = close_to(fact.name, known)
                self.faults.error(f"unknown name `{fact.name}`", fact.place, hint=hint)

    def _is_assigned(self, name: str) -> bool:
        return any(
            isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
            for node in ast.walk(self.definition)
        )

    def _argument(self, item: ast.arg, default: ast.expr | None, kind: Kind) -> None:
        shape: Shape = ()
        note = item.annotation
        if isinstance(note, ast.Constant) and isinstance(note.value, str):
            shape = self._shape(note.value, note)
        value = None
        if default is not None:
            if (
                isinstance(default, ast.Constant)
                and isinstance(default.value, int | float)
                and not shape
            ):
                value = Fraction(str(default.value))
            elif not (isinstance(default, ast.Constant) and default.value is None):
                self.fail(f"the default of `{item.arg}` is not a number", default)
        place = self.place(item)
        self.inputs[item.arg] = Node(item.arg, kind, None, value, place.line, place.column)
        self.shapes[item.arg] = shape
        if kind != "param" and shape:
            self.given.append(item.arg)
        facts = self._facts(item.arg, shape)
        if kind != "param" and not shape and value is not None and value > 0:
            facts = replace(facts, positive=True)
        self._define(item.arg, build.name(item.arg, shape, facts))

    def _define(self, name: str, variable: Array) -> None:
        self.variables[name] = variable
        self.values[name] = PyValue(variable, variable.shape)

    def _shape(self, text: str, node: ast.AST) -> Shape:
        words = text.replace(",", " ").split()
        if text.strip() in {"float", "scalar", "int"}:
            return ()
        if len(words) > 2:
            self.fail("an array has one axis or two", node)
        found = []
        for word in words:
            size = size_of_text(word)
            if size is None:
                self.fail(f"`{word}` is no size", node, 'write `"m n"`, `"n"`, `"n+m"` or `"10"`')
            for name, _ in size.terms:
                self.sizes.setdefault(name, named(name))
            found.append(size)
        return tuple(found)

    def _facts(self, name: str, shape: Shape) -> Facts:
        facts = NOTHING_KNOWN
        for item in self.stated:
            if item.name == name:
                facts = self._applied(facts, item, shape)
        return facts

    def _applied(self, facts: Facts, item: Stated, shape: Shape) -> Facts:
        if item.kind in {"symmetric", "spd"}:
            if len(shape) != 2 or shape[0] != shape[1]:
                self.faults.error(f"`{item.text}`: only a square matrix is symmetric", item.place)
                return facts
            return replace(facts, symmetric=True)
        if item.kind in {"mask", "sign", "orthonormal", "positive"}:
            return stated_flag(facts, item.kind)
        if item.kind == "sum":
            axis = None
            if item.axis and len(shape) == 2:
                if item.axis.lstrip("-").isdigit():
                    axis = int(item.axis) % 2
                else:
                    fits = [i for i, size in enumerate(shape) if size == size_of_text(item.axis)]
                    axis = fits[0] if len(fits) == 1 else None
            return replace(facts, sums=(*facts.sums, (axis, item.value)))
        return facts

    # The body -------------------------------------------------------------------------------------

    def _body(self) -> str:
        objective = ""
        body = list(self.definition.body)
        for at, statement in enumerate(body):
            if isinstance(statement, ast.Pass | ast.Import | ast.ImportFrom):
                continue
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue
            if objective:
                self.faults.error("nothing is read behind `return`", self.place(statement))
                break
            try:
                objective = self._statement(statement) or objective
            except Fault as fault:
                self.faults.add(fault)
                break
            except RecursionError:
                self.faults.error("nested too deeply to read", self.place(statement))
                break
            del at
        if not objective and not self.faults:
            self.faults.error(
                "the function returns nothing", self.place(self.definition), hint="`return L`"
            )
        return objective

    def _statement(self, statement: ast.stmt) -> str:
        if isinstance(statement, ast.Return) and statement.value is not None:
            value = statement.value
            if isinstance(value, ast.Name) and value.id in self.trees:
                return value.id
            name = free_name(self.definition.name, self.variables)
            self._assign(name, value, statement)
            return name
        if isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets: list[ast.expr] = [statement.target]
            value = statement.value
        elif isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        else:
            kind = type(statement).__name__.lower()
            self.fail(
                f"`{kind}` cannot stand here: a function of arrays is assignments and a `return`",
                statement,
            )
        target = targets[0]
        if isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, value, statement)
        elif len(targets) == 1 and isinstance(target, ast.Name):
            self._assign(target.id, value, statement)
        else:
            self.fail("one name is assigned at a time", statement)
        return ""

    def _unpack(self, target: ast.Tuple | ast.List, value: ast.expr, statement: ast.stmt) -> None:
        """Read `n, m = X.shape`, and `a, b = U @ x, V @ y`."""
        if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
            left = _names_of(target)
            used = {item.id for item in ast.walk(value) if isinstance(item, ast.Name)}
            if len(left) < len(target.elts) or not used.isdisjoint(left):
                self.fail("one name is assigned at a time", statement)
            for name, part in zip(left, value.elts, strict=True):
                self._assign(name, part, statement)
            return
        reader = NumpyReader(self.values, self.sizes, self.place, call)
        sizes = reader.shape_tuple(value)
        names = _names_of(target)
        if sizes is None or len(sizes) != len(target.elts) or len(names) != len(sizes):
            self.fail("only the shape of an array is unpacked", statement, "`n, m = X.shape`")
        for name, size in zip(names, sizes, strict=True):
            self.values[name] = PyValue(build.length(size), ())

    def _assign(self, name: str, value: ast.expr, statement: ast.stmt) -> None:
        if name in self.variables:
            self.fail(
                f"`{name}` is assigned twice",
                statement,
                f"a name has one value: call the new one `{name}2`, say",
            )
        reader = NumpyReader(self.values, self.sizes, self.place, call)
        found = reader.value(value)
        tree = found.array
        if tree.op in {"num", "size", "const"} and not isinstance(statement, ast.Return):
            self.values[name] = found
            return
        lost = [i for i, axis in enumerate(found.axes) if axis is None]
        if tree.op in {"cmp", "logic"} or (lost and tree.op in {"name", "ones", "zeros"}):
            # A condition, or a name with an axis of length one: it lives on in what uses it.
            self.values[name] = found
            return
        facts = learned(
            tree, self._facts(name, tree.shape), sums_in(tree, self.variables, self.trees)
        )
        if lost and tree.shape:
            facts = replace(facts, kept=lost[0])
        variable = build.name(name, tree.shape, facts)
        self.trees[name] = tree
        self.places[name] = self.place(statement)
        self.written[name] = " ".join(ast.unparse(value).split())
        self._define(name, variable)
        self.values[name] = PyValue(variable, found.axes)


def _names_of(target: ast.Tuple | ast.List) -> list[str]:
    """Return the names on the left of an assignment, in order."""
    return [item.id for item in target.elts if isinstance(item, ast.Name)]


def _parts(text: str) -> list[str]:
    """Return the parts of a list of facts, split at commas outside brackets."""
    found, depth, start = [], 0, 0
    for i, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            found.append(text[start:i].strip())
            start = i + 1
    found.append(text[start:].strip())
    return [part for part in found if part]
