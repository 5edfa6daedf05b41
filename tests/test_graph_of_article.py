"""The graph that an article states: `symgrad graph`, and `symgrad verify` without a graph file."""

import random
from fractions import Fraction
from pathlib import Path

import pytest

import symgrad as sg
from symgrad.cli import main
from symgrad.errors import SymgradError
from symgrad.verify.drafting import Wishes, draft_graph
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


ARTICLES = Path(__file__).parent / "data" / "articles"
STATED = sorted(path for path in ARTICLES.iterdir() if path.suffix != ".sg")


@pytest.mark.parametrize("path", STATED, ids=lambda path: path.stem)
def test_articles_of_many_kinds_state_their_graph(path):
    draft = draft_graph(path.read_text(encoding="utf-8"), path.name)
    wanted = sg.load(path.with_suffix(".sg"))
    found = sg.parse(draft.text)
    assert equal_graphs(found, wanted)
    assert found.objective == wanted.objective
    assert set(found.parameters) == set(wanted.parameters)
    assert set(found.data) == set(wanted.data)
    values = [
        {node.name: node.default for node in graph.nodes if node.default is not None}
        for graph in (found, wanted)
    ]
    assert values[0] == values[1]
    assert [dict(step) for step in found.steps] == [dict(step) for step in wanted.steps]
    assert (found.rate or ("", 0))[1] == (wanted.rate or ("", 0))[1]
    assert [str(fact.condition) for fact in found.assumptions] == [
        str(fact.condition) for fact in wanted.assumptions
    ]
    assert sg.derive(found).gradients


@pytest.mark.parametrize("path", STATED, ids=lambda path: path.stem)
def test_articles_are_right_about_the_graph_that_they_state(path):
    text = path.read_text(encoding="utf-8")
    report = sg.verify(draft_graph(text, path.name).graph, text, source=path.name)
    claims = [verdict for verdict in report.verdicts if verdict.status not in NO_CLAIMS]
    assert {verdict.status for verdict in claims} <= {"proved", "agrees"}
    assert len(claims) >= 5


NO_CLAIMS = ("condition", "definition")
HIDDEN = r"""
$z_1 = w_1 x_1 + w_2 x_2 + b_1$ and $h_1 = \tanh z_1$; the other unit has $w_3$, $w_4$.
Then $q = v_1 h_1 + v_2 h_2 + b_2$ and $J = (q - y)^2$,
so $\partial J/\partial w_1$, $\partial J/\partial v_1$.
"""


@pytest.mark.parametrize(
    ("text", "name", "equation"),
    [
        (HIDDEN, "z_2", "w_3*x_1 + w_4*x_2 + b_1"),
        (HIDDEN, "h_2", "tanh(z_2)"),
        (r"$z_1 = w_{11} x_1 + w_{21} x_2$, $J = z_1 z_2$, $dJ/dw_{11}$",
         "z_2", "w_12*x_1 + w_22*x_2"),
        (r"$f_1 = a x_1$, $f_2 = a x_2$, $J = f_1 + f_2 + f_3$, $dJ/da$", "f_3", "a*x_3"),
        (r"$f_1 = a x_1 + b_1$, $f_2 = a x_3 + b_2$, $J = f_1 f_2 f_3$, $dJ/da$",
         "f_3", "a*x_5 + b_3"),
        (r"$h_1 = \tanh(w h_0 + x_1)$, $J = h_1 + h_2$, $x_2 = 3$, $dJ/dw$",
         "h_2", "tanh(w*h_1 + x_2)"),
        (r"$g(x_1) = a x_1$, $J = \sum_{i=1}^3 g(x_i)^2$, $dJ/da$", "g_3", "a*x_3"),
        (r"$h_t = \tanh(w h_{t-1} + x_t)$, $J = \sum_{t=1}^3 h_t$, $dJ/dw$",
         "h_3", "tanh(w*h_2 + x_3)"),
        (r"$h^{(i)} = w x^{(i)}$, $J = \frac1m\sum_{i=1}^m (h^{(i)})^2$, $dJ/dw$", "h", "w*x"),
        (r"$p_k = \sigma(z_k)$ for $k = 1, \ldots, 3$, $J = p_1 p_2 p_3$, $dJ/dz_1$",
         "p_3", "sigmoid(z_3)"),
    ],
)  # fmt: skip
def test_equations_that_are_given_by_analogy(text, name, equation):
    graph = draft_graph(text, "a.md").graph
    inputs = ", ".join(node.name for node in graph.nodes if node.name != name)
    wanted = sg.parse(f"param {inputs}\n{name} = {equation}")
    assert graph[name].formula.expression == wanted[name].formula.expression


