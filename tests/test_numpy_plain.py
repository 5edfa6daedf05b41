"""Emitted NumPy in the plain style: a line a formula, exact, as fast as one writes it by hand."""

import math
import re

import pytest

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.program.calls import CallsOnce
from symgrad.program.program import lower
from symgrad.sources.text import parse
from symgrad.targets.codegen import emit, generate
from symgrad.targets.running_python import imported

np = pytest.importorskip("numpy")

BRANCH = parse(examples.read("branch_and_merge"))
LINES = """\
    a, b, c, d, lam = _numbers(a, b, c, d, lam)
    x, y = _samples(x, y)
    u = a*x + b
    h = u*u
    v = c*h + u + d
    p = 1.0/(1.0 + v)
    R = lam/2.0*(a*a + c*c)
    delta = -2.0*(p - y)*p*p
    dJ_db = delta*(2.0*c*u + 1.0)
    _n = len(x)
    L = np.sum((p - y)**2)/_n
    J = R + L
    dJ_da = lam*a + np.sum(dJ_db*x)/_n
    dJ_dc = lam*c + np.sum(delta*h)/_n
"""
# Branches, conditions, squares of sums, powers, several data, residuals.
GRAPHS = {
    "article": examples.read("branch_and_merge"),
    "branch": "param a, b; data x, y; J = where((x > 0 and y < 2) or x < -1, a*x, b*y) + b^2",
    "means alone": "param a, b; data x; L = (a*x - b)^2; J = L/2 + a*b",
    "nothing a sample": "param a; data x; J = a^2 + 0*x",
    "residuals": "param a, b; data x, y; residual r, q; r = a*exp(b*x) - y; q = 0.1*b",
    "functions": "param a; data x, y; J = exp(a*x)*y + log1p(exp(a*x)) + (x + 3)^a + hypot(a*x, y)",
    "maximum": "param a, b; data x, y; J = -log(1 + exp(-(a*x + b)*y)); maximize J",
}
WITH = ["hessian", "hvp", "value_each", "gradient_each", "partial_sums"]


@pytest.fixture(scope="module")
def styles(tmp_path_factory):
    def loaded(text, **options):
        graph = parse(text)
        files = [emit(graph, "numpy", style=style, **options)[0] for style in ("plain", "fast")]
        return graph, [imported(file, tmp_path_factory.mktemp("emitted")) for file in files]

    return loaded


def flat(found):
    if isinstance(found, tuple):
        return [number for part in found for number in flat(part)]
    return np.asarray(found).ravel().tolist()


@pytest.mark.parametrize("name", GRAPHS)
def test_both_styles_give_the_same(styles, name):
    options = WITH + (["jacobian_sparse"] if name == "residuals" else [])
    graph, (plain, fast) = styles(GRAPHS[name], include=options)
    source = np.random.default_rng(3)
    fixed = [0.4 + 0.3 * i for i, _ in enumerate(graph.parameters)]
    data = [source.uniform(-0.9, 2.5, 700) for _ in graph.data]
    given = [*fixed, *data]
    kinds = ("value", "gradient", "value_and_gradient", "update", "hessian", *WITH[2:4])
    calls = dict.fromkeys(kinds, given)
    calls["hvp"] = [*given, [1.0] * len(fixed)]
    calls["fun_and_jac"] = [fixed, *data]
    for kind in ("residuals", "jacobian", "jacobian_sparse"):
        if hasattr(fast, kind):
            calls[kind] = [fixed, *data]
    for kind, arguments in calls.items():
        one, other = (flat(getattr(module, kind)(*arguments)) for module in (plain, fast))
        size = max(map(abs, other))
        assert one == pytest.approx(other, rel=1e-11, abs=1e-13 * size), kind
    sums = [module.partial_sums(*given) for module in (plain, fast)]
    combined = [
        module.combine_sums([s], *fixed) for module, s in zip((plain, fast), sums, strict=True)
    ]
    assert flat(combined[0]) == pytest.approx(flat(combined[1]), rel=1e-11)


def test_the_code_says_what_the_head_says():
    code = generate(BRANCH, "numpy")
    assert LINES in code
    assert len(code.splitlines()) < 0.6 * len(generate(BRANCH, "numpy", style="fast").splitlines())


@pytest.mark.parametrize("name", examples.names())
def test_every_formula_is_about_one_line(name):
    graph = parse(examples.read(name))
    if not graph.data:
        pytest.skip("no data")
    code = generate(graph, "numpy", only=["value_and_gradient"])
    body = code.partition("def value_and_gradient(")[2].partition("    return ")[0]
    body = body.rpartition('"""')[2]
    lines = [line for line in body.splitlines() if re.match(r"    \w.* = ", line)]
    derivation = derive(graph)
    formulas = len(graph.ordered) + len(derivation.sensitivity_list) + len(derivation.wrt)
    assert len(lines) - 3 <= 1.75 * formulas  # calls that occur twice have a line of their own


