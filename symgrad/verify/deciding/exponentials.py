"""Exponentials, logarithms and roots in independent generators.

log u is a sum of log|f| over the irreducible factors f of u, a root of u a product of roots of |f|,
and exp u a product of whole powers of generators exp(b) over a rational basis; the exponential of a
rational multiple of log|f| is a power of |f|.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import lcm

from symgrad.expression.certified import fmpz
from symgrad.expression.tree import Call, Expression, Number, Pow
from symgrad.verify.deciding.bases import Basis
from symgrad.verify.deciding.fields import Field, Generator, Ratio, Root
from symgrad.verify.deciding.limits import MAX_EXPONENT, TooLarge
from symgrad.verify.deciding.polynomials import Poly, is_constant
from symgrad.verify.deciding.signs import Signs

_FACTOR_BITS = 80
_PLAIN = ("var", "constant", "exp", "tan")


class Exponentials:
    """exp, log and |u|^q within one region."""

    def __init__(self, signs: Signs) -> None:
        self.signs = signs
        self.field: Field = signs.field
        self.basis = Basis(self.field)
        self._exps: list[int] = []
        self._logs: dict[str, int] = {}
        self._roots: dict[str, Root] = {}

    # exp

    def exp(self, u: Ratio) -> Ratio:
        """Return e^u."""
        field = self.field
        if not u.top:
            return field.one
        logs = [field.gen(index) for index in self._logs.values()]
        known = self.basis.coordinates(u, logs) if self.basis.elements or logs else None
        result = field.one
        if known is None:
            rest, peeled = self._without_logs(u)
            for index, c in peeled:
                result = field.mul(result, self._exp_log(index, c))
            return field.mul(result, self._exp_power(self._new_exp(rest), Fraction(1)))
        positions = list(self._logs.values())
        for k, c in enumerate(known):
            if c and k < len(self._exps):
                result = field.mul(result, self._exp_power(k, c))
            elif c:
                result = field.mul(result, self._exp_log(positions[k - len(self._exps)], c))
        return result

    def _without_logs(self, u: Ratio) -> tuple[Ratio, list[tuple[int, Fraction]]]:
        if not is_constant(u.bottom):
            return u, []
        peeled = []
        ring = self.field.ring
        top = u.top
        for monomial, c in ring.terms(u.top):
            if sum(monomial) == 1:
                index = monomial.index(1)
                if self.field.generators[index].kind == "log":
                    peeled.append((index, c))
                    top = top - ring.gens[index] * ring.constant(c)
        return self.field.polynomial(top), peeled

    def _new_exp(self, u: Ratio) -> int:
        position = self.basis.append(u)
        field = self.field
        scale = field.scales.parts.get(("exp", position), 1)
        argument = field.scaled(u, Fraction(1, scale))
        used = field.used(u.top, u.bottom)
        expression = Call("exp", (field.expression(argument),))
        safe = all(g.safe for g in used)
        generator = Generator("exp", (argument,), expression, field.is_constant(u), safe)
        self._exps.append(field.new_generator(generator))
        return position

    def _exp_power(self, position: int, c: Fraction) -> Ratio:
        field = self.field
        scale = field.scales.parts.get(("exp", position), 1)
        power = c * scale
        if power.denominator != 1:
            raise field.scales.refine("exp", position, c.denominator)
        if abs(power) > MAX_EXPONENT:
            raise TooLarge
        return field.power(field.gen(self._exps[position]), power.numerator)

    def _exp_log(self, index: int, c: Fraction) -> Ratio:
        return self.abs_power(self.field.generators[index].arguments[0], c)

    # log

    def log(self, u: Ratio) -> Ratio:
        """Return log|u| as a sum over the factors of u.

        Raises:
            ZeroDivisionError: when u is zero everywhere.
        """
        field = self.field
        if not u.top:
            raise ZeroDivisionError
        content, factors = field.factors(u)
        total = field.zero
        for base, multiplicity in (*self._primes(abs(content)), *factors):
            total = field.add(total, field.scaled(self._log_of(base), Fraction(multiplicity)))
        return total

    def _log_of(self, base: Poly) -> Ratio:
        field = self.field
        generator = self._alone(base)
        if generator is not None and generator.kind == "exp":
            return generator.arguments[0]
        if generator is not None and generator.kind == "sign":
            return field.zero
        if generator is not None and generator.kind == "root":
            root = next(r for r in field.roots if base == field.ring.gens[r.index])
            return field.scaled(self.log(field.polynomial(root.base)), Fraction(1, root.order))
        key = str(base)
        if key not in self._logs:
            argument = field.polynomial(base)
            shown = field.polynomial_expression(base)
            expression = Call("log", (self._shown_absolute(base, shown),))
            constant = field.is_constant(argument)
            made = Generator("log", (argument,), expression, constant, self._plain(base))
            self._logs[key] = field.new_generator(made)
        return field.gen(self._logs[key])

    def _alone(self, base: Poly) -> Generator | None:
        for index, gen in enumerate(self.field.ring.gens[: len(self.field.generators)]):
            if base == gen:
                return self.field.generators[index]
        return None

    def _plain(self, base: Poly) -> bool:
        return all(g.safe and g.kind in _PLAIN for g in self.field.used(base))

    def _shown_absolute(self, base: Poly, shown: Expression) -> Expression:
        known = self.signs.known(base)
        return shown if known is not None and known.sign > 0 else Call("abs", (shown,))

    def _primes(self, value: Fraction) -> Iterator[tuple[Poly, int]]:
        if max(value.numerator, value.denominator).bit_length() > _FACTOR_BITS:
            raise TooLarge
        for part, sign in ((value.numerator, 1), (value.denominator, -1)):
            if part > 1:
                for prime, multiplicity in fmpz(part).factor():
                    yield self.field.ring.constant(Fraction(int(prime))), sign * int(multiplicity)

    # powers

    def abs_power(self, u: Ratio, exponent: Fraction) -> Ratio:
        """Return |u|^exponent."""
        field = self.field
        if not u.top:
            if exponent < 0:
                raise ZeroDivisionError
            return field.zero
        content, factors = field.factors(u)
        if exponent.denominator == 1:
            primes = []
            whole = field.power(field.number(abs(content)), exponent.numerator)
        else:
            primes, whole = list(self._primes(abs(content))), field.one
        for base, multiplicity in (*primes, *factors):
            whole = field.mul(whole, self._factor_power(base, multiplicity * exponent))
        return whole

    def _factor_power(self, base: Poly, exponent: Fraction) -> Ratio:
        field = self.field
        if abs(exponent) > MAX_EXPONENT:
            raise TooLarge
        generator = self._alone(base)
        if generator is not None and generator.kind == "sign":
            return field.one
        if exponent.denominator == 1:
            result = field.power(field.polynomial(base), exponent.numerator)
            if exponent.numerator % 2:
                result = field.mul(result, self.signs.factor(field.polynomial(base)))
            return result
        if generator is not None and generator.kind == "exp":
            return self.exp(field.scaled(generator.arguments[0], exponent))
        if generator is not None and generator.kind == "root":
            root = next(r for r in field.roots if base == field.ring.gens[r.index])
            return self.abs_power(field.polynomial(root.base), exponent / root.order)
        root = self._root(base, exponent.denominator)
        return field.power(field.gen(root.index), int(exponent * root.order))

    def _root(self, base: Poly, order: int) -> Root:
        field = self.field
        key = str(base)
        position = list(self._roots).index(key) if key in self._roots else len(self._roots)
        if key in self._roots:
            if self._roots[key].order % order:
                raise field.scales.refine("root", position, lcm(order, self._roots[key].order))
            return self._roots[key]
        sign = self.signs.factor(field.polynomial(base)).top
        order = field.scales.parts.get(("root", position), order)
        shown = self._shown_absolute(base, field.polynomial_expression(base))
        expression: Expression = Pow(shown, Number(Fraction(1, order)))
        if order == 2:
            expression = Call("sqrt", (shown,))
        constant = all(g.constant for g in field.used(base))
        generator = Generator("root", (), expression, constant, self._plain(base))
        root = Root(field.new_generator(generator), order, base * sign, self._plain(base))
        self._roots[key] = root
        field.roots.append(root)
        return root
