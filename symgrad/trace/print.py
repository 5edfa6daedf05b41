"""Formulas with numbers put in: printers that print a variable as its value.

A number that is shown rounded is shown with `digits` significant digits, rounded from its full
precision.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from symgrad.expression.print_ascii import AsciiPrinter
from symgrad.expression.print_letters import LetterPrinter
from symgrad.expression.printer import ATOM, POWER, PRODUCT, SUM, Printer
from symgrad.expression.tree import Add, Expression, Number, Var
from symgrad.trace.decimals import decimal_parts, is_shown_exactly
from symgrad.trace.lines import PartialName, WorkedLine
from symgrad.trace.numbers import Real

_LONGEST_FRACTION = 400
_LONGEST_OPERAND = 16


# A negative number in parentheses at the head of a sum or a product: they are not needed there.
_LEADING_NEGATIVE = re.compile(r"(^|\()\(([−-][0-9.]+(?:e[−-]?[0-9]+)?)\)(?=[ ·*/])")


@dataclass(frozen=True, slots=True)
class Style:
    """How numbers are shown: significant digits, and whether exact ones as fractions."""

    digits: int = 6
    fractions: bool = False

    def is_exact(self, value: Real) -> bool:
        """Tell whether what is shown is the number itself."""
        return self.as_fraction(value) is not None or is_shown_exactly(value, self.digits)

    def as_fraction(self, value: Real) -> Fraction | None:
        """Return the fraction to show, or None for a number shown as a decimal."""
        if not self.fractions or not isinstance(value, Fraction):
            return None
        limit = 10**_LONGEST_FRACTION
        if value.denominator >= limit or abs(value.numerator) >= limit:
            return None
        return None if is_shown_exactly(value, self.digits) else value

    def is_short(self, value: Real) -> bool:
        """Tell whether a number may stand in the middle of a formula."""
        fraction = self.as_fraction(value)
        limit = 10**_LONGEST_OPERAND
        return not self.fractions or (
            self.is_exact(value) and (fraction is None or fraction.denominator < limit)
        )


class Marks(Printer):
    """Prints the variables that stand for partial derivatives as such."""

    def _printed(self, e: Expression) -> tuple[str, int]:
        if isinstance(e, Var) and isinstance(e.key, PartialName):
            return self.partial(e.key.top, e.key.bottom), POWER
        return super()._printed(e)


class SymbolPrinter(Marks, LetterPrinter):
    """Prints the lines of a trace in names, in Unicode."""


class AsciiSymbolPrinter(Marks, AsciiPrinter):
    """Prints the lines of a trace in names, in ASCII."""


class Numerals(Printer):
    """Prints every variable as its number: mix it in before the printer of a notation."""

    def __init__(self, values: Mapping[str, Real], style: Style) -> None:
        super().__init__()
        self.values = values
        self.style = style

    def numeral(self, value: Real) -> tuple[str, int]:
        """Return a number as it is shown, and how tightly it binds."""
        fraction = self.style.as_fraction(value)
        if fraction is not None:
            text = self.fraction(abs(fraction))
            return (f"{self.minus}{text}", SUM) if fraction < 0 else (text, PRODUCT)
        sign, text, exponent = decimal_parts(value, self.style.digits)
        level = ATOM
        if exponent is not None:
            text, level = self.scientific(text, exponent), POWER
        return (f"{self.minus}{text}", SUM) if sign else (text, level)

    def fraction(self, value: Fraction) -> str:
        """Return a positive fraction."""
        return f"{value.numerator}/{value.denominator}"

    def scientific(self, text: str, exponent: int) -> str:
        """Return a decimal times a power of ten."""
        return f"{text}e{self.minus if exponent < 0 else ''}{abs(exponent)}"

    def expression(self, e: Expression) -> str:
        """Return an expression with its numbers, a leading negative one without parentheses."""
        return _LEADING_NEGATIVE.sub(r"\1\2", super().expression(e))

    def _printed(self, e: Expression) -> tuple[str, int]:
        if isinstance(e, Var):
            return self.numeral(self.values[str(e.key)])
        return super()._printed(e)

    def adjoin(self, left: Expression, right: Expression) -> bool:
        """Tell whether two factors may stand side by side: 2(…), but never two numbers."""
        whole = isinstance(left, Number) and left.value.denominator == 1 and left.value >= 0
        return whole and isinstance(right, Add)


class NumberPrinter(Numerals, LetterPrinter):
    """Prints formulas with numbers put in, in Unicode."""


class AsciiNumberPrinter(Numerals, AsciiPrinter):
    """Prints formulas with numbers put in, in ASCII."""

    adjoin = AsciiPrinter.adjoin


@dataclass(frozen=True, slots=True)
class Notation:
    """The two printers of one notation, and its signs."""

    symbols: Printer
    numbers: type[Numerals]
    equal: str = " = "
    about: str = " ≈ "
    arrow: str = " ← "


def unicode_notation(names: Iterable[str]) -> Notation:
    """Return the notation of Unicode text."""
    return Notation(SymbolPrinter(names), NumberPrinter)


def ascii_notation(names: Iterable[str]) -> Notation:
    """Return the notation of plain ASCII text."""
    return Notation(AsciiSymbolPrinter(names), AsciiNumberPrinter, about=" ~= ", arrow=" <- ")


def number_text(value: Real, style: Style, notation: Notation) -> str:
    """Return one number."""
    return notation.numbers({}, style).numeral(value)[0]


def line_pieces(line: WorkedLine, notation: Notation, style: Style) -> list[str]:
    """Return a worked line as pieces that alternate between text and a sign of equality.

    The sign is = while everything to its right is exact as it is shown, and ≈ from the first
    rounded number on.
    """
    symbols = notation.symbols
    pieces: list[str] = []
    for left in line.left:
        text = symbols.name(left[0]) if len(left) == 1 else symbols.partial(*left)
        pieces += [text, notation.equal]
    if line.section == "update":
        pieces[-1] = notation.arrow
    values = dict(line.numbers)
    last = number_text(line.value, style, notation)
    exact = True
    if line.formula is not None:
        formula = symbols.expression(line.formula)
        filled = notation.numbers(values, style).expression(line.formula)
        if not pieces or formula != pieces[-2]:
            pieces += [formula, notation.equal]
        if filled not in (formula, last) and all(map(style.is_short, values.values())):
            exact = all(style.is_exact(value) for value in values.values())
            pieces[-1] = pieces[-1] if exact else _rounded_sign(pieces[-1], notation)
            pieces += [filled, notation.equal]
    if pieces and pieces[-2] == last:
        return pieces[:-1]
    exact = style.is_exact(line.value) and (exact or line.value == 0)
    if pieces and not exact:
        pieces[-1] = _rounded_sign(pieces[-1], notation)
    return [*pieces, last, *_decimal_behind(line.value, style, notation)]


def _rounded_sign(sign: str, notation: Notation) -> str:
    return notation.about if sign == notation.equal else sign


def _decimal_behind(value: Real, style: Style, notation: Notation) -> list[str]:
    """Return the decimal behind a value that is shown as a fraction."""
    if style.as_fraction(value) is None:
        return []
    plain = Style(style.digits)
    sign = notation.equal if plain.is_exact(value) else notation.about
    return [sign, number_text(value, plain, notation)]


def line_text(line: WorkedLine, notation: Notation, style: Style) -> str:
    """Return a worked line as one text, behind its label if it has one."""
    text = "".join(line_pieces(line, notation, style))
    return f"{label_text(line, notation)}: {text}" if line.is_part else text


def label_text(line: WorkedLine, notation: Notation) -> str:
    """Return the label of a part of a line, the name of a node in it as it is printed."""
    return line.labelled(notation.symbols.name)
