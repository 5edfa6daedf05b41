"""Passes written as lines of NumPy, with as few buffers as the scan over them finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symgrad.expression.tree import Expression, Var
from symgrad.targets.long_lines import bracketed
from symgrad.targets.numpy_schedule import Operand, Pass, Schedule, ScheduledValue

_SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}


def written(schedule: Schedule) -> tuple[list[str], int]:
    """Return the lines of a schedule, and the number of buffers `_r0`, `_r1` ... they use."""
    passes = schedule.passes
    _measure(passes)
    buffers = _allocate(passes)
    _spread_names(passes)
    lines = [bracketed(line(item, schedule.scalar)) for item in passes]
    return [part for text in lines for part in text.split("\n")], buffers


def _measure(passes: Sequence[Pass]) -> None:
    """Note where every array is used last."""
    for place, item in enumerate(passes):
        for operand in item.operands:
            if isinstance(operand, ScheduledValue):
                operand.last = place


def _allocate(passes: Sequence[Pass]) -> int:
    """Give every result a buffer; return how many of them belong to the pool."""
    free: list[str] = []
    pool = fresh = 0
    for place, item in enumerate(passes):
        dying = _dying(item, place)
        result = item.result
        if result is not None and item.function:
            if dying:
                # The buffer goes on to the result; the operands end here.
                result.buffer = dying.pop(0).buffer
            elif free:
                result.buffer = free.pop()
            else:
                result.buffer, pool = f"_r{pool}", pool + 1
            result.text = result.name or result.buffer
        elif result is not None:
            result.text = result.name or f"_w{fresh}"
            fresh += not result.name
            result.buffer = result.text
        free.extend(value.buffer for value in reversed(dying) if value.buffer.startswith("_r"))
        if result is not None and result.last < 0 and result.buffer.startswith("_r"):
            free.append(result.buffer)
    return pool


def _dying(item: Pass, place: int) -> list[ScheduledValue]:
    """Return the operands that are used here for the last time and may be overwritten."""
    found: list[ScheduledValue] = []
    for operand in item.operands:
        if not isinstance(operand, ScheduledValue) or not operand.owned or operand.last != place:
            continue
        if not any(operand is other for other in found):
            found.append(operand)
    return found


def _spread_names(passes: Sequence[Pass]) -> None:
    """Call what is computed on the way to a named array, in its buffer, by that name."""
    for item in reversed(passes):
        result = item.result
        if result is None or not item.function:
            continue
        for operand in item.operands:
            if not isinstance(operand, ScheduledValue) or operand.name or not operand.owned:
                continue
            if operand.buffer == result.buffer and operand.buffer.startswith("_r"):
                operand.text = result.text


def line(item: Pass, scalar: Callable[[Expression], str]) -> str:
    """Return a pass as a line of code."""
    texts = [_text(operand, scalar, tight=item.tight) for operand in item.operands]
    result = item.result
    if result is None:
        return item.code.format(*texts)
    if not item.function:
        return f"{result.text} = {item.code.format(*texts)}"
    inside = [_is(operand, result.text) for operand in item.operands]
    sign = _SIGNS.get(item.function)
    if sign and inside[0]:
        return f"{result.text} {sign}= {texts[1]}"
    if sign in ("+", "*") and inside[1]:
        return f"{result.text} {sign}= {texts[0]}"
    # NumPy 2.4 wants the third argument of these two by name.
    out = "out=" if item.function in {"maximum", "minimum"} else ""
    if any(inside):
        return f"np.{item.function}({', '.join(texts)}, {out}{result.text})"
    call = f"np.{item.function}({', '.join(texts)}, {out}{result.buffer})"
    return call if result.text == result.buffer else f"{result.text} = {call}"


def _is(operand: Operand, text: str) -> bool:
    return isinstance(operand, ScheduledValue) and operand.text == text


def _text(operand: Operand, scalar: Callable[[Expression], str], *, tight: bool = False) -> str:
    if isinstance(operand, ScheduledValue):
        return operand.text
    text = scalar(operand)
    return f"({text})" if tight and not isinstance(operand, Var) else text
