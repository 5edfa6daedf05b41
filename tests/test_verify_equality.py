"""What a decision says: points, assumptions, what is left out, where a false claim holds."""

import time
from fractions import Fraction

import pytest

from symgrad.expression.tree import ONE, Add, Call, Compare, Div, Mul, Neg, Number, Pow, Var, number
from symgrad.verify.deciding.equality import Decision, decide
from tests.verify_corpus import claim, condition, read

X, Y = Var("x"), Var("y")


def judged(line: str) -> Decision:
    left, right, assumptions = claim(line)
    return decide(left, right, assumptions=assumptions)


def nested(name: str, times: int, inner):
    for _ in range(times):
        inner = Call(name, (inner,))
    return inner


def test_a_refutation_gives_an_exact_point_and_both_values():
    decision = judged("0.5*x = x/3")
    (name, value) = decision.witness[0]
    assert (name, type(value)) == ("x", Fraction)
    assert decision.left.startswith("1.1666666666666")
    assert decision.right.startswith("0.7777777777777")


def test_values_are_shown_with_enough_digits_to_differ():
    decision = judged("x + 10^(-60)*x = x")
    assert decision.status == "refuted"
    assert decision.left != decision.right


def test_the_witness_satisfies_equations_exactly():
    decision = judged("p1*(t1 + t2 + t3) = p1*t1 | t1 + t2 + t3 == 1")
    point = dict(decision.witness)
    assert point["t1"] + point["t2"] + point["t3"] == 1


def test_the_witness_satisfies_a_quadratic_equation_exactly():
    point = dict(judged("x + y = 1 | x^2 + y^2 == 1").witness)
    assert point["x"] ** 2 + point["y"] ** 2 == 1


def test_a_name_with_an_irrational_value_is_not_in_the_witness():
    decision = judged("p = 1 - z | p == sigmoid(z)")
    assert [name for name, _ in decision.witness] == ["z"]


def test_the_assumptions_that_a_proof_needed_are_listed():
    line = "p1*(t1 + t2 + t3) - t1 = p1 - t1 | p1 > 0 | t1 + t2 + t3 == 1 | t1 > 0"
    assert judged(line).assumptions == (1,)
    assert judged("sqrt(x^2) = x | y > 0 | x > 0").assumptions == (1,)
    assert judged("x + x = 2*x | x > 0").assumptions == ()


def test_contradictory_assumptions_decide_nothing():
    assert judged("x = x | x > 2 | x < 1").status != "refuted"
    assert judged("x = 0 | x == x + 1").status == "undecided"


@pytest.mark.parametrize(
    ("line", "excluded"),
    [
        ("(x^2 - 1)/(x - 1) = x + 1", "x == 1"),
        ("where(x > 0, 1, 0) = where(x >= 0, 1, 0)", "x == 0"),
        ("x/abs(x) = sign(x)", "x == 0"),
        ("1/(1/u + 1/v) = u*v/(u + v)", "u == 0"),
        ("x/(x - y) - y/(x - y) = 1", "x == y"),
    ],
)
def test_kinks_and_poles_are_left_out_and_listed(line, excluded):
    decision = judged(line)
    assert decision.status == "proved"
    assert condition(excluded) in decision.excluded


@pytest.mark.parametrize(
    "line", ["relu(x) = where(x > 0, x, 0)", "abs(x) = where(x >= 0, x, -x)", "abs(x)*sign(x) = x"]
)
def test_a_border_on_which_the_claim_holds_is_not_listed(line):
    decision = judged(line)
    assert decision.status == "proved"
    assert decision.excluded == ()


@pytest.mark.parametrize(
    ("line", "needs"),
    [
        ("log(x^2) = 2*log(x)", "x > 0"),
        ("sqrt(x)*sqrt(x) = x", "x >= 0"),
        ("asin(x) + acos(x) = pi/2", "x <= 1"),
    ],
)
def test_conditions_of_the_domain_of_one_side_are_listed(line, needs):
    decision = judged(line)
    assert decision.status == "proved"
    assert condition(needs) in decision.needs


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("sqrt(x^2) = x", "x >= 0"),
        ("abs(z - 3) = z - 3", "z >= 3"),
        ("p1*(t1 + t2 + t3) = p1", "t1 + t2 + t3 == 1"),
        ("where(x > 1000000, 2*x, x) = x", "x < 1000000"),
        ("where(abs(x) > x, 1, 0) = 1", "x < 0"),
    ],
)
def test_where_a_refuted_claim_does_hold_is_said(line, where):
    decision = judged(line)
    assert decision.status == "refuted"
    expected = condition(where)
    assert any(_same_condition(found, expected) for found in decision.holds_when)


def _same_condition(found, expected):
    if not isinstance(found, Compare) or found.relation != expected.relation:
        return False
    one, other = (Add((c.left, Neg(c.right))) for c in (found, expected))
    return decide(one, other).status in ("proved", "agrees")


