"""The inputs of a trace: values given by hand, by the graph, or by a file of samples."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from symgrad.errors import Diagnostic, LimitExceeded, SymgradError, UnknownName
from symgrad.graph import Graph
from symgrad.trace_numbers import read_number

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
        known = graph.resolve(name)
        if graph.index[known].formula is not None:
            raise SymgradError(
                Diagnostic(
                    f"`{known}` is an equation, so it takes no value",
                    help="values are given to parameters, data and constants",
                )
            )
        found[known] = read_number(value, f"the value of `{known}`")
    return found


def read_samples(
    graph: Graph, data: Iterable[Mapping[str, object]], what: str = "sample"
) -> tuple[Sample, ...]:
    """Return samples given as mappings. Raises SymgradError naming the sample at fault."""
    found: list[Sample] = []
    names: dict[str, str] = {}
    for number, sample in enumerate(data, 1):
        if number > MAX_SAMPLES:
            raise LimitExceeded(Diagnostic(f"more than {MAX_SAMPLES:,} samples"))
        if not isinstance(sample, Mapping):
            raise SymgradError(
                Diagnostic(
                    f"{what} {number} is no mapping from names to numbers",
                    help='as in {"x": 2, "y": 1}',
                )
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
            Diagnostic(f"{item.message} in the data", help=item.help or _inputs_help(graph))
        ) from None
    if graph.index[known].formula is not None:
        raise SymgradError(Diagnostic(f"`{known}` is an equation, so the data give it no value"))
    return known


def _inputs_help(graph: Graph) -> str:
    return f"the data inputs are {_listed(graph.data)}" if graph.data else "the graph has no data"


def read_csv(graph: Graph, text: str) -> tuple[Sample, ...]:
    """Return the samples of a CSV text: a header of names, then one sample a row.

    Columns that are no input of the graph are left out, as long as some column is one. Raises
    SymgradError that names the row and the column at fault.
    """
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), skipinitialspace=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        places = _columns(graph, header)
        found = [
            _csv_sample(row, places, len(header), rows.line_num)
            for row in rows
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise SymgradError(Diagnostic(f"the data are no CSV: {error}")) from None
    if len(found) > MAX_SAMPLES:
        raise LimitExceeded(Diagnostic(f"more than {MAX_SAMPLES:,} samples"))
    return tuple(found)


def _columns(graph: Graph, header: Sequence[str]) -> list[tuple[int, str]]:
    inputs = {*graph.data, *graph.constants, *graph.parameters}
    places: list[tuple[int, str]] = []
    for i, name in enumerate(header):
        try:
            known = graph.resolve(name)
        except UnknownName:
            continue
        if known in inputs:
            if known in (other for _, other in places):
                raise SymgradError(Diagnostic(f"the column `{known}` is there twice"))
            places.append((i, known))
    if not places:
        raise SymgradError(
            Diagnostic(
                "no column of the data has the name of an input",
                help=f"the first row names the columns; {_inputs_help(graph)}",
            )
        )
    return places


def _csv_sample(
    row: Sequence[str], places: Sequence[tuple[int, str]], width: int, line: int
) -> Sample:
    if len(row) < width:
        raise SymgradError(
            Diagnostic(f"line {line} of the data has {len(row)} cells, the header {width}")
        )
    return tuple(
        (name, read_number(row[i], f"line {line} of the data, column `{name}`"))
        for i, name in places
    )


def read_json(graph: Graph, text: str) -> tuple[Sample, ...]:
    """Return the samples of a JSON text: a list of objects, or an object of lists.

    Numbers are read exactly as they are written. Raises SymgradError for another shape.
    """
    try:
        loaded = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise SymgradError(Diagnostic(f"the data are no JSON: {error}")) from None
    if isinstance(loaded, dict) and all(isinstance(part, list) for part in loaded.values()):
        lengths = {len(part) for part in loaded.values()}
        if len(lengths) > 1:
            raise SymgradError(Diagnostic("the columns of the data are of different length"))
        columns = list(loaded)
        loaded = [
            dict(zip(columns, row, strict=True)) for row in zip(*loaded.values(), strict=True)
        ]
    if not isinstance(loaded, list):
        raise SymgradError(
            Diagnostic("the data are no list of samples", help='as in [{"x": 2, "y": 1}]')
        )
    return read_samples(graph, loaded)


def require_inputs(graph: Graph, given: Iterable[str], step: int) -> None:
    """Raise SymgradError that names every input without a value, and how to give one."""
    have = set(given)
    missing = [n for n in graph.nodes if n.formula is None and n.name not in have]
    if not missing:
        return
    words = {"param": "parameter", "data": "data", "const": "constant"}
    groups = [
        f"{words[kind]} {_listed([n.name for n in missing if n.kind == kind])}"
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
    raise SymgradError(
        Diagnostic(f"no value for {' and '.join(groups)}{where}", help="; ".join(hints))
    )


def _listed(names: Sequence[str]) -> str:
    text = ", ".join(f"`{name}`" for name in names[:MAX_LISTED])
    return f"{text} …" if len(names) > MAX_LISTED else text
