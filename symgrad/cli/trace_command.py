"""`symgrad trace`: a graph worked through with numbers, step after step."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from symgrad.cli.terminal import load_graph, print_result, read_stdin, write_file

if TYPE_CHECKING:
    from symgrad.graph import Graph
    from symgrad.render.trace_table import Record
    from symgrad.trace import Plan
    from symgrad.trace_inputs import Sample

FORMATS = ("text", "markdown", "latex", "json", "csv")
SHOWN_LONG = 20  # more steps than that are shown as a table, unless --show says otherwise
WORKED = 300  # more steps than that run through emitted code, unless --show long or --exact
SLOW = 100
MAX_DATA_BYTES = 2**29
OPTIMIZERS = ("sgd", "momentum", "nesterov", "adam", "adamw")


@click.command("trace")
@click.argument("file")
@click.option("--wrt", multiple=True, help="Follow these parameters only (a,b or repeated).")
@click.option("--data", metavar="FILE", help="Samples: CSV with a header, or JSON; - is stdin.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Value of an input.")
@click.option("-n", "--steps", "count", type=click.IntRange(1, 10**8), help="How many steps.")
@click.option("--rate", metavar="NUMBER", help="Learning rate.  [default: the graph's, or 0.1]")
@click.option(
    "--optimizer",
    type=click.Choice(OPTIMIZERS),
    default="sgd",
    show_default=True,
    help="Update rule, with PyTorch's settings.",
)
@click.option(
    "--show",
    type=click.Choice(("short", "long", "table")),
    help="How much of each step.  [default: long, table for many steps]",
)
@click.option("--digits", type=click.IntRange(1, 30), help="Significant digits.  [default: 6]")
@click.option("--format", "style", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--exact", is_flag=True, help="Exact fractions, where the graph allows them.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Plain ASCII text, no Greek letters.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--force", is_flag=True, help="Overwrite a file that symgrad did not write.")
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
    from symgrad.cli.derive_command import split_names
    from symgrad.derive import derive
    from symgrad.trace import make_plan

    graph = load_graph(file, split_names(wrt))
    plan = make_plan(
        derive(graph, split_names(wrt) or None),
        assignments(settings),
        None if data is None else samples_from(graph, data),
        rate=rate,
        steps=count,
        optimizer=optimizer,
    )
    chosen = show or ("long" if plan.count <= SHOWN_LONG and style != "csv" else "table")
    if chosen == "table" and style in ("markdown", "latex"):
        chosen = "short"
    if plan.count <= WORKED or chosen == "long" or exact or style in ("markdown", "latex"):
        text = _worked(plan, chosen, style, digits, exact=exact, ascii_only=ascii_only)
        _deliver([text], output, force=force)
    else:
        _deliver(_long_run(plan, chosen, style, digits), output, force=force)


def assignments(settings: tuple[str, ...]) -> dict[str, object]:
    """Return the values of --set; several may stand in one, with commas between them."""
    found: dict[str, object] = {}
    for part in (part for setting in settings for part in setting.split(",")):
        name, equals, value = part.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f"'{part}' is not NAME=VALUE", param_hint="--set")
        found[name.strip()] = value.strip()
    return found


def samples_from(graph: Graph, data: str) -> tuple[Sample, ...]:
    """Return the samples of a CSV or JSON file, or of standard input (-)."""
    from symgrad.errors import Diagnostic, SymgradError
    from symgrad.trace_inputs import read_csv, read_json

    if data == "-":
        text = read_stdin()
    else:
        path = Path(data)
        if not path.is_file():
            raise SymgradError(Diagnostic(f"there is no file `{data}`"))
        if path.stat().st_size > MAX_DATA_BYTES:
            raise SymgradError(Diagnostic(f"`{data}` is larger than {MAX_DATA_BYTES >> 20} MiB"))
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise SymgradError(Diagnostic(f"`{data}` is not UTF-8 (byte {error.start})")) from None
    is_json = data.endswith(".json") or text.lstrip()[:1] in ("[", "{")
    samples = read_json(graph, text) if is_json else read_csv(graph, text)
    if not samples:
        raise SymgradError(Diagnostic(f"`{data}` holds no sample"))
    return samples


def _worked(
    plan: Plan, show: str, style: str, digits: int | None, *, exact: bool, ascii_only: bool
) -> str:
    """Return a trace in which every formula is worked with full precision."""
    from symgrad.render import trace_table, trace_text
    from symgrad.trace import run_plan

    with _progress(plan.count, twice=not exact) as tick:
        trace = run_plan(plan, exact=exact, digits=digits or 6, on_step=tick)
    if style == "text" and show != "table":
        return trace_text.trace_text(trace, show=show, ascii_only=ascii_only)
    if style == "latex":
        return trace_text.trace_latex(trace, show=show)
    if style == "markdown":
        return trace_text.trace_markdown(trace, show=show)
    whole = show == "long"
    records = trace_table.records_of(trace, plan, whole=whole)
    objective = plan.derivation.graph.objective
    if style == "csv":
        return "".join(trace_table.csv_lines(records, objective, digits, exact=exact))
    if style == "json":
        return trace_table.json_text(
            records,
            plan,
            digits,
            exact=exact,
            lines={step.number: step.lines for step in trace.steps} if whole else None,
            notes={step.number: step.notes for step in trace.steps},
        )
    return _table(plan, records, digits)


def _table(plan: Plan, records: list[Record], digits: int | None) -> str:
    from symgrad.render.trace_table import table_text

    d = plan.derivation
    names = [n.name for n in d.graph.nodes] + [s.name for s in d.sensitivity_list]
    return table_text(records, names, d.graph.objective, digits or 6)


def _long_run(plan: Plan, show: str, style: str, digits: int | None) -> Iterator[str]:
    """Yield a long run through emitted code, in the form that was asked for."""
    from symgrad.render.trace_table import csv_lines, json_text, record_of_row, short_text
    from symgrad.trace_run import run_emitted

    def records() -> Iterator[Record]:
        with _progress(plan.count) as tick:
            for row in run_emitted(plan):
                yield record_of_row(plan, row)
                tick(row.number)

    objective = plan.derivation.graph.objective
    if style == "csv":
        yield from csv_lines(records(), objective, digits)
    elif style == "json":
        yield json_text(records(), plan, digits)
    elif show == "short":
        for record in records():
            yield short_text(record, objective, digits or 6)
    else:
        yield _table(plan, list(records()), digits)


def _ignore(_: int) -> None:
    pass


@contextmanager
def _progress(count: int, *, twice: bool = False) -> Iterator[Callable[[int], None]]:
    """Show a bar on standard error while steps are taken, if there are many of them."""
    if count < SLOW:
        yield _ignore
        return
    every = max(1, count // 200)
    total = 2 * count if twice else count
    with click.progressbar(length=total, label=f"{count:,} steps", file=sys.stderr) as bar:

        def tick(number: int) -> None:
            if number % every == 0:
                bar.update(every)

        yield tick


def _deliver(parts: Iterable[str], output: Path | None, *, force: bool) -> None:
    """Write a text, given in parts, to a file or to standard output."""
    if output is not None:
        write_file(output, "".join(parts), force=force)
        return
    for part in parts:
        print_result(part)
