r"""Ways of writing of economics, mechanics, statistics and calculus: each a sample of a kind."""

import pytest

from symgrad.sources.text import parse
from symgrad.verify import verify

LINE = "param w = 0.5, b = 0; data x, y; z = w*x + b; L = (z - y)^2; minimize L"
CHAIN = "param x; u = x^2 - 3*x + 8; y = u^5"


def statuses(graph, text):
    return [str(verdict.status) for verdict in verify(parse(graph), text, source="a.md").verdicts]


APART = ["\n\n## Example 2\n\n", "\n\n2. ", "\n\n**Exercise 4.**\n", "\n\nNow consider ", ". Let "]


@pytest.mark.parametrize("between", APART)
def test_an_own_function_is_defined_anew(between):
    text = f"$f(t) = t^2$ gives $f'(t) = 2t${between}$f(t) = t^3$. Then $f'(t) = 3t^2$, $f(2) = 8$."
    assert statuses(LINE, text) == ["definition", "proved", "definition", "proved", "proved"]
    assert statuses(LINE, text.replace("3t", "2t"))[3] == "refuted"


def test_two_equations_for_an_own_function_are_in_doubt_and_not_held_against_it():
    text = "$f(t) = (t + 1)^2$.\n\nSo $$f(t) = t^2 + {}t + 1$$ and $f(1) = 4$."
    assert statuses(LINE, text.format(2)) == ["definition", "proved", "proved"]
    assert statuses(LINE, text.format(3)) == ["definition", "unreadable", "proved"]


@pytest.mark.parametrize(
    "raised", ["u<sup>4</sup>", "u<SUP> 4 </SUP>", "u<sup>2</sup>u<sup>2</sup>"]
)
def test_html_that_raises_is_a_power(raised):
    for text in (
        f"dy/du = 5{raised}",
        f"so dy/du = 5{raised}, which grows",
        f"$dy/du = 5{raised}$",
    ):
        assert statuses(CHAIN, text) == ["proved"]
        assert statuses(CHAIN, text.replace("= 5", "= 4")) == ["refuted"]


def test_html_that_lowers_is_an_index():
    graph = "param w_1, w_2; J = w_1^2*w_2"
    assert statuses(graph, "dJ/dw<sub>1</sub> = 2w<sub>1</sub>w<sub>2</sub>") == ["proved"]
    assert statuses(graph, "dJ/dw<sub>2</sub> = 2w<sub>1</sub>w<sub>2</sub>") == ["refuted"]


def test_a_full_stop_between_two_derivatives_is_a_product():
    assert statuses(CHAIN, "dy/dx = dy/du . du/dx") == ["proved"]
    assert statuses(CHAIN, "dy/dx = dy/du . dy/du") == ["refuted"]
