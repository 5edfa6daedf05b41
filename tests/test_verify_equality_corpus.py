"""The decision procedure on a corpus of identities, and on slips of them."""

import random

import pytest

from symgrad.verify.deciding.equality import decide
from tests.verify_corpus import Referee, claim, lines, slips

RIGHT = lines("identities.txt")
WRONG = lines("wrong_identities.txt")


@pytest.mark.parametrize("line", RIGHT)
def test_right_identity_is_proved(line):
    left, right, assumptions = claim(line)
    assert decide(left, right, assumptions=assumptions).status == "proved"
    assert decide(right, left, assumptions=assumptions, seed=7).status == "proved"


@pytest.mark.parametrize("line", WRONG)
def test_wrong_claim_is_refuted_at_a_point_where_it_fails(line):
    left, right, assumptions = claim(line)
    decision = decide(left, right, assumptions=assumptions)
    assert decision.status == "refuted"
    assert decision.left != decision.right
    assert Referee(0).differ_at(left, right, dict(decision.witness), assumptions)


def test_slips_are_refuted_and_never_proved():
    referee, chosen = Referee(1), random.Random(2)  # noqa: S311 - a test
    wrong = missed = 0
    for line in RIGHT:
        left, right, assumptions = claim(line)
        if any(a.relation == "==" and "+" in line.split("|")[1] for a in assumptions):
            continue  # the referee only follows assumptions of the form NAME = EXPRESSION
        every = list(slips(right))
        for slip in chosen.sample(every, min(2, len(every))):
            decision = decide(left, slip, assumptions=assumptions)
            if referee.differ(left, slip, assumptions):
                wrong += 1
                assert decision.status != "proved", (line, slip)
                missed += decision.status != "refuted"
            if decision.status == "refuted" and not any(a.relation == "==" for a in assumptions):
                assert referee.differ_at(left, slip, dict(decision.witness)), (line, slip)
    assert wrong > 150
    assert missed <= wrong // 50
