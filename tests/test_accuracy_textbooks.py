"""Graphs out of textbooks, near their removable singularities, at coincidences and far out.

The right values have 25 digits and come from an evaluator of its own (forward duals in mpmath at
growing precision); `half_ulp` is what half an ulp in the inputs changes.
"""

import json
import math
from fractions import Fraction
from pathlib import Path

import pytest

import symgrad as sg

CASES = json.loads((Path(__file__).parent / "data" / "textbook_graphs.json").read_text("utf-8"))
BOUND, TIMES, TINY = Fraction(1, 10**12), 64, Fraction(1, 10**290)


def is_right(found, want, half_ulp, largest):
    """Tell whether a result is within 1e-12 of the right one, or what the inputs leave open."""
    if not math.isfinite(found):
        return False
    if want and abs(want) < TINY:
        return abs(found) < 10 * TINY
    error = abs(Fraction(found) - want)
    return error <= max(BOUND * abs(want or largest), TIMES * Fraction(half_ulp), TINY)


@pytest.mark.parametrize("name", CASES)
def test_value_and_gradient_are_right_where_they_are_hard(name):
    module = sg.compile(sg.derive(sg.parse(CASES[name]["graph"])), target="python")
    for point in CASES[name]["points"]:
        value, gradient = module.value_and_gradient(*point["at"])
        wanted = [Fraction(text) for text in point["want"]]
        rows = zip((value, *gradient), wanted, point["half_ulp"], strict=True)
        largest = max(map(abs, wanted))
        wrong = [row for row in rows if not is_right(*row, largest)]
        assert not wrong, (point["at"], wrong)


def test_as_written_these_points_are_out_of_reach():
    lost = 0
    for case in CASES.values():
        module = sg.compile(sg.derive(sg.parse(case["graph"])), target="python", safe=False)
        for point in case["points"]:
            value, _ = module.value_and_gradient(*point["at"])
            want = Fraction(point["want"][0])
            lost += not is_right(value, want, point["half_ulp"][0], abs(want))
    assert lost > 20
