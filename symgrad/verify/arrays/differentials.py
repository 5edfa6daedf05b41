"""Differentials and directional derivatives: what changes in a value when its names change.

`dL = tr(δᵀ dz)`, `dL = ⟨G, dX⟩`, `d(X⁻¹) = −X⁻¹ dX X⁻¹`, `Df(X)[H] = …`: each direction is an array
of its own, as free as what it is the change of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from symgrad.expression.arrays.tree import Array
from symgrad.expression.brackets import behind_bracket
from symgrad.graph.arrays import ArrayGraph
from symgrad.graph.graph import Node
from symgrad.verify.arrays.derivatives import base_of
from symgrad.verify.arrays.reading import ArrayStatement
from symgrad.verify.arrays.scope import NAME, Names

_CHANGE = re.compile(rf"(?<![∂/\\])(?<![^\W¹²³⁰⁴-⁹ᵀ])d\s?(?P<of>{NAME})(?!\s*/\s*[d∂])")
_WHOLE = re.compile(rf"\s*d\s*(?=[(\[‖|]|(?:log|logdet|det|tr|trace)(?![a-z])|{NAME}(?:⁻¹|ᵀ)+\s*$)")
_ALONG = re.compile(
    rf"\s*(?:D(?:_\{{?(?P<by>{NAME})\}}?)?\s*(?P<top>{NAME})|(?P<primed>{NAME})['′])\s*"
    rf"(?:\((?P<at>[^()]*)\))?\s*\[\s*(?P<way>{NAME})\s*\]\s*"
    rf"|\s*[dD]\s*(?P<called>{NAME})\((?P<here>[^()]*)\)\s*\((?P<there>{NAME})\)\s*"
    rf"|\s*D_\{{?(?P<toward>{NAME})\}}?\s*(?P<moved>{NAME})\s*\((?P<place>[^()]*)\)\s*"
)


_PARTIAL = re.compile(r"\s*∂\s*(?:[^\W\d_]|[(\[])[^/]*")
_PAIRED = tuple(
    re.compile(form.replace("WAY", rf"(?P<way>{NAME})"))
    for form in (
        r"inner\((?P<of>.+),\s*WAY\s*\)", r"inner\(\s*WAY\s*,(?P<of>.+)\)",
        r"(?:tr|Tr|trace)\s*[(\[](?P<of>.+)ᵀ\s*WAY\s*[)\]]", r"(?P<of>.+)ᵀ\s*[@·]?\s*WAY",
        r"(?:tr|Tr|trace)\s*[(\[]\s*WAYᵀ(?P<of>.+)[)\]]", r"(?P<of>.+?)\s*[:·]\s*WAY",
    )
)  # fmt: skip
_SIGN = re.compile(r"(?<!/)∂(?![^∂]*/\s*\(?∂)\s*(?=[^\W\d_]|\()")


_VARIATION = re.compile(r"δ\s?(?=[^\W\d_]|\()")
_VARIED = re.compile(rf"\s*δ\s*(?:{NAME}|\(.*\))\s*")


_STACKED = re.compile(
    rf"\s*∂\s*⟦?vec\(?\s*(?P<top>{NAME})\s*\)?⟧?\s*/\s*"
    rf"\(?∂\s*vec\(?\s*(?P<by>{NAME})\s*\)?['′’ᵀ]?\)?\s*"
)
_ERROR = re.compile(rf"\s*δ\s?(?P<of>{NAME})\s*")


def is_error(left: str, names: Names) -> bool:
    """Tell whether δW on a left side may be short for the gradient by W."""
    found = _ERROR.fullmatch(left)
    node = names.resolve(found["of"]) if found is not None else None
    return node is not None and not names.known(left.replace(" ", ""))


def spelled(sides: tuple[str, ...], names: Names, *, error: bool = False) -> tuple[str, ...]:
    """Return sides with dX for ∂X, as The Matrix Cookbook writes changes: ∂(X⁻¹) = −X⁻¹ ∂X X⁻¹.

    A variation is a change, too: δJ = gᵀδx. Where nothing varies on the right, δW is short for a
    gradient; so is δ W, with a space, where δ is no name, or with `error`. The derivative of
    one vec by another is what the change of that is multiplied with.
    """
    varied = len(sides) > 1 and all(map(_VARIATION.search, sides))
    if varied and _VARIED.fullmatch(sides[0]) and names.look_up("δ") is None:
        return tuple(_VARIATION.sub(" d", side).strip() for side in sides)
    stacked = _STACKED.fullmatch(sides[0]) if len(sides) == 2 else None
    if stacked is not None and all(names.resolve(stacked[n]) for n in ("top", "by")):
        return f"d vec({stacked['top']})", f"({sides[1]}) vec(d{stacked['by']})"
    apart = bool(sides) and re.match(r"\s*δ\s", sides[0]) and names.look_up("δ") is not None
    if sides and is_error(sides[0], names) and (error or not apart):
        return (_ERROR.sub(r"d\g<of>", sides[0]), *sides[1:])
    if not sides or not _PARTIAL.fullmatch(sides[0]):
        return sides
    return tuple(_SIGN.sub(" d", side).strip() for side in sides)


def directions(sides: Sequence[str], names: Names) -> dict[str, str]:
    """Return the nodes whose changes stand on the right of a statement, each with its word."""
    found: dict[str, str] = {}
    for side in sides[1:]:
        for match in _CHANGE.finditer(side):
            node = names.resolve(match["of"])
            if names.d_is_factor:
                continue
            if node is not None and not names.known(f"d{match['of']}"):
                found[node] = f"d{match['of']}"
    return found


def may_be_factor(sides: Sequence[str], names: Names) -> bool:
    """Tell whether dr may be a product of d and r on one of the right sides."""
    known = names.known("d") or "d" in names.graph.sizes
    return known and any(map(_CHANGE.search, sides[1:]))


def linkwise(statement: ArrayStatement, names: Names) -> list[ArrayStatement]:
    """Return a chain of equal changes as one statement for each link, where these name others."""
    left, *rights = statement.sides
    named = [frozenset(directions((left, side), names)) for side in rights]
    if len(set(named)) < 2 or not all(named) or changed(left) is None:
        return [statement]
    return [replace(statement, sides=(left, side)) for side in rights]


def along(left: str, names: Names) -> tuple[str, str, str] | None:
    """Return what `Df(X)[H]` says: the node on top, the one below, and the word for the change."""
    found = _ALONG.fullmatch(left)
    if found is None:
        return None
    top = names.resolve(found["top"] or found["primed"] or found["called"] or found["moved"])
    where = found["at"] or found["here"] or found["place"]
    word = found["way"] or found["there"] or found["toward"]
    words = [found["by"], where, *names.graph.parameters[:1]]
    below = next((n for n in map(names.resolve, filter(None, words)) if n is not None), None)
    if top is None or below is None or names.known(word):
        return None
    return top, below, word


def paired(left: str, names: Names) -> tuple[str, str] | None:
    """Return what a derivative is multiplied with on a left side, and the derivative.

    In ⟨∇f(X), H⟩, tr(∇fᵀH) and ∇fᵀh the direction is a name of the author's own.
    """
    for form in _PAIRED:
        found = form.fullmatch(left.strip())
        if found is None or not re.search("[∂∇]", found["of"]):
            continue
        if names.known(found["way"]) or found["way"] in names.graph.sizes:
            continue
        of = found["of"].strip()
        whole = of[:1] == "(" and behind_bracket(of, 0) == len(of)
        return (of[1:-1] if whole else of), found["way"]
    return None


def changed(left: str) -> str | None:
    """Return what the left side of a statement about differentials is the change of, or None."""
    found = _CHANGE.fullmatch(left.strip())
    if found is not None:
        return found["of"]
    whole = _WHOLE.match(left)
    if whole is None:
        return None
    rest = left[whole.end() :].strip()
    if rest[:1] in "([" and behind_bracket(rest, 0) == len(rest):
        return rest[1:-1]
    return rest


def without_spaces(statement: ArrayStatement, ways: Mapping[str, str]) -> ArrayStatement:
    """Return a statement in which a change is one word: `d X` is `dX`."""

    def joined(found: re.Match[str]) -> str:
        word = f"d{found['of']}"
        return word if word in ways.values() else found[0]

    return replace(statement, sides=tuple(_CHANGE.sub(joined, side) for side in statement.sides))


def gradients_named(side: str, names: Names) -> str:
    """Return a side with ∂J/∂W for every dW that is no name of its own."""

    def shown(found: re.Match[str]) -> str:
        if names.d_is_factor and found[0].strip() != side.strip():
            return found[0]
        base = base_of(names, found["of"])
        head, mark, _ = base.partition("_")
        node = names.resolve(base) or (names.resolve(head.upper()) if mark else None)
        if node in {None, names.graph.objective} or names.known(f"d{found['of']}"):
            return found[0]
        return f" ∂{names.graph.objective}/∂{found['of']} "

    return _CHANGE.sub(shown, side)


def with_changes(graph: ArrayGraph, ways: Mapping[str, Array]) -> ArrayGraph:
    """Return a graph that has the directions as inputs of its own."""
    taken = {way.text: way for way in ways.values()}
    facts = tuple((name, way.facts) for name, way in taken.items())
    return replace(
        graph,
        nodes=(*(Node(name, "const") for name in taken), *graph.nodes),
        shapes=(*graph.shapes, *((name, way.shape) for name, way in taken.items())),
        facts=(*graph.facts, *facts),
    )