@pytest.mark.parametrize("seed", range(4))
def test_any_layer_is_known_by_its_first_unit(seed):
    rng = random.Random(seed)  # noqa: S311  (graphs, not secrets)
    inputs, units = rng.randint(2, 4), rng.randint(2, 4)
    weights = [[f"w_{u * inputs + i + 1}" for i in range(inputs)] for u in range(units)]
    sums = [" + ".join(f"{w} x_{i + 1}" for i, w in enumerate(row)) for row in weights]
    names = ", ".join(f"${w}$" for row in weights for w in row)
    out = " + ".join(f"v_{u + 1} s_{{h{u + 1}}}" for u in range(units))
    text = (
        f"The weights are {names}.\n\n$$n_{{h1}} = {sums[0]} + b_1, "
        rf"\quad s_{{h1}} = \sigma(n_{{h1}})$$"
        f"\n\n$$o = {out} + b_2$$\n\n$$J = (o - y)^2$$\n\n" + r"$\partial J/\partial w_1$"
    )
    graph = draft_graph(text, "a.md").graph
    for u in range(units):
        right = " + ".join(f"{w}*x_{i + 1}" for i, w in enumerate(weights[u])) + " + b_1"
        wanted = sg.parse(f"param {', '.join(weights[u])}, b_1\ndata x_1,x_2,x_3,x_4\nz = {right}")
        found = graph[f"n_h{u + 1}"].formula.expression
        assert found == wanted["z"].formula.expression, text


def test_numbers_put_in_are_values_and_say_which_equation_is_meant():
    text = r"""
$z = w x + b = 0.5 \cdot 3 - 1 = 0.5$ and $J = z^2$, $\partial J/\partial w$.

$w^+ = w - \eta \frac{\partial J}{\partial w} = 0.5 - 0.2 \cdot 3 = -0.1$.

Later $z = w x - b$.
"""
    draft = draft_graph(text, "a.md")
    values = {node.name: node.default for node in draft.graph.nodes if node.default is not None}
    assert values == {"w": Fraction(1, 2), "b": -1}
    assert draft.graph.rate == ("η", Fraction(1, 5))
    assert "line 2: `x = 3`, for that number stands in its place" in draft.notes
    assert any("another one than that of line 2" in note for note in draft.notes)


def test_equations_and_values_of_the_options_come_first():
    text = r"$u = a x$, $J = u^2$, $u = a + x$, $a = 3$, $\partial J/\partial a$"
    wishes = Wishes(equations=("u = a - 2x", "a = 5"), const=("x",))
    draft = draft_graph(text, "a.md", wishes)
    assert "# as the options say\nu = a - 2*x\n" in draft.text
    assert "param a = 5\nconst x\n" in draft.text
    with pytest.raises(SymgradError, match=r"written `NAME = EXPRESSION`, not `a \+ b`"):
        draft_graph(text, "a.md", Wishes(equations=("a + b",)))


def test_a_value_that_is_stated_speaks_against_an_analogy():
    values = "$x_1 = 1$, $x_2 = 2$, $a = 3$"
    text = rf"$h_1 = a x_1$, $h_2 = 5$, $J = h_1 + h_2$, {values}, $dJ/da$ and $dJ/dh_2$"
    with pytest.raises(SymgradError, match="by one like that of `h_1` it is 6, but the article"):
        draft_graph(text, "a.md")


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
        (r"$\log\frac{p}{1-p} = wx$, $L = -\log p$, $\partial L/\partial w$", {"p", "L"}),
        (r"$\log \mu = \eta = wx$, $L = \mu - y\eta$, $dL/dw$", {"μ", "η", "L"}),
        (r"$p = \sigma(wx)$, $\operatorname{logit}(p) = wx$, $L = -\log p$, $dL/dw$", {"p", "L"}),
        (r"$L = (wx - y)^2$; $\partial L/\partial w = 0$ gives $w = y/x$.", {"L"}),
    ],
)  # fmt: skip
def test_notations(text, equations):
    graph = draft_graph(text, "a.md" if "$" in text else "a.txt").graph
    assert {node.name for node in graph.nodes if node.formula is not None} == equations


