"""Quotients in an order in which nothing overflows before it is divided."""

from __future__ import annotations

from fractions import Fraction

from symgrad.expression import Constant, Div, Expression, Number, Pow
from symgrad.safe.normal import Atom, Fn, Group, Mono, Sym
from symgrad.safe.shapes import is_exponential_atom, sum_of_squares


def is_term_of(item: Atom, group: Group) -> bool:
    """Tell whether a factor is a term of a sum: a of a + b."""
    return any(
        mono.exponent is None and mono.powers == ((item, Fraction(1)),)
        for mono, _ in group.poly.terms
    )


def split_square(
    rest: list[tuple[Atom, Fraction]],
) -> tuple[list[tuple[Atom, Fraction]], list[Atom]]:
    """Take one factor x out of x²/(√(1 + x²) + 1), to be multiplied after the division."""
    roots = [
        item
        for item, k in rest
        if k == -1
        and isinstance(item, Group)
        and any(
            isinstance(i, Fn) and i.name == "hypot" for m, _ in item.poly.terms for i, _ in m.powers
        )
    ]
    squares = [item for item, k in rest if k == 2]
    if len(roots) != 1 or len(squares) != 1 or len(rest) != 2:
        return rest, []
    return [(i, Fraction(1) if i == squares[0] else k) for i, k in rest], squares


def divided_one_by_one(
    above: list[Expression], divisors: list[Expression]
) -> tuple[list[Expression], list[Expression]]:
    """Divide factor by factor: x²/r³ as (x/r)*(x/r)/r, which neither overflows nor vanishes."""
    result: list[Expression] = []
    left = list(divisors)
    for factor in above:
        times = 1
        base = factor
        if isinstance(factor, Pow) and isinstance(factor.exponent, Number):
            value = factor.exponent.value
            if value.denominator == 1 and 1 < value <= len(left):
                base, times = factor.base, int(value)
        if isinstance(base, Number | Constant):
            result.append(factor)
            continue
        if times == 1 and not left:
            result.append(factor)
            continue
        result += [Div(base, left.pop()) if left else base for _ in range(times)]
    return result, left


def paired_squares(mono: Mono) -> dict[Atom, Fraction]:
    """Return the factors of a quotient a²/b², which is taken as (a/b)²."""
    plain = [(i, k) for i, k in mono.powers if not is_exponential_atom(i)]
    for item, k in plain:
        if k.denominator == 1 and k >= 2:
            partner = next((i for i, e in plain if e == -k), None)
            hyp = isinstance(partner, Fn) and partner.name == "hypot"
            squares = isinstance(partner, Group) and sum_of_squares(partner.poly) is not None
            if partner is not None and not hyp and not squares:
                return {item: k, partner: -k}
        elif isinstance(item, Sym) and k.denominator == 1 and k <= -2:
            partner = next(
                (
                    i
                    for i, e in plain
                    if e == k
                    and isinstance(i, Group)
                    and any(m.power_of(item) == -1 for m, _ in i.poly.terms)
                ),
                None,
            )
            if partner is not None:
                return {item: k, partner: k}
    return {}
