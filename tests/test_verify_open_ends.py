"""What a text leaves open decides nothing: a claim is wrong only where every reading is wrong."""

import pytest

import symgrad as sg
from symgrad.verify.drafting import draft_graph, draft_parts
from symgrad.verify.reading.ends import other_texts

FACTORS = ("r", "w^2", "k")


def status(graph: str, claim: str) -> str:
    return sg.verify(sg.parse(graph), claim, source="notes.md").verdicts[-1].status


def split(function: str, inside: int) -> tuple[str, str]:
    """Return a function of the first factors, the others behind it: in the graph and in LaTeX."""
    product = "*".join(FACTORS[:inside])
    rest = "".join(f"*{factor}" for factor in FACTORS[inside:])
    return f"{function}({product}){rest}", rf"\{function} {' '.join(FACTORS)}"


@pytest.mark.parametrize("function", ["sin", "cos", "ln", "tanh"])
@pytest.mark.parametrize("inside", [1, 2, 3])
def test_the_argument_of_a_bare_function_may_end_behind_each_factor(function, inside):
    meant, written = split(function, inside)
    graph = f"param r = 2, w = 3, k = 1\nJ = {meant}"
    assert status(graph, f"$J = {written}$") == "proved"
    assert status(graph, f"$J = 2{written}$") == "refuted"
    assert status(graph, f"$J + r = {written}$") == "refuted"


@pytest.mark.parametrize("behind", [r"\,w", r"\;w", r"\frac{\partial y}{\partial k}", r"\dot{k}"])
def test_an_argument_ends_at_a_space_before_a_derivative_and_before_a_rate(behind):
    graph = "param r = 2, w = 3, k, k_dot\ny = w*k\n"
    graph += f"J = sin(r)*{'k_dot' if 'dot' in behind else 'w'}*y^0 + 0*y"
    assert status(graph, rf"$J = \sin r{behind}$") == "proved"


def test_other_texts_are_few_and_keep_what_stands_around():
    gap = "\u2009"
    found = [text for text, _ in other_texts(f"2 sin{gap}(a{gap}b{gap}c)^(2) + d")]
    assert found == [f"2 sin{gap}(a)^(2) b{gap}c  + d", f"2 sin{gap}(a{gap}b)^(2) c  + d"]
    many = " + ".join(f"sin{gap}(a{gap}b)" for _ in range(40))
    assert len(list(other_texts(many))) <= 6
    assert not list(other_texts("sin(a*b) + 2"))


def test_an_exponent_without_braces_may_be_its_first_digit():
    graph = "param x = 2, z = 3\nJ = 2*x^3*z"
    assert status(graph, "$J = x^32z$") == "proved"
    assert status(graph, "$J = x^33z$") == "refuted"
    assert status("param x = 2, z = 3\nJ = x^32*z", "$J = x^32z$") == "proved"


def test_a_number_inside_of_a_word_is_a_factor_and_refutes_nothing():
    graph = "param x = 2, y = 3\nJ = 3*x*y"
    assert status(graph, "$J = x3y$") == "proved"
    assert status(graph, "$J = x4y$") == "unreadable"


@pytest.mark.parametrize("top", ["u", "z", "\\Psi"])
def test_a_quantity_that_is_defined_somewhere_is_not_any_function(top):
    graph = "param r, θ\nx = r*cos(θ)\ny = r*sin(θ)\nF = x*y"
    chain = rf"$\frac{{\partial {top}}}{{\partial r}} = y \frac{{\partial {top}}}{{\partial x}}$"
    assert status(graph, chain) == "refuted"
    report = sg.verify(
        sg.parse(graph), f"{chain}\n\n${top} = x + 1$, so ${top} > 1$", source="n.md"
    )
    assert report.verdicts[0].status != "unreadable"
    assert not any("any function" in one for one in report.verdicts[0].remarks)


def test_a_value_may_stand_in_code_or_with_its_error_and_a_rate_as_a_number():
    text = """Weight `w = 3.0`, and

- x = 2 $\\pm$ 0.1
- y = 1

with a learning rate of $0.1$: $p = w x$, $L = (p - y)^2$, $\\frac{dL}{dw} = 2(p - y)x = 20$,
$w_{new} = 3.0 - 0.1 \\times 20 = 1.0$"""
    draft = draft_graph(text, "notes.md").text
    assert "w = 3" in draft
    assert "rate η = 0.1" in draft
    report = sg.verify(sg.parse(draft), text, source="notes.md")
    assert [one.status for one in report.verdicts][-1] == "proved"


def test_items_of_a_sheet_that_define_one_function_each_are_parts():
    bodies = ("x^2 y", "\\ln(x) y", "x + y^3")
    items = "\n".join(f"{'abc'[i]}) $f(x,y) = {body}$" for i, body in enumerate(bodies))
    slopes = "\n\n".join(
        f"{'abc'[i]}) $f(x,y) = {body}$ has $\\frac{{\\partial f}}{{\\partial y}} = {slope}$"
        for i, (body, slope) in enumerate(zip(bodies, ("x^2", "\\ln x", "3y^2"), strict=True))
    )
    parts = draft_parts(f"Exercise\n\n{items}\n\nSolution\n\n{slopes}\n", "sheet.md")
    found = [
        verdict.status for part in parts if part.draft
        for verdict in sg.verify(part.draft.graph, part.text, source="sheet.md").verdicts
    ]  # fmt: skip
    assert len(found) >= len(bodies)
    assert set(found) <= {"proved", "definition"}


def test_a_function_of_a_node_in_parentheses_is_no_product():
    graph = "param m, b\ndata x, y\ng = y - (m*x + b)\nJ = g^2"
    assert status(graph, "$J(g(m, b)) = (g(m, b))^2$") == "proved"


