"""Names looked through: what a statement loses may cancel only where a name is written out.

∂J/∂K = δ_q/N₀ + δ_N/t with δ_q = −δ_N·E·N/t is δ_N·(1 − E)/t²: N and δ_q are written out, because
they stand in the sum that cancels; δ_N, which every term of it has, stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain

from symgrad.accuracy.matching import product_of
from symgrad.accuracy.quotient import as_quotients
from symgrad.expression.algebra import Product, add, mul
from symgrad.expression.rebuilding import tidy
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Var,
    children,
    number,
    size_of,
    substitute,
    variables,
    walk,
    with_children,
)
from symgrad.program.statements import Statement

LARGEST = 90  # parts of a form
WIDEST = 150  # parts of a formula before what cancels in it has cancelled
MOST_NAMES = 4  # names of a statement that are replaced one at a time
DEPTH, DEEPEST = 8, 16  # names that are replaced together


def unfolded(
    name: str, statements: Sequence[Statement], place: Mapping[str, int]
) -> Iterator[Expression]:
    """Yield the statement, with one name replaced by what it stands for, with more and more."""
    whole = statements[place[name]].formula.expression
    known = {s.name: s.formula.expression for s in statements[: place[name]]}
    yield whole
    names = [str(key) for key in variables(whole) if key in known]
    for key in names[:MOST_NAMES] if len(names) > 1 else ():
        if any(isinstance(part, Call | Div) for part in walk(known[key])):
            single = _written_out(whole, key, known)
            if _size(single) <= LARGEST:
                yield single
    for form in _together(whole, known, place):
        yield form
        yield folded(form, known)
    yield from _deeper(whole, known, place)


def _deeper(
    whole: Expression, known: Mapping[str, Expression], place: Mapping[str, int]
) -> Iterator[Expression]:
    """Yield the formula with its last name replaced, and again."""
    for _ in range(DEPTH):
        names = [str(key) for key in variables(whole) if key in known]
        if not names:
            return
        last = max(names, key=lambda n: place[n])
        whole = _written_out(whole, last, known)
        if _size(whole) > LARGEST:
            return
        yield whole


def _written_out(whole: Expression, name: str, known: Mapping[str, Expression]) -> Expression:
    """Return the formula with a name replaced, without factors that then stand on both sides.

    >>> from symgrad.accuracy.rows import tree_of
    >>> _written_out(tree_of("d*b*x"), "d", {"d": tree_of("log(b)/b")}) == tree_of("log(b)*x")
    True
    """
    written = substitute(whole, {name: known[name]})
    above, below = _sides(written)
    return written if above.isdisjoint(below) else tidy(written)


def _sides(e: Expression) -> tuple[set[Expression], set[Expression]]:
    """Return what a quotient is a product of, above and below the line."""
    match e:
        case Mul(parts):
            sides = [_sides(part) for part in parts]
            return set().union(*[side[0] for side in sides]), set().union(*[s[1] for s in sides])
        case Div(top, bottom):
            (above, under), (below, over) = _sides(top), _sides(bottom)
            return above | over, under | below
        case Neg(operand):
            return _sides(operand)
        case _:
            return ({tidy(e)} if variables(e) else set()), set()


def _together(
    whole: Expression, known: Mapping[str, Expression], place: Mapping[str, int]
) -> Iterator[Expression]:
    """Yield the formula as one quotient, with names written out that stand in a sum of it only.

    First those in sums that it is a multiple of: there terms cancel. Names elsewhere stay.
    """
    for _ in range(DEEPEST):
        found = as_quotients(whole)
        if found and found[0] != whole:
            whole = found[0]
            if _size(whole) <= LARGEST:
                yield whole
        deeper = _above(whole, known, place)
        if deeper is None or _size(deeper) > WIDEST:
            return
        whole = deeper


def _above(
    whole: Expression, known: Mapping[str, Expression], place: Mapping[str, int]
) -> Expression | None:
    """Return the formula with the last name in a sum above the line replaced, or in one below."""
    product = product_of(whole)
    sums = [base for base in product.powers if isinstance(base, Add)]
    above = [base for base in sums if _is_positive(product.powers[base])]
    for bases in (above, sums):
        names = [str(key) for key in chain.from_iterable(map(variables, bases)) if key in known]
        if names:
            last = max(names, key=lambda n: place[n])
            powers = {
                substitute(base, {last: known[last]}) if base in bases else base: k
                for base, k in product.powers.items()
            }
            product.powers = powers
            return product.build()
    return None


def folded(whole: Expression, known: Mapping[str, Expression]) -> Expression:
    """Return a formula with names for the products that they stand for.

    >>> from symgrad.accuracy.rows import tree_of
    >>> folded(tree_of("d*exp(s)*w/z^2"), {"p": tree_of("exp(s)/z")}) == tree_of("d*w*p/z")
    True
    """
    parts = children(whole)
    if not parts or isinstance(whole, Compare | Logic):
        return whole
    whole = with_children(whole, tuple(folded(part, known) for part in parts))
    if not isinstance(whole, Mul | Div):
        return whole
    product, found = _factors(whole), False
    for name, e in reversed(list(known.items())):
        own = _factors(e)
        if len(own.powers) > 1 and all(isinstance(k, Fraction) for k in own.powers.values()):
            while _divides(own, product):
                for base, k in own.powers.items():
                    product.multiply_base(base, -k)  # type: ignore[operator]
                product.coefficient /= own.coefficient
                product.multiply_base(Var(name), Fraction(1))
                found = True
    return _joined(product).build() if found else whole


def _factors(e: Expression) -> Product:
    """Return a product with exponentials of sums as products of exponentials."""
    product, found = product_of(e), Product()
    found.coefficient = product.coefficient
    for base, k in product.powers.items():
        match base:
            case Call("exp", (Add(terms),)) if isinstance(k, Fraction):
                for term in terms:
                    inner, sign = (term.operand, -k) if isinstance(term, Neg) else (term, k)
                    found.multiply_base(Call("exp", (inner,)), sign)
            case _:
                found.powers[base] = k
    return found


def _joined(product: Product) -> Product:
    """Return a product with its exponentials as one."""
    result, exponents = Product(), []
    result.coefficient = product.coefficient
    for base, k in product.powers.items():
        match base:
            case Call("exp", (inner,)) if isinstance(k, Fraction):
                exponents += [mul(number(k), inner)] if k else []
            case _:
                result.powers[base] = k
    if exponents:
        result.multiply_base(Call("exp", (add(*exponents),)), Fraction(1))
    return result


def _divides(own: Product, product: Product) -> bool:
    """Tell whether every factor is among those of another product, in the same place."""
    for base, k in own.powers.items():
        there = product.powers.get(base)
        if not isinstance(there, Fraction) or there * k < k * k:  # type: ignore[operator]
            return False
    return True


def _is_positive(k: object) -> bool:
    return isinstance(k, Fraction) and k > 0


def _size(e: Expression) -> int:
    return size_of(e)


__all__ = ["unfolded"]
