"""Emitted NumPy: exact means over batches, a certified fit, refused arguments, plain numbers."""

import math
import threading
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest

import symgrad as sg
from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.expression.evaluate import Decimals, OutsideDomain
from symgrad.graph.points import points_of
from symgrad.program.optimizers import OPTIMIZERS
from symgrad.sources.text import parse
from symgrad.targets import EmittedFile
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit, generate
from symgrad.targets.running_python import imported

MISRA = Path(__file__).parent / "data" / "misra1a.txt"
BRANCH = "branch_and_merge"


@pytest.fixture
def load(tmp_path):
    """Emit code for a graph, in the fast style, and import it."""

    def loaded(text, target="numpy", **options):
        if target == "numpy":
            options = {"style": "fast", **options}
        return imported(emit(parse(text), target, **options)[0], tmp_path)

    return loaded


@pytest.fixture(scope="module")
def article(tmp_path_factory):
    (file,) = emit(parse(examples.read(BRANCH)), "numpy", style="fast")
    return imported(file, tmp_path_factory.mktemp("own"))


def exact_mean(graph, derivation, points):
    """Return the means of the objective and of its gradient, with 50 digits, and of their sizes."""
    evaluator = Decimals()
    rows = []
    for point in points:
        values = {name: evaluator.number(value) for name, value in point.items()}
        formulas = [(n.name, n.formula) for n in graph.ordered]
        formulas += [(s.name, s.form.formula) for s in derivation.sensitivity_list]
        for name, formula in formulas:
            values[name] = evaluator.value(formula.expression, values)
        slopes = [evaluator.value(f.expression, values) for _, f in derivation.gradient_forms]
        rows.append((values[graph.objective], *slopes))
    columns = list(zip(*rows, strict=True))
    means = [float(sum(column) / len(rows)) for column in columns]
    return means, [float(sum(map(abs, column)) / len(rows)) for column in columns]


def batch_points(graph, derivation, count, seed):
    """Return samples at which everything is a number; parameters and constants are the same."""
    fixed, points = None, []
    for drawn in points_of(graph, seed, tries=40 * count):
        if fixed is None:
            fixed = {name: drawn[name] for name in (*graph.parameters, *graph.constants)}
        point = {**drawn, **fixed}
        try:
            means, _ = exact_mean(graph, derivation, [point])
        except OutsideDomain:
            fixed = fixed if points else None
            continue
        if all(abs(mean) < 1e200 for mean in means):
            points.append(point)
        if len(points) == count:
            break
    return points


@pytest.mark.parametrize("name", examples.names())
def test_example_is_exact_for_single_samples(name):
    derivation = derive(parse(examples.read(name)))
    report = check(derivation, "numpy", generate(derivation, "numpy"))
    assert report.points == 32
    assert report.ok, report.text
    assert report.ulps < max(100, report.allowed / 100)  # near a zero of a residual terms cancel


@pytest.mark.parametrize("name", examples.names())
def test_example_is_exact_for_batches(name, load):
    graph = parse(examples.read(name))
    derivation = derive(graph)
    module = load(examples.read(name))
    points = batch_points(graph, derivation, 12, seed=7)
    assert points
    inputs = [*graph.parameters, *graph.data, *graph.constants]
    given = [
        np.array([float(p[n]) for p in points]) if n in graph.data else float(points[0][n])
        for n in inputs
    ]
    means, sizes = exact_mean(graph, derivation, points)
    value, gradient = module.value_and_gradient(*given)
    for found, mean, size in zip((value, *gradient), means, sizes, strict=True):
        assert found == pytest.approx(mean, rel=1e-11, abs=2e-13 * size)
    assert module.value(*given) == pytest.approx(value, rel=1e-13)
    assert list(module.gradient(*given)) == pytest.approx(list(gradient), rel=1e-10)


