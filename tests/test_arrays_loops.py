"""Plain loops in Python, JavaScript and C: run at several sizes against certified values."""

import ctypes
import json
import subprocess

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import SymgradError, UnsupportedFunction
from symgrad.expression.function import Function
from symgrad.expression.functions import ELEMENTARY, added
from symgrad.expression.spelling import PRODUCT, Spelling
from symgrad.expression.tree import ONE, Call, Div
from symgrad.targets.arrays.running import _RUNNERS, check_arrays, flat
from symgrad.targets.codegen import emit
from tests.array_numbers import FOLDER, cases, sample

GRAPHS = sorted(path.stem for path in FOLDER.glob("*.sg"))
FOUND = [case[:2] for case in (*cases(), *cases("cases_found.txt"))]


def load(name):
    return sg.load(str(FOLDER / f"{name}.sg"))


def assert_exact(graph, target):
    d = sg.derive(graph)
    report = check_arrays(d, target, emit(d, target))
    assert report.note == ""
    assert report.points >= 3


@pytest.mark.parametrize("name", GRAPHS)
def test_python_of_graphs(name):
    assert_exact(load(name), "python")


@pytest.mark.parametrize(("name", "source"), FOUND[::6], ids=str)
def test_python_of_cases(name, source):
    del name
    assert_exact(sg.graph(source), "python")


@pytest.mark.parametrize("name", ["mlp", "gp", "lstm_cell", "batch_norm"])
def test_javascript_of_graphs(name):
    assert_exact(load(name), "javascript")


@pytest.mark.parametrize("name", ["mlp", "gp", "lstm_cell", "batch_norm", "layer_norm"])
def test_c_of_graphs(name):
    assert_exact(load(name), "c")


@pytest.mark.parametrize(
    "source",
    [
        case[1]
        for case in FOUND
        if case[0] in {"det", "stackm", "idiom: first differences", "huber"}
    ],
)
def test_c_of_cases(source):
    assert_exact(sg.graph(source), "c")


@pytest.mark.parametrize("function", ["erf(x)", "gelu(W@x)", "normal_cdf(x) ⊙ erfc(x)"])
def test_javascript_has_the_error_function(function):
    assert_exact(sg.parse(f"param x[n]\ngiven W[n,n]\nL = sum({function})"), "javascript")


HESSIANS = [
    "param w[n]\ngiven X[N,n], y[N]\np = sigmoid(X@w)\nJ = -sum(y ⊙ log(p)) + norm(w)^2/2",
    "param x[n]\ngiven A[n,n]\nassume A spd\nJ = log(1 + x@A@x)",
    "param x[n]\ngiven A[m,n], b[m]\nJ = logsumexp(A@x + b)",
    "param t\ngiven A[n,n], b[n]\nassume A spd\nJ = b@inv(A + t*I)@b",
]


@pytest.mark.parametrize("text", HESSIANS)
def test_second_derivatives_are_one_in_every_language(text, tmp_path):
    np = pytest.importorskip("numpy")
    graph = sg.parse(text)
    d = sg.derive(graph)
    sizes = {name: 2 + i for i, name in enumerate(graph.sizes)}
    inputs = sample(graph, np.random.default_rng(4), sizes)
    order = [*d.wrt, *(name for name in inputs if name not in d.wrt)]
    values = [np.asarray(inputs[name], float) for name in order]
    wanted = np.asarray(sg.compile(d, "numpy", include=["hessian"]).hessian(*values))
    space = {}
    exec(emit(d, "python", include=["hessian"])[0].text, space)  # noqa: S102  (our own code)
    assert np.allclose(space["hessian"](*(value.tolist() for value in values)), wanted)
    (script,) = emit(d, "javascript", include=["hessian"])
    shown = run_javascript(script.text, sizes, values, tmp_path)
    assert np.allclose(shown, wanted.ravel())
    assert np.allclose(run_c(d, script.text, sizes, values, tmp_path), wanted.ravel())


def run_javascript(script, sizes, values, folder):
    flat = ", ".join(
        f"Float64Array.from({v.ravel().tolist()})" if v.ndim else repr(float(v)) for v in values
    )
    call = f"[hessian({json.dumps(sizes)}, {flat})].join(' ').replaceAll(',', ' ')"
    (folder / "model.mjs").write_text(f"{script}\nconsole.log({call})\n", encoding="utf-8")
    done = subprocess.run(
        ["node", "model.mjs"], cwd=folder, capture_output=True, text=True, check=True
    )
    return [float(word) for word in done.stdout.split()]


