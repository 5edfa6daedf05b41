"""Shorter adjoints by what the graph's own equations and assumptions say.

The local derivatives of a softmax multiply out to p - t only for someone who knows that e/s is p
and that the targets sum to 1; the terms of the Black–Scholes price that go through d₁ cancel only
for someone who puts d₁ and d₂ in. This module knows what the graph says. Each step is an equality,
and a shorter form replaces a longer one only. It is tried on small graphs, where a person reads the
result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from symgrad.derivation.calculus import gradient_of
from symgrad.derivation.forms import Adjoint, compacted, linear_pattern
from symgrad.derivation.products import (
    as_product,
    contains,
    fixed_sum,
    is_complement,
    log_power,
    same_product,
    signed_alike,
    sum_replaced,
    written_out,
)
from symgrad.derivation.sweep import AdjointMark
from symgrad.expression.algebra import Product, add, div, is_negative, mul, neg, positive_first
from symgrad.expression.cost import cost
from symgrad.expression.factored import factored_sum
from symgrad.expression.rebuilding import combined, tidy
from symgrad.expression.simplify import TooLong, is_shorter, multiplied_out, simplified
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Div,
    Expression,
    Number,
    Var,
    children,
    placed,
    substitute,
    variables,
    walk,
)
from symgrad.graph.graph import Graph, Node

MAX_EQUATIONS = 100
MAX_EXPANDED_COST = 300
MAX_SPENT = 8_000  # the size of all forms tried on one graph; the shipped examples need 1,000
_ROUNDS = 6
_SHORTEST = 3  # the size from which on a form can have a shorter one
_MAX_PAIRED = 5  # the terms of a sum up to which pairs that cancel are looked for
_MAX_POWER = 4  # how often the name of one product is put into another


@dataclass(frozen=True, slots=True)
class Note:
    """What a shorter form relied on: an assumption, or two products that are equal.

    `assumption` is the assumption's text; otherwise `left` = `right` holds by the equations, and so
    the branches that meet at `node` cancel.
    """

    assumption: str = ""
    left: Expression = ZERO
    right: Expression = ZERO
    node: str = ""


class Relations:
    """The equations and assumptions of one graph, ready to shorten adjoints during a sweep.

    `applied` tells whether a form was replaced, `notes` what was used for it. One object serves
    several sweeps of a graph and learns from the earlier ones.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.applied = False
        self._spent = 0
        self._used: dict[Note, None] = {}
        self._preferred: dict[str, Expression] = {}
        self._definitions: dict[str, Expression] = {}
        if len(graph.ordered) <= MAX_EQUATIONS:
            self._definitions = {
                node.name: tidy(node.formula.expression)
                for node in graph.ordered
                if node.formula is not None
            }
        self._sums = [
            (found, assumption.text)
            for assumption in graph.assumptions
            if assumption.condition.relation == "=="
            and (found := fixed_sum(assumption.condition.left, assumption.condition.right))
        ]
        self.useful = bool(self._definitions and self._sums) or any(
            _gives_relations(e) for e in self._definitions.values()
        )
        self._products = [
            (Var(name), product)
            for name, e in self._definitions.items()
            if self.useful and (product := as_product(e)) is not None
        ]
        self._complements: dict[str | int, Expression] = {
            name: e for name, e in self._definitions.items() if is_complement(e)
        }

    @property
    def learned(self) -> int:
        """How many adjoints are known in a better form than a sweep would give them."""
        return len(self._preferred)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was used."""
        return tuple(self._used)

    def refine(self, node: Node, adjoint: Adjoint, adjoints: Mapping[str, Adjoint]) -> Adjoint:
        """Return the adjoint in a shorter form where the relations give one."""
        form = placed(adjoint.pattern.total, adjoint.operands)
        if node.name in self._preferred:
            self.applied = True
            return _adjoint(self._preferred[node.name])
        if not _SHORTEST < adjoint.pattern.size <= MAX_EXPANDED_COST or self._spent > MAX_SPENT:
            return adjoint
        best: Expression = form
        note: Note | None = None
        whole = self._without_marks(form, adjoints)
        self._spent += adjoint.pattern.size + (0 if whole is None else cost(whole))
        for candidate, used in self._candidates(form, whole):
            if is_shorter(candidate, best):
                best, note = candidate, used
        if whole is not None:
            best, note = self._cancelled(node, best, whole, adjoints) or (best, note)
        if best == form:
            return adjoint
        self.applied = True
        if note is not None and all(
            known.node != note.node or not note.node for known in self._used
        ):
            self._used.setdefault(note)
        return _adjoint(best)

    def _without_marks(
        self, form: Expression, adjoints: Mapping[str, Adjoint]
    ) -> Expression | None:
        """Return the form with all sensitivities written out, or None when that is too large."""
        for _ in range(MAX_EQUATIONS):
            marks = [key for key in variables(form) if isinstance(key, AdjointMark)]
            if not marks:
                return tidy(form)
            if cost(form) > MAX_EXPANDED_COST:
                return None
            values: dict[str | int, Expression] = {}
            for mark in marks:
                own = adjoints[mark.node]
                values[mark] = placed(own.pattern.total, own.operands)
            form = substitute(form, values)
        return None

    def _candidates(
        self, form: Expression, whole: Expression | None
    ) -> list[tuple[Expression, Note | None]]:
        found: list[tuple[Expression, Note | None]] = []
        starts = [form, whole]
        if whole is not None and not self._complements.keys().isdisjoint(variables(whole)):
            starts.append(substitute(whole, self._complements))
        for start in dict.fromkeys(starts):
            if start is None or cost(start) > MAX_EXPANDED_COST:
                continue
            current = self._folded(start)
            found.append((current, None))
            for _ in range(_ROUNDS):
                try:
                    flat = self._folded(multiplied_out(current))
                except TooLong:
                    break
                reduced, note = self._with_sums(flat)
                found += [(flat, None), (positive_first(reduced), note), (simplified(flat), None)]
                if reduced in (current, flat):
                    break
                current = reduced
        return found

    def _folded(self, e: Expression) -> Expression:
        """Put the names of products and quotients in: where p = e/s, write p for e/s."""
        parts = children(e)
        if parts:
            e = combined(e, tuple([self._folded(part) for part in parts]))
        product = as_product(e)
        if product is None:
            return e
        changed = False
        for name, pattern in self._products:
            for _ in range(_MAX_POWER):
                if not contains(product, pattern):
                    break
                for base, exponent in pattern.powers.items():
                    if isinstance(exponent, Fraction):
                        product.multiply_base(base, -exponent)
                product.coefficient /= pattern.coefficient
                product.multiply_base(name, Fraction(1))
                changed = True
        shorter = product.build() if changed else e
        return shorter if cost(shorter) < cost(e) else e

    def _with_sums(self, flat: Expression) -> tuple[Expression, Note | None]:
        """Replace m*t1 + m*t2 + m*t3 by m where an assumption says that the t's sum to 1."""
        for (terms, value), text in self._sums:
            reduced = sum_replaced(flat, terms, value)
            if reduced is not None:
                return reduced, Note(assumption=text)
        return flat, None

    def _cancelled(
        self, node: Node, form: Expression, whole: Expression, adjoints: Mapping[str, Adjoint]
    ) -> tuple[Expression, Note] | None:
        """Leave out two terms of a sum whose total is 0 by the graph's definitions."""
        if not any(isinstance(part, Call) for part in walk(whole)):
            return None
        product = Product(whole)
        for base, exponent in product.powers.items():
            if not isinstance(base, Add) or len(base.terms) > _MAX_PAIRED or exponent != 1:
                continue
            for first, second in combinations(base.terms, 2):
                if not self._is_ratio_one(div(first, neg(second))):
                    continue
                product.multiply_base(base, Fraction(-1))
                outer = product.build()
                self._prefer(mul(outer, first), mul(outer, second), adjoints)
                rest = [term for term in base.terms if term not in (first, second)]
                shorter = mul(outer, add(*rest)) if rest else ZERO
                if cost(shorter) < cost(form):
                    return shorter, _cancelling(first, second, node.name)
                return None
        return None

    def _prefer(
        self, first: Expression, second: Expression, adjoints: Mapping[str, Adjoint]
    ) -> None:
        """Keep the shorter of two products found equal, for the adjoint that is one of them."""
        for term, other in ((first, second), (second, first)):
            for name, adjoint in adjoints.items():
                own = placed(adjoint.pattern.total, adjoint.operands)
                if cost(other) < cost(own) and same_product(own, term):
                    self._preferred[name] = neg(other)

    def _is_ratio_one(self, ratio: Expression) -> bool:
        """Tell whether a product of powers and exponentials is 1, all definitions put in."""
        expanded = ratio
        for _ in range(MAX_EQUATIONS):
            names = [key for key in variables(expanded) if key in self._definitions]
            if not names:
                break
            expanded = substitute(expanded, {key: self._definitions[str(key)] for key in names})
            if cost(expanded) > MAX_EXPANDED_COST:
                return False
        product, exponents = Product(tidy(signed_alike(tidy(written_out(expanded))))), []
        rest = Product()
        rest.coefficient = product.coefficient
        for base, exponent in product.powers.items():
            if not isinstance(exponent, Fraction):
                return False
            if isinstance(base, Call) and base.function == "exp":
                exponents.append(mul(Number(exponent), base.arguments[0]))
            else:
                rest.multiply_base(base, exponent)
        try:
            total = multiplied_out(add(*exponents)) if exponents else ZERO
        except TooLong:
            return False
        for term in total.terms if isinstance(total, Add) else (total,):
            power = log_power(term)
            if power is None and term != ZERO:
                return False
            if power is not None:
                rest.multiply(*power)
        return rest.build() == ONE


