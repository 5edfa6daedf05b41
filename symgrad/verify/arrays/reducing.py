"""Terms over a sum beneath them, reduced: with q = 2 + u², u²/q is 1 − 2/q.

The leading term of q is written as q minus the other terms wherever it stands over q; both may be
sums, as Σᵢ exp(xᵢ) over Σₖ exp(xₖ). Leading means last in one order for all terms, so that a
reduction never comes back to where it began.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from fractions import Fraction

from symgrad.verify.arrays.terms import ArrayTerm, Factor, Index, Indices, text_of

MOST_PARTS = 6


def leading(parts: Sequence[ArrayTerm]) -> ArrayTerm | None:
    """Return the last of some terms in the order of their degrees and names, None among many."""
    if not 0 < len(parts) <= MOST_PARTS:
        return None
    lead = max(parts, key=_rank)
    return lead if lead.factors and len(lead.bound) <= 1 else None


def _rank(term: ArrayTerm) -> tuple[bool, Fraction, int, list[tuple[str, Indices]]]:
    degree = sum(map(abs, term.factors.values()), Fraction(0))
    return (bool(term.factors), degree, len(term.bound), sorted(term.factors))


def without(term: ArrayTerm, lead: ArrayTerm) -> ArrayTerm | None:
    """Return a term without the factors of a leading one, None where it does not hold them."""
    if not lead.bound:
        return _taken(term, lead.factors)
    ((own, size),) = lead.bound.items()
    for index, length in term.bound.items():
        if length != size:
            continue
        wanted = {_moved(key, own, index): power for key, power in lead.factors.items()}
        left = _taken(term, wanted)
        if left is None or any(index in where for _, where in left.factors):
            continue
        bound = {k: s for k, s in left.bound.items() if k != index}
        return ArrayTerm(left.number, left.factors, bound)
    return None


def _moved(key: Factor, old: Index, new: Index) -> Factor:
    atom, where = key
    places = tuple(new if k == old else k for k in where)
    return atom, tuple(sorted(places)) if atom.startswith("*") else places


def _taken(term: ArrayTerm, wanted: dict[Factor, Fraction]) -> ArrayTerm | None:
    factors = dict(term.factors)
    for key, power in wanted.items():
        held = factors.get(key, Fraction(0))
        if held * power <= 0 or abs(held) < abs(power):
            return None
        if held == power:
            del factors[key]
        else:
            factors[key] = held - power
    return ArrayTerm(term.number, factors, term.bound)


def over_nothing(terms: Sequence[ArrayTerm], sums: Container[str]) -> list[ArrayTerm] | None:
    """Return terms times the sums beneath them, None where nothing stands beneath.

    Only a sum whose indices are summed in none of the terms is multiplied with: what is left is
    zero where the terms were, since the sum itself is not zero everywhere.
    """
    lowest: dict[Factor, Fraction] = {}
    bound = {index for term in terms for index in term.bound}
    for term in terms:
        for key, exponent in term.factors.items():
            atom, where = key
            if exponent < 0 and atom in sums and bound.isdisjoint(where):
                lowest[key] = min(exponent, lowest.get(key, exponent))
    if not lowest:
        return None
    factor = ArrayTerm(Fraction(1), {key: -exponent for key, exponent in lowest.items()})
    return [term.times(factor) for term in terms]


def content(
    terms: Sequence[ArrayTerm], free: Indices, positive: Callable[[str], bool] | None
) -> ArrayTerm:
    """Return what all terms of a sum share, and the number in front of its first term.

    With `positive`, only atoms that it tells to be above zero, and no number: what may leave a root
    or a condition.
    """
    found: dict[Factor, Fraction] = {}
    for key in {key: None for term in terms for key in term.factors}:
        least = min(term.factors.get(key, Fraction(0)) for term in terms)
        allowed = positive is None or positive(key[0])
        if least and allowed and set(key[1]) <= set(free):
            found[key] = least
    number = min(terms, key=text_of).number if positive is None else Fraction(1)
    return ArrayTerm(number, found)
