"""Pseudocode: what a line uses stands before it, what it says is what was derived."""

import re

import pytest

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.errors import SymgradError
from symgrad.expression.print_letters import LetterPrinter
from symgrad.expression.tree import variables
from symgrad.program.optimizers import OPTIMIZERS
from symgrad.sources.text import parse
from symgrad.targets.check_code import check
from symgrad.targets.codegen import emit, generate

LINE = re.compile(r"^ +\d+  +(\S+) ← (.+?)(?:  +\(.+\))?$", re.MULTILINE)
UPDATE = """\
Update by Adam, η = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 0.00000001; m and v of each parameter, and t,
    are kept, 0 at first
  3  t ← t + 1
  4  c₁ ← 1 − β₁^t
  5  c₂ ← 1 − β₂^t
  6  for each θ of a, with g = ∂J/∂θ:
  7      m ← β₁m + (1 − β₁)·g
  8      v ← β₂v + (1 − β₂)·g²
  9      θ ← θ − ηm/(c₁·(√(v/c₂) + ε))
"""


def lines(text):
    """Return the assignments of a listing, long lines joined."""
    return LINE.findall(re.sub(r"\n {9,}(?! *\d+  )", " ", text))


@pytest.mark.parametrize("name", ["branch_and_merge", "black_scholes", "arm_pose", "lstm_cell"])
def test_the_lines_are_the_derivation_and_stand_in_order(name):
    d = derive(parse(examples.read(name)))
    found = lines(generate(d, "pseudo"))
    graph = d.graph
    names = [*(node.name for node in graph.nodes), *(s.name for s in d.sensitivity_list)]
    printer = LetterPrinter(names)
    rows = [(n.name, n.formula.expression) for n in graph.ordered if n.formula is not None]
    rows += [(s.name, s.form.expression) for s in d.sensitivity_list]
    expected = [(printer.name(name), printer.expression(e)) for name, e in rows]
    expected += [(printer.partial(graph.objective, name), printer.expression(form.expression))
                 for name, form in d.gradient_forms]  # fmt: skip
    assert found[: len(expected)] == expected
    known = {node.name for node in graph.nodes if node.formula is None}
    for left, e in rows:
        assert known.issuperset(variables(e))
        known.add(left)
    assert all(known.issuperset(variables(form.expression)) for _, form in d.gradient_forms)


@pytest.mark.parametrize("rule", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_new_value_can_take_the_place_of_the_old_one(rule):
    # The listing writes m for m' too, which is right where no later line needs the old m.
    replaced = set()
    for left, formula in (*rule.shared, *rule.each):
        assert not replaced & set(variables(formula))
        replaced |= {left.removesuffix("'")} if left.endswith("'") else set()


def test_update_rules_are_written_in_the_symbols_of_papers():
    text = generate(parse("param a; data x; J = exp(a*x)"), "pseudo", optimizer="adam")
    assert text.endswith(UPDATE)


def test_symbols_are_no_names_of_the_graph_and_a_maximum_goes_up():
    text = generate(parse("maximize L; param theta, g; data x; L = log(theta*g)*x"), "pseudo")
    assert "with G = ∂L/∂φ:" in text
    assert "φ ← φ + ηG\n" in text


def test_nothing_is_rewritten_for_accuracy():
    graph = parse("param a; data y; p = sigmoid(a); J = -(y*log(p) + (1 - y)*log(1 - p))")
    assert "J ← −(y·log(p) + (1 − y)·log(1 − p))\n" in generate(graph, "pseudo")
    assert generate(graph, "pseudo") == generate(graph, "pseudo", safe=False)


def test_functions_of_the_author_and_what_is_assumed_stand_first():
    text = generate(
        parse("function g(z) = z/(1 + z^2)\nfunction f\nparam a; data x; const k = 0.5\n"
              "assume a > 0\nJ = g(a*x) + f(k*a)"),
        "pseudo",
    )  # fmt: skip
    head = text.partition("Forward pass")[0]
    assert "Input:  parameter a; data x (one sample); constant k = 0.5; function f\n" in head
    assert "Where   g(z) = z/(1 + z²)\nAssume  a > 0\n" in head


def test_only_the_parts_that_were_asked_for():
    graph = parse("param a; data x; J = exp(a*x)")
    value = generate(graph, "pseudo", only=["value"])
    assert "Algorithm: J\n" in value
    assert "Backward pass" not in value
    gradient = generate(graph, "pseudo", only=["gradient"])
    assert "Algorithm: J and its gradient\n" in gradient
    assert "∂J/∂a ← " in gradient
    assert "Update" not in gradient
    with pytest.raises(SymgradError, match="the target pseudo has no function `hessian`"):
        generate(graph, "pseudo", include=["hessian"])


def test_it_is_not_checked_and_says_why(run_module):
    d = derive(parse("param a; data x; J = a*x"))
    report = check(d, "pseudo", emit(d, "pseudo"))
    assert report.text == "pseudo: not checked: it is text for readers, and nothing runs it"
    words = ("-m", "symgrad", "generate", "example:kepler", "-t", "pseudo", "--check")
    assert "--check cannot run the target `pseudo`" in run_module(*words, status=2).stderr
