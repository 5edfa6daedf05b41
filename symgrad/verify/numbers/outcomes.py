"""What came out for one link of a claim, and the words for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.expression.cost import cost
from symgrad.expression.printer import Printer
from symgrad.expression.tree import Compare, Expression
from symgrad.verify.deciding.equality import Decision
from symgrad.verify.model import Diagnosis, Status
from symgrad.verify.numbers.decimals import significant

HOLDS_WHERE = "it does hold where"
_SHORT = 12  # a condition that costs more to read tells nobody anything


@dataclass(frozen=True, slots=True)
class Outcome:
    """The judgement of one link; a message always, but for the one that starts the count."""

    status: Status
    message: str = ""
    decision: Decision | None = None
    diagnosis: Diagnosis | None = None
    remarks: tuple[str, ...] = ()


def decided(decision: Decision, assumptions: Sequence[Compare], printer: Printer) -> Outcome:
    """Put a decision into words."""
    remarks: list[str] = []
    used = [printer.condition(assumptions[i]) for i in decision.assumptions]
    used += [printer.condition(c) for c in decision.needs]
    if used:
        remarks.append("needs " + ", ".join(dict.fromkeys(used)))
    if decision.excluded:
        remarks.append("except at " + ", ".join(_places(decision.excluded, printer)))
    if decision.status == "proved":
        return Outcome("proved", "proved", decision, remarks=tuple(remarks))
    if decision.status == "agrees":
        message = (
            f"agrees at {decision.points} points to {decision.digits} digits; no proof was found"
        )
        return Outcome("agrees", message, decision, remarks=tuple(remarks))
    if decision.status == "undecided":
        return Outcome("undecided", "not decided: a limit was reached", decision)
    short = [c for c in decision.holds_when if cost(c) <= _SHORT]
    if short:
        where = ", or where ".join(printer.condition(c) for c in short)
        remarks.append(f"{HOLDS_WHERE} {where}")
    return Outcome("refuted", f"wrong: {_witness(decision, printer)}", decision,
                   remarks=tuple(remarks))  # fmt: skip


def _places(places: Sequence[Expression], printer: Printer) -> list[str]:
    return [printer.condition(place) for place in places]


def _witness(decision: Decision, printer: Printer) -> str:
    at = ", ".join(f"{printer.name(n)} = {_plain(v)}" for n, v in decision.witness)
    sides = f"right is {decision.left}, yours is {decision.right}"
    return f"at {at}: {sides}" if at else sides


def _plain(value: Fraction) -> str:
    return str(value) if value.denominator < 1000 else significant(value, 8)
