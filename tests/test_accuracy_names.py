"""Names looked through where values cancel behind them, and points at which rounding shows."""

import math
import random

import pytest

import symgrad as sg
from symgrad import examples
from symgrad.accuracy.measure import Bench
from symgrad.accuracy.names import folded, unfolded
from symgrad.accuracy.shaken import telling_first
from symgrad.expression.tree import Var, formula_of, variables
from symgrad.program.statements import Statement
from symgrad.sources.grammar import parse_expression

STEP = """param z = 0.4, w = 3
data t
assume z > 0, z < 1, w > 0, t > 0
q = sqrt(1 - z^2)
u = w*q
J = exp(-z*w*t)*(cos(u*t) + z/q*sin(u*t))"""


def tree(text):
    return parse_expression(text, source="", line=1, column=1, text_line=text, resolve=Var)


def statements_of(text):
    """Return the statements of value and gradient as derived, and the inputs."""
    derivation = sg.derive(sg.parse(text))
    rows = [(n.name, n.formula) for n in derivation.graph.ordered if n.formula is not None]
    rows += [(item.name, item.form.formula) for item in derivation.sensitivity_list]
    rows += [("by " + name, form.formula) for name, form in derivation.gradient_forms]
    inputs = [node.name for node in derivation.graph.nodes if node.formula is None]
    return [Statement(*row) for row in rows], inputs


@pytest.mark.parametrize(
    "text", [examples.read("attention"), examples.read("logistic_growth"), STEP]
)
def test_a_statement_with_names_written_out_keeps_its_value(text):
    statements, inputs = statements_of(text)
    place = {statement.name: i for i, statement in enumerate(statements)}
    chance = random.Random(7)  # noqa: S311  (a fixed seed on purpose)
    points = [{name: chance.uniform(0.3, 0.9) for name in inputs} for _ in range(2)]
    bench = Bench(statements, inputs, tuple(place), points, 2)
    columns = bench.run(statements)
    forms = [(name, form) for name in place for form in unfolded(name, statements, place)]
    assert len(forms) > 2 * len(statements)
    for name, form in forms:
        for a, b in zip(bench.column(form, columns), columns[name], strict=True):
            assert math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12), (name, form)


def test_what_every_term_has_keeps_its_name():
    rows = {"d": "a*b", "h": "-d*x*n/(m*s)", "n": "m/s", "J": "h + d/s"}
    statements = [Statement(name, formula_of(tree(text))) for name, text in rows.items()]
    statements = [statements[i] for i in (0, 2, 1, 3)]
    place = {statement.name: i for i, statement in enumerate(statements)}
    found = list(unfolded("J", statements, place))
    assert any({"d", "x"} <= set(variables(e)) and "m" not in variables(e) for e in found)


@pytest.mark.parametrize(
    "text", ["exp(a - b)", "c*exp(a - b)", "a/(b + c)", "where(a > b, a*b, c)"]
)
def test_where_no_name_stands_nothing_changes(text):
    known = {"p": tree("sin(a)/z"), "q": tree("a")}
    assert folded(tree(text), known) == tree(text)


def test_softmax_in_steps_keeps_its_digits_where_the_values_are_near_together():
    graph = sg.parse(examples.read("attention"))
    module = sg.compile(sg.derive(graph), target="python")
    _, (by_query, _, _) = module.value_and_gradient(0.9, 0.6, 1.1, 1.5, 1.5000001, 0.5)
    # As written it is off by 0.05.
    assert math.isclose(by_query, 2.846250329198674849591904e-15, rel_tol=1e-12)


def test_points_at_which_rounding_shows_come_first():
    statement = Statement("J", formula_of(tree("(x + 1) - x")))
    plain = [{"x": 1.0 + i / 8} for i in range(60)]
    points = telling_first([*plain, {"x": 1e9}], [{"x": 2.0}, {"x": 3e9}], (statement,), ("J",))
    assert [points.index({"x": x}) for x in (1e9, 3e9)] == [40, 41]
    assert len(points) == 62
