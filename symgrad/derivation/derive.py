"""From a graph to its derivation: which adjoints get a name, and what the names are.

The rule. A node's adjoint is named (δ) when it is needed in two or more places and is more than a
number, a signed name or a multiple of another δ. One exception keeps what an author would keep:
where branches merge right in front of parameters, the merged derivative is written out as a factor.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from importlib import import_module
from itertools import chain
from typing import Any

from symgrad.derivation.analysis import free_variables
from symgrad.derivation.derivation import Derivation, Form, Merge, Sensitivity
from symgrad.derivation.forms import NOTHING, Adjoint
from symgrad.derivation.relations import Note, Relations
from symgrad.derivation.sweep import AdjointMark, Edges, Naming, Refine, Swept, sweep
from symgrad.errors import LimitExceeded, SymgradError
from symgrad.expression.collector import paused_collector
from symgrad.expression.cost import cost
from symgrad.expression.names import canonical
from symgrad.expression.rows import renamed_rows, rows_of_columns
from symgrad.expression.tree import ONE, placed, variables
from symgrad.graph.arrays import ArrayGraph
from symgrad.graph.graph import Graph, Node
from symgrad.sources.objects import graph as graph_of
from symgrad.sources.objects import is_sympy

_ARRAYS = "symgrad.derivation.arrays.derive"  # loaded for graphs of arrays only
MAX_INLINE_COST = 60
MAX_MERGE_COST = 16
MAX_UNNAMED_COST = 2_000
_LAYERS = re.compile(r"^[^\W\d_]+_?(\d+)$", re.MULTILINE)
_PREFIXES = ("δ", "ε", "adjoint")
# Names that may be one of a sensitivity.
_TAKEN = re.compile(r"^(?:[δεϵ\\]|delta|epsilon|adjoint).*$", re.MULTILINE)
_ROUNDS = 4


def derive(
    graph: Graph | Any,  # noqa: ANN401  (SymPy ships no type information)
    wrt: Iterable[Any] | None = None,
    *,
    sensitivities: str | Sequence[str] = "auto",
    label: str = "",
) -> Derivation:
    """Derive the closed-form gradient of the graph's objective.

    In the place of a graph one SymPy expression may stand, or a list of SymPy equations (see
    `symgrad.graph.graph`).

    `wrt` names the parameters to differentiate by (any inputs may be named); all parameters when it
    is None. `sensitivities` is "auto" (the rule above), "all" (every intermediate node), "none", or
    the names of the nodes whose adjoint gets a name. With a `label` sensitivities are named
    ε_label, as the rows of a Hessian are.

    Raises UnknownName for a name the graph does not have, and LimitExceeded when without names the
    result would be too large to read.

    >>> from symgrad.sources.text import parse
    >>> d = derive(parse("param a, b; data x; u = a*x + b; J = u^2"))
    >>> d.gradients["a"], d.sensitivities["δ"]
    (x*δ, ('u', 2*u))
    """
    if not isinstance(graph, Graph):
        if not is_sympy(graph):
            kind = type(graph).__name__
            raise SymgradError(f"a graph or a SymPy expression is needed, not {kind}")
        return derive(graph_of(graph, params=wrt), sensitivities=sensitivities, label=label)
    if isinstance(graph, ArrayGraph):
        found: Derivation = import_module(_ARRAYS).derive_arrays(
            graph, wrt, sensitivities=sensitivities
        )
        return found
    chosen = free_variables(graph, wrt)
    with paused_collector():
        return _derived(graph, chosen, sensitivities, label)


def _derived(
    graph: Graph, chosen: tuple[str, ...], sensitivities: str | Sequence[str], label: str
) -> Derivation:
    excluded: frozenset[str] = frozenset()
    relations = Relations(graph)
    known = 0
    for _ in range(_ROUNDS):
        naming = _naming(graph, sensitivities, excluded)
        refine: Refine | None = relations.refine if relations.useful else None
        swept = sweep(graph, chosen, naming, refine, economical=sensitivities == "auto")
        used = _references(swept, chosen)
        once = {name for name, mark in swept.named.items() if used[mark] == 1}
        learned, known = relations.learned > known, relations.learned
        if not learned and (sensitivities != "auto" or not once or not relations.applied):
            break
        excluded |= once
    return _assembled(graph, chosen, swept, used, relations.notes, label)


def _naming(graph: Graph, sensitivities: str | Sequence[str], excluded: frozenset[str]) -> Naming:
    if sensitivities == "all":
        return lambda node, adjoint, edges, parts: adjoint.pattern.total != ONE
    if sensitivities == "none":
        return _never
    if sensitivities == "auto":
        inputs = frozenset(node.name for node in graph.nodes if node.formula is None)
        return _automatic(inputs, excluded)
    listed = sensitivities.split(",") if isinstance(sensitivities, str) else sensitivities
    names = frozenset(graph.resolve(name.strip()) for name in listed)
    for name in names:
        if graph.index[name].formula is None:
            raise SymgradError(
                f"`{name}` is an input: the derivative by it is a gradient, not a sensitivity",
                help="name nodes that an equation defines",
            )
    return lambda node, adjoint, edges, parts: node.name in names and adjoint.pattern.total != ONE


def _automatic(inputs: frozenset[str], excluded: frozenset[str]) -> Naming:
    """Return the rule of the module's docstring."""

    def naming(node: Node, adjoint: Adjoint, edges: Edges, parts: int) -> bool:
        pattern = adjoint.pattern
        if pattern.trivial or node.name in excluded:
            return False
        if pattern.size > MAX_INLINE_COST:
            return True
        if len(edges) < 2:
            return False
        if parts < 2 or len(pattern.terms) > 1:
            return True
        place, factor = pattern.terms[0]
        if place is None:
            return True
        before_inputs = inputs.issuperset(operand for operand, _ in edges)
        return not (before_inputs and cost(factor) <= MAX_MERGE_COST)

    return naming


