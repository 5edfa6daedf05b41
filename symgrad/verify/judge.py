"""From a claim to its verdict: each link against the truth, until one is wrong.

A link in names is decided as an equality of functions: first with every name expanded to the
inputs, then, where that gives no proof, with the names as they stand (which proves as well, but
cannot refute). A link that is a number is judged at the values in force.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from fractions import Fraction

from symgrad.errors import Diagnostic, SourceError, SymgradError
from symgrad.expression.own import SAMPLE
from symgrad.expression.printer import Printer
from symgrad.expression.symbolic import sympy_module
from symgrad.expression.tree import Add, Compare, Expression, Mul, Neg, Number, Var, walk
from symgrad.graph.graph import Graph
from symgrad.verify.cases import of_all_cases
from symgrad.verify.deciding.equality import Decision, decide
from symgrad.verify.deciding.guards import guards_in
from symgrad.verify.deciding.limits import Stop, TooLarge, distinct_parts, names_in, substituted
from symgrad.verify.explaining.diagnose import diagnose
from symgrad.verify.large import LargeJudge
from symgrad.verify.model import (
    Claim,
    DerivativeTarget,
    Diagnosis,
    ExpressionTarget,
    Link,
    NameTarget,
    Status,
    UpdateTarget,
    Verdict,
)
from symgrad.verify.numbers.judge_numbers import NumberJudge, at_point
from symgrad.verify.numbers.outcomes import HOLDS_WHERE, Outcome, decided
from symgrad.verify.numbers.put_in import where_values_lie, with_numbers_put_in
from symgrad.verify.truth import Ambiguous, MissingValue, Point, Truth

_SEVERITY: dict[Status, int] = {
    "proved": 0, "agrees": 1, "undecided": 2, "unreadable": 3, "refuted": 4,
}  # fmt: skip
_LARGE = 3_000
_TRIVIAL = frozenset((-1, 0, 1))


class TwoReadings(SourceError):
    """A link is right in one of its two readings and wrong in the other."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The two sides of a link in names of the graph, and the conditions in force.

    On `conventions` a derivative is what was agreed on, and proves or refutes nothing.
    """

    left: Expression
    right: Expression
    assumptions: tuple[Compare, ...]
    conventions: tuple[Compare, ...] = ()
    stated: Point = ()


class Judge:
    """Judges claims about one graph."""

    def __init__(self, graph: Graph, truth: Truth | None = None) -> None:
        sympy_module()  # loaded before the time of any claim begins
        self.graph = graph
        self.truth = truth or Truth(graph)
        self.printer = Printer(graph.index)
        self.numbers = NumberJudge(self.truth)

    def judge(self, claim: Claim, seconds: float, *, explain: bool = True) -> Verdict:
        """Return the verdict on a claim, after not much more than so many seconds."""
        if claim.fault is not None or claim.left is None:
            return _unreadable(claim, claim.fault or Diagnostic("this claim cannot be read"))
        if claim.nothing == "condition":
            return Verdict("condition", claim, claim.condition)
        if claim.nothing == "definition":
            return Verdict(
                "definition", claim, f"defines {claim.defines}", remarks=tuple(_reading(claim))
            )
        if claim.cases:
            share = seconds / len(claim.cases)
            return of_all_cases(claim, lambda one: self.judge(one, share, explain=explain))
        found = self.sound(self._open(claim, time.process_time() + seconds, explain=explain))
        if claim.otherwise and not found.ok:
            return Verdict("condition", claim, claim.otherwise)
        if claim.words and found.status == "refuted" and _holds_in_a_region(found.decision):
            said = f"said under a condition in words: {claim.words}"
            where = tuple(one for one in found.remarks if one.startswith(HOLDS_WHERE))
            return Verdict("condition", claim, said, remarks=where)
        return found

    def sound(self, verdict: Verdict) -> Verdict:
        """Return a verdict that tells of nothing but names of the graph and of the text.

        A refutation rests on values that a reader can put in: where its witness names anything
        else, something of ours has been taken for a variable, and nothing is refuted. What explains
        a refutation must be readable too, or it is left out.
        """
        if verdict.status != "refuted":
            return verdict
        claim, decision, found = verdict.claim, verdict.decision, verdict.diagnosis
        known = {*self.graph.index, *claim.names, self.truth.rate}
        witness = () if decision is None else decision.witness
        if not known.issuperset(name for name, _ in witness):
            message = "not decided: no values of the graph's own names were found that refute it"
            return Verdict("undecided", claim, message, link=verdict.link, place=verdict.place)
        known.update(item.name for item in self.truth.derivation.sensitivity_list)
        formula = found.correction_expression if found is not None else None
        if formula is None or known.issuperset(map(str, names_in(formula))):
            return verdict
        return replace(verdict, diagnosis=Diagnosis("other", "the two sides differ"))

    def _open(self, claim: Claim, deadline: float, *, explain: bool) -> Verdict:
        try:
            until = deadline if explain else None
            found = self._judged(claim, _share(deadline, 0.7), until)
            if found.status == "refuted" and claim.doubts:
                return _unreadable(claim, Diagnostic(claim.doubts[0], found.place))
            if found.status != "undecided" or found.decision is None:
                return found
            return self._large(claim, deadline) or found
        except MissingValue as missing:
            name = self.printer.name(str(missing.args[0]))
            return _unreadable(
                claim,
                Diagnostic(
                    f"no value of `{name}` is in force here", claim.place,
                    f"state it before, as in `at {name} = 2`",
                ),
            )  # fmt: skip
        except Ambiguous as reason:
            return Verdict("undecided", claim, f"not decided: {reason}", link=0)
        except SymgradError as fault:  # two readings, or no derivative
            return _unreadable(claim, fault.diagnostics[0])
        except (Stop, RecursionError, ArithmeticError):
            open_ = Verdict("undecided", claim, "not decided: a limit was reached", link=0)
            return self._large(claim, deadline) or open_

    def _large(self, claim: Claim, deadline: float) -> Verdict | None:
        """Judge a claim that cannot be expanded to the inputs; None where that decides nothing."""
        judge = LargeJudge(self.truth)
        remarks = tuple(_reading(claim))
        for index, link in enumerate(claim.links):
            if claim.is_definition(link):
                continue
            decision = judge.decide(claim, index, deadline)
            outcome = decided(decision, (), self.printer)
            if outcome.status not in ("proved", "refuted"):
                return None
            if outcome.status == "refuted":
                message = _first_false(claim, index, outcome.message)
                diagnosis = Diagnosis("other", "the two sides differ", yours=decision.right,
                                      right=decision.left)  # fmt: skip
                return Verdict(
                    "refuted", claim, message, diagnosis, decision, index, link.place, remarks
                )
        return Verdict("proved", claim, "proved, with the names as they stand", remarks=remarks)

    def _samples(self) -> list[str]:
        """Say what stood for functions without a body when numbers were put in."""
        functions = self.graph.functions.values()
        return [f"tried with {own}(z) = {SAMPLE}" for own in functions if own.record.unknown]

    def _judged(self, claim: Claim, deadline: float, until: float | None) -> Verdict:
        meanings = self.truth.meanings(claim)
        left = self._left(claim, meanings)
        worst = Outcome("proved")
        at_fault: int | None = None
        remarks: list[str] = []
        for index, link in enumerate(claim.links):
            if claim.is_definition(link):
                continue
            outcome = self._link(claim, index, left, meanings, deadline)
            if outcome.status == "refuted" and link.either is not None:
                outcome = self._with_either_sign(claim, index, left, meanings, deadline)
            if outcome.status == "refuted":
                outcome = self._in_other_ways(claim, index, left, meanings, deadline) or outcome
            remarks += outcome.remarks
            if _SEVERITY[outcome.status] > _SEVERITY[worst.status] or not worst.message:
                worst = outcome
                at_fault = None if outcome.status in ("proved", "agrees") else index
            if outcome.status == "refuted":
                break
        if worst.status in ("refuted", "agrees"):
            remarks += self._samples()
        remarks += _reading(claim)
        unique = tuple(dict.fromkeys(remarks))
        diagnosis = worst.diagnosis
        if worst.status == "refuted" and diagnosis is None and until is not None:
            diagnosis = self._diagnosis(claim, at_fault or 0, worst.decision, until)
        message = _first_false(claim, at_fault, worst.message)
        place = None if at_fault is None else claim.links[at_fault].place
        return Verdict(
            worst.status, claim, message, diagnosis, worst.decision, at_fault, place, unique
        )

    def _with_either_sign(
        self, claim: Claim, index: int, left: Expression, meanings: dict[str | int, Expression],
        deadline: float,
    ) -> Outcome:  # fmt: skip
        """Return the outcome of a link that is wrong with + for ±: with −, or one at each point."""
        link = claim.links[index]
        turned = replace(link, expression=link.either or link.expression, either=None)
        links = (*claim.links[:index], turned, *claim.links[index + 1 :])
        found = self._link(replace(claim, links=links), index, left, meanings, deadline)
        if found.status in ("proved", "agrees"):
            return replace(found, remarks=(*found.remarks, "`±` is − here"))
        rights = (substituted(one.expression, meanings) for one in (link, turned))
        apart = Mul(tuple(Add((left, Neg(right))) for right in rights))
        conditions = self._conditions(claim, meanings)
        both = self._equality(Sides(apart, Number(Fraction(0)), conditions), deadline)
        if both.status == "proved":
            return replace(both, remarks=(*both.remarks, "`±` is + at some points, − at others"))
        return found

    def _in_other_ways(
        self, claim: Claim, index: int, left: Expression, meanings: dict[str | int, Expression],
        deadline: float,
    ) -> Outcome | None:  # fmt: skip
        """Return the outcome of a link that is wrong as it stands, and right in another reading.

        `∂L/∂w = ∂L/∂o (∂o/∂w + ∂o/∂h ∂h/∂w)` counts every path once where ∂o/∂w holds h fixed.

        Raises:
            TwoReadings: where nothing says that this one is meant, as for `1/2v`.
        """
        link = claim.links[index]
        for reading in link.others:
            links = list(claim.links)
            links[index] = replace(link, expression=reading.expression, others=())
            found = self._link(replace(claim, links=tuple(links)), index, left, meanings, deadline)
            if found.status not in ("proved", "agrees"):
                continue
            if reading.said:
                return replace(found, remarks=(*found.remarks, reading.said))
            first, other = map(self.printer.expression, (link.expression, reading.expression))
            raise TwoReadings(
                f"`{link.text}` can be read in two ways: as `{first}`, which is wrong, or as "
                f"`{other}`, which is right",
                place=link.place, help="put what is divided by in parentheses",
            )  # fmt: skip
        return None

    # -- the left side -------------------------------------------------------------------------

    def _left(self, claim: Claim, meanings: dict[str | int, Expression]) -> Expression:
        match claim.left:
            case DerivativeTarget():
                return meanings[claim.left.key]
            case NameTarget(name):
                return Var(name) if name in self.graph.index else meanings.get(name, Var(name))
            case UpdateTarget(name):
                return self.truth.updated(name, self.truth.total(self.graph.objective, name))
            case ExpressionTarget(expression):
                return substituted(expression, meanings)
            case _:
                raise TypeError(claim.left)

    # -- one link ------------------------------------------------------------------------------

    def _link(
        self, claim: Claim, index: int, left: Expression, meanings: dict[str | int, Expression],
        deadline: float,
    ) -> Outcome:  # fmt: skip
        link = claim.links[index]
        right = substituted(link.expression, meanings)
        conditions = self._conditions(claim, meanings)
        sides = Sides(left, right, conditions, self.truth.conventions(claim), claim.point)
        if not link.numeric:
            outcome = self._equality(sides, deadline)
            if outcome.status == "proved" and self._rests_on_convention(sides):
                message = "not decided: at a point that it treats apart no derivative was found"
                return Outcome("undecided", message)
            if outcome.status == "refuted":
                there = with_numbers_put_in(self.truth, claim, index, left, meanings, deadline)
                near = where_values_lie(self.truth, claim, outcome.decision, self.printer)
                return there or near or outcome
            return outcome
        if link.relation == "=" and not link.cut and "." not in link.text:
            return self._exact(claim, link, sides, deadline)
        return self.numbers.judge(claim, index, left, meanings)

    def _rests_on_convention(self, sides: Sides) -> bool:
        """Tell whether the author says something of a point where the derivative is agreed on."""
        return not set(sides.conventions).isdisjoint(guards_in(sides.right))

    def _conditions(
        self, claim: Claim, meanings: dict[str | int, Expression]
    ) -> tuple[Compare, ...]:
        stated = [*(item.condition for item in self.graph.assumptions), *claim.assumptions]
        return tuple(
            Compare(c.relation, substituted(c.left, meanings), substituted(c.right, meanings))
            for c in stated
            if isinstance(c, Compare)
        )

    def _exact(self, claim: Claim, link: Link, sides: Sides, deadline: float) -> Outcome:
        """Judge `= 0` or `= 409/490`: true everywhere, or else at the values in force."""
        if not isinstance(claim.left, UpdateTarget):
            everywhere = self._equality(sides, deadline)
            if everywhere.status == "proved" or not names_in(self.truth.expand(sides.left)):
                return everywhere
        else:
            everywhere = None
        try:
            here = at_point(self.truth, claim, sides.left, link)
        except (MissingValue, ArithmeticError):
            if everywhere is None:
                raise
            return everywhere
        trivial = isinstance(link.expression, Number) and link.expression.value in _TRIVIAL
        is_derivative = isinstance(claim.left, DerivativeTarget)
        worked_out = any(value.denominator > 1 for _, value in claim.printed)
        if everywhere is not None and not (claim.stated or worked_out) and is_derivative:
            # values that nobody has stated prove no 0 or 1, and refute nothing in a formula's place
            return everywhere if trivial or here.status == "refuted" else here
        return here

    def _equality(self, sides: Sides, deadline: float) -> Outcome:
        """Decide an equality of two functions."""
        named = None
        try:
            full = Sides(
                self.truth.expand(sides.left), self.truth.expand(sides.right),
                tuple(self._expanded(c) for c in sides.assumptions), sides.conventions,
                sides.stated,
            )  # fmt: skip
            size = len(distinct_parts(full.left, full.right))
        except TooLarge:
            full, size = sides, _LARGE + 1
            named = self._decide(sides, deadline)
            if named.status != "proved":
                return Outcome(
                    "undecided", "not decided: expanded to the inputs it is too large", named
                )
        if named is None and size > _LARGE:
            named = self._decide(sides, _share(deadline, 0.3))
        if named is not None and named.status == "proved":
            return decided(named, sides.assumptions, self.printer)
        decision = self._decide(full, deadline if named else _share(deadline, 0.6))
        if decision.status in ("agrees", "undecided") and named is None:
            second = self._decide(sides, deadline)
            if second.status == "proved":
                return decided(second, sides.assumptions, self.printer)
        order = {name: place for place, name in enumerate(self.graph.index)}
        witness = sorted(decision.witness, key=lambda item: order.get(item[0], len(order)))
        decision = replace(decision, witness=tuple(witness))
        return decided(decision, full.assumptions, self.printer)

    def _expanded(self, condition: Compare) -> Compare:
        return Compare(
            condition.relation,
            self.truth.expand(condition.left),
            self.truth.expand(condition.right),
        )

    @staticmethod
    def _decide(sides: Sides, deadline: float) -> Decision:
        if any(c.relation == "==" for c in sides.assumptions):
            # an equation is put in before a proof is tried: first see whether it is needed at all
            bare = decide(
                sides.left, sides.right, conventions=sides.conventions,
                deadline=_share(deadline, 0.3),
            )  # fmt: skip
            if bare.status == "proved":
                return bare
        return decide(
            sides.left, sides.right, assumptions=sides.assumptions,
            conventions=sides.conventions, deadline=deadline, stated=dict(sides.stated),
        )  # fmt: skip

    def _diagnosis(
        self, claim: Claim, link: int, decision: Decision | None, deadline: float
    ) -> Diagnosis:
        found = diagnose(self.truth, claim, decision, link=link, deadline=deadline)
        if link and found.kind == "other":
            return replace(found, kind="wrong_intermediate_step")
        return found


def _reading(claim: Claim) -> list[str]:
    """Return how a sensitivity of the author's was understood where the text does not say it."""
    found = list(claim.readings)
    for item in claim.definitions:
        silent = all(link.expression != item.expression for link in claim.links)
        if item.name == claim.defines and isinstance(item.expression, Var) and silent:
            found.append(f"{item.name} is read as {item.expression.key}")
    return list(dict.fromkeys(found))


def _holds_in_a_region(decision: Decision | None) -> bool:
    """Tell whether a claim that is wrong does hold in a part of its domain, and not at points."""
    compared = [] if decision is None else [
        part for c in decision.holds_when for part in walk(c) if isinstance(part, Compare)
    ]  # fmt: skip
    return any(part.relation != "==" for part in compared)


def _share(deadline: float, fraction: float) -> float:
    now = time.process_time()
    return now + max(0.0, deadline - now) * fraction


def _first_false(claim: Claim, index: int | None, message: str) -> str:
    """Return the message, with the link that it is about where there are several."""
    if index is None or len(claim.links) == 1:
        return message
    return f"`{claim.links[index].relation} {claim.links[index].text}`: {message}"


def _unreadable(claim: Claim, fault: Diagnostic) -> Verdict:
    shown = replace(claim, fault=fault)
    return Verdict("unreadable", shown, fault.message, place=fault.place or claim.place)
