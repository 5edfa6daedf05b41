r"""Ways of writing of economics, mechanics, statistics and calculus: each a sample of a kind."""

import pytest

from tests.judged import statuses

LINE = "param w = 0.5, b = 0; data x, y; z = w*x + b; L = (z - y)^2; minimize L"
CHAIN = "param x; u = x^2 - 3*x + 8; y = u^5"


APART = ["\n\n## Example 2\n\n", "\n\n2. ", "\n\n**Exercise 4.**\n", "\n\nNow consider ", ". Let "]


@pytest.mark.parametrize("between", APART)
def test_an_own_function_is_defined_anew(between):
    text = f"$f(t) = t^2$ gives $f'(t) = 2t${between}$f(t) = t^3$. Then $f'(t) = 3t^2$, $f(2) = 8$."
    assert statuses(LINE, text) == ["definition", "proved", "definition", "proved", "proved"]
    assert statuses(LINE, text.replace("3t", "2t"))[3] == "refuted"


def test_two_equations_for_an_own_function_are_in_doubt_and_not_held_against_it():
    text = "$f(t) = (t + 1)^2$.\n\nSo $$f(t) = t^2 + {}t + 1$$ and $f(1) = 4$."
    assert statuses(LINE, text.format(2)) == ["definition", "proved", "proved"]
    assert statuses(LINE, text.format(3)) == ["definition", "unreadable", "proved"]


@pytest.mark.parametrize(
    "raised", ["u<sup>4</sup>", "u<SUP> 4 </SUP>", "u<sup>2</sup>u<sup>2</sup>"]
)
def test_html_that_raises_is_a_power(raised):
    for text in (
        f"dy/du = 5{raised}",
        f"so dy/du = 5{raised}, which grows",
        f"$dy/du = 5{raised}$",
    ):
        assert statuses(CHAIN, text) == ["proved"]
        assert statuses(CHAIN, text.replace("= 5", "= 4")) == ["refuted"]


def test_html_that_lowers_is_an_index():
    graph = "param w_1, w_2; J = w_1^2*w_2"
    assert statuses(graph, "dJ/dw<sub>1</sub> = 2w<sub>1</sub>w<sub>2</sub>") == ["proved"]
    assert statuses(graph, "dJ/dw<sub>2</sub> = 2w<sub>1</sub>w<sub>2</sub>") == ["refuted"]


def test_a_full_stop_between_two_derivatives_is_a_product():
    assert statuses(CHAIN, "dy/dx = dy/du . du/dx") == ["proved"]
    assert statuses(CHAIN, "dy/dx = dy/du . dy/du") == ["refuted"]


CYLINDER = "param r, h; V = pi*r^2*h"
RATES = [
    (r"\frac{dr}{dt}", r"\frac{dh}{dt}"), (r"\dot{r}", r"\dot h"), ("dr/dt", "dh/dt"),
    (r"\frac{\mathrm{d}r}{\mathrm{d}t}", r"\frac{\mathrm{d}h}{\mathrm{d}t}"), ("r'(t)", "h'(t)"),
]  # fmt: skip


@pytest.mark.parametrize(
    "left", [r"\frac{dV}{dt}", r"\dot{V}", r"\frac{d}{dt}\left(\pi r^2 h\right)"]
)
@pytest.mark.parametrize(("of_r", "of_h"), RATES)
def test_related_rates(left, of_r, of_h):
    claim = f"${left} = 2\\pi r h\\, {of_r} + \\pi r^2\\, {of_h}$"
    assert statuses(CYLINDER, claim) == ["proved"]
    assert statuses(CYLINDER, claim.replace("r^2\\,", "r\\,")) == ["refuted"]


