"""Rust: one module, no crate besides the standard library; `--set math=extern` for `no_std`.

Numbers follow IEEE 754: an overflow or a pole is infinite, a point outside the domain gives NaN.
With `math=extern` the functions of the C library are declared in the file, so that it compiles
under `#![no_std]` wherever a C library is linked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from symgrad.expression.tree import Expression
from symgrad.program.routine import Routine
from symgrad.targets.base import Sheet, Target
from symgrad.targets.further import DIRECTED, FoundRows
from symgrad.targets.printing import CONDITION, SUM, CodePrinter, Spelling
from symgrad.targets.running import run_rust
from symgrad.targets.rust_helpers import HELPERS
from symgrad.targets.task import RunTask
from symgrad.targets.updating import update_step, wrapped

_KEYWORDS = frozenset(
    "Self abstract as async await become box break const continue crate do dyn else enum extern "
    "false final fn for gen if impl in let loop macro match mod move mut override priv pub ref "
    "return self static struct super trait true try type typeof unsafe unsized use virtual where "
    "while yield".split()
)
_NAMES = frozenset("State Some None Ok Err defaults f64 grad math state step bool usize".split())


class RustPrinter(CodePrinter):
    """Prints formulas as Rust."""

    def where(self, condition: Expression, yes: Expression, no: Expression) -> tuple[str, int]:
        """Return a choice as an expression: only the branch taken is evaluated."""
        test = self.at(condition, CONDITION)
        return f"if {test} {{ {self.at(yes, SUM)} }} else {{ {self.at(no, SUM)} }}", CONDITION


class Rust(Target):
    """A Rust module."""

    name = "rust"
    suffix = ".rs"
    comment = "//"
    defined = "pub fn %s("
    assignment = "let %s = %s;"
    templates = (("{module}.rs", "rust.rs.j2"),)
    settings: Mapping[str, tuple[str, ...]] = {"math": ("std", "extern")}
    keywords = _KEYWORDS
    reserved = _NAMES
    functions = {  # noqa: RUF012  (a table; nothing writes to it)
        "pow": Spelling("math::pow({0}, {1})", ("math pow(x, y) powf",)),
        "constant pi": Spelling("core::f64::consts::PI"),
        "constant e": Spelling("core::f64::consts::E"),
    }
    optional = ("outputs", "residuals", "jacobian", "hessian", *DIRECTED)
    helpers = HELPERS
    takes_functions = True

    def printer(self, functions: Mapping[str, Spelling]) -> CodePrinter:
        """Return the printer of this language."""
        return RustPrinter(functions)

    def run(self, task: RunTask) -> tuple[FoundRows | None, str]:
        """Compile an emitted module with rustc and run it."""
        return run_rust(task)

    def context(self, sheet: Sheet) -> dict[str, object]:
        """Return what `rust.rs.j2` receives."""
        program = sheet.program
        given = sheet.given
        arguments = [f"{name}: f64" for name in sheet.identifiers(program.inputs)]
        arguments += [f"{name}: &dyn Fn(f64) -> f64" for name in sheet.callables.values()]
        settings, update = _update(sheet, given)
        context: dict[str, object] = {
            "head": "\n".join(sheet.head()),
            "idle": ", unused_variables" if sheet.callables or program.further else "",
            "objective": sheet.names[program.graph.objective],
            "arguments": wrapped(arguments, "    ", 4),
            "defaults": _defaults(sheet),
            "value_body": _body(sheet, program.value, "value"),
            "gradient_body": (
                f"    value_and_gradient({wrapped(given, '        ', 4)}).1"
                if program.gradient is None
                else _body(sheet, program.gradient, "gradient")
            ),
            "both_body": _body(sheet, program.both, "value_and_gradient"),
            "fields": _members(sheet.fields),
            **_further(sheet),
            "output_count": str(len(program.pattern)),
            "width": str(len(program.wrt)),
            "hvp_arguments": wrapped(
                [*arguments, f"direction: [f64; {len(program.wrt)}]"], "    ", 4
            ),
            **update,
            "update_arguments": wrapped([*arguments, *settings], "    ", 4),
        }
        needs = sheet.all_needs(sheet.needed)
        context["helpers"] = "\n".join(sheet.helper_texts(sheet.needed))
        context["math"] = _math([name[5:] for name in needs if name.startswith("math ")], sheet)
        return context


def _math(declared: Sequence[str], sheet: Sheet) -> str:
    """Return the functions of module `math`: those of the standard or of the C library.

    They are given as `atan2(y, x) atan2` or `log(x) ln`: C's name and the standard library's.
    """
    outside = sheet.setting("math") == "extern"
    rows = sorted(re.split(r"\(|\) ", text) for text in declared)
    heads = {name: f"pub fn {name}({_parameters(arguments)}) -> f64" for name, arguments, _ in rows}
    lines: list[str] = []
    if outside and rows:
        texts = [f"            {head};" for head in heads.values()]
        lines = ["    mod c {", '        extern "C" {', *texts, "        }", "    }"]
    for name, arguments, own in rows:
        inside = f"f64::{own}({arguments})"
        call = f"unsafe {{ c::{name}({arguments}) }}" if outside else inside
        lines += ["    #[inline]", f"    {heads[name]} {{", f"        {call}", "    }"]
    return "\n".join(lines)


def _parameters(arguments: str) -> str:
    return ", ".join(f"{name}: f64" for name in arguments.split(", "))


def _defaults(sheet: Sheet) -> str:
    """Return the constants with a default, the rate and the settings of the update rule."""
    rule = sheet.optimizer
    found = [(name, default) for name, default in sheet.constants if default is not None]
    if not sheet.has("update"):
        return "\n".join(f"    pub const {name}: f64 = {value};" for name, value in found)
    found.append(("rate", sheet.target.literal(sheet.program.rate)))
    found += [(name, sheet.target.literal(value)) for name, value in rule.settings]
    return "\n".join(f"    pub const {name}: f64 = {value};" for name, value in found)


def _members(names: Sequence[str]) -> str:
    return "\n".join([f"    pub {name}: f64," for name in names])


def _made(kind: str, names: Sequence[str], values: Sequence[str]) -> str:
    pairs = [n if n == v else f"{n}: {v}" for n, v in zip(names, values, strict=True)]
    inside = wrapped(pairs, "        ", 4)
    return f"{kind} {{{inside if inside.startswith(chr(10)) else f' {inside} '}}}"


def _further(sheet: Sheet) -> dict[str, str]:
    """Return the bodies of outputs, Jacobian and second derivatives, empty where not asked for."""
    bodies = dict.fromkeys((f"{kind}_body" for kind in Rust.optional), "")
    for kind, routine in sheet.program.further.items():
        lines = sheet.lines(routine)
        if kind in DIRECTED:
            names = wrapped(sheet.direction(routine, "_"), "        ", 4)
            lines = [f"let [{names}] = direction;", *lines]
            lines.append(_made("Gradient", sheet.fields, sheet.added_up(routine)))
        elif kind in ("hessian", "jacobian"):
            rows = sheet.matrix(routine) if kind == "hessian" else sheet.jacobian(routine, "0.0")
            texts = [f"[{', '.join(row)}]" for row in rows]
            lines.append(f"[{wrapped(texts, '        ', 4)}]")
        else:
            lines.append(f"[{wrapped(sheet.results(routine), '        ', 4)}]")
        if sheet.has(kind):
            bodies[f"{kind}_body"] = "    " + "\n    ".join(lines)
    return bodies


def _body(sheet: Sheet, routine: Routine, kind: str) -> str:
    if not sheet.has(kind):
        return ""
    lines = sheet.lines(routine)
    results = sheet.results(routine)
    if kind == "value":
        declared = f"let {results[0]} = "
        if lines and lines[-1].startswith(declared):
            # The value of a function is its last expression; a name for it is what clippy refuses.
            lines[-1] = lines[-1].removeprefix(declared).removesuffix(";")
        else:
            lines.append(results[0])
    elif kind == "gradient":
        lines.append(_made("Gradient", sheet.fields, results))
    else:
        lines.append(f"({results[0]}, {_made('Gradient', sheet.fields, results[1:])})")
    return "    " + "\n    ".join(lines)


def _update(sheet: Sheet, given: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Return the settings of `update` as arguments, and the parts of its text."""
    rule = sheet.optimizer
    if not sheet.has("update"):
        return [], dict.fromkeys(("state_fields", "start", "update_body", "summary"), "")
    step = update_step(sheet)
    settings = ["rate: f64", *(f"{name}: f64" for name, _ in rule.settings)]
    lines = [f"let grad = gradient({wrapped(given, '        ', 4)});"]
    lines += [sheet.target.assignment % pair for pair in step.assignments]
    made = _made("Params", sheet.fields, step.parameters)
    if step.states:
        made = f"({made}, {_made('State', step.states, step.kept)})"
        settings.append("state: State")
    start = _made("State", step.states, ["0.0"] * len(step.states)) if step.states else ""
    return settings, {
        "state_fields": _members(step.states),
        "start": start,
        "update_body": "    " + "\n    ".join([*lines, made]),
        "summary": rule.summary,
    }


TARGET = Rust()
