"""Sheets as text, LaTeX, Markdown and JSON: whole, readable elsewhere, and stable."""

import json
import re
from functools import cache

import pytest

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.expression.print_ascii import AsciiPrinter
from symgrad.render.document import document
from symgrad.render.json import SCHEMA, derivation_json
from symgrad.render.latex import prose
from symgrad.render.latex_document import latex_of
from symgrad.render.markdown import markdown_of
from symgrad.render.paths_sheet import paths_sheet
from symgrad.render.second_sheet import hessian_sheet, hvp_sheet
from symgrad.render.sheet import all_names, derivation_sheet, scientific
from symgrad.render.steps_sheet import brief_sections, full_sections
from symgrad.render.text import text_of
from symgrad.sources import load
from symgrad.sources.text import parse
from tests.formulas import read_back, same_tree

ODD = """# 100 % of #names_ $ & {odd} ~^\\
param ж, 权, α_1_b, rate_x, w_i2, Alpha, x_σ, w1, w_1
data x
assume ж > 0, w_i2 + rate_x = 1
u = ж*权*α_1_b + rate_x*w_i2*Alpha*x_σ^2 + w1*w_1
h = where(u > 0 and not (x < 1 or x == 2), max(u, x, 1)^(1/3), polygamma(2, u)) + abs(u)
k = cbrt(x) + erf(x)*sqrt(2) + 2^u + log2(u) + logsumexp(u, x) + lgamma(x)*gelu(x)*hypot(u, x)
J = h^2 - 1/3*h*k + stop_gradient(u)*normal_cdf(x)
"""

# Every command that a printed formula may use is one of the LaTeX kernel: no package is needed.
KERNEL = set(
    r"""
    \alpha \beta \gamma \delta \epsilon \zeta \eta \theta \iota \kappa \lambda \mu \nu \xi \pi \rho
    \sigma \tau \upsilon \phi \chi \psi \omega \Gamma \Delta \Theta \Lambda \Xi \Pi \Sigma \Upsilon
    \Phi \Psi \Omega \varphi \frac \partial \cdot \left \right \sqrt \exp \ln \log \sin \cos \tan
    \arcsin \arccos \arctan \sinh \cosh \tanh \max \min \mathbf \mathrm \mbox \begin \end \le \ge
    \ne \neg \nabla
    \to \quad \qquad \displaystyle \scriptstyle \parbox \raggedright
    \subsection \noindent \par \times \textasciitilde \textasciicircum \textbackslash
    """.split()
)


def explained(graph):
    d = derive(graph)
    return derivation_sheet(d, steps=[*brief_sections(d), *full_sections(d)])


SHEETS = {
    **{name: lambda name=name: explained(load(f"example:{name}")) for name in examples.names()},
    "expanded": lambda: derivation_sheet(derive(load("example:branch_and_merge")), expand=True),
    "paths": lambda: paths_sheet(derive(load("example:attention"))),
    "hessian": lambda: hessian_sheet(derive(load("example:gaussian_nll"))),
    "hvp": lambda: hvp_sheet(derive(load("example:black_scholes"))),
    "odd": lambda: explained(parse(ODD)),
}  # fmt: skip


@cache
def sheet_of(name):
    return SHEETS[name]()


def without_escapes(text):
    return re.sub(r"\\[&%$#_{}\\]", "", text)


@pytest.mark.parametrize("name", SHEETS)
def test_latex_is_balanced_and_uses_the_kernel_only(name):
    text = latex_of(sheet_of(name))
    lines = [line for line in text.splitlines() if not line.startswith("%")]
    body = without_escapes("\n".join(lines))
    assert set(re.findall(r"\\[A-Za-z]+", body)) <= KERNEL
    assert body.count("{") == body.count("}")
    assert body.count(r"\left") == body.count(r"\right")
    assert body.count(r"\begin") == body.count(r"\end")
    assert body.count(r"\[") == body.count(r"\]")
    assert body.count("$") % 2 == 0
    assert not re.search(r"[^\x00-\x7f]", body)
    assert not re.search(r"[#&%~]", re.sub(r"(?s)\\\[ .*? \\\]", "", body))


@pytest.mark.parametrize("name", SHEETS)
def test_latex_formulas_have_no_bare_word(name):
    # a word in italics would be a product of letters: words stand in \mathrm, \mbox or a command
    paragraphs = re.compile(r"\\parbox\{[^{}]*\}\{(?:[^{}]|\{[^{}]*\})*\}")
    arguments = r"\{[^{}]*\}(?:\{(?:ll|rcll|c+|@[^&]*?@\{\})\})?"
    for formula in re.findall(r"(?s)\\\[ (.*?) \\\]", latex_of(sheet_of(name))):
        rest = re.sub(r"\$[^$]*\$", "", paragraphs.sub("", formula))  # a formula among words
        rest = re.sub(rf"\\(?:mathrm|mbox|begin|end){arguments}", "", rest)
        rest = re.sub(r"\\[A-Za-z]+", "", rest)
        assert not re.findall(r"[A-Za-z]{5,}", rest), formula


@pytest.mark.parametrize("name", SHEETS)
def test_markdown_has_closed_blocks(name):
    text = markdown_of(sheet_of(name))
    assert text.count("```math\n") * 2 == text.count("```")
    assert r"\mbox" not in text
    outside = re.sub(r"```math\n.*?\n```", "", text, flags=re.DOTALL)
    assert len(re.findall(r"(?<!\\)\$", outside)) % 2 == 0
    for block in re.findall(r"```math\n(.*?)\n```", text, flags=re.DOTALL):
        assert "\n" not in block
        plain = without_escapes(block)
        assert plain.count("{") == plain.count("}")


