"""Points at which expressions are tried: inside what is stated, exact, the same on every run."""

from itertools import islice

import pytest

from symgrad.expression.points import Sampler, StatedFacts, crossings, drawn, holds, mixed, signed
from symgrad.graph.points import points_of
from symgrad.sources.text import parse
from tests.verify_corpus import condition, read

FACTS = (
    "x > 0", "x > 3", "x < -7", "-1 < x", "x >= 2", "x <= 1/2", "x != 1", "x^2 > 4", "x > sqrt(2)",
    "3*x > 1", "x < pi", "1000 < x", "x^3 > 1e6", "exp(x) > 2",
)  # fmt: skip


@pytest.mark.parametrize("text", FACTS)
def test_every_point_is_brought_to_where_a_fact_about_one_name_holds(text):
    fact = condition(text)
    found = list(drawn(["x"], 1, (signed, mixed), region=StatedFacts([fact]), tries=40))
    assert len(found) == 40
    assert all(holds(fact, point) for point in found)


@pytest.mark.parametrize(
    "text", ["x + y == 1", "2*x - 3*y == x*y", "exp(x)*y == 2", "x/y == 4", "y == x^2 + pi"]
)
def test_an_equation_is_met_by_moving_a_name_in_which_it_is_linear(text):
    fact = condition(text)
    found = list(drawn(["x", "y"], 1, (signed,), region=StatedFacts([fact]), tries=20))
    assert len(found) >= 18
    assert all(holds(fact, point) for point in found)
    assert len({point["x"] for point in found}) > 15


def test_both_bounds_keep_what_is_inside_and_leave_no_part_out():
    region = StatedFacts([condition("x > 0"), condition("x < 1")])
    values = [point["x"] for point in drawn(["x"], 3, (signed, mixed), region=region, tries=200)]
    assert len(values) == 200
    assert all(0 < value < 1 for value in values)
    assert all(any(k < 4 * value < k + 1 for value in values) for k in range(4))


def test_points_of_a_graph_stay_around_its_values_and_inside_its_assumptions():
    graph = parse("param a = 100; data s, t; assume s + t = 1, s > 0, t > 0; J = a*s*t; step s=1/4")
    found = list(points_of(graph, 5, tries=60))
    assert len(found) > 10
    for point in found:
        assert 30 < point["a"] < 300
        assert point["s"] + point["t"] == 1
        assert min(point["s"], point["t"]) > 0
    assert found == list(points_of(graph, 5, tries=60))


def test_what_cannot_hold_gives_no_points():
    region = StatedFacts([condition("x^2 < -1")])
    assert not list(drawn(["x"], 1, (signed,), region=region, tries=5))


def test_a_sampler_visits_both_sides_of_a_border():
    border = read("x - 1000 - y")
    points = islice(Sampler(["x", "y"], [], [border], seed=1).points(), 40)
    sides = {point["x"] - 1000 > point["y"] for point in points}
    assert sides == {False, True}


@pytest.mark.parametrize(("text", "zeros"), [("3*x - 2", 1), ("x^2 - 4", 2), ("x^2 + 1", 0)])
def test_crossings_are_zeros(text, zeros):
    found = crossings(read(text), "x", {"x": 0}, exactly=True)
    assert len(found) == zeros
    assert all(holds(condition(f"{text} == 0"), {"x": zero}) for zero in found)
