"""Measure symgrad beside its peers, in one run: `python benchmarks/run.py [--json FILE]`.

Peers that are not installed are left out (`pip install ".[bench]"` installs them). Every figure is
the median of interleaved repetitions, so that a machine that slows down slows all of them; what
counts are the ratios.
"""

import argparse
import importlib.util
import json
import math
import platform
import statistics
import sys
import tempfile
import time
import warnings
from collections import namedtuple
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
from jacobians import jacobians

import symgrad as sg
from symgrad.program.program import lower, operations
from symgrad.verify.deciding.equality import decide

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.verify_corpus import claim, lines

Case = tuple[str, Callable[[], object]]
ARTICLE = {"a": 1.0, "b": 0.1, "c": 1.2, "d": 2.0}
LAM = 0.1


def there(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def medians(cases: list[Case], rounds: int, inner: int = 1) -> dict[str, float]:
    """Return the median seconds of each case, the cases taken in turn."""
    times: dict[str, list[float]] = {name: [] for name, _ in cases}
    for _, call in cases:
        call()
    for _ in range(rounds):
        for name, call in cases:
            begin = time.perf_counter()
            for _ in range(inner):
                call()
            times[name].append((time.perf_counter() - begin) / inner)
    return {name: statistics.median(found) for name, found in times.items()}


def chain_text(stages: int) -> str:
    weights = ", ".join(f"w{k}" for k in range(stages))
    lines = [f"u{k + 1} = w{k}*u{k}^2 + u{k}" for k in range(stages)]
    return f"param {weights}\ndata u0\n" + "\n".join(lines) + f"\nminimize u{stages}\n"


def network_text(inputs: int = 4, first: int = 32, second: int = 32) -> str:
    """Return a tanh network with weight decay, every scalar written out."""
    lines: list[str] = []
    names: list[str] = []

    def layer(number: int, width: int, below: list[str]) -> list[str]:
        out: list[str] = []
        for j in range(width):
            weights = [f"w{number}_{j}_{i}" for i in range(len(below))]
            names.extend([*weights, f"b{number}_{j}"])
            terms = [f"{w}*{x}" for w, x in zip(weights, below, strict=True)]
            lines.append(f"z{number}_{j} = " + " + ".join([*terms, f"b{number}_{j}"]))
            lines.append(f"h{number}_{j} = tanh(z{number}_{j})")
            out.append(f"h{number}_{j}")
        return out

    xs = [f"x{i}" for i in range(inputs)]
    hidden = layer(2, second, layer(1, first, xs))
    weights = [f"w3_{i}" for i in range(second)]
    names.extend([*weights, "b3"])
    terms = [f"{w}*{h}" for w, h in zip(weights, hidden, strict=True)]
    lines.append("o = " + " + ".join([*terms, "b3"]))
    lines.append("L = (o - y)^2")
    lines.append("R = λ/2*(" + " + ".join(f"{name}^2" for name in names) + ")")
    head = f"param {', '.join(names)}\ndata {', '.join(xs)}, y\nconst λ = 0.01\n"
    return head + "\n".join(lines) + "\nJ = L + R\nminimize J\n"


def casadi_chain(stages: int) -> Callable[[], object]:
    import casadi as ca

    def build() -> object:
        w = ca.SX.sym("w", stages)
        start = ca.SX.sym("u0")
        u = start
        for k in range(stages):
            u = w[k] * u**2 + u
        function = ca.Function("f", [start, w], [u, ca.gradient(u, w)])
        code = ca.CodeGenerator("f.c")
        code.add(function)
        return code.dump()

    return build


def scale() -> dict[str, object]:
    """Read, derive and print 10,000 stages; the same graph through CasADi."""
    text = chain_text(10_000)
    cases: list[Case] = [("symgrad", lambda: sg.generate(sg.derive(sg.parse(text))))]
    if there("casadi"):
        cases.append(("casadi", casadi_chain(10_000)))
    found: dict[str, object] = {"chain of 10,000, seconds": medians(cases, 5)}
    program = lower(sg.derive(sg.parse(text)))
    found["chain, operations a stage"] = operations(program) / 10_000
    network = network_text()
    found["4-32-32-1 network, seconds"] = medians(
        [("symgrad", lambda: sg.generate(sg.derive(sg.parse(network))))], 5
    )
    found["4-32-32-1 network, operations"] = operations(lower(sg.derive(sg.parse(network))))
    return found


def by_hand(a, b, c, d, x, y, lam=LAM):
    """Return value and gradient of the article's graph, as a careful person writes them."""
    u = a * x + b
    h = u * u
    v = c * h + u + d
    p = 1.0 / (1.0 + v)
    r = p - y
    delta = -2.0 * r * p * p
    g = delta * (2.0 * c * u + 1.0)
    value = r * r + 0.5 * lam * (a * a + c * c)
    return value, (g * x + lam * a, g, delta * h + lam * c, delta)


Slopes = namedtuple("Slopes", "a b c d")  # noqa: PYI024  (a benchmark has no types)


def by_hand_named(a, b, c, d, x, y, lam=LAM):
    """Return the same with named slopes."""
    value, slopes = by_hand(a, b, c, d, x, y, lam)
    return value, Slopes(*slopes)


def symforce_function():
    """Return value and slopes as SymForce emits them, and its count of operations."""
    import symforce

    symforce.set_epsilon_to_number()
    import symforce.symbolic as sf
    from symforce.codegen import Codegen, PythonConfig
    from symforce.values import Values

    a, b, c, d, x, y, lam = symbols = [sf.Symbol(name) for name in (*"abcdxy", "lam")]
    u = a * x + b
    objective = (1 / (1 + c * u**2 + u + d) - y) ** 2 + lam / 2 * (a**2 + c**2)
    slopes = {f"d{s}": objective.diff(s) for s in (a, b, c, d)}
    code = Codegen(
        inputs=Values(**{str(s): s for s in symbols}),
        outputs=Values(J=objective, **slopes),
        config=PythonConfig(),
        name="article",
    )
    with tempfile.TemporaryDirectory() as folder:
        files = code.generate_function(folder).generated_files
        text = next(file for file in files if file.name == "article.py").read_text()
    space: dict[str, object] = {"math": math, "T": None, "numpy": np}
    exec(text.replace("import sym\n", ""), space)  # noqa: S102  (SymForce's own text)
    return space["article"], int(text.split("Total ops: ")[1].split()[0])


def sympy_function(modules):
    import sympy as sp

    a, b, c, d, x, y, lam = names = sp.symbols("a b c d x y lam")
    u = a * x + b
    objective = (1 / (1 + c * u**2 + u + d) - y) ** 2 + lam / 2 * (a**2 + c**2)
    slopes = [sp.diff(objective, name) for name in (a, b, c, d)]
    return sp.lambdify(names, [objective, *slopes], modules, cse=True)


def single() -> dict[str, object]:
    """Time one call with floats."""
    point = (*ARTICLE.values(), 2.0, 1.0, LAM)
    module = sg.compile(sg.load("example:branch_and_merge"), target="python")
    cases: list[Case] = [
        ("symgrad python", lambda: module.value_and_gradient(*point)),
        ("by hand, plain tuples", lambda: by_hand(*point)),
        ("by hand, named tuple", lambda: by_hand_named(*point)),
    ]
    function = sympy_function("math")
    cases.append(("sympy lambdify, cse", lambda: function(*point)))
    if there("symforce"):
        emitted, _ = symforce_function()
        cases.append(("symforce", lambda: emitted(*point)))
    return {"single call, microseconds": scaled(medians(cases, 41, 5000), 1e6)}


def scaled(times: dict[str, float], factor: float) -> dict[str, float]:
    return {name: value * factor for name, value in times.items()}


def straightforward(a, b, c, d, x, y, lam=LAM):
    u = a * x + b
    h = u**2
    v = c * h + u + d
    p = 1 / (1 + v)
    loss = np.mean((p - y) ** 2) + lam / 2 * (a**2 + c**2)
    delta = -2 * (p - y) * p**2
    g = delta * (2 * c * u + 1)
    return loss, (
        np.mean(g * x) + lam * a, np.mean(g), np.mean(delta * h) + lam * c, np.mean(delta),
    )  # fmt: skip


def jax_case(point, x, y) -> Case:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)  # noqa: FBT003  (JAX's own interface)

    def objective(theta, x, y):
        a, b, c, d = theta
        u = a * x + b
        p = 1 / (1 + c * u**2 + u + d)
        return jnp.mean((p - y) ** 2) + LAM / 2 * (a**2 + c**2)

    both = jax.jit(jax.value_and_grad(objective))
    theta, xs, ys = jnp.array(point), jnp.asarray(x), jnp.asarray(y)
    return "jax jit", lambda: jax.block_until_ready(both(theta, xs, ys))