@pytest.mark.parametrize("name", examples.names())
def test_example_checks_itself(name, tmp_path, run_module):
    path = tmp_path / f"{name}.py"
    code = generate(parse(examples.read(name)), "numpy", include=["self_check"])
    path.write_text(code, encoding="utf-8")
    assert "all agree" in run_module(str(path)).stdout


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("delta = -2.0*", "delta = 2.0*"),
        ("    J = R + L\n    dJ_da", "    J = R - L\n    dJ_da"),
        ("return Gradient(*map(float, (dJ_da", "return Gradient(*map(float, (float('nan')"),
        ("dJ_dc, np.sum(delta)/_n)))", "float('nan'), float('nan'))))"),
    ],
)
def test_self_check_finds_what_is_wrong(tmp_path, run_module, old, new):
    path = tmp_path / "wrong.py"
    code = generate(parse(examples.read(BRANCH)), "numpy", include=["self_check"])
    assert old in code
    path.write_text(code.replace(old, new), encoding="utf-8")
    assert "off by" in run_module(str(path), status=1).stdout


@pytest.mark.parametrize("count", [1, 2, 511, 513, 32768, 32769, 70_001])
def test_any_number_of_samples(article, count):
    source = np.random.default_rng(1)
    x, y = source.uniform(0, 2, count), source.uniform(0, 1, count)
    a, b, c, d, lam = 1.0, 0.1, 0.9, 0.2, 0.1
    u = a * x + b
    p = 1 / (1 + c * u * u + u + d)
    delta = -2 * (p - y) * p * p
    inner = delta * (2 * c * u + 1)
    expected = [inner @ x / count + lam * a, inner.mean(), (delta * u * u).mean() + lam * c]
    value, gradient = article.value_and_gradient(a, b, c, d, x, y)
    assert value == pytest.approx(((p - y) ** 2).mean() + lam / 2 * (a * a + c * c), rel=1e-13)
    assert list(gradient) == pytest.approx([*expected, delta.mean()], rel=1e-12)


def test_sums_are_as_accurate_as_a_pairwise_sum(load):
    module = load("param a; data x, y; J = a*x*y")
    source = np.random.default_rng(5)
    x = source.normal(size=300_001)
    y = source.uniform(size=x.size)
    for right in (np.ones_like(x), y):
        exact = math.fsum((x * right).tolist()) / x.size
        pairwise = abs(float(np.mean(x * right)) - exact)
        found = abs(module.value(1.0, x, right) - exact)
        assert found <= 2 * pairwise + 1e-17


def test_results_are_named_floats(article):
    value, gradient = article.value_and_gradient(1, 0, 1, 0, 2, 1)
    assert type(value) is float
    assert gradient._fields == ("a", "b", "c", "d")
    assert {type(slope) for slope in gradient} == {float}
    step = article.update(1, 0, 1, 0, 2, 1)
    assert step == pytest.approx(
        [1 - 0.1 * gradient.a, -0.1 * gradient.b, 1 - 0.1 * gradient.c, -0.1 * gradient.d]
    )
    assert {type(number) for number in step} == {float}


def test_names_and_signatures_are_the_documented_ones():
    code = generate(parse(examples.read(BRANCH)), "numpy", style="fast")
    assert "lam: float = 0.1,\n) -> tuple[float, Gradient]:" in code
    assert "theta: npt.ArrayLike, x: npt.ArrayLike, y: npt.ArrayLike, lam: float = 0.1,\n" in code
    for line in ("u = np.multiply(x, a, _r0)", "u += b", "h = np.multiply(u, u,"):
        assert line in code


def test_numbers_stand_before_sums_and_not_in_every_sample():
    code = generate(parse(examples.read(BRANCH)), "numpy", style="fast")
    for line in ("# delta = -2.0*delta_", "_sum_dJ_dc = -2.0*_dot(delta_, h)"):
        assert line in code


