"""Several outputs: residuals and Jacobian as code, results a sample, weights, in every target."""

import math
import pickle
import shutil
import subprocess

import pytest

import symgrad as sg
from symgrad.derivation.derive import derive
from symgrad.errors import SymgradError
from symgrad.program.outputs import outputs_of
from symgrad.sources.text import parse
from symgrad.targets.codegen import emit, generate
from tests.emitted import loaded

np = pytest.importorskip("numpy")

# r and s differ from sample to sample, q stands once; s does not depend on y, r not on c.
TEXT = """
param a = 1, b = 2, c = 0.5
data x, y
const k = 0.1
u = a*exp(b*x)
r = u - y
s = a*u^2 + c
q = k*b
residual r, s, q
"""
THETA = (0.7, -0.4, 0.2)
SAMPLE = (0.5, 0.3)
ALL = ["jacobian_sparse", "value_each", "gradient_each", "weights", "hessian", "hvp"]
X, Y = np.linspace(0.0, 1.0, 5), np.cos(np.linspace(0.0, 1.0, 5))


def exact():
    (a, b, c), (x, y) = THETA, SAMPLE
    e = math.exp(b * x)
    rows = [[e, a * e * x, 0], [3 * a * a * e * e, 2 * x * a**3 * e * e, 1], [0, 0.1, 0]]
    return [a * e - y, a**3 * e * e + c, 0.1 * b], rows


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    def emitted(text, target="numpy", include=()):
        path = tmp_path_factory.mktemp("emitted") / "emitted.py"
        path.write_text(generate(parse(text), target, include=include), encoding="utf-8")
        return loaded(path)

    return emitted


@pytest.fixture(scope="module")
def numpy_module(load):
    return load(TEXT, include=ALL)


@pytest.fixture(scope="module")
def python_module(load):
    return load(TEXT, "python", ["jacobian_sparse", "value_each", "gradient_each"])


def test_residuals_make_the_objective_where_none_is_named():
    graph = parse(TEXT)
    assert graph.residuals == ("r", "s", "q")
    assert "J = (r² + s² + q²)/2" in sg.derive(graph).text()
    assert parse("param a; data x; residual r; J = r + 1; r = a*x; minimize J").objective == "J"
    assert parse("param J; data x; residual r; r = J*x").objective == "J_1"
    text = "param a; data x; residual r; r = a*x; J = r; J_1 = J^2"
    assert parse(text).objective == "J_2"


def test_words_that_name_outputs_are_names_elsewhere():
    graph = parse("param a; data x; output = a*x; residual = output - 1; J = residual^2")
    assert graph.outputs == graph.residuals == ()
    assert "residual" in graph.index


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("residual rr", "unknown name `rr`"),
        ("output u\nresidual r", "a graph has outputs or residuals, not both"),
        ("residual r = 2", "`residual` takes names only"),
        ("residual", "a list of names is missing here"),
    ],
)
def test_faults_of_outputs_are_named(line, message):
    with pytest.raises(SymgradError, match=message):
        parse(f"param a; data x; u = a*x; r = u - 1; J = r^2\n{line}\n")


def test_the_jacobian_holds_what_can_differ_from_zero():
    found = outputs_of(derive(parse(TEXT)))
    assert found.pattern == ((0, 1), (0, 1, 2), (1,))
    assert found.jacobian.results == ("dr_da", "dr_db", "ds_da", "ds_db", "ds_dc", "dq_db")
    wide = "; ".join(f"r{i} = p{i}*x - p{i + 1}" for i in range(40))
    names = ", ".join(f"p{i}" for i in range(41))
    rows = ", ".join(f"r{i}" for i in range(40))
    chain = outputs_of(derive(parse(f"param {names}; data x; {wide}; residual {rows}")))
    assert chain.pattern == tuple((i, i + 1) for i in range(40))


def test_python_gives_residuals_and_jacobian(python_module):
    values, rows = exact()
    assert python_module.residuals(*THETA, *SAMPLE) == pytest.approx(values, rel=1e-14)
    found = python_module.jacobian(*THETA, *SAMPLE)
    assert [list(row) for row in found] == [pytest.approx(row, rel=1e-14) for row in rows]
    entries = python_module.jacobian_sparse(*THETA, *SAMPLE)
    starts, columns = python_module.JACOBIAN_STARTS, python_module.JACOBIAN_COLUMNS
    dense = [[0.0] * 3 for _ in rows]
    for i in range(3):
        for place in range(starts[i], starts[i + 1]):
            dense[i][columns[place]] = entries[place]
    assert dense == [list(row) for row in found]


