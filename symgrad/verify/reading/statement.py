"""One statement: its claims, or the reason why it is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import TypeAlias

from symgrad.errors import Place
from symgrad.sources.latex import UNREADABLE
from symgrad.sources.problems import Fault, UnknownNameInSource
from symgrad.verify.model import (
    Case,
    Claim,
    DerivativeTarget,
    ExpressionTarget,
    NameTarget,
    Skipped,
    Target,
    UpdateTarget,
)
from symgrad.verify.reading.chains import Unread, speaks_of
from symgrad.verify.reading.documents import FoundFormula
from symgrad.verify.reading.formula import parse_side
from symgrad.verify.reading.orders import order_of
from symgrad.verify.reading.rules import rule
from symgrad.verify.reading.special import SpecialStatements, is_new, together
from symgrad.verify.reading.split import WrittenStatement
from symgrad.verify.reading.state import State
from symgrad.verify.reading.text import source_text
from symgrad.verify.reading.vectors import differentials, forms

_PARTIAL = re.compile(r"∂|\\partial|\\pdv?\b|∇|\\nabla")
_CONDITIONS = frozenset(("<", ">", "<=", ">=", "≤", "≥", "≪", "≫", "≠", "!=", "∝", "∼", "∈", "≟"))
_IN_WORDS = re.compile(r"\\(?:text\w*|mbox|mathrm|operatorname)\s*\{")
_LIMIT = re.compile(r"\(?\s*[-−+]?\s*(?:[\d.]+|∞)\s*[-−+^()]*\s*")


@dataclass(frozen=True, slots=True)
class Later:
    """A statement with a name that is not defined yet: read again at the end of the text."""

    statement: WrittenStatement
    formula: FoundFormula
    state: State
    known: int


Item: TypeAlias = "Claim | Skipped"


class StatementReader(SpecialStatements):
    """Reads statements about one graph; nothing is left out."""

    def statement(
        self, statement: WrittenStatement, formula: FoundFormula, *, last: bool = False
    ) -> Iterator[Item | Later]:
        """Yield the claims of a statement, or why it is none."""
        self.scope.begin()
        self.scope.values, self.scope.step = self.state.values, self.state.step
        if self.scope.curve and not _PARTIAL.search(formula.text):
            self.scope.running = frozenset(self.graph.parameters)
        origin = statement.whole.origin(formula.text, formula.origin)
        place = origin.place("", 0, max(1, len(statement.whole.text)))
        text = source_text(formula.text, statement.whole)
        if statement.head:
            text = f"{statement.head} {statement.parts[0][0]} {text}"
        state = self.state.snapshot()
        left: Target | None = None
        try:
            if (found := self.without_sides(statement, formula, text, place)) is not None:
                yield found
                return
            self.chains.refuse_marks(statement.left)
            if (total := differentials(statement, self.scope)) is not None:
                left = NameTarget(total[0])
                yield self.by_differentials(*total, statement, formula, text, place)
                return
            if (words := forms(statement, self.scope)) is not None:
                yield self.by_forms(words, statement, formula, text, place)
                return
            cases = []
            for indices in self.generic.choices(statement, origin):
                self.scope.indices = indices
                left = self.lefts.read(statement, formula)
                cases.append(self.case(statement, formula, left, text, place, last=last))
            for column in zip_longest(*cases):
                yield together(tuple(one for one in column if one is not None))
        except Fault as fault:
            unknown = fault.kind is UnknownNameInSource or is_new(left, self.scope)
            rest = self.lefts.without_label(statement, formula) if left is None else None
            if rest is not None:
                yield from self.statement(rest, formula, last=last)
            elif unknown and not last and not formula.strict and statement.parts:
                yield Later(statement, formula, state, len(self.scope.definitions))
            else:
                yield from self.unread_statement(
                    statement, formula, left, text, place, fault, last=last
                )

    def without_sides(
        self, statement: WrittenStatement, formula: FoundFormula, text: str, place: Place
    ) -> Item | None:
        """Return what a statement is whose sides need not be read; None for others.

        Raises:
            Fault: in a claims file, where it must be a claim.
        """
        if (found := self.apart(statement, formula, text, place)) is not None:
            return found
        if names := self.lefts.assigned(statement):
            value = statement.parts[-1][1].text.strip()
            shown = f"sets {' = '.join((*names, value))}"
            return Claim(text, place, NameTarget(names[-1]), condition=shown)
        if self.generic.note_case(statement):
            return skipped(text, place, "which indices are equal")
        return None

    def case(
        self, statement: WrittenStatement, formula: FoundFormula, left: Target, text: str,
        place: Place, *, last: bool,
    ) -> list[Case]:  # fmt: skip
        """Return the claims of a statement for the values of its free indices that are set.

        Raises:
            Fault: if it cannot be read.
        """
        if one_place := self.lefts.one_place(left, statement):
            return [Case((), Claim(text, place, left, condition=one_place))]
        claims = list(self.chain(statement, formula, left, text, place, last=last))
        if self.scope.indices and isinstance(left, DerivativeTarget):
            claims = [self.with_direct_slope(one, left) for one in claims]
        return [Case(tuple(self.scope.indices.items()), one) for one in claims]

    def unread_statement(
        self, statement: WrittenStatement, formula: FoundFormula, left: Target | None, text: str,
        place: Place, fault: Fault, *, last: bool,
    ) -> Iterator[Item | Later]:  # fmt: skip
        """Yield what is said of a statement whose left side or right sides cannot be read."""
        rooted = self.rooted(statement, formula) if left is None else None
        if rooted is not None and not formula.strict:
            yield skipped(text, place, f"its left side: {fault.diagnostic.message}")
            yield from self.statement(rooted, formula, last=last)
        else:
            yield self.failed(statement, formula, left, text, place, fault)

    def apart(
        self, statement: WrittenStatement, formula: FoundFormula, text: str, place: Place
    ) -> Item | None:
        """Return what a statement is that is no chain about the graph, None for others.

        Raises:
            Fault: in a claims file, where it must be a claim.
        """
        if found := self.proportional(statement, formula, text, place):
            return found
        if len(statement.parts) == 1 and statement.parts[0][1].text == UNREADABLE:
            said = source_text(formula.text, statement.parts[0][1])
            if _IN_WORDS.match(said) and not formula.strict:
                return skipped(text, place, "what a name is, in words")
        if not statement.parts or statement.other:
            return self.no_claim(statement, formula, text, place)
        if formula.assumed and (held := self.assumed(statement, formula, text, place)):
            return held
        if len(statement.parts) == 1 and (order := order_of(statement.parts[0][1], self.scope)):
            return self.up_to_order(order, statement, formula, text, place)
        return rule(statement, formula, self.scope)

    def assumed(
        self, statement: WrittenStatement, formula: FoundFormula, text: str, place: Place
    ) -> Claim | None:
        """Return the condition that an equation behind `if` is, None where it cannot be read."""
        try:
            side = parse_side(statement.left.text, formula.origin, self.scope)
        except Fault:
            return None
        if not speaks_of(side, self.scope):
            return None
        return Claim(text, place, ExpressionTarget(side), condition="a condition")

    def chain(
        self, statement: WrittenStatement, formula: FoundFormula, left: Target, text: str,
        place: Place, *, last: bool,
    ) -> Iterator[Claim]:  # fmt: skip
        """Yield the claims of a chain whose left side is read, and its links that are not.

        Raises:
            Fault: if no link can be read, or one may be read when more names are defined.
        """
        links, unread = self.chains.links(statement, formula)
        waits = [one.fault for one in unread if one.fault.kind is UnknownNameInSource]
        if unread and (not links or (waits and not last and not formula.strict)):
            raise waits[0] if waits else unread[0].fault
        if unread and is_new(left, self.scope) and unread[0].part == statement.parts[0][1]:
            raise unread[0].fault
        given = self.givens.of(statement, formula)
        forced = statement.parts[0][0] == ":="
        yield from self.chains.claims(
            left, links, text, place, given, forced=forced, strict=formula.strict
        )
        if isinstance(left, NameTarget) and left.name in self.scope.definitions:
            self.lefts.define_function(left, self.scope.definitions[left.name])
        for one in unread:
            yield self.unread_link(statement, formula, one)

    def unread_link(self, statement: WrittenStatement, formula: FoundFormula, one: Unread) -> Claim:
        """Return the claim of a link that cannot be read in a chain that can."""
        left = source_text(formula.text, statement.left) or statement.head
        shown = source_text(formula.text, one.part)
        place = one.part.origin(formula.text, formula.origin).place(
            "", 0, max(1, len(one.part.text))
        )
        return self.unreadable(f"{left} {one.sign} {shown}", place, one.fault)

    def failed(
        self, statement: WrittenStatement, formula: FoundFormula, left: Target | None, text: str,
        place: Place, fault: Fault,
    ) -> Item:  # fmt: skip
        """Return what is said of a statement that cannot be read."""
        about = isinstance(left, DerivativeTarget | NameTarget | UpdateTarget)
        if is_new(left, self.scope):
            about = False
        if formula.quiet:
            return skipped(text, place, fault.diagnostic.message)
        if formula.strict or about or self.half_known(statement):
            return self.unreadable(text, place, fault)
        return skipped(text, place, fault.diagnostic.message)

    def no_claim(
        self, statement: WrittenStatement, formula: FoundFormula, text: str, place: Place
    ) -> Item:
        """Return what a statement without a relation of equality is.

        Raises:
            Fault: in a claims file, where it must be one.
        """
        fault = _no_claim(statement, place)
        if formula.strict and statement.other != "≟":
            raise fault
        limit = statement.other == "→" and _LIMIT.fullmatch(statement.parts[-1][1].text)
        if statement.other in _CONDITIONS or limit:
            try:
                side = parse_side(statement.left.text, formula.origin, self.scope)
            except Fault:
                side = None
            if side is not None and speaks_of(side, self.scope):
                if statement.other == "≟":
                    self.chains.set_on = place.line
                return Claim(text, place, ExpressionTarget(side), condition="a condition")
        return skipped(text, place, fault.diagnostic.message)

    def rooted(self, statement: WrittenStatement, formula: FoundFormula) -> WrittenStatement | None:
        """Return the rest of a chain that begins with the first part that is about the graph.

        `Vega = ∂C/∂σ = S√T φ(d₁)`: a name that is not read does not take the chain with it.
        """
        if any(sign not in ("=", ":=") for sign, _ in statement.parts):
            return None
        for index, (_, part) in enumerate(statement.parts[:-1]):
            if UNREADABLE in part.text:
                continue
            rest = statement.parts[index + 1 :]
            whole = statement.whole
            start = next((i for i, at in enumerate(whole.offsets) if at >= part.start(1 << 60)), 0)
            found = WrittenStatement(
                whole.cut(start, len(whole.text)), part, rest, given=statement.given
            )
            try:
                left = self.lefts.read(found, formula)
            except Fault:
                continue
            if is_new(left, self.scope) or isinstance(left, UpdateTarget):
                continue
            if isinstance(left, ExpressionTarget) and not speaks_of(left.expression, self.scope):
                continue
            return found
        return None

    def half_known(self, statement: WrittenStatement) -> bool:
        """Tell whether the left side is a derivative of or by something that the graph has."""
        text = statement.left.text
        found = re.fullmatch(r"\s*[∂d]\s*(\w+)\s*/\s*[∂d]\s*(\w+)\s*", text)
        if found is not None:
            return any(self.scope.strict(name) for name in found.groups())
        gradient = re.fullmatch(r"\s*∇\s*(?:_\s*\w+)?\s*(\w+)\s*(?:\(.*\))?\s*", text)
        if gradient is not None:
            return self.scope.strict(gradient[1]) is not None
        top = re.match(r"\s*(?:∂|d)(?:\s*\^\s*\(?\d\)?)?\s*\(*\s*(\w+)[^/]*/", text)
        name = self.scope.strict(top[1]) if top else None
        node = self.graph.index.get(str(name))
        return node is not None and node.formula is not None

    @staticmethod
    def unreadable(text: str, place: Place, fault: Fault) -> Claim:
        """Return the claim that cannot be read, with the reason."""
        diagnostic = fault.diagnostic
        shown = " ".join(text[:400].split())
        return Claim(shown, diagnostic.place or place, fault=diagnostic)


def skipped(text: str, place: Place, reason: str) -> Skipped:
    """Return a formula that is not about the graph, with the reason why."""
    return Skipped(" ".join(text[:400].split()), place, reason)


def _no_claim(statement: WrittenStatement, place: Place) -> Fault:
    if statement.other:
        shown = " ".join(statement.whole.text.split())
        hint = f"to state a condition, write `assume {shown}`"
        return Fault(f"`{statement.other}` makes no claim of an equality", place, hint)
    return Fault("this is no claim", place, "a claim is `dJ/da = …`, `u = …` or `J ≈ 0.83`")
