"""Functions of the article's own that are no nodes: `f(u) = u/(1 + |u|)`, and then `a = f(z)`.

Where u is nothing else in the article, f is applied and not computed: its body is put in where it
is called. A letter such as σ or φ is the function that it usually stands for, unless the article
says another one.
"""

from __future__ import annotations

import re

from symgrad.errors import Place
from symgrad.expression.spellings import base_and_index
from symgrad.expression.tree import Call, Var
from symgrad.sources import lexer
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.text import parse
from symgrad.verify.deciding.equality import decide
from symgrad.verify.drafting.article import Article, Said, words_in
from symgrad.verify.reading.formula import parse_side
from symgrad.verify.reading.functions import LETTERS
from symgrad.verify.reading.scope import Abstraction, Scope
from symgrad.verify.truth import Truth

_CONSTANTS = frozenset(("e", "π", "pi"))
_POWER = r"(\^\s*\(?\s*\d\s*\)?|[²³⁴])"
_WORDS = rf"\(\s*({lexer.NAME}(?:\s*[,;]\s*{lexer.NAME})*)\s*\)"


def set_functions_apart(article: Article) -> None:
    """Take the article's own functions out of its equations, and calls of its nodes for values."""
    for letter in reversed(article.letters):
        if not _is_usual(letter.said, letter.argument):
            article.arguments[letter.said.name] = letter.argument
            article.equations.insert(letter.before, letter.said)
            article.put_in = [
                item.later() if item.before > letter.before else item for item in article.put_in
            ]
    found = [said for said in article.equations if _is_function(said, article)]
    names = {said.name for said in found}
    defined = {said.name for said in article.equations} - names
    if not defined & {top.name for top in article.tops}:
        found, names = [], set()
    article.functions = found
    stated = {base_and_index(name)[0] for name in defined}  # r of `r_i = y_i - f_i`
    dummies = {name for said in found for name in parameters_of(said.name, article)} - stated
    article.applied = names | dummies
    article.equations = [said for said in article.equations if said.name not in names]
    article.tops = [top for top in article.tops if top.name not in names]
    article.bottoms = {
        name: place for name, place in article.bottoms.items() if name not in dummies
    }
    _take_values(article)


def parameters_of(name: str, article: Article) -> list[str]:
    """Return the names in the parentheses of `f(x, y) = …`, none where these are no names."""
    listed = re.split(r"[,;|]", article.arguments.get(name, ""))
    plain = [word.strip().lstrip("\\") for word in listed]
    return plain if all(map(lexer.IDENTIFIER.fullmatch, plain)) else []


def take_functions(article: Article, scope: Scope) -> list[str]:
    """Let a scope know the functions that were set apart; return what cannot be read, as notes."""
    notes = []
    for said in article.functions:
        parameters = tuple(parameters_of(said.name, article))
        scope.begin()
        scope.dummies = frozenset(parameters)
        try:
            body = parse_side(said.right, _origin(said.place), scope)
        except Fault as fault:
            notes.append(
                f"line {said.place.line}: the function `{said.name}` cannot be read: "
                f"{fault.diagnostic.message}"
            )
        else:
            scope.functions[said.name] = Abstraction(parameters, body)
        scope.dummies = frozenset()
    return notes


def _is_usual(said: Said, argument: str) -> bool:
    """Tell whether `σ(z) = …` says what σ is anyhow; what cannot be read is taken to."""
    argument = argument.strip()
    words = [word for word, called in words_in(said.right) if not called]
    names = [
        word for word in dict.fromkeys((argument, *words))
        if lexer.IDENTIFIER.fullmatch(word) and word not in lexer.RESERVED | _CONSTANTS
    ]  # fmt: skip
    if argument not in names or argument not in words:
        return True
    graph = parse(f"param {', '.join(names)}\nvalue_of_it = {argument}")
    truth = Truth(graph)
    scope = Scope(graph, truth.derivation, truth)
    try:
        body = parse_side(said.right, _origin(said.place), scope)
    except Fault:
        return True
    usual = Call(LETTERS[said.name][0], (Var(argument),))
    return decide(usual, body).status != "refuted"


def _is_function(said: Said, article: Article) -> bool:
    """Tell whether an equation is that of a function which is applied to something else."""
    parameters = parameters_of(said.name, article)
    if not parameters or sum(one.name == said.name for one in article.equations) > 1:
        return False
    if len(parameters) > 1 and any(top.name == said.name for top in article.tops):
        return False
    others = [one for one in article.equations if one.name != said.name]
    defined = {one.name for one in others} | {item.name for item in article.values}
    if not defined.isdisjoint(parameters):
        return False
    for one in others:
        own = parameters_of(one.name, article)
        used = {word for word, _ in words_in(one.right)}
        if not (used & set(parameters)) <= set(own):
            return False
    known = {word for one in others for word, _ in words_in(one.right)} | defined
    call = re.compile(rf"(?<!\w){re.escape(said.name)}\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
    called = [text for one in others for text in call.findall(one.right)]
    return any(
        [part.strip() for part in text.split(",")] != parameters
        and any(word in known for word, _ in words_in(text))
        for text in called
    )


def _take_values(article: Article) -> None:
    """Take `e^2(θ)` and `e(θ)` for e², e where e has an equation that leads to θ."""
    below: dict[str, set[str]] = {}
    for said in article.equations:
        below.setdefault(said.name, set()).update(word for word, _ in words_in(said.right))
    reached = {name: _reached(name, below) for name in below}
    call = re.compile(rf"(?<!\w)({lexer.NAME})\s*{_POWER}?\s*{_WORDS}")

    def plain(match: re.Match[str]) -> str:
        words = {word.lstrip("\\") for word in re.split(r"\s*[,;]\s*", match[3])}
        found = reached.get(match[1].lstrip("\\"), set())
        return f"{match[1]}{match[2] or ''}" if words <= found else match[0]

    article.equations = [said.with_right(call.sub(plain, said.right)) for said in article.equations]


def _reached(name: str, below: dict[str, set[str]]) -> set[str]:
    """Return all names that a name is made from."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for other in below.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _origin(place: Place) -> Origin:
    return Origin(place.source, (place.text,), 1, place.column)
