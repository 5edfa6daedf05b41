r"""Notations that documents of others have shown: each a kind, with a wrong twin beside it."""

import pytest

from symgrad.sources.text import parse
from symgrad.verify import verify
from tests.judged import statuses

LINE = "param w, b; data x, y; z = w*x + b; L = (z - y)^2/2"
LOGISTIC = (
    "param w, b; data x, y; z = w*x + b; a = sigmoid(z); L = -(y*log(a) + (1 - y)*log(1 - a))"
)
PRIMED = "param w, b; data x, y; y_prime = w*x + b; L = (y_prime - y)^2/2"
FORCE = "param r, v; const m; function V; T = m*v^2/2; L = T - V(r)"
UNIT = "param w = 0.5, c = 1; data x; z = w*x; a = relu(z); p = sigmoid(c*a); L = p^2; step x = 1"


@pytest.mark.parametrize("gap", [r"\!", r"\,", r" \! ", r"\;", "~"])
@pytest.mark.parametrize("opens", ["(", r"\left(", r"\big("])
def test_a_space_between_a_function_and_its_argument(gap, opens):
    closes = {"(": ")", r"\left(": r"\right)", r"\big(": r"\big)"}[opens]
    claim = rf"$a = \frac{{1}}{{1 + \exp{gap}{opens}-z{closes}}}$"
    assert statuses(LOGISTIC, claim) == ["proved"]
    assert statuses(LOGISTIC, claim.replace("-z", "z")) == ["refuted"]


def test_a_sign_in_the_braces_before_a_power():
    claim = r"$\sigma'(t) = -{ (1 + { e }^{ -t }) }^{ -2 } \cdot ({ -e }^{ -t })$"
    assert statuses(LINE, claim) == ["proved"]
    assert statuses(LINE, claim.replace("{ -e }", "{ e }")) == ["refuted"]


@pytest.mark.parametrize("dot", [" . ", " .\n"])
def test_a_full_stop_between_two_factors(dot):
    claim = rf"$\frac{{dL}}{{dw}} = \frac{{dL}}{{dz}}{dot}\frac{{dz}}{{dw}} = (z - y){dot}x$"
    assert statuses(LINE, claim) == ["proved"]
    assert statuses(LINE, claim.replace("(z - y)", "(z + y)")) == ["refuted"]
    assert statuses(LINE, r"$L = \frac12 (z - y)^2 .$") == ["proved"]


def test_options_of_a_fence_are_no_formulas():
    text = "```{math}\n:name: eq-loss\n:label: loss\nL = \\frac12 (z - y)^2\n```\n"
    report = verify(parse(LINE), text, source="a.md")
    assert [str(verdict.status) for verdict in report.verdicts] == ["proved"]
    assert not report.skipped


@pytest.mark.parametrize("label", ["Step 2: ", "Layer 1 forward: ", "Schritt 3: "])
def test_a_number_in_the_words_before_a_formula(label):
    assert statuses(LINE, f"{label}z = w·x + b\n") == ["proved"]
    assert statuses(LINE, f"{label}z = w·x − b\n") == ["refuted"]


@pytest.mark.parametrize("claim", [
    "y' = wx + b", r"\frac{dL}{dy'} = y' - y", r"\frac{\partial L}{\partial w} = (y' - y)x",
])  # fmt: skip
def test_a_prime_that_is_part_of_a_name(claim):
    assert statuses(PRIMED, f"${claim}$") == ["proved"]
    assert statuses(PRIMED, f"${claim.replace('= ', '= 2')}$") == ["refuted"]


def test_a_primed_datum_is_no_derivative_and_refutes_nothing():
    text = "$y' = wx + b$, $L = (y' - y)^2/2$"
    assert "refuted" not in statuses(LINE, text)
    assert statuses(LINE, text)[-1] == "proved"


