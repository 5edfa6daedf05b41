"""The inputs of a trace: values given by hand or by the graph, and samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from symgrad.errors import LimitExceeded, SymgradError, UnknownName
from symgrad.graph.graph import Graph
from symgrad.trace.numbers import read_number

Sample = tuple[tuple[str, Fraction], ...]

MAX_SAMPLES = 5_000_000
MAX_LISTED = 6


def read_values(graph: Graph, values: Mapping[str, object]) -> dict[str, Fraction]:
    """Return values given for inputs, as exact numbers under the names of the graph.

    Raises UnknownName for a name the graph does not have, and SymgradError for the name of an
    equation and for what is no number.
    """
    found: dict[str, Fraction] = {}
    for name, value in values.items():
        known = _resolved(graph, name)
        if graph.index[known].formula is not None:
            raise SymgradError(
                f"`{known}` is an equation, so it takes no value",
                help="values are given to parameters, data and constants",
            )
        found[known] = read_number(value, f"the value of `{known}`")
    return found


def _resolved(graph: Graph, name: str) -> str:
    try:
        return graph.resolve(name)
    except UnknownName as error:
        item = error.diagnostics[0]
        inputs = [node.name for node in graph.nodes if node.formula is None]
        help_text = item.help or f"the inputs are {listed(inputs)}"
        raise UnknownName(item.message, help=help_text) from None


def read_samples(
    graph: Graph, data: Iterable[Mapping[str, object]], what: str = "sample"
) -> tuple[Sample, ...]:
    """Return samples given as mappings. Raises SymgradError naming the sample at fault."""
    found: list[Sample] = []
    names: dict[str, str] = {}
    for number, sample in enumerate(data, 1):
        if number > MAX_SAMPLES:
            raise LimitExceeded(f"more than {MAX_SAMPLES:,} samples")
        if not isinstance(sample, Mapping):
            raise SymgradError(
                f"{what} {number} is no mapping from names to numbers",
                help='as in {"x": 2, "y": 1}',
            )
        for name in sample:
            if name not in names:
                names[name] = _input_name(graph, str(name))
        found.append(
            tuple(
                (names[name], read_number(value, f"{what} {number}: the value of `{name}`"))
                for name, value in sample.items()
            )
        )
    return tuple(found)


def _input_name(graph: Graph, name: str) -> str:
    try:
        known = graph.resolve(name.strip())
    except UnknownName as error:
        item = error.diagnostics[0]
        raise UnknownName(
            f"{item.message} in the data", help=item.help or inputs_help(graph)
        ) from None
    if graph.index[known].formula is not None:
        raise SymgradError(f"`{known}` is an equation, so the data give it no value")
    return known


def inputs_help(graph: Graph) -> str:
    """Return a sentence about the data that a graph takes."""
    return f"the data inputs are {listed(graph.data)}" if graph.data else "the graph has no data"


def require_inputs(graph: Graph, given: Iterable[str], step: int) -> None:
    """Raise SymgradError that names every input without a value, and how to give one."""
    have = set(given)
    missing = [n for n in graph.nodes if n.formula is None and n.name not in have]
    if not missing:
        return
    words = {"param": "parameter", "data": "data", "const": "constant"}
    groups = [
        f"{words[kind]} {listed([n.name for n in missing if n.kind == kind])}"
        for kind in ("param", "const", "data")
        if any(n.kind == kind for n in missing)
    ]
    hints: list[str] = []
    first = next((n for n in missing if n.kind != "data"), None)
    if first is not None:
        hints.append(
            f"write `{first.kind} {first.name} = 1` in the graph, or give --set {first.name}=1"
        )
    lacking = [n.name for n in missing if n.kind == "data"]
    if lacking:
        line = ", ".join(f"{name} = 1" for name in lacking[:MAX_LISTED])
        hints.append(f"add a line `step {line}` to the graph, or give --data FILE or --set")
    where = f" in step {step}" if step > 1 else ""
    raise SymgradError(f"no value for {' and '.join(groups)}{where}", help="; ".join(hints))


def listed(names: Sequence[str]) -> str:
    """Return names in a row, the first few of many."""
    text = ", ".join(f"`{name}`" for name in names[:MAX_LISTED])
    return f"{text} …" if len(names) > MAX_LISTED else text
