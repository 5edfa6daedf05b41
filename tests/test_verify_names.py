"""A verdict tells of nothing but names of the graph and of the text: held for every function."""

import re
from dataclasses import replace

import pytest

import symgrad as sg
from symgrad.derivation.calculus import gradient_of
from symgrad.derivation.derive import derive
from symgrad.expression.elementary import ROWS
from symgrad.expression.functions import known_names, lookup
from symgrad.expression.print_ascii import AsciiPrinter
from symgrad.expression.tree import Expression, Var
from symgrad.sources.text import parse
from symgrad.verify.deciding.equality import Decision
from symgrad.verify.judge import Judge
from symgrad.verify.model import Verdict
from symgrad.verify.reading.scope import Scope
from tests.verify_corpus import read

ELEMENTARY = {row.name for row in ROWS}
OUTSIDE = {"polygamma", "stop_gradient", "sign"}
DOMAINS = {"acosh": "x + 2", "asin": "x/3", "acos": "x/3", "atanh": "x/3", "lgamma": "x^2 + 1"}
SPACES = re.compile(r"\b(?:expression differentiated|a mean)\b")


def calls() -> list[str]:
    """Return a call of every function with a derivative, of one argument and of two."""
    found = []
    for name in known_names():
        rule = lookup(name)
        if rule is None or name != rule.name or name in OUTSIDE or rule.condition_first:
            continue
        if name not in ELEMENTARY:
            continue  # a special function by SymPy's name: its derivative is SymPy's
        inner = DOMAINS.get(name, "x")
        found.append(f"{name}({inner})" if rule.min_arity < 2 else f"{name}({inner}, y)")
    return found


EXPRESSIONS = (
    "1/x", "1/(1 + x^2)", "sqrt(x)*y", "e^x", "e^(-x^2/2)", "x^y", "x*log(x)", "log(x)/x", "2^x",
    "1/(1 + exp(-x))", "exp(x)/(exp(x) + exp(y))", "sqrt(x^2 + y^2)", "x/(x + y)", "(x - y)^3/y",
    "log(1 + exp(x))", "tanh(x)^2", "sin(x)*cos(y)", "exp(x*y)", "log(sigmoid(x))", "1/x + 1/x^2",
    "where(x > 1, 1/x, exp(x))", "(1 - sigmoid(x))*x", "cbrt(x)", "1/tanh(x)",
)  # fmt: skip
GRAPH = parse("param x, y\nassume x > 0\nassume y > 0\nJ = x*y")


def shown(e: Expression) -> str:
    return AsciiPrinter(("x", "y")).expression(e)


def slope(e: Expression, name: str) -> Expression:
    return gradient_of(e)[name]


def is_clean(report, names=("x", "y")) -> bool:
    text = str(report)
    for verdict in report.verdicts:
        found = verdict.diagnosis
        if verdict.decision is not None and not {n for n, _ in verdict.decision.witness} <= set(
            names
        ):
            return False
        if found is not None:
            text += f"{found.text} {found.correction} {found.witness}"
    return SPACES.search(text) is None


@pytest.mark.parametrize("text", [*calls(), *EXPRESSIONS])
def test_derivatives_of_an_expression_are_never_refuted_and_slips_are(text):
    first = slope(read(text), "x")
    claims = [f"d/dx({text}) = {shown(first)}", f"d/dx({text}) = {shown(first)} + x/7"]
    report = sg.verify(GRAPH, "\n".join(claims))
    assert report.verdicts[0].status in ("proved", "agrees")
    assert report.verdicts[1].status == "refuted"
    assert is_clean(report)


