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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import NamedTuple

from symgrad.errors import Diagnostic, Place, SourceError, close_to, free_name
from symgrad.expression.tree import Expression, Var, formula_of
from symgrad.graph.graph import Graph, Kind, Node
from symgrad.sources import exact
from symgrad.sources.arrays.numpy import has_shapes, parse_numpy
from symgrad.sources.draft import Draft, check_objective, unused_inputs
from symgrad.sources.problems import Fault, TooManyFaults, UnknownNameInSource
from symgrad.sources.python_expression import CONSTANTS, PythonReader
from symgrad.sources.python_module import Definition, find_function, parsed
from symgrad.sources.statements import prepare

_DEFINITION = re.compile(r"^\s*(?:async\s+)?def\s", re.MULTILINE)
_FALLBACK_NAME = "objective"


class PythonAssignment(NamedTuple):
    """One name and the Python expression it stands for."""

    name: str
    place: ast.AST
    value: ast.expr


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
        raise SourceError(
            Diagnostic("a lambda has no equations to read", help="define a function with `def`")
        )
    try:
        lines, first = inspect.getsourcelines(plain)
    except (OSError, TypeError):
        raise SourceError(
            Diagnostic(
                f"the source of `{plain.__name__}` cannot be found",
                help="define it in a file or a notebook cell, or use `sg.parse` with a text",
            )
        ) from None
    source = inspect.getsourcefile(plain) or plain.__code__.co_filename
    # The block in front takes up the indentation of a nested function; its line is not counted.
    text = "if True:\n" + "".join(lines) if lines[0][:1].isspace() else "\n" + "".join(lines)
    return _read(text, plain.__name__, source=source, shift=first - 2)


def _graph_of_text(text: str) -> Graph:
    """Return the graph of a function's text."""
    if _DEFINITION.search(text):
        return parse_function(textwrap.dedent(text).lstrip("\n"), None, source="<text>")
    raise SourceError(
        Diagnostic("a function defined with `def` is needed", help="`def loss(W, *, x): …`")
    )


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
    reader = _FunctionReader(definition, source, lines, shift)
    return reader.graph("\n".join(lines[1:]) if shift else text)


