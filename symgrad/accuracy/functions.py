"""How each function of a normal form is written; those that lose digits, in pieces that do not."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.normal import Atom, Fn, Group, Mono, Poly, Sym
from symgrad.accuracy.shapes import is_exponential_sum, sum_of_squares
from symgrad.accuracy.write import Writer
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    number,
)

Rule = Callable[[Writer, Fn], Expression]
TWO = number(2)
HALF = Number(Fraction(1, 2))


def call(name: str, *arguments: Expression) -> Expression:
    """Return a call."""
    return Call(name, arguments)


def written(writer: Writer, item: Fn) -> Expression:
    """Return a function at its arguments as an expression."""
    rule = RULES.get(item.name)
    if rule is not None:
        return rule(writer, item)
    if item.name == "where":
        yes, no = (writer.poly(argument) for argument in item.arguments)
        return call("where", item.condition, yes, no)
    return Call(item.name, tuple(writer.poly(argument) for argument in item.arguments))


def _sum(writer: Writer, item: Fn) -> Expression:
    terms = tuple(writer.term(mono, value) for mono, value in item.arguments[0].terms)
    return terms[0] if len(terms) == 1 else Add(terms)


def _series(writer: Writer, item: Fn) -> Expression:
    """A polynomial near the centre, the sum as it was elsewhere."""
    centre, order, radius, coefficients = item.condition
    variable = writer.poly(item.arguments[0])
    t = variable if not centre else Add((variable, _signed(-centre)))
    near = Compare("<", call("abs", t), Number(radius))
    body = _polynomial(t, coefficients)
    if order:
        raised = t if abs(order) == 1 else Pow(t, number(abs(order)))
        body = Mul((raised, body)) if order > 0 else Div(body, raised)
    return call("where", near, body, writer.poly(item.arguments[1]))


def _signed(value: Fraction) -> Expression:
    return Neg(Number(-value)) if value < 0 else Number(value)


def _polynomial(t: Expression, coefficients: tuple[Fraction, ...]) -> Expression:
    """Return a polynomial by Horner's rule, in t² where only even powers occur."""
    if len(coefficients) > 2 and not any(coefficients[1::2]):
        return _polynomial(Pow(t, TWO), coefficients[::2])
    kept = list(coefficients)
    while len(kept) > 1 and not kept[-1]:
        kept.pop()
    result: Expression = _signed(_nearest(kept[-1]))
    for c in reversed(kept[:-1]):
        product = t if result == ONE else Mul((t, result))
        result = Add((_signed(_nearest(c)), product)) if c else product
    return result


def _nearest(value: Fraction) -> Fraction:
    """Return a number short enough to print: itself, or the double nearest to it."""
    return value if value.denominator < 10**6 else Fraction(float(value))


def _below_zero(writer: Writer, item: Fn) -> Expression:
    tested, below, above = (writer.poly(argument) for argument in item.arguments)
    return call("where", Compare("<", tested, ZERO), below, above)


def _log(writer: Writer, item: Fn) -> Expression:
    poly = item.arguments[0]
    single = poly.single
    if single is not None:
        return _log_of_product(writer, single[0], single[1], apart=len(item.arguments) > 1)
    if is_exponential_sum(poly):
        return _log_sum_exp(writer, poly)
    for mono, value in poly.terms:
        if mono == n.UNIT and value == 1:
            return _log_one_plus(writer, n.add(poly, n.const(-1)))
    return call("log", writer.poly(poly))


