"""Products and sums arranged in other ways: what may overflow apart, what may cancel together."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice, zip_longest

from symgrad.accuracy.matching import product_of, terms_of
from symgrad.expression.algebra import Product, add, factored_sum, mul, power, tidy
from symgrad.expression.tree import (
    ONE,
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
        b for b, k in product.powers.items() if isinstance(k, Fraction) and k > 0
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


def _expanded(term: Expression) -> list[Expression]:
    product = product_of(term)
    for base, k in product.powers.items():
        if isinstance(base, Add) and k in (1, 2) and len(base.terms) <= MAX_TERMS:
            rest = Product()
            rest.coefficient = product.coefficient
            rest.powers = {b: v for b, v in product.powers.items() if b != base}
            outer = rest.build()
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
    product = product_of(e)
    above: list[Expression] = []
    below: list[Expression] = []
    for base, k in product.powers.items():
        if not isinstance(k, Fraction):
            above.append(Pow(base, k))
            continue
        side = above if k > 0 else below
        size = abs(k)
        if size.denominator != 1 or size > 4:
            side.append(power(base, number(size)))
        else:
            side.extend([base] * int(size))
    if product.coefficient.numerator not in (1, -1):
        above.insert(0, number(abs(product.coefficient.numerator)))
    if product.coefficient.denominator != 1:
        below.insert(0, number(product.coefficient.denominator))
    sign = product.coefficient < 0
    for form in _inside_choices(product):
        yield form
    for form in _paired(above, below):
        yield Neg(form) if sign else form
    for i, factor in enumerate(above):
        if isinstance(factor, Call) and factor.function == "exp":
            half = Call("exp", (mul(number(Fraction(1, 2)), factor.arguments[0]),))
            rest = [*above[:i], *above[i + 1 :]]
            inner = Mul((*rest, half)) if rest else half
            quotient = inner if not below else Div(inner, _product(below))
            whole = Mul((quotient, half))
            yield Neg(whole) if sign else whole


def _inside_choices(product: Product) -> Iterator[Expression]:
    """Yield where(c, a, 0)*b as where(c, a*b, 0): b is not needed on the other side."""
    for base, k in product.powers.items():
        if not isinstance(base, Call) or base.function != "where" or k != 1:
            continue
        condition, yes, no = base.arguments
        if number(0) in (yes, no):
            rest = Product()
            rest.coefficient = product.coefficient
            rest.powers = {b: v for b, v in product.powers.items() if b != base}
            outer = rest.build()
            yield Call("where", (condition, mul(yes, outer), mul(no, outer)))


def _paired(above: list[Expression], below: list[Expression]) -> Iterator[Expression]:
    if len(above) + len(below) < 3 or len(above) + len(below) > 10:
        return
    if below:
        pairs = [
            Div(a or ONE, b) if b is not None else a
            for a, b in zip_longest(above, below, fillvalue=None)
        ]
        parts = [p for p in pairs if p is not None]
        yield _product(parts)
        pairs = [
            Div(a or ONE, b) if b is not None else a
            for a, b in zip_longest(above, reversed(below), fillvalue=None)
        ]
        yield _product([p for p in pairs if p is not None])
        chain: Expression = above[0] if above else ONE
        for b in below:
            chain = Div(chain, b)
        for a in above[1:]:
            chain = Mul((chain, a))
        yield chain
    elif len(above) > 2:
        for i in range(len(above)):
            for j in range(i):
                first = Mul((above[i], above[j]))
                yield _product([first, *[a for k, a in enumerate(above) if k not in (i, j)]])


def _product(factors: list[Expression]) -> Expression:
    return factors[0] if len(factors) == 1 else Mul(tuple(factors))
