"""Claims about array graphs: proved for all sizes, or refuted at a point; never the wrong way."""

import time

import pytest

import symgrad as sg
from symgrad.derivation.arrays.jacobian import adjoints
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.print_latex import LatexArrayPrinter
from symgrad.expression.arrays.print_text import TextPrinter
from symgrad.expression.arrays.size import named
from symgrad.verify.arrays.latex import plain_text
from symgrad.verify.arrays.normal import vanishes
from tests import judged
from tests.array_numbers import FOLDER, cases

GRAPHS = sorted(path.stem for path in FOLDER.glob("*.sg"))
NOT_PROVED = {"focal"}  # a logarithm of a quotient: it agrees at points


def load(name):
    return sg.load(str(FOLDER / f"{name}.sg"))


@pytest.mark.parametrize("name", GRAPHS)
def test_check_lines_are_proved(name):
    report = sg.verify(load(name))
    assert [v.status for v in report.verdicts] == ["proved"] * len(load(name).checks)


@pytest.mark.parametrize(("name", "source"), [case[:2] for case in cases()][::3])
def test_gradients_are_proved_in_text_and_latex_and_as_swept(name, source):
    graph = sg.graph(source)
    d = sg.derive(graph, sensitivities="none")
    raw = adjoints(graph, graph.objective, leaves.ONE)
    text, latex = TextPrinter(graph.index), LatexArrayPrinter(graph.index)
    top = graph.objective
    claims = []
    for parameter, tree in d.array_gradients:
        claims.append(f"∂{top}/∂{parameter} = {text.expression(tree)}")
        claims.append(f"∂{top}/∂{parameter} = {text.expression(raw[parameter])}")
        left = rf"\frac{{\partial {latex.name(top)}}}{{\partial {latex.name(parameter)}}}"
        claims.append(f"${left} = {latex.expression(tree)}$")
    found = {v.status for claim in claims for v in sg.verify(graph, claim, explain=False).verdicts}
    assert found <= ({"proved", "agrees"} if name in NOT_PROVED else {"proved"})


@pytest.mark.parametrize(("name", "source"), [case[:2] for case in cases()][1::4])
def test_wrong_signs_and_factors_are_refuted(name, source):
    del name
    graph = sg.graph(source)
    printer = TextPrinter(graph.index)
    for parameter, tree in sg.derive(graph, sensitivities="none").array_gradients:
        for wrong in (build.neg(tree), leaves.scaled(leaves.HALF.value, tree)):
            claim = f"∂{graph.objective}/∂{parameter} = {printer.expression(wrong)}"
            assert judged.statuses(graph, claim, source=None) == ["refuted"]


@pytest.mark.parametrize(
    ("graph", "claim", "kind"),
    [
        ("linear_mse", "∂L/∂W = x rᵀ", "transposed"),
        ("linear_mse", "∂L/∂W = r x", "shape"),
        ("linear_mse", "∂L/∂b = -r", "sign"),
        ("linear_mse", "∂L/∂b = 2r", "factor"),
        ("ridge", "∂J/∂w = Xᵀr/N", "missing_regularization"),
        ("ridge", "∂J/∂w = Xᵀr + λw", "other"),
        ("kalman", "∂J/∂K = 2(K R - F P H)", "transposed"),
        ("mlp", "∂L/∂W2 = δ_2 xᵀ", "shape"),
    ],
)
def test_slips_are_named(graph, claim, kind):
    (verdict,) = sg.verify(load(graph), claim).verdicts
    assert verdict.status == "refuted"
    assert verdict.diagnosis.kind == kind


def test_product_order_and_taken_symmetry_are_named():
    graph = sg.graph('def f(A: "n n", *, x: "n"): return x@A@A@x')
    (verdict,) = sg.verify(graph, "∂f/∂A = A x xᵀ + x xᵀ Aᵀ").verdicts
    assert verdict.status == "refuted"
    graph = sg.graph('def f(x: "n", *, A: "n n"): return x@A@x')
    (verdict,) = sg.verify(graph, "∂f/∂x = 2 A x").verdicts
    assert (verdict.status, verdict.diagnosis.kind) == ("refuted", "symmetric_assumed")


