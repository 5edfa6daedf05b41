"""Rules of differentiation, for functions that are no one's: (fg)' = f'g + fg', (f∘g)' = (f'∘g) g'.

Such a rule says nothing of the graph and is right or wrong all the same. It is read in a small
graph of its own, in which every letter that has a prime or an argument is a function without a
body. To each of them a line of its own is added, so that no two are tried with the same function.
"""

from __future__ import annotations

import re
from itertools import chain

from symgrad.derivation.derive import derive
from symgrad.errors import SymgradError
from symgrad.expression.functions import lookup
from symgrad.expression.tree import Expression
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.text import parse
from symgrad.verify.deciding.limits import substituted
from symgrad.verify.model import Claim, ExpressionTarget, Link
from symgrad.verify.reading.documents import FoundFormula
from symgrad.verify.reading.formula import parse_side
from symgrad.verify.reading.functions import is_function
from symgrad.verify.reading.scope import Scope
from symgrad.verify.reading.split import WrittenStatement
from symgrad.verify.reading.text import source_text
from symgrad.verify.truth import Truth

_PRIME = "'′’"
_WORD = re.compile(r"[A-Za-z]+|[α-ωΑ-Ω]")
_CALLED = re.compile(rf"(?<![d∂])(?<![d∂] )(?<![A-Za-z_])([A-Za-z]+|[α-ω])(?=[{_PRIME}]*\s*\()")
_PRIMED = re.compile(rf"(?<![A-Za-z_])([A-Za-z]+|[α-ω])(?=[{_PRIME}])")
_BELOW = re.compile(r"(?:/\s*\(?\s*[d∂]\s*|d)([A-Za-z])(?![A-Za-z])")
_DERIVED = re.compile(rf"\)\s*[{_PRIME}]|[d∂]\s*/\s*\(?\s*[d∂]|[d∂]\s*\(")
_SLOPE = re.compile(rf"[{_PRIME}]|[d∂](?:\w*|\([^/]*\))\s*/\s*[d∂]")
_COMPOSED = re.compile(rf"\(?\s*([a-zA-Z])([{_PRIME}]*)\s*[∘⊙]\s*([a-zA-Z])\s*\)?([{_PRIME}]*)")
_INNER = re.compile(r"[∂d]\s*([a-zA-Z])\s*/\s*[∂d]\s*([a-zA-Z])(?![a-zA-Z(])")
_INNER_CALLED = re.compile(
    r"[∂d]\s*\(*\s*([a-zA-Z])\s*\(\s*([a-zA-Z])\s*\([^()]*\)\s*\)\s*\)*\s*/"
    r"\s*[∂d]\s*\(?\s*\2\s*\([^()]*\)\s*\)?"
)
_DIFFERENTIAL = re.compile(r"(?<![\w∂])d\s*\(")
_OF_LETTER = re.compile(r"(?<![\w∂/])d\s?([a-z])(?![\w/(])")
_IN_BRACKETS = re.compile(r"\(\s*([a-z])\s*\)'")
_OF_DIFFERENTIALS = re.compile(r"\s*d\s*\([^=/]*(?:/[^=/d]*)?\)\s*")
_MOST = 6
_LONGEST = 3  # letters side by side: u v w
_ARGUMENT = "xtzs"


def rule(statement: WrittenStatement, formula: FoundFormula, scope: Scope) -> Claim | None:
    """Return the claim that a rule of differentiation is, None where a statement is none."""
    if statement.other or any(sign != "=" for sign, _ in statement.parts):
        return None
    sides = [statement.left, *(part for _, part in statement.parts)]
    texts = [side.text for side in sides]
    if _OF_DIFFERENTIALS.fullmatch(texts[0]):
        texts = [_as_slopes(text) for text in texts]
    left = texts[0]
    if not (_DERIVED.search(left) and texts[1:] and all(map(_SLOPE.search, texts[1:]))):
        return None
    called = {
        word for text in texts for found in (_CALLED, _PRIMED) for word in found.findall(text)
        if lookup(word) is None
    }  # fmt: skip
    words = {word for text in texts for word in _WORD.findall(text) if lookup(word) is None}
    if any(len(word) > _LONGEST for word in words) or any(is_function(w, scope) for w in called):
        return None  # `GELU(x)` is a function that has a name, and no product
    functions = dict.fromkeys(sorted(word[-1] for word in called))
    functions |= dict.fromkeys(
        letter for text in texts for one in _COMPOSED.finditer(text) for letter in one.group(1, 3)
    )
    if functions:  # in `(fg)' = f'g` g is no constant
        functions |= dict.fromkeys(name for name in _letters(texts) if name in "fghuv")
    own = [f for f in functions if scope.name(f) is None and f not in scope.functions]
    if not own or len(own) != len(functions) or not any(f in left for f in own):
        return None
    variable = _variable(texts, own)
    inner = [_with_inner_slopes(text, own, variable, texts) for text in texts]
    if any(text is None for text in inner):
        return None
    texts = [str(text) for text in inner]
    try:
        found = [_read(text, own, variable, texts) for text in texts]
    except (Fault, SymgradError):
        return None
    places = [
        side.origin(formula.text, formula.origin).place("", 0, max(1, len(side.text)))
        for side in (statement.whole, *sides[1:])
    ]
    shown = [source_text(formula.text, side) for side in (statement.whole, *sides[1:])]
    links = tuple(
        Link(expression, text, "=", place)
        for expression, text, place in zip(found[1:], shown[1:], places[1:], strict=True)
    )
    said = f"read for any functions {', '.join(own)} of one variable"
    return Claim(shown[0], places[0], ExpressionTarget(found[0]), links, readings=(said,))


