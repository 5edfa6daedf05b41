"""The sections of `symgrad derive --steps`: which rule gives each derivative, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from symgrad.derivation.derivation import Derivation
from symgrad.derivation.rules import RuleStep, steps_of
from symgrad.expression.algebra import Product, add, div, mul
from symgrad.expression.alike import arranged, orderless
from symgrad.expression.cost import cost
from symgrad.expression.factored import factored_sum
from symgrad.expression.print_letters import LetterPrinter
from symgrad.expression.recognize import density_named
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Derivative,
    Expression,
    Var,
    product_of,
    sum_of,
    variables,
)
from symgrad.graph.graph import Node
from symgrad.render.sheet import (
    Chain,
    FormulaLine,
    Item,
    Name,
    Partial,
    Remark,
    Section,
    Side,
    Worked,
    all_names,
    edge_lines,
    gradient_lines,
    left_side,
    merge_lines,
    sensitivity_lines,
    side,
)
from symgrad.render.text import side_text

MAX_BRANCHES = 12  # a sum over more of them is not written out
_MAX_LENGTH = 12  # the edges of one of them
_MAX_COST = 300  # a step that costs more to read explains nothing

_SIMPLIFIED = Remark(("simplified",))

Route = tuple[tuple[str, str], ...]  # edges (top, bottom), from the top down
Row = tuple[Side, Remark]


def brief_sections(d: Derivation) -> list[Section]:
    """Return every edge with the rules that give it, and every merge and product on the way."""
    edges = [replace(line, remark=", ".join(_rules(d, line))) for line in edge_lines(d)]
    return [
        Section("edges", "Local derivatives", tuple(edges)),
        Section("sensitivities", "Sensitivities", tuple(sensitivity_lines(d))),
        Section("merges", "Merged branches", tuple(merge_lines(d, steps=True))),
        Section("gradients", "Gradients", tuple(gradient_lines(d, steps=True))),
    ]


def full_sections(d: Derivation) -> list[Section]:
    """Return every derivative worked out one rule at a time, and every sum over branches."""
    writer = _StepsWriter(d)
    return [
        Section("edges", "Local derivatives", tuple(writer.edges())),
        Section("sensitivities", "Sensitivities", tuple(writer.sensitivities())),
        Section("merges", "Merged branches", tuple(writer.merges())),
        Section("gradients", "Gradients", tuple(writer.gradients())),
    ]


def _steps(d: Derivation, line: FormulaLine) -> tuple[Node, tuple[RuleStep, ...]] | None:
    """Return the equation that a line about an edge differentiates, and its steps."""
    edge = line.left[0]
    node = d.graph[edge.top] if isinstance(edge, Partial) else None
    if node is None or node.formula is None or not isinstance(edge, Partial):
        return None
    steps = steps_of(node.formula.expression, edge.bottom)
    return None if steps is None else (node, steps)


def _rules(d: Derivation, line: FormulaLine) -> Iterator[str]:
    """Yield the rules that give a local derivative, each once."""
    found = _steps(d, line)
    if found is not None:
        rules = [rule for step in found[1] for rule in step.rule.split(" and ")]
        yield from dict.fromkeys(rules)


class _StepsWriter:
    """Works out the derivatives of one derivation; a step that changes nothing is left out."""

    def __init__(self, d: Derivation) -> None:
        self.d = d
        self.printer = LetterPrinter(all_names(d))
        self.named = {item.node: item.name for item in d.sensitivity_list}
        self.merged = {(merge.of, merge.node): merge.factor for merge in d.merges}

    def edges(self) -> Iterator[Item]:
        """Yield every local derivative, from its equation to its shortest form."""
        for line in edge_lines(self.d):
            found = _steps(self.d, line)
            edge = line.left[0]
            if found is None or not isinstance(edge, Partial):
                yield line
                continue
            node, steps = found
            equation = ZERO if node.formula is None else node.formula.expression
            start = Derivative(equation, Var(edge.bottom))
            rows = [_row(side(start), "the equation of ", Name(node.name))]
            rows += [_row(side(step.expression), step.rule) for step in steps]
            rows.append((line.sides[0], _SIMPLIFIED))
            for before, after in pairwise(line.sides):
                rows += _own_value(Var(node.name), equation, _formula(before), after)
            yield self.worked(edge, rows)

    def sensitivities(self) -> Iterator[Item]:
        """Yield every δ as the sum over the branches that lead to its node."""
        for line, item in zip(sensitivity_lines(self.d), self.d.sensitivity_list, strict=True):
            yield self._summed(Name(item.name), self.routes(item.node), line)

    def merges(self) -> Iterator[Item]:
        """Yield every merged derivative as the sum over its branches."""
        for line, merge in zip(merge_lines(self.d), self.d.merges, strict=True):
            routes = self.routes(merge.node, top=merge.of)
            yield self._summed(Partial(merge.of, merge.node), routes, line)

    def gradients(self) -> Iterator[Item]:
        """Yield every gradient as the sum over the branches that lead to its parameter."""
        for line, name in zip(gradient_lines(self.d), self.d.wrt, strict=True):
            left = Partial(self.d.graph.objective, name)
            yield self._summed(left, None if line.remark else self.routes(name), line)

    # -- sums over branches --------------------------------------------------------------------

    def routes(self, node: str, *, top: str = "") -> list[Route] | None:
        """Return the ways up from a node to the nearest named or unit adjoints, or to `top`.

        A merged derivative is one edge of them, but for the branches of the merge itself, which end
        at its `top`. None where there are too many routes, or too long ones, to be read.
        """
        done: list[Route] = []
        waiting: list[Route] = [((user, node),) for user in self._users(node, whole=not top)]
        while waiting:
            route = waiting.pop(0)
            head = route[0][0]
            ends = head == top if top else head in self.named or head in self.d.unit_nodes
            if ends:
                done.append(route)
            else:
                waiting[:0] = [((user, head), *route) for user in self._users(head)]
            if len(done) + len(waiting) > MAX_BRANCHES or len(route) > _MAX_LENGTH:
                return None
        return done

    def _users(self, node: str, *, whole: bool = True) -> list[str]:
        tops = [top for top, bottom in self.merged if bottom == node] if whole else []
        users = self.d.consumers[node]
        return tops or [u for u in users if u in self.d.reached and self.d.local(u, node) != ZERO]

    def _summed(self, left: Name | Partial, routes: list[Route] | None, line: FormulaLine) -> Item:
        """Return the sum over routes, from the chain rule to the form of `line`."""
        if not routes:
            return line
        inside = (left.top, left.bottom) if isinstance(left, Partial) else ("", "")
        heads = [self._head(route, inside[0]) for route in routes]
        whole = inside not in self.merged
        symbols = tuple((*h, *_symbols(r)) for h, r in zip(heads, routes, strict=True))
        slopes = tuple(
            (*h, *self._slopes(r, whole=whole)) or (ONE,)
            for h, r in zip(heads, routes, strict=True)
        )
        products = [mul(*chain) for chain in slopes]
        many = len(routes) > 1
        rule = f"chain rule, summed over the {len(routes)} branches" if many else "chain rule"
        rows = [
            _row(symbols, rule),
            _row(slopes, "local derivatives put in" if whole else rule),
            _row(tuple((product,) for product in products), "multiplied"),
            _row(side(_collected(products)), "common factors taken out"),
        ]
        nodes = {bottom for route in routes for _, bottom in route}
        reason = self._reason(nodes, products, _formula(line.sides[-1]))
        if reason == _SIMPLIFIED and arranged(_formula(line.sides[-1])) != arranged(products[0]):
            rows += [_row(side(one), "multiplied term by term") for one in _distributed(products)]
        rows.append((line.sides[-1], reason))
        return self.worked(left, rows if whole else rows[1:])

    def _head(self, route: Route, top: str) -> Chain:
        """Return the sensitivity that a route begins with; nothing where that is 1."""
        start = route[0][0]
        return (Var(self.named[start]),) if start in self.named and start != top else ()

    def _slopes(self, route: Route, *, whole: bool) -> Chain:
        merged = self.merged if whole else {}
        factors = [merged.get(edge) or self.d.local(*edge) for edge in route]
        return tuple(factor for factor in factors if factor != ONE)

    def _reason(self, nodes: set[str], terms: list[Expression], after: Expression) -> Remark:
        """Return what the last step of a sum over branches through these nodes relied on."""
        before = _collected(terms)
        conditions = {item.text: item.condition for item in self.d.graph.assumptions}
        for note in self.d.notes:
            if note.assumption in conditions:
                return Remark(("by the equations, with ", conditions[note.assumption]))
            if note.node in nodes:
                return Remark((note.left, " = ", note.right, ": the branches cancel"))
            if after != ZERO and orderless(div(before, after)) in {
                orderless(div(note.left, note.right)),
                orderless(div(note.right, note.left)),
            }:
                return Remark((note.left, " = ", note.right))
        if any(density_named(term) != term for term in terms):
            return Remark(("the normal density by its name",))
        new = [key for key in variables(after) if key not in variables(before)]
        names = [Name(str(key)) for key in new]
        words = [word for name in names for word in (" and ", name)][1:]
        return Remark((*words, " put in")) if words else _SIMPLIFIED

    def worked(self, left: Name | Partial, rows: list[Row]) -> Worked:
        """Return rows without those that say again what the row above says."""
        kept: list[Row] = []
        last = left_side(left, self.printer)  # ∂L/∂w = ∂L/∂w says nothing
        for i, (one, rule) in enumerate(rows):
            text = side_text(one, self.printer).replace("·", "")
            if _size(one) > _MAX_COST and i != len(rows) - 1:
                continue
            if text == last or (rule == _SIMPLIFIED and kept and _alike(one, kept[-1][0])):
                kept[-1:] = [(one, row[1]) for row in kept[-1:]]  # the same in another order
            else:
                kept.append((one, rule))
            last = text
        return Worked(left, tuple(kept))


def _row(one: Side, *rule: str | Name) -> Row:
    return one, Remark(rule)


def _formula(one: Side) -> Expression:
    return sum_of([product_of(chain) for chain in one])


def _alike(one: Side, other: Side) -> bool:
    return arranged(_formula(one)) == arranged(_formula(other))


def _distributed(products: list[Expression]) -> Iterator[Expression]:
    """Yield a product with its sum multiplied term by term, where factors cancel there."""
    if len(products) > 1:
        return
    for base, exponent in Product(products[0]).powers.items():
        if isinstance(base, Add) and exponent == 1:
            others = div(products[0], base)
            made = add(*(mul(term, others) for term in base.terms))
            if cost(made) <= cost(products[0]):
                yield made
                return


def _own_value(name: Var, equation: Expression, before: Expression, after: Side) -> Iterator[Row]:
    """Yield the rows from a local derivative to one in the node's own value.

    Where that stands there twice, as in p·(1 − p), it is put in once before, and what then stands
    beside it is said to be 1 − p.
    """
    powers = Product(_formula(after)).powers
    rest = [base for base in powers if base != name and name.key in variables(base)]
    if powers.get(name) != 1 or len(rest) != 1:
        yield _row(after, Name(str(name.key)), " put in")
        return
    factor = div(before, equation)
    yield _row(side(name, factor), Name(str(name.key)), " put in")
    beside = div(factor, div(_formula(after), mul(name, rest[0])))
    yield after, Remark((beside, " = ", rest[0]))


def _size(one: Side) -> int:
    return sum(cost(part) for chain in one for part in chain)


def _symbols(route: Route) -> Chain:
    return tuple(Derivative(Var(top), Var(bottom)) for top, bottom in route)


def _collected(terms: list[Expression]) -> Expression:
    """Return the sum of terms, the factors that most of them share taken out of those."""
    plain = min(add(*terms), factored_sum(terms), key=cost)
    factors = [_powers(term) for term in terms]
    counts = Counter(factor for found in factors for factor in found)
    shared = [factor for factor, count in counts.items() if count > 1]
    if not shared:
        return plain
    best = max(shared, key=lambda power: (counts[power], cost(power[0])))
    inside = [term for term, found in zip(terms, factors, strict=True) if best in found]
    outside = [term for term, found in zip(terms, factors, strict=True) if best not in found]
    return min(plain, add(*outside, factored_sum(inside)), key=cost)


def _powers(term: Expression) -> set[tuple[Expression, Fraction | Expression]]:
    product = Product(term)
    return set(product.powers.items())
