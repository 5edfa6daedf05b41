"""The graph language: from a `.sg` text to a Graph."""

from __future__ import annotations

from fractions import Fraction

from symgrad.errors import Diagnostic, Place
from symgrad.expression import Var, variables
from symgrad.graph import Assumption, Check, Graph, Node
from symgrad.names import canonical
from symgrad.sources import lexer
from symgrad.sources.draft import (
    Draft,
    Equation,
    check_cycles,
    check_objective,
    unused_inputs,
)
from symgrad.sources.facts import read_facts
from symgrad.sources.grammar import constant
from symgrad.sources.limits import MAX_EQUATIONS, MAX_INPUTS
from symgrad.sources.lists import Item, read_list, read_list_fast
from symgrad.sources.problems import (
    Fault,
    Origin,
    SourceTooLarge,
    TooManyFaults,
    UnknownNameInSource,
    suggest,
)
from symgrad.sources.shapes import Shapes
from symgrad.sources.statements import (
    DECLARATIONS,
    EQUATION,
    KEYWORDS,
    Piece,
    gather,
    prepare,
)

_WORD = lexer.IDENTIFIER
_SOFT = frozenset(("rate", "step", "check"))
_CLOSED = tuple("+-*/^·×÷−∗=<>≤≥(,&|\\ \t")


def parse(text: str, *, source: str = "<text>") -> Graph:
    """Return the graph that a text in the graph language describes.

    Args:
        text: statements as in design: `param a = 1`, `data x`, `u = a*x`, `minimize u` …
        source: the name of the text in errors.

    Raises:
        SourceError: with every fault of the text.

    >>> graph = parse("param a, b; data x, y; J = (a*x + b - y)^2")
    >>> graph.parameters, graph.objective
    (('a', 'b'), 'J')
    """
    return _Reader(text, source).graph()


def parse_equation(
    text: str, *, wrt: tuple[str, ...], source: str = "<command line>"
) -> Graph:
    """Return the graph of equations given without declarations.

    A name that no equation defines is an input: a parameter if it is in `wrt`, data otherwise.

    Args:
        text: one equation, or several with `;` between them.
        wrt: the names of the parameters, in the order wanted.
        source: the name of the text in errors.

    Raises:
        SourceError: with every fault of the text.
        UnknownName: if a name in `wrt` does not occur.

    >>> graph = parse_equation("J = (a*x - y)^2", wrt=("a",))
    >>> graph.parameters, graph.data
    (('a',), ('x', 'y'))
    """
    return _Reader(text, source, wrt=wrt).graph()


