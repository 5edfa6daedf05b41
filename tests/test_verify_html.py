"""`verify --format html`: the formulas of a document with their marks, on one page."""

import re

import pytest

from symgrad.render.html_verdicts import reports_html
from symgrad.sources.text import parse
from symgrad.verify import verify
from symgrad.verify.hints import without_answers

GRAPH = "param a, b; data x, y; u = a*x + b; J = (u - y)^2"
DOCUMENT = r"""
Right: $\frac{\partial J}{\partial a} = 2(u - y)x$.
Wrong: $\frac{\partial J}{\partial b} = u - y$.
Elsewhere: $E = mc^2$ and <b>no markup</b> & $a < b$.
"""


@pytest.fixture(scope="module")
def report():
    return verify(parse(GRAPH), DOCUMENT, source="homework.md")


def items(page):
    """Return the class and the line of every formula on a page."""
    return re.findall(r'<li class="(\w+)">\s*<span class="line">(\d+)</span>', page)


def test_every_formula_has_its_line_and_mark(report):
    page = reports_html([report], "model.sg")
    assert items(page)[:2] == [("proved", "2"), ("refuted", "3")]
    assert {line for status, line in items(page)[2:]} == {"4"}
    assert len(items(page)) == len(report.verdicts) + len(report.skipped)
    assert "something is wrong" in page


def test_formulas_are_typeset_from_the_authors_text(report):
    page = reports_html([report], "model.sg")
    assert r'data-tex="\frac{\partial J}{\partial a} = 2(u - y)x"' in page


def test_answers_can_be_left_out(report):
    shown = reports_html([report], "model.sg")
    hidden = reports_html([without_answers(report)], "model.sg")
    assert "correction: 2(u − y)" in shown
    assert "correction" not in hidden
    assert items(hidden) == items(shown)


def test_nothing_from_outside_is_markup():
    text = '$J = <script>alert(1)</script>$\n\n$\\frac{dJ}{da} = "><img src=x>$\n'
    page = reports_html([verify(parse(GRAPH), text, source="<i>.md")], "<b>model</b>.sg")
    assert "<script>alert" not in page
    assert "<img src=x>" not in page
    assert "<i>.md" not in page
    assert "<b>model" not in page


def test_page_needs_nothing_from_elsewhere(report):
    page = reports_html([report], "model.sg")
    assert "default-src 'none'" in page
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", page)


def test_command_writes_the_page(tmp_path, run_module):
    (tmp_path / "model.sg").write_text(GRAPH, encoding="utf-8")
    (tmp_path / "homework.md").write_text(DOCUMENT, encoding="utf-8")
    done = run_module(
        "-m", "symgrad", "verify", "model.sg", "homework.md", "--format", "html",
        cwd=tmp_path, status=1,
    )  # fmt: skip
    assert done.stdout.startswith("<!DOCTYPE html>")
    assert ("refuted", "3") in items(done.stdout)


@pytest.mark.parametrize(("text", "typeset"), [
    ("$u = ax + b$", True), ("$J = (u - y)^2$", True), ("`u = sigmoid(a)`", False),
])  # fmt: skip
def test_formulas_of_single_letters_are_typeset_without_a_command_of_latex(text, typeset):
    page = reports_html([verify(parse(GRAPH), text, source="homework.md")], "model.sg")
    assert (f'data-tex="{text.strip("$`")}"' in page) == typeset


def test_what_is_told_is_cut_to_what_a_reader_looks_at():
    text = r"$\frac{\partial J}{\partial b} = \sqrt2 (u - y)$, "
    text += r"$\frac{\partial J}{\partial a} = 2(u - y)b$"
    page = reports_html([verify(parse(GRAPH), text, source="homework.md")], "model.sg")
    assert "swapped variable: " in page
    assert not re.search(r"<p class=\"remark\">[^<]*\d\.\d{12}", page)
