"""Graphs from Python objects: a function, SymPy equations, one SymPy expression.

graph([Eq(u, a*x + b), Eq(J, (u - y)**2)], params=[a, b], data=[x, y])
graph((a*x + b - y)**2, params=[a, b])
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from symgrad.errors import SourceError, free_name
from symgrad.expression.symbolic import sympy_module
from symgrad.expression.symbolic_reading import from_sympy, not_taken, text_of
from symgrad.expression.tree import Compare, Number, Pow, Var, formula_of, variables, walk
from symgrad.graph.graph import Assumption, Graph, Kind, Node
from symgrad.sources import exact, lexer
from symgrad.sources import function as python_function
from symgrad.sources.cursor import tree_depth
from symgrad.sources.draft import Draft, check_cycles, check_objective, unused_inputs
from symgrad.sources.limits import MAX_DEPTH, MAX_NAME
from symgrad.sources.loading import load
from symgrad.sources.problems import SourceTooLarge, TooManyFaults

_FILE = re.compile(r"[^\n]+\.(?:py(?::\w+)?|sg)|example:\w+")
SOURCE = "<SymPy>"
Inputs = Iterable[Any] | Mapping[Any, Any]


def graph(
    source: Callable[..., object] | Any,  # noqa: ANN401  (SymPy ships no type information)
    *,
    params: Inputs | None = None,
    data: Inputs = (),
    consts: Inputs = (),
    minimize: object = None,
    maximize: object = None,
) -> Graph:
    """Return the graph of a Python function, of SymPy equations, or of one SymPy expression.

    A function's source (or its text, or `model.py:loss`) is read with `ast`, it is never called:
    positional arguments are parameters, keyword-only ones are data, or constants where they have a
    default. Of equations the left sides are symbols, each defined once; the order is free.

    Args:
        source: a function defined with `def`; or a list of `sympy.Eq`, or one SymPy expression.
        params: the symbols (or names) to differentiate by, or a mapping to their starting values.
            All inputs that are neither data nor constants when it is None; when it is given,
            symbols that are named nowhere are data.
        data: the symbols that have one value a sample.
        consts: the constants, or a mapping to their values.
        minimize: the symbol of the objective; the last equation's when it is None.
        maximize: the same for an objective that is to grow.

    Raises:
        SourceError: if there is no source, or it is not a graph; what cannot be taken is named.

    >>> import sympy
    >>> a, b, x, u, J = sympy.symbols("a b x u J")
    >>> g = graph([sympy.Eq(u, a * x + b), sympy.Eq(J, u**2)], params=[a, b], data=[x])
    >>> g.parameters, g.objective, g.equations
    (('a', 'b'), 'J', (Eq(u, a*x + b), Eq(J, u**2)))
    """
    if not is_sympy(source):
        if params is not None or data or consts or minimize is not None or maximize is not None:
            raise SourceError("a function says itself what its inputs are: leave the options out")
        if isinstance(source, str) and _FILE.fullmatch(source):
            return load(source)
        return python_function.graph(source)
    inputs = _Inputs(_named(params or ()), _named(data), _named(consts), params is None)
    goal = maximize if maximize is not None else minimize
    return _Reading(source, inputs).graph(
        None if goal is None else str(goal), maximize=maximize is not None
    )


def is_sympy(source: object) -> bool:
    """Tell whether a source is made of SymPy objects: an expression, or a list of equations."""
    if isinstance(source, list | tuple):
        return True
    return "sympy" in sys.modules and isinstance(source, sympy_module().Basic)


class _Inputs(NamedTuple):
    params: dict[str, Fraction | None]
    data: dict[str, Fraction | None]
    consts: dict[str, Fraction | None]
    rest_are_params: bool

    def kind(self, name: str) -> Kind:
        """Return what an input is that no equation defines."""
        kinds: tuple[tuple[Mapping[str, object], Kind], ...] = (
            (self.params, "param"), (self.data, "data"), (self.consts, "const"),
        )  # fmt: skip
        for names, kind in kinds:
            if name in names:
                return kind
        return "param" if self.rest_are_params else "data"


def _named(inputs: Inputs) -> dict[str, Fraction | None]:
    if isinstance(inputs, Mapping):
        return {str(symbol): _default(symbol, value) for symbol, value in inputs.items()}
    if isinstance(inputs, str):
        inputs = inputs.replace(",", " ").split()
    return dict.fromkeys(map(str, inputs))


def _default(symbol: object, value: object) -> Fraction:
    try:
        return Fraction(repr(value) if isinstance(value, float) else str(value))
    except ValueError:
        raise SourceError(f"the value of `{symbol}` is not a number: `{value}`") from None


class _Reading:
    """Reads equations into a graph."""

    def __init__(self, source: object, inputs: _Inputs) -> None:
        self.inputs = inputs
        self.symbols: dict[str, Any] = {}
        self.pairs = self.equations(source)
        self.text = [f"{left} = {text_of(right)}" for left, right in self.pairs]
        self.draft = Draft(SOURCE, self.text)

    def equations(self, source: object) -> list[tuple[str, Any]]:
        """Return left and right sides; one expression is the objective `J`."""
        sp = sympy_module()
        if not isinstance(source, Sequence):
            if not isinstance(source, sp.core.relational.Equality):
                free = {str(symbol) for symbol in getattr(source, "free_symbols", ())}
                given = {*self.inputs.params, *self.inputs.data, *self.inputs.consts}
                name = free_name("J", free | given)
                return [(name, source)]
            source = [source]
        if not source:
            raise SourceError("there is no equation")
        found = []
        for item in source:
            if not isinstance(item, sp.core.relational.Equality):
                hint = "each item is an equation: `sympy.Eq(u, a*x + b)`"
                raise not_taken(item, "it is no equation", help=hint)
            if not (item.lhs.is_Symbol or isinstance(item.lhs, sp.Indexed)):
                raise not_taken(item, "its left side is no symbol")
            found.append((self.name(item.lhs), item.rhs))
        return found

    def name(self, symbol: Any) -> str:  # noqa: ANN401
        """Return the name of a symbol. Raises NotTaken for one that is no name."""
        name = str(symbol)
        known = self.symbols.setdefault(name, symbol)
        if known != symbol:
            raise not_taken(symbol, "two different symbols have this name")
        if len(name) > MAX_NAME or name in lexer.RESERVED or not lexer.IDENTIFIER.fullmatch(name):
            raise not_taken(symbol, "it is no name of the graph language")
        if symbol.is_real is False:
            raise not_taken(symbol, "it is not real")
        return name

    def graph(self, objective: str | None, *, maximize: bool) -> Graph:
        """Return the graph, or raise everything that is wrong with it."""
        draft = self.draft
        equations = [self.equation(i) for i in range(len(self.pairs))]
        defined = {node.name for node in equations}
        draft.entries = [*self.declared(equations, defined), *equations]
        try:
            draft.close_names()
            draft.check_size()
            nodes = [entry for entry in draft.entries if isinstance(entry, Node)]
            check_cycles(draft, nodes)
            if not draft.faults and not any(node.kind == "param" for node in nodes):
                raise SourceError("there is no parameter", help="name what to differentiate by")
            name = objective or equations[-1].name
            place = draft.origin(1, 1).place(self.text[0], 0, 1)
            goal = check_objective(draft, nodes, name, place) or ""
        except TooManyFaults:
            pass
        draft.faults.raise_any()
        facts = tuple(self.assumptions(nodes))
        stated = {str(key) for fact in facts for key in variables(fact.condition)}
        return Graph(
            nodes=tuple(nodes),
            objective=goal,
            maximize=maximize,
            assumptions=facts,
            warnings=tuple(unused_inputs(draft, nodes, (goal,), stated)),
            source=SOURCE,
            text="\n".join(self.text),
            symbols=tuple(self.symbols.items()),
        )

    def equation(self, index: int) -> Node:
        """Read one equation."""
        name, right = self.pairs[index]
        try:
            tree = from_sympy(right, self.name)
            too_deep = tree_depth(tree) > MAX_DEPTH
        except RecursionError:
            too_deep = True
        if too_deep:
            raise SourceTooLarge(f"`{name}` is nested too deeply to read")
        try:
            for part in walk(tree):
                if isinstance(part, Pow):
                    exact.check_power(part.base, part.exponent)
        except (exact.TooManyDigits, exact.DivisionByZero):
            raise not_taken(right, "its numbers are too large") from None
        return Node(name, "equation", formula_of(tree), None, index + 1, 1)

    def declared(self, equations: Sequence[Node], defined: set[str]) -> list[Node]:
        """Return the inputs: those that are named, in that order, then the others as they occur."""
        inputs = self.inputs
        values = {**inputs.params, **inputs.data, **inputs.consts}
        used = [name for node in equations if node.formula for name in node.formula.operands]
        names = dict.fromkeys((*values, *(name for name in used if name not in defined)))
        order: dict[Kind, int] = {"param": 0, "data": 1, "const": 2}
        nodes = [Node(name, inputs.kind(name), None, values.get(name)) for name in names]
        return sorted(nodes, key=lambda node: order[node.kind])

    def assumptions(self, nodes: Iterable[Node]) -> Iterable[Assumption]:
        """Yield what the symbols are assumed to be: `Symbol("x", positive=True)`."""
        facts = (("is_positive", ">"), ("is_negative", "<"), ("is_nonnegative", ">="),
                 ("is_nonpositive", "<="), ("is_nonzero", "!="))  # fmt: skip
        for node in nodes:
            symbol = self.symbols.get(node.name)
            relation = next((r for fact, r in facts if getattr(symbol, fact, None)), None)
            if relation is not None:
                condition = Compare(relation, Var(node.name), Number(Fraction(0)))
                yield Assumption(condition, f"{node.name} {relation} 0")
