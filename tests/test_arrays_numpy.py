"""Emitted NumPy code of graphs with arrays: its gradients against numeric differentiation."""

from dataclasses import replace

import numpy as np
import pytest

import symgrad as sg
from symgrad.targets.arrays.running import CodeCheckFailed, check_arrays
from symgrad.targets.codegen import emit
from tests.array_numbers import FOLDER, assert_close, cases, numeric, sample, sizes_of

GRAPHS = sorted(path.stem for path in FOLDER.glob("*.sg"))


def check(graph):
    derivation = sg.derive(graph)
    module = sg.compile(derivation, "numpy")
    rng = np.random.default_rng(3)
    sizes = sizes_of(graph, rng, 0)
    inputs = sample(graph, rng, sizes)
    order = list(graph.parameters)
    order += [n for n, node in graph.index.items() if node.formula is None and n not in order]
    with_default = [
        n for n in order if graph.index[n].default is not None and n not in graph.parameters
    ]
    arguments = [inputs[n] for n in [*(n for n in order if n not in with_default), *with_default]]
    found = module.gradient(*arguments)
    for name, got in zip(graph.parameters, found, strict=True):
        assert_close(got, numeric(graph, inputs, sizes, name), name)


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs(name):
    check(sg.load(str(FOLDER / f"{name}.sg")))


@pytest.mark.parametrize(("name", "source"), [case[:2] for case in cases()][::5])
def test_cases(name, source):
    del name
    check(sg.graph(source))


def test_samples_have_a_leading_axis():
    graph = sg.load(str(FOLDER / "linear_mse.sg"))
    module = sg.compile(graph, "numpy")
    rng = np.random.default_rng(0)
    W, b, x, y = (rng.standard_normal(s) for s in ((3, 4), (3,), (5, 4), (5, 3)))  # noqa: N806
    one = [module.gradient(W, b, x[i], y[i]) for i in range(5)]
    many = module.gradient(W, b, x, y)
    assert np.allclose(many.W, sum(g.W for g in one) / 5)
    assert np.allclose(
        module.value(W, b, x, y), np.mean([module.value(W, b, x[i], y[i]) for i in range(5)])
    )


@pytest.mark.parametrize("name", GRAPHS)
def test_whole_numbers_are_taken_and_no_input_is_changed(name):
    graph = sg.load(str(FOLDER / f"{name}.sg"))
    module = sg.compile(graph, "numpy")
    rng = np.random.default_rng(5)
    inputs = sample(graph, rng, sizes_of(graph, rng, 0))
    order = [*graph.parameters, *(n for n in inputs if n not in graph.parameters)]
    order.sort(key=lambda n: n not in graph.parameters and graph.index[n].default is not None)
    given = [np.rint(4 * inputs[n]) for n in order if graph.shape_of[n]]
    numbers = [float(inputs[n]) for n in order if not graph.shape_of[n]]
    if any(not graph.shape_of[n] for n in order[: len(given)]) or name in SINGULAR:
        return
    whole = [array.astype(int) for array in given]
    kept = [array.copy() for array in whole]
    value, gradient = module.value_and_gradient(*whole, *numbers)
    wanted = module.value_and_gradient(*given, *numbers)
    assert np.allclose(value, wanted[0], equal_nan=True)
    for got, right in zip(gradient, wanted[1], strict=True):
        assert np.allclose(got, right, equal_nan=True)
    assert all(map(np.array_equal, whole, kept))


SINGULAR = {"gaussian"}


def test_a_matrix_is_overwritten_in_its_last_use_only():
    head = (
        "param X[m,n]\ngiven C[m,n]\nD = X - mean(X, n)\ns = sqrt(mean(D .^ 2, n) + 1)\nV = D/s\n"
    )
    (once,) = emit(sg.derive(sg.parse(head + "J = sum(C ⊙ V)")), "numpy")
    assert "V = np.divide(D, s[:, None], out=D)" in once.text
    for rest in ("J = sum(C ⊙ V) + sum(D .^ 3)", "E = Dᵀ\nJ = sum(C ⊙ V) + sum(E .^ 3)"):
        graph = sg.parse(head + rest)
        (again,) = emit(sg.derive(graph), "numpy")
        assert "out=D" not in again.text
        check(graph)


def test_a_wrong_shape_names_both():
    module = sg.compile(sg.load(str(FOLDER / "ridge.sg")), "numpy")
    with pytest.raises(ValueError, match=r"y has shape \(3,\): N is 5, as in X \(5, 2\), not 3"):
        module.value(np.ones(2), np.ones((5, 2)), np.ones(3))


def test_update_descends():
    module = sg.compile(sg.load(str(FOLDER / "ridge.sg")), "numpy")
    rng = np.random.default_rng(0)
    w, X, y = np.zeros(2), rng.standard_normal((9, 2)), rng.standard_normal(9)  # noqa: N806
    moved = module.update(w, X, y, rate=0.05).w
    assert module.value(moved, X, y) < module.value(w, X, y)


