"""A trace as a table, as CSV and as JSON: the same fields in all three."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.render.printer import Printer
from symgrad.trace import Plan, Step, Trace
from symgrad.trace_numbers import Real, decimal_text, is_shown_exactly

if TYPE_CHECKING:
    from symgrad.trace_run import Row

HEAD = 12
TAIL = 6
_DOUBLE = 17


@dataclass(frozen=True, slots=True)
class Record:
    """One step as named numbers, in the groups in which they are shown."""

    number: int
    data: Mapping[str, Real]
    parameters: Mapping[str, Real]
    nodes: Mapping[str, Real]
    sensitivities: Mapping[str, Real]
    gradients: Mapping[str, Real]
    updated: Mapping[str, Real]


def record_of_step(plan: Plan, step: Step, *, whole: bool) -> Record:
    """Return a worked step as a record; `whole` adds every node and sensitivity."""
    graph = plan.derivation.graph
    values = dict(step.exact_values)
    shown = [n.name for n in graph.nodes if n.formula is not None] if whole else [graph.objective]
    return Record(
        step.number,
        {name: values[name] for name in graph.data},
        {name: values[name] for name in plan.derivation.wrt},
        {name: values[name] for name in shown},
        dict(step.exact_sensitivities) if whole else {},
        dict(step.exact_gradients),
        dict(step.exact_updated),
    )


def record_of_row(plan: Plan, row: Row) -> Record:
    """Return a step of a long run as a record."""
    graph = plan.derivation.graph
    return Record(
        row.number,
        {name: row.inputs[name] for name in graph.data},
        {name: row.inputs[name] for name in plan.derivation.wrt},
        {graph.objective: row.objective},
        {},
        row.gradients,
        row.updated,
    )


def records_of(trace: Trace, plan: Plan, *, whole: bool) -> list[Record]:
    """Return the steps of a trace as records."""
    return [record_of_step(plan, step, whole=whole) for step in trace.steps]


def plain_number(value: Real, digits: int | None) -> str:
    """Return a number as text: with `digits` digits, or as the shortest text of its double.

    A number that no double can hold is given with seventeen digits; an exact one that is not a
    short decimal stays a decimal here too.
    """
    if isinstance(value, float):
        value = Fraction(value) if math.isfinite(value) else value
        if not isinstance(value, Fraction):
            return str(value)
        if digits is None:
            return repr(float(value)).removesuffix(".0")
    if digits is not None:
        return decimal_text(value, digits)
    near = float(value)
    if math.isinf(near) or (near == 0 and value != 0):
        return decimal_text(value, _DOUBLE)
    return repr(near).removesuffix(".0")


def fields(record: Record, objective: str) -> dict[str, Real]:
    """Return a record as one flat row; a gradient is dJ/da, a new value a'."""
    found: dict[str, Real] = {"step": record.number}
    found |= record.data
    found |= record.parameters
    found |= record.nodes
    found |= record.sensitivities
    found |= {f"d{objective}/d{name}": value for name, value in record.gradients.items()}
    found |= {f"{name}'": value for name, value in record.updated.items()}
    return found


def csv_lines(
    records: Iterable[Record], objective: str, digits: int | None, *, exact: bool = False
) -> Iterator[str]:
    """Yield a CSV text line by line, its header first."""
    header_done = False
    for record in records:
        row = fields(record, objective)
        number = row.pop("step")
        if not header_done:
            yield _csv_line(["step", *row])
            header_done = True
        cells = [_cell(value, digits, exact=exact) for value in row.values()]
        yield _csv_line([str(number), *cells])


def _cell(value: Real, digits: int | None, *, exact: bool) -> str:
    if exact and digits is None and isinstance(value, Fraction):
        return str(value)
    return plain_number(value, digits)


def _csv_line(cells: Sequence[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow(cells)
    return stream.getvalue()


def json_text(
    records: Iterable[Record],
    plan: Plan,
    digits: int | None,
    *,
    exact: bool = False,
    lines: Mapping[int, Sequence[str]] | None = None,
    notes: Mapping[int, Sequence[str]] | None = None,
) -> str:
    """Return a trace as JSON; with `exact` fractions are text, as in "409/490"."""
    steps: list[dict[str, object]] = []
    for record in records:
        groups = {
            "data": record.data,
            "parameters": record.parameters,
            "values": record.nodes,
            "sensitivities": record.sensitivities,
            "gradients": record.gradients,
            "updated": record.updated,
        }
        step: dict[str, object] = {"step": record.number}
        for key, group in groups.items():
            if group or key != "sensitivities":
                step[key] = {n: _json_number(v, digits, exact=exact) for n, v in group.items()}
        if lines is not None:
            step["lines"] = list(lines[record.number])
        if notes is not None and notes.get(record.number):
            step["notes"] = list(notes[record.number])
        steps.append(step)
    graph = plan.derivation.graph
    whole = {
        "generator": "Made by symgrad",
        "objective": graph.objective,
        "goal": "maximize" if graph.maximize else "minimize",
        "optimizer": plan.rule.optimizer.name,
        "rate": _json_number(plan.rule.rate, None, exact=False),
        "steps": steps,
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _json_number(value: Real, digits: int | None, *, exact: bool) -> object:
    if exact and isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else str(value)
    text = plain_number(value, digits)
    near = float(text)
    if math.isinf(near) or (near == 0 and value != 0):
        return text
    return int(near) if near.is_integer() and abs(near) < 10**15 else near


def table_text(
    records: Sequence[Record], trace_names: Iterable[str], objective: str, digits: int
) -> str:
    """Return records as a table in plain text; of many steps the first and the last ones.

    What is left out is said, and a column of numbers is aligned to the right.
    """
    printer = Printer(trace_names)
    many = len(records) > HEAD + TAIL + 2
    shown = [*records[:HEAD], *records[-TAIL:]] if many else list(records)
    rows = [fields(record, objective) for record in shown]
    heads = [_head(name, printer, objective) for name in rows[0]]
    body = [
        [str(v) if name == "step" else _shown(v, digits) for name, v in row.items()] for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(heads, *body, strict=True)]
    lines = ["  ".join(c.rjust(w) for c, w in zip(r, widths, strict=True)) for r in [heads, *body]]
    lines.insert(1, "─" * (sum(widths) + 2 * (len(widths) - 1)))
    if many:
        left_out = len(records) - HEAD - TAIL
        lines.insert(2 + HEAD, f"… {left_out:,} steps left out; --format csv lists them all")
    return "\n".join(lines) + "\n"


def short_text(record: Record, objective: str, digits: int) -> str:
    """Return one step as one line."""
    row = fields(record, objective)
    parts = [f"{name} = {_shown(value, digits)}" for name, value in row.items() if name != "step"]
    return f"Step {record.number}: {', '.join(parts)}\n"


def _shown(value: Real, digits: int) -> str:
    number = Fraction(value) if isinstance(value, float) else value
    text = decimal_text(number, digits)
    plain = isinstance(value, float) and "." in text and "e" not in text
    if plain and not is_shown_exactly(number, digits):
        text = text.rstrip("0").rstrip(".") if float(text) == value else text
    return text.replace("-", "−")


def _head(name: str, printer: Printer, objective: str) -> str:
    if name.startswith(f"d{objective}/d"):
        return printer.partial(objective, name.removeprefix(f"d{objective}/d"))
    if name.endswith("'"):
        return f"{printer.name(name.removesuffix(chr(39)))}′"
    return printer.name(name)
