"""Steps of gradient descent as people write them: w ← …, w_new, w^{(t+1)}, a_1 after a = 1, Δw."""

from __future__ import annotations

import re
from fractions import Fraction

from symgrad.expression.spellings import base_and_index
from symgrad.expression.tree import Neg
from symgrad.graph.graph import Graph
from symgrad.sources import lexer
from symgrad.sources.problems import Fault, Origin
from symgrad.verify.model import ExpressionTarget, Target, UpdateTarget
from symgrad.verify.reading.scope import Scope
from symgrad.verify.reading.split import WrittenStatement
from symgrad.verify.reading.state import State
from symgrad.verify.reading.text import decimals_of, plain_number

_WORD = re.compile(rf"\s*({lexer.NAME})\s*")
_NAMES = re.compile(rf"(?<![\w.])({lexer.NAME})(?!{lexer.REST})")  # α of `α (…)` too
_NEW = re.compile(
    rf"\s*({lexer.NAME}?)(?:_?(?:new|neu|next|plus|updated|nuevo|nouveau|novo|nuovo|新)|_([tknji])p1"
    r"|\s*[(\[]\s*(?:new|neu|next|nuevo|nouveau|novo|[tkn]\s*\+\s*1)\s*[)\]]"
    r"|\s*(?:'|′|⁺|\^\+|\^\(\+\)))\s*"
)
_IN_PLACE = re.compile(rf"\s*({lexer.NAME})\s*([-+−])\s*")
_CHANGE = re.compile(rf"\s*(?:Δ|\\?Delta)\s*_?\s*({lexer.NAME})\s*")
_FIRST_NUMBER = re.compile(r"\s*([-−]?)\s*(\d+(?:\.\d*)?|\.\d+)\s*[-−+]")
_ARITHMETIC = re.compile(r"[\d.\s()*/+·×−-]+")