@pytest.mark.parametrize(
    "claim",
    [
        r"$$\frac{\partial L}{\partial \mathbf{W}} = \mathbf{r}\,\mathbf{x}^{\top}$$",
        r"$\nabla_{W} L = r x^\intercal$",
        r"$\frac{\partial L}{\partial W_{ij}} = r_i x_j$",
        r"\begin{align} \frac{\partial L}{\partial b} &= z - y \\ &= r \end{align}",
        "dL/dW = (W x + b - y) xᵀ",
        "∂L/∂W_{ij} = (Σ_k W_{ik} x_k + b_i - y_i)·x_j",
        "∂L/∂b = 1 ⊙ r",
    ],
)
def test_notations_are_read(claim):
    report = sg.verify(load("linear_mse"), claim)
    assert {v.status for v in report.verdicts} == {"proved"}, str(report)


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("∂L/∂W2 = h δ_2ᵀ\n∂L/∂W1 = x δ_1ᵀ", "proved* proved*"),
        ("∂L/∂W2 = h δ_2ᵀ\n∂L/∂b1 = δ_1ᵀ", "proved* proved*"),
        ("∂L/∂b1 = δ_1ᵀ\n∂L/∂W1 = δ_1xᵀ\n∂L/∂W2 = h δ_2ᵀ", "proved* proved refuted"),
        ("∂L/∂W2 = h δ_2ᵀ\n∂L/∂W1 = x δ_1ᵀ\n∂L/∂b1 = δ_1", "refuted refuted proved"),
        ("∂L/∂W2 = h δ_2ᵀ\n∂L/∂W1 = 2x δ_1ᵀ\n∂L/∂b1 = -δ_1ᵀ", "refuted refuted refuted"),
        ("∂L/∂W2 = h δ_2ᵀ\n∂L/∂W2 = h δ_2ᵀ", "refuted refuted"),
        ("∂u/∂x = W1ᵀ\n∂z/∂h = W2ᵀ\n∂L/∂b1 = δ_1", "proved* proved* proved"),
        ("∂u/∂x = W1ᵀ\n∂z/∂h = W2", "refuted proved"),
        ("∂u/∂x = W1ᵀ\n∂u/∂x = W1ᵀ", "refuted refuted"),
        ("layout denominator\n∂L/∂W2 = h δ_2ᵀ\n∂L/∂W1 = x δ_1ᵀ", "condition refuted refuted"),
    ],
)
def test_a_text_all_of_whose_gradients_are_transposed_is_right_in_its_own_layout(text, statuses):
    found = sg.verify(load("mlp"), text).verdicts
    assert (
        " ".join(v.status + "*" * any("layout" in r for r in v.remarks) for v in found) == statuses
    )


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("∂L/∂b = z - y = 0", "proved"),
        ("∂L/∂b = 2(z - y) = 0", "refuted"),
        ("∂L/∂W = 0", "condition"),
        ("$\\nabla_W L = 0 \\iff Wx = y - b$", "condition condition"),
        ("∂L/∂b = 0\nb = y - W x\nL = 3", "condition proved refuted"),
    ],
)
def test_what_is_set_to_zero_is_a_condition(text, statuses):
    found = [v.status for v in sg.verify(load("linear_mse"), text, explain=False).verdicts]
    assert " ".join(found) == statuses


def test_layout_of_the_numerator_transposes_derivatives():
    text = "layout numerator\n∂L/∂W = x rᵀ"
    assert [v.status for v in sg.verify(load("linear_mse"), text, explain=False).verdicts] == [
        "condition",
        "proved",
    ]


def test_names_that_the_author_defines_stay_in_force():
    text = "e = z - y\n∂L/∂b = e\n∂L/∂W = e xᵀ"
    statuses = [v.status for v in sg.verify(load("linear_mse"), text, explain=False).verdicts]
    assert statuses == ["definition", "proved", "proved"]


