"""What `assume` states of arrays: symmetric, a mask, signs, rows that sum to 1, positive."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from symgrad.errors import Diagnostic, Place
from symgrad.expression.arrays.tree import Facts
from symgrad.expression.tree import Compare, Var, number
from symgrad.sources import lexer
from symgrad.sources.arrays.syntax import NAME
from symgrad.sources.problems import Fault, Origin

_WORDS = {
    "spd": "spd", "psd": "symmetric", "symmetric": "symmetric", "invertible": "invertible",
    "orthogonal": "orthonormal", "orthonormal": "orthonormal", "positive": "positive",
    "binary": "mask",
}  # fmt: skip
_T = r"(?:ᵀ|'|\.T|\^T)"
_HAD = r"(?:⊙|∘|\.\*|\*)"
_SQUARE = r"(?:²|\^2|\*\*2|\.\^2|\s\.\^\s2)"
_FORMS: tuple[tuple[str, str], ...] = (
    (rf"(?P<n>{NAME})\s+(?:is\s+)?(?P<word>{'|'.join(_WORDS)})", "word"),
    (rf"(?P<n>{NAME})\s*==?\s*(?P=n){_T}", "symmetric"),
    (rf"(?P<n>{NAME}){_T}\s*==?\s*(?P=n)", "symmetric"),
    (rf"(?P<n>{NAME})\s*{_HAD}\s*(?P=n)\s*==?\s*(?P=n)", "mask"),
    (rf"(?P<n>{NAME}){_SQUARE}\s*==?\s*(?P=n)", "mask"),
    (rf"(?P<n>{NAME})\s*(?:{_SQUARE}|{_HAD}\s*(?P=n))\s*==?\s*1", "sign"),
    (rf"(?P<n>{NAME}){_T}\s*@?\s*(?P=n)\s*==?\s*(?:I|eye\(\w+\))", "orthonormal"),
    (
        rf"sum\(\s*(?P<n>{NAME})\s*(?:,\s*(?:axis\s*=\s*)?(?P<axis>[\w+-]+)\s*)?\)\s*==?\s*(?P<v>\d+)",
        "sum",
    ),
    (rf"(?P<n>{NAME})\s*>=?\s*(?P<v>\d+(?:\.\d+)?)", "positive"),
    (rf"(?P<n>{NAME})\s*(?P<rel><=?|>=?|≤|≥|!=|≠)\s*(?P<v>-?\d+(?:\.\d+)?)", "bound"),
)


@dataclass(frozen=True, slots=True)
class Stated:
    """One fact: of which name, of which kind, with its text and place."""

    kind: str
    name: str
    text: str
    place: Place
    axis: str = ""
    value: Fraction = Fraction(0)
    condition: Compare | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the fact speaks of."""
        return (self.name,)


def stated_flag(facts: Facts, kind: str) -> Facts:
    """Return facts with a mask, signs, orthonormal columns or a positive value added."""
    match kind:
        case "mask":
            return replace(facts, mask=True)
        case "sign":
            return replace(facts, sign=True)
        case "orthonormal":
            return replace(facts, orthonormal=True)
        case _:
            return replace(facts, positive=True)


def read_fact(text: str, origin: Origin) -> Stated:
    """Return the fact that a piece of an `assume` states.

    Raises:
        Fault: if it is none that is used here.
    """
    plain = " ".join(text.split())
    start = len(text) - len(text.lstrip())
    place = origin.place(text, start, max(start + 1, len(text.rstrip())))
    for pattern, form in _FORMS:
        found = re.fullmatch(pattern, plain)
        if found is None:
            continue
        name = found["n"].lstrip("\\")
        groups = found.groupdict()
        kind = form
        if kind == "word":
            kind = _WORDS[groups["word"]]
        value = Fraction(0)
        condition = None
        if groups.get("v"):
            value = Fraction(groups["v"])
        if kind in {"positive", "bound"} and groups.get("v"):
            relation = lexer.SYNONYMS.get(groups.get("rel") or "", groups.get("rel") or "")
            strict = ">=" if ">=" in plain else ">"
            condition = Compare(relation or strict, Var(name), number(value))
            if kind == "positive" and strict == ">=" and value == 0:
                kind = "bound"
        return Stated(kind, name, plain, place, groups.get("axis") or "", value, condition)
    raise Fault(
        Diagnostic(
            f"this assumption is not understood: `{plain}`",
            place,
            "what can be stated of an array: `S spd`, `A = Aᵀ`, `M ⊙ M = M`, `y^2 = 1`, "
            "`sum(y) = 1`, `sum(Y, k) = 1`, `x > 0`, `W invertible`, `QᵀQ = I`",
        )
    )
