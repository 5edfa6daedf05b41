"""A function of the author's own that gets another equation: `f(t) = t^2`, and later `f(t) = t^3`.

A sheet of exercises defines its f anew in each of them. Where a heading, the number of an exercise
or a word such as `let` stands between, the later equation counts from there on; behind the heading
of a step, or a word such as `thus`, it follows from what was said. Where nothing says so it may be
a slip as well: then what is said of f from there on is never refuted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from symgrad.expression.tree import Expression, Var, substitute
from symgrad.sources.problems import Fault, Origin
from symgrad.verify.deciding.equality import decide
from symgrad.verify.deciding.limits import Stop, substituted
from symgrad.verify.reading.circumstance_words import FOLLOWS
from symgrad.verify.reading.documents import FoundFormula
from symgrad.verify.reading.formula import parse_side
from symgrad.verify.reading.same import same
from symgrad.verify.reading.scope import Scope
from symgrad.verify.reading.split import WrittenStatement
from symgrad.verify.truth import MissingValue

_APART = re.compile(
    r"^[ \t>]*(?:#{1,6}\s|\*\*|(?:[-=*_]{3,}[ \t]*$)|\||\(?(?:\d{1,3}|[a-h])[.)]\s"
    r"|\\(?:sub)*section\b|\\item\b|<h[1-6]|(?:example|exercise|problem|question|beispiel|aufgabe|exemple|exercice"
    r"|ejemplo|ejercicio|exemplo|exerc[ií]cio|esempio|例|예)\b)",
    re.IGNORECASE,
)
_STEP = re.compile(
    r"^[ \t>]*(?:#{1,6}\s+|\*\*\s*)?(?:step|schritt|étape|paso|passo|шаг|步骤|第.步|手順|단계)",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(
    r"\b(?:let|consider|suppose|given|take|define|say|example|exercise|differentiate|another|next|"
    r"now|sei|betrachte|soit|considérons|sea|considere|seja|пусть)\b[^.=]{0,60}$|[设令若]\S{0,10}$",
    re.IGNORECASE,
)


def redefined(
    name: str,
    parameters: list[str],
    statement: WrittenStatement,
    formula: FoundFormula,
    scope: Scope,
) -> bool:
    """Tell whether `f(t) = …` defines an f anew that is defined already, and take that one away.

    Where it is another function and nothing says that it is meant to be, that is a doubt.
    """
    own = scope.functions.get(name)
    if own is None or len(own.parameters) != len(parameters):
        return False
    dummies = scope.dummies
    scope.dummies = frozenset(p for p in parameters if scope.name(p) is None)
    part = statement.parts[0][1]
    try:
        body = parse_side(part.text, Origin("", (part.text,), 1, 1), scope)
    except Fault:
        return False
    finally:
        scope.dummies = dummies
    pairs = zip(own.parameters, parameters, strict=True)
    renamed: dict[str | int, Expression] = {o: Var(scope.name(new) or new) for o, new in pairs}
    known = substitute(own.body, renamed)
    if decide(known, body).status != "refuted":
        return False
    lines = _lines_since(scope.defined_on.get(name, 0), formula)
    if not _is_introduced(formula, lines):
        if any(not line.strip() for line in lines):  # in one paragraph it is a slip
            scope.doubtful.add(name)
        return False
    del scope.functions[name]
    scope.definitions.pop(name, None)
    scope.doubtful.discard(name)
    scope.remark(f"`{name}` is defined anew here")
    return True


def named_anew(name: str, statement: WrittenStatement, formula: FoundFormula, scope: Scope) -> bool:
    """Tell whether `c = …` gives a name of the author's own another meaning, and take the old away.

    Without a heading, the number of an exercise, or a word such as `let` it is a claim.
    """
    known = scope.definitions.get(name)
    if known is None or name in scope.functions or name not in scope.defined_on:
        return False
    part = statement.parts[0][1]
    if not _is_introduced(formula, _lines_since(scope.defined_on[name], formula)):
        return False
    try:
        body = parse_side(part.text, Origin("", (part.text,), 1, 1), scope)
    except Fault:
        return False
    truth = scope.truth
    try:
        meanings = truth.meanings_of(
            tuple(scope.derivatives.values()), tuple(scope.definitions.values())
        )
        old, new = (substituted(one, meanings) for one in (known.expression, body))
        if same(truth, old, new):
            return False
    except (MissingValue, Stop):
        return False
    del scope.definitions[name]
    scope.remark(f"`{name}` is defined anew here")
    return True


def is_introduced(formula: FoundFormula, before: int) -> bool:
    """Tell whether something behind the line with this number says that a formula begins anew."""
    return _is_introduced(formula, _lines_since(before, formula))


def _lines_since(before: int, formula: FoundFormula) -> tuple[str, ...]:
    """Return the lines between the one with this number and that of a formula."""
    return tuple(formula.origin.lines[before : formula.origin.place("", 0, 1).line - 1])


def _is_introduced(formula: FoundFormula, lines: Sequence[str]) -> bool:
    """Tell whether something between two lines, or the words in front, says that it is new."""
    here = formula.origin.place("", 0, 1)
    head = here.text[: here.column - 1]
    words = head if head.strip(" $\\([>") else next(filter(str.strip, reversed(lines)), "")
    if _INTRODUCED.search(words) is not None:
        return True
    apart = [line for line in (*lines, head) if _APART.match(line)]
    return any(not _STEP.match(line) for line in apart) and not FOLLOWS.search(head)
