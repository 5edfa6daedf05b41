"""A graph in the making: what was defined, before it is checked as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from symgrad.errors import Diagnostic, Place, nearest
from symgrad.expression.function import OwnFunction
from symgrad.expression.tree import Formula
from symgrad.graph.graph import Node
from symgrad.sources.limits import MAX_EQUATIONS, MAX_INPUTS, MAX_NAME
from symgrad.sources.naming import GivenNames
from symgrad.sources.problems import Faults, Origin, SourceTooLarge, UnknownNameInSource

_KINDS = {
    "param": "a parameter", "data": "data", "const": "a constant", "equation": "an equation",
}  # fmt: skip
_MAX_RING = 12


class Equation(NamedTuple):
    """An equation whose right side has not been read yet; lines and columns count from 1."""

    name: str
    line: int
    column: int
    right: str
    right_line: int
    right_column: int


class Draft:
    """Everything that one source defines, in order of definition, and the faults found in it."""

    def __init__(self, source: str, lines: Sequence[str], first: int = 1) -> None:
        self.source = source
        self.lines = lines
        self.first = first
        self.faults = Faults()
        self.entries: list[Node | Equation] = []
        self.names = GivenNames(())
        self.functions: dict[str, OwnFunction] = {}

    def origin(self, line: int, column: int) -> Origin:
        """Return the origin of the text that begins there."""
        return Origin(self.source, self.lines, line, column, self.first)

    def place(self, entry: Node | Equation) -> Place:
        """Return the place of a definition's name."""
        return self.origin(entry.line, entry.column).place(entry.name, 0, len(entry.name))

    def unknown_name(self, word: str, place: Place) -> None:
        """Note a name that is used and not defined."""
        self.faults.unknown_name(word.lstrip("\\"), place, self.names.table)

    def check_size(self) -> None:
        """Refuse a graph that is too large.

        Raises:
            SourceTooLarge: at once; other faults no longer matter.
        """
        inputs = sum(1 for entry in self.entries if isinstance(entry, Node) and not entry.formula)
        equations = len(self.entries) - inputs
        if equations > MAX_EQUATIONS or inputs > MAX_INPUTS:
            raise SourceTooLarge(
                f"{self.source}: a graph of more than {MAX_EQUATIONS} equations "
                f"or {MAX_INPUTS} inputs"
            )

    def close_names(self) -> None:
        """Collect the names of all definitions; a name defined twice is a fault."""
        entries = self.entries
        self.names = GivenNames(entry.name for entry in entries)
        if max(map(len, self.names.table), default=0) > MAX_NAME:
            entry = next(entry for entry in entries if len(entry.name) > MAX_NAME)
            message = f"a name of more than {MAX_NAME} characters"
            self.faults.error(message, self.place(entry), kind=SourceTooLarge)
        if len(self.names.table) == len(entries) and not self.names.clashes:
            return
        same = {second: first for first, second in self.names.clashes}
        met: dict[str, Node | Equation] = {}
        kept = []
        for entry in entries:
            name = same.get(entry.name, entry.name)
            if name in met:
                self._defined_twice(met[name], entry)
            else:
                met[name] = entry
                kept.append(entry)
        self.entries = kept

    def _defined_twice(self, first: Node | Equation, second: Node | Equation) -> None:
        kinds = [_kind(first), _kind(second)]
        if kinds[0] == kinds[1]:
            message = f"`{second.name}` is defined twice"
            hint = f"a name has one value: call the new one `{second.name}2`, say"
        else:
            message = f"`{second.name}` is defined as {kinds[1]}, but is {kinds[0]} already"
            hint = "give one of the two another name"
        if second.name != first.name:
            hint = f"`{first.name}` and `{second.name}` are one name in two spellings"
        related = (("it is defined here first", self.place(first)),)
        self.faults.error(message, self.place(second), hint=hint, related=related)


def _kind(entry: Node | Equation) -> str:
    return _KINDS["equation" if isinstance(entry, Equation) else entry.kind]