def _log_one_plus(writer: Writer, rest: Poly) -> Expression:
    """log1p(x); of a square that may overflow, twice the logarithm of its root instead."""
    small = call("log1p", writer.poly(rest))
    single = rest.single
    squares = sum_of_squares(n.add(n.ONE, rest)) if single is None else None
    if squares is not None:
        sizes = [call("abs", writer.poly(side)) for side in squares if side.number is None]
        whole = call("hypot", *(writer.poly(side) for side in squares))
        far = Mul((TWO, call("log", whole)))
        near = Compare("<", call("max", *sizes), Number(Fraction(10**100)))
        return call("where", near, small, far)
    if single is None or single[0].exponent is not None or single[1] < 0:
        return small
    mono, _ = single
    squared = tuple((item, k) for item, k in mono.powers if abs(k) == 2)
    if not any(k > 0 for _, k in squared):
        return small
    base = writer.poly(n.of(Mono(tuple((item, k / 2) for item, k in squared))))
    large: Expression = Mul((TWO, call("log", call("abs", base))))
    left = n.divide(rest, Mono(squared))
    if left.number != 1:
        large = Add((large, call("log", writer.poly(left))))
    bound = Compare("<", call("abs", base), Number(Fraction(10**100)))
    return call("where", bound, small, large)


def _log_sum_exp(writer: Writer, poly: Poly) -> Expression:
    if all(value == 1 and not mono.powers for mono, value in poly.terms):
        exponents = [n.ZERO if m.exponent is None else m.exponent for m, _ in poly.terms]
        return Call("logsumexp", tuple(writer.poly(e) for e in exponents))
    largest = writer.largest(poly)
    far = Add((largest, call("log", writer.shifted_sum(poly, largest))))
    if (n.UNIT, Fraction(1)) not in poly.terms:
        return far
    rest = n.add(poly, n.const(-1))
    sum_of_rest = writer.poly(rest)
    near = call("log1p", sum_of_rest)
    plain = all(value == 1 and not mono.powers for mono, value in rest.terms)
    huge = Compare(">", largest, ZERO) if plain else Compare(">", sum_of_rest, ONE)
    return call("where", huge, far, near)


def _log_of_product(
    writer: Writer, mono: Mono, value: Fraction, *, apart: bool = False
) -> Expression:
    if value == 1 and len(mono.powers) == 1 and mono.powers[0][1] == 1:
        item = mono.powers[0][0]
        if isinstance(item, Fn) and item.name == "normal_cdf":
            return _log_normal_cdf(writer.poly(item.arguments[0]))
        if isinstance(item, Fn) and item.name == "softplus":
            return _of_tiny(writer, item.arguments[0], call("log", writer.atom(item)))
    if value < 0:
        mono, value = _turned(mono, value)
    above = tuple((i, k) for i, k in mono.powers if k > 0)
    below = tuple((i, -k) for i, k in mono.powers if k < 0)
    whole = writer.poly(n.of(mono, value))
    if (
        not below
        and value > 0
        and len(above) > 1
        and all(isinstance(i, Sym) and i.name in writer.look.inputs for i, _ in above)
    ):
        return _log_of_inputs(writer, whole, above, value)
    if not below or not above or value < 0 or mono.exponent is not None:
        return call("log", whole)
    a = n.of(Mono(above), value.numerator)
    b = n.of(Mono(below), value.denominator)
    change = Div(writer.difference(a, b), writer.poly(b))
    near = Compare("<", call("abs", change), HALF)
    far = call("log", whole)
    if apart:
        far = Add((call("log", writer.poly(a)), Neg(call("log", writer.poly(b)))))
    return call("where", near, call("log1p", change), far)


def _turned(mono: Mono, value: Fraction) -> tuple[Mono, Fraction]:
    """Return -(1 - x)/x as (x - 1)/x."""
    for item, k in mono.powers:
        if isinstance(item, Group) and k in (1, -1):
            other = Group(n.negative(item.poly))
            return Mono(tuple((other if i == item else i, e) for i, e in mono.powers)), -value
    return mono, value


def _log_of_inputs(
    writer: Writer, whole: Expression, above: tuple[tuple[Atom, Fraction], ...], value: Fraction
) -> Expression:
    """log(a*b), factor by factor where a*b leaves the range of doubles."""
    parts: list[Expression] = []
    for item, k in above:
        part = call("log", call("abs", writer.atom(item)))
        parts.append(part if k == 1 else Mul((Number(k), part)))
    if value != 1:
        parts.append(call("log", Number(value)))
    inside = Logic(
        "and",
        (
            Compare("<", whole, Number(Fraction(10**290))),
            Compare(">", whole, Number(Fraction(1, 10**290))),
        ),
    )
    return call("where", inside, call("log", whole), Add(tuple(parts)))


