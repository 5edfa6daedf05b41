"""Conditions under which a statement is said: in its formula, and in the sentence around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from symgrad.expression.tree import OPPOSITE, Compare, Var, number
from symgrad.graph.graph import Graph
from symgrad.sources import exact, lexer
from symgrad.sources.facts import facts_of
from symgrad.sources.latex import UNREADABLE, translate_leniently
from symgrad.sources.problems import Fault
from symgrad.sources.written import Written
from symgrad.verify.reading.formula import ClaimParser
from symgrad.verify.reading.passage import Circumstance, FoundFormula
from symgrad.verify.reading.scope import Scope
from symgrad.verify.reading.split import WrittenStatement
from symgrad.verify.reading.text import source_text

_WORD = re.compile(lexer.NAME)
_SAME_AS = re.compile(r"<=>|⇒|⇔|⟺")
_EQUATION = re.compile(r"(?<![<>!])=")


@dataclass(frozen=True, slots=True)
class Given:
    """What is in force for one statement alone: `if y = 1`.

    `unread` is the text of a condition that cannot be read, `words` that of one which its sentence
    states and which may be about something else.
    """

    conditions: tuple[Compare, ...] = ()
    values: tuple[tuple[str, Fraction], ...] = ()
    unread: str = ""
    words: str = ""


def _of_one_value(facts: list[Compare]) -> list[Compare]:
    """Return `K = 4` and `L = 4` for `K = L = 4`, and other conditions as they are."""
    found: list[Compare] = []
    for fact in reversed(facts):
        last = found[-1] if found else fact
        joined = fact.relation == last.relation == "==" and fact.right == last.left
        found.append(Compare("==", fact.left, last.right) if joined else fact)
    return found[::-1]


class Givens:
    """Reads conditions in the names of a scope."""

    def __init__(self, graph: Graph, scope: Scope) -> None:
        self.graph, self.scope = graph, scope

    def of(self, statement: WrittenStatement, formula: FoundFormula) -> Given:
        """Read the conditions under which a statement is said."""
        found = [fact for part in statement.given for fact in self.facts(part, formula)]
        stated = [fact for said in formula.under for fact in self.said(said, statement)]
        conditions = [fact for fact in found if isinstance(fact, Compare)]
        values = [pair for fact in conditions if (pair := self.value_set(fact))]
        conditions += [fact for fact in stated if isinstance(fact, Compare)]
        unread = next((fact for fact in found if isinstance(fact, str)), "")
        words = next((fact for fact in stated if isinstance(fact, str)), formula.words)
        if any(one.negated and _EQUATION.search(one.formula.content.text) for one in formula.under):
            unread = unread or "otherwise"  # what a label is where it is not 1 is not said
        return Given(tuple(dict.fromkeys(conditions)), tuple(values), unread, words)

    def said(self, said: Circumstance, statement: WrittenStatement) -> Iterator[Compare | str]:
        """Yield the conditions that a sentence states beside a formula, the text where unread."""
        content = said.formula.content
        origin = content.origin(said.formula.text, said.formula.origin)
        try:
            written, _ = translate_leniently(content.text, origin)
        except Fault:
            return
        first = _SAME_AS.split(written.text, maxsplit=1)[0]  # `A ⟺ B` says what A says
        plain = written.through(content).cut(0, len(first.rstrip(" .,;:\n")))
        facts = list(self.facts(plain, said.formula))
        if said.negated and len(facts) > 1:
            return
        for fact in facts:
            if isinstance(fact, str):
                yield fact
            elif said.negated and fact.relation == "==":
                value = exact.rational(fact.right)
                if value is not None and 0 <= value <= 1:  # of a label: 0 where it is not 1
                    yield Compare("==", fact.left, number(1 - value))
            elif fact.relation != "==" or self.is_case(fact, said, statement):
                relation = OPPOSITE[fact.relation] if said.negated else fact.relation
                yield Compare(relation, fact.left, fact.right)

    def is_case(self, fact: Compare, said: Circumstance, statement: WrittenStatement) -> bool:
        """Tell whether `y = 1` is a case, or put into the formula: then its name is not there.

        `With $a = 1$` stands before formulas for any a as well.
        """
        found = self.value_set(fact)
        node = self.graph.index.get(str(fact.left.key)) if isinstance(fact.left, Var) else None
        if node is None or said.strong or exact.rational(fact.right) is None:
            return said.strong
        if node.kind == "data" and found is not None and abs(found[1]) <= 1:
            return True
        words = (word for _, part in statement.parts for word in _WORD.findall(part.text))
        return all(node.name not in self.names_in(word) for word in words)

    def names_in(self, word: str) -> set[str]:
        """Return the names that a word is, or is a product of."""
        readings = self.scope.readings
        self.scope.readings = dict(readings)
        ways = self.scope.products(word, before_power=False)
        found = {self.scope.name(one) or "" for one in (word, *(p for way in ways for p in way))}
        self.scope.readings = readings
        return found

    def facts(self, part: Written, formula: FoundFormula) -> Iterator[Compare | str]:
        """Yield what a condition states, or its text where it cannot be read."""
        try:
            parser = ClaimParser(part.text, part.origin(formula.text, formula.origin), self.scope)
            found = [] if UNREADABLE in part.text else facts_of(parser, part.text)
        except Fault:
            found = []
        if not found:
            yield source_text(formula.text, part) or part.text
        yield from _of_one_value([
            fact.condition for fact in found if isinstance(fact.condition, Compare)
        ])  # fmt: skip

    def value_set(self, fact: Compare) -> tuple[str, Fraction] | None:
        """Return the input and its value where a condition is `y = 1`."""
        value = exact.rational(fact.right)
        name = fact.left.key if isinstance(fact.left, Var) else None
        node = self.graph.index.get(str(name))
        if fact.relation != "==" or value is None or node is None or node.formula is not None:
            return None
        return str(name), value
