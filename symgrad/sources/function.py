"""A Python function as a graph: read with `ast`, never run.

    def J(a=1, b=0, *, x, y, lam=0.1):
        u = a*x + b
        return (u - y)**2 + lam*a**2

Positional arguments are parameters, keyword-only ones are data, or constants where they have a
default.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable

from symgrad.errors import Place, SourceError, close_to, free_name
from symgrad.expression.tree import Expression, Var, formula_of
from symgrad.graph.graph import Graph, Kind, Node
from symgrad.sources.arrays.numpy import has_shapes, parse_numpy
from symgrad.sources.draft import Draft, check_objective, unused_inputs
from symgrad.sources.problems import Fault, TooManyFaults, UnknownNameInSource
from symgrad.sources.python_expression import CONSTANTS, PythonReader
from symgrad.sources.python_function import FunctionReader, PythonAssignment
from symgrad.sources.python_module import Definition, find_function, parsed
from symgrad.sources.statements import prepare

_DEFINITION = re.compile(r"^\s*(?:async\s+)?def\s", re.MULTILINE)
_FALLBACK_NAME = "objective"


def graph(function: Callable[..., object] | str) -> Graph:
    """Return the graph that a Python function describes; its source is read, it is never called.

    Args:
        function: a function defined with `def`, or the text of one; its positional arguments are
            the parameters. An argument whose annotation is a shape, such as `W: "m n"`, is an
            array, and the function is read as NumPy.

    Raises:
        SourceError: if there is no source, or it is not a graph.
    """
    if isinstance(function, str):
        return _graph_of_text(function)
    plain = inspect.unwrap(function) if callable(function) else function
    if inspect.ismethod(plain):
        plain = plain.__func__
    if not inspect.isfunction(plain):
        raise SourceError(f"a function defined with `def` is needed, not {type(function).__name__}")
    if plain.__name__ == "<lambda>":
        raise SourceError("a lambda has no equations to read", help="define a function with `def`")
    try:
        lines, first = inspect.getsourcelines(plain)
    except (OSError, TypeError):
        raise SourceError(
            f"the source of `{plain.__name__}` cannot be found",
            help="define it in a file or a notebook cell, or use `sg.parse` with a text",
        ) from None
    source = inspect.getsourcefile(plain) or plain.__code__.co_filename
    # The block in front takes up the indentation of a nested function; its line is not counted.
    text = "if True:\n" + "".join(lines) if lines[0][:1].isspace() else "\n" + "".join(lines)
    return _read(text, plain.__name__, source=source, shift=first - 2)


def _graph_of_text(text: str) -> Graph:
    """Return the graph of a function's text."""
    if _DEFINITION.search(text):
        return parse_function(textwrap.dedent(text).lstrip("\n"), None, source="<text>")
    raise SourceError("a function defined with `def` is needed", help="`def loss(W, *, x): …`")


def parse_function(source_text: str, name: str | None, *, source: str) -> Graph:
    """Return the graph that a function in a Python text describes; the text is never run.

    Args:
        source_text: the text of a module.
        name: the function's name; None if there is one function only.
        source: the name of the text in errors.

    Raises:
        SourceError: with every fault of the function.
        UnknownName: if there is no such function.

    >>> parse_function("def J(a, *, x): return (a*x)**2", None, source="model.py").objective
    'J'
    """
    return _read(source_text, name, source=source, shift=0)


def _read(text: str, name: str | None, *, source: str, shift: int) -> Graph:
    text = prepare(text, source)
    lines = text.split("\n")
    module = parsed(text, source, lines, shift)
    definition = find_function(module, name, source)
    if has_shapes(definition):
        return parse_numpy(definition, lines, source=source, shift=shift)
    reader = _ScalarFunction(definition, source, lines, shift)
    return reader.graph("\n".join(lines[1:]) if shift else text)


class _ScalarFunction(FunctionReader):
    """Reads one function of numbers into a graph."""

    def __init__(self, definition: Definition, source: str, lines: list[str], shift: int) -> None:
        super().__init__(definition, source, lines, shift)
        self.draft = Draft(source, lines, 1 + shift)
        self.draft.faults = self.faults
        self.expressions = PythonReader(self.resolve, self.place, self.segment)
        self.known: dict[str, Var] = {}
        self.later: frozenset[str] = frozenset()

    def graph(self, text: str) -> Graph:
        """Return the graph, or raise everything that is wrong with it."""
        try:
            self.arguments()
            assignments = self.body()
            self.later = frozenset(item.name for item in assignments)
            for item in assignments:
                self.assign(item)
            objective, place = self.objective()
            self.draft.close_names()
            nodes = [entry for entry in self.draft.entries if isinstance(entry, Node)]
            if not self.faults:
                if not any(node.kind == "param" for node in nodes):
                    hint = "positional arguments are parameters: `def J(a, *, x)`"
                    raise self.fault("there is no parameter", self.definition, hint)
                objective = check_objective(self.draft, nodes, objective, place) or ""
        except Fault as fault:
            self.faults.add(fault)
        except TooManyFaults:
            pass
        self.faults.raise_any()
        doc = ast.get_docstring(self.definition) or ""
        return Graph(
            nodes=tuple(nodes),
            objective=objective,
            warnings=tuple(unused_inputs(self.draft, nodes, (objective,), set())),
            title=doc.strip().partition("\n")[0].strip(),
            source=self.source,
            text=text,
        )

    def declare(self, argument: ast.arg, kind: Kind, default: ast.expr | None) -> None:
        """Read one input."""
        value = None
        if default is not None:
            with self.noting():
                value = self.constant(default)
        self.draft.entries.append(self.node_at(argument.arg, kind, argument, value))
        self.known[argument.arg] = Var(argument.arg)

    def assign(self, item: PythonAssignment) -> None:
        """Read one equation."""
        tree: Expression = Var(item.name)
        with self.noting():
            tree = self.expressions.whole(item.value)
        place = self.place(item.place)
        self.draft.entries.append(
            Node(item.name, "equation", formula_of(tree), None, place.line, place.column)
        )
        self.known[item.name] = Var(item.name)

    def objective(self) -> tuple[str, Place]:
        """Return the objective; what is returned gets the function's name unless it has one."""
        result = self.result()
        if result is None:
            return "", self.place(self.definition)
        value = result.value
        if isinstance(value, ast.Name) and value.id in self.known:
            return value.id, self.place(value)
        taken = self.known
        name = self.definition.name if self.definition.name not in taken else _FALLBACK_NAME
        name = free_name(name, taken)
        self.assign(PythonAssignment(name, value, value))
        return name, self.place(value)

    def resolve(self, node: ast.Name) -> Expression:
        """Return what a name stands for; note a fault if it stands for nothing."""
        found: Expression | None = self.known.get(node.id)
        if found is None and node.id not in self.later:
            found = CONSTANTS.get(node.id)
        if found is not None:
            return found
        if node.id in self.later:
            hint = "Python runs from top to bottom: move its assignment up"
            fault = self.fault(f"`{node.id}` is used before it is assigned", node, hint)
        else:
            hint = close_to(node.id, [*self.known, *self.later], otherwise="make it an argument")
            place = self.place(node)
            message = f"unknown name `{node.id}`"
            fault = Fault(message, place, hint, kind=UnknownNameInSource)
        self.faults.add(fault)
        return Var(node.id)