@pytest.mark.parametrize("slope", [
    r"\frac{dV}{dr}", r"\frac{\partial V}{\partial r}", "V'(r)", r"\frac{d}{dr} V(r)",
])  # fmt: skip
def test_a_function_without_a_body_and_without_its_argument(slope):
    assert statuses(FORCE, rf"$\frac{{\partial L}}{{\partial r}} = -{slope}$") == ["proved"]
    assert statuses(FORCE, rf"$\frac{{\partial L}}{{\partial r}} = {slope}$") == ["refuted"]


@pytest.mark.parametrize("right", [
    r"\frac{df}{dg}\frac{dg}{dx}", r"\frac{d f(g(x))}{d g(x)} \frac{d g(x)}{dx}", "f'(g(x)) g'(x)",
])  # fmt: skip
def test_the_chain_rule_names_the_inner_function(right):
    assert statuses(LINE, rf"$\frac{{d}}{{dx}} f(g(x)) = {right}$") == ["proved"]


def test_a_known_function_in_another_spelling_is_a_fact_or_a_definition():
    assert statuses(LINE, r"$\text{ReLU}(x) = \max(0, x)$") == ["proved"]
    assert statuses(LINE, r"$\text{Swish}(x) = x\,\sigma(2x)$") == ["definition"]


@pytest.mark.parametrize(("claim", "status"), [
    (r"0.25^{10} \approx 10^{-6}", "proved"), (r"0.25^{10} \approx 10^{-4}", "refuted"),
    ("0.25^{10} = 10^{-6}", "refuted"),
])  # fmt: skip
def test_an_order_of_magnitude(claim, status):
    assert statuses(LINE, f"${claim}$") == [status]


@pytest.mark.parametrize("mean", [
    r"\text{mean}(z - y)", r"\frac1n \sum (z - y)", r"\frac{1}{n} \sum_i (z_i - y_i)",
])  # fmt: skip
def test_means_over_samples(mean):
    assert statuses(LINE, rf"$\frac{{\partial L}}{{\partial b}} = {mean}$") == ["proved"]
    wrong = mean.replace("-", "+")
    assert statuses(LINE, rf"$\frac{{\partial L}}{{\partial b}} = {wrong}$") == ["refuted"]


BATCH = [
    ("A = \\sigma(w^T X + b)", "w^T X", "X"),
    ("dZ = A - Y", "A - Y", "Y - A"),
    (r"dw = \frac1m X dZ^T", "dZ", "Z"),
    (r"db = \frac{1}{m} \sum dZ", "dZ", "Z"),
]


@pytest.mark.parametrize(("claim", "part", "slip"), BATCH)
def test_samples_as_columns_are_read_only_where_that_proves_the_claim(claim, part, slip):
    context = r"$X^T$ "
    assert statuses(LOGISTIC, f"{context}${claim}$")[-1] == "proved"
    assert statuses(LOGISTIC, f"{context}${claim.replace(part, slip)}$")[-1] == "unreadable"


def test_equations_between_inputs_behind_a_condition_are_its_consequences():
    graph = "param μ, σ; data x_1, x_2; ℓ = -2*log(σ) - ((x_1 - μ)^2 + (x_2 - μ)^2)/(2*σ^2)"
    score = r"\frac{\partial \ell}{\partial \sigma}"
    slope = r"-\frac{2}{\sigma} + \frac{1}{\sigma^3}\sum_{i=1}^2 (x_i - \mu)^2"
    solved = r"$2\sigma^2 = \sum_{i=1}^2 (x_i - \mu)^2$"
    text = f"${score} = {slope} = 0$\n\nSolve it: {solved}"
    assert statuses(graph, text) == ["proved", "condition", "condition"]
    assert statuses(graph, solved) == ["refuted"]


def test_a_formula_of_the_side_of_a_kink_where_the_values_lie():
    text = (
        r"$p = 0.622$, so $\frac{da}{dz} = 1$ and "
        r"$\frac{dp}{dz} = \frac{dp}{da} \cdot 1 = 0.235$ and $\frac{da}{dx} = w$."
    )
    assert statuses(UNIT, text) == ["agrees", "proved", "agrees", "refuted"]
    assert statuses(UNIT, text.replace("1 = 0.235", "0 = 0.235"))[2] == "refuted"


