"""Named products as factors of others: which are safe to use under their names."""

from __future__ import annotations

from symgrad.accuracy import normal as n
from symgrad.accuracy.normal import Atom, Fn, Group, Mono, Poly, Sym
from symgrad.accuracy.shapes import is_exponential_atom, symbols


def is_safe_block(mono: Mono) -> bool:
    """Tell whether a named product never overflows by exponentials in it."""
    if any(isinstance(item, Fn) and item.name == "hypot" for item, _ in mono.powers):
        return False
    below = [item for item, k in mono.powers if k < 0 and is_exponential_atom(item)]
    above = [
        item
        for item, k in mono.powers
        if k > 0
        and is_exponential_atom(item)
        and Fn("D", item.arguments if isinstance(item, Fn) else ()) not in below
    ]
    if above and not is_part_of_sum(mono):
        return False
    if mono == n.UNIT or (len(mono.powers) == 1 and isinstance(mono.powers[0][0], Sym)):
        return False
    sums = [item for item in below if isinstance(item, Group)]
    if any(all(m.exponent is not None for m, _ in item.poly.terms) for item in sums) and (
        mono.exponent is None or len(sums) > 1 or mono.power_of(sums[0]) != -1
    ):
        return False
    if mono.exponent is None:
        return bool(mono.powers)
    left = mono.exponent
    for item in below:
        for _ in range(-int(mono.power_of(item)) if isinstance(item, Fn) else 0):
            less = n.add(left, n.negative(item.arguments[0])) if isinstance(item, Fn) else left
            left = less if len(less.terms) < len(left.terms) else left
    return not left.terms or any(
        isinstance(item, Group) and any(m.exponent == mono.exponent for m, _ in item.poly.terms)
        for item in below
    )


def is_part_of_sum(mono: Mono) -> bool:
    """Tell whether a product is some terms of a sum of exponentials over the whole sum."""
    sums = [i for i, k in mono.powers if k == -1 and isinstance(i, Group)]
    tops = [i for i, k in mono.powers if k == 1 and is_exponential_atom(i)]
    others = [i for i, _ in mono.powers if is_exponential_atom(i)]
    if len(sums) != 1 or len(tops) != 1 or len(others) != 2:
        return False
    terms = dict(sums[0].poly.terms)
    return all(terms.get(m) == v for m, v in opened_sum(tops[0], mono.exponent).terms)


def opened_sum(top: Atom, exponent: Poly | None) -> Poly:
    """Return a sum of exponentials, the exponential beside it multiplied in."""
    inner = (
        top.poly
        if isinstance(top, Group)
        else n.add(n.ONE, n.exp(top.arguments[0]))
        if (isinstance(top, Fn))
        else n.ONE
    )
    return n.times(inner, Mono((), exponent)) if exponent is not None else inner


def leaves_safe(block: Mono, mono: Mono) -> bool:
    """Tell whether what is left beside a block holds no exponential that overflows alone."""
    if not any(is_exponential_atom(item) for item, _ in block.powers):
        return True
    left = n.join(mono, n.inverse(block))
    exponential = Mono(tuple(p for p in left.powers if is_exponential_atom(p[0])), left.exponent)
    return (
        left.exponent is None
        or is_safe_block(exponential)
        or symbols(left.exponent).isdisjoint(symbols(n.of(block)))
    )


def divides(block: Mono, mono: Mono) -> bool:
    """Tell whether a product holds another as a factor, exponentials making no new ones."""
    for item, k in block.powers:
        whole = mono.power_of(item)
        if whole * k <= 0 or abs(whole) < abs(k):
            return False
    if block.exponent is None:
        return bool(block.powers)
    if mono.exponent is None:
        return False
    left = n.add(mono.exponent, n.negative(block.exponent))
    return len(left.terms) < len(mono.exponent.terms)
