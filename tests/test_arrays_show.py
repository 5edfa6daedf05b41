"""Pages, pictures and notebooks of graphs with arrays."""

import json
import re
from dataclasses import replace

import pytest

import symgrad as sg
from symgrad.errors import SymgradError
from symgrad.expression.arrays import build
from symgrad.render.arrays.checks import slopes_finding
from symgrad.render.svg_text import Typesetter
from symgrad.trace.arrays.plan import array_plan
from tests.array_numbers import FOLDER

GRAPHS = sorted(path.stem for path in FOLDER.glob("*.sg"))


def load(name):
    return sg.load(str(FOLDER / f"{name}.sg"))


def data_of(page):
    return json.loads(re.search(r'id="data">(.*?)</script>', page, re.DOTALL)[1])


@pytest.mark.parametrize("name", GRAPHS[::3])
def test_a_page_is_checked_and_shows_every_step(name):
    page = sg.report(load(name), steps=3)
    data = data_of(page)
    assert '<div class="verdict checked">' in page
    assert len(data["steps"]) == 3
    for step in data["steps"]:
        assert [title for title, _ in step["work"] if title == "Gradients"]
        errors = [float(row[-1]) for row in step["checks"]]
        assert errors
        assert max(errors) < 1e-9
        assert any(text.startswith("norm ≈") for text in step["numbers"])


def test_a_page_lights_up_nodes_and_names_its_code():
    page = sg.report(load("mlp"), values={"x": [1, 2]}, steps=2)
    assert 'data-tex="\\frac{\\partial L}{\\partial W_{1}} = \\delta_{1} x^{\\top}"' in page
    assert 'data-nodes="L p z h u W1"' in page
    for label in ("Python", "NumPy", "C", "JavaScript"):
        assert f">{label}</button>" in page
    assert r"\begin{bmatrix}" in data_of(page)["steps"][1]["work"][0][1][0][1]


def test_a_page_of_jacobians_has_no_steps():
    page = sg.report(sg.graph('def f(x: "n", *, A: "m n"): return tanh(A @ x)'))
    assert "an array is returned" in page
    assert data_of(page)["steps"] == []


def test_wrong_code_and_wrong_gradients_are_told():
    graph = load("ridge")
    d = sg.derive(graph)
    ((name, tree),) = d.array_gradients
    wrong = replace(d, array_gradients=((name, build.neg(tree)),))
    assert slopes_finding(d, array_plan(d, {})).ok
    assert slopes_finding(wrong, array_plan(wrong, {})).ok is False


def test_what_arrays_do_not_have_is_refused():
    graph = load("ridge")
    with pytest.raises(SymgradError, match="gradient descent"):
        sg.report(graph, optimizer="adam")
    with pytest.raises(SymgradError, match="2 samples of arrays"):
        sg.report(graph, data=[{"w": [1, 2]}, {"w": [1, 2]}])


def test_notebooks_show_graph_derivation_and_trace_typeset():
    graph = load("mlp")
    assert "<svg" in graph._repr_mimebundle_()["image/svg+xml"]
    shown = sg.derive(graph)._repr_mimebundle_()
    assert r"\frac{\partial L}{\partial W_{1}} &= \delta_{1} x^{\top}" in shown["text/latex"]
    assert r"\begin{aligned}" in shown["text/markdown"]
    trace = sg.trace(graph, {"x": [1, 2, 3]}, steps=2)
    assert r"\begin{bmatrix}" in trace._repr_mimebundle_()["text/markdown"]
    assert len(trace) == 2
    assert len(trace[0].gradients["W1"]) == len(trace[0].updated["b1"]) == 2


def test_pictures_set_names_and_shapes():
    picture = sg.draw(load("mlp"))
    assert "<title>W1: m×n</title>" in picture
    runs = Typesetter(frozenset({"W1", "x", "A"})).runs("W1x + Aᵀ")
    assert [(run.text, run.italic) for run in runs if run.shift < 0] == [("T", False)]
    assert "".join(run.text for run in runs if run.italic) == "WxA"