def test_an_unknown_name_is_unreadable_and_never_refuted():
    (verdict,) = sg.verify(load("linear_mse"), "∂L/∂b = q + r").verdicts
    assert verdict.status == "unreadable"


def test_a_matrix_is_not_taken_for_its_transpose_beneath_an_operation():
    n = named("n")
    a, b = leaves.name("A", (n, n)), leaves.name("B", (n, n))
    for matrix in (a, build.chain(a, b), build.add(a, build.fn("exp", b))):
        turned = build.transposed(matrix)
        inverse = build.sub(build.inverse(matrix), build.inverse(turned))
        largest = build.sub(build.most(matrix, 0), build.most(turned, 0))
        for difference in (inverse, largest):
            assert not vanishes(difference, time.process_time() + 5)
        undone = build.chain(build.transposed(build.inverse(matrix)), turned)
        if matrix is a:
            assert vanishes(build.sub(undone, leaves.eye(n)), time.process_time() + 5)
    determinant = build.scalar_of_matrix("det", build.transposed(a))
    assert vanishes(
        build.sub(determinant, build.scalar_of_matrix("det", a)), time.process_time() + 5
    )


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("f = 1/2 xᵀAx", "proved"),
        ("f = 1/2xᵀAx", "proved"),
        ("f = 1/2 (xᵀAx)", "proved"),
        ("f = 1/3 xᵀAx", "refuted"),
        ("f = 1/3xᵀAx", "refuted"),
        ("∂f/∂x = 1/2(A + Aᵀ)x", "proved"),
        ("g = 1/2N Σ_i (Xx)_i²", "proved"),
        ("g = 1/2 N Σ_i (Xx)_i²", "refuted"),
        ("B = A²", "proved"),
        ("B = A^3A^{-1}", "proved"),
        ("B = A^3", "refuted"),
        ("E = A²", "proved"),
        ("E = A³", "refuted"),
    ],
)
def test_what_a_slash_divides_by_and_what_a_power_is_may_be_meant_either_way(claim, status):
    graph = sg.parse(
        "param x[n]\ngiven A[n,n], X[N,n]\nf = xᵀ@A@x/2\ng = norm(X@x)^2/(2*N)\n"
        "B = A@A\nE = A .^ 2\nJ = f + g + tr(B) + sum(E)"
    )
    assert [v.status for v in sg.verify(graph, claim, explain=False).verdicts] == [status]


def test_identities_vanish_for_all_sizes():
    n, m = named("n"), named("m")
    a, b = leaves.name("A", (m, n)), leaves.name("B", (n, m))
    u = leaves.name("u", (m,))
    trace = build.sub(build.trace(build.chain(a, b)), build.trace(build.chain(b, a)))
    spread = build.mul(a, build.expand(u, 0, a.shape))
    scaled = build.sub(spread, build.chain(build.diag(u), a))
    for difference in (trace, scaled):
        assert vanishes(difference, time.process_time() + 5)
    assert not vanishes(
        build.sub(build.trace(build.chain(a, b)), leaves.ONE), time.process_time() + 5
    )


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("(P⁻¹ + HᵀR⁻¹H)⁻¹HᵀR⁻¹ = P Hᵀ(H P Hᵀ + R)⁻¹", "proved"),
        ("(P⁻¹ + HᵀR⁻¹H)⁻¹ = P - P Hᵀ(R + H P Hᵀ)⁻¹H P", "proved"),
        ("(P + 2I)⁻¹x = (x - P(P + 2I)⁻¹x)/2", "proved"),
        ("(I + H P Hᵀ)⁻¹H = H(I + P HᵀH)⁻¹", "proved"),
        ("(P⁻¹ + HᵀR⁻¹H)⁻¹ = P + P Hᵀ(R + H P Hᵀ)⁻¹H P", "refuted"),
        ("(I + H P Hᵀ)⁻¹H = H(I + HᵀH P)⁻¹", "refuted"),
        ("tr(H(HᵀH)⁻¹Hᵀ) = n", "proved"),
        ("tr(H(HᵀH)⁻¹Hᵀ) = m", "refuted"),
        ("tr(Hᵀ(R + H P Hᵀ)⁻¹H P) = m - tr((R + H P Hᵀ)⁻¹R)", "proved"),
    ],
)
def test_inverses_of_sums_are_written_by_one_another(claim, status):
    graph = sg.parse(
        "param x[n]\ngiven H[m,n], R[m,m], P[n,n]\nassume R spd, P spd\n"
        "J = x@inv(P)@x + (H@x)@inv(R)@(H@x)"
    )
    assert [v.status for v in sg.verify(graph, claim, explain=False).verdicts] == [status]


