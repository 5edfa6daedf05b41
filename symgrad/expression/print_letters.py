"""Expressions as one writes them by hand: letters with accents, indices, conditions in brackets."""

from __future__ import annotations

import unicodedata

from symgrad.expression.functions import record
from symgrad.expression.indicators import is_indicator
from symgrad.expression.names import ACCENTS, accented, shifted
from symgrad.expression.printer import ATOM, ONE_LETTER, POWER, Printer
from symgrad.expression.tree import Call, Compare, Expression, Var


class LetterPrinter(Printer):
    """Prints expressions as one writes them by hand: `ŷ` for `y_hat`, `h_{t-1}` for `h_tm1`.

    A function that has a letter is called by it where no name begins with that letter: `Φ(d₁)`.
    What is 1 where a condition holds and 0 elsewhere is the condition in brackets: `[m < 1]`.
    """

    with_indicators = True

    def spelled(self, name: str) -> str:
        """Return how a name looks, its accent above it."""
        base, accent = accented(name)
        if not ACCENTS.get(accent) or not ONE_LETTER.match(base):
            text = super().spelled(name)
        else:
            text = super().spelled(base)
            text = unicodedata.normalize("NFC", text[0] + ACCENTS[accent]) + text[1:]
        letter, _, index = text.partition("_")
        return f"{letter}_{{{shifted(index)}}}" if shifted(index) != index else text

    def _letter(self, e: Expression) -> bool:
        """Tell whether a factor is a letter; one with an accent keeps its multiplication sign."""
        whole = not isinstance(e, Var) or not accented(str(e.key))[1]
        return whole and super()._letter(e)

    def power(self, base: Expression, exponent: Expression) -> tuple[str, int]:
        """Return a power; behind ψ^h an index in braces would be read as one of ψ."""
        if isinstance(exponent, Var) and "_{" in (text := self.name(str(exponent.key))):
            return f"{self.at(base, ATOM)}^{self.grouped(text)}", POWER
        return super().power(base, exponent)

    def call(self, function: str, arguments: tuple[Expression, ...]) -> tuple[str, int]:
        """Return a function at its arguments and how tightly it binds."""
        if is_indicator(Call(function, arguments)) and isinstance(arguments[0], Compare):
            return f"[{self.condition(arguments[0])}]", ATOM
        letter = record(function).letter
        if letter and letter not in self.initials:
            return f"{letter}({self.arguments(arguments)})", ATOM
        return super().call(function, arguments)
