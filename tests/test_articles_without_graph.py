"""Articles without a graph file: what their functions, sums and values are taken for."""

import pytest

from symgrad.errors import SymgradError
from symgrad.verify.article import verify_parts
from symgrad.verify.drafting import draft_graph, draft_parts


def judged(text):
    """Return the statuses of the claims of an article, one letter each: p, a, r or another."""
    found = verify_parts(draft_parts(text, "a.md"), "a.md", timeout=20, total_timeout=60)
    return "".join(verdict.status[0] for verdict in found.verdicts if verdict.judged)


UNIT = r"The unit has $z = w x + b$, $a = {f}(z)$ and $L = (a - y)^2$."
CLAIMS = (
    r"$\frac{{\partial a}}{{\partial z}} = {f}'(z)$, "
    r"$\frac{{\partial L}}{{\partial w}} = 2(a - y){f}'(wx + b) x$ and "
    r"$\frac{{\partial L}}{{\partial b}} = 2(a - y){f}(z)$."
)


@pytest.mark.parametrize("letter", ["f", r"\sigma", r"\varphi", r"\psi"])
@pytest.mark.parametrize("body", [r"\frac{u}{1 + |u|}", r"u e^{-u^2}"])
def test_a_function_of_the_authors_is_put_in_wherever_it_is_defined(letter, body):
    said = rf"Here ${letter}(u) = {body}$."
    unit, claims = UNIT.format(f=letter), CLAIMS.format(f=letter)
    for text in (f"{said}\n\n{unit}\n\n{claims}", f"{unit}\n\n{claims}\n\n{said}"):
        assert judged(text) == "pppppr", text


def test_a_letter_that_is_said_to_be_what_it_is_stays_so():
    text = UNIT.format(f=r"\sigma") + r" with $\sigma(t) = 1/(1 + e^{-t})$; $\partial L/\partial w$"
    assert "a = sigmoid(z)" in draft_graph(text, "a.md").text


def test_the_derivative_of_a_function_by_its_argument_alone():
    text = UNIT.format(f="g") + r" $g(u) = u^3$, $\frac{dg}{du} = 3u^2$, $\frac{dg}{du} = u^2$,"
    assert judged(text + r" $\frac{\partial L}{\partial w} = 6(a - y)z^2 x$") == "pppprp"


@pytest.mark.parametrize("power", [r"e^2(\theta)", r"e(\theta)^2", r"e^{2}(\theta)"])
def test_a_power_of_a_value_written_as_a_function(power):
    text = (
        rf"With $e = k \theta r - d$ let $J(\theta) = \tfrac12 {power}$. Then "
        r"$\partial J/\partial e = e$ and $\partial J/\partial\theta = e k r$, not "
        r"$\partial J/\partial\theta = e k$."
    )
    assert judged(text) == "ppppr"


def test_what_stands_for_a_part_of_an_equation_is_that_part():
    text = (
        r"With $\mu = \exp(a + b x)$ and $q = a + b x$ the loss is $L = \mu - y\ln\mu$. So "
        r"$\frac{\partial\mu}{\partial q} = \mu$, $\frac{\partial L}{\partial q} = \mu - y$ and "
        r"$\frac{\partial L}{\partial b} = \mu x$."
    )
    assert judged(text) == "pppppr"


def test_a_sum_over_samples_that_is_not_the_objective():
    text = (
        r"Let $\ell(\theta) = -n\ln\theta - \frac1\theta\sum_{i=1}^n x_i$, so "
        r"$\ell'(\theta) = -\frac{n}{\theta} + \frac{1}{\theta^2}\sum_{i=1}^n x_i$ and not "
        r"$\ell'(\theta) = -\frac{n}{\theta} - \frac{1}{\theta^2}\sum_{i=1}^n x_i$."
        "\n\n"
        r"For one of them, $g(x) = -\ln\theta - \frac{x}{\theta}$, "
        r"$\partial g/\partial x = -\frac1\theta$, "
        r"$\frac{\partial g}{\partial\theta} = -\frac1\theta + \frac{x}{\theta^2}$."
    )
    assert judged(text) == "pprppp"


def test_a_sum_over_samples_without_a_number():
    text = (
        r"Each person has $p_i = \sigma(v_i)$, $v_i = a + c\,x_i$, and the log-likelihood is "
        r"$L = \sum_i \{y_i \log p_i + (1 - y_i)\log(1 - p_i)\}$: "
        r"$\frac{\partial L}{\partial a} = \sum_i (y_i - p_i)$, "
        r"$\frac{\partial L}{\partial c} = \sum_i (p_i - y_i) x_i$."
    )
    assert judged(text) == "ppppr"


def test_a_sum_over_classes_is_none_over_samples():
    text = (
        r"$p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}$, $L = -\sum_i y_i\log p_i$, "
        r"$\frac{\partial L}{\partial z_i} = p_i - y_i$, $\frac{\partial L}{\partial b} = 0$"
    )
    with pytest.raises(SymgradError):
        draft_parts(text, "a.md")


def test_values_for_several_names_are_no_equation_between_them():
    text = (
        r"Let $Q = A K^c L^{1-c}$ and $S = K + L$, $\partial Q/\partial K = c Q/K$, "
        r"$\partial Q/\partial L = (1-c)Q/L$, $\partial S/\partial K = 1$. "
        r"If $K = L = 4$ then $S = 2 L$ and $Q = 4A$, not $Q = 3A$."
    )
    assert judged(text) == "pppppppr"


def test_a_quantity_e_beside_the_exponential():
    text = (
        r"The code is $e = \ln(1 + e^{s})$ of $s = w x$, and $C = (v e - x)^2 + e^2$: "
        r"$\partial C/\partial v = 2(v e - x)e$, "
        r"$\partial e/\partial s = \frac{1}{1 + e^{-s}}$, $\partial e/\partial w = x$."
    )
    assert judged(text) == "pppppr"


def test_a_derivative_at_a_place_is_no_assumption():
    text = UNIT.format(f="g") + r" $g(u) = u^2$, $g'(1) = 3$, $\partial L/\partial b = 4(a - y)z$"
    assert "assume" not in draft_graph(text, "a.md").text
    assert judged(text)[-2:] == "rp"
