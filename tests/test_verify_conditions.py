"""A condition that stands beside a formula is what it is judged under, in any wording."""

import pytest

import symgrad as sg

KINK = sg.parse("param w; data x; J = 2*relu(w*x)")
LOSS = sg.parse(
    "param a, b; data x, y; p = sigmoid(a*x + b); L = -(y*log(p) + (1 - y)*log(1 - p)); minimize L"
)
SLOPE = r"\frac{dJ}{dw}"

SAID = [
    # in the formula
    r"$$D = 2x, \quad wx > 0$$", r"$$D = 2x \quad (wx > 0)$$", r"$D = 2x \text{ if } wx > 0$",
    r"$D = 2x, w > 0, x > 0$", r"$wx > 0 \implies D = 2x$", r"$D = 2x,\ \forall wx > 0$",
    r"$$\begin{aligned} D &= 2x && wx > 0 \\ D &= 0 && wx < 0\end{aligned}$$",
    r"$$\begin{aligned} D &= 2x \\ & \text{for } wx > 0\end{aligned}$$",
    # behind it
    "$D = 2x$ (for $wx > 0$)", "$D = 2x$ for $wx > 0$", "$D = 2x$, $wx > 0$",
    "$D = 2x$ holds only in the half-plane $wx > 0$.", "$D = 2x$, falls $wx > 0$.",
    "$D = 2x$ cuando $wx > 0$", "$D = 2x$ при $wx > 0$", "$D = 2x$ unless $wx < 0$",
    "$D = 2x$ if $wx > 0$ and $0$ otherwise", "$D = 2x$ si $wx > 0$ et $0$ sinon.",
    "$D = 2x$ whenever $wx > 0$, and $D = 0$ for $wx < 0$.", "$D = 2x$, as $wx > 0$ here.",
    "$D = 2x$ if wx > 0.", "`dJ/dw = 2x` for wx > 0",
    # in front of it
    "When $wx > 0$ we get $D = 2x$.", "If wx > 0, $D = 2x$.", "Since $wx > 0$, $D = 2x$.",
    "If $wx > 0$, then $D = 2x$; if $wx < 0$, then $D = 0$.", "Pour $wx > 0$, on a $D = 2x$.",
    "Für $wx > 0$ gilt $D = 2x$, sonst ist $D = 0$.", "Si $wx > 0$ entonces $$D = 2x$$",
    "当 $wx > 0$ 时,$D = 2x$。", "若 $wx > 0$,则 $D = 2x$;否则 $D = 0$。",
    "$wx > 0$ のとき $D = 2x$ である。", "$wx > 0$일 때 $D = 2x$ 이다.",
    "For $wx > 0$ the loss is $J = 2wx$. Its slope is $D = 2x$.",
    # over several formulas
    "Case 1: $wx > 0$. Then\n$$D = 2x.$$\nCase 2: $wx < 0$. Then\n$$D = 0.$$",
    "(i) $wx > 0$: $D = 2x$. (ii) $wx < 0$: $D = 0$.",
    "- If $wx > 0$:\n  $$D = 2x$$\n- If $wx < 0$:\n  $$D = 0$$",
    "Suppose $wx > 0$. Then $D = 2x$.\n\nSuppose now that $wx < 0$. Then $D = 0$.",
    "We assume $x > 0$ and $w > 0$ throughout.\n\n## A\n\nThen $D = 2x$.",
    "| $wx > 0$ | $D = 2x$ |",
]  # fmt: skip


def told(graph, text):
    found = sg.verify(graph, text, source="a.md", explain=False).verdicts
    return [str(verdict.status) for verdict in found if verdict.status != "condition"]


@pytest.mark.parametrize("text", SAID)
def test_a_claim_is_judged_under_the_condition_beside_it(text):
    here = text.replace("D", SLOPE)
    found = sg.verify(KINK, here, source="a.md").verdicts
    assert {v.status for v in found} <= {"proved", "condition"}
    assert any(remark.startswith("needs") for v in found for remark in v.remarks)
    assert "refuted" in told(KINK, here.replace("2x", "3x"))


@pytest.mark.parametrize("text", [
    "$wx > 0$ is one case. In general $D = 2x$.", "$D = 2x$.\n\nFor $wx > 0$ it is large.",
    "If $wx > 0$, it grows.\n\n$D = 2x$.", "$D = 2x$ for all $x$", "$D = 2x$ for $wx < 0$",
    "$D = 2x$, so $J$ grows. Case $wx > 0$: $D = 2x$.", "$D = 2x$ where $x = 0.5$",
    "## Case $wx > 0$\n\n## All\n\n$D = 2x$",
])  # fmt: skip
def test_a_condition_on_something_else_does_not_save_a_claim(text):
    assert "refuted" in told(KINK, text.replace("D", SLOPE))


