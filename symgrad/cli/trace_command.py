"""`symgrad trace`: a graph worked through with numbers, step after step."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from symgrad.cli.arguments import file_argument, stepping, wrt_option
from symgrad.cli.limits import current_run, limited
from symgrad.cli.progress import bar
from symgrad.cli.terminal import (
    is_terminal,
    lacks_letters,
    load_graph,
    named_file,
    note,
    print_document,
    read_stdin,
    write_file,
)
from symgrad.errors import SymgradError
from symgrad.expression.progress import tell

if TYPE_CHECKING:
    from symgrad.derivation.derivation import Derivation
    from symgrad.graph.graph import Graph
    from symgrad.render.trace_table import Record
    from symgrad.trace.inputs import Sample
    from symgrad.trace.trace import Plan

FORMATS = ("text", "markdown", "latex", "json", "csv")
SHOWN_LONG = 20  # more steps than that are shown as a table, unless --show says otherwise
WORKED = 300  # more steps than that run through emitted code, unless --show long or --exact
MAX_DATA_BYTES = 2**29


@click.command("trace")
@file_argument()
@wrt_option("Follow these parameters only")
@stepping(10**8, "Update rule")
@click.option(
    "--show",
    type=click.Choice(("short", "long", "table")),
    help="How much of each step.  [default: long, table for many steps]",
)
@click.option("--digits", type=click.IntRange(1, 30), help="Significant digits.  [default: 6]")
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--exact", is_flag=True, help="Exact fractions, where the graph allows them.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Plain ASCII text, no Greek letters.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), callback=named_file,
    help="Write to this file; - is standard output, as when left out.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite a file that symgrad did not write.")
@limited(10)
def command(
    file: str,
    wrt: tuple[str, ...],
    data: str | None,
    settings: tuple[str, ...],
    count: int | None,
    rate: str | None,
    optimizer: str,
    show: str | None,
    digits: int | None,
    style: str,
    exact: bool,
    ascii_only: bool,
    output: Path | None,
    force: bool,
) -> None:
    """Work FILE through with numbers: values, sensitivities, gradients and updates of each step.

    A step takes one sample: a `step` line of the graph, or a row of --data; with -n they are used
    again and again. Every digit that is printed is right.
    """  # fmt: skip
    from symgrad.derivation.derive import derive
    from symgrad.graph.arrays import ArrayGraph
    from symgrad.trace.trace import make_plan

    graph = load_graph(file, wrt)
    if isinstance(graph, ArrayGraph):
        derived = derive(graph, wrt or None)
        given = arrays_given(settings, data)
        ascii_only = ascii_only or (style == "text" and output is None and lacks_letters())
        text = _arrays_traced(
            derived, given, rate, count, style=style, digits=digits, ascii_only=ascii_only
        )
        _deliver(_Run([text]), output, force=force, style=style)
        return
    values = assignments(settings)
    plan = make_plan(
        derive(graph, wrt or None),
        values,
        None if data is None else samples_from(graph, data, values),
        rate=rate,
        steps=count,
        optimizer=optimizer,
    )
    chosen = show or ("long" if plan.count <= SHOWN_LONG and style != "csv" else "table")
    ascii_only = ascii_only or (style == "text" and output is None and lacks_letters())
    if (
        plan.count <= WORKED
        or chosen == "long"
        or exact
        or (chosen == "short" and style in ("markdown", "latex"))
    ):
        run = _worked(plan, chosen, style, digits, exact=exact, ascii_only=ascii_only)
    else:
        run = _long_run(
            plan, chosen, style, digits, ascii_only=ascii_only, to_file=output is not None
        )
    _deliver(run, output, force=force, style=style)


def arrays_given(settings: tuple[str, ...], data: str | None) -> dict[str, object]:
    """Return the arrays of --set (NAME=JSON) and of --data (a JSON object of them)."""
    found: dict[str, object] = {}
    if data is not None:
        text = read_stdin() if data == "-" else Path(data).read_text(encoding="utf-8-sig")
        try:
            found = json.loads(text, parse_float=Fraction, parse_int=Fraction)
        except ValueError:
            found = {}
        if not isinstance(found, dict) or not found:
            hint = 'as in {"x": [1, 2], "y": [[1, 0], [0, 1]]}'
            raise SymgradError(f"`{data}` is no JSON object of arrays", help=hint)
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"'{setting}' is not NAME=VALUE", param_hint="--set")
        found[name.strip()] = value.strip()
    return found


def _arrays_traced(
    derived: Derivation,
    given: Mapping[str, object],
    rate: str | None,
    count: int | None,
    *,
    style: str,
    digits: int | None,
    ascii_only: bool,
) -> str:
    """Return the trace of a graph with arrays."""
    from symgrad.derivation.arrays.derivation import ArrayDerivation
    from symgrad.trace.arrays.plan import planned
    from symgrad.trace.arrays.show import traced

    if not isinstance(derived, ArrayDerivation):
        raise TypeError(derived)
    plan = planned(derived, given, rate=rate, steps=count)
    return traced(derived, plan, style=style, digits=digits or 6, ascii_only=ascii_only)


@dataclass
class _Run:
    """A trace as parts of a text; `fault` is what ended it, once all parts have been taken."""

    parts: Iterable[str] = ()
    fault: SymgradError | None = None
    steps: int = 0

    def stopped(self) -> str:
        """Return the fault as one line, or nothing."""
        return "" if self.fault is None else self.fault.diagnostics[0].message


def assignments(settings: tuple[str, ...]) -> dict[str, object]:
    """Return the values of --set; several may stand in one, with commas between them."""
    found: dict[str, object] = {}
    for part in (part for setting in settings for part in setting.split(",")):
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"'{part}' is not NAME=VALUE", param_hint="--set")
        found[name.strip()] = value.strip()
    return found


def samples_from(
    graph: Graph, data: str, given: Mapping[str, object] | None = None
) -> tuple[Sample, ...]:
    """Return the samples of a CSV or JSON file, or of standard input (-).

    `given` are the inputs that have a value from elsewhere, so that they need no column.
    """
    from symgrad.trace.files import read_csv, read_json
    from symgrad.trace.inputs import read_values

    source = "<stdin>" if data == "-" else data
    if data == "-":
        text = read_stdin()
    else:
        path = Path(data)
        if not path.is_file():
            kind = "`{}` is a folder" if path.is_dir() else "there is no file `{}`"
            raise SymgradError(kind.format(data))
        if path.stat().st_size > MAX_DATA_BYTES:
            raise SymgradError(f"`{data}` is larger than {MAX_DATA_BYTES >> 20} MiB")
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise SymgradError(f"`{data}` is not UTF-8 (byte {error.start})") from None
    is_json = data.endswith(".json") or text.lstrip()[:1] in ("[", "{")
    known = read_values(graph, given or {})
    if is_json:
        samples = read_json(graph, text, source=source)
    else:
        samples = read_csv(graph, text, source=source, given=known)
    if not samples:
        raise SymgradError(f"`{source}` holds no sample")
    return samples


def _worked(
    plan: Plan, show: str, style: str, digits: int | None, *, exact: bool, ascii_only: bool
) -> _Run:
    """Return a trace in which every formula is worked with full precision."""
    from symgrad.render import trace_table, trace_text
    from symgrad.trace.trace import run_as_far

    with _progress(plan.count, twice=not exact) as tick:
        trace, fault = run_as_far(plan, exact=exact, digits=digits or 6, on_step=tick)
    run = _Run(fault=fault, steps=len(trace))
    if not run.steps:
        return run
    if show == "table" and style not in ("csv", "json"):
        records = trace_table.records_of(trace, plan, whole=False)
        run.parts = [_table(plan, records, style, digits, ascii_only=ascii_only)]
    elif style == "text":
        run.parts = [trace_text.trace_text(trace, show=show, ascii_only=ascii_only)]
    elif style == "latex":
        run.parts = [trace_text.trace_latex(trace, show=show)]
    elif style == "markdown":
        run.parts = [trace_text.trace_markdown(trace, show=show)]
    else:
        whole = show == "long"
        records = trace_table.records_of(trace, plan, whole=whole)
        if style == "csv":
            objective = plan.derivation.graph.objective
            run.parts = trace_table.csv_lines(records, objective, digits, exact=exact)
        elif style == "json":
            worked = {step.number: step for step in trace.steps}
            run.parts = [
                trace_table.json_text(
                    records, plan, digits,
                    exact=exact, worked=worked, whole=whole, stopped=run.stopped,
                )
            ]  # fmt: skip
    return run


def _names(plan: Plan) -> list[str]:
    d = plan.derivation
    return [n.name for n in d.graph.nodes] + [s.name for s in d.sensitivity_list]


def _table(
    plan: Plan, records: list[Record], style: str, digits: int | None, *, ascii_only: bool
) -> str:
    from symgrad.render.trace_grid import table_latex, table_markdown
    from symgrad.render.trace_table import table_text

    objective = plan.derivation.graph.objective
    if style in ("latex", "markdown"):
        written = table_latex if style == "latex" else table_markdown
        return written(records, _names(plan), objective, digits or 6)
    return table_text(records, _names(plan), objective, digits or 6, ascii_only=ascii_only)


def _long_run(
    plan: Plan, show: str, style: str, digits: int | None, *, ascii_only: bool, to_file: bool
) -> _Run:
    """Return a long run through emitted code, in the form that was asked for."""
    from symgrad.render.trace_table import csv_lines, json_text, record_of_row, short_texts
    from symgrad.trace.run import run_emitted

    run = _Run()
    one_by_one = style == "csv" or (style == "text" and show == "short")
    # Where the steps themselves run over the terminal a bar would only break their lines.
    silent = one_by_one and not to_file and is_terminal(sys.stdout)

    def records() -> Iterator[Record]:
        with _progress(plan.count, silent=silent) as tick:
            try:
                for row in run_emitted(plan):
                    yield record_of_row(plan, row)
                    run.steps = row.number
                    tick(row.number)
            except SymgradError as error:
                run.fault = error

    def parts() -> Iterator[str]:
        objective = plan.derivation.graph.objective
        if style == "csv":
            yield from csv_lines(records(), objective, digits)
        elif style == "json":
            yield json_text(records(), plan, digits, stopped=run.stopped)
        elif show == "short":
            yield from short_texts(
                records(), _names(plan), objective, digits or 6, ascii_only=ascii_only
            )
        elif found := list(records()):
            yield _table(plan, found, style, digits, ascii_only=ascii_only)

    run.parts = parts()
    return run


@contextmanager
def _progress(
    count: int, *, twice: bool = False, silent: bool = False
) -> Iterator[Callable[[int], None]]:
    """Give the work its time anew with each step, and show how many of them are done."""
    renew = current_run().renew
    total = 2 * count if twice else count
    what = f"{count:,} steps"
    done = 0

    def tick(_: int) -> None:
        nonlocal done
        renew()
        done += 1
        tell(done / total, what)

    with nullcontext() if silent else bar():
        yield tick


def _deliver(run: _Run, output: Path | None, *, force: bool, style: str) -> None:
    """Write a run to a file or to standard output, and raise the fault that ended it, if any."""
    where = "above"
    if output is None:
        for part in run.parts:
            print_document(part, style)
    else:
        text = "".join(run.parts)
        if run.steps:
            write_file(output, text, force=force)
            where = f"in {output}"
    if run.fault is not None:
        if run.steps:
            taken = "one step" if run.steps == 1 else f"{run.steps:,} steps"
            note(f"note: {taken} could be taken, and {'is' if run.steps == 1 else 'are'} {where}")
        raise run.fault