@pytest.mark.parametrize(
    "text",
    [
        "param a; data x, y; e = a*x - y; g = -3*e*x; J = g*g*y + 2*g",
        "param a; data x, y; e = a*x - y; g = -3*e*x; q = g/y; r = q*x; J = r/7 - q",
        "param a, b; data x, y; e = 5*x*y; J = -e*(a*e + b) + where(e > 1, -e*x, e*y)*a",
    ],
)
def test_numbers_moved_out_of_sums_change_nothing(load, text):
    module, derivation = load(text, safe=False), derive(parse(text))
    x, y = np.array([0.5, 1.25, 2.0]), np.array([1.5, -0.75, 0.25])
    parameters = {"a": Fraction(3, 4), "b": Fraction(1, 2)}
    parameters = {name: parameters[name] for name in derivation.graph.parameters}
    points = [{**parameters, "x": Fraction(p), "y": Fraction(q)} for p, q in zip(x, y, strict=True)]
    means, sizes = exact_mean(derivation.graph, derivation, points)
    value, gradient = module.value_and_gradient(*map(float, parameters.values()), x, y)
    assert [value, *gradient] == pytest.approx(means, rel=1e-13, abs=1e-15 * max(sizes))


def test_single_numbers_stand_for_every_sample(article):
    x = np.array([0.5, 1.0, 2.0])
    full, slopes = article.value_and_gradient(1, 0.1, 1, 0.2, x, np.full(3, 0.7))
    value, gradient = article.value_and_gradient(1, 0.1, 1, 0.2, x, 0.7)
    assert (value, *gradient) == pytest.approx((full, *slopes), rel=1e-15)


@pytest.mark.parametrize("kind", ["float32", "int8", "uint16", ">f8", "bool"])
def test_other_number_types_are_converted(article, kind):
    x, y = np.array([0, 1, 1]).astype(kind), np.array([1, 0, 1]).astype(kind)
    expected = article.value(1, 0.1, 1, 0.2, x.astype(float), y.astype(float))
    assert article.value(1, 0.1, 1, 0.2, x, y) == expected
    assert article.value(1, 0.1, 1, 0.2, x.tolist(), y.tolist()) == expected


def test_strided_and_read_only_arrays(article):
    x = np.linspace(0, 1, 4000)
    x.flags.writeable = False
    kept = x.copy()
    found = article.value_and_gradient(1, 0, 1, 0, x[::2], x[1::2])
    expected = article.value_and_gradient(1, 0, 1, 0, x[::2].copy(), x[1::2].copy())
    assert found[0] == pytest.approx(expected[0], rel=1e-14)
    assert found[1] == pytest.approx(expected[1], rel=1e-14)
    assert np.array_equal(x, kept)


GOOD = np.array([0.5, 1.0])
REFUSED = {
    "different length": (
        (1, 0, 1, 0, GOOD, np.ones(3)),
        ValueError,
        "different length: `x` 2, `y` 3",
    ),
    "one and many": ((1, 0, 1, 0, GOOD, np.ones(1)), ValueError, "different length"),
    "two dimensions": ((1, 0, 1, 0, GOOD, np.ones((2, 1))), ValueError, r"`y` must have the shape"),
    "ragged": ((1, 0, 1, 0, GOOD, [[1.0], [1.0, 2.0]]), ValueError, r"`y` must be an array"),
    "empty": ((1, 0, 1, 0, [], []), ValueError, "`x` is empty"),
    "text": ((1, 0, 1, 0, GOOD, ["a", "b"]), TypeError, "`y` must hold real numbers"),
    "objects": (
        (1, 0, 1, 0, GOOD, [None, 1.0]),
        TypeError,
        "`y` must hold real numbers, not object",
    ),
    "complex": (
        (1, 0, 1, 0, GOOD + 1j, GOOD),
        TypeError,
        "`x` must hold real numbers, not complex",
    ),
    "masked": ((1, 0, 1, 0, np.ma.masked_equal(GOOD, 1.0), GOOD), TypeError, "`x` must be a plain"),
    "nan in data": ((1, 0, 1, 0, GOOD, [1.0, math.nan]), ValueError, "`y` is NaN at sample 1"),
    "nan parameter": ((1, math.nan, 1, 0, GOOD, GOOD), ValueError, "`b` is NaN"),
    "array parameter": ((1, 0, GOOD, 0, GOOD, GOOD), ValueError, "`c` must be a single number"),
    "text parameter": (("1", 0, 1, 0, GOOD, GOOD), TypeError, "`a` must be a real number, not str"),
    "nothing": ((None, 0, 1, 0, GOOD, GOOD), TypeError, "`a` must be a real number"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("function", ["value", "gradient", "value_and_gradient", "update"])
def test_argument_is_refused(article, case, function):
    given, error, message = REFUSED[case]
    with pytest.raises(error, match=message):
        getattr(article, function)(*given)


def test_nan_that_a_branch_would_hide_is_refused(load):
    module = load("param a; data x, y; J = where(x > 0, a*x, a) + max(a, 0*y)")
    with pytest.raises(ValueError, match="`x` is NaN at sample 70000"):
        module.value(1.0, np.append(np.ones(70_000), math.nan), 1.0)


def test_nan_that_the_gradient_does_not_use_is_refused(load):
    module = load("param a; data x, y; J = a*x + y")
    with pytest.raises(ValueError, match="`y` is NaN"):
        module.gradient(1.0, GOOD, [1.0, math.nan])


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("param a; data x; J = exp(a*x)", (1.0, [1000.0, 1.0]), math.inf),
        ("param a; data x; J = a/x", (1.0, [0.0]), math.inf),
        ("param a; data x; J = a*x^3", (-1e200, [1e200]), -math.inf),
        ("param a; data x; J = log(a*x)", (1.0, [0.0]), -math.inf),
        ("param a; J = exp(a)", (1000.0,), math.inf),
        ("param a; J = 1/a", (0.0,), math.inf),
    ],
)
def test_overflow_and_poles_are_infinite_without_a_warning(load, text, given, expected):
    for safe in (True, False):
        assert load(text, safe=safe).value(*given) == expected


