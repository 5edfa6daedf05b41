"""Array formulas as they are printed: in index notation, in ASCII, in bold."""

import numpy as np
import pytest

import symgrad as sg
from symgrad.derivation.arrays.directions import way_of
from symgrad.derivation.arrays.jacobian import hessian_product
from symgrad.errors import SymgradError
from symgrad.expression.arrays.print_latex import LatexArrayPrinter
from symgrad.expression.arrays.print_text import TextPrinter
from symgrad.render.arrays.documents import latex_of, text_of
from symgrad.render.arrays.index_rows import IndexRow, index_sides
from symgrad.render.arrays.sheet import second_blocks
from tests.array_numbers import FOLDER, PRINTER, environment, sample, value_of


def load(name):
    return sg.load(str(FOLDER / f"{name}.sg"))


@pytest.mark.parametrize(
    "name", ["gaussian", "kalman", "mlp", "factorisation", "softmax_regression"]
)
def test_second_derivatives_by_matrices_are_told_entry_by_entry(name):
    """What is printed is proved by another way: the change of the gradient along a direction."""
    graph = load(name)
    (block,) = second_blocks(sg.derive(graph))
    lines = [item for item in block.items if isinstance(item, IndexRow)]
    assert lines
    for printer, sign in ((TextPrinter(graph.index), ""), (LatexArrayPrinter(graph.index), "$")):
        for line in lines:
            claim = f"{sign}{' = '.join(index_sides(line, printer))}{sign}"
            assert [v.status for v in sg.verify(graph, claim).verdicts] == ["proved"], claim


def test_second_derivatives_by_a_symmetric_matrix_are_those_along_symmetric_directions():
    graph = load("gaussian")
    gradient = dict(sg.derive(graph, sensitivities="none").array_gradients)["S"]
    way = way_of(graph, "S", "V")
    rng = np.random.default_rng(4)
    inputs = sample(graph, rng, {"n": 3})
    moved = rng.standard_normal((3, 3))
    moved = moved + moved.T

    def at(step):
        env = environment(graph, inputs | {"S": inputs["S"] + step * moved}, {"n": 3})
        return value_of(PRINTER.expression(gradient), env)

    tree = hessian_product(graph, gradient, "S", way)
    got = value_of(PRINTER.expression(tree), environment(graph, inputs, {"n": 3}) | {"V": moved})
    assert np.allclose(got, (at(1e-5) - at(-1e-5)) / 2e-5, atol=1e-6)


def test_equations_in_index_notation_and_ascii_are_printed_as_they_are_read():
    text = sg.derive(load("factorisation")).text()
    assert "  E[i,j] = M[i,j]*(sum_k(U[i,k]*V[j,k]) - R[i,j])\n" in text
    assert "  J = sum_{i,j}(E[i,j]^2)/2 + " in text
    lines = text_of(sg.derive(load("gp")), ascii_only=True).split("Equations\n")[1].split("\n\n")[0]
    declared = "param ell = 1, s = 1, sigma = 0.1\ngiven D[n,n], y[n]\nassume D = D.T, C spd\n"
    again = sg.derive(sg.parse(declared + lines))
    assert str(again.gradients["sigma"]) == "σ(tr(C⁻¹) − aᵀa)"


def test_one_output_may_be_named_and_several_are_refused():
    text = "param W[m,n]; data x[n]; h = tanh(W@x); J = h@h; output "
    assert sg.derive(sg.parse(text + "h")).jacobian
    assert str(sg.derive(sg.parse(text + "J")).gradients["W"]) == "2(h − h³)xᵀ"
    with pytest.raises(SymgradError, match="has one result"):
        sg.parse(text + "h, J")


def test_bold_latex_sets_what_stands_on_the_left_in_bold():
    shown = latex_of(sg.derive(load("kalman")), bold=True)
    assert r"\frac{\partial J}{\partial \boldsymbol{K}} = 2(\boldsymbol{K}" in shown


@pytest.mark.parametrize(
    ("equations", "gradients"),
    [
        ("param b[m]; given c[k]; w = [c; b]; e = w[2:k]", {"b": "0"}),
        ("param a[k], b[m]; w = [a; b]; e = w[k+1:k+m]", {"a": "0", "b": "2e"}),
        ("param a[k], b[m]; w = [a; b]; e = w[2:k]", {"a": "2[zeros(1); e]", "b": "0"}),
        ("param x[n]; e = x[2:n]", {"x": "2[zeros(1); e]"}),
    ],
)
def test_parts_of_what_is_joined_are_told_by_their_places(equations, gradients):
    d = sg.derive(sg.parse(f"{equations}; J = e@e"))
    assert {name: str(tree) for name, tree in d.gradients.items()} == gradients


@pytest.mark.parametrize(
    ("function", "shown"),
    [
        ("normal_cdf", r"\mathrm{normal\_cdf}(x)"),
        ("sigmoid", r"\sigma(x)"),
        ("sec", r"\sec(x)"),
        ("atanh", r"\mathrm{atanh}(x)"),
    ],
)
def test_functions_in_latex_are_read_again(function, shown):
    graph = sg.parse(f"param x[n]; h = {function}(x); J = sum(h)")
    (line,) = (line for line in latex_of(sg.derive(graph)).splitlines() if "h =" in line)
    assert line == rf"\[ h = {shown} \]"
    assert sg.verify(graph, line, source="notes.md").verdicts[0].status == "proved"
