"""Temporaries are called after what they are, in every language, and never as something else."""

import pytest
from hypothesis import given, settings

from symgrad.derivation.derive import derive
from symgrad.expression.tree import formula_of
from symgrad.expression.words import words
from symgrad.program.block import Assignment, blocks_of
from symgrad.program.program import lower
from symgrad.program.temporaries import derivatives
from symgrad.program.temporaries import named as named_blocks
from symgrad.sources.text import parse
from symgrad.targets.codegen import generate
from tests.random_graphs import texts


def named(text, **options):
    program = lower(derive(parse(text)), safe=False, **options)
    return {row.name: row.pattern for row in program.both.body}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("param p; data y; J = (1 - p)^2*y + y^2*exp(1 - p)", "one_minus_p"),
        ("param v; data x; J = exp(-v)*x + exp(-v)^3", "exp_neg_v"),
        ("param θ; data x; J = (cos(θ)*x)^2 + sin(θ)", "cos_θ"),
        ("param a, b; J = sin(a - b) + (a - b)^3", "a_minus_b"),
        ("param a, b; data x; J = exp(-a*x)*sin(b*x) + b^2*exp(-a*x)", "exp_of_neg_a_times_x"),
        ("param a, b, c, d; data x; N = b/(x + a*b*c*d); J = N*c", "N_denominator"),
    ],
)
def test_temporaries_are_called_after_what_they_are(text, name):
    assert name in named(text)


def test_derivatives_are_called_by_their_fractions():
    derivation = derive(parse("param a, c; data x; u = a*x; v = c*u^2 + u; J = v^2"))
    slope = formula_of(derivation.local("v", "u"))
    row = Assignment("t1", slope.pattern, slope.operands)
    (block,) = named_blocks(blocks_of([(0, row)]), "t", derivatives(derivation), {"u", "v"})
    assert block.names == ("dv_du",)
    (block,) = named_blocks(blocks_of([(0, row)]), "t", derivatives(derivation), {"dv_du"})
    assert block.names == ("two_c_times_u_plus_one",)
    taken = {"dv_du", "two_c_times_u_plus_one"}
    (block,) = named_blocks(blocks_of([(0, row)]), "t", derivatives(derivation), taken)
    assert block.names == ("t1",)


def test_a_name_that_the_author_has_is_not_taken():
    text = "param p, one_minus_p; data y; J = (1 - p)^2*y + y^2*exp(1 - p) + one_minus_p^2"
    names = named(text)
    assert "one_minus_p" not in names
    assert "J_exponent" in names


def test_words_are_never_those_of_another_formula():
    texts = (
        "a + b*c, (a + b)*c, a*b/c, a/(b*c), (a/b)*c, exp(a + b), exp(a) + b, -a*b, a*b^2, "
        "(a*b)^2, a - b - c, a - (b - c), a^b, exp(-a)^2, exp(a)^b, (a + b)/c, a + b/c, sin(a)*b"
    )
    said = {}
    for text in texts.split(", "):
        formula = parse(f"param a, b, c; J = {text}")["J"].formula.expression
        found = words(formula, {}).text
        assert not found or said.setdefault(found, formula) == formula
    assert len(said) > 8


@pytest.mark.parametrize("target", ["python", "numpy", "c", "javascript", "rust"])
def test_names_are_ascii_and_differ_in_every_target(target):
    text = (
        "param θ, cos_theta, λ; data x; "
        "J = (cos(θ)*x)^2 + sin(θ)*cos_theta + cos(cos_theta)^2 + λ^2"
    )
    code = generate(parse(text), target, only=["value_and_gradient"])
    body = "\n".join(line for line in code.splitlines() if not line.startswith(("#", "//")))
    assert body.replace("Σ", "").isascii()
    assert "cos_theta" in body
    assert "cos_theta_" in body


@given(texts())
@settings(max_examples=25, deadline=None, derandomize=True)
def test_names_are_those_of_one_value_each(text):
    program = lower(derive(parse(text)), safe=False)
    again = lower(derive(parse(text)), safe=False)
    authors = {node.name for node in program.graph.nodes}
    for routine in (program.value, program.gradient, program.both):
        names = [row.name for row in routine.body]
        assert len(set(names)) == len(names)
        assert authors.isdisjoint(set(names) - {n.name for n in program.graph.nodes if n.formula})
    assert program.both == again.both