def test_python_gives_a_result_for_each_sample(python_module):
    values = python_module.value_each(*THETA, X, Y)
    assert values == [python_module.value(*THETA, x, y) for x, y in zip(X, Y, strict=True)]
    assert python_module.gradient_each(*THETA, X[:1], Y[:1])[0] == python_module.gradient(
        *THETA, X[0], Y[0]
    )
    with pytest.raises(ValueError, match="of one length"):
        python_module.value_each(*THETA, X, Y[:2])


def test_numpy_stacks_samples_and_puts_what_has_no_data_behind_them(numpy_module, python_module):
    rows = [python_module.residuals(*THETA, x, y) for x, y in zip(X, Y, strict=True)]
    expected = [number for row in rows for number in row[:2]] + [rows[0][2]]
    assert numpy_module.residuals(THETA, X, Y) == pytest.approx(expected, rel=1e-14)
    slopes = [python_module.jacobian(*THETA, x, y) for x, y in zip(X, Y, strict=True)]
    matrix = numpy_module.jacobian(THETA, X, Y)
    assert matrix.shape == (11, 3)
    assert matrix[:-1].reshape(5, 2, 3) == pytest.approx(
        np.array([row[:2] for row in slopes]), rel=1e-14
    )
    assert matrix[-1].tolist() == [0.0, 0.1, 0.0]
    assert numpy_module.residuals(THETA, *SAMPLE) == pytest.approx(exact()[0], rel=1e-14)


def test_results_of_samples_have_the_mean_as_their_mean(numpy_module):
    value, slopes = numpy_module.value_and_gradient(*THETA, X, Y)
    assert numpy_module.value_each(*THETA, X, Y).mean() == pytest.approx(value, rel=1e-14)
    each = numpy_module.gradient_each(*THETA, X, Y)
    assert each.shape == (5, 3)
    assert each.mean(axis=0) == pytest.approx(list(slopes), rel=1e-13)


def test_a_weight_counts_a_sample_so_often(numpy_module):
    weights = np.array([1.0, 0.0, 2.0, 3.0, 1.0])
    often = weights.astype(int)
    many = (np.repeat(X, often), np.repeat(Y, often))
    value, slopes = numpy_module.value_and_gradient(*THETA, X, Y, weights=weights)
    other, others = numpy_module.value_and_gradient(*THETA, *many)
    assert (value, *slopes) == pytest.approx((other, *others), rel=1e-13)
    assert numpy_module.value(*THETA, X, Y, weights=7.0) == pytest.approx(
        numpy_module.value(*THETA, X, Y), rel=1e-14
    )
    matrix = numpy_module.hessian(*THETA, X, Y, weights=weights)
    assert matrix == pytest.approx(numpy_module.hessian(*THETA, *many), rel=1e-12)
    step = numpy_module.update(*THETA, X, Y, rate=1.0, weights=weights)
    assert step.a == pytest.approx(THETA[0] - others.a)
    rows = numpy_module.residuals(THETA, X, Y, weights=weights)
    alone = numpy_module.residuals(THETA, *many)
    assert rows @ rows == pytest.approx(alone @ alone, rel=1e-13)
    slope = numpy_module.jacobian(THETA, X, Y, weights=weights)
    free = numpy_module.jacobian(THETA, *many)
    assert slope.T @ slope == pytest.approx(free.T @ free, rel=1e-12)


def test_scipy_fits_with_the_jacobian_dense_and_sparse(numpy_module):
    optimize = pytest.importorskip("scipy.optimize")
    sparse = pytest.importorskip("scipy.sparse")
    matrix = numpy_module.jacobian(THETA, X, Y)

    def rows(*given):
        return sparse.csr_array(numpy_module.jacobian_sparse(*given), shape=matrix.shape)

    assert np.array_equal(rows(THETA, X, Y).toarray(), matrix)
    assert rows(THETA, X, Y).nnz == 5 * 5 + 1
    fits = [
        optimize.least_squares(numpy_module.residuals, THETA, slope, args=(X, Y), xtol=1e-12)
        for slope in (numpy_module.jacobian, rows)
    ]
    assert fits[0].x == pytest.approx(fits[1].x, abs=1e-5)
    assert fits[0].cost <= 0.5 * np.sum(numpy_module.residuals(THETA, X, Y) ** 2)
    assert np.abs(fits[0].grad).max() < 1e-5


def test_outputs_have_a_jacobian_and_no_residuals(load):
    text = "param a, b; data x; output p, q; p = a*x; q = p*b; J = q^2"
    module = load(text)
    assert module.outputs([2.0, 3.0], [1.0, 4.0]).tolist() == [2.0, 6.0, 8.0, 24.0]
    assert module.jacobian([2.0, 3.0], 4.0).tolist() == [[4.0, 0.0], [12.0, 8.0]]
    assert not hasattr(module, "residuals")
    with pytest.raises(SymgradError, match="the graph has outputs, no residuals"):
        generate(parse(text), include=["residuals"])
    with pytest.raises(SymgradError, match="the graph names no outputs"):
        generate(parse("param a; data x; J = (a*x)^2"), include=["outputs"])
    with pytest.raises(SymgradError, match="`J` depends on no data"):
        generate(parse("param a; J = a^2"), include=["value_each"])
    with pytest.raises(SymgradError, match="the target rust has no function `value_each`"):
        generate(parse(text), "rust", include=["value_each"])