NORM = (
    "param γ, β; data x_1, x_2; const D = 2, ε; μ_B = (x_1 + x_2)/2; "
    "σ_B2 = ((x_1 - μ_B)^2 + (x_2 - μ_B)^2)/2; r = sqrt(σ_B2 + ε); "
    "n_1 = (x_1 - μ_B)/r; n_2 = (x_2 - μ_B)/r; L = γ*n_1 + β*n_2^2"
)


@pytest.mark.parametrize("claim", [
    r"\sigma_B^2 = \frac12\sum_{i=1}^2 (x_i - \mu_B)^2",
    r"n_i = \frac{x_i - \mu_B}{\sqrt{\sigma_B^2 + \epsilon}}",
    (r"\frac{\partial L}{\partial \sigma_B^2} "
    r"= -\frac{1}{2r^2}\sum_i \frac{\partial L}{\partial n_i} n_i"),
])  # fmt: skip
def test_a_capital_below_the_line_is_no_index(claim):
    assert statuses(NORM, f"${claim}$") == ["proved"]
    assert statuses(NORM, f"${claim.replace('= ', '= 2 ')}$") == ["refuted"]


def test_a_constant_that_no_equation_uses_counts_what_there_are_as_many_of():
    claim = r"$\mu_B = \frac{1}{D}\sum_{j=1}^D x_j$"
    assert statuses(NORM, claim) == ["proved"]
    assert statuses(NORM, claim.replace("{1}{D}", "{2}{D}")) == ["refuted"]
    assert statuses(NORM.replace("D = 2", "D = 7"), claim) != ["proved"]


FACTORS = [
    (
        "param p_1, p_2, q_1, q_2; data r; rhat = p_1*q_1 + p_2*q_2; e = r - rhat; E = e^2; "
        "rate α = 0.1"
    ),
    (
        "param p_i1, p_i2, q_1j, q_2j; data r_ij; rhat_ij = p_i1*q_1j + p_i2*q_2j; "
        "e_ij = r_ij - rhat_ij; E = e_ij^2; rate α = 0.1"
    ),
]


@pytest.mark.parametrize("graph", FACTORS)
@pytest.mark.parametrize("claim", [
    r"\hat{r}_{ij} = \sum_{k=1}^2 p_{ik} q_{kj}",
    r"\frac{\partial e_{ij}^2}{\partial p_{ik}} = -2 e_{ij} q_{kj}",
    r"p'_{ik} = p_{ik} + 2\alpha e_{ij} q_{kj}", r"q_{kj}^{new} = q_{kj} + 2\alpha e_{ij} p_{ik}",
])  # fmt: skip
def test_indices_of_rows_and_columns_that_the_graph_leaves_out_or_writes_as_letters(graph, claim):
    assert statuses(graph, f"${claim}$") == ["proved"]
    wrong = claim.replace("= ", "= 3 ", 1)
    assert statuses(graph, f"${wrong}$") == ["refuted"]


@pytest.mark.parametrize("prime", ["w_1'", "w'_1", "w_1^{'}", "w_{1}'"])
def test_a_prime_on_either_side_of_an_index(prime):
    graph = "param w_1, w_2; data x; L = (w_1*x + w_2)^2"
    claim = rf"${prime} = w_1 - \eta \cdot 2(w_1x + w_2)x$"
    assert statuses(graph, claim) == ["proved"]
    assert statuses(graph, claim.replace("2(", "(")) == ["refuted"]


@pytest.mark.parametrize("product", [r"X'\beta", r"\beta'X", r"X^{\prime} \beta"])
def test_a_prime_before_another_factor_transposes(product):
    graph = "param β; data X, y; z = X*β; L = (y - z)^2/2"
    claim = rf"$\frac{{\partial L}}{{\partial \beta}} = -X(y - {product})$"
    assert statuses(graph, claim) == ["proved"]
    assert statuses(graph, claim.replace("-X", "X")) == ["refuted"]


def test_cancelled_terms_keep_their_sign():
    claim = r"$L = \frac12(z^2 \cancel{- yz} \cancel{+ yz} - 2yz + y^2)$"
    assert statuses(LINE, claim) == ["proved"]
    assert statuses(LINE, claim.replace("- 2yz", "- yz")) == ["refuted"]