@pytest.mark.parametrize("name", SHEETS)
def test_ascii_text_is_ascii(name):
    assert text_of(sheet_of(name), ascii_only=True).isascii()


@pytest.mark.parametrize("style", ["text", "latex", "markdown", "json"])
def test_document_ends_with_one_newline(style):
    text = document(sheet_of("paths"), style=style)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_latex_of_the_article():
    text = latex_of(derivation_sheet(derive(load("example:branch_and_merge")), limit=0))
    assert r"\[ R = \frac{\lambda}{2}(a^{2} + c^{2}) \]" in text
    assert (
        r"\[ \delta = \frac{\partial L}{\partial v} = 2(p - y) \cdot \frac{-1}{(1 + v)^{2}}"
        r" = -2(p - y)p^{2} \]"
    ) in text
    assert r"\[ \frac{\partial J}{\partial a} = \delta(2cu + 1)x + \lambda a \]" in text


def test_latex_names():
    text = latex_of(sheet_of("odd"))
    for shown in (r"\alpha_{1,b}", r"\mathrm{rate}_{x}", r"x_{\sigma}", r"\mathrm{A}", "u0436"):
        assert shown in text
    assert r"\mathrm{w1}" in text
    assert r"\mathrm{w\_1}" in text


def test_latex_condition_is_words_and_signs():
    text = latex_of(sheet_of("odd"))
    assert r"\mbox{if } u > 0 \mbox{ and } \neg (x < 1 \mbox{ or } x = 2)" in text


def test_prose_is_escaped():
    assert prose("50% of a_b < c & λ ≤ 1") == r"50\% of a\_b $<$ c \& $\lambda$ $\le$ 1"


def test_title_never_leaves_its_comment():
    sheet = derivation_sheet(derive(load("example:huber")))
    assert latex_of(sheet).splitlines()[0] == f"% {sheet.title}"


# -- JSON ----------------------------------------------------------------------------------------

KEYS = {
    "schema", "title", "objective", "sense", "parameters", "data", "constants", "equations",
    "paths", "local_derivatives", "sensitivities", "merges", "gradients", "assumptions", "notes",
    "conventions",
}  # fmt: skip
ENTRY_KEYS = {
    "parameters": {"name", "latex", "default"},
    "data": {"name", "latex", "default"},
    "constants": {"name", "latex", "default"},
    "equations": {"name", "formula", "latex"},
    "local_derivatives": {"node", "operand", "formula", "latex", "direct"},
    "sensitivities": {"name", "node", "of", "formula", "latex", "terms"},
    "merges": {"node", "of", "formula", "latex"},
    "gradients": {"parameter", "formula", "latex", "terms"},
}


@pytest.mark.parametrize("name", examples.names())
def test_json_has_the_keys_of_its_schema(name):
    content = json.loads(derivation_json(derive(load(f"example:{name}"))))
    assert content["schema"] == SCHEMA == "symgrad.derivation/1"
    assert set(content) == KEYS
    for key, wanted in ENTRY_KEYS.items():
        assert all(set(entry) == wanted for entry in content[key]), key
    for entry in (*content["sensitivities"], *content["gradients"]):
        assert all(set(term) == {"sensitivity", "factor"} for term in entry["terms"])
    for entry in content["paths"].values():
        assert set(entry) == {"count", "listed"}


def test_documentation_of_the_schema_names_every_key():
    import symgrad.render.json as module  # noqa: PLC0415  (its docstring is the documentation)

    for key in KEYS:
        assert f"`{key}`" in module.__doc__


def test_json_of_the_article():
    content = json.loads(derivation_json(derive(load("example:branch_and_merge"))))
    assert content["gradients"][0] == {
        "parameter": "a",
        "formula": "delta*(2*c*u + 1)*x + lambda*a",
        "latex": r"\delta(2cu + 1)x + \lambda a",
        "terms": [
            {"sensitivity": "delta", "factor": "(2*c*u + 1)*x"},
            {"sensitivity": None, "factor": "lambda*a"},
        ],
    }
    assert content["constants"] == [{"name": "lambda", "latex": r"\lambda", "default": "1/10"}]
    assert content["paths"]["a"]["count"] == 3
    assert content["paths"]["c"]["listed"][0] == ["J", "L", "p", "v", "c"]


@pytest.mark.parametrize("name", ["attention", "lstm_cell", "vae_kl", "landmark_fix"])
def test_json_formulas_are_the_graph_language(name):
    d = derive(load(f"example:{name}"))
    printer = AsciiPrinter(all_names(d))
    content = json.loads(derivation_json(d))
    for entry, item in zip(content["sensitivities"], d.sensitivity_list, strict=True):
        back = read_back(entry["formula"], all_names(d), printer)
        assert same_tree(back, item.form.expression)
    for entry, (_, form) in zip(content["gradients"], d.gradient_forms, strict=True):
        for term, wanted in zip(entry["terms"], form.terms, strict=True):
            assert same_tree(read_back(term["factor"], all_names(d), printer), wanted.factor)


def test_json_of_another_sheet():
    content = json.loads(document(sheet_of("paths"), style="json"))
    assert set(content) == {"schema", "title", "sections"}
    assert content["schema"] == "symgrad.sheet/1"
    first = content["sections"]["paths_w_q"][0]
    assert first["path"][0] == "L"
    assert set(first) == {"path", "product"}


def test_text_of_second_order():
    text = text_of(hessian_sheet(derive(parse("param a, b; data x; u = a*x + b; J = u^3"))))
    assert "∂²J/∂a²" in text
    assert "ε_a" in text


@pytest.mark.parametrize(("count", "shown"), [(2**1000, "1.07e301"), (10**15, "1.00e15")])
def test_large_counts_are_short(count, shown):
    assert scientific(count) == shown
