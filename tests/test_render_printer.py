"""Printed expressions: read back they are what they were, and they look as a person writes."""

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, assume, example, given, settings

from symgrad.derivation.derive import derive
from symgrad.errors import SourceError
from symgrad.expression.indicators import with_indicator
from symgrad.expression.print_ascii import AsciiPrinter
from symgrad.expression.print_letters import LetterPrinter
from symgrad.expression.printer import Printer, decimal_text
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Logic,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    number,
)
from symgrad.render.latex import LatexPrinter
from symgrad.render.sheet import all_names
from symgrad.sources import load
from symgrad.sources.problems import Fault
from tests.formulas import read_back, same_tree, value_of
from tests.random_graphs import NAMES, cases, trees

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
TOO_LARGE = ("division by zero", "exponent", "too large", "negative power", "nesting")
# `ab` beside `a` and `b` is refused by the reader of claims as ambiguous, whatever is printed.
CLEAR_NAMES = tuple(name for name in NAMES if name != "ab")
A, B, C, X = map(Var, "abcx")
TWO = number(2)


def where(yes, no):
    return Call("where", (Compare(">", A, B), yes, no))


def check(tree, printer, names):
    text = printer.expression(tree)
    try:
        back = read_back(text, names, printer)
    except (SourceError, Fault) as error:
        assume(not any(word in str(error) for word in TOO_LARGE))
        raise
    assert same_tree(back, tree), f"{text} is read as {back}"


@settings(max_examples=100, suppress_health_check=SLOW)
@given(trees())
def test_ascii_is_the_graph_language(tree):
    printer = AsciiPrinter(NAMES)
    assert printer.expression(tree).isascii()
    check(tree, printer, NAMES)


@settings(max_examples=100, suppress_health_check=SLOW)
@given(trees(CLEAR_NAMES))
def test_unicode_is_read_as_a_claim(tree):
    check(tree, Printer(CLEAR_NAMES), CLEAR_NAMES)


@settings(max_examples=100, suppress_health_check=SLOW)
@given(trees(CLEAR_NAMES))
def test_latex_is_read_as_a_claim(tree):
    check(tree, LatexPrinter(CLEAR_NAMES), CLEAR_NAMES)


# Names that look like functions, like each other, or like parts of commands.
HARD_NAMES = (
    "σ", "φ", "Φ", "ψ", "Γ", "sin1", "exp_1", "alpha_hat", "x_bar", "w_ij", "rate_limit", "W_1_2",
    "β1", "θ_old", "x", "xx", "e2", "pi2", "T", "ℓ", "h_t", "boltzmann_constant", "é",
    "y_hat", "x_tilde", "θ_bar_1", "ż", "rate_hat", "v_dot_out", "learning_rate_2", "q_vec",
    "h_tm1", "P_kp2", "Δt", "x_tilde_tm1",
)  # fmt: skip
ACCENTED = (*(name for name in HARD_NAMES if name not in ("σ", "φ", "Φ", "pi2", "e2")), "a", "b")


@settings(max_examples=60, suppress_health_check=SLOW)
@example(Pow(Var("ψ"), Var("h_tm1")))
@given(trees(ACCENTED))
def test_accents_and_letters_of_functions_are_read_back(tree):
    check(tree, LetterPrinter(ACCENTED), ACCENTED)


@pytest.mark.parametrize(
    ("name", "text", "typeset"),
    [
        ("y_hat", "ŷ", r"\hat{y}"),
        ("alpha_hat", "α̂", r"\hat{\alpha}"),
        ("theta_hat_1", "θ̂₁", r"\hat{\theta}_{1}"),
        ("x_1_bar", "x̄₁", r"\bar{x}_{1}"),
        ("x̃", "x̃", r"\tilde{x}"),
        ("q_dot_out", "q̇_out", r"\dot{q}_{\mathrm{out}}"),
        ("rate_hat", "rate_hat", r"\widehat{\mathrm{rate}}"),
        ("boltzmann_constant", "boltzmann_constant", r"\mathrm{boltzmann\_constant}"),
        ("learning_rate_1", "learning_rate_1", r"\mathrm{learning\_rate}_{1}"),
        ("w_ij", "w_ij", r"w_{\mathrm{ij}}"),
        ("h_tm1", "h_{t-1}", "h_{t-1}"),
        ("x_hat_kp1", "x̂_{k+1}", r"\hat{x}_{k+1}"),
        ("W_1_tm1", "W_1_tm1", "W_{1,t-1}"),
        ("Δt", "Δt", r"\Delta t"),
        ("Δt_max", "Δt_max", r"\Delta t_{\mathrm{max}}"),
        ("Δαβ", "Δαβ", r"\Delta\alpha\beta"),
    ],
)
def test_names_are_printed_as_one_writes_them(name, text, typeset):
    assert LetterPrinter([name]).name(name) == text
    assert LatexPrinter([name]).name(name) == typeset
    assert AsciiPrinter([name]).name(name).isascii()


