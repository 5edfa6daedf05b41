"""Expressions to normal form: a ratio of polynomials in independent generators.

Every rewriting here is an identity on the real domain, at every point where the expression is
defined and the facts of the region hold. Functions that are not listed go through their definition
in `symgrad.expression.functions`; one without a definition stays opaque, its arguments in normal
form.
Identities: Abramowitz and Stegun, Handbook of Mathematical Functions, chapters 4, 6 and 7.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from symgrad.expression.functions import record
from symgrad.expression.identity import ByIdentity
from symgrad.expression.tree import (
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
    Var,
)
from symgrad.verify.deciding.domain import is_total
from symgrad.verify.deciding.exponentials import Exponentials
from symgrad.verify.deciding.fields import Ratio
from symgrad.verify.deciding.limits import MAX_EXPONENT, TooLarge, Unsupported
from symgrad.verify.deciding.opaque import Opaque
from symgrad.verify.deciding.polynomials import is_constant
from symgrad.verify.deciding.rotations import Rotations
from symgrad.verify.deciding.signs import Signs

_HALF = Fraction(1, 2)


class NormalForm:
    """Brings expressions to normal form within one region."""

    def __init__(self, signs: Signs, *, abbreviate: bool = False) -> None:
        self.signs = signs
        self.abbreviate = abbreviate
        self.field = signs.field
        self.exponentials = Exponentials(signs)
        self.rotations = Rotations(self.exponentials)
        self.opaque = Opaque(self.exponentials)
        self._known: ByIdentity[Expression, Ratio] = ByIdentity()

    def ratio(self, expression: Expression) -> Ratio:
        """Return the normal form.

        Raises:
            Stop: when the region must be split, is empty, or a bound is reached.
            ZeroDivisionError: when a denominator is zero everywhere.
        """
        found = self._known.get(expression)
        if found is None:
            self.field.clock.check()
            found = self._fresh(expression)
            self._known[expression] = found
        return found

    def _fresh(self, expression: Expression) -> Ratio:
        field = self.field
        match expression:
            case Number(value):
                return field.number(value)
            case Var(key):
                return field.name(key)
            case Constant(name):
                if name == "e":
                    return self.exponentials.exp(field.one)
                return field.constant(name)
            case Add(terms):
                total = field.zero
                for term in terms:
                    total = field.add(total, self.ratio(term))
                return self._abbreviated(total) if self.abbreviate else total
            case Mul(factors):
                product = field.one
                for factor in factors:
                    product = field.mul(product, self.ratio(factor))
                return product
            case Neg(operand):
                return field.neg(self.ratio(operand))
            case Div(numerator, denominator):
                return field.div(self.ratio(numerator), self.ratio(denominator))
            case Pow(base, exponent):
                return self._power(base, exponent)
            case Call(name, arguments):
                return self._call(name, arguments)
            case _:
                raise Unsupported

    def _abbreviated(self, total: Ratio) -> Ratio:
        """Return a sum as a multiple of a generator of its own, so that products stay short."""
        field = self.field
        if not is_constant(total.bottom) or len(total.top) < 2:
            return total
        content, simple = field.ring.primitive(total.top)
        shown = field.polynomial_expression(simple)
        return field.scaled(field.opaque("sum", field.polynomial(simple), shown=shown), content)

    def _power(self, base: Expression, exponent: Expression) -> Ratio:
        power = self.ratio(exponent)
        value = self.field.value(power)
        if value is None:
            if base == Constant("e"):
                return self.exponentials.exp(power)
            return self._symbolic_power(self.ratio(base), power)
        if abs(value) > MAX_EXPONENT:
            raise TooLarge
        below = self.ratio(base)
        if value.denominator == 1:
            return self.field.power(below, value.numerator)
        self.signs.assume(below, 1, strict=value < 0)
        return self.exponentials.abs_power(below, value)

    def _symbolic_power(self, base: Ratio, exponent: Ratio) -> Ratio:
        """Return base^exponent for base > 0 as exp(exponent*log base); 0^v is 0 for v > 0."""
        if not base.top:
            if self.signs.strict_sign(exponent) > 0:
                return self.field.zero
            raise ZeroDivisionError
        self.signs.assume(base, 1, strict=False)
        return self.exponentials.exp(self.field.mul(exponent, self.exponentials.log(base)))

    def _call(self, name: str, arguments: tuple[Expression, ...]) -> Ratio:
        if name == "where":
            condition, yes, no = arguments
            if self.signs.symbolic:
                return self._blend(condition, yes, no)
            return self.ratio(yes if self.holds(condition) else no)
        rule = _RULES.get(name)
        if rule is not None:
            return rule(self, *(self.ratio(argument) for argument in arguments))
        row = record(name)
        if row.definition is None and row.parity:
            return self._paritied(name, row.parity, self.ratio(arguments[0]))
        if row.definition is None:
            return self.field.opaque(name, *(self.ratio(argument) for argument in arguments))
        meaning = row.definition(arguments)
        return self.ratio(meaning)

    def _paritied(self, name: str, parity: str, u: Ratio) -> Ratio:
        """Return an odd or even function of u as one of u and -u, whichever is written first."""
        if parity == "odd":
            return self.opaque.odd(name, u)
        return self.field.opaque(name, self.field.neg(u) if self.opaque.negative(u) else u)

    def holds(self, condition: Expression) -> bool:
        """Tell whether a condition holds in the region, its borders left out and listed."""
        match condition:
            case Compare(relation, left, right):
                return self._compare(relation, self.field.sub(self.ratio(left), self.ratio(right)))
            case Logic("and", parts):
                return all(self.holds(part) for part in parts)
            case Logic("or", parts):
                return any(self.holds(part) for part in parts)
            case Logic("not", (part,)):
                return not self.holds(part)
            case _:
                raise Unsupported

    def _blend(self, condition: Expression, yes: Expression, no: Expression) -> Ratio:
        """Return yes*h + no*(1 - h), h being 1 where the condition holds and else 0."""
        if not (is_total(yes) and is_total(no)):
            raise Unsupported  # one side may have no value where the other counts
        field = self.field
        h, otherwise = self._indicator(condition), self.ratio(no)
        return field.add(otherwise, field.mul(h, field.sub(self.ratio(yes), otherwise)))

    def _indicator(self, condition: Expression) -> Ratio:
        field = self.field
        match condition:
            case Compare(relation, left, right) if relation not in {"==", "!="}:
                difference = field.sub(self.ratio(left), self.ratio(right))
                if not difference.top:
                    return field.one if relation in {"<=", ">="} else field.zero
                sign = self.signs.factor(difference, strict=True)
                toward = sign if relation in {">", ">="} else field.neg(sign)
                return self._halved(field.add(field.one, toward))
            case Logic("and", parts):
                return self._all(parts)
            case Logic("or", parts):
                return field.sub(field.one, self._all([Logic("not", (p,)) for p in parts]))
            case Logic("not", (part,)):
                return field.sub(field.one, self._indicator(part))
            case _:
                raise Unsupported

    def _all(self, parts: Sequence[Expression]) -> Ratio:
        product = self.field.one
        for part in parts:
            product = self.field.mul(product, self._indicator(part))
        return product

    def _compare(self, relation: str, difference: Ratio) -> bool:
        if relation in {"==", "!="} and self.signs.generic(difference):
            return relation == "!="
        sign = self.signs.strict_sign(difference)
        if sign == 0:
            return relation in {"<=", ">=", "=="}
        return relation in ({">", ">=", "!="} if sign > 0 else {"<", "<=", "!="})

    # Functions

    def log(self, u: Ratio) -> Ratio:
        """Return log u; its domain u > 0 becomes a fact."""
        self.signs.assume(u, 1, strict=True)
        return self.exponentials.log(u)

    def sqrt(self, u: Ratio) -> Ratio:
        """Return the square root; its domain u >= 0 becomes a fact."""
        self.signs.assume(u, 1, strict=False)
        return self.exponentials.abs_power(u, _HALF)

    def cbrt(self, u: Ratio) -> Ratio:
        """Return the real cube root."""
        root = self.exponentials.abs_power(u, Fraction(1, 3))
        return self.field.mul(root, self.signs.factor(u))

    def absolute(self, u: Ratio) -> Ratio:
        """Return |u|."""
        return self.field.mul(u, self.signs.factor(u))

    def sign(self, u: Ratio) -> Ratio:
        """Return the sign, zeros left out."""
        return self.signs.factor(u, strict=True)

    def largest(self, *arguments: Ratio) -> Ratio:
        """Return the maximum."""
        field = self.field
        best = arguments[0]
        for other in arguments[1:]:
            gap = field.sub(best, other)
            size = field.mul(gap, self.signs.factor(gap))
            best = self._halved(field.add(field.add(best, other), size))
        return best

    def smallest(self, *arguments: Ratio) -> Ratio:
        """Return the minimum."""
        return self.field.neg(self.largest(*(self.field.neg(a) for a in arguments)))

    def sinh(self, u: Ratio) -> Ratio:
        """Return (e^u - e^-u)/2."""
        e = self.exponentials.exp(u)
        return self._halved(self.field.sub(e, self.field.div(self.field.one, e)))

    def cosh(self, u: Ratio) -> Ratio:
        """Return (e^u + e^-u)/2."""
        e = self.exponentials.exp(u)
        return self._halved(self.field.add(e, self.field.div(self.field.one, e)))

    def _halved(self, u: Ratio) -> Ratio:
        return self.field.scaled(u, _HALF)

    def tanh(self, u: Ratio) -> Ratio:
        """Return (e^2u - 1)/(e^2u + 1)."""
        field = self.field
        e = self.exponentials.exp(field.scaled(u, Fraction(2)))
        return field.div(field.sub(e, field.one), field.add(e, field.one))

    def asinh(self, u: Ratio) -> Ratio:
        """Return log(u + sqrt(u^2 + 1)), with the argument's sign made unique first."""
        field = self.field
        if u.top and self.opaque.negative(u):
            return field.neg(self.asinh(field.neg(u)))
        root = self.sqrt(field.add(field.mul(u, u), field.one))
        return self.exponentials.log(field.add(u, root))

    def acosh(self, u: Ratio) -> Ratio:
        """Return log(u + sqrt(u - 1) sqrt(u + 1)) for u >= 1."""
        field = self.field
        self.signs.assume(field.sub(u, field.one), 1, strict=False)
        self.signs.assume(field.add(u, field.one), 1, strict=True)
        below = self.exponentials.abs_power(field.sub(u, field.one), _HALF)
        above = self.exponentials.abs_power(field.add(u, field.one), _HALF)
        return self.exponentials.log(field.add(u, field.mul(below, above)))

    def atanh(self, u: Ratio) -> Ratio:
        """Return half of log((1 + u)/(1 - u)) for |u| < 1."""
        field = self.field
        above, below = field.add(field.one, u), field.sub(field.one, u)
        self.signs.assume(above, 1, strict=True)
        self.signs.assume(below, 1, strict=True)
        return self._halved(self.exponentials.log(field.div(above, below)))

    def erfc(self, u: Ratio) -> Ratio:
        """Return 1 - erf u."""
        return self.field.sub(self.field.one, self.opaque.odd("erf", u))

    def normal_cdf(self, u: Ratio) -> Ratio:
        """Return (1 + erf(u/sqrt 2))/2."""
        root = self.exponentials.abs_power(self.field.number(2), _HALF)
        half = self.opaque.odd("erf", self.field.div(u, root))
        return self._halved(self.field.add(self.field.one, half))


