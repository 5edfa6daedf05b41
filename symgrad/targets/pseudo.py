"""Pseudocode: an algorithm for papers, in Unicode text: forward pass, backward pass, update.

The lines are the formulas as they were derived, in the names of the graph. Nothing is rewritten for
accuracy, and nothing runs it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sized
from fractions import Fraction

from symgrad import __version__
from symgrad.errors import free_name
from symgrad.expression.names import canonical
from symgrad.expression.own import PRIME, own_definitions
from symgrad.expression.print_letters import LetterPrinter
from symgrad.expression.printer import decimal_text
from symgrad.expression.rebuilding import filled
from symgrad.expression.tree import Call, Expression, Neg, Var
from symgrad.graph.graph import Graph
from symgrad.program.optimizers import Optimizer
from symgrad.targets.base import Sheet, Target
from symgrad.targets.head import MARK, MAX_DOMINATORS, comment_line
from symgrad.targets.long_lines import WIDTH

# The symbols that papers write for the names of an update rule, in the order of preference.
_SYMBOLS = {
    "p": ("theta", "phi", "psi"), "g": ("g", "G"), "rate": ("eta", "alpha"), "momentum": ("mu",),
    "beta1": ("beta_1",), "beta2": ("beta_2",), "step": ("t", "k"),
    "velocity": ("v", "V"),
    "correction1": ("c_1",), "correction2": ("c_2",),
}  # fmt: skip
_COLUMN = 44  # where remarks begin


class Pseudo(Target):
    """An algorithm in words and formulas."""

    name = "pseudo"
    suffix = ".txt"
    comment = "#"
    templates = (("{module}.txt", "pseudo.txt.j2"),)
    as_derived = True
    ends_with_line = True
    not_run = "it is text for readers, and nothing runs it"

    def context(self, sheet: Sheet) -> dict[str, object]:
        """Return what `pseudo.txt.j2` receives."""
        return _Algorithm(sheet).context()


class _Algorithm:
    """Writes the parts of one algorithm, its lines numbered through."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.derivation = sheet.program.derivation
        self.graph: Graph = self.derivation.graph
        names = [node.name for node in self.graph.nodes]
        names += [s.name for s in self.derivation.sensitivity_list]
        names += [name.rstrip(PRIME) for name in self.graph.functions]
        self.definitions = own_definitions(self.graph.functions.values())
        names += [name for _, arguments, _ in self.definitions for name in arguments]
        self.symbols = _symbols(sheet.optimizer, names)
        self.printer = LetterPrinter([*names, *self.symbols.values()])
        self.goal = self.printer.name(self.graph.objective)
        self.count = 0

    def context(self) -> dict[str, object]:
        """Return all texts."""
        slopes = self.sheet.has("gradient", "value_and_gradient", "update")
        update = self.sheet.has("update")
        rule = self.sheet.optimizer
        words = [self.goal, *(["its gradient"] if slopes else [])]
        words += [f"one step of {rule.summary}"] if update else []
        forward = self._numbered(self._forward())
        backward = self._numbered(self._backward()) if slopes else []
        step = self._numbered(self._update(rule)) if update else []
        width = len(str(self.count))
        laid_out = [
            "\n".join(_laid(row, width) for row in rows) for rows in (forward, backward, step)
        ]
        return {
            "mark": comment_line(f"{MARK} {__version__}; do not edit.", "#"),
            "title": f"{', '.join(words[:-1])}{' and ' if words[1:] else ''}{words[-1]}",
            "given": _wrapped(f"Input:  {'; '.join(self._inputs())}", 8),
            "result": _wrapped(
                f"Output: {', '.join(self._results(slopes=slopes, update=update))}", 8
            ),
            "definitions": "\n".join(_wrapped(line, 8) for line in self._definitions()),
            "forward": laid_out[0],
            "backward": laid_out[1],
            "rule": _wrapped(self._rule(rule), 4) if update else "",
            "update": laid_out[2],
        }

    def _numbered(self, rows: Iterable[tuple[str, str]]) -> list[tuple[int, str, str]]:
        found: list[tuple[int, str, str]] = []
        for text, remark in rows:
            self.count += 1
            found.append((self.count, text, remark))
        return found

    def _named(self, names: Iterable[str]) -> str:
        return ", ".join(map(self.printer.name, names))

    def _inputs(self) -> Iterator[str]:
        graph, program = self.graph, self.sheet.program
        if graph.parameters:
            yield f"parameter{_s(graph.parameters)} {self._named(graph.parameters)}"
        if graph.data:
            yield f"data {self._named(graph.data)} (one sample)"
        if program.constants:
            texts = [
                self.printer.name(name) + (f" = {self._number(value)}" if value is not None else "")
                for name, value in program.constants
            ]
            yield f"constant{_s(texts)} {', '.join(texts)}"
        unknown = dict.fromkeys(
            f.rstrip(PRIME) for f in graph.functions.values() if f.record.unknown
        )
        if unknown:
            yield f"function{_s(unknown)} {', '.join(unknown)}"

    def _results(self, *, slopes: bool, update: bool) -> list[str]:
        partials = [self.printer.partial(self.graph.objective, n) for n in self.derivation.wrt]
        new = [f"new {self._named(self.derivation.wrt)}"] if update else []
        return [self.goal, *(partials if slopes else []), *new]

    def _number(self, value: Fraction) -> str:
        return decimal_text(value) or self.printer.number(value)[0]

    def _definitions(self) -> Iterator[str]:
        for function, arguments, body in self.definitions:
            call = self._text(Call(function, tuple(map(Var, arguments))))
            yield f"Where   {call} = {self._text(body)}"
        for assumption in self.graph.assumptions:
            yield f"Assume  {assumption.text}"
        for kink in self.derivation.kinks:
            yield f"Convention: {kink}"

    def _text(self, e: Expression) -> str:
        return self.printer.expression(e)

    def _forward(self) -> Iterator[tuple[str, str]]:
        for node in self.graph.ordered:
            if node.formula is not None:
                yield f"{self.printer.name(node.name)} ← {self._text(node.formula.expression)}", ""

    def _backward(self) -> Iterator[tuple[str, str]]:
        derivation = self.derivation
        short = len(self.graph.nodes) <= MAX_DOMINATORS
        for s in derivation.sensitivity_list:
            top = derivation.numerator(s.node) if short else self.graph.objective
            left = self.printer.name(s.name)
            yield f"{left} ← {self._text(s.form.expression)}", self.printer.partial(top, s.node)
        for name, form in derivation.gradient_forms:
            partial = self.printer.partial(self.graph.objective, name)
            yield f"{partial} ← {self._text(form.expression)}", ""

    def _rule(self, rule: Optimizer) -> str:
        """Return the update rule in words, with its numbers and what it keeps."""
        numbers = [("rate", self.sheet.program.rate), *rule.settings]
        given = ", ".join(f"{self._symbol(name)} = {self._number(v)}" for name, v in numbers)
        text = f"Update by {rule.summary}, {given}"
        kept = [self._symbol(name) for name in rule.state]
        if kept:
            text += f"; {' and '.join(kept)} of each parameter"
            text += f", and {self._symbol('step')}," if rule.counter else ""
            text += f" {'are' if rule.counter or kept[1:] else 'is'} kept, 0 at first"
        return text

    def _symbol(self, name: str) -> str:
        return self.printer.name(self.symbols[name])

    def _update(self, rule: Optimizer) -> Iterator[tuple[str, str]]:
        """Yield the lines of one step: a new value takes the place of the old one."""
        if rule.counter:
            yield f"{self._symbol('step')} ← {self._symbol('step')} + 1", ""
        for left, formula in rule.shared:
            yield self._assigned(left, formula), ""
        p, g = self._symbol("p"), self._symbol("g")
        slope = self.printer.partial(self.graph.objective, self.symbols["p"])
        yield f"for each {p} of {self._named(self.derivation.wrt)}, with {g} = {slope}:", ""
        for left, formula in rule.each:
            yield f"    {self._assigned(left, formula)}", ""

    def _assigned(self, left: str, formula: Expression) -> str:
        values: dict[str | int, Expression] = {
            name + prime: Var(symbol)
            for name, symbol in self.symbols.items()
            for prime in ("", "'")
        }
        if self.graph.maximize:
            values["g"] = Neg(values["g"])
        return f"{self._symbol(left.removesuffix(chr(39)))} ← {self._text(filled(formula, values))}"