def test_a_function_of_the_authors_own_is_no_unit_step():
    graph = "param θ, w; const m; L = m*w^2/2 - m*cos(θ)"
    text = r"$p = \frac{\partial L}{\partial w}$, $H(θ, p) = p w - L$, "
    text += r"$H(θ, p) = \frac{p^2}{2m} + m\cos θ$"
    assert statuses(graph, text) == ["definition", "definition", "proved"]
    assert statuses(graph, text.replace("2m}", "m}"))[-1] == "refuted"


def test_a_number_that_was_worked_out_is_right_where_it_is_used_again():
    graph = "param a = 0.586, b = 0.207, c = 1; u = a*b; L = c*u; step c = 1"
    text = r"$u = 0.59 \cdot 0.21 = 0.124$ and $\frac{\partial L}{\partial c} = u = 0.124$"
    assert statuses(graph, text) == ["agrees", "agrees"]
    assert statuses(graph, text.replace("u = 0.124", "u = 0.142")) == ["agrees", "refuted"]


def test_formulas_joined_by_signs_outside_of_their_marks():
    chain = "$\\frac{dL}{dw}$ =\n$\\frac{dL}{dz}$ \\*\n$\\frac{dz}{dw}$ = $(z - y)x$\n"
    assert statuses(LINE, chain) == ["proved"]
    assert statuses(LINE, chain.replace("(z - y)x", "(z - y)")) == ["refuted"]
    assert statuses(LINE, "* $z = wx + b$\n* $L = (z - y)^2/2$\n") == ["proved", "proved"]


def test_a_second_pair_of_braces_below_a_fraction():
    assert statuses(LINE, r"$\frac{\partial L}{{\partial w}} = (z - y)x$") == ["proved"]


FIRM = (
    "param K, M; const A, α, r, w; assume K > 0, M > 0, A > 0; "
    "Y = A*K^α*M^(1 - α); Π = Y - r*K - w*M"
)


def test_a_derivative_set_equal_to_a_price_is_a_condition_and_so_is_what_follows():
    slope = r"\frac{\partial Y}{\partial K} = \alpha A K^{\alpha - 1} M^{1 - \alpha}"
    text = rf"${slope} = r$\n\nSo $\frac{{rK}}{{Y}} = \alpha$ and $K = \frac{{\alpha Y}}{{r}}$."
    assert statuses(FIRM, text) == ["proved", "condition", "condition", "condition"]
    wrong = text.replace(r"\alpha A", "A", 1)
    assert statuses(FIRM, wrong)[0] == "refuted"
    assert statuses(FIRM, r"$\frac{rK}{Y} = \alpha$") == ["refuted"]
    assert statuses(FIRM, rf"${slope} = \frac{{Y}}{{K}}$") == ["refuted"]


@pytest.mark.parametrize("square", [
    r"\partial \sigma^2/\partial x_i", r"\frac{\partial \sigma^2}{\partial x_i}", "∂σ²/∂x_i",
])  # fmt: skip
def test_a_square_that_is_a_quantity_is_differentiated_in_any_form(square):
    graph = "data x_1, x_2; param γ; μ = (x_1 + x_2)/2; "
    graph += "σ2 = ((x_1 - μ)^2 + (x_2 - μ)^2)/2; L = γ*σ2"
    assert statuses(graph, rf"${square} = \frac{{2}}{{2}}(x_i - \mu)$") == ["proved"]
    assert statuses(graph, rf"${square} = \frac{{1}}{{2}}(x_i - \mu)$") == ["refuted"]


@pytest.mark.parametrize("power", ["tanh^2{z}", "tanh^2 z", "tanh^2(z)", r"\tanh^2 z"])
def test_a_power_behind_a_function_that_has_no_brackets(power):
    graph = "param w; data x; z = w*x; h = tanh(z)"
    assert statuses(graph, rf"$\frac{{dh}}{{dw}} = (1 - {power})\,x$") == ["proved"]
    assert statuses(graph, rf"$\frac{{dh}}{{dw}} = (1 + {power})\,x$") == ["refuted"]


