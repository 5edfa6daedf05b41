"""Guards of single points: the derivative there is the limit, in formulas, code and verdicts."""

import subprocess
import sys

import mpmath
import pytest

import symgrad as sg
from symgrad.derivation.calculus import gradient_of, kinks_of
from symgrad.expression.evaluate import Decimals
from symgrad.sources.text import parse
from tests.verify_corpus import read

# a function with a removable singularity, and the name and the point where it is
SMOOTH = (
    ("where(x == 0, 1, (exp(x) - 1)/x)", "x", 0),
    ("where(x == 0, 1, sin(x)/x)", "x", 0),
    ("where(x != 0, sin(x)/x, 1)", "x", 0),
    ("where(not x != 0, 1, tanh(x)/x)", "x", 0),
    ("where(x == 0, 1/2, (1 - cos(x))/x^2)", "x", 0),
    ("where(x == 0, 1/3, (x - tanh(x))/x^3)", "x", 0),
    ("where(x == 0, 0, 1/(exp(x) - 1) - 1/x + 1/2)", "x", 0),
    ("where(x == 0, e, exp(sin(x)/x))", "x", 0),
    ("where(x == 1, 1, log(x)/(x - 1))", "x", 1),
    ("where(x^2 == 0, 1, log1p(x)/x)", "x", 0),
    ("where(3 - x == 0, 27, (x^3 - 27)/(x - 3))", "x", 3),
    ("where(a - b == 0, exp(b), (exp(a) - exp(b))/(a - b))", "a", "b"),
    ("where(a - b == 0, exp(b), (exp(a) - exp(b))/(a - b))", "b", "a"),
    ("where(a == b, 1/a, (log(a) - log(b))/(a - b))", "a", "b"),
    ("where(2*a == b, t*exp(-b*t), (exp(-2*a*t) - exp(-b*t))/(b - 2*a))", "a", "b/2"),
    ("where(k == 0, log(x), (x^k - 1)/k)", "k", 0),
    ("where(g == 1, log(c), (c^(1 - g) - 1)/(1 - g))", "g", 1),
    ("where(r == 0, t, (1 - exp(-r*t))/r)", "r", 0),
    ("where(r == 0, t, (1 - exp(-r*t))/r)", "t", "t"),
    ("where(h == 0, 0, sqrt(1 + h) - 1)/(1 + h)", "h", 0),
    ("where(x == 0, 1, where(a > 0, sin(x)/x, tanh(x)/x))", "x", 0),
    ("where(x == 0, 1/2, (sigmoid(x) - 1/2)/x + 1/4)", "x", 0),
    ("where(x == -40, 1, (x + 40)/10/(1 - exp(-(x + 40)/10)))", "x", -40),
    ("where(x == 0, 0, (hypot(x, y) - abs(y))/x)", "x", 0),
)  # fmt: skip
# SymPy takes seconds for the series of these derivatives; others of their kind are derived twice.
ONCE = ("sigmoid", "x + 40", "2*a == b", "log(a) - log(b)", "x - tanh(x)", "a - b == 0, exp(b)")
OPEN = (
    "where(x == 0, 0, x*log(x))", "where(x == 0, 5, sin(x)/x)", "where(x == 0, 0, x^2*sin(1/x))",
    "where(x == 0, 0, abs(x))", "where(x == 0, 0, relu(x)^2/x)", "where(x == 0, 0, max(x, 2*x)/x)",
    "where(x == 0, 0, sqrt(x))", "where(y == 1, y, 1 - y)",
    "where(x^2 + y^2 == 0, 1, sin(x^2 + y^2)/(x^2 + y^2))",
)  # fmt: skip
EXPONENTIAL = "param x\nJ = where(x == 0, 1, (exp(x) - 1)/x)"


def at(point, x):
    """Return values of every name, with the guarded name at the point, moved by x."""
    evaluator = Decimals(60)
    given = dict.fromkeys("xyabtkgcrh", evaluator.number(0.75)) | {"a": evaluator.number(1.25)}
    name, where = point
    there = (
        evaluator.number(where) if isinstance(where, int) else evaluator.value(read(where), given)
    )
    return given | {name: there + evaluator.number(x)}


