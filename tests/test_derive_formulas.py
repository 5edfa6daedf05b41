"""What a person would write: the article's graph, textbook results, and other spellings of them."""

import re
from itertools import pairwise
from operator import methodcaller

import pytest

from symgrad.derivation.derive import derive
from symgrad.expression.print_ascii import AsciiPrinter
from symgrad.expression.printer import Printer
from symgrad.render.sheet import all_names, derivation_sheet
from symgrad.render.steps_sheet import brief_sections, full_sections
from symgrad.render.text import text_of
from symgrad.sources import load
from symgrad.sources.text import parse
from tests.formulas import same_gradient, start_values


def formulas(d, *, printer=Printer):
    """Return every sensitivity and gradient as printed, by name."""
    show = printer(all_names(d))
    found = {item.name: show.expression(item.form.expression) for item in d.sensitivity_list}
    return found | {name: show.expression(form.expression) for name, form in d.gradient_forms}


def lines(d, *, ascii_only=False, **options):
    """Return the lines of the text that `symgrad derive` prints, without the indent."""
    text = text_of(derivation_sheet(d, **options), ascii_only=ascii_only)
    return [line.strip() for line in text.splitlines() if line.strip()]


ARTICLE = """
minimize J: 4 parameters, 8 paths
Equations
u = ax + b
h = u²
v = ch + u + d
p = 1/(1 + v)
L = (p − y)²
R = λ/2·(a² + c²)
J = L + R
Paths
J → L → p → v → u → a
J → L → p → v → h → u → a
J → R → a
J → L → p → v → u → b
J → L → p → v → h → u → b
J → L → p → v → c
J → R → c
J → L → p → v → d
Sensitivities
δ = ∂L/∂v = 2(p − y)·(−1)/(1 + v)² = −2(p − y)·p²
Merged branches
∂v/∂u = 2cu + 1
Gradients
∂J/∂a = δ·(2cu + 1)·x + λa
∂J/∂b = δ·(2cu + 1)
∂J/∂c = δh + λc
∂J/∂d = δ
""".strip().splitlines()

ARTICLE_ASCII = """
minimize J: 4 parameters, 8 paths
Equations
u = a*x + b
h = u^2
v = c*h + u + d
p = 1/(1 + v)
L = (p - y)^2
R = lambda/2*(a^2 + c^2)
J = L + R
Paths
J -> L -> p -> v -> u -> a
J -> L -> p -> v -> h -> u -> a
J -> R -> a
J -> L -> p -> v -> u -> b
J -> L -> p -> v -> h -> u -> b
J -> L -> p -> v -> c
J -> R -> c
J -> L -> p -> v -> d
Sensitivities
delta = dL/dv = 2*(p - y)*(-1)/(1 + v)^2 = -2*(p - y)*p^2
Merged branches
dv/du = 2*c*u + 1
Gradients
dJ/da = delta*(2*c*u + 1)*x + lambda*a
dJ/db = delta*(2*c*u + 1)
dJ/dc = delta*h + lambda*c
dJ/dd = delta
""".strip().splitlines()


def test_article_is_printed_as_in_the_article():
    assert lines(derive(load("example:branch_and_merge"))) == ARTICLE


def test_article_in_ascii():
    assert lines(derive(load("example:branch_and_merge")), ascii_only=True) == ARTICLE_ASCII


def test_article_in_sympy_objects():
    d = derive(load("example:branch_and_merge"))
    assert str(d.gradients["b"]) == "δ*(2*c*u + 1)"
    assert d.sensitivities["delta"][0] == "v"
    assert str(d.local_derivatives["v", "c"]) == "h"
    assert str(d.gradients["d"]) == "δ"


def test_steps_show_every_edge_and_merge():
    d = derive(load("example:branch_and_merge"))
    shown = lines(d, steps=brief_sections(d))
    assert "∂p/∂v = −1/(1 + v)² = −p²    (reciprocal rule, sum rule)" in shown
    assert "∂v/∂h = c    (sum rule, constant factor rule)" in shown
    assert "∂v/∂u = c·2u + 1 = 2cu + 1" in shown
    assert "∂R/∂a = λa    (constant factor rule, sum rule, power rule)" in shown


