"""Reading what people write: from a text to its claims, each with all that is in force there.

Nothing vanishes: for every formula of a text something is yielded. A claim that can be read, one
that cannot but speaks of the graph, or the reason why a formula is not about the graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from types import MappingProxyType

from symgrad.expression.tree import Var, variables
from symgrad.sources.latex import translate_leniently
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.written import Written
from symgrad.verify.model import (
    Claim,
    NameTarget,
    Skipped,
)
from symgrad.verify.reading.decimals import style_of, with_points
from symgrad.verify.reading.densities import with_named_densities
from symgrad.verify.reading.documents import FoundFormula, formulas
from symgrad.verify.reading.formula import parse_side
from symgrad.verify.reading.homonyms import without_homonyms
from symgrad.verify.reading.layers import companions, layered, with_indices
from symgrad.verify.reading.logs import logged, of_graph, with_logs_apart, with_named_logs
from symgrad.verify.reading.motion import curved, moving, speaks_of_time
from symgrad.verify.reading.orders import without_order
from symgrad.verify.reading.prose import UNCLEAR
from symgrad.verify.reading.rows import raw_rows
from symgrad.verify.reading.signs import with_elasticities, with_labels, with_sums
from symgrad.verify.reading.split import statements
from symgrad.verify.reading.statement import Item, Later, StatementReader, skipped
from symgrad.verify.reading.superscripts import (
    letters_above,
    lowered,
    with_primed_names,
    writes_batches,
)
from symgrad.verify.reading.text import VALUE_SAID
from symgrad.verify.reading.unknowns import note_unknowns
from symgrad.verify.reading.vectors import components, with_scalars

MAX_CLAIM_LENGTH = 20_000
MAX_CLAIMS = 20_000
_MAX_PASSES = 3
_TELLING = re.compile(
    r"d|∂|\\partial|ln|log|\w\s*\(\s*\\?\w+\s*,"
)  # of motion, a logarithm, an unknown


_OF_LETTER = re.compile(
    r"[\s$&{]*(?:\\(?:sigma|Phi|(?:var)?phi|psi)(?![a-zA-Z])|[σΦφϕψNn])\s*(?:\\left\s*)?\("
)


class Reader(StatementReader):
    """Reads claims about one graph; what one text defines is in force to its end."""

    above: frozenset[str] = frozenset()  # letters that stand above the line as an index
    logs: Mapping[str, str] = MappingProxyType({})  # what the logarithm of a name is called

    def read(self, text: str, source: str) -> Iterator[Claim | Skipped]:
        """Yield the claims of a text, and each formula that is not about the graph."""
        found: list[Item | Later] = []
        texts = list(islice(formulas(text, source), MAX_CLAIMS + 1))
        texts = self.with_layers(texts)
        self.above = letters_above(formula.content.text for formula in texts)
        self.scope.batches = writes_batches((one.content.text for one in texts), self.scope)
        plain = self.note_motion(texts)
        self.note_logs(plain)
        self.lefts.note_letters(_with_letters(texts))
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

    def with_layers(self, texts: list[FoundFormula]) -> list[FoundFormula]:
        """Return the formulas with the numbers of layers above the line as indices."""
        raw = [formula.content.text for formula in texts]
        bases = layered(raw, lambda word: self.scope.names.meant(word) is not None, with_graph=True)
        bases = frozenset(
            base for base in companions(raw, bases) if self.scope.names.meant(base) is None
        )
        return [with_indices(formula, bases) for formula in texts]

    def note_logs(self, texts: list[str]) -> None:
        """Take note of the logarithms that are quantities, of the graph or of the text."""
        scope = self.scope

        def known(word: str) -> bool:
            return scope.can_stand(word) or word in scope.functions

        def meant(word: str) -> str | None:
            found = scope.names.meant(word)
            return found[0] if found and found[0] in self.graph.index else None

        self.logs = {name: f"log_{name}" for name in logged(texts, known)}
        self.logs |= {
            name: called for name, called in of_graph(texts, meant).items() if not known(name)
        }

    def note_motion(self, texts: list[FoundFormula]) -> list[str]:
        """Take note of the inputs that move with the time or along a curve, and of unknowns.

        What is returned are the formulas in the plain notation that were looked at.
        """
        found = []
        for formula in texts:
            raw = formula.content.text
            if len(raw) <= MAX_CLAIM_LENGTH and (speaks_of_time(raw) or _TELLING.search(raw)):
                found.append(_plain(formula))
        self.scope.moves |= moving(found, self.scope)
        self.scope.curve = self.scope.curve or curved(found, self.scope)
        note_unknowns(found, lambda: [*map(_plain, texts)], self.scope)
        return found

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
            yield skipped(formula.text, place, "it states nothing")

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
                raise Fault(message, place, "split it into several")
            origin = content.origin(formula.text, formula.origin)
            written, faults = translate_leniently(content.text, origin)
            written = with_points(
                written.through(content), self.decimals, formula.text, formula.origin
            )
            written = lowered(written, self.above, self.scope) if self.above else written
            written = with_sums(with_primed_names(written, self.scope), self.scope)
            written = with_labels(with_elasticities(written), self.scope)
            written = with_scalars(written, self.scope, formula.origin)
            written = with_named_densities(written, self.scope)
            written = with_named_logs(written, self.logs, called=False)
            written = with_logs_apart(written, self.scope.can_be_read)
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
                yield skipped(formula.text, place, fault.diagnostic.message)
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


def _with_letters(texts: list[FoundFormula]) -> Iterator[Written]:
    """Yield the formulas that may say what a letter such as φ is, in the plain notation."""
    for formula in texts:
        if _OF_LETTER.match(formula.content.text) and len(formula.content.text) <= MAX_CLAIM_LENGTH:
            with suppress(Fault):
                yield translate_leniently(formula.content.text, formula.origin)[0]


def _plain(formula: FoundFormula) -> str:
    """Return a formula in the plain notation, "" where it cannot be translated."""
    with suppress(Fault):
        if len(formula.content.text) <= MAX_CLAIM_LENGTH:
            return translate_leniently(formula.content.text, formula.origin)[0].text
    return ""