class _Reader:
    """Reads one text: first all statements, then, when all names are known, all right sides."""

    def __init__(self, text: str, source: str, *, wrt: tuple[str, ...] | None = None) -> None:
        self.text = prepare(text, source)
        self.draft = Draft(source, self.text.split("\n"))
        self.wrt = wrt
        self.title = ""
        self.goal: tuple[str, Place, bool] | None = None
        self.rate: tuple[str, Fraction, Place] | None = None
        self.steps: list[list[Item]] = []
        self.checks: list[Check] = []
        self.facts: list[tuple[str, Origin, int]] = []
        self.mentioned: set[str] = set()

    def graph(self) -> Graph:
        """Return the graph, or raise everything that is wrong with it."""
        try:
            self.scan()
            if self.wrt is not None:
                self.declare_free_names(self.wrt)
            self.draft.close_names()
            nodes = self.nodes()
            assumptions = self.assumptions()
            steps = self.checked_steps()
            rate = self.checked_rate()
            objective = self.objective(nodes)
        except TooManyFaults:
            self.draft.faults.raise_any()
            raise
        self.draft.faults.raise_any()
        warnings = unused_inputs(self.draft, nodes, objective, self.mentioned)
        return Graph(
            nodes=tuple(nodes),
            objective=objective,
            maximize=bool(self.goal and self.goal[2]),
            rate=rate,
            steps=steps,
            assumptions=assumptions,
            checks=tuple(self.checks),
            warnings=tuple(warnings),
            title=self.title,
            source=self.draft.source,
            text=self.text,
        )

    # -- statements ----------------------------------------------------------------------------

    def scan(self) -> None:
        """Read every statement; right sides stay text."""
        lines = self.draft.lines
        add = self.draft.entries.append
        match = EQUATION.match
        index, count = 0, len(lines)
        self.title = _title(lines)
        while index < count:
            line = lines[index]
            index += 1
            found = match(line)
            if (
                found
                and "#" not in line
                and ";" not in line
                and line.count("(") == line.count(")")
                and not line.endswith(_CLOSED)
                and (name := found[1]) not in lexer.RESERVED
                and name not in _SOFT
                and name[0] != "\\"
            ):
                end = found.end()
                add(Equation(name, index, found.start(1) + 1, line[end:], index, end + 1))
            elif line and not line.isspace():
                pieces, index = gather(lines, index - 1)
                for piece in pieces:
                    try:
                        self.statement(piece)
                    except Fault as fault:
                        self.draft.faults.add(fault)

    def statement(self, piece: Piece) -> None:
        """Read one statement."""
        text = piece.text
        origin = self.draft.origin(piece.line, piece.column)
        found = EQUATION.match(text)
        if found and not self.is_keyword(found[1], text[found.end() :]):
            self.equation(found[1], text, found.start(1), found.end(), origin)
            return
        word = _WORD.match(text, len(text) - len(text.lstrip()))
        if word is None or (word[0] not in KEYWORDS) or text[word.end() :].lstrip()[:1] == "=":
            raise _not_a_statement(text, word[0] if word else "", origin)
        keyword, rest = word[0], text[word.end() :]
        here = origin.at(text, word.end())
        if keyword in DECLARATIONS:
            self.declare(keyword, rest, here)
        elif keyword in ("minimize", "maximize"):
            self.aim(keyword, rest, here, origin.place(text, word.start(), word.end()))
        elif keyword == "rate":
            self.read_rate(rest, here)
        elif keyword == "step":
            self.steps.append(read_list(rest, here, self.draft.faults, values="always"))
        elif keyword == "assume":
            self.facts.append((rest, here, piece.line))
        else:
            self.checks.append(Check(rest.strip().replace("\n", " "), piece.line))

    def is_keyword(self, word: str, right: str) -> bool:
        """Tell whether `word = right` is a mistaken statement rather than an equation."""
        # `rate = 0.1` is meant for the learning rate, `rate = Vmax*S/(Km + S)` is an equation.
        return word in lexer.RESERVED or (word in _SOFT and not lexer.OPERAND.search(right))

    def equation(self, name: str, text: str, start: int, end: int, origin: Origin) -> None:
        """Take note of an equation."""
        at = origin.place(text, start, start + 1)
        right = origin.place(text, end, end)
        plain = name.lstrip("\\")
        column = at.column + len(name) - len(plain)
        self.draft.entries.append(
            Equation(plain, at.line, column, text[end:], right.line, right.column)
        )

    def declare(self, keyword: str, rest: str, origin: Origin) -> None:
        """Read `param a = 1, b` and its like."""
        kind = DECLARATIONS[keyword]
        fast = read_list_fast(rest, origin, kind)
        if fast is not None:
            self.draft.entries.extend(fast)
            return
        for item in read_list(rest, origin, self.draft.faults, values="sometimes"):
            self.draft.entries.append(
                Node(item.name, kind, None, item.value, item.place.line, item.place.column)
            )

    def aim(self, keyword: str, rest: str, origin: Origin, place: Place) -> None:
        """Read `minimize J`."""
        name = rest.strip()
        if not name:
            raise Fault(Diagnostic(f"`{keyword}` what?", place, f"`{keyword} J` names an equation"))
        start = rest.index(name)
        here = origin.place(rest, start, start + len(name))
        if not _WORD.fullmatch(name):
            hint = f"give it a name, `J = {name}`, then `{keyword} J`"
            raise Fault(Diagnostic(f"`{keyword}` takes the name of an equation", here, hint))
        if self.goal is not None:
            note = (("the first one stands here", self.goal[1]),)
            raise Fault(Diagnostic("a graph has one objective", here, "add the two", note))
        self.goal = (name, here, keyword == "maximize")

    def read_rate(self, rest: str, origin: Origin) -> None:
        """Read `rate η = 0.1`."""
        items = read_list(rest, origin, self.draft.faults, values="always")
        if not items:
            return
        if len(items) > 1 or self.rate is not None:
            raise Fault(Diagnostic("a graph has one rate", items[-1].place))
        item = items[0]
        if item.value is not None:
            self.rate = (item.name, item.value, item.place)

    # -- what needs all names ------------------------------------------------------------------

    def declare_free_names(self, wrt: tuple[str, ...]) -> None:
        """Declare what no equation defines: parameters if in `wrt`, data otherwise."""
        draft = self.draft
        defined = {canonical(entry.name) for entry in draft.entries}
        wanted = {canonical(name): name.lstrip("\\") for name in wrt}
        free: dict[str, tuple[str, Place]] = {}
        for entry in draft.entries:
            if isinstance(entry, Equation):
                origin = draft.origin(entry.right_line, entry.right_column)
                for found in lexer.OPERAND.finditer(entry.right):
                    plain = canonical(found[1])
                    if plain in defined or plain in free or found[1] in lexer.RESERVED:
                        continue
                    if constant(found[1]) is None or plain in wanted:
                        free[plain] = (found[1].lstrip("\\"), origin.place(entry.right, *found.span(1)))
        nodes = []
        for plain, name in wanted.items():
            if plain in free:
                place = free[plain][1]
                nodes.append(Node(free[plain][0], "param", None, None, place.line, place.column))
            elif plain not in defined:
                close = suggest(name, [spelled for spelled, _ in free.values()])
                hint = f"a name that occurs: `{close}`" if close else ""
                draft.faults.error(
                    f"unknown name `{name}`: it does not occur", hint=hint, kind=UnknownNameInSource
                )
        for plain, (name, place) in free.items():
            if plain not in wanted:
                nodes.append(Node(name, "data", None, None, place.line, place.column))
        draft.entries[:0] = nodes

    def nodes(self) -> list[Node]:
        """Read all right sides."""
        draft = self.draft
        shapes = Shapes(draft.names, draft.unknown_name)
        nodes: list[Node] = []
        seen: set[str] = set()
        in_order = True
        for entry in draft.entries:
            if isinstance(entry, Node):
                nodes.append(entry)
                seen.add(entry.name)
                continue
            name, line, column, right, right_line, right_column = entry
            try:
                formula = shapes.formula(
                    right, lambda e=entry: draft.origin(e.right_line, e.right_column)
                )
            except Fault as fault:
                draft.faults.add(fault)
                continue
            if formula is not None:
                in_order = in_order and seen.issuperset(formula.operands)
                nodes.append(Node(name, "equation", formula, None, line, column))
            seen.add(name)
        self.check_counts(nodes)
        if not in_order:
            check_cycles(draft, nodes)
        return nodes

    def check_counts(self, nodes: list[Node]) -> None:
        """Refuse a graph without parameters or equations, and one that is too large."""
        faults = self.draft.faults
        entries = self.draft.entries
        equations = sum(1 for entry in entries if isinstance(entry, Equation))
        if equations > MAX_EQUATIONS or len(entries) - equations > MAX_INPUTS:
            faults.error(
                f"a graph of {equations} equations and {len(entries) - equations} inputs "
                f"(at most {MAX_EQUATIONS} and {MAX_INPUTS})",
                kind=SourceTooLarge,
            )
        if not equations and not faults:
            faults.error("there is no equation", hint="write one, such as `J = (a*x - y)^2`")
        if not any(node.kind == "param" for node in nodes) and not faults:
            if self.wrt is None:
                hint = "declare what to differentiate by: `param a`"
            else:
                hint = "name what to differentiate by: `--wrt a`"
            faults.error("there is no parameter", hint=hint)

    def objective(self, nodes: list[Node]) -> str:
        """Return the objective: what `minimize` names, or the last equation."""
        if self.goal is not None:
            return check_objective(self.draft, nodes, self.goal[0], self.goal[1]) or ""
        return next((node.name for node in reversed(nodes) if node.formula is not None), "")

    def assumptions(self) -> tuple[Assumption, ...]:
        """Read what was assumed."""
        names = self.draft.names
        found: list[Assumption] = []

        def resolve(word: str) -> Var | None:
            name = names.find(word)
            return None if name is None else Var(name)

        for text, origin, _ in self.facts:
            try:
                found += read_facts(
                    text, origin, resolve, names=names.table, unknown=self.draft.unknown_name
                )
            except Fault as fault:
                self.draft.faults.add(fault)
        for fact in found:
            self.mentioned.update(str(key) for key in variables(fact.condition))
        return tuple(found)

    def checked_steps(self) -> tuple[tuple[tuple[str, Fraction], ...], ...]:
        """Return the steps, each name an input in the author's spelling."""
        inputs = {entry.name for entry in self.draft.entries if isinstance(entry, Node)}
        steps = []
        for items in self.steps:
            values: dict[str, Fraction] = {}
            for item in items:
                name = self.draft.names.find(item.name)
                if name is None:
                    self.draft.unknown_name(item.name, item.place)
                elif name not in inputs:
                    hint = "a step gives values to inputs; equations compute theirs"
                    self.draft.faults.error(f"`{name}` is an equation", item.place, hint=hint)
                elif name in values:
                    self.draft.faults.error(f"`{name}` has two values in one step", item.place)
                elif item.value is not None:
                    values[name] = item.value
            steps.append(tuple(values.items()))
        return tuple(steps)

    def checked_rate(self) -> tuple[str, Fraction] | None:
        """Return the rate; its name is none of the graph's, unless it is a constant of it."""
        if self.rate is None:
            return None
        name, value, place = self.rate
        found = self.draft.names.find(name)
        entry = next((entry for entry in self.draft.entries if entry.name == found), None)
        if entry is not None:
            self.draft.faults.error(
                f"the rate has the name of something else: `{name}`",
                place,
                hint="give the rate a name of its own: `rate η = 0.1`",
                related=(("it is defined here", self.draft.place(entry)),),
            )
        return name, value


