"""Sums, products and powers, read exactly as the author wrote them.

    sum     = signed { ("+" | "-") signed }    signed = ("-" | "+") signed | product
    product = factor { ("*" | "/") factor }    factor = ("-" | "+") factor | power
    power   = atom [ "^" factor ]

So `-a*b` is -(a*b), `a/b*c` is (a/b)*c, `-a^2` is -(a^2), and `^` binds to the right.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from symgrad.expression.tree import Add, Div, Expression, Mul, Neg, Pow
from symgrad.sources import exact
from symgrad.sources.cursor import Cursor
from symgrad.sources.limits import MAX_DEPTH, MAX_TERMS
from symgrad.sources.problems import SourceTooLarge

_SIGNS = ("+", "-")
_NARROW = 8


class ArithmeticReader(Cursor, ABC):
    """Reads sums; what an atom is, a subclass says."""

    juxtaposition = False

    @abstractmethod
    def atom(self) -> Expression:
        """Read what a power is made of, with superscripts."""

    @abstractmethod
    def starts_factor(self) -> bool:
        """Tell whether the next token can be the first one of a factor side by side."""

    def sum(self) -> Expression:
        """Read a sum."""
        tokens = self.tokens
        start = self.at
        term = self.signed() if tokens[start] in _SIGNS else self.product()
        if tokens[self.at] not in _SIGNS:
            return term
        terms = [term]
        while (sign := tokens[self.at]) in _SIGNS:
            self.at += 1
            term = self.signed() if tokens[self.at] in _SIGNS else self.product()
            terms.append(term if sign == "+" else Neg(term))
            if len(terms) > MAX_TERMS:
                raise self.too_large(f"a sum of more than {MAX_TERMS} terms", start)
        self.check_numbers(terms, start, product=False)
        return Add(tuple(terms))

    def signed(self) -> Expression:
        """Read a product with signs before it."""
        sign = self.tokens[self.at]
        if sign not in _SIGNS:
            return self.product()
        self.enter()
        self.at += 1
        inner = self.signed()
        self.depth -= 1
        return Neg(inner) if sign == "-" else inner

    def product(self) -> Expression:
        """Read a product of factors and divisors, from left to right."""
        tokens = self.tokens
        start = self.at
        first = self.factor() if tokens[start] in _SIGNS else self.power()
        token = tokens[self.at]
        if token not in ("*", "/") and not self.juxtaposition:
            return first
        factors = [first]
        quotients = 0
        while True:
            token = tokens[self.at]
            if token == "*":
                self.at += 1
                factors.append(self.factor())
            elif token == "/":
                self.at += 1
                factors = [Div(self.joined(factors, start), self.divisor())]
                quotients += 1
                if quotients > self.longest_quotient:
                    self.longest_quotient = quotients
                    if quotients > MAX_DEPTH:
                        raise self.too_large(f"more than {MAX_DEPTH} divisions in a row", start)
            elif self.juxtaposition and self.starts_factor():
                factors.append(self.power())
            else:
                return self.joined(factors, start)
            if len(factors) > MAX_TERMS:
                raise self.too_large(f"a product of more than {MAX_TERMS} factors", start)

    def joined(self, factors: list[Expression], start: int) -> Expression:
        """Return the product of the factors that began at token `start`."""
        if len(factors) == 1:
            return factors[0]
        self.check_numbers(factors, start, product=True)
        return Mul(tuple(factors))

    def divisor(self) -> Expression:
        """Read what follows a `/`."""
        start = self.at
        below = self.factor()
        try:
            zero = exact.rational(below) == 0
        except exact.DivisionByZero:
            zero = True
        except exact.TooManyDigits:
            raise self.too_large("a number too large to compute exactly", start) from None
        if zero:
            raise self.fault("division by zero", start, last=self.at - 1)
        return below

    def check_numbers(self, parts: list[Expression], start: int, *, product: bool) -> None:
        """Refuse a wide sum or product of which the plain numbers fold to an enormous fraction."""
        if len(parts) > _NARROW:
            try:
                exact.check_many(parts, product=product)
            except exact.TooManyDigits:
                raise self.too_large("numbers too large to compute exactly", start) from None

    def factor(self) -> Expression:
        """Read a power with signs before it."""
        sign = self.tokens[self.at]
        if sign not in _SIGNS:
            return self.power()
        self.enter()
        self.at += 1
        inner = self.factor()
        self.depth -= 1
        return Neg(inner) if sign == "-" else inner

    def power(self) -> Expression:
        """Read an atom and its exponent."""
        start = self.at
        base = self.atom()
        if self.tokens[self.at] != "^":
            return base
        self.enter()
        self.at += 1
        exponent = self.factor()
        self.depth -= 1
        return self.raised(base, exponent, start)

    def raised(self, base: Expression, exponent: Expression, start: int) -> Expression:
        """Return the power that began at token `start`, unless its value would be enormous."""
        try:
            exact.check_power(base, exponent)
        except exact.TooManyDigits:
            raise self.fault(
                "a power too large to compute exactly", start, last=self.at - 1, kind=SourceTooLarge
            ) from None
        except exact.DivisionByZero:
            raise self.fault("a negative power of zero", start, last=self.at - 1) from None
        return Pow(base, exponent)
