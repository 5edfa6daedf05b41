"""Emitted Python: exact against 50 digits, bare, safe at the edges, and plain to read."""

import math
import subprocess
import sys
import types

import mpmath
import pytest

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.errors import SymgradError
from symgrad.sources.text import parse
from symgrad.targets.check_code import check
from symgrad.targets.codegen import generate
from tests.emitted import loaded

PAIRS = [(name, safe) for name in examples.names() for safe in (True, False)]


@pytest.fixture
def load(tmp_path):
    """Emit Python for a graph and import it."""

    def emitted(text, **options):
        path = tmp_path / "emitted.py"
        path.write_text(generate(parse(text), "python", **options), encoding="utf-8")
        return loaded(path)

    return emitted


def run_bare(path):
    return subprocess.run(
        [sys.executable, "-S", "-I", str(path)], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", examples.names())
def test_example_is_exact(name):
    derivation = derive(parse(examples.read(name)))
    report = check(derivation, "python", generate(derivation, "python"))
    assert report.points == 32
    assert report.ok, report.text
    assert report.ulps < max(100, report.allowed / 100)  # near a zero of a residual terms cancel


@pytest.mark.parametrize("name", examples.names())
def test_example_checks_itself_without_site_packages(name, tmp_path):
    path = tmp_path / f"{name}.py"
    code = generate(parse(examples.read(name)), include=["self_check"])
    path.write_text(code, encoding="utf-8")
    done = run_bare(path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all agree" in done.stdout


def test_self_check_finds_a_wrong_gradient(tmp_path):
    path = tmp_path / "wrong.py"
    code = generate(parse(examples.read("branch_and_merge")), include=["self_check"])
    path.write_text(
        code.replace("dJ_dc = delta*h + lam_times_c", "dJ_dc = delta*h - lam_times_c").replace(
            "dJ_dc = delta*h + lam*c", "dJ_dc = delta*h - lam*c"
        )
    )
    done = run_bare(path)
    assert done.returncode == 1
    assert "off by" in done.stdout


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    dJ_dc = delta*h + lam_times_c\n", "    dJ_dc = delta*h - lam_times_c\n"),
        ("    return J, Gradient", "    return J + 1.0, Gradient"),
        ("(dJ_da, dJ_db, dJ_dc, delta)", "(dJ_da, dJ_db, float('nan'), delta)"),
    ],
)
def test_self_check_looks_at_every_function(tmp_path, old, new):
    path = tmp_path / "wrong.py"
    code = generate(parse(examples.read("branch_and_merge")), include=["self_check"])
    assert old in code
    path.write_text(code.replace(old, new))
    done = run_bare(path)
    assert done.returncode == 1
    assert "off by" in done.stdout


def test_signatures_are_the_documented_ones(load):
    code = generate(parse(examples.read("branch_and_merge")))
    arguments = "a: float, b: float, c: float, d: float, x: float, y: float, lam: float = 0.1"
    assert f"def value(\n    {arguments},\n) -> float:" in code
    assert "lam: float = 0.1,\n) -> Gradient:" in code
    assert "rate: float = 0.1,\n) -> Params:" in code
    module = load(examples.read("branch_and_merge"))
    value, gradient = module.value_and_gradient(1, 0, 1, 0, 2, 1)
    assert gradient._fields == ("a", "b", "c", "d")
    assert value == pytest.approx(module.value(1, 0, 1, 0, 2, 1), rel=1e-15)
    assert gradient == pytest.approx(module.gradient(1, 0, 1, 0, 2, 1), rel=1e-15)
    step = module.update(1, 0, 1, 0, 2, 1)
    assert step.a == pytest.approx(1 - 0.1 * gradient.a, rel=1e-15)


def test_head_states_equations_sensitivity_and_gradient():
    head = generate(parse(examples.read("branch_and_merge"))).partition('"""')[0]
    for line in ("u = ax + b", "δ = ∂L/∂v = ", "∂J/∂d = δ", "λ is lam"):
        assert line in head


def test_maximize_goes_up(load):
    module = load("param a = 1; data x; J = -(a - x)^2; maximize J; rate η = 0.1")
    assert module.update(1.0, 3.0).a == pytest.approx(1.4)


