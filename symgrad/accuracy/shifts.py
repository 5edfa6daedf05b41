"""Sums of any number of exponentials, the largest one taken out before they are added up.

log(Σ c·exp(u)) is m + log(Σ c·exp(u - m)) with m the largest u, or logsumexp(u + log(c), …) where
all c are positive; in a quotient of such sums m is taken out above and below (P. Blanchard,
D. Higham, N. Higham, "Accurately computing the log-sum-exp and softmax functions", IMA JNA 2021).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from symgrad.accuracy.matching import product_of, rewrites, terms_of
from symgrad.accuracy.rows import trees
from symgrad.expression.algebra import Product, add, mul, neg, power
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
    Neg,
    Number,
    Var,
    number,
    variables,
)

MAX_TERMS = 8


class _Term(NamedTuple):
    """factor·exp(exponent)."""

    factor: Expression
    exponent: Expression

    def times_exp(self, more: Expression) -> Expression:
        """Return the term times exp(more), as one exponential."""
        exponent = add(*terms_of(self.exponent), *terms_of(more))
        return mul(self.factor, Call("exp", (exponent,))) if exponent != ZERO else self.factor


def shifted(e: Expression) -> Iterator[Expression]:
    """Yield a logarithm or a quotient with the largest exponential taken out."""
    match e:
        case Call("log", (Add() as inner,)):
            yield from _logarithm(_terms(inner))
        case Call("log", (Mul() | Div() as inner,)):
            yield from _logarithm_of_product(inner)
        case Call("log1p", (inner,)):
            yield from _logarithm(_terms(Add((ONE, inner))))
        case Add(terms):
            yield from _less_one(terms)
        case Mul() | Div() | Neg():
            yield from _quotient(e)
        case _:
            return


def _terms(e: Expression) -> list[_Term] | None:
    """Return the terms of a sum with two exponentials or more, 1 counted as one of them."""
    found = [_term(term) for term in terms_of(e)]
    exponents = dict.fromkeys(term.exponent for term in found)
    return found if len(exponents) >= 2 and len(found) <= MAX_TERMS else None


def _term(e: Expression) -> _Term:
    product = product_of(e)
    exponents: list[Expression] = []
    rest = Product()
    rest.coefficient = product.coefficient
    for base, k in product.powers.items():
        if isinstance(base, Call) and base.function == "exp" and isinstance(k, Fraction):
            exponents.append(mul(number(k), base.arguments[0]))
        else:
            rest.powers[base] = k
    return _Term(rest.build(), add(*exponents) if exponents else ZERO)


def _logarithm(terms: Sequence[_Term] | None) -> Iterator[Expression]:
    if terms is None:
        return
    yield from _log_sum_exp(terms)
    top = _largest(terms)
    yield Add((top, Call("log", (_sum(terms, neg(top)),))))


def _logarithm_of_product(e: Expression) -> Iterator[Expression]:
    """Yield log(a·b/c) as log(a/c) + log(b), the b with a logarithm of their own taken apart."""
    product = product_of(e)
    apart, rest = [], Product()
    rest.coefficient = product.coefficient
    for base, k in product.powers.items():
        own = next(_own_logarithms(base), None) if isinstance(k, Fraction) else None
        if own is None or not isinstance(k, Fraction):
            rest.powers[base] = k
        else:
            apart.append(mul(number(k), own))
    if not apart:
        return
    remaining = rest.build()
    if remaining == ONE:
        yield Add(tuple(apart)) if len(apart) > 1 else apart[0]
    else:
        match remaining:
            case Div(Number(value), below) if value == 1:
                whole = Add((*apart, neg(Call("log", (below,)))))
            case _:
                whole = Add((Call("log", (remaining,)), *apart))
        yield whole
        yield Call("where", (Compare(">", remaining, ZERO), whole, Call("log", (e,))))


def _own_logarithms(e: Expression) -> Iterator[Expression]:
    """Yield what rows without a condition make of log(e), e no name."""
    whole = Call("log", (e,))
    if isinstance(e, Call | Add):
        for conditions, pattern, form in trees():
            if isinstance(pattern, Call) and pattern.function == "log" and not conditions:
                if pattern.arguments[0] == Var("a") or isinstance(pattern.arguments[0], Div):
                    continue
                yield from (new for new, _ in rewrites(pattern, form, whole))


def _log_sum_exp(terms: Sequence[_Term]) -> Iterator[Expression]:
    """Yield log of the sum as logsumexp, what has to be positive asked for outside of it."""
    arguments, tests = [], []
    for factor, exponent in terms:
        if isinstance(factor, Number):
            if factor.value <= 0:
                return
        elif isinstance(factor, Neg):
            return
        else:
            tests.append(Compare(">=", factor, ZERO))
        arguments.append(add(exponent, Call("log", (factor,))) if factor != ONE else exponent)
    whole = Call("logsumexp", tuple(arguments))
    if len(arguments) == 2 and arguments[0] == ZERO:
        whole = Call("softplus", (arguments[1],))
    yield whole
    if tests:
        condition = tests[0] if len(tests) == 1 else Logic("and", tuple(tests))
        plain = Call("log", (add(*[term.times_exp(ZERO) for term in terms]),))
        yield Call("where", (condition, whole, plain))


def _less_one(terms: Sequence[Expression]) -> Iterator[Expression]:
    """Yield logsumexp(a, b, …) - a as log1p(exp(b - a) + …)."""
    for whole in terms:
        if not isinstance(whole, Call) or whole.function != "logsumexp":
            continue
        for own in whole.arguments:
            if any(neg(own) == term for term in terms):
                gaps = [add(*terms_of(a), *terms_of(neg(own))) for a in whole.arguments if a != own]
                small = add(*[Call("exp", (gap,)) for gap in gaps])
                rest = [term for term in terms if term not in (whole, neg(own))]
                yield add(Call("log1p", (small,)), *rest)


def _largest(terms: Sequence[_Term]) -> Expression:
    exponents = tuple(dict.fromkeys(term.exponent for term in terms))
    return Call("max", exponents)


def _sum(terms: Sequence[_Term], more: Expression) -> Expression:
    return Add(tuple(term.times_exp(more) for term in terms))


def _quotient(e: Expression) -> Iterator[Expression]:
    product = product_of(e)
    sums = {
        base: k
        for base, k in product.powers.items()
        if isinstance(base, Add) and isinstance(k, Fraction) and k.denominator == 1
    }
    below = {base: terms for base, k in sums.items() if k < 0 and (terms := _terms(base))}
    for base, terms in below.items():
        k = sums[base]
        rest = Product()
        rest.coefficient = product.coefficient
        rest.powers = {b: v for b, v in product.powers.items() if b != base}
        outer = rest.build()
        yield from _taken_out(outer, terms, k)


def _taken_out(outer: Expression, terms: Sequence[_Term], k: Fraction) -> Iterator[Expression]:
    """Yield outer·(sum)^k with the largest exponential taken out of the sum, k below 0."""
    top = _largest(terms)
    inner = _sum(terms, neg(top))
    above = [_term(term) for term in _spread(outer)]
    moved = add(*[term.times_exp(mul(number(k), top)) for term in above])
    yield Div(moved, power(inner, number(-k)))
    if len(above) == 1 and k == -1:
        for whole in _log_sum_exp(terms):
            if isinstance(whole, Call) and whole.function != "where":
                yield above[0].times_exp(neg(whole))
        for term in terms:
            if term.exponent == above[0].exponent and not variables(term.factor):
                others = [t.times_exp(neg(term.exponent)) for t in terms]
                yield Div(above[0].factor, Add(tuple(others)))


def _spread(e: Expression) -> list[Expression]:
    """Return the terms of the sum among the factors that holds exponentials, if there is one."""
    product = product_of(e)
    for base, k in product.powers.items():
        if k == 1 and isinstance(base, Add) and _terms(base):
            rest = Product()
            rest.coefficient = product.coefficient
            rest.powers = {b: v for b, v in product.powers.items() if b != base}
            outer = rest.build()
            return [mul(outer, term) for term in base.terms]
    return [e]
