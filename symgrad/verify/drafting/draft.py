"""From an article to the graph that it states, written in the graph language.

An equation `name = expression` is a node, what is left free an input. Whatever had to be assumed is
a note; what the article leaves open is an error that names it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from symgrad.errors import Diagnostic, SymgradError, nearest
from symgrad.expression.spellings import base_and_index
from symgrad.expression.tree import ZERO, Compare, variables
from symgrad.graph.graph import Graph
from symgrad.sources.text import parse
from symgrad.verify.drafting.analogy import alike, by_analogy
from symgrad.verify.drafting.article import Article, ArticleEquation, gather, with_equations
from symgrad.verify.drafting.equations import (
    LEFT_OUT,
    chosen_of,
    readable,
    with_inner_names,
    without_inverses,
)
from symgrad.verify.drafting.gaps import (
    TwoEquations,
    needed_by,
    no_equation,
    refuse_open,
    refuse_other_results,
    refuse_two,
)
from symgrad.verify.drafting.generic import spell_out
from symgrad.verify.drafting.names import (
    PARAMETERS,
    Role,
    Vocabulary,
    arguments_of,
    roles,
)
from symgrad.verify.drafting.own_functions import set_functions_apart
from symgrad.verify.drafting.writing import as_text, number_text, written


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    """The graph that an article states, as text and as a graph, and what was assumed for it."""

    text: str
    graph: Graph
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is to be assumed whatever the article says.

    `objective` is the node to differentiate; `wrt`, `data` and `const` are inputs of these kinds;
    `equations` are texts `name = expression`, or `name = number` for an input.
    """

    objective: str = ""
    wrt: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    const: tuple[str, ...] = ()
    equations: tuple[str, ...] = ()


def draft_graph(text: str, source: str, wishes: Wishes | None = None) -> ArticleDraft:
    """Return the graph that a text states.

    Args:
        text: the article: Markdown, LaTeX, a notebook, reStructuredText, plain text.
        source: its name, for messages and to tell its kind by its suffix.
        wishes: what to assume where the article's choice is not wanted.

    Raises:
        SymgradError: where the article leaves the graph open; every gap is named.

    >>> found = draft_graph("$u = a x + b$, $J = (u - y)^2$, $dJ/da = 2(u-y)x$, $dJ/db$", "n.md")
    >>> found.graph.parameters, found.graph.data, found.graph.objective
    (('a', 'b'), ('x', 'y'), 'J')
    """
    notes: list[str] = []
    try:
        return _drafted(text, source, wishes or Wishes(), notes)
    except SymgradError as error:
        unread = [Diagnostic(note, severity="note") for note in notes if LEFT_OUT in note]
        kind = TwoEquations if isinstance(error, TwoEquations) else SymgradError
        raise kind(*error.diagnostics, *unread) from None


