"""Diagnoses: the kind of the slip, the sentence, the correction."""

import pytest

import symgrad as sg
from symgrad.examples import read
from symgrad.sources.text import parse

SEED = parse(read("branch_and_merge"))


def first(graph, text):
    verdict = sg.verify(graph, text).verdicts[0]
    assert verdict.status == "refuted"
    return verdict.diagnosis


@pytest.mark.parametrize(
    ("claim", "kind", "correction"),
    [
        ("∂J/∂a = δ·2cu·x + λa", "missing_branch", "δ·2cux + λa + δx"),
        ("∂J/∂a = δ(2cu+1)x", "missing_regularization", "δ·(2cu + 1)·x + λa"),
        ("∂J/∂a = δ(2cu+1)x + 2λa", "factor", "δ·(2cu + 1)·x + λa"),
        ("∂J/∂a = δ(2cu+1)x − λa", "sign", "δ·(2cu + 1)·x + λa"),
        ("∂J/∂a = δ(2cu+1) + λa", "missing_chain_factor", "δ·(2cu + 1)·x + λa"),
        ("∂J/∂a = δ(2cu+1)x² + λa", "extra_chain_factor", "δ·(2cu + 1)·x + λa"),
        ("∂J/∂a = δ(cu+1)x + λa", "constant_dropped", "δ·(2cu + 1)·x + λa"),
        ("∂J/∂a = δ(2cu²+1)x + λa", "wrong_exponent", "δ·(2cu + 1)·x + λa"),
        ("∂J/∂a = δ(2cu+1)y + λa", "swapped_variable", "δ·(2cu + 1)·x + λa"),
        ("∂J/∂d = δ + λd", "extra_term", "δ"),
        ("dL/dv = 2*(p - y)/(1 + v)^2", "sign", "-2*(p - y)/(1 + v)^2"),
        ("∂L/∂v = −(p − y)p²", "constant_dropped", "−2(p − y)·p²"),
    ],
)
def test_a_slip_is_named_and_mended_in_the_authors_form(claim, kind, correction):
    found = first(SEED, claim)
    assert (found.kind, found.correction) == (kind, correction)


@pytest.mark.parametrize(
    ("claim", "correction"),
    [
        ("dJ/da = dL/dp*dp/dv*(2*c*u + 1)*x", "dL/dp*dp/dv*(2*c*u + 1)*x + lambda*a"),
        ("∂J/∂a = ∂L/∂p·∂p/∂v·(2cu + 1)·x", "∂L/∂p·∂p/∂v·(2cu + 1)·x + λa"),
    ],
)
def test_a_correction_keeps_the_authors_derivatives(claim, correction):
    assert first(SEED, claim).correction == correction
    left = claim.partition("=")[0]
    assert sg.verify(SEED, f"{left}= {correction}").ok


def test_a_derivative_below_a_fraction_or_a_power_stands_in_parentheses():
    assert "`1/(dL/dp)*2*c*u`" in first(SEED, "dJ/db = 1/(dL/dp)*2*c*u").text
    assert "`(∂L/∂p)²·2·∂p/∂v`" in first(SEED, "∂J/∂b = (∂L/∂p)²·2·∂p/∂v").text


def test_a_missing_branch_is_named_by_its_path():
    found = first(SEED, "∂J/∂a = δ·2cu·x + λa")
    assert found.text == (
        "The path J → L → p → v → u → a is missing; the edge `∂v/∂u = 1` leads there."
    )


def test_a_missing_regularization_is_named_by_its_path():
    assert "J → R → a" in first(SEED, "∂J/∂a = δ(2cu+1)x").text


def test_a_correction_uses_no_sensitivity_that_the_author_does_not_use():
    found = first(SEED, "dJ/da = -2*(p-y)*p^2*2*c*u*x + lam*a")
    assert "delta" not in found.correction
    assert found.correction.startswith("-2*(p - y)*p^2*2*c*u*x + lambda*a")


def test_the_values_at_the_witness_are_shown():
    found = first(SEED, "∂J/∂d = 2δ")
    assert found.yours
    assert found.right
    assert dict(found.witness)


def test_a_chain_that_breaks_later_is_a_wrong_step():
    found = first(SEED, "∂J/∂a = δ(2cu+1)x + λa = 2δcux + λa")
    assert found.kind == "wrong_intermediate_step"
    assert found.text.startswith("Step 2 does not follow from `δ·(2cu + 1)·x + λa`")


