"""Measure emitted NumPy and C beside NumPy by hand, JAX and PyTorch, on one thread.

`python benchmarks/arrays.py` prints the shortest times of one run in microseconds, the cases taken
in turn; peers that are not installed are left out. What counts are the ratios.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

import numpy as np  # noqa: E402  (it reads the number of threads when it is loaded)

sys.path.insert(0, str(Path(__file__).parent))
import arrays_peers as peers  # noqa: E402  (beside this file)
from run import Case, scaled, there  # noqa: E402

import symgrad as sg  # noqa: E402
from symgrad.targets.arrays.checking import inputs_of  # noqa: E402
from symgrad.targets.arrays.running import sizes_of  # noqa: E402
from symgrad.targets.arrays.running_blas import blas_flags  # noqa: E402
from symgrad.targets.codegen import emit  # noqa: E402

ROUNDS, INNER = 61, 5
LARGE = 4_000_000
SOFTMAX = """
param W[n,k], b[k]
given X[N,n], Y[N,k]
assume sum(Y, k) = 1
Z = X@W + b
P = softmax(Z, k)
J = -sum(Y ⊙ log(P))/N
"""
ATTENTION = """
param A[D,d], B[D,d], C[D,e]
given X[T,D], G[T,e]
Q = X@A
K = X@B
V = X@C
P = softmax(Q@Kᵀ/√d, rows)
J = sum(G ⊙ (P@V))
"""
LAYER_NORM = """
param X[m,n], g[n], b[n]
given C[m,n]
const ε = 0.00001
assume ε > 0
D = X - mean(X, n)
s = sqrt(mean(D .^ 2, n) + ε)
V = D/s
J = sum(C ⊙ (V ⊙ g + b))
"""
LOGISTIC = """
param w[n]
given X[N,n], y[N]
p = sigmoid(X@w)
J = -sum(y ⊙ log(p) + (1 - y) ⊙ log(1 - p))/N
"""


def shortest(cases: list[Case], rounds: int, inner: int = 1) -> dict[str, float]:
    """Return the shortest seconds of each case, the cases taken in turn.

    The first call of a turn is not measured: it finds the caches as another case left them.
    """
    times = {name: float("inf") for name, _ in cases}
    np.empty(LARGE)  # freed at once: from now on memory of this size is kept, not given back
    for _, call in cases:
        call()
    for _ in range(rounds):
        for name, call in cases:
            call()
            begin = time.perf_counter()
            for _ in range(inner):
                call()
            times[name] = min(times[name], (time.perf_counter() - begin) / inner)
    return times


def network(batch=64, inputs=784, hidden=128, classes=10):
    """Return weights, samples and one-hot targets of an MLP."""
    rng = np.random.default_rng(0)
    weights = (
        rng.normal(0, inputs**-0.5, (hidden, inputs)), np.zeros(hidden),
        rng.normal(0, hidden**-0.5, (classes, hidden)), np.zeros(classes),
    )  # fmt: skip
    targets = np.eye(classes)[rng.integers(0, classes, batch)]
    return (*weights, rng.normal(size=(batch, inputs)), targets)


def normal(*shapes):
    """Return arrays of normal numbers, those that are multiplied with of a moderate size."""
    rng = np.random.default_rng(1)
    return tuple(rng.normal(0, shape[0] ** -0.5, shape) for shape in shapes)


def compiled(name, d, arrays, folder, **settings):
    """Return the call of emitted C by arrays in order, compiled for this machine."""
    folder /= f"{name}{len(settings)}"
    folder.mkdir()
    for file in emit(d, "c", module=name, **settings):
        (folder / file.name).write_text(file.text, encoding="utf-8")
    index, further = d.array_graph.index, inputs_of(d)[len(arrays) :]
    constants = [float(index[word].default) for word in further]
    sizes, many = sizes_of(d, [*(array.tolist() for array in arrays), *constants])
    prefix = "mean_" if many else ""
    lengths = [ctypes.c_size_t(number) for number in sizes.values()]
    words = [f"a{i}" for i in range(len(lengths))]
    macro = f"{name}_{prefix}work".upper()
    probe = f"size_t space({', '.join(f'size_t {word}' for word in words)})"
    text = f'#include "{name}.h"\n{probe} {{ return {macro}({", ".join(words)}); }}\n'
    (folder / "probe.c").write_text(text, encoding="utf-8")
    flags = ["-O3", "-march=native", "-shared", "-fPIC", f"{name}.c", "probe.c"]
    linked = (*(blas_flags("gcc") if settings else ()), "-lm")
    subprocess.run(["gcc", *flags, "-o", "code.so", *linked], cwd=folder, check=True)
    library = ctypes.CDLL(str(folder / "code.so"))
    library.space.restype = ctypes.c_size_t
    function = getattr(library, f"{name}_{prefix}value_and_gradient")
    function.restype = ctypes.c_double
    results = [*map(np.empty_like, arrays[: len(d.wrt)]), np.empty(library.space(*lengths))]
    given, written = ([ctypes.c_void_p(a.ctypes.data) for a in part] for part in (arrays, results))
    rest = [*given, *map(ctypes.c_double, constants), *written]
    held = (arrays, results)  # what the pointers point to
    return lambda: (function(*lengths, *rest), held[1])


def in_c(name, graph, arrays, wanted) -> list[Case]:
    """Return the cases of emitted C: loops, and calls of a CBLAS where one is found."""
    if not shutil.which("gcc"):
        return []
    d, folder = sg.derive(graph), Path(tempfile.mkdtemp())
    cases: list[Case] = [("symgrad c", compiled(name, d, arrays, folder))]
    if blas_flags("gcc") is not None:
        cases.append(("symgrad c, cblas", compiled(name, d, arrays, folder, blas="cblas")))
    shutil.rmtree(folder)
    for title, call in cases:
        value, found = call()
        if not (np.isclose(value, wanted[0]) and all(map(np.allclose, found, wanted[1]))):
            raise SystemExit(f"{name}, {title}: the two do not agree")
    return cases


def measured(name, graph, arrays, count) -> dict[str, float]:
    """Time value and gradient by the first `count` arrays, here and by all peers there are."""
    module = sg.compile(graph, "numpy")
    by_hand = getattr(peers, name)
    value, gradient = module.value_and_gradient(*arrays)
    wanted = by_hand(*arrays)
    if not (np.isclose(value, wanted[0]) and all(map(np.allclose, gradient, wanted[1]))):
        raise SystemExit(f"{name}: the two do not agree")
    cases: list[Case] = [
        ("symgrad numpy", lambda: module.value_and_gradient(*arrays)),
        ("numpy by hand", lambda: by_hand(*arrays)),
        *in_c(name, graph, arrays, wanted),
    ]
    if there("jax"):
        cases.append(("jax jit", peers.jax_call(name, arrays, count)))
    if there("torch"):
        cases.append(("torch", peers.torch_call(name, arrays, count)))
    return scaled(shortest(cases, ROUNDS, INNER), 1e6)


def second_derivatives() -> dict[str, float]:
    """Time the Hessian of the logistic loss, 1,000 samples of 300 numbers."""
    w, x = normal((300,), (1000, 300))
    y = (np.arange(1000) % 2).astype(float)
    module = sg.compile(sg.parse(LOGISTIC), "numpy", include=["hessian"])
    if not np.allclose(module.hessian(w, x, y), peers.logistic_hessian(w, x, y)):
        raise SystemExit("the two do not agree")
    cases: list[Case] = [
        ("symgrad numpy", lambda: module.hessian(w, x, y)),
        ("numpy by hand", lambda: peers.logistic_hessian(w, x, y)),
    ]
    if there("jax"):
        cases.append(("jax jit", peers.jax_hessian("logistic", (w, x, y))))
    return scaled(shortest(cases, ROUNDS, 3), 1e6)


def deep(layers=100) -> dict[str, float]:
    """Time reading, deriving and printing a deep network."""
    lines = [
        "param " + ", ".join(f"W{i}[n,n], b{i}[n]" for i in range(1, layers + 1)),
        "data h0[n], y[n]",
        *(f"h{i} = tanh(W{i}@h{i - 1} + b{i})" for i in range(1, layers + 1)),
        f"L = norm(h{layers} - y)^2/2",
    ]
    text = "\n".join(lines)
    cases: list[Case] = [("read, derive, print", lambda: sg.derive(sg.parse(text)).text())]
    return scaled(shortest(cases, 5), 1e3)


def main() -> None:
    w1, b1, w2, b, x, y = network()
    labels = (np.arange(1000) % 2).astype(float)
    projections = normal((64, 64), (64, 64), (64, 64), (128, 64), (128, 64))
    images = (w1[:10].T.copy(), b, x, y)
    rows = normal((256, 512), (512,), (512,), (256, 512))
    samples = (*normal((50,), (1000, 50)), labels)
    results = {
        "MLP 784-128-10, 64 samples, µs": measured(
            "mlp", sg.load("example:arrays/mlp"), (w1, b1, w2, b, x, y), 4
        ),
        "softmax regression 784 to 10, 64 samples, µs": measured(
            "softmax", sg.parse(SOFTMAX), images, 2
        ),
        "attention, 128 tokens of 64 numbers, µs": measured(
            "attention", sg.parse(ATTENTION), projections, 3
        ),
        "layer norm of 256 rows of 512, µs": measured("layer_norm", sg.parse(LAYER_NORM), rows, 3),
        "logistic regression, 1000 by 50, µs": measured("logistic", sg.parse(LOGISTIC), samples, 1),
        "Hessian of the logistic loss, 1000 by 300, µs": second_derivatives(),
        "network of 100 layers, ms": deep(),
    }
    for title, found in results.items():
        print(title)
        for name, value in found.items():
            print(f"  {name:20} {value:8.0f}")


if __name__ == "__main__":
    main()
