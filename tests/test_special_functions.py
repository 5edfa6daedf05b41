"""The special functions: derived by SymPy, with values of mpmath and certified ones, by name."""

from fractions import Fraction

import pytest
from flint import ctx, fmpq

import symgrad as sg
from symgrad.derivation.calculus import gradient_of
from symgrad.errors import NotDifferentiable, UnsupportedFunction
from symgrad.expression.certified_values import certified
from symgrad.expression.evaluate import Decimals, OutsideDomain
from symgrad.expression.functions import FUNCTIONS, lookup
from symgrad.expression.slopes import refusal_of
from symgrad.expression.special import ROWS
from symgrad.expression.tree import ZERO, Call, Var
from tests.formulas import close, real

POINTS = {
    1: [("0.3",), ("1.7",), ("-1.4",)],
    2: [("2", "0.3"), ("1.3", "0.5"), ("0.6", "-0.3")],
    3: [("2", "0.5", "0.3"), ("0.3", "0.4", "0.5")],
    4: [("2", "0.5", "1.5", "0.3"), ("2", "3", "0.2", "0.6")],
    6: [("1", "0.5", "2", "3", "0.2", "0.3")],
}
NO_VALUE = {"mathieus", "mathieuc", "mathieusprime", "mathieucprime", "marcumq", "appellf1"}
STEP = Fraction(1, 10**25)
EVALUATOR, FINE = Decimals(40), Decimals(80)


def cases():
    for row in ROWS:
        for count in range(row.min_arity, (row.max_arity or 3) + 1):
            for point in POINTS[count]:
                yield row.name, tuple(map(Fraction, point))


def call_and_values(name, point):
    keys = [f"x{i}" for i in range(len(point))]
    return Call(name, tuple(map(Var, keys))), dict(zip(keys, point, strict=True))


def value(evaluator, expression, values):
    return evaluator.value(expression, {key: evaluator.number(v) for key, v in values.items()})


@pytest.mark.parametrize("name", sorted(row.name for row in ROWS))
def test_slopes_and_certified_values_agree_with_the_values(name):
    met = slopes_met = 0
    for _, point in (case for case in cases() if case[0] == name):
        call, values = call_and_values(name, point)
        try:
            here = value(EVALUATOR, call, values)
        except OutsideDomain:
            continue
        with ctx.workprec(160):
            try:
                given = {key: fmpq(v.numerator, v.denominator) for key, v in values.items()}
                ball = certified(given).value(call)
            except ArithmeticError:
                ball = None
        if ball is not None:
            met += 1
            text = ball.mid().str(40, radius=False) if hasattr(ball, "mid") else ball
            assert close(real(str(text)), here, Fraction(1, 10**28)), (point, ball, here)
        slopes = gradient_of(call)
        for key, at in values.items():
            slope = slopes.get(key, ZERO)
            if refusal_of(slope):
                continue
            sides = [value(FINE, call, {**values, key: at + step}) for step in (STEP, -STEP)]
            wanted = (sides[0] - sides[1]) / FINE.number(2 * STEP)
            assert close(value(EVALUATOR, slope, values), wanted, Fraction(1, 10**20)), (key, point)
            slopes_met += 1
    assert (met and slopes_met) or name in NO_VALUE


@pytest.mark.parametrize("name", sorted(row.name for row in ROWS))
def test_name_is_read_derived_and_printed(name):
    row = FUNCTIONS[name]
    whole = {"LambertW", "besselj"} & {name}
    arguments = (
        [*["0.4"] * (row.min_arity - 1), "a*x"]
        if not whole
        else ["0"] * (row.min_arity - 1) + ["a*x"]
    )
    graph = sg.parse(f"param a; data x; J = {name}({', '.join(arguments)})")
    d = sg.derive(graph) if name != "zeta" else None
    if d is not None:
        assert f"{name}(" in d.text()
        again = sg.parse(f"param a; data x; J = {name}({', '.join(arguments)})")
        assert again.nodes == graph.nodes