@pytest.mark.parametrize("names", [("σ",), ("σ_x",), ("sigma1",), ("σ̂",)])
def test_a_function_has_its_letter_where_no_name_begins_with_it(names):
    sigmoid = Call("sigmoid", (X,))
    for printer, letter, word in (
        (LetterPrinter, "σ(x)", "sigmoid(x)"),
        (LatexPrinter, r"\sigma(x)", r"\mathrm{sigmoid}(x)"),
    ):
        assert printer(["x", "s"]).expression(sigmoid) == letter
        assert printer(["x", *names]).expression(sigmoid) == word


@settings(max_examples=60, suppress_health_check=SLOW)
@given(trees(HARD_NAMES))
def test_names_of_every_kind_are_read_back(tree):
    for printer in (AsciiPrinter(HARD_NAMES), Printer(HARD_NAMES), LatexPrinter(HARD_NAMES)):
        check(tree, printer, HARD_NAMES)


@settings(max_examples=25, suppress_health_check=SLOW)
@given(cases())
def test_formulas_of_a_derivation_are_read_back(case):
    d = derive(case.graph)
    names = all_names(d)
    formulas = [item.form.expression for item in d.sensitivity_list]
    formulas += [form.expression for _, form in d.gradient_forms]
    for printer in (AsciiPrinter(names), Printer(names), LatexPrinter(names)):
        for formula in formulas:
            check(formula, printer, names)


@pytest.mark.parametrize("name", ["branch_and_merge", "tanh_mlp", "black_scholes", "lstm_cell"])
def test_formulas_of_an_example_are_read_back(name):
    d = derive(load(f"example:{name}"))
    names = all_names(d)
    formulas = [node.formula.expression for node in d.graph.ordered]
    formulas += [item.form.expression for item in d.sensitivity_list]
    formulas += [form.expression for _, form in d.gradient_forms]
    for printer in (AsciiPrinter(names), Printer(names), LatexPrinter(names)):
        for formula in formulas:
            check(formula, printer, names)


TWICE = [
    (Add((A, Neg(Neg(B)))), "a − (−b)", "a-(-b)"),
    (Mul((A, Neg(Neg(B)))), "a·(−(−b))", r"a \cdot (-(-b))"),
    (Pow(Neg(Neg(A)), TWO), "(−(−a))²", "(-(-a))^{2}"),
    (Neg(Mul((Neg(A), B))), "−(−a·b)", r"-(-a \cdot b)"),
    (Neg(number(-3)), "−(−3)", "-(-3)"),
    (Mul((X, X, X)), "x·x·x", r"x \cdot x \cdot x"),
    (Mul((X, Pow(X, TWO))), "x·x²", r"x \cdot x^{2}"),
    (Mul((Pow(X, TWO), X)), "x²x", r"x^{2}x"),
]


@pytest.mark.parametrize(("tree", "shown", "typeset"), TWICE)
def test_no_two_signs_and_no_letter_twice_side_by_side(tree, shown, typeset):
    assert Printer("abx").expression(tree) == shown
    assert LatexPrinter("abx").expression(tree).replace(" - ", "-") == typeset


