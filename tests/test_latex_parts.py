"""Formulas that no page has room for: parts have names, and mean what they meant."""

import re

import pytest

import symgrad as sg
from symgrad.derivation.derive import derive
from symgrad.render.latex import LatexPrinter, line_latex
from symgrad.render.latex_boxes import parsed, text_of, width
from symgrad.render.latex_document import latex_of
from symgrad.render.latex_lines import PAGE, laid_out
from symgrad.render.latex_parts import with_named_parts
from symgrad.render.sheet import FormulaLine, derivation_sheet

BARE = re.compile(r"\\left|\\right|[()\s]")  # brackets that a name needs no more


@pytest.fixture(scope="module", params=["attention", "camera_reprojection"])
def expanded(request):
    """Return gradients written out whole, as boxes, and the names in them."""
    sheet = derivation_sheet(derive(sg.load(f"example:{request.param}")), expand=True)
    printer = LatexPrinter(sheet.names)
    rows = [
        parsed(line_latex(item, printer))
        for section in sheet.sections
        if section.key == "expanded"
        for item in section.items
        if isinstance(item, FormulaLine)
    ]
    return rows, [printer.name(name) for name in sheet.names]


def test_parts_put_in_for_their_names_give_the_formulas(expanded):
    rows, names = expanded
    short, named = with_named_parts(rows, names)
    assert named
    texts = [text_of(row) for row in short]
    for _ in named:  # a name may stand in other parts
        for name, part in named:
            texts = [text.replace(name.text, f"({text_of(part)})") for text in texts]
    assert [BARE.sub("", text) for text in texts] == [BARE.sub("", text_of(row)) for row in rows]


def test_every_line_fits_a_page(expanded):
    rows, names = expanded
    short, named = with_named_parts(rows, names)
    for row in (*short, *(part for _, part in named)):
        assert all(wide <= PAGE and high < 200 for wide, high in laid_out(row))
    assert sum(map(width, short)) < sum(map(width, rows)) / 3


def test_what_fits_has_no_names():
    rows = [parsed(r"J = \left(\frac{a}{b}\right)^{2}")]
    assert with_named_parts(rows, ["a"]) == (rows, [])


def test_names_are_free_and_stand_bare_where_no_function_does():
    part = r"x + \frac{a + b}{c + \exp\left(\frac{d}{x + y}\right)} + \ldots"
    inner = rf"\frac{{{part}}}{{{'+'.join('abcdxy' * 5)}}} + 1"
    whole = rf"J = \left({inner}\right)^{{2}} - A\left({inner}\right) + f\left({inner}\right)"
    short, named = with_named_parts([parsed(whole * 3)], ["A", "B_1"])
    assert [name.text for name, _ in named][:1] == ["C_{1}"]
    assert re.search(r"C_\{1\}\^\{2\} - A *C_\{1\} *\+ f\(C_\{1\}\)", text_of(short[0]))


def test_a_document_says_what_the_names_are_for():
    document = latex_of(derivation_sheet(derive(sg.load("example:attention")), expand=True))
    assert r"\noindent where\par" + "\n" + r"\[ A_{1} = \exp" in document