def test_reading_of_latex_and_aliases():
    graph = sg.parse("param a; data x; J = gamma(a*x) + zeta(2, a) + airyai(a)")
    report = sg.verify(
        graph,
        r"$\frac{\partial J}{\partial a} = \Gamma(ax)\psi(ax)x - 2\zeta(3, a) + "
        r"\operatorname{airyaiprime}(a)$",
    )
    assert [v.status for v in report.verdicts] == ["proved"]
    assert lookup("Γ") is lookup("gamma")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("hankel1", "has complex values"),
        ("hyper", "takes lists"),
        ("fibonacci", "is one of whole numbers"),
        ("rf", "SymPy knows no derivative"),
        ("DiracDelta", "is no function"),
    ],
)
def test_what_sympy_has_and_no_graph_can_is_named(name, why):
    for source in (
        lambda: sg.parse(f"param a; J = {name}(a, 2)"),
        lambda: sg.graph(f"def J(a):\n    return {name}(a, 2)"),
    ):
        with pytest.raises(sg.SymgradError, match=why) as error:
            source()
        assert f"unknown function `{name}`" in str(error.value)


CLAIMS = [
    ("besselj(0, a*x)", "-besselj(1, a*x)*x", "proved"),
    ("besselj(0, a*x)", "besselj(1, a*x)*x", "refuted"),
    ("gamma(a)", "gamma(a)*digamma(a)", "proved"),
    ("gamma(a)", "gamma(a)*log(a)", "refuted"),
    ("beta(a, x)", "gamma(a)*gamma(x)/gamma(a + x)*(digamma(a) - digamma(a + x))", "proved"),
    ("erfi(a)", "2*exp(a^2)/sqrt(pi)", "proved"),
    ("erfinv(a)", "sqrt(pi)/2*exp(erfinv(a)^2)", "proved"),
    ("erfinv(a)", "sqrt(pi)/2*exp(-erfinv(a)^2)", "refuted"),
    ("LambertW(a)", "LambertW(a)/(a*(1 + LambertW(a)))", "proved"),
    ("LambertW(a)", "1/(a*(1 + LambertW(a)))", "refuted"),
    ("Ei(a*x)", "exp(a*x)/a", "proved"),
    ("polylog(2, a)", "polylog(1, a)/a", "proved"),
    ("elliptic_k(a)", "(elliptic_e(a) - (1 - a)*elliptic_k(a))/(2*a*(1 - a))", "proved"),
    ("airyai(a*x)^2", "2*airyai(a*x)*airyaiprime(a*x)*x", "proved"),
    ("uppergamma(x, a)", "-a^(x - 1)*exp(-a)", "proved"),
    ("Si(a)", "cos(a)/a", "refuted"),
    ("legendre(2, a)", "3*a", "agrees"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "slope", "status"), CLAIMS)
def test_claims_about_special_functions(formula, slope, status):
    graph = sg.parse(f"param a; data x; J = {formula}")
    (verdict,) = sg.verify(graph, f"dJ/da = {slope}").verdicts
    assert verdict.status == status or (status == "agrees" and verdict.status == "proved")


def test_a_name_of_the_graph_wins():
    graph = sg.parse("param beta, gamma; data li, zeta; J = beta*(li + 1) + gamma*zeta")
    assert graph.parameters == ("beta", "gamma")
    (verdict,) = sg.verify(graph, r"$\frac{\partial J}{\partial\beta} = li + 1$").verdicts
    assert verdict.status == "proved"
    report = sg.verify(sg.parse("param γ; data x; J = γ*(x + 1)"), r"$J = \gamma(x + 1)$")
    assert [v.status for v in report.verdicts] == ["proved"]
    with pytest.raises(sg.SymgradError, match="`gamma` is a name, not a function"):
        sg.parse("param gamma; J = gamma(gamma + 1)")