def _never(node: Node, adjoint: Adjoint, *_: object) -> bool:
    if adjoint.pattern.size > MAX_UNNAMED_COST:
        raise LimitExceeded(
            f"without sensitivities the derivative by `{node.name}` grows too large to read",
            help="leave --sensitivities at auto, or name some nodes",
        )
    return False


def _references(swept: Swept, wrt: tuple[str, ...]) -> Counter[str]:
    """Count the uses of each sensitivity in gradients, and in sensitivities that are used."""
    gradients = [swept.adjoints[name].operands for name in wrt if name in swept.adjoints]
    forms = [swept.adjoints[name].operands for name in swept.named]
    counts = Counter(chain.from_iterable(chain(gradients, forms)))
    if all(map(counts.get, swept.named.values())):
        return counts
    for name, mark in reversed(swept.named.items()):
        if not counts[mark]:
            counts.subtract(swept.adjoints[name].operands)
    return counts


def _assembled(
    graph: Graph,
    wrt: tuple[str, ...],
    swept: Swept,
    used: Counter[str],
    notes: tuple[Note, ...],
    label: str,
) -> Derivation:
    kept = [name for name, mark in swept.named.items() if used[mark]]
    names = sensitivity_names(graph, kept, label=label)
    spelled: dict[str, str] = {swept.named[node]: name for node, name in names.items()}
    nothing = Adjoint(NOTHING, ())
    sensitivities = _forms([swept.adjoints[node] for node in kept], spelled)
    gradients = _forms([swept.adjoints.get(name, nothing) for name in wrt], spelled)
    return Derivation(
        graph,
        wrt,
        tuple(rows_of_columns(Sensitivity, names.values(), kept, sensitivities)),
        tuple(zip(wrt, gradients, strict=True)),
        tuple(_merges(graph, swept, frozenset(kept))),
        frozenset(swept.adjoints),
        frozenset([name for name, (pattern, _) in swept.adjoints.items() if pattern.unit]),
        notes,
    )


def _forms(adjoints: Sequence[Adjoint], spelled: dict[str, str]) -> list[Form]:
    """Return adjoints with the names of sensitivities for what stands for them."""
    patterns, rows = zip(*adjoints, strict=True) if adjoints else ((), ())
    return rows_of_columns(Form, patterns, renamed_rows(rows, spelled))


def _merges(graph: Graph, swept: Swept, kept: Collection[str]) -> Iterable[Merge]:
    for name in swept.merges:
        adjoint = swept.adjoints[name]
        if graph.index[name].formula is None or name in kept or len(adjoint.pattern.terms) != 1:
            continue
        place, factor = adjoint.pattern.terms[0]
        mark = None if place is None else adjoint.operands[place]
        if factor == ONE or not isinstance(mark, AdjointMark):
            continue
        merged = placed(factor, adjoint.operands)
        # A quotient of two sensitivities is no derivative of the one node by the other.
        if not any(isinstance(key, AdjointMark) for key in variables(merged)):
            yield Merge(name, mark.node, merged)


def sensitivity_names(graph: Graph, nodes: Sequence[str], *, label: str = "") -> dict[str, str]:
    """Return the name of each node's sensitivity: δ, or δ_1, δ_2 by layer, or δ_v by node.

    A lone sensitivity is δ. Several are numbered where every node's name ends in a number of its
    own (z1, z2: δ_1, δ_2), and are called after their nodes otherwise. Where the graph itself uses
    such a name the next of δ, ε, adjoint is taken.
    """
    taken = {canonical(name) for name in _TAKEN.findall("\n".join(graph.index))}
    plain = nodes if "".join(nodes).isascii() else [canonical(name) for name in nodes]
    numbers = _LAYERS.findall("\n".join(plain))
    numbered = len(numbers) == len(set(numbers)) == len(nodes)
    prefixes = [f"ε_{label}"] if label else _PREFIXES
    for prefix in prefixes:
        names = (
            [prefix]
            if len(nodes) == 1
            else [f"{prefix}_{numbers[i] if numbered else node}" for i, node in enumerate(nodes)]
        )
        if taken.isdisjoint(names if not taken else map(canonical, names)):
            return dict(zip(nodes, names, strict=True))
    return {node: f"adjoint_of_{i}_{canonical(node)}" for i, node in enumerate(nodes)}
