"""What the tests of the core share: numbers of 50 digits and more, printed text read back, graphs.

Nothing here uses the code under test to differentiate: slopes are central differences of the
objective at 120 digits with a step of 10^-40, exact to about 70 digits.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from symgrad.derivation.derivation import Derivation, Form
from symgrad.expression.evaluate import Decimals
from symgrad.expression.indicators import with_indicator
from symgrad.expression.printer import Printer
from symgrad.expression.rebuilding import tidy
from symgrad.expression.tree import (
    Div,
    Expression,
    Formula,
    Neg,
    Number,
    Var,
    children,
    number,
    rebuild,
    with_children,
)
from symgrad.graph.forward import forward
from symgrad.graph.graph import Graph, Node
from symgrad.render.latex import LatexPrinter
from symgrad.sources.grammar import Parser
from symgrad.sources.latex import translate
from symgrad.sources.problems import Origin
from symgrad.verify.reading.formula import parse_side
from symgrad.verify.reading.scope import Scope

FINE = 120
STEP = Fraction(1, 10**40)
TOLERANCE = Fraction(1, 10**30)
EVALUATOR = Decimals(60)


def real(value):
    """Return a number of the evaluator for an exact or decimal number."""
    return EVALUATOR.number(Fraction(value))


def value_of(expression: Expression, **values):
    """Return the value of an expression in names, to 60 digits."""
    return EVALUATOR.value(expression, {name: real(value) for name, value in values.items()})


def start_values(graph: Graph, step: int = 0) -> dict[str, Fraction]:
    """Return the inputs of a graph: its defaults, and the data of one of its steps."""
    defaults = {node.name: node.default for node in graph.nodes if node.default is not None}
    return {**defaults, **(dict(graph.steps[step]) if graph.steps else {})}


def slope(graph: Graph, inputs: Mapping[str, Fraction], name: str):
    """Return ∂objective/∂name by central differences, to about 70 digits."""
    sides = []
    for step in (STEP, -STEP):
        moved = {**inputs, name: Fraction(inputs[name]) + step}
        sides.append(forward(graph, moved, digits=FINE)[graph.objective])
    context = sides[0].context
    return (sides[0] - sides[1]) / (2 * context.mpf(10) ** -40)


def gradient_values(d: Derivation, inputs: Mapping[str, Fraction]) -> dict[str, object]:
    """Return the gradient by every parameter through sensitivities and named intermediates."""
    values = all_values(d, inputs)
    return {name: formula_value(form.formula, values) for name, form in d.gradient_forms}


def all_values(d: Derivation, inputs: Mapping[str, Fraction]) -> dict[str, object]:
    """Return the value of every node and every sensitivity."""
    values = dict(forward(d.graph, inputs, digits=60))
    for item in d.sensitivity_list:
        values[item.name] = formula_value(item.form.formula, values)
    return values


def formula_value(formula: Formula, values: Mapping[str, object]):
    """Return the value of a formula at named values."""
    return EVALUATOR.value(formula.pattern, {i: values[n] for i, n in enumerate(formula.operands)})


def terms_value(form: Form, values: Mapping[str, object]):
    """Return the value of a form summed up term by term."""
    total = real(0)
    for term in form.terms:
        factor = EVALUATOR.value(term.factor, values)
        total += factor if term.sensitivity is None else factor * values[term.sensitivity]
    return total


def close(found, wanted, tolerance: Fraction = TOLERANCE) -> bool:
    """Tell whether two numbers agree to the tolerance, relative to the larger of `wanted` and 1."""
    return abs(found - wanted) <= real(tolerance) * max(1, abs(wanted))


def same_gradient(d: Derivation, inputs: Mapping[str, Fraction]) -> None:
    """Fail with names and numbers where the gradient differs from the numeric one."""
    for name, found in gradient_values(d, inputs).items():
        wanted = slope(d.graph, inputs, name)
        assert close(found, wanted), f"∂{d.graph.objective}/∂{name} = {found}, not {wanted}"


def read_back(text: str, names: Iterable[str], printer: Printer) -> Expression:
    """Read a printed expression again: ASCII as the graph language, the others as claims."""
    origin = Origin("printed", (text,), 1, 1, 1)
    known = tuple(names)
    if printer.times == "*":
        shown = {printer.name(name): Var(name) for name in known}
        return Parser(text, origin, shown.get, names=shown).whole()
    graph = Graph(tuple(Node(name, "data") for name in known), known[0])
    scope = Scope(graph, Derivation(graph, (), (), (), (), frozenset(), frozenset()))
    if isinstance(printer, LatexPrinter) or "{" in text:  # as in a document
        text = translate(text, origin).text
        origin = Origin("printed", (text,), 1, 1, 1)
    return parse_side(text, origin, scope)


def same_tree(first: Expression, second: Expression) -> bool:
    """Tell whether two trees are one up to `tidy` and how a number is written: 1/2 and -1.

    A choice against zero may be written as an indicator.
    """
    return _spelled(first) == _spelled(second) or _spelled(_indicated(first)) == _spelled(
        _indicated(second)
    )


def _indicated(expression: Expression) -> Expression:
    shown = with_indicator(expression)
    parts = tuple(map(_indicated, children(shown)))
    return with_children(shown, parts) if parts else shown


def _spelled(expression: Expression) -> Expression:
    for _ in range(2):
        expression = tidy(rebuild(expression, _number_spelled))
    return expression


def _number_spelled(leaf: Expression) -> Expression:
    if not isinstance(leaf, Number):
        return leaf
    size = abs(leaf.value)
    whole = number(size.numerator)
    spelled = whole if size.denominator == 1 else Div(whole, number(size.denominator))
    return Neg(spelled) if leaf.value < 0 else spelled
