r"""Graphs that articles of other fields state: mechanics, economics, statistics, calculus."""

from fractions import Fraction
from itertools import product

import pytest

from symgrad.errors import SymgradError
from symgrad.verify import verify
from symgrad.verify.article import verify_parts
from symgrad.verify.drafting import draft_graph, draft_parts

PENDULUM = r"""
The kinetic energy is $$T = \frac12 m (l\dot\theta)^2,$$ the potential
energy $$U = -mgl\cos\theta.$$
So $$L = T - U = \frac12 m (l\dot\theta)^2 + mgl\cos\theta$$ and
$$\frac{d}{dt}\left(\frac{\partial L}{\partial\dot\theta}\right)
- \frac{\partial L}{\partial\theta} = 0.$$
"""
DEMAND = r"""
In general the elasticity is $E = \frac{p}{q}\frac{dq}{dp}$. Let $D(p) = \frac{100}{p^{3/2}}$. Then
$D'(p) = -\frac{150}{p^{5/2}}$ and $E = \frac{dD(p)}{dp}\frac{p}{D(p)} = -1.5$.
"""
RATES = r"""
- Given: dr/dt = 2

$$A = \pi r^2$$ and so $$\frac{dA}{dt} = 2\pi r\frac{dr}{dt}$$
"""
CHAIN = r"""
Let $z = f(x, y)$. Then
$\frac{dz}{dt} = \frac{\partial z}{\partial x}\frac{dx}{dt}
+ \frac{\partial z}{\partial y}\frac{dy}{dt}$.

$$z = x^3 y \text{ , } x = 2t \text{ , } y = t^2$$ gives $\frac{dz}{dt} = 40t^4$.
"""
GEOMETRIC = r"""
$$L(p; X) = (1 - p)^X p$$ and $$\frac{\partial}{\partial p}\ln L(p; X) = \frac1p - \frac{X}{1 - p}$$
"""
SURFACE = r"""
Find ∇f for f(x, y) = x²y + y³. $$f_x = 2xy, \quad f_y = x^2 + 3y^2$$
"""
UTILITY = r"""
$$\mathcal{L} = x^a y^b - \lambda(p_x x + p_y y - I)$$
$$\frac{\partial\mathcal{L}}{\partial x} = a x^{a-1}y^b - \lambda p_x = 0, \quad
\frac{\partial\mathcal{L}}{\partial y} = 0, \quad \frac{\partial\mathcal{L}}{\partial\lambda} = 0$$
"""
LOGISTIC = r"We have $f(x) = x(a - bx)$ with the roots $x = 0$ and $x = a/b$; $f'(x) = a - 2bx$."
CIRCLE = r"""
$x^2 + y^2 = 1$, so $2x + 2y\frac{dy}{dx} = 0$ and $\frac{dy}{dx} = -\frac xy$.
"""
GROWTH = r"""
With $y = \frac{Y}{L}$ and $k = \frac{K}{L}$ we have $y = k^{1-\alpha}$. The marginal product is
$MPK = \frac{\partial y}{\partial k} = (1 - \alpha)k^{-\alpha}$. To maximize
$c = y - (n + \delta)k$, $\frac{dc}{dk} = \frac{dy}{dk} - (n + \delta) = 0$.
"""
SPRING = r"""
Of $\frac{d^2z}{ds^2} + C\frac{dz}{ds} + Kz = 0$ we want $\frac{\partial z}{\partial K}$ and
$\frac{\partial z}{\partial C}$. The solution is $y = 2e^{-Cs/2}\cos(s\sqrt{K - C^2/4})$, and
$\frac{dy}{dK} = -\frac{2s}{\sqrt{4K - C^2}} e^{-Cs/2}\sin(s\sqrt{K - C^2/4})$.
"""
SCORE = r"""
`$$\ell_n(\theta) = n\log\theta - \theta\sum_{i=1}^n x_i$$` has the score
`$$S_n = \frac{\partial l_n(\theta)}{\partial\theta} = \frac{n}{\theta} - \sum_{i=1}^n x_i$$`
"""


@pytest.mark.parametrize(("article", "objective", "parameters", "data"), [
    (PENDULUM, "L", {"θ", "θ_dot"}, set()),
    (DEMAND, "D", {"p"}, set()),
    (RATES, "A", {"r"}, set()),
    (CHAIN, "z", {"t"}, set()),
    (GEOMETRIC, "L", {"p"}, {"X"}),
    (SURFACE, "f", {"x", "y"}, set()),
    (UTILITY, "L", {"x", "y", "λ"}, set()),
    (LOGISTIC, "f", {"x"}, set()),
    (CIRCLE, "F", {"x", "y"}, set()),
    (GROWTH, "c", {"k"}, set()),
    (SPRING, "y", {"K", "C", "s"}, set()),
    (SCORE, "ell_n", {"θ"}, {"x"}),
])  # fmt: skip
def test_the_graph_of_an_article(article, objective, parameters, data):
    graph = draft_graph(article, "a.md").graph
    assert graph.objective == objective
    assert set(graph.parameters) == parameters
    assert set(graph.data) == data
    report = verify(graph, article, source="a.md")
    assert not [verdict.claim.text for verdict in report.verdicts if verdict.status == "refuted"]
    assert any(verdict.status == "proved" for verdict in report.verdicts)


