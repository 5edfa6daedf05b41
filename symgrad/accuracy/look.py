"""Reading: expressions into normal forms, through the definitions of the names in them.

A name whose value is one product is looked through, and so is a sum of exponentials; any other sum
stays a name, with its terms at hand where they might cancel. `Look.fired` counts the rules that saw
a value which plain arithmetic would lose: a statement in which none fires stays as it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from symgrad.accuracy import normal as n
from symgrad.accuracy.normal import HALF, Fn, Group, Mono, Poly, Sym
from symgrad.accuracy.shapes import (
    exponential_part,
    has_exponential,
    is_exponential,
    is_exponential_sum,
    is_plain_exponential_sum,
    sum_of_squares,
)
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
    with_children,
)

MAX_FACTORS = 10
MAX_LOOKED_THROUGH = 900


Rules = Callable[["Look", Poly], Poly]


class Look:
    """What is known of the names defined so far.

    `forms` holds what a name is read as, `sums` the terms of a name that is a plain sum.
    """

    def __init__(
        self,
        inputs: Iterable[str],
        simplify: Rules,
        logarithm: Rules,
        product_rules: tuple[Callable[[Look, Mono], Poly | None], ...],
        functions: Mapping[str, Callable[..., Poly]],
    ) -> None:
        self.forms: dict[str, Poly] = {name: n.atom(Sym(name)) for name in inputs}
        self.inputs = frozenset(self.forms)
        self.sums: dict[str, Poly] = {}
        self.fired = 0
        self.depth = 0
        self.by_name = False
        self.labels: set[tuple[str, str]] = set()
        self.assumed: dict[Poly, None] = {}  # what x^n was read for as exp(n*log(x))
        self._assumed_by: dict[str, dict[Poly, None]] = {}
        self._simplify = simplify
        self._logarithm = logarithm
        self._product_rules = product_rules
        self._functions = functions

    def fire(self) -> None:
        """Note that a rule has found something."""
        self.fired += 1

    def define(self, name: str, poly: Poly | None) -> None:
        """Remember what a name stands for; None keeps the name as it is."""
        own = n.atom(Sym(name))
        self.forms[name] = own
        self._assumed_by[name] = {**self.assumed}
        if poly is None or len(poly.text) > MAX_LOOKED_THROUGH:
            return
        if len(poly.terms) < 2:
            factors = poly.terms[0][0].powers if poly.terms else ()
            if len(factors) <= MAX_FACTORS:
                self.forms[name] = poly
        elif is_plain_exponential_sum(poly):
            self.forms[name] = poly
        elif all(is_exponential(mono) for mono, _ in poly.terms):
            self.forms[name] = n.of(*n.factored(poly))
        else:
            self.sums[name] = poly

    def read(self, e: Expression) -> Poly:
        """Return the normal form of an expression in names."""
        match e:
            case Number(value):
                return n.const(value)
            case Constant("e"):
                return n.exp(n.ONE)
            case Constant(name):
                return n.atom(Fn(name, ()))
            case Var(key):
                return self._name(str(key))
            case Add(terms):
                return self._read_sum(terms)
            case Neg(operand):
                return n.negative(self.read(operand))
            case Mul(factors):
                return self.product(*(self.read(factor) for factor in factors))
            case Div(numerator, denominator):
                return self.product(
                    self.read(numerator), self.power(self.read(denominator), Fraction(-1))
                )
            case Pow(base, exponent):
                return self._symbolic_power(self.read(base), self.read(exponent))
            case Call(function, arguments):
                return self._call(function, arguments)
            case _:
                raise TypeError(e)

    def _name(self, name: str) -> Poly:
        form = self.forms[name]
        self.assumed |= self._assumed_by.get(name, {})
        if self.by_name and not (form.single and _is_bare(form.single[0])):
            return n.atom(Sym(name))
        return form

    def _read_sum(self, terms: tuple[Expression, ...]) -> Poly:
        """Read a sum through its names; where that finds nothing, keep the names in it."""
        before = self.fired
        whole = n.add(*(self.read(term) for term in terms))
        found = self.sum(whole)
        if self.by_name or self.fired > before or found != whole or is_exponential_sum(found):
            return found
        self.by_name = True
        try:
            return n.add(*(self.read(term) for term in terms))
        finally:
            self.by_name = False

    def sum(self, poly: Poly) -> Poly:
        """Return a sum simplified by the rules."""
        if len(poly.terms) < 2:
            return poly
        self.depth += 1
        try:
            return self._simplify(self, poly) if self.depth < 12 else poly
        finally:
            self.depth -= 1

    def form(self, name: str) -> Poly:
        """Return what a name is read as; a name from elsewhere is read as itself."""
        return self.forms.get(name) or n.atom(Sym(name))

    def definition(self, name: str) -> Poly | None:
        """Return what a name stands for, None for an input or a name that is kept as it is."""
        found = self.sums.get(name)
        if found is None:
            form = self.forms.get(name)
            found = None if form is None or form == n.atom(Sym(name)) else form
        return found

    def logarithm(self, poly: Poly) -> Poly:
        """Return the logarithm of a sum."""
        return self._logarithm(self, poly)

    def product(self, *factors: Poly) -> Poly:
        """Return a product; exponentials that meet in it are joined."""
        result = factors[0]
        for factor in factors[1:]:
            if has_exponential(result) and has_exponential(factor):
                self.fire()
            result = n.multiply(result, factor)
        if result.single is not None:
            mono, value = result.single
            for rule in self._product_rules:
                found = rule(self, mono)
                if found is not None:
                    self.fire()
                    result = n.scale(found, value)
                    break
            result = self._distributed(result)
        return result

    def _distributed(self, poly: Poly) -> Poly:
        """Multiply (1 - y - y*exp(-z)) by sigmoid(z) term by term: exp(-z) may overflow alone."""
        single = poly.single
        if single is None:
            return poly
        apart = _series_apart(single[0])
        if apart is not None:
            return n.scale(n.add(*(self.product(part) for part in apart)), single[1])
        below = any(k < 0 and is_exponential(Mono(((item, k),))) for item, k in single[0].powers)
        if not below and not _meets_inverse(single[0]):
            return poly
        for item, k in single[0].powers:
            if not isinstance(item, Group) or k != 1 or len(item.poly.terms) > 8:
                continue
            outside = Mono(tuple(p for p in single[0].powers if p[0] != item), single[0].exponent)
            parts: dict[Mono, list[tuple[Mono, Fraction]]] = {}
            for mono, value in item.poly.terms:
                exponential, plain = exponential_part(mono)
                parts.setdefault(exponential, []).append((plain, value * single[1]))
            positive = all(value > 0 for _, value in item.poly.terms)
            bare = positive and is_plain_exponential_sum(item.poly) and not _holds_sum(item.poly)
            if len(parts) < 2 or (bare and all(len(terms) == 1 for terms in parts.values())):
                continue
            self.fire()
            return n.add(
                *(
                    self.product(n.of(n.join(outside, exponential)), Poly(tuple(terms)))
                    for exponential, terms in parts.items()
                )
            )
        return poly

    def power(self, poly: Poly, k: Fraction) -> Poly:
        """Return a power with a rational exponent."""
        if k not in (0, 1) and (k < 0 or k.denominator > 1) and has_exponential(poly):
            self.fire()
        if k == HALF:
            return self.root(poly)
        if k.denominator > 1 and not n.is_positive_poly(poly):
            single = poly.single
            if single is None or len(single[0].powers) > 1:
                return n.power(poly, k)
        if k.denominator == 2 and sum_of_squares(poly) is not None:
            return n.power(self.root(poly), 2 * k)
        return n.power(poly, k)

    def root(self, poly: Poly) -> Poly:
        """Return the square root; that of a sum of squares is a hypot."""
        squares = sum_of_squares(poly)
        if squares is not None and len(poly.terms) > 1:
            self.fire()
            shared = {value for _, value in poly.terms}
            if len(shared) == 1 and shared != {Fraction(1)}:
                value = poly.terms[0][1]
                whole = n.atom(Fn("hypot", sum_of_squares(n.scale(poly, 1 / value)) or ()))
                return n.multiply(n.power(n.const(value), HALF), whole)
            return n.atom(Fn("hypot", squares))
        single = poly.single
        if single is not None:
            named = [i for i, k in single[0].powers if isinstance(i, Sym) and k == 1]
            for name in named:
                inner = self.sums.get(name.name)
                if inner is not None and sum_of_squares(inner) is not None:
                    rest = n.divide(poly, Mono(((name, Fraction(1)),)))
                    return n.multiply(n.power(rest, HALF), self.root(inner))
            for group, k in single[0].powers:
                squares = sum_of_squares(group.poly) if isinstance(group, Group) else None
                if squares is not None and k.denominator == 1 and k.numerator % 2:
                    self.fire()
                    rest = n.divide(poly, Mono(((group, k),)))
                    return n.multiply(self.root(rest), n.atom(Fn("hypot", squares), k))
            if any(k.denominator == 1 and k.numerator % 2 == 0 for _, k in single[0].powers):
                self.fire()
        return n.power(poly, HALF)

    def _symbolic_power(self, base: Poly, exponent: Poly) -> Poly:
        value = exponent.number
        if value is not None:
            return self.power(base, value)
        single = base.single
        if single is not None and single[1] == 1 and not single[0].powers:
            inner = single[0].exponent
            if inner is not None:
                self.fire()
                return self.exponential(n.multiply(inner, exponent))
        if base.number == 1:
            return n.ONE
        if len(base.terms) > 1 and any(mono == n.UNIT and c == 1 for mono, c in base.terms):
            self.fire()
            if not n.is_positive_poly(base):
                self.assumed[base] = None
        elif not (base.number or 0) > 0:
            return n.atom(Fn("pow", (base, exponent)))
        return self.exponential(self._times(exponent, n.atom(Fn("log", (base,)))))

    def _times(self, left: Poly, right: Poly) -> Poly:
        """Return the product with the terms of `left` kept apart."""
        return n.add(*(n.multiply(n.of(mono, value), right) for mono, value in left.terms))

    def exponential(self, poly: Poly) -> Poly:
        """Return exp of a sum; rational multiples of logarithms in it become powers."""
        rest = []
        result = n.ONE
        for mono, value in poly.terms:
            if len(mono.powers) == 1 and mono.exponent is None:
                item, k = mono.powers[0]
                inverse = EXPONENTIALS.get(item.name) if isinstance(item, Fn) else None
                if inverse is not None and isinstance(item, Fn) and k == 1:
                    self.fire()
                    result = n.multiply(result, n.power(inverse(item.arguments[0]), value))
                    continue
            rest.append((mono, value))
        return n.multiply(result, n.exp(Poly(tuple(rest))))

    def _call(self, function: str, arguments: tuple[Expression, ...]) -> Poly:
        if function == "where":
            condition, yes, no = arguments
            chosen = Fn("where", (self.read(yes), self.read(no)), self._condition(condition))
            return n.atom(chosen)
        by_name, self.by_name = self.by_name, False
        values = tuple(self.read(argument) for argument in arguments)
        self.by_name = by_name
        rule = self._functions.get(function)
        return rule(self, *values) if rule is not None else n.atom(Fn(function, values))

    def _condition(self, condition: Expression) -> Expression:
        match condition:
            case Logic(_, parts):
                return with_children(condition, tuple(self._condition(part) for part in parts))
            case Compare():
                return condition
            case _:
                raise TypeError(condition)


def _series_apart(mono: Mono) -> list[Poly] | None:
    """Return the terms of (series(r) + series(z))/r, each of which takes its own powers of r."""
    if not any(k < 0 for _, k in mono.powers):
        return None
    for item, k in mono.powers:
        if not isinstance(item, Group) or k != 1 or len(item.poly.terms) > 4:
            continue
        series = sum(
            isinstance(i, Fn) and i.name == "series"
            for term, _ in item.poly.terms
            for i, _ in term.powers
        )
        if series > 1:
            rest = Mono(tuple(p for p in mono.powers if p[0] != item), mono.exponent)
            return [n.of(n.join(term, rest), value) for term, value in item.poly.terms]
    return None


def _is_bare(mono: Mono) -> bool:
    """Tell whether a product is one name, or a number."""
    return mono.exponent is None and (
        not mono.powers
        or (len(mono.powers) == 1 and isinstance(mono.powers[0][0], Sym) and mono.powers[0][1] == 1)
    )


def _holds_sum(poly: Poly) -> bool:
    """Tell whether a term has a sum as a factor, which may have either sign."""
    return any(isinstance(item, Group) for mono, _ in poly.terms for item, _ in mono.powers)


def _meets_inverse(mono: Mono) -> bool:
    """Tell whether exp(x) stands before a sum with exp(-x) in it."""
    own = mono.exponent
    return own is not None and any(
        term.exponent is not None and len(n.add(own, term.exponent).terms) < len(own.terms)
        for item, k in mono.powers
        if isinstance(item, Group) and k == 1
        for term, _ in item.poly.terms
    )


def _cosh(z: Poly) -> Poly:
    return n.scale(n.multiply(n.one_plus_exp(n.scale(z, 2)), n.exp(n.negative(z))), HALF)


EXPONENTIALS: dict[str, Callable[[Poly], Poly]] = {
    "log": lambda x: x,
    "softplus": n.one_plus_exp,
    "log1mexp": lambda x: n.multiply(n.exp_minus_one(x), n.exp(n.negative(x))),
    "log_cosh": _cosh,
}