def run_c(d, script, sizes, values, folder):
    for file in emit(d, "c", module="model", include=["hessian"]):
        (folder / file.name).write_text(file.text, encoding="utf-8")
    command = ["gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    subprocess.run([*command, "model.c", "-lm", "-o", "model.so"], cwd=folder, check=True)
    function = ctypes.CDLL(str(folder / "model.so")).model_hessian
    function.restype = None
    words = script.split("function hessian({")[1].split("}")[0].split(", ")
    out, work = (ctypes.c_double * len(values[0].ravel()) ** 2)(), (ctypes.c_double * 4000)()
    function(
        *(ctypes.c_size_t(sizes[word]) for word in words),
        *(ctypes.c_void_p(v.ctypes.data) if v.ndim else ctypes.c_double(float(v)) for v in values),
        out,
        work,
    )
    return list(out)


def test_what_arrays_have_no_code_for_is_said():
    with pytest.raises(SymgradError, match="`hvp` is not written for vectors and matrices"):
        emit(sg.derive(load("ridge")), "numpy", include=["hvp"])
    with pytest.raises(SymgradError, match="by one parameter, and there are 4"):
        emit(sg.derive(load("mlp")), "c", include=["hessian"])


def test_python_takes_lists_of_rows_one_sample_or_many(tmp_path):
    graph = sg.parse("param W[m,n], b[m]\ndata x[n], y[m]\nr = W@x + b - y\nL = norm(r)^2/2")
    (tmp_path / "model.py").write_text(sg.generate(graph), encoding="utf-8")
    space = {}
    exec((tmp_path / "model.py").read_text("utf-8"), space)  # noqa: S102  (our own code)
    w, b = [[1.0, 2.0]], [0.5]
    assert space["gradient"](w, b, [1.0, 1.0], [1.0]).W == [[2.5, 2.5]]
    assert space["gradient"](w, b, [[1.0, 1.0], [0.0, 0.0]], [[1.0], [0.5]]).W == [[1.25, 1.25]]
    assert space["update"](w, b, [1.0, 1.0], [1.0], rate=1.0).b == [-2.0]
    with pytest.raises(ValueError, match=r"x has shape \(3,\): n is 2, as in W \(1, 2\), not 3"):
        space["value"](w, b, [1.0, 1.0, 1.0], [1.0])


def test_c_updates_in_place_within_the_stated_space(tmp_path):
    files = emit(sg.derive(load("linear_mse")), "c", module="line")
    for file in files:
        (tmp_path / file.name).write_text(file.text, encoding="utf-8")
    main = """#include "line.h"
#include <stdio.h>
double work[LINE_WORK(2, 2)];
int main(void)
{
    double W[4] = {1, 0, 0, 1}, b[2] = {0, 0};
    const double x[2] = {1, 2}, y[2] = {0, 0};
    line_update(2, 2, W, b, x, y, 0.1, work);
    printf("%g %g %g %g %g %g\\n", W[0], W[1], W[2], W[3], b[0], b[1]);
    return 0;
}
"""
    (tmp_path / "main.c").write_text(main, encoding="utf-8")
    command = ["gcc", "-std=c99", "-Wall", "-Werror", "-fsanitize=address,undefined"]
    subprocess.run([*command, "main.c", "line.c", "-lm", "-o", "main"], cwd=tmp_path, check=True)
    shown = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True).stdout
    assert shown.split() == ["0.9", "-0.2", "-0.2", "0.6", "-0.1", "-0.2"]


def test_c_multiplies_matrices_of_any_size(tmp_path):
    graph = sg.parse("param A[m,k]\ngiven B[k,n], G[m,n]\nL = sum(G ⊙ (A@B))")
    _, source = emit(sg.derive(graph), "c", module="product")
    (tmp_path / "product.h").write_text("#include <stddef.h>\n", encoding="utf-8")
    text = source.text.replace("static void matmul", "void matmul", 1)
    (tmp_path / "product.c").write_text(text[: text.index("double product_value")], "utf-8")
    command = ["gcc", "-O2", "-shared", "-fPIC", "product.c", "-o", "p.so"]
    subprocess.run(command, cwd=tmp_path, check=True)
    matmul = ctypes.CDLL(str(tmp_path / "p.so")).matmul
    matmul.restype = None
    np = pytest.importorskip("numpy")
    rng = np.random.default_rng(0)
    for m, k, n in ((1, 1, 1), (5, 300, 17), (4, 16, 16), (7, 2, 33), (9, 257, 1)):
        for ta in (0, 1):
            for tb in (0, 1):
                a, b = rng.standard_normal((m, k)), rng.standard_normal((k, n))
                left = np.ascontiguousarray(a.T if ta else a)
                right = np.ascontiguousarray(b.T if tb else b)
                out = np.empty((m, n))
                pointers = [ctypes.c_void_p(x.ctypes.data) for x in (left, right, out)]
                sizes = [ctypes.c_size_t(s) for s in (m, k, n)]
                matmul(*sizes, pointers[0], ta, pointers[1], tb, pointers[2])
                assert np.allclose(out, a @ b)