_RULES: dict[str, Callable[..., Ratio]] = {
    "exp": lambda n, u: n.exponentials.exp(u),
    "log": NormalForm.log,
    "sqrt": NormalForm.sqrt,
    "cbrt": NormalForm.cbrt,
    "abs": NormalForm.absolute,
    "sign": NormalForm.sign,
    "max": NormalForm.largest,
    "min": NormalForm.smallest,
    "relu": lambda n, u: n.largest(u, n.field.zero),
    "sin": lambda n, u: n.rotations.rotation(u)[1],
    "cos": lambda n, u: n.rotations.rotation(u)[0],
    "tan": lambda n, u: n.rotations.tan(u),
    "asin": lambda n, u: n.opaque.asin(u),
    "acos": lambda n, u: n.opaque.acos(u),
    "atan": lambda n, u: n.opaque.atan(u),
    "atan2": lambda n, y, x: n.opaque.atan2(y, x),
    "sinh": NormalForm.sinh,
    "cosh": NormalForm.cosh,
    "tanh": NormalForm.tanh,
    "asinh": NormalForm.asinh,
    "acosh": NormalForm.acosh,
    "atanh": NormalForm.atanh,
    "erf": lambda n, u: n.opaque.odd("erf", u),
    "erfc": NormalForm.erfc,
    "normal_cdf": NormalForm.normal_cdf,
    "lgamma": lambda n, u: n.opaque.lgamma(u),
    "digamma": lambda n, u: n.opaque.polygamma(n.field.zero, u),
    "polygamma": lambda n, k, u: n.opaque.polygamma(k, u),
}