def _drafted(text: str, source: str, wishes: Wishes, notes: list[str]) -> ArticleDraft:
    """Return the graph that a text states; `notes` takes what is assumed on the way."""
    article = with_equations(gather(text, source), wishes.equations)
    set_functions_apart(article)
    spell_out(article)
    vocabulary = Vocabulary(article)
    equations, evidence, conditions = readable(article, vocabulary, notes)
    if not equations:
        raise SymgradError(
            f"{source} states no graph: there is no equation `name = expression` in it",
            help="write the equations of the computation as formulas, such as `$u = a x + b$`, "
            "or give a graph file as well",
        )
    bottoms = {vocabulary.name(name) for name in article.bottoms}
    stated = {vocabulary.name(item.name): item.value for item in reversed(article.values)}
    nodes = without_inverses(chosen_of(equations, evidence, bottoms, stated), notes)
    top = _objective(wishes.objective, nodes, article, vocabulary, notes)
    nodes = with_inner_names(top, nodes, bottoms, notes)
    said = {vocabulary.name(name) for name, kind in article.words.items() if kind != "rate"}
    added = by_analogy(top, nodes, vocabulary, said)
    nodes |= {item.name: item for item in added}
    nodes = _with_cuts(top, nodes, article, vocabulary, notes)
    needed = needed_by(top, nodes)
    refuse_open(needed, nodes, article, vocabulary)
    needed = _with_other_tops(needed, nodes, article, vocabulary)
    notes += [
        f"no equation defines `{item.name}`; written like that of `{item.like}`: "
        f"{as_text(item, nodes)}"
        for item in added
    ]
    _note_unused(needed, nodes, notes)
    ordered = [item for item in nodes.values() if item.name in needed]
    used = dict.fromkeys(str(name) for item in ordered for name in variables(item.right))
    inputs = [name for name in used if name not in nodes]
    known = {vocabulary.name(item.name) for item in article.values}
    for value in evidence.stated(inputs, known):
        article.values.append(value)
        notes.append(
            f"line {value.place.line}: `{value.name} = {number_text(value.value)}`, "
            "for that number stands in its place"
        )
    kinds = _kinds(top, inputs, article, vocabulary, wishes)
    notes += [
        f"`{name}` taken as {_CALLED[role.kind]}: {role.reason}" for name, role in kinds.items()
    ]
    _refuse_no_parameter(kinds, nodes[top], article, source)
    assumed = [one for one in conditions if _is_assumed(one, kinds)]
    text_of_graph = written(source, top, ordered, kinds, assumed, article, vocabulary)
    graph = parse(text_of_graph, source=source)
    refuse_two(graph, equations, nodes, evidence, article, notes)
    refuse_other_results(graph, added, article, vocabulary)
    return ArticleDraft(text_of_graph, graph, tuple(notes))


_CALLED = {"param": "a parameter", "data": "data", "const": "a constant"}


def _kinds(
    top: str,
    inputs: Sequence[str],
    article: Article,
    vocabulary: Vocabulary,
    wishes: Wishes,
) -> dict[str, Role]:
    """Return what every input is."""
    chosen = _chosen(wishes, inputs, vocabulary)
    arguments = [vocabulary.name(word) for word in arguments_of(top, article, vocabulary)]
    if not set(arguments) <= set(inputs):
        arguments = []  # `L(a, y)` with a node a says what L is made from, not what it varies with
    order = {name: place for place, name in enumerate(arguments)}
    inputs = sorted(inputs, key=lambda name: order.get(name, len(order)))
    return roles(inputs, article, vocabulary, chosen, arguments)


# -- what the graph is -------------------------------------------------------------------------


def _objective(
    chosen: str,
    nodes: Mapping[str, ArticleEquation],
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
                f"no equation of the article defines `{chosen}`",
                help=f"a name that one defines: `{close}`" if close else "",
            )
        return name
    tops = dict.fromkeys(vocabulary.name(top.name) for top in article.tops)
    open_tops = [name for name in tops if name not in nodes]
    below = {name: set(needed_by(name, nodes)) - {name} for name in tops if name in nodes}
    bottoms = {vocabulary.name(name) for name in article.bottoms}
    tops_said = [top for top in article.tops if top.said] or article.tops
    times = Counter(vocabulary.name(top.name) for top in tops_said)
    missing = [name for name in open_tops if name not in bottoms and not alike(name, nodes)]
    often = max((times[name] for name in below), default=0)
    whole = {name for name in below if below[name].isdisjoint(missing)}  # what can be judged
    if any(times[name] >= often for name in missing) and not whole:
        raise no_equation(missing, article, vocabulary)
    notes += [
        f"no equation that can be read defines `{name}`, which the article differentiates: what is "
        "said of it is not judged"
        for name in missing
    ]
    below = {name: others for name, others in below.items() if name in whole or not whole}
    highest = [name for name in below if not any(name in other for other in below.values())]
    if highest:
        reason = "it is what the article differentiates"
        name = max(highest, key=lambda one: (times[one], len(below[one])))
    else:
        name = list(nodes)[-1]
        reason = "it is the last equation"
    notes.append(f"objective `{name}`: {reason}")
    return name


