"""C functions besides value and gradient: outputs and Jacobian, second derivatives, each sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symgrad.program.routine import Routine
from symgrad.targets.base import Sheet
from symgrad.targets.further import DIRECTED

# The lines that compute a routine, and what its results are called after them.
Computed = Callable[[Routine, str], tuple[list[str], Sequence[str]]]


def further_parts(sheet: Sheet, computed: Computed) -> dict[str, str]:
    """Return the bodies of the further functions, empty where they are not asked for."""
    program = sheet.program
    kinds = (
        "hessian", "hessian_sparse", *DIRECTED, "outputs", "residuals", "jacobian",
        "jacobian_sparse",
    )  # fmt: skip
    bodies = {f"{kind}_body": "" for kind in kinds}
    for kind, routine in program.further.items():
        lines, results = computed(routine, kind)
        by_name = dict(zip(sheet.results(routine), results, strict=True))
        if kind in DIRECTED:
            module = f"{sheet.options.module}_params"
            pairs = zip(sheet.direction(routine), sheet.fields, strict=True)
            taken = [f"const double {name} = direction.{field};" for name, field in pairs if name]
            taken = taken or ["(void)direction;"]
            added = sheet.added_up(routine, results)
            made = [f"out.{f} = {r};" for f, r in zip(sheet.fields, added, strict=True)]
            lines = [*taken, *lines, f"{module} out;", *made, "return out;"]
        elif kind == "hessian":
            rows = [[by_name[name] for name in row] for row in sheet.matrix(routine)]
            lines = [*lines, *_filled([entry for row in rows for entry in row])]
        elif kind == "hessian_sparse":
            lines = [*lines, *_filled([results[place] for place in sheet.sparse_places()])]
        elif kind == "jacobian":
            if sheet.has("jacobian_sparse"):
                bodies["jacobian_sparse_body"] = _indented([*lines, *_filled(results)])
            rows = [
                [by_name.get(name, name) for name in row] for row in sheet.jacobian(routine, "0.0")
            ]
            lines = [*lines, *_filled([entry for row in rows for entry in row])]
        else:
            lines = [*lines, *_filled(results)]
        if sheet.has(kind):
            bodies[f"{kind}_body"] = _indented(lines)
    return {
        **bodies,
        **_pattern(sheet, program.pattern, ""),
        **_pattern(sheet, program.second_pattern, "second_"),
        "row_count": str(len(program.pattern)),
        "width": str(len(program.wrt)),
    }


def _pattern(sheet: Sheet, pattern: Sequence[Sequence[int]], which: str) -> dict[str, str]:
    """Return the parts of the arrays that hold the pattern of a sparse matrix."""
    columns, starts = sheet.compressed(pattern)
    return {
        f"{which}columns": ", ".join(columns or ["0"]),
        f"{which}column_count": str(max(1, len(columns))),
        f"{which}starts": ", ".join(starts),
        f"{which}start_count": str(len(starts)),
    }


def _filled(entries: Sequence[str]) -> list[str]:
    return [f"out[{i}] = {entry};" for i, entry in enumerate(entries)]


def _indented(lines: Sequence[str]) -> str:
    return "    " + "\n    ".join(lines) if lines else ""
