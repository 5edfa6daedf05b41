"""The graph language: from a `.sg` text, or a bare equation, to a Graph."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, count, repeat

from symgrad.errors import Diagnostic, close_to
from symgrad.expression.collector import paused_collector
from symgrad.expression.names import canonical
from symgrad.expression.rows import rows_of_columns
from symgrad.expression.tree import Div, Pow, Var, formula_of, number, sum_of, variables
from symgrad.graph.graph import Assumption, Graph, Kind, Node, is_in_order
from symgrad.sources import lexer
from symgrad.sources.arrays.text import has_arrays, parse_arrays
from symgrad.sources.cursor import constant
from symgrad.sources.draft import Draft, Equation, check_cycles, check_objective, unused_inputs
from symgrad.sources.facts import read_facts
from symgrad.sources.functions import read_functions
from symgrad.sources.problems import Fault, TooManyFaults, UnknownNameInSource
from symgrad.sources.scan import FileScanner
from symgrad.sources.shapes import read_formulas


def parse(text: str, *, source: str = "<text>") -> Graph:
    """Return the graph that a text in the graph language describes.

    Args:
        text: statements such as `param a = 1`, `data x`, `u = a*x`, `minimize u`.
        source: the name of the text in errors.

    Raises:
        SourceError: with every fault of the text.

    >>> graph = parse("param a, b; data x, y; J = (a*x + b - y)^2")
    >>> graph.parameters, graph.objective
    (('a', 'b'), 'J')
    """
    scanner = FileScanner(text, source)
    if has_arrays(scanner.plain.text):
        with scanner.plain.told():
            return parse_arrays(scanner.plain.text, source=source)
    with paused_collector():
        return _graph(scanner, None)


def parse_equation(text: str, *, wrt: tuple[str, ...], source: str = "<command line>") -> Graph:
    """Return the graph of equations given without declarations.

    A name that no equation defines is an input: a parameter if it is in `wrt`, data otherwise.

    Args:
        text: one equation, or several with `;` between them.
        wrt: the names of the parameters, in the order wanted.
        source: the name of the text in errors.

    Raises:
        SourceError: with every fault of the text, among them a name in `wrt` that does not occur.

    >>> graph = parse_equation("J = (a*x - y)^2", wrt=("a",))
    >>> graph.parameters, graph.data
    (('a',), ('x', 'y'))
    """
    return _graph(FileScanner(text, source), wrt)


def _graph(scanner: FileScanner, wrt: tuple[str, ...] | None) -> Graph:
    """Read the right sides, now that all names are known, and check the whole."""
    with scanner.plain.told():
        return _checked_graph(scanner, wrt)


def _checked_graph(scanner: FileScanner, wrt: tuple[str, ...] | None) -> Graph:
    draft = scanner.draft
    try:
        scanner.scan()
        if wrt is not None:
            _declare_free_names(draft, wrt)
        draft.close_names()
        draft.check_size()
        read_functions(draft, scanner.functions)
        nodes = _nodes(draft)
        _check_presence(draft, by_hand=wrt is None)
        assumptions = _assumptions(scanner)
        steps = _steps(scanner)
        rate = _rate(scanner)
        outputs, residuals = (_outputs(scanner, word) for word in ("output", "residual"))
        if residuals and scanner.goal is None and not draft.faults:
            nodes.append(_squares(draft, residuals))
        objective = _objective(scanner, nodes)
    except TooManyFaults:
        draft.faults.raise_any()
        raise
    draft.faults.raise_any()
    mentioned = {str(key) for fact in assumptions for key in variables(fact.condition)}
    unused = unused_inputs(draft, nodes, (objective, *outputs, *residuals), mentioned)
    remarks = [Diagnostic(text, severity="note") for text in draft.names.remarks]
    return Graph(
        nodes=tuple(nodes),
        objective=objective,
        maximize=bool(scanner.goal and scanner.goal[2]),
        rate=rate,
        steps=steps,
        assumptions=assumptions,
        checks=tuple(scanner.checks),
        outputs=outputs,
        residuals=residuals,
        warnings=(*unused, *remarks),
        title=scanner.title,
        source=draft.source,
        text=scanner.text,
    )


def _nodes(draft: Draft) -> list[Node]:
    """Read all right sides."""
    equations = [entry for entry in draft.entries if isinstance(entry, Equation)]
    formulas = read_formulas(draft, equations)
    names, lines, columns, *_ = zip(*equations, strict=True) if equations else ((), (), ())
    made = iter(
        rows_of_columns(
            Node, names, repeat("equation"), formulas, repeat(None), lines, columns, repeat(())
        )
    )
    whole = [entry if isinstance(entry, Node) else next(made) for entry in draft.entries]
    nodes = [node for node in whole if node.formula is not None or node.kind != "equation"]
    if not is_in_order(nodes):
        check_cycles(draft, nodes)
    return nodes


def _check_presence(draft: Draft, *, by_hand: bool) -> None:
    """Refuse a graph without parameters or equations."""
    if draft.faults:
        return
    if not any(isinstance(entry, Equation) for entry in draft.entries):
        draft.faults.error("there is no equation", hint="write one, such as `J = (a*x - y)^2`")
    elif not any(isinstance(entry, Node) and entry.kind == "param" for entry in draft.entries):
        hint = "declare what to differentiate by: `param a`"
        if not by_hand:
            hint = "name what to differentiate by: `--wrt a`"
        draft.faults.error("there is no parameter", hint=hint)


def _objective(scanner: FileScanner, nodes: list[Node]) -> str:
    """Return the objective: what `minimize` names, or the last equation."""
    if scanner.goal is not None:
        name, place, _ = scanner.goal
        return check_objective(scanner.draft, nodes, name, place) or ""
    return next((node.name for node in reversed(nodes) if node.formula is not None), "")


def _outputs(scanner: FileScanner, keyword: str) -> tuple[str, ...]:
    """Return the outputs that the graph names, in the author's spelling, each once."""
    draft = scanner.draft
    found: dict[str, None] = {}
    for item in scanner.outputs[keyword]:
        name = draft.names.find(item.name)
        if name is None:
            draft.unknown_name(item.name, item.place)
        else:
            found[name] = None
    return tuple(found)