def _title(lines: list[str]) -> str:
    """Return the first comment at the head of a text."""
    for line in lines:
        plain = line.strip()
        if plain and not plain.startswith("#"):
            return ""
        if title := plain.lstrip("#").strip():
            return title
    return ""


def _not_a_statement(text: str, word: str, origin: Origin) -> Fault:
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    rest = text[start:end]
    left, equals, right = rest.partition("=")
    place = origin.place(text, start, start + max(1, len(left.rstrip()) if equals else len(rest)))
    if word in lexer.RESERVED or word in _SOFT:
        place = origin.place(text, start, start + len(word))
        if word in KEYWORDS:
            hint = _USAGE.get(DECLARATIONS.get(word, word), "")
            return Fault(Diagnostic(f"`{word}` is a statement, not a name", place, hint))
        return Fault(Diagnostic(f"`{word}` is a reserved word, not a name", place))
    if equals and (right[:1] == "=" or left[-1:] in ":<>!"):
        sign = "==" if right[:1] == "=" else f"{left[-1:]}="
        at = start + len(left) - (sign != "==")
        place = origin.place(text, at, at + 2)
        hint = f"a definition has one `=`: `{word or 'u'} = …`; a fact begins with `assume`"
        return Fault(Diagnostic(f"`{sign}` defines nothing", place, hint))
    if equals:
        hint = "the left side of an equation is one name, as in `u = a*x + b`"
        if "/d" in left or "∂" in left:
            hint = "claims about derivatives stand in `check` lines, or in a file for `verify`"
        elif word and left.strip().startswith(f"{word}("):
            hint = f"a function is written without its arguments: `{word} = …`"
        return Fault(Diagnostic(f"`{left.strip()}` is not a name", place, hint))
    if word and (close := suggest(word, KEYWORDS)) and rest[len(word) :][:1].isspace():
        place = origin.place(text, start, start + len(word))
        hint = f"did you mean `{close}`? {_USAGE.get(DECLARATIONS.get(close, close), '')}"
        return Fault(Diagnostic(f"unknown statement `{word}`", place, hint.rstrip()))
    hint = "a statement is `name = expression`, or begins with " + ", ".join(
        f"`{keyword}`" for keyword in KEYWORDS if not keyword.endswith("s")
    )
    return Fault(Diagnostic("this is not a statement", place, hint))


_USAGE = {
    "param": "as in `param a = 1, b = 2`",
    "data": "as in `data x, y`",
    "const": "as in `const λ = 0.1`",
    "minimize": "as in `minimize J`",
    "maximize": "as in `maximize J`",
    "rate": "as in `rate η = 0.1`",
    "step": "as in `step x = 2, y = 1`",
    "assume": "as in `assume S > 0`",
    "check": "as in `check dJ/da = 2*(a*x - y)*x`",
}