def test_branch_not_taken_gives_neither_warning_nor_nan(load):
    module = load("param a; data x; J = where(x > 0, a*sqrt(x) + a*log(x), a*x)")
    x = np.array([-4.0, 0.0, 4.0])
    value, gradient = module.value_and_gradient(2.0, x)
    expected = (-4.0 + 0.0 + 2.0 + math.log(4.0)) / 3
    assert value == pytest.approx(2 * expected, rel=1e-15)
    assert gradient.a == pytest.approx(expected, rel=1e-15)


def test_conditions_of_several_parts(load):
    module = load("param a; data x; J = where((x > 0 and x < 1) or not (x < 5), a*x, -a)")
    assert module.value(2.0, np.array([-1.0, 0.5, 3.0, 6.0])) == (-2 + 1 - 2 + 12) / 4


def test_terms_without_data_count_once(load):
    module = load("param a; data x; const lam = 0.5; J = (x - a)^2 + lam*a^2")
    assert module.value(2.0, np.array([1.0, 3.0])) == 1.0 + 2.0
    assert module.gradient(2.0, np.array([1.0, 3.0])).a == 0.0 + 2.0


def test_graph_without_data(load):
    module = load("param a = 1, b = 2; J = (1 - a)^2 + 100*(b - a^2)^2")
    assert module.value_and_gradient(0.0, 1.0) == (101.0, (-2.0, 200.0))
    found, slope = module.fun_and_jac([0.0, 1.0])
    assert (found, slope.tolist()) == (101.0, [-2.0, 200.0])


def test_products_of_huge_and_tiny_factors(load):
    module = load("param a, b; data x, y; J = (x*a*b - y)^2")
    value = module.value(1e200, 1e200, np.array([1e-300]), np.array([0.5e100]))
    assert value == pytest.approx(0.25e200, rel=1e-14)


