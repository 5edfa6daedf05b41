"""Printed numbers, digit by digit."""

from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

import symgrad as sg
from symgrad.expression.tree import Mul, Number
from symgrad.verify.numbers.decimals import (
    decimal_literals,
    judge_number,
    rounded_range,
    significant,
    written,
)
from symgrad.verify.reading.text import decimals_of

SEED = sg.load("example:branch_and_merge")


def judged(text, value, **options):
    return judge_number(Fraction(text), decimals_of(text), value, **options).kind


def verdicts(text):
    return sg.verify(SEED, text).verdicts


def only(text):
    (verdict,) = verdicts(text)
    return verdict


J = fmpq(409, 490)  # 0.834693877551…


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0.834694", "rounded"),
        ("0.8347", "rounded"),
        ("0.83", "rounded"),
        ("1", "rounded"),
        ("0.8346", "truncated"),
        ("0.834693", "truncated"),
        ("0.8348", "near"),
        ("0.834695", "near"),
        ("0.9", "misrounded"),
        ("0.8249", "wrong"),
        ("-0.8347", "wrong"),
    ],
)
def test_a_number_is_judged_by_its_last_digit(text, kind):
    assert judged(text, J) == kind


def test_exact_values_are_exact():
    assert judged("0.5", fmpq(1, 2)) == "exact"
    assert judged("0.50", fmpq(1, 2)) == "exact"
    assert judged("0", fmpq(0)) == "exact"


def test_a_tie_may_be_rounded_either_way():
    assert judged("0.12", fmpq(1, 8)) == "rounded"
    assert judged("0.13", fmpq(1, 8)) == "rounded"


def test_negative_numbers_are_truncated_towards_zero():
    assert judged("-0.8346", -J) == "truncated"
    assert judged("-0.8347", -J) == "rounded"


def test_an_ellipsis_allows_digits_to_be_cut_off():
    assert judged("0.8346", J, cut=True) == "rounded"
    assert judged("0.8345", J, cut=True) == "near"


def test_a_ball_is_judged_like_a_number():
    with ctx.workprec(200):
        pi = arb.pi()
    assert judged("3.1416", pi) == "rounded"
    assert judged("3.1415", pi) == "truncated"


@given(
    value=st.fractions(min_value=-1000, max_value=1000, max_denominator=10**6),
    decimals=st.integers(0, 9),
)
def test_what_is_written_is_correctly_rounded(value, decimals):
    text = written(value, decimals)
    exact = fmpq(value.numerator, value.denominator)
    assert judge_number(Fraction(text), decimals, exact).ok
    assert abs(Fraction(text) - value) * 10**decimals <= Fraction(1, 2)


@given(value=st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**9))
def test_significant_digits_are_close(value):
    shown = Fraction(significant(value))
    assert abs(shown - value) <= abs(value) / 10**11


@pytest.mark.parametrize(
    ("text", "decimals"),
    [("5", 0), ("0.10", 2), ("1.3e3", -2), ("3.2·10^-4", 5), ("−2.5", 1), (".5", 1), ("a", None),
     ("1/2", None), ("2*3", None), ("", None), ("-", None)],
)  # fmt: skip
def test_digits_behind_the_point_are_counted(text, decimals):
    assert decimals_of(text) == decimals


def test_rounded_operands_stand_for_all_that_round_to_them():
    product = Mul((Number(Fraction("0.034985")), Number(Fraction(10))))
    wide = rounded_range(product, "0.034985*10")
    assert wide.contains(arb(fmpq(12, 343)) * 10)
    assert not wide.contains(arb("0.35"))


def test_decimal_literals_carry_their_last_place():
    assert decimal_literals("2*0.10 + 3") == {Fraction(1, 10): Fraction(1, 200)}


# -- verdicts --------------------------------------------------------------------------------------


def test_a_fraction_is_an_exact_claim():
    assert only("J = 409/490").status == "proved"
    assert only("J = 408/490").status == "refuted"


def test_an_equals_sign_before_a_rounded_number_is_remarked():
    verdict = only("J = 0.8347")
    assert verdict.status == "agrees"
    assert verdict.message.startswith("agrees to 4 digits")
    assert only("J ≈ 0.8347").status == "proved"
    assert verdict.remarks == ("a rounded value: `≈` says so (0.834693877551…)",)


def test_an_exact_decimal_is_not_remarked():
    assert only("R = 0.1").remarks == ()


def test_a_chain_may_hold_a_formula_a_fraction_and_a_number():
    assert only("p = 1/(1+v) = 1/7 ≈ 0.142857").status == "proved"
    assert only("p = 1/(1+v) = 1/7 ≈ 0.142858").diagnosis.kind == "misrounded"


