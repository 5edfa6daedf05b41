r"""Ways of writing that derivations from elsewhere have shown: each a sample of a kind."""

import pytest

from symgrad.sources.text import parse
from symgrad.verify import verify
from tests.judged import statuses

GAUSS = "param μ, σ; data x; ℓ = -log(σ^2)/2 - log(2*pi)/2 - (x - μ)^2/(2*σ^2)"
LINE = "param w = 0.5, b = 0; data x, y; const α = 0.3; z = w*x + b; L = (z - y)^2; minimize L"
STEPS = (
    "param w = 0.5, b = 0; data x, y; z = w*x + b; L = (z - y)^2; rate η = 0.1; step x = 1, y = 2"
)


@pytest.mark.parametrize("called", [
    r"\ell(\mu; x)", r"\ell(\mu, \sigma; x)", r"\ell(\mu, \sigma^2)", r"\ell(\mu, \sigma \mid x)",
    r"\ell(\mu, \sigma^{2} ; x)",
])  # fmt: skip
def test_arguments_behind_a_semicolon_or_as_powers(called):
    right = r"-\frac{1}{2}\ln(2\pi\sigma^2) - \frac{(x-\mu)^2}{2\sigma^2}"
    assert statuses(GAUSS, f"$${called} = {right}$$") == ["proved"]
    assert statuses(GAUSS, f"$${called} = {right} + 1$$") == ["refuted"]


@pytest.mark.parametrize("rate", [r"\alpha", "α"])
@pytest.mark.parametrize("sign", [":=", r"\leftarrow", "="])
def test_an_unused_constant_called_like_a_rate_is_the_rate(rate, sign):
    slope = r"\frac{\partial L}{\partial w}"
    assert statuses(LINE, f"$w {sign} w - {rate} \\cdot {slope}$") == ["proved"]
    assert statuses(LINE, f"$w {sign} w - {rate} \\cdot 2(z - y)x$") == ["proved"]
    assert statuses(LINE, f"$w {sign} w + {rate} \\cdot {slope}$") == ["refuted"]


def test_a_constant_that_is_used_is_no_rate():
    graph = "param w; data x; const α; L = α*w*x"
    assert statuses(graph, "$\\frac{dL}{dw} = \\alpha x$") == ["proved"]


@pytest.mark.parametrize(
    "text", ["$w = 0.5 + 0.3 = 0.8$", "$w = 0.8$", "$w = 0.5 - 0.1(-3) = 0.8$"]
)
def test_a_step_with_numbers_put_in(text):
    assert statuses(STEPS, text) in (["proved"], ["agrees"])


def test_values_after_the_step_are_those_of_the_new_parameters():
    text = "$w = 0.5 + 0.3 = 0.8$, $b = 0.3$.\n\nThen $z = 0.8 + 0.3 = 1.1$, $L = 0.81$.\n"
    assert set(statuses(STEPS, text)) <= {"proved", "agrees", "condition"}
    assert statuses(STEPS, text.replace("0.81", "0.71"))[-1] == "refuted"


SURFACE = "param x_1, x_2; y = log(x_1) + x_1*x_2 - sin(x_2)"


@pytest.mark.parametrize("where", [
    r"\left.\frac{\partial y}{\partial x_1}\right|_{x_1=2,~x_2=5}",
    r"\frac{\partial y}{\partial x_1}\bigg|_{x_1=2,\,x_2=5}",
    r"\frac{\partial y}{\partial x_1}(2, 5)",
])  # fmt: skip
def test_a_derivative_at_a_point(where):
    assert statuses(SURFACE, f"$${where} = 1/2 + 5 = 5.5$$")[0] in {"proved", "agrees"}
    assert statuses(SURFACE, f"$${where} = 1/2 + 5 = 6.5$$") == ["refuted"]


