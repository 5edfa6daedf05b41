"""What went wrong in a refuted claim: the kind of the slip, one sentence, and the right formula.

The claim is looked at from two sides. Which single edge of the graph, taken wrongly, gives it
(`suspects`)? Which single change of the formula, as its author wrote it, mends it (`repairs`)?
The first names the fault, the second corrects it in the author's own form.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symgrad.expression.print_ascii import AsciiPrinter
from symgrad.expression.printer import Printer
from symgrad.expression.tree import Compare, Expression, Logic, Var, substitute, variables
from symgrad.graph.graph import Graph
from symgrad.verify.deciding.limits import Stop, TooLarge
from symgrad.verify.explaining.explain import Explanation, findings
from symgrad.verify.explaining.floats import Values, same
from symgrad.verify.explaining.occurrences import flattened
from symgrad.verify.explaining.scene import NoScene, Scene, with_node
from symgrad.verify.explaining.wording import Words, place_of_fault, sentence
from symgrad.verify.model import (
    Claim,
    DerivativeTarget,
    Diagnosis,
    ExpressionTarget,
    NameTarget,
    UpdateTarget,
)
from symgrad.verify.truth import Truth

if TYPE_CHECKING:
    from symgrad.verify.deciding.equality import Decision

_ASCII = re.compile(r"[\x00-\x7f∂]*")
_KINKED_POINTS = 14
_PLAIN_POINTS = 6
_CONFIRM_SECONDS = 0.4
_TRIED = 6


@dataclass(frozen=True, slots=True)
class WrongClaim:
    """A wrong formula: the scene it stands in, what it says, and the right one in names."""

    scene: Scene
    claimed: Expression
    right: Expression
    values: Values
    right_update: tuple[str, str] | None = None

    @property
    def slope(self) -> Values | None:
        """The derivative that the claim implies: of an update a − η·g that is g."""
        claimed = self.scene.floats.value(self.claimed)
        if self.right_update is None:
            return claimed
        start, rate = (self.scene.floats.names[name] for name in self.right_update)
        sign = 1 if self.scene.graph.maximize else -1
        rows = zip(claimed, start, rate, strict=True)
        return tuple(sign * (new - old) / step for new, old, step in rows)


def diagnose(
    truth: Truth,
    claim: Claim,
    decision: Decision | None = None,
    *,
    link: int = 0,
    deadline: float | None = None,
) -> Diagnosis:
    """Explain why a link of a claim is wrong, in ASCII to authors who write in ASCII.

    Args:
        truth: about the graph that the claim is about.
        claim: a claim that was refuted.
        decision: how it was refuted; its witness and values are shown.
        link: the index of the link at fault; those before it hold.
        deadline: a moment of `time.process_time()` behind which no more explanations are tried.

    Returns:
        A diagnosis whose correction equals the derivation's result.
    """
    shown = _printer(truth.graph, claim)
    claimed = flattened(claim.links[link].expression)
    yours, right, witness = _values(decision)
    try:
        case = _case(truth, claim, claimed, decision, deadline)
        found = findings(case.scene, case.claimed, case.values, case.slope)
        best, tree = _confirmed(case, found)
    except (NoScene, KeyError, RecursionError, Stop):
        form = _gradient(truth, claim)
        shape = "" if form is None else shown.expression(form)
        text = f"This must be {shown.expression(form)}." if form is not None else ""
        return Diagnosis(
            "other", text or "The two sides differ.", shape, form, yours, right, witness
        )
    corrected = tree if tree is not None else _own_form(case, claim)
    words = Words(shown)
    text = _text(best, words, corrected)
    kind = best.kind
    if link and _is_worked_out(claim, link):
        kind = "wrong_intermediate_step"
        before = shown.expression(claim.links[link - 1].expression)
        text = f"Step {link + 1} does not follow from `{before}`, which is right. {text}"
    where = place_of_fault(best.kind, words, best.suspect)
    shape = shown.expression(corrected)
    return Diagnosis(kind, text, shape, corrected, yours, right, witness, where)


def _printer(graph: Graph, claim: Claim) -> Printer:
    names = [node.name for node in graph.nodes]
    ascii_author = _ASCII.fullmatch(claim.text) and "\\" not in claim.text
    return AsciiPrinter(names) if ascii_author else Printer(names)


def _values(decision: Decision | None) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    if decision is None:
        return "", "", ()
    point = tuple((str(name), str(value)) for name, value in decision.witness)
    return decision.right, decision.left, point


def _text(finding: Explanation, words: Words, corrected: Expression) -> str:
    if finding.kind == "missing_assumption":
        if finding.condition is None:
            return "The formula holds on a part of the domain only; a condition is missing."
        condition = words.condition(finding.condition)
        return f"The formula holds only where {condition}, which is not assumed."
    elsewhere = finding.repair is None or finding.repair.kind != "wrong_region"
    if finding.kind == "wrong_region" and finding.suspect is None and elsewhere:
        return f"The formula holds on one side of a kink only; right is {words.code(corrected)}."
    return sentence(finding.kind, words, finding.suspect, finding.repair)


def _is_worked_out(claim: Claim, link: int) -> bool:
    """Tell whether a formula stands before the link, more than the chain rule in symbols."""
    symbols = {item.key for item in claim.derivatives}
    before = claim.links[link - 1].expression
    names = {str(name) for name in variables(before)}
    return not (names and names <= symbols)


def _case(
    truth: Truth,
    claim: Claim,
    claimed: Expression,
    decision: Decision | None,
    deadline: float | None,
) -> WrongClaim:
    """Set the scene: points at which both the claim and the right formula have values."""
    scene, right = scene_of(truth, claim)
    scene.deadline = deadline
    conditions: list[Expression] = [c for c in claim.assumptions if isinstance(c, Compare | Logic)]
    witness = () if decision is None else decision.witness
    scene.place([right, claimed], conditions, {str(name): float(v) for name, v in witness})
    update = None
    if isinstance(claim.left, UpdateTarget):
        update = (claim.left.name, truth.rate)
    return WrongClaim(scene, claimed, right, scene.floats.value(right), update)


def scene_of(truth: Truth, claim: Claim) -> tuple[Scene, Expression]:
    """Return the scene of a claim, its points not chosen yet, and the right formula in names."""
    graph, target = truth.graph, claim.left
    count = _KINKED_POINTS if _switches(graph, claim) else _PLAIN_POINTS
    if isinstance(target, NameTarget):
        target = _meant(truth, claim, target)
    scene = Scene(truth, claim, count=count)
    if isinstance(target, DerivativeTarget):
        top, whole = target.top, graph
        start = target.expression or scene.definition_of(target.top)
        bottom = (target.bottom, *target.further)[-1]
        for name in (target.bottom, *target.further)[:-1]:
            start = scene.total(start or Var(target.top), name)
        if start is not None and not isinstance(start, Var):
            top = target.key if target.further else f"({target.top})"
            whole = with_node(graph, top, scene.in_nodes(start))
        elif isinstance(start, Var):
            top = str(start.key)
        scene = Scene(truth, claim, (top, bottom), graph=whole, count=count)
        return scene, scene.total(Var(top), bottom)
    if isinstance(target, ExpressionTarget):
        return scene, target.expression
    if isinstance(target, UpdateTarget):
        scene = Scene(truth, claim, (graph.objective, target.name), count=count)
        slope = scene.total(Var(graph.objective), target.name)
        return scene, truth.updated(target.name, slope)
    if isinstance(target, NameTarget):
        node = graph.index.get(target.name)
        if node is not None and node.formula is not None:
            return scene, node.formula.expression
        meaning = scene.definition_of(target.name)
        if meaning is not None:
            return scene, meaning
    raise NoScene


def _meant(truth: Truth, claim: Claim, target: NameTarget) -> DerivativeTarget | NameTarget:
    """Return the derivative that a name stands for: δ is ∂L/∂v."""
    for item in claim.definitions:
        if item.name == target.name and isinstance(item.expression, Var):
            for derivative in claim.derivatives:
                if derivative.key == item.expression.key:
                    return derivative
    for sensitivity in truth.derivation.sensitivity_list:
        if sensitivity.name == target.name and target.name not in truth.graph.index:
            top = truth.derivation.numerator(sensitivity.node)
            return DerivativeTarget(top, sensitivity.node)
    return target


def _switches(graph: Graph, claim: Claim) -> bool:
    from symgrad.verify.deciding.domain import switching_parts  # noqa: PLC0415  (needs FLINT to be there)

    formulas = [node.formula.expression for node in graph.ordered if node.formula is not None]
    formulas += [item.expression for item in claim.links]
    return any(switching_parts(formula) for formula in formulas)


def _confirmed(case: WrongClaim, found: list[Explanation]) -> tuple[Explanation, Expression | None]:
    """Return the best finding and the claim mended, by a repair that certainly is right.

    A finding that rests on nothing but a repair falls with it.
    """
    stop = time.process_time() + _CONFIRM_SECONDS
    if case.scene.deadline is not None:
        stop = min(stop, case.scene.deadline)
    best: Explanation | None = None
    for finding in found[:_TRIED]:
        tree = finding.repair.tree if finding.repair is not None else None
        right = tree is not None and _is_right(case, tree, stop)
        if best is None and (right or tree is None or finding.suspect is not None):
            best = finding
        if right:
            return best or finding, tree
    return best or Explanation("other", 9.0), None


def _is_right(case: WrongClaim, tree: Expression, stop: float) -> bool:
    """Tell whether a mended claim equals the right formula, by certified comparison."""
    from symgrad.verify.deciding.equality import decide  # noqa: PLC0415  (needs FLINT)

    if not same(case.scene.floats.value(tree), case.values, 1e-6):
        return False
    try:
        closed = [case.scene.in_inputs(side) for side in (tree, case.right)]
    except TooLarge:
        return True
    facts = [
        item.condition
        for item in case.scene.graph.assumptions
        if isinstance(item.condition, Compare)
    ]
    return decide(closed[0], closed[1], assumptions=facts, deadline=stop).status != "refuted"


def _gradient(truth: Truth, claim: Claim) -> Expression | None:
    """Return the derivation's own formula for a gradient, or for a step of descent."""
    forms = {name: form.expression for name, form in truth.derivation.gradient_forms}
    match claim.left:
        case DerivativeTarget(top, bottom, None, ()) if top == truth.graph.objective:
            return forms.get(bottom)
        case UpdateTarget(name) if name in forms:
            return truth.updated(name, forms[name])
        case _:
            return None


def _own_form(case: WrongClaim, claim: Claim) -> Expression:
    """Return the derivation's formula in the names that the author used."""
    scene = case.scene
    used = {str(key) for link in claim.links for key in variables(link.expression)}
    result = _gradient(scene.truth, claim) or case.right
    unknown: dict[str | int, Expression] = {}
    for item in reversed(scene.derivation.sensitivity_list):
        if item.name not in used:
            unknown[item.name] = item.form.expression
    for _ in scene.derivation.sensitivity_list:
        if not any(key in unknown for key in variables(result)):
            break
        result = substitute(result, unknown)
    return result
