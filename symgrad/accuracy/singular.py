"""Removable singularities: a power series near the point where a formula is 0/0 or cancels.

Any argument will do. In (1 - cos(x - 2))/(x - 2)^2 the formula is one of t = x - 2; in
(exp(a*x) - 1)/x it is a times one of t = a*x. What depends on t alone becomes a polynomial where
|t| is small, its coefficients exact rationals (FLINT's fmpq_series) times a power of √π, and stays
as it is elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import lru_cache, reduce
from itertools import chain, islice

from symgrad.accuracy.arrangements import multiplied_out
from symgrad.accuracy.doubles import Doubles
from symgrad.accuracy.matching import product_of, terms_of
from symgrad.expression.algebra import Product, add, div, mul, neg, power
from symgrad.expression.certified import arb, ctx, fmpq, fmpq_series
from symgrad.expression.evaluate import Evaluator, NumberType
from symgrad.expression.factored import factored_sum
from symgrad.expression.function import Function
from symgrad.expression.rebuilding import combined, replaced, tidy
from symgrad.expression.simplify import linear_in
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Expression,
    Logic,
    Mark,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    children,
    number,
    size_of,
    substitute,
    variables,
    walk,
    with_children,
)
from symgrad.program.normal import normal
from symgrad.program.series import ARGUMENT, SERIES, Local

PLACE = Mark("#t")  # stands for t
ORDERS = 26
RADII = (1.0, 0.5, 0.25, 0.0625, 0.015625)
TINY = 2.0**-55
MOST_TERMS = 18
MAX_PARTS = 60
NEAR = (0.0, 1e-12, -1e-7, 1e-4, -1e-3)  # points near 0 at which a formula is tried
LOST = 2.0**-48  # a relative error that is no loss
MAX_UNIT = 14
DIRECT = frozenset("exp sin cos tan sinh cosh tanh asin atan asinh atanh log sqrt".split())


class NoSeriesHere(ArithmeticError):
    """A part has no Laurent series with rational coefficients."""


class Laurent:
    """t^order times a power series times a power of √π."""

    __slots__ = ("order", "root", "series")

    def __init__(self, order: int, series: fmpq_series, root: int = 0) -> None:
        self.order = order
        self.series = series
        self.root = root

    @property
    def lowest(self) -> int:
        """The order of the first coefficient that is not 0; raises where all known ones are."""
        if not self.series.length():
            raise NoSeriesHere
        return self.order + int(self.series.valuation())

    def trimmed(self) -> Laurent:
        """Return the same with a first coefficient that is not 0."""
        shift = self.lowest - self.order
        return Laurent(self.lowest, _shifted(self.series, -shift), self.root)

    def coefficients(self) -> list[Fraction]:
        """Return the coefficients, the nearest doubles where they are not rational."""
        rational = [Fraction(int(c.p), int(c.q)) for c in self.series.coeffs()]
        if not self.root:
            return rational
        with ctx.workprec(100):
            factor = arb.pi() ** (arb(self.root) / 2)
            return [Fraction(float(factor * arb(c))) for c in self.series.coeffs()]


def _shifted(series: fmpq_series, by: int) -> fmpq_series:
    coefficients = series.coeffs()
    coefficients = coefficients[-by:] if by < 0 else [fmpq(0)] * by + coefficients
    return fmpq_series(coefficients, prec=min(ORDERS, max(1, series.prec + by)))


def laurent(e: Expression) -> Laurent:
    """Return the series of a formula in t alone; raises NoSeriesHere where it has none."""
    t = Laurent(0, fmpq_series([0, 1], prec=ORDERS))
    try:
        return LAURENT.value(e, dict.fromkeys(variables(e), t))
    except KeyError:  # no function of a graph
        raise NoSeriesHere from None


class LaurentNumbers(NumberType[Laurent]):
    """Laurent series in t, their coefficients rational but for a power of √π."""

    def number(self, value: Fraction) -> Laurent:
        """Return a constant series."""
        return Laurent(0, fmpq_series([fmpq(value.numerator, value.denominator)], prec=ORDERS))

    def constant(self, name: str) -> Laurent:
        """Return π; refuse e."""
        if name != "pi":
            raise NoSeriesHere(name)
        return Laurent(0, fmpq_series([1], prec=ORDERS), 2)

    def sum(self, terms: Iterable[Laurent]) -> Laurent:
        """Return the sum."""
        return reduce(_sum, terms)

    def product(self, factors: Iterable[Laurent]) -> Laurent:
        """Return the product."""
        return reduce(_product, factors)

    def negative(self, value: Laurent) -> Laurent:
        """Return the negative."""
        return Laurent(value.order, -value.series, value.root)

    def quotient(self, numerator: Laurent, denominator: Laurent) -> Laurent:
        """Return the quotient."""
        below = denominator.trimmed()
        order, root = numerator.order - below.order, numerator.root - below.root
        return Laurent(order, numerator.series / below.series, root)

    def power(self, base: Laurent, exponent: Laurent, written: Expression) -> Laurent:
        """Return a power whose exponent is a number."""
        del exponent
        if not isinstance(written, Number):
            raise NoSeriesHere
        return _power(base, written.value)

    def compared(self, relation: str, left: Laurent, right: Laurent) -> bool:
        """Refuse to choose."""
        del left, right
        raise NoSeriesHere(relation)

    def function(self, call: Call, row: Function, evaluator: Evaluator[Laurent]) -> Laurent:
        """Return the series of a function of one argument, by FLINT or through the definition."""
        if len(call.arguments) != 1:
            raise NoSeriesHere
        if call.function == "sqrt":
            return _power(evaluator.value(call.arguments[0]), Fraction(1, 2))
        if call.function not in DIRECT and call.function != "erf":
            if row.definition is None or call.function in ("cbrt", "max", "min", "relu"):
                raise NoSeriesHere
            return evaluator.value(row.definition(call.arguments))
        inner = evaluator.value(call.arguments[0])
        if inner.order < 0:
            inner = inner.trimmed()
            if inner.order < 0:
                raise NoSeriesHere
        if inner.root:
            raise NoSeriesHere
        series = _shifted(inner.series, inner.order)
        try:
            if call.function == "erf":
                slope = 2 * (-series * series).exp() * series.derivative()
                return Laurent(0, slope.integral(), -1)
            return Laurent(0, getattr(series, call.function)())
        except (ValueError, ZeroDivisionError) as error:
            raise NoSeriesHere from error


LAURENT = LaurentNumbers()


def _sum(a: Laurent, b: Laurent) -> Laurent:
    if a.root != b.root:
        raise NoSeriesHere
    low = min(a.order, b.order)
    total = _shifted(a.series, a.order - low) + _shifted(b.series, b.order - low)
    return Laurent(low, total, a.root)


def _product(a: Laurent, b: Laurent) -> Laurent:
    return Laurent(a.order + b.order, a.series * b.series, a.root + b.root)


def _power(base: Laurent, exponent: Fraction) -> Laurent:
    base = base.trimmed()
    if exponent.denominator == 1 and abs(exponent) < 20:
        whole = fmpq_series([1], prec=ORDERS)
        for _ in range(abs(int(exponent))):
            whole = whole * base.series
        times = int(exponent)
        whole = whole if times >= 0 else 1 / whole
        return Laurent(base.order * times, whole, base.root * times)
    raised, root = base.order * exponent, base.root * exponent
    lead = base.series.coeffs()[0]
    if raised.denominator != 1 or root.denominator != 1 or lead != 1:
        raise NoSeriesHere
    factor = fmpq_series([fmpq(exponent.numerator, exponent.denominator)], prec=ORDERS)
    return Laurent(int(raised), (base.series.log() * factor).exp(), int(root))


def singular_forms(
    e: Expression, is_small: Callable[[Expression], bool] = lambda _: True
) -> Iterator[Expression]:
    """Yield the formula with a series near the points where it is 0/0 or cancels.

    `is_small` tells whether a part of the formula is small where digits are lost.
    """
    if size_of(e) > MAX_PARTS or any(isinstance(p, Compare | Logic) for p in walk(e)):
        return
    old = ctx.cap
    ctx.cap = ORDERS
    try:
        whole = _powers_written_out(e)
        for unit, replaced in _units(whole, is_small):
            for form in _near(unit, replaced):
                yield form
                if not (isinstance(form, Call) and isinstance(unit, Var)):
                    yield from _beside(form, unit, e)
    finally:
        ctx.cap = old


def _powers_written_out(e: Expression) -> Expression:
    """Return the formula with exp(n*log(x)) for x^n, where n is no number."""
    parts = tuple(_powers_written_out(part) for part in children(e))
    if isinstance(e, Pow) and not isinstance(e.exponent, Number | Neg):
        return Call("exp", (mul(parts[1], Call("log", (parts[0],))),))
    return with_children(e, parts) if parts else e


def _differences(e: Expression) -> Iterator[Expression]:
    """Yield what two exponents or angles, or two arguments of logarithms, differ by."""
    added = ("exp", "sin", "cos")
    exponents = [p.arguments[0] for p in walk(e) if isinstance(p, Call) and p.function in added]
    for i, a in enumerate(exponents[:4]):
        for b in exponents[:i]:
            gap = add(a, neg(b))
            if isinstance(gap, Number):
                continue
            coefficient = product_of(gap).coefficient
            yield factored_sum(terms_of(mul(number(1 / coefficient), gap) if coefficient else gap))
    logs = [p.arguments[0] for p in walk(e) if isinstance(p, Call) and p.function == "log"]
    for i, a in enumerate(logs[:4]):
        for b in logs[:i]:
            yield div(add(a, neg(b)), b)
            yield div(add(b, neg(a)), a)


def _units(
    e: Expression, is_small: Callable[[Expression], bool]
) -> Iterator[tuple[Expression, Expression]]:
    """Yield what may be t, and the formula with t in its place."""
    seen: set[Expression] = set()
    calls = [part for part in walk(e) if isinstance(part, Call) and len(part.arguments) == 1]
    own = (unit for part in calls for unit in _arguments(part))
    for unit in chain(own, _differences(e)):
        if unit in seen or not variables(unit):
            continue
        seen.add(unit)
        if size_of(unit) > MAX_UNIT or not is_small(unit):
            continue
        for whole in islice(_in_place(e, unit), 2):
            if PLACE in variables(whole):
                yield unit, whole


def _arguments(part: Call) -> Iterator[Expression]:
    argument = tidy(part.arguments[0])
    if part.function in ("abs", "sqrt", "hypot"):
        yield part
    if part.function in ("log", "log2", "log10", "sqrt"):
        product = product_of(argument)
        if any(isinstance(k, Fraction) and k < 0 for k in product.powers.values()):
            above, below = _sides(product)
            yield factored_quotient(add(above, neg(below)), below)
        else:
            yield add(argument, number(-1))
        return
    coefficient = product_of(argument).coefficient
    if coefficient not in (0, 1):
        argument = mul(number(1 / coefficient), argument)
    terms = terms_of(argument)
    if len(terms) > 1:
        argument = factored_sum(terms)
    yield argument


def factored_quotient(above: Expression, below: Expression) -> Expression:
    """Return a quotient of sums with common factors of the numerator taken out."""
    return div(factored_sum(terms_of(above)), below)


def _sides(product: Product) -> tuple[Expression, Expression]:
    powers = [(b, k) for b, k in product.powers.items() if isinstance(k, Fraction)]
    above = mul(*[power(b, number(k)) for b, k in powers if k > 0])
    below = mul(*[power(b, number(-k)) for b, k in powers if k < 0])
    value = product.coefficient
    return mul(number(value.numerator), above), mul(number(value.denominator), below)


def _in_place(e: Expression, unit: Expression) -> Iterator[Expression]:
    """Yield the formula with t for the unit: as it stands there, or one name solved for."""
    t = Var(PLACE)
    if isinstance(unit, Var | Call):
        yield gathered(replaced(e, lambda part: t if _is_unit(part, unit) else None))
        if isinstance(unit, Call):
            return
    for key in variables(unit):
        solved = _solved(unit, key, t)
        if solved is None:
            continue
        found = gathered(substitute(e, {key: solved}))
        if all(other in variables(e) or other == PLACE for other in variables(found)):
            yield found


def _is_unit(part: Expression, unit: Expression) -> bool:
    calls = isinstance(part, Call) and isinstance(unit, Call)
    return part == unit or (calls and tidy(part) == tidy(unit))


def _over(e: Expression, below: Expression) -> Expression:
    return add(*[div(term, below) for term in terms_of(e)])


@lru_cache(1024)
def _solved(unit: Expression, key: str | int, t: Expression) -> Expression | None:
    """Return the name for which the unit is t, where the unit or its inverse is linear in it."""
    match unit:
        case Div(above, below) if key not in variables(above):
            unit, t = below, div(above, t)
        case _:
            pass
    found = linear_in(unit, key)
    if found is None or found[0] == Number(Fraction(0)):
        return None
    slope, rest = found
    return add(div(t, slope), neg(_over(rest, slope)))


def gathered(e: Expression) -> Expression:
    """Return the expression rebuilt, common factors of its sums taken out, exponents split."""
    parts = tuple(gathered(part) for part in children(e))
    match e:
        case Add():
            total = add(*parts)
            if isinstance(total, Add) and any(_below(term) for term in total.terms):
                return total
            return factored_sum(terms_of(total)) if isinstance(total, Add) else total
        case Call("exp", _):
            wide = multiplied_out(parts[0]) or parts[0]
            return mul(*[Call("exp", (term,)) for term in _split(wide)])
        case Call("sin" | "cos" as function, _):
            return _angle(function, parts[0])
        case Call("log", _):
            return _logarithm(parts[0])
        case _:
            return combined(e, parts)


def _below(term: Expression) -> bool:
    return isinstance(term, Div) or (isinstance(term, Neg) and isinstance(term.operand, Div))


def _split(e: Expression) -> list[Expression]:
    """Return the terms that hold t together, the others together."""
    inside = [term for term in terms_of(e) if PLACE in variables(term)]
    outside = [term for term in terms_of(e) if PLACE not in variables(term)]
    return [add(*group) for group in (outside, inside) if group]


def _angle(function: str, e: Expression) -> Expression:
    """Return sin(a + t) as sin(a)*cos(t) + cos(a)*sin(t), the same for the cosine."""
    parts = _split(e)
    if len(parts) < 2 or PLACE not in variables(e):
        return Call(function, (e,))
    (s, c), (sin, cos) = [[Call(f, (part,)) for f in ("sin", "cos")] for part in parts]
    if function == "sin":
        return Add((Mul((s, cos)), Mul((c, sin))))
    return Add((Mul((c, cos)), Neg(Mul((s, sin)))))


def _logarithm(e: Expression) -> Expression:
    """Return log(a*(1 + t)) as log(a) + log(1 + t)."""
    product = product_of(e)
    inside = [b for b in product.powers if PLACE in variables(b)]
    if not inside or len(inside) == len(product.powers):
        return Call("log", (e,))
    own = mul(*[_raised(b, product.powers[b]) for b in inside])
    rest = div(e, own)
    return add(Call("log", (rest,)), Call("log", (own,)))


def _raised(base: Expression, k: Fraction | Expression) -> Expression:
    return power(base, number(k) if isinstance(k, Fraction) else k)


def _near(unit: Expression, replaced: Expression) -> Iterator[Expression]:
    groups = _groups(replaced)
    if groups is None:
        return
    pieces = []
    for outside, inside in groups:
        try:
            whole = laurent(inside).trimmed()
        except (NoSeriesHere, ValueError, ZeroDivisionError):
            return
        pieces.append((outside, whole))
    if any(whole.order < 0 for _, whole in pieces):
        return
    needed = [
        _is_needed(inside, whole) for (_, inside), (_, whole) in zip(groups, pieces, strict=True)
    ]
    if not any(needed):
        return
    for radius in RADII:
        total = []
        for (outside, inside), (_, whole), own in zip(groups, pieces, needed, strict=True):
            if not own:
                total.append(mul(outside, substitute(inside, {PLACE: unit})))
                continue
            kept = _enough(whole, radius)
            if kept is None:
                break
            total.append(mul(outside, Call(_local(inside, whole.order, kept, radius), (unit,))))
        else:
            yield add(*total) if len(total) > 1 else total[0]


def _is_needed(inside: Expression, whole: Laurent) -> bool:
    """Tell whether the formula in t loses digits near 0, or has no value there."""
    column = Doubles({PLACE: NEAR}, len(NEAR)).of(normal(inside))
    coefficients = [float(c) for c in whole.coefficients()[:8]]
    for t, found in zip(NEAR, column, strict=True):
        right = sum(c * t**k for k, c in enumerate(coefficients, whole.order))
        if not abs(found - right) <= LOST * abs(right):
            return True
    return False


def _beside(form: Expression, unit: Expression, e: Expression) -> Iterator[Expression]:
    """Yield a choice of the series near the point, and of the formula as it stands elsewhere."""
    tests: dict[Expression, None] = {}

    def near(part: Expression) -> Expression:
        match part:
            case Call(Local() as function, (argument,)) if argument == unit:
                test, series, _ = children(function.body)
                tests[substitute(test, {ARGUMENT: unit})] = None
                return Call(Local.of(series), (unit,))
            case _:
                parts = children(part)
                return with_children(part, tuple(map(near, parts))) if parts else part

    inner = near(form)
    if len(tests) == 1:
        yield Call("where", (*tests, inner, e))


def _local(inside: Expression, order: int, coefficients: list[Fraction], radius: float) -> Local:
    """Return the function of t that is a series near 0 and the formula elsewhere."""
    t = Var(ARGUMENT)
    near = Compare("<", Call("abs", (t,)), Number(Fraction(radius)))
    direct = substitute(inside, {PLACE: t})
    return Local.of(Call("where", (near, _polynomial(t, order, coefficients), direct)))


def with_series(formula: Expression) -> Local:
    """Return a formula of t, 0/0 at 0, as a function with a series as far out as it has one."""
    old, ctx.cap = ctx.cap, ORDERS
    try:
        inside = substitute(formula, {"t": Var(PLACE)})
        whole = laurent(inside).trimmed()
        radius = next(r for r in RADII if _enough(whole, r))
        return _local(inside, whole.order, _enough(whole, radius) or [], radius)
    finally:
        ctx.cap = old


def _groups(e: Expression) -> list[tuple[Expression, Expression]] | None:
    """Split a formula into what is free of t, and what holds t alone, term by term."""
    if set(variables(e)) == {PLACE} and not _has_constants(e):
        return [(number(1), e)]
    for form in (e, multiplied_out(e)):
        if form is None:
            continue
        found: dict[Expression, list[Expression]] = {}
        for term in terms_of(form):
            outside, inside = _apart(term)
            if any(key != PLACE for key in variables(inside)) or _has_constants(inside):
                break
            found.setdefault(_sorted(outside), []).append(inside)
        else:
            if len(found) <= 4:
                return [(outside, add(*inside)) for outside, inside in found.items()]
    return None


def _sorted(e: Expression) -> Expression:
    """Return the expression with its terms and factors in an order that is always the same."""
    parts = tuple(_sorted(part) for part in children(e))
    if isinstance(e, Add | Mul):
        parts = tuple(sorted(parts, key=repr))
    return with_children(e, parts) if parts else e


def _has_constants(e: Expression) -> bool:
    return any(isinstance(part, Constant) and part.name != "pi" for part in walk(e))


def _apart(term: Expression) -> tuple[Expression, Expression]:
    product = product_of(term)
    inside, outside = Product(), Product()
    inside.coefficient = product.coefficient
    for base, k in product.powers.items():
        holds = PLACE in variables(base) or (not isinstance(k, Fraction) and PLACE in variables(k))
        (inside if holds else outside).powers[base] = k
    return outside.build(), inside.build()


def _enough(whole: Laurent, radius: float) -> list[Fraction] | None:
    """Return the coefficients that reach double precision within the radius, or None."""
    coefficients = whole.coefficients()
    try:
        sizes = [abs(float(c)) * radius**i for i, c in enumerate(coefficients)]
    except OverflowError:
        return None
    lead = sizes[0]
    usable = len(sizes)
    exact = usable < whole.series.prec - 2
    if not exact and max(sizes[-3:]) > TINY * lead:
        return None
    while usable > 1 and sizes[usable - 1] <= TINY / 4 * lead:
        usable -= 1
    if sum(1 for c in coefficients[:usable] if c) > MOST_TERMS:
        return None
    return coefficients[:usable]


def _polynomial(unit: Expression, order: int, coefficients: list[Fraction]) -> Expression:
    t = unit
    if len(coefficients) > 2 and not any(coefficients[1::2]):
        t = Pow(unit, number(2))
        coefficients = coefficients[::2]
    numbers = tuple(Number(_short(c)) for c in coefficients)
    body: Expression = Call(SERIES, (t, *numbers)) if len(numbers) > 1 else numbers[0]
    if not order:
        return body
    return Mul((unit if order == 1 else Pow(unit, number(order)), body))


def _short(value: Fraction) -> Fraction:
    """Return a number short enough to print: itself, or the double nearest to it."""
    return value if value.denominator < 10**6 else Fraction(float(value))
