"""The one sentence of a diagnosis: it names the path, the edge or the term at fault."""

from __future__ import annotations

from dataclasses import dataclass

from symgrad.expression.printer import Printer
from symgrad.expression.tree import Add, Expression, Number
from symgrad.verify.explaining.repairs import Repair
from symgrad.verify.explaining.suspects import Suspect

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Words:
    """Writes expressions and paths for sentences, in the author's alphabet."""

    printer: Printer

    def code(self, e: Expression) -> str:
        """Return an expression as it stands in a sentence."""
        return f"`{self.printer.expression(e)}`"

    def condition(self, e: Expression) -> str:
        """Return a condition as it stands in a sentence, an equation with one sign of equality."""
        text = self.printer.expression(e)
        return f"`{text.replace(' == ', ' = ')}`"

    def paths(self, paths: tuple[tuple[str, ...], ...]) -> str:
        """Return some paths; of many the first few."""
        shown = ", ".join(self.printer.path(path) for path in paths[:_SHOWN])
        more = len(paths) - _SHOWN
        return f"{shown} and {more} more" if more > 0 else shown

    def edge(self, edge: tuple[str, str]) -> str:
        """Return a local derivative's symbol."""
        return self.printer.partial(*edge)

    def local(self, suspect: Suspect) -> str:
        """Return `∂p/∂v = −p²`, the value alone where the author differentiates an expression."""
        if not suspect.edge[0].isidentifier():
            return self.code(suspect.local)
        return f"`{self.edge(suspect.edge)} = {self.printer.expression(suspect.local)}`"


def sentence(kind: str, words: Words, suspect: Suspect | None, repair: Repair | None) -> str:
    """Return the sentence for a fault, from the edge and the place where it was found."""
    if suspect is not None and (suspect.paths or repair is None):
        return _about_edge(kind, words, suspect)
    if repair is None:
        return "No single slip explains this formula; the right one is given."
    text = _about_place(kind, words, repair)
    if suspect is not None and suspect.edge[0].isidentifier():
        text = f"{text[:-1]}: {words.local(suspect)}."
    return text


_BY_PATH = frozenset(("missing_branch", "missing_regularization", "product_rule_slip"))


def place_of_fault(kind: str, words: Words, suspect: Suspect | None) -> str:
    """Return the path or the edge that the sentence about a fault names, or nothing."""
    if suspect is None:
        return ""
    if suspect.paths and kind in _BY_PATH:
        return f"the path {words.printer.path(suspect.paths[0])}"
    if suspect.edge[0].isidentifier() or kind == "missing_regularization":
        return f"the edge `{words.edge(suspect.edge)}`"
    return ""


def _about_edge(kind: str, words: Words, suspect: Suspect) -> str:
    local = words.local(suspect)
    paths = words.paths(suspect.paths)
    one = len(suspect.paths) == 1
    match kind:
        case "missing_branch" | "product_rule_slip" if suspect.paths:
            rule = " (one part of the product rule)" if kind == "product_rule_slip" else ""
            name = "path" if one else "paths"
            verb = "is" if one else "are"
            return f"The {name} {paths} {verb} missing{rule}; the edge {local} leads there."
        case "missing_regularization" if suspect.paths:
            return f"The regularisation is missing: the path {paths}, with {local}."
        case "missing_regularization":
            part, edge = words.code(suspect.local), words.edge(suspect.edge)
            return f"The regularisation is missing: its part of `{edge}` is {part}."
        case "missing_chain_factor":
            return f"The factor {local} of the chain rule is missing."
        case "extra_chain_factor":
            return f"The factor {local} of the chain rule is there once too often."
        case "sign":
            return f"The sign of {local} was lost."
        case "constant_dropped" | "factor":
            return f"A number is wrong in the local derivative {local}."
        case "wrong_exponent":
            return f"The exponent in the local derivative is wrong; it is {local}."
        case "wrong_function_derivative":
            return f"The derivative of the function is another one: {local}."
        case "product_rule_slip":
            return f"The product rule was not followed; it gives {local}."
        case "quotient_rule_slip":
            return f"The quotient rule was not followed; it gives {local}."
        case "wrong_region":
            return f"The derivative of the other side of the kink was taken: {local}."
        case "dropped_term":
            return f"A term of the local derivative is missing; it is {local}."
        case _:
            return f"The local derivative is wrong; it is {local}."


_PLACES = {  # what is said of a part: it must be {mended}, {detail} was lost or is too much
    "sign": "The sign of {part} is wrong.",
    "factor": "The numerical factor of {part} is wrong: it must be {mended}.",
    "constant_dropped": "A constant is missing in {part}: it must be {mended}.",
    "missing_chain_factor": "The factor {detail} is missing in {part}.",
    "extra_chain_factor": "A factor in {part} is too much: it must be {mended}.",
    "wrong_exponent": "An exponent is wrong in {part}: it must be {mended}.",
    "swapped_variable": "{part} stands where {mended} belongs.",
    "dropped_term": "A term is missing in {part}: it must be {mended}.",
    "missing_branch": "A branch is missing in {part}: the term {detail}.",
    "missing_regularization": "The regularisation term {detail} is missing.",
    "extra_term": "A term in {part} is too much: it must be {mended}.",
    "rounded_constant": "The number {part} is rounded: it must be {exact}.",
    "wrong_region": "The sides of the condition are exchanged in {part}.",
    "wrong_function_derivative": (
        "The derivative of a function is wrong in {part}: it must be {mended}."
    ),
    "quotient_rule_slip": "The quotient rule was not followed in {part}: it must be {mended}.",
    "product_rule_slip": "The product rule was not followed in {part}: it must be {mended}.",
}
_DETAILS = {  # the same, where what was lost or too much has a name
    "constant_dropped": "The constant {detail} is missing in {part}.",
    "extra_chain_factor": "The factor {detail} in {part} is too much.",
    "dropped_term": "The {term} {detail} is missing in {part}.",
    "extra_term": "The term {detail} in {part} is too much.",
}


def _about_place(kind: str, words: Words, repair: Repair) -> str:
    detail = "" if repair.detail is None else words.code(repair.detail)
    mended = words.code(repair.mended)
    said = _PLACES.get(kind, "{part} is wrong: it must be {mended}.")
    return (_DETAILS.get(kind, said) if detail else said).format(
        part=words.code(repair.part),
        mended=mended,
        detail=detail,
        term="terms" if isinstance(repair.detail, Add) else "term",
        exact=mended if isinstance(repair.mended, Number) else f"the exact {mended}",
    )