def test_outputs_without_data(load):
    module = load("param a, b; output p, q; p = a*b; q = a^2; J = p + q")
    assert module.outputs([2.0, 3.0]).tolist() == [6.0, 4.0]
    assert module.jacobian([2.0, 3.0]).tolist() == [[3.0, 2.0], [4.0, 0.0]]


def run(command, folder):
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return [float(number) for number in found.stdout.split()]


def expected(module):
    """Return what the programs below print: residuals, Jacobian, Hessian, product."""
    values, rows = exact()
    matrix = module.hessian(*THETA, *SAMPLE)
    product = matrix @ [1.0, -2.0, 0.5]
    return [*values, *(n for row in rows for n in row), *matrix.ravel(), *product]


def test_c_gives_the_same(tmp_path, numpy_module):
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    include = ["jacobian_sparse", "value_each", "gradient_each", "hessian", "hvp"]
    for file in emit(derive(parse(TEXT)), "c", include=include):
        (tmp_path / file.name).write_text(file.text, encoding="utf-8")
    main = """
    #include <stdio.h>
    #include "model.h"
    static void show(const double *n, int count) {
        for (int i = 0; i < count; i++) printf("%.17g ", n[i]);
    }
    int main(void) {
        double out[9], x[2] = {0.5, 0.25}, y[2] = {0.3, 1};
        model_params d = {1, -2, 0.5}, g[2];
        model_residuals(0.7, -0.4, 0.2, 0.5, 0.3, 0.1, out); show(out, 3);
        model_jacobian(0.7, -0.4, 0.2, 0.5, 0.3, 0.1, out); show(out, 9);
        model_hessian(0.7, -0.4, 0.2, 0.5, 0.3, 0.1, out); show(out, 9);
        d = model_hvp(0.7, -0.4, 0.2, 0.5, 0.3, 0.1, d);
        printf("%.17g %.17g %.17g ", d.a, d.b, d.c);
        model_jacobian_sparse(0.7, -0.4, 0.2, 0.5, 0.3, 0.1, out); show(out, 6);
        for (int i = 0; i < 6; i++) printf("%d ", model_jacobian_columns[i]);
        for (int i = 0; i < 4; i++) printf("%d ", model_jacobian_starts[i]);
        model_value_each(0.7, -0.4, 0.2, 2, x, y, 0.1, out); show(out, 2);
        model_gradient_each(0.7, -0.4, 0.2, 2, x, y, 0.1, g);
        printf("%.17g %.17g\\n", g[0].a, g[1].c);
        return 0;
    }"""
    (tmp_path / "main.c").write_text(main, encoding="utf-8")
    flags = ["-std=c99", "-Wall", "-Wextra", "-pedantic", "-Werror"]
    run(["gcc", *flags, "main.c", "model.c", "-lm", "-o", "main"], tmp_path)
    found = run(["./main"], tmp_path)
    _, rows = exact()
    each = numpy_module.gradient_each(*THETA, np.array([0.5, 0.25]), np.array([0.3, 1.0]))
    values = numpy_module.value_each(*THETA, np.array([0.5, 0.25]), np.array([0.3, 1.0]))
    entries = [n for row in rows for n in row if n]
    rest = [*entries, 0, 1, 0, 1, 2, 1, 0, 2, 5, 6, *values, each[0, 0], each[1, 2]]
    assert found == pytest.approx([*expected(numpy_module), *rest], rel=1e-12)


def test_javascript_gives_the_same(tmp_path, numpy_module):
    if shutil.which("node") is None:
        pytest.skip("no node here")
    (file,) = emit(derive(parse(TEXT)), "javascript", include=["hessian", "hvp"])
    point = "0.7, -0.4, 0.2, 0.5, 0.3"
    show = (
        f"const d = hvp({point}, [1, -2, 0.5]);\n"
        f"console.log([...residuals({point}), ...jacobian({point}).flat(), "
        f"...hessian({point}).flat(), d.a, d.b, d.c].join(' '));\n"
    )
    (tmp_path / "m.mjs").write_text(f"{file.text}\n{show}", encoding="utf-8")
    assert run(["node", "m.mjs"], tmp_path) == pytest.approx(expected(numpy_module), rel=1e-12)


