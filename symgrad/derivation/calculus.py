"""Derivatives of one expression: every partial derivative in one reverse sweep over its tree.

A sum is differentiated term by term and a product factor by factor, in the author's order, so an
equation with a thousand terms costs one visit to each. The elementary functions bring their own
partial derivatives (`symgrad.expression.functions`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from symgrad.derivation.guards import open_guards, point_of, slope_at_guard
from symgrad.errors import Diagnostic, LimitExceeded
from symgrad.expression.algebra import (
    Product,
    add,
    cost,
    div,
    factored_sum,
    mul,
    neg,
    power,
    replaced,
)
from symgrad.expression.functions import OwnFunction, record
from symgrad.expression.recognize import recognized
from symgrad.expression.slopes import slopes
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
    Pow,
    Var,
    children,
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
    >>> gradient_of(Mul((c, Pow(u, Number(Fraction(2)))))) == {
    ...     "c": Pow(u, Number(Fraction(2))),
    ...     "u": mul(Number(Fraction(2)), c, u),
    ... }
    True
    """
    found: dict[Key, list[Expression]] = {}
    _sweep(expression, ONE, found)
    sums = {key: _total(parts) for key, parts in found.items()}
    return {key: total for key, total in sums.items() if total != ZERO}


def _total(parts: list[Expression]) -> Expression:
    """Return the sum of the contributions, common powers in front, a leading sign put in."""
    total = parts[0] if len(parts) == 1 else min(add(*parts), factored_sum(parts), key=cost)
    return neg(total.operand) if isinstance(total, Neg) else total


def _sweep(e: Expression, adjoint: Expression, found: dict[Key, list[Expression]]) -> None:
    if adjoint == ZERO:
        return
    match e:
        case Var(key):
            found.setdefault(key, []).append(adjoint)
        case Add(terms):
            _sweep_sum(terms, adjoint, found)
        case Neg(operand):
            _sweep(operand, mul(_MINUS_ONE, adjoint), found)
        case Mul(factors):
            for i, factor in enumerate(factors):
                if not isinstance(factor, Number | Constant):
                    _sweep(factor, mul(adjoint, *factors[:i], *factors[i + 1 :]), found)
        case Div(numerator, denominator):
            _sweep(numerator, div(adjoint, denominator), found)
            by_denominator = neg(div(numerator, power(denominator, _TWO)))
            _sweep(denominator, mul(adjoint, by_denominator), found)
        case Pow(base, exponent):
            _sweep_power(base, exponent, adjoint, found)
        case Call(function, arguments):
            _sweep_call(e, function, arguments, adjoint, found)
        case _:
            return


_MINUS_ONE = Number(Fraction(-1))
_TWO = Number(Fraction(2))
_WIDE = 8  # the number of terms from which on it pays to look for terms of one shape


def _sweep_sum(
    terms: tuple[Expression, ...], adjoint: Expression, found: dict[Key, list[Expression]]
) -> None:
    """Differentiate a sum term by term; in a wide one terms of one shape share the work."""
    if len(terms) < _WIDE:
        for term in terms:
            _sweep(term, adjoint, found)
        return
    shared: dict[Expression, list[tuple[int, Expression]]] = {}
    for term in terms:
        keys = variables(term)
        shape = substitute(term, {key: Var(f"#{i}") for i, key in enumerate(keys)})
        slopes = shared.get(shape)
        if slopes is None:
            own: dict[Key, list[Expression]] = {}
            _sweep(shape, adjoint, own)
            places = {f"#{i}": i for i in range(len(keys))}
            slopes = shared[shape] = [
                (places[str(key)], slope) for key, parts in own.items() for slope in parts
            ]
        names: dict[Key, Expression] = {f"#{i}": Var(key) for i, key in enumerate(keys)}
        for place, slope in slopes:
            found.setdefault(keys[place], []).append(substitute(slope, names))


