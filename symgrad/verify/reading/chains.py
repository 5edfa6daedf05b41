"""The right sides of a statement: each link of its chain, and what the whole is where it claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from symgrad.derivation.analysis import ancestors
from symgrad.errors import Diagnostic, Place
from symgrad.expression.tree import (
    Compare,
    Expression,
    Number,
    Var,
    number,
    substitute,
    variables,
)
from symgrad.graph.graph import Graph
from symgrad.sources import exact
from symgrad.sources.latex import UNREADABLE
from symgrad.sources.problems import Fault
from symgrad.sources.written import Written
from symgrad.verify.model import (
    Claim,
    Definition,
    DerivativeTarget,
    ExpressionTarget,
    Link,
    NameTarget,
    Relation,
    Target,
    UpdateTarget,
)
from symgrad.verify.reading.approximation import order_of_error
from symgrad.verify.reading.documents import FoundFormula
from symgrad.verify.reading.formula import readings_of
from symgrad.verify.reading.givens import Given
from symgrad.verify.reading.meaning import adjoint_meant
from symgrad.verify.reading.motion import curve_slope, on_curve
from symgrad.verify.reading.rates import AT_ONE_MOMENT, put_in
from symgrad.verify.reading.same import same
from symgrad.verify.reading.scope import Scope
from symgrad.verify.reading.split import WrittenStatement
from symgrad.verify.reading.state import State
from symgrad.verify.reading.text import decimals_of, source_text
from symgrad.verify.reading.totals import in_totals, is_of_total, is_total
from symgrad.verify.truth import MissingValue, Truth

_MAX_DEFINITIONS = 50
_MAX_ARITHMETIC = 40
_COMMA = re.compile(r"(?<=\d)(?:\{,\}|,)(?=\d)")
_ELLIPSIS = re.compile(r"\s*(?:…|\.\.\.)\s*$")
_SET = "a condition, which the formula need not fulfil everywhere"
_APPROXIMATION = "an approximation without numbers"


@dataclass(frozen=True, slots=True)
class Unread:
    """A link that cannot be read, and why."""

    sign: str
    part: Written
    fault: Fault


class Chains:
    """Reads the right sides of statements, with what is in force where they stand."""

    def __init__(self, graph: Graph, truth: Truth, scope: Scope, state: State) -> None:
        self.graph, self.truth, self.scope, self.state = graph, truth, scope, state
        self.faults: dict[int, Diagnostic] = {}
        self.comma = False  # whether the text writes decimal commas
        self.set_on = 0  # the line of the last condition that was set
        self.curves: dict[str, str] = {}  # what does not change where one input moves with another

    def links(
        self, statement: WrittenStatement, formula: FoundFormula
    ) -> tuple[tuple[Link, ...], tuple[Unread, ...]]:
        """Return the links that can be read, and the others."""
        found, unread = [], []
        for sign, part in statement.parts:
            link = self.link_or_fault(sign, part, formula)
            if isinstance(link, Link):
                found.append(link)
            else:
                unread.append(link)
        return tuple(found), tuple(unread)

    def link_or_fault(self, sign: str, part: Written, formula: FoundFormula) -> Link | Unread:
        """Read one right side, or return why it cannot be read."""
        try:
            return self.link(sign, part, formula)
        except Fault as fault:
            return Unread(sign, part, fault)

    def link(self, sign: str, part: Written, formula: FoundFormula) -> Link:
        """Read one right side.

        Raises:
            Fault: if it cannot be read.
        """
        ellipsis = _ELLIPSIS.search(part.text)
        cut = ellipsis is not None
        if ellipsis:
            part = part.cut(0, ellipsis.start())
        self.refuse_marks(part)
        origin = part.origin(formula.text, formula.origin)
        relation: Relation = "≈" if sign == "≈" else "="
        plain, turned = _signed(part.text, "+-"), _signed(part.text, "-+")
        expression, others = readings_of(plain, origin, self.scope)
        either = None if plain == turned else readings_of(turned, origin, self.scope).plain
        place = origin.place(part.text, 0, max(1, len(part.text)))
        shown = source_text(formula.text, part)
        if self.comma:
            # numbers are judged by the digits that are printed, with a decimal point
            shown = _COMMA.sub(".", shown)
        return Link(
            expression, shown, relation, place,
            decimals_of(part.text), cut, others, either,
        )  # fmt: skip

    def refuse_marks(self, part: Written) -> None:
        """Refuse a part in which something could not be translated, for that reason.

        Raises:
            Fault: if there is a mark in it.
        """
        at = part.text.find(UNREADABLE)
        if at >= 0:
            unknown = Diagnostic("this cannot be read")
            raise Fault(self.faults.get(part.offsets[at], unknown))

    # -- what the claim is ---------------------------------------------------------------------

    def claims(
        self, left: Target, links: tuple[Link, ...], text: str, place: Place, given: Given,
        *, forced: bool, strict: bool,
    ) -> Iterator[Claim]:  # fmt: skip
        """Yield the claim of a chain; a condition at its end, or an approximation, is one apart.

        Raises:
            Fault: if the left side has no meaning.
        """
        left, links = self.along_curve(left, links)
        if isinstance(left, NameTarget) and is_total(left, links, self.scope):
            self.scope.totals.add(left.name)
        if self.scope.totals or is_of_total(left, links, self.scope):
            left, links = in_totals(left, links, self.scope)
        for index, link in enumerate(links):
            if link.relation == "≈" and not link.numeric and not self.has_numbers(link):
                yield from self.approximation(left, links, index, text, place, given)
                return
        if not strict and (count := put_in(left, links, self.scope, self.state.point)) is not None:
            yield from self.at_one_moment(left, links, count, text, place, given)
            return
        if not strict and self.only_approximates(left, links):
            about = self.claim(
                left, links, text, place, given, forced=forced, otherwise=_APPROXIMATION
            )
            yield replace(about, condition=f"{_APPROXIMATION} in force here", otherwise="")
            return
        if not strict and (given_fact := self.fact_on_inputs(left, links)):
            self.state.assumptions.append(given_fact)
            shown = "a condition on inputs, in force from here on"
            yield replace(
                self.claim(left, links, text, place, given, forced=forced), condition=shown
            )
            return
        if not strict and (otherwise := self.consequence(left, links)):
            yield self.claim(left, links, text, place, given, forced=forced, otherwise=otherwise)
            return
        yield from self.set_or_claimed(
            left, links, text, place, given, forced=forced, strict=strict
        )

    def set_or_claimed(
        self, left: Target, links: tuple[Link, ...], text: str, place: Place, given: Given,
        *, forced: bool, strict: bool,
    ) -> Iterator[Claim]:  # fmt: skip
        """Yield the claim of a chain, and apart from it the condition that it is set to."""
        last = links[-1]
        condition = self.is_set(left, links) and not (strict and len(links) == 1)
        line = place.line
        solution = isinstance(left, NameTarget | ExpressionTarget) and self.set_on == line
        if condition and not strict:
            self.set_on = line
        elif solution and not strict and not condition:
            otherwise = "follows from a condition that is set before it"
            yield self.claim(left, links, text, place, given, forced=forced, otherwise=otherwise)
            return
        if not condition:
            yield self.claim(left, links, text, place, given, forced=forced)
            return
        if links[:-1]:
            yield self.claim(left, links[:-1], text, place, given, forced=forced)
        where = last.place if links[:-1] else place
        said = f"set to {'zero' if isinstance(last.expression, Number) else last.text}: {_SET}"
        shown = f"{_left_of(text)} = {last.text}" if links[:-1] else text
        yield self.claim(left, (last,), shown, where, given, forced=False, otherwise=said)

    def along_curve(self, left: Target, links: tuple[Link, ...]) -> tuple[Target, tuple[Link, ...]]:
        """Return a claim with dy/dx of two inputs as it is where F(x, y) stays as it is.

        It is meant so where ∂F/∂x and ∂F/∂y stand behind it, and from there on, and where the text
        is about a curve; else it is 0.
        """
        if isinstance(left, DerivativeTarget):
            known = [self.scope.derivatives.get(str(k)) for k in variables(links[0].expression)]
            slopes = {(one.top, one.bottom) for one in known if one is not None and not one.further}
            for top, _ in slopes:
                if {(top, left.top), (top, left.bottom)} <= slopes:
                    self.curves[left.key] = top
            if (slope := curve_slope(left, self.scope, self.curves)) is not None:
                left = ExpressionTarget(slope)
        elif isinstance(left, ExpressionTarget):
            left = ExpressionTarget(on_curve(left.expression, self.scope, self.curves))
        return left, tuple(self.link_on_curve(link) for link in links)

    def link_on_curve(self, link: Link) -> Link:
        """Return a link with dy/dx of two inputs as it is along a curve."""
        found = on_curve(link.expression, self.scope, self.curves)
        return link if found is link.expression else replace(link, expression=found, others=())

    def at_one_moment(
        self, left: Target, links: tuple[Link, ...], count: int, text: str, place: Place,
        given: Given,
    ) -> Iterator[Claim]:  # fmt: skip
        """Yield what holds always, and the rest: a rate is put in from the link `count` on."""
        if count:
            yield self.claim(left, links[:count], text, place, given, forced=False)
        rest = links[count:]
        if isinstance(left, NameTarget):  # whatever was said of that rate before
            self.scope.definitions.pop(left.name, None)
            if rest[0].numeric:
                self.scope.define(Definition(left.name, rest[0].expression))
        numeric = len(rest) > 1 and all(link.numeric for link in rest)
        first = rest[:1] if numeric else rest
        where = rest[0].place if count else place
        found = self.claim(left, first, text, where, given, forced=False, otherwise=AT_ONE_MOMENT)
        alone = isinstance(left, NameTarget) and not count
        yield replace(found, condition=AT_ONE_MOMENT, otherwise="") if alone else found
        if numeric:
            side = ExpressionTarget(rest[0].expression)
            yield self.claim(side, rest[1:], rest[0].text, rest[1].place, given, forced=False)

    def approximation(
        self, left: Target, links: tuple[Link, ...], index: int, text: str, place: Place,
        given: Given,
    ) -> Iterator[Claim]:  # fmt: skip
        """Yield what stands before the sign of approximation, the approximation, what follows."""
        if index:
            yield self.claim(left, links[:index], text, place, given, forced=False)
        about = self.claim(
            left, links[index : index + 1], text, place, given, forced=False,
            otherwise=_APPROXIMATION,
        )  # fmt: skip
        if found := order_of_error(self.truth, about):
            power = found[0] if found[1] == 1 else f"{found[0]}^{found[1]}"
            said = f"an approximation: its error is of order {power} at {found[0]} = 0"
            about = replace(about, otherwise=said)
        yield about
        if links[index + 1 :]:
            side = ExpressionTarget(links[index].expression)
            rest = links[index + 1 :]
            where = links[index].place
            yield self.claim(side, rest, links[index].text, where, given, forced=False)

    def has_numbers(self, link: Link) -> bool:
        """Tell whether some numbers are put into a formula already, at values that are stated."""
        return self.state.stated and re.search(r"\d\.\d", link.text) is not None

    def only_approximates(self, left: Target, links: tuple[Link, ...]) -> bool:
        """Tell whether `p ≈ 1` stands where p has no value, or is an input."""
        if isinstance(left, UpdateTarget) or any(link.relation != "≈" for link in links):
            return False
        if len(links) == 1 and links[0].decimals == 0 and _is_limit(links[0]):
            return True
        if isinstance(left, NameTarget):
            node = self.graph.index.get(left.name)
            if node is not None and node.formula is None:
                return True
        known = {name for name, _ in self.state.point}
        return not self.inputs_of(left) <= known

    def inputs_of(self, left: Target) -> set[str]:
        """Return the inputs that the value of a left side depends on."""
        names: list[str | int]
        match left:
            case DerivativeTarget():
                inner = left.expression
                names = [left.top] if inner is None else list(variables(inner))
            case NameTarget(name):
                names = [name]
            case ExpressionTarget(expression):
                names = list(variables(expression))
            case _:
                names = [self.graph.objective]
        found: set[str] = set()
        for node in (str(name) for name in names):
            if node in self.graph.index:
                below = ancestors(self.graph, node) | {node}
                found |= {one for one in below if self.graph.index[one].formula is None}
        return found

    def fact_on_inputs(self, left: Target, links: tuple[Link, ...]) -> Compare | None:
        """Return `y_1 + y_2 = 1` as a fact where these are given and not computed.

        No graph can bear it out: it is what the author assumes, such as of a one-hot vector.
        """
        if not isinstance(left, ExpressionTarget) or len(links) != 1:
            return None
        (link,) = links
        nodes = [self.graph.index.get(str(name)) for name in variables(left.expression)]
        given = all(node is not None and node.kind in ("data", "const") for node in nodes)
        valued = self.state.stated and {node.name for node in nodes if node} <= {*self.state.values}
        if not nodes or not given or valued or not isinstance(link.expression, Number):
            return None
        return Compare("==", left.expression, link.expression) if link.relation == "=" else None

    def consequence(self, left: Target, links: tuple[Link, ...]) -> str:
        """Return what an equation is that may follow from a condition set before it, "" for none.

        `n σ^2 = ∑ (x_i - μ)^2` is solved for an input, and `wL/Y = 1 - α` holds where it is met.
        """
        node = self.graph.index.get(left.name) if isinstance(left, NameTarget) else None
        solved = node is not None and node.formula is None and not links[-1].numeric
        compound = (
            isinstance(left, ExpressionTarget)
            and any(map(variables, (left.expression, *(link.expression for link in links))))
            and not self.scope.dummies
            and self.scope.derivatives.keys().isdisjoint(variables(left.expression))
        )
        if self.scope.curve and compound and len(links) == 1:
            return "the equation of a curve"
        if solved and node is not None and node.name not in variables(links[0].expression):
            return "an equation for an input, which no graph bears out"
        if not self.set_on or not (solved or compound):
            return ""
        return "an equation behind a condition that is set, from which it may follow"

    def is_price(self, left: Target, links: tuple[Link, ...]) -> bool:
        """Tell whether `∂Y/∂K = α Y/K = r` is set equal to an input that is foreign to Y."""
        last = links[-1].expression
        node = self.graph.index.get(str(last.key)) if isinstance(last, Var) else None
        if not isinstance(left, DerivativeTarget) or node is None or len(links) == 1:
            return False
        free = node.kind in ("const", "param") and links[-1].relation == "="
        return free and node.name not in self.inputs_of(left)

    def is_set(self, left: Target, links: tuple[Link, ...]) -> bool:
        """Tell whether the chain of a derivative ends in `= 0`, and no number stands before it."""
        last = links[-1]
        if self.is_price(left, links):
            return True
        if not isinstance(left, DerivativeTarget | ExpressionTarget) or last.relation != "=":
            return False
        if len(self.scope.indices) > 1:
            return False  # `∂h_i/∂h_j = 0` is one of two cases, and no condition
        if not isinstance(last.expression, Number) or last.expression.value != 0 or last.cut:
            return False
        if links[:-1]:
            return not links[-2].numeric
        # `∂z/∂μ = 1` before it is a formula still, and no number that was worked out
        printed = self.state.printed.values()
        return all(value.denominator == 1 for value in printed) and (
            not printed or not self.state.stated
        )

    # -- the claim -----------------------------------------------------------------------------

    def claim(
        self, left: Target, links: tuple[Link, ...], text: str, place: Place, given: Given,
        *, forced: bool, otherwise: str = "",
    ) -> Claim:  # fmt: skip
        """Return the claim of some links, and take note of what it defines and prints.

        `otherwise` says what it is where it does not hold; then nothing is noted.

        Raises:
            Fault: if the left side is a name without a meaning.
        """
        defines = self.defined(left, links, forced=forced)
        if isinstance(left, NameTarget) and defines is None and self.scope.name(left.name) is None:
            raise Fault(f"unknown name `{left.name}`", place, "define it with `=` first")
        if defines is not None:
            self.scope.define(defines)
        definitions, derivatives = self.in_force(left, links)
        state = self.state
        after = state.after() if self.needs_after(left) else ()
        found = Claim(
            text, place, left, links, derivatives, definitions,
            (*state.assumptions, *given.conditions), state.point, after, state.stated,
            tuple(state.printed.items()), defines.name if defines else None,
            readings=tuple(self.scope.readings), doubts=tuple(self.scope.doubts),
            arithmetic=tuple(state.arithmetic[-_MAX_ARITHMETIC:]),
        )  # fmt: skip
        if given.values:
            found = replace(found, point=tuple({**dict(found.point), **dict(given.values)}.items()))
            found = replace(found, stated=True, printed=())
        if given.words:
            found = replace(found, words=given.words)
        node = self.graph.index.get(left.name) if isinstance(left, NameTarget) else None
        if node is not None and node.formula is None and any(link.either for link in links):
            otherwise = "a solution of an equation"
        if given.unread:
            otherwise = f"said under a condition: {given.unread}"
        if otherwise:
            return replace(found, otherwise=otherwise)
        if self.other_sign(left, links):
            doubt = "stated above with the other sign: which of the two is meant here?"
            found = replace(found, doubts=(*found.doubts, doubt))
        self.note_printed(left, links)
        return found

    def other_sign(self, left: Target, links: tuple[Link, ...]) -> bool:
        """Tell whether `= -δ h` stands where `= δ h` was stated before, for an author's own δ.

        A text that states both has two δ in mind.
        """
        if not isinstance(left, DerivativeTarget):
            return False
        found = False
        for link in links:
            names = variables(link.expression)
            own = any(n in self.scope.definitions or n in self.scope.sensitivities for n in names)
            if own:
                plain = re.sub(r"\s", "", link.text)
                turned = plain[1:] if plain[:1] in "-−" else f"-{plain}"
                found = found or (left.key, turned) in self.state.stated_links
                self.state.stated_links.add((left.key, plain.replace("−", "-")))
        return found

    def needs_after(self, left: Target) -> bool:
        """Tell whether the values behind the next step may be what the claim is about."""
        return self.state.pending or isinstance(left, UpdateTarget)

    def defined(self, left: Target, links: tuple[Link, ...], *, forced: bool) -> Definition | None:
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
        return Definition(left.name, self.without_counts(first.expression))

    def without_counts(self, expression: Expression) -> Expression:
        """Return an expression without the number of samples where that cancels: `1/m ∑ L_i`."""
        counts = [str(v.key) for v in self.scope.sizes.values() if isinstance(v, Var)]
        counts = [name for name in counts if name in variables(expression)]
        ones, twos = (substitute(expression, dict.fromkeys(counts, number(k))) for k in (1, 2))
        with suppress(MissingValue):
            return ones if counts and same(self.truth, ones, twos) else expression
        return expression

    def in_force(
        self, left: Target, links: tuple[Link, ...]
    ) -> tuple[tuple[Definition, ...], tuple[DerivativeTarget, ...]]:
        """Return the definitions and derivatives that a claim needs, and a few more definitions."""
        scope = self.scope
        recent = list(scope.definitions.values())[-_MAX_DEFINITIONS:]
        wanted: list[str | int] = [name.name for name in recent]
        for link in links:
            for reading in (link.expression, *(other.expression for other in link.others)):
                wanted += variables(reading)
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
        if links[1:] and links[-2].numeric and links[-2].decimals is None:
            self.state.arithmetic.append((links[-2], last))
        if isinstance(left, UpdateTarget):
            self.state.printed_next[left.name] = value
            self.state.pending = True
        elif isinstance(left, DerivativeTarget):
            self.state.printed[left.key] = value
        elif isinstance(left, NameTarget):
            self.state.printed[left.name] = value


def _signed(text: str, signs: str) -> str:
    """Return a text with one of the two signs for ±, and the other for ∓; no + in front."""
    plain = text.replace("±", signs[0]).replace("∓", signs[1])
    return plain if plain == text else re.sub(r"(^|[(=,])\s*\+", r"\1 ", plain)


def _left_of(text: str) -> str:
    return re.split(r"\\(?:over|under)set|\\stackrel|:=|=|≈|\\approx", text, maxsplit=1)[0].strip()


def _is_limit(link: Link) -> bool:
    """Tell whether a link is `≈ 0` or `≈ ±1`: near a limit, and no rounded number."""
    value = exact.rational(link.expression)
    return value is not None and abs(value) <= 1


def speaks_of(expression: Expression, scope: Scope) -> bool:
    """Tell whether an expression holds a name of the graph or a derivative."""
    names = variables(expression)
    return any(name in scope.graph.index or name in scope.derivatives for name in names)