@pytest.mark.parametrize("text", [
    "$D = 2x$ if the unit is active", "$D = 2x$ when $w$ and $x$ are positive",
    "Where the argument is positive, $D = 2x$.",
])  # fmt: skip
def test_a_condition_in_words_leaves_open_what_holds_in_a_region(text):
    here = text.replace("D", SLOPE)
    (verdict,) = sg.verify(KINK, here, source="a.md").verdicts
    assert verdict.status == "condition"
    assert "it does hold where" in verdict.remarks[0]
    assert told(KINK, here.replace("2x", "3x")) == ["refuted"]


@pytest.mark.parametrize("text", [
    "If $y = 1$, then $Q$.", "$Q$ for $y = 1$", "$Q$ if y = 1.", "Case $y = 1$: $$Q$$",
    r"$$Q \quad (y = 1)$$", "对于 $y = 1$，$Q$。", "$Q$ (if $y = 1$).",
])  # fmt: skip
def test_a_label_is_a_case(text):
    assert told(LOSS, text.replace("Q", r"L = -\log p")) == ["proved"]
    assert told(LOSS, text.replace("Q", r"L = -2\log p")) == ["refuted"]


def test_values_put_in_do_not_save_a_formula():
    text = r"With $a = 1$, $x = 2$: $\frac{\partial L}{\partial a} = (p - y) a x$"
    assert told(LOSS, text)[-1] == "refuted"


def test_conditions_that_exclude_each_other_prove_nothing():
    text = rf"Let $x > 0$ and $w > 0$. For $wx < 0$ we have ${SLOPE} = 7x$."
    assert "proved" not in told(KINK, text)


SHARES = sg.parse("param A, α, β; data K, L; assume K > 0, L > 0; Y = A*K^α*L^β")


@pytest.mark.parametrize("text", [
    "If $α + β = 1$, then $Q$.", "$Q$ if $α + β = 1$.", "$Y = Y$; si $α + β = 1$, entonces $Q$.",
    "当 $α + β = 1$ 时，$Q$。",
])  # fmt: skip
def test_an_equation_behind_if_is_a_condition(text):
    right = r"K\frac{\partial Y}{\partial K} + L\frac{\partial Y}{\partial L} = Y"
    found = sg.verify(SHARES, text.replace("Q", right), source="a.md").verdicts
    assert {v.status for v in found} == {"proved", "condition"}
    assert "refuted" in told(SHARES, text.replace("Q", right.replace("= Y", "= 2Y")))
    assert told(SHARES, f"${right}$") == ["refuted"]


def test_a_value_put_in_where_the_formula_has_the_name_no_more():
    graph = sg.parse("param D, p, q; assume D > 0, D < 1; V = p*log(D) + q*log(1 - D)")
    text = r"At $D = \tfrac12$ we have $V = -(p + q)\log 2$."
    assert told(graph, text) == ["proved"]
    assert told(graph, text.replace("-(p", "(p")) == ["refuted"]
    assert told(graph, r"At $D = \tfrac12$ we have $V = (p + q)\log D$.") == ["refuted"]


@pytest.mark.parametrize(("claim", "wrong"), [
    ("s(-z) = 1 - s(z)", "s(-z) = 1 + s(z)"), ("s(2z) - s(-2z) = 2s(2z) - 1", "s(2z) = 2s(z)"),
])  # fmt: skip
def test_a_node_at_an_expression_is_no_product_where_it_is_written_as_a_function(claim, wrong):
    graph = sg.parse("param a; data z; s = sigmoid(z); g = a*s")
    first = r"$s(z) = \frac{1}{1 + e^{-z}}$, so "
    assert told(graph, f"{first}${claim}$") == ["proved", "proved"]
    assert told(graph, f"{first}${wrong}$") == ["proved", "refuted"]
    assert told(graph, r"$\frac{dg}{dz} = a s(1 - s)$") == ["proved"]


BETWEEN = sg.parse("param m, s; data x, z; assume s > 0; K = (m^2 + s^2 - 1 - log(s^2))/2")


def test_a_value_between_two_formulas_is_put_into_the_second():
    text = r"$K_s = s - \frac1s$, and for $s = 1$ we have $K = \frac{m^2}{2}$."
    assert told(BETWEEN, text) == ["proved", "proved"]
    assert told(BETWEEN, text.replace("{2}$.", "{3}$.")) == ["proved", "refuted"]


def test_an_equation_behind_if_ends_with_its_sentence():
    text = r"If $m = s$ then $K_m = s$. The slip is $K_s = m - \frac1s$."
    assert told(BETWEEN, text) == ["proved", "refuted"]


def test_the_other_label_is_not_said():
    text = r"If $y = 1$, then $L = -\log p$; otherwise, $L = -\log(1 - p)$."
    assert told(LOSS, text) == ["proved", "proved"]


def test_a_slope_of_one_before_it_does_not_make_a_condition_a_number():
    found = sg.verify(BETWEEN, r"$\frac{\partial m}{\partial m} = 1$, $K_s = 0$", source="a.md")
    assert [v.status for v in found.verdicts] == ["proved", "condition"]
