"""Points at which an emitted file checks itself: the author's steps, or plain numbers."""

from __future__ import annotations

from fractions import Fraction

from symgrad.targets.base import Sheet

MAX_INPUTS = 200  # a larger program is checked at numbers that the emitted file makes up itself
MAX_POINTS = 4
_GOLDEN = Fraction(618, 1000)


def check_points(sheet: Sheet) -> tuple[str, ...]:
    """Return the points, each as literals with commas between, in the order of the inputs.

    Parameters are at their starting values, moved a little from one point to the next, and data at
    the steps of the graph. What has no number there gets one between 0.35 and 1.35.
    """
    program = sheet.program
    if len(program.inputs) > MAX_INPUTS:
        return ()
    steps = [dict(step) for step in program.graph.steps[:MAX_POINTS]] or [{}, {}]
    texts: list[str] = []
    for number, step in enumerate(steps):
        values: list[str] = []
        for i, name in enumerate(program.inputs):
            spread = Fraction(35, 100) + (_GOLDEN * (i + 1 + 7 * number)) % 1
            value = step.get(name)
            if value is None:
                default = program.graph.index[name].default
                value = spread.limit_denominator(1000) if default is None else default
                if name in program.wrt and default is not None:
                    # Away from starting values such as 0, where a wrong term may vanish.
                    value += (spread - Fraction(85, 100)) * max(abs(value), Fraction(1)) / 20
            values.append(sheet.target.literal(Fraction(float(value)).limit_denominator(10**6)))
        texts.append(", ".join(values))
    return tuple(texts)