def test_derivative_by_an_order_is_refused_where_it_is_needed():
    with pytest.raises(NotDifferentiable) as error:
        sg.derive(sg.parse("param a; data x; J = besselj(a, x)"))
    assert str(error.value) == (
        "error: the derivative of `besselj` by its first argument is not known in closed form, and "
        "`J` needs it to depend on `a`\n  help: differentiate by inputs that `a` does not depend on"
    )
    assert sg.derive(sg.parse("param a; const n = 2; J = besselj(n, a)")).wrt == ("a",)


def test_python_function_may_call_them():
    graph = sg.graph(_objective)
    step = next(iter(sg.trace(graph, values={"a": 1}, data=[{"x": 2}])))
    assert step.gradients["a"] == pytest.approx(-2 * 0.5767248077568734, rel=1e-13)


def _objective(a, *, x):
    return besselj(0, a * x)  # noqa: F821  (read, never run)


@pytest.mark.parametrize(
    ("formula", "target", "message"),
    [
        ("besselj(0, a)", "python", "`-t julia`, `-t numpy --set special=scipy`"),
        ("gamma(a)", "javascript", "`-t c`, `-t cpp`, `-t jax`, `-t julia`, `-t numpy --set"),
        ("erfi(a)", "numpy", "targets that have it: `-t julia`, `-t numpy --set special=scipy`"),
        ("polylog(2, a)", "c", "no target has it"),
    ],
)
def test_target_without_a_function_says_which_have_it(formula, target, message):
    with pytest.raises(UnsupportedFunction) as error:
        sg.generate(sg.parse(f"param a = 0.5; J = {formula}"), target=target)
    assert message in str(error.value)


def test_gamma_is_emitted_where_the_language_has_it():
    d = sg.derive(sg.parse("param a; data x; J = gamma(a*x)"))
    module = sg.compile(d, "python")
    assert module.value(2.0, 2.5) == pytest.approx(24.0)
    assert module.gradient(2.0, 2.5).a == pytest.approx(24 * 1.5061176684318003 * 2.5)
    assert "tgamma(" in sg.generate(d, target="c")


SCIPY = [
    row.name
    for row in ROWS
    if any(language == "scipy" for language, _ in row.spellings) and row.name not in NO_VALUE
]


@pytest.mark.parametrize("name", SCIPY)
def test_scipy_computes_the_same(name):
    special = pytest.importorskip("scipy.special")
    numpy = pytest.importorskip("numpy")
    row = FUNCTIONS[name]
    met = 0
    for _, point in (case for case in cases() if case[0] == name):
        spelling = row.spelling("scipy", len(point))
        if spelling is None:
            continue
        call, values = call_and_values(name, point)
        try:
            wanted = float(value(EVALUATOR, call, values))
        except OutsideDomain:
            continue
        numbers = [int(v) if v.denominator == 1 else float(v) for v in point]
        text = spelling.at([repr(v) for v in numbers])
        found = eval(text, {"special": special, "np": numpy})  # noqa: S307  (a row of our own)
        met += 1
        assert float(found) == pytest.approx(wanted, rel=1e-9), text
    assert met


def test_numpy_takes_them_from_scipy_on_request():
    d = sg.derive(sg.parse("param a; data x; J = besselj(0, a*x) + gamma(a)"))
    text = sg.generate(d, target="numpy", special="scipy")
    assert "from scipy import special\n" in text
    pytest.importorskip("scipy")
    numpy = pytest.importorskip("numpy")
    module: dict[str, object] = {"__name__": "emitted"}
    exec(text, module)  # noqa: S102  (emitted by ourselves)
    found = module["gradient"](1.5, numpy.array([0.5, 2.0]))
    assert found.a == pytest.approx(
        -0.5 * (0.5 * 0.3492436 + 2 * 0.3390590) + 0.8862269 * 0.0364900, rel=1e-5
    )
