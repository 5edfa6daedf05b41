"""Expressions in plain ASCII, as the graph language reads them."""

from __future__ import annotations

from symgrad.expression.names import LATIN, canonical
from symgrad.expression.printer import ATOM, POWER, SYMBOL, Printer
from symgrad.expression.tree import Expression, Var


class AsciiPrinter(Printer):
    """Prints expressions in ASCII, as the graph language reads them: `delta*(2*c*u + 1)*x`."""

    minus = "-"
    times = "*"

    def spelled(self, name: str) -> str:
        """Return a name with its Greek letters written out."""
        return ascii_name(name)

    def in_full(self, name: str) -> str:
        """Return a name that would look like another one, marked where it is not ASCII."""
        return name if name.isascii() else f"{ascii_name(name)}_"

    def partial(self, top: str, bottom: str) -> str:
        """Return the symbol of a partial derivative."""
        return f"d{self.name(top)}/d{self.name(bottom)}"

    def second_partial(self, top: str, first: str, second: str) -> str:
        """Return the symbol of a second partial derivative."""
        if first == second:
            return f"d2{self.name(top)}/d{self.name(first)}^2"
        return f"d2{self.name(top)}/d{self.name(first)}d{self.name(second)}"

    def derivative(self, operand: Expression, by: Var) -> tuple[str, int]:
        """Return a derivative that is not taken yet and how tightly it binds."""
        if isinstance(operand, Var):
            return self.partial(str(operand.key), str(by.key)), SYMBOL
        return f"d({self.expression(operand)})/d{self.name(str(by.key))}", SYMBOL

    def constant(self, name: str) -> str:
        """Return a named number."""
        return name

    def adjoin(self, left: Expression, right: Expression) -> bool:  # noqa: ARG002
        """Never leave a multiplication sign out."""
        return False

    def power(self, base: Expression, exponent: Expression) -> tuple[str, int]:
        """Return a power and how tightly it binds."""
        return f"{self.at(base, ATOM)}^{self.at(exponent, ATOM)}", POWER

    def call(self, function: str, arguments: tuple[Expression, ...]) -> tuple[str, int]:
        """Return a function at its arguments and how tightly it binds."""
        return f"{function}({self.arguments(arguments)})", ATOM

    def relation(self, relation: str) -> str:
        """Return the sign of a relation."""
        return relation


_SIGNS = {"∂": "d", "²": "2"}


def ascii_name(name: str) -> str:
    """Return a name with every Greek letter written out, other letters as `u` and their code.

    The name of a derivative keeps its form.

    >>> ascii_name("λ"), ascii_name("δ_v"), ascii_name("δ1"), ascii_name("ж"), ascii_name("∂L/∂δ")
    ('lambda', 'delta_v', 'delta1', 'u0436', 'dL/ddelta')
    """
    return "".join(
        letter if letter.isascii() else LATIN.get(letter) or _SIGNS.get(letter)
        or f"u{ord(letter):04x}"
        for letter in canonical(name)
    )  # fmt: skip
