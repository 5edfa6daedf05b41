"""Sums with what their terms share in front."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.cost import cost
from symgrad.expression.arrays.matrix_factors import matrix_groups, shared_matrix
from symgrad.expression.arrays.ordering import positive_first, signs_aligned
from symgrad.expression.arrays.powers import (
    common_factors,
    common_number,
    divided,
    factors_of,
    powers,
)
from symgrad.expression.arrays.size import UNIT
from symgrad.expression.arrays.spreading import terms_of
from symgrad.expression.arrays.tree import Array

_KEPT = 4_000  # sums whose groups are remembered: the same ones are left by many ways to group


def factored(x: Array) -> Array:
    """Return a sum with common factors in front, level by level; anything else as it is."""
    if x.op != "add":
        return x
    x = signs_aligned(x)
    if x.op != "add":
        return x
    best = x
    for candidate in (form(x) for form in _FORMS):
        if candidate is not None and cost(candidate) < cost(best) - 1e-9:
            best = candidate
    return best


def _sums_merged(x: Array) -> Array | None:
    """Return a sum in which Σa + Σb, with the same factors in front, is Σ(a + b); traces alike."""
    groups: dict[tuple[str, object, Array], list[tuple[int, Array]]] = {}
    for i, term in enumerate(x.args):
        parts = factors_of(term)
        totals = [part for part in parts if part.op in {"sum", "trace"}]
        if len(totals) != 1:
            continue
        number, _ = leaves.split_number(term)
        rest = build.mul(*(p for p in parts if p is not totals[0] and p.op != "num"))
        inner = leaves.scaled(number, totals[0].args[0])
        key = (totals[0].op, (totals[0].data, totals[0].args[0].shape), rest)
        groups.setdefault(key, []).append((i, inner))
    for (op, data, rest), members in groups.items():
        if len(members) < 2:
            continue
        inner = factored(build.add(*(part for _, part in members)))
        axis = data[0] if isinstance(data, tuple) else None
        total = build.trace(inner) if op == "trace" else build.sum_(inner, axis)
        held = {i for i, _ in members}
        others = [term for i, term in enumerate(x.args) if i not in held]
        at = members[0][0]
        made = build.mul(rest, total)
        return build.filled(build.add(*others[:at], made, *others[at:]), x.shape)
    return None


def _diagonals_merged(x: Array) -> Array | None:
    """Return a sum in which diag(u) + diag(v) is diag(u + v)."""
    vectors: list[Array] = []
    rest: list[Array] = []
    for term in x.args:
        parts = factors_of(term)
        found = [part for part in parts if part.op == "diag"]
        if len(found) == 1 and all(part is found[0] or not part.shape for part in parts):
            scalars = [part for part in parts if part is not found[0]]
            vectors.append(build.mul(*scalars, found[0].args[0]))
        else:
            rest.append(term)
    if len(vectors) < 2:
        return None
    return build.add(*rest, build.diag(factored(build.add(*vectors))))


def _over_one_denominator(x: Array) -> Array | None:
    """Return a sum over the lowest power of a sum q below it: 1/√q − (q − e)/√q³ is e/√q³.

    None where nothing meets there.
    """
    terms = terms_of(x)
    tables = [powers(term) for term in terms]
    for base in {base: None for table in tables for base in table if _is_sum(base)}:
        exponents = [table.get(base, Fraction(0)) for table in tables]
        least = min(exponents)
        above = [exponent - least for exponent in exponents]
        whole = all(k.denominator == 1 and k <= _HIGHEST for k in above)
        if least >= 0 or not any(above) or not whole:
            continue
        below = build.pow_(base, leaves.num(least))
        raised = [build.div(term, below) for term in terms]
        inner = build.add(*(_multiplied_out(term) for term in raised))
        if inner.op != "add" or len(inner.args) < len(terms) + sum(map(int, above)):
            return build.filled(build.mul(below, factored(inner)), x.shape)
    return None


_HIGHEST = 2


def _is_sum(x: Array) -> bool:
    return x.op == "add" or (x.op == "expand" and x.args[0].op == "add")


def _multiplied_out(x: Array) -> Array:
    """Return a product with the powers of sums in it written as products, multiplied out."""
    total = [leaves.ones(x.shape)]
    for part in factors_of(x):
        base, times = part, 1
        if part.op == "pow" and part.args[1].op == "num" and _is_sum(part.args[0]):
            exponent = part.args[1].value
            if exponent.denominator == 1 and 0 < exponent <= _HIGHEST:
                base, times = part.args[0], int(exponent)
        for _ in range(times):
            terms = base.args if base.op == "add" else (base,)
            total = [build.mul(a, b) for a in total for b in terms]
    return build.filled(build.add(*total), x.shape)


@lru_cache(maxsize=_KEPT)
def _all_shared(x: Array) -> Array | None:
    """Return the sum with what all terms share in front of it."""
    terms = terms_of(x)
    number = common_number(terms)
    shared = [part for part in common_factors(terms) if part.op != "num"]
    if number != leaves.ONE:
        shared.insert(0, number)
    rest = build.add(*(divided(term, shared) for term in terms)) if shared else x
    if rest.op == "add":
        chains = shared_matrix(terms_of(rest))
        inner = _inner(rest)
        rest = chains if chains is not None and cost(chains) < cost(inner) else inner
    if not shared:
        return rest if rest != x else None
    return _product_in_order(shared, rest, x)


def _inner(x: Array) -> Array:
    found = _best_group(x)
    return found if found is not None and cost(found) < cost(x) - 1e-9 else x


def _product_in_order(shared: list[Array], rest: Array, x: Array) -> Array:
    """Return shared factors times the rest, in front or behind as they stood in the first term."""
    positive = positive_first(rest)
    return build.filled(build.mul(*shared, positive), x.shape)


@lru_cache(maxsize=_KEPT)
def _best_group(x: Array) -> Array | None:
    """Return a sum in which those terms are joined that share the factor worth most."""
    terms = terms_of(x)
    if len(terms) < 2:
        return None
    uses: dict[tuple[Array, bool], list[int]] = {}
    for i, term in enumerate(terms):
        for base, power in powers(term).items():
            if base.op != "ones":
                uses.setdefault((base, power > 0), []).append(i)
    best: Array | None = None
    seen: set[tuple[int, ...]] = set()
    for members in uses.values():
        if len(members) < 2 or len(members) == len(terms) or tuple(members) in seen:
            continue
        seen.add(tuple(members))
        joined = _all_shared(build.add(*(terms[i] for i in members)))
        if joined is None:
            continue
        rest = [term for i, term in enumerate(terms) if i not in members]
        at = members[0]
        made = build.add(*rest[:at], joined, *rest[at:])
        if made.op == "add" and len(rest) > 1:
            again = _best_group(made)
            if again is not None and cost(again) < cost(made):
                made = again
        if best is None or cost(made) < cost(best) - 1e-9:
            best = made
        if len(seen) > 24:
            break
    return best


def _scaled_inside(x: Array) -> Array | None:
    """Return a sum in which numbers of the rows stand at the first matrix: (w ⊙ A)B for w ⊙ AB."""
    terms = [_at_first_matrix(term) for term in x.args]
    same = all(a is b for a, b in zip(terms, x.args, strict=True))
    return None if same else build.add(*terms)


def _at_first_matrix(term: Array) -> Array:
    parts = factors_of(term)
    chains = [part for part in parts if part.op == "chain" and len(part.args[0].shape) == 2]
    rows = [part for part in parts if part.op == "expand" and part.along == 0]
    numbers = [part for part in parts if not part.shape]
    if not rows or len(chains) != 1 or len(rows) + len(numbers) + 1 != len(parts):
        return term
    first, *others = chains[0].args
    if UNIT in first.shape:
        return term
    scaled = build.mul(*(build.expand(row.args[0], 0, first.shape) for row in rows), first)
    return build.mul(*numbers, build.chain(scaled, *others))


_FORMS = (
    _all_shared,
    _best_group,
    matrix_groups,
    _sums_merged,
    _diagonals_merged,
    _over_one_denominator,
    _scaled_inside,
)
