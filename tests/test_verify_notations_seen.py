r"""Further notations of documents, each a kind, with a wrong twin beside it."""

import pytest

from tests.judged import statuses

PAIRS = """param w_1, w_2, b; data x_11, x_12, x_21, x_22, y_1, y_2; const N = 2; rate alpha = 0.1
z_1 = w_1*x_11 + w_2*x_12 + b; z_2 = w_1*x_21 + w_2*x_22 + b
J = ((z_1 - y_1)^2 + (z_2 - y_2)^2)/(2*N)"""
RATING = """param u_i1, u_i2, v_1j, v_2j; data r; const lam
q_ij = u_i1*v_1j + u_i2*v_2j
R = lam/2*(u_i1^2 + u_i2^2)
L = (q_ij - r)^2/2 + R"""
UNIT = "param w_1, w_2; data x_1, x_2, y; rate eta = 1; z = w_1*x_1 + w_2*x_2; J = (z - y)^2/2"
NORMAL = "param mu, sigma; data x; assume sigma > 0; l = -log(sigma) - (x - mu)^2/(2*sigma^2)"
STEPPED = "param a = 0.4, b = 0.2; data x; p = a*x + b; J = p^2; rate eta = 0.1; step x = 2"


def test_a_derivative_in_front_of_a_bracket_by_a_name_with_an_index_is_no_function():
    claim = (
        r"$\frac{d}{dz_i}\ln(1 + e^{z_i}) = \frac{1}{1 + e^{z_i}}\cdot\frac{d}{dz_i}(1 + e^{z_i})$"
    )
    assert statuses(PAIRS, claim) == ["proved"]
    assert statuses(PAIRS, claim.replace("= \\frac{1}", "= \\frac{2}")) == ["refuted"]


def test_a_reason_behind_a_formula_is_no_part_of_its_chain():
    rows = r"""$$\begin{aligned}
    \frac{dz_1}{dw_1} &= \frac{d}{dw_1}[w_1x_{11} + w_2x_{12} + b]
    \quad \because z_1 = w_1x_{11} + w_2x_{12} + b \\ &= x_{11} + 0 + 0 \\ &= x_{11}
    \end{aligned}$$"""
    assert statuses(PAIRS, rows) == ["proved", "proved"]
    assert sorted(statuses(PAIRS, rows.replace("&= x_{11} + 0", "&= x_{12} + 0"))) == [
        "proved",
        "refuted",
    ]


@pytest.mark.parametrize("written", ["1new", r"1 \text{new}", "1,new"])
def test_the_word_for_a_step_behind_an_index(written):
    old = written.replace("new", "old")
    step = r"\alpha(\frac{1}{N}\sum_{i=1}^N (z_i - y_i)x_{i1})"
    claim = rf"$w_{{{written}}} = w_{{{old}}} - {step}$"
    assert statuses(PAIRS, claim) == ["proved"]
    assert statuses(PAIRS, claim.replace("x_{i1}", "x_{i2}")) == ["refuted"]


@pytest.mark.parametrize("turned", ["u_i^Tv_j", r"u_i^\top v_j", r"u_i^T \cdot v_j"])
def test_vectors_with_an_index_of_their_own(turned):
    chain = rf"$q_{{ij}} = {turned} = \sum_{{k=1}}^K u_{{ik}}v_{{kj}}$"
    assert statuses(RATING, chain) == ["proved"]
    claim = rf"$\partial L/\partial u_{{ik}} = ({turned} - r)v_{{kj}} + \lambda u_{{ik}}$"
    assert statuses(RATING, claim) == ["proved"]
    assert statuses(RATING, claim.replace("- r", "+ r")) == ["refuted"]


