r"""Ways of writing that derivations from elsewhere have shown: each a sample of a kind."""

import pytest

from symgrad.sources.text import parse
from symgrad.verify import verify

GAUSS = "param μ, σ; data x; ℓ = -log(σ^2)/2 - log(2*pi)/2 - (x - μ)^2/(2*σ^2)"
LINE = "param w = 0.5, b = 0; data x, y; const α = 0.3; z = w*x + b; L = (z - y)^2; minimize L"
STEPS = (
    "param w = 0.5, b = 0; data x, y; z = w*x + b; L = (z - y)^2; rate η = 0.1; step x = 1, y = 2"
)


def statuses(graph, text):
    return [str(verdict.status) for verdict in verify(parse(graph), text, source="a.md").verdicts]


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
