"""Expressions as a person writes them, in Unicode and in plain ASCII, in the author's order.

What is printed can be read again by the claims reader, and is the same expression then.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from symgrad.expression.functions import reserved_names
from symgrad.expression.indicators import with_indicator
from symgrad.expression.names import GREEK, accented, canonical
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Constant,
    Derivative,
    Div,
    Expression,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    walk,
)

SUM, PRODUCT, UNARY, SYMBOL, POWER, ATOM = 1, 2, 3, 4, 5, 6  # SYMBOL: ∂L/∂v
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPT = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_UNITS = re.compile(r"[^\W\d_]\d*")
_INDEXED = re.compile(r"([^\W\d_]+)_?(\d+)")
ONE_LETTER = re.compile(r"[^\W\d_](?![^\W\d_])")
_DEEP_FRACTION = 1000
_LONGEST_DECIMAL = 25


def decimal_text(value: Fraction) -> str | None:
    """Return the exact decimal for a fraction that has one, else None.

    >>> decimal_text(Fraction(1, 8)), decimal_text(Fraction(1, 3))
    ('0.125', None)
    """
    places = 0
    rest = value.denominator
    while rest % 10 == 0 or rest % 2 == 0 or rest % 5 == 0:
        rest //= 10 if rest % 10 == 0 else 2 if rest % 2 == 0 else 5
        places += 1
        if places > _LONGEST_DECIMAL:
            return None
    if rest != 1:
        return None
    scaled = abs(value) * 10**places
    digits = str(scaled.numerator).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if value < 0 else text


class Printer:
    """Prints expressions as Unicode text: `δ·(2cu + 1)·x + λa`.

    `names` are all the names that may occur: two names that would look alike are printed in full.
    """

    minus = "−"
    times = "·"
    with_indicators = False  # in the place of choices against zero

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = tuple(dict.fromkeys(names))
        looks: dict[str, list[str]] = {}
        for name in self._names:
            looks.setdefault(self.spelled(name), []).append(name)
        self._plain = {name for alike in looks.values() if len(alike) > 1 for name in alike}
        self._cache: dict[str, str] = {}

    def spelled(self, name: str) -> str:
        """Return how a name looks: Greek letters as letters, a final number as a subscript."""
        text = canonical(name)
        match = _INDEXED.fullmatch(text)
        if match and len(match[1]) == 1:
            return match[1] + match[2].translate(_SUBSCRIPT)
        return text

    def name(self, name: str) -> str:
        """Return a name as it is printed here."""
        found = self._cache.get(name)
        if found is None:
            alike = name in self._plain
            found = self._cache[name] = self.in_full(name) if alike else self.spelled(name)
        return found

    def in_full(self, name: str) -> str:
        """Return a name that would look like another one, as it is written."""
        return name

    def partial(self, top: str, bottom: str) -> str:
        """Return the symbol of a partial derivative."""
        return f"∂{self.name(top)}/∂{self.name(bottom)}"

    def path(self, path: Iterable[str]) -> str:
        """Return the names along a path."""
        return " → ".join(map(self.name, path))

    def second_partial(self, top: str, first: str, second: str) -> str:
        """Return the symbol of a second partial derivative."""
        if first == second:
            return f"∂²{self.name(top)}/∂{self.name(first)}²"
        return f"∂²{self.name(top)}/∂{self.name(first)}∂{self.name(second)}"

    def derivative(self, operand: Expression, by: Var) -> tuple[str, int]:
        """Return a derivative that is not taken yet and how tightly it binds."""
        if isinstance(operand, Var):
            return self.partial(str(operand.key), str(by.key)), SYMBOL
        return f"∂({self.expression(operand)})/∂{self.name(str(by.key))}", SYMBOL

    def expression(self, e: Expression) -> str:
        """Return an expression as text."""
        return self.at(e, 0)

    def product_of(self, factors: Iterable[Expression]) -> str:
        """Return factors side by side, each as it is, nothing drawn together."""
        parts = list(factors)
        if len(parts) == 1:
            return self.expression(parts[0])
        return self.joined([self._link(part, first=i == 0) for i, part in enumerate(parts)])

    def joined(self, parts: list[str]) -> str:
        """Return printed factors with multiplication signs between them."""
        return self.times.join(parts)

    def written(self, e: Expression) -> Expression:
        """Return an expression with the indicators that are printed in it."""
        return with_indicator(e) if self.with_indicators else e

    def _link(self, e: Expression, *, first: bool) -> str:
        e = self.written(e)
        match e:
            case Neg(Div(numerator, denominator)) if not first:
                return self.negative_link(numerator, denominator)
            case Div() | Neg() if first:
                return self.expression(e)
            case _:
                return self.at(e, PRODUCT if first or isinstance(e, Mul | Div) else UNARY + 1)

    def negative_link(self, numerator: Expression, denominator: Expression) -> str:
        """Return a negative quotient that follows another factor."""
        above = f"({self.minus}{self.at(numerator, PRODUCT)})"
        return f"{above}/{self.at(denominator, POWER)}"

    def at(self, e: Expression, level: int) -> str:
        """Return an expression as text, in parentheses where it binds less tightly than `level`."""
        text, own = self._printed(e)
        return self.grouped(text) if own < level else text

    def grouped(self, text: str) -> str:
        """Return text in parentheses."""
        return f"({text})"

    def _printed(self, e: Expression) -> tuple[str, int]:
        e = self.written(e)
        match e:
            case Number(value):
                return self.number(value)
            case Constant(name):
                return self.constant(name), ATOM
            case Var(key):
                return self.name(str(key)), SYMBOL if str(key).startswith("∂") else ATOM
            case Add(terms):
                return self._sum(terms), SUM
            case Neg(operand):
                text = self.at(operand, PRODUCT)
                shown = self.grouped(text) if text.startswith(self.minus) else text
                return f"{self.minus}{shown}", SUM if _leads(operand) else UNARY
            case Mul(factors):
                return self._product(factors), PRODUCT
            case Div(numerator, denominator):
                return self.quotient(numerator, denominator)
            case Pow(base, exponent):
                return self.power(base, exponent)
            case Call(function, arguments):
                return self.call(function, arguments)
            case Derivative(operand, by):
                return self.derivative(operand, by)
            case Compare() | Logic():
                return self.condition(e), 0

    def number(self, value: Fraction) -> tuple[str, int]:
        """Return a number and how tightly it binds."""
        if value < 0:
            text, own = self.number(-value)
            return f"{self.minus}{text}", min(own, UNARY) if own == ATOM else SUM
        if value.denominator == 1:
            return str(value.numerator), ATOM
        if value.denominator > _DEEP_FRACTION:
            text = decimal_text(value) or ""
            if text:
                return text, ATOM
        return f"{value.numerator}/{value.denominator}", PRODUCT

    def constant(self, name: str) -> str:
        """Return a named number."""
        return "π" if name == "pi" else name

    def _sum(self, terms: tuple[Expression, ...]) -> str:
        pieces: list[str] = []
        for i, term in enumerate(map(self.written, terms)):
            signed = isinstance(term, Neg) or (isinstance(term, Number) and term.value < 0)
            text = self.at(term, SUM if signed else SUM + 1)
            if i == 0:
                pieces.append(text)
            elif text.startswith(self.minus):
                pieces += [f" {self.minus} ", text.removeprefix(self.minus)]
            else:
                pieces += [" + ", text]
        return "".join(pieces)

    def _product(self, factors: tuple[Expression, ...]) -> str:
        pieces: list[str] = []
        for i, factor in enumerate(factors):
            level = PRODUCT if i == 0 else UNARY + 1
            text = self.at(factor, level)
            if i > 0:
                side_by_side = self.adjoin(factors[i - 1], factor)
                pieces.append(self.gap(pieces[-1], text) if side_by_side else self.times)
            pieces.append(text)
        return "".join(pieces)

    def gap(self, left: str, right: str) -> str:  # noqa: ARG002  (LaTeX looks at both)
        """Return what stands between two printed factors that are side by side."""
        return ""

    def adjoin(self, left: Expression, right: Expression) -> bool:
        """Tell whether two factors may stand side by side without a sign between them."""
        if isinstance(left, Number) and left.value.denominator == 1 and left.value >= 0:
            return isinstance(right, Add) or self._letter(right)
        if not (self._letter(left) and self._letter(right)):
            return False
        following = right.base if isinstance(right, Pow) else right
        if left == following:
            return False  # aa would be a slip
        if not (isinstance(left, Var) and isinstance(following, Var)):
            return True
        pair = self.name(str(left.key)), self.name(str(following.key))
        # dx would be a differential
        return not pair[0].startswith("d") and pair not in self._words

    @cached_property
    def initials(self) -> frozenset[str]:
        """The letters that names are, or are with an index or an accent: σ, σ₁, σ_x."""
        bases = (accented(name)[0] for name in self._names)
        return frozenset(base[0] for base in bases if ONE_LETTER.match(base))

    @cached_property
    def _words(self) -> frozenset[tuple[str, str]]:
        """Pairs of names that side by side would look like a part of another word.

        With the names a, b and ab a product a·b keeps its sign; so does p·i, which is no π.
        """
        shown = [self.name(name) for name in self._names]
        letters = {canonical(name): name for name in shown if _is_letter(name)}
        others = [canonical(name).replace("_", "") for name in shown if not _is_letter(name)]
        greek = [word for word, letter in GREEK.items() if letter in letters or letter == "π"]
        found: set[tuple[str, str]] = set()
        for word in (*others, *greek, *reserved_names()):
            pieces = _UNITS.findall(word)
            if len(pieces) > 1 and "".join(pieces) == word and letters.keys() >= set(pieces):
                side_by_side = [letters[piece] for piece in pieces]
                found.update(pairwise(side_by_side))
        return frozenset(found)

    def _letter(self, e: Expression) -> bool:
        match e:
            case Var(key):
                return _is_letter(self.name(str(key)))
            case Constant("pi"):
                return True
            case Pow(Var() as base, Number(value)):
                return value.denominator == 1 and self._letter(base)
            case _:
                return False

    def quotient(self, numerator: Expression, denominator: Expression) -> tuple[str, int]:
        """Return a quotient and how tightly it binds."""
        return f"{self.at(numerator, PRODUCT)}/{self.at(denominator, POWER)}", PRODUCT

    def power(self, base: Expression, exponent: Expression) -> tuple[str, int]:
        """Return a power and how tightly it binds."""
        below = self.at(base, ATOM)
        match exponent:
            case Number(value) if value.denominator == 1:
                return f"{below}{str(value.numerator).translate(_SUPERSCRIPT)}", POWER
            case _:
                return f"{below}^{self.at(exponent, ATOM)}", POWER

    def call(self, function: str, arguments: tuple[Expression, ...]) -> tuple[str, int]:
        """Return a function at its arguments and how tightly it binds."""
        if function == "sqrt":
            return f"√{self.at(arguments[0], ATOM)}", POWER
        if function == "abs" and not _has_abs(arguments[0]):
            return f"|{self.expression(arguments[0])}|", ATOM
        return f"{function}({self.arguments(arguments)})", ATOM

    def condition(self, e: Expression, *, equal: str = "=") -> str:
        """Return a condition; `equal` is the sign of equality."""
        match e:
            case Compare(relation, left, right):
                sign = equal if relation == "==" else self.relation(relation)
                return f"{self.expression(left)} {sign} {self.expression(right)}"
            case Logic("not", (part,)):
                return f"not ({self.condition(part, equal=equal)})"
            case Logic(operator, parts):
                texts = [(self.condition(p, equal=equal), is_joined(p)) for p in parts]
                return f" {operator} ".join(self.grouped(t) if inner else t for t, inner in texts)
            case _:
                return self.expression(e)

    def relation(self, relation: str) -> str:
        """Return the sign of a relation other than equality."""
        return {"<=": "≤", ">=": "≥", "!=": "≠"}.get(relation, relation)

    def arguments(self, arguments: tuple[Expression, ...]) -> str:
        """Return arguments; a condition among them has the equality sign of the language."""
        return ", ".join(self.condition(a, equal="==") for a in arguments)


def _is_letter(text: str) -> bool:
    return len(text) == 1 or (text[0].isalpha() and _is_subscript(text[1:]))


def _is_subscript(text: str) -> bool:
    return bool(text) and all("₀" <= character <= "₉" for character in text)


def is_joined(condition: Expression) -> bool:
    """Tell whether a condition is two or more joined by a word."""
    return isinstance(condition, Logic) and condition.operator != "not"


def _has_abs(e: Expression) -> bool:
    return any(isinstance(part, Call) and part.function == "abs" for part in walk(e))


def _leads(e: Expression) -> bool:
    return isinstance(e, Number | Mul | Div | Add | Neg)
