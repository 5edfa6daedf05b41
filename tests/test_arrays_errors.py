"""Faults of array graphs: the exact texts, each with its place, all in one go."""

import pytest

import symgrad as sg
from symgrad.errors import SymgradError


def fault(text, source="model.sg"):
    from symgrad.sources.text import parse  # noqa: PLC0415

    with pytest.raises(SymgradError) as caught:
        parse(text, source=source)
    return str(caught.value)


def test_product_that_does_not_fit():
    text = "param W[m,n]\ndata x[m]\nu = W@x\nL = norm(u)^2"
    assert fault(text) == (
        "error: `W@x`: m×n times m, and n is not m\n"
        "  --> model.sg:3:5\n"
        "  3 | u = W@x\n"
        "    |     ^^^\n"
        "  help: `Wᵀ` would fit"
    )


@pytest.mark.parametrize(
    ("right", "message", "hint"),
    [
        ("A*B", "`A*B`: `*` only scales, and both sides are arrays (n×n and n×n)",
         "`A @ B` is the matrix product, `A ⊙ B` that of each entry"),
        ("A^2", "`A^2`: a power of a matrix can be read in two ways",
         "`A@A` is the product, `A .^ 2` the power of each entry"),
        ("softmax(A)", "`softmax(A)`: n×n has two axes, and `softmax` takes one",
         "name the axis: `softmax(A, rows)` or `softmax(A, columns)`"),
        ("expm(A)", ("`expm`: the matrix exponential has no derivative in closed form here; "
          "`exp(M)` is that of each entry"), ""),
        ("A ⊙ A@B", "`A ⊙ A@B` can be read in two ways", "write `(A@B)`"),
        ("A + v", "`A + v`: a vector of n fits both axes of n×n",
         ("write `v@1ᵀ` with the vector as `v` for one number a row, "
          "`1@vᵀ` for one number a column")),
        ("W + A", "`W + A`: m×n and n×n do not fit entry by entry", ""),
        ("det(W)", "`W` is m×n, not square", ""),
        ("sum_k(W[i,k]*A[k,j]*u[k])", "index `k` runs over n and over m", ""),
        ("W@qq", "unknown name `qq`", ""),
    ],
)  # fmt: skip
def test_faults_of_one_equation(right, message, hint):
    text = f"param A[n,n], B[n,n], W[m,n], v[n], u[m]\nK = {right}\nL = sum(v)"
    lines = fault(text).splitlines()
    assert lines[0] == f"error: {message}"
    assert lines[1].startswith("  --> model.sg:2:")
    assert lines[4:5] == ([f"  help: {hint}"] if hint else lines[4:5])


def test_all_faults_come_in_one_go():
    text = "param W[m,n]\ndata x[m]\nu = W@x\nv = W@W\nL = norm(x)^2"
    assert fault(text).count("error:") == 2


def test_cycles_and_doubles():
    assert "depends on itself" in fault("param a[n]\nu = v + a\nv = u\nL = sum(v)")
    assert "`u` is defined twice" in fault("param a[n]\nu = a\nu = a\nL = sum(u)")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("return W @ y", "`W @ y`: m×n times m, and n is not m"),
        ("return sum(softmax(W))", "`softmax(W)`: a matrix has two axes, and `softmax` takes one"),
        ("return eig(W)", "`eig`: eigenvalues have no derivative in closed form here"),
        ("return sum(W + y)", "`W + y`: m×n and m do not broadcast"),
        ("return sum(q)", "unknown name `q`"),
        ("for i in x: pass", "`for` cannot stand in a graph"),
        ("return sum(argmax(x))", "`argmax`: it is flat between its jumps"),
    ],
)
def test_faults_of_numpy_functions(body, message):
    with pytest.raises(SymgradError) as caught:
        sg.graph(f'def f(W: "m n", *, x: "n", y: "m"):\n    {body}\n')
    assert message in str(caught.value)


def test_a_derivative_with_three_axes_has_no_code():
    d = sg.derive(sg.graph('def f(W: "m n", *, x: "n"): return W @ x'))
    with pytest.raises(SymgradError, match="∂f/∂W has 3 axes"):
        sg.compile(d, "numpy")


def test_a_derivative_with_three_axes_and_no_index_form_is_refused():
    with pytest.raises(SymgradError, match="∂f/∂W has 4 axes"):
        sg.derive(sg.graph('def f(W: "m n"): return tanh(W[1:])'))