def test_keywords_and_collisions_are_renamed_and_stated():
    code = generate(parse("param λ, lam, if_, class; data x; J = λ*x + lam*if_*class"))
    assert "lam_: float, lam: float, if_: float, class_: float, x: float" in code
    assert "λ is lam_" in code.replace("\n", " ")
    assert "class is class_" in code


@pytest.mark.parametrize("name", ["value", "Gradient", "exp", "rate", "state", "grad", "_exp"])
def test_names_of_the_file_itself_are_left_alone(load, name):
    module = load(
        f"param {name}; data x; J = exp({name}*x)"
        if name != "exp"
        else "param a; data x; exp1 = a*x; J = exp(exp1)",
        optimizer="momentum",
    )
    value, gradient = module.value_and_gradient(0.5, 2.0)
    assert value == pytest.approx(math.e)
    assert gradient[0] == pytest.approx(2 * math.e)
    assert len(module.update(0.5, 2.0)) == 2


def test_text_of_the_head_cannot_leave_its_comment(load):
    module = load('# """ \\u2028 import os\nparam a; data x\nJ = a*x')
    assert module.value(2.0, 3.0) == 6.0


@pytest.mark.parametrize(
    ("text", "arguments", "expected"),
    [
        ("param a; J = exp(a)", (1000.0,), math.inf),
        ("param a; J = sinh(a)", (-1000.0,), -math.inf),
        ("param a; J = 1/(1 + exp(a))", (1000.0,), 0.0),
        ("param a, b; J = a^b", (10.0, 400.0), math.inf),
        ("param a; J = a^2", (0.0,), 0.0),
    ],
)
def test_overflow_is_infinite_and_no_traceback(load, text, arguments, expected):
    for safe in (True, False):
        assert load(text, safe=safe).value(*arguments) == expected


def test_branch_not_taken_raises_nothing(load):
    module = load("param x; r = 1/x; q = log(x); s = sqrt(x); J = where(x > 0, r + q + s, x)")
    assert module.value(-2.0) == -2.0
    assert module.value(0.0) == 0.0
    assert module.value_and_gradient(-2.0) == (-2.0, (1.0,))


def test_a_fault_loses_nothing_but_what_depends_on_it(load):
    module = load("param a, b; data x; u = log(a); J = u*x + b^2 + 1/x")
    value, gradient = module.value_and_gradient(-1.0, 3.0, 2.0)
    assert math.isnan(value)
    assert gradient == (-2.0, 6.0)
    assert module.gradient(0.0, 3.0, 2.0) == (math.inf, 6.0)
    assert module.value(0.0, 3.0, 2.0) == -math.inf
    assert module.update(0.0, 3.0, 2.0).b == pytest.approx(2.4)


def test_arguments_that_are_no_numbers_raise(load):
    with pytest.raises(TypeError):
        load("param x; J = 1/x").value("1")


def test_code_in_which_nothing_can_fail_has_no_second_form():
    assert "try" not in generate(parse("param a; data x; J = (a*x)^2/2"))


REFERENCE = {
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "digamma": mpmath.digamma,
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "expm1": mpmath.expm1,
    "gelu": lambda x: x * mpmath.ncdf(x),
    "lgamma": lambda x: mpmath.log(abs(mpmath.gamma(x))),
    "log1p": mpmath.log1p,
    "normal_cdf": mpmath.ncdf,
    "normal_pdf": mpmath.npdf,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "sign": mpmath.sign,
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
}


@pytest.mark.parametrize("name", sorted(REFERENCE))
def test_function_is_accurate(load, name):
    module = load(f"param x; J = {name}(x)", safe=False)
    points = [0.3, 0.7, 1.0, 1.7, 2.0, 3.3, 8.5, 20.25, 33.0]
    if name != "log1p":
        points += [-0.2, -0.7, -1.3, -2.6, -9.4, -20.3]
    for x in points:
        with mpmath.workdps(50):
            exact = REFERENCE[name](mpmath.mpf(x))
        assert module.value(x) == pytest.approx(float(exact), rel=2e-13, abs=3e-16), x


@pytest.mark.parametrize("order", [1, 2, 3])
def test_polygamma_is_accurate(load, order):
    module = load(f"param x; J = polygamma({order}, x)" if order else "", safe=False)
    for x in (0.2, 1.0, 2.5, 11.0, 40.0, -0.3, -1.7, -4.6):
        with mpmath.workdps(50):
            exact = mpmath.polygamma(order, mpmath.mpf(x))
        assert module.value(x) == pytest.approx(float(exact), rel=2e-13), x