SOFTMAX = "param z1, z2, z3; data t1, t2, t3; "
ONE = "assume t1 + t2 + t3 = 1; "
CROSS_ENTROPY = "; L = -(t1*log(p1) + t2*log(p2) + t3*log(p3))"
PARTS = "p1 = e1/s; p2 = e2/s; p3 = e3/s"
EACH = "exp(z{0})/(exp(z1) + exp(z2) + exp(z3))"
SUBTRACTED = "m = stop_gradient(max(z1, z2, z3)); " + "; ".join(
    f"e{i} = exp(z{i} - m)" for i in (1, 2, 3)
)
SOFTMAXES = {
    "named exponentials": ONE
    + "e1 = exp(z1); e2 = exp(z2); e3 = exp(z3); s = e1 + e2 + e3; "
    + PARTS
    + CROSS_ENTROPY,
    "powers of e": ONE
    + "e1 = e^z1; e2 = e^z2; e3 = e^z3; s = e1 + e2 + e3; "
    + PARTS
    + CROSS_ENTROPY,
    "one equation each": ONE
    + "; ".join(f"p{i} = " + EACH.format(i) for i in (1, 2, 3))
    + CROSS_ENTROPY,
    "assumed in another order": "assume t3 + t1 + t2 = 1; s = exp(z1) + exp(z2) + exp(z3); "
    "p1 = exp(z1)/s; p2 = exp(z2)/s; p3 = exp(z3)/s" + CROSS_ENTROPY,
    "assumed from the right": "assume 1 = t2 + t3 + t1; s = exp(z3) + exp(z1) + exp(z2); "
    "p3 = exp(z3)/s; p1 = exp(z1)/s; p2 = exp(z2)/s" + CROSS_ENTROPY,
    "loss term by term": ONE
    + "s = exp(z1) + exp(z2) + exp(z3); p1 = exp(z1)/s; p2 = exp(z2)/s; p3 = exp(z3)/s; "
    + "L = -t1*log(p1) - t2*log(p2) - t3*log(p3)",
    "largest subtracted": ONE + SUBTRACTED + "; s = e1 + e2 + e3; " + PARTS + CROSS_ENTROPY,
}


@pytest.mark.parametrize("way", SOFTMAXES)
def test_softmax_with_cross_entropy_is_p_minus_t(way):
    d = derive(parse(SOFTMAX + SOFTMAXES[way]))
    assert formulas(d) == {"z1": "p₁ − t₁", "z2": "p₂ − t₂", "z3": "p₃ − t₃"}


def test_softmax_says_that_it_used_the_assumption():
    d = derive(parse(SOFTMAX + SOFTMAXES["named exponentials"]))
    assert lines(d)[-2:] == ["Notes", "assumed and used: t₁ + t₂ + t₃ = 1"]


def test_softmax_without_the_assumption_does_not_use_it():
    d = derive(parse(SOFTMAX + SOFTMAXES["named exponentials"].removeprefix(ONE)))
    assert formulas(d)["z1"] != "p₁ − t₁"
    same_gradient(d, {"z1": 1, "z2": 2, "z3": 0, "t1": 3, "t2": 1, "t3": 2})


def test_softmax_at_a_temperature():
    text = "e1 = exp(z1/T); e2 = exp(z2/T); s = e1 + e2; p1 = e1/s; p2 = e2/s; "
    loss = "L = -t1*log(p1) - t2*log(p2)"
    d = derive(parse("param z1, z2; data t1, t2; const T = 2; assume t1 + t2 = 1;" + text + loss))
    assert formulas(d) == {"z1": "(p₁ − t₁)/T", "z2": "(p₂ − t₂)/T"}


