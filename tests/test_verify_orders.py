"""Orders of magnitude and signs that are left open: both have an exact meaning."""

import pytest

import symgrad as sg

CURVE = sg.parse("param a, b, w; data x, z; s = sigmoid(z); J = a*x^2 + b*x + s*w")


def told(text):
    return [str(v.status) for v in sg.verify(CURVE, f"${text}$", source="a.md").verdicts]


@pytest.mark.parametrize("size", ["O", r"\mathcal{O}"])
@pytest.mark.parametrize(("series", "power", "status"), [
    (r"\frac12 + \frac z4", 2, "proved"), (r"\frac12 + \frac z4", 3, "proved"),
    (r"\frac12 + \frac z4", 4, "refuted"), (r"\frac12", 2, "refuted"),
    (r"\frac12 + \frac z4 - \frac{z^3}{48}", 5, "proved"), (r"\frac12 + \frac z3", 3, "refuted"),
])  # fmt: skip
def test_an_order_is_judged_power_by_power(size, series, power, status):
    assert told(f"s = {series} + {size}(z^{power})") == [status]
    assert told(f"s = {series} + o(z^{power - 1})") == [status]


def test_an_order_at_the_end_of_a_chain():
    chain = r"s = \frac{1}{1 + e^{-z}} = \frac12 + \frac z4 + O(z^3)"
    assert told(chain) == ["proved", "proved"]
    assert told(chain.replace("z4", "z3")) == ["proved", "refuted"]
    assert told(chain.replace("{1 + e", "{2 + e")) == ["refuted", "proved"]


def test_an_order_near_another_number():
    assert told("J = a + b + sw + (2a + b)(x - 1) + O((x-1)^2)") == ["proved"]
    assert told("J = a + b + sw + (a + b)(x - 1) + O((x-1)^2)") == ["refuted"]


@pytest.mark.parametrize(("claim", "status"), [
    (r"\frac{\partial J}{\partial x} = \pm 2ax + b", "proved"),
    (r"\frac{\partial J}{\partial x} = b \mp 2ax", "proved"),
    (r"\frac{\partial J}{\partial x} = \pm\sqrt{(2ax + b)^2}", "proved"),
    (r"\frac{\partial J}{\partial x} = \pm\sqrt{(2ax - b)^2}", "refuted"),
    (r"x = \frac{-b \pm \sqrt{b^2}}{2a}", "condition"),
])  # fmt: skip
def test_a_sign_that_is_left_open(claim, status):
    assert told(claim) == [status]
