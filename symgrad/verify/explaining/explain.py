"""From suspects and repairs to the one explanation a teacher would give first."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from symgrad.expression.cost import cost
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Var,
    children,
    variables,
    walk,
)
from symgrad.verify.explaining.combination import coefficients
from symgrad.verify.explaining.floats import Values, close, same
from symgrad.verify.explaining.pieces import Piece, alike, pieces_of
from symgrad.verify.explaining.repairs import Repair, repairs_of
from symgrad.verify.explaining.scene import NoScene, Scene
from symgrad.verify.explaining.suspects import (
    Suspect,
    is_edge_value,
    is_free_of_data,
    is_power_base,
    suspects_of,
)
from symgrad.verify.explaining.trials import edits_of, trials_of

SECONDS = 1.2
_CLEAR = 1.9  # a repair that costs more is compared with those found by trying out
_KINKED = frozenset({"abs", "sign", "relu", "max", "min", "where"})
_SMALL_ROLES = frozenset({"one", "name", "edge"})


@dataclass(frozen=True, slots=True)
class Explanation:
    """One explanation: its kind, how unlikely it is, the edge and the repair that it rests on."""

    kind: str
    cost: float
    suspect: Suspect | None = None
    repair: Repair | None = None
    condition: Expression | None = None


def findings(
    scene: Scene, claimed: Expression, right: Values, slope: Values | None = None
) -> list[Explanation]:
    """Return the explanations of a wrong formula, the best first.

    `right` are the right values at the scene's points, `slope` those of the scene's derivative that
    the formula implies: its own values where it is a derivative, None where it says nothing of one.
    """
    stop = time.process_time() + SECONDS
    if scene.deadline is not None:
        stop = min(stop, scene.deadline)
    derivative = slope is not None and scene.derivative
    suspects = suspects_of(scene, slope) if slope is not None and derivative else []
    table = pieces_of(scene, claimed)
    repairs = repairs_of(claimed, right, scene.floats, table, _related(scene))
    if not repairs or repairs[0].kind == "other" or repairs[0].cost > _CLEAR:
        own = [str(p.expression.key) for p in table if isinstance(p.expression, Var)]
        repairs += trials_of(claimed, right, scene.floats, own)
        repairs.sort(key=lambda repair: repair.cost)
    found = [Explanation(s.kind, s.cost, suspect=s) for s in suspects]
    found += [_classified(scene, claimed, repair, suspects) for repair in repairs]
    found += _conditional(scene, claimed, right)
    found = [_completed(item, repairs, suspects) for item in found]
    direct = derivative and same(scene.right, right)
    if not found and direct:
        found += _combined(scene, claimed)
    if not found:
        found += _two_faults(scene, claimed, right, table, stop, derivative=direct)
    return sorted(found, key=lambda item: item.cost)


def _related(scene: Scene) -> frozenset[frozenset[str]]:
    """Return the pairs of a node and an operand of it, and of a sensitivity and a name in it."""
    pairs = [
        (node.name, operand)
        for node in scene.graph.ordered
        for operand in (node.formula.operands if node.formula is not None else ())
    ]
    pairs += [
        (item.name, operand)
        for item in scene.derivation.sensitivity_list
        for operand in item.form.formula.operands
    ]
    return frozenset(frozenset(pair) for pair in pairs)


def _completed(
    item: Explanation, repairs: Sequence[Repair], suspects: Sequence[Suspect]
) -> Explanation:
    """Give a finding at an edge the best repair, and a repair the edge that fits it."""
    if item.repair is None and repairs:
        return Explanation(item.kind, item.cost, item.suspect, repairs[0], item.condition)
    if item.suspect is None and item.kind not in ("swapped_variable", "extra_term"):
        fitting = [s for s in suspects if s.kind == item.kind]
        if fitting:
            return Explanation(item.kind, item.cost, fitting[0], item.repair, item.condition)
    return item


def _classified(
    scene: Scene, claimed: Expression, repair: Repair, suspects: Sequence[Suspect]
) -> Explanation:
    """Name the slip behind a repair, with what is known of the edges."""
    kind, price = repair.kind, repair.cost
    kinds = {s.kind for s in suspects}
    detail = repair.detail
    match kind:
        case "missing_chain_factor" if detail is not None:
            kind = _missing_factor(scene, detail, kinds, suspects)
        case "extra_chain_factor" if detail is not None and detail in _bases(scene, claimed):
            kind = "wrong_exponent"
        case "extra_chain_factor" if "missing_chain_factor" in kinds:
            kind = "missing_chain_factor"  # what is too much stands below the line
        case "wrong_exponent" if detail is not None:
            kind = _exponent(scene, repair, detail, suspects)
        case "dropped_term" if detail is not None:
            kind = _missing_term(scene, repair, detail)
        case "other":
            kind = suspects[0].kind if suspects else "other"
        case "sign" if "quotient_rule_slip" in kinds and _in_numerator(claimed, repair):
            kind = "quotient_rule_slip"
        case "sign":
            price -= 0.1
    return Explanation(kind, price, repair=repair)


def _bases(scene: Scene, claimed: Expression) -> list[Expression]:
    """Return what the claim writes and an equation raises to a power."""
    return [
        part for part in walk(claimed) if not isinstance(part, Compare) and _is_base(scene, part)
    ]


def _is_base(scene: Scene, part: Expression) -> bool:
    return is_power_base(scene, scene.floats.value(part))


def _missing_factor(
    scene: Scene, detail: Expression, kinds: set[str], suspects: Sequence[Suspect]
) -> str:
    names = [str(key) for key in variables(detail)]
    if all(name in scene.graph.constants for name in names):
        return "constant_dropped"
    if any(s.note == "one" for s in suspects):
        return "missing_chain_factor"
    if "constant_dropped" in kinds:
        return "constant_dropped"
    return "missing_chain_factor"


def _exponent(scene: Scene, repair: Repair, base: Expression, suspects: Sequence[Suspect]) -> str:
    values = scene.floats.value(base)
    kinds = {s.kind for s in suspects if s.cost < 2.0}
    if "wrong_exponent" in kinds or is_power_base(scene, values):
        return "wrong_exponent"
    if is_edge_value(scene, values) is not None and cost(repair.part) > cost(repair.mended):
        return "extra_chain_factor"
    if "missing_chain_factor" in kinds and cost(repair.part) < cost(repair.mended):
        return "missing_chain_factor"
    return "wrong_exponent"


def _missing_term(scene: Scene, repair: Repair, detail: Expression) -> str:
    units = scene.derivation.unit_nodes | {scene.derivation.graph.objective}
    if repair.place or scene.top not in units:
        return "dropped_term"
    names = {str(name) for name in variables(detail)}
    free = any(is_free_of_data(scene, path) for path in scene.paths)
    constants = set(scene.graph.constants)
    return "missing_regularization" if free and names & constants else "dropped_term"


def _in_numerator(claimed: Expression, repair: Repair) -> bool:
    """Tell whether a sign stands in the numerator of a quotient, as a term of a difference."""
    match repair.part:
        case Div(Add(), _):
            return True
    part = claimed
    inside = False
    for index in repair.place:
        if isinstance(part, Call):
            return False
        if isinstance(part, Div) and index == 0:
            inside = True
        if inside and isinstance(part, Add):
            return True
        part = children(part)[index]
    return False


def _conditional(scene: Scene, claimed: Expression, right: Values) -> list[Explanation]:
    """Find a claim that holds on one side of a kink, or under a condition nobody stated."""
    values = scene.floats.value(claimed)
    holds = [close(a, b) for a, b in zip(values, right, strict=True)]
    found: list[Explanation] = []
    if any(holds) and not all(holds):
        kinked = _has_kinks(scene)
        written = any(isinstance(p, Call) and p.function in _KINKED for p in walk(claimed))
        if kinked or written:
            found.append(Explanation("wrong_region", 1.35 if written else 0.92))
        else:
            found.append(
                Explanation("missing_assumption", 0.4, condition=_sign_condition(scene, holds))
            )
    for group in alike(scene.graph):
        fact = Compare("==", _sum(group), ONE)
        if _holds_given(scene, claimed, fact):
            found.append(Explanation("missing_assumption", 0.3, condition=fact))
    return found


def _sum(names: Iterable[str]) -> Expression:
    return Add(tuple(map(Var, names)))


def _has_kinks(scene: Scene) -> bool:
    for node in scene.graph.ordered:
        pattern = node.formula.pattern if node.formula is not None else ONE
        if any(isinstance(p, Call) and p.function in _KINKED for p in walk(pattern)):
            return True
    return False


def _sign_condition(scene: Scene, holds: Sequence[bool]) -> Expression | None:
    """Return `name > 0` or `name < 0` where that tells the points apart at which a claim holds."""
    for name, values in scene.floats.names.items():
        for relation, sign in ((">", 1), ("<", -1)):
            if all((sign * value > 0) == hold for value, hold in zip(values, holds, strict=True)):
                return Compare(relation, Var(name), ZERO)
    return None


def _holds_given(scene: Scene, claimed: Expression, fact: Compare) -> bool:
    other = scene.elsewhere(4)
    try:
        other.place([claimed], [fact])
        if other.top is None or other.bottom is None or not other.locals:
            return False
        return same(other.floats.value(claimed), other.right)
    except (NoScene, KeyError):
        return False


def _combined(scene: Scene, claimed: Expression) -> list[Explanation]:
    """Explain a claim whose paths have several wrong coefficients by the first of them."""
    paths = scene.paths
    if not 1 < len(paths) <= 10:
        return []
    wider = scene.elsewhere(len(paths) + 3)
    try:
        wider.place([claimed])
        shares = [wider.floats.value(wider.contribution(path)) for path in paths]
        found = coefficients(wider.floats.value(claimed), shares)
    except (NoScene, KeyError):
        return []
    if found is None or all(c == 1 for c in found):
        return []
    pairs = list(zip(found, paths, strict=True))
    off = [path for c, path in pairs if c == 0]
    free = all(is_free_of_data(scene, path) for path in off)
    kind = "missing_regularization" if free else "missing_branch"
    if not off:
        kind, off = "sign", [path for c, path in pairs if c == -1]
    if not off:
        kind, off = "factor", [path for c, path in pairs if c != 1]
    edge = (off[0][-2], off[0][-1])
    return [Explanation(kind, 2.4, Suspect(kind, 2.4, edge, scene.locals[edge], "", tuple(off)))]


_ORDER = (
    "missing_branch", "missing_regularization", "sign", "missing_chain_factor",
    "constant_dropped", "factor", "wrong_exponent",
)  # fmt: skip


def _two_faults(
    scene: Scene, claimed: Expression, right: Values, table: Sequence[Piece], stop: float,
    *, derivative: bool,
) -> list[Explanation]:  # fmt: skip
    """Find two faults: one edit of the claim after which one suspect or one repair is enough."""
    small = tuple(piece for piece in table if piece.role in _SMALL_ROLES)
    found: list[Explanation] = []
    for kind, edited in edits_of(claimed):
        if time.process_time() > stop:
            break
        try:
            values = scene.floats.value(edited)
        except KeyError:
            continue
        suspects = [s for s in suspects_of(scene, values) if s.cost < 1.5] if derivative else []
        repairs = repairs_of(edited, right, scene.floats, small)
        for second in [*(s.kind for s in suspects[:1]), *(r.kind for r in repairs[:1])]:
            ranked = sorted((kind, second), key=lambda k: _ORDER.index(k) if k in _ORDER else 9)
            suspect = suspects[0] if suspects else None
            repair = repairs[0] if repairs else None
            price = 3.0 + (repair.cost if repair else 1.5)
            found.append(Explanation(ranked[0], price, suspect, repair))
        if len(found) > 3:
            break
    return found
