"""Functions as books, courses and forums state them, none of which a rule was written for.

The formula beside each is a person's. Sources: The Matrix Cookbook, matrixcalculus.org, notes of
courses on machine learning and optimisation, questions on math.stackexchange and stackoverflow.
"""

import contextlib
import math

import numpy as np
import pytest

import symgrad as sg
from symgrad.derivation.arrays.jacobian import adjoints, hessian
from symgrad.errors import SymgradError
from symgrad.expression.arrays import build, leaves
from symgrad.sources.arrays.numpy_calls import ROWS
from symgrad.verify.arrays.proving import Decider
from tests.array_numbers import (
    PRINTER,
    assert_close,
    assert_right,
    cases,
    environment,
    length,
    numeric,
    sample,
    sizes_of,
    value_of,
)

FOUND = cases("cases_found.txt")
SECOND = cases("second.txt")
AGREE = {
    "power mean",
    "l_p norm",
    "Bradley-Terry",
}  # powers that are names; a matrix of differences


@pytest.mark.parametrize(("name", "source"), [case[:2] for case in FOUND], ids=str)
def test_gradients_are_right_at_random_sizes(name, source):
    del name
    assert_right(sg.derive(sg.graph(source), sensitivities="none"))


def test_gradients_are_as_short_as_a_persons():
    ratios = []
    for _, source, formulas in FOUND:
        for name, tree in sg.derive(sg.graph(source), sensitivities="none").array_gradients:
            if name in formulas:
                ratios.append(length(PRINTER.expression(tree)) / length(formulas[name]))
    assert len(ratios) > 150
    assert math.exp(sum(map(math.log, ratios)) / len(ratios)) <= 1.02
    assert max(ratios) <= 1.5


def with_claims(source, formulas):
    """Return the graph of a function with a person's formulas as nodes of their own."""
    *body, last = source.rstrip().split("\n")
    nodes = [f"    claimed_{name} = {formula}" for name, formula in formulas.items()]
    value = last.strip().removeprefix("return ")
    return sg.graph("\n".join([*body, f"    f = {value}", *nodes, "    return f"]))


@pytest.mark.parametrize(
    ("name", "source", "formulas"), [case for case in FOUND if case[2]][::2], ids=str
)
def test_persons_formulas_are_proved_and_slips_refuted(name, source, formulas):
    graph = with_claims(source, formulas)
    right = adjoints(graph, graph.objective, leaves.ONE)
    decider = Decider(graph)
    for parameter in formulas:
        claim = graph.trees[f"claimed_{parameter}"]
        found = decider.decide(claim, right[parameter], 10, kinks=True)
        assert found.status == ("agrees" if name in AGREE else "proved"), parameter
        for wrong in (build.neg(claim), leaves.scaled(leaves.HALF.value, claim)):
            assert decider.decide(wrong, right[parameter], 2).status == "refuted"


def second_order(source):
    """Return a graph, and for every parameter its Jacobian, or its matrix of second derivatives."""
    graph = sg.graph(source)
    d = sg.derive(graph, sensitivities="none")
    if d.jacobian:
        return graph, dict(d.array_gradients), None
    found = {n: hessian(graph, t, n) for n, t in d.array_gradients if len(t.shape) < 2}
    return graph, found, d


def differences(graph, gradient, inputs, sizes, name):
    """Return the derivative of a gradient by every entry of its parameter, by differences."""
    start, code, step = np.asarray(inputs[name], float), PRINTER.expression(gradient), 1e-5
    found = np.zeros(start.shape * 2)
    for index in np.ndindex(start.shape):
        values = []
        for shift in (step, -step):
            moved = start.copy()
            moved[index] += shift
            values.append(value_of(code, environment(graph, inputs | {name: moved}, sizes)))
        found[(..., *index)] = (values[0] - values[1]) / (2 * step)
    return found


@pytest.mark.parametrize(("name", "source"), [case[:2] for case in SECOND], ids=str)
def test_matrices_of_derivatives_are_right(name, source):
    del name
    graph, matrices, d = second_order(source)
    rng = np.random.default_rng(2)
    sizes = sizes_of(graph, rng, 0)
    inputs = sample(graph, rng, sizes)
    env = environment(graph, inputs, sizes)
    for parameter, tree in matrices.items():
        got = np.asarray(value_of(PRINTER.expression(tree), env))
        if d is None:
            wanted = numeric(graph, inputs, sizes, parameter)
        else:
            gradient = dict(d.array_gradients)[parameter]
            wanted = differences(graph, gradient, inputs, sizes, parameter)
        assert_close(got, wanted, parameter, 1e-4)


def test_matrices_of_derivatives_are_as_short_as_a_persons():
    ratios = []
    for _, source, formulas in SECOND:
        for name, tree in second_order(source)[1].items():
            if name in formulas:
                ratios.append(length(PRINTER.expression(tree)) / length(formulas[name]))
    assert math.exp(sum(map(math.log, ratios)) / len(ratios)) <= 1.0
    assert max(ratios) <= 1.3


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return np.prod(x)", "`prod`: a product of entries is `exp(sum(log(x)))`"),
        ("return norm(A, 2)", "`norm(A, 2)`: this norm has no derivative in closed form"),
        ("return sum(np.linalg.eigvalsh(A))", "`eigvalsh`"),
        ("return sum(np.linalg.svd(A))", "`svd`"),
        ("return trace(np.linalg.pinv(A))", "`pinv`"),
        ("return trace(expm(A))", "`expm`"),
        ("return sum(np.kron(A, A))", "`kron`"),
        ("return sum(np.cumsum(x))", "`cumsum`"),
        ("return sum(np.sort(x))", "`sort`"),
        ("return sum(A.reshape(-1))", "a vector is reshaped, to a row or a column"),
        ("return np.tensordot(A, x, axes=2)", "all axes are summed here, or one"),
        ("return trace(np.linalg.matrix_power(A, 9))", "the power is a whole number up to 8"),
    ],
)
def test_what_has_no_formula_is_refused_by_name(body, message):
    with pytest.raises(SymgradError) as caught:
        sg.graph(f'def f(A: "n n", x: "n"):\n    {body}')
    assert message in str(caught.value)


@pytest.mark.parametrize("arguments", ["()", "(A)", "(A, x)", "(A, A, A)"])
def test_a_wrong_number_of_arguments_is_a_fault_of_the_source(arguments):
    """Whatever function of NumPy it is, and never a fault of the reader's own."""
    for name in ROWS:
        with contextlib.suppress(SymgradError):
            sg.graph(f'def f(A: "n n", x: "n"):\n    return sum({name}{arguments})')
