"""Measure emitted array code beside NumPy written by hand, JAX and PyTorch, on one thread.

`python benchmarks/arrays.py` prints the medians of one run in microseconds, the cases taken in
turn; peers that are not installed are left out. What counts are the ratios.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402  (it reads the number of threads when it is loaded)

sys.path.insert(0, str(Path(__file__).parent))
from run import Case, medians, scaled, there  # noqa: E402  (beside this file)

import symgrad as sg  # noqa: E402
from symgrad.targets.codegen import emit  # noqa: E402

ROUNDS, INNER = 21, 10


def network(batch=64, inputs=784, hidden=128, classes=10):
    """Return weights, samples and one-hot targets of an MLP."""
    rng = np.random.default_rng(0)
    weights = (
        rng.normal(0, inputs**-0.5, (hidden, inputs)), np.zeros(hidden),
        rng.normal(0, hidden**-0.5, (classes, hidden)), np.zeros(classes),
    )  # fmt: skip
    targets = np.eye(classes)[rng.integers(0, classes, batch)]
    return (*weights, rng.normal(size=(batch, inputs)), targets)


def mlp_by_hand(w1, b1, w2, b2, x, y):
    h = np.tanh(x @ w1.T + b1)
    z = h @ w2.T + b2
    z -= z.max(axis=1, keepdims=True)
    e = np.exp(z)
    s = e.sum(axis=1, keepdims=True)
    value = -np.mean(np.sum(y * (z - np.log(s)), axis=1))
    d2 = (e / s - y) / len(x)
    d1 = d2 @ w2 * (1 - h * h)
    return value, (d1.T @ x, d1.sum(axis=0), d2.T @ h, d2.sum(axis=0))


def compiled(batch, inputs, hidden, classes, arrays, folder):
    """Return the call of emitted C, compiled for this machine."""
    d = sg.derive(sg.load("example:arrays/mlp"))
    for file in emit(d, "c", module="mlp"):
        (folder / file.name).write_text(file.text, encoding="utf-8")
    command = ["gcc", "-std=c99", "-O3", "-march=native", "-shared", "-fPIC", "mlp.c", "-lm"]
    subprocess.run([*command, "-o", "mlp.so"], cwd=folder, check=True)
    function = ctypes.CDLL(str(folder / "mlp.so")).mlp_mean_value_and_gradient
    function.restype = ctypes.c_double
    space = hidden * inputs + 16 * batch * (hidden + classes) + 4096
    results = [*(np.empty_like(a) for a in arrays[:4]), np.empty(space)]
    sizes = [ctypes.c_size_t(n) for n in (hidden, inputs, classes, batch)]
    pointers = [ctypes.c_void_p(a.ctypes.data) for a in (*arrays, *results)]
    held = (arrays, results)  # what the pointers point to
    return lambda: (function(*sizes, *pointers), held)[0]


def jax_mlp(arrays):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)  # noqa: FBT003  (its interface)

    def loss(w1, b1, w2, b2, x, y):
        z = jnp.tanh(x @ w1.T + b1) @ w2.T + b2
        return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(z), axis=1))

    both = jax.jit(jax.value_and_grad(loss, argnums=(0, 1, 2, 3)))
    given = [jnp.asarray(a) for a in arrays]
    return lambda: jax.block_until_ready(both(*given))


def mlp(folder) -> dict[str, float]:
    """Time value and gradient of an MLP 784-128-10, 64 samples."""
    arrays = network()
    module = sg.compile(sg.load("example:arrays/mlp"), "numpy")
    value, gradient = module.value_and_gradient(*arrays)
    by_hand = mlp_by_hand(*arrays)
    if not (np.isclose(value, by_hand[0]) and all(map(np.allclose, gradient, by_hand[1]))):
        raise SystemExit("the two do not agree")
    cases: list[Case] = [
        ("symgrad numpy", lambda: module.value_and_gradient(*arrays)),
        ("numpy by hand", lambda: mlp_by_hand(*arrays)),
    ]
    if shutil.which("gcc"):
        cases.append(("symgrad c", compiled(64, 784, 128, 10, arrays, folder)))
    if there("jax"):
        cases.append(("jax jit", jax_mlp(arrays)))
    return scaled(medians(cases, ROUNDS, INNER), 1e6)


SOFTMAX = """
param W[n,k], b[k]
given X[N,n], Y[N,k]
assume sum(Y, k) = 1
Z = X@W + b
P = softmax(Z, k)
J = -sum(Y ⊙ log(P))/N
"""


def softmax_by_hand(w, b, x, y):
    z = x @ w + b
    z -= z.max(axis=1, keepdims=True)
    e = np.exp(z)
    s = e.sum(axis=1, keepdims=True)
    d = (e / s - y) / len(x)
    return -np.sum(y * (z - np.log(s))) / len(x), (x.T @ d, d.sum(axis=0))


def softmax_regression() -> dict[str, float]:
    """Time value and gradient of softmax regression, 64 samples of 784 numbers in 10 classes."""
    w1, _, _, b, x, y = network()
    arrays = (w1[:10].T.copy(), b, x, y)
    module = sg.compile(sg.parse(SOFTMAX), "numpy")
    cases: list[Case] = [
        ("symgrad numpy", lambda: module.value_and_gradient(*arrays)),
        ("numpy by hand", lambda: softmax_by_hand(*arrays)),
    ]
    return scaled(medians(cases, ROUNDS, INNER), 1e6)


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
    return scaled(medians(cases, 5), 1e3)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        results = {
            "MLP 784-128-10, 64 samples, µs": mlp(Path(folder)),
            "softmax regression 784 to 10, 64 samples, µs": softmax_regression(),
            "network of 100 layers, ms": deep(),
        }
    for title, found in results.items():
        print(title)
        for name, value in found.items():
            print(f"  {name:20} {value:8.0f}")


if __name__ == "__main__":
    main()