@pytest.mark.parametrize(
    ("function", "letter", "free", "taken"),
    [
        ("sigmoid", "σ", r"\sigma(x)", r"\mathrm{sigmoid}(x)"),
        ("normal_cdf", "Φ", r"\Phi(x)", r"\mathrm{normal\_cdf}(x)"),
        ("normal_pdf", "φ", r"\varphi(x)", r"\mathrm{normal\_pdf}(x)"),
        ("digamma", "ψ", r"\psi(x)", r"\mathrm{digamma}(x)"),
        ("lgamma", "Γ", r"\ln\Gamma(x)", r"\mathrm{lgamma}(x)"),
    ],
)
def test_a_letter_means_one_thing(function, letter, free, taken):
    tree = Call(function, (X,))
    assert LatexPrinter(("x", "y")).expression(tree) == free
    assert LatexPrinter(("x", letter)).expression(tree) == taken


LOOKS = [
    (Mul((TWO, C, Var("u"))), "2cu", "2*c*u"),
    (Mul((Var("λ"), A)), "λa", "lambda*a"),
    (Mul((Var("w1"), Var("x1"))), "w₁x₁", "w1*x1"),
    (Mul((Var("δ"), Add((A, number(1))), X)), "δ·(a + 1)·x", "delta*(a + 1)*x"),
    (Mul((TWO, Add((A, Neg(B))))), "2(a − b)", "2*(a - b)"),
    (Neg(Pow(A, TWO)), "−a²", "-a^2"),
    (Pow(Neg(A), TWO), "(−a)²", "(-a)^2"),
    (Pow(Pow(A, TWO), number(3)), "(a²)³", "(a^2)^3"),
    (Pow(A, number(-1)), "a⁻¹", "a^(-1)"),
    (Pow(A, Number(Fraction(3, 2))), "a^(3/2)", "a^(3/2)"),
    (Pow(Number(Fraction(1, 2)), A), "(1/2)^a", "(1/2)^a"),
    (Div(A, Mul((B, C))), "a/(bc)", "a/(b*c)"),
    (Div(Div(A, B), C), "a/b/c", "a/b/c"),
    (Div(A, Div(B, C)), "a/(b/c)", "a/(b/c)"),
    (Mul((A, Div(B, C))), "a·(b/c)", "a*(b/c)"),
    (Div(Add((A, B)), TWO), "(a + b)/2", "(a + b)/2"),
    (Add((A, Neg(Add((B, C))))), "a − (b + c)", "a - (b + c)"),
    (Add((A, number(-3))), "a − 3", "a - 3"),
    (Mul((A, Neg(B))), "a·(−b)", "a*(-b)"),
    (Mul((A, number(-3))), "a·(−3)", "a*(-3)"),
    (Number(Fraction(1, 3)), "1/3", "1/3"),
    (Number(Fraction(1, 10000)), "0.0001", "0.0001"),
    (Call("sqrt", (A,)), "√a", "sqrt(a)"),
    (Call("sqrt", (Add((A, B)),)), "√(a + b)", "sqrt(a + b)"),
    (Call("abs", (A,)), "|a|", "abs(a)"),
    (Call("abs", (Call("abs", (A,)),)), "abs(|a|)", "abs(abs(a))"),
    (Mul((TWO, Constant("pi"))), "2π", "2*pi"),
    (Pow(Constant("e"), Neg(A)), "e^(−a)", "e^(-a)"),
    (
        Call("where", (Compare("<=", A, B), A, number(0))),
        "where(a ≤ b, a, 0)",
        "where(a <= b, a, 0)",
    ),
    (
        Call("where", (Logic("not", (Compare("==", A, B),)), A, B)),
        "where(not (a == b), a, b)",
        "where(not (a == b), a, b)",
    ),
    (Mul((Var("w_i"), X)), "w_i·x", "w_i*x"),
    (Mul((A, Call("exp", (X,)))), "a·exp(x)", "a*exp(x)"),
]


@pytest.mark.parametrize(("tree", "shown", "plain"), LOOKS)
def test_expression_looks_as_a_person_writes_it(tree, shown, plain):
    names = ("a", "b", "c", "u", "x", "λ", "δ", "w1", "x1", "w_i")
    assert Printer(names).expression(tree) == shown
    assert AsciiPrinter(names).expression(tree) == plain