def test_numbers_put_in_are_right_within_their_rounding():
    assert only("dJ/da = δ(2cu+1)x + λa = 0.034985*5*2 + 0.1*1 = 0.449854").status == "agrees"
    assert only("dJ/da ≈ 0.034985*5*2 + 0.1*1").status == "proved"
    assert only("dJ/da = 0.034985*4*2 + 0.1*1").status == "refuted"


def test_a_carried_operand_is_named():
    text = "δ ≈ 0.034985\ndJ/da = δ(2cu+1)x + λa ≈ 0.449850"
    diagnosis = verdicts(text)[1].diagnosis
    assert diagnosis.kind == "misrounded"
    assert "with δ ≈ 0.034985 put in" in diagnosis.text
    assert diagnosis.correction == "dJ/da ≈ 0.449854"


def test_the_rounded_numbers_of_the_same_chain_are_named():
    diagnosis = only("dJ/da = 0.034985*5*2 + 0.1 = 0.449850").diagnosis
    assert "0.034985" in diagnosis.text


def test_a_rounded_parameter_that_was_carried_is_named():
    text = "at step 1\nc ← 0.98\nat step 2\ndR/dc ≈ 0.098"
    assert [v.status for v in verdicts(text)] == ["agrees", "proved"]
    text = "at step 1\nc ← 0.98\nat step 2\ndR/dc ≈ 0.0980"
    assert "with c ≈ 0.98 put in" in verdicts(text)[1].diagnosis.text


@pytest.mark.parametrize(
    ("claim", "kind"),
    [
        ("dJ/dd ≈ -0.034985", "sign"),
        ("dJ/da ≈ 0.349854", "missing_regularization"),
        ("dJ/db ≈ 0.139942", "missing_branch"),
        ("dL/dd ≈ 0.069971", "factor"),
        ("J ≈ 0.5", "other"),
    ],
)
def test_a_wrong_number_is_explained(claim, kind):
    assert only(f"{claim}").diagnosis.kind == kind


def test_an_update_is_judged_with_the_rate():
    text = "a ← a − η·dJ/da = 1 − 0.1·0.449854 = 0.955015"
    assert only(text).status == "agrees"
    assert only("a ← 1 + 0.1·0.449854 = 1.044985").status == "refuted"


def test_a_value_that_is_the_same_everywhere_needs_no_point():
    model = sg.parse("param x, y\nJ = x*4*sqrt(2) + y^2")
    text = "dJ/dx = 5.6569\ndJ/dx ≈ 5.657\ndJ/dx = 5.67\nJ ≈ 3\ndJ/dy ≈ 1"
    found = [verdict.status for verdict in sg.verify(model, text).verdicts]
    assert found == ["agrees", "proved", "refuted", "unreadable", "unreadable"]


def test_an_updated_value_may_be_called_new():
    assert only("a_new = a - η dJ/da ≈ 0.955015").status == "proved"


def test_ascent_moves_the_other_way():
    model = sg.parse("param a = 1; data x\nJ = a^2*x\nmaximize J\nrate r = 0.1\nstep x = 2")
    assert sg.verify(model, "a ← a + r*dJ/da = 1.4").ok
    assert not sg.verify(model, "a ← 0.6").ok


def test_values_with_no_real_number_are_not_judged():
    model = sg.parse("param a = -1; data x\nJ = log(a) + x\nstep x = 1")
    assert sg.verify(model, "J ≈ 1.00").verdicts[0].status in ("undecided", "unreadable")


PARTLY = """param w = 0.4, b = 0.6, k = 0.4
data x, y
z = w*x + b
p = sigmoid(z)
J = (z - y)^2/2 + k*p
minimize J
rate eta = 0.5
step x = 2, y = 1
"""


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("∂J/∂z = (1.4 - 1) + k p (1 - p) = 0.463474", "agrees"),
        ("∂J/∂z = (z - 1) + 0.4*p*(1 - p) = 0.463474", "agrees"),
        ("∂J/∂k = 0.802184", "agrees"),
        ("k⁺ = k - η·0.802184 = -0.001092", "agrees"),
        ("w⁺ = w - 0.5·0.926948 ≈ -0.063474", "agrees"),
        # 2 is put in for x in one place only: right at the point, and no formula of anything
        ("∂J/∂w = (1.4 - y)*2 + k*0.802184*(1 - 0.802184)*x = 0.926948", "undecided"),
        # k and w have one value: the swap is hidden at the point
        ("∂J/∂z = (z - y) + w p (1 - p) = 0.463474", "refuted"),
        ("∂J/∂w = (1.4 - 1) + k p (1 - p) = 0.926948", "refuted"),
        # y = 1 hides what it is put in for, and nobody has said that it is 1
        ("∂J/∂z = (z - y)y + k p (1 - p) = 0.463474", "refuted"),
    ],
)
def test_formulas_into_which_some_numbers_are_put(claim, status):
    (verdict,) = sg.verify(sg.parse(PARTLY), claim).verdicts
    assert verdict.status == status