def test_softmax_of_layers_names_a_sensitivity_for_each_logit():
    text = "z1 = w1*x + b1; z2 = w2*x + b2; e1 = exp(z1); e2 = exp(z2); s = e1 + e2; "
    loss = "p1 = e1/s; p2 = e2/s; L = -t1*log(p1) - t2*log(p2)"
    d = derive(parse("param w1, b1, w2, b2; data x, t1, t2; assume t1 + t2 = 1;" + text + loss))
    found = formulas(d)
    assert (found["δ_1"], found["δ_2"]) == ("p₁ − t₁", "p₂ − t₂")
    assert (found["w2"], found["b2"]) == ("δ₂x", "δ₂")


@pytest.mark.parametrize(
    ("loss", "wanted"),
    [
        ("logsumexp(z1, z2) - t1*z1 - t2*z2", "exp(z₁ − logsumexp(z₁, z₂)) − t₁"),
        ("log(exp(z1) + exp(z2)) - (t1*z1 + t2*z2)", "exp(z₁ − logsumexp(z₁, z₂)) − t₁"),
    ],
)
def test_cross_entropy_of_logits(loss, wanted):
    assert formulas(derive(parse(f"param z1, z2; data t1, t2; L = {loss}")))["z1"] == wanted


def test_assumption_is_used_behind_a_named_logsumexp():
    text = "param z1, z2; data t1, t2; assume t1 + t2 = 1; l = logsumexp(z1, z2); "
    d = derive(parse(text + "L = -(t1*(z1 - l) + t2*(z2 - l))"))
    assert formulas(d) == {"z1": "exp(z₁ − l) − t₁", "z2": "exp(z₂ − l) − t₂"}


HEAD = "param w, b; data x, y; z = w*x + b; "
LOSS = "L = -(y*log(p) + (1 - y)*log(1 - p))"
LOGISTIC = {
    "exponential below": "p = 1/(1 + exp(-z)); " + LOSS,
    "exponential above and below": "p = exp(z)/(1 + exp(z)); " + LOSS,
    "power of e": "p = 1/(1 + e^(-z)); " + LOSS,
    "sum turned": "p = 1/(exp(-z) + 1); " + LOSS,
    "function": "p = sigmoid(z); " + LOSS,
    "loss with ln": "p = sigmoid(z); L = -y*ln(p) - (1 - y)*ln(1 - p)",
    "complement named": "p = sigmoid(z); q = 1 - p; L = -(y*log(p) + (1 - y)*log(q))",
    "complements named": "p = 1/(1 + exp(-z)); q = 1 - p; m = 1 - y; L = -(y*log(p) + m*log(q))",
    "parts of the loss named": "p = 1/(1 + exp(-z)); A = y*log(p); B = (1 - y)*log(1 - p); "
    "L = -(A + B)",
}


@pytest.mark.parametrize("way", LOGISTIC)
def test_sigmoid_with_cross_entropy_is_p_minus_y(way):
    found = formulas(derive(parse(HEAD + LOGISTIC[way])))
    assert found == {"δ": "p − y", "w": "δx", "b": "δ"}


LOGITS = [
    "softplus(z) - y*z",
    "log(1 + exp(z)) - y*z",
    "-(y*log(sigmoid(z)) + (1 - y)*log(1 - sigmoid(z)))",
]


@pytest.mark.parametrize("loss", LOGITS)
def test_cross_entropy_of_one_logit(loss):
    found = formulas(derive(parse(f"{HEAD} L = {loss}")))
    assert found == {"δ": "sigmoid(z) − y", "w": "δx", "b": "δ"}


def test_mean_keeps_its_factor():
    text = HEAD + "p = sigmoid(z); L = -1/2*(y*log(p) + (1 - y)*log(1 - p))"
    assert formulas(derive(parse(text)))["δ"] == "(p − y)/2"


LAYERS = "param w1, b1, w2, b2; data x, y; z1 = w1*x + b1; h1 = {f}; z2 = w2*h1 + b2; {last}"
TANH = ["tanh(z1)", "(exp(z1) - exp(-z1))/(exp(z1) + exp(-z1))", "(e^(2*z1) - 1)/(e^(2*z1) + 1)"]