@pytest.mark.parametrize("text", [*calls(), *EXPRESSIONS])
def test_second_derivatives_of_a_node_are_never_refuted_and_slips_are(text):
    graph = parse(f"param x, y\nassume x > 0\nassume y > 0\nu = {text}\nJ = u*y + u^2")
    first = slope(read(text), "x")
    names = set(gradient_of(first))
    claims, wanted = [], []
    for name in ("x", "y"):
        right = shown(slope(first, name)) if name in names else "0"
        below = "dx^2" if name == "x" else "dydx"
        claims += [f"∂²u/{below.replace('d', '∂')} = {right}"]
        claims += [f"∂²u/{below.replace('d', '∂')} = {right} + x/7"]
        wanted += [True, False]
    report = sg.verify(graph, "\n".join(claims))
    for verdict, right in zip(report.verdicts, wanted, strict=True):
        assert verdict.status in (("proved", "agrees") if right else ("refuted",)), verdict
    assert is_clean(report)


def test_expressions_that_look_alike_in_part_are_told_apart():
    text = "d/dx((1 + x)^2) = 2(1 + x)\nd/dx((1 + x)^3) = 3(1 + x)^2\nd/dx (1 + x) = 1"
    assert [v.status for v in sg.verify(GRAPH, text).verdicts] == ["proved"] * 3
    wrong = "d/dx((1 + x)^2) = 2(1 + x)\nd/dx((1 + x)^3) = 2(1 + x)"
    assert [v.status for v in sg.verify(GRAPH, wrong).verdicts] == ["proved", "refuted"]


def test_a_witness_that_names_anything_else_refutes_nothing():
    judge = Judge(GRAPH)
    report = sg.verify(GRAPH, "dJ/dx = 2y")
    (verdict,) = report.verdicts
    assert verdict.status == "refuted"
    decision = Decision("refuted", witness=(*verdict.decision.witness, ("expression", 1)))
    assert judge.sound(verdict) == verdict
    assert judge.sound(replace(verdict, decision=decision)).status == "undecided"
    formula = replace(verdict.diagnosis, correction="?", correction_expression=Var("inside"))
    mended: Verdict = judge.sound(replace(verdict, diagnosis=formula))
    assert mended.status == "refuted"
    assert mended.diagnosis.correction == ""


def test_a_derivative_by_what_depends_on_the_first_name_is_left_open():
    graph = parse("param z\np = sigmoid(z)\nq = 1 - p\nL = -log(q)")
    for right in ("p(1 - p)", "q", "0"):
        (verdict,) = sg.verify(graph, f"∂/∂q(∂L/∂z) = {right}").verdicts
        assert verdict.status in ("undecided", "unreadable")
        assert "depends on how that derivative is written" in verdict.message


def test_a_derivative_by_two_nodes_counts_every_path():
    graph = parse("param a, b\nu = a*b\nw = u^2\nv = w*u\nL = v^2*w")
    claims = "∂²L/∂v∂w = 2v\n∂²L/∂w∂u = 2vu\n∂²L/∂v² = 2w"
    # with w and u apart L is w³u²: ∂L/∂w = 3w²u², and by u every path counts, w = u² among them
    claims = "∂/∂u(∂L/∂v) = 2(3u^2)w + 2v(2u)\n∂²L/∂v² = 2w"
    assert [v.status for v in sg.verify(graph, claims).verdicts] == ["proved", "proved"]


NUMBERED = parse("param w_12, w_2_13, x₁₀, a, h_10_prev\nu = w_12*w_2_13*x₁₀*a*h_10_prev\nJ = u^2")


@pytest.mark.parametrize("form", ["w_{}", "w{}", "w_{}_2", "dw_{}", "J_w{}", "aw_{}", "x_{}w_12"])
def test_a_word_with_a_number_that_no_name_has_means_nothing(form):
    """What is refused by its numbers is what a look at every meaning refuses; the rest is read."""
    scope = Scope(NUMBERED, derive(NUMBERED))
    quick = [number for number in range(10, 65) if scope.names.can_have(form.format(number))]
    read = [
        n
        for n in range(10, 65)
        if scope.resolve(form.format(n)) or scope.products(form.format(n), before_power=False)
    ]
    assert set(read) <= set(quick) < set(range(10, 65))
    assert read
    assert [n for n in range(10, 65) if scope.can_be_read(form.format(n))] == read