def test_calls_from_several_threads_do_not_disturb_one_another(article):
    x = np.linspace(0, 2, 50_000)
    given = [(1.0 + k, 0.1, 0.9, 0.2, x, 0.5) for k in range(4)]
    expected = [article.value_and_gradient(*one) for one in given]
    found = {}

    def run(k):
        for _ in range(20):
            found[k] = found.get(k, True) and article.value_and_gradient(*given[k]) == expected[k]

    threads = [threading.Thread(target=run, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == dict.fromkeys(range(4), True)


REFERENCE = {
    "acosh": (mpmath.acosh, (1.5, 3.0)),
    "asinh": (mpmath.asinh, None),
    "atan": (mpmath.atan, None),
    "cbrt": (lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)), None),
    "digamma": (mpmath.digamma, None),
    "erf": (mpmath.erf, None),
    "erfc": (mpmath.erfc, None),
    "expm1": (mpmath.expm1, None),
    "gelu": (lambda x: x * mpmath.ncdf(x), None),
    "lgamma": (lambda x: mpmath.log(abs(mpmath.gamma(x))), None),
    "log2": (lambda x: mpmath.log(x, 2), (0.3, 8.0, 1e10)),
    "normal_cdf": (mpmath.ncdf, None),
    "normal_pdf": (mpmath.npdf, None),
    "relu": (lambda x: max(x, mpmath.mpf(0)), None),
    "sigmoid": (lambda x: 1 / (1 + mpmath.exp(-x)), None),
    "sign": (mpmath.sign, None),
    "silu": (lambda x: x / (1 + mpmath.exp(-x)), None),
    "softplus": (lambda x: mpmath.log1p(mpmath.exp(x)), None),
}
PLACES = (0.3, 0.7, 1.0, 1.46, 1.7, 2.0, 2.6, 3.3, 8.5, 20.25, -0.2, -0.7, -1.3, -2.6, -9.4, -20.3)


@pytest.mark.parametrize("name", sorted(REFERENCE))
def test_function_is_accurate(load, name):
    reference, places = REFERENCE[name]
    by_data = load(f"param a; data x; J = a*{name}(x)", safe=False)
    by_parameter = load(f"param a; data x; J = {name}(a)*x", safe=False)
    for x in places or PLACES:
        with mpmath.workdps(50):
            exact = pytest.approx(float(reference(mpmath.mpf(x))), rel=2e-13, abs=3e-16)
        assert by_data.value(1.0, np.array([x])) == exact, x
        assert by_parameter.value(x, 1.0) == exact, x


def test_erfc_is_accurate_everywhere(load):
    module = load("param a; data x; J = a*erfc(x)", safe=False)
    for x in (0.0, 0.5, 0.99, 1.0, 1.5, 2.0, 3.75, 5.5, 9.9, 17.3, 26.1, -1.0, -6.0):
        with mpmath.workdps(50):
            assert module.value(1.0, [x]) == pytest.approx(float(mpmath.erfc(x)), rel=3e-15), x
    assert [module.value(1.0, [x]) for x in (math.inf, -math.inf, 1e200)] == [0.0, 2.0, 0.0]


@pytest.mark.parametrize("order", [1, 2, 3])
def test_polygamma_is_accurate(load, order):
    module = load(f"param a; data x; J = a*polygamma({order}, x)", safe=False)
    for x in (0.2, 1.0, 2.5, 11.0, 40.0, -0.3, -1.7, -4.6):
        with mpmath.workdps(50):
            exact = mpmath.polygamma(order, mpmath.mpf(x))
        assert module.value(1.0, [x]) == pytest.approx(float(exact), rel=2e-13), x


@pytest.mark.parametrize("call", ["max(a*x, y, 1)", "min(a*x, y, 1)", "hypot(a*x, y, 1)",
                                  "logsumexp(a*x, y, 1)", "atan2(a*x, y)", "(a*x)^y"])  # fmt: skip
def test_function_of_several_arguments(load, call):
    text = f"param a = 2; data x, y; J = {call}"
    module, graph = load(text), parse(text)
    x, y = np.array([0.25, 3.0, 1.5, 400.0]), np.array([0.5, 2.0, 700.0, 1.0])
    derivation = derive(graph)
    points = [
        {"a": Fraction(1, 2), "x": Fraction(p), "y": Fraction(q)} for p, q in zip(x, y, strict=True)
    ]
    if call.startswith("("):
        points, x, y = points[:2], x[:2], y[:2]
    means, _ = exact_mean(graph, derivation, points)
    value, gradient = module.value_and_gradient(0.5, x, y)
    assert [value, *gradient] == pytest.approx(means, rel=1e-13)