def test_latex_becomes_text():
    assert plain_text(r"\left\| \mathbf{w} \right\|_2^2") == "‖ w ‖_2^2"
    assert plain_text(r"X^{-1} + Y^{-\top}") == "X⁻¹ + Y⁻¹ᵀ"


FORMS = (FOLDER / "forms.txt").read_text(encoding="utf-8").split("\n\n")


@pytest.mark.parametrize("block", FORMS, ids=[block.split("\n")[0] for block in FORMS])
def test_forms_of_papers_and_notes_are_read_and_proved(block):
    name, *lines = block.strip().split("\n")
    at = next(i for i, line in enumerate(lines) if line == "--")
    graph = load(name) if at == 0 else sg.parse("\n".join(lines[:at]))
    report = sg.verify(graph, "\n\n".join(lines[at + 1 :]))
    read = READ | ({"agrees"} if name == "logreg" else set())
    odd = [(v.claim.text, v.message) for v in report.verdicts if v.status not in read]
    assert odd == []
    assert len(report.verdicts) >= len(lines) - at - 1


READ = {"proved", "definition", "condition"}
WRONG = (FOLDER / "forms_wrong.txt").read_text(encoding="utf-8").split("\n\n")


@pytest.mark.parametrize("block", WRONG, ids=[block.split("\n")[0] for block in WRONG])
def test_the_same_forms_said_wrongly_are_refuted(block):
    _, *lines = block.strip().split("\n")
    at = lines.index("--")
    graph = sg.parse("\n".join(lines[:at]))
    for line in lines[at + 1 :]:
        statuses = {v.status for v in sg.verify(graph, line, explain=False).verdicts}
        assert "refuted" in statuses, line
        assert statuses <= {"refuted", "definition", "condition"}, line


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (r"$\frac{\partial J}{\partial w_j} = \frac1N\sum_{i=2}^N X_{ij}r_i + λ w_j$", "2:N"),
        (r"$\frac{\partial J}{\partial w_j} = \frac1N\sum_{i=1}^{N-1} X_{ij}r_i + λ w_j$", "N-1"),
        (r"$\frac{\partial J}{\partial w_j} = \frac1N\sum_{i=1}^n X_{ij}r_i + λ w_j$", "1:n"),
        (r"$\frac{\partial r_i}{\partial w_j} = X_{ij} r$", "an array stands beside an entry"),
    ],
)
def test_what_is_read_otherwise_than_written_is_unreadable(claim, message):
    (verdict,) = sg.verify(load("ridge"), claim).verdicts
    assert verdict.status == "unreadable"
    assert message in verdict.message


def test_a_link_that_cannot_be_read_leaves_its_chain():
    claim = (
        r"$$\frac{\partial L}{\partial W} = \sum_i \frac{\partial L}{\partial z_i} Q_i = r x^T$$"
    )
    statuses = [v.status for v in sg.verify(load("linear_mse"), claim, explain=False).verdicts]
    assert statuses == ["proved", "unreadable"]


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("∂f/∂w = -Xᵀ(y ⊙ [1 - y ⊙ Xw > 0])", "proved"),
        ("∂f/∂w = -Xᵀ(y ⊙ [1 - y ⊙ Xw >= 0])", "proved"),
        ("f = sum([1 - y ⊙ Xw > 0] ⊙ (1 - y ⊙ Xw))", "proved"),
        ("∂f/∂w = Xᵀ(y ⊙ [1 - y ⊙ Xw > 0])", "refuted"),
    ],
)
def test_conditions_are_compared_by_their_form(claim, status):
    graph = sg.graph('def f(w: "n", *, X: "m n", y: "m"):\n    return sum(maximum(0, 1 - y*(X@w)))')
    assert [v.status for v in sg.verify(graph, claim, explain=False).verdicts] == [status]