@pytest.mark.parametrize(
    ("names", "factors", "shown"),
    [
        (("a", "b", "ab"), ("a", "b"), "a·b"),
        (("a", "b", "c", "abc"), ("a", "b"), "a·b"),
        (("a", "b", "c", "abd"), ("a", "b"), "ab"),
        (("p", "i"), ("p", "i"), "p·i"),
        (("m", "u", "μ"), ("m", "u"), "m·u"),
        (("m", "u"), ("m", "u"), "mu"),
        (("l", "n"), ("l", "n"), "l·n"),
        (("d", "x"), ("d", "x"), "d·x"),
        (("x", "d"), ("x", "d"), "xd"),
        (("a", "b"), ("a", "a", "b"), "a·ab"),
        (("a", "x1", "ax1"), ("a", "x1"), "a·x₁"),
    ],
)
def test_product_never_looks_like_another_word(names, factors, shown):
    assert Printer(names).expression(Mul(tuple(map(Var, factors)))) == shown


def test_names_that_would_look_alike_are_printed_in_full():
    printer = Printer(("w1", "w_1", "x"))
    assert [printer.name(name) for name in ("w1", "w_1")] == ["w1", "w_1"]


def test_greek_names_in_any_spelling_look_alike_only_once():
    assert Printer(("lambda",)).name("lambda") == "λ"
    assert AsciiPrinter(("λ",)).name("λ") == "lambda"


def test_partials():
    assert Printer().partial("J", "w1") == "∂J/∂w₁"
    assert AsciiPrinter().partial("J", "w1") == "dJ/dw1"
    assert Printer().second_partial("J", "a", "a") == "∂²J/∂a²"
    assert Printer().second_partial("J", "a", "b") == "∂²J/∂a∂b"
    assert AsciiPrinter().second_partial("J", "a", "a") == "d2J/da^2"


@pytest.mark.parametrize(
    ("value", "text"),
    [("1/8", "0.125"), ("1/3", None), ("-3/2", "-1.5"), ("7", "7"), ("1/1048576", None)],
)
def test_decimals_are_exact_or_none(value, text):
    found = decimal_text(Fraction(value))
    if value == "1/1048576":
        assert Fraction(found) == Fraction(value)
    else:
        assert found == text


CHOICES = [
    # as written, in text, in LaTeX
    (where(ONE, ZERO), "[a > b]", r"\mathbf{1}_{\{a > b\}}"),
    (where(ZERO, ONE), "[a ≤ b]", r"\mathbf{1}_{\{a \le b\}}"),
    (where(Neg(ONE), ZERO), "−[a > b]", r"-\mathbf{1}_{\{a > b\}}"),
    (where(ZERO, number(-3)), "−3·[a ≤ b]", r"-3\,\mathbf{1}_{\{a \le b\}}"),
    (Mul((where(ZERO, Neg(ONE)), X)), "−[a ≤ b]·x", r"-\mathbf{1}_{\{a \le b\}}\,x"),
    (Neg(Mul((where(ZERO, Neg(ONE)), X))), "[a ≤ b]·x", r"\mathbf{1}_{\{a \le b\}}\,x"),
    (Add((A, Mul((TWO, where(Neg(TWO), ZERO))))), "a − 4·[a > b]",
     r"a - 4\,\mathbf{1}_{\{a > b\}}"),
    (Mul((where(Mul((TWO, C)), ZERO), X)), "2c·[a > b]·x", r"2c\,\mathbf{1}_{\{a > b\}}\,x"),
    (where(C, ZERO), "where(a > b, c, 0)", None),  # what is chosen is seen at once
    (Mul((where(Div(ONE, C), ZERO), X)), "where(a > b, 1/c, 0)·x", None),  # 1/0 is no number
    (where(ONE, Neg(ONE)), "where(a > b, 1, −1)", None),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "text", "typeset"), CHOICES)
def test_choices_against_zero_are_indicators(tree, text, typeset):
    assert LetterPrinter(NAMES).expression(tree) == text
    assert r"\mathbf" not in LatexPrinter(NAMES).expression(tree) or typeset
    if typeset is not None:
        assert LatexPrinter(NAMES).expression(tree) == typeset
    shown = with_indicator(tree)
    for a in (0, 1, 2):
        point = {"a": a, "b": 1, "c": 3, "x": 5}
        assert value_of(shown, **point) == value_of(tree, **point)
