r"""Derivatives that are written as fractions: what stands above and below, in the plain notation.

`\frac{\partial L(w,b)}{\partial w}` becomes `∂(L(w,b))/∂w`, `\frac{\partial\ell}{\partial\sigma^2}`
becomes `∂ℓ/∂(σ^2)`: by the square, for the order above is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from symgrad.expression.brackets import depths
from symgrad.sources.written import Written

_TOP = re.compile(r"\s*[d∂δ](?:\s*\^\s*\(?\s*([2-4])\s*\)?|\s*([²³⁴]))?\s*")
_NAME = r"[^\W\d_]\w*['′]?"
_BELOW_MARK = re.compile(r"[∂δ]|(?<![\w'])d(?=\s*[^\W\d]|\()")
_WRAPPED = re.compile(r"\s*\(([∂δd][^()]*)\)\s*")
_SUPERSCRIPTS = {"²": 2, "³": 3, "⁴": 4}
_ONE_NAME = re.compile(rf"\s*({_NAME})\s*(?:\^\s*\(?\s*([2-4])\s*\)?|([²³⁴]))?\s*")
_POWER_OF_BRACKET = re.compile(r"(\(.*\))\s*(?:\^\s*\(?\s*([2-4])\s*\)?|([²³⁴]))\s*")
_ALONE = re.compile(rf"\s*{_NAME}\s*")
_FUNCTION_LIKE = re.compile(r"\s*(?:ln|log|exp|sigmoid|tanh|σ)\b")
_CALL = re.compile(rf"\s*{_NAME}\s*\([^()]*\)\s*")


def derivative(top: Written, below: Written, start: int) -> Written | None:
    """Return a fraction as a derivative in the plain notation, None where it is a quotient."""
    above = _TOP.match(top.text)
    if above is None or not below.text.strip() or _divides(top.text) or _divides(below.text):
        return None
    below = _unwrapped(below)
    mark = below.text.lstrip()[:1]
    if mark not in ("∂", "d", "δ") or mark != top.text.lstrip()[:1]:
        return None
    order = int(above[1] or 0) or _SUPERSCRIPTS.get(above[2] or "", 1)
    bottoms = _bottoms(below, mark, order)
    rest = top.cut(above.end(), len(top.text))
    if bottoms is None or not _is_top(rest.text, mark):
        return None
    here = top.start(start)
    head = "∂" if order == 1 else f"∂^{order}"
    pieces = [Written.all_at(" " + head, here)]
    if rest.text and _ALONE.fullmatch(rest.text):
        pieces.append(rest)
    elif rest.text:
        pieces += [Written.all_at("(", here), rest, Written.all_at(")", rest.end(here) - 1)]
    pieces.append(Written.all_at("/", start))
    return Written.join([*pieces, *bottoms, Written.all_at(" ", start)])


def _unwrapped(below: Written) -> Written:
    """Return what stands below without the parentheses that a second pair of braces left."""
    found = _WRAPPED.fullmatch(below.text)
    return below if found is None else below.cut(*found.span(1))


def _divides(text: str) -> bool:
    """Tell whether a part is a quotient, as in a ratio of two derivatives: `∂F/∂x` above."""
    return any(character == "/" for _, character in _outside(text))


def _outside(text: str) -> Iterator[tuple[int, str]]:
    """Yield the places of what stands outside of parentheses, and what stands there."""
    for place, depth in enumerate(depths(text, "(", ")")):
        if depth == 0:
            yield place, text[place]


def _is_top(text: str, mark: str) -> bool:
    """Tell whether something can stand behind the ∂ above: a name, a call, a bracket, nothing."""
    return mark != "d" or not text or text[0] not in "+-*/^=),"


def _bottoms(below: Written, mark: str, order: int) -> list[Written] | None:
    """Return what one differentiates by, each as ∂ and a name or a bracket; None if none fits."""
    text = below.text
    places = [
        sign.end()
        for place, character in _outside(text)
        if character == mark and (sign := _BELOW_MARK.match(text, place))
    ]
    if not places or text[: places[0] - 1].strip():
        return None
    ends = [place - 1 for place in places[1:]] + [len(text)]
    parts = [below.cut(place, end) for place, end in zip(places, ends, strict=True)]
    if any(not part.text for part in parts):
        return None
    counts = [_times(part.text) for part in parts]
    powers = sum(counts) == order and order > 1  # ∂w², not by the square of w
    found: list[Written] = []
    for part in parts:
        here = Written.all_at("∂", part.start())
        name = _ONE_NAME.fullmatch(part.text)
        plain = name is not None and (powers or not (name[2] or name[3]))
        if plain or (powers and _POWER_OF_BRACKET.fullmatch(part.text)):
            found += [here, _spaceless(part)]
        elif mark == "d" and not (_may_be_variable(part.text) or _is_apart(text, part)):
            return None
        else:
            last = part.end() - 1
            found += [here, Written.all_at("(", part.start()), part, Written.all_at(")", last)]
    return found


def _times(text: str) -> int:
    name = _ONE_NAME.fullmatch(text) or _POWER_OF_BRACKET.fullmatch(text)
    return 1 if name is None else int(name[2] or 0) or _SUPERSCRIPTS.get(name[3] or "", 1)


def _may_be_variable(text: str) -> bool:
    """Tell whether d may stand before an expression: dσ(z), d(wx + b), d ln x, dσ²."""
    return text.startswith("(") or bool(_FUNCTION_LIKE.match(text) or _ONE_NAME.fullmatch(text))


def _is_apart(text: str, part: Written) -> bool:
    """Tell whether a space stands between the d and a call: `d g(x)`."""
    call = _CALL.fullmatch(part.text)
    return call is not None and re.search(rf"d\s+{re.escape(part.text.strip())}", text) is not None


def _spaceless(part: Written) -> Written:
    kept = [i for i, character in enumerate(part.text) if not character.isspace()]
    return Written("".join(part.text[i] for i in kept), tuple(part.offsets[i] for i in kept))
