"""Rules for sums: each sees a sum that may cancel and returns an equal value that does not.

A rule returns None where it does not apply. The rules are tried in the order of `RULES` until none
applies; each makes the sum shorter or turns it into a product, so that this ends.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from symgrad.accuracy import normal as n
from symgrad.accuracy.expansion import expanded, has_conflict, size
from symgrad.accuracy.exponentials import (
    exponential_grouping,
    exponential_polynomial,
    probability_minus,
    quotient_of_sums,
)
from symgrad.accuracy.logs import difference_of_logs, lse_minus_term
from symgrad.accuracy.look import Look
from symgrad.accuracy.mixtures import (
    by_branches,
    deviances,
    entropy_of_softplus,
    into_branches,
    label_of_softplus,
    labels_opened,
    maximum,
    opened,
    perfect_square,
    same_condition,
    scatter,
    symbolic_power_minus_one,
)
from symgrad.accuracy.nested import nested_growth
from symgrad.accuracy.normal import Fn, Mono, Poly, TooManyMonomials
from symgrad.accuracy.pairs import PAIR_RULES, WHOLE_PAIR_RULES, Rule, exponential_pair
from symgrad.accuracy.roots import conjugated
from symgrad.accuracy.series import flattened_at

MAX_ROUNDS = 8
MAX_SUM = 16


def simplified(look: Look, poly: Poly) -> Poly:
    """Return the sum in a form that does not cancel where a rule knows one."""
    if len(poly.terms) > MAX_SUM:
        return poly
    for _ in range(MAX_ROUNDS):
        if len(poly.terms) < 2:
            return poly
        for rule in RULES:
            try:
                found = rule(look, poly)
            except TooManyMonomials:
                found = None
            if found is not None and found != poly:
                poly = found
                break
        else:
            return poly
    return poly


def _common(look: Look, poly: Poly) -> Poly | None:
    """What all terms share stands outside, and the rest is looked at alone."""
    common = n.common_factor(poly)
    if common == n.UNIT:
        return None
    rest = n.divide(poly, common)
    inner = look.sum(rest)
    if inner == rest:
        return None
    return look.product(n.of(common), inner)


def _cancelling(look: Look, poly: Poly) -> Poly | None:
    """(x + h)² - x² is h(2x + h): terms that cancel when products are multiplied out."""
    if not has_conflict(poly):
        return None
    whole = expanded(look, poly)
    parts = sum(
        (size(expanded(look, n.of(mono, value))) for mono, value in poly.terms), Fraction(0)
    )
    if size(whole) >= parts:
        return None
    if has_conflict(whole):
        whole = look.sum(whole) if look.depth < 4 and len(whole.terms) < 5 else whole
        if has_conflict(whole):
            return None
    if whole.terms and len(whole.terms) > len(poly.terms) + 2:
        return None
    if len(whole.terms) > 1 and any(_is_small_twice(mono) for mono, _ in poly.terms):
        return None
    look.fire()
    return whole if len(whole.terms) < 2 else n.of(*n.factored(whole))


def _is_small_twice(mono: Mono) -> bool:
    """Tell whether (exp(x) - 1)*(exp(y) - 1) is there, which is lost when it is multiplied out."""
    return sum(isinstance(i, Fn) and i.name == "E" and k > 0 for i, k in mono.powers) > 1


def _reciprocals(look: Look, poly: Poly) -> Poly | None:
    """1/x + 1/(1 - x) is 1/(x*(1 - x)): the terms may cancel whatever their signs are."""
    if len(poly.terms) != 2 or has_conflict(poly):
        return None
    below = [Mono(tuple((item, -k) for item, k in mono.powers if k < 0)) for mono, _ in poly.terms]
    if not all(mono.powers for mono in below) or set(below[0].powers) & set(below[1].powers):
        return None
    both = n.join(*below)
    whole = expanded(look, n.times(poly, both))
    if whole.single is None:
        return None
    look.fire()
    return n.times(whole, n.inverse(both))


def _pairs(look: Look, poly: Poly) -> Poly | None:
    """Rules for two terms, tried on every two of a longer sum."""
    count = len(poly.terms)
    for i, j in combinations(range(count), 2):
        pair = Poly((poly.terms[i], poly.terms[j]))
        common = n.common_factor(pair)
        bare = pair if common == n.UNIT else n.divide(pair, common)
        if len(bare.terms) != 2:
            continue
        for rule in (
            (*PAIR_RULES, exponential_pair) if count > 2 else (*PAIR_RULES, *WHOLE_PAIR_RULES)
        ):
            found = rule(look, bare)
            if found is not None:
                look.fire()
                rest = Poly(tuple(t for k, t in enumerate(poly.terms) if k not in (i, j)))
                return n.add(n.multiply(n.of(common), found), rest)
    return None


def _flattened_functions(look: Look, poly: Poly) -> Poly | None:
    """Series before conjugates where functions other than roots take part."""
    functions = any(
        isinstance(item, Fn) and item.name not in ("hypot", "abs") and item.arguments
        for mono, _ in poly.terms
        for item, _ in mono.powers
    )
    return flattened_at(look, poly) if functions else None


RULES: tuple[Rule, ...] = (
    deviances,
    perfect_square,
    scatter,
    same_condition,
    label_of_softplus,
    entropy_of_softplus,
    by_branches,
    symbolic_power_minus_one,
    nested_growth,
    _common,
    exponential_polynomial,
    exponential_grouping,
    _cancelling,
    _reciprocals,
    into_branches,
    quotient_of_sums,
    labels_opened,
    opened,
    maximum,
    _pairs,
    lse_minus_term,
    difference_of_logs,
    _flattened_functions,
    conjugated,
    probability_minus,
    flattened_at,
)
