"""Gradients of array graphs: right at random sizes, and written as a person writes them."""

import json
import math

import numpy as np
import pytest

import symgrad as sg
from symgrad.expression.arrays import factoring
from symgrad.expression.arrays.print_numpy import NumpyArrayPrinter
from tests.array_numbers import (
    FOLDER,
    PRINTER,
    assert_right,
    cases,
    environment,
    length,
    numeric,
    sample,
    value_of,
)

CASES = cases()
GRAPHS = sorted(path.stem for path in FOLDER.glob("*.sg"))
EXPECTED = {
    "mlp": ["δ_2 = ∂L/∂z = p − y", "δ_1 = ∂L/∂u = W2ᵀδ_2 ⊙ (1 − h²)", "∂L/∂W1 = δ_1xᵀ",
            "∂L/∂b1 = δ_1",            "∂L/∂W2 = δ_2hᵀ", "∂L/∂b2 = δ_2"],
    "softmax_regression": ["δ = ∂J/∂Z = (P − Y)/N", "∂J/∂W = Xᵀδ + λW", "∂J/∂b = δᵀ1"],
    "attention_head": ["δ = ∂J/∂S = P ⊙ (GVᵀ − rowsum(P ⊙ GVᵀ))", "∂J/∂A = XᵀδK/√d",
                       "∂J/∂B = XᵀδᵀQ/√d", "∂J/∂C = XᵀPᵀG"],
    "layer_norm": ["∂J/∂x = (δ − mean(δ) − v·mean(v ⊙ δ))/s"],
    "batch_norm": ["δ = ∂J/∂Y = G ⊙ γ", "∂J/∂W = Xᵀ((δ − mean(δ, N) − Y ⊙ mean(δ ⊙ Y, N))/s)"],
    "gp": ["δ = ∂J/∂C = (C⁻¹ − aaᵀ)/2", "∂J/∂ℓ = sum(D ⊙ K ⊙ δ)/ℓ³", "∂J/∂σ = σ(tr(C⁻¹) − aᵀa)"],
    "gaussian": ["∂L/∂μ = −z", "∂L/∂S = (S⁻¹ − zzᵀ)/2"],
    "kalman": ["∂J/∂K = 2(KR − FPHᵀ)"],
    "lstm_cell": ["δ_f = δ_c ⊙ c0 ⊙ f ⊙ (1 − f)", "∂L/∂Wf = δ_fvᵀ", "∂L/∂bf = δ_f"],
    "linear_mse": ["∂L/∂W = rxᵀ", "∂L/∂b = r"],
    "logistic": ["∂J/∂w = Xᵀ(p − y)/N + λw"],
    "ridge": ["∂J/∂w = Xᵀr/N + λw"],
    "rayleigh": ["∂q/∂w = 2(Aw − qw)/(wᵀw)"],
    "factorisation": ["∂J/∂U = EV + λU", "∂J/∂V = EᵀU + λV"],
}  # fmt: skip


def load(name):
    return sg.load(str(FOLDER / f"{name}.sg"))


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_print_as_people_write(name):
    lines = [line.strip() for line in sg.derive(load(name)).text().splitlines()]
    assert [line for line in EXPECTED[name] if line not in lines] == []


@pytest.mark.parametrize("mode", ["auto", "none", "all"])
@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_are_right_at_random_sizes(name, mode):
    assert_right(sg.derive(load(name), sensitivities=mode))


@pytest.mark.parametrize(("name", "source", "formulas"), CASES, ids=[case[0] for case in CASES])
def test_cases_are_right_at_random_sizes(name, source, formulas):
    del name, formulas
    assert_right(sg.derive(sg.graph(source), sensitivities="none"))


def test_formulas_are_as_short_as_a_persons():
    ratios = []
    for _, source, formulas in CASES:
        d = sg.derive(sg.graph(source), sensitivities="none")
        for name, tree in d.array_gradients:
            if name in formulas:
                ratios.append(length(NumpyArrayPrinter().expression(tree)) / length(formulas[name]))
    assert math.exp(sum(map(math.log, ratios)) / len(ratios)) <= 1.03
    assert sum(ratio > 1.5 for ratio in ratios) <= 2


def test_json_carries_every_notation_and_the_shape():
    content = json.loads(sg.derive(load("mlp"), sensitivities="none").to_json())
    gradient = next(item for item in content["gradients"] if item["parameter"] == "W1")
    assert gradient["shape"] == ["m", "n"]
    assert gradient["numpy"] == "outer(W2.T @ (p - y) * (1 - h**2), x)"
    assert set(gradient) == {"parameter", "text", "formula", "latex", "shape", "numpy"}
    assert content["sensitivities"] == []
    assert content["sizes"] == ["m", "n", "k"]


def test_gradient_prints_as_its_formula():
    d = sg.derive(load("linear_mse"))
    assert str(d.gradients["W"]) == "rxᵀ"
    assert d.gradients["W"].shape == ("m", "n")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("tanh(A@x)", "(1 - f**2)[:, None] * A"),
        ("A@x + x@x*b", None),
        ("softmax(x)", "diag(f) - outer(f, f)"),
        ("x[1:] - x[:-1]", None),
        ("x/norm(x)", None),
    ],
)
def test_jacobians_are_right(body, expected):
    d = sg.derive(sg.graph(f'def f(x: "n", *, A: "n n", b: "n"): return {body}'))
    ((_, tree),) = d.array_gradients
    if expected is not None:
        code = NumpyArrayPrinter().expression(tree)
        assert code.strip("()") == expected.strip("()")
    graph = d.graph
    rng = np.random.default_rng(1)

    sizes = {"n": 3}
    inputs = sample(graph, rng, sizes)
    got = value_of(PRINTER.expression(tree), environment(graph, inputs, sizes))
    assert np.allclose(got, numeric(graph, inputs, sizes, "x"), atol=1e-6)


