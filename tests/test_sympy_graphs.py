"""SymPy in, SymPy out: graphs of equations and expressions, own functions, what is refused."""

import json
import pickle

import pytest
import sympy
from hypothesis import given, settings
from sympy import Eq, Rational, symbols

import symgrad as sg
from symgrad.expression.symbolic import to_sympy
from symgrad.expression.symbolic_reading import NotTaken, from_sympy
from symgrad.graph.forward import forward
from tests.formulas import close
from tests.random_graphs import cases

a, b, c = symbols("a b c", real=True)
x, y, u, J = symbols("x y u J")
POSITIVE = sympy.Symbol("s", positive=True)
PLACES = {a: Rational(7, 5), b: Rational(-3, 4), c: Rational(5, 3), x: Rational(2, 7)}

EXPRESSIONS = [
    (a * x + b - c) ** 2 / 2,
    -a * b / (3 * c) + Rational(2, 3) * x,
    sympy.sqrt(a**2 + b**2) / c**3 + 1 / sympy.sqrt(c),
    c ** (a * b) + sympy.exp(-a * x) * sympy.E**c,
    sympy.Abs(a - b) + sympy.Max(a, b, c) + sympy.Min(a, c) + sympy.sign(b) * a,
    sympy.Piecewise((a * x, a > b), (b**2, sympy.And(a < 1, c >= 0)), (c, True)),
    sympy.Piecewise((a, x > 0), (b, x <= 0)),
    sympy.Piecewise((a, sympy.Or(x > 1, sympy.Not(Eq(b, 2)))), (b * c, True)),
    sympy.Heaviside(a) * b + sympy.Heaviside(b, 0) * a,
    sympy.sec(a) + sympy.csc(a) + sympy.cot(a) + sympy.sech(a) + sympy.csch(a) + sympy.coth(a),
    sympy.acot(a) + sympy.asec(c) + sympy.acsc(c) + sympy.acsch(a) + sympy.asech(x),
    sympy.log(c, 3) + sympy.erf(a) + sympy.erfc(b) + sympy.atan2(a, b) + sympy.loggamma(c),
    sympy.digamma(c) + sympy.polygamma(1, c) + sympy.EulerGamma * a + sympy.GoldenRatio * b,
    sympy.Catalan * a + sympy.pi**c,
    sympy.Sum(a**y * x, (y, 1, 4)) + sympy.Product(b + y, (y, 1, 3)),
    0.1 * a + 2.5e-3 * b**2 + sympy.cbrt(c) + sympy.real_root(c, 3),
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expression_comes_back_with_its_value(expression):
    names = {str(symbol): symbol for symbol in PLACES}
    there = to_sympy(from_sympy(expression), names).subs(PLACES).evalf(30)
    assert abs(there - expression.doit().subs(PLACES).evalf(30)) < 1e-15


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_gradient_of_an_expression_is_that_of_sympy(expression):
    wrt = [s for s in (a, b, c) if s in expression.free_symbols]
    d = sg.derive(expression, wrt=wrt)
    for parameter in wrt:
        slope = sympy.diff(expression.doit(), parameter).subs(sympy.DiracDelta(a), 0)
        right = slope.subs(sympy.DiracDelta(b), 0).subs(PLACES).doit().evalf(30)
        assert abs(d.expand(str(parameter)).subs(PLACES).evalf(30) - right) < 1e-12


def test_equations_become_a_graph_and_come_back_in_order():
    given = [Eq(J, (u - y) ** 2), Eq(u, a * x + b)]
    g = sg.graph(given, params=[a, b], data=[x, y], minimize=J)
    assert (g.parameters, g.data, g.objective) == (("a", "b"), ("x", "y"), "J")
    assert g.equations == (Eq(u, a * x + b), Eq(J, (u - y) ** 2))
    assert sg.derive(g).gradients["a"].subs(symbols("δ"), 2 * (u - y)) == x * (2 * u - 2 * y)


def test_what_is_not_named_is_data_beside_parameters_and_a_parameter_without():
    assert sg.graph(a * x, params=[a]).data == ("x",)
    assert sg.graph(a * x).parameters == ("a", "x")
    g = sg.graph(a * x + c, params={a: 0.5}, consts={c: Rational(1, 3)})
    assert [str(g[name].default) for name in ("a", "c")] == ["1/2", "1/3"]


def test_a_name_that_is_taken_is_not_the_objective():
    assert sg.graph(J * x, params=[J]).objective == "J_"


def test_author_s_symbols_and_their_assumptions_are_kept():
    d = sg.derive(POSITIVE**2 * sympy.log(POSITIVE), wrt=[POSITIVE])
    assert [fact.text for fact in d.graph.assumptions] == ["s > 0"]
    difference = d.expand("s") - sympy.diff(POSITIVE**2 * sympy.log(POSITIVE), POSITIVE)
    assert sympy.simplify(difference) == 0


class ramp_power(sympy.Function):  # noqa: N801  (SymPy's own style)
    """A function of the author's own: x^n/(1 + x^2), known by fdiff and evalf alone."""

    def fdiff(self, argindex=1):
        z, n = self.args
        if argindex == 1:
            return ramp_power(z, n) * (n / z - 2 * z / (1 + z**2))
        raise sympy.core.function.ArgumentIndexError(self, argindex)

    def _eval_evalf(self, prec):
        z, n = self.args
        return (z**n / (1 + z**2))._eval_evalf(prec) if z.is_number else None


def test_own_function_is_derived_by_its_fdiff_and_traced_by_its_evalf():
    d = sg.derive(Eq(u, ramp_power(a * x, 3)), wrt=[a])
    z = symbols("z")
    right = sympy.diff(z**3 / (1 + z**2), z).subs(z, 6) * 3
    step = next(iter(sg.trace(d.graph, values={"a": 2}, data=[{"x": 3}])))
    assert step.gradients["a"] == pytest.approx(float(right), rel=1e-14)
    assert "ramp_power(ax, 3)" in d.text()
    assert r"\mathrm{ramp\_power}(ax, 3)" in d.latex()


def test_claims_about_an_own_function_are_judged():
    d = sg.derive(Eq(u, ramp_power(a * x, 3)), wrt=[a])
    right = "du/da = ramp_power(a*x, 3)*(3/(a*x) - 2*a*x/(1 + a^2*x^2))*x"
    wrong = "du/da = ramp_power(a*x, 3)*(3/(a*x) - 2*a*x/(1 + a^2*x^2))"
    report = sg.verify(d.graph, f"{right}\n{wrong}")
    assert [v.status for v in report.verdicts] == ["proved", "refuted"]


def test_derivative_that_the_function_does_not_know_is_refused_by_name():
    with pytest.raises(sg.SymgradError) as error:
        sg.derive(ramp_power(a * x, b), wrt=[a, b])
    assert str(error.value).startswith(
        "error: the derivative of `ramp_power` by its second argument is not known in closed form"
    )
    assert sg.derive(ramp_power(a * x, b), wrt=[a]).path_count("a") == 1


def test_two_functions_of_one_name_stay_two():
    class scale(sympy.Function):  # noqa: N801
        def fdiff(self, argindex=1):  # noqa: ARG002
            return sympy.Integer(2)

    first = sg.derive(scale(a * x), wrt=[a]).gradients["a"]

    class scale(sympy.Function):  # noqa: N801
        def fdiff(self, argindex=1):  # noqa: ARG002
            return sympy.Integer(3)

    assert (first, sg.derive(scale(a * x), wrt=[a]).gradients["a"]) == (2 * x, 3 * x)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (sympy.Integral(a * x, (x, 0, 1)), "`Integral(a*x, (x, 0, 1))` cannot be taken"),
        (sympy.I * a, "`I` cannot be taken from SymPy"),
        (sympy.Function("f")(a) + 1, "nothing is known of the function f"),
        (sympy.floor(a) * a, "`floor(a)` has no useful derivative"),
        (sympy.hankel1(0, a), "SymPy's function has complex values"),
        (sympy.DiracDelta(a), "SymPy's object is no function"),
        (sympy.SingularityFunction(a, 1, -1), "with a negative exponent it is no function"),
        (sympy.Symbol("a b") * a, "`a b` cannot be taken from SymPy: it is no name"),
        (sympy.oo * a, "`oo` cannot be taken"),
        (Eq(a + b, 1), "its left side is no symbol"),
        ([a + b], "`a + b` cannot be taken from SymPy: it is no equation"),
        (sympy.MatrixSymbol("A", 2, 2), "cannot be taken from SymPy"),
        (sympy.Sum(a, (y, 1, x)), "its bounds are not numbers"),
        (sympy.Piecewise((a, a > 0)), "it has no value where none of its conditions holds"),
        (sympy.Symbol("a", positive=True) * a, "two different symbols have this name"),
        ([Eq(u, a), Eq(u, b)], "`u` is defined twice"),
        ([Eq(u, J), Eq(J, u)], "the definitions go round in a ring"),
        (3 ** sympy.Integer(10) ** 5 * sympy.Integer(10) ** 9000 * a, "its numbers are too large"),
        ([], "there is no equation"),
        (sympy.Integer(3), "there is no parameter"),
    ],
)
def test_what_cannot_be_taken_is_named(source, message):
    with pytest.raises(sg.SymgradError) as error:
        sg.graph(source)
    assert message in str(error.value)


