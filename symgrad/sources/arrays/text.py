"""The graph language with vectors and matrices: from a text to an ArrayGraph."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from symgrad.expression.arrays import leaves
from symgrad.expression.arrays.size import Shape
from symgrad.expression.arrays.tree import Array, Facts
from symgrad.expression.names import canonical
from symgrad.graph.arrays import ArrayGraph, learned, opaque, sums_in
from symgrad.graph.graph import Graph, Node
from symgrad.sources.arrays.calls import call
from symgrad.sources.arrays.facts import known_of
from symgrad.sources.arrays.meaning import Meaning
from symgrad.sources.arrays.scan import ArrayEquation, ArrayScanner, has_arrays
from symgrad.sources.arrays.syntax import ArrayParser
from symgrad.sources.problems import Fault, TooManyFaults, UnknownNameInSource


def parse_arrays(text: str, *, source: str = "<text>") -> Graph:
    """Return the graph that a text with vectors and matrices describes.

    Raises:
        SourceError: with every fault of the text, the shapes that do not fit among them.

    >>> graph = parse_arrays("param W[m,n]; data x[n], y[m]; r = W@x - y; L = norm(r)^2")
    >>> graph.parameters, graph.objective
    (('W',), 'L')
    """
    return _ArrayReader(ArrayScanner(text, source)).graph()


class _ArrayReader:
    """Reads one text."""

    def __init__(self, scanner: ArrayScanner) -> None:
        self.scanner = scanner
        self.variables: dict[str, Array] = {}
        self.spellings: dict[str, str] = {}
        self.trees: dict[str, Array] = {}
        self.failed: set[str] = set()

    def graph(self) -> ArrayGraph:
        """Read everything and check it."""
        scanner = self.scanner
        try:
            scanner.scan()
            self._collect_names()
            self._meanings()
            objective = self._objective()
        except TooManyFaults:
            scanner.faults.raise_any()
            raise
        scanner.faults.raise_any()
        rate = scanner.rate
        equations = scanner.equations.items()
        nodes = [*scanner.inputs.values()]
        nodes += [
            opaque(name, self.trees[name], item.place.line, item.place.column)
            for name, item in equations
        ]
        facts = tuple((name, var.facts) for name, var in self.variables.items())
        return ArrayGraph(
            nodes=tuple(nodes),
            objective=objective,
            maximize=bool(scanner.goal and scanner.goal[2]),
            rate=None if rate is None or rate.value is None else (rate.name, rate.value),
            assumptions=tuple(item.assumption for item in scanner.stated),
            checks=tuple(scanner.checks),
            title=scanner.title,
            source=scanner.draft.source,
            text=scanner.text,
            values=tuple(self.trees.items()),
            shapes=tuple((name, var.shape) for name, var in self.variables.items()),
            facts=facts,
            given=tuple(scanner.given),
            written=tuple((name, _one_line(item.text)) for name, item in equations),
            indexed=tuple((name, item.indices) for name, item in equations if item.indices),
            example=tuple(scanner.example.items()),
        )

    # Names and meanings ---------------------------------------------------------------------------

    def _collect_names(self) -> None:
        scanner = self.scanner
        for name, item in scanner.equations.items():
            if name in scanner.inputs:
                scanner.faults.error(f"`{name}` is an input and an equation", item.place)
            if name in scanner.sizes:
                scanner.faults.error(f"`{name}` is a size and an equation", item.place)
        for name in (*scanner.inputs, *scanner.equations):
            self.spellings.setdefault(canonical(name), name)
        for name, node in scanner.inputs.items():
            size = scanner.sizes.get(name)
            if size is not None and node.kind != "const":
                place = scanner.draft.origin(node.line, node.column).place(name, 0, len(name))
                scanner.faults.error(f"`{name}` is a size and an input", place)
        for name, node in scanner.inputs.items():
            shape = scanner.shapes[name]
            self.variables[name] = leaves.name(name, shape, self._facts(name, shape, node))
        for fact in scanner.stated:
            if self._find(fact.name) is None and fact.name not in scanner.sizes:
                message = f"unknown name `{fact.name}`"
                scanner.faults.error(message, fact.place, kind=UnknownNameInSource)

    def _facts(self, name: str, shape: Shape, node: Node | None) -> Facts:
        own = [item for item in self.scanner.stated if self._find(item.name) == name]
        facts = known_of(own, shape, self.scanner.faults)
        if node is not None and node.default is not None and node.default > 0 and not shape:
            facts = replace(facts, positive=facts.positive or node.kind == "const")
        return facts

    def _find(self, word: str) -> str | None:
        if word in self.scanner.inputs or word in self.scanner.equations:
            return word
        return self.spellings.get(canonical(word))

    def look_up(self, word: str) -> Array | None:
        """Return what a word stands for; an equation that is not read yet is read now."""
        name = self._find(word)
        if name is None:
            return None
        if name in self.variables:
            return self.variables[name]
        if name in self.failed:
            raise _Skipped
        self._meaning(name)
        return self.variables[name]

    def _meanings(self) -> None:
        for item in self.scanner.equations.values():
            try:
                parser = ArrayParser(
                    item.text, item.origin, known=lambda word: self._find(word) is not None
                )
                item.read = (parser, parser.whole())
            except Fault as fault:  # noqa: PERF203  (every fault is noted)
                self.scanner.faults.add(fault)
                self.failed.add(item.name)
            except RecursionError:
                self.scanner.faults.error("nested too deeply to read", item.place)
                self.failed.add(item.name)
        for name in self.scanner.equations:
            if name not in self.variables and name not in self.failed:
                try:
                    self._meaning(name)
                except _Skipped:
                    self.failed.add(name)
        ordered = [name for name in self.scanner.equations if name in self.trees]
        self.trees = {name: self.trees[name] for name in ordered}
        order = [*self.scanner.inputs, *ordered]
        self.variables = {name: self.variables[name] for name in order if name in self.variables}

    def _meaning(self, name: str) -> None:
        """Give one equation its meaning; those that it uses come first, without recursion."""
        waiting = [name]
        path: list[str] = []
        while waiting:
            current = waiting[-1]
            if current in self.variables or current in self.failed:
                waiting.pop()
                if path and path[-1] == current:
                    path.pop()
                continue
            item = self.scanner.equations[current]
            needed = [
                other
                for other in _mentioned(item, self._find)
                if other in self.scanner.equations
                and other not in self.variables
                and other not in self.failed
            ]
            if needed:
                if not path or path[-1] != current:
                    path.append(current)
                cycle = [other for other in needed if other in path]
                if cycle:
                    ring = path[path.index(cycle[0]) :]
                    shown = " → ".join([*ring, cycle[0]])
                    self.scanner.faults.error(f"`{current}` depends on itself: {shown}", item.place)
                    self.failed.update(ring)
                    continue
                waiting.extend(reversed(needed))
                continue
            self._one(item)
        if name in self.failed:
            raise _Skipped

    def _one(self, item: ArrayEquation) -> None:
        if item.read is None:
            return
        parser, syntax = item.read
        meaning = Meaning(
            self.look_up,
            self.scanner.sizes,
            parser,
            calls=call,
            known=(*self.scanner.inputs, *self.scanner.equations),
        )
        try:
            tree = meaning.array(syntax, item.indices)
        except _Skipped:
            self.failed.add(item.name)
            return
        except Fault as fault:
            self.scanner.faults.add(fault)
            self.failed.add(item.name)
            return
        if tree.op in {"cmp", "logic"}:
            self.scanner.faults.error(f"`{item.name}` is a condition, not a value", item.place)
            self.failed.add(item.name)
            return
        self.trees[item.name] = tree
        facts = learned(
            tree,
            self._facts(item.name, tree.shape, None),
            sums_in(tree, self.variables, self.trees),
        )
        self.variables[item.name] = leaves.name(item.name, tree.shape, facts)

    def _objective(self) -> str:
        scanner = self.scanner
        if scanner.faults:
            return ""
        if not scanner.equations:
            scanner.faults.error(
                "there is no equation", hint="write one, such as `L = norm(W@x - y)^2`"
            )
            return ""
        if not any(node.kind == "param" for node in scanner.inputs.values()):
            scanner.faults.error(
                "there is no parameter", hint="declare what to differentiate by: `param W[m,n]`"
            )
        if scanner.goal is None and scanner.output is None:
            return next(reversed(scanner.equations))
        name, place = scanner.output or ("", None) if scanner.goal is None else scanner.goal[:2]
        found = self._find(name)
        if found is None or found not in scanner.equations:
            scanner.faults.error(f"no equation defines `{name}`", place)
            return ""
        if self.variables[found].shape and scanner.goal is not None:
            shown = "×".join(map(str, self.variables[found].shape))
            scanner.faults.error(
                f"`{name}` is an array of {shown}, and the objective is a number",
                place,
                hint="sum its entries, or leave the line out for the Jacobian",
            )
        return found


_SUMMED = re.compile(r"(sum|[Σ∑])_(\w)_(\w)\s*\(")  # how `sum_{i,j}(` is spelled inside


class _Skipped(Exception):
    """A name was used whose own equation has a fault."""


def _mentioned(item: ArrayEquation, find: Callable[[str], str | None]) -> list[str]:
    """Return the names that an equation uses."""
    found: dict[str, None] = {}
    stack = [item.read[1]] if item.read else []
    while stack:
        part = stack.pop()
        if part.kind == "name":
            word = str(part.data)
            name = find(word)
            while name is None and "_" in word:
                word = word.rpartition("_")[0]
                name = find(word)
            if name is not None:
                found[name] = None
        stack.extend(reversed(part.args))
    return list(found)


def _one_line(text: str) -> str:
    return _SUMMED.sub(r"\1_{\2,\3}(", " ".join(text.split()))


__all__ = ["has_arrays", "parse_arrays"]
