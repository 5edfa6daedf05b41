"""Sums of logarithms that nearly cancel, each taken relative to another one.

log(b) is log(r) + t + φ(t) with t = (b - r)/r and φ(t) = log(1 + t) - t. The logarithms of r and
the t are collected exactly, so that what is left over is small where the sum is: relative entropies
and deviances (b near r), and differences of lgamma and digamma, by Stirling's series (Abramowitz
and Stegun 6.1.41 and 6.3.18), where a distribution tends to its limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from symgrad.accuracy.arrangements import multiplied_out
from symgrad.accuracy.matching import product_of, terms_of
from symgrad.accuracy.quotient import as_quotients
from symgrad.accuracy.rows import tree_of
from symgrad.expression.algebra import add, div, mul, neg
from symgrad.expression.rebuilding import tidy
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Expression,
    Logic,
    Number,
    number,
    substitute,
    variables,
    walk,
)
from symgrad.program.series import SERIES, Local

MAX_LOGS = 5
MAX_GAPS = 2  # differences of lgamma, or of digamma, that are looked at
BERNOULLI = ("1/6", "-1/30", "1/42", "-1/30", "5/66", "-691/2730", "7/6", "-3617/510")


def _local(text: str, **parts: Expression) -> Local:
    """Return the function of t and u that a text gives, with these parts for names in it."""
    names: dict[str | int, Expression] = {key: e for key, e in parts.items()}  # noqa: C416
    return Local.of(substitute(tree_of(text), names))


def _series(x: str, coefficients: Sequence[Fraction]) -> Expression:
    return Call(SERIES, (tree_of(x), *map(Number, coefficients)))


_REST = [Fraction((-1) ** (k + 1), k) for k in range(2, 19)]
LOG_REST = _local(  # log((t + u)/u) - t/u
    "where(abs(t) < abs(u)/8, (t/u)^2*near, log((t + u)/u) - t/u)", near=_series("t/u", _REST)
)
_RATIO = [Fraction((-1) ** k * (k - 1), k) for k in range(2, 19)]
LOG_RATIO = _local(  # log((t + u)/u) - t/(t + u)
    "where(abs(t) < abs(u)/8, (t/u)^2*near, log((t + u)/u) - t/(t + u))",
    near=_series("t/u", _RATIO),
)
APART = (LOG_REST, LOG_RATIO, None)
_STIRLING = [Fraction(b) / (2 * k * (2 * k - 1)) for k, b in enumerate(BERNOULLI, 1)]
_SLOPES = [-(2 * k - 1) * c for k, c in enumerate(_STIRLING, 1)]


def _gap(text: str, tail: Sequence[Fraction]) -> Local:
    """Return a difference of two values, by Stirling's series where both arguments are large."""
    return _local(
        text,
        rest=Call(LOG_REST, (tree_of("u"), tree_of("t"))),
        high=_series("1/(t + u)^2", tail),
        low=_series("1/t^2", tail),
    )


# Less u*log(s) with s = t where both arguments are large, and 1 elsewhere; less u/(t + u).
LGAMMA_GAP = _gap(
    "where(min(t, t + u) >= max(10, abs(u)),"
    " u*(u/t) + (t + u)*rest - log1p(u/t)/2 + high/(t + u) - low/t,"
    " lgamma(t + u) - lgamma(t))",
    _STIRLING,
)
LGAMMA_SCALE = _local("where(min(t, t + u) >= max(10, abs(u)), t, 1)")
DIGAMMA_GAP = _gap(
    "where(min(t, t + u) >= max(10, abs(u)),"
    " rest + (1/2 + u)*u/(t*(t + u)) + high/(t + u)^2 - low/t^2,"
    " digamma(t + u) - digamma(t) - u/(t + u))",
    _SLOPES,
)


def relative_logs(e: Expression) -> Iterator[Expression]:
    """Yield a sum with its logarithms relative to one of them, or in pairs."""
    if not isinstance(e, Add) or sum(1 for p in walk(e) if isinstance(p, Call)) < 2:
        return
    whole = terms_of(multiplied_out(e) or e)
    gaps = [_with_gap(whole, *pair) for pair in _pairs_of_gammas(whole)[:MAX_GAPS]]
    yield from gaps
    if any(isinstance(p, Call) and p.function == "lgamma" for p in walk(e)) and gaps:
        return
    for terms in map(terms_of, gaps[:1]) if gaps else (whole,):
        logs, rest = _collected(terms)
        if 2 <= len(logs) <= MAX_LOGS:
            for groups in _groupings(logs):
                forms = [_written(logs, groups, rest, part) for part in APART]
                yield from forms
                yield Call("where", (_nearby(groups), forms[0], e))


def _nearby(groups: Sequence[tuple[Expression, ...]]) -> Expression:
    """Return the condition that all arguments are positive, and those of a group near together."""
    tests = []
    for first, *others in groups:
        if not others and variables(first):
            tests.append(Compare(">", first, ZERO))
        for name in others:
            gap = _sum([name, *[neg(p) for p in terms_of(first)]])
            tests.append(Compare("<", Call("abs", (gap,)), first))
    return tests[0] if len(tests) == 1 else Logic("and", tuple(tests))


def _pairs_of_gammas(terms: Sequence[Expression]) -> list[tuple[Call, Call, Expression]]:
    """Return two lgamma, or two digamma, that are subtracted, the simpler one behind."""
    found: dict[Call, list[Expression]] = {}
    for term in terms:
        call, factor = _apart(term, ("lgamma", "digamma"))
        if call is not None and variables(call):
            found.setdefault(call, []).append(factor)
    pairs = []
    for (a, p), (b, q) in combinations(found.items(), 2):
        if a.function == b.function and len(p) == len(q) == 1 and add(*p, *q) == ZERO:
            simpler = len(variables(b)) <= len(variables(a))
            pairs.append((a, b, p[0]) if simpler else (b, a, q[0]))
    return sorted(pairs, key=lambda pair: isinstance(pair[1].arguments[0], Add))