def numba_case(point, x, y) -> Case:
    import numba

    one = numba.njit(by_hand)

    @numba.njit
    def batch(a, b, c, d, x, y):
        total, ga, gb, gc, gd = 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(x.size):
            value, (da, db, dc, dd) = one(a, b, c, d, x[i], y[i], LAM)
            total += value
            ga += da
            gb += db
            gc += dc
            gd += dd
        n = x.size
        return total / n, (ga / n, gb / n, gc / n, gd / n)

    return "numba, loop by hand", lambda: batch(*point, x, y)


def casadi_case(point, x, y) -> Case:
    import casadi as ca

    theta, data = ca.SX.sym("t", 4), ca.SX.sym("z", 2)
    u = theta[0] * data[0] + theta[1]
    p = 1 / (1 + theta[2] * u**2 + u + theta[3])
    objective = (p - data[1]) ** 2 + LAM / 2 * (theta[0] ** 2 + theta[2] ** 2)
    f = ca.Function("f", [theta, data], [objective, ca.gradient(objective, theta)])
    mapped = f.map(x.size)
    inputs = np.stack([x, y])
    return "casadi map", lambda: [np.mean(out, axis=1) for out in mapped(point, inputs)]


def batch(samples: int, rounds: int) -> dict[str, float]:
    """Time value and gradient over a batch, in milliseconds."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=samples), rng.normal(size=samples)
    graph = sg.load("example:branch_and_merge")
    point = tuple(ARTICLE.values())
    vector = sg.compile(graph, target="numpy")
    plain: dict[str, Callable] = {}
    exec(sg.generate(graph, target="numpy"), plain)  # noqa: S102  (our own emitted text)
    one, two = (sg.compile(graph, target="c", threads=n) for n in (1, 2))
    cases: list[Case] = [
        ("sum of both arrays", lambda: (x.sum(), y.sum())),
        ("symgrad c", lambda: one.value_and_gradient(*point, x, y)),
        ("symgrad c, 2 threads", lambda: two.value_and_gradient(*point, x, y)),
        ("symgrad numpy, fast", lambda: vector.value_and_gradient(*point, x, y)),
        ("symgrad numpy, plain", lambda: plain["value_and_gradient"](*point, x, y)),
        ("numpy, straightforward", lambda: straightforward(*point, x, y)),
    ]
    function = sympy_function("numpy")
    cases.append(("sympy lambdify, cse", lambda: [np.mean(v) for v in function(*point, x, y, LAM)]))
    if there("jax"):
        cases.append(jax_case(point, x, y))
    if there("numba"):
        cases.append(numba_case(point, x, y))
    if there("casadi") and samples <= 10**6:
        cases.append(casadi_case(point, x, y))
    inner = max(1, 20_000 // samples)
    return scaled(medians(cases, rounds, inner), 1e3)


def counts() -> dict[str, object]:
    """Count the operations of value and gradient together, for the article's graph."""
    import sympy as sp

    program = lower(sg.derive(sg.load("example:branch_and_merge")))
    a, b, c, d, x, y, lam = sp.symbols("a b c d x y lam")
    u = a * x + b
    objective = (1 / (1 + c * u**2 + u + d) - y) ** 2 + lam / 2 * (a**2 + c**2)
    shared, rest = sp.cse([objective, *(sp.diff(objective, name) for name in (a, b, c, d))])
    total = sum(int(e.count_ops()) for _, e in shared) + sum(int(e.count_ops()) for e in rest)
    found: dict[str, object] = {"symgrad": operations(program), "sympy cse": total}
    if there("casadi"):
        import casadi as ca

        names = [ca.SX.sym(n) for n in "abcdxyl"]
        u = names[0] * names[4] + names[1]
        p = 1 / (1 + names[2] * u**2 + u + names[3])
        value = (p - names[5]) ** 2 + names[6] / 2 * (names[0] ** 2 + names[2] ** 2)
        theta = ca.vertcat(*names[:4])
        f = ca.Function("f", names, [value, ca.gradient(value, theta)])
        found["casadi"] = f.n_nodes() - len(names) - 5
    if there("symforce"):
        found["symforce"] = symforce_function()[1]
    return {"operations, article": found}


