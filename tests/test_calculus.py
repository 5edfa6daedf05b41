"""Local derivatives: right, in the author's order, and shorter through the node's own value."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings

from symgrad.derivation.calculus import gradient_of, kinks_of, local_derivatives, through_value
from symgrad.derivation.derive import derive
from symgrad.expression.functions import FUNCTIONS
from symgrad.expression.printer import Printer
from symgrad.expression.recognize import recognized
from symgrad.expression.symbolic import to_sympy
from symgrad.expression.tree import Add, Call, Div, Mul, Neg, Number, Pow, Var, number, substitute
from symgrad.sources.text import parse
from tests.formulas import EVALUATOR, all_values, close
from tests.random_graphs import cases

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def local(equation, operand, *, short=True):
    """Return the printed local derivative of `v = …` by one operand."""
    names = "a, b, c, d, k, n, t, x, y, z, λ, μ, σ"
    graph = parse(f"param {names}\nv = {equation}\nJ = v")
    return Printer(graph.index).expression(derive(graph).local("v", operand, short=short))


DIRECT = [
    ("c*x^2 + x + d", "x", "2cx + 1"),
    ("a*x + b", "a", "x"),
    ("(a - y)^2", "a", "2(a − y)"),
    ("(a - y)^2", "y", "−2(a − y)"),
    ("λ/2*(a^2 + c^2)", "a", "λa"),
    ("1/(1 + x)", "x", "−1/(1 + x)²"),
    ("x^n", "x", "n·x^(n − 1)"),
    ("n^x", "x", "log(n)·n^x"),
    ("e^(k*x)", "x", "e^(kx)·k"),
    ("x/y", "y", "−x/y²"),
    ("sqrt(x)", "x", "1/(2·√x)"),
    ("log(x)", "x", "1/x"),
    ("sin(a*x)", "x", "cos(ax)·a"),
    ("x*sin(x)", "x", "sin(x) + x·cos(x)"),
    ("stop_gradient(x)*x", "x", "stop_gradient(x)"),
    ("atan2(y, x)", "y", "x/(x² + y²)"),
]


@pytest.mark.parametrize(("equation", "operand", "wanted"), DIRECT)
def test_local_derivative_as_a_person_writes_it(equation, operand, wanted):
    assert local(equation, operand, short=False) == wanted


SHORT = [
    ("1/(1 + x)", "x", "−v²"),
    ("tanh(x)", "x", "1 − v²"),
    ("1/(1 + exp(-x))", "x", "v·(1 − v)"),
    ("exp(x)/(1 + exp(x))", "x", "v·(1 − v)"),
    ("e^x/(1 + e^x)", "x", "v·(1 − v)"),
    ("1/(1 + e^(-x))", "x", "v·(1 − v)"),
    ("1/(exp(-x) + 1)", "x", "v·(1 − v)"),
    ("sigmoid(x)", "x", "v·(1 − v)"),
    ("(exp(x) - exp(-x))/(exp(x) + exp(-x))", "x", "1 − v²"),
    ("(exp(2*x) - 1)/(exp(2*x) + 1)", "x", "1 − v²"),
    ("(1 - exp(-2*x))/(1 + exp(-2*x))", "x", "1 − v²"),
    ("exp(x)", "x", "v"),
    ("exp(a*x)", "x", "va"),
    ("tan(x)", "x", "1 + v²"),
    ("sqrt(x)", "x", "1/(2v)"),
    ("log(1 + exp(x))", "x", "sigmoid(x)"),
    ("cbrt(x)", "x", "1/(3v²)"),
    ("hypot(x, y)", "x", "x/v"),
    ("sqrt(x^2 + y^2)", "x", "x/v"),
    ("1/x", "x", "−v²"),
    ("x^n", "n", "log(x)·v"),
]


@pytest.mark.parametrize(("equation", "operand", "wanted"), SHORT)
def test_local_derivative_goes_through_the_own_value(equation, operand, wanted):
    assert local(equation, operand) == wanted


@settings(max_examples=60, suppress_health_check=SLOW)
@given(cases())
def test_short_form_equals_the_direct_one(case):
    d = derive(case.graph)
    values = all_values(d, case.inputs)
    for node in case.graph.ordered:
        for operand in node.formula.operands:
            direct = EVALUATOR.value(d.local(node.name, operand, short=False), values)
            short = EVALUATOR.value(d.local(node.name, operand), values)
            assert close(short, direct, Fraction(1, 10**25)), f"∂{node.name}/∂{operand}"


@settings(max_examples=40, suppress_health_check=SLOW)
@given(cases(functions=False, most=1))
def test_rational_patterns_agree_with_sympy(case):
    import sympy  # noqa: PLC0415  (slow to import, and needed here only)

    node = case.graph.ordered[0]
    tree = node.formula.expression
    slopes = gradient_of(tree)
    whole = to_sympy(tree)
    for name in node.formula.operands:
        symbol = sympy.Symbol(name)
        found = to_sympy(slopes[name]) if name in slopes else sympy.Integer(0)
        assert sympy.cancel(sympy.together(sympy.diff(whole, symbol) - found)) == 0


def test_wide_sum_is_differentiated_term_by_term():
    terms = tuple(Mul((Var(f"w{i}"), Var(f"h{i}"))) for i in range(40))
    slopes = gradient_of(Add((*terms, Var("b"))))
    assert slopes["w7"] == Var("h7")
    assert slopes["h39"] == Var("w39")
    assert slopes["b"] == number(1)


def test_wide_sum_of_mixed_shapes_agrees_with_the_narrow_one():
    x, y = Var("x"), Var("y")
    shapes = [Pow(x, number(3)), Mul((x, y)), Neg(Call("sin", (x,))), Div(x, y), y]
    wide = Add(tuple(shapes * 3))
    values = {"x": EVALUATOR.number(Fraction(3, 7)), "y": EVALUATOR.number(Fraction(9, 5))}
    for name in "xy":
        whole = EVALUATOR.value(gradient_of(wide)[name], values)
        narrow = EVALUATOR.value(gradient_of(Add(tuple(shapes)))[name], values)
        assert close(whole, 3 * narrow)


def test_operand_that_cancels_has_no_derivative():
    assert gradient_of(Add((Var("x"), Neg(Var("x"))))) == {}


def test_condition_has_no_derivative():
    graph = parse("param a; data x; J = where(a < x, x, 2*x)")
    assert derive(graph).local("J", "a") == number(0)


def test_own_value_is_not_used_where_it_saves_nothing():
    assert through_value(Var(0), Mul((Var(0), Var(1)))) == Var(0)


@pytest.mark.parametrize("name", sorted(n for n, row in FUNCTIONS.items() if row.kink))
def test_kink_is_told_once(name):
    count = 3 if name == "where" else 1
    call = Call(name, tuple(Var(f"x{i}") for i in range(count)))
    assert kinks_of(Add((call, call))) == (FUNCTIONS[name].kink,)


def test_smooth_function_has_no_kink_to_tell():
    assert kinks_of(Call("tanh", (Var("x"),))) == ()


def test_derivative_of_a_logistic_curve_to_any_base_uses_its_value():
    # the Elo rating: E = 1/(1 + 10^(d/400)) has E' = -log(10)/400·E·(1 - E)
    text = local("1/(1 + 10^(x/400))", "x")
    assert "v·(1 − v)" in text
    assert "^" not in text


@pytest.mark.parametrize(
    "written",
    ["1/(1 + exp(-x))", "log(1 + exp(x))", "(exp(x) - exp(-x))/2", "log(exp(x) + exp(y))"],
)
def test_recognised_form_is_a_named_function(written):
    graph = parse(f"param x, y; J = {written} + 0*x*y")
    tree = graph.ordered[0].formula.expression
    found = recognized(tree)
    assert found != tree


def test_positions_of_local_derivatives_are_operands():
    pattern = Div(number(1), Add((Number(Fraction(1)), Var(0))))
    rule = local_derivatives(pattern)[0]
    assert rule.direct.positions == (0,)
    assert rule.short.positions == (-1,)
    assert substitute(rule.short.pattern, {0: Var("p")}) == Neg(Pow(Var("p"), number(2)))
