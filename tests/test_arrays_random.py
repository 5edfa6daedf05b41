"""Random array functions: every gradient against numeric differentiation at random sizes."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symgrad as sg
from symgrad.expression.arrays.print_text import TextPrinter
from tests.array_numbers import assert_right

MATRICES = {("m", "n"): ["A"], ("n", "n"): ["S"], ("n", "m"): ["B"]}
VECTORS = {"n": ["x", "y"], "m": ["u"]}


class Writer:
    """Writes NumPy expressions of a wanted shape; `depth` bounds how far they nest."""

    def __init__(self, seed):
        self.rng = random.Random(seed)  # noqa: S311  (repeatable)

    def scalar(self, depth):
        n = self.rng.choice(["n", "m"])
        options = [
            lambda: f"({self.vector(n, depth - 1)} @ {self.vector(n, depth - 1)})",
            lambda: f"sum({self.vector(n, depth - 1)})",
            lambda: f"mean({self.vector(n, depth - 1)})",
            lambda: f"sum({self.matrix('m', 'n', depth - 1)})",
            lambda: f"trace({self.matrix('n', 'n', depth - 1)})",
            lambda: f"logsumexp({self.vector(n, depth - 1)})",
            lambda: f"norm({self.vector(n, depth - 1)} + 3)",
            lambda: f"({self.scalar(depth - 1)} * {self.scalar(depth - 1)})",
            lambda: f"tanh({self.scalar(depth - 1)})",
        ]
        return "t" if depth <= 0 else self.rng.choice(options)()

    def vector(self, n, depth):
        other = "m" if n == "n" else "n"
        options = [
            lambda: f"({self.matrix(n, other, depth - 1)} @ {self.vector(other, depth - 1)})",
            lambda: f"({self.vector(other, depth - 1)} @ {self.matrix(other, n, depth - 1)})",
            lambda: f"({self.vector(n, depth - 1)} * {self.vector(n, depth - 1)})",
            lambda: f"({self.vector(n, depth - 1)} + {self.vector(n, depth - 1)})",
            lambda: f"({self.vector(n, depth - 1)} - {self.scalar(depth - 1)})",
            lambda: f"({self.vector(n, depth - 1)} / (2 + {self.vector(n, depth - 1)}**2))",
            lambda: f"{self.function()}({self.vector(n, depth - 1)})",
            lambda: f"softmax({self.vector(n, depth - 1)})",
            lambda: f"sum({self.matrix(n, other, depth - 1)}, axis=1)",
            lambda: f"mean({self.matrix(other, n, depth - 1)}, axis=0)",
            lambda: f"diag({self.matrix(n, n, depth - 1)})",
            lambda: f"({self.scalar(depth - 1)} * {self.vector(n, depth - 1)})",
        ]
        return self.rng.choice(VECTORS[n]) if depth <= 0 else self.rng.choice(options)()

    def matrix(self, m, n, depth):
        k = self.rng.choice(["n", "m"])
        options = [
            lambda: f"({self.matrix(m, k, depth - 1)} @ {self.matrix(k, n, depth - 1)})",
            lambda: f"({self.matrix(m, n, depth - 1)} * {self.matrix(m, n, depth - 1)})",
            lambda: f"({self.matrix(m, n, depth - 1)} + {self.matrix(m, n, depth - 1)})",
            lambda: f"({self.matrix(m, n, depth - 1)} - {self.vector(n, depth - 1)})",
            lambda: f"({self.matrix(m, n, depth - 1)} * {self.vector(m, depth - 1)}[:, None])",
            lambda: f"{self.matrix(n, m, depth - 1)}.T",
            lambda: f"outer({self.vector(m, depth - 1)}, {self.vector(n, depth - 1)})",
            lambda: f"{self.function()}({self.matrix(m, n, depth - 1)})",
            lambda: f"softmax({self.matrix(m, n, depth - 1)}, axis={self.rng.choice([0, 1])})",
            lambda: f"({self.scalar(depth - 1)} * {self.matrix(m, n, depth - 1)})",
            lambda: self.leaf(m, n),
        ]
        return self.leaf(m, n) if depth <= 0 else self.rng.choice(options)()

    def leaf(self, m, n):
        if (m, n) in MATRICES:
            return self.rng.choice(MATRICES[m, n])
        return "(A @ B)"

    def function(self):
        return self.rng.choice(["tanh", "sin", "sigmoid", "cos", "softplus"])


def function_of(seed):
    """Return the text of a random function with a scalar value."""
    writer = Writer(seed)
    lines = ['def f(A: "m n", S: "n n", B: "n m", x: "n", y: "n", u: "m", t):']
    names = []
    for i in range(writer.rng.randint(0, 2)):
        n = writer.rng.choice(["n", "m"])
        lines.append(f"    v{i} = {writer.vector(n, 2)}")
        names.append((n, f"v{i}"))
    total = writer.scalar(3)
    total += "".join(f" + sum({name})" for _, name in names)
    lines.append(f"    return {total} + 0*(sum(A) + sum(S) + sum(B) + sum(x*y) + sum(u) + t)")
    return "\n".join(lines)


@settings(max_examples=16, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000))
def test_gradients_of_random_functions(seed):
    graph = sg.graph(function_of(seed))
    for mode in ("auto", "none"):
        assert_right(sg.derive(graph, sensitivities=mode), trials=1, seed=seed, tolerance=1e-4)


@pytest.mark.parametrize("seed", range(100, 108))
def test_printed_gradients_of_random_functions_are_never_refuted(seed):
    graph = sg.graph(function_of(seed))
    printer = TextPrinter(graph.index)
    for name, tree in sg.derive(graph, sensitivities="none").array_gradients:
        claim = f"∂{graph.objective}/∂{name} = {printer.expression(tree)}"
        assert [v.status for v in sg.verify(graph, claim).verdicts] == ["proved"], claim
