"""Products and sums arranged in other ways: what may overflow apart, what may cancel together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from itertools import islice

from symgrad.accuracy.matching import product_of, terms_of
from symgrad.expression.algebra import Product, add, mul, neg, power
from symgrad.expression.factored import factored_sum
from symgrad.expression.rebuilding import replaced, tidy
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Mul,
    Neg,
    Pow,
    Var,
    number,
    variables,
    walk,
)
from symgrad.program.normal import effort_of

MAX_TERMS = 6
MAX_GUARDS = 10


def arranged(e: Expression) -> Iterator[Expression]:
    """Yield the same value in other arrangements."""
    match e:
        case Add():
            yield from _sums(e)
        case Mul() | Div() | Neg() | Pow():
            yield from _products(e)
        case Call("sqrt" | "log" as function, (Mul() | Div() as inner,)):
            yield from _number_apart(function, inner)
        case _:
            return


def _sums(e: Add) -> Iterator[Expression]:
    tidied = tidy(e)
    yield tidied
    yield factored_sum(terms_of(e))
    wide = multiplied_out(e)
    if wide is not None:
        yield wide
        if isinstance(wide, Add):
            yield factored_sum(terms_of(wide))
    together = _over_one_line(e)
    if together is not None:
        yield together
    yield from _choice_of_sums(e)


def _choice_of_sums(e: Add) -> Iterator[Expression]:
    """Yield a + where(c, b, d) as where(c, a + b, a + d)."""
    for i, term in enumerate(e.terms):
        sign, part = (neg, term.operand) if isinstance(term, Neg) else (add, term)
        match part:
            case Call("where", (condition, yes, no)):
                rest = (*e.terms[:i], *e.terms[i + 1 :])
                yield Call("where", (condition, add(*rest, sign(yes)), add(*rest, sign(no))))
            case _:
                pass


def _number_apart(function: str, inner: Expression) -> Iterator[Expression]:
    """Yield sqrt(a/2) as sqrt(a)/sqrt(2), log(2a) as log(a) + log(2)."""
    product = product_of(inner)
    value, product.coefficient = product.coefficient, Fraction(1)
    if value > 0 and value != 1:
        rest, own = Call(function, (product.build(),)), Call(function, (number(value),))
        yield Add((rest, own)) if function == "log" else mul(rest, own)


def _over_one_line(e: Add) -> Expression | None:
    """Return a/b + c as (a + cb)/b."""
    products = [product_of(term) for term in terms_of(e)]
    if not any(_below(p) for p in products):
        return None
    common: dict[Expression, Fraction] = {}
    for p in products:
        for base, k in _below(p).items():
            common[base] = max(common.get(base, Fraction(0)), -k)
    below = mul(*[power(base, number(k)) for base, k in common.items()])
    top = add(*[mul(p.build(), below) for p in products])
    wide = multiplied_out(top) or top
    return Div(factored_sum(terms_of(wide)), below)


def guarded(e: Expression) -> Iterator[Expression]:
    """Yield the formula with 0 for its value where a part of it is 0 that it has no value at."""
    product = product_of(e)
    below = [power(b, number(-k)) for b, k in _below(product).items()]
    found = dict.fromkeys([mul(*below)] if below else [])
    found |= dict.fromkeys(
        b for b, k in product.powers.items() if isinstance(k, Fraction) and k > 0 and b != e
    )
    for part in walk(e):
        match part:
            case Div(_, inner) | Call("log", (inner,)) | Pow(inner, Var()):
                found[tidy(inner)] = None
            case Call("log1p", (Div(_, inner),)):
                found[tidy(inner)] = None
            case _:
                pass
    for inner in islice(found, MAX_GUARDS):
        if variables(inner):
            yield Call("where", (Compare("==", inner, number(0)), number(0), e))
    for inner, rest in _without_quotients(e):
        yield Call("where", (Compare("==", inner, number(0)), rest, e))


def _without_quotients(e: Expression) -> Iterator[tuple[Expression, Expression]]:
    """Yield what terms of a sum are divided by, and the sum without these terms."""
    terms = [(term, _below(product_of(term))) for term in terms_of(e)]
    for base in dict.fromkeys(base for _, below in terms for base in below):
        rest = [term for term, below in terms if base not in below]
        if rest and variables(base):
            yield base, add(*rest)


def _below(p: Product) -> dict[Expression, Fraction]:
    return {b: k for b, k in p.powers.items() if isinstance(k, Fraction) and k < 0}


def multiplied_out(e: Expression) -> Expression | None:
    """Return a sum with the products of sums in it multiplied out, like terms collected."""
    terms: list[Expression] = []
    changed = False
    for term in terms_of(e):
        parts = _expanded(term)
        changed = changed or len(parts) > 1
        terms.extend(parts)
        if len(terms) > 4 * MAX_TERMS:
            return None
    return add(*terms) if changed else None


def cancelled(e: Expression, sums: Iterable[Expression]) -> Expression:
    """Return the formula with these sums in it multiplied out where terms cancel then.

    >>> from symgrad.accuracy.rows import tree_of
    >>> total = tree_of("-(1 - y)*x - (1 + y)*x")
    >>> cancelled(Call("exp", (Div(total, number(2)),)), [total]) == tree_of("exp(-x)")
    True
    """
    for total in sums:
        wide = _multiplied_out_shorter(total) if isinstance(total, Add) else None
        if wide is not None:
            e = tidy(replaced(e, {total: wide}.get))
    return e


@lru_cache(4096)
def _multiplied_out_shorter(e: Add) -> Expression | None:
    wide = multiplied_out(e)
    return None if wide is None or effort_of(wide) >= effort_of(e) else wide


def _expanded(term: Expression) -> list[Expression]:
    product = product_of(term)
    for base, k in product.powers.items():
        if isinstance(base, Add) and k in (1, 2) and len(base.terms) <= MAX_TERMS:
            outer = product.without(base).build()
            if k == 1:
                return [part for t in base.terms for part in _expanded(mul(outer, t))]
            squares = [mul(outer, a, b) for a in base.terms for b in base.terms]
            return terms_of(add(*squares))
    return [term]


def _products(e: Expression) -> Iterator[Expression]:
    tidied = tidy(e)
    yield tidied
    wide = multiplied_out(e)
    if wide is not None:
        yield wide
    yield from _inside_choices(product_of(e))


def _inside_choices(product: Product) -> Iterator[Expression]:
    """Yield where(c, a, 0)*b as where(c, a*b, 0): b is not needed on the other side."""
    for base, k in product.powers.items():
        if not isinstance(base, Call) or base.function != "where" or k != 1:
            continue
        condition, yes, no = base.arguments
        if number(0) in (yes, no):
            outer = product.without(base).build()
            yield Call("where", (condition, mul(yes, outer), mul(no, outer)))
