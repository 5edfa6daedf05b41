"""`symgrad generate`: the gradient as standalone code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from symgrad.cli.arguments import file_argument, names_option, wrt_option
from symgrad.cli.limits import limited
from symgrad.cli.progress import bar
from symgrad.cli.terminal import (
    load_graph,
    named_file,
    note,
    print_result,
    refuse_others,
    write_file,
)
from symgrad.expression.progress import part

if TYPE_CHECKING:
    from symgrad.derivation.derivation import Derivation
    from symgrad.program.program import Program
    from symgrad.targets import EmittedFile

CHECK_SECONDS = 30.0
WORSE = 16.0  # times the error of the code as written that emitted code may have


def _completed(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Return the targets whose names begin so, for a shell that completes them."""
    from symgrad.targets import target_names

    return [name for name in target_names() if name.startswith(begun)]


@click.command("generate")
@file_argument()
@click.option(
    "-t",
    "--target",
    default="python",
    show_default=True,
    shell_complete=_completed,
    help="The language: python, numpy, c, cpp, javascript, rust, jax, torch, julia or pseudo.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    callback=named_file,
    help="Write to this folder, or to this file; - is standard output, as when left out.",
)
@click.option(
    "--optimizer",
    default="sgd",
    show_default=True,
    help="The update rule: sgd, momentum, nesterov, adam or adamw.",
)
@wrt_option()
@click.option(
    "--check/--no-check",
    default=None,
    help="Run the code against 50-digit values first (on by default for files).",
)
@click.option(
    "--accuracy/--no-accuracy",
    "--safe/--no-safe",
    "safe",
    default=True,
    show_default=True,
    help="Rewrite what measurably loses digits, or emit the formulas as they are written.",
)
@click.option(
    "--templates",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder whose templates come before the shipped ones.",
)
@click.option(
    "--run-code",
    is_flag=True,
    help="Check what templates of others emit too: the check runs it.",
)
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="An option of the target."
)
@click.option("--style", help="The style of NumPy: plain (a line a formula) or fast (blocks).")
@names_option("--only", metavar="NAMES", help="The functions of the file: value, gradient, …")
@names_option(
    "--with",
    "include",
    metavar="NAMES",
    help="Further functions: hessian, hvp, jacobian, gauss_newton, value_each, partial_sums, ….",
)
@click.option("--module", help="Name of the module; taken from FILE when left out.")
@click.option("--ascii", "plain", is_flag=True, help="Comments in plain ASCII, no Greek letters.")
@click.option("--ops", is_flag=True, help="Report the operation counts on standard error.")
@click.option("--force", is_flag=True, help="Overwrite files that symgrad did not write.")
@limited(60)
def command(
    file: str,
    target: str,
    output: Path | None,
    optimizer: str,
    wrt: tuple[str, ...],
    check: bool | None,
    safe: bool,
    templates: Path | None,
    run_code: bool,
    settings: tuple[str, ...],
    style: str | None,
    only: tuple[str, ...],
    include: tuple[str, ...],
    module: str | None,
    plain: bool,
    ops: bool,
    force: bool,
) -> None:
    """Write value, gradient and update step of FILE as code that needs nothing of symgrad."""
    from symgrad.derivation.derive import derive
    from symgrad.program.program import lower
    from symgrad.targets import target as target_called
    from symgrad.targets.codegen import emit

    if output is not None:
        _refuse_output(output, target, module)
    if check:
        _refuse_check(target)
    safe = safe and not target_called(target).as_derived
    derivation = derive(load_graph(file, wrt), wrt or None)
    name = module or module_name(file, output)
    chosen = _settings(settings) | ({"style": style} if style else {})
    with bar():
        with part(0.0, 0.5, f"{target} code"):
            files = emit(
                derivation,
                target,
                optimizer=optimizer,
                safe=safe,
                module=name,
                templates=templates,
                only=only,
                include=include,
                encoding="ascii" if plain else "utf-8",
                **chosen,
            )
        found = _not_checked(check, chosen, templates, run_code=run_code)
        if not found and (check or (check is None and output is not None)):
            with part(0.5, 1.0):
                found = _checked(
                    derivation, target, files,
                    optimizer=optimizer, safe=safe, module=name, settings=chosen,
                )  # fmt: skip
    if ops:
        note(operation_report(lower(derivation, safe=safe)))
    if found:
        note(found)
    _deliver(files, output, force=force)
    _tell(derivation, safe=safe)


def _not_checked(
    check: bool | None,
    chosen: dict[str, str],
    templates: Path | None,
    *,
    run_code: bool,
) -> str:
    """Return why code is not checked; nothing where it may be."""
    if check is not False and chosen.get("float") == "float":
        return "not checked: single precision is not held to the bound for doubles"
    if check is not False and templates is not None and not run_code:
        return "not checked: templates of others may emit anything; --run-code runs it"
    return ""


