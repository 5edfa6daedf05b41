"""The graph language: statements, names, shapes, and the graph they make."""

from fractions import Fraction
from itertools import pairwise

import pytest

from symgrad.errors import SourceError
from symgrad.expression.tree import Add, Compare, Constant, Mul, Neg, Number, Pow, Var, number
from symgrad.graph.arrays import ArrayGraph
from symgrad.sources.text import parse, parse_equation

ARTICLE = """\
# Branch and merge: u reaches v directly and through h.
param a = 1, b = 0, c = 1, d = 0      # the value is the starting value
data  x, y                            # one value a sample
const λ = 0.1

u = a*x + b
h = u^2
v = c*h + u + d
p = 1/(1 + v)
L = (p - y)^2
R = λ/2*(a^2 + c^2)
J = L + R

minimize J

rate η = 0.1
step x = 2, y = 1
step x = 0, y = 1
check dJ/dd = δ   # proved elsewhere
"""


def test_the_article_is_read_whole():
    graph = parse(ARTICLE, source="model.sg")
    assert graph.title == "Branch and merge: u reaches v directly and through h."
    assert graph.parameters == ("a", "b", "c", "d")
    assert graph.data == ("x", "y")
    assert graph.constants == ("λ",)
    assert graph["λ"].default == Fraction(1, 10)
    assert graph["x"].default is None
    assert [node.name for node in graph.ordered] == ["u", "h", "v", "p", "L", "R", "J"]
    assert graph.objective == "J"
    assert not graph.maximize
    assert graph.rate == ("η", Fraction(1, 10))
    assert graph.steps == ((("x", 2), ("y", 1)), (("x", 0), ("y", 1)))
    assert graph.checks[0].text == "dJ/dd = δ"
    assert graph.warnings == ()
    assert (graph["v"].line, graph["v"].column) == (8, 1)
    assert (graph["b"].line, graph["b"].column) == (2, 14)
    assert graph["L"].formula.expression == Pow(Add((Var("p"), Neg(Var("y")))), number(2))


def test_statements_on_one_line_are_those_on_several():
    graph = parse("param a; data x; u = a*x;  J = u^2; minimize J")
    assert [(node.name, node.column) for node in graph.nodes] == [
        ("a", 7), ("x", 15), ("u", 18), ("J", 28),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffparam a, b\r\nJ = a*b\r\n",
        "\tparam\ta\t,\tb\t\r\n\r\n \tJ\t=\ta\t*\tb\t",
        "param a,\n  b\nJ = a*b",
        "param a\nparams b\nJ = a*b",
        "param a, b\nJ = a*\n  b",
        "param a, b\nJ = a \\\n * b",
        "param a, b\nJ = (a\n\n  # why not\n  *b)",
        "J = a*b\nparam a, b",
    ],
)
def test_layout_does_not_matter(text):
    graph = parse(text)
    assert graph["J"].formula.operands == ("a", "b")
    assert graph.parameters == ("a", "b")


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        ("1/3", Fraction(1, 3)),
        ("-2.5", Fraction(-5, 2)),
        ("+1e-3", Fraction(1, 1000)),
        ("2^-3*(1 + 1)", Fraction(1, 4)),
        ("−4", Fraction(-4)),
    ],
)
def test_starting_values_are_exact(value, exact):
    assert parse(f"param a = {value}, b = 1\nJ = a*b")["a"].default == exact


@pytest.mark.parametrize(
    "name",
    ["I", "E", "S", "N", "O", "Q", "d", "beta", "gamma", "zeta", "Gamma", "E_n", "lambda", "e",
     "pi", "x̂", "ŷ", "w₁", "rate", "step", "_", "exp", "where", "import", "名", "θ_max"],
)  # fmt: skip
def test_every_name_is_only_a_name(name):
    graph = parse(f"param {name} = 2\nJ = {name}^2")
    assert graph.parameters == (name,)
    assert graph["J"].formula.operands == (name,)


