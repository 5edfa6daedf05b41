"""One evaluator: its types of numbers agree wherever they have a value."""

from contextlib import suppress
from fractions import Fraction

import flint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.expression.certified_values import Unclear, Undefined, certified, exact, fraction
from symgrad.expression.evaluate import Decimals, NumberType, OutsideDomain
from symgrad.expression.identity import ByIdentity, each_part
from symgrad.expression.rationals import Fractions, NotRational
from symgrad.expression.tree import (
    ONE,
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Logic,
    Mul,
    Var,
    children,
    number,
)
from symgrad.verify.explaining.floats import Floats
from tests.random_graphs import NAMES, trees

DECIMALS = Decimals(60)
POINTS = st.lists(st.fractions(-3, 3, max_denominator=16), min_size=len(NAMES), max_size=len(NAMES))


def decimal(e: Expression, point: dict[str, Fraction]):
    try:
        return DECIMALS.value(e, {name: DECIMALS.number(x) for name, x in point.items()})
    except (OutsideDomain, OverflowError, ValueError):
        return None


@given(trees(), POINTS)
def test_certified_exact_and_fast_values_agree_with_decimals(e, numbers):
    point = dict(zip(NAMES, numbers, strict=True))
    true = decimal(e, point)
    if true is None or not 1e-9 < abs(true) < 1e9:
        return
    with suppress(Unclear, Undefined):
        with flint.ctx.workprec(300):
            ball = fraction(certified({name: exact(x) for name, x in point.items()}).value(e))
        assert abs(DECIMALS.number(ball) - true) < abs(true) * 10**-30
    with suppress(NotRational, OutsideDomain):
        rational = DECIMALS.number(Fractions(10_000).value(e, point))
        assert abs(rational - true) < abs(true) * 10**-40


def test_of_a_choice_only_the_branch_that_counts_is_evaluated():
    safe = Call("where", (Compare("==", Var("x"), number(0)), ONE, Div(ONE, Var("x"))))
    assert Fractions(100).value(safe, {"x": Fraction(0)}) == 1
    assert DECIMALS.value(safe, {"x": DECIMALS.number(0)}) == 1
    assert certified({"x": exact(Fraction(0))}).value(safe) == 1


def test_columns_choose_at_every_point_for_itself():
    inside = Logic("and", (Compare(">", Var("x"), number(0)), Compare("<", Var("x"), number(2))))
    floats = Floats({"x": (-1.0, 1.0, 3.0)})
    assert floats.value(Call("where", (inside, Var("x"), number(7)))) == (7.0, 1.0, 7.0)
    assert floats.holds(Logic("not", (inside,))) == (True, False, True)


@pytest.mark.parametrize("numbers", [DECIMALS, Fractions(100)])
def test_a_condition_is_no_number(numbers: NumberType):
    with pytest.raises(TypeError):
        numbers.value(Compare("<", ONE, number(2)), {})


def test_every_part_is_asked_for_once():
    part: Expression = Var("x")
    for _ in range(60):  # 2^60 written terms
        part = Add((part, part))
    assert sum(1 for _ in each_part(part, children)) == 61
    assert Fractions(1000).value(part, {"x": Fraction(1)}) == 2**60


def test_what_is_known_of_an_object_is_not_known_of_its_equal():
    first, second = Mul((Var("x"), ONE)), Mul((Var("x"), ONE))
    known: ByIdentity[Expression, str] = ByIdentity()
    known[first] = "first"
    assert known.get(second) is None
    assert known[first] == "first"