def test_matrix_is_no_source():
    with pytest.raises(sg.SymgradError):
        sg.derive(sympy.Matrix([[a]]))
    assert issubclass(NotTaken, sg.SymgradError)


@settings(max_examples=40)
@given(cases())
def test_random_graph_goes_through_sympy_and_back(case):
    graph = case.graph
    again = sg.graph(
        list(graph.equations), params=list(graph.parameters), data=list(graph.data),
        minimize=graph.objective,
    )  # fmt: skip
    assert again.parameters == graph.parameters
    there, here = (forward(g, case.inputs)[g.objective] for g in (again, graph))
    assert close(there, here)
    assert pickle.loads(pickle.dumps(graph)) == graph  # noqa: S301  (our own bytes)


def test_derivation_shows_itself_in_every_form_and_pickles():
    d = sg.derive((a * x + b - y) ** 2, wrt=[a, b])
    assert str(d) == d.text().rstrip("\n")
    assert "∂J/∂b = 2(ax + b − y)" in d.text()
    assert r"\frac{\partial J}{\partial b}" in d.latex()
    assert "$" in d.markdown()
    assert json.loads(d.to_json())["gradients"]
    again = pickle.loads(pickle.dumps(d))  # noqa: S301  (our own bytes)
    assert (again.text(), again.gradients["a"]) == (d.text(), d.gradients["a"])
