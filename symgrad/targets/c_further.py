"""C functions besides value and gradient: outputs and Jacobian, second derivatives, each sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symgrad.program.program import Routine
from symgrad.targets.base import Sheet

# The lines that compute a routine, and what its results are called after them.
Computed = Callable[[Routine, str], tuple[list[str], Sequence[str]]]


def further_parts(sheet: Sheet, computed: Computed) -> dict[str, str]:
    """Return the bodies of the further functions, empty where they are not asked for."""
    program = sheet.program
    kinds = ("hessian", "hvp", "outputs", "residuals", "jacobian", "jacobian_sparse")
    bodies = {f"{kind}_body": "" for kind in kinds}
    for kind, routine in program.further.items():
        lines, results = computed(routine, kind)
        by_name = dict(zip(sheet.results(routine), results, strict=True))
        if kind == "hvp":
            module = f"{sheet.options.module}_params"
            pairs = zip(sheet.identifiers(program.direction), sheet.fields, strict=True)
            taken = [f"const double {name} = direction.{field};" for name, field in pairs]
            made = [f"out.{f} = {r};" for f, r in zip(sheet.fields, results, strict=True)]
            lines = [*taken, *lines, f"{module} out;", *made, "return out;"]
        elif kind == "hessian":
            rows = [[by_name[name] for name in row] for row in sheet.matrix(routine)]
            lines = [*lines, *_filled([entry for row in rows for entry in row])]
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
    columns = [str(column) for row in program.pattern for column in row]
    return {
        **bodies,
        "columns": ", ".join(columns or ["0"]),
        "column_count": str(max(1, len(columns))),
        "starts": ", ".join(map(str, sheet.starts)),
        "start_count": str(len(sheet.starts)),
        "row_count": str(len(program.pattern)),
        "width": str(len(program.wrt)),
    }


def _filled(entries: Sequence[str]) -> list[str]:
    return [f"out[{i}] = {entry};" for i, entry in enumerate(entries)]


def _indented(lines: Sequence[str]) -> str:
    return "    " + "\n    ".join(lines) if lines else ""
