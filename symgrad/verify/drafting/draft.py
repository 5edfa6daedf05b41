"""From an article to the graph that it states, written in the graph language.

An equation `name = expression` is a node, what is left free an input. Whatever had to be assumed is
a note; what the article leaves open is an error that names it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from symgrad.errors import Diagnostic, Place, SymgradError, nearest
from symgrad.expression.tree import Add, Var, variables
from symgrad.graph.graph import Graph
from symgrad.sources.cursor import constant
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.text import parse
from symgrad.verify.drafting.article import Article, Said, gather, words_in
from symgrad.verify.drafting.gaps import (
    Equation,
    needed_by,
    no_equation,
    refuse_open,
    refuse_two,
)
from symgrad.verify.drafting.names import Role, Vocabulary, arguments_of, per_sample, roles
from symgrad.verify.drafting.writing import written
from symgrad.verify.reading.formula import parse_side
from symgrad.verify.reading.scope import Scope
from symgrad.verify.truth import Truth

_MAX_EQUATIONS = 2_000
_LEFT_OUT = "is left out"
_OBJECTIVE = "objective_of_the_article"


@dataclass(frozen=True, slots=True)
class Draft:
    """The graph that an article states, as text and as a graph, and what was assumed for it."""

    text: str
    graph: Graph
    notes: tuple[str, ...]


def draft_graph(
    text: str,
    source: str,
    *,
    objective: str = "",
    wrt: Sequence[str] = (),
    data: Sequence[str] = (),
) -> Draft:
    """Return the graph that a text states.

    Args:
        text: the article: Markdown, LaTeX, a notebook, reStructuredText, plain text.
        source: its name, for messages and to tell its kind by its suffix.
        objective: the node to differentiate, where the article's choice is not wanted.
        wrt: inputs that are parameters, whatever the article says.
        data: inputs that are data, whatever the article says.

    Raises:
        SymgradError: where the article leaves the graph open; every gap is named.

    >>> found = draft_graph("$u = a x + b$, $J = (u - y)^2$, $dJ/da = 2(u-y)x$, $dJ/db$", "n.md")
    >>> found.graph.parameters, found.graph.data, found.graph.objective
    (('a', 'b'), ('x', 'y'), 'J')
    """
    notes: list[str] = []
    try:
        return _drafted(text, source, objective, wrt, data, notes)
    except SymgradError as error:
        unread = [Diagnostic(note, severity="note") for note in notes if _LEFT_OUT in note]
        raise SymgradError(*error.diagnostics, *unread) from None


def _drafted(
    text: str,
    source: str,
    objective: str,
    wrt: Sequence[str],
    data: Sequence[str],
    notes: list[str],
) -> Draft:
    """Return the graph that a text states; `notes` takes what is assumed on the way."""
    article = gather(text, source)
    vocabulary = Vocabulary(article)
    equations = _read(article, vocabulary, notes)
    if not equations:
        raise SymgradError(
            Diagnostic(
                f"{source} states no graph: there is no equation `name = expression` in it",
                help="write the equations of the computation as formulas, such as `$u = a x + b$`, "
                "or give a graph file as well",
            )
        )
    equations += _by_terms(equations, notes)
    nodes = {item.name: item for item in reversed(equations)}
    nodes = {item.name: nodes[item.name] for item in equations}
    top = _objective(objective, nodes, article, vocabulary, notes)
    needed = needed_by(top, nodes)
    refuse_open(needed, nodes, article, vocabulary)
    _note_unused(needed, nodes, notes)
    ordered = [item for item in nodes.values() if item.name in needed]
    used = dict.fromkeys(str(name) for item in ordered for name in variables(item.right))
    inputs = [name for name in used if name not in nodes]
    chosen = _chosen(wrt, data, inputs, vocabulary)
    arguments = [vocabulary.name(word) for word in arguments_of(top, article, vocabulary)]
    if not set(arguments) <= set(inputs):
        arguments = []  # `L(a, y)` with a node a says what L is made from, not what it varies with
    kinds = roles(inputs, article, vocabulary, chosen, arguments)
    notes += [
        f"`{name}` taken as {_CALLED[role.kind]}: {role.reason}" for name, role in kinds.items()
    ]
    _refuse_no_parameter(kinds, nodes[top], source)
    text_of_graph = written(source, top, ordered, kinds, article, vocabulary)
    graph = parse(text_of_graph, source=source)
    refuse_two(graph, equations, nodes, notes)
    return Draft(text_of_graph, graph, tuple(notes))


_CALLED = {"param": "a parameter", "data": "data", "const": "a constant"}


# -- reading -----------------------------------------------------------------------------------


def _read(article: Article, vocabulary: Vocabulary, notes: list[str]) -> list[Equation]:
    """Return the equations whose right sides can be read; note the others."""
    adjoints = {vocabulary.name(name) for name in article.adjoints}
    single = {_key(said): per_sample(said.right) for said in article.equations}
    names = [*vocabulary.names]
    names += [w for right, i in single.values() if i for w, called in words_in(right) if not called]
    scope = _scope(names, vocabulary)
    found: list[Equation] = []
    for said in article.equations[:_MAX_EQUATIONS]:
        name = vocabulary.name(said.name)
        if name in adjoints:
            continue
        right, index = single[_key(said)]
        for function, arguments in article.arguments.items():
            if arguments:
                call = rf"(?<!\w){re.escape(function)}\s*\(\s*{re.escape(arguments)}\s*\)"
                right = re.sub(call, function, right)
        scope.begin()
        try:
            expression = parse_side(right, _origin(said.place), scope)
        except Fault as fault:
            notes.append(
                f"line {said.place.line}: the equation of `{said.name}` {_LEFT_OUT}: "
                f"{fault.diagnostic.message}"
            )
            continue
        if index:
            notes.append(f"line {said.place.line}: `{index}` read as the sample, the sum as a mean")
        if variables(expression):
            found.append(Equation(name, expression, said))
    return found


def _key(said: Said) -> tuple[str, str, int, int]:
    return said.name, said.right, said.place.line, said.place.column


def _origin(place: Place) -> Origin:
    return Origin(place.source, (place.text,), 1, place.column)


def _scope(names: Iterable[str], vocabulary: Vocabulary) -> Scope:
    """Return a scope in which every name of the article is an input."""
    own = set(vocabulary.names)
    listed = dict.fromkeys(
        vocabulary.name(name) for name in names if name in own or constant(name) is None
    )
    letters = {name for name in vocabulary.names if len(name) == 1}
    inputs = [
        name for name in listed
        if name in vocabulary.names or not (name.isalpha() and set(name) <= letters | {"e"})
    ]  # fmt: skip
    text = f"param {', '.join(inputs)}\n{_OBJECTIVE} = {inputs[0]}" if inputs else ""
    graph = parse(text or f"param x\n{_OBJECTIVE} = x")
    truth = Truth(graph)
    return Scope(graph, truth.derivation, truth)


# -- what the graph is -------------------------------------------------------------------------


def _objective(
    chosen: str,
    nodes: Mapping[str, Equation],
    article: Article,
    vocabulary: Vocabulary,
    notes: list[str],
) -> str:
    """Return the objective: as chosen, what is differentiated and not used, or the last node."""
    if chosen:
        name = vocabulary.name(chosen)
        if name not in nodes:
            close = nearest(chosen, nodes)
            raise SymgradError(
                Diagnostic(
                    f"no equation of the article defines `{chosen}`",
                    help=f"a name that one defines: `{close}`" if close else "",
                )
            )
        return name
    tops = dict.fromkeys(vocabulary.name(top.name) for top in article.tops)
    open_tops = [name for name in tops if name not in nodes]
    below = {name: set(needed_by(name, nodes)) - {name} for name in tops if name in nodes}
    bottoms = {vocabulary.name(name) for name in article.bottoms}
    missing = [name for name in open_tops if name not in bottoms]
    if missing:
        raise no_equation(missing, article, vocabulary)
    highest = [name for name in below if not any(name in other for other in below.values())]
    if highest:
        reason = "it is what the article differentiates"
        times = Counter(vocabulary.name(top.name) for top in article.tops)
        name = max(highest, key=lambda one: (times[one], len(below[one])))
    else:
        name = list(nodes)[-1]
        reason = "it is the last equation"
    notes.append(f"objective `{name}`: {reason}")
    return name


def _note_unused(needed: Sequence[str], nodes: Mapping[str, Equation], notes: list[str]) -> None:
    names = [name for name in nodes if name not in needed]
    if names:
        shown = ", ".join(f"`{name}`" for name in names)
        notes.append(f"left out, for the objective needs no {shown}")


def _chosen(
    wrt: Sequence[str], data: Sequence[str], inputs: Sequence[str], vocabulary: Vocabulary
) -> dict[str, str]:
    """Return the roles that the caller has chosen."""
    found: dict[str, str] = {}
    for kind, names in (("param", wrt), ("data", data)):
        for word in names:
            name = vocabulary.name(word)
            if name not in inputs:
                close = nearest(word, inputs)
                raise SymgradError(
                    Diagnostic(
                        f"`{word}` is no input of the article's graph",
                        help=f"an input that there is: `{close}`" if close else "",
                    )
                )
            found[name] = kind
    return found


def _by_terms(equations: Sequence[Equation], notes: list[str]) -> list[Equation]:
    """Return equations for names that a sum has where another one for the same node has a term.

    `E = E_1 + E_2` and `E = (a - b)^2 + (c - d)^2` say what E_1 and E_2 are, term by term.
    """
    defined = {item.name for item in equations}
    found: dict[str, Equation] = {}
    for item in equations:
        terms = item.right.terms if isinstance(item.right, Add) else ()
        if not terms or not all(isinstance(term, Var) for term in terms):
            continue
        for other in equations:
            same_node = other.name == item.name and other is not item
            if not same_node or not isinstance(other.right, Add):
                continue
            if len(other.right.terms) != len(terms):
                continue
            for name, term in zip(map(str, variables(item.right)), other.right.terms, strict=False):
                if name not in defined and name not in found and len(variables(term)) > 1:
                    found[name] = Equation(name, term, other.said)
                    notes.append(
                        f"line {other.said.place.line}: `{name}` read as the term of "
                        f"`{item.name}` in its place"
                    )
    return list(found.values())


def _refuse_no_parameter(kinds: Mapping[str, Role], top: Equation, source: str) -> None:
    if not any(role.kind == "param" for role in kinds.values()):
        raise SymgradError(
            Diagnostic(
                f"{source} does not say what `{top.name}` is differentiated by",
                top.said.place,
                f"name the parameters with --wrt, of {', '.join(f'`{name}`' for name in kinds)}",
            )
        )