def _erfcx(writer: Writer, item: Fn) -> Expression:
    """exp(x²)·erfc(x)."""
    x = writer.poly(item.arguments[0])
    near = Mul((call("exp", Pow(x, TWO)), call("erfc", x)))
    root_two = call("sqrt", TWO)
    far = Div(mills_tail(Mul((root_two, x))), Mul((x, call("sqrt", Constant("pi")))))
    return call("where", Compare("<", x, number(12)), near, far)


def _log_cosh(writer: Writer, item: Fn) -> Expression:
    x = writer.poly(item.arguments[0])
    size = call("abs", x)
    near = call("log1p", Mul((TWO, Pow(call("sinh", Div(x, TWO)), TWO))))
    tail = call("log1p", call("exp", Neg(Mul((TWO, size)))))
    far = Add((size, tail, Neg(call("log", TWO))))
    return call("where", Compare("<", size, ONE), near, far)


def _log1mexp(writer: Writer, item: Fn) -> Expression:
    """log(1 - exp(-x)) for x > 0: M. Mächler, Accurately computing log(1 - exp(-|a|)) (2012)."""
    x = writer.poly(item.arguments[0])
    inner = item.arguments[0].single
    tiny = None if inner is None or inner[1] != 1 or inner[0].powers else inner[0].exponent
    far = call("log1p", Neg(call("exp", Neg(x))))
    near = call("log", Neg(call("expm1", Neg(x))))
    whole = call("where", Compare(">", x, Number(Fraction(7, 10))), far, near)
    return whole if tiny is None else _of_tiny(writer, tiny, whole)


def _of_tiny(writer: Writer, z: Poly, whole: Expression) -> Expression:
    """Return z for what is log(exp(z)*(1 + O(exp(z)))), where exp(z) may vanish."""
    exponent = writer.poly(z)
    return call("where", Compare("<", exponent, Number(NEGLIGIBLE)), exponent, whole)


NEGLIGIBLE = Fraction(-40)  # beside 1 the exponential of less is nothing in doubles
MILLS_TERMS = 12
MILLS_BORDER = Fraction(-16)


def mills_tail(x: Expression) -> Expression:
    """Return S with Φ(x) = φ(x)/(-x)·S for x far below 0 (Abramowitz and Stegun 26.2.12)."""
    coefficients = [Fraction(1)]
    for i in range(1, MILLS_TERMS):
        coefficients.append(-coefficients[-1] * (2 * i - 1))
    return _polynomial(Div(ONE, Pow(x, TWO)), tuple(coefficients))


def _log_normal_cdf(x: Expression) -> Expression:
    square = Div(Pow(x, TWO), TWO)
    root = call("sqrt", Mul((TWO, Constant("pi"))))
    tail = Add((Neg(square), Neg(call("log", Mul((Neg(x), root)))), call("log", mills_tail(x))))
    upper = call("log1p", Neg(call("normal_cdf", Neg(x))))
    middle = call("where", Compare(">", x, ZERO), upper, call("log", call("normal_cdf", x)))
    return call("where", Compare("<", x, Number(MILLS_BORDER)), tail, middle)


def _mills(writer: Writer, item: Fn) -> Expression:
    """φ(x)/Φ(x)."""
    x = writer.poly(item.arguments[0])
    ratio = Div(call("normal_pdf", x), call("normal_cdf", x))
    tail = Div(Neg(x), mills_tail(x))
    return call("where", Compare("<", x, Number(MILLS_BORDER)), tail, ratio)


def _power(writer: Writer, item: Fn) -> Expression:
    return Pow(writer.poly(item.arguments[0]), writer.poly(item.arguments[1]))


