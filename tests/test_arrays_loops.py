"""Plain loops in Python, JavaScript and C: run at several sizes against certified values."""

import ctypes
import subprocess

import pytest

import symgrad as sg
from symgrad.errors import UnsupportedFunction
from symgrad.targets.arrays.running import check_arrays
from symgrad.targets.codegen import emit
from tests.array_numbers import FOLDER, cases

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
    graph = sg.parse("param x[n]\nL = sum(lgamma(x))")
    with pytest.raises(UnsupportedFunction, match="JavaScript has no function `lgamma` for arrays"):
        sg.generate(graph, "javascript")