def test_a_condition_of_the_graph_is_not_its_neighbour():
    graph = sg.parse("param x[n]\nh = [x > 0]\nL = sum(h ⊙ x)")
    assert sg.verify(graph, "h = [x >= 0]").verdicts[0].status != "proved"


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (r"$\frac{\partial u_i}{\partial W_{jk}} = \delta_{ij} x_k$", "proved"),
        (r"$\frac{\partial u_i}{\partial W_{jk}} = \delta_{ik} x_j$", "refuted"),
        (r"$\frac{\partial h_i}{\partial W_{jk}} = (1 - h_i^2)\delta_{ij} x_k$", "proved"),
        (r"$\frac{\partial R_{ij}}{\partial X_{kl}} = A_{ik}\delta_{jl}$", "proved"),
        (r"$\frac{\partial R_{ij}}{\partial X_{kl}} = A_{ki}\delta_{jl}$", "refuted"),
        ("∂R_{ij}/∂X_{kl} = A_{ik}", "refuted"),
    ],
)
def test_derivatives_of_three_axes_and_more_are_judged_in_index_notation(claim, status):
    text = "param W[n,n], X[n,n]\ngiven A[n,n], x[n]\nu = W@x\nh = tanh(u)\nR = A@X\n"
    graph = sg.parse(f"{text}f = sum(R) + sum(h)")
    assert [v.status for v in sg.verify(graph, claim, explain=False).verdicts] == [status]


def test_sigma_is_a_matrix_of_the_graph_or_a_sum_over_an_index():
    graph = sg.parse("param Σ[d,d]\ngiven x[d]\nu = Σ@x\nf = ∑_{i,j} x[i]*Σ[i,j]*x[j]")
    claims = ["u_i = Σ_j Σ_{ij} x_j", "∂f/∂Σ = x xᵀ", r"$f = \sum_i x_i u_i$", "f = xᵀΣx"]
    found = [judged.statuses(graph, claim, source=None)[0] for claim in [*claims, "u = Σᵀx"]]
    assert found == ["proved"] * 4 + ["refuted"]


