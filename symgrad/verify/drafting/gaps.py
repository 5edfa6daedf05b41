"""What an article leaves open, or says twice: each gap is an error that names it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symgrad.errors import Diagnostic, Place, SymgradError
from symgrad.expression.tree import Expression, Var, variables
from symgrad.graph.graph import Graph
from symgrad.verify.drafting.article import Article, Said
from symgrad.verify.drafting.names import Vocabulary
from symgrad.verify.reading.same import same
from symgrad.verify.truth import MissingValue, Truth

_NUMBERED = re.compile(r"(.*?_?)(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Equation:
    """One equation that could be read."""

    name: str
    right: Expression
    said: Said


def needed_by(top: str, nodes: Mapping[str, Equation]) -> list[str]:
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


def _later_sibling(name: str, nodes: Mapping[str, Equation]) -> str:
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
    nodes: Mapping[str, Equation],
    article: Article,
    vocabulary: Vocabulary,
) -> None:
    """Refuse a graph in which a name that is differentiated has no equation, or with a cycle."""
    bottoms = {vocabulary.name(name) for name in article.bottoms}
    tops = {vocabulary.name(top.name) for top in article.tops} - bottoms
    missing = [name for name in needed if name in tops and name not in nodes]
    if missing:
        raise no_equation(missing, article, vocabulary)
    siblings = {name: _later_sibling(name, nodes) for name in needed if name not in nodes}
    places = {vocabulary.name(item.name): item.place for item in article.values}
    if gaps := [name for name, other in siblings.items() if other]:
        raise SymgradError(
            *(
                Diagnostic(
                    f"no equation that can be read defines `{name}`, but one defines "
                    f"`{siblings[name]}`",
                    places.get(name),
                    f"add its equation, `{name} = …`",
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
                "one of them is no definition: leave it out, or give a graph file",
                tuple((f"`{name}` is defined here", nodes[name].said.place) for name in ring[1:-1]),
            )
        )


def _cycle(top: str, nodes: Mapping[str, Equation]) -> list[str]:
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
    equations: Sequence[Equation],
    nodes: Mapping[str, Equation],
    notes: list[str],
) -> None:
    """Refuse two equations for one name that are not equal."""
    truth = Truth(graph)
    for item in equations:
        first = nodes[item.name]
        if item is first or item.name not in graph.index:
            continue
        try:
            equal = same(truth, Var(item.name), item.right)
        except MissingValue as missing:
            line = item.said.place.line
            notes.append(
                f"line {line}: another equation for `{item.name}` is passed over: {missing.args[0]}"
                " is no name of the graph"
            )
            continue
        if not equal:
            raise SymgradError(
                Diagnostic(
                    f"the article has two equations for `{item.name}` that are not equal",
                    item.said.place,
                    "correct one of them, give one of the two another name, or give a graph file",
                    ((f"`{item.name}` is defined here first", first.said.place),),
                )
            )