def check_cycles(draft: Draft, nodes: Sequence[Node]) -> None:
    """Note every ring of definitions, in time linear in the size of the graph."""
    operands = {node.name: _operands(node) for node in nodes if node.formula is not None}
    index = {node.name: node for node in nodes}
    done: set[str] = set()
    for start, first in operands.items():
        if start in done:
            continue
        path: dict[str, int] = {start: 0}
        stack = [iter(first)]
        names = [start]
        while stack:
            following = next((n for n in stack[-1] if n in operands and n not in done), None)
            if following is None:
                stack.pop()
                name = names.pop()
                del path[name]
                done.add(name)
            elif following in path:
                _report_ring(draft, index, names[path[following] :])
                done.update(names[path[following] :])
            else:
                path[following] = len(names)
                names.append(following)
                stack.append(iter(operands[following]))


def _operands(node: Node) -> tuple[str, ...]:
    formula: Formula | None = node.formula
    return formula.operands if formula else ()


def _report_ring(draft: Draft, index: dict[str, Node], ring: list[str]) -> None:
    first = min(range(len(ring)), key=lambda i: (index[ring[i]].line, index[ring[i]].column))
    ring = ring[first:] + ring[:first]
    shown = ring if len(ring) <= _MAX_RING else [*ring[: _MAX_RING - 2], "…", ring[-1]]
    if len(ring) == 1:
        message = f"`{ring[0]}` is defined by itself: {ring[0]} → {ring[0]}"
        hint = "give the new value a new name"
    else:
        message = f"the definitions go round in a ring: {' → '.join([*shown, ring[0]])}"
        hint = "one of them has to be defined by something else"
    related = tuple((f"`{name}` is defined here", draft.place(index[name])) for name in ring[1:4])
    draft.faults.error(message, draft.place(index[ring[0]]), hint=hint, related=related)


def unused_inputs(
    draft: Draft, nodes: Sequence[Node], goals: Sequence[str], mentioned: set[str]
) -> list[Diagnostic]:
    """Return a warning for every input that no goal depends on: the objective, then the outputs."""
    objective = goals[0]
    reached = _reached(nodes, goals)
    warnings = []
    for node in nodes:
        if node.formula is not None or node.name in reached:
            continue
        if node.kind == "param":
            message = f"parameter `{node.name}` is not used in `{objective}`: its gradient is 0"
        elif node.name in mentioned:
            continue
        else:
            kind = "data" if node.kind == "data" else "constant"
            message = f"{kind} `{node.name}` is not used in `{objective}`"
        warnings.append(Diagnostic(message, draft.place(node), severity="warning"))
    return warnings


def _reached(nodes: Sequence[Node], goals: Sequence[str]) -> set[str]:
    rows = [node.formula.operands for node in nodes if node.formula]
    used = set(goals).union(chain.from_iterable(rows))
    if used.issuperset([node.name for node in nodes if node.formula]):
        # In a graph without cycles of which every equation but the objective is used by another
        # one, all of them lead to the objective.
        return used
    index = {node.name: node for node in nodes}
    reached = set(goals)
    stack = list(goals)
    while stack:
        for name in _operands(index[stack.pop()]):
            if name not in reached:
                reached.add(name)
                stack.append(name)
    return reached


def check_objective(draft: Draft, nodes: Sequence[Node], name: str, place: Place) -> str | None:
    """Return the objective in the author's spelling; note a fault if it is not an equation."""
    found = draft.names.find(name)
    if found is None:
        equations = [node.name for node in nodes if node.formula is not None]
        close = nearest(name, equations) or next(reversed(equations), None)
        draft.faults.error(
            f"unknown name `{name}`",
            place,
            hint=f"an equation that there is: `{close}`" if close else "",
            kind=UnknownNameInSource,
        )
        return None
    for entry in draft.entries:
        if entry.name == found and isinstance(entry, Node) and entry.formula is None:
            draft.faults.error(
                f"the objective `{found}` is {_kind(entry)}, not an equation",
                place,
                related=(("it is declared here", draft.place(entry)),),
                hint="write an equation for it, such as `J = …`, and name that",
            )
            return None
    return found
