"""Numbers put into expressions: one evaluator, whose back-ends are types of numbers.

An `Evaluator` walks an expression at one point and knows the value of every part that it has met; a
`NumberType` says what sums, powers and functions of its numbers are. Here is the slow and certain
one, mpmath at a chosen number of digits, which emitted code, closed forms and traces are compared
with. Exact fractions are in `exact`, certified balls in `certified`.
"""

from __future__ import annotations

import operator
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Generic, TypeVar

from symgrad.expression.functions import Function, record
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

Real = Any  # an mpmath mpf; mpmath has no types
Context = Any  # an mpmath context
Truth = Any  # what a comparison of numbers gives: a bool, or one for each of many points
T = TypeVar("T")
DIGITS = 50
RELATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class OutsideDomain(ArithmeticError):
    """A real function was asked for its value outside its real domain, or at a pole."""


class NotReal(OutsideDomain):
    """A function has no real value at its argument; `function` is its name."""

    def __init__(self, function: str) -> None:
        super().__init__(f"{function} is not a real number here")
        self.function = function


class NumberType(ABC, Generic[T]):
    """What the evaluator asks of a type of numbers. An operation without a value raises."""

    @abstractmethod
    def number(self, value: Fraction) -> T:
        """Return an exact number as one of this type."""

    @abstractmethod
    def constant(self, name: str) -> T:
        """Return π or e."""

    @abstractmethod
    def sum(self, terms: Iterable[T]) -> T:
        """Return the sum of one number or more."""

    @abstractmethod
    def product(self, factors: Iterable[T]) -> T:
        """Return the product of one number or more."""

    @abstractmethod
    def quotient(self, numerator: T, denominator: T) -> T:
        """Return the quotient."""

    @abstractmethod
    def power(self, base: T, exponent: T, written: Expression) -> T:
        """Return the power; `written` is the expression that the exponent is the value of."""

    @abstractmethod
    def function(self, call: Call, row: Function, evaluator: Evaluator[T]) -> T:
        """Return the value of a function at the arguments of a call."""

    def negative(self, value: T) -> T:
        """Return the negative."""
        return -value  # type: ignore[operator,no-any-return]  # every type of numbers has it

    def checked(self, value: T) -> T:
        """Return the value of a part as it is kept; refuse one that is none."""
        return value

    def no_number(self, expression: Expression) -> Exception:
        """Return the error for a condition in the place of a number, or a number in that of one."""
        return TypeError(expression)

    def compared(self, relation: str, left: T, right: T) -> Truth:
        """Tell whether a relation holds."""
        return RELATIONS[relation](left, right)

    def every(self, truths: Iterable[Truth]) -> Truth:
        """Tell whether all hold, asking no further than needed."""
        return all(truths)

    def some(self, truths: Iterable[Truth]) -> Truth:
        """Tell whether one holds, asking no further than needed."""
        return any(truths)

    def opposite(self, truth: Truth) -> Truth:
        """Tell whether what was asked does not hold."""
        return not truth

    def chosen(self, truth: Truth, yes: Callable[[], T], no: Callable[[], T]) -> T:
        """Return the value of one of two branches."""
        return yes() if truth else no()

    def value(self, expression: Expression, names: Mapping[Any, T]) -> T:
        """Return the value of one expression, its variables taken from `names`."""
        return Evaluator(self, names).value(expression)

    def holds(self, condition: Expression, names: Mapping[Any, T]) -> Truth:
        """Tell whether one condition holds."""
        return Evaluator(self, names).holds(condition)


class Evaluator(Generic[T]):
    """Evaluates expressions at one point, every part once."""

    __slots__ = ("_known", "names", "numbers")

    def __init__(self, numbers: NumberType[T], names: Mapping[Any, T]) -> None:
        self.numbers = numbers
        self.names = names
        self._known: ByIdentity[Expression, T] = ByIdentity()

    def value(self, expression: Expression) -> T:
        """Return the value of an expression; KeyError for a name that has none."""
        found = self._known.get(expression)
        if found is None:
            rule = _RULES.get(type(expression))
            if rule is None:
                raise self.numbers.no_number(expression)
            found = self.numbers.checked(rule(self, expression))
            self._known[expression] = found
        return found

    def holds(self, condition: Expression) -> Truth:
        """Tell whether a condition holds."""
        match condition:
            case Compare(relation, left, right):
                return self.compared(relation, left, right)
            case Logic("and", parts):
                return self.numbers.every(map(self.holds, parts))
            case Logic("or", parts):
                return self.numbers.some(map(self.holds, parts))
            case Logic("not", (part,)):
                return self.numbers.opposite(self.holds(part))
            case _:
                raise self.numbers.no_number(condition)

    def compared(self, relation: str, left: Expression, right: Expression) -> Truth:
        """Tell whether a relation of two expressions holds."""
        return self.numbers.compared(relation, self.value(left), self.value(right))

    def called(self, call: Call) -> T:
        """Return the value of a function; of a choice only the branch that counts is asked for."""
        row = record(call.function)
        if row.condition_first:
            condition, yes, no = call.arguments
            return self.numbers.chosen(
                self.holds(condition), lambda: self.value(yes), lambda: self.value(no)
            )
        return self.numbers.function(call, row, self)


