"""Intervals in place of python-flint's balls: they contain the same values, about as tightly."""

import operator
import random
from fractions import Fraction

import flint
import pytest

from symgrad.expression import enclosures

BITS = 100
FUNCTIONS = (
    "exp log sqrt log1p expm1 sin cos tan atan asin acos sinh cosh tanh asinh acosh atanh erf erfc "
    "gamma lgamma digamma"
).split()
OPERATIONS = ("__add__", "__sub__", "__mul__", "__truediv__", "max", "min", "union")


def drawn(source, exact):
    value = Fraction(source.randint(-4000, 4000), source.choice([1, 7, 64, 1000, 5000]))
    radius = Fraction(0) if exact else Fraction(1, 10 ** source.randint(1, 20))
    return value, radius


def both(value, radius):
    ours = enclosures.arb(enclosures.fmpq(value), enclosures.fmpq(radius))
    middle = flint.arb(flint.fmpq(value.numerator, value.denominator))
    return ours, flint.arb(middle, flint.arb(flint.fmpq(radius.numerator, radius.denominator)))


def as_ball(ours):
    mantissa, exponent = ours.mid().man_exp()
    radius, scale = ours.rad().man_exp()
    two = flint.arb(2)
    return flint.arb(flint.arb(mantissa) * two**exponent, flint.arb(radius) * two**scale)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("exact", [True, False])
def test_a_function_encloses_its_values_about_as_tightly_as_flint(name, exact):
    source = random.Random(name)  # noqa: S311  (repeatable draws)
    compared = 0
    for _ in range(60):
        with enclosures.ctx.workprec(BITS), flint.ctx.workprec(BITS):
            ours, theirs = both(*drawn(source, exact))
            found, right = getattr(ours, name)(), getattr(theirs, name)()
        if not right.is_finite() or not found.is_finite():
            assert not exact or right.is_finite() == found.is_finite() or abs(right) > 1e300
            continue
        compared += 1
        with flint.ctx.workprec(4 * BITS):
            assert as_ball(found).overlaps(right)
            if exact:
                assert as_ball(found).rel_accuracy_bits() > BITS - 20 or right.contains(0)
    assert compared > 5 or (name in {"asin", "acos"} and not exact)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_encloses_every_value(name):
    source = random.Random(name)  # noqa: S311  (repeatable draws)
    for _ in range(60):
        with enclosures.ctx.workprec(BITS), flint.ctx.workprec(BITS):
            pairs = [both(*drawn(source, exact=source.random() < 0.5)) for _ in range(2)]
            found = getattr(pairs[0][0], name)(pairs[1][0])
            right = getattr(pairs[0][1], name)(pairs[1][1])
        if found.is_finite():
            with flint.ctx.workprec(4 * BITS):
                assert as_ball(found).overlaps(right)


@pytest.mark.parametrize(
    ("relation", "bound", "certain"),
    [
        ("gt", 0, True),
        ("gt", 1, False),
        ("le", 1, False),
        ("eq", 1, False),
        ("ne", 1, False),
        ("ne", 2, True),
    ],
)
def test_a_comparison_holds_only_where_it_is_certain(relation, bound, certain):
    assert getattr(operator, relation)(enclosures.arb(1, enclosures.fmpq(1, 2)), bound) is certain


def test_what_has_no_value_is_the_whole_line():
    assert enclosures.arb(0).is_zero()
    assert not enclosures.arb(-1).log().is_finite()
    assert not (enclosures.arb(1) / enclosures.arb(0)).is_finite()


def test_rational_numbers_stay_rational():
    half = enclosures.fmpq(1, 2)
    for value in (half + 1, 1 - half, half * half, 3 / half, -half, half**3, abs(-half)):
        assert isinstance(value, enclosures.fmpq)
    assert isinstance(half + enclosures.arb(1), enclosures.arb)
    assert (half.p, half.q, half.height_bits()) == (1, 2, 2)
    assert enclosures.fmpz(360).factor() == [(2, 3), (3, 2), (5, 1)]


def test_the_derivative_of_digamma():
    with enclosures.ctx.workprec(BITS), flint.ctx.workprec(BITS):
        for order in range(4):
            found = enclosures.acb(enclosures.fmpq(7, 3)).polygamma(enclosures.acb(order)).real
            right = flint.acb(flint.fmpq(7, 3)).polygamma(flint.acb(order)).real
            assert as_ball(found).overlaps(right)