def test_what_has_no_rate_in_a_text_stays_as_it_is():
    assert statuses(CYLINDER, r"$\frac{dV}{dt} = \pi r^2 \frac{dh}{dt}$") == ["proved"]
    assert statuses(CYLINDER, r"$V = \pi r(t)^2 h(t)$") == ["proved"]
    assert statuses(CYLINDER, r"$\frac{dV}{dt} = 2\pi r h$") == ["unreadable"]


def test_a_rate_that_is_given_is_no_claim():
    given = r"$\frac{dr}{dt} = 2$ and $\frac{dV}{dt} = 9$"
    assert statuses(CYLINDER, given) == ["condition", "condition"]
    follows = r"$\frac{dV}{dt} = 2\pi r h \frac{dr}{dt} = 9$"
    assert statuses(CYLINDER, follows) == ["proved", "condition"]
    numbers = r"At $r = 1, h = 3$, $\frac{dr}{dt} = 2$ we get "
    numbers += r"$\frac{dV}{dt} = 2\pi r h \frac{dr}{dt} = 12\pi$"
    assert statuses(CYLINDER, numbers)[-1] == "proved"
    assert statuses(CYLINDER, numbers.replace("12", "13"))[-1] == "refuted"


SPRING = "param x, x_dot; const m, k; L = m*x_dot^2/2 - k*x^2/2"


def test_the_equation_of_lagrange():
    right = r"$$\frac{d}{dt}\left(\frac{\partial L}{\partial \dot{x}}\right) = m\ddot{x}$$"
    assert statuses(SPRING, right) == ["proved"]
    assert statuses(SPRING, right.replace("m\\d", "\\d")) == ["refuted"]
    whole = r"$$\frac{d}{dt}\frac{\partial L}{\partial \dot{x}} - \frac{\partial L}{\partial x}"
    whole += r" = m\ddot x + kx = 0$$"
    assert statuses(SPRING, whole) == ["proved", "condition"]
    assert statuses(SPRING, whole.replace("+ kx", "- kx")) == ["refuted", "condition"]


CURVE = "param x, y; F = x^3 + y^3 - 6*x*y"


@pytest.mark.parametrize(("claim", "wrong"), [
    (r"3x^2 + 3y^2\frac{dy}{dx} = 6y + 6x\frac{dy}{dx}", ("6y", "5y")),
    (r"(3y^2 - 6x)\frac{dy}{dx} = 6y - 3x^2", ("- 6x", "+ 6x")),
    (r"\frac{dy}{dx} = \frac{2y - x^2}{y^2 - 2x}", ("2y", "y")),
    (r"\frac{d}{dx}[x^3] + \frac{d}{dx}[y^3] = \frac{d}{dx}[6xy]", ("6x", "x")),
    (r"\frac{d}{dx}(xy) = y + x\frac{dy}{dx}", ("= y", "= x")),
])  # fmt: skip
def test_an_equation_along_a_curve(claim, wrong):
    text = r"We look for $\frac{dy}{dx}$. $$@$$".replace("@", claim)
    assert statuses(CURVE, text) == ["proved"]
    assert statuses(CURVE, text.replace(*wrong)) == ["refuted"]


def test_a_second_derivative_along_a_curve():
    circle = "param x, y; F = x^2 + y^2"
    claim = r"$\frac{d^2y}{dx^2} = -\frac{x^2 + y^2}{y^3}$, as $\frac{dy}{dx} = -\frac xy$"
    assert statuses(circle, claim) == ["proved", "proved"]
    assert statuses(circle, claim.replace("y^3", "y^2")) == ["refuted", "proved"]


@pytest.mark.parametrize(("claim", "wrong"), [
    (r"\frac{dV}{V} = 2\frac{dr}{r} + \frac{dh}{h}", (r"2\frac{dr}", r"\frac{dr}")),
    (r"d\ln V = 2\,d\ln r + d\ln h", ("2", "3")),
    (r"d(V) = d\left(\pi r^2 h\right)", ("r^2", "r")),
    (r"-\frac{dV}{V^2} = -\frac{2\pi r h\,dr + \pi r^2\,dh}{V^2}", (r"+ \pi", r"- \pi")),
    ("dV/V = 2 dr/r + dh/h", ("2", "4")),
])  # fmt: skip
def test_an_equation_of_differentials(claim, wrong):
    assert statuses(CYLINDER, f"${claim}$") == ["proved"]
    assert statuses(CYLINDER, f"${claim}$".replace(*wrong)) == ["refuted"]


