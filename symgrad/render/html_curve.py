"""The curve of the objective over the steps, as an SVG of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from symgrad.render.svg_style import number

WIDTH, HEIGHT = 640.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 14.0, 14.0, 34.0
MAX_POINTS = 600  # a longer curve shows the least and largest of each stretch
_LOG_FROM = 300.0  # a ratio of largest to smallest from which the axis is logarithmic
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where it is, and what stands there."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Curve:
    """Everything that is drawn.

    `asked` is the path over the steps that the run asks for, `further` over those it is continued
    by; `marks` are the places of the worked steps.
    """

    asked: str
    further: str
    marks: tuple[tuple[str, str], ...]
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    logarithmic: bool
    last: int


def curve(values: Sequence[float], asked: int, worked: int) -> Curve | None:
    """Return the curve of the objective's values, or None where there is nothing to draw."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite or len(finite) < len(values):
        return None
    logarithmic = min(finite) > 0 and max(finite) / min(finite) >= _LOG_FROM
    heights = [math.log10(value) for value in values] if logarithmic else list(values)
    ticks = _log_ticks(heights) if logarithmic else _ticks(min(heights), max(heights))
    low, high = min(ticks[0], *heights), max(ticks[-1], *heights)
    span = (high - low) or 1.0
    last = len(values)

    def x(step: int) -> str:
        share = (step - 1) / (last - 1) if last > 1 else 0.5
        return number(LEFT + share * (WIDTH - LEFT - RIGHT))

    def y(height: float) -> str:
        return number(TOP + (high - height) / span * (HEIGHT - TOP - BOTTOM))

    def path(first: int, end: int) -> str:
        points = _thinned(heights, first, end)
        return "M" + "L".join(f"{x(step)} {y(height)}" for step, height in points)

    return Curve(
        path(1, asked),
        path(asked, last) if last > asked else "",
        tuple((x(i + 1), y(heights[i])) for i in range(worked)),
        tuple(Tick(y(tick), _label(tick, logarithmic=logarithmic)) for tick in ticks),
        tuple(Tick(x(step), f"{step:,}") for step in _steps(last)),
        logarithmic,
        last,
    )


def _thinned(heights: Sequence[float], first: int, end: int) -> list[tuple[int, float]]:
    points = [(step, heights[step - 1]) for step in range(first, end + 1)]
    if len(points) <= MAX_POINTS:
        return points
    size = math.ceil(2 * len(points) / MAX_POINTS)
    kept: dict[tuple[int, float], None] = {}
    for start in range(0, len(points), size):
        stretch = points[start : start + size]
        low = min(stretch, key=lambda point: point[1])
        high = max(stretch, key=lambda point: point[1])
        kept |= dict.fromkeys(sorted((low, high)))
    return list(kept)


def _ticks(low: float, high: float) -> list[float]:
    """Return round numbers that span from low to high."""
    if high == low:
        return [low]
    rough = (high - low) / _TICKS
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * k for k in (1, 2, 5, 10) if unit * k >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(i * step, 12) if abs(step) > 1e-9 else i * step for i in range(first, last + 1)]


def _log_ticks(heights: Sequence[float]) -> list[float]:
    first, last = math.floor(min(heights)), math.ceil(max(heights))
    every = max(1, math.ceil((last - first) / _TICKS))
    return [float(power) for power in range(first, last + every, every)]


def _label(tick: float, *, logarithmic: bool) -> str:
    if logarithmic:
        return f"{10.0**tick:g}" if -4 <= tick <= 4 else f"1e{tick:.0f}"
    return f"{tick:.6g}".replace("-", "−")


def _steps(last: int) -> list[int]:
    """Return the steps that are named below the curve: the first, round ones, the last."""
    if last <= 8:
        return list(range(1, last + 1))
    unit = 10 ** math.floor(math.log10(last / 5))
    every = next(unit * k for k in (1, 2, 5, 10) if unit * k >= last / 5)
    inner = [step for step in range(every, last, every) if last - step >= every / 2]
    return [1, *inner, last]
