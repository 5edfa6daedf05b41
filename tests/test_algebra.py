"""Constructors that tidy: never another value, and the author's order."""

import math
import operator
from fractions import Fraction

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from symgrad.expression import algebra, factored
from symgrad.expression.algebra import (
    Product,
    add,
    div,
    is_negative,
    mul,
    neg,
    power,
    split_coefficient,
)
from symgrad.expression.cost import cost
from symgrad.expression.evaluate import OutsideDomain
from symgrad.expression.factored import factored_sum
from symgrad.expression.rebuilding import compared, filled, tidy
from symgrad.expression.recognize import recognized
from symgrad.expression.simplify import multiplied_out, simplified
from symgrad.expression.tree import (
    ONE,
    ZERO,
    Add,
    Call,
    Compare,
    Constant,
    Div,
    Mul,
    Neg,
    Number,
    Pow,
    Var,
    number,
    variables,
    walk,
)
from tests.formulas import EVALUATOR, close, real
from tests.random_graphs import trees

A, B, C, X, Y = map(Var, "abcxy")
TWO, HALF = number(2), number(Fraction(1, 2))
NAMES = ("a", "b", "c", "x1", "λ")
POINTS = [
    {name: real(Fraction(3 * i + 2, 11 - i)) for i, name in enumerate(NAMES)},
    {name: real(Fraction((-1) ** i * (i + 1), 4)) for i, name in enumerate(NAMES)},
]


def value_or_none(expression, point):
    try:
        value = EVALUATOR.value(expression, point)
    except (OutsideDomain, OverflowError, ValueError, ZeroDivisionError):
        return None
    return value if abs(value) < 10**12 else None


def raises_nothing(expression, point):
    """Tell whether 0 is raised to a formula: 0^(-b) is written 1/0^b, without a value for b < 0."""
    powers = (e for e in walk(expression) if isinstance(e, Pow) and variables(e.exponent))
    return any(value_or_none(e.base, point) == 0 for e in powers)


def assert_same_value(first, second):
    """Check every point at which the first form is defined."""
    found = 0
    for point in POINTS:
        wanted = value_or_none(first, point)
        if wanted is not None and not raises_nothing(first, point):
            found += 1
            value = EVALUATOR.value(second, point)
            assert close(value, wanted, Fraction(1, 10**25)), f"{value} is not {wanted}"
    assume(found)


@settings(max_examples=120)
@given(trees(NAMES))
def test_tidy_keeps_the_value(tree):
    assert_same_value(tree, tidy(tree))


@settings(max_examples=80)
@given(trees(NAMES))
def test_tidy_twice_is_tidy_once_or_shorter(tree):
    once = tidy(tree)
    assert cost(tidy(once)) <= cost(once)


@settings(max_examples=80)
@given(trees(NAMES))
def test_simplified_keeps_the_value_and_is_never_longer(tree):
    tree = tidy(tree)
    short = simplified(tree)
    assert cost(short) <= cost(tree)
    assert_same_value(tree, short)


@settings(max_examples=80)
@given(trees(NAMES))
def test_recognised_functions_keep_the_value(tree):
    assert_same_value(tree, recognized(tree))


@settings(max_examples=60)
@given(st.lists(trees(NAMES), min_size=1, max_size=4))
@example([Pow(Neg(Call("where", (Compare("<", A, A), A, ZERO))), Neg(Div(A, B)))])
def test_factored_sum_keeps_the_value(terms):
    whole = terms[0] if len(terms) == 1 else Add(tuple(terms))
    assert_same_value(whole, factored_sum(terms))


FACTORS = (
    *map(Var, "aabbc"),
    TWO,
    Constant("pi"),
    Call("exp", (A,)),
    Call("sqrt", (B,)),
    Pow(A, C),
)
FACTORS += (Add((A, Neg(B))), Add((B, Neg(A))), Call("sqrt", (Mul((TWO, A)),)), Pow(A, TWO))


@st.composite
def products(draw):
    """Return a product over others, with a sign; some of its factors occur twice."""
    factors = draw(st.lists(st.sampled_from(FACTORS), min_size=1, max_size=4))
    cut = draw(st.integers(1, len(factors)))
    term = Mul(tuple(factors[:cut])) if cut > 1 else factors[0]
    for factor in factors[cut:]:
        term = Div(term, factor)
    return Neg(term) if draw(st.booleans()) else term


@settings(max_examples=150)
@given(st.lists(products() | trees(NAMES), min_size=2, max_size=4), st.booleans())
def test_what_needs_no_reading_is_built_as_if_it_were_read(terms, behind):
    quick = add(*terms), mul(*terms), factored_sum(terms, behind=behind)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factored, "_is_read_back", lambda product: not isinstance(product, Product))
        patch.setattr(algebra, "_is_of_names", lambda e: not e)
        algebra._term_parts.cache_clear()
        plain = add(*terms), Product(*terms).build(), factored_sum(terms, behind=behind)
    algebra._term_parts.cache_clear()
    assert quick == plain


@settings(max_examples=60)
@given(trees(NAMES))
def test_negative_is_the_negative(tree):
    assert_same_value(Neg(tree), neg(tree))


@settings(max_examples=50)
@given(trees(NAMES))
def test_coefficient_times_rest_is_the_term(tree):
    coefficient, rest = split_coefficient(tree)
    assert_same_value(tree, Mul((number(coefficient), rest)))