def test_a_chain_rule_in_symbols_is_no_step_that_hides_the_slip():
    found = first(SEED, "∂L/∂v = ∂L/∂p·∂p/∂v = 2(p−y)/(1+v)²")
    assert found.kind == "sign"


def test_an_unstated_sum_of_targets_is_a_missing_assumption():
    graph = parse(
        "param a, b; data t1, t2\ns = exp(a) + exp(b)\np = exp(a)/s\nq = exp(b)/s\n"
        "L = -(t1*log(p) + t2*log(q))"
    )
    found = first(graph, "dL/da = p - t1")
    assert found.kind == "missing_assumption"
    assert "t1 + t2 = 1" in found.text
    assert sg.verify(graph, f"dL/da = {found.correction}").ok


def test_a_formula_of_one_side_of_a_kink_is_a_wrong_region():
    graph = parse("param w; data x; z = w*x; J = relu(z)")
    assert first(graph, "dJ/dw = x").kind == "wrong_region"


def test_sides_of_a_condition_are_exchanged_back():
    graph = parse("param w; data x; z = w*x; J = relu(z)")
    found = first(graph, "dJ/dw = where(z > 0, 0, x)")
    assert found.kind == "wrong_region"
    assert sg.verify(graph, f"dJ/dw = {found.correction}").ok


def test_one_belief_about_two_layers_is_one_slip():
    graph = parse("param w; data x; h = tanh(w*x); k = tanh(h); J = k^2")
    found = first(graph, "dJ/dw = 2*k*(1 - k)*(1 - h)*x")
    assert found.kind == "wrong_function_derivative"
    assert sg.verify(graph, f"dJ/dw = {found.correction}").ok


def test_a_rounded_constant_is_named_with_the_exact_one():
    graph = parse("param a; J = a^3/9")
    found = first(graph, "dJ/da = 0.33*a^2")
    assert found.kind == "rounded_constant"
    assert found.correction == "1/3*a^2"


def test_a_step_of_descent_is_explained_by_its_gradient():
    found = first(SEED, "a <- a - η*(δ*(2cu+1)*x)")
    assert found.kind == "missing_regularization"


def test_an_equation_copied_wrongly_is_explained():
    found = first(SEED, "v = c*h + u")
    assert (found.kind, found.correction) == ("dropped_term", "c*h + u + d")


def test_a_derivative_of_an_expression_is_explained():
    found = first(SEED, "d/du(c*h + u + d) = 2*u + 1")
    assert found.kind == "missing_chain_factor"
    assert sg.verify(SEED, f"d/du(c*h + u + d) = {found.correction}").ok


def test_a_second_derivative_is_explained():
    found = first(SEED, "d²J/dd² = 2p^4 + 4(p-y)p^2")
    assert found.kind == "wrong_exponent"
    assert sg.verify(SEED, f"d²J/dd² = {found.correction}").ok


def test_a_formula_beyond_recognition_still_gets_the_right_one():
    found = first(SEED, "dJ/da = sin(x)*c")
    assert found.kind == "other"
    assert sg.verify(SEED, f"dJ/da = {found.correction}").ok


def test_a_graph_with_many_paths_is_answered_at_once():
    layers = "\n".join(
        f"p{i} = sin(u{i})\nq{i} = cos(u{i})\nu{i + 1} = p{i}*q{i}" for i in range(40)
    )
    graph = parse(f"param a; data x\nu0 = a*x\n{layers}\nJ = u40^2")
    assert first(graph, "du1/du0 = cos(u0)*q0 + p0^2").kind == "sign"


def test_a_swap_that_makes_nothing_of_a_part_is_a_term_too_much():
    graph = sg.parse("param a, b\ndata x, y\nu = a*x + b\nJ = (u - y)^2")
    (verdict,) = sg.verify(graph, "dJ/da = 2(u - y)x + 2(u - y)").verdicts
    assert (verdict.diagnosis.kind, verdict.diagnosis.correction) == (
        "extra_term", "2*(u - y)*x",
    )  # fmt: skip


def test_a_plainly_wrong_number_is_not_called_misrounded():
    graph = sg.parse("param a = 1\nJ = 0.802*a")
    kinds = [v.diagnosis.kind for v in sg.verify(graph, "J ≈ 0.9\nJ ≈ 0.81\nJ ≈ 0.803").verdicts]
    assert kinds[0] == kinds[1] == "other"
    assert kinds[2] == "misrounded"
