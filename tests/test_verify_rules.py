"""Rules of differentiation about functions that are no one's."""

import pytest

import symgrad as sg

GRAPH = sg.parse("param w; data x, z; s = sigmoid(z)*x; J = s*w")


def told(text):
    return [str(v.status) for v in sg.verify(GRAPH, f"${text}$", source="a.md").verdicts]


@pytest.mark.parametrize("rule", [
    "(fg)' = f'g + fg'", "(uv)'' = u''v + 2u'v' + uv''",
    r"\left(\frac{f}{g}\right)' = \frac{f'g - fg'}{g^2}",
    r"(f \circ g)'(x) = f'(g(x)) g'(x)", r"(f\circ g)' = (f' \circ g)\, g'", "(cf)' = cf'",
    r"\frac{d}{dx}[f(x)g(x)] = f'(x)g(x) + f(x)g'(x)",
    r"\frac{d}{dx} f(g(h(x))) = f'(g(h(x)))\, g'(h(x))\, h'(x)",
    r"\frac{d}{dt}\left(u(t)^2\right) = 2u(t)u'(t)",
    r"(\ln f)' = \frac{f'}{f}", "(f^n)' = n f^{n-1} f'",
    r"\frac{d}{dx}\sin(f(x)) = \cos(f(x))\,f'(x)", r"\frac{d}{dx} f(ax+b) = a f'(ax+b)",
])  # fmt: skip
def test_a_rule_is_right_whatever_the_functions(rule):
    assert told(rule) == ["proved"]
    assert told(rule.replace("= ", "= 2", 1)) == ["refuted"]


@pytest.mark.parametrize("rule", [
    "(fg)' = f'g'", "(fg)' = f'g", "(fg)' = 2f'g", "(f/g)' = f'/g'",
    r"(f\circ g)' = (g' \circ f) f'",
    "(uv)'' = u''v + u'v' + uv''", "f(g(x))' = f'(g(x))",
])  # fmt: skip
def test_a_wrong_rule_is_refuted_though_one_function_might_fulfil_it(rule):
    assert told(rule) == ["refuted"]


@pytest.mark.parametrize("text", [
    "f'(x) = 2x", "f'(x) = g'(x)", "(xs)' = x s'", r"\frac{d}{dx} f(x) h = k(x)",
])  # fmt: skip
def test_what_is_no_rule_is_not_refuted(text):
    assert not {"refuted", "proved"} & set(told(text))


def test_a_function_with_a_name_is_no_product_of_letters():
    graph = sg.parse("param x; GELU = x*normal_cdf(x)")
    claim = r"$\frac{d}{dx}\text{GELU}(x) = \frac{d}{dx}[x\Phi(x)] = \Phi(x) + x\Phi'(x)$"
    statuses = [str(v.status) for v in sg.verify(graph, claim, source="a.md").verdicts]
    assert statuses == ["proved"]