@pytest.mark.parametrize(("text", "name", "where"), SMOOTH)
def test_the_derivative_at_the_point_is_the_limit(text, name, where):
    evaluator = Decimals(60)
    slope = read(text)
    # the derivative of the derivative as well
    for order in range(1 if any(part in text for part in ONCE) else 2):
        f, slope = slope, gradient_of(slope).get(name, read("0"))
        here = evaluator.value(slope, at((name, where), 0))
        sides = [evaluator.value(f, at((name, where), sign * 1e-12)) for sign in (1, -1)]
        step = evaluator.number(1e-12)
        assert abs((sides[0] - sides[1]) / (2 * step) - here) < 1e-9, order


@pytest.mark.parametrize("text", OPEN)
def test_where_there_is_no_limit_the_convention_is_said(text):
    (found,) = [kink for kink in kinks_of(read(text)) if "single point" in kink]
    assert "the point's own formula" in found


def test_a_guard_that_is_smooth_needs_no_convention():
    assert kinks_of(read("where(x == 0, 1, sin(x)/x)")) == ()


@pytest.mark.parametrize("target", ["python", "numpy", "c", "javascript"])
def test_emitted_code_has_the_limit(target):
    text = sg.generate(sg.derive(parse(EXPONENTIAL)), target=target)
    assert "0.5" in text


def test_emitted_python_gives_the_limit(tmp_path):
    file = tmp_path / "code.py"
    file.write_text(sg.generate(sg.derive(parse(EXPONENTIAL)), target="python"), encoding="utf-8")
    run = "import code_; print(code_.gradient(0.0).x, code_.gradient(1e-9).x)"
    file.rename(tmp_path / "code_.py")
    done = subprocess.run(
        [sys.executable, "-c", run], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    first, second = map(float, done.stdout.split())
    assert first == 0.5
    assert mpmath.almosteq(first, second, 1e-8)


def test_a_trace_has_the_limit():
    graph = parse(EXPONENTIAL.replace("param x", "param x = 0"))
    (step,) = sg.trace(graph, rate=0.1).steps
    assert float(step.gradients["x"]) == 0.5


def status(model, text):
    return [verdict.status for verdict in sg.verify(parse(model), text, explain=False).verdicts]


def test_a_wrong_value_at_a_guarded_point_is_refuted_there():
    beside = "((x - 1)*exp(x) + 1)/x^2"
    claims = [f"dJ/dx = where(x == 0, {value}, {beside})" for value in ("1/2", "0", "1")]
    report = sg.verify(parse(EXPONENTIAL), "\n".join(claims), explain=False)
    assert [v.status for v in report.verdicts] == ["proved", "refuted", "refuted"]
    assert report.verdicts[1].decision.witness == (("x", 0),)
    assert status(EXPONENTIAL, f"dJ/dx = {beside}") == ["proved"]
    assert status(EXPONENTIAL, "d²J/dx² = where(x == 0, 1/3, (exp(x)(x^2 - 2x + 2) - 2)/x^3)") == [
        "proved"
    ]


def test_a_guard_of_two_names_is_asked_where_they_meet():
    model = "param a, b\nJ = where(a == b, exp(a), (exp(a) - exp(b))/(a - b))"
    right = "(exp(a)(a - b - 1) + exp(b))/(a - b)^2"
    assert status(model, f"dJ/da = where(a == b, exp(a)/2, {right})") == ["proved"]
    assert status(model, f"dJ/da = where(a == b, exp(a), {right})") == ["refuted"]


def test_a_value_is_asked_at_guarded_points():
    model = "data y\nparam p\nq = where(y == 1, p, 1 - p)\nL = -log(q)"
    assert status(model, "q = where(y == 1, p, 1 - p)\nq = 1 - p") == ["proved", "refuted"]
    assert status(model, "dq/dp = where(y == 1, 1, -1)\ndq/dp = -1") == ["proved", "refuted"]


def test_a_convention_refutes_and_proves_nothing():
    model = "param x\nJ = where(x == 0, 0, x*log(x))"
    claims = "dJ/dx = where(x == 0, 7, log(x) + 1)\ndJ/dx = log(x) + 1\ndJ/dx = log(x)"
    assert status(model, claims) == ["undecided", "proved", "refuted"]
    model = "param x\ns = exp(x) - 1\nJ = where(x == 0, 1, s/x)"  # the limit spans two equations
    beside = "((x - 1)*exp(x) + 1)/x^2"
    claims = f"dJ/dx = where(x == 0, 0, {beside})\ndJ/dx = {beside}"
    assert status(model, claims) == ["undecided", "proved"]