def test_a_product_of_rounded_numbers_is_right_and_a_digit_more_is_not():
    graph = "param a = 0.3459, b = 1\nJ = a*b\n"
    assert status(graph, "$J = 0.432 \\cdot 0.8 = 0.3456$") == "agrees"
    assert status(graph, "$J = 0.432 \\cdot 0.8 = 0.34560$") == "refuted"


@pytest.mark.parametrize(
    "address",
    [
        '<img src="https://latex.codecogs.com/svg.latex?{}" />',
        "![f](https://latex.codecogs.com/gif.latex?{})",
        "<img src='https://render.githubusercontent.com/render/math?math={}&mode=inline'>",
    ],
)
def test_formulas_in_addresses_of_images_are_read(address):
    graph = "param a, b\ndata x\nJ = (a*x + b)^2"
    encoded = "%5Cfrac%7BdJ%7D%7Bda%7D%20=%202(ax&plus;b)x"
    plain = r"\inline&space;\frac{\partial&space;J}{\partial&space;b}=(ax+b)"
    text = f"{address.format(encoded)}\n\n{address.format(plain)}\n"
    found = sg.verify(sg.parse(graph), text, source="README.md").verdicts
    assert [one.status for one in found] == ["proved", "refuted"]
    assert [one.claim.place.line for one in found] == [1, 3]


def test_a_bare_prime_differentiates_by_what_is_free_and_an_equation_solved_is_left_out():
    text = """Volume $V = x^2 h$, so $h = \\frac{V}{x^2}$; surface
$$S = x^2 + 4xh = x^2 + \\frac{4V}{x}$$
$$S' = 2x - \\frac{4V}{x^2} = 0 \\Rightarrow x^3 = 2V \\Rightarrow x = \\sqrt[3]{2V}$$
$$S'' = 2 + \\frac{8V}{x^3}$$ and not $S' = 2x + \\frac{4V}{x^2}$."""
    draft = draft_graph(text, "notes.md")
    assert (draft.graph.parameters, draft.graph.objective) == (("x",), "S")
    found = sg.verify(draft.graph, text, source="notes.md").verdicts
    assert [one.status for one in found if one.status != "condition"][-3:] == [
        "proved", "proved", "refuted",
    ]  # fmt: skip


def test_a_product_in_a_chain_is_no_name():
    text = "$y = 10 - x$, $A = xy = x(10 - x) = 10x - x^2$, $A'(x) = 10 - 2x$, $A''(5) = -2$"
    draft = draft_graph(text, "notes.md")
    assert sorted(draft.graph.index) == ["A", "x", "y"]
    found = sg.verify(draft.graph, text, source="notes.md").verdicts
    assert {one.status for one in found} == {"proved"}


def test_the_number_of_samples_alone_is_known_where_a_text_means_their_sum():
    text = """$$S(a) = \\sum_{i=1}^n (y_i - a)^2$$
$$\\frac{dS}{da} = -2\\sum_{i=1}^n (y_i - a)$$
$$\\frac{d^2S}{da^2} = 2n$$ and not $\\frac{d^2S}{da^2} = n$"""
    draft = draft_graph(text, "notes.md")
    found = sg.verify(draft.graph, text, source="notes.md").verdicts
    assert [one.status for one in found] == ["proved", "proved", "proved", "unreadable"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("$f'_x(x,y) = 2xy$", "proved"),
        ("$f'_y = x^2 + 3y^2$", "proved"),
        ("$f''_{xy}(x,y) = 2x$", "proved"),
        ("$f''_{yy} = 6x$", "refuted"),
        ("$f'_x(2, 1) = 4$", "proved"),
        ("$f'_x(2, 1) = 5$", "refuted"),
        (r"<math>\frac{{{\partial }^{2}}f}{\partial {{y}^{2}}}=6y</math>", "proved"),
        (r":<math>f={{x}^{2}}y+{{y}^{3}}</math>", "proved"),
    ],
)
def test_partial_derivatives_with_primes_and_formulas_of_a_wiki(written, found):
    assert status("param x, y\nf = x^2*y + y^3", written) == found


def test_equations_of_exercises_apart_are_not_held_against_each_other():
    text = """### Solution 1
$V = r^3$, $\\frac{dV}{dr} = 3r^2$

### Solution 2
$V = r^2 h$, $\\frac{dV}{dr} = 2rh$ and $\\frac{dV}{dr} = rh$
"""
    parts = [part for part in draft_parts(text, "sheet.md") if part.draft]
    found = [
        verdict.status for part in parts
        for verdict in sg.verify(part.draft.graph, part.text, source="sheet.md").verdicts
    ]  # fmt: skip
    assert found == ["proved"] * 4 + ["refuted"]


def test_two_derivatives_in_one_line_behind_words_are_two_claims():
    graph = "param a, b\nJ = a^2 + 3*b"
    text = "Wrong in the first version: ∂J/∂a = -2a and ∂J/∂b = b.\n"
    found = sg.verify(sg.parse(graph), text, source="notes.md").verdicts
    assert [one.claim.text for one in found] == ["∂J/∂a = -2a", "∂J/∂b = b"]


def test_a_table_of_quantities_and_values_is_read_row_by_row():
    graph = "param a = 2\nu = 3*a\nJ = u^2"
    text = "| quantity | value |\n|---|---|\n| $u$ | 6.5 |\n| J | 36.0 |\n"
    found = sg.verify(sg.parse(graph), text, source="notes.md").verdicts
    assert [one.status for one in found] == ["refuted", "proved"]
