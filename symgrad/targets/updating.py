"""The update step as code: what all languages that pass state in and out have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symgrad.targets.base import Sheet


@dataclass(frozen=True, slots=True)
class UpdateStep:
    """The equations of one step: assignments, then the new parameters and the new state.

    `states` are the fields of the state in order, `kept` the code for their new values.
    """

    assignments: tuple[tuple[str, str], ...]
    parameters: tuple[str, ...]
    states: tuple[str, ...]
    kept: tuple[str, ...]


def update_step(sheet: Sheet) -> UpdateStep:
    """Return the step of the sheet's update rule, for `grad` and `state` with named fields."""
    rule = sheet.optimizer
    assignments: list[tuple[str, str]] = []
    counter: list[str] = []
    if rule.counter:
        counter = ["step"]
        assignments.append(("step", f"state.step + {sheet.one}"))
    assignments += [sheet.equation(equation, {"step'": "step"}) for equation in rule.shared]
    fields = sheet.fields
    columns: dict[str, Sequence[str]] = {"p": fields, "g": [f"grad.{name}" for name in fields]}
    for state in rule.state:
        columns[state] = [f"state.{state}_{name}" for name in fields]
        columns[f"{state}'"] = sheet.fresh_names([f"new_{state}_{name}" for name in fields])
    parameters: list[str] = []
    for left, formula in rule.each:
        codes = sheet.equations((left, formula), columns)
        if left == "p'":
            parameters = codes
        else:
            assignments += zip(columns[left], codes, strict=True)
    kept = [name for state in rule.state for name in columns[f"{state}'"]]
    states = [f"{state}_{name}" for state in rule.state for name in fields]
    return UpdateStep(tuple(assignments), tuple(parameters), (*counter, *states), (*counter, *kept))


def wrapped(items: Sequence[str], indent: str, step: int) -> str:
    """Return items with commas between them: on one line, or in an indented block of lines.

    The block's last line is indented by `step` less than `indent`, ready for what closes it.
    """
    if sum(map(len, items[:40])) + 2 * len(items) <= _SHORT:
        return ", ".join(items)
    if len(items) <= _MANY:
        lines = filled(items, indent)
    else:
        longest = max(map(len, items)) + 2
        count = max(1, (WIDTH - len(indent)) // longest)
        lines = [", ".join(items[i : i + count]) for i in range(0, len(items), count)]
    inner = f",\n{indent}".join(lines)
    return f"\n{indent}{inner},\n{indent[step:]}"


def filled(items: Sequence[str], indent: str) -> list[str]:
    """Return the lines of an indented block with as many items on each as fit, commas between."""
    lines: list[str] = []
    start, width = 0, len(indent)
    for i, item in enumerate(items):
        width += len(item) + 2
        if width > WIDTH and i > start:
            lines.append(", ".join(items[start:i]))
            start, width = i, len(indent) + len(item) + 2
    lines.append(", ".join(items[start:]))
    return lines


def imported(module: str, names: Sequence[str]) -> str:
    """Return an import of names as import sorters lay it out; nothing for no names.

    >>> imported("math", ["exp", "log"])
    'from math import exp, log'
    """
    line = f"from {module} import {', '.join(names)}"
    if len(line) > _IMPORT:
        line = "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])
    return line if names else ""


_IMPORT = 88
_SHORT = 69
WIDTH = 99
_MANY = 400  # items above which every line holds the same number of them
