"""Gauss-Newton products as code: the same as with the whole Jacobian, one way or the other."""

import random
import re
from dataclasses import replace
from fractions import Fraction

import pytest

from symgrad.derivation.derive import derive
from symgrad.errors import SymgradError
from symgrad.expression.evaluate import Decimals
from symgrad.program import gauss_newton
from symgrad.program.outputs import outputs_of
from symgrad.program.program import lower
from symgrad.sources.text import parse
from symgrad.targets import EmittedFile
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit, generate
from tests.emitted import loaded

np = pytest.importorskip("numpy")

MIXED = """
param a = 1, b = 2, c = 0.5
data x, y
const k = 0.1
u = a*exp(b*x)
r = u - y
s = a*u^2 + c
q = k*b
residual r, s, q
"""
MOVING = "param a, b, c; data x, y; J = (a*exp(b*x) + c - y)^2"
FIXED = "param a, b, c; data x, y; residual p, q; p = a*b - 1; q = sin(c)*b; J = p^2 + q^2 + x*y"
LINEAR = "param a, b, c; data x, y; residual r, s; r = a - y; s = 2*b"
# Eight steps, each with a residual: the Jacobian is a triangle of 25 columns.
STEPS = 8
DEEP = f"param h0; param {', '.join(f'a{i}, b{i}, c{i}' for i in range(STEPS))}; data x;" + "".join(
    f"h{i + 1} = tanh(a{i}*h{i} + b{i}*x + c{i}); r{i} = h{i + 1} - x^{i};" for i in range(STEPS)
)
DEEP += f"residual {', '.join(f'r{i}' for i in range(STEPS))}"
GRAPHS = {"mixed": MIXED, "moving": MOVING, "fixed": FIXED, "linear": LINEAR, "deep": DEEP}
X, Y = np.linspace(0.1, 1.0, 5), np.cos(np.linspace(0.0, 1.0, 5))


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    def emitted(text, target, include, **settings):
        path = tmp_path_factory.mktemp("emitted") / "emitted.py"
        code = generate(parse(text), target, include=include, safe=False, **settings)
        path.write_text(code, encoding="utf-8")
        return loaded(path)

    return emitted


def point(text, seed=1):
    """Return parameters and a direction for them."""
    draw = random.Random(seed)  # noqa: S311  (numbers, not secrets)
    width = len(parse(text).parameters)
    return [[draw.uniform(-1, 1) for _ in range(width)] for _ in range(2)]


@pytest.mark.parametrize("style", ["plain", "fast"])
@pytest.mark.parametrize("name", GRAPHS)
def test_numpy_gives_the_product_with_the_whole_jacobian(load, name, style):
    text = GRAPHS[name]
    weighted = load(text, "numpy", ["gauss_newton", "weights"], style=style)
    theta, along = point(text)
    samples = (X, Y)[: len(parse(text).data)]
    for weights in (1.0, np.array([1.0, 0.0, 2.0, 3.0, 0.5])):
        matrix = weighted.jacobian(theta, *samples, weights=weights)
        found = weighted.gauss_newton_product(theta, along, *samples, weights=weights)
        assert found == pytest.approx(matrix.T @ (matrix @ along), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("name", GRAPHS)
def test_python_gives_the_product_at_one_sample(load, name):
    text = GRAPHS[name]
    module = load(text, "python", ["gauss_newton_product", "jacobian"])
    theta, along = point(text)
    sample = (0.5, 0.3)[: len(parse(text).data)]
    matrix = np.array(module.jacobian(*theta, *sample))
    found = module.gauss_newton_product(*theta, *sample, along)
    assert list(found) == pytest.approx(matrix.T @ (matrix @ along), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("name", GRAPHS)
def test_both_ways_give_the_same(monkeypatch, name):
    derivation = derive(parse(GRAPHS[name]))
    theta, along = point(GRAPHS[name])
    values = []
    for sign in (1, -1):  # the cheaper one, and the other one
        cost = gauss_newton._cost
        monkeypatch.setattr(gauss_newton, "_cost", lambda way, c=cost, s=sign: s * abs(c(way)))
        found = gauss_newton.gauss_newton_product(derivation, outputs_of(derivation))
        given = dict(zip(derivation.wrt, theta, strict=True))
        given |= dict(zip(found.direction, along, strict=True)) | {"x": 0.5, "y": 0.3, "k": 0.1}
        exact = Decimals(50)
        known = {n: exact.number(Fraction(value)) for n, value in given.items()}
        for row in found.statements:
            places = {i: known[n] for i, n in enumerate(row.formula.operands)}
            known[row.name] = exact.value(row.formula.pattern, places)
        values.append([float(known[result]) for result in found.results])
    assert values[0] == pytest.approx(values[1], rel=1e-14, abs=1e-30)


def test_a_deep_graph_forms_no_jacobian():
    program = lower(derive(parse(DEEP)), safe=False, further=["gauss_newton_product"])
    further = program.further
    gradient = program.both.operations
    assert further["gauss_newton_product"].operations < further["jacobian"].operations
    assert further["gauss_newton_product"].operations < 3 * gradient


@pytest.mark.parametrize("target", ["python", "numpy"])
def test_a_fault_is_found(target):
    derivation = derive(parse(MIXED))
    (file,) = emit(derivation, target, include=["gauss_newton"])
    start = file.text.index("def gauss_newton_product(")
    text = file.text[:start] + file.text[start:].replace("dr_db*v_r", "dr_db*v_b", 1)
    assert text != file.text
    report = check(derivation, target, (EmittedFile(file.name, text),), points=3)
    assert report.result.endswith(" of gauss_newton_product")


def test_scipy_minimizes_with_it(load):
    optimize = pytest.importorskip("scipy.optimize")
    module = load(MIXED, "numpy", ["gauss_newton"])

    def half(theta, x, y):
        found = module.residuals(theta, x, y)
        return 0.5 * found @ found, module.jacobian(theta, x, y).T @ found

    fit = optimize.minimize(
        half, [0.5, -0.5, 0.0], args=(X, Y), jac=True, method="trust-ncg",
        hessp=module.gauss_newton_product, options={"gtol": 1e-8},
    )  # fmt: skip
    other = optimize.least_squares(module.residuals, [0.5, -0.5, 0.0], module.jacobian, args=(X, Y))
    assert fit.success
    assert fit.nit < 30
    assert fit.x == pytest.approx(other.x, abs=1e-4)


def test_what_has_no_residuals_has_no_product():
    with pytest.raises(SymgradError, match="the graph has outputs, no residuals"):
        generate(parse("param a; data x; output p; p = a*x"), include=["gauss_newton"])
    with pytest.raises(SymgradError, match="`J` is no mean of squares over samples"):
        generate(parse("param a; data x; J = a*x"), include=["gauss_newton"])
    with pytest.raises(SymgradError, match="has no function `gauss_newton_product`"):
        generate(parse(MOVING), "jax", include=["gauss_newton"])


@pytest.mark.parametrize("target", ["c", "cpp", "javascript", "rust"])
def test_other_languages_have_it(target):
    derivation = derive(parse(MIXED))
    files = emit(derivation, target, include=["gauss_newton"])
    assert check(derivation, target, files, points=3).ok
    *others, last = files
    text = re.sub(r"dr_db\*v_r\b", "dr_db*v_b", last.text)
    assert text != last.text
    report = check(derivation, target, (*others, replace(last, text=text)), points=3)
    assert not report.points or report.result.endswith(" of gauss_newton_product")
