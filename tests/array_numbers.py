"""NumPy values of array formulas at random sizes, and numeric derivatives to compare them with."""

import io
import tokenize
from math import erf
from pathlib import Path

import numpy as np

from symgrad.expression.arrays.print_numpy import NumpyArrayPrinter, identifier

PRINTER = NumpyArrayPrinter()
FOLDER = Path(__file__).parent / "data" / "arrays"
_STEP = 1e-5


def cases(file="cases.txt"):
    """Return name, function and a person's formula for each parameter, of every case of a file."""
    found = []
    for block in (FOLDER / file).read_text(encoding="utf-8").split("\n\n"):
        lines = block.strip().splitlines()
        formulas = dict(line[2:].split(": ", 1) for line in lines if line.startswith("= "))
        source = "\n".join(line for line in lines[1:] if not line.startswith("= "))
        found.append((lines[0].removeprefix("# "), source, formulas))
    return found


def softmax(x, axis=None):
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def logsumexp(x, axis=None, *, keepdims=False):
    m = np.max(x, axis=axis, keepdims=True)
    found = m + np.log(np.sum(np.exp(x - m), axis=axis, keepdims=True))
    return found if keepdims else np.squeeze(found, axis=axis)


_NAMES = (
    "exp log sqrt sin cos tan tanh sinh cosh arctan arcsin arccos outer trace diag eye ones zeros "
    "concatenate where maximum minimum sign abs sum mean max min log1p expm1 pi e arctan2"
)
ENV = {name: getattr(np, name) for name in _NAMES.split()}
ENV |= {name: getattr(np.linalg, name) for name in ("inv", "solve", "det", "norm")}
ENV |= {
    "logdet": lambda m: np.linalg.slogdet(m)[1],
    "softmax": softmax,
    "logsumexp": logsumexp,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.logaddexp(0, x),
    "relu": lambda x: np.maximum(x, 0),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu": lambda x: x * (1 + np.vectorize(erf)(x / np.sqrt(2))) / 2,
    "erf": np.vectorize(erf),
    "normal_cdf": lambda x: (1 + np.vectorize(erf)(x / np.sqrt(2))) / 2,
    "normal_pdf": lambda x: np.exp(-x * x / 2) / np.sqrt(2 * np.pi),
}


def value_of(code, env):
    return eval(code, {"__builtins__": {}}, env)  # noqa: S307  (our own formula)


def sample(graph, rng, sizes):
    """Return inputs that satisfy what the graph assumes."""
    texts = {}
    for item in graph.assumptions:
        texts.setdefault(str(item.condition.left.key), []).append(item.text)
    found = {}
    for node in graph.nodes:
        if node.formula is not None:
            continue
        facts = graph.variables[node.name].facts
        shape = tuple(size.value(sizes) for size in graph.shape_of[node.name])
        stated = " ".join(texts.get(node.name, ()))
        value = rng.standard_normal(shape) if shape else np.float64(rng.uniform(0.5, 1.5))
        if facts.positive:
            value = np.abs(value) + 0.3
        if facts.symmetric and "spd" in stated:
            value = value @ value.T + len(value) * np.eye(len(value))
        elif facts.symmetric:
            value = (value + value.T) / 2
        elif len(shape) == 2 and shape[0] == shape[1]:
            value = value + (len(value) + 2) * np.eye(len(value))
        if facts.mask:
            value = (rng.random(shape) > 0.4).astype(float)
        if facts.sign:
            value = np.where(rng.random(shape) > 0.5, 1.0, -1.0)
        for axis, total in facts.sums:
            value = np.abs(value) + 0.1
            value = value / np.sum(value, axis=axis, keepdims=True) * float(total)
        found[node.name] = value
    return found


def environment(graph, inputs, sizes):
    """Return the values of all nodes."""
    env = ENV | {identifier(name): value for name, value in inputs.items()}
    env |= {identifier(name): value for name, value in sizes.items()}
    for node in graph.ordered:
        code = PRINTER.definition(graph.variables[node.name], graph.trees[node.name])
        env[identifier(node.name)] = value_of(code, env)
    return env


def numeric(graph, inputs, sizes, name):
    """Return the derivative of the objective by every entry of an input, by differences."""
    start = np.asarray(inputs[name], float)
    objective = identifier(graph.objective)

    def at(index, shift):
        moved = start.copy()
        moved[index] += shift
        return environment(graph, inputs | {name: moved}, sizes)[objective]

    shape = np.shape(at((0,) * start.ndim, 0.0))
    found = np.zeros((*shape, *start.shape))
    for index in np.ndindex(start.shape):
        near = at(index, _STEP) - at(index, -_STEP)
        far = at(index, 2 * _STEP) - at(index, -2 * _STEP)
        found[(..., *index)] = (8 * near - far) / (12 * _STEP)
    return found


def sizes_of(graph, rng, trial):
    """Return a number for every size: all different at first, then as they come."""
    if not trial:
        return {name: 2 + i for i, name in enumerate(graph.sizes)}
    return {name: int(rng.integers(1, 5)) for name in graph.sizes}


def assert_close(got, expected, name, tolerance=3e-5):
    """Hold an array against another one, its shape included."""
    assert np.shape(got) == np.shape(expected), name
    error = np.max(np.abs(got - expected) / (1 + np.abs(expected)), initial=0)
    assert error < tolerance, f"{name} is off by {error}"


def assert_right(derivation, *, trials=2, seed=0, tolerance=3e-5):
    """Hold every gradient against numeric differentiation, its shape included."""
    graph = derivation.graph
    rng = np.random.default_rng(seed)
    for trial in range(trials):
        sizes = sizes_of(graph, rng, trial)
        inputs = sample(graph, rng, sizes)
        env = environment(graph, inputs, sizes)
        for item in derivation.array_sensitivities:
            env[identifier(item.name)] = value_of(PRINTER.expression(item.value), env)
        for name, tree in derivation.array_gradients:
            code = PRINTER.expression(tree)
            got = np.asarray(value_of(code, env))
            expected = numeric(graph, inputs, sizes, name)
            assert got.shape == expected.shape, f"{name}: {code}, seed {seed}, {sizes}"
            error = np.max(np.abs(got - expected) / (1 + np.abs(expected)), initial=0)
            assert error < tolerance, f"{name}: {code} is off by {error}, seed {seed}, {sizes}"


def length(code):
    """Return how many names, numbers and signs a formula has; brackets and commas are free."""
    kinds = (tokenize.NAME, tokenize.NUMBER, tokenize.OP)
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return sum(token.type in kinds and token.string not in "()[]," for token in tokens)