@pytest.mark.parametrize(
    ("left", "right"), [("\\|", "\\|"), (r"\lVert ", r" \rVert"), (r"\left\|", r"\right\|")]
)
def test_a_norm_is_that_of_all_components(left, right):
    assert statuses(UNIT, f"$J = 0.5{left}z - y{right}^2$") == ["proved"]
    assert statuses(UNIT, f"${left}w{right}^2 = w_1^2 + w_2^2$") == ["proved"]
    assert statuses(UNIT, f"${left}w{right}_2^2 = w_1^2 - w_2^2$") == ["refuted"]
    assert statuses(UNIT, f"${left}w{right}_1 = |w_1| + |w_2|$") == ["proved"]


def test_a_capital_sigma_is_the_sign_of_a_sum():
    claim = r"$\Delta w_j = -\eta\,\Sigma_i (z^{(i)} - y^{(i)}) x_j^{(i)}$"
    assert statuses(UNIT, claim) == ["proved"]
    assert statuses(UNIT, claim.replace("= -", "= ")) == ["refuted"]


def test_a_sum_over_the_members_of_a_set():
    claim = r"$\frac{\partial J}{\partial b} = \frac1N \sum_{z_i, y_i \in D} (z_i - y_i)$"
    assert statuses(PAIRS, claim) == ["proved"]
    assert statuses(PAIRS, claim.replace("- y_i", "+ y_i")) == ["refuted"]


@pytest.mark.parametrize("density", [r"\log p(x \mid \mu, \sigma)", r"\ln{p(x|\mu,\sigma)}"])
def test_a_density_is_what_the_author_says_it_is(density):
    text = rf"${density} = -\log\sigma - \frac{{(x - \mu)^2}}{{2\sigma^2}}$ and so "
    claim = rf"$\frac{{\partial {density}}}{{\partial \mu}} = \frac{{x - \mu}}{{\sigma^2}}$"
    assert statuses(NORMAL, text + claim) == ["definition", "proved"]
    assert statuses(NORMAL, text + claim.replace("= \\frac{x -", "= \\frac{x +"))[1] == "refuted"


def test_two_densities_of_one_letter_are_two():
    text = r"$\log p(x|z) = -x^2 z$, $\log p(z) = -z^2$, $\frac{d}{dz}\log p(x|z) = -x^2$"
    graph = "param z; data x; L = x*z"
    assert statuses(graph, text)[-1] == "proved"


def test_an_accent_names_the_only_one_that_has_it():
    graph = "param w; data x, y_1; yhat_1 = w*x; L = (y_1 - yhat_1)^2"
    assert statuses(graph, r"$L = (y_1 - \hat{y})^2$") == ["proved"]
    assert statuses(graph, r"$L = (y_1 + \hat{y})^2$") == ["refuted"]


def test_a_bracket_that_is_never_closed_takes_its_own_display_with_it():
    text = "$$p = 2(a + b$$\n\n$$= ax + b$$\n\n$$\\frac{dp}{da} = x$$"
    assert sorted(statuses(STEPPED, text)) == ["proved", "proved", "unreadable"]


def test_the_line_below_a_heading_opens_no_fence():
    text = "Model\n~~~~~\n\n.. math::  p = ax + b\n\n.. math::  \\frac{dp}{da} = b\n"
    assert statuses(STEPPED, text, "a.rst") == ["proved", "refuted"]


def test_a_value_of_the_graph_is_no_rounded_number():
    # 0.4 - 0.4 would be within the rounding of `0.4`, were that a rounded number
    assert statuses(STEPPED, r"$a' = a - \eta\frac{dJ}{da} = 0.4 - 0.4 = 0$")[-1] == "proved"
    assert statuses(STEPPED, r"$a' = a - \eta\frac{dJ}{da} = 0.4 - 0.38 = 0$")[-1] == "refuted"


MARGIN = """param w, b; data x, y; const lambda; rate eta = 0.1
m = y*(w*x + b); J = lambda/2*w^2 + max(0, 1 - m)"""


@pytest.mark.parametrize(
    "opens", [r"\langle w, x \rangle", r"\left\langle w, x \right\rangle", "⟨w, x⟩"]
)
def test_an_inner_product_in_angle_brackets(opens):
    assert statuses(MARGIN, rf"$m = y({opens} + b)$") == ["proved"]
    assert statuses(MARGIN, rf"$m = y({opens} - b)$") == ["refuted"]
    assert statuses(UNIT, r"$z = \langle w, x \rangle$") == ["proved"]


