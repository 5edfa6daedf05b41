"""LaTeX in formulas: the same formula, no wider than a page, and set by TeX as it was measured."""

import re
import shutil
import subprocess

import pytest

import symgrad as sg
from symgrad.derivation.derive import derive
from symgrad.render.latex import LatexPrinter, line_latex
from symgrad.render.latex_boxes import Unbreakable, parsed, text_of, width
from symgrad.render.latex_document import latex_of
from symgrad.render.latex_lines import PAGE, displayed, lines
from symgrad.render.second_sheet import hessian_sheet
from symgrad.render.sheet import FormulaLine, derivation_sheet
from symgrad.render.steps_sheet import full_sections
from symgrad.render.trace_text import trace_latex
from symgrad.sources.text import parse

WIDE = """# Terms, factors, brackets, fractions, cases, roots, exponents, arguments; each too wide.
param rate_k = 2, σ = 3, charge = 1
data x, y
s = rate_k*x + σ*y + charge*x*y + rate_k^2*x^2 + σ^2*y^2 + x^3*y^3 + x^4*y^4 + x
q = (rate_k + x + y + σ)^2/(1 + exp(-rate_k*x - charge*y - σ*x*y - x^3*y^2))
r = sqrt(rate_k^2 + σ^2 + charge^2 + x^2*y^2 + x^4*y^4 + rate_k*σ*x*y + 1)
c = where(rate_k*x + σ*y > charge and x*y > σ*rate_k, s*q + r*x*y, q - r*s*x)
m = max(rate_k*x + σ*y, charge*x*y, σ*rate_k*charge, x^2*y^2, r, s)
f = (rate_k + σ*x)*(charge + y)*(x^2 + y^2 + σ)*(rate_k*y + σ*x^2)*(x + y*σ)*x
J = s*q*r + c*m*f
"""
NAMES = ("attention", "black_scholes", "lstm_cell", "vae_kl")
LAYOUT = re.compile(
    r"\\begin\{array\}\{(?:[^{}]|\{[^{}]*\})*\}|\\end\{array\}|\\displaystyle|\\quad|\\cdot"
    r"|\\\]\s*\\\[|\\scriptstyle|\\left|\\right|\\\\(?:\[[^\]]*\])?|\{\}|&|\s"
)


@pytest.fixture(scope="module")
def documents():
    """Return LaTeX documents with formulas of every kind, wide ones among them."""
    wide = derive(parse(WIDE))
    found = {
        "wide": latex_of(derivation_sheet(wide, steps=full_sections(wide))),
        "hessian": latex_of(hessian_sheet(derive(sg.load("example:vae_kl")))),
        "trace": trace_latex(sg.trace(parse(WIDE), data=[{"x": 1, "y": 2}])),
        "array": sg.derive(sg.load("example:arrays/batch_norm")).latex(),
    }
    return found | {
        name: latex_of(derivation_sheet(derive(sg.load(f"example:{name}")), expand=True))
        for name in NAMES
    }


@pytest.fixture(scope="module")
def formulas():
    """Return formulas of derivations, each on one line."""
    sheets = [derivation_sheet(derive(parse(WIDE)))]
    sheets += [derivation_sheet(derive(sg.load(f"example:{name}")), expand=True) for name in NAMES]
    return [
        line_latex(item, LatexPrinter(sheet.names))
        for sheet in sheets
        for section in sheet.sections
        for item in section.items
        if isinstance(item, FormulaLine)
    ]


def test_boxes_hold_all_of_a_formula(formulas):
    assert len(formulas) > 80
    for formula in formulas:
        assert text_of(parsed(formula)) == formula


def test_lines_say_what_the_formula_says(formulas):
    broken = [formula for formula in formulas if displayed(formula) != rf"\[ {formula} \]"]
    assert len(broken) > 15
    for formula in broken:
        made = displayed(formula).removeprefix(r"\[").removesuffix(r"\]")
        assert LAYOUT.sub("", made) == LAYOUT.sub("", formula)


def test_no_line_is_wider_than_the_page(formulas):
    for formula in formulas:
        for line in lines(parsed(formula), PAGE, PAGE - 10):
            assert width(line) <= PAGE


@pytest.mark.parametrize("formula", [r"a \right)", "a)", "a & b", r"\frac{a", "a}", r"\left(a"])
def test_what_is_no_formula_stays_as_it_is(formula):
    with pytest.raises(Unbreakable):
        parsed(formula)
    assert displayed(formula) == rf"\[ {formula} \]"


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs pdflatex")
def test_tex_finds_no_line_too_wide(documents, formulas, tmp_path):
    rulers = "\n".join(
        rf"\setbox0=\hbox{{$\displaystyle {formula}$}}\typeout{{ruler {i}: \the\wd0}}"
        for i, formula in enumerate(formulas)
    )
    (tmp_path / "all.tex").write_text(
        "\\documentclass{article}\n\\begin{document}\n"
        + "\n\\clearpage\n".join(documents.values())
        + f"\n\\clearpage\n{rulers}\n\\end{{document}}\n",
        encoding="utf-8",
    )
    command = ["pdflatex", "-interaction=nonstopmode", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    log = (tmp_path / "all.log").read_text(encoding="utf-8", errors="replace")
    assert not re.findall(r"^(?:!|Overfull .hbox).*", log, re.MULTILINE)
    assert done.returncode == 0
    measured = [float(size) for size in re.findall(r"ruler \d+: ([\d.]+)pt", log)]
    assert len(measured) == len(formulas)
    for real, formula in zip(measured, formulas, strict=True):
        assert 0.93 * real - 4 < width(parsed(formula)) < 1.15 * real + 12, formula