@settings(max_examples=50)
@given(trees(NAMES))
def test_tidy_invents_no_name(tree):
    assert set(variables(tidy(tree))) <= set(variables(tree))


ORDER = [
    (mul(Div(Var("λ"), TWO), TWO, A), Mul((Var("λ"), A))),
    (mul(B, A, C), Mul((B, A, C))),
    (mul(B, A, B), Mul((Pow(B, TWO), A))),
    (add(B, A, B), Add((Mul((TWO, B)), A))),
    (add(X, neg(X)), ZERO),
    (add(A, neg(B)), Add((A, Neg(B)))),
    (div(A, A), ONE),
    (div(mul(A, B), mul(B, C)), Div(A, C)),
    (mul(TWO, HALF), ONE),
    (mul(ZERO, A), ZERO),
    (neg(neg(A)), A),
    (neg(Add((X, Neg(Y)))), Add((Y, Neg(X)))),
    (neg(Add((X, Y))), Neg(Add((X, Y)))),
    (power(A, ZERO), ONE),
    (power(A, ONE), A),
    (power(A, HALF), Call("sqrt", (A,))),
    (power(Pow(A, TWO), number(3)), Pow(A, number(6))),
    (power(A, number(-2)), Div(ONE, Pow(A, TWO))),
    (mul(Call("sqrt", (A,)), Call("sqrt", (A,))), A),
    (div(ONE, Div(A, B)), Div(B, A)),
    (mul(Pow(A, B), Pow(A, C)), Pow(A, Add((B, C)))),
    (mul(number(-1), A, number(-1), B), Mul((A, B))),
    (add(mul(A, B), mul(B, A)), Mul((TWO, A, B))),
    (filled(Add((A, B)), {"a": number(0)}), B),
    (
        mul(Call("sqrt", (TWO,)), Call("sqrt", (Constant("pi"),))),
        Call("sqrt", (Mul((TWO, Constant("pi"))),)),
    ),
]


@pytest.mark.parametrize(("found", "wanted"), ORDER)
def test_constructors_keep_the_order(found, wanted):
    assert found == wanted


def test_nothing_is_distributed():
    assert mul(TWO, Add((X, Neg(Y)))) == Mul((TWO, Add((X, Neg(Y)))))


def test_zero_below_a_fraction_line_stays_there():
    assert div(A, ZERO) == Div(A, ZERO)
    assert power(ZERO, number(-1)) == Div(ONE, ZERO)


def test_roots_of_numbers_and_a_number_fold():
    root = Call("sqrt", (Add((number(4), ONE)),))
    assert mul(Call("sqrt", (number(5),)), root) is not None
    assert mul(Call("sqrt", (number(5),)), Call("sqrt", (number(5),))) == number(5)


def test_huge_powers_are_left_alone():
    tower = Pow(number(9), number(10**6))
    assert tidy(tower) == tower


def test_common_factors_go_in_front():
    assert factored_sum([mul(A, X), mul(A, Y)]) == Mul((A, Add((X, Y))))
    assert factored_sum([div(X, C), div(Y, C)]) == Div(Add((X, Y)), C)


def test_whole_numbers_stay_inside_a_sum():
    assert factored_sum([mul(TWO, X), mul(TWO, Y)]) == Add((Mul((TWO, X)), Mul((TWO, Y))))


def test_multiplying_out_collects():
    square = Mul((Add((A, B)), Add((A, Neg(B)))))
    assert multiplied_out(square) == Add((Pow(A, TWO), Neg(Pow(B, TWO))))


@pytest.mark.parametrize(
    ("tree", "negative"),
    [
        (Neg(A), True),
        (number(-2), True),
        (Div(Neg(A), B), True),
        (Mul((Neg(A), B)), True),
        (Add((Neg(A), B)), False),
        (Number(Fraction(1, 2)), False),
    ],
)
def test_a_leading_minus_is_seen(tree, negative):
    assert is_negative(tree) is negative


@pytest.mark.parametrize("relation", ["<", "<=", ">", ">=", "==", "!="])
@pytest.mark.parametrize(
    ("left", "right"),
    [
        (ZERO, Add((number(1), Neg(A)))), (Add((A, Neg(B))), ZERO), (Add((A, number(-3))), ZERO),
        (ZERO, Add((Neg(A), Neg(B)))), (number(2), A), (A, number(2)), (A, Add((B, Neg(A)))),
    ],
)  # fmt: skip
def test_a_comparison_in_another_form_holds_at_the_same_doubles(relation, left, right):
    shorter = compared(relation, left, right)
    for a in (-3.0, 1.0, 3.0, 2.0, 5e-324, math.inf, -math.inf):
        for b in (1.0, 2.0, -5e-324, 3.0):
            at = {"a": a, "b": b}
            assert holds(shorter, at) == holds(Compare(relation, left, right), at)


RELATIONS = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq,
    "!=": operator.ne,
}  # fmt: skip


def holds(comparison, at):
    return RELATIONS[comparison.relation](double(comparison.left, at), double(comparison.right, at))


def double(e, at):
    match e:
        case Var(key):
            return at[key]
        case Number(value):
            return float(value)
        case Neg(operand):
            return -double(operand, at)
        case Add(terms):
            return sum(double(term, at) for term in terms)