@pytest.mark.parametrize("way", TANH)
def test_two_layers_of_tanh(way):
    last = "h2 = tanh(z2); L = (h2 - y)^2/2"
    assert formulas(derive(parse(LAYERS.format(f=way, last=last)))) == {
        "δ_2": "(h₂ − y)·(1 − h₂²)",
        "δ_1": "δ₂w₂·(1 − h₁²)",
        "w1": "δ₁x",
        "b1": "δ₁",
        "w2": "δ₂h₁",
        "b2": "δ₂",
    }


def test_two_layers_of_sigmoids():
    last = "h2 = sigmoid(z2); L = (h2 - y)^2/2"
    found = formulas(derive(parse(LAYERS.format(f="1/(1 + exp(-z1))", last=last))))
    assert found["δ_2"] == "(h₂ − y)·h₂·(1 − h₂)"
    assert found["δ_1"] == "δ₂w₂h₁·(1 − h₁)"


def test_relu_layer_keeps_its_switch_and_tells_its_convention():
    d = derive(parse(LAYERS.format(f="relu(z1)", last="L = (z2 - y)^2/2")))
    assert formulas(d)["δ_1"] == "δ₂w₂·where(z₁ > 0, 1, 0)"
    assert "convention: the derivative of relu(z) at z = 0 is taken as 0" in lines(d)


def test_three_layers_are_numbered_whatever_the_spelling():
    text = "param w_1, w_2, w_3, b_1; data x, y; z_1 = w_1*x + b_1; a_1 = tanh(z_1); "
    text += "z_2 = w_2*a_1 + b_1; a_2 = tanh(z_2); z_3 = w_3*a_2 + b_1; L = (z_3 - y)^2"
    found = formulas(derive(parse(text)))
    assert found["δ_2"] == "δ₃w₃·(1 − a₂²)"
    assert found["δ_1"] == "δ₂w₂·(1 − a₁²)"
    assert found["w_1"] == "δ₁x"
    assert found["b_1"] == "δ₁ + δ₂ + δ₃"


GAUSS = [
    ("log(σ) + (x - μ)^2/(2*σ^2)", "(μ − x)/σ²", "1/σ − (x − μ)²/σ³"),
    ("1/2*log(2*pi*σ^2) + (x - μ)^2/(2*σ^2)", "(μ − x)/σ²", "1/σ − (x − μ)²/σ³"),
]


@pytest.mark.parametrize(("loss", "by_mean", "by_width"), GAUSS)
def test_gaussian_likelihood(loss, by_mean, by_width):
    assert formulas(derive(parse(f"param μ, σ; data x; J = {loss}"))) == {
        "μ": by_mean,
        "σ": by_width,
    }


def test_gaussian_likelihood_of_a_standardised_residual():
    d = derive(parse("param mu, sigma; data x; z = (x - mu)/sigma; J = log(sigma) + z^2/2"))
    assert formulas(d) == {"mu": "−z/σ", "sigma": "(1 − z²)/σ"}


OPTION = "param S, K, r, σ, T; d1 = (log(S/K) + (r + σ^2/2)*T)/(σ*sqrt(T)); "
CALL = "C = S*normal_cdf(d1) - K*exp(-r*T)*normal_cdf(d2)"
SECOND = {
    "by the first": "d2 = d1 - σ*sqrt(T); ",
    "written out": "d2 = (log(S/K) + (r - σ^2/2)*T)/(σ*sqrt(T)); ",
}


@pytest.mark.parametrize("way", SECOND)
def test_black_scholes_greeks(way):
    d = derive(parse(OPTION + SECOND[way] + CALL))
    found = formulas(d)
    assert found["S"] == "normal_cdf(d₁)"
    assert found["K"] == "−exp(−rT)·normal_cdf(d₂)"
    assert found["r"] == "K·normal_cdf(d₂)·exp(−rT)·T"
    same_gradient(d, dict(zip(d.wrt, (42, 40, "1/10", "1/5", "1/2"), strict=True)))


def test_vega_is_one_product():
    found = formulas(derive(parse(OPTION + SECOND["by the first"] + CALL)))
    assert found["δ"] == "−S·normal_pdf(d₁)"
    assert found["σ"] == "−δ·√T"


