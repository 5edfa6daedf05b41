"""Left sides that are derivatives with three axes and more, told by their product with a direction.

`∂y_i/∂W_{jk}`, `∂²f/∂W_{ij}∂W_{kl}` and `∇²f(X)[H]`: two of them are equal where their products
with a direction are, whose entries are free.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from symgrad.derivation.arrays.directions import change, way_of
from symgrad.derivation.arrays.jacobian import derivative, hessian_product
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import Array
from symgrad.sources.arrays.tokens import index_letters
from symgrad.verify.arrays.derivatives import Scope, base_of
from symgrad.verify.arrays.differentials import with_changes
from symgrad.verify.arrays.proving import Decider
from symgrad.verify.arrays.scope import NAME
from symgrad.verify.arrays.sides import Side

_SCALES = "ᶳ"  # a letter that no name of a graph has
_LIMIT = 2.0  # seconds
_TENSOR = re.compile(rf"\s*∂\s*(?P<top>{NAME})\s*/\s*∂\s*(?P<bottom>{NAME})\s*")
_FORMULA = re.compile(
    rf"\s*∂⟦\((?P<inner>.*)\)_\{{?(?P<rows>\w+)\}}?⟧\s*/\s*∂\s*(?P<bottom>{NAME})\s*"
)
_SECOND = re.compile(
    rf"\s*∂(?:²|\^2)\s*(?P<top>{NAME})\s*/\s*\(?∂\s*(?P<one>{NAME})\s*∂\s*(?P<other>{NAME})\)?\s*"
)
_BY_MATRIX = re.compile(
    rf"\s*(?:∂\s*(?P<top>{NAME})\s*/\s*∂\s*(?P<bottom>{NAME})"
    rf"|∇_(?:\{{(?P<braced>{NAME})\}}|(?P<plain>\w))\s*(?P<of>{NAME}))\s*"
)
_ALONG = re.compile(
    rf"\s*(?:∇(?:²|\^2)|D(?:²|\^2)|Hess\s)\s*(?P<top>{NAME})\s*(?:\([^()]*\))?"
    rf"\s*\[\s*(?P<way>{NAME})\s*\]\s*"
)


@dataclass(frozen=True, slots=True)
class Higher:
    """What a left side says: its product with a direction, which is a change of the node `below`.

    What it is equal to is multiplied with the direction at `letters`; without them the author has
    multiplied with it already, or, with `whole`, has written a matrix for each entry.
    """

    below: str
    way: Array
    side: Side
    letters: tuple[str, ...] = ()
    whole: bool = False


def higher_order(left: str, scope: Scope) -> Higher | None:
    """Return what a left side says of a derivative with three axes and more; None where of none."""
    return (
        _tensor(left, scope)
        or _of_formula(left, scope)
        or _second(left, scope)
        or _along(left, scope)
        or _by_matrix(left, scope)
    )


def _of_formula(left: str, scope: Scope) -> Higher | None:
    """Return what ∂(X⁻¹)_{kl}/∂X_{ij} says: the derivative of an entry of a formula."""
    found = _FORMULA.fullmatch(left)
    if found is None or scope.value_of is None:
        return None
    below, letters = _entry(found["bottom"], scope)
    rows = index_letters(found["rows"])
    if below is None or len(rows) + len(letters) < 3:
        return None
    tree, free = scope.value_of(found["inner"])
    if free or len(tree.shape) != len(rows) or set(rows) & set(letters):
        return None
    way = way_of(scope.graph, below, f"d{below}")
    value = change(scope.graph, tree, {below: way})
    ranges = tuple(zip((*rows, *letters), (*tree.shape, *scope.graph.shape_of[below]), strict=True))
    return Higher(below, way, Side(left, value, rows, derived=True, ranges=ranges), letters)


def _by_matrix(left: str, scope: Scope) -> Higher | None:
    """Return what ∂q_i/∂M and ∇_M q_i say: a matrix for each entry of a vector."""
    found = _BY_MATRIX.fullmatch(left)
    if found is None:
        return None
    node, rows = _entry(found["top"] or found["of"], scope)
    below = scope.resolve(found["bottom"] or found["braced"] or found["plain"])
    if node is None or below is None or len(rows) != 1 or not rows[0].isalpha():
        return None
    if len(scope.graph.shape_of[node]) != 1 or len(scope.graph.shape_of[below]) != 2:
        return None
    way = way_of(scope.graph, below, f"d{below}")
    value = change(scope.graph, scope.graph.variables[node], {below: way})
    ranges = ((rows[0], scope.graph.shape_of[node][0]),)
    return Higher(below, way, Side(left, value, rows, derived=True, ranges=ranges), whole=True)


def _tensor(left: str, scope: Scope) -> Higher | None:
    found = _TENSOR.fullmatch(left)
    if found is None:
        return None
    node, rows = _entry(found["top"], scope)
    below, letters = _entry(found["bottom"], scope)
    if node is None or below is None or len(rows) + len(letters) < 3:
        return None
    way = way_of(scope.graph, below, f"d{below}")
    value = change(scope.graph, scope.graph.variables[node], {below: way})
    return _indexed(left, scope, (node, rows), (below, letters), (way, value))


def _second(left: str, scope: Scope) -> Higher | None:
    found = _SECOND.fullmatch(left)
    if found is None:
        return None
    node, none = _entry(found["top"], scope)
    below, rows = _entry(found["one"], scope)
    again, letters = _entry(found["other"], scope)
    if node is None or none or below is None or below != again or len(rows) != 2:
        return None
    way = way_of(scope.graph, below, f"d{below}")
    value = _along_way(scope, node, below, way)
    return _indexed(left, scope, (below, rows), (below, letters), (way, value))


def _along(left: str, scope: Scope) -> Higher | None:
    found = _ALONG.fullmatch(left)
    if found is None or scope.known(found["way"]):
        return None
    node = scope.resolve(found["top"])
    inputs = scope.graph.parameters
    if node is None or scope.graph.shape_of[node] or len(inputs) != 1:
        return None
    way = way_of(scope.graph, inputs[0], found["way"])
    return Higher(inputs[0], way, Side(left, _along_way(scope, node, inputs[0], way), derived=True))


def _along_way(scope: Scope, node: str, below: str, way: Array) -> Array:
    gradient = derivative(scope.graph, scope.graph.variables[node], below)
    return hessian_product(scope.graph, gradient, below, way)


def _entry(word: str, scope: Scope) -> tuple[str | None, tuple[str, ...]]:
    """Return the node of which a word names an entry, and the indices; w_{ij} is one of W."""
    base = base_of(scope, word)
    if scope.resolve(base) is None and scope.resolve(head := word.partition("_")[0].upper()):
        base, word = head, head + word[len(head) :]
    return scope.resolve(base), index_letters(word[len(base) :].lstrip("_"))


def _indexed(
    left: str,
    scope: Scope,
    top: tuple[str, tuple[str, ...]],
    bottom: tuple[str, tuple[str, ...]],
    product: tuple[Array, Array],
) -> Higher | None:
    """Return a derivative of entries of one node by those of another, every index its own."""
    (node, rows), (below, letters), (way, value) = top, bottom, product
    shape, own = scope.graph.shape_of[node], scope.graph.shape_of[below]
    if (len(rows), len(letters)) != (len(shape), len(own)):
        return None
    if set(rows) & set(letters) and not _is_apart(scope, rows, letters, way, value):
        return None
    ranges = tuple(zip((*rows, *letters), (*shape, *own), strict=True))
    return Higher(below, way, Side(left, value, rows, derived=True, ranges=ranges), letters)


def _is_apart(
    scope: Scope, rows: tuple[str, ...], letters: tuple[str, ...], way: Array, value: Array
) -> bool:
    """Tell whether what has one value of the index on both sides depends on nothing else.

    ∂p_{nc}/∂s_{nk} is all of the derivative where each row of P depends on its own row of S.
    """
    (shared, *more) = dict.fromkeys(letter for letter in rows if letter in letters)
    one, other = rows.index(shared), letters.index(shared)
    twice = len(set(rows)) < len(rows) or len(set(letters)) < len(letters)
    if twice or value.shape[one] != way.shape[other] or (more and value.shape != way.shape):
        return False
    if more and rows != letters:
        return False
    scales = leaves.name(_SCALES, value.shape if more else (value.shape[one],))
    inside = substituted(value, {way: build.mul(_along_axis(scales, other, way), way)})
    outside = build.mul(_along_axis(scales, one, value), value)
    decider = Decider(with_changes(scope.graph, {way.text: way, _SCALES: scales}))
    return decider.decide(inside, outside, _LIMIT).status == "proved"


def _along_axis(v: Array, axis: int, like: Array) -> Array:
    return v if v.shape == like.shape else build.expand(v, axis, like.shape)
