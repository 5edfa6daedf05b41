"""Every part of a claim, and the value it must have had for the whole to be right.

Sums, products, quotients, powers and the functions with an inverse are solved for one part at a
time, all other parts taken as they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from symgrad.expression.functions import record
from symgrad.expression.tree import (
    Add,
    Call,
    Div,
    Expression,
    Mul,
    Neg,
    Pow,
    children,
    with_children,
)
from symgrad.verify.explaining.floats import NAN, Floats, Values, close, power

# None at a point where the part has no influence
Needed: TypeAlias = tuple[float | None, ...]
Place: TypeAlias = tuple[int, ...]

MAX_OCCURRENCES = 120


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One part of a claim: where it stands, its value, and the value that would mend the claim.

    `in_product` tells that a product around it stands for its factors too, `in_sum` that it is a
    term of a sum, `in_exponent` that it stands in an exponent.
    """

    place: Place
    part: Expression
    values: Values
    needed: Needed
    in_product: bool = False
    in_sum: bool = False
    in_exponent: bool = False

    def mended_by(self, values: Sequence[float]) -> bool:
        """Tell whether a part with these values, put here, would make the claim right."""
        pairs = zip(values, self.needed, strict=True)
        return all(need is None or close(value, need) for value, need in pairs)

    def ratio(self) -> Values | None:
        """Return needed value over own value, None where it means nothing; NaN at no influence."""
        found = []
        for value, need in zip(self.values, self.needed, strict=True):
            if need is None:
                found.append(NAN)
            elif value == 0 or not math.isfinite(need):
                return None
            else:
                found.append(need / value)
        return _if_enough(found)

    def difference(self) -> Values | None:
        """Return needed value less own value; NaN at no influence."""
        found = []
        for value, need in zip(self.values, self.needed, strict=True):
            if need is None:
                found.append(NAN)
            elif not math.isfinite(need - value):
                return None
            else:
                found.append(need - value)
        return _if_enough(found)


def _if_enough(found: list[float]) -> Values | None:
    return tuple(found) if sum(1 for value in found if not math.isnan(value)) > 1 else None


def occurrences(root: Expression, right: Values, floats: Floats) -> Iterator[Occurrence]:
    """Yield the parts of a claim, outermost first, at most MAX_OCCURRENCES of them."""
    stack = [Occurrence((), root, floats.value(root), right)]
    count = 0
    while stack and count < MAX_OCCURRENCES:
        item = stack.pop()
        count += 1
        yield item
        stack.extend(reversed(list(_inner_occurrences(item, floats))))


def _inner_occurrences(item: Occurrence, floats: Floats) -> Iterator[Occurrence]:
    """Yield the parts of an occurrence, each with the values that it must have had."""
    match item.part:
        case Add(terms):
            for i, term in enumerate(terms):
                own = floats.value(term)
                rest = _each(lambda n, v, o: n - (v - o), item.needed, item.values, own)
                yield _inner(item, i, term, own, rest, in_sum=True)
        case Neg(operand):
            yield _inner(
                item, 0, operand, floats.value(operand), _each(lambda n: -n, item.needed),
                in_product=True, in_sum=item.in_sum,
            )  # fmt: skip
        case Mul(factors):
            for i, factor in enumerate(factors):
                others = [floats.value(f) for k, f in enumerate(factors) if k != i]
                product = tuple(map(math.prod, zip(*others, strict=True)))
                rest = _each(_over, item.needed, product)
                yield _inner(item, i, factor, floats.value(factor), rest, in_product=True)
        case Div(above, below):
            top, bottom = floats.value(above), floats.value(below)
            times = _each(lambda n, b: n * b, item.needed, bottom)
            yield _inner(item, 0, above, top, times, in_product=True)
            over = _each(lambda n, t: _over(t, n), item.needed, top)
            yield _inner(item, 1, below, bottom, over, in_product=True)
        case Pow(base, exponent):
            b, e = floats.value(base), floats.value(exponent)
            yield _inner(item, 0, base, b, _each(_root_of, item.needed, b, e))
            needed = _each(_exponent_of, item.needed, b)
            yield _inner(item, 1, exponent, e, needed, in_exponent=True)
        case Call():
            yield from _arguments(item, item.part, floats)
        case _:
            return


def _arguments(item: Occurrence, call: Call, floats: Floats) -> Iterator[Occurrence]:
    """Yield the branches of a choice, or the argument of a function that has an inverse."""
    row = record(call.function)
    if row.condition_first:
        condition, *branches = call.arguments
        tests = floats.holds(condition)
        for i, branch in enumerate(branches):
            kept = tuple(
                need if test == (i == 0) else None
                for need, test in zip(item.needed, tests, strict=True)
            )
            yield _inner(item, i + 1, branch, floats.value(branch), kept)
    elif (inverse := row.inverse) is not None and len(call.arguments) == 1:
        (argument,) = call.arguments
        needs = _each(lambda n: _tried(inverse, n), item.needed)
        yield _inner(item, 0, argument, floats.value(argument), needs, in_exponent=item.in_exponent)


def _inner(
    outer: Occurrence, index: int, part: Expression, values: Values, needed: Needed, **where: bool
) -> Occurrence:
    where["in_exponent"] = where.get("in_exponent", False) or outer.in_exponent
    return Occurrence((*outer.place, index), part, values, needed, **where)


def _each(function: Callable[..., float], needed: Needed, *rows: Values) -> Needed:
    return tuple(
        None if need is None else function(need, *others)
        for need, *others in zip(needed, *rows, strict=True)
    )


def _over(a: float, b: float) -> float:
    return a / b if b else NAN


def _root_of(needed: float, base: float, exponent: float) -> float:
    """Return the base of the sign it had that gives the needed power."""
    if exponent == 0 or (needed < 0 and (base > 0 or exponent % 2 != 1)):
        return NAN
    return math.copysign(power(abs(needed), 1 / exponent), base)


def _exponent_of(needed: float, base: float) -> float:
    if base == 0 or abs(base) == 1 or needed == 0:
        return NAN
    return math.log(abs(needed)) / math.log(abs(base))


def _tried(function: Callable[[float], float], value: float) -> float:
    try:
        return function(value)
    except (ValueError, OverflowError, ZeroDivisionError):
        return NAN


def put(root: Expression, place: Place, part: Expression) -> Expression:
    """Return a tree with one part replaced; a sum put into a sum joins it."""
    if not place:
        return part
    parts = list(children(root))
    parts[place[0]] = put(parts[place[0]], place[1:], part)
    return flat(with_children(root, tuple(parts)))


def flat(e: Expression) -> Expression:
    """Return a tree whose top joins sums in a sum and products in a product."""
    match e:
        case Add(terms) if any(isinstance(term, Add) for term in terms):
            return Add(tuple(t for term in terms for t in _list(Add, term)))
        case Mul(factors) if any(isinstance(factor, Mul) for factor in factors):
            return Mul(tuple(f for factor in factors for f in _list(Mul, factor)))
        case _:
            return e


def _list(kind: type[Add | Mul], e: Expression) -> tuple[Expression, ...]:
    return children(e) if isinstance(e, kind) else (e,)


def flattened(e: Expression) -> Expression:
    """Return a tree with all nested sums and products joined, else as it was written.

    >>> from symgrad.expression.tree import Var
    >>> a, b, c = Var("a"), Var("b"), Var("c")
    >>> flattened(Mul((Mul((a, b)), c))) == Mul((a, b, c))
    True
    """
    parts = tuple(flattened(part) for part in children(e))
    return flat(with_children(e, parts)) if parts else e
