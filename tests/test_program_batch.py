"""Means over samples: factors without data are multiplied in where they stood."""

import shutil

import numpy as np
import pytest

import symgrad as sg
from symgrad.derivation.derive import derive
from symgrad.program.batch import batch_of
from symgrad.program.program import lower
from symgrad.sources.text import parse


def mean_of(text):
    """Return the factors of the objective's mean; the first mean has a mark of its own."""
    program = lower(derive(parse(text)), safe=False)
    formula = batch_of(program, program.value).results[0][1]
    return [str(formula.operands[int(factor.key)]) for factor in formula.pattern.factors]


def test_a_factor_stays_on_its_side_of_the_mean():
    assert mean_of("param a, b; data x; J = a*x*b") == ["a", "the mean number 0", "b"]


@pytest.mark.parametrize("target", ["numpy", "c"])
@pytest.mark.parametrize("formula", ["x*a*b", "a*x*b", "(x*a)*b/c", "-(x*a)*b"])
def test_factors_that_overflow_together_are_not_joined(target, formula):
    if target == "c" and shutil.which("cc") is None:
        pytest.skip("there is no C compiler")
    graph = parse(f"param a, b; data x; const c = 1; J = {formula}")
    module = sg.compile(graph, target, safe=False)
    value, gradient = module.value_and_gradient(1e200, 1e200, np.array([1e-300, 3e-300]))
    sign = -1.0 if formula.startswith("-") else 1.0
    assert value == pytest.approx(sign * 2e100, rel=1e-12)
    assert gradient.a == pytest.approx(sign * 2e-100, rel=1e-12)
