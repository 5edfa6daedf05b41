"""What can be told of a value from its normal form: exponentials in it, sums of squares."""

from __future__ import annotations

from symgrad.accuracy import normal as n
from symgrad.accuracy.normal import HALF, Atom, Fn, Group, Mono, Poly, Sym, TooManyMonomials


def has_exponential(poly: Poly) -> bool:
    """Tell whether a value is a product with an exponential in it, or a sum of such."""
    return any(is_exponential(mono) for mono, _ in poly.terms)


def exponential_part(mono: Mono) -> tuple[Mono, Mono]:
    """Split a product into its exponentials and the rest."""
    inside = tuple(p for p in mono.powers if is_exponential(Mono((p,))))
    return Mono(inside, mono.exponent), Mono(tuple(p for p in mono.powers if p not in inside))


def is_exponential(mono: Mono) -> bool:
    """Tell whether a product holds an exponential that may overflow or vanish."""
    if mono.exponent is not None:
        return True
    return any(
        (isinstance(item, Fn) and item.name in ("D", "E"))
        or (isinstance(item, Group) and is_exponential_sum(item.poly))
        for item, _ in mono.powers
    )


def is_exponential_sum(poly: Poly) -> bool:
    """Tell whether a sum holds a bare exponential, every other factor being plain."""
    if not any(mono.exponent is not None for mono, _ in poly.terms):
        return False
    return all(
        not (isinstance(item, Fn) and item.name in ("D", "E"))
        for mono, _ in poly.terms
        for item, _ in mono.powers
    )


def is_plain_exponential_sum(poly: Poly) -> bool:
    """Tell whether a sum holds exponentials times names and numbers only, none of them negative."""
    return is_exponential_sum(poly) and all(
        not isinstance(item, Fn) for mono, _ in poly.terms for item, _ in mono.powers
    )


def sum_of_squares(poly: Poly) -> tuple[Poly, ...] | None:
    """Return the sides of a sum of squares (one of them may be a number), or None."""
    if len(poly.terms) < 2:
        return None
    sides = []
    variable = 0
    for mono, value in poly.terms:
        even = all(k.denominator == 1 and k.numerator % 2 == 0 for _, k in mono.powers)
        if value <= 0 or mono.exponent is not None or not even:
            return None
        variable += bool(mono.powers)
        halves = Mono(tuple((item, k / 2) for item, k in mono.powers))
        try:
            sides.append(n.multiply(n.power(n.const(value), HALF), n.of(halves)))
        except TooManyMonomials:
            return None
    return tuple(sides) if variable else None


def is_exponential_atom(item: Atom) -> bool:
    """Tell whether a factor is 1 + exp(z), exp(z) - 1 or a sum of exponentials."""
    if isinstance(item, Fn):
        return item.name in ("D", "E")
    return isinstance(item, Group) and is_exponential_sum(item.poly)


def symbols(poly: Poly) -> frozenset[str]:
    """Return the names that a sum depends on, definitions not looked through."""
    found: set[str] = set()
    stack: list[Poly] = [poly]
    while stack:
        for mono, _ in stack.pop().terms:
            if mono.exponent is not None:
                stack.append(mono.exponent)
            for item, _ in mono.powers:
                if isinstance(item, Sym):
                    found.add(item.name)
                elif isinstance(item, Group):
                    stack.append(item.poly)
                else:
                    stack.extend(item.arguments)
                    if item.condition is not None and item.name == "where":
                        found.add(item.text)
    return frozenset(found)
