"""The Hessian printed as a matrix: square, symmetric, the entries those of the list, or none."""

import pytest

import symgrad as sg
from symgrad.derivation.derive import derive
from symgrad.render.latex import LatexPrinter, line_latex
from symgrad.render.latex_document import latex_of
from symgrad.render.markdown import markdown_of
from symgrad.render.second_sheet import hessian_sheet
from symgrad.sources.text import parse


def matrix_of(text):
    """Return the rows of the matrix in a LaTeX document."""
    [line] = [line for line in text.splitlines() if r"\nabla" in line]
    columns = line.partition(r"\begin{array}{")[2].partition("}")[0]
    body = line.partition(r"\begin{array}{" + columns + "}")[2].rpartition(r"\end{array}")[0]
    rows = [[entry.strip() for entry in row.split("&")] for row in body.split(r" \\ ")]
    assert {len(row) for row in rows} == {len(columns)} == {len(rows)}
    return rows


@pytest.mark.parametrize("name", ["branch_and_merge", "linear_regression"])
def test_entries_are_those_of_the_list(name):
    derivation = derive(sg.load(f"example:{name}"))
    sheet = hessian_sheet(derivation)
    rows = matrix_of(latex_of(sheet))
    printer = LatexPrinter(sheet.names)
    [section] = [s for s in sheet.sections if s.key == "hessian"]
    listed = iter(section.items)
    for i in range(len(derivation.wrt)):
        for j in range(i, len(derivation.wrt)):
            assert line_latex(next(listed), printer).endswith(f" = {rows[i][j]}")
            assert rows[i][j] == rows[j][i]


def test_markdown_has_it_in_a_block_of_its_own():
    text = markdown_of(hessian_sheet(derive(parse("param a, b\nJ = a^2*b"))))
    start = "```math\n\\nabla^{2} J = \\left( \\begin{array}{cc} "
    assert start in text
    assert text.index(start) < text.index(r"\frac{\partial^{2} J}{\partial a^{2}}")


LONG = "param a, b\ndata c, d\nJ = exp(c*a*b + d)*sin(a*d + b)*log(a + b)/(a*b + c)"


def product_of(count):
    names = [f"a{i}" for i in range(count)]
    return f"param {', '.join(names)}\nJ = {'*'.join(names)}"


def test_long_entries_stand_in_it_by_their_symbols():
    text = latex_of(hessian_sheet(derive(parse(LONG))))
    rows = matrix_of(text)
    assert rows[0][1] == rows[1][0] == r"\frac{\partial^{2} J}{\partial a\,\partial b}"
    assert r"\frac{\partial^{2} J}{\partial a\,\partial b}" in text.partition(r"\nabla")[2]


@pytest.mark.parametrize(("count", "parts"), [(3, 1), (9, 2), (16, 3)])
def test_many_columns_are_several_matrices(count, parts):
    text = latex_of(hessian_sheet(derive(parse(product_of(count)))))
    assert text.count(r"\nabla") == parts
    assert text.count(r"\noindent Columns") == (parts if parts > 1 else 0)


@pytest.mark.parametrize("graph", ["param a\nJ = a^2", product_of(25)])
def test_one_and_too_many_are_listed_only(graph):
    text = latex_of(hessian_sheet(derive(parse(graph))))
    assert r"\nabla" not in text
    assert r"\partial^{2} J" in text