def _with_other_tops(
    needed: list[str],
    nodes: Mapping[str, ArticleEquation],
    article: Article,
    vocabulary: Vocabulary,
) -> list[str]:
    """Return the names of the graph: what the objective needs, and what else is differentiated."""
    found = dict.fromkeys(needed)
    for name in dict.fromkeys(vocabulary.name(top.name) for top in article.tops if top.said):
        if name in nodes and name not in found:
            own = needed_by(name, nodes)
            with suppress(SymgradError):
                refuse_open(own, nodes, article, vocabulary)
                found |= dict.fromkeys(own)
    return list(found)


def _with_cuts(
    top: str,
    nodes: dict[str, ArticleEquation],
    article: Article,
    vocabulary: Vocabulary,
    notes: list[str],
) -> dict[str, ArticleEquation]:
    """Return the equations without those of what the article differentiates by, if by nothing else.

    `y = k^a` and `dy/dk = …`: k is what is varied, though `k = K/L` says what it is.
    """
    needed = needed_by(top, nodes)
    bottoms = {vocabulary.name(name) for name in article.bottoms}
    words = {vocabulary.name(name) for name, kind in article.words.items() if kind == "param"}
    inputs = {name for name in needed if name not in nodes}
    usual = {name for name in inputs if base_and_index(name)[0] in PARAMETERS}
    if inputs & (bottoms | words) or usual or not bottoms & nodes.keys() & set(needed) - {top}:
        return nodes
    lowest = {
        name for name in bottoms & nodes.keys() & set(needed) - {top}
        if bottoms.isdisjoint(one for one in needed_by(name, nodes) if one != name)
    }  # fmt: skip
    notes += [f"`{name}` is varied: its equation is left out" for name in sorted(lowest)]
    return {name: item for name, item in nodes.items() if name not in lowest}


def _note_unused(
    needed: Sequence[str], nodes: Mapping[str, ArticleEquation], notes: list[str]
) -> None:
    names = [name for name in nodes if name not in needed]
    if names:
        shown = ", ".join(f"`{name}`" for name in names)
        notes.append(f"left out, for the objective needs no {shown}")


def _chosen(wishes: Wishes, inputs: Sequence[str], vocabulary: Vocabulary) -> dict[str, str]:
    """Return the roles that the caller has chosen."""
    found: dict[str, str] = {}
    for kind, names in (("param", wishes.wrt), ("data", wishes.data), ("const", wishes.const)):
        for word in names:
            name = vocabulary.name(word)
            if name not in inputs:
                close = nearest(word, inputs)
                raise SymgradError(
                    f"`{word}` is no input of the article's graph",
                    help=f"an input that there is: `{close}`" if close else "",
                )
            found[name] = kind
    return found


def _is_assumed(condition: Compare, kinds: Mapping[str, Role]) -> bool:
    """Tell whether a condition is on inputs alone: on given ones, or on the sign of one."""
    found = [kinds.get(str(name)) for name in variables(condition.left)]
    if not found or None in found:
        return False
    if condition.relation == "==":
        return all(role is not None and role.kind in ("data", "const") for role in found)
    return condition.right == ZERO


def _refuse_no_parameter(
    kinds: Mapping[str, Role], top: ArticleEquation, article: Article, source: str
) -> None:
    """Refuse a graph without a parameter, and name what the article differentiates by instead."""
    if any(role.kind == "param" for role in kinds.values()):
        return
    other = next(iter(article.bottoms.items()), None)
    hint = f"name the parameters with --wrt, of {', '.join(f'`{name}`' for name in kinds)}"
    if other is not None:
        name, place = other
        raise SymgradError(
            f"the article differentiates by `{name}`, but no equation leads from it to "
            f"`{top.name}`",
            place=place,
            help=f"add the equation, or {hint}",
        )
    message = f"{source} does not say what `{top.name}` is differentiated by"
    raise SymgradError(message, place=top.said.place, help=hint)
