"""Patterns found in formulas: sums and products in any order, with what is left over.

A pattern is a formula whose names stand for anything: log(1 + a). A sum matches some terms of a
longer sum, also scaled by a number; a product matches some factors of a longer product. A name
that stands alone among the terms or factors takes all that the others leave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from symgrad.expression.algebra import Product, add, div, mul, power
from symgrad.expression.rebuilding import combined, tidy
from symgrad.expression.tree import (
    ONE,
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    children,
    number,
    substitute,
    variables,
)

Bound: TypeAlias = Mapping[str | int, Expression]
Exponent: TypeAlias = Fraction | Expression
Power: TypeAlias = tuple[Expression, Exponent]
MAX_TERMS = 8


def product_of(e: Expression) -> Product:
    """Return an expression as a product."""
    coefficient, powers = _product_of(e)
    product = Product()
    product.coefficient = coefficient
    product.powers = dict(powers)
    return product


@lru_cache(8192)
def _product_of(e: Expression) -> tuple[Fraction, tuple[Power, ...]]:
    product = Product(e)
    return product.coefficient, tuple(product.powers.items())


def terms_of(e: Expression) -> list[Expression]:
    """Return the terms of a sum, signs inside; of anything else the expression alone."""
    match e:
        case Add(terms):
            return [part for term in terms for part in terms_of(term)]
        case Neg(Add() as inner):
            return [mul(number(-1), part) for part in terms_of(inner)]
        case _:
            return [e]


def matches(pattern: Expression, e: Expression, bound: Bound) -> Iterator[Bound]:
    """Yield every way in which a whole expression is the pattern."""
    match pattern:
        case Var(key):
            known = bound.get(key)
            if known is None:
                yield {**bound, key: e}
            elif same(known, e):
                yield bound
        case Number() | Constant():
            if tidy(e) == pattern:
                yield bound
        case Call(function, arguments):
            if (
                isinstance(e, Call)
                and e.function == function
                and len(e.arguments) == len(arguments)
            ):
                yield from _all(arguments, e.arguments, bound)
        case Pow(base, Var() as exponent):
            if isinstance(e, Pow):
                for found in matches(base, e.base, bound):
                    yield from matches(exponent, e.exponent, found)
        case Add():
            for found, scale, rest in in_sum(pattern, e, bound):
                if scale == 1 and not rest:
                    yield found
        case Compare() | Logic():
            return
        case _:
            for found, left in in_product(pattern, e, bound):
                if left.coefficient == 1 and not any(left.powers.values()):
                    yield found
            yield from _with_all_that_is_left(pattern, e, bound)


def _with_all_that_is_left(pattern: Expression, e: Expression, bound: Bound) -> Iterator[Bound]:
    """Yield ways in which a product is the pattern, a name in it being all that the rest leaves.

    That is numbers and divisors too, which no factor of a product holds alone.
    """
    coefficient, wanted = _wanted(pattern)
    names = [b.key for b, k in wanted if isinstance(b, Var) and k == 1 and b.key not in bound]
    others = [(b, k) for b, k in wanted if not isinstance(b, Var)]
    constant, powers = _product_of(e)
    if len(names) != 1 or len(others) + 1 != len(wanted) or not others:
        return
    if not _may_hold(others, powers):
        return
    for found, rest in _factors(others, dict(powers), bound):
        left = Product()
        left.coefficient, left.powers = constant / coefficient, rest
        if left.coefficient != 1 or any(isinstance(k, Fraction) and k < 0 for k in rest.values()):
            yield {**found, names[0]: left.build()}


def same(a: Expression, b: Expression) -> bool:
    """Tell whether two expressions are the same but for the order of terms and factors."""
    if a == b:
        return True
    if not isinstance(a, Add | Mul | Div | Neg) or not isinstance(b, Add | Mul | Div | Neg):
        return False
    if set(variables(a)) != set(variables(b)):
        return False
    return add(a, mul(number(-1), b)) == number(0)


def _all(
    patterns: Sequence[Expression], parts: Sequence[Expression], bound: Bound
) -> Iterator[Bound]:
    if not patterns:
        yield bound
        return
    for found in matches(patterns[0], parts[0], bound):
        yield from _all(patterns[1:], parts[1:], found)


def in_sum(
    pattern: Add, e: Expression, bound: Bound
) -> Iterator[tuple[Bound, Fraction, list[Expression]]]:
    """Yield bindings, the number that scales the pattern, and the terms that are left over."""
    terms = list(_own_terms(e))
    if not len(pattern.terms) <= len(terms) <= MAX_TERMS:
        return
    wanted = _in_order(pattern)
    products = [_product_of(term)[1] for term in terms]
    if not all(any(_may_be(term, powers) for powers in products) for term in wanted):
        return
    seen: set[tuple[object, ...]] = set()
    scales: tuple[Fraction | None, ...] = (Fraction(1), Fraction(-1))
    if _vagueness(wanted[0]) < 2:
        scales = (None,)
    for scale in scales:
        for found, own, rest in _terms(wanted, terms, bound, scale):
            key = (own, tuple(rest), tuple(sorted(found.items(), key=lambda kv: str(kv[0]))))
            if key not in seen:
                seen.add(key)
                yield found, own, rest


@lru_cache(4096)
def _own_terms(e: Expression) -> tuple[Expression, ...]:
    return tuple(terms_of(e))


@lru_cache(4096)
def _in_order(pattern: Add) -> tuple[Expression, ...]:
    """Return the terms of a pattern, those first that are found in few terms."""
    return tuple(sorted(pattern.terms, key=_vagueness))


def _vagueness(term: Expression) -> int:
    match term:
        case Neg(operand):
            return _vagueness(operand)
        case Var():
            return 3
        case Mul(factors):
            return min(map(_vagueness, factors))
        case Number():
            return 1
        case Div(above, below):
            return max(1, min(_vagueness(above), _vagueness(below)))
        case _:
            return 0


def _terms(
    wanted: Sequence[Expression], terms: list[Expression], bound: Bound, scale: Fraction | None
) -> Iterator[tuple[Bound, Fraction, list[Expression]]]:
    if not wanted:
        yield bound, scale or Fraction(1), terms
        return
    first, *others = wanted
    sign, bare = (-1, first.operand) if isinstance(first, Neg) else (1, first)
    if isinstance(bare, Var) and scale is not None:
        known = bound.get(bare.key)
        if known is not None:
            goal = mul(number(scale * sign), known)
            parts = terms_of(goal)
            rest = _without(terms, parts)
            if rest is not None:
                yield from _terms(others, rest, bound, scale)
            return
        if not others and len(terms) > 1:
            whole = add(*[mul(number(1 / (scale * sign)), term) for term in terms])
            yield {**bound, bare.key: whole}, scale, []
    for i, term in enumerate(terms):
        rest = [*terms[:i], *terms[i + 1 :]]
        if isinstance(bare, Var):
            value = mul(number(1 / ((scale or Fraction(1)) * sign)), term)
            for found in matches(bare, value, bound):
                yield from _terms(others, rest, found, scale or Fraction(1))
            continue
        for found, left in in_product(bare, term, bound):
            own = left.coefficient * sign
            if any(left.powers.values()) or (scale is not None and own != scale):
                continue
            yield from _terms(others, rest, found, own)
        if scale in (None, Fraction(sign)) and _takes_quotients(bare):
            for found in _with_all_that_is_left(bare, term, bound):
                yield from _terms(others, rest, found, Fraction(sign))


def _takes_quotients(pattern: Expression) -> bool:
    """Tell whether a name in a product stands for a quotient, too; beside exp there are many."""
    factors = pattern.factors if isinstance(pattern, Mul) else ()
    return any(isinstance(part, Call) and part.function != "exp" for part in factors)


def _without(terms: list[Expression], parts: Sequence[Expression]) -> list[Expression] | None:
    rest = list(terms)
    for part in parts:
        place = next((i for i, term in enumerate(rest) if same(term, part)), None)
        if place is None:
            return None
        del rest[place]
    return rest


def in_product(pattern: Expression, e: Expression, bound: Bound) -> Iterator[tuple[Bound, Product]]:
    """Yield bindings, and the product that is left over beside the pattern."""
    constant, powers = _product_of(e)
    if isinstance(pattern, Number):
        if not any(k for _, k in powers):
            whole = product_of(e)
            whole.coefficient /= pattern.value
            yield bound, whole
        return
    coefficient, wanted = _wanted(pattern)
    if not _may_hold(wanted, powers):
        return
    for found, rest in _factors(wanted, dict(powers), bound):
        left = Product()
        left.coefficient = constant / coefficient
        left.powers = rest
        yield found, left


@lru_cache(4096)
def _wanted(pattern: Expression) -> tuple[Fraction, tuple[Power, ...]]:
    """Return the number and the powers that a pattern is a product of, names behind the others."""
    match pattern:
        case Call("sqrt", (argument,)):
            return Fraction(1), ((argument, Fraction(1, 2)),)
        case Call():
            return Fraction(1), ((pattern, Fraction(1)),)
        case Pow(base, exponent) if not isinstance(exponent, Number):
            return Fraction(1), ((base, exponent),)
        case _:
            coefficient, powers = _product_of(pattern)
            return coefficient, tuple(sorted(powers, key=lambda item: isinstance(item[0], Var)))


def _may_be(pattern: Expression, powers: Sequence[Power]) -> bool:
    """Tell whether a term of a sum may be this product, by the kinds of its factors."""
    _, wanted = _wanted(pattern)
    return _may_hold(wanted, powers) if wanted else not any(k for _, k in powers)


def _may_hold(wanted: Sequence[Power], powers: Sequence[Power]) -> bool:
    """Tell whether every factor that is wanted may be one of these, by its kind and exponent."""
    return all(
        any(_is_kind(base, other) and _is_enough(k, exponent) for other, k in powers)
        for base, exponent in wanted
        if not (isinstance(base, Var) and isinstance(exponent, Fraction))
    )


def _is_kind(pattern: Expression, e: Expression) -> bool:
    """Tell whether an expression may be a pattern, by what stands at its root."""
    if isinstance(pattern, Call):
        return isinstance(e, Call) and e.function == pattern.function
    return isinstance(e, Add | Neg) if isinstance(pattern, Add) else True


def _is_enough(k: Exponent, exponent: Exponent) -> bool:
    """Tell whether one power may hold another of the same base."""
    if isinstance(k, Fraction) and isinstance(exponent, Fraction):
        return _holds(k, exponent)
    return isinstance(k, Fraction) == isinstance(exponent, Fraction)


def _holds(k: Fraction, exponent: Fraction) -> bool:
    """Tell whether a number has the sign of another and is no smaller."""
    one, other = k.numerator * exponent.denominator, exponent.numerator * k.denominator
    return 0 < other <= one or one <= other < 0


def _factors(
    wanted: Sequence[Power],
    powers: dict[Expression, Exponent],
    bound: Bound,
) -> Iterator[tuple[Bound, dict[Expression, Exponent]]]:
    if not wanted:
        yield bound, powers
        return
    (base, exponent), *others = wanted
    if isinstance(base, Var) and base.key in bound and isinstance(exponent, Fraction):
        rest = _divided(powers, bound[base.key], exponent)
        if rest is not None:
            yield from _factors(others, rest, bound)
        return
    if isinstance(base, Var) and isinstance(exponent, Fraction):
        if exponent == 2 and any(isinstance(k, Fraction) and k < 0 for k in powers.values()):
            every = _all_even(powers)
            if every is not None:
                yield from _factors(others, {}, {**bound, base.key: _written(every, exponent)})
        own = _all_of_one_side(powers, exponent)
        if len(own) > 1:
            whole = _written(own, exponent)
            rest = {b: k for b, k in powers.items() if b not in own}
            yield from _factors(others, rest, {**bound, base.key: whole})
    for subject, k in list(powers.items()):
        if isinstance(exponent, Fraction):
            if not isinstance(k, Fraction) or not _holds(k, exponent):
                continue
            rest = {**powers, subject: k - exponent}
            if k == exponent:
                del rest[subject]
            for found in matches(base, subject, bound):
                yield from _factors(others, rest, found)
        elif not isinstance(k, Fraction):
            rest = {b: v for b, v in powers.items() if b != subject}
            for found in matches(base, subject, bound):
                for deeper in matches(exponent, k, found):
                    yield from _factors(others, rest, deeper)


def _all_of_one_side(
    powers: Mapping[Expression, Exponent], exponent: Fraction
) -> dict[Expression, Fraction]:
    return {
        b: k
        for b, k in powers.items()
        if isinstance(k, Fraction) and k * exponent > 0 and (k / exponent).denominator == 1
    }


def _all_even(powers: Mapping[Expression, Exponent]) -> dict[Expression, Fraction] | None:
    """Return the powers of a square: those of (x/s)^2."""
    own = {b: k for b, k in powers.items() if isinstance(k, Fraction)}
    if len(own) == len(powers) and all((k / 2).denominator == 1 for k in own.values()):
        return own
    return None


def _written(powers: Mapping[Expression, Fraction], exponent: Fraction) -> Expression:
    return mul(*[power(b, number(k / exponent)) for b, k in powers.items()])


def _divided(
    powers: Mapping[Expression, Exponent], by: Expression, exponent: Fraction
) -> dict[Expression, Exponent] | None:
    """Return what is left of a product without a factor that is there in whole, else None."""
    other = product_of(by)
    if other.coefficient != 1:
        return None
    rest = dict(powers)
    for base, k in other.powers.items():
        there = rest.get(base)
        if not isinstance(k, Fraction) or not isinstance(there, Fraction):
            return None
        if not _holds(there, k * exponent):
            return None
        rest[base] = there - k * exponent
        if not rest[base]:
            del rest[base]
    return rest


def rewrites(
    pattern: Expression, form: Expression, e: Expression
) -> Iterator[tuple[Expression, Bound]]:
    """Yield the expression with the form in the place of what is the pattern at its root.

    What the names of the pattern stand for comes with it.
    """
    match pattern:
        case Add():
            if isinstance(e, Add):
                for bound, scale, rest in in_sum(pattern, e, {}):
                    yield add(mul(number(scale), put(form, bound)), *rest), bound
        case Mul() | Div() | Pow() | Neg():
            if isinstance(e, Mul | Div | Pow | Neg):
                for bound, left in in_product(pattern, e, {}):
                    yield mul(left.build(), put(form, bound)), bound
        case _:
            for bound in matches(pattern, e, {}):
                yield put(form, bound), bound


def put(form: Expression, bound: Bound) -> Expression:
    """Return a form with its names replaced, numbers folded and like terms collected."""
    return _tidied(substitute(form, bound))


@lru_cache(16384)
def _tidied(e: Expression) -> Expression:
    """Return what `tidy` does; what names stand for, the same in many forms, is tidied once."""
    parts = children(e)
    return combined(e, tuple(map(_tidied, parts))) if parts else e


__all__ = ["ONE", "div", "matches", "product_of", "put", "rewrites", "same", "terms_of"]
