"""Reports for classrooms: where the fault is, without the solution."""

from __future__ import annotations

from dataclasses import replace

from symgrad.verify.model import Diagnosis, Verdict
from symgrad.verify.report import Report

_HINTS = {
    "missing_branch": "A branch of the graph is left out.",
    "missing_regularization": "A regularisation term is left out.",
    "sign": "A sign is wrong.",
    "factor": "A numerical factor is wrong.",
    "constant_dropped": "A constant is lost.",
    "missing_chain_factor": "A factor of the chain rule is left out.",
    "extra_chain_factor": "A factor of the chain rule is there once too often.",
    "wrong_exponent": "An exponent is wrong.",
    "swapped_variable": "A name stands where another one belongs.",
    "product_rule_slip": "The product rule was not followed.",
    "quotient_rule_slip": "The quotient rule was not followed.",
    "wrong_function_derivative": "The derivative of a function is wrong.",
    "dropped_term": "A term is left out.",
    "extra_term": "A term is too much.",
    "wrong_region": "The wrong side of a kink or of a condition was taken.",
    "rounded_constant": "A constant is rounded where an exact one belongs.",
    "missing_assumption": "The formula holds under a condition only, which is not stated.",
    "wrong_intermediate_step": "This step does not follow from the one before.",
    "misrounded": "The number is not correctly rounded.",
    "truncated": "The number is cut off, not rounded.",
}


def without_answers(report: Report) -> Report:
    """Return the report with everything taken out that shows what would be right."""
    return replace(report, verdicts=tuple(_hidden(verdict) for verdict in report.verdicts))


def _hidden(verdict: Verdict) -> Verdict:
    if verdict.status != "refuted":
        return verdict
    diagnosis = verdict.diagnosis
    kind = diagnosis.kind if diagnosis is not None else "other"
    hint = _HINTS.get(kind, "This is not right.")
    if diagnosis is not None and diagnosis.where:
        hint += f" Look at {diagnosis.where}."
    where = ""
    if verdict.link is not None and len(verdict.claim.links) > 1:
        link = verdict.claim.links[verdict.link]
        where = f"`{link.relation} {link.text}`: "
    yours = diagnosis.yours if diagnosis is not None else ""
    witness = diagnosis.witness if diagnosis is not None else ()
    return replace(
        verdict,
        message=f"{where}wrong",
        diagnosis=Diagnosis(kind, hint, yours=yours, witness=witness),
        decision=None,
        remarks=(),
        steps=(),
    )
