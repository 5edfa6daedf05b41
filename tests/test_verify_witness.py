"""Values at which a wrong formula is shown to be wrong: ones that a reader follows."""

import json
from fractions import Fraction

import pytest

import symgrad as sg
from symgrad.render.verdicts import reports_json, reports_text

TEXT = "u = a*x + b\nh = u^2\nv = c*h + u + d\np = 1/(1 + v)\nL = (p - y)^2\n"
BARE = sg.parse("param a, b, c, d\ndata x, y\n" + TEXT)
VALUED = sg.parse("param a = 1, b = 0, c = 1, d = 0\ndata x, y\n" + TEXT + "step x = 2, y = 1")
WRONG = (
    "dL/da = -2(p - y)*p^2*x", "dL/db = 2(p - y)*p^2*(2cu + 1)", "dL/dc = -(p - y)*p^2*h",
    "dv/du = 2cu", "dh/du = u", "dp/dv = -p", "dL/dd = -2(p - y)*p",
)  # fmt: skip


def witness(graph, text, source="claims.txt"):
    (verdict,) = [v for v in sg.verify(graph, text, source=source).verdicts if v.decision]
    assert verdict.status == "refuted"
    return dict(verdict.decision.witness), (verdict.decision.left, verdict.decision.right)


@pytest.mark.parametrize("claim", WRONG)
def test_small_numbers_at_which_one_sees_the_difference(claim):
    point, (left, right) = witness(BARE, claim)
    assert all(abs(v) <= 5 and v.denominator <= 3 for v in point.values()), point
    assert len(set(point.values())) == len(point)
    size = max(abs(float(left)), abs(float(right)))
    assert abs(float(left) - float(right)) >= 0.02 * size
    assert 1e-3 <= size <= 1e5


def test_values_of_the_graph_come_first():
    point, values = witness(VALUED, "dL/db = -2(p - y)*p^2*2cu")
    assert point == {"a": 1, "b": 0, "c": 1, "d": 0, "x": 2, "y": 1}
    assert values == ("0.174927113702624", "0.139941690962099")


def test_values_that_the_text_states_come_before_them():
    text = "Take $a = 2$, $b = 1$, $c = 3$, $x = 5$. Then $\\frac{dv}{du} = 2cu$."
    assert witness(VALUED, text, "notes.md")[0] == {"a": 2, "b": 1, "c": 3, "x": 5}


def test_values_in_force_at_which_the_sides_agree_show_nothing():
    graph = sg.parse("param a = 1\ndata x\nJ = a^2*x\nstep x = 0")
    assert witness(graph, "dJ/da = a^2*x")[0]["x"] != 0


def test_a_difference_in_one_region_only_is_shown_there():
    graph = sg.parse("param a\ndata x\nJ = max(0, a*x - 40)")
    point, _ = witness(graph, "dJ/da = 0")
    assert point["a"] * point["x"] > 40


def test_conditions_hold_at_the_witness():
    graph = sg.parse("param s\ndata y, z\nassume s > 3, y + z = 1\nJ = y*s + z*log(s)")
    point, _ = witness(graph, "dJ/ds = y + z/s + 1")
    assert point["s"] > 3
    assert point["y"] + point.get("z", 1 - point["y"]) == Fraction(1)


def test_names_that_found_no_node_are_listed_with_the_nearest_ones():
    graph = sg.parse("param w_1, b\ndata x, y\np = w_1*x + b\nL = (p - y)^2/2")
    report = sg.verify(graph, "dL/dW = (p - y)x\ndL/db = p - yy\ndL/dq = 0\ndL/dp = p - y")
    assert report.unknown_names == {"W": "w_1", "yy": "y", "q": ""}
    shown = reports_text([report])
    assert "names that found no node: W (nearest: w_1), yy (nearest: y), q\n" in shown
    assert json.loads(reports_json([report], "g.sg"))["unknown_names"]["yy"] == "y"


def test_proportional_with_a_factor_that_varies_claims_nothing():
    graph = sg.parse("param w\ndata x, y\nL = (w*x - y)^2")
    text = "$dL/dw \\propto w x - y$ and $dL/dw \\propto (w x - y)x$"
    report = sg.verify(graph, text, source="a.md")
    assert [v.status for v in report.verdicts] == ["condition", "proved"]
    assert "positive constant factor, which is 2" in report.verdicts[1].remarks[0]
