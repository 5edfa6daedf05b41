r"""Ways to read that hold for a whole document: totals, layers, what is held, vectors, curves.

Each text is right as it stands; a wrong twin comes by one replacement and is refuted.
"""

import pytest

from tests.judged import statuses

GAMMA = """param a, l; data x; assume a > 0, l > 0; maximize ell
ell = log(l) + (l*a - 1)*log(x) - lgamma(a) + lgamma(a + 2)"""
LAYERS = "param w2, b2, w3; data x; z2 = w2*x + b2; a2 = sigmoid(z2); z3 = w3*a2; L = z3^2/2"
POTENTIAL = "param S, V; U = S^2*V + exp(V); T = 2*S*V"
SURFACE = "param x, z; const y = 1; F = x^2 + y*z^2"
VECTORS = "param w_1, w_2; data x_1, x_2; E = ((x_1 - w_1)^2 + (x_2 - w_2)^2)/2"
SHARES = """param p_1, p_2; e_1 = exp(-p_1); e_2 = exp(-p_2); q_0 = 1/(1 + e_1 + e_2)
q_1 = e_1*q_0; q_2 = e_2*q_0; G = q_1*p_1 + q_2*p_2"""
MEAN = "param w2; data x, y; z2 = w2*x; yhat = sigmoid(z2); L = (yhat - y)^2"
POLAR = "param r, t; x = r*cos(t); y = r*sin(t)"

CASES = [
    # a derivative of ℓ that is n times something is of the sum over n samples
    (GAMMA, r"$$\pdv{\ell}{l} = \frac{n}{l} + a\sum_{i=1}^n \ln(x_i)$$", "{n}{l}", "{2n}{l}"),
    (GAMMA, r"$$\pdv{\ell}{a} = n[\psi(a+2) - \psi(a)] + l\sum_{i=1}^n \ln x_i$$", "n[", "-n["),
    (GAMMA, r"\$\$ \pdv{\ell}{a} = n\[\psi(a+2) - \psi(a)\] + l\sum\_{i=1}^{n}\ln x_i \$\$",
     "+ l", "- l"),
    # numbers of layers above the line
    (LAYERS, r"$z^2 = w^2 x + b^2$, $\pdv{L}{w^3} = z^3 a^2$", "z^3 a^2", "z^3 x"),
    (LAYERS, r"$\pdv{L}{b^{2}} = z^{3} w^{3} a^{2}(1 - a^{2})$", "(1 - a^{2})", "(1 - (a^{2})^2)"),
    # what is held
    (POTENTIAL, r"$\left(\pdv{U}{V}\right)_S = S^2 + e^V$", "+ e^V", ""),
    (POTENTIAL, r"$(\partial U/\partial S)_V = T$", "= T", "= 2T"),
    (POTENTIAL, r"$\left.\pdv{U}{S}\right|_V = 2SV$", "2SV", "2S"),
    # along a surface
    (SURFACE, r"$\pdv{z}{x} = -\frac{F_x}{F_z} = -\frac{x}{yz}$", r"-\frac{x}", r"\frac{x}"),
    # vectors in a norm
    (VECTORS, r"$E = \frac12\lVert x - w\rVert^2$", "x - w", "x + w"),
    # a determinant, and the inverse of a function
    (POLAR, r"$\begin{vmatrix} \pdv{x}{r} & \pdv{x}{t} \\ \pdv{y}{r}&\pdv{y}{t}\end{vmatrix} = r$",
     "= r", "= 2r"),
    (POLAR, r"$\frac{d}{du}\tan^{-1}(u) = \frac{1}{1 + u^2}$", "1 + u^2", "1 - u^2"),
    # quotients of relative changes, differentials of any functions
    (POTENTIAL, r"$\frac{\partial T/T}{\partial S/S} = 1$", "= 1", "= 2"),
    (POTENTIAL, r"$\frac{\partial T}{T} \div \frac{\partial S}{S} = 1$", "= 1", "= S"),
    (POTENTIAL, r"$d(u v) = d(u)\cdot v + u\,dv$", "+ u", "- u"),
    (POTENTIAL, r"$d(u/v) = \frac{v\,du - u\,dv}{v^2}$", "v^2", "v"),
    # a name of a matrix graph in another spelling
    ("param M[n, n]; const lam; J = lam*sum(M.^2)", r"$\pdv{J}{M} = 2\lambda M$", "2", "3"),
    # a bracket behind an operator ends what it acts on
    (LAYERS, r"$\pdv{L}{z_2} = \pdv{}{z_3}\left[\frac12 z_3^2\right]\pdv{z_3}{z_2}$",
     r"\frac12", ""),
    # a label in front, a product sign with a stroke, a number in bold
    (LAYERS, r"$f_1: z_2 = w_2 x + b_2$", "+ b_2", "- b_2"),
    (LAYERS, r"$L = \frac12 \* z_3 \* z_3$", r"\frac12", r"\frac13"),
    (LAYERS, r"$w_3 = 2$ $\pdv{z_3}{a_2} = w_3 = \textbf{2}$", "bf{2}", "bf{3}"),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "text", "old", "new"), CASES)
def test_a_right_text_is_right_and_its_twin_is_refuted(graph, text, old, new):
    assert old in text
    found = statuses(graph, text)
    assert found
    assert set(found) <= {"proved", "agrees", "definition", "condition"}, found
    assert {"proved", "agrees"} & set(found)
    assert "refuted" in statuses(graph, text.replace(old, new))


@pytest.mark.parametrize(
    ("graph", "text"),
    [
        # P is computed, or unknown while something else could move
        (POTENTIAL, r"$\left(\frac{\partial U}{\partial V}\right)_T = S^2$"),
        (POTENTIAL, r"$\left(\frac{\partial U}{\partial V}\right)_P = S^2$"),
        # whether m runs over 0 nothing says
        (SHARES, r"$\sum_m \frac{\partial q_m}{\partial p_j} = -q_j q_0$"),
        # a guess of the number of samples, of the letter's case, of a label that may be a name
        (MEAN, r"$L = \frac1m\sum_{i=1}^m (\hat y_i - y_i)^2$ $\pdv{L}{\hat y} = \frac3m(y - 1)$"),
        (MEAN, r"$\frac{\partial\hat y}{\partial Z^{[2]}} = \sigma(Z^{[2]})$"),
        (MEAN, r"$L_x = \lVert \hat y - y\rVert^2$"),
    ],
)  # fmt: skip
def test_what_is_a_guess_is_never_refuted(graph, text):
    assert "refuted" not in statuses(graph, text)
