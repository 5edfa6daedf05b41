"""Second derivatives as code: the Hessian, and its product with a direction."""

import re
from contextlib import suppress
from dataclasses import replace

import pytest

import symgrad as sg
from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.errors import SymgradError
from symgrad.sources.text import parse
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit, generate
from tests.emitted import loaded

np = pytest.importorskip("numpy")
BOTH = ["hessian", "hvp"]
SHORT = ("branch_and_merge", "huber", "elo_rating")


@pytest.fixture
def load(tmp_path):
    def emitted(text, target="numpy", **options):
        path = tmp_path / "emitted.py"
        path.write_text(generate(parse(text), target, include=BOTH, **options), encoding="utf-8")
        return loaded(path)

    return emitted


@pytest.mark.parametrize(
    "name", ["branch_and_merge", "huber", "elo_rating", "softmax_cross_entropy", "gaussian_nll"]
)
@pytest.mark.parametrize("target", ["python", "numpy"])
def test_second_derivatives_are_exact(name, target):
    derivation = derive(parse(examples.read(name)))
    safe = name in SHORT  # how digits are won back is the same for longer second derivatives
    files = emit(derivation, target, include=BOTH, safe=safe)
    report = check(derivation, target, files, points=12)
    assert report.ok, report.text


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (r"(d2J_db_db = \S+) \+ ", r"\1 - ", "d2J_db_db of hessian"),
        (r"(Hv_a = \S+) \+ .*", r"\1", "Hv_a of hvp"),
    ],
)
def test_a_wrong_second_derivative_is_found(old, new, fault):
    derivation = derive(parse(examples.read("branch_and_merge")))
    code = generate(derivation, include=BOTH)
    wrong = re.sub(old, new, code)
    assert wrong != code
    report = check(derivation, "python", wrong)
    assert not report.ok
    assert report.result == fault


def test_matrix_and_product_agree_and_are_means(load):
    module = load(examples.read("branch_and_merge"))
    x, y = np.array([2.0, 0.0, 1.5]), np.array([1.0, 1.0, 0.25])
    theta, direction = np.array([1.0, 0.1, 0.9, 0.2]), np.array([0.5, -1.0, 2.0, 0.25])
    matrix = module.hess(theta, x, y)
    assert matrix.shape == (4, 4)
    assert np.array_equal(matrix, matrix.T)
    product = module.hessp(theta, direction, x, y)
    assert product == pytest.approx(matrix @ direction, rel=1e-12)
    single = [module.hessian(*theta, one, other) for one, other in zip(x, y, strict=True)]
    assert matrix == pytest.approx(np.mean(single, axis=0), rel=1e-12)
    step = 1e-5
    slopes = [module.fun_and_jac(theta + sign * step * direction, x, y)[1] for sign in (1, -1)]
    assert product == pytest.approx((slopes[0] - slopes[1]) / (2 * step), rel=1e-7)


def test_newton_with_the_matrix_finds_the_minimum(load):
    module = load("param a = 1, b = 1; data x, y; J = (exp(a*x) + b - y)^2")
    x = np.linspace(-1.0, 1.0, 41)
    y = np.exp(0.7 * x) + 0.3
    theta = np.array([0.9, 0.5])
    for _ in range(8):
        _, slope = module.fun_and_jac(theta, x, y)
        theta = theta - np.linalg.solve(module.hess(theta, x, y), slope)
    assert theta == pytest.approx([0.7, 0.3], abs=1e-9)


def test_what_is_maximized_has_its_sign_turned_for_scipy(load):
    module = load("param a; J = -a^4; maximize J")
    assert module.hessian(2.0).tolist() == [[-48.0]]
    assert module.hess([2.0]).tolist() == [[48.0]]
    assert module.hessp([2.0], [0.5]).tolist() == [24.0]


@pytest.mark.parametrize("target", ["python", "numpy"])
def test_names_of_the_file_are_free(load, target):
    module = load("param direction, hess, v_hess; data x; J = hess^2*direction*x*v_hess", target)
    (first, *_), *_ = module.hessian(2.0, 3.0, 5.0, 7.0)
    assert first == 0.0
    assert module.hvp(2.0, 3.0, 5.0, 7.0, (0.0, 1.0, 0.0))[1] == pytest.approx(2 * 2 * 7 * 5)


def test_faults_are_no_exceptions(load):
    module = load("param a, b; J = log(a) + b^2", "python")
    (first, _), (_, second) = module.hessian(0.0, 1.0)
    assert first == -float("inf")
    assert second == 2.0


def test_targets_without_a_function_say_so():
    with pytest.raises(SymgradError, match="the target rust has no function `weights`"):
        generate(parse("param a; J = a^2"), "rust", include=["weights"])


ROSENBROCK = """
param a = -1.2, b = 1, c = 0.5, d = 2
J = 100*(b - a^2)^2 + (1 - a)^2 + 100*(c - b^2)^2 + (1 - b)^2 + 100*(d - c^2)^2 + (1 - c)^2
"""
SAMPLES = "param a, b, c; data x, y; maximize J; J = -(a*x - y)^2*exp(b/9) - c^2*x - c^2 - b^2"


@pytest.mark.parametrize("text", [ROSENBROCK, SAMPLES])
@pytest.mark.parametrize(
    ("target", "style"), [("python", ""), ("numpy", "plain"), ("numpy", "fast"), ("c", "")]
)
def test_a_sparse_hessian_is_exact(text, target, style):
    derivation = derive(parse(text))
    chosen = {"style": style} if style else {}
    files = emit(derivation, target, include=["hessian_sparse"], **chosen)
    report = check(derivation, target, files, points=6)
    assert report.points == 6
    assert report.ok, report.text
    last = files[-1].text
    wrong = last.replace("0, 2, 5", "0, 3, 5").replace("[0, 1, 1,", "[1, 0, 1,")
    if wrong != last:
        files = (*files[:-1], replace(files[-1], text=wrong))
        with suppress(SymgradError):
            assert not check(derivation, target, files, points=6).ok


def test_a_sparse_hessian_leaves_out_what_is_zero():
    code = generate(parse(ROSENBROCK), include=["hessian_sparse"])
    assert "HESSIAN_COLUMNS: tuple[int, ...] = (0, 1, 0, 1, 2, 1, 2, 3, 2, 3)" in code
    assert "HESSIAN_STARTS: tuple[int, ...] = (0, 2, 5, 8, 10)" in code
    assert "d2J_da_dc" not in code


@pytest.mark.parametrize("target", ["numpy", "c"])
def test_scipy_takes_a_sparse_hessian(target):
    optimize = pytest.importorskip("scipy.optimize")
    sparse = pytest.importorskip("scipy.sparse")
    module = sg.compile(parse(ROSENBROCK), target, include=["hessian_sparse"])

    def both(x):
        return module.value(*x), np.array(module.gradient(*x))

    def hess(x):
        given = [x] if target == "numpy" else x
        return sparse.csr_array(module.hessian_sparse(*given), shape=(4, 4))

    start = [0.5, 0.6, 0.7, 0.4]
    found = optimize.minimize(both, start, jac=True, hess=hess, method="trust-constr")
    assert np.allclose(found.x, 1, atol=1e-5)