def test_spellings_of_a_greek_letter_are_one_name_in_the_first_spelling():
    graph = parse("const \\lambda = 1\nparam w_1\nJ = λ*lambda*\\lambda*w_1^2")
    assert graph.constants == ("lambda",)
    assert graph["J"].formula.operands == ("lambda", "w_1")
    assert parse("const σ_x=1; param a; J = a*sigma_x")["J"].formula.operands == ("a", "σ_x")


def test_pi_and_e_are_numbers_until_they_are_defined():
    pattern = parse("param a\nJ = pi*e*a")["J"].formula.pattern
    assert pattern == Mul((Constant("pi"), Constant("e"), Var(0)))
    assert parse("param a, e\nJ = π*e*a")["J"].formula.operands == ("e", "a")


def test_the_last_equation_is_the_objective_unless_one_is_named():
    assert parse("param a\nu = a^2\nv = u*2").objective == "v"
    graph = parse("param a\nmaximize u\nu = a^2\nv = u*2")
    assert graph.objective == "u"
    assert graph.maximize


def test_equations_of_one_shape_share_one_pattern():
    graph = parse("param a, b\nu = a*b^2 + b\nv = b*u^2 + u\nw = a*u^2 + v\nz = a * u^2 + v")
    u, v, w, z = graph.ordered
    assert u.formula.pattern is v.formula.pattern
    assert u.formula.pattern != w.formula.pattern
    assert w.formula.pattern == z.formula.pattern


def test_shapes_with_numbers_and_constants_are_kept_apart():
    graph = parse("param a\nu = pi*a\nv = e*u\nw = 2*v\nz = 3*w + pi*a")
    first = [node.formula.expression.factors[0] for node in graph.ordered[:3]]
    assert first == [Constant("pi"), Constant("e"), number(2)]


def test_operands_come_in_the_order_of_the_tree():
    graph = parse(
        "param a, b\ndata x\nJ = Piecewise((a, x > 0), (b, True))\nK = J + where(b>0,a,x)"
    )
    assert graph["J"].formula.operands == ("x", "a", "b")
    graph = parse(
        "param a, b\ndata x\n"
        "u = Piecewise((a, x > 0), (b, True))\nJ = Piecewise((b, u > 0), (a, True))"
    )
    assert graph["J"].formula.operands == ("u", "b", "a")
    assert graph["J"].formula.pattern is graph["u"].formula.pattern


def test_assumptions_are_comparisons_one_by_one():
    graph = parse("param S, t1, t2\nJ = S*t1*t2\nassume 0 < S ≤ 1, t1 + t2 = 1 and t1 != 0")
    assert [fact.text for fact in graph.assumptions] == ["0 < S", "S ≤ 1", "t1 + t2 = 1", "t1 != 0"]
    assert graph.assumptions[1].condition == Compare("<=", Var("S"), Number(Fraction(1)))
    assert graph.assumptions[2].condition.relation == "=="
    assert graph.assumptions[0].line == 3


def test_inputs_without_influence_are_warned_about():
    graph = parse("param a, b\ndata x\nconst k = 1\nu = b*2\nJ = a^2", source="m.sg")
    assert [(w.severity, w.message) for w in graph.warnings] == [
        ("warning", "parameter `b` is not used in `J`: its gradient is 0"),
        ("warning", "data `x` is not used in `J`"),
        ("warning", "constant `k` is not used in `J`"),
    ]
    assert graph.warnings[0].place.column == 10


def test_a_name_used_in_an_assumption_only_is_no_reason_to_warn():
    assert parse("param a\nconst k\nJ = a^2\nassume k > 0").warnings == ()


def test_a_bare_equation_declares_its_names():
    graph = parse_equation("u = \\lambda*w*x + pi; J = (u - y)^2", wrt=("w", "lambda"))
    assert graph.parameters == ("w", "lambda")
    assert graph.data == ("x", "y")
    assert graph.objective == "J"
    assert parse_equation("J = e*x", wrt=("e",)).parameters == ("e",)


