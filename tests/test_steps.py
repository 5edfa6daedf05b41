"""`derive --steps`: every step is an equality, says something new, and names its rule."""

from itertools import pairwise

import pytest

from symgrad import examples
from symgrad.cli import main
from symgrad.derivation.calculus import gradient_of
from symgrad.derivation.derive import derive
from symgrad.derivation.rules import MAX_STEPS, steps_of
from symgrad.expression.alike import arranged
from symgrad.expression.printer import Printer
from symgrad.expression.rebuilding import replaced
from symgrad.expression.tree import ZERO, Derivative, Var, product_of, sum_of, walk
from symgrad.render.sheet import Partial, Worked, all_names
from symgrad.render.steps_sheet import full_sections
from symgrad.render.text import side_text, worked_text
from symgrad.sources.loading import load
from symgrad.sources.text import parse
from symgrad.verify.deciding.equality import decide

EVERY_RULE = """param x, y; data z
J = (3*x - y/2)*sin(x^2)/(1 + tanh(x*y)^2) + x^y + 2^x + e^(x*z) + 1/x + z + sqrt(x)/3 + \\
  where(x > z, x^2, -x) + max(x, y^2) + log(x*y)*atan2(x, y) + hypot(x, 2*z) + normal_cdf(x/z)
"""


def worked(graph):
    """Return the derivations of a graph's edges and sums that are worked out, by left side."""
    d = derive(graph)
    found = [item for s in full_sections(d) for item in s.items if isinstance(item, Worked)]
    return d, found


def evaluated(expression):
    """Return the expression with every derivative in it taken in one go."""

    def taken(part):
        slopes = gradient_of(part.operand) if isinstance(part, Derivative) else {}
        return slopes.get(part.by.key, ZERO) if isinstance(part, Derivative) else None

    return replaced(expression, taken)


def same(left, right):
    return decide(left, right).status in {"proved", "agrees"}


@pytest.mark.parametrize("by", ["x", "y", "z"])
def test_every_step_is_the_derivative(by):
    formula = parse(EVERY_RULE)["J"].formula.expression
    right = gradient_of(formula)[by]
    steps = steps_of(formula, by)
    rules = {step.rule for step in steps}
    assert all(same(evaluated(step.expression), right) for step in steps[-3:])
    assert len(steps) == len({step.expression for step in steps})
    assert not any(isinstance(part, Derivative) for part in walk(steps[-1].expression))
    if by == "x":
        assert rules >= {
            "sum rule", "product rule", "quotient rule", "reciprocal rule", "power rule",
            "exponential rule", "branch by branch", "derivative of sqrt", "constant factor rule",
            "derivative of sin and chain rule", "power rule and chain rule",
        }  # fmt: skip


def test_a_power_of_both_kinds_is_taken_by_logarithms():
    (step,) = steps_of(parse("param x; J = x^x")["J"].formula.expression, "x")
    assert step.rule == "logarithmic derivative"
    assert same(
        step.expression, gradient_of(parse("param x; J = x^x")["J"].formula.expression)["x"]
    )


def test_steps_are_bounded():
    text = "param x; J = " + " + ".join(f"sin({i}*x)" for i in range(MAX_STEPS))
    assert steps_of(parse(text)["J"].formula.expression, "x") is None


PATTERNS = {
    (node.formula.pattern, i): (name, node.name, operand)
    for name in examples.names()
    for node in load(f"example:{name}").ordered
    for i, operand in enumerate(node.formula.operands)
}


@pytest.mark.parametrize(("name", "node", "operand"), sorted(PATTERNS.values()))
def test_every_step_of_the_examples_is_right(name, node, operand):
    formula = load(f"example:{name}")[node].formula.expression
    steps = steps_of(formula, operand)
    right = gradient_of(formula).get(operand, ZERO)
    assert all(same(evaluated(step.expression), right) for step in steps)


@pytest.mark.parametrize("name", examples.names())
def test_no_step_says_the_same_again(name):
    d, found = worked(load(f"example:{name}"))
    printer = Printer(all_names(d))
    for item in found:
        texts = [side_text(side, printer) for side, _ in item.rows]
        assert all(a != b for a, b in pairwise(texts))