def test_a_condition_and_what_it_amounts_to():
    text = r"If $$1 - m > 0 \iff m < 1$$ then $$\frac{dJ}{dw} = \lambda w - yx$$"
    assert statuses(MARGIN, text)[-1] == "proved"
    assert statuses(MARGIN, text.replace("1 - m > 0 \\iff m < 1", "m > 1 \\iff 1 < m"))[-1] == (
        "refuted"
    )


def test_steps_of_an_algorithm_in_words_are_each_under_its_condition():
    text = """```
If y * (w^T x + b) < 1:
    w := w - eta * (lambda * w - y * x)
    b := b - eta * (-y)
Else:
    w := w - eta * lambda * w
```"""
    assert [s for s in statuses(MARGIN, text) if s != "condition"] == ["proved"] * 3
    assert "refuted" in statuses(MARGIN, text.replace("(-y)", "(-x)"))


def test_steps_under_a_condition_that_cannot_be_read_are_not_refuted():
    steps = "    w := w - eta * (lambda*w - y*x)\n    b := b + eta*y\n"
    text = f"```\nIf the margin is violated:\n{steps}```"
    assert "refuted" not in statuses(MARGIN, text)


@pytest.mark.parametrize("bar", [r"\frac{dJ}{dw}|_", r"\left.\frac{dJ}{dw}\right|_"])
def test_a_condition_as_the_place_of_a_derivative(bar):
    assert statuses(MARGIN, rf"${bar}{{m < 1}} = \lambda w - yx$") == ["proved"]
    assert statuses(MARGIN, rf"${bar}{{m > 1}} = \lambda w - yx$") == ["refuted"]


def test_the_square_of_a_letter_with_an_index():
    graph = "param a; data x, y; s = a*x; sigma2_B = s^2 + 1; L = (y - s)/sqrt(sigma2_B)"
    claim = r"$\frac{\partial L}{\partial \sigma^2_B} = -\frac12(y - s)(\sigma^2_B)^{-3/2}$"
    assert statuses(graph, claim) == ["proved"]
    assert statuses(graph, claim.replace("-3/2", "-1/2")) == ["refuted"]


def test_a_diagonal_matrix_of_a_number():
    graph = "param W; data x_1, x_2; h_1 = tanh(x_1); h_2 = tanh(W*h_1 + x_2); L = h_2^2"
    claim = r"$\frac{\partial h_t}{\partial h_{t-1}} = \text{diag}(1 - h_t^2)\,W^T$"
    assert statuses(graph, claim) == ["proved"]
    assert statuses(graph, claim.replace("h_t^2", "h_{t-1}^2")) == ["refuted"]


def test_features_of_what_nobody_knows():
    graph = "param theta; data phi, a; m = theta*phi; L = (a - m)^2"
    claim = r"$\nabla_\theta L = -2(a - \theta^\top \phi(s))\phi(s)$"
    assert statuses(graph, claim) == ["proved"]
    assert statuses(graph, claim.replace("-2", "2")) == ["refuted"]


def test_brackets_of_latex_inside_of_dollar_signs():
    text = r"- $\(\frac{dp}{da} = x\) (by the rule)$ and $\(\frac{dp}{db} = x\) (no)$"
    assert statuses(STEPPED, text) == ["proved", "refuted"]


GATES = """param w, v, b; data x_1, x_2, s_0, y
g_1 = sigmoid(w*x_1 + b); ctilde_1 = tanh(v*x_1); s_1 = g_1*s_0 + ctilde_1
g_2 = sigmoid(w*x_2 + s_1 + b); ctilde_2 = tanh(v*x_2); s_2 = g_2*s_1 + ctilde_2
L = (s_2 - y)^2/2"""
TWICE = """param w, b; data x, y; rate alpha = 0.1
z = w*x + b; yhat = sigmoid(z); J = -(y*log(yhat) + (1 - y)*log(1 - yhat))"""


