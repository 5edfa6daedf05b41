"""From a graph with arrays to its derivation: the reverse sweep, and which adjoints get a name.

The rule for names is that of `symgrad.derive`: an adjoint that is needed in two or more places and
is more than a number, a signed name or a multiple of another δ. In addition the affine argument of
a function that holds two or more parameters gets one: δ_f with ∂L/∂Wf = δ_f vᵀ and ∂L/∂bf = δ_f.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.derivation.analysis import free_variables
from symgrad.derivation.arrays.derivation import ArrayDerivation, ArraySensitivity
from symgrad.derivation.arrays.pullback import pulled_back
from symgrad.errors import SymgradError
from symgrad.expression.arrays import build, leaves
from symgrad.expression.arrays.cost import cost
from symgrad.expression.arrays.folding import Folding
from symgrad.expression.arrays.forms import shortest
from symgrad.expression.arrays.substitute import substituted
from symgrad.expression.arrays.tree import NOTHING_KNOWN, Array, Facts, names_in, walk
from symgrad.expression.names import canonical
from symgrad.graph.arrays import ArrayGraph, learned

MAX_INLINE = 30.0
_HIDDEN = "\0"
_ROUNDS = 4
_LONGEST_PATH = 200
Path = tuple[int, ...]
_TRAILING = re.compile(r"_?(\d+)$")


@dataclass
class _Sweep:
    """What one sweep finds: adjoints by node, and the nodes whose adjoint is named."""

    adjoints: dict[str, Array] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)
    places: dict[str, list[Array]] = field(default_factory=dict)


def derive_arrays(
    graph: ArrayGraph,
    wrt: Iterable[str] | None = None,
    *,
    sensitivities: str | Sequence[str] = "auto",
) -> ArrayDerivation:
    """Return the gradients of a graph with arrays, each in the shape of its parameter.

    The arguments are those of `symgrad.derive`. Raises SymgradError where the objective is an array
    (its derivative is a Jacobian) and for names that are no inputs.
    """
    chosen = free_variables(graph, wrt)
    if graph.shape_of[graph.objective]:
        from symgrad.derivation.arrays.jacobian import jacobians  # noqa: PLC0415  (it derives by this module)

        return jacobians(graph, chosen)
    return _Deriver(graph, chosen, sensitivities).derivation()


class _Deriver:
    """One derivation."""

    def __init__(
        self, graph: ArrayGraph, wrt: tuple[str, ...], sensitivities: str | Sequence[str]
    ) -> None:
        self.graph = graph
        self.wrt = wrt
        self.trees = dict(graph.trees)
        self.order = [node.name for node in graph.ordered]
        self.hidden: dict[str, Array] = {}
        self.mode: str | frozenset[str] = (
            sensitivities
            if isinstance(sensitivities, str) and sensitivities in {"auto", "all", "none"}
            else self._listed(sensitivities)
        )
        if self.mode == "auto":
            self._split_affine_arguments()
        self.arguments = {leaves.name(k, v.shape): v for k, v in self.hidden.items()}
        names = {**graph.variables}
        self.folding = Folding((names[name], graph.trees[name]) for name in graph.trees)
        self.active = self._active()

    def _listed(self, sensitivities: str | Sequence[str]) -> frozenset[str]:
        listed = sensitivities.split(",") if isinstance(sensitivities, str) else sensitivities
        names = frozenset(self.graph.resolve(name.strip()) for name in listed)
        for name in names:
            if self.graph.index[name].formula is None:
                raise SymgradError(
                    f"`{name}` is an input: the derivative by it is a gradient, not a sensitivity",
                    help="name nodes that an equation defines",
                )
        return names

    def _split_affine_arguments(self) -> None:
        """Give the affine arguments of functions that hold two or more parameters a node."""
        by = set(self.wrt)
        for node in list(self.order):
            for part in walk(self.trees[node]):
                inner = part.args[0] if part.args else part
                entrywise = (part.op == "fn" and len(part.args) == 1) or part.op in {
                    "softmax",
                    "lse",
                }
                if not entrywise or inner.op != "add" or len(by & set(names_in(inner))) < 2:
                    continue
                if not all(
                    term.op in {"name", "chain"} or term.op == "expand" for term in inner.args
                ):
                    continue
                mark = _HIDDEN + node
                if mark in self.hidden:
                    break
                self.hidden[mark] = inner
                self.trees[mark] = inner
                self.trees[node] = substituted(
                    self.trees[node], {inner: leaves.name(mark, inner.shape)}
                )
                self.order.insert(self.order.index(node), mark)
                break

    def _active(self) -> set[str]:
        """Return the nodes that depend on a parameter."""
        found = set(self.wrt)
        for name in self.order:
            if found & set(names_in(self.trees[name])):
                found.add(name)
        return found

    def derivation(self) -> ArrayDerivation:
        """Sweep until every sensitivity is used twice or more."""
        excluded: set[str] = set()
        for _ in range(_ROUNDS):
            swept = self._sweep(excluded)
            uses = self._uses(swept)
            once = {name for name in swept.named if uses.get(name, 0) < 2}
            if self.mode != "auto" or not once:
                break
            excluded |= once
        return self._assembled(swept, uses)

    def _sweep(self, excluded: set[str]) -> _Sweep:
        swept = _Sweep()
        found: dict[str, list[tuple[Path, Array]]] = {self.graph.objective: [((), leaves.ONE)]}
        for node in reversed(self.order):
            if node not in found or node not in self.active:
                continue
            path = min(key for key, _ in found[node])
            adjoint = self._tidy(_total(found[node]))
            swept.adjoints[node] = adjoint
            tree = self.trees[node]
            if node != self.graph.objective and self._is_named(node, adjoint, excluded):
                swept.named.append(node)
                adjoint = leaves.name(_mark(node), adjoint.shape, _sensitivity_facts(adjoint))
            here: dict[str, list[Array]] = {}
            pulled_back(tree, adjoint, here)
            for place, (name, parts) in enumerate(here.items()):
                if name in self.active:
                    key = (*path[-_LONGEST_PATH:], place)
                    found.setdefault(name, []).extend((key, part) for part in parts)
        for name in self.wrt:
            shape = self.graph.shape_of[name]
            paths = found.get(name)
            swept.adjoints[name] = (
                leaves.zeros(shape) if paths is None else self._gradient(_total(paths), swept)
            )
        return swept

    def _tidy(self, x: Array) -> Array:
        if any(name.startswith(_HIDDEN) for name in names_in(x)):
            x = substituted(x, self.arguments)
        return shortest(x, self.folding.fold)

    def _gradient(self, x: Array, swept: _Sweep) -> Array:
        tidy = self._tidy(x)
        marks = {part for part in walk(tidy) if part.op == "name" and _is_mark(part.text)}
        if not marks:
            return tidy
        written = {
            part.args[0]: swept.adjoints[_node(part.args[0].text)]
            for part in walk(tidy)
            if part.op == "trace" and part.args[0] in marks
        }
        if written:  # the trace of a sum is written out: tr(C⁻¹) − aᵀa says more than tr(δ)
            return self._tidy(substituted(tidy, written))
        return tidy

    def _is_named(self, node: str, adjoint: Array, excluded: set[str]) -> bool:
        if self.mode == "none" or _is_trivial(adjoint):
            return False
        if self.mode == "all":
            return True
        if isinstance(self.mode, frozenset):
            return node in self.mode
        if node in excluded:
            return False
        if cost(adjoint) > MAX_INLINE:
            return True
        edges = [name for name in names_in(self.trees[node]) if name in self.active]
        return len(edges) >= 2

    def _uses(self, swept: _Sweep) -> dict[str, int]:
        """Count in how many places each sensitivity is used."""
        uses: dict[str, int] = {}
        for name in (*self.wrt, *swept.named):
            for part in walk(swept.adjoints[name]):
                if part.op == "name" and _is_mark(part.text):
                    uses[_node(part.text)] = uses.get(_node(part.text), 0) + 1
        return uses

    def _assembled(self, swept: _Sweep, uses: Mapping[str, int]) -> ArrayDerivation:
        kept = [name for name in swept.named if uses.get(name)]
        spelled = sensitivity_names(self.graph, kept, self.trees)
        renaming = {
            leaves.name(_mark(node), swept.adjoints[node].shape): leaves.name(
                spelled[node], swept.adjoints[node].shape, _sensitivity_facts(swept.adjoints[node])
            )
            for node in kept
        }
        items = tuple(
            ArraySensitivity(
                spelled[node],
                node.removeprefix(_HIDDEN),
                substituted(swept.adjoints[node], renaming),
                self.hidden.get(node),
            )
            for node in kept
        )
        gradients = tuple((name, substituted(swept.adjoints[name], renaming)) for name in self.wrt)
        return ArrayDerivation(
            self.graph,
            self.wrt,
            (),
            (),
            (),
            frozenset(name for name in swept.adjoints if not name.startswith(_HIDDEN)),
            frozenset(name for name, tree in swept.adjoints.items() if tree == leaves.ONE),
            (),
            items,
            gradients,
        )


def _sensitivity_facts(adjoint: Array) -> Facts:
    return learned(adjoint, NOTHING_KNOWN)


def _total(parts: Sequence[tuple[Path, Array]]) -> Array:
    """Return the sum of contributions, in the order of the paths on which they come."""
    ordered = sorted(parts, key=lambda item: item[0])
    return build.add(*(part for _, part in ordered))


def _mark(node: str) -> str:
    return f"δ{_HIDDEN}{node}"


def _is_mark(name: str) -> bool:
    return name.startswith("δ" + _HIDDEN)


def _node(mark: str) -> str:
    return mark.removeprefix("δ" + _HIDDEN)


def _is_trivial(x: Array) -> bool:
    """Tell whether an adjoint is a number, a name, or a multiple of a name by numbers."""
    _, rest = leaves.split_number(x)
    if rest.op in {"num", "ones", "eye", "zeros", "name", "size", "const"}:
        return True
    if rest.op == "T":
        return _is_trivial(rest.args[0])
    if rest.op in {"expand", "pad"}:
        return _is_trivial(rest.args[0])
    if rest.op == "mul":
        parts = [part for part in rest.args if part.op != "ones"]
        return all(_is_scalar_leaf(part) or part.op in {"name", "eye"} for part in parts) and (
            sum(part.op == "name" for part in parts) <= 1
        )
    return False


def _is_scalar_leaf(x: Array) -> bool:
    inner = x.args[0] if x.op == "pow" else x
    return not inner.shape and inner.op in {"num", "size", "const"}


def sensitivity_names(
    graph: ArrayGraph, nodes: Sequence[str], trees: Mapping[str, Array]
) -> dict[str, str]:
    """Return the name of each node's sensitivity: δ, δ_1 and δ_2 by layer, or δ_v by node.

    A layer's number is that in which the node's own name ends, or that in which the parameters end
    which the node's equation uses (u = W1 x + b1).
    """
    taken = {canonical(name) for name in graph.index}
    numbers = [_layer(graph, node, trees) for node in nodes]
    numbered = None not in numbers and len(set(numbers)) == len(nodes)
    for prefix in ("δ", "ε", "adjoint"):
        names = [
            prefix
            if len(nodes) == 1
            else f"{prefix}_{numbers[i] if numbered else node.removeprefix(_HIDDEN)}"
            for i, node in enumerate(nodes)
        ]
        if taken.isdisjoint(map(canonical, names)):
            return dict(zip(nodes, names, strict=True))
    return {node: f"adjoint_of_{i}" for i, node in enumerate(nodes)}


def _layer(graph: ArrayGraph, node: str, trees: Mapping[str, Array]) -> str | None:
    own = _TRAILING.search(canonical(node.removeprefix(_HIDDEN)))
    if own:
        return own[1]
    parameters = set(graph.parameters)
    ends = {
        match[1] if (match := _TRAILING.search(canonical(name))) else None
        for name in names_in(trees[node])
        if name in parameters
    }
    return ends.pop() if len(ends) == 1 else None