def test_a_parameter_in_the_other_case_is_read_only_where_that_proves_the_claim():
    assert statuses(LINE, r"$z = W x + b$ and $\frac{dL}{dx} = (z - y) W$") == ["proved"] * 2
    assert statuses(LINE, r"$z = W x - b$") == ["unreadable"]
    assert statuses(LINE, r"$W = 2w$, $z = Wx/2 + b$, $z = Wx + b$")[1:] == ["proved", "refuted"]


@pytest.mark.parametrize("mark", [r"\checkmark", r"\square", r"\blacksquare"])
def test_a_mark_behind_a_formula_is_no_part_of_it(mark):
    assert statuses(LINE, rf"$L = \frac12(z - y)^2 \; {mark}$") == ["proved"]


DESCENT = r"""
- $\hat{y} = 5 \cdot 2 = 10$, $\frac{\partial L}{\partial w} = 2(10 - 2) \cdot 2 = 32$
- $w \leftarrow 5 - 0.1 \cdot 32 = 1.8$
- $\hat{y} = 1.8 \cdot 2 = 3.6$, $\frac{\partial L}{\partial w} = 2(3.6 - 2) \cdot 2 = 6.4$
- $w \leftarrow 1.8 - 0.1 \cdot 6.4 = 1.16$
- $\hat{y} = 1.16 \cdot 2 = 2.32$, $L = (2.32 - 2)^2 = 0.1024$
"""


def test_step_after_step_with_the_value_that_the_last_one_gave():
    graph = "param w = 5; data x, y; yhat = w*x; L = (yhat - y)^2; rate α = 0.1; step x = 2, y = 2"
    assert set(statuses(graph, DESCENT)) <= {"proved", "agrees"}
    assert statuses(graph, DESCENT.replace("1.16 \\cdot 2 = 2.32", "1.8 \\cdot 2 = 3.6"))[-2] in (
        "refuted", "proved"
    )  # fmt: skip
    assert statuses(graph, DESCENT.replace("6.4 = 1.16", "6.4 = 1.36"))[5] == "refuted"


@pytest.mark.parametrize("marks", [
    (r"\( $", r"$ \)"), (r"\($", r"$\)"), (r"\[ $", r"$ \]"), ("① ", ""),
    ("② ", "（因为 y 是常数）"),
])  # fmt: skip
def test_marks_around_marks_and_numbers_in_circles(marks):
    before, behind = marks
    assert statuses(LINE, f"{before}∂L/∂b = z - y{behind}\n") == ["proved"]
    assert statuses(LINE, f"{before}∂L/∂b = z + y{behind}\n") == ["refuted"]


def test_words_where_a_formula_should_stand_take_nothing_behind_them():
    text = r"$$\eta = \text{the learning rate} \\ w_{new} = w - \eta (z - y) x$$"
    graph = f"{LINE}; rate η = 0.1"
    assert statuses(graph, text) == ["proved"]
    assert statuses(graph, text.replace("w -", "w +")) == ["refuted"]


def test_a_differential_alone_is_the_derivative_of_the_objective():
    assert statuses(LINE, r"$\frac{\partial L}{\partial w} = x\,\partial z$") == ["proved"]
    assert statuses(LINE, r"$\partial b = \partial z = z - y$") == ["proved"]
    assert statuses(LINE, r"$\frac{\partial L}{\partial w} = \partial z$") == ["refuted"]


BOWL = "param x, y; f = x^2 + 3*x*y + y^4"
EXERCISES = r"""
a) $f(x,y) = x^2 + 3xy + y^4$, so $f_x = 2x + 3y$

b) $f(x,y) = 5x - y$, so $f_x = 5$ and $\frac{\partial f}{\partial y} = -1$

c) $f(x,y) = x e^{y}$, so $f_y = x e^{y}$

d) again $f(x,y) = x^2 + 3xy + y^4$, so $f_y = 3x + 4y^3$ and $f_x = 2x$
"""


