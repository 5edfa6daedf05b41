"""Repairs: changes of one place of a claim, as its author wrote it, that make it right.

For each part of the claim the value it must have had is known (`occurrences`), so a repair is found
by comparing that value with what a slip of each sort would explain, not by trying out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from symgrad.expression.cost import cost
from symgrad.expression.functions import record
from symgrad.expression.rebuilding import tidy
from symgrad.expression.tree import (
    MIRRORED,
    ONE,
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Mul,
    Neg,
    Number,
    Var,
    number,
    substitute,
    sum_of,
    variables,
)
from symgrad.verify.explaining.factors import (
    multiplied,
    negated,
    plus_term,
    powers_of,
    scaled,
    without_each,
)
from symgrad.verify.explaining.floats import FLOATS, Floats, Values, close, same
from symgrad.verify.explaining.occurrences import Occurrence, occurrences, put
from symgrad.verify.explaining.pieces import Piece, named_number, proportion, simple_number

_EXPONENTS = tuple(Fraction(n, 2) for n in (2, -2, 4, -4, 1, -1, 6, -6, 3, -3))
_ELEMENTARY = tuple(name for name in FLOATS if name not in ("expm1", "log1p", "lgamma"))


Related: TypeAlias = frozenset[frozenset[str]]


@dataclass(frozen=True, slots=True)
class Repair:
    """One change that makes a claim right.

    `tree` is the claim mended; `part` what stood at the place and `mended` what belongs there;
    `detail` the factor or term that was missing or too much. `cost` is small for a likely slip.
    """

    kind: str
    cost: float
    tree: Expression
    part: Expression
    mended: Expression
    detail: Expression | None = None
    place: tuple[int, ...] = ()


def repairs_of(
    claim: Expression, right: Values, floats: Floats, pieces: Iterable[Piece],
    related: Related = frozenset(),
) -> list[Repair]:  # fmt: skip
    """Return the single changes that make a claim right, the likeliest first.

    `related` are pairs of names of which one is defined through the other: where one stands for the
    other it is rarely a mix-up of names.
    """
    table = tuple(pieces)
    allowed = tuple(
        str(piece.expression.key)
        for piece in table
        if piece.role == "name" and isinstance(piece.expression, Var)
    )
    found: list[Repair] = []
    for item in occurrences(claim, right, floats):
        if all(need is None or not math.isfinite(need) for need in item.needed):
            continue
        if item.mended_by(item.values):
            continue  # it is right as far as it counts
        here = _repairs_at(item, floats, table, allowed, related)
        found += [_rooted(claim, item, repair) for repair in here]
    found += _renamed(claim, right, floats, allowed, related)
    size = cost(tidy(claim))
    # a name for which another makes y - y of a part was no slip of the pen: the part is too much
    found = [r for r in found if r.kind != "swapped_variable" or cost(tidy(r.tree)) >= size]
    found += _other_side(claim, right, floats)
    return sorted(found, key=lambda repair: repair.cost)


def _rooted(claim: Expression, item: Occurrence, repair: Repair) -> Repair:
    tree = put(claim, item.place, repair.mended)
    price = repair.cost + 0.01 * len(item.place)
    return Repair(repair.kind, price, tree, item.part, repair.mended, repair.detail, item.place)


def _repairs_at(
    item: Occurrence, floats: Floats, table: tuple[Piece, ...], allowed: tuple[str, ...],
    related: Related,
) -> Iterator[Repair]:  # fmt: skip
    match item.part:
        case Var(key):
            yield from _other_name(item, str(key), floats, allowed, related)
        case Number(value):
            yield from _other_number(item, value)
        case Call(function, arguments) if not record(function).condition_first:
            yield from _other_function(item, function, arguments, floats)
    ratio = item.ratio()
    alone = item.in_exponent and isinstance(item.part, Number)
    if ratio is not None and not item.in_product and not alone:
        yield from _scaled(item, ratio)
        yield from _factor_too_many(item, floats)
        yield from _other_exponent(item, ratio, floats)
        yield from _factor_missing(item, ratio, table)
    elif ratio is not None and not item.in_product:
        yield from _sign_only(item, ratio)
    if isinstance(item.part, Add):
        yield from _term_too_many(item, item.part.terms, floats)
    elif _stands_alone(item) and item.mended_by((1.0,) * floats.count):
        yield _repair("extra_chain_factor", 1.28, ONE, item.part)
    difference = item.difference()
    if difference is not None and not item.in_sum and not isinstance(item.part, Neg):
        yield from _term_missing(item, difference, table)
    yield from _whole_part(item, table)


def _stands_alone(item: Occurrence) -> bool:
    """Tell whether a part is neither the whole claim nor a factor, a term or a number."""
    within = item.in_product or item.in_sum or not item.place
    return not within and not isinstance(item.part, Number)


def _repair(kind: str, price: float, mended: Expression, detail: Expression | None) -> Repair:
    return Repair(kind, price, mended, mended, mended, detail)


def _constant(row: Values) -> float | None:
    return proportion(row, (1.0,) * len(row))


def _other_name(
    item: Occurrence, own: str, floats: Floats, allowed: tuple[str, ...], related: Related
) -> Iterator[Repair]:
    for name in allowed:
        if own != name and item.mended_by(floats.names[name]):
            price = 1.75 if frozenset((own, name)) in related else 1.0
            yield _repair("swapped_variable", price, Var(name), Var(name))


def _other_number(item: Occurrence, written: Fraction) -> Iterator[Repair]:
    needs = [need for need in item.needed if need is not None]
    if len(needs) < 2 or not all(close(need, needs[0]) for need in needs):
        return
    exact = named_number(needs[0])
    if exact is None:
        return
    if _is_rounded(written, needs[0]):
        yield _repair("rounded_constant", 0.1, exact, exact)
    elif item.in_exponent:
        yield _repair("wrong_exponent", 1.1, exact, exact)
    elif not item.in_product:
        kind = "constant_dropped" if written == 1 else "factor"
        yield _repair(kind, 1.25, exact, exact)


def _is_rounded(written: Fraction, needed: float) -> bool:
    """Tell whether a decimal is what is left of a longer number: 0.33 of 1/3, 0.4 of 1/√(2π)."""
    if written.denominator == 1:
        return False
    error = abs(float(written) - needed)
    return error < 0.03 * abs(needed) and error * written.denominator < 1


def _other_function(
    item: Occurrence, own: str, arguments: tuple[Expression, ...], floats: Floats
) -> Iterator[Repair]:
    for name in _ELEMENTARY:
        row = record(name)
        fits = row.min_arity <= len(arguments) and (row.max_arity or 9) >= len(arguments)
        if name != own and fits and row.max_arity is not None:
            other = Call(name, arguments)
            if item.mended_by(floats.value(other)):
                yield _repair("wrong_function_derivative", 1.2, other, other)


def _sign_only(item: Occurrence, ratio: Values) -> Iterator[Repair]:
    factor = _constant(ratio)
    if factor is not None and close(factor, -1):
        yield _repair("sign", 1.0, negated(item.part), None)


def _scaled(item: Occurrence, ratio: Values) -> Iterator[Repair]:
    factor = _constant(ratio)
    if factor is None:
        return
    plain = simple_number(factor)
    if plain == -1:
        yield _repair("sign", 1.0, negated(item.part), None)
    elif plain is not None:
        mended, changed = scaled(item.part, abs(plain))
        kind = "factor" if changed else "constant_dropped"
        rarity = 0.02 * (plain.numerator.bit_length() + plain.denominator.bit_length())
        if plain < 0:
            mended, rarity = negated(mended), rarity + 1.0
        yield _repair(kind, 1.2 + rarity, mended, number(abs(plain)))
    else:
        exact = named_number(factor)
        if exact is not None:
            yield _repair("constant_dropped", 1.4, multiplied(item.part, exact), exact)


def _factor_too_many(item: Occurrence, floats: Floats) -> Iterator[Repair]:
    once = list(without_each(item.part))
    for gone, left in once:
        if not isinstance(gone, Number) and item.mended_by(floats.value(left)):
            yield _repair("extra_chain_factor", 1.3, left, gone)
    if len(once) > 8:
        return
    for gone, left in once:
        for second, rest in without_each(left):
            if isinstance(gone, Number) and isinstance(second, Number):
                continue
            if item.mended_by(floats.value(rest)):
                yield _repair("extra_chain_factor", 1.6, rest, Mul((gone, second)))


def _other_exponent(item: Occurrence, ratio: Values, floats: Floats) -> Iterator[Repair]:
    for base, exponent, change in powers_of(item.part):
        if isinstance(base, Number):
            continue
        values = floats.value(base)
        for shift in _EXPONENTS:
            new = exponent + shift
            odd = shift.denominator != 1 and exponent.denominator == 1
            if new == 0 or (odd and (abs(new) != Fraction(1, 2) or isinstance(base, Call))):
                continue
            if new < 0 < exponent or exponent < 0 < new:
                continue
            if _is_power(ratio, values, float(shift)):
                price = 1.1 + 0.1 * (abs(shift) > 1)
                yield _repair("wrong_exponent", price, change(new), base)


def _is_power(ratio: Values, base: Values, exponent: float) -> bool:
    for value, unit in zip(ratio, base, strict=True):
        if math.isnan(value):
            continue
        if unit <= 0 and exponent != int(exponent):
            return False
        if unit == 0 or not close(value, unit**exponent):
            return False
    return True


def _factor_missing(item: Occurrence, ratio: Values, table: tuple[Piece, ...]) -> Iterator[Repair]:
    for piece in table:
        if piece.role == "one":
            continue
        for inverse in (False, True):
            if inverse and (piece.role != "name" or not all(piece.values)):
                continue
            values = tuple(1 / v for v in piece.values) if inverse else piece.values
            factor = proportion(ratio, values)
            plain = None if factor is None else simple_number(factor)
            if plain is None:
                continue
            added = Div(ONE, piece.expression) if inverse else piece.expression
            mended = multiplied(item.part, added)
            price = 1.5 + 0.06 * piece.size + 0.3 * inverse
            if abs(plain) != 1:
                mended, price = scaled(mended, abs(plain))[0], price + 1
            if plain < 0:
                mended, price = negated(mended), price + 0.8 - 0.7 * isinstance(added, Neg)
            yield _repair("missing_chain_factor", price, mended, added)


def _term_too_many(
    item: Occurrence, terms: tuple[Expression, ...], floats: Floats
) -> Iterator[Repair]:
    for i, term in enumerate(terms):
        left = sum_of(terms[:i] + terms[i + 1 :])
        if item.mended_by(floats.value(left)):
            yield _repair("extra_term", 1.4, left, term)
    if len(terms) > 8:
        return
    for i, first in enumerate(terms):
        for k in range(i + 1, len(terms)):
            left = sum_of(tuple(t for n, t in enumerate(terms) if n not in (i, k)))
            if item.mended_by(floats.value(left)):
                yield _repair("extra_term", 1.9, left, Add((first, terms[k])))


def _term_missing(
    item: Occurrence, difference: Values, table: tuple[Piece, ...]
) -> Iterator[Repair]:
    for piece in table:
        if piece.role == "pair":
            continue
        factor = proportion(difference, piece.values)
        plain = None if factor is None else simple_number(factor)
        if plain is None:
            continue
        term, _ = scaled(piece.expression, abs(plain))
        if plain < 0:
            term = negated(term)
        price = 1.6 + 0.06 * piece.size + (0.0 if abs(plain) == 1 else 0.4)
        price += 0.6 * isinstance(item.part, Var | Number) * (not item.in_exponent)
        price -= 0.3 * item.in_exponent
        kind = "wrong_exponent" if item.in_exponent else "dropped_term"
        yield _repair(kind, price, plus_term(item.part, term), term)


def _whole_part(item: Occurrence, table: tuple[Piece, ...]) -> Iterator[Repair]:
    if isinstance(item.part, Number | Var):
        return
    for piece in table:
        if piece.role not in ("one", "pair") and item.mended_by(piece.values):
            price = 2.6 + 0.06 * piece.size
            yield _repair("other", price, piece.expression, piece.expression)


def _renamed(
    claim: Expression, right: Values, floats: Floats, allowed: tuple[str, ...],
    related: Related,
) -> Iterator[Repair]:  # fmt: skip
    """Yield swaps of a name at all its places, and exchanges of two names."""
    used = [str(key) for key in variables(claim)]
    for name in used:
        for other in allowed:
            if other == name:
                continue
            tree = _exchanged(claim, {name: other})
            if same(floats.value(tree), right):
                price = 1.8 if frozenset((name, other)) in related else 1.2
                yield Repair("swapped_variable", price, tree, Var(name), Var(other), Var(other))
            if other in used and name < other:
                tree = _exchanged(claim, {name: other, other: name})
                if same(floats.value(tree), right):
                    yield Repair("swapped_variable", 1.3, tree, Var(name), Var(other), Var(other))


def _exchanged(claim: Expression, names: dict[str, str]) -> Expression:
    return substitute(claim, {name: Var(other) for name, other in names.items()})


def _other_side(claim: Expression, right: Values, floats: Floats) -> Iterator[Repair]:
    """Yield repairs of the regions of a `where`: its sides exchanged, its condition turned."""
    for item in occurrences(claim, right, floats):
        match item.part:
            case Call("where", (Compare() as condition, yes, no)):
                changes = [Call("where", (condition, no, yes))]
                turned = MIRRORED[condition.relation]
                if turned != condition.relation:
                    other = Compare(turned, condition.left, condition.right)
                    changes.insert(0, Call("where", (other, yes, no)))
                for mended in changes:
                    if item.mended_by(floats.value(mended)):
                        tree = put(claim, item.place, mended)
                        yield Repair("wrong_region", 0.8, tree, item.part, mended, None)