def _with_gap(terms: Sequence[Expression], high: Call, low: Call, factor: Expression) -> Expression:
    """Return a sum with the difference of two lgamma, or two digamma, as one function."""
    rest = [t for t in terms if _apart(t, (high.function,))[0] not in (high, low)]
    (above,), (below,) = high.arguments, low.arguments
    gap = _sum([*terms_of(above), *[neg(part) for part in terms_of(below)]])
    if high.function == "digamma":
        own = mul(factor, Call(DIGAMMA_GAP, (below, gap)))
        return add(own, *rest, *[div(part, above) for part in _times(gap, factor)])
    own, more = mul(factor, Call(LGAMMA_GAP, (below, gap))), mul(factor, gap)
    scale = Call(LGAMMA_SCALE, (below, gap))
    for i, term in enumerate(rest):
        log, k = _apart(term, ("log",))
        if log is None:
            continue
        if _sum([k, neg(more)]) == ZERO:
            rest[i] = mul(k, Call("log", (mul(scale, *log.arguments),)))
            return add(own, *rest)
        if _sum([k, more]) == ZERO:
            rest[i] = mul(more, Call("log", (div(scale, *log.arguments),)))
            return add(own, *rest)
    return add(own, *rest, mul(more, Call("log", (scale,))))


def _apart(term: Expression, functions: Sequence[str]) -> tuple[Call | None, Expression]:
    """Return the call of one of these functions in a product, and what stands beside it."""
    product = product_of(term)
    for base, k in product.powers.items():
        if isinstance(base, Call) and base.function in functions and k == 1:
            return base, product.without(base).build()
    return None, term


def _collected(
    terms: Sequence[Expression],
) -> tuple[dict[Expression, Expression], list[Expression]]:
    """Return the coefficient of each logarithm by its argument, and the other terms."""
    logs: dict[Expression, Expression] = {}
    rest: list[Expression] = []
    for term in terms:
        call, factor = _apart(term, ("log", "log1p"))
        if call is None:
            rest.append(term)
            continue
        (a,) = call.arguments
        if call.function == "log1p":
            a = Add((ONE, a))
        if isinstance(a, Add):
            a = next(iter(as_quotients(a)), tidy(a))
        for base, k in _logarithms(a):
            parts = [logs[base]] if base in logs else []
            logs[base] = _sum([*parts, mul(number(k), factor)])
    return {b: c for b, c in logs.items() if c != ZERO}, rest


def _times(e: Expression, factor: Expression) -> list[Expression]:
    return [mul(term, factor) for term in terms_of(e)]


def _sum(parts: Sequence[Expression]) -> Expression:
    total = add(*parts)
    wide = multiplied_out(total)
    return total if wide is None else wide


def _logarithms(e: Expression) -> Iterator[tuple[Expression, Fraction]]:
    """Yield what log(e) is made of: arguments and how often their logarithm is taken."""
    product = product_of(e)
    if any(not isinstance(k, Fraction) for k in product.powers.values()):
        yield e, Fraction(1)
        return
    if product.coefficient != 1:
        yield number(product.coefficient), Fraction(1)
    for base, k in product.powers.items():
        if isinstance(k, Fraction):
            yield tidy(base), k


def _groupings(logs: Mapping[Expression, Expression]) -> Iterator[list[tuple[Expression, ...]]]:
    """Yield logarithms in groups, the first of each group what the others are relative to."""
    names = list(logs)
    pairs = [(a, b) for a, b in combinations(names, 2) if _sum([logs[a], logs[b]]) == ZERO]
    if len(pairs) * 2 == len(names):
        yield [*pairs]
        yield [(b, a) for a, b in pairs]
    seen: set[tuple[Expression, ...]] = set()
    for key in dict.fromkeys(key for name in names for key in variables(name)):
        own = [name for name in names if key in variables(name)]
        alone = [(name,) for name in names if name not in own]
        for first in own if len(own) > 1 else ():
            group = (first, *[name for name in own if name != first])
            if group not in seen and group not in pairs:
                seen.add(group)
                yield [group, *alone]


def _written(
    logs: Mapping[Expression, Expression],
    groups: Sequence[tuple[Expression, ...]],
    rest: Sequence[Expression],
    apart: Local | None,
) -> Expression:
    """Return the sum, with log(1 + t) for each t, or with a part of that taken out of it."""
    small: list[Expression] = []
    plain = list(rest)
    for first, *others in groups:
        total = _sum([logs[name] for name in (first, *others)])
        if total != ZERO:
            small.append(mul(total, Call("log", (first,))))
        for name in others:
            gap = _sum([name, *[neg(p) for p in terms_of(first)]])
            t = div(gap, first)
            if variables(t) and apart is not None:
                small.append(mul(logs[name], Call(apart, (gap, first))))
                plain.append(mul(logs[name], div(gap, first if apart is LOG_REST else name)))
            else:
                small.append(mul(logs[name], Call("log1p", (t,))))
    calls = [term for term in plain if any(isinstance(p, Call) for p in walk(term))]
    exact = add(*[term for term in plain if term not in calls])
    shorter = next(iter(as_quotients(exact)), exact) if isinstance(exact, Add) else exact
    return add(*small, *calls, *terms_of(shorter))
