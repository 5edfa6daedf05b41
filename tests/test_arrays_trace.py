"""Array traces: every number of a step, small arrays whole, large ones by their corners."""

import json

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import SymgradError
from symgrad.trace.arrays.layout import laid_out
from symgrad.trace.arrays.plan import array_plan
from symgrad.trace.arrays.run import TracedArray
from symgrad.trace.arrays.show import traced
from tests.array_numbers import FOLDER

GRAPHS = sorted(path.stem for path in FOLDER.glob("*.sg"))


def load(name):
    return sg.load(str(FOLDER / f"{name}.sg"))


def shown(graph, given, count=1, **options):
    d = sg.derive(graph)
    return traced(d, array_plan(d, given, count=count), **options)


@pytest.mark.parametrize("name", GRAPHS)
def test_numbers_are_those_of_the_code(name):
    graph = load(name)
    found = json.loads(shown(graph, {}, style="json", count=2))
    module = sg.compile(graph, "numpy")
    inputs = found["inputs"]
    order = sorted(
        inputs, key=lambda n: (n not in graph.parameters, graph.index[n].default is not None)
    )
    rate = 0.1 if graph.maximize else -0.1
    for step in found["steps"]:
        values = [np.asarray(inputs[n]) for n in order]
        value, gradient = module.value_and_gradient(*values)
        assert np.isclose(step["values"][graph.objective], value)
        for parameter, got in zip(graph.parameters, gradient, strict=True):
            assert np.allclose(step["gradients"][parameter], got)
            moved = np.asarray(inputs[parameter]) + rate * got
            assert np.allclose(step["updated"][parameter], moved)
        inputs = inputs | step["updated"]


def test_a_step_is_laid_out():
    graph = sg.parse("param W[m,n]\ndata x[n], y[m]\nr = W@x - y\nL = norm(r)^2/2")
    text = shown(graph, {"W": "[[1, 2], [3, 4]]", "x": [1, -1], "y": [0, 0.5]})
    assert (
        text
        == """\
L at m = 2, n = 2; rate 0.1

Inputs
  W = [ 1  2 ]
      [ 3  4 ]
  x = [ 1  −1 ]
  y = [ 0  0.5 ]

Step 1

Values
  r = Wx − y
    = [ −1  −1.5 ]
  L = rᵀr/2
    = 1.625

Gradients
  ∂L/∂W = rxᵀ
        = [ −1    1   ]
          [ −1.5  1.5 ]

After the step
  W = [ 1.1   1.9  ]
      [ 3.15  3.85 ]
"""
    )


def test_large_arrays_are_shown_by_their_corners():
    rows = tuple(tuple(float(20 * i + j) for j in range(20)) for i in range(10))
    assert laid_out(TracedArray("A", None, 2, rows), 4) == [
        "10×20, norm 1627, corners [ 0 … 19; 180 … 199 ]"
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"W": [1, 2]}, "`W` is m×n"),
        ({"x": "[1, oops]"}, "`x` is n"),
        ({"Q": 1}, "`Q` is no input of this graph"),
        ({"W": [[1, 2]], "x": [1, 2, 3]}, "`x` is 3, and 2 would fit the others"),
    ],
)
def test_what_does_not_fit_is_named(given, message):
    graph = sg.parse("param W[m,n]\ndata x[n], y[m]\nL = norm(W@x - y)^2/2")
    with pytest.raises(SymgradError) as caught:
        shown(graph, given)
    assert message in str(caught.value)


def test_the_command_traces_in_every_format(run_module):
    for style, piece in (
        ("text", "∂L/∂W1 = δ_1xᵀ"),
        ("latex", r"\begin{bmatrix}"),
        ("markdown", "## Step 2: gradients"),
        ("json", "symgrad.array-trace/1"),
    ):
        words = ("trace", "example:arrays/mlp", "-n", "2", "--format", style)
        assert piece in run_module("-m", "symgrad", *words).stdout