def claims() -> dict[str, object]:
    """Return the median time in which one identity of the tests' corpus is decided."""
    times = []
    for line in lines("identities.txt"):
        left, right, assumptions = claim(line)
        start = time.process_time()
        decide(left, right, assumptions=assumptions)
        times.append(time.process_time() - start)
    return {"one identity decided, median of the tests' corpus, ms": 1e3 * statistics.median(times)}


def table(results: dict[str, object]) -> str:
    """Return the results as Markdown tables with ratios to the first row of each."""
    lines: list[str] = []
    for title, found in results.items():
        if not isinstance(found, dict):
            lines += [f"**{title}**: {found:.4g}", ""]
            continue
        first = next(iter(found.values()))
        lines += [f"**{title}**", "", "| | | ratio |", "|---|---:|---:|"]
        lines += [
            f"| {name} | {value:.4g} | {value / first:.2f} |" for name, value in found.items()
        ]
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", help="write the figures to this file")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")  # of the peers
    results: dict[str, object] = {}
    results |= counts()
    results |= scale()
    results |= single()
    results |= claims()
    results |= jacobians(medians)
    results["batch of 1,000,000, milliseconds"] = batch(10**6, 15)
    results["batch of 1,000, milliseconds"] = batch(1000, 101)
    machine = f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    today = datetime.now(timezone.utc).date().isoformat()
    print(f"{machine}, {today}\n")
    print(table(results))
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump({"machine": machine, "date": today, "results": results}, file, indent=2)
            file.write("\n")


if __name__ == "__main__":
    main()
