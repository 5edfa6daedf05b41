"""The equations of an article as trees, and which of several for one name is meant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from symgrad.errors import Place
from symgrad.expression.functions import lookup
from symgrad.expression.inverse import VALUE, inverted
from symgrad.expression.recognize import recognized
from symgrad.expression.tree import (
    Add,
    Compare,
    Expression,
    Var,
    children,
    number,
    substitute,
    variables,
    walk,
    with_children,
)
from symgrad.sources.cursor import constant
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.text import parse
from symgrad.verify.deciding.equality import decide
from symgrad.verify.drafting.article import Article, ArticleEquation, Said, words_in
from symgrad.verify.drafting.evidence import Evidence
from symgrad.verify.drafting.gaps import needed_by
from symgrad.verify.drafting.names import Vocabulary, per_sample
from symgrad.verify.drafting.own_functions import take_functions
from symgrad.verify.reading.formula import parse_side
from symgrad.verify.reading.scope import Scope
from symgrad.verify.truth import Truth

LEFT_OUT = "is left out"
_MAX_EQUATIONS = 2_000
_MAX_LINKS = 20
_FEWEST_NAMES = 2  # in what a name stands for: `q = x` is no part of everything
_OBJECTIVE = "objective_of_the_article"


class Readable(NamedTuple):
    """What can be read: equations, the numbers that are put into them, conditions on names."""

    equations: list[ArticleEquation]
    evidence: Evidence
    conditions: list[Compare]


def readable(article: Article, vocabulary: Vocabulary, notes: list[str]) -> Readable:
    """Return the equations whose right sides can be read, and what is said about their names.

    `notes` takes what cannot be read, and what was a choice.
    """
    adjoints = {vocabulary.name(name) for name in article.adjoints}
    single = [per_sample(said.right, article.closed) for said in article.equations]
    names = [*vocabulary.names]
    names += [
        word for right, i in single if i
        for word, called in words_in(right)
        if not called and lookup(word) is None and word not in article.applied
    ]  # fmt: skip
    scope = _scope(names, vocabulary)
    notes += take_functions(article, scope)
    found: dict[int, ArticleEquation] = {}
    for place, said in enumerate(article.equations[:_MAX_EQUATIONS]):
        name = vocabulary.name(said.name)
        if name in adjoints:
            continue
        right, index = single[place]
        try:
            expression = _tree(_uncalled(right, article), said.place, scope)
        except Fault as fault:
            notes.append(
                f"line {said.place.line}: the equation of `{said.name}` {LEFT_OUT}: "
                f"{fault.diagnostic.message}"
            )
            continue
        if index:
            notes.append(f"line {said.place.line}: `{index}` read as the sample, the sum as a mean")
        if variables(expression) and adjoints.isdisjoint(map(str, variables(expression))):
            found[place] = ArticleEquation(name, expression, said)
    evidence = Evidence()
    for item in article.put_in[:_MAX_EQUATIONS]:
        before = [equation for place, equation in found.items() if place < item.before]
        with suppress(Fault):
            numeric = _tree(item.said.right, item.said.place, scope)
            evidence.take(vocabulary.name(item.said.name), numeric, before, item.said.place)
    conditions = []
    for one in article.conditions[:_MAX_EQUATIONS]:
        with suppress(Fault):
            left = _tree(one.left, one.place, scope)
            conditions.append(Compare(one.relation, left, number(one.value)))
    listed = list(found.values())
    listed += _by_links(article, listed, scope, notes)
    return Readable([*listed, *_by_terms(listed, notes)], evidence, conditions)


def chosen_of(
    equations: Sequence[ArticleEquation],
    evidence: Evidence,
    wanted: Collection[str] = (),
    values: Mapping[str, Fraction] = MappingProxyType({}),
) -> dict[str, ArticleEquation]:
    """Return the equation of each name: the first that numbers are put into, else the first.

    One that holds nothing of what is `wanted` and names that nothing else is said of stands behind
    one that does hold it: `T = m(x'^2 + y'^2)/2` where the article differentiates by θ'. Of one
    that is the first with stated values put in, `L = (2w - 1)^2` for x = 2 and y = 1, what follows
    speaks.
    """
    found: dict[str, ArticleEquation] = {}
    uses = Counter(str(name) for item in equations for name in variables(item.right))
    defined = {item.name for item in equations}
    for item in equations:
        first = found.setdefault(item.name, item)
        names, others = ({str(n) for n in variables(one.right)} for one in (first, item))
        alone = [name for name in names - others if name not in defined and uses[name] == 1]
        holds = not others.isdisjoint(wanted)
        better = (alone and names.isdisjoint(wanted) and holds) or (
            holds and item.name not in wanted and not _leads(first, equations, wanted)
        )
        # `ŷ = σ(z)`, not `ŷ = σ(wx + b)`, where z has an equation and one differentiates by it
        by_way = {name for name in others & {*wanted} & defined if name != item.name}
        better = better or any(not _leads(first, equations, {name}) for name in by_way)
        better = not evidence.bears_out(first) and (evidence.bears_out(item) or better)
        if better or (item is not first and _put_in(first.right, item.right, values)):
            found[item.name] = item
    return found


def without_inverses(
    nodes: dict[str, ArticleEquation], notes: list[str]
) -> dict[str, ArticleEquation]:
    """Return the equations without one that is another one solved: `V = x²h`, so `h = V/x²`.

    The later one counts: what the author solves for, he puts in.
    """
    left: set[str] = set()
    for name, item in nodes.items():
        for other in map(str, variables(item.right)):
            behind = nodes.get(other)
            if behind is None or other in left or name not in map(str, variables(behind.right)):
                continue
            if decide(substitute(item.right, {other: behind.right}), Var(name)).status == "proved":
                pair = sorted(
                    (item, behind), key=lambda one: (one.said.place.line, one.said.place.column)
                )
                left.add(pair[0].name)
                notes.append(
                    f"`{pair[0].name}` is given: its equation is solved for `{pair[1].name}`"
                )
    return {name: item for name, item in nodes.items() if name not in left}


def with_inner_names(
    top: str, nodes: dict[str, ArticleEquation], bottoms: Collection[str], notes: list[str]
) -> dict[str, ArticleEquation]:
    """Return the equations with η for `a + bx` in `μ = exp(a + bx)`, where η stands for that.

    So it is where the article differentiates by η, and the objective is not made from it by name.
    """
    for name in [one for one in nodes if one in bottoms]:
        inner = nodes[name].right
        if name in needed_by(top, nodes) or len(variables(inner)) < _FEWEST_NAMES:
            continue
        own = {*needed_by(name, nodes)}
        for other, item in nodes.items():
            if other in own or inner not in walk(item.right):
                continue
            nodes = {**nodes, other: replace(item, right=_with_name(item.right, inner, name))}
            notes.append(f"`{name}` stands for its right side in the equation of `{other}`")
    return nodes


def _with_name(expression: Expression, inner: Expression, name: str) -> Expression:
    """Return an expression with a name in the place of what it stands for."""
    if expression == inner:
        return Var(name)
    parts = children(expression)
    if not parts:
        return expression
    return with_children(expression, tuple(_with_name(part, inner, name) for part in parts))


def _put_in(general: Expression, own: Expression, values: Mapping[str, Fraction]) -> bool:
    """Tell whether an expression is another one with stated values put in for some names."""
    names = set(map(str, variables(general))) - set(map(str, variables(own)))
    if not names or not names <= values.keys():
        return False
    numbers: dict[str | int, Expression] = {name: number(values[name]) for name in names}
    return decide(substitute(general, numbers), own).status == "proved"


def _leads(
    item: ArticleEquation, equations: Sequence[ArticleEquation], wanted: Collection[str]
) -> bool:
    """Tell whether an equation holds something that is wanted, itself or by way of others."""
    below = {one.name: {str(name) for name in variables(one.right)} for one in reversed(equations)}
    below[item.name] = {str(name) for name in variables(item.right)}
    seen: set[str] = set()
    waiting = [item.name]
    while waiting:
        for name in below.get(waiting.pop(), set()) - seen:
            seen.add(name)
            waiting.append(name)
    return not seen.isdisjoint(wanted)


def _tree(text: str, place: Place, scope: Scope) -> Expression:
    scope.begin()
    return parse_side(text, _origin(place), scope)


def _uncalled(right: str, article: Article) -> str:
    """Return a formula with f in the place of `f(x, y)` where the article has `f(x, y) = …`."""
    for function, arguments in article.arguments.items():
        if arguments and function not in article.applied:
            call = rf"(?<!\w){re.escape(function)}\s*\(\s*{re.escape(arguments)}\s*\)"
            right = re.sub(call, function, right)
    return right


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


def _by_links(
    article: Article, equations: Sequence[ArticleEquation], scope: Scope, notes: list[str]
) -> list[ArticleEquation]:
    """Return equations for names that stand in a function: `log(μ) = η` says that μ is exp(η).

    None for a name that has an equation of its own, or for what has no one solution.
    """
    defined = {item.name for item in equations}
    found: dict[str, ArticleEquation] = {}
    for one in article.linked[:_MAX_LINKS]:
        with suppress(Fault):
            left = _tree(one.left, one.place, scope)
            names = list(map(str, variables(left)))
            if len(names) != 1 or names[0] in defined or names[0] in found:
                continue
            once, _ = per_sample(one.right, article.closed)
            right = _tree(_uncalled(once, article), one.place, scope)
            solved = inverted(left, names[0])
            if solved is None or not variables(right) or names[0] in variables(right):
                continue
            if any(_leads(item, equations, {names[0]}) for item in equations
                   if item.name in set(map(str, variables(right)))):  # fmt: skip
                continue  # `ln A = ln Q - …` of a Q that is made from A
            expression = recognized(substitute(solved, {VALUE: right}))
            found[names[0]] = ArticleEquation(
                names[0], expression, Said(names[0], one.right, one.place)
            )
            notes.append(f"line {one.place.line}: solved for `{names[0]}`")
    return list(found.values())


def _by_terms(equations: Sequence[ArticleEquation], notes: list[str]) -> list[ArticleEquation]:
    """Return equations for names that a sum has where another one for the same node has a term.

    `E = E_1 + E_2` and `E = (a - b)^2 + (c - d)^2` say what E_1 and E_2 are, term by term.
    """
    defined = {item.name for item in equations}
    found: dict[str, ArticleEquation] = {}
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
                    found[name] = ArticleEquation(name, term, other.said)
                    notes.append(
                        f"line {other.said.place.line}: `{name}` read as the term of "
                        f"`{item.name}` in its place"
                    )
    return list(found.values())
