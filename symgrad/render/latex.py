"""Formulas and sheets as LaTeX that needs no package: it compiles in any article."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

from symgrad.expression.functions import OwnFunction, lookup, record
from symgrad.expression.indicators import is_indicator
from symgrad.expression.names import GREEK, LATIN, accented, shifted
from symgrad.expression.printer import ATOM, POWER, Printer, is_joined
from symgrad.expression.tree import (
    Add,
    Call,
    Constant,
    Div,
    Expression,
    Logic,
    Neg,
    Number,
    Pow,
    Var,
)
from symgrad.render.sheet import (
    FormulaLine,
    Name,
    Partial,
    Remark,
    Section,
    Trail,
    Worked,
    left_side,
)
from symgrad.render.text import equated, side_text

_NAME = re.compile(r"([^\W\d_]+)_?(.*)", re.DOTALL)
_ALIKE = {r"\varphi": r"\phi"}
_UPRIGHT = (r"\mathrm", r"\mbox", r"\mathbf")
_WIDE = {"hat": "widehat", "bar": "overline", "tilde": "widetilde"}
_PI = Constant("pi")
_INDEX = 2  # letters of an index at most: more are a word
_MOST_COLUMNS = 12
_COMMAND_END = re.compile(r"\\[A-Za-z]+$")
# Greek letters without a command of their own, for they look like these:
_LATIN_LOOKS = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True))


class LatexPrinter(Printer):
    """Prints expressions as LaTeX mathematics, with commands of the LaTeX kernel only."""

    minus = "-"
    times = r" \cdot "
    with_indicators = True

    def spelled(self, name: str) -> str:
        """Return a name as LaTeX: Greek letters as commands, what follows as a subscript."""
        plain, accent = accented(name)
        match = _NAME.fullmatch(plain)
        if match is None:
            return _word(name.replace("_", r"\_"))
        head, tail = match[1], match[2]
        if len(head) > 1 and lookup(head) is not None:
            return self.in_full(name)  # a function's name with a subscript
        parts = [part for part in tail.split("_") if part]
        while _is_word(head) and parts and parts[0].isalpha() and len(parts[0]) > _INDEX:
            head += rf"\_{parts.pop(0)}"  # words of one name: boltzmann_constant
        base = _letters(head)
        if accent:
            base = rf"\{accent if len(head) == 1 else _WIDE.get(accent, accent)}{{{base}}}"
        if not parts:
            return base
        return f"{base}_{{{','.join(map(_index, parts))}}}"

    def in_full(self, name: str) -> str:
        """Return a name that looks like another one: as it is written, upright."""
        return rf"\mathrm{{{name.translate(_SPECIAL)}}}"

    def partial(self, top: str, bottom: str) -> str:
        """Return the symbol of a partial derivative."""
        return rf"\frac{{\partial {self.name(top)}}}{{\partial {self.name(bottom)}}}"

    def second_partial(self, top: str, first: str, second: str) -> str:
        """Return the symbol of a second partial derivative."""
        if first == second:
            below = rf"\partial {self.name(first)}^{{2}}"
        else:
            below = rf"\partial {self.name(first)}\,\partial {self.name(second)}"
        return rf"\frac{{\partial^{{2}} {self.name(top)}}}{{{below}}}"

    def derivative(self, operand: Expression, by: Var) -> tuple[str, int]:
        """Return a derivative that is not taken yet: an operator before its operand."""
        if isinstance(operand, Var):
            return self.partial(str(operand.key), str(by.key)), ATOM
        below = self.name(str(by.key))
        inner = self.expression(operand)
        return rf"\frac{{\partial}}{{\partial {below}}}\left({inner}\right)", ATOM

    def grouped(self, text: str) -> str:
        """Return text in parentheses that grow with it."""
        return rf"\left({text}\right)" if "\\frac" in text or "\\left" in text else f"({text})"

    def constant(self, name: str) -> str:
        """Return a named number."""
        return r"\pi" if name == "pi" else "e"

    def number(self, value: Fraction) -> tuple[str, int]:
        """Return a number and how tightly it binds."""
        text, level = super().number(value)
        if "/" in text and value > 0:
            return rf"\frac{{{value.numerator}}}{{{value.denominator}}}", POWER
        return text, level

    def quotient(self, numerator: Expression, denominator: Expression) -> tuple[str, int]:
        """Return a fraction."""
        return rf"\frac{{{self.expression(numerator)}}}{{{self.expression(denominator)}}}", POWER

    def negative_link(self, numerator: Expression, denominator: Expression) -> str:
        """Return a negative fraction that follows another factor."""
        above = self.expression(Neg(numerator))
        return rf"\frac{{{above}}}{{{self.expression(denominator)}}}"

    def power(self, base: Expression, exponent: Expression) -> tuple[str, int]:
        """Return a power."""
        return f"{self.at(base, ATOM)}^{{{self.expression(exponent)}}}", POWER

    def call(self, function: str, arguments: tuple[Expression, ...]) -> tuple[str, int]:
        """Return a function at its arguments."""
        row = record(function)
        inner = [self.condition(a) for a in arguments]
        if function in ("sqrt", "cbrt"):
            return f"{row.latex}{{{inner[0]}}}", ATOM
        if function == "abs":
            return rf"\left|{inner[0]}\right|", ATOM
        if is_indicator(Call(function, arguments)):
            return rf"\mathbf{{1}}_{{\{{{inner[0]}\}}}}", ATOM  # an indicator
        if row.condition_first:
            rows = rf"{inner[1]} & \mbox{{if }} {inner[0]} \\ {inner[2]} & \mbox{{otherwise}}"
            return rf"\left\{{\begin{{array}}{{ll}} {rows} \end{{array}}\right.", 0
        word = rf"\mathrm{{{function.translate(_SPECIAL)}}}"
        name = (row.latex or word).replace(r"\operatorname", r"\mathrm")
        if not isinstance(function, OwnFunction) and self._is_taken(name):
            name = word
        elif function == "polygamma":
            return rf"\psi^{{({inner[0]})}}\left({inner[1]}\right)", ATOM
        return f"{name}{self.grouped(', '.join(inner))}", ATOM

    def _is_taken(self, symbol: str) -> bool:
        """Tell whether a function's letter is a name here: σ(z) would be read as σ times z."""
        letter = _ALIKE.get(symbol, symbol).removeprefix(r"\ln")
        if GREEK.get(letter.removeprefix("\\")) in self.initials:
            return True
        return letter in self._shapes

    @cached_property
    def _shapes(self) -> frozenset[str]:
        """The names here as they look."""
        printed = map(self.name, self._names)
        return frozenset(_ALIKE.get(name, name) for name in printed)

    def gap(self, left: str, right: str) -> str:
        """Return the space that keeps commands, and words, apart."""
        if left.startswith(_UPRIGHT) or right.startswith(_UPRIGHT):
            return r"\,"
        return " " if _COMMAND_END.search(left) and right[0].isalpha() else ""

    def adjoin(self, left: Expression, right: Expression) -> bool:
        """Tell whether two factors may stand side by side without a sign between them."""
        behind = right.base if isinstance(right, Pow) else right
        if isinstance(left, Number):
            return isinstance(behind, Var | Add | Call) or behind == _PI
        before = left.base if isinstance(left, Pow) else left
        if isinstance(left, Var) and left == behind:
            return False  # xx would be another name
        return isinstance(before, Var | Add | Div | Call) and isinstance(behind, Var | Add | Call)

    def condition(self, e: Expression, *, equal: str = "=") -> str:
        """Return a condition, its words upright."""
        match e:
            case Logic("not", (part,)):
                return rf"\neg ({self.condition(part)})"
            case Logic(operator, parts):
                texts = [(self.condition(p), is_joined(p)) for p in parts]
                word = rf" \mbox{{ {operator} }} "
                return word.join(self.grouped(t) if inner else t for t, inner in texts)
            case _:
                return super().condition(e, equal=equal)

    def relation(self, relation: str) -> str:
        """Return the sign of a relation."""
        return {"<=": r"\le", ">=": r"\ge", "!=": r"\ne"}.get(relation, relation)