def _pi(writer: Writer, item: Fn) -> Expression:
    return Constant("pi")


def _one_plus_exp(writer: Writer, item: Fn) -> Expression:
    return Add((ONE, *writer.exponential(item.arguments[0])))


def _exp_minus_one(writer: Writer, item: Fn) -> Expression:
    return call("expm1", writer.poly(item.arguments[0]))


def _at_zero(writer: Writer, item: Fn) -> Expression:
    tested, at, elsewhere = (writer.poly(argument) for argument in item.arguments)
    return call("where", Compare("==", tested, ZERO), at, elsewhere)


def _where_positive(writer: Writer, item: Fn) -> Expression:
    tested, otherwise = writer.poly(item.arguments[0]), writer.poly(item.arguments[2])
    above = writer.where_positive(item.arguments[0], item.arguments[1])
    return call("where", Compare(">", tested, ZERO), above, otherwise)


def _deviance(writer: Writer, item: Fn) -> Expression:
    """x*log(x/y) - x + y >= 0: with t = (x - y)/y it is y*((1 + t)*log(1 + t) - t)."""
    x, y = (writer.poly(argument) for argument in item.arguments)
    change = writer.difference(*item.arguments)
    t = Div(change, y)
    coefficients = tuple(Fraction((-1) ** i, i * (i - 1)) for i in range(2, 16))
    near = Mul((Pow(t, TWO), _polynomial(t, coefficients), y))
    far = Add((Mul((x, call("log", Div(x, y)))), Neg(change)))
    at_zero = call("where", Compare("==", x, ZERO), y, far)
    return call("where", Compare("<", call("abs", t), Number(Fraction(1, 16))), near, at_zero)


# Gauss and Legendre's quadrature on [-1, 1] with six points: the positive nodes, their weights.
_NODES = (0.23861918608319690863, 0.66120938646626451366, 0.93246951420315202781)
_WEIGHTS = (0.46791393457269104739, 0.36076157304813860757, 0.17132449237917034504)


def _between(density: Callable[[Expression], Expression], power: Fraction) -> Rule:
    """F(x) - F(y) for x near y: the density's integral by six points, symmetric to the middle.

    exp(-p(m + d)²) + exp(-p(m - d)²) is 2·exp(-pm²)·exp(-pd²)·cosh(2pmd).
    """

    def rule(writer: Writer, item: Fn) -> Expression:
        x, y, less, far = (writer.poly(argument) for argument in item.arguments)
        middle = Div(Add((x, y)), TWO)
        terms = []
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            apart = Mul((Number(Fraction(node / 2)), less))
            bell = call("exp", Neg(Mul((Number(power), Pow(apart, TWO)))))
            side = call("cosh", Mul((Number(2 * power), middle, apart)))
            terms.append(Mul((Number(Fraction(weight)), bell, side)))
        near = Mul((less, density(middle), Add(tuple(terms))))
        border = Mul((call("abs", less), Add((ONE, call("abs", middle)))))
        return call("where", Compare("<", border, Number(Fraction(1, 4))), near, far)

    return rule


def _erf_density(x: Expression) -> Expression:
    return Div(Mul((TWO, call("exp", Neg(Pow(x, TWO))))), call("sqrt", Constant("pi")))


RULES: dict[str, Rule] = {
    "erf_between": _between(_erf_density, Fraction(1)),
    "normal_cdf_between": _between(lambda x: call("normal_pdf", x), HALF.value),
    "sum": _sum,
    "series": _series,
    "below_zero": _below_zero,
    "at_zero": _at_zero,
    "where_positive": _where_positive,
    "deviance": _deviance,
    "log": _log,
    "log_cosh": _log_cosh,
    "log1mexp": _log1mexp,
    "mills": _mills,
    "erfcx": _erfcx,
    "pow": _power,
    "pi": _pi,
    "D": _one_plus_exp,
    "E": _exp_minus_one,
}