def _squares(draft: Draft, residuals: tuple[str, ...]) -> Node:
    """Return the objective of residuals that are to be small: half the sum of their squares."""
    # `J_` would be read as J where there is one; of J_1, J_2, … only so many can be taken.
    names = chain(["J"], (f"J_{i}" for i in count(1)))
    name = next(name for name in names if draft.names.find(name) is None)
    squares = tuple(Pow(Var(residual), number(2)) for residual in residuals)
    total = sum_of(squares)
    return Node(name, "equation", formula_of(Div(total, number(2))))


def _assumptions(scanner: FileScanner) -> tuple[Assumption, ...]:
    """Read what was assumed."""
    draft = scanner.draft
    found: list[Assumption] = []

    def resolve(word: str) -> Var | None:
        name = draft.names.find(word)
        return None if name is None else Var(name)

    for text, origin in scanner.facts:
        try:
            found += read_facts(
                text, origin, resolve, names=draft.names.table, unknown=draft.unknown_name
            )
        except Fault as fault:  # noqa: PERF203  (every fault is noted)
            draft.faults.add(fault)
    return tuple(found)


def _steps(scanner: FileScanner) -> tuple[tuple[tuple[str, Fraction], ...], ...]:
    """Return the steps, each name an input in the author's spelling."""
    draft = scanner.draft
    if not scanner.steps:
        return ()
    inputs = {entry.name for entry in draft.entries if isinstance(entry, Node)}
    steps = []
    for items in scanner.steps:
        values: dict[str, Fraction] = {}
        for item in items:
            name = draft.names.find(item.name)
            if name is None:
                draft.unknown_name(item.name, item.place)
            elif name not in inputs:
                hint = "a step gives values to inputs; equations compute theirs"
                draft.faults.error(f"`{name}` is an equation", item.place, hint=hint)
            elif name in values:
                draft.faults.error(f"`{name}` has two values in one step", item.place)
            elif item.value is not None:
                values[name] = item.value
        steps.append(tuple(values.items()))
    return tuple(steps)


def _rate(scanner: FileScanner) -> tuple[str, Fraction] | None:
    """Return the rate, which has a name of its own."""
    item, draft = scanner.rate, scanner.draft
    if item is None or item.value is None:
        return None
    found = draft.names.find(item.name)
    if found is not None:
        entry = next(entry for entry in draft.entries if entry.name == found)
        draft.faults.error(
            f"the rate has the name of something else: `{item.name}`",
            item.place,
            hint="give the rate a name of its own: `rate η = 0.1`",
            related=(("it is defined here", draft.place(entry)),),
        )
    return item.name, item.value


def _declare_free_names(draft: Draft, wrt: tuple[str, ...]) -> None:
    """Declare what no equation defines: parameters if in `wrt`, data otherwise."""
    defined = {canonical(entry.name) for entry in draft.entries}
    wanted = {canonical(name): name.lstrip("\\") for name in wrt}
    free: dict[str, Node] = {}
    for entry in draft.entries:
        if not isinstance(entry, Equation):
            continue
        origin = draft.origin(entry.right_line, entry.right_column)
        for found in lexer.OPERAND.finditer(entry.right):
            plain = canonical(found[1])
            known = plain in defined or plain in free or found[1] in lexer.RESERVED
            if known or (constant(found[1]) is not None and plain not in wanted):
                continue
            place = origin.place(entry.right, *found.span(1))
            kind: Kind = "param" if plain in wanted else "data"
            name = found[1].lstrip("\\")
            free[plain] = Node(name, kind, None, None, place.line, place.column)
    for plain, name in wanted.items():
        if plain not in free and plain not in defined:
            draft.faults.error(
                f"unknown name `{name}`: it does not occur in the equations",
                hint=close_to(name, [node.name for node in free.values()], "a name that does"),
                kind=UnknownNameInSource,
            )
    parameters = [free[plain] for plain in wanted if plain in free]
    draft.entries[:0] = [*parameters, *(node for node in free.values() if node.kind == "data")]