def _symbols(rule: Optimizer, names: Iterable[str]) -> dict[str, str]:
    """Return a symbol for every name of an update rule that no name of the graph looks like."""
    taken = {canonical(name) for name in names}
    own = ["p", "g", "rate", "step", *(name for name, _ in rule.settings), *rule.state]
    own += [name for name, _ in rule.shared]
    found: dict[str, str] = {}
    for name in own:
        symbols = [canonical(symbol) for symbol in _SYMBOLS.get(name, (name,))]
        free = [symbol for symbol in symbols if symbol not in taken]
        found[name] = free[0] if free else free_name(symbols[0], taken)
        taken.add(found[name])
    return found


def _s(items: Sized) -> str:
    return "" if len(items) == 1 else "s"


def _laid(row: tuple[int, str, str], width: int) -> str:
    """Return a line with its number, and with its remark in a column where there is room."""
    number, text, remark = row
    begin = f"{number:>{width + 2}}  "
    shown = f"{text:<{_COLUMN}}  ({remark})" if remark else text
    return _wrapped(begin + shown, len(begin) + 4)


def _wrapped(text: str, indent: int) -> str:
    """Return a text on lines of a page, those after the first indented."""
    if len(text) <= WIDTH:
        return text
    start = len(text) - len(text.lstrip())
    text = text.replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")
    parts = textwrap.wrap(
        text.lstrip(), WIDTH - start, subsequent_indent=" " * (indent - start),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return "\n".join(" " * start + part for part in parts).replace("\N{NO-BREAK SPACE}", " ")


TARGET = Pseudo()
