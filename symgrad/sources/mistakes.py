"""What to say about a line that is not a statement."""

from __future__ import annotations

from symgrad.errors import nearest
from symgrad.sources import lexer
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.statements import DECLARATIONS, KEYWORDS, SOFT_WORDS

USAGE = {
    "param": "as in `param a = 1, b = 2`",
    "data": "as in `data x, y`",
    "const": "as in `const λ = 0.1`",
    "minimize": "as in `minimize J`",
    "maximize": "as in `maximize J`",
    "rate": "as in `rate η = 0.1`",
    "step": "as in `step x = 2, y = 1`",
    "assume": "as in `assume S > 0`",
    "output": "as in `output y1, y2`",
    "residual": "as in `residual r`",
    "check": "as in `check dJ/da = 2*(a*x - y)*x`",
}


def not_a_statement(text: str, word: str, origin: Origin) -> Fault:
    """Return the fault of a text that is no statement; `word` is the word it begins with."""
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    rest = text[start:end]
    left, equals, right = rest.partition("=")
    place = origin.place(text, start, start + max(1, len(left.rstrip()) if equals else len(rest)))
    if word in lexer.RESERVED or word in SOFT_WORDS:
        place = origin.place(text, start, start + len(word))
        if word in KEYWORDS:
            hint = USAGE.get(DECLARATIONS.get(word, word), "")
            return Fault(f"`{word}` is a statement, not a name", place, hint)
        return Fault(f"`{word}` is a reserved word, not a name", place)
    if rest[0] in "+-*/^·×÷−,)":
        place = origin.place(text, start, start + 1)
        hint = "to go on in a new line, end the line above with the operator, or use parentheses"
        return Fault(f"a statement cannot begin with `{rest[0]}`", place, hint)
    if equals and (right[:1] == "=" or left[-1:] in ":<>!"):
        sign = "==" if right[:1] == "=" else f"{left[-1:]}="
        at = start + len(left) - (sign != "==")
        place = origin.place(text, at, at + 2)
        hint = f"a definition has one `=`: `{word or 'u'} = …`; a fact begins with `assume`"
        return Fault(f"`{sign}` defines nothing", place, hint)
    if equals:
        hint = "the left side of an equation is one name, as in `u = a*x + b`"
        if "/d" in left or "∂" in left:
            hint = "claims about derivatives stand in `check` lines, or in a file for `verify`"
        elif word and left.strip().startswith(f"{word}("):
            hint = f"a function is written without its arguments: `{word} = …`"
        elif left.split()[:1] == [word] and (close := meant(word, left)):
            place = origin.place(text, start, start + len(word))
            return Fault(f"unknown statement `{word}`", place, _hint_at(close))
        return Fault(f"`{left.strip()}` is not a name", place, hint)
    if word and rest[len(word) :][:1].isspace() and (close := meant(word, rest)):
        place = origin.place(text, start, start + len(word))
        return Fault(f"unknown statement `{word}`", place, _hint_at(close))
    hint = "an equation is `name = expression`"
    return Fault("this is not a statement", place, hint)


def meant(word: str, text: str) -> str:
    """Return the statement that a misspelt first word is meant for, or nothing."""
    return (nearest(word, KEYWORDS) or "") if len(text.split()) > 1 else ""


def _hint_at(close: str) -> str:
    return f"did you mean `{close}`? {USAGE.get(DECLARATIONS.get(close, close), '')}".rstrip()
