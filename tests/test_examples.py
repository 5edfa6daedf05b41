"""The shipped examples: readable, complete, sourced, and sensible with their own numbers."""

from fractions import Fraction

import pytest

from symgrad import examples
from symgrad.errors import UnknownName
from symgrad.expression.evaluate import Decimals
from symgrad.graph.forward import forward
from symgrad.graph.graph import Graph
from symgrad.sources.text import parse

GRAPHS = {name: parse(examples.read(name), source=f"{name}.sg") for name in examples.names()}
STEP_SIZE = Fraction(1, 10**12)
PROMISED = """
attention black_scholes branch_and_merge gaussian_nll gelu_neuron huber lennard_jones
linear_regression logistic_regression lstm_cell michaelis_menten pendulum_energy projectile rms_norm
softmax_cross_entropy softplus_regression tanh_mlp vae_kl
""".split()


def start(graph: Graph, step: int) -> dict[str, Fraction]:
    """Return the inputs of a graph: the defaults, and the data of one of its steps."""
    defaults = {node.name: node.default for node in graph.nodes if node.default is not None}
    return {**defaults, **dict(graph.steps[step])}


def objective(graph: Graph, inputs: dict[str, Fraction]) -> Fraction:
    """Return the objective to 40 digits."""
    value = forward(graph, inputs, digits=40)[graph.objective]
    mantissa, exponent = value.man_exp
    return Fraction(mantissa) * Fraction(2) ** exponent


def updated(graph: Graph, inputs: dict[str, Fraction]) -> dict[str, Fraction]:
    """Return the inputs after one step at the stated rate, with numeric derivatives."""
    _, rate = graph.rate
    step = rate if graph.maximize else -rate
    slopes = {
        name: (
            objective(graph, {**inputs, name: inputs[name] + STEP_SIZE})
            - objective(graph, {**inputs, name: inputs[name] - STEP_SIZE})
        )
        / (2 * STEP_SIZE)
        for name in graph.parameters
    }
    moved = {name: inputs[name] + step * slope for name, slope in slopes.items()}
    return {**inputs, **{name: value.limit_denominator(10**15) for name, value in moved.items()}}


def test_names_are_sorted_and_hold_what_is_promised():
    assert list(examples.names()) == sorted(examples.names())
    assert set(PROMISED) <= set(examples.names())


@pytest.mark.parametrize("name", examples.names())
def test_head_says_what_it_is_and_where_it_is_from(name):
    head = examples.read(name).partition("\n\n")[0]
    assert examples.title(name).endswith(".")
    assert GRAPHS[name].title == examples.title(name)
    assert name == "branch_and_merge" or "\n# Source: " in head


@pytest.mark.parametrize("name", examples.names())
def test_lines_fit_a_page(name):
    assert max(map(len, examples.read(name).splitlines())) <= 102


@pytest.mark.parametrize("name", examples.names())
def test_every_number_needed_to_run_is_given(name):
    graph = GRAPHS[name]
    assert not graph.warnings
    assert all(graph[name].default is not None for name in graph.parameters + graph.constants)
    assert graph.rate is not None
    assert len(graph.steps) >= 2
    assert all([name for name, _ in step] == list(graph.data) for step in graph.steps)


@pytest.mark.parametrize("name", examples.names())
def test_assumptions_hold_for_the_numbers_given(name):
    graph = GRAPHS[name]
    for i in range(len(graph.steps)):
        evaluator = Decimals()
        values = {key: evaluator.number(value) for key, value in start(graph, i).items()}
        assert all(evaluator.holds(fact.condition, values) for fact in graph.assumptions)


@pytest.mark.parametrize("name", examples.names())
def test_each_step_improves_the_objective(name):
    graph = GRAPHS[name]
    inputs = start(graph, 0)
    for step in graph.steps:
        inputs = {**inputs, **dict(step)}
        after = updated(graph, inputs)
        gain = objective(graph, after) - objective(graph, inputs)
        assert gain > 0 if graph.maximize else gain < 0
        inputs = after


def test_branch_and_merge_starts_at_the_published_value():
    graph = GRAPHS["branch_and_merge"]
    assert abs(objective(graph, start(graph, 0)) - Fraction(409, 490)) < Fraction(1, 10**38)


def test_black_scholes_gives_the_price_of_the_textbook():
    graph = GRAPHS["black_scholes"]
    assert round(float(objective(graph, start(graph, 0))), 2) == 4.76


def test_elo_step_is_the_usual_change_of_rating():
    graph = GRAPHS["elo_rating"]
    inputs = start(graph, 0)
    expected = 1 / (1 + 10 ** (200 / 400))
    gained = float(updated(graph, inputs)["A"] - inputs["A"])
    assert gained == pytest.approx(32 * (1 - expected), rel=1e-6)


def test_unknown_example_is_named_with_the_nearest():
    with pytest.raises(UnknownName) as caught:
        examples.read("linear_regresion")
    assert str(caught.value) == (
        "error: unknown example `linear_regresion`\n"
        "  help: an example that there is: `linear_regression`; `symgrad examples` lists them all"
    )


def test_example_cannot_be_a_path():
    with pytest.raises(UnknownName):
        examples.read("../errors")
