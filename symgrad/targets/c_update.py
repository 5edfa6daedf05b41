"""The update step in C."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.targets.c_body import CBody, indented, wrapped


def update_parts(body: CBody, over_batch: Sequence[str]) -> dict[str, str]:
    """Return the parts of the update step; `over_batch` are the arguments that take a batch."""
    sheet, rule = body.sheet, body.sheet.optimizer
    if not sheet.has("update"):
        return {"state_fields": ""}
    states = [f"{state}_{name}" for state in rule.state for name in sheet.fields]
    states = [*(["step"] if rule.counter else []), *states]
    settings = ["rate", *(name for name, _ in rule.settings)]
    last = ["state"] if states else []
    tail = [f"double {name}" for name in settings]
    tail += [f"{body.module}_state *state"] if states else []
    moved = [f"double {name}" for name in sheet.fields]
    at_once = ["NAN" if name in body.data else name for name in sheet.fields]
    declared = list(map(body.declaration, body.inputs))
    return {
        "state_fields": body.members(states) if states else "",
        "update_arguments": wrapped([*declared, *tail], "    "),
        "batch_update_arguments": wrapped([*over_batch, *tail], "    "),
        "step_arguments": wrapped([f"{body.module}_params grad", *moved, *tail], "    "),
        "step_given": ", ".join([*sheet.fields, *settings, *last]),
        "batch_step_given": ", ".join([*at_once, *settings, *last]),
        "moved_data": ", ".join([name for name in sheet.fields if name in body.data]),
        "step_body": indented(_step(body)),
        "given": ", ".join(body.inputs),
        "summary": rule.summary,
    }


def _step(body: CBody) -> list[str]:
    """Return the statements of one step of the update rule."""
    sheet, rule = body.sheet, body.sheet.optimizer
    lines: list[str] = []
    if rule.counter:
        lines += ["const double step = state->step + 1.0;", "state->step = step;"]
    for equation in rule.shared:
        left, code = sheet.equation(equation, {"step'": "step"})
        lines.append(f"const double {left} = {code};")
    for name in sheet.fields:
        known = {"p": name, "g": f"grad.{name}"}
        fresh = {state: sheet.fresh(f"new_{state}_{name}") for state in rule.state}
        for state, new in fresh.items():
            known |= {state: f"state->{state}_{name}", f"{state}'": new}
        for left, formula in rule.each:
            target, code = sheet.equation((left, formula), known)
            place = f"out.{name}" if left == "p'" else f"const double {target}"
            lines.append(f"{place} = {code};")
        lines += [f"state->{state}_{name} = {new};" for state, new in fresh.items()]
    return lines
