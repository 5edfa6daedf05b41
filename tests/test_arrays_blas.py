"""C whose products call a CBLAS, beside its loops; compiled and run where a CBLAS is found."""

import ctypes
import re
import subprocess

import pytest

import symgrad as sg
from symgrad.errors import SymgradError
from symgrad.targets.arrays import running
from symgrad.targets.arrays.running_blas import blas_flags
from symgrad.targets.codegen import emit
from symgrad.targets.running_c import c_compiler
from tests.array_numbers import FOLDER, sample

COMPILER = c_compiler()
FLAGS = blas_flags(COMPILER) if COMPILER else None
linked = pytest.mark.skipif(FLAGS is None, reason="there is no CBLAS on this machine")
NETWORK = """
param W[I,J], b[I], V[K,I]
given X[N,J], Y[N,K]
H = tanh(X@Wᵀ + b)
R = H@Vᵀ - Y
L = sum(R .^ 2) + b@b + sum(W@Wᵀ@b)/N
"""


def derived(name):
    return sg.derive(sg.load(str(FOLDER / f"{name}.sg")))


@linked
@pytest.mark.parametrize("name", ["mlp", "gp", "lstm_cell", "batch_norm", "kalman"])
def test_calls_are_exact(name):
    d = derived(name)
    report = running.check_arrays(d, "c", emit(d, "c", blas="cblas"))
    assert report.note == ""
    assert report.points >= 3


@linked
@pytest.mark.parametrize(
    "sizes",
    [(5, 4, 3, 6), (1, 4, 3, 2), (3, 1, 1, 1), (4, 2, 0, 3), (17, 33, 9, 40)],
    ids=str,
)
def test_calls_and_loops_agree_and_read_nothing_that_was_not_written(sizes, tmp_path):
    np = pytest.importorskip("numpy")
    d = sg.derive(sg.parse(NETWORK))
    named = dict(zip("IJKN", sizes, strict=True))
    inputs = sample(d.graph, np.random.default_rng(7), named)
    loops = compiled_and_run(np, d, named, inputs, tmp_path / "loops", [])
    calls = compiled_and_run(np, d, named, inputs, tmp_path / "calls", FLAGS, blas="cblas")
    assert np.allclose(calls, loops, rtol=1e-12, atol=1e-12)


def compiled_and_run(np, d, named, inputs, folder, flags, **settings):
    """Return value and gradient in one array; all that is written to begins as NaN."""
    folder.mkdir()
    for file in emit(d, "c", module="net", **settings):
        (folder / file.name).write_text(file.text, encoding="utf-8")
    warnings = ["-Wall", "-Wextra", "-Wconversion", "-Werror", "-pedantic"]
    command = [COMPILER, "-std=c99", *warnings, "-shared", "-fPIC", "net.c", "-o", "net.so"]
    subprocess.run([*command, *flags, "-lm"], cwd=folder, check=True)
    function = ctypes.CDLL(str(folder / "net.so")).net_value_and_gradient
    function.restype = ctypes.c_double
    given = [np.ascontiguousarray(inputs[name], float) for name in ("W", "b", "V", "X", "Y")]
    results = [np.full(array.shape, np.nan) for array in given[:3]]
    work = np.full(20000, np.nan)
    value = function(
        *(ctypes.c_size_t(named[size]) for size in "IJKN"),
        *(ctypes.c_void_p(array.ctypes.data) for array in (*given, *results, work)),
    )
    return np.concatenate([[value], *(array.ravel() for array in results)])


def test_products_are_calls_and_nothing_else_changes():
    d = sg.derive(sg.parse(NETWORK))
    plain, called = emit(d, "c")[1].text, emit(d, "c", blas="cblas")[1].text
    assert emit(d, "c", blas="none") == emit(d, "c")
    assert "cblas" not in plain
    assert all(f"cblas_{name}(" in called for name in ("dgemm", "dgemv", "ddot"))
    assert "tile(" not in called
    assert products(plain) == products(called) != []
    # The macro of complex.h that has the name of a size is gone again before it is used.
    assert "#include <cblas.h>\n#undef I\n" in called


def products(text):
    """Return the lines of products, without the numbers of temporaries."""
    lines = re.findall(r"^    matmul\(.*\);$", text, re.MULTILINE)
    return [re.sub(r"\bt\d+\b", "t", line) for line in lines]


def test_the_head_says_how_to_link():
    header = emit(derived("mlp"), "c", module="mlp", blas="cblas")[0].text
    assert "link with -lopenblas, -lcblas or -lblas" in header
    assert "cblas" not in emit(derived("mlp"), "c", module="mlp")[0].text


def test_a_graph_without_products_is_plain():
    d = sg.derive(sg.parse("param x[n]\nL = sum(exp(x))"))
    assert emit(d, "c", blas="cblas") == emit(d, "c")


def test_numbers_and_unknown_libraries_are_refused():
    with pytest.raises(SymgradError, match="the option `blas` is for graphs with vectors"):
        emit(sg.derive(sg.parse("param a; J = a^2")), "c", blas="cblas")
    with pytest.raises(SymgradError, match="`mkl` is no value of the option `blas`"):
        emit(derived("ridge"), "c", blas="mkl")


@pytest.mark.skipif(COMPILER is None, reason="there is no C compiler on this machine")
def test_where_there_is_no_library_the_check_says_so(monkeypatch):
    monkeypatch.setattr(running, "blas_flags", lambda compiler: None)
    d = derived("ridge")
    report = running.check_arrays(d, "c", emit(d, "c", blas="cblas"))
    assert "not checked: there is no CBLAS on this machine" in report.text
    assert running.check_arrays(d, "c", emit(d, "c")).note == ""


def test_single_precision_is_refused_by_name():
    with pytest.raises(SymgradError, match="not written in single precision"):
        sg.generate(sg.load("example:arrays/mlp"), "c", float="float")
