"""Reading what people write: from a text to its claims, each with all that is in force there.

Nothing vanishes: for every formula of a text something is yielded. A claim that can be read, one
that cannot but speaks of the graph, or the reason why a formula is not about the graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice, zip_longest
from typing import TypeAlias

from symgrad.errors import Diagnostic, Place, SymgradError
from symgrad.expression.tree import Expression, Mul, Var, number, variables
from symgrad.graph.graph import Graph
from symgrad.sources.latex import UNREADABLE, translate_leniently
from symgrad.sources.problems import Fault, Origin, UnknownNameInSource
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
from symgrad.verify.reading.chains import Chains, Unread, speaks_of
from symgrad.verify.reading.decimals import Style, style_of, with_points
from symgrad.verify.reading.densities import with_named_densities
from symgrad.verify.reading.derivatives import direct_slope
from symgrad.verify.reading.documents import FoundFormula, formulas
from symgrad.verify.reading.formula import parse_side
from symgrad.verify.reading.generic import Generic, stated_counts
from symgrad.verify.reading.givens import Given, Givens
from symgrad.verify.reading.homonyms import without_homonyms
from symgrad.verify.reading.lefts import LeftSides
from symgrad.verify.reading.motion import curved, moving, speaks_of_time
from symgrad.verify.reading.orders import Order, coefficients, order_of, without_order
from symgrad.verify.reading.proportional import factor_of
from symgrad.verify.reading.prose import UNCLEAR
from symgrad.verify.reading.rows import raw_rows
from symgrad.verify.reading.rules import rule
from symgrad.verify.reading.same import same
from symgrad.verify.reading.scope import Scope
from symgrad.verify.reading.signs import with_labels, with_sums
from symgrad.verify.reading.split import WrittenStatement, statements
from symgrad.verify.reading.state import State
from symgrad.verify.reading.superscripts import (
    letters_above,
    lowered,
    with_primed_names,
    writes_batches,
)
from symgrad.verify.reading.text import VALUE_SAID, source_text
from symgrad.verify.reading.vectors import coefficient, components, differentials, forms, in_inputs
from symgrad.verify.truth import Truth

MAX_CLAIM_LENGTH = 20_000
MAX_CLAIMS = 20_000
_MAX_PASSES = 3
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


class Reader:
    """Reads claims about one graph; what one text defines is in force to its end."""

    def __init__(self, graph: Graph, truth: Truth) -> None:
        self.graph, self.truth = graph, truth
        self.scope = Scope(graph, truth.derivation, truth)
        self.decimals: Style = "point"
        self.above: frozenset[str] = frozenset()  # letters that stand above the line as an index
        self.generic = Generic(self.scope)
        self.use(State(truth, self.scope))
        self.state.assumptions += stated_counts(graph)

    def use(self, state: State) -> None:
        """Go on with what is in force somewhere."""
        self.state = state
        self.lefts = LeftSides(self.graph, self.scope, state)
        self.chains = Chains(self.graph, self.truth, self.scope, state)
        self.chains.comma = self.decimals == "comma"
        self.givens = Givens(self.graph, self.scope)

    def read(self, text: str, source: str) -> Iterator[Claim | Skipped]:
        """Yield the claims of a text, and each formula that is not about the graph."""
        found: list[Item | Later] = []
        texts = list(islice(formulas(text, source), MAX_CLAIMS + 1))
        self.above = letters_above(formula.content.text for formula in texts)
        self.scope.batches = writes_batches((one.content.text for one in texts), self.scope)
        self.note_motion(texts)
        self.decimals = style_of(formula.content.text for formula in texts)
        self.chains.comma = self.decimals == "comma"
        for count, formula in enumerate(texts):
            if count >= MAX_CLAIMS:
                place = formula.origin.place(formula.text[:80], 0, 1)
                found.append(
                    Skipped(formula.text[:80], place, f"more than {MAX_CLAIMS:,} formulas")
                )
                break
            found += self.accounted(formula)
        for index in range(_MAX_PASSES):
            found = self.again(found, last=index == _MAX_PASSES - 1)
        read = [item for item in found if not isinstance(item, Later)]
        yield from without_homonyms(read, self.truth)

    def note_motion(self, texts: list[FoundFormula]) -> None:
        """Take note of the inputs that move with the time or along a curve."""
        found = []
        for formula in texts:
            raw = formula.content.text
            if len(raw) <= MAX_CLAIM_LENGTH and (speaks_of_time(raw) or "d" in raw):
                with suppress(Fault):
                    found.append(translate_leniently(raw, formula.origin)[0].text)
        self.scope.moves |= moving(found, self.scope)
        self.scope.curve = self.scope.curve or curved(found, self.scope)

    def again(self, items: list[Item | Later], *, last: bool) -> list[Item | Later]:
        """Return the items, with the statements read again whose names may have got a meaning."""
        found: list[Item | Later] = []
        for item in items:
            if not isinstance(item, Later):
                found.append(item)
            elif last or len(self.scope.definitions) > item.known:
                self.use(item.state)
                found += self.statement(item.statement, item.formula, last=last)
            else:
                found.append(item)
        return found

    def check(
        self, text: str, line: int, source: str, lines: tuple[str, ...]
    ) -> Iterator[Claim | Skipped]:
        """Yield the claim of a `check` line of a graph file."""
        shown = lines[line - 1] if 0 < line <= len(lines) else text
        column = max(shown.find(text[:12]), 0) + 1
        origin = Origin(source, lines, line, column)
        directive = re.match(r"(?:at|assume)\b", text) is not None
        formula = FoundFormula(text, origin, strict=True, directive=directive)
        for item in self.again(list(self.accounted(formula)), last=True):
            if not isinstance(item, Later):
                yield item

    # -- one formula ---------------------------------------------------------------------------

    def accounted(self, formula: FoundFormula) -> Iterator[Item | Later]:
        """Yield what there is to say about one formula: at least one item, but for a directive."""
        if formula.values:
            yield from self.values(formula)
            return
        count = 0
        for item in self.formula(formula):
            count += 1
            yield item
        if not count and not formula.directive:
            place = formula.origin.place(formula.text, 0, 1)
            yield _skipped(formula.text, place, "it states nothing")

    def values(self, formula: FoundFormula) -> Iterator[Claim]:
        """Follow what a sentence says of values, where it speaks of inputs of the graph."""
        pairs = VALUE_SAID.findall(formula.text)
        names = [self.lefts.input_name(name) for name, _ in pairs]
        if not pairs or None in names:
            return
        for name, (_, value) in zip(names, pairs, strict=True):
            self.state.directive(f"at {name} = {value}", formula.origin)
        place = formula.origin.place(formula.text, 0, len(formula.text))
        shown = ", ".join(
            f"{name} = {value}" for name, (_, value) in zip(names, pairs, strict=True)
        )
        yield Claim(formula.text, place, NameTarget(str(names[-1])), condition=f"sets {shown}")

    def formula(self, formula: FoundFormula, *, whole: bool = True) -> Iterator[Item | Later]:
        """Yield what one formula, or with `whole` false one row of it, holds."""
        content = formula.content
        place = formula.origin.place(formula.text[:80], 0, 1)
        try:
            if formula.fault is not None:
                raise Fault(formula.fault)
            if formula.behind and self.scope.name(formula.behind) is not None:
                raise Fault(replace(UNCLEAR, place=place))
            if len(content.text) > MAX_CLAIM_LENGTH:
                message = f"a formula of more than {MAX_CLAIM_LENGTH:,} characters"
                raise Fault(Diagnostic(message, place, "split it into several"))
            origin = content.origin(formula.text, formula.origin)
            written, faults = translate_leniently(content.text, origin)
            written = with_points(
                written.through(content), self.decimals, formula.text, formula.origin
            )
            written = lowered(written, self.above, self.scope) if self.above else written
            written = with_sums(with_primed_names(written, self.scope), self.scope)
            written = with_labels(written, self.scope)
            written = with_named_densities(written, self.scope)
            self.chains.faults = {content.offsets[at]: found for at, found in faults.items()}
            if formula.directive:
                self.chains.refuse_marks(written)
                self.state.directive(written.text, written.origin(formula.text, formula.origin))
                return
        except Fault as fault:
            rows = raw_rows(content) if whole and not formula.directive else []
            if len(rows) > 1 and formula.fault is None:
                for row in rows:
                    yield from self.formula(replace(formula, written=row), whole=False)
            elif formula.strict or (
                not (formula.directive or formula.quiet) and self.left_is_known(formula)
            ):
                yield self.unreadable(formula.text, place, fault)
            else:
                yield _skipped(formula.text, place, fault.diagnostic.message)
            return
        found = [
            part
            for statement in statements(written)
            for one in components(statement, self.scope)
            for part in without_order(one, self.scope)
        ]
        self.generic.begin(found)
        for one in found:
            yield from self.statement(one, formula)

    def left_is_known(self, formula: FoundFormula) -> bool:
        """Tell whether the left side alone is about the graph, where the whole cannot be read."""
        content = formula.content
        found = re.search(r"=|≈|\\approx", content.text)
        if found is None or found.start() > MAX_CLAIM_LENGTH:
            return False
        left = re.sub(r"&|\\begin\{[^{}]*\}(?:\{[^{}]*\})?", " ", content.text[: found.start()])
        try:
            written, _ = translate_leniently(left, formula.origin)
            side = parse_side(written.text, formula.origin, self.scope)
        except Fault:
            return False
        return any(str(name) in self.graph.index for name in variables(side)) or (
            isinstance(side, Var) and side.key in self.scope.derivatives
        )

    @staticmethod
    def unreadable(text: str, place: Place, fault: Fault) -> Claim:
        """Return the claim that cannot be read, with the reason."""
        diagnostic = fault.diagnostic
        shown = " ".join(text[:400].split())
        return Claim(shown, diagnostic.place or place, fault=diagnostic)

    # -- one statement -------------------------------------------------------------------------

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
            if (found := self.apart(statement, formula, text, place)) is not None:
                yield found
                return
            if names := self.lefts.assigned(statement):
                value = statement.parts[-1][1].text.strip()
                shown = f"sets {' = '.join((*names, value))}"
                yield Claim(text, place, NameTarget(names[-1]), condition=shown)
                return
            if self.generic.note_case(statement):
                yield _skipped(text, place, "which indices are equal")
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
                yield _together(tuple(one for one in column if one is not None))
        except Fault as fault:
            unknown = fault.kind is UnknownNameInSource or _is_new(left, self.scope)
            rest = self.lefts.without_label(statement, formula) if left is None else None
            if rest is not None:
                yield from self.statement(rest, formula, last=last)
            elif unknown and not last and not formula.strict and statement.parts:
                yield Later(statement, formula, state, len(self.scope.definitions))
            else:
                yield from self.unread_statement(
                    statement, formula, left, text, place, fault, last=last
                )

    def case(
        self, statement: WrittenStatement, formula: FoundFormula, left: Target, text: str,
        place: Place, *, last: bool,
    ) -> list[Case]:  # fmt: skip
        """Return the claims of a statement for the values of its free indices that are set.

        Raises:
            Fault: if it cannot be read.
        """
        if self.lefts.is_case_of_a_sample(left, statement):
            return [Case((), Claim(text, place, left, condition="a value of one sample"))]
        claims = list(self.chain(statement, formula, left, text, place, last=last))
        if self.scope.indices and isinstance(left, DerivativeTarget):
            claims = [self.with_direct_slope(one, left) for one in claims]
        return [Case(tuple(self.scope.indices.items()), one) for one in claims]

    def with_direct_slope(self, claim: Claim, left: DerivativeTarget) -> Claim:
        """Return a claim for every t, with a doubt where it is right for the direct derivative.

        `∂h_t/∂w = x_t` says of each step what is its own: the paths through the steps before are
        left out, or forgotten.
        """
        alone = direct_slope(self.graph, left.top, left.bottom)
        if alone is None or left.expression is not None or left.further:
            return claim
        own = [one.expression for one in claim.links if self.is_of_graph(one.expression)]
        if not any(same(self.truth, alone, one) for one in own):
            return claim
        said = f"right for what `{left.top}` has of `{left.bottom}` directly, not along every path"
        return replace(claim, doubts=(*claim.doubts, said))

    def is_of_graph(self, expression: Expression) -> bool:
        """Tell whether all names in an expression are nodes of the graph."""
        return all(name in self.graph.index for name in variables(expression))

    def unread_statement(
        self, statement: WrittenStatement, formula: FoundFormula, left: Target | None, text: str,
        place: Place, fault: Fault, *, last: bool,
    ) -> Iterator[Item | Later]:  # fmt: skip
        """Yield what is said of a statement whose left side or right sides cannot be read."""
        rooted = self.rooted(statement, formula) if left is None else None
        if rooted is not None and not formula.strict:
            yield _skipped(text, place, f"its left side: {fault.diagnostic.message}")
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
                return _skipped(text, place, "what a name is, in words")
        if not statement.parts or statement.other:
            return self.no_claim(statement, formula, text, place)
        if formula.assumed and (held := self.assumed(statement, formula, text, place)):
            return held
        if len(statement.parts) == 1 and (order := order_of(statement.parts[0][1], self.scope)):
            return self.up_to_order(order, statement, formula, text, place)
        return rule(statement, formula, self.scope)

    def up_to_order(
        self, order: Order, statement: WrittenStatement, formula: FoundFormula, text: str,
        place: Place,
    ) -> Claim:  # fmt: skip
        """Return the claim of `… + O(z^3)`, which stands for one about each power of z below.

        Raises:
            Fault: if a side cannot be read.
        """
        side = self.lefts.read(statement, formula)
        left = Claim(text, place, side).left_expression
        if left is None or _is_new(side, self.scope):
            raise Fault(Diagnostic("an order of what?", place))
        link = self.chains.link("=", order.side, formula)
        both = (coefficients(one, order, self.scope) for one in (left, link.expression))
        cases = []
        for power, (first, second) in enumerate(zip(*both, strict=True)):
            own = replace(link, expression=second, decimals=None, other=None, direct=None)
            target = ExpressionTarget(first)
            one = self.chains.claim(target, (own,), text, place, Given(), forced=False)
            cases.append(Case(((f"the coefficient of {order.name}^{power}", ""),), one))
        return _together(tuple(cases))

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
        if unread and _is_new(left, self.scope) and unread[0].part == statement.parts[0][1]:
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
        if _is_new(left, self.scope):
            about = False
        if formula.quiet:
            return _skipped(text, place, fault.diagnostic.message)
        if formula.strict or about or self.half_known(statement):
            return self.unreadable(text, place, fault)
        return _skipped(text, place, fault.diagnostic.message)

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
        return _skipped(text, place, fault.diagnostic.message)

    def proportional(
        self, statement: WrittenStatement, formula: FoundFormula, text: str, place: Place
    ) -> Claim | None:
        """Return the claim that a `∝` is with its factor put in; None where there is no factor."""
        if statement.other != "∝" or len(statement.parts) != 1:
            return None
        try:
            left = self.lefts.read(statement, formula)
            if _is_new(left, self.scope):
                return None
            link = self.chains.link("=", statement.parts[0][1], formula)
            claim = self.chains.claim(left, (link,), text, place, Given(), forced=False)
            factor = factor_of(self.truth, claim)
        except (Fault, SymgradError):
            return None
        if factor is None:
            return replace(claim, condition="proportional, with a factor that is not constant")
        size = abs(factor)
        scaled = replace(link, expression=Mul((number(size), link.expression)), decimals=None)
        said = f"`∝` read as equal up to a positive constant factor, which is {size}"
        return replace(claim, links=(scaled,), readings=(*claim.readings, said))

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
            if _is_new(left, self.scope) or isinstance(left, UpdateTarget):
                continue
            if isinstance(left, ExpressionTarget) and not speaks_of(left.expression, self.scope):
                continue
            return found
        return None

    def by_differentials(
        self, top: str, words: dict[str, str], statement: WrittenStatement, formula: FoundFormula,
        text: str, place: Place,
    ) -> Claim:  # fmt: skip
        """Return the claim of `dJ = … dx + … dy`, which stands for one about each factor.

        Raises:
            Fault: if a side cannot be read, or is no sum of terms with one dx each.
        """
        self.scope.differentials = words
        links = [self.chains.link(sign, part, formula) for sign, part in statement.parts]
        names = list(dict.fromkeys(words.values()))
        cases = []
        for name in names:
            target = DerivativeTarget(top, name)
            self.scope.note(target)
            own = tuple(
                replace(
                    link, decimals=None, other=None, direct=None,
                    expression=coefficient(link.expression, name, formula.origin, names),
                )
                for link in links
            )  # fmt: skip
            one = self.chains.claim(target, own, text, place, Given(), forced=False)
            cases.append(Case(((f"the factor of d{name}", ""),), one))
        return _together(tuple(cases))

    def by_forms(
        self, words: dict[str, str], statement: WrittenStatement, formula: FoundFormula, text: str,
        place: Place,
    ) -> Claim:  # fmt: skip
        """Return the claim of `dV/V = 2 dr/r + dh/h`: one about the factor of each dr.

        Raises:
            Fault: if a side cannot be read, or is no sum of terms with one dx each.
        """
        self.scope.differentials = words
        names = list(dict.fromkeys(words.values()))
        links = [self.chains.link(sign, part, formula) for sign, part in statement.parts]
        side = parse_side(statement.left.text, formula.origin, self.scope)
        left, *others = (
            in_inputs(one, names, self.scope) for one in (side, *(one.expression for one in links))
        )
        inputs = [name for name in names if self.graph.index[name].formula is None]
        cases = []
        for name in inputs:
            target = ExpressionTarget(coefficient(left, name, formula.origin, inputs))
            own = tuple(
                replace(
                    link, decimals=None, other=None, direct=None,
                    expression=coefficient(one, name, formula.origin, inputs),
                )
                for link, one in zip(links, others, strict=True)
            )  # fmt: skip
            one = self.chains.claim(target, own, text, place, Given(), forced=False)
            cases.append(Case(((f"the factor of d{name}", ""),), one))
        return _together(tuple(cases))

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


def _together(cases: tuple[Case, ...]) -> Claim:
    """Return the claim that one with a free index is, whatever the number of its values."""
    first = cases[0].claim
    return replace(first, cases=cases) if len(cases) > 1 else first


def _is_new(left: Target | None, scope: Scope) -> bool:
    return isinstance(left, NameTarget) and scope.name(left.name) is None


def _skipped(text: str, place: Place, reason: str) -> Skipped:
    return Skipped(" ".join(text[:400].split()), place, reason)


def _no_claim(statement: WrittenStatement, place: Place) -> Fault:
    if statement.other:
        shown = " ".join(statement.whole.text.split())
        hint = f"to state a condition, write `assume {shown}`"
        return Fault(Diagnostic(f"`{statement.other}` makes no claim of an equality", place, hint))
    return Fault(
        Diagnostic("this is no claim", place, "a claim is `dJ/da = …`, `u = …` or `J ≈ 0.83`")
    )
