"""Quotients in an order in which nothing overflows before it is divided."""

from __future__ import annotations

from fractions import Fraction

from symgrad.accuracy.normal import Atom, Fn, Group, Mono, Sym
from symgrad.accuracy.shapes import is_exponential_atom, sum_of_squares
from symgrad.expression.tree import Constant, Div, Expression, Number, Pow, children


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
    roots = [item for item, k in rest if k == -1 and is_conjugate(item)]
    squares = [item for item, k in rest if k == 2]
    if len(roots) != 1 or len(squares) != 1 or len(rest) != 2:
        return rest, []
    return [(i, Fraction(1) if i == squares[0] else k) for i, k in rest], squares


def is_conjugate(item: Atom) -> bool:
    """Tell whether a factor is a sum with a length in it: √(1 + x²) + 1."""
    return isinstance(item, Group) and any(
        isinstance(i, Fn) and i.name == "hypot" for m, _ in item.poly.terms for i, _ in m.powers
    )


def divided_one_by_one(
    above: list[Expression], divisors: list[Expression]
) -> tuple[list[Expression], list[Expression]]:
    """Divide factor by factor: x²/r³ as (x/r)*(x/r)/r, which neither overflows nor vanishes.

    Sides of a length come first: of y*x/√(1 + x²) it is x that may be huge.
    """
    result: list[Expression] = []
    left = list(divisors)
    sides = [side for divisor in divisors for side in children(divisor)]
    first = [factor for factor in above if _whole_power(factor)[0] in sides]
    for factor in (*first, *(factor for factor in above if factor not in first)):
        if not left or isinstance(factor, Number | Constant):
            result.append(factor)
            continue
        base, power = _whole_power(factor)
        times = min(int(power), len(left))
        if power % times == 0:
            each = _raised(base, power / times)
            result += [Div(each, left.pop()) for _ in range(times)]
        else:
            result += [Div(base, left.pop()) for _ in range(times)]
            result.append(_raised(base, power - times))
    quotients = [i for i, factor in enumerate(result) if isinstance(factor, Div)]
    if len(quotients) > 1:
        for place in reversed(quotients):
            if left:
                result[place] = Div(result[place], left.pop(0))
    return result, left


def _whole_power(e: Expression) -> tuple[Expression, Fraction]:
    """Return x and 3 for x³, and any other expression with 1."""
    if isinstance(e, Pow) and isinstance(e.exponent, Number):
        value = e.exponent.value
        if value.denominator == 1 and value > 1:
            return e.base, value
    return e, Fraction(1)


def _raised(base: Expression, power: Fraction) -> Expression:
    return base if power == 1 else Pow(base, Number(power))


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