def shown(name, top, bottom):
    d, found = worked(load(f"example:{name}"))
    printer = Printer(all_names(d))
    return [
        [" ".join(line.split()) for line in worked_text(item, printer)]
        for item in found
        if item.left == Partial(top, bottom)
    ]


def test_branches_of_the_article_are_summed_where_they_merge():
    assert shown("branch_and_merge", "v", "u")[-1] == [
        "∂v/∂u = c·2u + 1 chain rule, summed over the 2 branches",
        "= 2cu + 1 multiplied",
    ]
    assert shown("branch_and_merge", "J", "a") == [[
        "∂J/∂a = δ·∂v/∂u·∂u/∂a + ∂R/∂a chain rule, summed over the 2 branches",
        "= δ·(2cu + 1)·x + λa local derivatives put in",
    ]]  # fmt: skip


def test_softmax_shows_where_the_targets_sum_to_one():
    d, found = worked(load("example:softmax_cross_entropy"))
    printer = Printer(all_names(d))
    texts = [" ".join(line.split()) for item in found for line in worked_text(item, printer)]
    assert "= −t₃ + exp(z₃)·(t₁ + t₂ + t₃)/s common factors taken out" in texts
    assert "= p₃ − t₃ by the equations, with t₁ + t₂ + t₃ = 1" in texts


def test_cancelling_branches_say_why():
    assert shown("black_scholes", "C", "S")[-1][-1].startswith(
        "= normal_cdf(d₁) S·normal_pdf(d₁) = K·exp(−rT)·normal_pdf(d₂)"
    )


@pytest.mark.parametrize(("words", "wanted"), [
    (["--steps"], "(reciprocal rule, sum rule)"),
    (["--steps", "brief"], "(reciprocal rule, sum rule)"),
    (["--steps", "full"], "= −∂(1 + v)/∂v/(1 + v)²    reciprocal rule"),
])  # fmt: skip
def test_levels_of_the_command(words, wanted, capsys):
    main(["derive", *words, "example:branch_and_merge"])
    assert wanted in capsys.readouterr().out


def test_an_edge_is_worked_from_its_equation():
    by_v = Derivative(parse("param v; p = 1/(1 + v)")["p"].formula.expression, Var("v"))
    assert evaluated(by_v) == gradient_of(by_v.operand)["v"]


@pytest.mark.parametrize("own", ["function f(z) = z/(1 + z^2)", "function f"])
def test_functions_of_a_graphs_own_are_worked_out(own):
    d, found = worked(parse(f"{own}\nparam a; data x; v = f(a*x); J = v^2"))
    printer = Printer(all_names(d))
    (edge,) = [item for item in found if item.left == Partial("v", "a")]
    assert len(worked_text(edge, printer)) > 1
    assert any("derivative of f and chain rule" in line for line in worked_text(edge, printer))


@pytest.mark.parametrize("name", examples.names())
def test_no_step_only_changes_an_order_and_each_names_what_it_does(name):
    _, found = worked(load(f"example:{name}"))
    for item in found:
        formulas = [sum_of([product_of(chain) for chain in side]) for side, _ in item.rows]
        for (before, after), (_, rule) in zip(pairwise(formulas), item.rows[1:], strict=True):
            if rule.parts == ("simplified",):
                assert arranged(before) != arranged(after)


def test_a_value_that_stands_there_twice_is_put_in_first_once():
    assert shown("logistic_regression", "p", "z")[-1][-2:] == [
        "= p·exp(−z)/(1 + exp(−z)) p put in",
        "= p·(1 − p) exp(−z)/(1 + exp(−z)) = 1 − p",
    ]
    d, found = worked(load("example:logistic_regression"))
    texts = [
        " ".join(t.split()) for item in found for t in worked_text(item, Printer(all_names(d)))
    ]
    assert "= −y·(1 − p) + (1 − y)·p multiplied term by term" in texts
