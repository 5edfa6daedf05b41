"""Formulas in Markdown and LaTeX, prose around them, and the article that is shipped."""

from pathlib import Path

import pytest

import symgrad as sg
from symgrad.verify.reading.documents import formulas, kind_of

SEED = sg.load("example:branch_and_merge")
ARTICLE = Path(sg.__file__).parent / "examples" / "branch_and_merge.md"


def verdicts(text, source="article.md", model=SEED, **options):
    return sg.verify(model, text, source=source, **options).judged


def statuses(text, source="article.md", model=SEED):
    return [verdict.status for verdict in verdicts(text, source, model, explain=False)]


def found(text, source="article.md"):
    return [item.text.strip() for item in formulas(text, source)]


def test_the_shipped_article_is_right_to_the_last_digit():
    report = sg.verify(SEED, ARTICLE.read_text(encoding="utf-8"), source=str(ARTICLE))
    assert len(report.verdicts) > 35
    assert report.ok, str(report)


@pytest.mark.parametrize("digit", ["0.834694", "0.449854", "-0.042560", "0.945464", "0.093678"])
def test_a_changed_digit_in_the_article_is_found(digit):
    text = ARTICLE.read_text(encoding="utf-8")
    wrong = digit[:-1] + str((int(digit[-1]) + 4) % 10)
    changed = text.replace(digit, wrong, 1)
    line = text[: text.index(digit)].count("\n") + 1
    report = sg.verify(SEED, changed, source=str(ARTICLE), explain=False)
    assert report.exit_code == 1
    assert [v.line for v in report.verdicts if v.status == "refuted"] == [line]


@pytest.mark.parametrize(
    ("number", "right"), [("step 1\nJ ≈ 0.8346", "0.8347"), ("step 2\nJ ≈ 0.0936", "0.0937")]
)
def test_numbers_that_are_cut_off_are_called_truncated(number, right):
    (verdict,) = sg.verify(SEED, f"at {number}").verdicts
    assert verdict.status == "refuted"
    assert verdict.diagnosis.kind == "truncated"
    assert verdict.diagnosis.correction == f"J ≈ {right}"


def test_formulas_of_every_kind_are_found():
    text = (
        "a $x=1$ b $$y=2$$ c \\(z=3\\) d \\[w=4\\] $`v=5`$\n"
        "\\begin{align*}u=6\\end{align*}\n```math\nt=7\n```\n```symgrad\ns=8\n```\n"
    )
    assert found(text) == ["x=1", "y=2", "z=3", "w=4", "v=5", "u=6", "t=7", "s=8"]


def test_code_prose_and_money_are_passed_over():
    text = (
        "It costs $5 and $6. `echo $a=1` and\n```python\n$b = 2$\n```\n<!-- $c = 3$ --> \\$d=4\\$\n"
    )
    assert found(text) == []


def test_fences_that_hold_a_graph_are_no_claims():
    assert found("```symgrad\nparam a\nJ = a^2\n```\n") == []


def test_latex_comments_preamble_and_verbatim_are_passed_over():
    text = (
        "\\documentclass{article}\n% $a=1$\n\\begin{document}\nx $b=2$ % $c=3$\n"
        "\\begin{verbatim}$d=4$\\end{verbatim}\\end{document}"
    )
    assert found(text, "paper.tex") == ["b=2"]


def test_lines_are_those_of_the_article():
    text = "# Title\n\nProse.\n\n$$\n\\frac{\\partial J}{\\partial d}\n= \\delta\n$$\n\n$u = ax$."
    assert [(v.line, v.status) for v in verdicts(text)] == [(6, "proved"), (10, "refuted")]


def test_what_is_no_claim_is_skipped():
    text = (
        "Let $x \\in \\mathbb{R}$, $n \\to \\infty$, $f(t) = t^2$, "
        "$\\theta^* = \\arg\\min_\\theta$, $2cu$, $a > 0$, $\\sum_i i$, $\\partial_d J = \\delta$."
    )
    assert statuses(text) == ["proved"]