def _refuse_check(target: str) -> None:
    """Raise SymgradError where nothing runs what a target emits."""
    from symgrad.errors import SymgradError
    from symgrad.targets import target as target_called

    if why := target_called(target).not_run:
        fault = f"--check cannot run the target `{target}`: {why}"
        raise SymgradError(fault, help="leave --check out")


def _deliver(files: tuple[EmittedFile, ...], output: Path | None, *, force: bool) -> None:
    """Print files, or write them and say where; all or none, where one must not be written."""
    if output is None:
        print_result("\n".join(item.text for item in files), exact=True)
        return
    places = _places(output, [(item.name, item.text) for item in files])
    for path, _ in places:
        refuse_others(path, force=force)
    for path, text in places:
        write_file(path, text, force=force)
        print_result(f"wrote {path}")


def _tell(derivation: Derivation, *, safe: bool) -> None:
    """Say which results still lose digits, and where."""
    from symgrad.accuracy.report import told
    from symgrad.graph.arrays import ArrayGraph
    from symgrad.program.program import lower

    if isinstance(derivation.graph, ArrayGraph):
        return  # measured are numbers only
    for line in told(lower(derivation, safe=safe).accuracy):
        note(f"accuracy: {line}")


def module_name(file: str, output: Path | None) -> str:
    """Return the name of the module: that of the output file, or of what was read."""
    if output is not None and output.suffix:
        stem = output.stem
    elif "=" in file or file == "-":
        stem = "model"
    else:
        stem = Path(file.rpartition(":")[2]).stem if ":" in file else Path(file).stem
    safe = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in stem)
    return safe if safe[:1].isalpha() else f"model_{safe}".rstrip("_")


def _checked(
    derivation: Derivation,
    target: str,
    files: tuple[EmittedFile, ...],
    *,
    optimizer: str,
    safe: bool,
    module: str,
    settings: dict[str, str],
) -> str:
    """Run the code against 50-digit values; return what was found, and stop what is wrong.

    Formulas that lose digits as written lose them: that is said, and nothing is stopped. Code is
    stopped where it is further off than the code as written.
    """
    from symgrad.derivation.arrays.derivation import ArrayDerivation
    from symgrad.targets.arrays.running import check_arrays
    from symgrad.targets.check_code import check_within, checked
    from symgrad.targets.codegen import emit

    if isinstance(derivation, ArrayDerivation):
        found = check_arrays(derivation, target, files)
        return found.text if found.note or not found.points else f"checked {found.text}"
    report = check_within(CHECK_SECONDS, derivation, target, files, optimizer=optimizer)
    if safe and not report.ok:
        plain = emit(derivation, target, optimizer=optimizer, safe=False, module=module, **settings)
        written = check_within(CHECK_SECONDS, derivation, target, plain, optimizer=optimizer)
        if written.ok or report.ulps > WORSE * written.ulps:
            checked(report)
    return f"checked {report.text}" if report.points else report.text


def operation_report(program: Program) -> str:
    """Return one line about the cost of a program in arithmetic operations."""
    value, both = program.value.operations, program.both.operations
    share = f", {both / value:.2f} times as many" if value else ""
    return f"operations: {value} for the value, {both} for value and gradient{share}"


def _settings(pairs: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.isidentifier():
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE", param_hint="--set")
        found[name] = value
    return found


def _places(output: Path, files: list[tuple[str, str]]) -> list[tuple[Path, str]]:
    """Return where each file goes: a lone file to the path itself when it looks like one."""
    if not output.suffix or output.is_dir():
        return [(output / name, text) for name, text in files]
    if len(files) == 1:
        return [(output, files[0][1])]
    return [(output.parent / name, text) for name, text in files]


def _refuse_output(output: Path, target: str, module: str | None) -> None:
    """Raise SymgradError where a file asked for cannot be what the target writes."""
    from symgrad.errors import SymgradError
    from symgrad.targets import target_names

    suffix = output.suffix
    if not suffix or output.is_dir():
        return
    own = _suffixes(target)
    others = {name for name in target_names() if suffix in _suffixes(name)}
    several = len(own) > 1
    if suffix not in own and (several or others):
        listed = " and ".join(own)
        raise SymgradError(
            f"`{output}` is no file of {target}, which writes {listed}",
            help="give a folder, or a file name of that kind",
        )
    if several and module is not None and module != output.stem:
        raise SymgradError(
            f"`{output}` and --module {module} name the files in two ways",
            help="give a folder with --module, or leave --module out",
        )


def _suffixes(target: str) -> tuple[str, ...]:
    from symgrad.targets import target as target_called

    return tuple([Path(name).suffix for name, _ in target_called(target).templates])