def test_a_function_of_a_name_is_solved_for_it():
    text = r"$\log\frac{p}{1-p} = wx$, $L = -y\log p$, $\partial L/\partial w = -y(1-p)x$"
    graph = draft_graph(text, "a.md").graph
    wanted = sg.parse("param w; data x, y; p = sigmoid(w*x); L = -y*log(p)")
    assert graph["p"].formula == wanted["p"].formula


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
    other = draft_graph(text, "a.md", Wishes("u", ("q",), ("w",))).graph
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
        (r"$u = x y$, $\partial u/\partial z$",
         "the article differentiates by `z`, but no equation leads from it to `u`"),
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


def test_a_text_alone_is_an_article_unless_it_declares_a_graph(tmp_path, capsys):
    path = tmp_path / "notes.txt"
    path.write_text("z = w*x + b\nL = (z - y)^2\nSo dL/dw = 2(z - y)x and dL/db = 2(z - y).\n")
    with pytest.raises(SystemExit) as ended:
        main(["verify", str(path)])
    assert ended.value.code == 0
    assert "4 claims: 4 proved" in capsys.readouterr().out
    path.write_text("param w\nL = w^2\ncheck dL/dw = 2w\n")
    with pytest.raises(SystemExit) as ended:
        main(["verify", str(path)])
    assert ended.value.code == 0
    assert "1 claim: 1 proved" in capsys.readouterr().out


def test_the_options_belong_to_articles(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["verify", "example:branch_and_merge", "--objective", "J"])
    assert ended.value.code == 2
    assert "belong to an article" in capsys.readouterr().err


PENDULUM = r"""
Along the circle $T = \frac12 m(\dot x^2 + \dot y^2) = \frac12 m l^2\dot\theta^2$, and
$V = -mgl\cos\theta$. With $L = T - V$,

$$p_\theta = \frac{\partial L}{\partial\dot\theta} = ml^2\dot\theta, \qquad
\dot\theta = \frac{p_\theta}{ml^2}$$

and $\frac{\partial L}{\partial\theta} = -mgl\sin\theta$.
"""
PRIMES = """
```{math}
:name: forward
h = xW_1 + b_1

y' = hW_2 + b_2

L = \\frac{1}{2}(y' - t)^2
```
so $\\frac{dL}{dy'} = y' - t$ and $\\frac{dL}{dW_2} = (y' - t) h^T$,
$\\frac{dL}{dW_1} = (y' - t)W_2x$.
"""
STEPS = """
Step 1: z = w₁x₁ + w₂x₂ + b
Step 2: a = σ(z)

With $z = w^T x + b$ and $L = -y \\log a - (1 - y)\\log(1 - a)$ we get $\\frac{dL}{dz} = a - y$. As
$\\frac{d}{dx}\\tanh(x) = 1 - \\tanh^2(x)$ is not used here, $\\frac{dL}{db} = a - y$.
"""
UTILITY = r"""
$$U(x, y) = x^{\alpha} y^{\beta}, \qquad \alpha, \beta > 0$$

so $\frac{\partial U}{\partial x} = \alpha U/x$.
"""
UPDATES = r"$e = (r - pq)^2$, $\frac{de}{dp} = -2(r - pq)q$, $p^{new} = p + 2\eta(r - pq)q$."


@pytest.mark.parametrize(("article", "wanted"), [
    (PENDULUM, "param θ_dot, θ; const m, g, l; T = m*l^2*θ_dot^2/2; V = -m*g*l*cos(θ); L = T - V"),
    (PRIMES, ("param W_1, W_2; data x, t, b_1, b_2; h = x*W_1 + b_1; y_prime = h*W_2 + b_2; "
             "L = (y_prime - t)^2/2")),
    (STEPS, ("param w₁, w₂, b; data x₁, x₂, y; z = w₁*x₁ + w₂*x₂ + b; a = sigmoid(z); "
            "L = -y*log(a) - (1 - y)*log(1 - a)")),
    (UTILITY, "param x, y; const α, β; U = x^α*y^β"),
    (UPDATES, "param p, q; data r; e = (r - p*q)^2"),
])  # fmt: skip
def test_articles_in_the_ways_that_people_write(article, wanted):
    found = draft_graph(article, "article.md")
    assert equal_graphs(found.graph, sg.parse(wanted))
    judged = sg.verify(found.graph, article, source="article.md")
    assert not [one for one in judged.verdicts if one.status == "refuted"]
