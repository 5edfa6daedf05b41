"""The points at which accuracy is measured: always the same for one graph.

Values that the author gave (defaults, `step` rows) and their surroundings; sizes spread evenly by
logarithm, of both signs; one input at a time very small, very large or 0; inputs that coincide,
exactly and nearly; points where something in the formulas is exactly 0 (found by solving for it)
and their surroundings. Stated assumptions hold at every point.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, islice, pairwise, zip_longest

from symgrad.accuracy.doubles import Column, Doubles
from symgrad.expression.tree import (
    Add,
    Call,
    Compare,
    Div,
    Expression,
    Logic,
    Neg,
    Number,
    Pow,
    Var,
    substitute,
    variables,
    walk,
)
from symgrad.program.statements import Statement

Point = dict[str, float]
SMALLEST, LARGEST = -7.0, 2.5  # exponents of 10 between which sizes are spread
EXTREMES = (0.0, 1e-300, 1e-20, 1e-9, 1e-4, 7.0, 17.0, 36.0, 300.0, 800.0, 1e5, 1e9, 1e160)
NEAR = (0.0, 1e-15, 1e-9, 1e-5, 1e-2)  # relative distances of what nearly coincides
FAR = 1e30  # the size of inputs beyond which nothing is told
WHOLE = 5  # every so manyth point has whole numbers
MAX_PAIRS = 8
MAX_ZEROS = 12  # expressions that are solved for
MAX_EXTREME = 8  # inputs that are moved to extremes
SPREAD = 24
AROUND = 10
FURTHER, FURTHEST = 16, 12.0  # sizes of each input, and the largest exponent of 10 among them
OTHER_CONSTANTS = 0.2  # the share of points at which constants have other values than given
PARTS = 16  # into which an interval is cut where a zero is looked for


@dataclass(frozen=True)
class Domain:
    """The inputs, what is known of them, and what is assumed."""

    inputs: tuple[str, ...]
    known: Mapping[str, tuple[float, ...]]
    steps: tuple[Mapping[str, float], ...] = ()
    assumptions: tuple[Expression, ...] = ()
    fixed: frozenset[str] = frozenset()  # constants with a default, which are rarely changed

    @property
    def free(self) -> tuple[str, ...]:
        """The inputs that are no constants with a default."""
        return tuple(name for name in self.inputs if name not in self.fixed)

    def as_given(self) -> Point:
        """Return the constants with a default, at that."""
        return {name: self.known[name][0] for name in self.inputs if name in self.fixed}

    def allows(self, point: Mapping[str, float]) -> bool:
        """Tell whether all assumptions that speak of inputs alone hold at a point."""
        if not self.assumptions:
            return True
        there = Doubles({name: (x,) for name, x in point.items()}, 1)
        return all(
            there.holds(condition)[0] is not False or _is_equation(condition)
            for condition in self.assumptions
            if all(name in point for name in variables(condition))
        )


def is_usual(point: Mapping[str, float], given: Mapping[str, float]) -> bool:
    """Tell whether all inputs are of a size that people meet, or constants as they are given."""
    return all(
        x == 0.0 or 1.0 / FAR < abs(x) < FAR or x == given.get(name) for name, x in point.items()
    )


def sampled(domain: Domain, statements: Sequence[Statement]) -> list[Point]:
    """Return the points for these statements, each once, most telling kinds first."""
    source = random.Random(20)  # noqa: S311  (points, not secrets)
    seen: set[tuple[float, ...]] = set()
    points: list[Point] = []
    for point in _proposed(domain, statements, source):
        inside = _inside(domain, point)
        if inside is None:
            continue
        key = tuple(inside[name] for name in domain.inputs)
        if key not in seen:
            seen.add(key)
            points.append(inside)
    return points


def fresh_points(domain: Domain, count: int, *, seed: int) -> list[Point]:
    """Return points of sizes spread by logarithm, others for each seed; constants of any value.

    At some of them numbers are whole: powers of what is negative have a value there.
    """
    source = random.Random(100 + seed)  # noqa: S311  (points, not secrets)
    given = domain.as_given()
    points = [_spread(domain, source) | (given if i % 2 else {}) for i in range(count)]
    for point in points[2::WHOLE]:
        point.update((n, float(round(x))) for n, x in point.items() if abs(x) >= 1.0)
    alone: dict[str, list[Expression]] = {}
    for condition in domain.assumptions:
        names = variables(condition)
        if len(names) == 1 and str(names[0]) in domain.inputs:
            alone.setdefault(str(names[0]), []).append(condition)
    for name, conditions in alone.items():
        _turned(points, name, conditions)
    there = Doubles({n: [point[n] for point in points] for n in domain.inputs}, count)
    kept = [True] * count
    for condition in domain.assumptions:
        if {*variables(condition)} <= {*domain.inputs} and not _is_equation(condition):
            held = there.holds(condition)
            kept = [own and c is not False for own, c in zip(kept, held, strict=True)]
    return [point for point, own in zip(points, kept, strict=True) if own]


def _is_equation(condition: Expression) -> bool:
    return isinstance(condition, Compare) and condition.relation == "=="


def _turned(points: Sequence[Point], name: str, conditions: Sequence[Expression]) -> None:
    """Put other values for one input where it does not keep to what is assumed of it."""
    rows = [(x, -x, *_compressed(x)) for x in (point[name] for point in points)]
    left = list(range(len(points)))
    for column in zip(*rows, strict=True):
        there = Doubles({name: [column[i] for i in left]}, len(left))
        kept = [all(row) for row in zip(*[there.holds(c) for c in conditions], strict=True)]
        for i, own in zip(left, kept, strict=True):
            if own:
                points[i][name] = column[i]
        left = [i for i, own in zip(left, kept, strict=True) if not own]


def further_points(domain: Domain) -> Iterator[Point]:
    """Yield points at which one input is of any size, or all are of the same."""
    source = random.Random(21)  # noqa: S311  (points, not secrets)
    bases = [_base(domain, source, near=i % 2 == 0) for i in range(AROUND)]
    for i in range(FURTHER):
        for j, name in enumerate(domain.free[:MAX_EXTREME]):
            size = 10.0 ** source.uniform(-FURTHEST, FURTHEST)
            sign = 1.0 if i % 2 else -1.0
            inside = _inside(domain, {**bases[(i + j) % AROUND], name: sign * size})
            if inside is not None:
                yield inside
        size = math.copysign(10.0 ** source.uniform(-2.0, FURTHEST / 2), 0.5 - i % 2)
        alike = {name: size * (1.0 + source.uniform(0.0, 1e-3)) for name in domain.free}
        inside = _inside(domain, bases[i % AROUND] | alike)
        if inside is not None:
            yield inside


def _proposed(
    domain: Domain, statements: Sequence[Statement], source: random.Random
) -> Iterator[Point]:
    bases = [_base(domain, source, near=i % 2 == 0) for i in range(AROUND)]
    for step in domain.steps[:4]:
        yield {**_base(domain, source, near=True), **step}
    yield from bases
    for _ in range(SPREAD):
        point = _spread(domain, source)
        yield point if source.random() < OTHER_CONSTANTS else point | domain.as_given()
    yield {**bases[0], **dict.fromkeys(domain.free, 0.0)}
    yield from _in_turn(
        [_scaled(domain, source, size) for size in (200, -120, 150, 200, -60, 30)],
        list(_zeros(domain, statements, source)),
        list(_coincidences(domain, bases, pairs := list(_differences(domain, statements)), source)),
        list(_opposite(bases, pairs)) if _turns(statements) else [],
        source.sample(extremes := list(_extremes(domain, bases)), len(extremes)),
    )


def _in_turn(*lists: list[Point]) -> Iterator[Point]:
    """Yield points of each list in turn: none of the kinds is left out where few are taken."""
    for row in zip_longest(*lists):
        yield from (point for point in row if point is not None)


def _scaled(domain: Domain, source: random.Random, size: int) -> Point:
    """Return a point whose inputs are all huge or all tiny, some of them only by half as much."""
    return domain.as_given() | {
        name: round(source.uniform(0.5, 2.0), 3)
        * 10.0 ** (size if i == 0 or source.random() < 0.7 else size // 2)
        for i, name in enumerate(domain.free)
    }


def _base(domain: Domain, source: random.Random, *, near: bool) -> Point:
    own = {name: _around(domain.known.get(name, ()), source, near) for name in domain.free}
    return domain.as_given() | own


def _around(known: tuple[float, ...], source: random.Random, near: bool) -> float:  # noqa: FBT001
    if not known:
        return round(source.uniform(-2.0, 2.0), 4)
    value = source.choice(known)
    if not value:
        return round(source.uniform(-1.0, 1.0), 4)
    scale = 1.0 + source.uniform(-0.3, 0.3) if near else 2.0 ** source.uniform(-1.5, 1.5)
    return float(f"{value * scale:.6g}")


def _spread(domain: Domain, source: random.Random) -> Point:
    return {
        name: math.copysign(10 ** source.uniform(SMALLEST, LARGEST), source.choice((-1, 1)))
        for name in domain.inputs
    }


def _extremes(domain: Domain, bases: Sequence[Point]) -> Iterator[Point]:
    names = domain.free[:MAX_EXTREME]
    few = 1 if len(domain.inputs) > 4 else 2
    for i, size in enumerate(EXTREMES):
        for j, name in enumerate(names):
            for k, sign in enumerate((1.0, -1.0) if size else (1.0,)):
                if k < few or (i + j) % 2:
                    yield {**bases[(i + j + k) % len(bases)], name: sign * size}


def _coincidences(
    domain: Domain,
    bases: Sequence[Point],
    differences: Sequence[tuple[str, str]],
    source: random.Random,
) -> Iterator[Point]:
    """Yield points at which two inputs are nearly equal; all pairs whose difference is taken."""
    if len(differences) > 1:
        for j, distance in enumerate(NEAR):
            point = dict(bases[j])
            for a, b in differences:
                point[b] = point[a] * (1.0 + distance)
            yield point
    pairs = list(combinations(domain.free, 2))
    if len(pairs) > MAX_PAIRS:
        pairs = source.sample(pairs, MAX_PAIRS)
    pairs = list(dict.fromkeys([*differences[: MAX_PAIRS // 2], *pairs]))
    for i, (a, b) in enumerate(pairs):
        for j, distance in enumerate(NEAR):
            base = bases[(i + j) % len(bases)]
            sign = -1.0 if (i + j) % 4 == 3 else 1.0
            yield {**base, b: sign * base[a] * (1.0 + distance)}
        yield {**bases[i % len(bases)], a: 0.0, b: 0.0}


def _opposite(bases: Sequence[Point], pairs: Sequence[tuple[str, str]]) -> Iterator[Point]:
    """Yield points at which angles are nearly opposite to one another, on a circle or a sphere."""
    for i, (a, b) in enumerate(pairs[:2]):
        for j, distance in enumerate(NEAR[1:]):
            point = dict(bases[(i + j) % len(bases)])
            point.update((d, -point[c] * (1.0 + distance)) for c, d in pairs)
            turn = math.copysign(math.pi, point[b])
            yield {**point, b: (point[a] + turn) * (1.0 - distance)}


def _turns(statements: Sequence[Statement]) -> bool:
    parts = (part for s in statements for part in walk(s.formula.pattern))
    return any(isinstance(part, Call) and part.function in ("sin", "cos") for part in parts)


def _differences(domain: Domain, statements: Sequence[Statement]) -> Iterator[tuple[str, str]]:
    """Yield pairs of inputs that are subtracted from one another, no input twice as the second."""
    free, moved = set(domain.free), set[str]()
    for statement in statements:
        for part in walk(statement.formula.expression):
            match part:
                case Add((Var(a), Neg(Var(b)))) if {a, b} <= free and not {a, b} & moved:
                    moved.add(str(b))
                    yield str(a), str(b)
                case _:
                    pass


def _zeros(
    domain: Domain, statements: Sequence[Statement], source: random.Random
) -> Iterator[Point]:
    """Yield points where a divisor or an argument is exactly 0, and points near them."""
    for e in list(_vanishing(statements, domain.inputs))[:MAX_ZEROS]:
        names = [str(key) for key in variables(e)]
        for name in [name for name in names if name not in domain.fixed][:2]:
            base = _base(domain, source, near=True)
            root = _root(e, name, base)
            if root is None:
                continue
            yield {**base, name: root}
            size = abs(root) or 1.0
            for distance in (1e-12, 1e-8, 1e-6, 1e-4, 1e-2, 0.2):
                shift = math.copysign(distance * size, source.uniform(-1, 1))
                yield {**base, name: root + shift}


def _vanishing(statements: Sequence[Statement], inputs: Sequence[str]) -> Iterator[Expression]:
    """Yield what may not be 0 in the statements, written in inputs, each once."""
    meanings: dict[str, Expression | None] = {name: Var(name) for name in inputs}
    seen: set[Expression] = set()
    for statement in statements:
        pattern, operands = statement.formula
        parts = {i: meanings.get(name) for i, name in enumerate(operands)}
        whole = _substituted(pattern, parts)
        meanings[statement.name] = whole
        if whole is None:
            continue
        for part in walk(whole):
            for e in _watched(part):
                if e not in seen and not isinstance(e, Number):
                    seen.add(e)
                    yield e


def _substituted(pattern: Expression, parts: Mapping[int, Expression | None]) -> Expression | None:
    found: dict[str | int, Expression] = {}
    for key, part in parts.items():
        if part is None:
            return None
        found[key] = part
    whole = substitute(pattern, found)
    return whole if sum(1 for _ in islice(walk(whole), 121)) <= 120 else None


def _watched(e: Expression) -> Iterable[Expression]:
    match e:
        case Div(_, below) if not isinstance(below, Number):
            return _factors(below)
        case Pow(base, exponent) if not (
            isinstance(exponent, Number) and exponent.value.denominator == 1 and exponent.value > 0
        ):
            return (base,)
        case Call("log", (argument,)):
            return (argument, Add((argument, Number(Fraction(-1)))))
        case Call("sqrt" | "abs" | "hypot", arguments):
            return arguments
        case Add():
            return (e,)
        case Compare(_, left, right):
            return (left,) if right == Number(0) else (Add((left, Neg(right))),)  # type: ignore[arg-type]
        case Logic():
            return ()
        case _:
            return ()


def _factors(e: Expression) -> Iterable[Expression]:
    match e:
        case Pow(base, _):
            return _factors(base)
        case _ if hasattr(e, "factors"):
            return [f for factor in e.factors for f in _factors(factor)]
        case Call("sqrt" | "abs", (inner,)):
            return (inner,)
        case Neg(operand):
            return _factors(operand)
        case _:
            return (e,)


def _root(e: Expression, name: str, base: Point) -> float | None:
    """Return a double at which the formula is exactly 0, its other inputs as in `base`."""

    def at(xs: Sequence[float]) -> Column:
        columns: dict[str | int, Column] = {k: (v,) * len(xs) for k, v in base.items()}
        columns[name] = xs
        return Doubles(columns, len(xs)).of(e)

    grid = [0.0, *(s * 10.0**k for k in range(-3, 6) for s in (1, -1)), base[name]]
    grid += [base[name] * f for f in (0.5, 0.9, 1.1, 2.0)]
    grid += [v for k, v in base.items() if k != name] + [-v for k, v in base.items() if k != name]
    xs = sorted(set(grid))
    values = [(x, y) for x, y in zip(xs, at(xs), strict=True) if math.isfinite(y)]
    for x, y in values:
        if y == 0.0:
            return x
    for (a, fa), (b, fb) in pairwise(values):
        if (fa < 0) != (fb < 0):
            found = _closed_in(at, a, b)
            if found is not None:
                return found
    return None


def _closed_in(at: Callable[[Sequence[float]], Column], a: float, b: float) -> float | None:
    """Return a double between two others where a formula of two signs is 0, or changes its sign."""
    for _ in range(40):
        between = {a + (b - a) * k / PARTS for k in range(1, PARTS)}
        xs = [a, *sorted(between - {a, b}), b]
        ys = at(xs)
        if any(y != y for y in ys):  # noqa: PLR0124
            return None
        zeros = [x for x, y in zip(xs, ys, strict=True) if y == 0.0]
        if zeros:
            middle = zeros[len(zeros) // 2]
            short = float(f"{middle:.12g}")
            return short if at([short])[0] == 0.0 else middle
        i = next(i for i, y in enumerate(ys[1:]) if (y < 0) != (ys[0] < 0))
        a, b = xs[i], xs[i + 1]
        if len(xs) == 2:
            break
    short = float(f"{a:.12g}")
    return short if abs(a - short) <= 4 * math.ulp(a) else a


def _inside(domain: Domain, point: Point) -> Point | None:
    """Return the point, signs turned where assumptions of one input ask for it, or None."""
    if domain.allows(point):
        return point
    moved = dict(point)
    for condition in domain.assumptions:
        names = variables(condition)
        if len(names) != 1 or str(names[0]) not in point:
            continue
        name = str(names[0])
        x = moved[name]
        for candidate in (x, -x, *_compressed(x)):
            if Doubles({name: (candidate,)}, 1).holds(condition)[0]:
                others = [c for c in domain.assumptions if variables(c) == (name,)]
                there = Doubles({name: (candidate,)}, 1)
                if all(there.holds(c)[0] for c in others):
                    moved[name] = candidate
                    break
    return moved if domain.allows(moved) else None


def _compressed(x: float) -> Iterator[float]:
    """Yield values of bounded ranges: tanh-like, so that (0, 1) and (-1, 1) are reached."""
    size = abs(x) / (1.0 + abs(x))
    near = 1.0 - size * 1e-6 if size > 0.5 else size
    yield from (
        size,
        -size,
        near,
        1.0 + abs(x),
        x + 1.0,
        x - 1.0,
    )
