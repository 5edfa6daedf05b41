"""Forms of an expression: multiplied out, factored, and the shortest of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from math import gcd, lcm

from symgrad.expression.arrays import build
from symgrad.expression.arrays.size import UNIT
from symgrad.expression.arrays.tree import Array, walk

MAX_TERMS = 48
_MAX_SPREAD = 40.0  # the cost up to which an expression is multiplied out
_HEAVY = {"inv": 2, "T": 0.5, "expand": 0.2, "sum": 1.5, "fn": 1.5, "trace": 1.5, "most": 1.5,
          "det": 1.5, "logdet": 1.5, "softmax": 1.5, "lse": 1.5, "diag": 1.5, "diagonal": 1.5,
          "slice": 1.5, "pad": 3, "stack": 2, "least": 1.5}  # fmt: skip


@lru_cache(maxsize=1 << 16)
def cost(x: Array) -> float:
    """Return how long an expression is to read: leaves, and marks such as ⁻¹ and Σ.

    >>> from symgrad.expression.arrays.build import add, mul, name, num
    >>> a, b = name("a"), name("b")
    >>> cost(mul(num(2), add(a, b))) < cost(add(mul(num(2), a), mul(num(2), b)))
    True
    """
    if x.op == "num":
        return 0.25 if abs(x.value) == 1 else 1.0
    if not x.args:
        return 2.5 if x.op == "eye" else 1.0
    if x.op == "pow" and x.args[1].op == "num":
        exponent = abs(x.args[1].value)
        mark = _POWERS.get(exponent, 0.5)
        if exponent.denominator == 2:
            mark += -0.5 if x.args[0].op == "sum" else 0.75
        return cost(x.args[0]) + mark
    total = sum(map(cost, x.args))
    if x.op == "add":
        return total + 0.1 * (len(x.args) - 1) + 0.15
    if x.op == "sum" and _reads_as_product(x):
        return total + 0.5
    if x.op == "mul":
        return total - _means_in(x)
    return total + _HEAVY.get(x.op, 0) + (0.3 if x.op == "pow" else 0)


_POWERS = {Fraction(1): 0.0, Fraction(1, 2): 0.0}


def _means_in(x: Array) -> float:
    """Return what is saved where a sum and the number of its terms below it are a mean."""
    below = [part.args[0] for part in x.args if part.op == "pow" and part.args[0].op == "size"]
    saved = 0.0
    if below:
        for part in x.args:
            inner = part.args[0] if part.op == "expand" else part
            if inner.op == "sum":
                summed = inner.args[0]
                lost = summed.shape if inner.data is None else (summed.shape[inner.along],)
                if all(build.length(size) in below for size in lost):
                    saved += len(lost)
    return saved


def _reads_as_product(x: Array) -> bool:
    """Tell whether a sum is written uᵀv."""
    inner = x.args[0]
    if len(inner.shape) != 1:
        return False
    return (inner.op == "mul" and len(inner.args) == 2) or inner.op == "pow"


def distributed(x: Array) -> Array:
    """Return an expression multiplied out: products, sums, traces and transposes of sums.

    Operands of functions and powers stay as they are.
    """
    if x.op == "add":
        return build.add(*(distributed(term) for term in x.args))
    if x.op == "mul":
        return _distributed_product(x)
    if x.op in {"chain", "T", "sum", "trace", "expand", "slice", "pad", "diagonal"}:
        parts = [distributed(part) for part in x.args]
        made = build.rebuilt(x, parts)
        if made.op == "mul":
            return _distributed_product(made)
        if made.op != x.op:
            return made
        return _spread_over_sum(made)
    return x


def _spread_over_sum(x: Array) -> Array:
    for i, part in enumerate(x.args):
        inner, turned = (part.args[0], True) if part.op == "T" else (part, False)
        if inner.op != "add" or len(inner.args) > MAX_TERMS:
            continue
        terms = [build.transposed(term) if turned else term for term in _arrays(inner)]
        pieces = [build.rebuilt(x, [*x.args[:i], term, *x.args[i + 1 :]]) for term in terms]
        return build.add(*(distributed(piece) for piece in pieces))
    return x


def _arrays(x: Array) -> list[Array]:
    """Return the terms of a sum, each in its shape."""
    return [build.filled(term, x.shape) for term in x.args]


def _has_quotient(x: Array, others: Sequence[Array]) -> bool:
    """Tell whether a term of a sum has a factor below that another factor cancels."""
    above = set(others)
    for term in x.args:
        for part in term.args if term.op == "mul" else (term,):
            below = part.op == "pow" and part.args[1].op == "num" and part.args[1].value < 0
            if below and part.args[0] in above:
                return True
            if part.op == "expand" and part.args[0].op == "pow":
                return True
    return False


def _distributed_product(x: Array) -> Array:
    factors = list(x.args)
    sums = [i for i, part in enumerate(factors) if part.op == "add"]
    if not sums:
        parts = [distributed(part) if part.op in {"chain", "sum", "trace", "expand"} else part
                 for part in factors]  # fmt: skip
        made = build.mul(*parts)
        if made != x and any(part.op == "add" for part in made.args):
            return distributed(made)
        return build.filled(made, x.shape)
    first = next(
        (i for i in sums if _has_quotient(factors[i], factors[:i] + factors[i + 1 :])), sums[0]
    )
    inner = factors[first]
    if len(inner.args) > MAX_TERMS:
        return x
    terms = [
        build.filled(build.mul(*factors[:first], term, *factors[first + 1 :]), x.shape)
        for term in inner.args
    ]
    return build.add(*(distributed(term) for term in terms))


# Factors ------------------------------------------------------------------------------------------


def _parts(term: Array) -> list[Array]:
    """Return the factors of a product; the product of matrices is one of them."""
    return list(term.args) if term.op == "mul" else [term]


def _power(part: Array) -> tuple[Array, Fraction] | None:
    """Return base and exponent of a factor, None where it is a number."""
    if part.op == "num":
        return None
    if part.op == "pow" and part.args[1].op == "num":
        return part.args[0], part.args[1].value
    return part, Fraction(1)


def powers(term: Array) -> dict[Array, Fraction]:
    """Return the factors of a product with their exponents; those along an axis one by one."""
    found: dict[Array, Fraction] = {}
    for part in _parts(term):
        if part.op == "expand":
            inner = part.args[0]
            for piece in _parts(inner):
                got = _power(piece)
                if got is not None and got[0].shape:
                    lifted = build.expand(got[0], part.along, part.shape)
                    found[lifted] = found.get(lifted, Fraction(0)) + got[1]
            continue
        got = _power(part)
        if got is not None:
            found[got[0]] = found.get(got[0], Fraction(0)) + got[1]
    return found


def _common(terms: Sequence[Array]) -> list[Array]:
    """Return the factors that all terms share."""
    tables = [powers(term) for term in terms]
    found = []
    for base in tables[0]:
        own = [table.get(base, Fraction(0)) for table in tables]
        if base.op == "ones":
            continue
        if min(own) > 0:
            found.append(build.pow_(base, build.num(min(own))))
        elif max(own) < 0:
            found.append(build.pow_(base, build.num(max(own))))
    return found


def _numbers(terms: Sequence[Array]) -> Array:
    """Return the number that all terms share in front: a gcd, or one denominator."""
    values = [build.split_number(term)[0] for term in terms]
    above = reduce(gcd, (abs(value.numerator) for value in values))
    below = reduce(lcm, (value.denominator for value in values))
    if all(value.denominator == below for value in values):
        return build.div(build.num(above), build.num(below))
    if below > 1 and len(terms) <= 4:
        return build.div(build.num(above), build.num(below))
    return build.num(above)


def shared_factors(terms: Sequence[Array]) -> list[Array]:
    """Return the number and the factors that all terms share."""
    if any(build.is_zero(term) for term in terms):
        return []
    number = _numbers(terms)
    shared = [part for part in _common(terms) if part.op != "num"]
    return shared if number == build.ONE else [number, *shared]


def divided(term: Array, factors: Iterable[Array]) -> Array:
    """Return a term without factors that it has."""
    below = [build.pow_(factor, build.MINUS_ONE) for factor in factors]
    return build.mul(*below, term) if below else term


def factored(x: Array) -> Array:
    """Return a sum with common factors in front, level by level; anything else as it is."""
    if x.op != "add":
        return x
    x = _signs_aligned(x)
    if x.op != "add":
        return x
    best = x
    options = (_all_shared, _best_group, _matrix_groups, _sums_merged)
    for candidate in (option(x) for option in options):
        if candidate is not None and cost(candidate) < cost(best) - 1e-9:
            best = candidate
    return best


def _signs_aligned(x: Array) -> Array:
    """Return a sum in which a factor b − a is −(a − b) where another term has the factor a − b."""
    seen: set[Array] = set()
    terms = []
    for term in x.args:
        parts = []
        for part in _parts(term):
            turned = build.neg(part) if part.op == "add" else part
            if part.op == "add" and turned in seen:
                parts += [build.MINUS_ONE, turned]
                continue
            if part.op == "add":
                seen.add(part)
            parts.append(part)
        terms.append(build.mul(*parts) if len(parts) > len(_parts(term)) else term)
    same = all(a is b for a, b in zip(terms, x.args, strict=True))
    return x if same else build.filled(build.add(*terms), x.shape)


def _sums_merged(x: Array) -> Array | None:
    """Return a sum in which Σa + Σb, with the same factors in front, is Σ(a + b); traces alike."""
    groups: dict[tuple[str, object, Array], list[tuple[int, Array]]] = {}
    for i, term in enumerate(x.args):
        parts = _parts(term)
        totals = [part for part in parts if part.op in {"sum", "trace"}]
        if len(totals) != 1:
            continue
        number, _ = build.split_number(term)
        rest = build.mul(*(p for p in parts if p is not totals[0] and p.op != "num"))
        inner = build.scaled(number, totals[0].args[0])
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


def _all_shared(x: Array) -> Array | None:
    """Return the sum with what all terms share in front of it."""
    terms = _arrays(x)
    number = _numbers(terms)
    shared = [part for part in _common(terms) if part.op != "num"]
    if number != build.ONE:
        shared.insert(0, number)
    rest = build.add(*(divided(term, shared) for term in terms)) if shared else x
    if rest.op == "add":
        chains = _shared_matrix(_arrays(rest))
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
    positive = _positive_first(rest)
    return build.filled(build.mul(*shared, positive), x.shape)


def _positive_first(x: Array) -> Array:
    """Return a sum that begins with a term that is not subtracted, if there is one."""
    x = centred(x)
    if x.op != "add" or build.split_number(x.args[0])[0] > 0:
        return x
    for i, term in enumerate(x.args):
        if build.split_number(term)[0] > 0:
            return Array("add", (term, *x.args[:i], *x.args[i + 1 :]), None, x.shape)
    return x


def centred(x: Array) -> Array:
    """Return a sum in which −mean(t) stands right behind t."""
    if x.op != "add" or len(x.args) < 3:
        return x
    terms = list(x.args)
    for term in x.args:
        factor, rest = build.split_number(term)
        for axis in (None,) if len(x.shape) < 2 else (0, 1, None):
            mean = build.mean(rest, axis)
            if mean.shape != x.shape:
                mean = build.expand(mean, 1 - int(axis or 0), x.shape) if mean.shape else mean
            wanted = build.scaled(-factor, mean)
            if wanted in terms:
                terms.remove(wanted)
                terms.insert(terms.index(term) + 1, wanted)
                break
    return Array("add", tuple(terms), None, x.shape)


def _shared_matrix(terms: Sequence[Array]) -> Array | None:
    """Return A(B + C) for AB + AC and (A + B)C for AC + BC, or None."""
    for side in (0, -1):
        found = _shared_side(terms, side)
        if found is not None:
            return found
    return None


def _chain_factors(term: Array) -> tuple[list[Array], list[Array]] | None:
    """Return the scalars and the matrix factors of a term that is a product of matrices."""
    parts = _parts(term)
    arrays = [part for part in parts if part.shape]
    scalars = [part for part in parts if not part.shape]
    if not term.shape:
        if len(parts) and any(part.op == "chain" for part in parts):
            chains = [part for part in parts if part.op == "chain"]
            if len(chains) == 1:
                rest = [part for part in parts if part is not chains[0]]
                return rest, list(chains[0].args)
        return None
    if len(arrays) != 1:
        return None
    only = arrays[0]
    if only.op == "chain":
        return scalars, list(only.args)
    return scalars, [only]


def _shared_side(terms: Sequence[Array], side: int) -> Array | None:
    split = [_chain_factors(term) for term in terms]
    if any(item is None for item in split):
        return None
    rows = [item for item in split if item is not None]
    taken: list[Array] = []
    lists = [list(factors) for _, factors in rows]
    while True:
        ends = {factors[side] for factors in lists if factors}
        if len(ends) != 1 or any(not factors for factors in lists):
            break
        end = ends.pop()
        if end.op == "eye" or (len(end.shape) == 2 and end.shape[0] == end.shape[1] is UNIT):
            break
        for factors in lists:
            factors.pop(side)
        taken.append(end)
    if not taken:
        return None
    ordered = taken if side == 0 else list(reversed(taken))
    end = ordered[-1] if side == 0 else ordered[0]
    inner: list[Array] = []
    for (scalars, _), factors in zip(rows, lists, strict=True):
        rest = _rest_of(factors, scalars, end, side)
        if rest is None:
            return None
        inner.append(rest)
    turned = [len(part.shape) == 2 and part.shape[0] == UNIT for part in inner]
    if any(turned) and not all(turned):
        return None
    if all(turned):
        total = build.add(*(build.transposed(part) for part in inner))
        return build.chain(*ordered, build.transposed(_positive_first(total)))
    total = _positive_first(build.add(*inner))
    if not total.shape:
        return None
    return build.chain(*ordered, total) if side == 0 else build.chain(total, *ordered)


def _rest_of(factors: list[Array], scalars: list[Array], end: Array, side: int) -> Array | None:
    """Return what is left of a product whose end was taken away; the identity where nothing is."""
    if not factors:
        size = build.right_of(end) if side == 0 else build.left_of(end)
        if size == UNIT:
            return None
        return build.mul(*scalars, build.eye(size))
    made = build.chain(*factors)
    return build.mul_row(scalars, made) if made.shape else None


def _matrix_groups(x: Array) -> Array | None:
    """Return a sum in which two or more terms share a matrix at one end."""
    terms = _arrays(x)
    best: Array | None = None
    for side in (0, -1):
        groups: dict[Array, list[int]] = {}
        for i, term in enumerate(terms):
            split = _chain_factors(term)
            if split is not None and split[1][side].op != "eye":
                groups.setdefault(split[1][side], []).append(i)
        for members in groups.values():
            if len(members) < 2:
                continue
            grouped = [terms[i] for i in members]
            joined = _shared_matrix_with_number(grouped)
            if joined is None:
                continue
            rest = [term for i, term in enumerate(terms) if i not in members]
            at = members[0]
            made = build.add(*rest[:at], joined, *rest[at:])
            if best is None or cost(made) < cost(best):
                best = made
    return best


def _shared_matrix_with_number(terms: Sequence[Array]) -> Array | None:
    total = build.add(*terms)
    if total.op != "add":
        return total
    number = _numbers(terms)
    shared = [part for part in _common(terms) if not part.shape]
    if number != build.ONE:
        shared.insert(0, number)
    inner = [divided(term, shared) for term in terms]
    found = _shared_matrix(inner)
    return None if found is None else build.mul(*shared, found)


def _best_group(x: Array) -> Array | None:
    """Return a sum in which those terms are joined that share the factor worth most."""
    terms = _arrays(x)
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


Step = Callable[[Array], Array]


def shortest(x: Array, fold: Step) -> Array:
    """Return the shortest of the equal forms of an expression, the one as built if there are two.

    Args:
        x: an expression.
        fold: puts names in for what they stand for.
    """
    seen: dict[Array, Array] = {}
    return _shortest(x, fold, seen)


def _shortest(x: Array, fold: Step, seen: dict[Array, Array]) -> Array:
    found = seen.get(x)
    if found is not None:
        return found
    made = x
    if x.args:
        parts = [_shortest(part, fold, seen) for part in x.args]
        if any(a is not b for a, b in zip(parts, x.args, strict=True)):
            made = build.rebuilt(x, parts)
    made = fold(made)
    best = made
    many = any(part.op == "add" for part in walk(made))
    if many and made.op in {"add", "mul", "chain", "sum", "trace", "T"}:
        spread = distributed(made) if cost(made) < _MAX_SPREAD else made
        deep: dict[Array, Array] = {}
        folded = _deep(spread, fold, deep)
        together = _deep(factored(folded), fold, deep)
        for candidate in (factored(made), together, folded, factored(together)):
            ordered = _positive_first(candidate)
            if cost(ordered) < cost(best) - 1e-9:
                best = ordered
    best = _positive_first(best)
    seen[x] = best
    return best


def _deep(x: Array, fold: Step, seen: dict[Array, Array]) -> Array:
    """Return an expression with names put in at every level, from the inside out."""
    if not x.args:
        return x
    found = seen.get(x)
    if found is None:
        parts = [_deep(part, fold, seen) for part in x.args]
        same = all(a is b for a, b in zip(parts, x.args, strict=True))
        found = seen[x] = fold(x if same else build.rebuilt(x, parts))
    return found