def _as_slopes(text: str) -> str:
    """Return a side with derivatives by one variable in the place of differentials.

    >>> _as_slopes("d(u v)"), _as_slopes("u dv + v d(u)")
    ("(u v)'", "u v' + v u'")
    """
    while (found := _DIFFERENTIAL.search(text)) is not None:
        depth, end = 0, found.end() - 1
        while end < len(text):
            depth += (text[end] == "(") - (text[end] == ")")
            end += 1
            if depth == 0:
                break
        text = f"{text[: found.start()]}{text[found.end() - 1 : end]}'{text[end:]}"
    return _IN_BRACKETS.sub(r"\1'", _OF_LETTER.sub(r"\1'", text))


def _with_inner_slopes(
    text: str, functions: list[str], variable: str, texts: list[str]
) -> str | None:
    """Return a side in which `df/dg` and `df(g(x))/dg(x)` are f'(g(x)); None where g is not inside.

    >>> _with_inner_slopes("df/dg dg/dx", ["f", "g"], "x", ["f(g(x))"])
    " f'(g(x)) dg/dx"
    """
    text = _INNER_CALLED.sub(lambda m: f" {m[1]}'({m[2]}({variable}))", text)
    pairs = [pair for pair in _INNER.findall(text) if set(pair) <= set(functions)]
    if any(not _is_inside(inner, outer, texts) for outer, inner in pairs):
        return None

    def slope(found: re.Match[str]) -> str:
        both = set(found.groups()) <= set(functions)
        return f" {found[1]}'({found[2]}({variable}))" if both else found[0]

    return _INNER.sub(slope, text)


def _is_inside(inner: str, outer: str, texts: list[str]) -> bool:
    called = re.compile(rf"(?<![a-zA-Z]){outer}\s*\(\s*{inner}\s*\(")
    return any(called.search(text) for text in texts)


def _variable(texts: list[str], functions: list[str]) -> str:
    """Return what is differentiated by, or a letter that stands nowhere."""
    below = [name for text in texts for name in _BELOW.findall(text) if name not in functions]
    called = re.findall(r"[A-Za-z]\(([A-Za-z])\)", " ".join(texts))
    inner = [name for name in (*below, *called) if name not in functions]
    used = set(_letters(texts))
    return inner[0] if inner else next(letter for letter in _ARGUMENT if letter not in used)


def _letters(texts: list[str]) -> list[str]:
    """Return the letters that are names: those of every word that is no function."""
    words = chain.from_iterable(_WORD.findall(text) for text in texts)
    return [letter for word in words if lookup(word) is None for letter in word]


def _read(text: str, functions: list[str], variable: str, texts: list[str]) -> Expression:
    """Read one side in a graph of these functions, everything in it worked out.

    Raises:
        SymgradError: if it cannot be read.
    """
    others = sorted({*_letters(texts)} - {*functions, variable, "d", "e"})
    if len(functions) > _MOST or len(others) > _MOST:
        raise SymgradError("too many names for a rule")
    lines = [
        f"function phi_{f}; function {f}(q_0) = phi_{f}(q_0) + {k}*q_0"
        for k, f in enumerate(functions)
    ]
    inputs = ", ".join([variable, *others])
    outer = " + ".join(f"{f}({variable})" for f in functions)
    graph = parse("; ".join([*lines, f"param {inputs}", f"J_0 = {outer}"]))
    truth = Truth(graph)
    scope = Scope(graph, derive(graph), truth)
    plain = _with_arguments(text, functions, variable)
    scope.subject = variable
    found = parse_side(plain, Origin("", (plain,), 1, 1), scope)
    meanings = truth.meanings_of(tuple(scope.derivatives.values()), ())
    return truth.expand(substituted(found, meanings))


def _with_arguments(text: str, functions: list[str], variable: str) -> str:
    """Return a side in which every function has its argument, and products have signs.

    >>> _with_arguments("(fg)' + g'", ["f", "g"], "x")
    "( f(x)  g(x) )' +  g'(x) "
    """

    def composed(found: re.Match[str]) -> str:
        first, inner, second, outer = found.groups()
        return f"({first}{inner}({second}({variable}))){outer}"

    text = _COMPOSED.sub(composed, text)
    text = re.sub(rf"(\)[{_PRIME}]+)\s*\(\s*{variable}\s*\)", r"\1", text)
    text = re.sub(r"\bd([a-zA-Z])/", lambda m: f"d {m[1]}/" if m[1] in functions else m[0], text)

    def applied(found: re.Match[str]) -> str:
        word, primes, bracket = found.groups()
        letters = list(word)
        known = lookup(word) is not None or (word[0] == "d" and len(word) == 2)
        if known or not any(letter in functions for letter in letters):
            return found[0]
        *head, last = [_one(letter, functions, variable) for letter in letters]
        if word[-1] in functions:
            last = f" {word[-1]}{primes}" + (bracket or f"({variable}) ")
        else:
            last += (primes or "") + (bracket or "")
        return " ".join([*head, last])

    return re.sub(rf"([A-Za-z]+)([{_PRIME}]*)(\s*\()?", applied, text)


def _one(letter: str, functions: list[str], variable: str) -> str:
    return f" {letter}({variable})" if letter in functions else f" {letter}"
