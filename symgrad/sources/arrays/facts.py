"""What `assume` states of arrays: symmetric, a mask, signs, rows that sum to 1, positive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from symgrad.errors import Place
from symgrad.expression.arrays.size import Shape, Size, named, whole
from symgrad.expression.arrays.tree import NOTHING_KNOWN, Facts
from symgrad.expression.tree import Compare, Var, number
from symgrad.graph.graph import Assumption
from symgrad.sources import lexer
from symgrad.sources.arrays.tokens import NAME
from symgrad.sources.problems import Fault, Faults, Origin

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
_FLAGS: dict[str, Callable[[Facts], Facts]] = {
    "mask": lambda facts: replace(facts, mask=True),
    "sign": lambda facts: replace(facts, sign=True),
    "orthonormal": lambda facts: replace(facts, orthonormal=True),
    "positive": lambda facts: replace(facts, positive=True),
}


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
    def assumption(self) -> Assumption:
        """The fact as an assumption of a graph."""
        condition = self.condition or Compare("==", Var(self.name), Var(self.name))
        return Assumption(condition, self.text, self.place.line)


def known_of(
    stated: Iterable[Stated], shape: Shape, faults: Faults, *, numbered: bool = False
) -> Facts:
    """Return what is stated of a name of this shape; what cannot be of it is noted as a fault.

    With `numbered` an axis may be called by its number, as NumPy does.
    """
    facts = NOTHING_KNOWN
    for item in stated:
        if item.kind in ("symmetric", "spd"):
            if len(shape) == 2 and shape[0] == shape[1]:
                facts = replace(facts, symmetric=True)
            else:
                fault = f"`{item.text}`: only a square matrix is symmetric"
                faults.error(fault, item.place)
        elif item.kind in _FLAGS:
            facts = _FLAGS[item.kind](facts)
        elif item.kind == "sum":
            axis = _axis(item, shape, faults, numbered=numbered)
            facts = replace(facts, sums=(*facts.sums, (axis, item.value)))
    return facts


def _axis(item: Stated, shape: Shape, faults: Faults, *, numbered: bool) -> int | None:
    """Return the axis of a sum, None for all of them."""
    if not item.axis or len(shape) == 1:
        return None
    if item.axis in ("rows", "columns"):
        return 1 if item.axis == "rows" else 0
    if numbered and item.axis.lstrip("-").isdigit():
        return int(item.axis) % 2
    fits = [axis for axis, own in enumerate(shape) if own == size_of_text(item.axis)]
    if len(fits) != 1:
        fault = f"`{item.text}`: `{item.name}` has no one axis of size {item.axis}"
        faults.error(fault, item.place)
        return None
    return fits[0]


def size_of_text(text: str) -> Size | None:
    """Return the size that a text such as `n+m` or `10` is."""
    total = Size()
    for sign, part in re.findall(r"([+-]?)([^+-]+)", text.strip()):
        plain = part.strip()
        factor = -1 if sign == "-" else 1
        times = re.fullmatch(rf"(\d+)\s*\*?\s*({NAME})", plain)
        if plain.isdigit() and len(plain) < 10:
            total += whole(factor * int(plain))
        elif times:
            total += named(times[2]).times(factor * int(times[1]))
        elif re.fullmatch(NAME, plain):
            total += named(plain.lstrip("\\")).times(factor)
        else:
            return None
    return total if total.terms or total.constant > 0 else None


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
        f"this assumption is not understood: `{plain}`",
        place,
        "what can be stated of an array: `S spd`, `A = Aᵀ`, `M ⊙ M = M`, `y^2 = 1`, "
        "`sum(y) = 1`, `sum(Y, k) = 1`, `x > 0`, `W invertible`, `QᵀQ = I`",
    )