def test_rust_gives_the_same(tmp_path, numpy_module):
    if shutil.which("rustc") is None:
        pytest.skip("no rustc here")
    (file,) = emit(derive(parse(TEXT)), "rust", include=["hessian", "hvp"])
    point = "0.7, -0.4, 0.2, 0.5, 0.3, 0.1"
    main = (
        "fn main() {\n"
        f"    let d = hvp({point}, [1.0, -2.0, 0.5]);\n"
        f'    for n in residuals({point}) {{ print!("{{n}} "); }}\n'
        f'    for n in jacobian({point}).iter().flatten() {{ print!("{{n}} "); }}\n'
        f'    for n in hessian({point}).iter().flatten() {{ print!("{{n}} "); }}\n'
        '    println!("{} {} {}", d.a, d.b, d.c);\n}\n'
    )
    (tmp_path / "m.rs").write_text(f"{file.text}\n{main}", encoding="utf-8")
    run(["rustc", "-D", "warnings", "m.rs"], tmp_path)
    assert run(["./m"], tmp_path) == pytest.approx(expected(numpy_module), rel=1e-12)


@pytest.mark.parametrize("target", ["python", "numpy", "c"])
def test_compiled_modules_and_their_results_travel(target):
    module = sg.compile(derive(parse("param a, b; data x; J = (a*x + b)^2")), target)
    assert repr(module) == f"<{target} code of J and its gradient by a, b>"
    again = pickle.loads(pickle.dumps(module))  # noqa: S301  (made a line ago)
    found = module.gradient(1.0, 2.0, 3.0)
    assert again.gradient(1.0, 2.0, 3.0) == found
    travelled = pickle.loads(pickle.dumps(found))  # noqa: S301
    assert travelled == found
    assert travelled.a == found.a


def test_compile_takes_further_functions():
    module = sg.compile(derive(parse(TEXT)), include=["jacobian_sparse"])
    assert module.jacobian_sparse(THETA, *SAMPLE)[2].tolist() == [0, 2, 5, 6]


def test_compiled_c_has_the_same_functions():
    derivation = derive(parse(TEXT))
    include = ["jacobian_sparse", "hessian", "hvp", "value_each", "gradient_each"]
    mine, numpy = (sg.compile(derivation, target, include=include) for target in ("c", "numpy"))

    def same(found, expected):
        np.testing.assert_allclose(found, expected, rtol=1e-12)

    same(mine.residuals(*THETA, *SAMPLE), numpy.residuals(THETA, *SAMPLE))
    same(mine.jacobian(*THETA, *SAMPLE), numpy.jacobian(THETA, *SAMPLE))
    for found, expected in zip(
        mine.jacobian_sparse(*THETA, *SAMPLE), numpy.jacobian_sparse(THETA, *SAMPLE), strict=True
    ):
        same(found, expected)
    for kind in ("hessian", "value_each", "gradient_each"):
        same(getattr(mine, kind)(*THETA, X, Y), getattr(numpy, kind)(*THETA, X, Y))
    along = [1.0, -2.0, 0.5]
    same(mine.hvp(*THETA, X, Y, along), mine.hessian(*THETA, X, Y) @ along)
    same(mine.residuals(*THETA, X, Y)[1], mine.residuals(*THETA, X[1], Y[1]))
    assert mine.jacobian(*THETA, X, Y, k=0.3)[4][2].tolist() == [0.0, 0.3, 0.0]


def test_compiled_c_travels_with_its_functions_and_says_what_it_lacks():
    derivation = derive(parse(TEXT))
    module = sg.compile(derivation, "c", include=["hessian"])
    again = pickle.loads(pickle.dumps(module))  # noqa: S301  (made a line ago)
    assert again.hessian(*THETA, *SAMPLE).shape == (3, 3)
    with pytest.raises(SymgradError, match="compiled C has no `weights` here"):
        sg.compile(derivation, "c", include=["weights"])


def test_a_jacobian_without_entries_is_zero(load):
    module = load("param a; data x; J = x^2", include=["jacobian_sparse"])
    assert module.jacobian([1.0], X).tolist() == [[0.0]] * 5
    values, columns, starts = module.jacobian_sparse([1.0], X)
    assert (values.size, columns.size, starts.tolist()) == (0, 0, [0] * 6)


def test_python_minimizes_by_scipy_too(load):
    optimize = pytest.importorskip("scipy.optimize")
    module = load("param a = 1, b; data x; J = (a - x)^2 + (b - 1)^2", "python", ["fun_and_jac"])
    found = optimize.minimize(module.fun_and_jac, [3.0, 4.0], args=(2.0,), jac=True)
    assert found.x == pytest.approx([2.0, 1.0], abs=1e-6)
    text = "param a, b; const k = 2; J = -k*(a - b)^2; maximize J"
    module = load(text, "python", ["fun_and_jac"])
    assert module.fun_and_jac([3.0, 1.0]) == (8.0, [8.0, -8.0])
    assert module.fun_and_jac([3.0, 1.0], k=1.0) == (4.0, [4.0, -4.0])
