"""Array trees in plain ASCII, which the graph language reads again."""

from __future__ import annotations

from symgrad.expression.arrays.print_text import ATOM, POW, TextPrinter
from symgrad.expression.arrays.size import Size
from symgrad.expression.arrays.tree import Array
from symgrad.expression.names import LATIN


class AsciiArrayPrinter(TextPrinter):
    """Prints array trees in plain ASCII, which the graph language reads again."""

    minus = "-"
    entry_sign = " .* "

    def name(self, name: str) -> str:
        """Return a name in ASCII."""
        return "".join(LATIN.get(c, {"ℓ": "ell"}.get(c, c)) for c in name)

    def size(self, size: Size) -> str:
        """Return a size."""
        return "".join(LATIN.get(c, c) for c in str(size))

    def transpose(self, text: str) -> str:
        """Return the transpose of an atom."""
        return f"{text}.T"

    def inverse(self, text: str) -> str:
        """Return the inverse of an atom."""
        return f"inv({text[1:-1] if text.startswith('(') else text})"

    def superscript(self, text: str, exponent: str) -> str:
        """Return a power with a whole exponent."""
        return f"{text}^{exponent}"

    def root(self, x: Array) -> str:
        """Return a square root."""
        return f"sqrt({self.entry(x)[0]})"

    def absolute(self, text: str) -> str:
        """Return an absolute value."""
        return f"abs({text})"

    def relation(self, relation: str) -> str:
        """Return the sign of a relation."""
        return {"≤": "<=", "≥": ">=", "≠": "!=", "=": "=="}.get(relation, relation)

    def beside(self, left: str, right: str, sign: str, last: str = "") -> str:
        """Return two factors with a sign between them."""
        del last
        return left + ("@" if sign == " " else "*") + right

    def dot(self) -> str:
        """Return the sign between two numbers."""
        return "*"

    def _const(self, x: Array) -> tuple[str, int]:
        return x.text, ATOM

    def _pow(self, x: Array) -> tuple[str, int]:
        base, exponent = x.args
        if len(x.shape) == 2 and exponent.op == "num" and exponent.value > 0:
            return f"{self.at(base, ATOM)} .^ {exponent.value}", POW
        return super()._pow(x)
