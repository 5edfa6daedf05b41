"""The graph that an article states: `symgrad graph`, and `symgrad verify` without a graph file."""

import random

import pytest

import symgrad as sg
from symgrad.cli import main
from symgrad.errors import SymgradError
from symgrad.verify.drafting import draft_graph
from symgrad.verify.reading.same import same
from symgrad.verify.truth import Truth

ARTICLE = r"""
- Input: $x = 2$
- Target: $y = 1$
- Regularization coefficient: $\lambda = 0.1$
- Learning rate: $\eta = 0.1$

Start with $a = 1, b = 0, c = 1, d = 0$.

- $u = a x + b$
- $h = u^2$
- $v = c h + u + d$
- $p = \frac{1}{1+v}$
- $L = (p - y)^2$
- $R = \frac{\lambda}{2}(a^2+c^2)$
- $J = L + R$

$$\delta = \frac{\partial L}{\partial v} = 2(p - y) \cdot \frac{-1}{(1+v)^2}$$

$$\frac{\partial J}{\partial a} = \delta (2cu + 1) x + \lambda a,
\quad \frac{\partial J}{\partial b} = \delta (2cu + 1)$$

$$\frac{\partial J}{\partial c} = \delta h + \lambda c,
\quad \frac{\partial J}{\partial d} = \delta$$

The second sample is $x = 0$.
"""


def equal_graphs(found, wanted):
    """Tell whether two graphs have the same nodes, with equations that are equal."""
    names = [node.name for node in wanted.nodes if node.formula is not None]
    assert sorted(names) == sorted(n.name for n in found.nodes if n.formula is not None)
    truth = Truth(wanted)
    return all(
        same(truth, wanted.index[n].formula.expression, found.index[n].formula.expression)
        for n in names
    )


def test_the_article_this_project_began_with():
    found = draft_graph(ARTICLE, "article.md").graph
    wanted = sg.load("example:branch_and_merge")
    assert equal_graphs(found, wanted)
    assert found.parameters == wanted.parameters
    assert found.data == wanted.data
    assert found.objective == wanted.objective
    assert found.rate == wanted.rate
    assert found.steps == wanted.steps
    defaults = [
        [node.default for node in graph.nodes if not node.formula] for graph in (found, wanted)
    ]
    assert sorted(map(str, defaults[0])) == sorted(map(str, defaults[1]))


def test_every_equation_has_its_line():
    draft = draft_graph(ARTICLE, "notes/article.md")
    lines = draft.text.splitlines()
    assert lines[lines.index("h = u^2") - 1] == "# line 10: - $h = u^2$"
    assert lines[0] == "# Draft of the graph that article.md states."


def written(kind, e):
    """Return a random expression over names, as LaTeX or as plain text of the graph language."""
    if isinstance(e, str):
        return r"\theta" if kind == "latex" and e == "θ" else e
    sign, left, right = e[0], written(kind, e[1]), written(kind, e[2])
    if sign == "/" and kind == "latex":
        return rf"\frac{{{left}}}{{{right}}}"
    return f"({left} {sign if sign != '*' or kind == 'plain' else chr(92) + 'cdot'} {right})"


def grown(rng, names, depth):
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(names)
    return (rng.choice("+-*/"), grown(rng, names, depth - 1), grown(rng, names, depth - 1))


@pytest.mark.parametrize("seed", range(8))
def test_a_random_graph_comes_back_from_its_article(seed):
    rng = random.Random(seed)  # noqa: S311  (graphs, not secrets)
    names = ["a", "b_1", "θ", "x"]
    article, plain = ["We take the input $x$."], []
    for number in range(1, 5):
        right = ("+", grown(rng, names, 3), names[-1] if number > 1 else "x")
        name = f"q_{number}"
        article.append(f"$${name[0]}_{{{number}}} = {written('latex', right)}$$")
        plain.append(f"{name} = {written('plain', right)}")
        names.append(name)
    last = ("*", "q_4", ("+", "a", ("+", "b_1", "θ")))
    article.append(f"$$J(a, b_1, \\theta) = {written('latex', last)}$$")
    plain.append(f"J = {written('plain', last)}")
    article += [rf"Wanted: $\frac{{\partial J}}{{\partial {n}}}$." for n in ("a", "b_1", r"\theta")]
    found = draft_graph("\n\n".join(article), "a.md").graph
    text = "param a, b_1, θ; data x\n" + "\n".join(plain)
    wanted = sg.parse(text)
    used = [name for name in wanted.index if name in found.index]
    assert found.objective == "J"
    assert set(found.data) == {"x"}
    truth = Truth(wanted)
    for name in used:
        node = wanted.index[name]
        if node.formula is not None:
            assert same(truth, node.formula.expression, found.index[name].formula.expression), seed


