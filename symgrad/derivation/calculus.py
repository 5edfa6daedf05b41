"""Derivatives of one expression: SymPy's of each shape of term, put together in the author's order.

A sum is differentiated term by term, and terms of one shape share the work, so an equation with a
thousand terms of one shape asks SymPy once (`symgrad.expression.differential`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TypeGuard

from symgrad.derivation.guards import open_guards, point_of, slope_at_guard
from symgrad.errors import LimitExceeded
from symgrad.expression.algebra import Product, add, mul, neg
from symgrad.expression.cost import cost
from symgrad.expression.differential import differential
from symgrad.expression.factored import factored_sum
from symgrad.expression.functions import OwnFunction, record
from symgrad.expression.rebuilding import replaced
from symgrad.expression.recognize import recognized
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Constant,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Var,
    children,
    numbered,
    placed,
    substitute,
    variables,
    walk,
)

Key = str | int
_NOTHING_SHORTER = 3  # the cost below which a node's own value saves nothing
_OPEN_GUARD = (
    "at a single point that is treated apart, and that the function does not smoothly go on into, "
    "the derivative is that of the point's own formula"
)
OWN = -1  # the position that stands for the node's own value


def gradient_of(expression: Expression) -> dict[Key, Expression]:
    """Return the partial derivative by every variable that has one other than zero.

    >>> u, c = Var("u"), Var("c")
    >>> gradient_of(Mul((c, u))) == {"c": u, "u": c}
    True
    """
    found: dict[Key, list[Expression]] = {}
    for term in _terms(expression):
        keys = variables(term)
        shape = numbered(term, keys)
        for place, slope in _term_slopes(shape):
            found.setdefault(keys[place], []).append(placed(slope, keys))
    sums = {key: _total(parts) for key, parts in found.items()}
    return {key: total for key, total in sums.items() if total != ZERO}


def _total(parts: list[Expression]) -> Expression:
    """Return the sum of the contributions, common powers in front, a leading sign put in."""
    total = parts[0] if len(parts) == 1 else min(add(*parts), factored_sum(parts), key=cost)
    return neg(total.operand) if isinstance(total, Neg) else total


def _terms(e: Expression) -> Iterator[Expression]:
    """Yield the terms of a sum, those of sums in it too."""
    if isinstance(e, Add):
        for term in e.terms:
            yield from _terms(term)
    else:
        yield e


_WIDE = 8  # the number of terms from which on a sum inside a term is differentiated apart


@lru_cache(maxsize=4096)
def _term_slopes(term: Expression) -> tuple[tuple[int, Expression], ...]:
    """Return the derivatives of a term in Var(0), Var(1), …, one for each place of a variable.

    SymPy is asked once for each shape of term. Choices, wide sums and what lies very deep are
    differentiated apart, and multiplied by the derivative of the term by them.
    """
    if isinstance(term, Var):
        return ((int(term.key), ONE),)
    if not variables(term):
        return ()
    if _is_choice(term):
        return tuple((int(key), slope) for key, slope in _choice_slopes(term).items())
    found: list[tuple[int, Expression]] = []
    for place, outer in differential(term, apart=_is_apart):
        if isinstance(place, Var):
            found.append((int(place.key), outer))
        else:
            inner = _choice_slopes(place) if _is_choice(place) else gradient_of(place)
            found += [(int(key), mul(outer, slope)) for key, slope in inner.items()]
    return tuple((key, slope) for key, slope in found if slope != ZERO)


def _is_apart(e: Expression) -> bool:
    return _is_choice(e) or (isinstance(e, Add) and len(e.terms) >= _WIDE)


def _is_choice(e: Expression) -> TypeGuard[Call]:
    return isinstance(e, Call) and record(e.function).condition_first


def _choice_slopes(e: Call) -> dict[Key, Expression]:
    """Return the derivatives of where(condition, yes, no), branch by branch."""
    condition, *branches = e.arguments
    sides = [gradient_of(branch) for branch in branches]
    found: dict[Key, Expression] = {}
    for key in dict.fromkeys(key for side in sides for key in side):
        yes, no = (side.get(key, ZERO) for side in sides)
        guard = point_of(condition)
        there = slope_at_guard(condition, branches[0], branches[1], key)
        if guard is not None and there is not None:
            yes, no = (there, no) if guard[1] else (yes, there)
        found[key] = yes if yes == no else Call(e.function, (condition, yes, no))
    return found


@dataclass(frozen=True, slots=True)
class Picked:
    """A pattern in variables 0, 1, … and the operand positions that they stand for."""

    pattern: Expression
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LocalDerivative:
    """The partial derivative of an equation's pattern by one operand, in two forms.

    `direct` uses the operands only; `short` may use the node's own value (position -1): for
    p = 1/(1 + v) they are -1/(1 + v)^2 and -p^2. They are equal where nothing shorter was found,
    and where a function of a very wide sum would make `direct` too large to read.
    """

    direct: Picked
    short: Picked


def local_derivatives(pattern: Expression) -> dict[int, LocalDerivative]:
    """Return the local derivatives of a pattern by the position of the operand.

    Raises LimitExceeded where they would be far larger than the pattern itself.
    """
    return dict(_local_derivatives(pattern))


@lru_cache(maxsize=64)
def _local_derivatives(pattern: Expression) -> tuple[tuple[int, LocalDerivative], ...]:
    _refuse_wide_products(pattern)
    outer, sums = _sums_apart(pattern)
    if sums:
        return tuple(_with_sums_put_in(outer, sums).items())
    direct = gradient_of(pattern)
    known = recognized(pattern)
    alternative = gradient_of(known) if known != pattern else {}
    result: list[tuple[int, LocalDerivative]] = []
    for key, slope in direct.items():
        candidates = [slope, through_value(slope, pattern)]
        if key in alternative:
            candidates += [alternative[key], through_value(alternative[key], known)]
        short = min(candidates, key=cost)
        result.append((int(key), LocalDerivative(_picked(slope), _picked(short))))
    return tuple(result)


_WIDE_INSIDE = 40  # the number of terms from which on a sum inside an equation is taken apart
_WIDE_PRODUCT = 300  # factors or arguments: each derivative has as many, so they grow as the square
_MAX_PARTS = 1_500_000
_MAX_DIRECT = 30_000


def _refuse_wide_products(pattern: Expression) -> None:
    for part in walk(pattern):
        if isinstance(part, Mul | Call) and len(children(part)) > _WIDE_PRODUCT:
            count = sum(not isinstance(e, Number | Constant) for e in children(part))
            if count > _WIDE_PRODUCT:
                what = "factors" if isinstance(part, Mul) else f"arguments of `{part.function}`"
                raise _too_large(f"{count:,} {what}")


def _too_large(what: str) -> LimitExceeded:
    return LimitExceeded(
        f"the derivatives of an equation with {what} would grow as the square of that",
        help="give parts of the equation names of their own",
    )


def _sums_apart(pattern: Expression) -> tuple[Expression, dict[int, Add]]:
    """Put a variable in the place of each wide sum inside a pattern; return the sums by it.

    Its position is one that no operand has.
    """
    sums: dict[Add, int] = {}
    free = 1 + max((int(key) for key in variables(pattern)), default=OWN)

    def apart(part: Expression) -> Expression | None:
        if part is pattern or not isinstance(part, Add) or len(part.terms) < _WIDE_INSIDE:
            return None
        return Var(sums.setdefault(part, free + len(sums)))

    outer = replaced(pattern, apart)
    return outer, {key: part for part, key in sums.items()}


def _with_sums_put_in(outer: Expression, sums: Mapping[int, Add]) -> dict[int, LocalDerivative]:
    """Return the derivatives of `outer` with its sums put in: outer times inner derivative."""
    rules = {
        position: (_placed(rule.direct), _placed(rule.short))
        for position, rule in local_derivatives(outer).items()
    }
    inner = {key: gradient_of(part) for key, part in sums.items() if key in rules}
    order = [key for key in variables(outer) if key in rules]
    found: dict[int, tuple[list[Expression], list[Expression]]] = {}
    for key in order:
        direct, short = rules[int(key)]
        slopes: Mapping[Key, Expression] = inner.get(int(key), {key: ONE})
        for operand, slope in slopes.items():
            parts = found.setdefault(int(operand), ([], []))
            parts[0].append(mul(direct, slope))
            parts[1].append(mul(short, slope))
    size = sum(1 for part in sums.values() for _ in walk(part))
    if size * _count_holding(sums, [short for _, short in found.values()]) > _MAX_PARTS:
        raise _too_large(f"a sum of {max(len(part.terms) for part in sums.values()):,} terms in it")
    readable = size * _count_holding(sums, [direct for direct, _ in found.values()]) <= _MAX_DIRECT
    written: dict[Key, Expression] = dict(sums.items())
    result: dict[int, LocalDerivative] = {}
    for position, (direct_parts, short_parts) in found.items():
        picked = _picked(substitute(_total(short_parts), written))
        whole = _picked(substitute(_total(direct_parts), written)) if readable else picked
        result[position] = LocalDerivative(whole, picked)
    return result


def _count_holding(sums: Mapping[int, Add], slopes: list[list[Expression]]) -> int:
    """Count the slopes in which one of the sums stands."""
    return sum(not sums.keys().isdisjoint(variables(Add(tuple(parts)))) for parts in slopes)


def _placed(picked: Picked) -> Expression:
    return placed(picked.pattern, picked.positions)


def _picked(e: Expression) -> Picked:
    positions = variables(e)
    renaming: Mapping[Key, Expression] = {key: Var(i) for i, key in enumerate(positions)}
    return Picked(substitute(e, renaming), tuple(int(key) for key in positions))


def through_value(slope: Expression, whole: Expression) -> Expression:
    """Return `slope` rewritten with the value of `whole` (as `Var(-1)`) where that is shorter."""
    if isinstance(whole, Var | Number | Constant) or cost(slope) <= _NOTHING_SHORTER:
        return slope
    own = Var(OWN)
    best = replaced(slope, lambda part: own if part == whole else None)
    if isinstance(slope, Add) and len(slope.terms) < _WIDE:
        parts = [through_value(term, whole) for term in slope.terms]
        if parts != list(slope.terms):
            best = min(best, factored_sum(parts), key=cost)
    powers, product = Product(whole), Product(slope)
    if isinstance(whole, Add) or powers.powers.keys().isdisjoint(product.powers):
        return best
    for exponent in (1, 2, 3, -1, -2):
        candidate = _power_taken_out(slope, whole, exponent)
        if candidate is not None:
            best = min(best, candidate, _complement_put_in(candidate, whole), key=cost)
    return best


def _complement_put_in(slope: Expression, whole: Expression) -> Expression:
    """Use that f = 1/(k + X) makes X*f = 1 - k*f, as a logistic curve to any base does."""
    match whole:
        case Div(Number(above), Add((first, second))) if above == 1:
            known, other = (first, second) if isinstance(first, Number) else (second, first)
        case _:
            return slope
    product, own = Product(slope), Var(OWN)
    exponent = product.powers.get(own, Fraction(0))
    if not isinstance(known, Number) or not isinstance(exponent, Fraction) or exponent < 1:
        return slope
    parts = Product(other)
    if any(product.powers.get(base) != power for base, power in parts.powers.items()):
        return slope
    product.multiply(other, Fraction(-1))
    product.multiply_base(own, Fraction(-1))
    product.multiply(add(ONE, neg(mul(known, own))))
    return product.build()


def _power_taken_out(slope: Expression, whole: Expression, exponent: int) -> Expression | None:
    product = Product(slope)
    below = _negative_powers(product) | _divided_by(whole)
    product.multiply(whole, Fraction(-exponent))
    product.multiply_base(Var(OWN), Fraction(exponent))
    _put_in_place(product)
    if not _negative_powers(product) <= below | {Var(OWN)}:
        return None
    return product.build()


def _put_in_place(product: Product) -> None:
    """Move the node's own value behind the names, in front of sums and functions: x*f*(1 + y)."""
    own = Var(OWN)
    powers = dict(product.powers)
    value = powers.pop(own)
    product.powers.clear()
    for base, exponent in powers.items():
        if exponent and not isinstance(base, Var) and variables(base):
            product.powers.setdefault(own, value)
        product.powers[base] = exponent
    product.powers.setdefault(own, value)


def _divided_by(whole: Expression) -> set[Expression]:
    """Return what an expression divides by wherever it has a value."""
    found: set[Expression] = set()
    stack = [whole]
    while stack:
        part = stack.pop()
        if isinstance(part, Div):
            product = Product()
            product.multiply(part.denominator)
            found |= product.powers.keys()
        if not _is_choice(part):
            stack += children(part)
    return found


def _negative_powers(product: Product) -> set[Expression]:
    return {
        base
        for base, exponent in product.powers.items()
        if isinstance(exponent, Fraction) and exponent < 0
    }


def kinks_of(expression: Expression) -> tuple[str, ...]:
    """Return the conventions at kinks that the derivatives of an expression rely on."""
    found: dict[str, None] = {}
    for part in walk(expression):
        if isinstance(part, Call):
            row = record(part.function)
            if not row.condition_first or point_of(part.arguments[0]) is None:
                found.setdefault(row.kink)
            if isinstance(part.function, OwnFunction) and row.definition is not None:
                found |= dict.fromkeys(kinks_of(row.definition(part.arguments)))
    if open_guards(expression):
        found.setdefault(_OPEN_GUARD)
    return tuple(kink for kink in found if kink)