ENDINGS = [r"\cos x_2", r"x_2 + \sin x_1", r"\foo x_2", r"x_1 \ln x_2", r"\frac{x_1}{x_2}", "x_1)"]


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("kind", ["aligned", "align*", "gathered", "split"])
def test_whatever_a_row_ends_with_the_others_are_judged(ending, place, kind):
    rows = [r"\frac{\partial y}{\partial x_1} &= \frac{1}{x_1} + x_2"] * 2
    rows.insert(place, rf"\frac{{\partial y}}{{\partial x_2}} &= {ending}")
    body = " \\\\\n".join(rows)
    report = verify(
        parse(SURFACE), f"$$\n\\begin{{{kind}}}\n{body}\n\\end{{{kind}}}\n$$", source="a.md"
    )
    found = [str(verdict.status) for verdict in report.verdicts]
    assert found.count("proved") == 2
    assert len(found) == 3
    assert found[place] in {"refuted", "unreadable"}


@pytest.mark.parametrize("text", [
    "dL/dq = 1", "∂L/∂q = 0", r"$\frac{dL}{dq} = 1$", r"$\frac{d^2 L}{dq^2} = 0$", "dz/dq = x",
])  # fmt: skip
def test_a_derivative_of_a_node_by_an_unknown_name_is_unreadable(text):
    assert statuses(STEPS, text) == ["unreadable"]


UTILITY = "param X, L; assume X > 0; assume L > 0; U = 10*X^0.6*L^0.5"


@pytest.mark.parametrize(("claim", "wrong"), [
    ("U_{XL} = U_{LX} = 3X^{-0.4}L^{-0.5}", "U_{XL} = U_{LX} = 3X^{0.4}L^{-0.5}"),
    ("U_{LL} = -2.5X^{0.6}L^{-1.5}", "U_{LL} = 2.5X^{0.6}L^{-1.5}"),
    ("U_L(1,4) = 5/2", "U_L(1,4) = 5"),
    ("U_X(X,L) = 6X^{-0.4}L^{0.5}", "U_X(X,L) = 5X^{-0.4}L^{0.5}"),
    ("dU = 6X^{-0.4}L^{0.5}dX + 5X^{0.6}L^{-0.5}dL", "dU = 6X^{-0.4}dX + 5X^{0.6}L^{-0.5}dL"),
])  # fmt: skip
def test_derivatives_by_subscripts_and_differentials_with_powers(claim, wrong):
    assert set(statuses(UTILITY, f"${claim}$")) == {"proved"}
    assert "refuted" in statuses(UTILITY, f"${wrong}$")


SOFTMAX = (
    "param z_1, z_2; S = exp(z_1) + exp(z_2); a_1 = exp(z_1)/S; a_2 = exp(z_2)/S; L = a_1*log(a_2)"
)


def test_an_index_without_braces_ends_where_another_name_begins():
    claim = r"$\frac{\partial a_i}{\partial z_j} = -a_ia_j, \quad i \neq j$"
    assert statuses(SOFTMAX, claim) == ["proved"]
    assert statuses(SOFTMAX, claim.replace("-a", "a")) == ["refuted"]


LOGISTIC = "param w_1, w_2; data x_1, x_2, y; z = w_1*x_1 + w_2*x_2; L = (z - y)^2"


@pytest.mark.parametrize("called", ["J", "J(w)", "J(w_1, w_2)"])
def test_a_cost_that_the_article_defines_as_the_mean_of_the_losses(called):
    text = (
        f"$${called} = \\frac1m \\sum_{{i=1}}^m L(z^{{(i)}}, y^{{(i)}})$$\n\n"
        "$$\\frac{\\partial J}{\\partial w_1} = "
        "\\frac1m \\sum_{i=1}^m 2(z^{(i)} - y^{(i)})x_1^{(i)}$$"
    )
    assert statuses(LOGISTIC, text)[-1] == "proved"
    assert statuses(LOGISTIC, text.replace("x_1^", "x_2^"))[-1] == "refuted"


