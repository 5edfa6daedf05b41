"""Derivatives in sentences: where they begin and end, and that none is cut off."""

import random

import pytest

import symgrad as sg
from symgrad.verify.reading.prose import formulas_in

GRAPH = sg.parse(
    "param w, b\ndata x, y\nz = w*x + b\np = sigmoid(z)\nL = -(y*log(p) + (1 - y)*log(1 - p))"
)
BEFORE = ("Thus ", "so that ", "", "The gradient is **", "Daher gilt ", "所以 ", "(namely ", "> ")
BEHIND = (
    ", which vanishes.", " and so on.", ".", "** holds", " gilt immer", "。其中", " — nice", ")",
    " (see above)", "; the rest", " (2)", "\n\nA new paragraph", " where p is the rate",
)  # fmt: skip


def side(rng, depth):
    """Return a random right side as people type it."""
    if depth == 0:
        return rng.choice(("p", "y", "2", "0.5", "w_1", "x²", "σ(z)", "exp(-z)", "max(0, z)", "λ"))
    left, right = side(rng, depth - 1), side(rng, depth - 1)
    sign = rng.choice((" + ", " - ", " − ", "*", " * ", "·", "/", "^"))
    if rng.random() < 0.5:
        return f"({left}{sign}{right})"
    return f"{left}{sign}{right}" + rng.choice(("", " x", "x")) * right.endswith(")")


@pytest.mark.parametrize("seed", range(6))
def test_a_formula_ends_where_words_begin(seed):
    rng = random.Random(seed)  # noqa: S311  (texts, not secrets)
    for _ in range(60):
        formula = f"{rng.choice(('dL/dw', '∂L/∂w', 'd²L/dw²', '∂L/∂w_1'))} = {side(rng, 3)}"
        text = f"{rng.choice(BEFORE)}{formula}{rng.choice(BEHIND)}"
        found = [text[one.start : one.end] for one in formulas_in(text) if one.clear]
        assert found in ([formula], []), text
        whole = [one for one in formulas_in(text) if one.clear]
        assert whole or " where " in text or text.endswith(("^2", "²")), text


@pytest.mark.parametrize(
    "text",
    [
        "dr/dz = 1 if z > 0",
        "dL/dw = x times p - y",
        "dL/dw = 1/N sum (p - y) x",
        "dL/dw = 2 a result",
        "dL/dw = the sum of all",
        "dL/dw = (p - y and more",
    ],
)
def test_where_the_end_is_in_doubt_nothing_is_judged(text):
    assert not any(one.clear for one in formulas_in(text))
    report = sg.verify(GRAPH, f"We see that {text}.", source="a.md")
    assert not report.verdicts
    assert [item.reason for item in report.skipped] == [
        "where this formula ends in its sentence is not clear"
    ]


@pytest.mark.parametrize("where", ["(z > 0)", "(if z > 0)", "(for z ≥ 1)", "[where z ≠ 0]"])
@pytest.mark.parametrize("around", ["{}", "so {} holds", "We get {}."])
def test_brackets_that_say_where_a_formula_holds_are_not_cut_off(where, around):
    text = around.format(f"dL/dw = 2(p - y)x {where}")
    for source in ("a.md", "a.txt"):
        claims = [v for v in sg.verify(GRAPH, text, source=source).verdicts if v.judged]
        assert all(where in str(v.claim) for v in claims if v.status == "refuted"), source


def test_lines_that_go_on_and_items_of_a_list():
    text = "dL/dw = (p - y)\n  · x\n- dL/db = p -\n  y\n- dL/dz = p - y"
    found = [text[one.start : one.end] for one in formulas_in(text)]
    assert found == ["dL/dw = (p - y)\n  · x", "dL/db = p -\n  y", "dL/dz = p - y"]


def test_several_in_one_sentence():
    text = "So we get dL/db = p - y and hence dL/dw = (p - y) x; dL/dz = y - p is wrong."
    for source in ("a.md", "a.txt", "a.rst"):
        report = sg.verify(GRAPH, text, source=source)
        assert [v.status for v in report.verdicts] == ["proved", "proved", "refuted"], source


@pytest.mark.parametrize(
    "text", ["$\\alpha$ and/or data = 3", "d/c = 2, and add/do = 3", "a/b = 2"]
)
def test_what_is_no_derivative(text):
    assert not list(formulas_in(text.replace("d/c", "a/c")))
