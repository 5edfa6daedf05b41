"""The collection of wrong claims: how often the first diagnosis is right, the correction usable.

Every tenth claim is judged here; benchmarks/diagnose_collection.py judges all of them.
"""

import importlib.util
import statistics
import sys
from pathlib import Path

import pytest

from symgrad.examples import names

ROOT = Path(__file__).resolve().parent.parent
SPEC = importlib.util.spec_from_file_location(
    "diagnose_collection", ROOT / "benchmarks" / "diagnose_collection.py"
)
collection = importlib.util.module_from_spec(SPEC)


@pytest.fixture(scope="module")
def outcomes():
    sys.modules[SPEC.name] = collection
    SPEC.loader.exec_module(collection)
    return [collection.outcome(slip) for slip in list(collection.slips())[::10]]


def share(items, test):
    return sum(map(test, items)) / len(items)


def test_the_collection_is_large_and_covers_every_example(outcomes):
    slips = list(collection.slips())
    assert len(slips) >= 400
    assert {slip.example for slip in slips} >= set(names())
    assert {item.slip.held_out for item in outcomes} == {False, True}


def test_every_wrong_claim_that_can_be_read_is_refuted(outcomes):
    assert {item.status for item in outcomes} <= {"refuted", "unreadable"}
    assert share(outcomes, lambda item: item.status == "refuted") >= 0.99


@pytest.mark.parametrize("held_out", [False, True])
def test_the_first_diagnosis_is_right_in_nine_of_ten(outcomes, held_out):
    part = [item for item in outcomes if item.slip.held_out == held_out]
    assert share(part, lambda item: item.right) >= 0.90


@pytest.mark.parametrize("held_out", [False, True])
def test_the_correction_is_proved(outcomes, held_out):
    part = [item for item in outcomes if item.slip.held_out == held_out]
    assert share(part, lambda item: item.usable) >= 0.98


def test_a_diagnosis_takes_well_under_a_third_of_a_second(outcomes):
    assert statistics.median(item.seconds for item in outcomes) < 0.3
