"""Graphs on which emitted JAX and PyTorch are compared with what those libraries derive."""

import importlib.util
import tempfile
from pathlib import Path

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.sources.text import parse
from symgrad.targets.codegen import emit
from symgrad.targets.running_python import imported

# A step of a Kalman filter: the likelihood of what is measured.
KALMAN = """
param q = 0.1, r = 0.5
data z
const x = 0.2, P = 1
P_pred = P + exp(q)
S = P_pred + exp(r)
innovation = z - x
nll = (log(2*pi*S) + innovation^2/S)/2
"""
# The maximum and the choice have kinks, the softplus is far off, the power has a data exponent.
KINKS = """
param a = 0.5, b = 2
data x, y
h = max(a*x, b, 1) + softplus(30*a*x)
s = where(x > a and b > 0, a^y, a*b)
J = abs(h - y) + s^2 + min(b, x)
"""
OUTPUTS = """
param a = 1, b = 2, c = 0.5
data x, y
const k = 0.1
r = a*exp(b*x) - y
q = k*b
s = a*r^2 + c
residual r, q, s
"""
# Every function that the libraries have in words of their own, and those that files bring along.
FUNCTIONS = """
param a = 0.3, b = 1.7
data x
f1 = exp(a) + log(b) + log2(b) + log10(b) + sqrt(b) + cbrt(a) + abs(a) + sign(a) + sin(a) + cos(a)
f2 = asin(a) + acos(a) + atan(a) + atan2(a, b) + sinh(a) + cosh(a) + tanh(a) + asinh(a) + atanh(a)
f3 = erf(a) + erfc(b) + sigmoid(a) + softplus(a) + relu(a) + gelu(a) + silu(a) + max(a, b, x)
f4 = min(a, b, x) + where(x > a and b > 0, a, b) + hypot(a, b) + log1p(a) + expm1(a) + tan(a)
f5 = logsumexp(a, b, x) + normal_pdf(a) + normal_cdf(b) + lgamma(b) + digamma(b) + a^b
f6 = lgamma(a + 3) + polygamma(2, b) + digamma(b + 1) + acosh(b + 1) + a*log(sigmoid(b*x))
J = f1 + f2*x + f3 + f4 + f5 + f6
"""
GRAPHS = {
    "kalman": KALMAN,
    "kinks": KINKS,
    "article": examples.read("branch_and_merge"),
    "gelu_neuron": examples.read("gelu_neuron"),
}
SAMPLES = ([0.3, -1.2, 2.5], [1.1, 0.4, 2.0])


def arguments(derivation):
    """Return numbers for a derivation's parameters, arrays for its data, numbers for the rest."""
    graph = derivation.graph
    inputs = [graph[name] for name in (*graph.parameters, *graph.data, *graph.constants)]
    columns = iter(SAMPLES)
    return [next(columns) if node.kind == "data" else float(node.default or 0.7) for node in inputs]


def derived(name):
    return derive(parse(GRAPHS[name]))


def module(derivation, target, **options):
    """Return emitted code as a module."""
    with tempfile.TemporaryDirectory() as folder:
        return imported(emit(derivation, target, **options)[0], Path(folder))


def missing(library):
    """Tell whether a library cannot be imported, without importing it."""
    return importlib.util.find_spec(library) is None
