"""Adjoints as linear forms over named sensitivities, composed once for each shape of surroundings.

The adjoint of a node is a sum of terms factor · δ, plus a part without any δ. Nodes whose
surroundings have one shape share one `LinearPattern`; what differs is only the names put into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from symgrad.expression.algebra import Product, add, mul
from symgrad.expression.cost import cost
from symgrad.expression.factored import factored_sum
from symgrad.expression.identity import Identities
from symgrad.expression.simplify import simplified
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Div,
    Expression,
    Neg,
    Number,
    Var,
    placed,
    substitute,
    variables,
    walk,
)

Key = str | int


@dataclass(frozen=True, slots=True)
class LinearPattern:
    """A linear form in variables 0, 1, …: `terms` pairs a sensitivity's position with its factor.

    The part without a sensitivity has position None and stands last. `total` is the whole form.
    """

    terms: tuple[tuple[int | None, Expression], ...]
    total: Expression
    size: int = field(default=0)
    trivial: bool = field(default=False)
    divides: bool = field(default=False)
    unit: bool = field(default=False)


class Adjoint(NamedTuple):
    """A linear pattern with names for its variables (a tuple: there is one for each node)."""

    pattern: LinearPattern
    operands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One contribution to an adjoint: the consumer's adjoint times a local derivative.

    The index tuples say which of the shared variables stand for the variables of either.
    """

    adjoint: LinearPattern
    adjoint_index: tuple[int, ...]
    derivative: Expression
    derivative_index: tuple[int, ...]


UNIT = LinearPattern(((None, ONE),), ONE, 1, trivial=True, unit=True)
SENSITIVITY = LinearPattern(((0, ONE),), Var(0), 1, trivial=True)
NOTHING = LinearPattern((), ZERO, 1, trivial=True)


def linear_pattern(
    groups: Mapping[int | None, Expression], whole: Expression | None = None
) -> LinearPattern:
    """Return the linear form with the given factors; the part without a δ is put last.

    `whole` is the form written in another way, where there is a better one than term by term.
    """
    ordered: list[tuple[int | None, Expression]] = [
        (key, groups[key]) for key in groups if key is not None
    ]
    if None in groups:
        ordered.append((None, groups[None]))
    kept = tuple((key, factor) for key, factor in ordered if factor != ZERO)
    if not kept:
        return NOTHING
    terms = [factor if key is None else mul(Var(key), factor) for key, factor in kept]
    total = _summed(terms) if whole is None else whole
    divides = any(isinstance(part, Div) for part in walk(total))
    return LinearPattern(kept, total, cost(total), _is_trivial(kept), divides, total == ONE)


def _summed(terms: list[Expression]) -> Expression:
    """Return the sum; a sum or a function's value that multiplies all terms stands behind it.

    (δ_1 w_1 + δ_2 w_2)(1 - h^2): what branches of a node share is what the node itself does.
    """
    shared: set[Expression] = set()
    for i, term in enumerate(terms):
        product = Product(term)
        found: set[Expression] = {
            base for base in product.powers if not isinstance(base, Var | Number)
        }
        shared = found if i == 0 else shared & found
        if not shared:
            return add(*terms)
    return factored_sum(terms, behind=True) if len(terms) > 1 else add(*terms)


def _is_trivial(terms: tuple[tuple[int | None, Expression], ...]) -> bool:
    """Tell whether the form is a number, a signed name, or a number times one sensitivity."""
    if len(terms) != 1:
        return False
    key, factor = terms[0]
    bare = factor.operand if isinstance(factor, Neg) else factor
    return isinstance(bare, Number) or (key is None and isinstance(bare, Var))


def compose(parts: tuple[Part, ...]) -> tuple[LinearPattern, tuple[int, ...]]:
    """Return the sum of the parts, and which of the shared variables it uses, in their order."""
    groups: dict[int | None, list[tuple[_Product, list[int]]]] = {}
    known: dict[tuple[int, int, tuple[int, ...]], list[_Product]] = {}
    number = Identities().of
    for part in parts:
        places: dict[int, int] = {}
        index = (*part.adjoint_index, *part.derivative_index)
        own = tuple([places.setdefault(place, len(places)) for place in index])
        shape = (number(part.adjoint), number(part.derivative), own)
        if shape not in known:
            known[shape] = list(_products(part, own))
        names = list(places)
        for product in known[shape]:
            place = None if product.key is None else names[product.key]
            groups.setdefault(place, []).append((product, names))
    merged = {key: _merged(products) for key, products in groups.items()}
    return compacted(linear_pattern(merged))


class _Product(NamedTuple):
    """What a part brings to one sensitivity, in variables of its own; parts of one shape share it.

    `key` is the variable that stands for the sensitivity; `simple` is the factor simplified.
    """

    key: int | None
    factor: Expression
    simple: Expression


def _products(part: Part, own: tuple[int, ...]) -> Iterator[_Product]:
    """Yield what a part brings; `own` numbers its variables in order of first appearance."""
    width = len(part.adjoint_index)
    derivative = placed(part.derivative, own[width:])
    for key, factor in part.adjoint.terms:
        product = mul(placed(factor, own[:width]), derivative)
        yield _Product(None if key is None else own[key], product, simplified(product))


def _merged(products: list[tuple[_Product, list[int]]]) -> Expression:
    if len(products) == 1:
        ((product, names),) = products
        return placed(product.simple, names)
    return simplified(factored_sum([placed(product.factor, names) for product, names in products]))


def compacted(pattern: LinearPattern) -> tuple[LinearPattern, tuple[int, ...]]:
    """Number the variables in order of appearance; return the pattern and the old numbers."""
    used = tuple(int(key) for key in variables(pattern.total))
    if used == tuple(range(len(used))):
        return pattern, used
    place = {old: new for new, old in enumerate(used)}
    renaming: dict[Key, Expression] = {old: Var(new) for old, new in place.items()}
    terms = tuple(
        (None if key is None else place[key], substitute(factor, renaming))
        for key, factor in pattern.terms
    )
    total = substitute(pattern.total, renaming)
    return replace(pattern, terms=terms, total=total), used