def test_put_with_a_dividend():
    text = "param S, K, r, q, σ, T; d1 = (log(S/K) + (r - q + σ^2/2)*T)/(σ*sqrt(T)); "
    text += "d2 = d1 - σ*sqrt(T); "
    text += "P = K*exp(-r*T)*normal_cdf(-d2) - S*exp(-q*T)*normal_cdf(-d1)"
    d = derive(parse(text))
    assert formulas(d)["S"] == "−exp(−qT)·normal_cdf(−d₁)"
    same_gradient(d, dict(zip(d.wrt, (42, 40, "1/10", "1/50", "1/5", "1/2"), strict=True)))


def test_wrong_discount_is_not_cancelled():
    # without the factor exp(-rT) the branches at d₁ do not cancel, and must not be made to
    text = OPTION + SECOND["by the first"] + "C = S*normal_cdf(d1) - K*normal_cdf(d2)"
    d = derive(parse(text))
    assert formulas(d)["S"] != "normal_cdf(d₁)"
    same_gradient(d, dict(zip(d.wrt, (42, 40, "1/10", "1/5", "1/2"), strict=True)))


KEYS = "param q, k1, k2, v1, v2; data y; E1 = exp(q*k1); E2 = exp(q*k2); Z = E1 + E2; "
OTHERS = [
    (
        "param w, b; data x, k; z = w*x + b; μ = exp(z); L = μ - k*log(μ)",
        {"δ": "μ − k", "w": "δx", "b": "δ"},
    ),
    (
        "param w, b; data x, y; const λ = 1; r = w*x + b - y; J = r^2/2 + λ/2*w^2",
        {"w": "rx + λw", "b": "r"},
    ),
    (
        "param ж, б; data х, у; з = ж*х + б; Л = (з - у)^2",
        {"δ": "2(з − у)", "ж": "δх", "б": "δ"},
    ),
    (
        "param 权, 偏; data 入, 出; 和 = 权*入 + 偏; 损 = (和 - 出)^2",
        {"δ": "2(和 − 出)", "权": "δ入", "偏": "δ"},
    ),
    (
        KEYS + "a1 = E1/Z; a2 = E2/Z; o = a1*v1 + a2*v2; L = (o - y)^2/2",
        {"v1": "δ_o·a₁", "v2": "δ_o·a₂"},
    ),
    (
        "param q, k1, k2; s1 = q*k1; s2 = q*k2; a1 = exp(s1)/(exp(s1) + exp(s2)); L = a1^2",
        {"δ_s1": "δ_a1·a₁·(1 − a₁)", "k1": "δ_s1·q"},
    ),
]


