"""What follows where a gradient is zero: `w = (XᵀX)⁻¹Xᵀy`, `XᵀXw = Xᵀy`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.balls import Unknown
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import Array, names_in, walk
from symgrad.verify.arrays.proving import ArrayOutcome, Decider
from symgrad.verify.arrays.scope import NAME, Names

_BY = re.compile(
    rf"\s*(?:[∂d]\s*{NAME}\s*/\s*[∂d]\s*(?P<by>{NAME})|∇_(?:\{{(?P<braced>{NAME})\}}|(?P<plain>\w)).*)\s*"
)
_WHOLE = re.compile(rf"\s*(?:∇\s*{NAME}|{NAME}['′’])\s*(?:\([^()]*\))?\s*")
_HAT = re.compile(r"[\u0302\u0303]|\^\*|\*$|\^\{?(?:\*|⋆|opt)\}?|_\{?(?:[A-Z]{2,}|opt|ridge)\}?$")
_MARK = r"[\u0302\u0303]|\^\*(?!\w)|\^\{?⋆\}?|_\{(?:[A-Z]{2,}|opt|ridge)\}"
_MOST_INVERSES = 3
_MOST = 10**4


@dataclass(frozen=True, slots=True)
class Stationary:
    """A gradient that is set to zero, and the input that it is by; `alone`: no other one is."""

    gradient: Array
    by: str
    alone: bool = True


def without_hat(word: str) -> str:
    """Return a name without what marks it as a solution: μ of μ̂, w of w^*, β of β_OLS.

    >>> without_hat("w^*"), without_hat("β_{OLS}"), without_hat("w")
    ('w', 'β', 'w')
    """
    return _HAT.sub("", word)


def without_hats(text: str, parameters: Sequence[str]) -> tuple[str, set[str]]:
    """Return a text without the marks of solutions, and the parameters that had one.

    >>> without_hats("Aw_{opt}", ["w"])
    ('Aw ', {'w'})
    """
    found = set()
    for name in parameters:
        bare = re.sub(rf"{re.escape(name)}(?:{_MARK})", f"{name} ", text)
        found |= {name} if bare != text else set()
        text = bare
    return text, found


def input_of(left: str, names: Names) -> str:
    """Return the input that the derivative on a left side is by, or nothing."""
    if _WHOLE.fullmatch(left) and len(names.graph.parameters) == 1:
        return names.graph.parameters[0]
    found = _BY.fullmatch(left)
    word = (found["by"] or found["braced"] or found["plain"]) if found is not None else None
    node = names.resolve(word) if word else None
    return node if node is not None and names.graph.index[node].formula is None else ""


def where_zero(
    zero: Stationary, left: Array, right: Array, decider: Decider
) -> ArrayOutcome | None:
    """Return what is known of an equation behind a gradient that is zero; None where nothing is.

    An input that is solved for is put into the gradient. Any other equation holds where it is the
    gradient times a number, or times what is nowhere zero.
    """
    gradient = decider.expanded(zero.gradient)
    solution = decider.expanded(right)
    if left.op == "name" and left.text == zero.by and zero.by not in names_in(solution):
        if left.shape != solution.shape or not names_in(solution):
            return None
        put_in = substituted(gradient, {left: solution})
        found = decider.decide(put_in, leaves.zeros(put_in.shape), 5.0)
        if found.status == "refuted":
            text = f"put in for {zero.by}, it leaves a gradient that is not zero"
            return ArrayOutcome("refuted", text) if zero.alone else None
        return found
    residual = build.sub(left, right)
    if residual.shape != gradient.shape or not residual.shape:
        return None
    return _times(zero.gradient, residual, decider)


def _times(gradient: Array, residual: Array, decider: Decider) -> ArrayOutcome | None:
    """Return that a gradient is a residual times a number, and times factors without zeros.

    Either of them may be multiplied with an inverse that stands in them.
    """
    for one, other in ((gradient, residual), *_pairs(gradient, residual)):
        found = _in_proportion(one, other, decider)
        if found is not None:
            return found
    return None


def _pairs(gradient: Array, residual: Array) -> Iterator[tuple[Array, Array]]:
    """Yield both, one of them multiplied with a regular matrix from the left or from the right."""
    parts = (*walk(gradient), *walk(residual))
    inverses = list(dict.fromkeys(part for part in parts if part.op == "inv"))
    for inverse in inverses[:_MOST_INVERSES]:
        if build.left_of(gradient) == inverse.shape[0]:
            yield gradient, build.chain(inverse, residual)
            yield build.chain(inverse, gradient), residual
        if build.right_of(gradient) == inverse.shape[0]:
            yield gradient, build.chain(residual, inverse)
            yield build.chain(gradient, inverse), residual


def _in_proportion(gradient: Array, residual: Array, decider: Decider) -> ArrayOutcome | None:
    """Return that one is the other times a number, and times factors without zeros."""
    written = decider.shortest(gradient)
    factors = [part for part in written.args if written.op == "mul" and _has_no_zeros(part)]
    sizes = [part for part in walk(gradient) if part.op == "pow" and part.args[0].op == "size"]
    powers = (build.pow_(size, leaves.TWO) for size in sizes)
    for factor in dict.fromkeys((leaves.ONE, *factors, build.mul(*factors), *sizes, *powers)):
        one = decider.expanded(build.mul(factor, residual))
        ratio = _ratio(decider.expanded(gradient), one, decider)
        if ratio is None:
            continue
        found = decider.decide(leaves.scaled(ratio, one), gradient, 5.0)
        if found.status in {"proved", "agrees"}:
            return found
    return None


def _has_no_zeros(x: Array) -> bool:
    """Tell whether a number has a value other than zero wherever it has one."""
    exponent = x.args[1] if x.op == "pow" else None
    negative = exponent is not None and exponent.op == "num" and exponent.value < 0
    return not x.shape and (negative or x.op == "size" or (x.op == "fn" and x.text == "exp"))


def _ratio(one: Array, other: Array, decider: Decider) -> Fraction | None:
    """Return the number that an entry is of another at a first point, where it is a simple one."""
    for point in decider.drawn:
        try:
            a, b = (point.evaluator.value(x)[0][0] for x in (one, other))
            value = float(a.mid()) / float(b.mid())
        except (Unknown, ArithmeticError, ValueError, IndexError):
            continue
        if abs(value) < 1 / _MOST:
            continue  # zero at this point, as the gradient of a quotient at size 1
        ratio = Fraction(value).limit_denominator(64)
        return ratio if ratio and abs(float(ratio) - value) < 1e-9 * abs(value) < _MOST else None
    return None
