"""The statements of a Python function: its inputs, what it assigns, and what it returns."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import NamedTuple

from symgrad.errors import Place
from symgrad.expression.tree import Var
from symgrad.graph.graph import Kind, Node
from symgrad.sources import exact
from symgrad.sources.problems import Fault, Faults
from symgrad.sources.python_expression import PythonReader
from symgrad.sources.python_module import Definition

_WORDS = frozenset(
    "assert async await break class continue def del for from global if match nonlocal raise "
    "try while with yield print".split()
)


class PythonAssignment(NamedTuple):
    """One name and the Python expression it stands for."""

    name: str
    place: ast.AST
    value: ast.expr


class FunctionReader:
    """Reads the statements of one function; `declare` says what an argument is."""

    def __init__(self, definition: Definition, source: str, lines: list[str], shift: int) -> None:
        self.definition = definition
        self.source = source
        self.lines = lines
        self.shift = shift
        self.faults = Faults()
        self.returned: PythonAssignment | None = None

    def place(self, node: ast.AST) -> Place:
        """Return the place of the first line of a node."""
        line = getattr(node, "lineno", 1)
        text = self.lines[line - 1]
        start = _characters(text, getattr(node, "col_offset", 0))
        one_line = getattr(node, "end_lineno", line) == line
        end = _characters(text, getattr(node, "end_col_offset", 0)) if one_line else len(text)
        length = max(1, end - start)
        return Place(self.source, line + self.shift, start + 1, length, text)

    def segment(self, node: ast.AST) -> str:
        """Return a node as it was written, if it stands on one line."""
        place = self.place(node)
        return place.text[place.column - 1 : place.column - 1 + place.length]

    def fault(self, message: str, node: ast.AST, hint: str = "") -> Fault:
        """Return a fault that points at a node."""
        return Fault(message, self.place(node), hint)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note a fault, and go on after it."""
        try:
            yield
        except Fault as fault:
            self.faults.add(fault)

    def node_at(self, name: str, kind: Kind, node: ast.AST, default: Fraction | None) -> Node:
        """Return an input that is defined at a node."""
        place = self.place(node)
        return Node(name, kind, None, default, place.line, place.column)

    def declare(self, argument: ast.arg, kind: Kind, default: ast.expr | None) -> None:
        """Read one input."""
        raise NotImplementedError

    def arguments(self) -> None:
        """Read the inputs."""
        given = self.definition.args
        for extra in (given.vararg, given.kwarg):
            if extra is not None:
                hint = "each input is an argument of its own"
                self.faults.add(self.fault("`*` arguments cannot be read", extra, hint))
        positional = [*given.posonlyargs, *given.args]
        free = [None] * (len(positional) - len(given.defaults))
        for argument, default in zip(positional, [*free, *given.defaults], strict=True):
            with self.noting():
                self.declare(argument, "param", default)
        for argument, default in zip(given.kwonlyargs, given.kw_defaults, strict=True):
            with self.noting():
                self.declare(argument, "data" if default is None else "const", default)

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

    def statement(self, statement: ast.stmt) -> list[PythonAssignment]:
        """Return what one statement assigns."""
        match statement:
            case ast.Expr(value=ast.Constant(value=str())):
                return []
            case ast.Pass() | ast.Import() | ast.ImportFrom():
                return []
            case ast.Assign(targets=[target], value=value):
                return self.targets(target, value)
            case ast.AnnAssign(target=ast.Name() as name, value=ast.expr() as value):
                return [PythonAssignment(name.id, name, value)]
            case ast.Return():
                self.read_return(statement)
                if statement is not self.definition.body[-1]:
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

    def result(self) -> PythonAssignment | None:
        """Return what is returned, None for a `return` with a fault of its own."""
        if self.returned is None and not any(
            isinstance(item, ast.Return) for item in self.definition.body
        ):
            raise self.fault("the function returns nothing", self.definition, "end with `return J`")
        return self.returned


def _characters(line: str, offset: int) -> int:
    """Return the number of characters in the first `offset` bytes of a line."""
    return offset if line.isascii() else len(line.encode()[:offset].decode(errors="ignore"))
