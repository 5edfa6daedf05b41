"""Equations that stand in sentences without any marks: "Nodes: a = x+y (the sum); f = a·b".

One begins at a name, or at a product of derivatives, before a sign of equality, and ends where the
sentence goes on: at a word, at a full stop, a comma or a bracket that it has not opened. Single
derivatives are found by `prose`.
"""

from __future__ import annotations

import re

from symgrad.expression.functions import lookup

_LETTERS = r"A-Za-zͰ-Ͽ"
_NAME = rf"[{_LETTERS}][{_LETTERS}0-9_₀-₉\u0302\u0304ŷ]{{0,30}}"
_DERIVATIVE = rf"[∂d][²2]?{_NAME}?\s?/\s?[∂d]{_NAME}²?"
_PRODUCT = rf"{_DERIVATIVE}(?:[ \t]?[·*×⋅][ \t]?{_DERIVATIVE}){{1,6}}"
#: The left side of a formula in a sentence, in front of a sign of equality.
LEFT = (
    rf"(?<![{_LETTERS}À-ɏ0-9_₀-₉∂/·*+^?&=\"'$\\.\-−])(?<![{_LETTERS}0-9_₀-₉]\()"
    rf"(?:{_PRODUCT}|{_NAME}'{{0,2}}(?:\([^()\n]{{0,40}}\))?|ŷ)"
    r"(?=[ \t]*(?:=(?!=)|≈))"
)
_TOKEN = re.compile(
    rf"(?P<number>[0-9]+(?:[.,][0-9]+)?(?:[eE][-+]?[0-9]+)?)|(?P<name>{_NAME}'{{0,2}}|[ŷ∞])"
    r"|(?P<derivative>∂)|(?P<power>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ]+)|(?P<sign>[-+*/^·×−–⋅⊙=≈<>√∑Σ∏|])"
    r"|(?P<open>[(\[])|(?P<close>[)\]])|(?P<comma>,)|(?P<space>[ \t]+)"
)
_SMALL_WORDS = frozenset("aIeyouié")
_WORD = re.compile(rf"[{_LETTERS}]{{3,}}(?:'s)?")
_EVIDENCE = re.compile(r"[-+*/^·×−⋅²³√(]")
_PLAIN_VALUE = re.compile(r"\s*[=≈]\s*[-−+]?[0-9.,]+\s*")


def end_of(text: str, start: int, behind_left: int, limit: int) -> int:
    """Return where the formula ends whose left side stands at `start`; `start` where it is none."""
    end = _body_end(text, behind_left, limit)
    body = text[behind_left:end]
    left = text[start:behind_left]
    derivative = left[:1] in "∂d" and "/" in left
    if not derivative and (_PLAIN_VALUE.fullmatch(body) or not _EVIDENCE.search(body)):
        return start
    return end if re.search(r"[=≈]\s*[^\s=≈]", body) else start


def _body_end(text: str, at: int, limit: int) -> int:
    depth = 0
    operand = spaced = False  # what stands before the next token
    end = at
    while at < limit and (token := _TOKEN.match(text, at, limit)) is not None:
        kind, word = str(token.lastgroup), token[0]
        if kind == "space":
            at, spaced = token.end(), True
            continue
        if kind == "open" and operand and spaced and _is_remark(text, at, limit):
            break
        if kind == "close" or (kind == "comma" and not depth):
            if not depth:
                break
            depth -= 1
        elif kind == "name" and operand and spaced and _is_word(word, text[token.end() :]):
            break
        depth += kind == "open"
        at, spaced = token.end(), False
        operand = kind in ("number", "name", "power", "close")
        if operand and not depth:
            end = at
    return end


def _is_word(word: str, rest: str) -> bool:
    """Tell whether a word behind an operand goes on with the sentence, and is no factor."""
    if len(word) == 1:
        return word in _SMALL_WORDS and re.match(r"\s*[-+*/^·×−=)]", rest) is None
    return word.isalpha() and lookup(word) is None


def _is_remark(text: str, opened: int, limit: int) -> bool:
    """Tell whether a bracket holds words or a formula: `y = ax (the prediction, ∂y/∂x = a)`."""
    closed = text.find(")", opened, limit)
    inside = text[opened + 1 : closed if closed >= 0 else limit]
    if "=" in inside:
        return True
    return any(lookup(found[0]) is None for found in _WORD.finditer(inside))
