"""Reading what people write: from a text to its claims, each with all that is in force there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from symgrad.errors import Diagnostic, Place
from symgrad.expression.tree import Var, variables
from symgrad.graph.graph import Graph
from symgrad.sources import exact
from symgrad.sources.latex import translate
from symgrad.sources.problems import Fault, Origin
from symgrad.sources.written import Written
from symgrad.verify.model import (
    Case,
    Claim,
    Definition,
    DerivativeTarget,
    ExpressionTarget,
    Link,
    NameTarget,
    Relation,
    Skipped,
    Target,
    UpdateTarget,
)
from symgrad.verify.reading.decimals import Style, style_of, with_points
from symgrad.verify.reading.documents import Formula, formulas
from symgrad.verify.reading.formula import parse_side, readings_of
from symgrad.verify.reading.generic import Generic
from symgrad.verify.reading.lefts import LeftSides
from symgrad.verify.reading.meaning import adjoint_meant
from symgrad.verify.reading.scope import Scope
from symgrad.verify.reading.split import Statement, components, statements
from symgrad.verify.reading.state import State
from symgrad.verify.reading.text import decimals_of, source_text
from symgrad.verify.truth import Truth

MAX_CLAIM_LENGTH = 20_000
MAX_CLAIMS = 20_000
_MAX_DEFINITIONS = 50
_ELLIPSIS = re.compile(r"\s*(?:…|\.\.\.)\s*$")


class Reader:
    """Reads claims about one graph; what one text defines is in force to its end."""

    def __init__(self, graph: Graph, truth: Truth) -> None:
        self.graph, self.truth = graph, truth
        self.scope = Scope(graph, truth.derivation, truth)
        self.state = State(truth, self.scope)
        self.decimals: Style = "point"
        self.generic = Generic(self.scope)
        self.lefts = LeftSides(graph, self.scope, self.state)

    def read(self, text: str, source: str) -> Iterator[Claim | Skipped]:
        """Yield the claims of a text, and each formula that is not about the graph."""
        found = list(islice(formulas(text, source), MAX_CLAIMS))
        self.decimals = style_of(formula.content.text for formula in found)
        for formula in found:
            yield from self.formula(formula)

    def check(
        self, text: str, line: int, source: str, lines: tuple[str, ...]
    ) -> Iterator[Claim | Skipped]:
        """Yield the claim of a `check` line of a graph file."""
        shown = lines[line - 1] if 0 < line <= len(lines) else text
        column = max(shown.find(text[:12]), 0) + 1
        origin = Origin(source, lines, line, column)
        directive = re.match(r"(?:at|assume)\b", text) is not None
        yield from self.formula(Formula(text, origin, strict=True, directive=directive))

    def formula(self, formula: Formula) -> Iterator[Claim | Skipped]:
        """Yield the claims of one formula, or follow one directive."""
        written: Written | None = None
        content = formula.content
        try:
            if formula.fault is not None:
                raise Fault(formula.fault)
            if len(content.text) > MAX_CLAIM_LENGTH:
                place = formula.origin.place(formula.text[:80], 0, 1)
                message = f"a formula of more than {MAX_CLAIM_LENGTH:,} characters"
                raise Fault(Diagnostic(message, place, "split it into several"))
            written = translate(content.text, content.origin(formula.text, formula.origin))
            written = with_points(
                written.through(content), self.decimals, formula.text, formula.origin
            )
            if formula.directive:
                self.state.directive(written.text, written.origin(formula.text, formula.origin))
                return
        except Fault as fault:
            shows = written is None and not formula.directive and self.left_is_known(formula)
            place = formula.origin.place(formula.text, 0, 1)
            if formula.strict or shows:
                yield self.unreadable(formula.text, place, fault)
            else:
                yield _skipped(formula.text, place, fault.diagnostic.message)
            return
        found = [
            one
            for statement in statements(written)
            for one in components(statement, self.graph.objective, self.graph.parameters)
        ]
        self.generic.begin(found)
        for one in found:
            yield from self.statement(one, formula)

    def left_is_known(self, formula: Formula) -> bool:
        """Tell whether the left side alone is about the graph, where the whole cannot be read."""
        left = re.split(r"=|≈|\\approx", formula.text, maxsplit=1)[0]
        if len(left) == len(formula.text) or len(left) > MAX_CLAIM_LENGTH:
            return False
        try:
            written = translate(left.replace("&", " "), formula.origin)
            side = parse_side(written.text, formula.origin, self.scope)
        except Fault:
            return False
        return isinstance(side, Var)

    @staticmethod
    def unreadable(text: str, place: Place, fault: Fault) -> Claim:
        """Return the claim that cannot be read, with the reason."""
        diagnostic = fault.diagnostic
        shown = " ".join(text[:400].split())
        return Claim(shown, diagnostic.place or place, fault=diagnostic)

    # -- one statement -------------------------------------------------------------------------

    def statement(self, statement: Statement, formula: Formula) -> Iterator[Claim | Skipped]:
        """Yield the claim of a statement, if it is one."""
        self.scope.begin()
        self.scope.values, self.scope.step = self.state.values, self.state.step
        origin = statement.whole.origin(formula.text, formula.origin)
        place = origin.place("", 0, max(1, len(statement.whole.text)))
        text = source_text(formula.text, statement.whole)
        if statement.head:
            text = f"{statement.head} {statement.parts[0][0]} {text}"
        left: Target | None = None
        try:
            if not statement.parts or statement.other:
                fault = _no_claim(statement, place)
                if formula.strict:
                    raise fault
                yield _skipped(text, place, fault.diagnostic.message)
                return
            if names := self.lefts.assigned(statement):
                value = statement.parts[-1][1].text.strip()
                yield Claim(
                    text,
                    place,
                    NameTarget(names[-1]),
                    condition=f"sets {' = '.join((*names, value))}",
                )
                return
            if self.generic.note_case(statement):
                yield _skipped(text, place, "which indices are equal")
                return
            cases = []
            for indices in self.generic.choices(statement, origin):
                self.scope.indices = indices
                left = self.lefts.read(statement, formula)
                one = self.claim(statement, formula, left, text, place)
                cases.append(Case(tuple(indices.items()), one))
            claim = cases[0].claim
            if len(cases) > 1:
                claim = replace(claim, cases=tuple(cases))
        except Fault as fault:
            about = isinstance(left, DerivativeTarget | NameTarget | UpdateTarget)
            if isinstance(left, NameTarget) and self.scope.name(left.name) is None:
                about = False
            if formula.strict or about or self.half_known(statement):
                yield self.unreadable(text, place, fault)
            else:
                yield _skipped(text, place, fault.diagnostic.message)
            return
        yield claim

    def half_known(self, statement: Statement) -> bool:
        """Tell whether the left side is a derivative of or by something that the graph has."""
        found = re.fullmatch(r"\s*[∂d]\s*(\w+)\s*/\s*[∂d]\s*(\w+)\s*", statement.left.text)
        return found is not None and any(self.scope.strict(name) for name in found.groups())

    # -- the claim -----------------------------------------------------------------------------

    def claim(
        self, statement: Statement, formula: Formula, left: Target, text: str, place: Place
    ) -> Claim:
        """Read the right sides, and take note of what the claim defines and prints."""
        links = tuple(self.link(sign, part, formula) for sign, part in statement.parts)
        defines = self.defined(left, links, statement.parts[0][0] == ":=")
        if isinstance(left, NameTarget) and defines is None and self.scope.name(left.name) is None:
            raise Fault(
                Diagnostic(f"unknown name `{left.name}`", place, "define it with `=` first")
            )
        if defines is not None:
            self.scope.define(defines)
        definitions, derivatives = self.in_force(left, links)
        state = self.state
        found = Claim(
            text, place, left, links, derivatives, definitions, tuple(state.assumptions),
            state.point, state.after() if self.needs_after(left) else (), state.stated,
            tuple(state.printed.items()), defines.name if defines else None,
            readings=tuple(self.scope.readings), doubts=tuple(self.scope.doubts),
        )  # fmt: skip
        self.note_printed(left, links)
        return found

    def needs_after(self, left: Target) -> bool:
        """Tell whether the values behind the next step may be what the claim is about."""
        return self.state.pending or isinstance(left, UpdateTarget)

    def link(self, sign: str, part: Written, formula: Formula) -> Link:
        """Read one right side."""
        ellipsis = _ELLIPSIS.search(part.text)
        cut = ellipsis is not None
        if ellipsis:
            part = part.cut(0, ellipsis.start())
        origin = part.origin(formula.text, formula.origin)
        relation: Relation = "≈" if sign == "≈" else "="
        expression, other = readings_of(part.text, origin, self.scope)
        place = origin.place(part.text, 0, max(1, len(part.text)))
        return Link(
            expression, source_text(formula.text, part), relation, place,
            decimals_of(part.text), cut, other,
        )  # fmt: skip

    def defined(self, left: Target, links: tuple[Link, ...], forced: bool) -> Definition | None:  # noqa: FBT001
        """Return what the claim defines: a new name, or a sensitivity by the derivative it is."""
        if not isinstance(left, NameTarget) or left.name in self.graph.index:
            return None
        if left.name == self.scope.rate:
            return None
        known = left.name in self.scope.sensitivities or left.name in self.scope.definitions
        for link in links:
            if isinstance(link.expression, Var) and link.expression.key in self.scope.derivatives:
                return Definition(left.name, link.expression)
        first = links[0]
        if known and not forced:
            if left.name in self.scope.definitions:
                return None
            meant = adjoint_meant(self.truth, self.scope, left.name, first.expression)
            return None if meant is None else Definition(left.name, self.scope.note(meant))
        if first.relation == "≈" or left.name in variables(first.expression):
            return None
        return Definition(left.name, first.expression)

    def in_force(
        self, left: Target, links: tuple[Link, ...]
    ) -> tuple[tuple[Definition, ...], tuple[DerivativeTarget, ...]]:
        """Return the definitions and derivatives that a claim needs, and a few more definitions."""
        scope = self.scope
        recent = list(scope.definitions.values())[-_MAX_DEFINITIONS:]
        wanted: list[str | int] = [name.name for name in recent]
        for link in links:
            wanted += variables(link.expression)
        match left:
            case DerivativeTarget():
                wanted.append(left.key)
            case NameTarget(name):
                wanted.append(name)
            case ExpressionTarget(expression):
                wanted += variables(expression)
            case _:
                pass
        seen: dict[str | int, None] = {}
        while wanted:
            key = wanted.pop()
            if key in seen:
                continue
            seen[key] = None
            if key in scope.definitions:
                wanted += variables(scope.definitions[str(key)].expression)
            elif key in scope.derivatives:
                target = scope.derivatives[str(key)]
                inner = target.expression
                wanted += [target.top] if inner is None else variables(inner)
        return (
            tuple(d for name, d in scope.definitions.items() if name in seen),
            tuple(t for key, t in scope.derivatives.items() if key in seen),
        )

    def note_printed(self, left: Target, links: tuple[Link, ...]) -> None:
        """Remember a number that the author prints: later numbers may be made with it."""
        last = links[-1]
        value = exact.rational(last.expression) if last.decimals is not None else None
        if value is None:
            return
        if isinstance(left, UpdateTarget):
            self.state.printed_next[left.name] = value
            self.state.pending = True
        elif isinstance(left, DerivativeTarget):
            self.state.printed[left.key] = value
        elif isinstance(left, NameTarget):
            self.state.printed[left.name] = value


def _skipped(text: str, place: Place, reason: str) -> Skipped:
    return Skipped(" ".join(text[:400].split()), place, reason)


def _no_claim(statement: Statement, place: Place) -> Fault:
    if statement.other:
        shown = " ".join(statement.whole.text.split())
        hint = f"to state a condition, write `assume {shown}`"
        return Fault(Diagnostic(f"`{statement.other}` makes no claim of an equality", place, hint))
    return Fault(
        Diagnostic("this is no claim", place, "a claim is `dJ/da = …`, `u = …` or `J ≈ 0.83`")
    )