@pytest.mark.parametrize("written", [
    "w(new) = w − η·∂L/∂w", "w(t+1) = w(t) − η·∂L/∂w", "w[t+1] = w[t] − η·2(z − y)x",
])  # fmt: skip
def test_a_step_with_the_time_in_brackets(written):
    assert statuses(STEPS, written) == ["proved"]
    assert statuses(STEPS, written.replace("−", "+", 1)) == ["refuted"]


CODE = [
    "dL/dw = 2(z - y)x", "L = (z - y)^2", "∂L/∂b = 2(z − y)", "z = w*x + b",
]  # fmt: skip
PROGRAMS = [
    "w -= lr*dw",
    "w = w - lr*grad",
    "z = model(x)",
    'print("dL/dw = 0")',
    "for i in b: z = 1",
]


@pytest.mark.parametrize("kind", ["", "text"])
@pytest.mark.parametrize("line", CODE)
def test_formulas_in_code_and_in_fences_of_text_are_judged(line, kind):
    assert statuses(LINE, f"so `{line}` holds") == ["proved"]
    assert statuses(LINE, f"```{kind}\n{line}\n```\n") == ["proved"]
    assert statuses(LINE, f"| a | b |\n|---|---|\n| c | `{line}` |\n") == ["proved"]


@pytest.mark.parametrize("line", PROGRAMS)
def test_programs_are_no_claims(line):
    assert statuses(LINE, f"so `{line}` does it") == []
    assert statuses(LINE, f"```python\ndL/dw = 1\n{line}\n```\n") == []


def test_a_number_that_the_arithmetic_before_it_gives():
    third = "param w; data x; z = 1/3 + 0*w*x; L = z"
    assert statuses(third, "$z = 0.1667 + 0.1667 = 0.3334$") == ["agrees"]
    assert statuses(third, "$z = 0.1667 + 0.1667 = 0.3343$") == ["refuted"]


RECURRENT = "param w; data x, y; h = tanh(w*x); o = tanh(w*h + x); L = (o - y)^2"


def test_a_sum_over_paths_with_direct_derivatives():
    paths = r"\left(\frac{do}{dw} + \frac{do}{dh}\frac{dh}{dw}\right)"
    right = r"$\frac{dL}{dw} = \frac{dL}{do}" + paths + "$"
    assert statuses(RECURRENT, right) == ["proved"]
    one = r"$\frac{dL}{dw} = \frac{dL}{do}\frac{do}{dh}\frac{dh}{dw}$"
    assert statuses(RECURRENT, one) == ["refuted"]
    assert statuses(RECURRENT, r"$\frac{do}{dw} = h(1 - o^2)$") == ["refuted"]


@pytest.mark.parametrize("operator", [r"\frac{\partial}{\partial w}", "∂/∂w"])
@pytest.mark.parametrize("factor", [r"\frac12", "0.5", r"-\frac{-1}{2}", "y"])
def test_an_operator_before_a_constant_differentiates_what_follows(operator, factor):
    half = "y" if factor == "y" else "1/2"
    graph = f"param w; data x, y; z = w*x; L = {half}*(z - y)^2"
    claim = r"$\frac{\partial L}{\partial w} = " + f"{operator} {factor} (wx - y)^2$"
    assert statuses(graph, claim) == ["proved"]
    assert statuses(graph, claim.replace("wx", "2wx")) == ["refuted"]


def test_whether_an_operator_takes_one_factor_or_the_product_is_never_held_against_it():
    graph = "param w; data x; z = w*exp(w*x); L = z"
    assert statuses(graph, r"$\frac{dL}{dw} = \frac{d}{dw} w e^{wx}$") == ["unreadable"]
    assert statuses(graph, r"$\frac{d}{dw} w e^{wx} = (1 + wx)e^{wx}$") == ["proved"]


SENTENCES = [
    "So {}, which is all.", "Nodes: {}; and so on.", "(that is, {})", "所以{}。",
    "Значит, {}, вот.", "따라서 {} 이다.", "We get {} (the slope of it), and more.", "- first: {}.",
]  # fmt: skip


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_formula_in_a_sentence_without_marks(sentence):
    for formula in ("∂L/∂w = 2(z − y)·x", "dL/db = 2(z-y)", "z = w·x + b"):
        assert statuses(LINE, sentence.format(formula)) == ["proved"]
        assert statuses(LINE, sentence.format(formula.replace("=", "= 3·"))) == ["refuted"]