def test_what_can_be_read_is_a_graph_where_the_objective_has_no_equation():
    text = r"$z = wx$ and $\frac{dL}{dw} = \frac{dL}{dz}\frac{dz}{dw}$, $\frac{dz}{dw} = w$"
    draft = draft_graph(text, "a.md")
    assert draft.graph.objective == "z"
    assert any("no equation that can be read defines `L`" in note for note in draft.notes)
    statuses = [one.status for one in verify(draft.graph, text, source="a.md").verdicts]
    assert statuses == ["proved", "proved", "refuted"]  # L is any function of z


def test_a_graph_of_which_nothing_can_be_read_is_refused():
    text = r"$z = f(L)$ and $\frac{dL}{dw} = 3$"
    with pytest.raises(SymgradError, match="no equation"):
        draft_graph(text, "a.md")


TWO_FUNCTIONS = r"""
1. {0} $f(x, y) = x^2 y$: $\frac{{\partial f}}{{\partial x}} = 2xy$.

2. {0} $f(x, y, z) = x + y z$:
   $\frac{{\partial f}}{{\partial x}} = 1$, $\frac{{\partial f}}{{\partial z}} = {1}$.
"""


@pytest.mark.parametrize("word", ["For", "Consider", "Para", "设"])
@pytest.mark.parametrize(("right", "status"), [("y", "proved"), ("z", "refuted")])
def test_a_function_of_other_arguments_is_another_one(word, right, status):
    parts = draft_parts(TWO_FUNCTIONS.format(word, right), "a.md")
    found = verify_parts(parts, "a.md", timeout=20, total_timeout=60)
    assert [one.status for one in found.verdicts] == ["proved"] * 4 + [status]


def test_a_function_with_stated_values_put_in_is_what_follows_is_about():
    text = "$L(w) = (wx - y)^2$ for $x = 2$, $y = 1$. So $L(w) = (2w - 1)^2$, $dL/dw = 4(2w - 1)$."
    assert draft_graph(text, "a.md").graph.parameters == ("w",)


def test_an_equation_for_what_a_derivative_was_set_to_zero_by_is_a_solution():
    text = (
        r"$J = (y - a - b x)^2$. $\frac{\partial J}{\partial a} = -2(y - a - bx) = 0$ and "
        r"$\frac{\partial J}{\partial b} = -2x(y - a - bx) = 0$."
        "\n\n"
        "So $a = y - b x$."
    )
    assert draft_graph(text, "a.md").graph.parameters == ("a", "b")


def test_a_step_in_numbers_states_a_rate():
    text = "$L = w^2$, $w = 5$, $dL/dw = 2w$, $w_{new} = 5 - (0.1 \\times 10) = 4$."
    assert draft_graph(text, "a.md").graph.rate == ("η", Fraction(1, 10))


LIKELIHOOD = r"""
$$\ln L({0}) = {1}$$
$$\frac{{\partial \ln L}}{{\partial {2}}} = {3}$$ and
$$\frac{{\partial \ln L}}{{\partial {2}}} = {4}$$
"""


@pytest.mark.parametrize(
    ("arguments", "log", "by", "right", "wrong"),
    [
        (r"\theta", r"n\ln\theta - \theta\sum_{i=1}^n x_i", r"\theta",
         r"\frac{n}{\theta} - \sum_{i=1}^n x_i", r"\frac{n}{\theta} + \sum_{i=1}^n x_i"),
        (r"\mu, \sigma^2", r"-n\ln\sigma - \frac{1}{2\sigma^2}\sum_{i=1}^n (x_i - \mu)^2", r"\mu",
         r"\frac{1}{\sigma^2}\sum_{i=1}^n (x_i - \mu)",
         r"\frac{1}{\sigma}\sum_{i=1}^n (x_i - \mu)"),
        ("p", r"y\ln p + (m - y)\ln(1 - p)", "p",
         r"\frac{y}{p} - \frac{m - y}{1 - p}", r"\frac{y}{p} + \frac{m - y}{1 - p}"),
    ],
)  # fmt: skip
def test_the_logarithm_of_what_has_no_equation_is_a_quantity(arguments, log, by, right, wrong):
    text = LIKELIHOOD.format(arguments, log, by, right, wrong)
    draft = draft_graph(text, "a.md")
    assert (draft.graph.objective, draft.graph.maximize) == ("log_L", True)
    report = verify(draft.graph, text, source="a.md")
    assert [one.status for one in report.verdicts] == ["proved", "proved", "refuted"]