TENSORS = {
    'def h(W: "m n", *, x: "n"): return tanh(W@x)': "∂h_i/∂W_{jk} = δ_{ij}x_k(1 − h_i²)",
    'def R(X: "n n", *, A: "n n", B: "n n"): return A@X@B': "∂R_{ij}/∂X_{kl} = A_{ik}B_{lj}",
    'def R(X: "m n"): return X.T@X': "∂R_{ij}/∂X_{kl} = δ_{il}X_{kj} + δ_{jl}X_{ki}",
    'def Y(X: "n n"):\n    "assume X invertible"\n    return inv(X)': (
        "∂Y_{ij}/∂X_{kl} = −Y_{ik}Y_{lj}"
    ),
    'def P(X: "m n"): return softmax(X, axis=1)': (
        "∂P_{ij}/∂X_{kl} = δ_{ik}P_{ij}(δ_{jl} − P_{il})"
    ),
    'def s(X: "m n"): return sum(X**2, axis=1)': "∂s_i/∂X_{jk} = 2δ_{ij}X_{ik}",
    'def A(x: "n"): return outer(x, x)': "∂A_{ij}/∂x_k = δ_{ik}x_j + δ_{jk}x_i",
}


@pytest.mark.parametrize(("source", "line"), TENSORS.items(), ids=TENSORS.values())
def test_derivatives_of_three_axes_are_told_entry_by_entry_and_by_their_product(source, line):
    d = sg.derive(sg.graph(source))
    assert f"  {line}\n" in d.text()
    assert [v.status for v in sg.verify(d.graph, line).verdicts] == ["proved"]
    (item,) = d.tensors
    rng = np.random.default_rng(3)
    sizes = {name: 2 + i for i, name in enumerate(d.graph.sizes)}
    inputs = sample(d.graph, rng, sizes)
    whole = numeric(d.graph, inputs, sizes, item.parameter)
    way = rng.standard_normal(np.shape(inputs[item.parameter]))
    env = environment(d.graph, inputs, sizes) | {item.way: way}
    got = value_of(PRINTER.expression(item.product), env)
    assert np.allclose(got, np.tensordot(whole, way, axes=way.ndim), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ridge", "∂²J/∂w² = λI + XᵀX/N"),
        ("logistic", "∂²J/∂w² = λI + Xᵀdiag(p ⊙ (1 − p))X/N"),
    ],
)
def test_second_derivatives_are_matrices(name, expected, run_module):
    shown = run_module("-m", "symgrad", "derive", str(FOLDER / f"{name}.sg"), "--hessian").stdout
    assert expected in shown


def test_deep_network_is_linear_in_its_layers():
    lines = ["param " + ", ".join(f"W{i}[n,n], b{i}[n]" for i in range(1, 101)), "data h0[n], y[n]"]
    lines += [f"h{i} = tanh(W{i}@h{i - 1} + b{i})" for i in range(1, 101)]
    lines.append("L = norm(h100 - y)^2/2")
    d = sg.derive(sg.parse("\n".join(lines)))
    assert len(d.array_sensitivities) == 100
    assert str(d.gradients["W7"]) == "δ_7h6ᵀ"


def test_examples_are_read_by_name_and_written_to_a_file(run_module, tmp_path):
    from symgrad import examples  # noqa: PLC0415

    assert len(examples.array_names()) >= 8
    assert sg.load("example:arrays/mlp").parameters == ("W1", "b1", "W2", "b2")
    run_module("-m", "symgrad", "init", "arrays/ridge", cwd=tmp_path)
    assert sg.load(str(tmp_path / "ridge.sg")).objective == "J"


def test_pictures_have_shapes_on_their_edges():
    shown = sg.draw(load("mlp"), style="mermaid")
    assert "W1: m×n" in shown
    assert '|"k"|' in shown


@pytest.mark.parametrize("command", [("accuracy",), ("generate", "-t", "rust")])
def test_commands_that_take_no_arrays_say_so(command, run_module):
    done = run_module("-m", "symgrad", *command, "example:arrays/mlp", status=2)
    assert "does not take vectors and matrices yet" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [(), ("-o", "made")])
def test_the_command_writes_numpy(words, run_module, tmp_path):
    done = run_module(
        "-m", "symgrad", "generate", "example:arrays/mlp", "-t", "numpy", *words, cwd=tmp_path
    )
    made = (tmp_path / "made" / "mlp_numpy.py").read_text("utf-8") if words else done.stdout
    assert "dL_dW1 = np.outer(delta_1, x)" in made
    assert ("checked numpy: largest error" in done.stderr) == bool(words)


def test_sums_are_grouped_once_each():
    """Many ways to group leave the same sums: one Hessian took 47,000 groupings, now 466."""
    text = (
        "param w[n]; data x[n], t\nz = gelu(w ⊙ x) + erf(w) + silu(w) + softplus(x)\n"
        "J = logsumexp(z) + normal_cdf(t) + max(t, norm(relu(w))^2)"
    )
    factoring._best_group.cache_clear()
    sg.generate(sg.derive(sg.parse(text)), "numpy", include=["hessian"])
    assert 100 < factoring._best_group.cache_info().misses < 1_000