@pytest.mark.parametrize(
    ("text", "equations"),
    [
        (r"$z^{[1]} = w x + b$, $J = (z^{[1]} - y)^2$, $\frac{dJ}{dw}$", {"z_1", "J"}),
        (r"$\hat{y} = \sigma(wx)$, $L = (\hat y - y)^2$, $\frac{dL}{dw}$", {"y_hat", "L"}),
        (r"$h_t = \tanh(u h_{t-1} + x)$ and $\partial h_t/\partial u$", {"h_t"}),
        (r"$a = \hat{y} = \sigma(w x)$, $L = -\log a$, $dL/dw$", {"a", "y_hat", "L"}),
        (r"$C = S_0N(d) - Ke^{-rT}$, $\partial C/\partial r, \partial C/\partial T$", {"C"}),
        (r"$f(x, y, z) = (x + y)z$ with $\frac{\partial f}{\partial x} = z$", {"f"}),
        ("u = a*x + b\nJ = (u - y)^2\ndJ/da = 2(u - y)x\n", {"u", "J"}),
        (
            r"$E = E_1 + E_2$, $E = (a - x)^2 + (a - y)^2$, $dE/dE_1$, $dE_1/da$, $dE_2/da$",
            {"E", "E_1", "E_2"},
        ),
        (
            r"$f(x_1) = w x_1$, $f(x_2) = w x_2$, $L = \sum_{i=1}^2 (y_i - f(x_i))^2$, $dL/dw$",
            {"f_1", "f_2", "L"},
        ),
        (r"$J(w) = \frac{1}{2m}\sum_{i=1}^m (w x_i - y_i)^2$ and $\partial J/\partial w$", {"J"}),
    ],
)  # fmt: skip
def test_notations(text, equations):
    graph = draft_graph(text, "a.md" if "$" in text else "a.txt").graph
    assert {node.name for node in graph.nodes if node.formula is not None} == equations


def test_what_is_left_free():
    text = (
        r"The input $x$ and the weight $w$, a constant $k = 3$: $u = w x + k + v + q$, $J = u^2$."
        "\n\n"
        r"Then $\partial J/\partial v = 2u$."
    )
    draft = draft_graph(text, "a.md")
    assert draft.graph.parameters == ("w", "v")
    assert draft.graph.data == ("x", "q")
    assert [node.name for node in draft.graph.nodes if node.kind == "const"] == ["k"]
    assert "objective `J`: it is what the article differentiates" in draft.notes
    assert "`v` taken as a parameter: the article differentiates by it" in draft.notes
    other = draft_graph(text, "a.md", objective="u", wrt=["q"], data=["w"]).graph
    assert (other.objective, other.parameters, other.data) == ("u", ("v", "q"), ("w", "x"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Nothing here.", "a.md states no graph: there is no equation `name = expression` in it"),
        (r"$u = a x$, $\partial L/\partial u = 1$",
         "the article differentiates `L`, but no equation that can be read defines it"),
        (r"$u = v + a$, $v = u b$, $\partial u/\partial a$",
         "the equations of the article go round in a circle: u → v → u"),
        (r"$u = a x$, $J = u^2$, $u = a + x$, $\partial J/\partial a$",
         "the article has two equations for `u` that are not equal"),
        (r"$h_1 = a x$, $J = h_1 + h_2$, $h_2 = 0.5$, $\partial J/\partial a$",
         "no equation that can be read defines `h_2`, but one defines `h_1`"),
        (r"$u = x y$", "a.md does not say what `u` is differentiated by"),
    ],
)  # fmt: skip
def test_an_article_that_leaves_the_graph_open(text, message):
    with pytest.raises(SymgradError) as caught:
        draft_graph(text, "a.md")
    assert caught.value.diagnostics[0].message == message


def test_an_equation_that_cannot_be_read_is_named():
    with pytest.raises(SymgradError, match="line 1: the equation of `J` is left out: ") as caught:
        draft_graph(r"$u = a x$, $J = \sum u$, $\partial J/\partial a$", "a.md")
    assert [item.severity for item in caught.value.diagnostics] == ["error", "note"]


def test_sums_that_are_too_large_end_at_once():
    text = r"$u = \sum_{i=1}^{999999} \sum_{j=1}^{99999} \sum_{k=1}^{9999} a_{ijk}$, $du/dx$"
    with pytest.raises(SymgradError):
        draft_graph(text, "a.md")


def test_pi_is_a_number_in_sums_over_samples_too():
    text = (
        r"$\ell(\mu) = -\frac{n}{2}\log(2\pi) - \frac12\sum_{i=1}^n (x_i - \mu)^2$,"
        r" $\partial\ell/\partial\mu$"
    )
    graph = draft_graph(text, "a.md").graph
    assert set(graph.index) == {"ell", "x", "μ"}


def test_two_equal_equations_are_one():
    text = r"$p = \sigma(a x)$, $L = \log p$, $p = \frac{1}{1 + e^{-ax}}$, $\partial L/\partial a$"
    graph = draft_graph(text, "a.md").graph
    assert [node.name for node in graph.nodes if node.formula is not None] == ["p", "L"]


def test_the_command_lines(tmp_path, capsys):
    path = tmp_path / "article.md"
    path.write_text(ARTICLE, encoding="utf-8")
    target = tmp_path / "model.sg"
    main(["graph", str(path), "-o", str(target)])
    assert "note: objective `J`" in capsys.readouterr().err
    assert sg.load(target).objective == "J"
    with pytest.raises(SystemExit):
        main(["graph", str(path), "-o", str(target)])
    with pytest.raises(SystemExit) as ended:
        main(["verify", str(path)])
    said = capsys.readouterr()
    assert ended.value.code == 0
    assert "refuted" not in said.out
    wrong = ARTICLE.replace(r"\delta (2cu + 1) x", r"\delta x")
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["verify", str(path)])
    assert ended.value.code == 1
    assert "missing_branch" in capsys.readouterr().out


def test_the_options_belong_to_articles(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["verify", "example:branch_and_merge", "--objective", "J"])
    assert ended.value.code == 2
    assert "belong to an article" in capsys.readouterr().err