def test_what_differs_only_in_a_small_part_of_the_domain_is_refuted():
    assert judged("where(x > 10^6 and x < 10^6 + 0.001, 0, x) = x").status == "refuted"
    assert judged("relu(x)*relu(y) = where(x > 0 and y > 0.000001, x*y, 0)").status == "refuted"
    assert judged("where(x^2 > 2 and x^2 < 2.001, x, 1) = 1").status == "refuted"


def test_a_switch_that_is_off_on_a_whole_region_is_no_kink():
    assert judged("sign(y) = sign(max(y, 0))").status == "refuted"
    assert judged("sign(relu(x)) = where(x > 0, 1, 0)").status == "proved"


def test_conventions_at_a_kink_refute_nothing():
    assert judged("where(x > 0, 1, 0) = (1 + sign(x))/2").status == "proved"


def test_a_value_that_a_guard_states_for_one_point_counts():
    assert judged("where(x == 3, 5, x) = x").status == "refuted"
    assert judged("where(x == 0, 7, 1) = 1").status == "refuted"
    assert judged("where(x == 3, 3, x) = x").status == "proved"


def test_an_unknown_relation_agrees_and_is_not_called_proved():
    decision = judged("sqrt(3 + 2*sqrt(2)) = 1 + sqrt(2)")
    assert decision.status == "agrees"
    assert decision.points >= 12
    assert decision.digits == 40


def test_a_switch_on_an_unknown_relation_gives_no_proof():
    line = "where(sqrt(3 + 2*sqrt(2)) == 1 + sqrt(2), 1, 2) = 2"
    assert judged(line).status not in {"proved", "refuted"}


@pytest.mark.parametrize(
    "line",
    ["x/(x - x) = x/(x - x)", "log(-x^2) = 3", "asin(x) = asin(x) | x > 2",
     "sqrt(-1 - x^2) = sqrt(-1 - x^2)", "(-8)^(1/3) = -2"],
)  # fmt: skip
def test_sides_that_are_never_both_defined_decide_nothing(line):
    assert judged(line).status == "undecided"


def test_a_region_in_which_one_side_is_undefined_counts_for_nothing():
    assert judged("where(x > 0, x, 1/(x - x)) = abs(x)").status == "proved"


def test_branches_count_only_where_they_are_taken():
    assert judged("where(x > 0, log(x), 0) = log(x)").status == "proved"
    assert judged("where(x > 0, log(x), 0) = where(x > 0, log(x), 1)").status == "refuted"


def test_many_switches_are_proved_without_splitting_them_all():
    names = [f"a{i}" for i in range(20)]
    left = Add(tuple(Call("relu", (Var(n),)) for n in names))
    right = Add(tuple(Div(Add((Var(n), Call("abs", (Var(n),)))), number(2)) for n in names))
    assert decide(left, right).status == "proved"


def test_the_same_seed_gives_the_same_decision():
    left, right = read("sin(x)*y"), read("sin(x) + y")
    assert decide(left, right, seed=5) == decide(left, right, seed=5)


SUM = Add(tuple(Var(f"a{i}") for i in range(7)))
HOSTILE = {
    "an opaque function": (Call("zeta", (X,)), Call("zeta", (Y,))),
    "a condition as a side": (Compare("<", X, Y), X),
    "a where without a condition": (Call("where", (X, X, Y)), X),
    "a deep sum": (Add((nested("sin", 3000, X), ONE)), X),
    "a tower": (nested("exp", 12, X), nested("exp", 12, Y)),
    "a number of many digits": (Mul((Number(Fraction(10**9000, 7)), X)), X),
    "a large power of a sum": (Pow(SUM, number(400)), Pow(SUM, number(401))),
    "a large exponent": (Pow(Add((X, ONE)), number(10**12)), Pow(X, number(10**12))),
    "nested roots": (nested("sqrt", 40, Add((X, nested("sqrt", 40, Y)))), X),
    "a large order": (Call("polygamma", (number(10**9), X)), X),
    "many switches": (
        Call("max", tuple(Var(f"a{i}") for i in range(40))),
        Call("max", tuple(Var(f"a{i}") for i in reversed(range(40)))),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_claims_end_in_time_and_are_not_proved(name):
    left, right = HOSTILE[name]
    start = time.process_time()
    decision = decide(left, right, deadline=start + 1)
    assert time.process_time() - start < 3
    assert decision.status != "proved"


def test_shared_parts_do_not_multiply_the_work():
    left = X
    for _ in range(60):
        left = Add((left, left))
    assert decide(left, Mul((number(2**60), X))).status == "proved"


def test_a_deadline_that_has_passed_decides_nothing():
    late = time.process_time() - 1
    assert decide(read("sin(2*x)"), read("2*sin(x)*cos(x)"), deadline=late).status == "undecided"