def test_text_in_a_directive_is_read_and_a_program_is_not():
    text = "````{admonition} Rule\n:class: tip\n```{dropdown} Step\n$dy/du = 5u^4$\n```\n````\n"
    assert statuses(CHAIN, text) == ["proved"]
    assert statuses(CHAIN, text.replace("5u", "4u")) == ["refuted"]
    assert statuses(CHAIN, text.replace("admonition", "code-cell")) == []


def test_factorials():
    graph = "param λ; data x; assume λ > 0, x > 0; p = λ^x/gamma(x + 1)*exp(-λ)"
    assert statuses(graph, r"$\log p = x\log\lambda - \log x! - \lambda$") == ["proved"]
    assert statuses(graph, r"$p = \frac{\lambda^x}{x!}e^{-\lambda}$") == ["proved"]
    assert statuses(graph, r"$p = \frac{\lambda^x}{(x+1)!}e^{-\lambda}$") == ["refuted"]


def test_a_derivative_behind_a_factor_without_a_space():
    graph = "param p; f = 500 - 15*p"
    assert statuses(graph, r"$E(p) = -\frac{pf'(p)}{f(p)} = \frac{15p}{500 - 15p}$") == ["proved"]
    assert statuses(graph, r"$E(p) = -\frac{pf'(p)}{f(p)} = \frac{p}{500 - 15p}$") == ["refuted"]


@pytest.mark.parametrize(
    "brackets", [(r"\langle ", r" \rangle"), ("⟨", "⟩"), (r"\left\langle ", r"\right\rangle")]
)
def test_a_gradient_in_angle_brackets(brackets):
    graph = "param x, y; f = x^2*y + y^3"
    claim = f"$\\nabla f = {'2xy, x^2 + 3y^2'.join(brackets)}$"
    assert set(statuses(graph, claim)) == {"proved"}
    assert "refuted" in statuses(graph, claim.replace("3y", "2y"))
    at_point = f"$\\nabla f(1, 2) = {'4, 13'.join(brackets)}$"
    assert set(statuses(graph, at_point)) == {"proved"}
    scaled = f"$\\nabla f = y{'2x, x^2/y + 3y'.join(brackets)}$"
    assert set(statuses(graph, scaled)) == {"proved"}


def test_a_formula_goes_on_in_deeper_lines_with_either_sign():
    graph = "param x, y; f = x^3 + x*y - x^2"
    text = "    df/dx = 3*x^2\n          + y\n          - 2*x\n"
    assert statuses(graph, text) == ["proved"]
    assert statuses(graph, text.replace("- 2", "- 3")) == ["refuted"]
    assert statuses(graph, "df/dy = x\n- 2*x is the rest\n") == ["proved"]


def test_a_prime_of_a_function_of_a_parameter_and_data():
    graph = "param p; data x; const n; L = x*log(p) + (n - x)*log(1 - p)"
    claim = r"$L'(p, x) = \frac{x}{p} – \frac{n - x}{1 - p}$"
    assert statuses(graph, claim) == ["proved"]
    assert statuses(graph, claim.replace("–", "+")) == ["refuted"]


def test_a_prime_of_an_input_is_no_derivative_by_itself():
    graph = "param x; const a, b; f = x*(a - b*x)"
    assert "refuted" not in statuses(graph, "$x' = f(x) = x(a - bx)$")


def test_an_equation_for_an_input_is_a_condition():
    graph = "param x; const a, b; f = x*(a - b*x)"
    assert statuses(graph, r"the root $x = \frac{a}{b}$") == ["condition"]


