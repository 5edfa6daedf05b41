"""Samples from files: CSV and JSON, every fault with its place in the file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction

from symgrad.errors import LimitExceeded, Place, SymgradError, UnknownName, nearest
from symgrad.graph.graph import Graph
from symgrad.trace.inputs import MAX_SAMPLES, Sample, inputs_help, listed, read_samples
from symgrad.trace.numbers import read_number

_OTHER_SEPARATORS = {";": "`;`", "\t": "tabs"}


def read_csv(
    graph: Graph, text: str, *, source: str = "data", given: Collection[str] = ()
) -> tuple[Sample, ...]:
    """Return the samples of a CSV text: a header of names, then one sample a row.

    Columns that are no input of the graph are left out, as long as some column is one; data without
    a column must be `given` a value elsewhere. Raises SymgradError with the line and the column at
    fault.
    """
    return _Table(graph, text.removeprefix("\ufeff"), source, given).samples()


class _Table:
    """A CSV text on its way to samples."""

    def __init__(self, graph: Graph, text: str, source: str, given: Collection[str]) -> None:
        self.graph = graph
        self.text = text
        self.source = source
        self.given = given
        self.header: list[str] = []
        self.rows = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)

    def samples(self) -> tuple[Sample, ...]:
        """Return the samples."""
        try:
            self.header = [name.strip() for name in next(self._filled(), [])]
            places = self.columns()
            found = [self.sample(row, places) for row in self._filled()]
        except csv.Error as error:
            raise SymgradError(f"this is no CSV: {error}", place=self.place()) from None
        if len(found) > MAX_SAMPLES:
            raise LimitExceeded(f"more than {MAX_SAMPLES:,} samples")
        return tuple(found)

    def _filled(self) -> Iterator[list[str]]:
        """Yield the rows that are not blank."""
        return (row for row in self.rows if any(cell.strip() for cell in row))

    def place(self, cell: int | None = None) -> Place:
        """Return the place of the current row, or of one cell of it."""
        line = max(1, self.rows.line_num)
        # Only a line break of a file ends a line here: the cells may hold others.
        lines = self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        shown = lines[line - 1] if line <= len(lines) else ""
        cells = shown.split(",")
        if cell is None or '"' in shown or cell >= len(cells):
            return Place(self.source, line, 1, max(1, len(shown)), shown)
        before = sum(len(part) + 1 for part in cells[:cell])
        plain = cells[cell].strip()
        column = before + 1 + len(cells[cell]) - len(cells[cell].lstrip()) if plain else before + 1
        return Place(self.source, line, column, max(1, len(plain)), shown)

    def columns(self) -> list[tuple[int, str]]:
        """Return the columns that hold an input, with its name."""
        if not self.header:
            raise SymgradError(f"`{self.source}` is empty", help="its first row names the columns")
        graph = self.graph
        inputs = {*graph.data, *graph.constants, *graph.parameters}
        places: list[tuple[int, str]] = []
        for i, name in enumerate(self.header):
            known = _known(graph, name)
            if known in inputs:
                if known in (other for _, other in places):
                    raise SymgradError(f"there are two columns `{known}`", place=self.place(i))
                places.append((i, known))
        if not places:
            raise SymgradError(
                "no column has the name of an input", place=self.place(), help=self._header_help()
            )
        self._require_data({name for _, name in places})
        return places

    def _header_help(self) -> str:
        line = self.place().text
        for separator, word in _OTHER_SEPARATORS.items():
            if separator in line:
                return f"the columns are separated by {word}: put commas between them"
        return f"the first row names the columns; {inputs_help(self.graph)}"

    def _require_data(self, columns: Collection[str]) -> None:
        missing = [
            name
            for name in self.graph.data
            if name not in columns
            and name not in self.given
            and self.graph.index[name].default is None
        ]
        if missing:
            others = [name for name in self.header if _known(self.graph, name) == ""]
            close = nearest(missing[0].lower(), [name.lower() for name in others if name])
            spelled = next((name for name in others if name.lower() == close), "")
            help_text = f"the column `{spelled}` has another name; or" if spelled else "add it, or"
            word = "column" if len(missing) == 1 else "columns"
            raise SymgradError(
                f"there is no {word} {listed(missing)}",
                place=self.place(),
                help=f"{help_text} give --set {missing[0]}=1 for all samples",
            )

    def sample(self, row: Sequence[str], places: Sequence[tuple[int, str]]) -> Sample:
        """Return the sample of a row."""
        width = len(self.header)
        if len(row) < width or any(cell.strip() for cell in row[width:]):
            cells = "cell" if len(row) == 1 else "cells"
            raise SymgradError(
                f"this row has {len(row)} {cells}, but the header has {width}",
                place=self.place(),
                help="a decimal point is a point, and no comma" if len(row) > width else "",
            )
        found: list[tuple[str, Fraction]] = []
        i, name = places[0]
        try:
            for i, name in places:
                found.append((name, read_number(row[i], f"the value of `{name}`")))
        except SymgradError as error:
            fault = error.diagnostics[0]
            message = fault.message if row[i].strip() else f"there is no value for `{name}`"
            raise SymgradError(message, place=self.place(i), help=fault.help) from None
        return tuple(found)


def _known(graph: Graph, name: str) -> str:
    """Return the graph's spelling of a name, or nothing for a name that it does not have."""
    try:
        return graph.resolve(name)
    except UnknownName:
        return ""


def read_json(graph: Graph, text: str, *, source: str = "data") -> tuple[Sample, ...]:
    """Return the samples of a JSON text: a list of objects, or an object of lists.

    Numbers are read exactly as they are written. Raises SymgradError for another shape.
    """
    try:
        loaded = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        lines = text.split("\n")
        shown = lines[error.lineno - 1] if error.lineno <= len(lines) else ""
        place = Place(source, error.lineno, error.colno, 1, shown)
        raise SymgradError(f"this is no JSON: {error.msg}", place=place) from None
    except (ValueError, RecursionError) as error:
        raise SymgradError(f"`{source}` is no JSON: {error}") from None
    if isinstance(loaded, dict) and all(isinstance(part, list) for part in loaded.values()):
        loaded = _rows_of_columns(loaded, source)
    if not isinstance(loaded, list):
        raise SymgradError(f"`{source}` holds no list of samples", help='as in [{"x": 2, "y": 1}]')
    return read_samples(graph, loaded, f"{source}: sample")


def _rows_of_columns(columns: dict[str, list[object]], source: str) -> list[dict[str, object]]:
    lengths = {name: len(part) for name, part in columns.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"`{name}` has {count:,}" for name, count in list(lengths.items())[:6])
        raise SymgradError(f"the columns of `{source}` are of different length: {shown}")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