def test_a_bare_equation_needs_its_parameters():
    with pytest.raises(SourceError, match="there is no parameter") as caught:
        parse_equation("J = a*x", wrt=())
    assert caught.value.diagnostics[0].help == "name what to differentiate by: `--wrt a`"
    with pytest.raises(SourceError, match="unknown name `ab`: it does not occur"):
        parse_equation("J = a*x", wrt=("ab",))


def test_a_long_chain_is_read_in_order():
    count = 2000
    lines = [f"u{k + 1} = w{k}*u{k}^2 + u{k}" for k in range(count)]
    graph = parse(
        "\n".join(["param " + ", ".join(f"w{k}" for k in range(count)), "data u0", *lines])
    )
    assert len(graph.ordered) == count
    assert all(a.formula.pattern is b.formula.pattern for a, b in pairwise(graph.ordered))
    backwards = parse("\n".join(["param " + ", ".join(f"w{k}" for k in range(count)), "data u0",
                                 *reversed(lines), f"minimize u{count}"]))  # fmt: skip
    assert [node.name for node in backwards.ordered] == [node.name for node in graph.ordered]


NAMES_OF_PAPERS = {
    r"h_{t-1}": "h_tm1", r"W^{(1)}": "W_1", r"W^{[2]}_{ij}": "W_2_ij", r"\hat{y}": "y_hat",
    r"\hat y": "y_hat", r"\tilde{z}_{1}": "z_tilde_1", r"\mathbf{w}": "w", r"\theta_{0}": "θ_0",
    r"\mathrm{loss}_{new}": "loss_new", r"b_{1}": "b_1",
}  # fmt: skip


@pytest.mark.parametrize("written", NAMES_OF_PAPERS)
def test_names_as_papers_write_them(written):
    plain = NAMES_OF_PAPERS[written]
    found = parse(f"param {written} = 2\ndata x\nu = x*{written} + {written}^2\nJ = {written}*u")
    wanted = parse(f"param {plain} = 2\ndata x\nu = x*{plain} + {plain}^2\nJ = {plain}*u")
    assert found.nodes[0].name == wanted.nodes[0].name == plain
    assert [node.formula for node in found.nodes] == [node.formula for node in wanted.nodes]


@pytest.mark.parametrize("written", NAMES_OF_PAPERS)
def test_faults_behind_such_names_are_at_their_own_place(written):
    line = f"J = {written}*x + {written}*nowhere"
    with pytest.raises(SourceError) as caught:
        parse(f"param {written}\ndata x\n{line}")
    (found,) = caught.value.diagnostics
    assert (found.place.text, found.place.column) == (line, line.index("nowhere") + 1)


ALIKE = [("lam", "λ"), ("lam", r"\lambda"), ("w_1", "w1"), ("y_hat_1", r"\hat{y_1}"), ("ell", "l")]


@pytest.mark.parametrize(("defined", "used"), [*ALIKE, *((b, a) for a, b in ALIKE)])
def test_spellings_that_a_reader_takes_for_one_name_are_one(defined, used):
    found = parse(f"param {defined}, c; J = c*{used}")
    name = found.nodes[0].name
    assert found["J"].formula.operands == ("c", name)
    assert [item.severity for item in found.warnings] == ["note"]


def test_of_two_names_that_are_alike_none_is_taken_for_the_other():
    found = parse("param lam, λ; J = lam*λ")
    assert found["J"].formula.operands == ("lam", "λ")
    assert not found.warnings


def test_given_without_a_shape_is_a_constant_of_a_graph_of_numbers():
    said = "param a; {} s = 2, t; J = a*s + t"
    kinds = [[(node.name, node.kind, node.default) for node in parse(said.format(word)).ordered]
             for word in ("given", "const")]  # fmt: skip
    assert kinds[0] == kinds[1]
    assert not isinstance(parse(said.format("given")), ArrayGraph)
    assert isinstance(parse("param a[n]; given s[n]; J = a·s"), ArrayGraph)
    assert parse("param a; given = a^2").objective == "given"