class Updates:
    """Tells which statements are about the parameters behind a step."""

    def __init__(self, graph: Graph, scope: Scope, state: State) -> None:
        self.graph, self.scope, self.state = graph, scope, state

    def target(self, statement: WrittenStatement, origin: Origin) -> Target | None:
        """Return what the left side of an update means, None for any other statement.

        Raises:
            Fault: where something is updated that is no parameter.
        """
        text = statement.left.text
        sign = statement.parts[0][0]
        word = _WORD.fullmatch(text)
        exact = word is not None and self.scope.names.exact(word[1]) is not None
        if not exact and (name := self.renewed(text, sign)):
            if self.moves(statement):
                self.begin_next(name, statement)
                return self.updated(name)
            if "p1" in text:
                message = f"this is no step of gradient descent for `{name}`: it has no rate"
                raise Fault(message, origin.place(text, 0, len(text)))
        if not exact and (change := _CHANGE.fullmatch(text)):
            name = self.parameter(change[1])
            if name is not None:
                self.allow_rate()
                return ExpressionTarget(self.scope.change(name))
        if (found := _IN_PLACE.fullmatch(text)) and sign == "=":
            name = self.parameter(found[1])
            if name is not None:
                self.allow_rate()
                step = self.scope.change(name)
                return ExpressionTarget(step if found[2] == "+" else Neg(step))
        if word is None:
            return None
        name = self.scope.name(word[1])
        if sign == "←" and name not in self.graph.parameters:
            message = f"`{word[1]}` is no parameter: only those are updated"
            raise Fault(message, origin.place(text, 0, len(text)))
        if name in self.graph.parameters:
            plain = plain_number(statement.parts[0][1].text) is not None
            assigns = sign == "←" or (sign == ":=" and not plain)
            if assigns or self.is_step_rule(str(name), statement):
                self.begin_next(str(name), statement)
                return self.updated(str(name))
        elif name is None and (stepped := self.stepped(word[1], statement)):
            return self.updated(stepped)
        return None

    def begin_next(self, name: str, statement: WrittenStatement) -> None:
        """Go on to what is behind the last step where `1.8 - 0.1·6.4` begins with it."""
        first = _FIRST_NUMBER.match(statement.parts[0][1].text)
        if first is None or not self.state.pending:
            return
        number = Fraction(first[2]) * (-1 if first[1] else 1)
        if number == self.state.printed_next.get(name) != self.state.values.get(name):
            self.state.commit()

    def updated(self, name: str) -> UpdateTarget:
        """Return the target, and let the right side speak of old values and of the rate."""
        self.allow_rate()
        return UpdateTarget(name)

    def allow_rate(self) -> None:
        """Let η, α and the like stand for the rate in this statement."""
        self.scope.updating = True

    def parameter(self, word: str) -> str | None:
        """Return the parameter that a word means, or None."""
        name = self.scope.name(word)
        return name if name in self.graph.parameters else None

    def renewed(self, text: str, sign: str) -> str | None:
        """Return the parameter in `w_new`, `w^+`, `w'`, `w^{(t+1)}`."""
        new = _NEW.fullmatch(text)
        name = self.parameter(new[1]) if new else None
        if new is None or name is None or sign not in ("=", ":=", "≈", "←"):
            return None
        if new[2]:
            self.scope.indices = {**self.scope.indices, new[2]: ""}
            self.scope.remark(f"`{new[1]}` at {new[2]} + 1 read as `{name}` after one step")
        return name

    def stepped(self, word: str, statement: WrittenStatement) -> str | None:
        """Return the parameter in `a_1 = 1 - 0.1·0.45`: its value after the first step."""
        base, index = base_and_index(word)
        name = self.parameter(base)
        if name is None or not index.isdigit() or int(index) != self.state.step + 1:
            return None
        first = statement.parts[0][1].text
        names = {self.scope.name(found[1]) for found in _NAMES.finditer(first)}
        value = plain_number(first)
        if value is not None:
            likely = self.state.is_update(name, value, unit_of(first))
        else:
            rule = name in names and self.moves(statement)
            likely = rule or (bool(_ARITHMETIC.fullmatch(first)) and self.starts_at(name, first))
        if not likely:
            return None
        self.scope.remark(f"`{word}` read as `{name}` after step {index}")
        return name

    def moves(self, statement: WrittenStatement) -> bool:
        """Tell whether a right side can be a step of gradient descent: numbers, a rate, a Δ."""
        for _, part in statement.parts:
            words = [found[1] for found in _NAMES.finditer(part.text)]
            rate = self.scope.rate
            if not words or any(self.is_rate(word) for word in words):
                return True
            if any("Δ" in word for word in words) or (rate is not None and rate in part.text):
                return True
            if re.search(r"[-−+]\s*0?\.\d", part.text):
                return True
        return False

    def is_rate(self, word: str) -> bool:
        """Tell whether a word means the rate, or is one that people use for it."""
        name = self.scope.name(word)
        return (name is not None and name == self.scope.rate) or self.scope.is_rate(word)

    def starts_at(self, name: str, text: str) -> bool:
        """Tell whether `1 - 0.1·0.45` begins with the value of a parameter that is in force."""
        found = _FIRST_NUMBER.match(text)
        value = self.state.values.get(name)
        if found is None or value is None:
            return False
        number = Fraction(found[2]) * (-1 if found[1] else 1)
        return abs(number - value) <= unit_of(found[2]) * (Fraction(number) != value)

    def is_step_rule(self, name: str, statement: WrittenStatement) -> bool:
        """Tell whether `a = a − η·…` or a lone updated value stands here."""
        first = statement.parts[0][1].text
        if all(_ARITHMETIC.fullmatch(part.text) for _, part in statement.parts):
            last = statement.parts[-1][1].text  # w = 0.5 + 0.3 = 0.8: what it comes to decides
            value = plain_number(last)
            return value is not None and self.state.is_update(name, value, unit_of(last))
        before = self.scope.updating
        self.scope.updating = True
        words = {self.scope.name(found[1]) for found in _NAMES.finditer(first)}
        self.scope.updating = before
        rate = self.scope.rate or "η"
        return name in words and (rate in words or rate in first)


def unit_of(text: str) -> Fraction:
    """Return one unit in the last place of a number as printed."""
    return Fraction(1, 10 ** max(decimals_of(text) or 0, 0))