def test_flat_vector(article):
    x, y = np.array([0.5, 1.0, 2.0]), np.array([0.1, 0.2, 0.3])
    value, gradient = article.value_and_gradient(1, 0, 1, 0.5, x, y, lam=0.2)
    found, slope = article.fun_and_jac(np.array([1, 0, 1, 0.5]), x, y, lam=0.2)
    assert found == value
    assert slope.dtype == np.float64
    assert slope.tolist() == list(gradient)


@pytest.mark.parametrize("theta", [[1.0, 2.0], [[1.0, 0.0, 1.0, 0.0]], 1.0])
def test_flat_vector_of_a_wrong_shape_is_refused(article, theta):
    with pytest.raises(ValueError, match=r"`theta` must hold a, b, c, d: shape \(4,\)"):
        article.fun_and_jac(theta, GOOD, GOOD)


def test_flat_vector_of_some_parameters_only(tmp_path):
    derivation = derive(parse("param a, theta; data x; J = (a*theta*x)^2"), wrt=["theta"])
    module = imported(emit(derivation, "numpy")[0], tmp_path)
    found, slope = module.fun_and_jac([3.0], 2.0, GOOD)
    assert found == module.value(2.0, 3.0, GOOD)
    assert slope.tolist() == list(module.gradient(2.0, 3.0, GOOD))
    assert module.jacobian([3.0], 2.0, GOOD).tolist() == [[1.0], [2.0]]


def test_flat_function_of_a_maximum_is_its_negative(load):
    module = load("param a; data x; J = -(a - x)^2; maximize J")
    found, slope = module.fun_and_jac([1.0], [3.0])
    assert (found, slope.tolist()) == (4.0, [-4.0])
    assert module.update(1.0, 3.0).a == pytest.approx(1.4)
    assert not hasattr(module, "residuals")


def measurements():
    found = {"data": []}
    for line in MISRA.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if line.startswith("#"):
            continue
        if words[0][0].isalpha():
            found[words[0]] = [float(word) for word in words[1:]]
        else:
            found["data"].append([float(word) for word in words])
    return found


def levenberg_marquardt(module, start, *data):
    """Return the solution (K. Levenberg, Quarterly of Applied Mathematics 2, 1944)."""
    theta, damping = np.array(start), 1e-3
    error = module.residuals(theta, *data)
    for _ in range(500):
        slope = module.jacobian(theta, *data)
        scale = np.sqrt((slope * slope).sum(axis=0))
        scaled = slope / scale
        rows = np.vstack([scaled, math.sqrt(damping) * np.eye(len(theta))])
        right = np.concatenate([-error, np.zeros(len(theta))])
        step = np.linalg.lstsq(rows, right, rcond=None)[0] / scale
        new = module.residuals(theta + step, *data)
        # Near the solution the sum of squares changes by no more than its rounding.
        if new @ new <= (1 + 1e-12) * (error @ error):
            if np.all(np.abs(step) <= 1e-13 * np.abs(theta)):
                break
            theta, error, damping = theta + step, new, damping / 10
        else:
            damping *= 10
        if damping > 1e20:
            break
    return theta


@pytest.mark.parametrize("start", ["start1", "start2"])
@pytest.mark.parametrize("goal", ["(m - y)^2", "r^2/2", "0.5*L"])
def test_certified_fit(load, start, goal):
    module = load(
        f"param b1, b2; data x, y; m = b1*(1 - exp(-b2*x)); r = m - y; L = r^2; J = {goal}"
    )
    nist = measurements()
    y, x = np.array(nist["data"]).T
    found = levenberg_marquardt(module, nist[start], x, y)
    assert found == pytest.approx(nist["certified"], rel=1e-10)
    error = module.residuals(found, x, y)
    assert error @ error == pytest.approx(nist["residual_sum_of_squares"][0], rel=1e-10)
    _, slope = module.fun_and_jac(found, x, y)
    assert slope == pytest.approx([0.0, 0.0], abs=1e-6)