def _letters(text: str) -> str:
    """Return one part of a name: a letter in italics, a word upright, a number as it is."""
    if text.isdigit():
        return text
    if len(text) == 1:
        return _letter(text)
    if text[0] in LATIN and text[1:].isdigit():
        return f"{_letter(text[0])}{text[1:]}"
    return _word(text)


def _is_word(text: str) -> bool:
    """Tell whether letters are a word: a Greek one in front is a sign of its own, as in Δt."""
    return len(text) > 1 and text[0] not in LATIN


def _index(text: str) -> str:
    """Return one part of an index."""
    return shifted(text) if shifted(text) != text else _letters(text)


def _letter(letter: str) -> str:
    if letter in _LATIN_LOOKS:
        return rf"\mathrm{{{_LATIN_LOOKS[letter]}}}"
    if letter in LATIN:
        return f"\\{LATIN[letter]}"
    return letter if letter.isascii() else rf"\mbox{{{letter}}}"


def _word(text: str) -> str:
    if text.isascii():
        return rf"\mathrm{{{text}}}"
    pieces = [_letter(letter) for letter in text]
    spaces = [_COMMAND_END.search(a) and b[:1].isalpha() for a, b in pairwise(pieces)]
    return "".join(p + (" " if s else "") for p, s in zip(pieces, [*spaces, None], strict=True))