def _gives_relations(definition: Expression) -> bool:
    """Tell whether an equation has a quotient or logarithm, without which nothing cancels."""
    return any(
        (isinstance(part, Div) and not isinstance(part.denominator, Number))
        or (isinstance(part, Call) and part.function == "log")
        for part in walk(definition)
    )


def _cancelling(first: Expression, second: Expression, node: str) -> Note:
    """Return the note that two terms cancel, what they have in common left out."""
    together = factored_sum((first, second))
    product = Product(together)
    for base, exponent in product.powers.items():
        if isinstance(base, Add) and len(base.terms) == 2 and exponent == 1:
            first, second = base.terms
    left, right = (second, neg(first)) if is_negative(first) else (first, neg(second))
    return Note(left=left, right=right, node=node)


def _adjoint(form: Expression) -> Adjoint:
    """Return a form in names as an adjoint, its terms grouped by sensitivity."""
    names = [str(key) for key in variables(form)]
    places: dict[str | int, Expression] = {name: Var(i) for i, name in enumerate(names)}
    marks = [name for name in names if isinstance(name, AdjointMark)]
    # The form is linear in the sensitivities, so what stands with one is the derivative by it.
    slopes = gradient_of(form) if marks else {}
    groups: dict[int | None, Expression] = {
        names.index(mark): substitute(slopes.get(mark, ZERO), places) for mark in marks
    }
    rest = tidy(substitute(form, dict.fromkeys(marks, ZERO)))
    groups[None] = substitute(rest, places)
    pattern = linear_pattern(groups)
    if cost(form) < pattern.size:
        pattern = linear_pattern(groups, substitute(form, places))
    compact, used = compacted(pattern)
    return Adjoint(compact, tuple(names[i] for i in used))
