"""`symgrad report`: one self-contained HTML page about a graph."""

from __future__ import annotations

from pathlib import Path

import click

from symgrad.cli.arguments import file_argument, stepping, wrt_option
from symgrad.cli.beside import beside, delivered, opening
from symgrad.cli.limits import limited
from symgrad.cli.progress import bar
from symgrad.cli.terminal import load_graph, print_result


@click.command("report")
@file_argument()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File to write; - is standard output.  [default: FILE.html; standard output in a pipe]",
)
@opening
@wrt_option()
@stepping(10**6, "Update rule of the steps")
@click.option("--force", is_flag=True, help="Overwrite a file that symgrad did not write.")
@limited(60)
def command(
    file: str,
    output: Path | None,
    opened: bool,
    wrt: tuple[str, ...],
    data: str | None,
    settings: tuple[str, ...],
    count: int | None,
    rate: str | None,
    optimizer: str,
    force: bool,
) -> None:
    """Write one HTML page about FILE: graph, formulas, numbers step by step, checks, code.

    The page needs no network and no file beside it. Its steps are those of `symgrad trace`.
    """  # fmt: skip
    from symgrad.cli.generate_command import module_name
    from symgrad.cli.trace_command import arrays_given, assignments, samples_from
    from symgrad.derivation.arrays.derivation import ArrayDerivation
    from symgrad.derivation.derive import derive
    from symgrad.render.html import array_page, page
    from symgrad.trace.arrays.plan import planned
    from symgrad.trace.trace import make_plan

    graph = load_graph(file, wrt)
    d = derive(graph, wrt or None)
    arguments = _arguments(file, wrt, data, settings, count, rate, optimizer)
    module = module_name(file, None)
    if isinstance(d, ArrayDerivation):
        given = arrays_given(settings, data)
        steps = planned(d, given, rate=rate, steps=count, optimizer=optimizer)
        with bar():
            text = array_page(d, steps, module=module, arguments=arguments)
    else:
        plan = make_plan(
            d,
            assignments(settings),
            None if data is None else samples_from(graph, data),
            rate=rate,
            steps=count,
            optimizer=optimizer,
        )
        with bar():
            text = page(plan, module=module, arguments=arguments)
    target = beside(output, file, ".html")
    if target is None:
        print_result(text, exact=True)
        return
    delivered(target, text, force=force, opened=opened)


def _arguments(
    file: str,
    wrt: tuple[str, ...],
    data: str | None,
    settings: tuple[str, ...],
    count: int | None,
    rate: str | None,
    optimizer: str,
) -> tuple[str, ...]:
    """Return the arguments of the command that makes the same page again."""
    found = [file]
    found += ["--wrt", ",".join(wrt)] if wrt else []
    found += ["--data", data] if data is not None else []
    for setting in settings:
        found += ["--set", setting]
    found += ["-n", str(count)] if count is not None else []
    found += ["--rate", rate] if rate is not None else []
    found += ["--optimizer", optimizer] if optimizer != "sgd" else []
    return tuple(found)
