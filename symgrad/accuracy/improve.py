"""The door of the room: statements measured, and mended where they lose digits."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.accuracy.compared import Wide
from symgrad.accuracy.doubles import FUNCTIONS_OF_DOUBLES
from symgrad.accuracy.matching import product_of
from symgrad.accuracy.measure import Bench
from symgrad.accuracy.mend import TOLERATED, Cost, Mender
from symgrad.accuracy.report import Finding, Improved, finding
from symgrad.accuracy.sample import Domain, further_points, sampled
from symgrad.accuracy.search import searched
from symgrad.accuracy.shaken import telling_first
from symgrad.accuracy.tidy import without_copies
from symgrad.expression.functions import record
from symgrad.expression.identity import ByIdentity, distinct
from symgrad.expression.tree import Add, Call, Div, Expression, Formula, Number, Pow, Var, walk
from symgrad.graph.graph import Graph
from symgrad.program.statements import Statement

POINTS = 120
WORK = 30_000  # statements times points
MAX_STATEMENTS = 250  # a longer program is measured pattern by pattern
MAX_OPERANDS = 12
MAX_PATTERNS = 40
BUDGET = 1.5  # times the operations of the program as derived
TRIALS = 3  # times that the program is compared with as written, at other points each time
FEW = 20  # operations that a program may have more in any case
GENERATORS = (searched,)


def improved(
    statements: tuple[Statement, ...],
    graph: Graph,
    inputs: tuple[str, ...],
    results: tuple[str, ...],
    cost: Cost,
) -> Improved:
    """Return statements of the same values that lose fewer digits in doubles."""
    patterns = distinct(s.formula.pattern for s in statements)
    if len(statements) > MAX_STATEMENTS:
        return Improved(_by_pattern(statements))
    if not all(map(is_measured, patterns)):
        return Improved(statements)
    domain = domain_of(graph, inputs)
    further = list(further_points(domain))
    points = telling_first(sampled(domain, statements), further, statements, results)
    limit = max(20, min(POINTS, WORK // len(statements)))
    bench = Bench(statements, domain.inputs, results, points, limit, domain.as_given())
    if not bench.count:
        return Improved(statements)
    mender = Mender(bench, statements, GENERATORS, Wide(domain, statements, results))
    derived = cost(statements)
    most = max(int(BUDGET * derived), derived + FEW)
    mender.longest = 3 * (most - derived)
    mender.mend()
    for again in range(TRIALS):
        if not mender.changes:
            break
        before = list(mender.changes)
        mender.settle(cost, most)
        lost = [name for name in before if name not in mender.changes]
        if again and lost:
            mender.retry(lost)
            mender.settle(cost, most)
        suspects = mender.wide.suspects(mender.current)
        if not suspects:
            break
        mender.wide = Wide(domain, statements, results, seed=again + 1)
        known = bench.count
        bench.add(suspects, known + len(suspects))
        if bench.count > known:
            mender.measure()
    else:  # what harms at the last points is mended, too
        mender.take_back(cost, most)
    final = without_copies(statements, tuple(mender.current))
    return Improved(final, tuple(_findings(mender, results)), bench.count)


def _findings(mender: Mender, results: tuple[str, ...]) -> Iterator[Finding]:
    """Yield what was found about the statements that were rewritten, and about the results."""
    bench = mender.bench
    written = bench.run(mender.original)
    for statement in mender.original:
        name = statement.name
        before = bench.truths[name].losses(written[name])
        after = mender.losses(name)
        if name in mender.changes or (name in results and max(before, default=0.0) > TOLERATED):
            place = mender.place[name]
            new = mender.current[place].formula.expression if name in mender.changes else None
            forms = (statement.formula.expression, new)
            slack = bench.slack[name]
            is_result = name in results
            at = (bench.points, bench.usual)
            yield finding(name, forms, (before, after), slack, *at, is_result=is_result)


def domain_of(graph: Graph, inputs: tuple[str, ...]) -> Domain:
    """Return the inputs of a graph, the values that its author gave, and the assumptions."""
    known: dict[str, list[float]] = {}
    for node in graph.nodes:
        if node.formula is None and node.default is not None:
            known.setdefault(node.name, []).append(float(node.default))
    steps = [{name: float(value) for name, value in step} for step in graph.steps[:20]]
    for step in steps:
        for name, value in step.items():
            known.setdefault(name, []).append(value)
    fixed = frozenset(n.name for n in graph.nodes if n.kind == "const" and n.default is not None)
    return Domain(
        inputs,
        {name: tuple(values) for name, values in known.items()},
        tuple(steps),
        tuple(a.condition for a in graph.assumptions),
        fixed,
    )


def is_measured(pattern: Expression) -> bool:
    """Tell whether it is known what a pattern gives in doubles."""
    for part in walk(pattern):
        if isinstance(part, Call) and part.function not in ("where", *FUNCTIONS_OF_DOUBLES):
            if record(part.function).double is not None:
                continue
            definition = record(part.function).definition
            if definition is None or not is_measured(definition(part.arguments)):
                return False
    return True


def may_lose(pattern: Expression) -> bool:
    """Tell whether a pattern holds anything but sums and products without common factors."""
    return any(
        isinstance(part, Call)
        or (isinstance(part, Div) and not isinstance(part.denominator, Number))
        or (isinstance(part, Pow) and not _is_whole(part.exponent))
        or (isinstance(part, Add) and _is_factored(part))
        for part in walk(pattern)
    )


def _is_factored(e: Add) -> bool:
    """Tell whether a difference may be a product of others: it has powers in it."""
    products = [product_of(term) for term in e.terms]
    return any(p.coefficient < 0 for p in products) and any(
        k not in (0, 1) for p in products for k in p.powers.values()
    )


def _is_whole(exponent: Expression) -> bool:
    return isinstance(exponent, Number) and exponent.value.denominator == 1 and exponent.value >= 0


def _by_pattern(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Mend each pattern once, its operands taken as inputs: what long programs get."""
    found: ByIdentity[Expression, Formula] = ByIdentity()
    tried = 0
    result: list[Statement] = []
    for statement in statements:
        pattern, operands = statement.formula
        formula = found.get(pattern)
        if formula is None:
            worth = any(isinstance(part, Call) for part in walk(pattern))
            formula = Formula(pattern, tuple(map(str, range(len(operands)))))
            if worth and len(operands) <= MAX_OPERANDS and tried < MAX_PATTERNS:
                tried += 1
                formula = _alone(formula)
            found[pattern] = formula
        own = tuple([operands[int(place)] for place in formula.operands])
        result.append(Statement(statement.name, Formula(formula.pattern, own)))
    return tuple(result)


def _alone(formula: Formula) -> Formula:
    """Return a pattern mended by itself, the places of its variables as its operands."""
    statement = Statement("", formula)
    domain = Domain(formula.operands, {})
    bench = Bench((statement,), domain.inputs, ("",), sampled(domain, (statement,)), POINTS // 2)
    if not bench.count:
        return formula
    wide = Wide(domain, (statement,), ("",))
    mender = Mender(bench, (statement,), GENERATORS, wide)
    mender.mend()
    return mender.current[0].formula


__all__ = ["Improved", "Var", "domain_of", "improved", "may_lose"]
