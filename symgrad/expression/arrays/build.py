"""The constructors: each returns a tree that has the value asked for, and is never longer.

They do what no reader would miss: numbers are multiplied, equal terms collected, zeros and
identity matrices dropped, transposes pushed to where they are short. What needs a choice (to
multiply out, to factor, to use a name) is in `forms` and `folding`.

They stand in one file for they call each other in a circle: a product is folded into a sum, a sum
is taken through a transpose, a part of a product of matrices is a product of parts. What needs no
other constructor is in `leaves`; what only calls them is in `rebuild`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import isqrt

from symgrad.expression.arrays.leaves import (
    HALF,
    MINUS_ONE,
    ONE,
    UNIT_FACTOR,
    ZERO,
    eye,
    is_zero,
    length,
    num,
    ones,
    scaled,
    split_number,
    zeros,
)
from symgrad.expression.arrays.size import UNIT, Shape, Size, shared_range
from symgrad.expression.arrays.tree import NOTHING_KNOWN, Array, digest, walk

ENTRYWISE = frozenset(("add", "mul", "pow", "fn", "cmp", "logic"))
_LARGEST_POWER = 64


def count(shape: Shape) -> Array:
    """Return the number of entries of a shape."""
    return mul(*(length(size) for size in shape))


def add(*terms: Array) -> Array:
    """Return a sum; numbers stand for themselves times ones where other terms are arrays."""
    shape: Shape = ()
    coefficients: dict[Array, Fraction] = {}
    stack = list(reversed(terms))
    while stack:
        term = stack.pop()
        shape = shape or term.shape
        if term.op == "add":
            stack.extend(reversed(term.args))
            continue
        if is_zero(term):
            continue
        if term.op == "ones":
            term = ONE
        factor, rest = split_number(term)
        if rest.op == "mul" and rest.args[-1].op == "ones":
            rest = mul(*rest.args[:-1])
        elif rest.op == "ones":
            rest = ONE
        known = coefficients.get(rest)
        coefficients[rest] = factor if known is None else known + factor
    if ONE in coefficients:
        _mirror(coefficients)
    kept = [scaled(factor, rest) for rest, factor in coefficients.items() if factor]
    if not kept:
        return zeros(shape)
    if len(kept) == 1:
        return filled(kept[0], shape)
    if all(not term.shape for term in kept):
        return filled(Array("add", tuple(kept), None, ()), shape)
    return Array("add", tuple(kept), None, shape)


def _mirror(coefficients: dict[Array, Fraction]) -> None:
    """Put σ(t) in for 1 − σ(−t) in a sum, the coefficients of its terms given."""
    for rest, factor in list(coefficients.items()):
        if rest.op != "fn" or rest.data != "sigmoid" or coefficients[ONE] != -factor or not factor:
            continue
        if split_number(rest.args[0])[0] < 0:
            del coefficients[rest]
            coefficients[ONE] = Fraction(0)
            mirrored = fn("sigmoid", neg(rest.args[0]))
            coefficients[mirrored] = coefficients.get(mirrored, Fraction(0)) - factor
            return


def filled(x: Array, shape: Shape) -> Array:
    """Return a number as an array of a shape, every entry the same; an array as it is."""
    return x if x.shape or not shape else mul(x, ones(shape))


def sub(a: Array, b: Array) -> Array:
    """Return a difference."""
    return add(a, neg(b))


def neg(x: Array) -> Array:
    """Return the negative; in a sum every sign is turned."""
    if x.op == "add":
        return add(*(neg(term) for term in x.args))
    return scaled(Fraction(-1), x)


def mul(*factors: Array) -> Array:
    """Return the product of each entry; scalars scale."""
    number, shape, exponents, along = _gathered(factors)
    if not number:
        return zeros(shape)
    kept: list[Array] = []
    for base, powers in exponents.items():
        if base.op == "place":
            part = expand(mul(*along[base.along]), base.along, shape)
        elif len(powers) == 1:
            part = pow_(base, powers[0])
        else:
            part = pow_(base, add(*powers))
        own, part = split_number(part)
        if own is not UNIT_FACTOR:
            number *= own
        if part.op == "mul":
            kept.extend(part.args)
        elif part.op != "ones" and part is not ONE:
            kept.append(part)
    if shape and not any(part.shape for part in kept):
        kept.append(ones(shape))
    kept = _met(kept)
    if len(kept) > 1 and any(part.op == "eye" for part in kept):
        others = [part for part in kept if part.op != "eye"]
        if any(part.shape for part in others):  # only the diagonal is left
            return scaled(number, diag(diagonal(mul(*others))))
    if len(kept) == 1:
        return scaled(number, kept[0])
    if not kept:
        return num(number)
    if number != 1:
        kept.insert(0, num(number))
    return Array("mul", tuple(kept), None, shape)


def _gathered(
    factors: Sequence[Array],
) -> tuple[Fraction, Shape, dict[Array, list[Array]], dict[int, list[Array]]]:
    """Return the number in a product, its shape, and the exponents of every other factor.

    Vectors spread along an axis are gathered by it; a mark keeps their place.
    """
    number = UNIT_FACTOR
    shape: Shape = ()
    exponents: dict[Array, list[Array]] = {}
    along: dict[int, list[Array]] = {}
    stack = list(reversed(factors))
    while stack:
        factor = stack.pop()
        shape = shape or factor.shape
        if factor.op == "mul":
            stack.extend(reversed(factor.args))
        elif factor.op == "num":
            number *= factor.value
        elif is_zero(factor):
            number = Fraction(0)
        elif factor.op == "ones":
            continue
        elif factor.op == "expand":
            along.setdefault(factor.along, []).append(factor.args[0])
            exponents.setdefault(_place_of(factor.along), [])
        else:
            base, exponent = (
                (factor.args[0], factor.args[1]) if factor.op == "pow" else (factor, ONE)
            )
            exponents.setdefault(base, []).append(exponent)
    return number, shape, exponents, along


def _place_of(axis: int) -> Array:
    """Return the mark that keeps the place of the factors that run along an axis."""
    return Array("place", (), axis, ())


_QUOTIENTS = (("sinh", "cosh", "tanh"), ("sin", "cos", "tan"))


def steps_of_max(x: Array) -> tuple[bytes, ...]:
    """Return the steps that max(0, t) holds already: it is 0 where t is not positive."""
    if x.op != "fn" or x.data != "max" or len(x.args) != 2 or not any(map(is_zero, x.args)):
        return ()
    other = x.args[1] if is_zero(x.args[0]) else x.args[0]
    return (step(other, ">", ZERO).key, step(other, ">=", ZERO).key)


def _met(factors: list[Array]) -> list[Array]:
    """Return factors with those pairs joined that have a name together: e^t/(1 + e^t) is σ(t).

    A factor that another one holds already is dropped: a mask, the step of a relu.
    """
    absorbed = {key for part in factors if part.op == "name" for key in part.facts.absorbs}
    absorbed |= {
        step(part.args[0], ">", ZERO).key
        for part in factors
        if part.op == "fn" and part.data == "relu"
    }
    absorbed |= {key for part in factors for key in steps_of_max(part)}
    if absorbed:
        factors = [part for part in factors if part.key not in absorbed]
    for above, below, together in _QUOTIENTS:
        for over in [p for p in factors if p.op == "fn" and p.data == above]:
            under = pow_(Array("fn", over.args, below, over.shape), MINUS_ONE)
            if under in factors and over in factors:
                factors[factors.index(over)] = fn(together, *over.args)
                factors.remove(under)
    for i, factor in enumerate(factors):
        if factor.op != "fn" or factor.data != "exp":
            continue
        if factor.shape and (joined := _softmax_met(factor, factors)) is not None:
            return joined
        opposite = fn("sigmoid", neg(factor.args[0]))
        rest = factors[:i] + factors[i + 1 :]
        if opposite in rest:  # e^t σ(−t) = σ(t)
            rest[rest.index(opposite)] = fn("sigmoid", factor.args[0])
            return rest
    return factors


def _softmax_met(exponential: Array, factors: Sequence[Array]) -> list[Array] | None:
    """Return factors in which e^x and 1/Σe^x beneath it are the softmax of x; None without both."""
    at = next(i for i, part in enumerate(factors) if part is exponential)
    for axis in (None,) if len(exponential.shape) == 1 else (0, 1):
        below = pow_(sum_(exponential, axis), MINUS_ONE)
        for i, part in enumerate(factors):
            if axis is None:
                rest = ONE if part == below else None
            else:
                rest = _without(part, below, 1 - axis)
            if rest is not None:
                made = [*factors]
                made[at] = softmax(exponential.args[0], axis)
                made[i] = rest
                return [item for item in made if item is not ONE and item.op != "ones"]
    return None


def _without(x: Array, factor: Array, axis: int) -> Array | None:
    """Return a vector along an axis without one of its factors, None where it has it not."""
    if x.op != "expand" or x.data != axis:
        return None
    inner = x.args[0]
    parts = list(inner.args) if inner.op == "mul" else [inner]
    if factor not in parts:
        return None
    parts.remove(factor)
    return expand(mul(ones(inner.shape), *parts), axis, x.shape)


def div(a: Array, b: Array) -> Array:
    """Return a quotient of each entry."""
    return mul(a, pow_(b, MINUS_ONE))


def pow_(base: Array, exponent: Array) -> Array:
    """Return a power of each entry."""
    if exponent.op != "num":
        if base.op == "ones" or base == ONE:
            return base
        shape = base.shape or exponent.shape
        return Array("pow", (base, exponent), None, shape)
    power = exponent.value
    if power == 1:
        return base
    if not power:
        return ones(base.shape)
    is_whole = power.denominator == 1
    match base.op:
        case "num" if (exact := _power_of(base.value, power)) is not None:
            return num(exact)
        case "ones":
            return base
        case "zeros" if power > 0:
            return base
        case "add" if is_whole and power < 0 and (logistic := _logistic(base)) is not None:
            return pow_(logistic, num(-power))
        case "mul" if is_whole:
            return mul(*(pow_(factor, exponent) for factor in base.args))
        case "mul" if base.args[0].op == "num" and base.args[0].value > 0:
            root = pow_(base.args[0], exponent)
            if root.op == "num":
                return mul(root, pow_(split_number(base)[1], exponent))
        case "expand":
            return expand(pow_(base.args[0], exponent), base.along, base.shape)
        case "pow" if is_whole or _is_odd_power(base):
            return pow_(base.args[0], mul(base.args[1], exponent))
        case "fn" if base.data == "abs" and is_whole and power % 2 == 0:
            return pow_(base.args[0], exponent)
        case "fn" if base.data == "step" and power > 0:
            return base
        case "name" if base.facts.mask and is_whole and power > 0:
            return base
        case "name" if base.facts.sign and is_whole:
            return base if power % 2 else ones(base.shape)
    return Array("pow", (base, exponent), None, base.shape)


def _power_of(value: Fraction, power: Fraction) -> Fraction | None:
    """Return a power of a number, None where it is left as it is written."""
    if value == 1:
        return value
    if power.denominator == 1:
        return value ** int(power) if value and abs(power) <= _LARGEST_POWER else None
    root = _root(value) if value > 0 and abs(power) == Fraction(1, 2) else None
    return root if root is None or power > 0 else 1 / root


def _logistic(x: Array) -> Array | None:
    """Return σ(−t) where an expression is 1 + e^t, whose reciprocal that is."""
    if len(x.args) != 2 or ONE not in x.args:
        return None
    other = x.args[1] if x.args[0] == ONE else x.args[0]
    if other.op != "fn" or other.data != "exp":
        return None
    return fn("sigmoid", neg(other.args[0]))


def _is_odd_power(x: Array) -> bool:
    """Tell whether x = b^e has an e with (b^e)^f = b^(ef) wherever x is real."""
    exponent = x.args[1]
    return exponent.op == "num" and exponent.value.denominator % 2 == 0


def _root(value: Fraction) -> Fraction | None:
    """Return the square root of a number where that is rational."""
    above, below = isqrt(value.numerator), isqrt(value.denominator)
    found = Fraction(above, below)
    return found if found * found == value else None


def sqrt(x: Array) -> Array:
    """Return the square root of each entry."""
    return pow_(x, HALF)


def fn(function: str, *args: Array) -> Array:
    """Return an elementary function of each entry."""
    shape: Shape = ()
    for part in args:
        shape = shape or part.shape
    if len(args) > 1 and shape and not all(map(_is_number, args)):
        args = tuple(map(_number_of, args))
    if function == "sqrt":
        return sqrt(args[0])
    if function in {"exp", "sin", "tan", "tanh", "sinh", "asin", "atan", "erf"} and is_zero(
        args[0]
    ):
        return zeros(shape) if function != "exp" else ones(shape)
    if function == "log" and args[0].op == "fn" and args[0].data == "exp":
        return args[0].args[0]
    if function == "log" and args[0].op == "det":
        return scalar_of_matrix("logdet", args[0].args[0])
    if function == "log" and (args[0] == ONE or args[0].op == "ones"):
        return zeros(shape)
    if len(args) == 1 and args[0].op == "expand":
        return expand(fn(function, args[0].args[0]), args[0].along, shape)
    if function == "where" and args[1] == args[2]:
        return filled(args[1], shape)
    return Array("fn", args, function, shape)


def _is_number(x: Array) -> bool:
    """Tell whether every entry is one number."""
    return not x.shape or x.op in {"ones", "zeros"} or (x.op == "mul" and x.args[-1].op == "ones")


def _number_of(x: Array) -> Array:
    """Return the number that stands in every entry, or else the array as it is."""
    if not x.shape or not _is_number(x):
        return x
    if x.op == "mul":
        return mul(*x.args[:-1])
    return ONE if x.op == "ones" else ZERO


def step(left: Array, relation: str, right: Array) -> Array:
    """Return 1 where a comparison holds and 0 elsewhere."""
    condition = compare(relation, left, right)
    return Array("fn", (condition,), "step", condition.shape)


def compare(relation: str, left: Array, right: Array) -> Array:
    """Return a condition on each entry, a number on its right side."""
    if left.op == "num" and right.op != "num":
        left, right = right, left
        relation = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(relation, relation)
    if relation in {">", "!="} and is_zero(right) and left.op == "fn" and left.data == "relu":
        left, relation = left.args[0], ">"
    if relation in {">", "!="} and is_zero(right) and steps_of_max(left):
        left, relation = next(part for part in left.args if not is_zero(part)), ">"
    return Array("cmp", (left, right), relation, left.shape or right.shape)


def logic(operator: str, args: Sequence[Array]) -> Array:
    """Return conditions joined."""
    shape: Shape = ()
    for part in args:
        shape = shape or part.shape
    return Array("logic", tuple(args), operator, shape)


def expand(v: Array, axis: int, shape: Shape) -> Array:
    """Return the matrix whose entry [i,j] is v_i (axis 0) or v_j (axis 1)."""
    if not v.shape:
        return filled(v, shape)
    if is_zero(v):
        return zeros(shape)
    if v.op == "ones":
        return ones(shape)
    factor, rest = split_number(v)
    if factor != 1:
        return scaled(factor, expand(rest, axis, shape))
    if rest.op == "mul":
        scalars = [part for part in rest.args if not part.shape]
        if scalars:
            arrays = [part for part in rest.args if part.shape]
            return mul(*scalars, expand(mul(*arrays), axis, shape))
    return Array("expand", (rest,), axis, shape)


def transposed(x: Array) -> Array:
    """Return the transpose; of a vector, the row for use in a product of matrices."""
    shape = x.shape
    if not shape:
        return x
    result: Shape = (UNIT, shape[0])
    if len(shape) == 2:
        result = (shape[1],) if shape[0] == UNIT else (shape[1], shape[0])
    match x.op:
        case "T":
            return x.args[0]
        case "eye" | "diag":
            return x
        case "zeros" | "ones" if len(result) == 2 and UNIT not in result:
            return Array(x.op, (), None, result)
        case "name" if x.facts.symmetric:
            return x
        case "name" if x.facts.skew:
            return neg(x)
        case "expand":
            return expand(x.args[0], 1 - x.along, result)
        case "chain":
            return chain(*(transposed(part) for part in reversed(x.args)))
        case "inv":
            return inverse(transposed(x.args[0]))
        case "mul":
            scalars = [part for part in x.args if not part.shape]
            arrays = [part for part in x.args if part.shape]
            if scalars:
                return mul_row(scalars, transposed(mul(*arrays)))
        case "softmax" if len(shape) == 2:
            return softmax(transposed(x.args[0]), 1 - x.along) if _short(x.args[0]) else _flip(x)
    if len(shape) == 1 or UNIT in result or x.op not in ENTRYWISE:
        return Array("T", (x,), None, result)
    pushed = entrywise(x, [transposed(part) if part.shape else part for part in x.args])
    if pushed == x:
        return x
    if _marks(pushed) <= _marks(x):
        return pushed
    key = pushed.key
    return Array("T", (x,), None, result, NOTHING_KNOWN, key)


def _short(x: Array) -> bool:
    """Tell whether the transpose of an expression has no more marks than itself."""
    return _marks(transposed(x)) <= _marks(x)


def _marks(x: Array) -> int:
    return sum(part.op == "T" for part in walk(x))


def _flip(x: Array) -> Array:
    return Array("T", (x,), None, (x.shape[1], x.shape[0]))


def mul_row(scalars: Iterable[Array], row: Array) -> Array:
    """Return scalars times a row or an array."""
    if len(row.shape) == 2 and row.shape[0] == UNIT:
        inner = transposed(row)
        return Array("T", (mul(*scalars, inner),), None, row.shape)
    return mul(*scalars, row)


def entrywise(x: Array, args: Sequence[Array]) -> Array:
    """Return the operation of each entry of `x` at other operands."""
    match x.op:
        case "add":
            return add(*args)
        case "mul":
            return mul(*args)
        case "pow":
            return pow_(args[0], args[1])
        case "cmp":
            return compare(x.text, args[0], args[1])
        case "logic":
            return logic(x.text, args)
        case _ if x.data == "step":
            return Array("fn", tuple(args), "step", args[0].shape)
        case _:
            return fn(x.text, *args)


def left_of(x: Array) -> Size:
    """Return the number of rows in a product."""
    return x.shape[0]


def right_of(x: Array) -> Size:
    """Return the number of columns in a product: a vector is a column."""
    return x.shape[1] if len(x.shape) == 2 else UNIT


def _flat_factors(factors: Iterable[Array]) -> tuple[list[Array], list[Array]]:
    """Return the scalars among factors of a product of matrices, and the rest, flat."""
    scalars: list[Array] = []
    flat: list[Array] = []
    stack = list(reversed(list(factors)))
    while stack:
        x = stack.pop()
        if not x.shape:
            scalars.append(x)
        elif x.op == "chain":
            stack.extend(reversed(x.args))
        elif x.op == "mul" and any(not part.shape for part in x.args):
            scalars += [part for part in x.args if not part.shape]
            stack.append(mul(*(part for part in x.args if part.shape)))
        elif x.op == "T" and x.args[0].op == "mul" and any(not p.shape for p in x.args[0].args):
            inner = x.args[0]
            scalars += [part for part in inner.args if not part.shape]
            stack.append(transposed(mul(*(part for part in inner.args if part.shape))))
        elif x.op == "T" and x.args[0].op == "chain":
            stack.extend(transposed(part) for part in x.args[0].args)
        elif x.op == "expand":
            other = Array("ones", (), None, (x.shape[1 - x.along],))
            pair = (x.args[0], transposed(other)) if x.data == 0 else (other, transposed(x.args[0]))
            stack.extend(reversed(pair))
        elif x.op == "ones" and len(x.shape) == 2 and UNIT not in x.shape:
            stack.append(transposed(ones((x.shape[1],))))
            stack.append(ones((x.shape[0],)))
        else:
            flat.append(x)
    return scalars, flat


def chain(*factors: Array) -> Array:
    """Return the matrix product; vectors are columns and their transposes rows."""
    outer = _outer_shape(factors)
    scalars, flat = _flat_factors(factors)
    if any(
        is_zero(part) or (part.op == "T" and is_zero(part.args[0])) for part in (*flat, *scalars)
    ):
        return zeros(outer)
    kept = [part for part in flat if part.op != "eye"]
    if not kept and flat:
        kept = [flat[0]]
    kept = _cancelled(kept)
    head, tail = _segments(kept, scalars)
    body = _joined(head, tail, outer)
    if body is None:
        return mul(*scalars)
    return mul_row(scalars, body) if scalars else body


def _outer_shape(factors: Sequence[Array]) -> Shape:
    arrays = [part for part in factors if part.shape]
    if not arrays:
        return ()
    left, right = left_of(arrays[0]), right_of(arrays[-1])
    if right == UNIT:
        return () if left == UNIT else (left,)
    return (left, right)


def _cancelled(factors: list[Array]) -> list[Array]:
    """Return factors without neighbours that undo one another."""
    kept: list[Array] = []
    for x in factors:
        before = kept[-1] if kept else None
        shorter = None if before is None else _inverse_met(before, x)
        if shorter is not None:
            kept[-1] = shorter
            continue
        if before is not None and _undo(before, x):
            kept.pop()
            if not kept and len(factors) == 2:
                return [eye(left_of(before))]
            if not kept:
                kept.append(eye(left_of(before)))
            continue
        if before is not None and before.op == "eye":
            kept.pop()
        if before is not None and (cut := _cut_met(before, x)) is not None:
            kept[-1:] = cut
            continue
        if before is not None and before.op == "diag" and len(x.shape) == 1:
            kept[-1] = mul(before.args[0], x)
            continue
        if before is not None and x.op == "diag" and before.shape[0] == UNIT:
            kept[-1] = transposed(mul(transposed(before), x.args[0]))
            continue
        if before is not None and x.op == "diag" and before.op == "diag":
            kept[-1] = diag(mul(before.args[0], x.args[0]))
            continue
        kept.append(x)
    if len(kept) > 1:
        kept = [part for part in kept if part.op != "eye"] or kept[:1]
    return kept


def _inverse_met(a: Array, b: Array) -> Array | None:
    """Return (AXB)⁻¹A as (XB)⁻¹ and B(AXB)⁻¹ as (AX)⁻¹, for a square A or B; else None.

    (cI + uvᵀ)⁻¹u is u/(c + vᵀu), by Sherman and Morrison.
    """
    if a.op == "inv" and len(b.shape) == 1 and (found := _rank_one(a.args[0], b)) is not None:
        return mul(b, pow_(found, MINUS_ONE))
    if b.op == "inv" and a.op == "T" and len(a.args[0].shape) == 1:
        found = _rank_one(transposed(b.args[0]), a.args[0])
        return None if found is None else transposed(mul(a.args[0], pow_(found, MINUS_ONE)))
    for inverted, factor, at in ((a, b, 0), (b, a, -1)):
        product = inverted.args[0] if inverted.op == "inv" else inverted
        if product is inverted or product.op != "chain" or product.args[at] != factor:
            continue
        if len(factor.shape) == 2 and factor.shape[0] == factor.shape[1]:
            return inverse(chain(*(product.args[1:] if at == 0 else product.args[:-1])))
    return None


def _rank_one(matrix: Array, u: Array) -> Array | None:
    """Return c + vᵀu for the matrix cI + uvᵀ, and None for any other."""
    if matrix.op != "add" or len(matrix.args) != 2:
        return None
    scale = inner = None
    for term in matrix.args:
        parts = term.args if term.op == "mul" else (term,)
        arrays = [part for part in parts if part.shape]
        scalars = mul(*(part for part in parts if not part.shape))
        if [part.op for part in arrays] == ["eye"]:
            scale = scalars
        elif len(arrays) == 1 and arrays[0].op == "chain" and arrays[0].args[0] == u:
            row = arrays[0].args[1:]
            inner = mul(scalars, chain(*row, u)) if left_of(row[0]) == UNIT else None
    return None if scale is None or inner is None else add(scale, inner)


def _cut_met(a: Array, b: Array) -> list[Array] | None:
    """Return the two factors that Mv is for v among zeros: a part of M and v; else None."""
    if b.op == "pad" and b.cut[0] == 0 and len(a.shape) == 2 and a.shape[0] != UNIT:
        _, start, _ = b.cut
        inner = b.args[0]
        return [part_of(a, 1, start, start + inner.shape[0]), inner]
    turned = a.args[0] if a.op == "T" else a
    if turned.op == "pad" and turned.cut[0] == (0 if a.op == "T" else 1) and b.shape:
        _, start, _ = turned.cut
        inner = transposed(turned.args[0]) if a.op == "T" else turned.args[0]
        return [inner, part_of(b, 0, start, start + right_of(inner))]
    return None


def _undo(a: Array, b: Array) -> bool:
    if len(a.shape) != 2 or len(b.shape) != 2:
        return False
    if a.op == "inv" and a.args[0] == b:
        return True
    if b.op == "inv" and b.args[0] == a:
        return True
    return (a.op == "T" and a.args[0] == b and b.op == "name" and b.facts.orthonormal) or False


def _segments(factors: list[Array], scalars: list[Array]) -> tuple[list[Array], list[Array]]:
    """Split factors where one ends in a column and the next begins with a row.

    What lies between two such places is a scalar, and so is all of it between a row and a column.
    Returns the factors that end in the column in front, and those that begin with the last row.
    """
    parts: list[list[Array]] = [[]]
    for x in factors:
        if parts[-1] and right_of(parts[-1][-1]) == UNIT:
            parts.append([])
        parts[-1].append(x)
    kept: list[list[Array]] = []
    for part in parts:
        if part and left_of(part[0]) == UNIT and right_of(part[-1]) == UNIT:
            scalars.append(_scalar(part))
        elif part:
            kept.append(_summed(part))
    if len(kept) == 2:
        return kept[0], kept[1]
    return (kept[0], []) if kept else ([], [])


def _summed(factors: list[Array]) -> list[Array]:
    """Return factors in which a product with ones is a sum."""
    if len(factors) > 1 and _is_ones_row(factors[0]):
        total = transposed(sum_(factors[1], 0))
        scalars, flat = _flat_factors([total])
        if not scalars:
            return _summed([*flat, *factors[2:]])
    if len(factors) > 1 and factors[-1].op == "ones":
        total = sum_(factors[-2], 1)
        scalars, flat = _flat_factors([total])
        if not scalars and not is_zero(total):
            return _summed([*factors[:-2], *flat])
    return factors


def _is_ones_row(x: Array) -> bool:
    return x.op == "T" and x.args[0].op == "ones"


def _scalar(factors: list[Array]) -> Array:
    """Return a row times … times a column."""
    factors = [part for part in factors if part.op != "eye"]
    if _is_ones_row(factors[0]) and len(factors) > 1:
        return sum_(chain(*factors[1:]), None)
    if factors[-1].op == "ones":
        return sum_(transposed(chain(*factors[:-1])), None)
    row, column = transposed(factors[0]), factors[-1]
    if len(factors) == 2:
        return sum_(mul(row, column), None)
    if len(factors) == 3 and factors[1].op == "diag":
        return sum_(mul(row, factors[1].args[0], column), None)
    keys = [part.key for part in factors]
    back = [transposed(part).key for part in reversed(factors)]
    return Array(
        "chain", tuple(factors), None, (), NOTHING_KNOWN, digest("chain", None, (), min(keys, back))
    )


def _joined(head: list[Array], tail: list[Array], outer: Shape) -> Array | None:
    if not head:
        return None
    if not tail:
        return head[0] if len(head) == 1 else Array("chain", tuple(head), None, outer)
    if len(tail) == 1 and _is_ones_row(tail[0]):
        return expand(chain(*head), 0, outer)
    if len(head) == 1 and head[0].op == "ones":
        return expand(transposed(chain(*tail)), 1, outer)
    return Array("chain", (*head, *tail), None, outer)


def outer(u: Array, v: Array) -> Array:
    """Return the matrix u_i v_j."""
    return chain(u, transposed(v))


def dot(u: Array, v: Array) -> Array:
    """Return the sum of u_i v_i."""
    return sum_(mul(u, v), None)


def inverse(x: Array) -> Array:
    """Return the inverse of a matrix."""
    match x.op:
        case "inv":
            return x.args[0]
        case "eye":
            return x
        case "diag":
            return diag(pow_(x.args[0], MINUS_ONE))
        case "mul":
            scalars = [part for part in x.args if not part.shape]
            if scalars:
                arrays = [part for part in x.args if part.shape]
                return mul(pow_(mul(*scalars), MINUS_ONE), inverse(mul(*arrays)))
        case "T" if x.args[0].op == "inv":
            return transposed(x.args[0].args[0])
        case "T":
            plain = Array("inv", x.args, None, x.args[0].shape)
            key = digest("inv", None, x.shape, [x.key])
            return Array("T", (plain,), None, x.shape, NOTHING_KNOWN, key)
        case _:
            pass
    return Array("inv", (x,), None, x.shape)


def sum_(x: Array, axis: int | None) -> Array:
    """Return the sum over an axis, or over all entries where `axis` is None."""
    if not x.shape:
        return x
    if len(x.shape) == 1:
        axis = None
    rest: Shape = () if axis is None else (x.shape[1 - axis],)
    if is_zero(x):
        return zeros(rest)
    if axis == 0 and rest[0] == x.shape[0] and transposed(x) == x:
        return sum_(x, 1)
    found = _sum_of_entries(x, axis, rest)
    if found is None:
        found = _sum_through(x, axis, rest)
    if found is not None:
        return found
    if x.op == "mul" or not (len(x.shape) == 2 and axis is None):
        return Array("sum", (x,), axis, rest)
    # The sum of all entries of a matrix is that of its transpose.
    key = digest("sum", None, (), [min(x.key, transposed(x).key)])
    return Array("sum", (x,), None, (), NOTHING_KNOWN, key)


def _sum_of_entries(x: Array, axis: int | None, rest: Shape) -> Array | None:
    """Return the sum of what is known entry by entry: ones, names with a sum, a softmax."""
    match x.op:
        case "ones":
            lost = x.shape if axis is None else (x.shape[axis],)
            return filled(count(lost), rest)
        case "eye":
            return ones(rest) if rest else length(x.shape[0])
        case "name":
            for known, total in x.facts.sums:
                if known == axis or (len(x.shape) == 1 and known in {None, 0}):
                    return filled(num(total), rest) if total else zeros(rest)
            if axis is None:
                for known, total in x.facts.sums:
                    if known is not None:
                        return mul(num(total), length(x.shape[1 - known]))
        case "softmax":
            if axis == x.data:
                return filled(ONE, rest)
            if axis is None:
                return length(x.shape[1 - x.along])
        case _:
            pass
    return None


def _sum_through(x: Array, axis: int | None, rest: Shape) -> Array | None:
    """Return the sum of an operation by that of its operands, or None."""
    match x.op:
        case "mul":
            return _sum_of_product(x, axis, rest)
        case "expand" if axis is not None:
            if axis == x.data:
                return filled(sum_(x.args[0], None), rest)
            return mul(length(x.shape[axis]), x.args[0])
        case "expand":
            return mul(length(x.shape[1 - x.along]), sum_(x.args[0], None))
        case "T":
            return sum_(x.args[0], None if axis is None else 1 - axis)
        case "diag":
            return sum_(x.args[0], None) if axis is None else x.args[0]
        case "diagonal":
            return trace(x.args[0])
        case "chain" if len(x.shape) == 2:
            return zeros(rest) if _sums_to_zero(x, axis) else _sum_of_outer(x, axis)
        case "add":
            return _sum_of_sum(x, axis)
        case "sum":
            return sum_(x.args[0], None)
        case "stack" if axis is None:
            return add(*(sum_(part, None) for part in x.args))
        case "pad" if axis is None:
            return sum_(x.args[0], None)
        case _:
            return None


def _sum_of_product(x: Array, axis: int | None, rest: Shape) -> Array:
    scalars = [part for part in x.args if not part.shape]
    arrays = [part for part in x.args if part.shape]
    if scalars:
        return mul(*scalars, sum_(mul(*arrays), axis))
    if axis is not None:
        fixed = [part.args[0] for part in arrays if part.op == "expand" and part.data != axis]
        if fixed:
            free = [part for part in arrays if part.op != "expand" or part.data == axis]
            return mul(*fixed, sum_(mul(ones(x.shape), *free), axis))
        along = [part for part in arrays if part.op == "expand"]
        if len(along) == 1 and len(arrays) == 2:  # Σ_i v_i M_ij is Mᵀv
            matrix = next(part for part in arrays if part.op != "expand")
            return chain(matrix if axis else transposed(matrix), along[0].args[0])
    met = _sum_with_outer(arrays, axis) if len(x.shape) == 2 else None
    if met is not None:
        return met
    if len(arrays) == 2 and axis is None and len(x.shape) == 2:
        for one, other in (arrays, arrays[::-1]):
            if one.op == "eye":
                return trace(other)
    if axis is None and len(x.shape) == 2:
        keys = min(x.key, mul(*(transposed(part) for part in arrays)).key)
        return Array("sum", (x,), None, (), NOTHING_KNOWN, digest("sum", None, (), [keys]))
    return Array("sum", (x,), axis, rest)


def _sum_with_outer(arrays: list[Array], axis: int | None) -> Array | None:
    """Return Σ M ⊙ uvᵀ as uᵀMv, along an axis as v ⊙ Mᵀu or u ⊙ Mv; None without such a factor."""
    for i, part in enumerate(arrays):
        if part.op != "chain" or len(arrays) < 2:
            continue
        for at, factor in enumerate(part.args[:-1]):
            if right_of(factor) != UNIT:
                continue
            u, v = chain(*part.args[: at + 1]), transposed(chain(*part.args[at + 1 :]))
            matrix = mul(*arrays[:i], *arrays[i + 1 :])
            if axis is None:
                return chain(transposed(u), matrix, v)
            if axis == 1:
                return mul(u, chain(matrix, v))
            return mul(v, chain(transposed(matrix), u))
    return None


def _sum_of_sum(x: Array, axis: int | None) -> Array | None:
    """Return the sum of a sum where it is shorter term by term: Σ(x − mean x) = 0."""
    parts = [sum_(filled(term, x.shape), axis) for term in x.args]
    total = add(*parts)
    if is_zero(total) or (len(parts) > 1 and total.op != "add" and _is_plain(total)):
        return total
    return None


def _is_plain(x: Array) -> bool:
    return x.op in {"num", "size", "name"}


def _sums_to_zero(x: Array, axis: int | None) -> bool:
    """Tell whether the sum of a product vanishes because that of its first or last factor does."""
    first, last = x.args[0], x.args[-1]
    ends = ((0, first), (1, last)) if axis is None else ((axis, last if axis else first),)
    return any(
        UNIT not in part.shape and len(part.shape) == 2 and is_zero(sum_(part, at))
        for at, part in ends
    )


def _sum_of_outer(x: Array, axis: int | None) -> Array | None:
    """Return the sum over a product that begins or ends with a vector, or None."""
    for i, part in enumerate(x.args[:-1]):
        if right_of(part) == UNIT:
            left, right = chain(*x.args[: i + 1]), transposed(chain(*x.args[i + 1 :]))
            if axis == 1:
                return mul(left, sum_(right, None))
            return mul(sum_(left, None), right if axis == 0 else sum_(right, None))
    return None


def most(x: Array, axis: int | None, op: str = "most") -> Array:
    """Return the largest entry (op "most") or the smallest ("least") along an axis."""
    if not x.shape:
        return x
    if len(x.shape) == 1:
        axis = None
    return Array(op, (x,), axis, () if axis is None else (x.shape[1 - axis],))


def softmax(x: Array, axis: int | None) -> Array:
    """Return exp(x)/Σ exp(x) along an axis."""
    axis = None if len(x.shape) == 1 else axis
    return Array("softmax", (x,), axis, x.shape)


def lse(x: Array, axis: int | None) -> Array:
    """Return log Σ exp(x) along an axis."""
    if len(x.shape) == 1:
        axis = None
    return Array("lse", (x,), axis, () if axis is None else (x.shape[1 - axis],))


def mean(x: Array, axis: int | None) -> Array:
    """Return the mean along an axis, or over all entries."""
    if not x.shape:
        return x
    lost = x.shape if axis is None or len(x.shape) == 1 else (x.shape[axis],)
    return div(sum_(x, axis), count(lost))


def diag(v: Array) -> Array:
    """Return the diagonal matrix of a vector."""
    if is_zero(v):
        return zeros((v.shape[0], v.shape[0]))
    if v.op == "ones":
        return eye(v.shape[0])
    if v.op == "mul":
        scalars = [part for part in v.args if not part.shape]
        if scalars:
            return mul(*scalars, diag(mul(*(part for part in v.args if part.shape))))
    return Array("diag", (v,), None, (v.shape[0], v.shape[0]))


def diagonal(x: Array) -> Array:
    """Return the diagonal of a square matrix as a vector."""
    match x.op:
        case "diag":
            return x.args[0]
        case "eye":
            return ones((x.shape[0],))
        case "zeros" | "ones":
            return Array(x.op, (), None, (x.shape[0],))
        case "expand":
            return x.args[0]
        case "add":
            total = add(*(diagonal(filled(term, x.shape)) for term in x.args))
            if total.op != "add":
                return total
        case "T":
            return diagonal(x.args[0])
        case "mul":
            return mul(*(diagonal(part) if part.shape else part for part in x.args))
        case "chain":
            for i, part in enumerate(x.args[:-1]):
                if right_of(part) == UNIT:
                    left, right = chain(*x.args[: i + 1]), chain(*x.args[i + 1 :])
                    return mul(left, transposed(right))
        case _:
            pass
    return Array("diagonal", (x,), None, (x.shape[0],))


def trace(x: Array) -> Array:
    """Return the sum of the diagonal."""
    factor, rest = split_number(x)
    if factor != 1:
        return scaled(factor, trace(rest))
    match x.op:
        case "eye":
            return length(x.shape[0])
        case "zeros":
            return ZERO
        case "ones":
            return length(x.shape[0])
        case "diag" | "expand":
            return sum_(x.args[0], None)
        case "T":
            return trace(x.args[0])
        case "mul":
            scalars = [part for part in x.args if not part.shape]
            if scalars:
                return mul(*scalars, trace(mul(*(part for part in x.args if part.shape))))
        case "chain":
            for i, part in enumerate(x.args):
                if right_of(part) == UNIT:
                    return chain(*x.args[i + 1 :], *x.args[: i + 1])
            if any(part.op == "diag" for part in x.args) and len(x.args) == 2:
                one, other = x.args if x.args[0].op == "diag" else x.args[::-1]
                return sum_(mul(one.args[0], diagonal(other)), None)
        case _:
            pass
    return Array("trace", (x,), None, (), NOTHING_KNOWN, _trace_key(x))


def _trace_key(x: Array) -> bytes:
    """Return one key for all rotations of a product under the trace, and their transposes."""
    if x.op != "chain":
        keys = min([x.key], [transposed(x).key])
        return digest("trace", None, (), keys)
    forward = [part.key for part in x.args]
    back = [transposed(part).key for part in reversed(x.args)]
    turns = [keys[i:] + keys[:i] for keys in (forward, back) for i in range(len(keys))]
    return digest("trace", None, (), min(turns))


def scalar_of_matrix(op: str, x: Array) -> Array:
    """Return det or logdet of a square matrix."""
    if x.op == "T":
        return scalar_of_matrix(op, x.args[0])
    if x.op == "eye":
        return ONE if op == "det" else ZERO
    if x.op == "inv":
        inner = scalar_of_matrix(op, x.args[0])
        return pow_(inner, MINUS_ONE) if op == "det" else neg(inner)
    return Array(op, (x,), None, ())


def stack(parts: Sequence[Array], axis: int = 0) -> Array:
    """Return vectors joined end to end, or matrices along an axis."""
    if len(parts) == 1:
        return parts[0]
    total = parts[0].shape[axis]
    for part in parts[1:]:
        total += part.shape[axis]
    shape = list(parts[0].shape)
    shape[axis] = total
    return Array("stack", tuple(parts), axis, tuple(shape))


def part_of(x: Array, axis: int, start: Size, stop: Size) -> Array:
    """Return the entries from `start` (counted from 0) up to `stop` along an axis."""
    shape = list(x.shape)
    shape[axis] = stop - start
    if x.op in {"ones", "zeros"}:
        return Array(x.op, (), None, tuple(shape))
    if x.op == "T" and len(x.args[0].shape) == 2:
        return transposed(part_of(x.args[0], 1 - axis, start, stop))
    if start == Size() and stop == x.shape[axis]:
        return x
    if x.op == "stack" and x.data == axis and (found := _part_of_stack(x, start, stop)) is not None:
        return found
    if x.op == "pad" and x.cut[0] == axis and (found := _part_of_pad(x, start, stop)) is not None:
        return found
    if x.op == "mul" and x.shape:
        scalars = [part for part in x.args if not part.shape]
        if scalars:
            rest = mul(*(part for part in x.args if part.shape))
            return mul(*scalars, part_of(rest, axis, start, stop))
    return Array("slice", (x,), (axis, start, stop), tuple(shape))


def _part_of_stack(x: Array, start: Size, stop: Size) -> Array | None:
    """Return a part of what is joined as parts that are joined; None where sizes leave it open."""
    axis, at, found = x.along, Size(), []
    for part in x.args:
        high = at + part.shape[axis]
        shared = shared_range(at, high, start, stop)
        if shared == "unknown":
            return None
        if not isinstance(shared, str):
            found.append(part_of(part, axis, shared[0] - at, shared[1] - at))
        at = high
    return stack(found, axis) if found else None


def _part_of_pad(x: Array, start: Size, stop: Size) -> Array | None:
    """Return a part of what stands among zeros; None where sizes leave it open."""
    axis, low, _ = x.cut
    shape = list(x.shape)
    shape[axis] = stop - start
    shared = shared_range(low, low + x.args[0].shape[axis], start, stop)
    if isinstance(shared, str):
        return zeros(tuple(shape)) if shared == "none" else None
    inner = part_of(x.args[0], axis, shared[0] - low, shared[1] - low)
    return pad(inner, axis, shared[0] - start, stop - start)


def pad(x: Array, axis: int, start: Size, total: Size) -> Array:
    """Return `x` among zeros: from `start` on along an axis of length `total`."""
    shape = list(x.shape)
    shape[axis] = total
    if is_zero(x):
        return zeros(tuple(shape))
    if start == Size() and total == x.shape[axis]:
        return x
    factor, rest = split_number(x)
    if factor != 1:
        return scaled(factor, pad(rest, axis, start, total))
    return Array("pad", (x,), (axis, start, total), tuple(shape))