def test_several_functions_of_one_name_are_not_the_graphs():
    first, of_first, *others, again, of_y, wrong = statuses(BOWL, EXERCISES)
    assert (first, of_first, again, of_y, wrong) == (*["proved"] * 4, "refuted")
    assert set(others) == {"unreadable"}


def test_one_equation_that_does_not_fit_is_a_wrong_one_however_often_it_is_written():
    wrong = r"$f(x,y) = x^2 - 3xy + y^4$, and $f(x,y) = x^2 + y^4 - 3yx$"
    assert statuses(BOWL, wrong) == ["refuted"] * 2


@pytest.mark.parametrize("head", [
    r"\nabla^2 f", r"\nabla^{2} f(x, y)", "H_f", r"\mathbf{H}_f(x,y)", "H(f)",
    r"\operatorname{Hess}(f)",
])  # fmt: skip
@pytest.mark.parametrize("matrix", ["pmatrix", "bmatrix"])
def test_a_hessian_matrix_is_its_second_derivatives(head, matrix):
    text = rf"${head} = \begin{{{matrix}}} 2 & 3 \\ 3 & 12y^2 \end{{{matrix}}}$"
    assert statuses(BOWL, text) == ["proved"] * 4
    assert statuses(BOWL, text.replace("12y", "4y")) == [*["proved"] * 3, "refuted"]


@pytest.mark.parametrize("zero", ["0", r"\vec{0}", r"\vec 0", r"\mathbf{0}"])
def test_a_gradient_that_is_set_to_zero_is_a_condition(zero):
    assert statuses(BOWL, rf"$\nabla f(x,y) = {zero}$") == ["condition"] * 2


@pytest.mark.parametrize("below", ["xy", "yx", r"x \partial y"])
def test_two_names_below_one_sign_of_a_mixed_derivative(below):
    assert statuses(BOWL, rf"$\frac{{\partial^2 f}}{{\partial {below}}}(x,y) = 3$") == ["proved"]
    assert statuses(BOWL, rf"$\frac{{\partial^2 f}}{{\partial {below}}} = 4$") == ["refuted"]


@pytest.mark.parametrize("loss", [r"\cal{L}_{fit}", r"{\cal L}_{fit}", r"{\cal{L}}_{fit}"])
def test_the_old_commands_of_a_letter_shape(loss):
    graph = "param w; data x, y; L_fit = (w*x - y)^2/2"
    assert statuses(graph, rf"$\frac{{\partial {loss}}}{{\partial w}} = (wx-y)x$") == ["proved"]
    assert statuses(graph, rf"$\frac{{\partial {loss}}}{{\partial w}} = (wx-y)$") == ["refuted"]


@pytest.mark.parametrize("text", [
    r"$\frac12 (u^2) = u \frac{du}{dx}$", r"$1/2 (u^2)' = u * du/dx$",
    r"$\frac{d}{du} u^2 = 2u \frac{du}{dx}$",
])  # fmt: skip
def test_what_a_free_name_does_with_a_name_of_the_graph_is_open(text):
    assert "refuted" not in statuses(BOWL, text)


@pytest.mark.parametrize("head", [r"\nabla f(-1, 2)", r"\nabla f(-1,\;2)"])
def test_a_gradient_at_a_point_is_judged_there(head):
    assert statuses(BOWL, rf"${head} = (4, 29)$") == ["proved"] * 2
    assert statuses(BOWL, rf"${head} = (4, 28)$") == ["proved", "refuted"]
    assert statuses(BOWL, r"$\nabla f(0, 0) = 0$") == ["proved"] * 2


@pytest.mark.parametrize("head", [r"\nabla^2 f(1, -2)", "H_f(1, -2)", "H(f)(1, -2)"])
def test_a_hessian_matrix_at_a_point_is_judged_there(head):
    text = rf"${head} = \begin{{pmatrix}} 2 & 3 \\ 3 & 48 \end{{pmatrix}}$"
    assert statuses(BOWL, text) == ["proved"] * 4
    assert statuses(BOWL, text.replace("48", "12")) == [*["proved"] * 3, "refuted"]
