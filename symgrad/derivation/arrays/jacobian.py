"""Jacobians and second derivatives: what multiplies a vector in an expression linear in it."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.arrays.directions import change, way_of
from symgrad.derivation.arrays.pullback import pulled_back
from symgrad.derivation.arrays.tensors import NoIndexForm, Tensor, index_form, tensor
from symgrad.errors import Diagnostic, NotDifferentiable, SymgradError
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.folding import Folding
from symgrad.expression.arrays.forms import shortest
from symgrad.expression.arrays.size import Shape, shape_text
from symgrad.expression.arrays.spreading import distributed
from symgrad.expression.arrays.tree import Array, names_in
from symgrad.graph.arrays import ArrayGraph

DIRECTION = "\0direction"


class HigherOrder(SymgradError, ValueError):
    """A derivative has three axes or more, and so is no matrix."""


def jacobians(graph: ArrayGraph, wrt: Sequence[str]) -> ArrayDerivation:
    """Return the derivative of every entry of an array: J[i,j] = ∂y_i/∂x_j, by each parameter.

    One with three axes or more is a tensor, in index notation. Raises HigherOrder where that is
    not found.
    """
    top = graph.objective
    shape = graph.shape_of[top]
    gradients, tensors = [], []
    for name in wrt:
        own = graph.shape_of[name]
        if len(shape) + len(own) < 3:
            gradients.append((name, jacobian(graph, top, name)))
            continue
        try:
            tensors.append(tensor(graph, top, name))
        except NoIndexForm:
            raise HigherOrder(_too_many_axes(top, name, shape, own)) from None
    return ArrayDerivation(
        graph, tuple(wrt), (), (), (), frozenset(graph.index), frozenset(), (), (),
        tuple(gradients), jacobian=True, tensors=tuple(tensors),
    )  # fmt: skip


def only_matrices(d: ArrayDerivation) -> None:
    """Refuse a derivation with derivatives of three axes and more.

    Raises:
        HigherOrder: with the first of them.
    """
    graph = d.array_graph
    for item in d.tensors:
        shape, own = graph.shape_of[graph.objective], graph.shape_of[item.parameter]
        raise HigherOrder(_too_many_axes(graph.objective, item.parameter, shape, own))


def jacobian(graph: ArrayGraph, top: str, bottom: str) -> Array:
    """Return the derivative of every entry of a node by another one: J[i,j] = ∂y_i/∂x_j.

    Raises HigherOrder where it has three axes or more, NotDifferentiable where it is not found.
    """
    shape, own = graph.shape_of[top], graph.shape_of[bottom]
    if len(shape) + len(own) > 2:
        raise HigherOrder(_too_many_axes(top, bottom, shape, own))
    return matrix_of(graph, graph.variables[top], bottom, top)


def matrix_of(graph: ArrayGraph, tree: Array, bottom: str, top: str) -> Array:
    """Return the derivative of every entry of an expression that is called `top` by a node."""
    shape, own = tree.shape, graph.shape_of[bottom]
    direction = leaves.name(DIRECTION, shape)
    fold = Folding((graph.variables[name], tree) for name, tree in graph.values).fold
    if len(shape) > 1:  # a matrix by a number
        return shortest(change(graph, tree, {bottom: leaves.ONE}), fold)
    total = derivative(graph, tree, bottom, direction)
    for form in (shortest(total, fold), distributed(total)):
        matrix = coefficient(form, direction)
        if matrix is not None:
            return shortest(build.transposed(matrix) if own else matrix, fold)
    raise NotDifferentiable(f"the derivative of `{top}` by `{bottom}` is not found as a matrix")


def _too_many_axes(top: str, bottom: str, shape: Shape, own: Shape) -> Diagnostic:
    axes = len(shape) + len(own)
    return Diagnostic(
        f"∂{top}/∂{bottom} has {axes} axes: `{top}` is {shape_text(shape)}, "
        f"`{bottom}` is {shape_text(own)}",
        help="`derive` prints it entry by entry where it can; the gradient of `sum(G ⊙ …)` with "
        "weights of your own (`given G`) is its product with them",
    )


def adjoints(graph: ArrayGraph, start: str, seed: Array) -> dict[str, Array]:
    """Return the adjoint of every node, from a seed at one of them, nothing named."""
    found: dict[str, list[Array]] = {start: [seed]}
    totals: dict[str, Array] = {}
    for node in reversed(graph.ordered):
        if node.name not in found:
            continue
        adjoint = build.add(*found[node.name])
        totals[node.name] = adjoint
        pulled_back(graph.trees[node.name], adjoint, found)
    for name, parts in found.items():
        totals.setdefault(name, build.add(*parts))
    return totals


def coefficient(x: Array, u: Array) -> Array | None:
    """Return M with x = M u for an expression linear in the vector u, or None.

    For a number x the vector c with x = cᵀu. Where u is a number, x is its coefficient times u.
    """
    if not u.shape:
        return build.div(x, u) if u not in _inside(build.div(x, u)) else None
    if x == u:
        return leaves.eye(u.shape[0]) if x.shape else leaves.ONE
    if u.text not in names_in(x):
        return leaves.zeros((*x.shape, *u.shape)) if leaves.is_zero(x) else None
    match x.op:
        case "add":
            parts = [_of_term(term, u, x) for term in x.args]
            if any(part is None for part in parts):
                return None
            return build.add(*(part for part in parts if part is not None))
        case "mul":
            return _of_product(x, u)
        case "chain":
            return _of_chain(x, u)
        case "sum" if not x.shape:
            return _of_sum(x, u)
        case "sum" if x.data is not None:
            return _of_axis_sum(x, u)
        case "diagonal":
            return _of_diagonal(x.args[0], u)
        case "slice" | "pad" if len(x.shape) == 1:
            inner = coefficient(x.args[0], u)
            if inner is None:
                return None
            function = build.part_of if x.op == "slice" else build.pad
            return function(inner, *x.cut)
        case "stack" if len(x.shape) == 1:
            pieces = [coefficient(part, u) if u.text in names_in(part) else
                      leaves.zeros((part.shape[0], u.shape[0])) for part in x.args]  # fmt: skip
            if any(piece is None for piece in pieces):
                return None
            return build.stack([piece for piece in pieces if piece is not None], 0)
        case _:
            return None


def _of_term(term: Array, u: Array, whole: Array) -> Array | None:
    """Return the coefficient in a term; a number stands in every entry of a vector."""
    found = coefficient(term, u)
    if found is None or term.shape == whole.shape:
        return found
    return build.outer(leaves.ones(whole.shape), found)


def _inside(x: Array) -> set[Array]:
    found = {x}
    for part in x.args:
        found |= _inside(part)
    return found


def _of_product(x: Array, u: Array) -> Array | None:
    holding = [part for part in x.args if u.text in names_in(part)]
    if len(holding) != 1:
        return None
    inner = coefficient(holding[0], u)
    others = build.mul(*(part for part in x.args if part is not holding[0]))
    if inner is None:
        return None
    if not holding[0].shape:  # a number, linear in u, times the rest
        return build.outer(others, inner) if others.shape else build.mul(others, inner)
    if others.shape:
        return build.chain(build.diag(others), inner)
    return build.mul(others, inner)


def _of_chain(x: Array, u: Array) -> Array | None:
    holding = [i for i, part in enumerate(x.args) if u.text in names_in(part)]
    if len(holding) != 1:
        return None
    at = holding[0]
    part = x.args[at]
    if x.shape and at == len(x.args) - 1 and len(part.shape) == 1:
        inner = coefficient(part, u)
        return None if inner is None else build.chain(*x.args[:-1], inner)
    if not x.shape and at in {0, len(x.args) - 1}:
        turned = build.transposed(part) if at == 0 else part
        inner = coefficient(turned, u)
        if inner is None:
            return None
        rest = [build.transposed(p) for p in reversed(x.args[:-1])] if at else list(x.args[1:])
        return build.chain(build.transposed(inner), *rest)
    return None


def _of_diagonal(x: Array, u: Array) -> Array | None:
    """Return the coefficient in the diagonal of A diag(v) B, which is (A ⊙ Bᵀ)v."""
    if x.op == "mul":
        scalars = [part for part in x.args if not part.shape]
        arrays = [part for part in x.args if part.shape]
        if len(arrays) != 1 or any(u.text in names_in(part) for part in scalars):
            return None
        inner = _of_diagonal(arrays[0], u)
        return None if inner is None else build.mul(*scalars, inner)
    holding = [i for i, part in enumerate(x.args) if u.text in names_in(part)]
    if x.op != "chain" or len(holding) != 1 or x.args[holding[0]].op != "diag":
        return None
    at = holding[0]
    size = x.shape[0]
    before = build.chain(*x.args[:at]) if at else leaves.eye(size)
    behind = build.chain(*x.args[at + 1 :]) if at + 1 < len(x.args) else leaves.eye(size)
    found = coefficient(x.args[at].args[0], u)
    if found is None:
        return None
    return build.chain(build.mul(before, build.transposed(behind)), found)


def _of_sum(x: Array, u: Array) -> Array | None:
    inner = x.args[0]
    if len(inner.shape) != 1:
        return None
    parts = inner.args if inner.op == "mul" else (inner,)
    holding = [part for part in parts if u.text in names_in(part)]
    if len(holding) != 1:
        return None
    matrix = coefficient(holding[0], u)
    others = build.mul(
        leaves.ones(inner.shape), *(part for part in parts if part is not holding[0])
    )
    return None if matrix is None else build.chain(build.transposed(matrix), others)


def _of_axis_sum(x: Array, u: Array) -> Array | None:
    """Return the coefficient in Σ_i M_ij v_i, which is Mᵀv, and in Σ_j M_ij v_j, which is Mv."""
    inner = x.args[0]
    parts = inner.args if inner.op == "mul" else (inner,)
    holding = [part for part in parts if u.text in names_in(part)]
    if len(holding) != 1 or holding[0].op != "expand" or holding[0].data != x.data:
        return None
    found = coefficient(holding[0].args[0], u)
    if found is None:
        return None
    others = [part for part in parts if part is not holding[0]]
    matrix = build.mul(leaves.ones(inner.shape), *others)
    return build.chain(build.transposed(matrix) if x.data == 0 else matrix, found)


def hessian_product(graph: ArrayGraph, gradient: Array, parameter: str, direction: Array) -> Array:
    """Return H u for the matrix H of second derivatives: the derivative of uᵀ∇ by the parameter.

    A gradient by a symmetric matrix holds only there: its change along a symmetric one is returned.
    """
    pairing = build.sum_(build.mul(gradient, direction), None)
    fold = Folding((graph.variables[name], tree) for name, tree in graph.values).fold
    if graph.variables[parameter].facts.symmetric:
        return shortest(change(graph, gradient, {parameter: direction}), fold)
    return shortest(derivative(graph, pairing, parameter), fold)


def derivative(graph: ArrayGraph, tree: Array, bottom: str, seed: Array = leaves.ONE) -> Array:
    """Return the total derivative of an expression by a node: the seed, pulled back to it."""
    found: dict[str, list[Array]] = {}
    pulled_back(tree, seed, found)
    for node in reversed(graph.ordered):
        if node.name in found and node.name != bottom:
            pulled_back(graph.trees[node.name], build.add(*found[node.name]), found)
    parts = found.get(bottom)
    return leaves.zeros(graph.shape_of[bottom]) if parts is None else build.add(*parts)


def hessian_tensor(graph: ArrayGraph, gradient: Array, parameter: str) -> Tensor:
    """Return the second derivatives of the objective by a matrix, entry by entry.

    Raises NoIndexForm where parts of arrays stand in it that no index names.
    """
    way = way_of(graph, parameter, f"d{parameter}")
    product = hessian_product(graph, gradient, parameter, way)
    return index_form(graph, parameter, product, way)


def hessian(graph: ArrayGraph, gradient: Array, parameter: str) -> Array:
    """Return the matrix of second derivatives of the objective by one vector or number.

    Raises HigherOrder where the parameter is a matrix.
    """
    shape = graph.shape_of[parameter]
    if len(shape) > 1:
        raise HigherOrder(
            _too_many_axes(f"∂{graph.objective}/∂{parameter}", parameter, shape, shape)
        )
    direction = leaves.name(DIRECTION, shape)
    product = hessian_product(graph, gradient, parameter, direction)
    fold = Folding((graph.variables[name], tree) for name, tree in graph.values).fold
    if not shape:
        return shortest(build.div(product, direction), fold)
    for form in (product, distributed(product)):
        matrix = coefficient(form, direction)
        if matrix is not None:
            return shortest(matrix, fold)
    raise NotDifferentiable(
        f"the second derivative by `{parameter}` is not found as a matrix",
        help="its product with a vector is: `--hvp`",
    )
