"""Derivatives with three axes and more: entry by entry, and their product with a direction.

The change of a value is linear in that of a parameter; what multiplies its entry [j,k] there is the
derivative: of u = Wx with du = dW x it is ∂u_i/∂W_{jk} = δ_{ij} x_k.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from symgrad.derivation.arrays.directions import change
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.folding import Folding
from symgrad.expression.arrays.forms import shortest
from symgrad.expression.arrays.rebuild import rebuilt_free
from symgrad.expression.arrays.size import UNIT
from symgrad.expression.arrays.spreading import distributed
from symgrad.expression.arrays.tree import Array, names_in
from symgrad.graph.arrays import ArrayGraph

_LETTERS = "ijklpqrst"
Indices = tuple[str, ...]


class NoIndexForm(Exception):
    """A derivative is not found in index notation."""


@dataclass(frozen=True, slots=True)
class IndexTerm:
    """A product of entries, a number each, summed over the `summed` indices."""

    factors: tuple[Array, ...]
    summed: Indices
    spot: Indices


@dataclass(frozen=True, slots=True)
class Tensor:
    """∂y[rows]/∂X[columns] as terms, and the change of y along a direction called `way`."""

    parameter: str
    rows: Indices
    columns: Indices
    terms: tuple[IndexTerm, ...]
    way: str
    product: Array


def tensor(graph: ArrayGraph, top: str, bottom: str) -> Tensor:
    """Return the derivative of every entry of a node by every entry of a parameter.

    Raises NoIndexForm where parts of arrays stand in it that no index names.
    """
    way = leaves.name(f"d{bottom}", graph.shape_of[bottom])
    fold = Folding((graph.variables[name], tree) for name, tree in graph.values).fold
    product = shortest(change(graph, graph.variables[top], {bottom: way}), fold)
    return index_form(graph, bottom, product, way)


def index_form(graph: ArrayGraph, bottom: str, product: Array, way: Array) -> Tensor:
    """Return a derivative entry by entry, from its product with a direction in a parameter.

    Raises NoIndexForm where parts of arrays stand in it that no index names.
    """
    taken = {*graph.index, *graph.sizes}
    letters = iter([letter for letter in _LETTERS if letter not in taken])
    shape, own = product.shape, graph.shape_of[bottom]
    try:
        rows = tuple(next(letters) for _ in shape)
        columns = tuple(next(letters) for _ in own)
    except StopIteration:
        raise NoIndexForm from None
    left = tuple(letters)
    for form in (product, distributed(product)):
        try:
            found = [*_entry_terms(form, rows, way, iter(left))]
        except (NoIndexForm, StopIteration, RuntimeError):
            continue
        terms = tuple(_placed(term, columns) for term in found)
        return Tensor(bottom, rows, columns, terms, way.text, product)
    raise NoIndexForm


def _entry_terms(x: Array, at: Indices, u: Array, new: Iterator[str]) -> Iterator[IndexTerm]:
    """Yield the terms of an entry of an expression that is linear in the array u."""
    if x == u:
        yield IndexTerm((), (), at)
        return
    sums: Indices = ()
    match x.op:
        case "add":
            for part in x.args:
                yield from _entry_terms(part, at if part.shape else (), u, new)
            return
        case "mul":
            holding = [part for part in x.args if u.text in names_in(part)]
            rest = [part for part in x.args if part is not holding[0]]
            others, sums = _entries(rest, [at if part.shape else () for part in rest], new)
            inner, where = holding[0], at if holding[0].shape else ()
        case "T":
            others, inner, where = [], x.args[0], tuple(reversed(at))
        case "expand":
            others, inner, where = [], x.args[0], (at[x.along],)
        case "diag":
            others, inner, where = [_named("δ", at)], x.args[0], at[:1]
        case "sum" | "trace" | "diagonal":
            yield from _through_sum(x, at, u, new)
            return
        case "chain":
            yield from _through_product(x, at, u, new)
            return
        case _:
            raise NoIndexForm
    if len([part for part in x.args if u.text in names_in(part)]) != 1:
        raise NoIndexForm
    for term in _entry_terms(inner, where, u, new):
        yield replace(term, factors=(*others, *term.factors), summed=(*sums, *term.summed))


def _through_sum(x: Array, at: Indices, u: Array, new: Iterator[str]) -> Iterator[IndexTerm]:
    """Yield the terms of a sum along an axis or over all entries, of a trace or a diagonal."""
    inner = x.args[0]
    if x.op == "diagonal":
        yield from _entry_terms(inner, at * 2, u, new)
        return
    if x.op == "trace":
        own: Indices = (next(new),)
        where = own * 2
    elif x.data is None:
        own = where = tuple(next(new) for _ in inner.shape)
    else:
        own = (next(new),)
        where = own + at if x.along == 0 else at + own
    for term in _entry_terms(inner, where, u, new):
        yield replace(term, summed=(*own, *term.summed))


def _through_product(x: Array, at: Indices, u: Array, new: Iterator[str]) -> Iterator[IndexTerm]:
    """Yield the terms of a product of matrices, in which one factor holds u."""
    parts, places, own = _through(x, at, new)
    holding = [i for i, part in enumerate(parts) if u.text in names_in(part)]
    if len(holding) != 1:
        raise NoIndexForm
    at_hand = holding[0]
    rest = [i for i in range(len(parts)) if i != at_hand]
    others, sums = _entries([parts[i] for i in rest], [places[i] for i in rest], new)
    for term in _entry_terms(parts[at_hand], places[at_hand], u, new):
        yield IndexTerm((*others, *term.factors), (*own, *sums, *term.summed), term.spot)


def _through(
    x: Array, at: Indices, new: Iterator[str]
) -> tuple[list[Array], list[Indices], list[str]]:
    """Return the factors of a product of matrices, their indices, and those summed over."""
    left = list(at)
    places: list[Indices] = []
    own: list[str] = []
    row = None if _is_row(x.args[0]) else left.pop(0)
    end = left.pop(0) if len(x.args[-1].shape) == 2 else None
    for i, part in enumerate(x.args):
        column = None
        if len(part.shape) == 2:
            column = end if i == len(x.args) - 1 else next(new)
            if column is not None and column != end:
                own.append(column)
        places.append(tuple(k for k in (None if _is_row(part) else row, column) if k is not None))
        row = column
    return [build.transposed(part) if _is_row(part) else part for part in x.args], places, own


def _entries(
    parts: Sequence[Array], places: Sequence[Indices], new: Iterator[str]
) -> tuple[list[Array], Indices]:
    """Return the product of entries as entries of names, and the indices that it is summed over."""
    found: list[Array] = []
    summed: Indices = ()
    for part, at in zip(parts, places, strict=True):
        own, more = _entry_of_product(part, at, new)
        found += own
        summed += more
    return found, summed


def _entry_of_product(x: Array, at: Indices, new: Iterator[str]) -> tuple[list[Array], Indices]:
    """Return an entry as a product of entries of names, summed over further indices: (VᵀV)_{jl}."""
    if not x.shape:
        return [x], ()
    match x.op:
        case "mul":
            return _entries(x.args, [at if part.shape else () for part in x.args], new)
        case "expand":
            return _entry_of_product(x.args[0], (at[x.along],), new)
        case "sum":
            letter = next(new)
            inner, summed = _entry_of_product(
                x.args[0], (letter, *at) if x.along == 0 else (*at, letter), new
            )
            return inner, (letter, *summed)
        case "chain":
            parts, places, own = _through(x, at, new)
            inner, summed = _entries(parts, places, new)
            return inner, (*own, *summed)
        case _:
            return [entry(x, at)], ()


def _is_row(x: Array) -> bool:
    return len(x.shape) == 2 and x.shape[0] == UNIT


def entry(x: Array, at: Sequence[str]) -> Array:
    """Return the entry of an array at indices, in entries of names.

    Raises NoIndexForm for products and sums that have no name.
    """
    if not x.shape:
        return x
    match x.op:
        case "name":
            return _named(x.text, at)
        case "T":
            return entry(x.args[0], tuple(reversed(at)))
        case "ones":
            return leaves.ONE
        case "eye":
            return _named("δ", at)
        case "expand":
            return entry(x.args[0], (at[x.along],))
        case "chain" if len(x.args) == 2 and len(x.args[0].shape) == 1 and _is_row(x.args[1]):
            column, row = x.args[0], build.transposed(x.args[1])
            return build.mul(entry(column, at[:1]), entry(row, at[1:]))
        case "inv" if x.args[0].op == "name":
            return _named(f"{x.args[0].text}⁻¹", at)
        case "diag":
            return build.mul(_named("δ", at), entry(x.args[0], at[:1]))
        case "add" | "mul" | "pow" | "fn" | "cmp" | "logic":
            return build.entrywise(x, [entry(p, at) if p.shape else p for p in x.args])
        case _:
            raise NoIndexForm


def _named(word: str, at: Sequence[str]) -> Array:
    letters = "".join(at)
    return leaves.name(f"{word}_{letters}" if len(at) == 1 else f"{word}_{{{letters}}}")


def _placed(term: IndexTerm, columns: Indices) -> IndexTerm:
    """Return a term in which the direction stands at the given indices: a sum over δ is used up."""
    factors, summed = term.factors, term.summed
    spot = list(term.spot)
    for place, column in enumerate(columns):
        old = spot[place]
        if old in summed:
            summed = tuple(k for k in summed if k != old)
            factors = tuple(_renamed(part, old, column) for part in factors)
            spot = [column if k == old else k for k in spot]
        elif old != column:
            factors = (_named("δ", (old, column)), *factors)
    return IndexTerm(factors, summed, columns)


def _renamed(x: Array, old: str, new: str) -> Array:
    """Return an entry with one index called otherwise."""
    if x.op == "name":
        head, mark, tail = x.text.rpartition("_")
        inner = tail.strip("{}")
        if not mark or old not in inner:
            return x
        return _named(head, inner.replace(old, new))
    if not x.args:
        return x
    return rebuilt_free(x, [_renamed(part, old, new) for part in x.args])
