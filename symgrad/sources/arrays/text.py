"""The graph language with vectors and matrices: from a text to an ArrayGraph."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symgrad.errors import Diagnostic, Place, SourceError
from symgrad.expression.arrays import build
from symgrad.expression.arrays.size import Shape, Size, named, whole
from symgrad.expression.arrays.tree import NOTHING_KNOWN, Array, Facts
from symgrad.expression.names import canonical
from symgrad.expression.tree import Compare, Var, number
from symgrad.graph.arrays import ArrayGraph, learned, opaque, sums_in
from symgrad.graph.graph import Assumption, Check, Graph, Kind, Node
from symgrad.sources import lexer
from symgrad.sources.arrays.calls import call
from symgrad.sources.arrays.facts import Stated, read_fact, stated_flag
from symgrad.sources.arrays.meaning import Meaning
from symgrad.sources.arrays.syntax import NAME, ArrayParser, Syntax, index_letters
from symgrad.sources.lists import read_list
from symgrad.sources.problems import Fault, Faults, Origin, TooManyFaults, UnknownNameInSource
from symgrad.sources.scan import title_of
from symgrad.sources.statements import gather, prepare

_WITH_SHAPE = re.compile(
    r"^[ \t]*(?:(?:params?|data|consts?)\b[^#\n]*\[|given[ \t]+[^\s=]|size[ \t]+\w+[ \t]*=)",
    re.MULTILINE,
)
_KINDS: dict[str, Kind] = {
    "param": "param", "params": "param", "data": "data",
    "const": "const", "consts": "const", "given": "const",
}  # fmt: skip
_WORDS = (*_KINDS, "size", "minimize", "maximize", "rate", "step", "assume", "check")
_STATEMENT = re.compile(rf"\s*({'|'.join(_WORDS)})\b(?!\s*=[^=])")
_EQUATION = re.compile(rf"\s*({NAME})(?:\[([^\]]*)\])?\s*=(?!=)")
_ITEM = re.compile(rf"\s*({NAME})\s*(?:\[([^\]]*)\])?\s*(?:=\s*(.*))?$", re.DOTALL)


def has_arrays(text: str) -> bool:
    """Tell whether a text declares a shape, a given array or a size.

    >>> has_arrays("param W[m,n]"), has_arrays("param a; data x")
    (True, False)
    """
    return _WITH_SHAPE.search(text) is not None


@dataclass
class _Equation:
    """An equation that has not been given its meaning yet."""

    name: str
    indices: tuple[str, ...]
    text: str
    origin: Origin
    place: Place
    read: tuple[ArrayParser, Syntax] | None = None


@dataclass
class _Draft:
    """What the statements of one text say."""

    source: str
    lines: Sequence[str]
    faults: Faults = field(default_factory=Faults)
    inputs: dict[str, Node] = field(default_factory=dict)
    shapes: dict[str, Shape] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)
    equations: dict[str, _Equation] = field(default_factory=dict)
    sizes: dict[str, Size] = field(default_factory=dict)
    example: dict[str, int] = field(default_factory=dict)
    stated: list[Stated] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    goal: tuple[str, Place, bool] | None = None
    rate: tuple[str, Fraction] | None = None

    def origin(self, line: int, column: int) -> Origin:
        """Return the origin of the text that begins there."""
        return Origin(self.source, self.lines, line, column)


def parse_arrays(text: str, *, source: str = "<text>") -> Graph:
    """Return the graph that a text with vectors and matrices describes.

    Raises:
        SourceError: with every fault of the text, the shapes that do not fit among them.

    >>> graph = parse_arrays("param W[m,n]; data x[n], y[m]; r = W@x - y; L = norm(r)^2")
    >>> graph.parameters, graph.objective
    (('W',), 'L')
    """
    return _ArrayReader(prepare(text, source), source).graph()


class _ArrayReader:
    """Reads one text."""

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.draft = _Draft(source, text.split("\n"))
        self.variables: dict[str, Array] = {}
        self.spellings: dict[str, str] = {}
        self.trees: dict[str, Array] = {}
        self.failed: set[str] = set()

    def graph(self) -> ArrayGraph:
        """Read everything and check it."""
        draft = self.draft
        try:
            self._statements()
            self._collect_names()
            self._meanings()
            objective = self._objective()
        except TooManyFaults:
            draft.faults.raise_any()
            raise
        draft.faults.raise_any()
        nodes = [*draft.inputs.values()]
        nodes += [
            opaque(name, self.trees[name], item.place.line, item.place.column)
            for name, item in draft.equations.items()
        ]
        facts = tuple((name, var.facts) for name, var in self.variables.items())
        return ArrayGraph(
            nodes=tuple(nodes),
            objective=objective,
            maximize=bool(draft.goal and draft.goal[2]),
            rate=draft.rate,
            assumptions=tuple(_assumption(item) for item in draft.stated),
            checks=tuple(draft.checks),
            title=title_of(draft.lines),
            source=draft.source,
            text=self.text,
            values=tuple(self.trees.items()),
            shapes=tuple((name, var.shape) for name, var in self.variables.items()),
            facts=facts,
            given=tuple(draft.given),
            written=tuple((name, _one_line(item.text)) for name, item in draft.equations.items()),
            example=tuple(draft.example.items()),
        )

    # Statements -----------------------------------------------------------------------------------

    def _statements(self) -> None:
        lines = [_masked(line) for line in self.draft.lines]
        index = 0
        while index < len(lines):
            if not lines[index].strip():
                index += 1
                continue
            pieces, index = gather(lines, index)
            for piece in pieces:
                origin = self.draft.origin(piece.line, piece.column)
                try:
                    self._statement(piece.text.replace("\ue000", ";"), origin)
                except Fault as fault:
                    self.draft.faults.add(fault)

    def _statement(self, text: str, origin: Origin) -> None:
        word = _STATEMENT.match(text)
        if word is None:
            found = _EQUATION.match(text)
            if found is None:
                start = len(text) - len(text.lstrip())
                raise Fault(
                    Diagnostic(
                        "this is no statement",
                        origin.place(text, start, len(text.rstrip())),
                        "an equation is `name = expression`",
                    )
                )
            self._equation(found, text, origin)
            return
        keyword, rest = word[1], text[word.end() :]
        here = origin.at(text, word.end())
        match keyword:
            case "size":
                self._sizes(rest, here)
            case "minimize" | "maximize":
                self._aim(keyword, rest, here)
            case "rate":
                items = read_list(rest, here, self.draft.faults, values="always")
                if items and items[0].value is not None:
                    self.draft.rate = (items[0].name, items[0].value)
            case "step":
                raise Fault(
                    Diagnostic(
                        "`step` gives numbers, and an array takes many",
                        origin.place(text, word.start(1), word.end(1)),
                        "a trace of arrays draws its own numbers at the sizes of `size`",
                    )
                )
            case "assume":
                for part, start in _parts(rest):
                    self.draft.stated.append(read_fact(part, here.at(rest, start)))
            case "check":
                line = origin.place(text, 0, 1).line
                self.draft.checks.append(Check(rest.strip().replace("\n", " "), line))
            case _:
                self._declare(keyword, rest, here)

    def _declare(self, keyword: str, rest: str, origin: Origin) -> None:
        for part, start in _parts(rest):
            found = _ITEM.match(part)
            place = origin.place(rest, start, start + len(part.rstrip()))
            if found is None:
                raise Fault(Diagnostic(f"`{part.strip()}` is no name with a shape", place,
                                       "write `W[m,n]`, `x[n]` or `a = 1`"))  # fmt: skip
            name = found[1].lstrip("\\")
            at = origin.place(rest, start + found.start(1), start + found.end(1))
            if name in self.draft.inputs:
                self.draft.faults.error(f"`{name}` is defined twice", at)
                continue
            shape = (
                self._shape(found[2], origin, rest, start + found.start(2))
                if found[2] is not None
                else ()
            )
            default = None
            if found[3] is not None:
                if shape:
                    self.draft.faults.error(f"`{name}` is an array and has no default", at)
                else:
                    default = _number(found[3], origin, rest, start + found.start(3))
            self.draft.inputs[name] = Node(name, _KINDS[keyword], None, default, at.line, at.column)
            self.draft.shapes[name] = shape
            if keyword == "given":
                self.draft.given.append(name)

    def _shape(self, text: str, origin: Origin, whole_text: str, start: int) -> Shape:
        sizes = []
        at = start
        for part in text.split(","):
            size = size_of_text(part)
            if size is None:
                place = origin.place(whole_text, at, at + len(part))
                hint = "a size is a name, a number or a sum of them: `n`, `10`, `n+m`"
                raise Fault(Diagnostic(f"`{part.strip()}` is no size", place, hint))
            sizes.append(size)
            for name, _ in size.terms:
                self.draft.sizes.setdefault(name, named(name))
            at += len(part) + 1
        if len(sizes) > 2:
            raise Fault(
                Diagnostic("an array has one axis or two", origin.place(whole_text, start, at - 1))
            )
        return tuple(sizes)

    def _sizes(self, rest: str, origin: Origin) -> None:
        for item in read_list(rest, origin, self.draft.faults, values="always"):
            if item.value is None:
                continue
            if item.value.denominator != 1 or item.value < 1:
                self.draft.faults.error(
                    f"a size is a whole number from 1 on, not {item.value}", item.place
                )
                continue
            self.draft.example[item.name] = int(item.value)
            self.draft.sizes.setdefault(item.name, named(item.name))

    def _aim(self, keyword: str, rest: str, origin: Origin) -> None:
        name = rest.strip()
        start = rest.index(name) if name else 0
        place = origin.place(rest, start, start + len(name))
        if not lexer.IDENTIFIER.fullmatch(name):
            raise Fault(Diagnostic(f"`{keyword}` takes the name of an equation", place))
        if self.draft.goal is not None:
            raise Fault(Diagnostic("a graph has one objective", place, "add the two"))
        self.draft.goal = (name, place, keyword == "maximize")

    def _equation(self, found: re.Match[str], text: str, origin: Origin) -> None:
        name = found[1].lstrip("\\")
        place = origin.place(text, found.start(1), found.end(1))
        if name in self.draft.equations:
            self.draft.faults.error(f"`{name}` is defined twice", place)
            return
        indices = index_letters(found[2]) if found[2] is not None else ()
        right = text[found.end() :]
        here = origin.at(text, found.end())
        self.draft.equations[name] = _Equation(name, indices, right, here, place)

    # Names and meanings ---------------------------------------------------------------------------

    def _collect_names(self) -> None:
        draft = self.draft
        for name, item in draft.equations.items():
            if name in draft.inputs:
                draft.faults.error(f"`{name}` is an input and an equation", item.place)
            if name in draft.sizes:
                draft.faults.error(f"`{name}` is a size and an equation", item.place)
        for name in (*draft.inputs, *draft.equations):
            self.spellings.setdefault(canonical(name), name)
        for name, node in draft.inputs.items():
            size = draft.sizes.get(name)
            if size is not None and node.kind != "const":
                place = draft.origin(node.line, node.column).place(name, 0, len(name))
                draft.faults.error(f"`{name}` is a size and an input", place)
        for name, node in draft.inputs.items():
            shape = draft.shapes[name]
            self.variables[name] = build.name(name, shape, self._facts(name, shape, node))
        for fact in draft.stated:
            for word in fact.names:
                if self._find(word) is None and word not in draft.sizes:
                    draft.faults.error(
                        f"unknown name `{word}`", fact.place, kind=UnknownNameInSource
                    )

    def _facts(self, name: str, shape: Shape, node: Node | None) -> Facts:
        facts = NOTHING_KNOWN
        if node is not None and node.default is not None and node.default > 0 and not shape:
            facts = replace(facts, positive=node.kind == "const")
        for item in self.draft.stated:
            if self._find(item.name) == name:
                facts = self._applied(facts, item, shape)
        return facts

    def _applied(self, facts: Facts, item: Stated, shape: Shape) -> Facts:
        match item.kind:
            case "symmetric" | "spd":
                if len(shape) != 2 or shape[0] != shape[1]:
                    self.draft.faults.error(
                        f"`{item.text}`: only a square matrix is symmetric", item.place
                    )
                    return facts
                return replace(facts, symmetric=True)
            case "mask" | "sign" | "orthonormal" | "positive":
                return stated_flag(facts, item.kind)
            case "sum":
                axis = self._axis(item, shape)
                return replace(facts, sums=(*facts.sums, (axis, item.value)))
            case _:
                return facts

    def _axis(self, item: Stated, shape: Shape) -> int | None:
        if not item.axis or len(shape) == 1:
            return None
        if item.axis in {"rows", "columns"}:
            return 1 if item.axis == "rows" else 0
        size = size_of_text(item.axis)
        fits = [axis for axis, own in enumerate(shape) if own == size]
        if len(fits) != 1:
            self.draft.faults.error(
                f"`{item.text}`: `{item.name}` has no one axis of size {item.axis}", item.place
            )
            return None
        return fits[0]

    def _find(self, word: str) -> str | None:
        if word in self.draft.inputs or word in self.draft.equations:
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
        for item in self.draft.equations.values():
            try:
                parser = ArrayParser(
                    item.text, item.origin, known=lambda word: self._find(word) is not None
                )
                item.read = (parser, parser.whole())
            except Fault as fault:  # noqa: PERF203  (every fault is noted)
                self.draft.faults.add(fault)
                self.failed.add(item.name)
            except RecursionError:
                self.draft.faults.error("nested too deeply to read", item.place)
                self.failed.add(item.name)
        for name in self.draft.equations:
            if name not in self.variables and name not in self.failed:
                try:
                    self._meaning(name)
                except _Skipped:
                    self.failed.add(name)
        ordered = [name for name in self.draft.equations if name in self.trees]
        self.trees = {name: self.trees[name] for name in ordered}
        order = [*self.draft.inputs, *ordered]
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
            item = self.draft.equations[current]
            needed = [
                other
                for other in _mentioned(item, self._find)
                if other in self.draft.equations
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
                    self.draft.faults.error(f"`{current}` depends on itself: {shown}", item.place)
                    self.failed.update(ring)
                    continue
                waiting.extend(reversed(needed))
                continue
            self._one(item)
        if name in self.failed:
            raise _Skipped

    def _one(self, item: _Equation) -> None:
        if item.read is None:
            return
        parser, syntax = item.read
        meaning = Meaning(
            self.look_up,
            self.draft.sizes,
            parser,
            calls=call,
            known=(*self.draft.inputs, *self.draft.equations),
        )
        try:
            tree = meaning.array(syntax, item.indices)
        except _Skipped:
            self.failed.add(item.name)
            return
        except Fault as fault:
            self.draft.faults.add(fault)
            self.failed.add(item.name)
            return
        if tree.op in {"cmp", "logic"}:
            self.draft.faults.error(f"`{item.name}` is a condition, not a value", item.place)
            self.failed.add(item.name)
            return
        self.trees[item.name] = tree
        facts = learned(
            tree,
            self._facts(item.name, tree.shape, None),
            sums_in(tree, self.variables, self.trees),
        )
        self.variables[item.name] = build.name(item.name, tree.shape, facts)

    def _objective(self) -> str:
        draft = self.draft
        if draft.faults:
            return ""
        if not draft.equations:
            draft.faults.error(
                "there is no equation", hint="write one, such as `L = norm(W@x - y)^2`"
            )
            return ""
        if not any(node.kind == "param" for node in draft.inputs.values()):
            draft.faults.error(
                "there is no parameter", hint="declare what to differentiate by: `param W[m,n]`"
            )
        if draft.goal is None:
            return next(reversed(draft.equations))
        name, place, _ = draft.goal
        found = self._find(name)
        if found is None or found not in draft.equations:
            draft.faults.error(f"no equation defines `{name}`", place)
            return ""
        if self.variables[found].shape and draft.goal is not None:
            shown = "×".join(map(str, self.variables[found].shape))
            draft.faults.error(
                f"`{name}` is an array of {shown}, and the objective is a number",
                place,
                hint="sum its entries, or leave the line out for the Jacobian",
            )
        return found


class _Skipped(Exception):
    """A name was used whose own equation has a fault."""


def _mentioned(item: _Equation, find: Callable[[str], str | None]) -> list[str]:
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


def _masked(line: str) -> str:
    """Return a line in which `;` inside square brackets is no end of a statement."""
    if ";" not in line or "[" not in line:
        return line
    depth = 0
    made = []
    for character in line:
        if character == "#":
            break
        depth += (character == "[") - (character == "]")
        made.append("\ue000" if character == ";" and depth > 0 else character)
    return "".join(made)


def _parts(text: str) -> list[tuple[str, int]]:
    """Return the parts between commas that stand outside brackets, and where each begins."""
    found, depth, start = [], 0, 0
    for i, character in enumerate(text):
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == "," and depth == 0:
            found.append((text[start:i], start))
            start = i + 1
    found.append((text[start:], start))
    return [(part, at) for part, at in found if part.strip()]


def size_of_text(text: str) -> Size | None:
    """Return the size that a text such as `n+m` or `10` is."""
    total = Size()
    for sign, part in re.findall(r"([+-]?)([^+-]+)", text.strip()):
        plain = part.strip()
        factor = -1 if sign == "-" else 1
        times = re.fullmatch(rf"(\d+)\s*\*?\s*({NAME})", plain)
        if plain.isdigit() and len(plain) < 10:
            total += whole(factor * int(plain))
        elif times:
            total += named(times[2]).times(factor * int(times[1]))
        elif re.fullmatch(NAME, plain):
            total += named(plain.lstrip("\\")).times(factor)
        else:
            return None
    return total if total.terms or total.constant > 0 else None


def _number(text: str, origin: Origin, whole_text: str, start: int) -> Fraction:
    plain = text.strip().replace("−", "-")
    sign = -1 if plain.startswith("-") else 1
    above, _, below = plain.lstrip("-").partition("/")
    try:
        value = sign * lexer.read_number(above.strip())
        return value / lexer.read_number(below.strip()) if below else value
    except (lexer.BadNumber, ZeroDivisionError):
        place = origin.place(whole_text, start, start + len(text.rstrip()))
        raise Fault(Diagnostic(f"`{plain}` is not a number", place)) from None


def _assumption(item: Stated) -> Assumption:
    condition = item.condition or Compare("==", Var(item.name), Var(item.name))
    return Assumption(condition, item.text, item.place.line)


def _one_line(text: str) -> str:
    return " ".join(text.split())


__all__ = ["SourceError", "has_arrays", "number", "parse_arrays"]