def test_rates_at_one_moment():
    text = r"$$\frac{dV}{dt} = 2\pi r h\frac{dr}{dt}$$ $$2 = 4\pi\frac{dr}{dt}$$"
    text += r" $$\frac{dr}{dt} = \frac{2}{4\pi} = \frac{1}{2\pi}$$"
    assert statuses(CYLINDER, text) == ["proved", "condition", "condition", "proved"]
    assert statuses(CYLINDER, text.replace(r"\frac{1}{2\pi}", r"\frac{1}{3\pi}"))[-1] == "refuted"


@pytest.mark.parametrize(("number", "status"), [("1{,}233.33", "proved"), ("1,233.34", "refuted")])
def test_thousands_with_a_decimal_point(number, status):
    graph = "param x; P = 40*x - 0.3*x^2 - 100"
    assert statuses(graph, f"$P(66.67) \\approx {number}$") == [status]


def test_a_table_that_gives_a_name_a_value_in_each_row():
    rows = (
        r"| root | kind |\n|---|---|\n| $\hat{x} = 0$ | low |\n| $\hat{x} = \frac{a}{b}$ | high |\n"
    )
    graph = "param x; const a, b; f = x*(a - b*x)"
    assert statuses(graph, rows.replace("\\n", "\n")) == ["definition", "definition"]


GAUSSIAN = "param μ, σ; data x; ℓ = -log(σ) - (x - μ)^2/(2*σ^2)"
TOTAL = r"$$\ell(\mu, \sigma) = -n\log\sigma - \frac{1}{2\sigma^2}\sum_{i=1}^n (x_i - \mu)^2$$"


SLOPE = r"\frac{\partial\ell}{\partial\sigma} = -\frac{n}{\sigma}"
SQUARES = r"\frac{1}{\sigma^3}\sum_{i=1}^n (x_i - \mu)^2"


@pytest.mark.parametrize(("claim", "wrong"), [
    (r"\frac{\partial\ell}{\partial\mu} = \frac{1}{\sigma^2}\sum_{i=1}^n (x_i - \mu)",
     (r"\sigma^2", r"2\sigma^2")),
    (f"{SLOPE} + {SQUARES}", ("{n}", "{1}")),
    (r"\frac{\partial^2\ell}{\partial\mu^2} = -\frac{n}{\sigma^2} + 0\sum_{i=1}^n x_i", ("-", "")),
    (f"S = {SLOPE} + {SQUARES}", (r"\sigma^3", r"\sigma^2")),
])  # fmt: skip
def test_a_text_that_means_the_sum_where_the_graph_has_the_mean(claim, wrong):
    assert statuses(GAUSSIAN, f"{TOTAL} ${claim}$") == ["proved", "proved"]
    assert statuses(GAUSSIAN, f"{TOTAL} ${claim}$".replace(*wrong))[-1] != "proved"
    assert statuses(GAUSSIAN, TOTAL.replace("-n", "-2n"))[0] == "refuted"


def test_dollar_signs_in_code():
    for marks in ("`$", "$`"), ("`$$", "$$`"):
        text = "dy/du = 5u^4".join(marks)
        assert statuses(CHAIN, f"So {text} holds.") == ["proved"]
        assert statuses(CHAIN, f"So {text} holds.".replace("5", "4")) == ["refuted"]


@pytest.mark.parametrize("listed", ["K,L", "L, K"])
def test_a_derivative_by_a_subscript_with_its_arguments_in_any_order(listed):
    graph = "param L, K; const A, a, b; f = A*L^a*K^b"
    assert statuses(graph, f"$f_K({listed}) = b A L^a K^{{b-1}}$") == ["proved"]
    assert statuses(graph, f"$f_K({listed}) = a A L^a K^{{b-1}}$") == ["refuted"]