def _sweep_power(
    base: Expression,
    exponent: Expression,
    adjoint: Expression,
    found: dict[Key, list[Expression]],
) -> None:
    if not isinstance(base, Number | Constant):
        lowered = power(base, add(exponent, Number(Fraction(-1))))
        _sweep(base, mul(adjoint, exponent, lowered), found)
    if not isinstance(exponent, Number | Constant):
        value = Pow(base, exponent)
        growth = ONE if base == Constant("e") else Call("log", (base,))
        _sweep(exponent, mul(adjoint, growth, value), found)


def _sweep_call(
    e: Call,
    function: str,
    arguments: tuple[Expression, ...],
    adjoint: Expression,
    found: dict[Key, list[Expression]],
) -> None:
    row = record(function)
    if row.condition_first:
        condition, *branches = arguments
        sides = [gradient_of(branch) for branch in branches]
        for key in dict.fromkeys(key for side in sides for key in side):
            yes, no = (side.get(key, ZERO) for side in sides)
            guard = point_of(condition)
            there = slope_at_guard(condition, branches[0], branches[1], key, gradient_of)
            if guard is not None and there is not None:
                yes, no = (there, no) if guard[1] else (yes, there)
            chosen = yes if yes == no else Call(function, (condition, yes, no))
            found.setdefault(key, []).append(mul(adjoint, chosen))
    elif (known := slopes(function, arguments, e)) is not None:
        for argument, slope in zip(arguments, known, strict=True):
            if not isinstance(argument, Number | Constant):
                _sweep(argument, mul(adjoint, slope), found)
    elif row.definition is not None:
        _sweep(row.definition(arguments), adjoint, found)
    else:
        raise TypeError(function)


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
        return tuple(_joined(outer, sums).items())
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
_FIRST_SUM = 10**9  # positions from here on stand for sums taken apart
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
        Diagnostic(
            f"the derivatives of an equation with {what} would grow as the square of that",
            help="give parts of the equation names of their own",
        )
    )


def _sums_apart(pattern: Expression) -> tuple[Expression, dict[int, Add]]:
    """Put a variable in the place of each wide sum inside a pattern; return the sums by it."""
    sums: dict[Add, int] = {}

    def apart(part: Expression) -> Expression | None:
        if part is pattern or not isinstance(part, Add) or len(part.terms) < _WIDE_INSIDE:
            return None
        return Var(sums.setdefault(part, _FIRST_SUM + len(sums)))

    outer = replaced(pattern, apart)
    return outer, {key: part for part, key in sums.items()}


def _joined(outer: Expression, sums: Mapping[int, Add]) -> dict[int, LocalDerivative]:
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
    return substitute(picked.pattern, {i: Var(key) for i, key in enumerate(picked.positions)})


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
    powers, product = Product(), Product()
    powers.multiply(whole)
    product.multiply(slope)
    if isinstance(whole, Add) or powers.powers.keys().isdisjoint(product.powers):
        return best
    for exponent in (1, 2, -1):
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
    product, own = Product(), Var(OWN)
    product.multiply(slope)
    exponent = product.powers.get(own, Fraction(0))
    if not isinstance(known, Number) or not isinstance(exponent, Fraction) or exponent < 1:
        return slope
    parts = Product()
    parts.multiply(other)
    if any(product.powers.get(base) != power for base, power in parts.powers.items()):
        return slope
    product.multiply(other, Fraction(-1))
    product.multiply_base(own, Fraction(-1))
    product.multiply(add(ONE, neg(mul(known, own))))
    return product.build()


def _power_taken_out(slope: Expression, whole: Expression, exponent: int) -> Expression | None:
    product = Product()
    product.multiply(slope)
    below = _negative_powers(product)
    product.multiply(whole, Fraction(-exponent))
    product.multiply_base(Var(OWN), Fraction(exponent))
    if not _negative_powers(product) <= below | {Var(OWN)}:
        return None
    return product.build()


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
    if open_guards(expression, gradient_of):
        found.setdefault(_OPEN_GUARD)
    return tuple(kink for kink in found if kink)
