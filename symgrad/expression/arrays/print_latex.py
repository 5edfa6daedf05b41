"""Array trees as LaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from symgrad.expression.arrays.print_text import ATOM, POW, TextPrinter
from symgrad.expression.arrays.size import Size
from symgrad.expression.arrays.tree import Array
from symgrad.expression.functions import FUNCTIONS
from symgrad.expression.names import GREEK, LATIN, accented, canonical

_COMMAND = re.compile(r"\\[A-Za-z]+")


class LatexArrayPrinter(TextPrinter):
    """Prints array trees as LaTeX; with `bold`, vectors and matrices are set in bold.

    `arrays` are the names of those that stand alone, as on the left of an equation.
    """

    minus = "-"
    entry_sign = r" \odot "
    one = r"\mathbf{1}"
    zero = "0"
    identity = "I"

    def __init__(
        self, names: Iterable[str] = (), *, bold: bool = False, arrays: Iterable[str] = ()
    ) -> None:
        super().__init__(names)
        self.bold = bold
        self.arrays = frozenset(arrays)

    def name(self, name: str) -> str:
        """Return a name: a letter in italics, a word upright, what follows `_` as a subscript."""
        return latex_name(name)

    def heading(self, name: str) -> str:
        """Return a name that stands for itself: bold where it is one of the `arrays`."""
        text = latex_name(name)
        return rf"\boldsymbol{{{text}}}" if self.bold and name in self.arrays else text

    def _name(self, x: Array) -> tuple[str, int]:
        text = latex_name(x.text)
        if self.bold and x.shape:
            text = rf"\boldsymbol{{{text}}}"
        return text, ATOM

    def size(self, size: Size) -> str:
        """Return a size."""
        return size.written(latex_name)

    def transpose(self, text: str) -> str:
        """Return the transpose of an atom."""
        return rf"{_closed(text)}^{{\top}}"

    def inverse(self, text: str) -> str:
        """Return the inverse of an atom."""
        return f"{_closed(text)}^{{-1}}"

    def superscript(self, text: str, exponent: str) -> str:
        """Return a power with a whole exponent."""
        return f"{_closed(text)}^{{{exponent}}}"

    def entry_power(self, text: str, exponent: str) -> str:
        """Return the power of each entry of a square matrix, which has powers of its own."""
        return rf"{_closed(text)}^{{\odot {exponent}}}"

    def raised(self, text: str, exponent: str) -> str:
        """Return any other power."""
        return f"{_closed(text)}^{{{exponent}}}"

    def root(self, x: Array) -> str:
        """Return a square root."""
        return rf"\sqrt{{{self.entry(x)[0]}}}"

    def absolute(self, text: str) -> str:
        """Return an absolute value."""
        return rf"\left|{text}\right|"

    def norm(self, text: str) -> str:
        """Return the length of a vector."""
        return rf"\left\| {text} \right\|"

    def call(self, name: str, arguments: Sequence[str]) -> str:
        """Return a function at its arguments."""
        word = self.function(name)
        shown = [
            rf"\mathrm{{{part}}}" if part in {"rows", "columns"} else part for part in arguments
        ]
        return rf"{word}({', '.join(shown)})"

    def function(self, name: str) -> str:
        """Return a function's name: its command, if it has one, of letters σ alone."""
        row = FUNCTIONS.get(name)
        command = row.latex or "" if row is not None else rf"\{name}" if name == "det" else ""
        letter = command.removeprefix("\\") in {*GREEK, "varphi"}
        if _COMMAND.fullmatch(command) and (not letter or name == "sigmoid"):
            return command
        word = name.replace("_", r"\_")
        return rf"\mathrm{{{word}}}"

    def quotient(self, above: tuple[str, int], below: Sequence[Array]) -> tuple[str, int]:
        """Return a quotient."""
        return rf"\frac{{{above[0]}}}{{{self.product(below)[0]}}}", POW

    def relation(self, relation: str) -> str:
        """Return the sign of a relation."""
        return {"≤": r"\le", "≥": r"\ge", "≠": r"\ne"}.get(relation, relation)

    def beside(self, left: str, right: str, sign: str, last: str = "") -> str:
        """Return two factors side by side."""
        del sign, last
        return left + right if right.startswith("(") else f"{left} {right}"

    def dot(self) -> str:
        """Return the sign between two numbers."""
        return r" \cdot "


def latex_name(name: str) -> str:
    r"""Return a name in LaTeX.

    >>> latex_name("δ_1"), latex_name("W2"), latex_name("Wf"), latex_name("λ")
    ('\\delta_{1}', 'W_{2}', 'W_{f}', '\\lambda')
    """
    base, accent = accented(name)
    if accent:
        return rf"\{accent}{{{latex_name(base)}}}"
    plain = canonical(name) if name.isascii() else name
    head, mark, tail = plain.partition("_")
    if not mark:
        found = re.fullmatch(r"([^\W\d_])(\d+|[a-z])", plain)
        if found and plain not in GREEK:
            head, tail = found[1], found[2]
    if len(head) == 1:
        base = f"\\{LATIN[head]}" if head in LATIN else {"ℓ": r"\ell"}.get(head, head)
    else:
        base = rf"\mathrm{{{head}}}" if head.isascii() else "".join(map(latex_name, head))
    if not tail:
        return base
    inner = tail if len(tail) == 1 or tail.isdigit() else rf"\mathrm{{{tail}}}"
    inner = f"\\{LATIN[tail]}" if tail in LATIN else inner
    return f"{base}_{{{inner}}}"


def _closed(text: str) -> str:
    """Return a text that an exponent may follow: one that has one already stands in braces."""
    return f"{{{text}}}" if re.search(r"\^\{[^{}]*(?:\{[^{}]*\})?\}$", text) else text