def test_several_squares_give_several_residuals_a_sample(load):
    module = load("param a; data x, y; J = ((a*x - y)^2 + (a - y)^2)/2")
    x, y = np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5, 1.0])
    error = module.residuals([2.0], x, y)
    assert error.tolist() == [1.5, 1.5, 3.5, 1.5, 5.0, 1.0]
    assert module.jacobian([2.0], x, y).tolist() == [[1.0], [1.0], [2.0], [1.0], [3.0], [1.0]]
    assert error @ error / 6 == pytest.approx(module.value(2.0, x, y))


@pytest.mark.parametrize(
    "text",
    [
        "param a; data x; const k = 1; J = (a*x - 1)^2 + k*a^2",
        "param a; data x; J = (a*x - 1)^2 + 2*(a*x + 1)^2",
        "param a; data x; J = abs(a*x)",
        "param a; data x; J = -(a*x)^2",
        "param a; J = (a - 1)^2",
    ],
)
def test_other_objectives_have_no_residuals(load, text):
    module = load(text)
    assert not hasattr(module, "residuals")
    assert not hasattr(module, "jacobian")


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_update_rule_is_that_of_the_python_target(load, name):
    text = "param a = 2, b = -1; data x; J = a^2*x + b*x; rate η = 0.1"
    ours, other = load(text, optimizer=name), load(text, "python", optimizer=name)
    params = expected = (2.0, -1.0)
    kept, state = getattr(ours, "START", None), getattr(other, "START", None)
    for x in (1.0, 2.0, 3.0):
        if kept is None:
            params, expected = ours.update(*params, [x]), other.update(*expected, x)
        else:
            params, kept = ours.update(*params, [x], state=kept)
            expected, state = other.update(*expected, x, state=state)
            assert kept == pytest.approx(state, rel=1e-14)
        assert params == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    "name", ["np", "fsum", "theta", "count", "names", "sums", "multiply", "r0"]
)
def test_names_of_the_file_itself_are_left_alone(load, name):
    module = load(f"param {name}; data x; J = exp({name}*x)", optimizer="adam")
    value, gradient = module.value_and_gradient(0.5, [2.0])
    assert value == pytest.approx(math.e)
    assert gradient[0] == pytest.approx(2 * math.e)
    assert len(module.fun_and_jac([0.5], [2.0])) == 2


def test_many_stages_run(load):
    stages = 400
    equations = [f"u{k + 1} = w{k}*u{k}^2 + u{k}" for k in range(stages)]
    inputs = "param " + ", ".join(f"w{k}" for k in range(stages)) + "\ndata u0"
    module = load("\n".join([inputs, *equations, f"minimize u{stages}"]))
    value, gradient = module.value_and_gradient(*[1e-4] * stages, np.full(3000, 0.5))
    u = 0.5
    for _ in range(stages):
        u = 1e-4 * u * u + u
    assert value == pytest.approx(u, rel=1e-13)
    assert len(gradient) == stages


@pytest.mark.parametrize("rule", ["sgd", "adam"])
def test_step_of_data_needs_a_single_number(tmp_path, rule):
    derivation = derive(parse("param a; data x; J = (a*x)^2"), ["x", "a"])
    code = generate(derivation, "numpy", optimizer=rule, style="fast")
    module = imported(EmittedFile("model.py", code), tmp_path)
    module.update(1.0, 2.0)
    with pytest.raises(ValueError, match=r"`x` must be a single number, not an array \(2,\)"):
        module.update(1.0, np.array([1.0, 2.0]))


def test_residual_that_is_an_input(load):
    module = load("param a; data x; J = x^2")
    assert module.residuals([1.0], np.array([2.0, 3.0])).tolist() == [2.0, 3.0]
    assert module.jacobian([1.0], np.array([2.0, 3.0])).tolist() == [[0.0], [0.0]]


def test_compile_says_that_numpy_is_missing(monkeypatch):
    monkeypatch.setattr("symgrad.targets.compiled.find_spec", lambda _: None)
    with pytest.raises(sg.SymgradError, match="NumPy is not installed here"):
        sg.compile(sg.parse("param a; data x; J = (a*x)^2"), target="numpy")
