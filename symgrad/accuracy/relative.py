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
from symgrad.expression.algebra import Product, add, div, mul, neg, tidy
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Logic,
    Mul,
    Number,
    Pow,
    Var,
    number,
    variables,
    walk,
)
from symgrad.program.series import ARGUMENT, SERIES, Local

MAX_LOGS = 5
BERNOULLI = ("1/6", "-1/30", "1/42", "-1/30", "5/66", "-691/2730", "7/6", "-3617/510")
HALF = Fraction(1, 2)
T = Var(ARGUMENT)


def _series(unit: Expression, coefficients: Sequence[Fraction]) -> Expression:
    return Call(SERIES, (unit, *[Number(c) for c in coefficients]))


def _local(test: Compare, near: Expression, direct: Expression) -> Local:
    return Local.of(Call("where", (test, near, direct)))


LOG_REST = _local(  # log(1 + t) - t
    Compare("<", Call("abs", (T,)), Number(Fraction(1, 8))),
    Mul((Pow(T, number(2)), _series(T, [Fraction((-1) ** (k + 1), k) for k in range(2, 19)]))),
    Add((Call("log1p", (T,)), neg(T))),
)
_FAR = Compare(">=", T, number(10))
_SQUARE = Div(ONE, Pow(T, number(2)))
_B = [Fraction(text) for text in BERNOULLI]
LGAMMA_REST = _local(  # lgamma(t) - (t - 1/2)*log(t) + t - log(2π)/2
    _FAR,
    Div(_series(_SQUARE, [b / (2 * k * (2 * k - 1)) for k, b in enumerate(_B, 1)]), T),
    Add(
        (
            Call("lgamma", (T,)),
            neg(Mul((Add((T, Number(-HALF))), Call("log", (T,))))),
            T,
            Number(-Fraction(0.9189385332046727)),
        )
    ),
)
DIGAMMA_REST = _local(  # log(t) - 1/(2t) - digamma(t)
    _FAR,
    Div(_series(_SQUARE, [b / (2 * k) for k, b in enumerate(_B, 1)]), Pow(T, number(2))),
    Add((Call("log", (T,)), neg(Div(Number(HALF), T)), neg(Call("digamma", (T,))))),
)


def relative_logs(e: Expression) -> Iterator[Expression]:
    """Yield a sum with its logarithms relative to one of them, or in pairs."""
    if not isinstance(e, Add) or sum(1 for p in walk(e) if isinstance(p, Call)) < 2:
        return
    terms = terms_of(multiplied_out(e) or e)
    for chosen in _pairs_of_gammas(terms):
        logs, rest = _collected(terms, chosen)
        if 2 <= len(logs) <= MAX_LOGS:
            for groups in _groupings(logs):
                form = _written(logs, groups, rest)
                yield form
                yield Call("where", (_nearby(groups), form, e))


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


def _pairs_of_gammas(terms: Sequence[Expression]) -> Iterator[frozenset[Call]]:
    """Yield which lgamma and digamma are written out: two of opposite coefficients, or none."""
    found: dict[Call, Expression] = {}
    for term in terms:
        call, factor = _apart(term, ("lgamma", "digamma"))
        if call is not None and variables(call):
            found[call] = factor
    yield frozenset()
    for (a, p), (b, q) in combinations(found.items(), 2):
        if a.function == b.function and add(p, q) == ZERO:
            yield frozenset((a, b))


def _apart(term: Expression, functions: Sequence[str]) -> tuple[Call | None, Expression]:
    """Return the call of one of these functions in a product, and what stands beside it."""
    product = product_of(term)
    for base, k in product.powers.items():
        if isinstance(base, Call) and base.function in functions and k == 1:
            rest = Product()
            rest.coefficient = product.coefficient
            rest.powers = {b: v for b, v in product.powers.items() if b != base}
            return base, rest.build()
    return None, term


def _collected(
    terms: Sequence[Expression], gammas: frozenset[Call]
) -> tuple[dict[Expression, Expression], list[Expression]]:
    """Return the coefficient of each logarithm by its argument, and the other terms."""
    logs: dict[Expression, Expression] = {}
    rest: list[Expression] = []
    stack = list(reversed(terms))
    while stack:
        term = stack.pop()
        call, factor = _apart(term, ("log", "log1p", "lgamma", "digamma"))
        if call is None or (call.function in ("lgamma", "digamma") and call not in gammas):
            rest.append(term)
            continue
        (a,) = call.arguments
        match call.function:
            case "lgamma":
                rest += [mul(factor, Call(LGAMMA_REST, (a,))), *_times(neg(a), factor)]
                factor = mul(factor, add(*terms_of(a), Number(-HALF)))
            case "digamma":
                rest.append(neg(mul(factor, Call(DIGAMMA_REST, (a,)))))
                rest.append(neg(div(factor, mul(number(2), a))))
            case "log1p":
                a = as_quotients(Add((ONE, a)))[0] if as_quotients(Add((ONE, a))) else add(ONE, a)
            case _:
                pass
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
) -> Expression:
    small: list[Expression] = []
    plain = list(rest)
    for first, *others in groups:
        total = _sum([logs[name] for name in (first, *others)])
        if total != ZERO:
            small.append(mul(total, Call("log", (first,))))
        for name in others:
            t = div(_sum([name, *[neg(p) for p in terms_of(first)]]), first)
            if variables(t):
                small.append(mul(logs[name], Call(LOG_REST, (t,))))
                plain.append(mul(logs[name], t))
            else:
                small.append(mul(logs[name], Call("log1p", (t,))))
    apart = [term for term in plain if any(isinstance(p, Call) for p in walk(term))]
    exact = add(*[term for term in plain if term not in apart])
    shorter = next(iter(as_quotients(exact)), exact) if isinstance(exact, Add) else exact
    return add(*small, *apart, *terms_of(shorter))