def test_the_letter_of_a_time_inside_of_an_accent_is_none():
    claim = r"$\frac{\partial s_t}{\partial \tilde{c}_t} = 1$, $s_t = g_t s_{t-1} + \tilde{c}_t$"
    assert statuses(GATES, claim) == ["proved", "proved"]
    assert statuses(GATES, claim.replace("+ \\tilde", "- \\tilde"))[1] == "refuted"


def test_what_each_step_has_of_a_shared_weight_is_not_refuted():
    claim = r"$\frac{\partial g_t}{\partial b} = g_t(1 - g_t)$"
    assert "refuted" not in statuses(GATES, claim)
    assert statuses(GATES, claim.replace("(1 - g_t)", "(1 + g_t)")) == ["refuted"]
    # of one step alone every path counts
    assert statuses(GATES, r"$\frac{\partial g_2}{\partial b} = g_2(1 - g_2)$") == ["refuted"]


def test_a_rate_that_the_graph_does_not_give():
    graph = "param w; data x; u = w*x; J = u^2/2"
    assert statuses(graph, r"$w = w - \eta \frac{\partial J}{\partial w}$") == ["proved"]
    assert statuses(graph, r"$w = w - \eta\, u$") == ["refuted"]


@pytest.mark.parametrize("dot", ["x.(\\hat{y} - y)", "x.[\\hat{y} - y]", "X^T.(\\hat{Y} - Y)"])
def test_a_full_stop_in_front_of_a_bracket_is_a_product(dot):
    assert statuses(TWICE, rf"$\frac{{dJ}}{{dw}} = {dot}$") == ["proved"]
    assert statuses(TWICE, rf"$\frac{{dJ}}{{dw}} = -{dot}$") != ["proved"]


@pytest.mark.parametrize("batch", [r"X(\hat{Y} - Y)^T", r"X^T(\hat{Y} - Y)"])
def test_matrices_of_samples_whatever_is_transposed(batch):
    assert statuses(TWICE, rf"$\frac{{dJ}}{{dw}} = \frac1m {batch}$") == ["proved"]
    assert statuses(TWICE, rf"$\frac{{dJ}}{{dw}} = \frac2m {batch}$") != ["proved"]


def test_members_of_a_family_as_values_of_a_function():
    graph = "param f_a, f_p; d = (f_a - f_p)^2; L = d"
    claim = r"$\frac{\partial L}{\partial f(a)} = 2(f(a) - f(p))$"
    assert statuses(graph, claim) == ["proved"]
    assert statuses(graph, claim.replace("- f(p)", "+ f(p)")) == ["refuted"]


def test_a_letter_above_the_line_that_is_a_label():
    text = r"$\delta_t^g = \frac{\partial L}{\partial g_t}$, $\frac{dL}{dg_2} = \delta_2^g$, "
    assert statuses(GATES, text + r"$\delta_2^g = \frac{dL}{ds_2} s_1$")[1:] == ["proved"] * 2
    assert statuses(GATES, text + r"$\delta_2^g = \frac{dL}{ds_2} s_0$")[1:] == [
        "proved",
        "refuted",
    ]


def test_a_display_whose_marks_are_escaped():
    text = r"""\$\$ J = -\sum\_{i=1}^{1} [y \log\hat{y} + (1 - y)\log(1 - \hat{y})] \$\$ \$\$
\frac{dJ}{db} = y - \hat{y} \$\$"""
    assert statuses(TWICE, text) == ["proved", "refuted"]


def test_a_value_with_a_prime_and_a_sample_is_no_derivative():
    text = r"$y'^{(i)} = \sigma(z^{(i)})$ and $\frac{dJ}{dz^{(i)}} = y'^{(i)} - y^{(i)}$"
    assert statuses(TWICE, text) == ["definition", "proved"]
