"""Emitted NumPy code of graphs with arrays: its gradients against numeric differentiation."""

import numpy as np
import pytest

import symgrad as sg
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
