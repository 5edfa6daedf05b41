"""A trace as a table, as CSV and as JSON: the same fields in all three."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.expression.print_ascii import AsciiPrinter
from symgrad.expression.printer import Printer
from symgrad.trace.decimals import decimal_text, float_text
from symgrad.trace.numbers import Real
from symgrad.trace.trace import Plan, Step, Trace

if TYPE_CHECKING:
    from symgrad.trace.run import RunRow

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


def record_of_row(plan: Plan, row: RunRow) -> Record:
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
        if digits is not None:
            return float_text(value, digits)
        return repr(value + 0.0).removesuffix(".0")  # no sign on a zero
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
    worked: Mapping[int, Step] | None = None,
    whole: bool = False,
    stopped: Callable[[], str] = str,
) -> str:
    """Return a trace as JSON; with `exact` fractions are text, as in "409/490".

    The `worked` steps add their notes and, if `whole`, their lines and the parts of each
    derivative. `stopped` is asked at the end for the fault that ended the trace, if there was one.
    """

    def numbers(group: Mapping[str, Real]) -> dict[str, object]:
        return {name: _json_number(v, digits, exact=exact) for name, v in group.items()}

    steps: list[dict[str, object]] = []
    for record in records:
        step: dict[str, object] = {
            "step": record.number,
            "data": numbers(record.data),
            "parameters": numbers(record.parameters),
            "values": numbers(record.nodes),
        }
        if record.sensitivities:
            step["sensitivities"] = numbers(record.sensitivities)
        step["gradients"] = numbers(record.gradients)
        work = (worked or {}).get(record.number)
        if whole and work is not None:
            step["parts"] = {
                left: numbers(group) for left, group in _parts_by_derivative(work).items()
            }
        step["updated"] = numbers(record.updated)
        if whole and work is not None:
            step["lines"] = list(work.lines)
        if work is not None and work.notes:
            step["notes"] = list(work.notes)
        steps.append(step)
    graph = plan.derivation.graph
    fault = stopped()
    everything = {
        "generator": "Made by symgrad",
        "objective": graph.objective,
        "goal": "maximize" if graph.maximize else "minimize",
        "optimizer": plan.rule.optimizer.name,
        "rate": _json_number(plan.rule.rate, None, exact=False),
        "steps": steps,
        **({"stopped": fault} if fault else {}),
    }
    return json.dumps(everything, ensure_ascii=False, indent=2) + "\n"


def _parts_by_derivative(step: Step) -> dict[str, dict[str, Real]]:
    """Return the parts and the branches of each derivative: "dJ/da" → {"data part": …}."""
    found: dict[str, dict[str, Real]] = {}
    above = ""
    for line in step.work:
        if not line.is_part:
            above = "/".join(f"d{name}" for name in line.left[-1]) if line.left else ""
        elif above:
            found.setdefault(above, {})[line.labelled(str)] = line.value
    return found


def _json_number(value: Real, digits: int | None, *, exact: bool) -> object:
    if exact and isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else str(value)
    text = plain_number(value, digits)
    near = float(text)
    if math.isinf(near) or (near == 0 and value != 0):
        return text
    return int(near) if near.is_integer() and abs(near) < 10**15 else near


def grid(
    records: Sequence[Record], objective: str, digits: int, printer: Printer
) -> tuple[list[str], list[list[str]], int]:
    """Return the heads and rows of a table, and how many steps behind the first are left out."""
    many = len(records) > HEAD + TAIL + 2
    shown = [*records[:HEAD], *records[-TAIL:]] if many else list(records)
    rows = [fields(record, objective) for record in shown]
    heads = [_head(name, printer, objective) for name in rows[0]]
    body = [
        [str(v) if name == "step" else _shown(v, digits, printer) for name, v in row.items()]
        for row in rows
    ]
    return heads, body, len(records) - HEAD - TAIL if many else 0


def table_text(
    records: Sequence[Record],
    trace_names: Iterable[str],
    objective: str,
    digits: int,
    *,
    ascii_only: bool = False,
) -> str:
    """Return records as a table in plain text; of many steps the first and the last ones.

    What is left out is said, and a column of numbers is aligned to the right.
    """
    printer = (AsciiPrinter if ascii_only else Printer)(trace_names)
    rule, dots = ("-", "...") if ascii_only else ("─", "…")
    heads, body, left_out = grid(records, objective, digits, printer)
    widths = [max(map(len, column)) for column in zip(heads, *body, strict=True)]
    lines = ["  ".join(c.rjust(w) for c, w in zip(r, widths, strict=True)) for r in [heads, *body]]
    lines.insert(1, rule * (sum(widths) + 2 * (len(widths) - 1)))
    if left_out:
        lines.insert(2 + HEAD, f"{dots} {left_out:,} steps left out; --format csv lists them all")
    return "\n".join(lines) + "\n"


def short_texts(
    records: Iterable[Record],
    trace_names: Iterable[str],
    objective: str,
    digits: int,
    *,
    ascii_only: bool = False,
) -> Iterator[str]:
    """Yield each step of a long run as one line."""
    printer = (AsciiPrinter if ascii_only else Printer)(trace_names)
    arrow = "<-" if ascii_only else "←"
    for record in records:
        given = {**record.data, **record.parameters}
        found = {**record.nodes, **{f"d{objective}/d{n}": v for n, v in record.gradients.items()}}
        parts = [
            ", ".join(
                f"{_head(name, printer, objective)} = {_shown(value, digits, printer)}"
                for name, value in group.items()
            )
            for group in (given, found)
        ]
        arrows = (
            f"{printer.name(name)} {arrow} {_shown(value, digits, printer)}"
            for name, value in record.updated.items()
        )
        yield f"Step {record.number}: {'; '.join([*parts, ', '.join(arrows)])}\n"


def _shown(value: Real, digits: int, printer: Printer) -> str:
    text = (float_text if isinstance(value, float) else decimal_text)(value, digits)
    return text.replace("-", printer.minus)


def _head(name: str, printer: Printer, objective: str) -> str:
    if name.startswith(f"d{objective}/d"):
        return printer.partial(objective, name.removeprefix(f"d{objective}/d"))
    if name.endswith("'"):
        prime = "′" if printer.times == "·" else "'"
        return f"{printer.name(name.removesuffix(chr(39)))}{prime}"
    return printer.name(name)
