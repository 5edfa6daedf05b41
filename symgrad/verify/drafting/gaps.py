"""What an article leaves open, or says twice: each gap is an error that names it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction

from symgrad.errors import Diagnostic, Place, SymgradError
from symgrad.expression.certified_values import fraction
from symgrad.expression.tree import Var, variables
from symgrad.graph.graph import Graph
from symgrad.verify.drafting.article import Article, ArticleEquation
from symgrad.verify.drafting.evidence import Evidence
from symgrad.verify.drafting.names import Vocabulary
from symgrad.verify.reading.same import same
from symgrad.verify.truth import MissingValue, Truth

_ROUNDED = 0.01
_NUMBERED = re.compile(r"(.*?_?)(\d{1,4})")


class TwoEquations(SymgradError):
    """An article has two equations for one name that are not equal."""


def needed_by(top: str, nodes: Mapping[str, ArticleEquation]) -> list[str]:
    """Return the names that a node is made from, each once, in the order in which they are met."""
    found: dict[str, None] = {}
    waiting = [top]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = None
        if name in nodes:
            waiting += reversed([str(one) for one in variables(nodes[name].right)])
    return list(found)


def no_equation(names: Sequence[str], article: Article, vocabulary: Vocabulary) -> SymgradError:
    """Return the error that names are differentiated and no equation defines them."""
    places: dict[str, Place] = {}
    for top in article.tops:
        places.setdefault(vocabulary.name(top.name), top.place)
    return SymgradError(
        *(
            Diagnostic(
                f"the article differentiates `{name}`, but no equation that can be read defines it",
                places[name],
                f"add its equation, `{name} = …`, or choose another objective with --objective",
            )
            for name in names
        )
    )


def _later_sibling(name: str, nodes: Mapping[str, ArticleEquation]) -> str:
    """Return the node of which a name is a later one of its kind: `out_h1` for `out_h2`."""
    found = _NUMBERED.fullmatch(name)
    if found is None:
        return ""
    for other in nodes:
        same_kind = _NUMBERED.fullmatch(other)
        if same_kind and same_kind[1] == found[1] and int(same_kind[2]) < int(found[2]):
            return other
    return ""


def refuse_open(
    needed: Sequence[str],
    nodes: Mapping[str, ArticleEquation],
    article: Article,
    vocabulary: Vocabulary,
) -> None:
    """Refuse a graph in which a name that is differentiated has no equation, or with a cycle."""
    bottoms = {vocabulary.name(name) for name in article.bottoms}
    tops = {vocabulary.name(top.name) for top in article.tops} - bottoms
    missing = [name for name in needed if name in tops and name not in nodes]
    if missing:
        raise no_equation(missing, article, vocabulary)
    inputs = {vocabulary.name(name) for name, kind in article.words.items() if kind != "rate"}
    unsaid = [name for name in needed if name not in nodes and name not in inputs]
    siblings = {name: _later_sibling(name, nodes) for name in unsaid}
    places = {vocabulary.name(item.name): item.place for item in article.values}
    if gaps := [name for name, other in siblings.items() if other]:
        raise SymgradError(
            *(
                Diagnostic(
                    f"no equation that can be read defines `{name}`, but one defines "
                    f"`{siblings[name]}`",
                    places.get(name),
                    f"add its equation, `{name} = …`, also by the option --equation",
                )
                for name in gaps
            )
        )
    ring = _cycle(needed[0], nodes)
    if ring:
        said = nodes[ring[0]].said
        raise SymgradError(
            Diagnostic(
                f"the equations of the article go round in a circle: {' → '.join(ring)}",
                said.place,
                "one of them is no definition: leave it out, give the right one with --equation, "
                "or give a graph file",
                tuple((f"`{name}` is defined here", nodes[name].said.place) for name in ring[1:-1]),
            )
        )


def _cycle(top: str, nodes: Mapping[str, ArticleEquation]) -> list[str]:
    """Return a ring of names, the first one again at its end, or an empty list."""
    done: set[str] = set()
    path: dict[str, None] = {}
    waiting = [(top, False)]
    while waiting:
        name, leaving = waiting.pop()
        if leaving:
            path.pop(name)
            done.add(name)
        elif name in path:
            listed = list(path)
            return [*listed[listed.index(name) :], name]
        elif name in nodes and name not in done:
            path[name] = None
            waiting.append((name, True))
            waiting += [(str(one), False) for one in variables(nodes[name].right)]
    return []


def refuse_two(
    graph: Graph,
    equations: Sequence[ArticleEquation],
    nodes: Mapping[str, ArticleEquation],
    evidence: Evidence,
    article: Article,
    notes: list[str],
) -> None:
    """Refuse two equations for one name that are not equal, unless numbers say which is meant."""
    truth = Truth(graph)
    for item in equations:
        taken = nodes.get(item.name)
        if taken is None or item is taken or item.name not in graph.index:
            continue
        line = item.said.place.line
        try:
            equal = same(truth, Var(item.name), item.right)
        except MissingValue as missing:
            lines = sorted((line, taken.said.place.line))
            apart = any(lines[0] < cut <= lines[1] for cut in article.cuts)
            if apart or (item.name in article.arguments and item.said.anew):
                raise _two(item, taken) from None
            notes.append(
                f"line {line}: another equation for `{item.name}` is passed over: {missing.args[0]}"
                " is no name of the graph"
            )
            continue
        if equal:
            continue
        if evidence.bears_out(taken) and not evidence.bears_out(item):
            notes.append(
                f"line {line}: this equation for `{item.name}` is another one than that of line "
                f"{taken.said.place.line}, which the article puts numbers into; the graph has that"
            )
            continue
        raise _two(item, taken)


def _two(item: ArticleEquation, taken: ArticleEquation) -> TwoEquations:
    return TwoEquations(
        Diagnostic(
            f"the article has two equations for `{item.name}` that are not equal",
            item.said.place,
            "correct one of them, give one of the two another name, or say which one is meant "
            f"with --equation '{item.name} = …'",
            ((f"`{item.name}` is defined here first", taken.said.place),),
        )
    )


def refuse_other_results(
    graph: Graph, added: Sequence[ArticleEquation], article: Article, vocabulary: Vocabulary
) -> None:
    """Refuse equations by analogy where the article's own numbers say that they are others."""
    point: dict[str, Fraction] = {}
    for item in article.values:
        point.setdefault(vocabulary.name(item.name), item.value)
    names = [name for name in point if name in graph.index and graph.index[name].formula is None]
    truth = Truth(graph)
    values = truth.values(tuple((name, point[name]) for name in names))
    like = {one.name: one.like for one in added if one.name in values}
    for item in (*article.values, *article.results):
        name = vocabulary.name(item.name)
        if name not in like:
            continue
        found, other = float(fraction(values[name])), like.pop(name)
        if abs(found - float(item.value)) > _ROUNDED * max(abs(found), 1.0):
            raise SymgradError(
                f"no equation defines `{name}`; by one like that of `{other}` it is "
                f"{found:.6g}, but the article has another value",
                place=item.place,
                help=f"add its equation, or give it with --equation '{name} = …'",
            )