def test_a_claim_about_the_graph_that_cannot_be_read_is_not_skipped():
    assert statuses("$\\frac{\\partial J}{\\partial a} = \\sum_i \\delta_i$") == ["unreadable"]
    assert statuses("$\\frac{\\partial J}{\\partial q} = 3$") == ["unreadable"]


def test_aligned_lines_are_one_chain_or_several():
    rows = r"R &= \tfrac\lambda2(a^2 \\ &\quad + c^2) \\ h &= u^2"
    text = rf"$$\begin{{aligned}} {rows} \end{{aligned}}$$"
    assert statuses(text) == ["proved", "proved"]


def test_commas_and_quads_separate_claims():
    assert statuses("$u = ax + b,\\quad h = u^2, v = ch + u + d.$") == ["proved"] * 3


def test_values_come_from_the_statements_of_the_article():
    text = "With $a = 2$, $(b, c) = (1, 3)$, $d = 0$ and $x = y = 1$: $u = 3$, $v = 30$."
    assert statuses(text) == ["proved", "proved"]


def test_an_update_leads_to_the_next_step():
    text = (
        "$x = 2$, $y = 1$. $a \\leftarrow a - \\eta\\frac{\\partial J}{\\partial a} = 0.955015$. "
        "Now $x = 0$: $J \\approx 0.0937$"
    )
    assert statuses(text) == ["agrees", "proved"]


def test_an_updated_parameter_may_be_stated_with_an_equals_sign():
    text = "$x = 2$, $y = 1$: $a = a - \\eta\\frac{\\partial J}{\\partial a} = 0.955016$"
    assert statuses(text) == ["refuted"]


def test_a_table_of_values_is_judged_row_by_row():
    text = (
        "| step | $J$ | $\\partial J/\\partial a$ |\n|---|---|---|\n"
        "| 1 | 0.834694 | 0.449854 |\n| 2 | 0.0936 | $0.0955$ |\n"
    )
    assert statuses(text) == ["proved", "proved", "refuted", "proved"]


def test_directives_stand_in_comments_or_on_lines_of_their_own():
    text = "<!-- at step 2 -->\n$J \\approx 0.0937$\n\nat step 1\n\n$J \\approx 0.8347$\n"
    assert statuses(text) == ["proved", "proved"]


def test_prose_that_begins_with_at_is_no_directive():
    assert statuses("We look\nat 5 graphs and 3 claims\n$u = ax + b$") == ["proved"]


def test_numbers_put_in_for_some_names_are_right_at_the_values_in_force():
    text = (
        r"At $x=2$, $y=1$: $\partial_a J = \delta(2cu+1)x + \lambda a"
        r" = \delta\cdot5\cdot2 + 0.1 \approx 0.449854$"
    )
    (verdict,) = verdicts(text)
    assert verdict.status == "proved"
    assert "holds with the values in force put in, not everywhere" in verdict.remarks


def test_a_swap_hidden_by_equal_values_is_still_refuted():
    text = r"At $x=2$, $y=1$: $\partial_a J = \delta(2cu+1)x + \lambda c \approx 0.449854$"
    assert statuses(text) == ["refuted"]


@pytest.mark.parametrize(
    "text", ["$" * 20_000, "\\[" * 50_000, "```\n" + "$x$" * 20_000, "<!--" * 20_000]
)
def test_unclosed_formulas_take_linear_time(text):
    assert statuses(text) == []


@pytest.mark.parametrize(
    ("source", "text", "kind"),
    [
        ("a.md", "", "markdown"),
        ("a.tex", "", "latex"),
        ("a.txt", "$x$", "plain"),
        ("<claims>", "dJ/da = 1", "plain"),
        ("<claims>", "so $a = 1$", "markdown"),
        ("<claims>", "\\begin{document}", "latex"),
    ],
)
def test_the_kind_of_a_text_is_told_by_name_or_looks(source, text, kind):
    assert kind_of(text, source) == kind