_SPECIAL = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_{}"} | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
                                       "\\": r"\textbackslash{}", "<": r"$<$", ">": r"$>$",
                                       "|": r"$|$"}
)  # fmt: skip


_SIGNS = {"−": "$-$", "≤": r"$\le$", "≥": r"$\ge$", "≠": r"$\ne$"}


def prose(text: str) -> str:
    """Return a sentence with LaTeX's special characters escaped, Greek letters as formulas."""
    escaped = text.translate(_SPECIAL)
    return "".join(f"${_letter(c)}$" if c in LATIN else _SIGNS.get(c, c) for c in escaped)


def matrix_entries(
    section: Section, printer: LatexPrinter
) -> tuple[str, list[str], list[list[str]]]:
    """Return the name of what is differentiated twice, by what, and the rows of the matrix."""
    entries: dict[tuple[str, str], str] = {}
    top = ""
    for item in section.items:
        if isinstance(item, FormulaLine) and isinstance(left := item.left[0], Partial):
            top = left.top
            entry = side_text(item.sides[-1], printer)
            entries[left.bottom, left.second] = entries[left.second, left.bottom] = entry
    names = list(dict.fromkeys(name for name, _ in entries))
    return top, names, [[entries[row, other] for other in names] for row in names]


def matrix_latex(section: Section, printer: LatexPrinter) -> str:
    """Return the second derivatives of a section as one matrix, unless it has many columns."""
    if section.key != "hessian":
        return ""
    top, names, rows = matrix_entries(section, printer)
    if not 1 < len(names) <= _MOST_COLUMNS:
        return ""
    body = r" \\ ".join(" & ".join(row) for row in rows)
    array = rf"\begin{{array}}{{{'c' * len(names)}}} {body} \end{{array}}"
    return rf"\nabla^{{2}} {printer.name(top)} = \left( {array} \right)"


def line_latex(line: FormulaLine, printer: LatexPrinter) -> str:
    """Return one line of formulas."""
    text = equated(line, printer)
    return rf"{text} \quad\mbox{{({prose(line.remark)})}}" if line.remark else text


def worked_latex(worked: Worked, printer: LatexPrinter) -> str:
    """Return a formula worked out: an array of steps, the rule at the right of each."""
    left = left_side(worked.left, printer)
    rows: list[str] = []
    for i, (side, rule) in enumerate(worked.rows):
        reason = rf"\mbox{{{remark_latex(rule, printer)}}}"
        rows.append(rf"{'' if i else left} & = & {side_text(side, printer)} & {reason}")
    body = r" \\ ".join(rows)
    return rf"\begin{{array}}{{rcll}} {body} \end{{array}}"


def trail_latex(trail: Trail, printer: LatexPrinter) -> str:
    """Return a path, and its product where there is one."""
    text = r" \to ".join(printer.name(name) for name in trail.names)
    return rf"{text}:\quad {side_text(trail.product, printer)}" if trail.product else text


def remark_latex(remark: Remark, printer: LatexPrinter) -> str:
    """Return a sentence with its formulas typeset."""
    pieces: list[str] = []
    for part in remark.parts:
        if isinstance(part, str):
            pieces.append(prose(part))
        else:
            shown = printer.name(part.name) if isinstance(part, Name) else printer.expression(part)
            pieces.append(f"${shown}$")
    return "".join(pieces)