def test_logsumexp_of_large_arguments(load):
    module = load("param a, b; J = logsumexp(a, b)")
    assert module.value(1000.0, 999.0) == pytest.approx(1000.3132616875182, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2", "2.0"),
        ("0.1", "0.1"),
        ("1/3", "1.0/3.0"),
        ("1e-300", "1e-300"),
        ("12345678901234567890", "1.2345678901234567e+19"),
    ],
)
def test_numbers_are_written_so_that_they_round_correctly(text, code):
    assert f"J = a + {code}" in generate(parse(f"param a; J = a + {text}"), safe=False)


def test_number_beyond_a_double_is_refused():
    with pytest.raises(SymgradError, match="outside the range of a double"):
        generate(parse("param a; J = a + 1e399"), safe=False)


def test_thousands_of_stages_run(load):
    stages = 3_000
    equations = [f"u{k + 1} = w{k}*u{k}^2 + u{k}" for k in range(stages)]
    inputs = "param " + ", ".join(f"w{k}" for k in range(stages)) + "\ndata u0"
    module = load("\n".join([inputs, *equations, f"minimize u{stages}"]))
    weights = [1e-4] * stages
    value, gradient = module.value_and_gradient(*weights, 0.5)
    u = 0.5
    for w in weights:
        u = w * u * u + u
    assert value == pytest.approx(u, rel=1e-11)
    assert len(gradient) == stages
    assert gradient[-1] == pytest.approx(value**2, rel=1e-3)
    assert len(module.update(*weights, 0.5)) == stages


# What MicroPython's module math has, of what emitted code calls.
MICROPYTHON = (
    "acos acosh asin asinh atan atan2 atanh copysign cos cosh e erf erfc exp expm1 gamma inf isinf "
    "isnan lgamma log log10 log2 nan pi pow sin sinh sqrt tan tanh"
).split()
EVERYWHERE = """
param a = 0.5, b = 2; data x
u = softplus(a*x) + hypot(a, b, x) + logsumexp(a, b, x) + log1p(b) + cbrt(b) + sigmoid(x)
J = u^2/b + digamma(b) + a^b + normal_cdf(x)
"""


def micropython(code, monkeypatch):
    """Run a file where nothing is to be had that MicroPython lacks."""
    small = types.ModuleType("math")
    small.__dict__.update({name: getattr(math, name) for name in MICROPYTHON})
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "math", small)
        for missing in ("typing", "collections.abc"):
            patch.setitem(sys.modules, missing, None)
        found = {"__name__": "emitted"}
        exec(code, found)  # noqa: S102  (it is emitted here)
    return found


@pytest.mark.parametrize(("optimizer", "more"), [("sgd", []), ("adam", ["hessian", "hvp"])])
def test_micropython_runs_the_same_functions(monkeypatch, optimizer, more):
    include = [*more, "fun_and_jac", "value_each", "gradient_each"]
    given = {"include": include, "optimizer": optimizer, "safe": not more}
    plain = {"__name__": "emitted"}
    exec(generate(parse(EVERYWHERE), **given), plain)  # noqa: S102
    found = micropython(generate(parse(EVERYWHERE), dialect="micropython", **given), monkeypatch)
    for name in ("value", "gradient", "value_and_gradient", "update", *more[:1]):
        assert str(found[name](0.3, 1.7, 0.6))[:9] == str(plain[name](0.3, 1.7, 0.6))[:9]
    assert found["gradient"](0.3, 1.7, 0.6) == pytest.approx(plain["gradient"](0.3, 1.7, 0.6))
    assert found["gradient"](0.3, 1.7, 1e-300).a == plain["gradient"](0.3, 1.7, 1e-300).a
    assert len(found["value_each"](0.3, 1.7, [0.5, 0.6])) == 2
    step = found["update"](0.3, 1.7, 0.6)
    assert (step if optimizer == "sgd" else step[0]).b != 1.7
    assert math.isinf(found["log1p"](math.inf))
    assert found["log1p"](1e-20) == 1e-20


def test_micropython_refuses_what_it_cannot_run():
    with pytest.raises(SymgradError) as caught:
        generate(parse(EVERYWHERE), include=["partial_sums"], dialect="micropython")
    assert caught.value.diagnostics[0].message == "MicroPython cannot run `partial_sums`"