def test_a_function_that_a_language_lacks_is_named():
    graph = sg.parse("param x[n]\nL = sum(airyai(x))")
    with pytest.raises(UnsupportedFunction, match="`airyai` cannot be expressed in javascript"):
        sg.generate(graph, "javascript")


@pytest.mark.parametrize("target", ["python", "javascript", "c"])
@pytest.mark.parametrize(
    "body",
    [
        '(x: "n", t: "", *, A: "m n", b: "m"):\n    h = tanh(A@x + b)\n    return softmax(h)*t',
        '(x: "n", *, A: "n n", b: "n"):\n    return solve(A + diag(x), b)',
        '(t: "", *, A: "m n"):\n    return exp(t*A)',
        '(x: "n"):\n    return x[1:] - x[:-1]',
    ],
)
def test_jacobians_in_loops(body, target):
    assert_exact(sg.graph(f"def f{body}"), target)


@pytest.mark.parametrize("target", ["numpy", "python", "javascript", "c"])
def test_functions_of_numbers_are_written_as_their_records_say(target):
    calls = []
    for row in ELEMENTARY:
        arguments = ["u", "v"] if row.max_arity != 1 else ["1 + u" if row.name == "acosh" else "u"]
        if row.name not in {"where", "polygamma", "stop_gradient"}:
            calls.append(f"sum({row.name}({', '.join(arguments)}))")
    text = f"param x[n], y[n]; u = sigmoid(x); v = sigmoid(y)/2; J = {' + '.join(calls)}"
    assert_exact(sg.parse(text), target)


@pytest.mark.parametrize(
    ("target", "call"),
    [
        ("numpy", "(1.0/np.cosh(w))"),
        ("javascript", "(1/Math.cosh(w["),
        ("c", "(1.0/cosh(w["),
        ("python", "_ieee_divide(1.0, _cosh(w["),
    ],
)
def test_a_function_from_outside_is_written_by_its_record(target, call):
    def definition(arguments):
        return Div(ONE, Call("cosh", arguments))

    own = ("c", Spelling("1.0/cosh({0})", level=PRODUCT))
    with added(Function("bell", definition=definition, spellings=(own,))):
        d = sg.derive(sg.parse("param w[n]; J = sum(2*bell(w)) + bell(3*sum(w))"))
        assert call in "\n".join(item.text for item in emit(d, target))


BY_ROWS = (
    """
param X[m,n], g[n], b[n]
given C[m,n]
D = X - mean(X, n)
s = sqrt(mean(D .^ 2, n) + 0.5)
V = D/s
J = sum(C ⊙ (V ⊙ g + b))
""",
    "param X[m,n], w[m]; t = rowsum(X); delta = t ⊙ w; A = X ⊙ X; J = sum(delta) + sum(Xᵀ@A@A'@X)",
    "param w[n]; given X[m,n], y[m]; p = sigmoid(X@w); J = sum(y ⊙ p)/m + norm(w[2:n])^2",
    "param X[m,n], W[m,10]; u = colsum(X); Z = exp(W/4); J = sum(W ⊙ W) + u@u + sum(Z/rowsum(Z))",
    "param A[n,n]; given B[n,n]; J = sum(A ⊙ Aᵀ ⊙ B) + sum(colsum(A) ⊙ rowsum(B))/sum(B .^ 2)",
)


@pytest.mark.parametrize(
    ("text", "blas"), [*((text, False) for text in BY_ROWS), (BY_ROWS[2], True)]
)
def test_c_adds_in_lanes_and_joins_rows_at_any_size(text, blas, tmp_path):
    d = sg.derive(sg.parse(text))
    files = emit(d, "c", **({"blas": "cblas"} if blas else {}))
    run = _RUNNERS["c"](d, files, tmp_path)
    if isinstance(run, str):
        pytest.skip(run)
    module = sg.compile(d, "numpy")
    for m, n in ((1, 16), (19, 37), (33, 15), (16, 1 + 1)):
        arrays = list(sample(d.array_graph, np.random.default_rng(m), {"m": m, "n": n}).values())
        ((value, found),) = run([[a.tolist() for a in arrays]])
        wanted, gradient = module.value_and_gradient(*arrays)
        assert value == pytest.approx(float(wanted), rel=1e-12)
        for one, other in zip(found, gradient, strict=True):
            assert np.allclose(flat(one), np.ravel(other), rtol=1e-11, atol=1e-12)


def test_c_keeps_a_single_row_of_what_no_other_loop_needs():
    header, source = (file.text for file in emit(sg.derive(sg.parse(BY_ROWS[0])), "c"))
    assert "m*n" not in source.partition("_update")[0]
    assert source.count("q < m;") == 2  # one loop over the rows in either function
    assert "(n)" in header
