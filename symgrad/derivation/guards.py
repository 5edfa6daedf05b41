"""Guards of a single point: where(x == 0, 1, sin(x)/x), and what its derivative is at that point.

A convention at a kink holds at borders between regions; a point is no region. Where what stands
beside the point goes on into it smoothly, the function has the derivative of its continuation
there, whatever the guard's own formula would give: its limit. It comes from SymPy's series, and
is kept only if numbers on both sides of the point agree with it.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from symgrad.errors import SymgradError
from symgrad.expression.algebra import Product, add, div, neg
from symgrad.expression.cost import cost
from symgrad.expression.evaluate import Decimals, Real
from symgrad.expression.functions import record
from symgrad.expression.points import common, drawn, signed
from symgrad.expression.rebuilding import replaced, tidy
from symgrad.expression.simplify import linear_in
from symgrad.expression.symbolic import sympy_module, to_sympy
from symgrad.expression.symbolic_reading import from_sympy
from symgrad.expression.tree import (
    ZERO,
    Call,
    Compare,
    Expression,
    Logic,
    Neg,
    Number,
    Pow,
    variables,
    walk,
)

Key = str | int

_LONGEST = 400  # the cost of what is expanded
_DIGITS = 200  # terms that cancel beside a point take most of them
_STEP = Fraction(1, 10**20)
_TINY = Fraction(1, 10**12)
_POINTS = 3
_TRIES = 12
_SEED = 20250301


def point_of(condition: Expression) -> tuple[Expression, bool] | None:
    """Return what is zero on a guard of single points, and whether the condition holds there.

    None is returned for conditions that hold, or fail, in a region.
    """
    match condition:
        case Compare("==", left, right):
            return add(left, neg(right)), True
        case Compare("!=", left, right):
            return add(left, neg(right)), False
        case Logic("not", (part,)):
            found = point_of(part)
            return None if found is None else (found[0], not found[1])
        case _:
            return None


def slope_at_guard(
    condition: Expression, yes: Expression, no: Expression, key: Key
) -> Expression | None:
    """Return the derivative by `key` of where(condition, yes, no) at the guarded point.

    None is returned where the condition guards no single point of `key`, and where the function is
    not smooth there, or was not found to be.
    """
    guard = point_of(condition)
    if guard is None or key not in condition_names(condition):
        return None
    there, beside = (yes, no) if guard[1] else (no, yes)
    point = _solved(guard[0], key)
    if point is None:
        return None
    slope = _slope(beside, key, point)
    agrees = slope is not None and _goes_on(beside, key, point, there, slope)
    return slope if agrees else None


@lru_cache(maxsize=256)
def _slope(e: Expression, key: Key, point: Expression) -> Expression | None:
    """Return the coefficient of t in an expression at point + t, None where it has none."""
    if cost(e) > _LONGEST:
        return None
    for part in walk(e):
        match part:
            case Call(function, (condition, yes, no)) if record(
                function
            ).condition_first and key not in condition_names(condition):
                slopes = [_slope(_with(e, part, side), key, point) for side in (yes, no)]
                known = [slope for slope in slopes if slope is not None]
                return Call(function, (condition, *known)) if len(known) == len(slopes) else None
    return _series_slope(e, key, point)


def _with(e: Expression, part: Expression, other: Expression) -> Expression:
    """Return an expression with another part in the place of one."""
    return replaced(e, lambda found: other if found == part else None)


def _series_slope(e: Expression, key: Key, point: Expression) -> Expression | None:
    """Return the coefficient by SymPy's series."""
    sp = sympy_module()
    names = dict.fromkeys((*variables(e), *variables(point)))
    symbols = {name: sp.Dummy(str(name), real=True) for name in names}
    keys = {symbol: name for name, symbol in symbols.items()}
    t = sp.Dummy("t", real=True)
    try:
        shifted = to_sympy(e, {**symbols, key: to_sympy(point, symbols) + t})
        series = sp.series(shifted, t, 0, 2).removeO() if shifted.has(t) else shifted
        slope = sp.expand(series).coeff(t, 1)
        if slope.has(t):
            return None
        return tidy(from_sympy(slope, keys.__getitem__))
    except (ArithmeticError, ValueError, TypeError, NotImplementedError, RecursionError,
            AttributeError, KeyError, sp.PoleError, SymgradError):  # fmt: skip
        return None  # SymPy has no series, or none that is written in these functions


def _goes_on(
    beside: Expression, key: Key, point: Expression, there: Expression, slope: Expression
) -> bool:
    """Tell whether an expression tends to a value, with a slope, on both sides of a point."""
    evaluator = Decimals(_DIGITS)
    step, tiny = evaluator.number(_STEP), evaluator.number(_TINY)
    names = {*variables(beside), *variables(point), *variables(there), *variables(slope)} - {key}
    seen = 0
    for drawn_values in drawn(sorted(names, key=str), _SEED, (signed, common), tries=_TRIES):
        given: dict[Key, Real] = {n: evaluator.number(v) for n, v in drawn_values.items()}
        try:
            at = evaluator.value(point, given)
            right, left = (evaluator.value(beside, {**given, key: at + by}) for by in (step, -step))
            value = evaluator.value(there, {**given, key: at})
            exact = evaluator.value(slope, given)
        except (ArithmeticError, ValueError):
            continue
        size = 1 + abs(value) + abs(exact)
        if max(abs(right - value), abs(left - value)) > tiny * size:
            return False
        if abs((right - left) / (2 * step) - exact) > tiny * size:
            return False
        seen += 1
        if seen == _POINTS:
            return True
    return False


def condition_names(condition: Expression) -> tuple[Key, ...]:
    """Return the names in a condition."""
    match condition:
        case Compare(_, left, right):
            return (*variables(left), *variables(right))
        case Logic(_, parts):
            return tuple(key for part in parts for key in condition_names(part))
        case _:
            return variables(condition)


def open_guards(expression: Expression) -> tuple[tuple[Key, Compare], ...]:
    """Return the guards at which no derivative of an expression was found, and by which name.

    There the guard's own formula counts, which is a convention and no theorem.
    """
    found: dict[tuple[Key, Compare], None] = {}
    for part in walk(expression):
        if not isinstance(part, Call) or not record(part.function).condition_first:
            continue
        condition, yes, no = part.arguments
        if point_of(condition) is None:
            continue
        for key in condition_names(condition):
            if slope_at_guard(condition, yes, no, key) is None:
                for test in walk(condition):
                    if isinstance(test, Compare):
                        found.setdefault((key, Compare("==", test.left, test.right)))
    return tuple(found)


def _solved(e: Expression, key: Key) -> Expression | None:
    """Return the one value of a name for which an expression is zero, None where that is not known.

    >>> from symgrad.expression.tree import Add, Var
    >>> _solved(Add((Var("a"), Neg(Var("b")))), "a")
    Var(key='b')
    """
    match e:
        case Pow(base, Number(exponent)) if exponent > 0:
            return _solved(base, key)
        case Call("abs", (inner,)) | Neg(inner):
            return _solved(inner, key)
        case _:
            parts = linear_in(e, key)
            if parts is None or parts[0] == ZERO or _may_vanish(parts[0]):
                return None  # where the slope is zero every value is guarded
            return neg(div(parts[1], parts[0]))


def _may_vanish(slope: Expression) -> bool:
    """Tell whether a slope has anything but numbers above the line."""
    powers = Product(slope).powers
    return any(not isinstance(k, Fraction) or k > 0 for k in powers.values())