def test_parameters_may_differ_from_sample_to_sample(styles):
    _, (plain, _) = styles(GRAPHS["article"], include=WITH)
    source = np.random.default_rng(1)
    a, x, y = (source.uniform(0.2, 1.5, 5) for _ in range(3))
    each = plain.value_each(a, 0.1, 0.9, 0.2, x, y, lam=[0.1, 0.2, 0.3, 0.4, 0.5])
    rows = plain.gradient_each(a, 0.1, 0.9, 0.2, x, y)
    for i in range(5):
        lam = 0.1 * (i + 1)
        assert each[i] == pytest.approx(
            plain.value(a[i], 0.1, 0.9, 0.2, x[i], y[i], lam), rel=1e-14
        )
        assert rows[i] == pytest.approx(plain.gradient(a[i], 0.1, 0.9, 0.2, x[i], y[i]), rel=1e-13)
    assert plain.value_each(1.0, 0.0, 1.0, 0.0, 2.0, 1.0).shape == (1,)


GOOD = np.array([0.5, 1.0])


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ((1, 0, 1, 0, GOOD, np.ones(3)), ValueError, r"not of \[2, 3\] samples"),
        ((1, 0, 1, 0, GOOD, np.ones((2, 1))), ValueError, r"the shape \(n,\), not \(2, 1\)"),
        ((1, 0, 1, 0, [], []), ValueError, r"not of \[0\] samples"),
        ((1, 0, 1, 0, GOOD, ["a", "b"]), TypeError, "must be real numbers"),
        ((1, 0, 1, 0, GOOD + 1j, GOOD), TypeError, "must be real numbers"),
        ((1, 0, 1, 0, np.ma.masked_equal(GOOD, 1.0), GOOD), TypeError, "not MaskedArray"),
        ((1, 0, GOOD, 0, GOOD, GOOD), ValueError, None),
        ((1, 0, GOOD[:1], 0, GOOD, GOOD), ValueError, None),
        (("1", 0, 1, 0, GOOD, GOOD), TypeError, "single real numbers"),
        ((None, 0, 1, 0, GOOD, GOOD), TypeError, "single real numbers"),
    ],
)
def test_arguments_are_refused(styles, given, error, message):
    _, (plain, _) = styles(GRAPHS["article"], include=WITH)
    with pytest.raises(error, match=message):
        plain.value_and_gradient(*given)


def test_numbers_are_those_of_ieee_754_and_nothing_warns(styles):
    _, (plain, _) = styles("param a; data x; J = a/x + exp(x)", include=WITH)
    assert plain.value(1.0, [0.0, 1.0]) == math.inf
    assert plain.value(1.0, 1000.0) == math.inf
    assert math.isnan(plain.value(1.0, [math.nan, 1.0]))
    assert type(plain.value(1, 2)) is float
    _, (poles, _) = styles("param a; data x; J = x/a", include=WITH)
    assert poles.value(0.0, [1.0, 2.0]) == math.inf


def test_weights_count_a_sample_so_often(styles):
    graph, (plain, _) = styles(GRAPHS["article"], include=["weights"])
    x, y, weights = np.linspace(0, 1, 4), np.linspace(1, 2, 4), np.array([1.0, 0.0, 2.0, 3.0])
    often = [np.repeat(column, weights.astype(int)) for column in (x, y)]
    found = plain.value_and_gradient(1.0, 0.1, 0.9, 0.2, x, y, weights=weights)
    assert flat(found) == pytest.approx(
        flat(plain.value_and_gradient(1.0, 0.1, 0.9, 0.2, *often)), rel=1e-14
    )
    assert graph.data == ("x", "y")


def test_calls_and_long_sums_are_computed_once_and_products_go_on():
    derivation = derive(
        parse("param a; data x; u = exp(a*x); J = u + exp(a*x)*x + sin(a*x)*sin(a*x)")
    )
    program = lower(derivation, shares=CallsOnce(lambda *_: None), safe=False)
    calls = sum(
        "exp" in str(row.expression) or "sin" in str(row.expression) for row in program.both.body
    )
    names = [row.name for row in program.both.body]
    assert names.count("u") == 1
    assert calls <= 4
    assert lower(derivation, shares="nothing", safe=False).both.operations > program.both.operations