@pytest.mark.parametrize(
    ("claim", "statuses"),
    [
        (r"$\nabla_w J = 0 \Rightarrow w = (X^TX + \lambda I)^{-1}X^Ty$", "condition proved"),
        (r"$\nabla_w J = 0 \Rightarrow w = (X^TX - \lambda I)^{-1}X^Ty$", "condition refuted"),
        (r"$\nabla_w J = 0 \iff X^TXw + \lambda w = X^Ty$", "condition proved"),
        (r"$\nabla_w J = 0 \iff X^TXw + \lambda w = 2X^Ty$", "condition condition"),
        (r"$\nabla_w q = 0 \iff Aw = qw$", "condition proved"),
        (r"$\nabla_w q = 0 \iff w = 0$", "condition condition"),
        ("∂J/∂w = 0\n∂q/∂w = 0\nw = Xᵀy", "condition condition refuted"),
        (r"$w^* = (X^TX + \lambda I)^{-1}X^Ty$", "proved"),
        (r"$\nabla_w J = 0 \implies \hat w = (XX^T)^{-1}X^Ty$", "condition refuted"),
    ],
)
def test_what_follows_from_a_gradient_that_is_zero(claim, statuses):
    graph = sg.parse(
        "param w[p]\ngiven X[n,p], y[n], A[p,p]\nconst λ = 0.1\nassume A = Aᵀ\n"
        "q = (wᵀ@A@w)/(wᵀw)\nJ = norm(X@w - y)^2/2 + λ/2*wᵀw\nminimize J"
    )
    assert " ".join(v.status for v in sg.verify(graph, claim).verdicts) == statuses


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        ("∂p_{nc}/∂s_{nk} = p_{nc}(δ_{ck} - p_{nk})", "proved"),
        ("∂p_{nc}/∂s_{nk} = p_{nk}(δ_{ck} - p_{nk})", "refuted"),
        ("∂L_n/∂s_{nc} = p_{nc} - m_{nc}", "proved"),
        ("∂L_n/∂s_{nc} = m_{nc} - p_{nc}", "refuted"),
        ("∂q_{nc}/∂s_{nk} = q_{nc}(δ_{ck} - q_{nk})", "unreadable"),
        ("∂L_n/∂W = (p_n - m_n)x_nᵀ", "proved"),
        ("∇_W L_n = (m_n - p_n)x_nᵀ", "refuted"),
        ("∇_W L_n = x_n(p_n - m_n)ᵀ", "refuted"),
    ],
)
def test_rows_that_depend_on_their_own_rows_are_derived_by_them_alone(claim, status):
    graph = sg.parse(
        "param W[C,D]\ngiven M[N,C], X[N,D]\nassume sum(M, C) = 1\nS = X@Wᵀ\nP = softmax(S, C)\n"
        "Q = softmax(S, N)\nL = -sum(M ⊙ log(P))/N\nJ = L + sum(Q)\nminimize J"
    )
    assert [v.status for v in sg.verify(graph, claim).verdicts] == [status]


def test_sizes_that_differ_are_never_taken_for_one_another():
    graph = sg.parse("param B[p,q]\ngiven X[n,p], Y[n,q]\nf = norm(Y - X@B)^2")
    for one, other in ("pq", "pn", "qn"):
        (verdict,) = sg.verify(graph, f"f + {one} = f + {other}").verdicts
        assert verdict.status == "refuted"


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (r"$\Delta W = -\eta\, r x^\top$", "proved"),
        ("W ← W - α r xᵀ", "proved"),
        ("ΔW = -η ∂L/∂W", "proved"),
        ("W := W + η r xᵀ", "condition"),
        ("δW = r xᵀ", "proved"),
        ("δW = -η r xᵀ", "proved"),
        ("δW = 2r xᵀ", "unreadable"),
        ("δW = x rᵀ", "refuted"),
        ("L_b = r", "proved"),
        ("E_r = xᵀx", "unreadable"),
        ("∂r/∂b = I", "proved"),
    ],
)
def test_steps_and_names_with_a_node_below_them_are_never_refuted_for_what_they_may_mean(
    claim, status
):
    graph = sg.parse(
        "param W[m,n], b[m]\ngiven x[n], t[m]\nconst η = 0.1\nr = W@x + b - t\nE = rᵀr/2\nL = E"
    )
    assert [v.status for v in sg.verify(graph, claim).verdicts] == [status]


def test_what_is_held_under_a_condition_is_left_out_and_told():
    report = sg.verify(
        load("linear_mse"), "So $r = 2z$ if $y = 0$, and $r = z - y$.", source="a.md"
    )
    assert [v.status for v in report.verdicts] == ["proved"]
    assert [item.reason for item in report.skipped] == ["it is held under a condition"] * 2


@pytest.mark.parametrize("norm", [r"\|A\|_2^2", r"\lVert A\rVert_{2}^{2}"])
def test_a_matrix_norm_with_index_2_is_said_to_be_read_as_the_frobenius_norm(norm):
    graph = sg.parse("param A[n,m], x[m]\ngiven y[n]\nf = norm(A@x - y)^2/2 + norm(A)^2")
    for text, said in ((norm, 1), (r"\|A\|_F^2", 0), (r"\|A\|^2", 0)):
        claim = rf"$f = \frac12\|Ax - y\|_2^2 + {text}$"
        (verdict,) = sg.verify(graph, claim).verdicts
        assert (verdict.status, len(verdict.remarks)) == ("proved", said)