class _FunctionReader:
    """Reads one function definition into a graph."""

    def __init__(self, definition: Definition, source: str, lines: list[str], shift: int) -> None:
        self.definition = definition
        self.lines = lines
        self.shift = shift
        self.draft = Draft(source, lines, 1 + shift)
        self.expressions = PythonReader(self.resolve, self.place, self.segment)
        self.known: dict[str, Var] = {}
        self.later: frozenset[str] = frozenset()
        self.returned: PythonAssignment | None = None

    # -- places --------------------------------------------------------------------------------

    def place(self, node: ast.AST) -> Place:
        """Return the place of the first line of a node."""
        line = getattr(node, "lineno", 1)
        text = self.lines[line - 1]
        start = _characters(text, getattr(node, "col_offset", 0))
        one_line = getattr(node, "end_lineno", line) == line
        end = _characters(text, getattr(node, "end_col_offset", 0)) if one_line else len(text)
        length = max(1, end - start)
        return Place(self.draft.source, line + self.shift, start + 1, length, text)

    def segment(self, node: ast.AST) -> str:
        """Return a node as it was written, if it stands on one line."""
        place = self.place(node)
        return place.text[place.column - 1 : place.column - 1 + place.length]

    def fault(self, message: str, node: ast.AST, hint: str = "") -> Fault:
        """Return a fault that points at a node."""
        return Fault(Diagnostic(message, self.place(node), hint))

    def node_at(self, name: str, kind: Kind, node: ast.AST, default: Fraction | None) -> Node:
        """Return an input that is defined at a node."""
        place = self.place(node)
        return Node(name, kind, None, default, place.line, place.column)

    # -- the function --------------------------------------------------------------------------

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
            if not self.draft.faults:
                if not any(node.kind == "param" for node in nodes):
                    hint = "positional arguments are parameters: `def J(a, *, x)`"
                    raise self.fault("there is no parameter", self.definition, hint)
                objective = check_objective(self.draft, nodes, objective, place) or ""
        except Fault as fault:
            self.draft.faults.add(fault)
        except TooManyFaults:
            pass
        self.draft.faults.raise_any()
        doc = ast.get_docstring(self.definition) or ""
        return Graph(
            nodes=tuple(nodes),
            objective=objective,
            warnings=tuple(unused_inputs(self.draft, nodes, (objective,), set())),
            title=doc.strip().partition("\n")[0].strip(),
            source=self.draft.source,
            text=text,
        )

    def arguments(self) -> None:
        """Read the inputs."""
        given = self.definition.args
        for extra in (given.vararg, given.kwarg):
            if extra is not None:
                hint = "each input is an argument of its own"
                self.draft.faults.add(self.fault("`*` arguments cannot be read", extra, hint))
        positional = [*given.posonlyargs, *given.args]
        free = [None] * (len(positional) - len(given.defaults))
        for argument, default in zip(positional, [*free, *given.defaults], strict=True):
            self.declare(argument, "param", default)
        for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
            self.declare(argument, "data" if default is None else "const", default)

    def declare(self, argument: ast.arg, kind: Kind, default: ast.expr | None) -> None:
        """Read one input."""
        value = None
        if default is not None:
            with self.noting():
                value = self.constant(default)
        self.draft.entries.append(self.node_at(argument.arg, kind, argument, value))
        self.known[argument.arg] = Var(argument.arg)

    def constant(self, node: ast.expr) -> Fraction:
        """Return the exact value of a default."""
        try:
            plain = PythonReader(lambda name: Var(name.id), self.place, self.segment)
            value = exact.rational(plain.whole(node))
        except (exact.TooManyDigits, exact.DivisionByZero):
            raise self.fault("a number too large to compute exactly", node) from None
        if value is None:
            raise self.fault("a default is a plain number", node, "write its digits")
        return value

    def body(self) -> list[PythonAssignment]:
        """Return all assignments in order; other statements are faults."""
        found: list[PythonAssignment] = []
        for statement in self.definition.body:
            with self.noting():
                found += self.statement(statement)
        return found

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note a fault, and go on after it."""
        try:
            yield
        except Fault as fault:
            self.draft.faults.add(fault)

    def statement(self, statement: ast.stmt) -> list[PythonAssignment]:
        """Return what one statement assigns."""
        body = self.definition.body
        match statement:
            case ast.Expr(value=ast.Constant(value=str())) if statement is body[0]:
                return []
            case ast.Pass() | ast.Import() | ast.ImportFrom():
                return []
            case ast.Assign(targets=[target], value=value):
                return self.targets(target, value)
            case ast.AnnAssign(target=ast.Name() as name, value=ast.expr() as value):
                return [PythonAssignment(name.id, name, value)]
            case ast.Return():
                self.read_return(statement)
                if statement is not body[-1]:
                    raise self.fault("nothing can follow `return`", statement)
                return []
            case _:
                raise self.unsupported(statement)

    def targets(self, target: ast.expr, value: ast.expr) -> list[PythonAssignment]:
        """Return what `target = value` assigns, where both may be tuples of one length."""
        match target, value:
            case ast.Name(id=name), _:
                return [PythonAssignment(name, target, value)]
            case (ast.Tuple(elts=left), ast.Tuple(elts=right)) if len(left) == len(right):
                names = {part.id for part in left if isinstance(part, ast.Name)}
                used = {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
                if names & used:
                    hint = "write one assignment a line"
                    raise self.fault("a tuple that uses the names it assigns", target, hint)
                return [
                    item for pair in zip(left, right, strict=True) for item in self.targets(*pair)
                ]
            case _:
                hint = "as in `u = a*x + b` or `u, v = a, b`"
                raise self.fault("only names can be assigned to", target, hint)

    def unsupported(self, statement: ast.stmt) -> Fault:
        """Return the fault of a statement that is no equation."""
        if isinstance(statement, ast.AugAssign):
            hint = "a name has one value: give the new one a new name"
            return self.fault("a value cannot be changed in place", statement, hint)
        if isinstance(statement, ast.Assign):
            return self.fault("one name at a time can be assigned", statement)
        hint = "a function for symgrad holds assignments and one `return`"
        if isinstance(statement, ast.If):
            hint = "a choice is `a if condition else b`"
        if isinstance(statement, ast.For | ast.While):
            hint = "write the steps of the loop out, one equation each"
        word = self.lines[statement.lineno - 1][statement.col_offset :].split(None, 1)[:1]
        label = re.match(r"[a-z]+", word[0]) if word else None
        what = f"`{label[0]}`" if label and label[0] in _WORDS else "this statement"
        return self.fault(f"{what} cannot stand in a graph", statement, hint)

    def read_return(self, statement: ast.Return) -> None:
        """Take note of what is returned."""
        if statement.value is None:
            raise self.fault("`return` returns nothing", statement, "`return J`")
        if isinstance(statement.value, ast.Tuple):
            raise self.fault("a graph has one objective", statement.value, "return their sum")
        self.returned = PythonAssignment("", statement.value, statement.value)

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
        if self.returned is None:
            if any(isinstance(item, ast.Return) for item in self.definition.body):
                return "", self.place(self.definition)
            raise self.fault("the function returns nothing", self.definition, "end with `return J`")
        value = self.returned.value
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
            fault = Fault(Diagnostic(message, place, hint), UnknownNameInSource)
        self.draft.faults.add(fault)
        return Var(node.id)


def _characters(line: str, offset: int) -> int:
    """Return the number of characters in the first `offset` bytes of a line."""
    return offset if line.isascii() else len(line.encode()[:offset].decode(errors="ignore"))


_WORDS = frozenset(
    "assert async await break class continue def del for from global if match nonlocal raise "
    "try while with yield print".split()
)