@pytest.mark.parametrize("sentence", [
    "The loss is L = low for a good fit.", "See [here](http://a.org/?z=w+b&b=w*x).",
    "w = the weight", '<img src="z.png" width=50 alt="z = w">',
    "if z=0 or so, b = 1 and w = 2, then it stops",
])  # fmt: skip
def test_sentences_that_are_no_claims(sentence):
    report = verify(parse(LINE), f"{sentence} And more.", source="a.md")
    assert not report.judged


@pytest.mark.parametrize(("claim", "wrong"), [
    (r"z = w^\top x", r"z = w^\top x + w_1"),
    (r"z = \mathbf{w} \cdot \mathbf{x}", r"z = -w \cdot x"),
    (r"\bar{x} - x_2 = \frac{x_1 - x_2}{2}", r"\bar{x} - x_2 = x_1 - x_2"),
])  # fmt: skip
def test_products_and_means_of_numbered_names(claim, wrong):
    assert statuses(LOGISTIC, f"${claim}$") == ["proved"]
    assert statuses(LOGISTIC, f"${wrong}$") == ["refuted"]


def test_the_number_of_samples_that_the_graph_has_is_no_free_constant():
    graph = "param μ; data x_1, x_2, x_3; const n = 3; L = (x_1 - μ)^2 + (x_2 - μ)^2 + (x_3 - μ)^2"
    assert statuses(graph, r"$\frac{\partial^2 L}{\partial μ^2} = 2n$") == ["proved"]
    assert statuses(graph, r"$\frac{\partial^2 L}{\partial μ^2} = n$") == ["refuted"]


def test_no_link_vanishes_where_an_index_has_several_values():
    graph = "param w_0, w_1; data x_1; z = w_0 + w_1*x_1; L = z^2"
    start = r"\frac{\partial L}{\partial w_j} = 2z\frac{\partial z}{\partial w_j}"
    text = f"$x_0 = 1$ and ${start} = 2z x_j = 2z$"
    assert statuses(graph, text) == ["definition", "refuted"]


def test_an_index_of_a_name_of_the_articles_own_is_not_turned_round():
    graph = (
        "param w_1, w_2; data x, y; z1_1 = w_1*x; z1_2 = w_2*x; "
        "z2_1 = z1_1 + 3*z1_2; L = (z2_1 - y)^2"
    )
    text = (
        r"$\delta^{(2)}_1 = \frac{\partial L}{\partial z^{(2)}_1}$, "
        r"$\delta^{(1)}_1 = \delta^{(2)}_1$, $\delta^{(1)}_2 = 3\delta^{(2)}_1$, "
    )
    for claim, status in ((r"\delta^{(1)}_2 x", "proved"), (r"\delta^{(1)}_1 x", "refuted")):
        found = statuses(graph, text + r"$\frac{\partial L}{\partial w_2} = " + claim + "$")
        assert found == ["definition", "definition", "definition", status]


def test_a_name_is_defined_for_every_value_of_its_index():
    graph = "param w_1, w_2; data x_1, x_2; h_1 = w_1*x_1; h_2 = w_2*x_2; L = h_1^2 + h_2^2"
    text = r"$\delta_j = 2h_j$ and $\frac{\partial L}{\partial w_j} = \delta_j x_j$"
    assert statuses(graph, text) == ["definition", "proved"]
    assert statuses(graph, text.replace("2h", "h")) == ["definition", "refuted"]


@pytest.mark.parametrize("sum_", [r"\sum", r"\sum_i", r"\sum_{i=1}^n", r"\sum\limits_{i}"])
def test_sums_with_and_without_their_index(sum_):
    claim = rf"$\frac{{\partial L}}{{\partial w}} = \frac{{2}}{{n}}{sum_} (z_i - y_i)x_i$"
    assert statuses(LINE, claim) == ["proved"]
    assert statuses(LINE, claim.replace("x_i", "")) == ["refuted"]


