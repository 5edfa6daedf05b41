"""From the author's form of a right claim to ours, in a few steps that can be followed."""

from __future__ import annotations

from dataclasses import replace

from symgrad.expression.algebra import tidy
from symgrad.expression.printer import Printer
from symgrad.expression.tree import Add, Div, Expression, Mul, Neg, Number, Pow, Var
from symgrad.verify.deciding.limits import Stop, distinct_parts, names_in, substituted
from symgrad.verify.model import DerivativeTarget, Verdict
from symgrad.verify.truth import Truth

_MAX_PARTS = 400
_MAX_TERMS = 60
_MAX_POWER = 6


def steps_between(truth: Truth, verdict: Verdict) -> Verdict:
    """Return the verdict with a short chain of rewritings, where there is one."""
    claim = verdict.claim
    if not isinstance(claim.left, DerivativeTarget) or not claim.links:
        return verdict
    theirs = next((k.expression for k in reversed(claim.links) if not k.numeric), None)
    if theirs is None:
        return verdict
    try:
        meanings = truth.meanings(claim)
        steps = _chain(truth, theirs, meanings[claim.left.key], meanings)
    except (Stop, RecursionError, KeyError):
        return verdict
    return replace(verdict, steps=steps)


def _chain(
    truth: Truth, theirs: Expression, ours: Expression, meanings: dict[str | int, Expression]
) -> tuple[str, ...]:
    """Return theirs, with names written out, multiplied out, and ours."""
    printer = Printer(truth.graph.index)
    named = substituted(theirs, meanings)
    stages: list[tuple[str, Expression]] = [("yours", theirs)]
    if named != theirs:
        stages.append(("names written out", named))
    stages.append(("tidied", tidy(named)))
    left, right = multiplied_out(named), multiplied_out(ours)
    if left is None or right is None or _ordered(left) != _ordered(right):
        full = multiplied_out(truth.expand(named)), multiplied_out(truth.expand(ours))
        if full[0] is None or full[1] is None or _ordered(full[0]) != _ordered(full[1]):
            return ()
        left = full[0]
        stages.append(("in the inputs", truth.expand(named)))
    stages.append(("multiplied out", left))
    stages.append(("collected, as derived here", ours))
    lines: list[str] = []
    seen: set[str] = set()
    for label, expression in stages:
        if len(distinct_parts(expression)) > _MAX_PARTS:
            return ()
        text = printer.expression(expression)
        if text not in seen:
            seen.add(text)
            lines.append(f"= {text}   ({label})")
    return tuple(lines)


def multiplied_out(e: Expression) -> Expression | None:
    """Return an expression as a sum of products, or None where that is too long."""
    terms = _terms(e)
    return None if terms is None else tidy(Add(tuple(terms)) if len(terms) > 1 else terms[0])


def _terms(e: Expression) -> list[Expression] | None:
    match e:
        case Add(parts):
            return _all([_terms(part) for part in parts])
        case Neg(operand):
            inner = _terms(operand)
            return None if inner is None else [Neg(part) for part in inner]
        case Mul(factors):
            return _products([_terms(factor) for factor in factors])
        case Div(top, below):
            above = _terms(top)
            return None if above is None else [Div(part, below) for part in above]
        case Pow(base, Number(value)) if value.denominator == 1 and 1 < value <= _MAX_POWER:
            inner = _terms(base)
            if inner is None or len(inner) == 1:
                return [e]
            return _products([inner] * int(value))
        case _:
            return [e]


def _all(found: list[list[Expression] | None]) -> list[Expression] | None:
    joined = [term for terms in found if terms is not None for term in terms]
    return None if None in found or len(joined) > _MAX_TERMS else joined


def _products(factors: list[list[Expression] | None]) -> list[Expression] | None:
    products: list[tuple[Expression, ...]] = [()]
    for terms in factors:
        if terms is None or len(products) * len(terms) > _MAX_TERMS:
            return None
        products = [(*product, term) for product in products for term in terms]
    return [Mul(product) if len(product) > 1 else product[0] for product in products]


def _ordered(e: Expression) -> tuple[str, ...]:
    """Return a form in which the order of terms and factors plays no part."""
    terms = e.terms if isinstance(e, Add) else (e,)
    return tuple(sorted(_factors(tidy(term)) for term in terms))


def _factors(term: Expression) -> str:
    match term:
        case Neg(operand):
            return "-" + _factors(operand)
        case Mul(factors):
            return "*".join(sorted(_factors(factor) for factor in factors))
        case Div(top, below):
            return f"{_factors(top)}/({_factors(below)})"
        case Add():
            return "(" + "+".join(_ordered(term)) + ")"
        case Pow(base, exponent):
            return f"{_factors(base)}^{_factors(exponent)}"
        case Var(key):
            return str(key)
        case _:
            return Printer(map(str, names_in(term))).expression(term)