def test_hessian_and_jacobian_are_functions_of_the_module():
    graph = sg.load(str(FOLDER / "logistic.sg"))
    module = sg.compile(sg.derive(graph), "numpy", include=["hessian"])
    rng = np.random.default_rng(0)
    w, X, y = rng.standard_normal(3), rng.standard_normal((6, 3)), np.ones(6)  # noqa: N806
    h = 1e-5
    columns = [
        (module.gradient(w + h * e, X, y).w - module.gradient(w - h * e, X, y).w) / (2 * h)
        for e in np.eye(3)
    ]
    assert np.allclose(module.hessian(w, X, y), np.array(columns).T, atol=1e-8)
    module = sg.compile(sg.graph('def f(x: "n", *, A: "m n"): return tanh(A@x)'), "numpy")
    A, x = rng.standard_normal((2, 3)), rng.standard_normal(3)  # noqa: N806
    assert np.allclose(module.jacobian(x, A).x, (1 - np.tanh(A @ x) ** 2)[:, None] * A)


def arguments_of(graph, samples):
    """Return arguments in order, each of the data with a leading axis for samples."""
    rng = np.random.default_rng(5)
    sizes = sizes_of(graph, rng, 0)
    draws = [sample(graph, rng, sizes) for _ in range(samples)]
    order = [*graph.parameters]
    order += [n for n, node in graph.index.items() if node.formula is None and n not in order]
    order.sort(key=lambda n: n not in graph.parameters and graph.index[n].default is not None)
    return order, [
        np.stack([draw[n] for draw in draws]) if n in graph.data else draws[0][n] for n in order
    ]


BATCHED = ["linear_mse", "lstm_cell", "mlp"]
TEXTS = [
    "param w[n], b\ndata x[n], y\np = sigmoid(w@x + b)\nL = -y*log(p) - (1-y)*log(1-p)",
    "param W[m,n], λ\ndata x[n], t[m]\nr = W@x - t\nL = norm(r) + λ*sum(W ⊙ W) + max(r)",
    "param A[n,n]\ndata x[n], z[n]\nu = tanh(A@x)\nL = x@A@z + sum(u[1:n-1]) + logsumexp(x)",
    "param A[n,n]\ngiven S[n,n]\ndata x[n]\nassume S spd\nL = x@inv(S)@A@x",
    "param A[m,n]\ndata X[n,k]\nL = norm(A@X)^2",
]


@pytest.mark.parametrize("text", [*BATCHED, *TEXTS])
def test_samples_by_whole_matrices_are_the_means_of_single_ones(text):
    graph = load(text) if text in BATCHED else sg.parse(text)
    module = sg.compile(graph, "numpy")
    order, many = arguments_of(graph, 4)
    singles = [
        [v[i] if n in graph.data else v for n, v in zip(order, many, strict=True)] for i in range(4)
    ]
    assert np.isclose(module.value(*many), np.mean([module.value(*one) for one in singles]))
    for name, got in zip(graph.parameters, module.gradient(*many), strict=True):
        each = [getattr(module.gradient(*one), name.replace("λ", "lam")) for one in singles]
        assert_close(got, np.mean(each, axis=0), name, 1e-10)


def load(name):
    return sg.load(str(FOLDER / f"{name}.sg"))


def test_samples_are_written_as_people_write_them():
    lines = [line.strip() for line in sg.generate(load("mlp"), "numpy").splitlines()]
    for line in (
        "u = x @ W1.T + b1",
        "delta_2 = (p - y)/N",
        "delta_1 = delta_2 @ W2 * (1 - h**2)",
        "dL_dW1 = delta_1.T @ x",
    ):
        assert line in lines
    assert not any(line.startswith("for _i") for line in lines)


def test_a_vector_of_parameters_in_documented_order():
    from scipy.optimize import check_grad, minimize  # noqa: PLC0415

    graph = load("mlp")
    module = sg.compile(graph, "numpy")
    _, many = arguments_of(graph, 6)
    start, data = module.Params(*many[:4]), many[4:]
    theta = module.pack(*start)
    assert np.array_equal(theta[: start.W1.size], start.W1.ravel())
    value, jac = module.fun_and_jac(theta, start, *data)
    assert value == module.value(*start, *data)
    error = check_grad(
        lambda t: module.fun_and_jac(t, start, *data)[0],
        lambda t: module.fun_and_jac(t, start, *data)[1],
        theta,
    )
    assert error < 1e-5 * np.linalg.norm(jac)
    found = minimize(module.fun_and_jac, theta, args=(start, *data), jac=True, method="L-BFGS-B")
    assert found.fun < value
    with pytest.raises(ValueError, match=r"the parameters have \d+ entries, not \(3,\)"):
        module.unpack(theta[:3], start)


def test_values_are_steady_where_probabilities_are_zero():
    graph = sg.parse("param w[n]\ndata x[n], y\np = sigmoid(w@x)\nL = -y*log(p) - (1-y)*log(1-p)")
    module = sg.compile(graph, "numpy")
    assert module.value(np.array([1000.0]), np.array([1.0]), 0.0) == 1000.0
    module = sg.compile(sg.parse("param z[n]\ngiven y[n]\nL = -sum(y ⊙ log(softmax(z)))"), "numpy")
    assert module.value(np.array([0.0, 2000.0]), np.array([1.0, 0.0])) == 2000.0


@pytest.mark.parametrize("name", GRAPHS)
def test_code_is_checked_at_several_sizes(name):
    d = sg.derive(load(name))
    report = check_arrays(d, "numpy", emit(d, "numpy"))
    assert report.points >= 5


def test_wrong_code_is_refused():
    d = sg.derive(load("mlp"))
    (file,) = emit(d, "numpy")
    wrong = replace(file, text=file.text.replace("delta_2 = (p - y)/N", "delta_2 = (p + y)/N"))
    with pytest.raises(CodeCheckFailed, match="the emitted code is not exact"):
        check_arrays(d, "numpy", [wrong])