@pytest.mark.parametrize(("text", "wanted"), OTHERS)
def test_other_fields_and_alphabets(text, wanted):
    found = formulas(derive(parse(text)))
    assert {name: found.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("name", ["attention", "rms_norm", "lstm_cell", "vae_kl", "landmark_fix"])
def test_no_provisional_name_is_printed(name):
    d = derive(load(f"example:{name}"))
    assert ":" not in "".join(formulas(d, printer=AsciiPrinter).values())
    shown = [line for line in lines(d, steps=full_sections(d)) if " = " in line]
    assert not any("δ:" in line for line in shown)


def test_every_sensitivity_has_terms_of_its_own():
    d = derive(load("example:attention"))
    names = {item.name for item in d.sensitivity_list}
    for form in [item.form for item in d.sensitivity_list] + [form for _, form in d.gradient_forms]:
        for term in form.terms:
            used = {str(part) for part in Printer().expression(term.factor).split("·")}
            assert names.isdisjoint(used)


def test_gradient_of_the_article_is_right():
    graph = load("example:branch_and_merge")
    same_gradient(derive(graph), start_values(graph))


def test_what_branches_share_stands_behind_their_sum():
    d = derive(
        parse("param w, v, a, b; data x; h = tanh(w*x); p = exp(v*h); q = sin(a*h); J = p*q + b*h")
    )
    shown = list(formulas(d).values())
    assert any(text.endswith(")·(1 − h²)·x") for text in shown), shown
    assert all(text.count("1 − h²") <= 1 for text in shown), shown


def test_regularisation_stays_a_term_of_its_own():
    d = derive(parse("param a; data x, y; const λ; h = tanh(a*x); J = (h - y)^2 + λ/2*a^2"))
    assert "∂J/∂a = 2(h − y)·(1 − h²)·x + λa" in d.text()


def test_the_normal_density_is_called_by_its_name_and_explained():
    text = derive(parse("param z; J = 3*erf(z/sqrt(2))^2")).text()
    assert "∂J/∂z = 12·erf(z/√2)·φ(z)" in text
    assert "φ(z) is the density of the standard normal distribution" in text
    assert (
        "normal_pdf(z) is the density" in derive(parse("param z, φ; J = φ*erf(z/sqrt(2))")).text()
    )


FIELDS = {
    "Cobb–Douglas": (
        "param A, α; data K, L, Y; Q = A*K^α*L^(1-α); J = (Q - Y)^2",
        {"A": "δ·K^α·L^(1 − α)", "α": "δQ·(log(K) − log(L))"},
    ),
    "Weibull": (
        "param k, l; data t, c; z = (t/l)^k; J = z - c*(log(k/l) + (k - 1)*log(t/l))",
        {"k": "log(t/l)·z − c·(1/k + log(t/l))", "l": "k·(c − z)/l"},
    ),
    "Arrhenius": (
        "param A, E, n; data T, y; const R; k = A*T^n*exp(-E/(R*T)); J = (k - y)^2",
        {"A": "δ·T^n·exp(−E/(RT))", "E": "−δk/(RT)", "n": "δk·log(T)"},
    ),
    "relativistic energy": (
        "param v; const m, c; g = 1/sqrt(1 - v^2/c^2); E = g*m*c^2; J = E",
        {"v": "mvg³"},
    ),
    "Gompertz": (
        "param a, b; data t, y; f = a*exp(-b*exp(-t)); J = (f - y)^2",
        {"a": "δ·exp(−b·exp(−t))", "b": "−δf·exp(−t)"},
    ),
    "constant elasticity of substitution": (
        "param s; data K, L, Y; const r; Q = (s*K^r + (1 - s)*L^r)^(1/r); J = (Q - Y)^2",
        {"s": "2(Q − Y)·(s·K^r + (1 − s)·L^r)^(1/r − 1)·(K^r − L^r)/r"},
    ),
    "van Genuchten": (
        "param n; data h, y; const lo, hi; m = 1 - 1/n; f = lo + (hi - lo)/(1 + h^n)^m; J = f - y",
        {
            "n": "−(hi − lo)·(log(1 + h^n)/n² + m·log(h)·h^n/(1 + h^n))/(1 + h^n)^m",
        },
    ),
}


@pytest.mark.parametrize("field", FIELDS)
def test_common_powers_are_in_front_and_the_value_has_its_name(field):
    """Powers with exponents of any kind are common factors, and A*K^α*L^(1 - α) is called Q."""
    text, wanted = FIELDS[field]
    graph = parse(text)
    found = formulas(derive(graph))
    assert {name: found[name] for name in wanted} == wanted


def test_no_new_division_where_the_value_is_named():
    """x^n = f at x = 0 too, where f/x has no value: n·x^(n − 1) stays; over x itself it is f/x."""
    assert formulas(derive(parse("param x; const n; f = x^n; J = f")))["x"] == "n·x^(n − 1)"
    named = derive(parse("param x; const n; f = x^n*exp(-1/x); J = f*f"))
    assert formulas(named) == {"x": "2f²·(n + 1/x)/x"}


@pytest.mark.parametrize("style", ["text", "latex", "markdown"])
@pytest.mark.parametrize("name", ["attention", "vae_kl", "lstm_cell", "hinge_svm"])
def test_no_side_differs_from_the_last_by_dots_only(name, style):
    """`δ_o·v₂ = δ_o v₂` is a step that says nothing."""
    text = methodcaller(style)(derive(load(f"example:{name}")))
    for line in text.splitlines():
        sides = re.sub(r"·|\\cdot|[{} ]|\\[|\\]", "", line).split("=")
        assert all(a != b for a, b in pairwise(sides)), line