FOLLOWING = ["Thus", "Hence we get", "Daraus folgt somit", "Therefore,"]
SHEET = """
# Sheet

{0} 1

Let $f(x, y) = x^2 y + y^3$. Then $f_x = 2xy$ and $f_y = x^2 + 3y^2$.

{0} 2

Let $f(x, y) = e^{{xy}}$. Then $\\frac{{\\partial f}}{{\\partial x}} = y e^{{xy}}$.
"""


@pytest.mark.parametrize(
    "word", ["## Example", "**Exercise", "Aufgabe", "### Ejercicio", "Problem"]
)
def test_each_exercise_of_a_sheet_is_judged_about_its_own_graph(word):
    text = SHEET.format(word)
    parts = draft_parts(text, "sheet.md")
    report = verify_parts(parts, "sheet.md", timeout=10.0, total_timeout=60.0)
    assert [(v.line, v.status) for v in report.verdicts] == [
        (6, "proved"), (6, "proved"), (6, "proved"), (10, "proved"), (10, "proved"),
    ]  # fmt: skip
    wrong = draft_parts(text.replace("= y e", "= x e"), "sheet.md")
    report = verify_parts(wrong, "sheet.md", timeout=10.0, total_timeout=60.0)
    assert [v.status for v in report.verdicts].count("refuted") == 1


@pytest.mark.parametrize(
    ("word", "said"),
    [("## Step", "We have"), ("**Schritt", "Es ist"), *product(["", "##", "## Part"], FOLLOWING)],
)
def test_two_equations_in_the_steps_of_a_derivation_are_an_error(word, said):
    with pytest.raises(SymgradError, match="two equations for `f`"):
        draft_parts(SHEET.format(word).replace("Let", said), "sheet.md")


@pytest.mark.parametrize("word", ["## Step", "## Part", "", "##"])
def test_what_is_defined_anew_begins_another_part(word):
    assert len(draft_parts(SHEET.format(word), "sheet.md")) == 2


def test_formulas_of_a_part_without_a_graph_are_listed():
    text = SHEET.format("## Example") + "\n## Example 3\n\nIn general $(fg)' = f'g + fg'$.\n"
    report = verify_parts(draft_parts(text, "a.md"), "a.md", timeout=10.0, total_timeout=60.0)
    assert [item.text for item in report.skipped] == ["(fg)' = f'g + fg'"]


def test_what_else_is_differentiated_belongs_to_the_graph():
    text = (
        "$C = 2x^2$, $R = 9x$, $\\frac{dC}{dx} = 4x$, $\\frac{dC}{dx} > 0$ and $\\frac{dR}{dx} = 9$"
    )
    graph = draft_graph(text, "a.md").graph
    assert (graph.objective, "R" in graph.index) == ("C", True)


CURVES = """
## Example 1
$x^2 + y^2 = 25$, so $2x + 2y\\frac{dy}{dx} = 0$ and $\\frac{dy}{dx} = -\\frac xy$.

## Example 2
$x^3 + y^3 = 6xy$, so $\\frac{dy}{dx} = \\frac{2y - x^2}{y^2 - 2x}$;
the tangent is $y - 3 = -(x - 3)$.
"""


def test_several_curves_are_judged_one_by_one_or_refused():
    found = verify_parts(draft_parts(CURVES, "a.md"), "a.md", timeout=10.0, total_timeout=60.0)
    assert not [v.claim.text for v in found.verdicts if v.status == "refuted"]
    assert [v.status for v in found.verdicts].count("proved") >= 3
    wrong = draft_parts(CURVES.replace("2y - x^2", "2y + x^2"), "a.md")
    found = verify_parts(wrong, "a.md", timeout=10.0, total_timeout=60.0)
    assert [v.status for v in found.verdicts].count("refuted") == 1
    with pytest.raises(SymgradError, match="two equations for `F`"):
        draft_graph(CURVES, "a.md")


def test_a_function_that_a_sentence_gives_at_a_point():
    text = "Find the slope of f(x, y) = x²y³ at (2, 1). $$\\nabla f = (2xy^3, 3x^2y^2)$$"
    assert set(draft_graph(text, "a.md").graph.parameters) == {"x", "y"}


def test_what_a_name_is_in_words_is_no_formula():
    text = "- r = radius (changing)\n- A = area (changing)\n\n"
    text += "$A = \\pi r^2$, $\\frac{dA}{dr} = 2\\pi r$\n"
    report = verify(draft_graph(text, "a.md").graph, text, source="a.md")
    assert [v.status for v in report.verdicts] == ["proved", "proved"]


@pytest.mark.parametrize("order", [0, 1])
def test_what_one_differentiates_by_lies_on_the_way(order):
    lines = [r"$p = \sigma(wx + b)$, $L = -\log p$", r"$z = wx + b$, $p = \sigma(z)$"]
    claims = (
        r"$\frac{\partial p}{\partial z} = p(1 - p)$, $\frac{\partial L}{\partial w} = (p - 1)x$"
    )
    text = "\n\n".join([*(lines if order else reversed(lines)), claims])
    report = verify(draft_graph(text, "a.md").graph, text, source="a.md")
    assert {one.status for one in report.verdicts} == {"proved"}