@pytest.mark.parametrize("name", ["sigma2", "sigma_sq", "sigma_squared"])
def test_a_quantity_that_is_called_a_square(name):
    graph = f"param x, μ; {name} = (x - μ)^2; L = log({name} + 1)"
    assert statuses(graph, r"$\sigma^2 = (x - μ)^2$") == ["proved"]
    right = r"$\frac{\partial L}{\partial \sigma^2} = \frac{1}{\sigma^2 + 1}$"
    assert statuses(graph, right) == ["proved"]
    assert statuses(graph, right.replace("+ 1", "- 1")) == ["refuted"]


def test_brackets_on_lines_of_their_own_and_a_heading_in_a_chain():
    first = "[\n\\frac{dL}{dw}\n= 2(z - y)\\frac{dz}{dw}\n]\n\n"
    text = f"{first}### Step 2\n\n[\n= 2(z - y)x\n]\n"
    assert statuses(LINE, text) == ["proved"]
    assert statuses(LINE, text.replace("2(z - y)x", "(z - y)x")) == ["refuted"]


@pytest.mark.parametrize("sample", ["^i", "^{i}", "^{(i)}", "_i"])
def test_an_index_above_the_line_is_the_sample_where_a_sum_runs_over_it(sample):
    claim = r"$\frac{\partial L}{\partial w} = \frac1m\sum_{i=1}^m 2(z@ - y@) x@$"
    assert statuses(LINE, claim.replace("@", sample)) == ["proved"]
    assert statuses(LINE, claim.replace(" x@", "").replace("@", sample)) == ["refuted"]


def test_a_power_of_data_stays_a_power_where_its_index_has_numbers():
    graph = "param a_1, a_2, a_3; data x, y; p = a_1*x + a_2*x^2 + a_3*x^3; L = (p - y)^2"
    assert statuses(graph, r"$p = \sum_{i=1}^3 a_i x^i$") == ["proved"]
    assert statuses(graph, r"$p = \sum_{i=1}^3 a_i x^{i-1}$") == ["refuted"]


@pytest.mark.parametrize("case", ["y^{(i)} = 1", "y_i = 0", "x^{(i)} = 1"])
def test_a_case_of_one_sample_is_no_claim(case):
    text = rf"where ${case}$, $\frac{{\partial L}}{{\partial w}} = \frac1m\sum_i 2(z_i - y_i)x_i$"
    assert statuses(LINE, text) == ["condition", "proved"]


def test_a_sum_reaches_as_far_as_its_index():
    for right in (
        r"\frac1m[\sum_{i=1}^m z_i^2 - 2z_iy_i + y_i^2]",
        r"\frac1m\sum_{i=1}^m z_i^2 - 2z_iy_i + y_i^2",
        r"\frac1m\sum_{i=1}^m z_i^2 + \frac1m\sum_{i=1}^m (y_i^2 - 2z_iy_i)",
    ):
        assert statuses(LINE, f"$L = {right}$") == ["proved"]
        assert statuses(LINE, f"$L = {right.replace('2z', 'z')}$") == ["refuted"]


def test_a_point_given_by_its_coordinates():
    for bar in (r"\Big|_{(2,5)}", r"\bigg|_{(2, 5)}"):
        claim = rf"$\frac{{\partial y}}{{\partial x_1}}{bar} = \frac12 + 5$"
        assert statuses(SURFACE, claim) == ["proved"]
        assert statuses(SURFACE, claim.replace("+ 5", "+ 6")) == ["refuted"]


def test_a_power_behind_a_space_is_no_word():
    assert statuses(LINE, "dL/dw = 2(z − y) x + y² x − y² x") == ["proved"]
    assert statuses("param p; data x; L = x*p^3", "dL/dp = 3x p² and more") == ["proved"]