_Rule = Callable[[Evaluator[Any], Any], Any]
_RULES: Mapping[type, _Rule] = {
    Number: lambda at, e: at.numbers.number(e.value),
    Constant: lambda at, e: at.numbers.constant(e.name),
    Var: lambda at, e: at.names[e.key],
    Add: lambda at, e: at.numbers.sum(map(at.value, e.terms)),
    Neg: lambda at, e: at.numbers.negative(at.value(e.operand)),
    Mul: lambda at, e: at.numbers.product(map(at.value, e.factors)),
    Div: lambda at, e: at.numbers.quotient(at.value(e.numerator), at.value(e.denominator)),
    Pow: lambda at, e: at.numbers.power(at.value(e.base), at.value(e.exponent), e.exponent),
    Call: Evaluator.called,
}


_OWN = threading.local()  # contexts of mpmath by digits: to make one takes as long as a formula


def _context() -> Context:
    import mpmath  # noqa: PLC0415  (only here is mpmath needed, and it takes 60 ms to import)

    return mpmath.mp.clone() if hasattr(mpmath.mp, "clone") else mpmath.MPContext()


class Decimals(NumberType[Real]):
    """mpmath's numbers at `digits` significant digits.

    Raises OutsideDomain where a value is not a real number.
    """

    def __init__(self, digits: int = DIGITS) -> None:
        contexts = _OWN.__dict__.setdefault("contexts", {})
        if digits not in contexts:
            contexts[digits] = _context()
        self.context: Context = contexts[digits]
        self.context.dps = digits

    def number(self, value: Fraction | float) -> Real:
        """Return the number at this precision."""
        exact = Fraction(value)
        return self.context.mpf(exact.numerator) / self.context.mpf(exact.denominator)

    def constant(self, name: str) -> Real:
        """Return π or e."""
        return +self.context.pi if name == "pi" else self.context.e + 0

    def sum(self, terms: Iterable[Real]) -> Real:
        """Return the sum, rounded once."""
        return self.context.fsum(terms)

    def product(self, factors: Iterable[Real]) -> Real:
        """Return the product, rounded once."""
        return self.context.fprod(factors)

    def quotient(self, numerator: Real, denominator: Real) -> Real:
        """Return the quotient."""
        if denominator == 0:
            raise OutsideDomain("division by zero")
        return numerator / denominator

    def power(self, base: Real, exponent: Real, written: Expression) -> Real:
        """Return the real power."""
        del written
        whole = self.context.isint(exponent)
        if base == 0 and exponent < 0:
            raise OutsideDomain("zero to a negative power")
        if base < 0 and not whole:
            raise OutsideDomain("fractional power of a negative number")
        try:
            if whole and abs(exponent) < 10**6:
                return base ** int(exponent)
            return self.context.power(base, exponent)
        except ArithmeticError as error:
            raise OutsideDomain("a power of more digits than there can be") from error

    def compared(self, relation: str, left: Real, right: Real) -> bool:
        """Tell whether a relation holds."""
        return bool(RELATIONS[relation](left, right))

    def function(self, call: Call, row: Function, evaluator: Evaluator[Real]) -> Real:
        """Return the value by mpmath's function, or through the definition."""
        if row.mpmath is None:
            if row.definition is None:
                raise OutsideDomain(f"nothing is known of the value of {call.function}")
            return evaluator.value(row.definition(call.arguments))
        numbers = list(map(evaluator.value, call.arguments))
        return self._by_mpmath(row, numbers, call.function)

    def _by_mpmath(self, row: Function, numbers: Sequence[Real], name: str) -> Real:
        try:
            result = row.number(self.context, *numbers)
        except (
            ValueError,
            ArithmeticError,  # a pole, or more digits than there can be
            NotImplementedError,
            self.context.NoConvergence,
        ) as error:
            raise OutsideDomain(f"{name} has no value here") from error
        if not isinstance(result, self.context.mpf) or not self.context.isfinite(result):
            raise NotReal(name)
        return result
