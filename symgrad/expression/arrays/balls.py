"""Array expressions evaluated in ball arithmetic at given sizes: what differs differs for sure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from symgrad.expression.arrays.tree import Array
from symgrad.expression.certified import arb
from symgrad.expression.certified_values import CERTIFIED, exact
from symgrad.expression.tree import Call, Number, Var

_LOG = Call("log", (Var(0),))
Grid = list[list[Any]]  # rows of balls; a number is 1×1, a vector a column


class Unknown(Exception):
    """A value cannot be told here: outside a domain, or a comparison that balls leave open."""


class ArrayEvaluator:
    """Evaluates expressions in names whose values are known, at given sizes."""

    def __init__(self, values: Mapping[str, Grid], sizes: Mapping[str, int]) -> None:
        self.values = values
        self.sizes = sizes
        self.known: dict[bytes, Grid] = {}

    def shape(self, x: Array) -> tuple[int, int]:
        """Return the numbers of rows and columns."""
        axes = [size.value(self.sizes) for size in x.shape]
        if len(axes) == 2:
            return axes[0], axes[1]
        return (axes[0], 1) if axes else (1, 1)

    def value(self, x: Array) -> Grid:
        """Return the value of an expression as a grid.

        Raises Unknown where it has none that is certain.
        """
        found = self.known.get(x.key)
        # A transpose has the key of what it is equal to, so a key tells the value.
        if found is None:
            try:
                made: Grid = getattr(self, f"_{x.op}")(x)
            except ArithmeticError:
                raise Unknown from None
            found = self.known[x.key] = made
        return found

    def spread(self, x: Array, rows: int, columns: int) -> Grid:
        """Return a value in a whole shape: a number stands in every entry."""
        grid = self.value(x)
        if not x.shape and (rows, columns) != (1, 1):
            return [[grid[0][0]] * columns for _ in range(rows)]
        return grid

    # Leaves ---------------------------------------------------------------------------------------

    def _num(self, x: Array) -> Grid:
        return [[arb(exact(x.value))]]

    def _const(self, x: Array) -> Grid:
        return [[arb.pi() if x.text == "pi" else arb(1).exp()]]

    def _size(self, x: Array) -> Grid:
        return [[arb(x.length.value(self.sizes))]]

    def _name(self, x: Array) -> Grid:
        return self.values[x.text]

    def _ones(self, x: Array) -> Grid:
        rows, columns = self.shape(x)
        return [[arb(1)] * columns for _ in range(rows)]

    def _zeros(self, x: Array) -> Grid:
        rows, columns = self.shape(x)
        return [[arb(0)] * columns for _ in range(rows)]

    def _eye(self, x: Array) -> Grid:
        rows, _ = self.shape(x)
        return [[arb(int(i == j)) for j in range(rows)] for i in range(rows)]

    # Each entry -----------------------------------------------------------------------------------

    def entrywise(self, x: Array, function: Callable[..., Any]) -> Grid:
        """Return a function of the entries of the operands."""
        rows, columns = self.shape(x)
        parts = [self.spread(part, rows, columns) for part in x.args]
        return [[function(*(p[i][j] for p in parts)) for j in range(columns)] for i in range(rows)]

    def _add(self, x: Array) -> Grid:
        return self.entrywise(x, lambda *parts: sum(parts[1:], parts[0]))

    def _mul(self, x: Array) -> Grid:
        def product(*parts: Any) -> Any:  # noqa: ANN401
            made = parts[0]
            for part in parts[1:]:
                made = made * part
            return made

        return self.entrywise(x, product)

    def _pow(self, x: Array) -> Grid:
        base, exponent = x.args
        if exponent.op != "num":
            return self.entrywise(x, lambda a, b: arb(CERTIFIED.power(a, b, Var(1))))
        power, written = exact(exponent.value), Number(exponent.value)
        return [
            [arb(CERTIFIED.power(entry, power, written)) for entry in row]
            for row in self.value(base)
        ]

    def _fn(self, x: Array) -> Grid:
        if x.data == "step":
            return [[arb(int(entry)) for entry in row] for row in self.tested(x.args[0])]
        if x.data == "where":
            rows, columns = self.shape(x)
            chosen = self.tested(x.args[0])
            left, right = (self.spread(part, rows, columns) for part in x.args[1:])
            wide = len(chosen) == rows and len(chosen[0]) == columns
            return [
                [
                    (left if chosen[i if wide else 0][j if wide else 0] else right)[i][j]
                    for j in range(columns)
                ]
                for i in range(rows)
            ]
        call = Call(x.text, tuple(map(Var, range(len(x.args)))))
        return self.entrywise(x, lambda *xs: arb(CERTIFIED.value(call, dict(enumerate(xs)))))

    def _cmp(self, x: Array) -> Grid:
        return [[arb(int(entry)) for entry in row] for row in self.tested(x)]

    _logic = _cmp

    def tested(self, x: Array) -> list[list[bool]]:
        """Return where a condition holds."""
        if x.op == "logic":
            parts = [self.tested(part) for part in x.args]
            join = all if x.data == "and" else any
            return [
                [join(p[i][j] for p in parts) for j in range(len(parts[0][0]))]
                for i in range(len(parts[0]))
            ]
        rows, columns = self.shape(x)
        left, right = (self.spread(part, rows, columns) for part in x.args)
        return [
            [_holds(x.text, left[i][j], right[i][j]) for j in range(columns)] for i in range(rows)
        ]

    # Products of matrices -------------------------------------------------------------------------

    def _chain(self, x: Array) -> Grid:
        made = self.value(x.args[0])
        for part in x.args[1:]:
            made = _product(made, self.value(part))
        return made

    def _T(self, x: Array) -> Grid:  # noqa: N802
        return [list(row) for row in zip(*self.value(x.args[0]), strict=True)]

    def _inv(self, x: Array) -> Grid:
        return inverted(self.value(x.args[0]))

    def _det(self, x: Array) -> Grid:
        return [[determinant(self.value(x.args[0]))]]

    def _logdet(self, x: Array) -> Grid:
        return [[CERTIFIED.value(_LOG, {0: determinant(self.value(x.args[0]))})]]

    def _trace(self, x: Array) -> Grid:
        grid = self.value(x.args[0])
        return [[sum((grid[i][i] for i in range(1, len(grid))), grid[0][0])]]

    def _diag(self, x: Array) -> Grid:
        v = [row[0] for row in self.value(x.args[0])]
        return [[v[i] if i == j else arb(0) for j in range(len(v))] for i in range(len(v))]

    def _diagonal(self, x: Array) -> Grid:
        grid = self.value(x.args[0])
        return [[grid[i][i]] for i in range(len(grid))]

    # Sums and their like --------------------------------------------------------------------------

    def lines(self, x: Array) -> list[list[Any]]:
        """Return the entries along which a reduction runs: one list for each result."""
        grid = self.value(x.args[0])
        if x.data is None:
            return [[entry for row in grid for entry in row]]
        return (
            [list(row) for row in grid]
            if x.data == 1
            else [list(c) for c in zip(*grid, strict=True)]
        )

    def _sum(self, x: Array) -> Grid:
        return [[sum(line, arb(0))] for line in self.lines(x)]

    def _most(self, x: Array) -> Grid:
        return [[_extreme(line, largest=True)] for line in self.lines(x)]

    def _least(self, x: Array) -> Grid:
        return [[_extreme(line, largest=False)] for line in self.lines(x)]

    def _lse(self, x: Array) -> Grid:
        return [[sum((e.exp() for e in line[1:]), line[0].exp()).log()] for line in self.lines(x)]

    def _softmax(self, x: Array) -> Grid:
        made = []
        for line in self.lines(x):
            powers = [entry.exp() for entry in line]
            total = sum(powers[1:], powers[0])
            made.append([power / total for power in powers])
        if x.data is None:
            return [[entry] for entry in made[0]]
        return made if x.data == 1 else [list(row) for row in zip(*made, strict=True)]

    def _expand(self, x: Array) -> Grid:
        v = [row[0] for row in self.value(x.args[0])]
        rows, columns = self.shape(x)
        return [[v[i] if x.data == 0 else v[j] for j in range(columns)] for i in range(rows)]

    def _stack(self, x: Array) -> Grid:
        grids = [self.value(part) for part in x.args]
        if x.data == 0:
            return [row for grid in grids for row in grid]
        return [[e for grid in grids for e in grid[i]] for i in range(len(grids[0]))]

    def _slice(self, x: Array) -> Grid:
        axis, start, stop = x.cut
        low, high = start.value(self.sizes), stop.value(self.sizes)
        grid = self.value(x.args[0])
        if not 0 <= low <= high <= (len(grid) if axis == 0 else len(grid[0])):
            raise Unknown
        return grid[low:high] if axis == 0 else [row[low:high] for row in grid]

    def _pad(self, x: Array) -> Grid:
        axis, start, _ = x.cut
        low = start.value(self.sizes)
        rows, columns = self.shape(x)
        made = [[arb(0)] * columns for _ in range(rows)]
        for i, row in enumerate(self.value(x.args[0])):
            for j, entry in enumerate(row):
                at = (i + low, j) if axis == 0 else (i, j + low)
                made[at[0]][at[1]] = entry
        return made


def _holds(relation: str, a: Any, b: Any) -> bool:  # noqa: ANN401  (balls have no types)
    return relation in {"==", "<=", ">="} if a is b else CERTIFIED.compared(relation, a, b)


def _extreme(line: list[Any], *, largest: bool) -> Any:  # noqa: ANN401
    best = line[0]
    for entry in line[1:]:
        if entry > best:
            best = entry if largest else best
        elif entry < best:
            best = best if largest else entry
        else:
            raise Unknown
    return best


def _product(a: Grid, b: Grid) -> Grid:
    columns = list(zip(*b, strict=True))
    return [
        [
            sum((x * y for x, y in zip(row[1:], column[1:], strict=True)), row[0] * column[0])
            for column in columns
        ]
        for row in a
    ]


def _eliminated(grid: Grid, right: Grid) -> tuple[Grid, Any]:
    """Return right sides after elimination, and the determinant."""
    n = len(grid)
    a = [list(row) + list(more) for row, more in zip(grid, right, strict=True)]
    sign = 1
    total = arb(1)
    for i in range(n):
        at = max(range(i, n), key=lambda k: float(abs(a[k][i]).mid()))
        if a[at][i].contains(0):
            raise Unknown
        if at != i:
            a[i], a[at] = a[at], a[i]
            sign = -sign
        pivot = a[i][i]
        total = total * pivot
        for k in range(n):
            if k != i:
                factor = a[k][i] / pivot
                a[k] = [x - factor * y for x, y in zip(a[k], a[i], strict=True)]
    return [[entry / a[i][i] for entry in a[i][n:]] for i in range(n)], sign * total


def inverted(grid: Grid) -> Grid:
    """Return the inverse of a matrix of balls."""
    n = len(grid)
    return _eliminated(grid, [[arb(int(i == j)) for j in range(n)] for i in range(n)])[0]


def determinant(grid: Grid) -> Any:  # noqa: ANN401
    """Return the determinant of a matrix of balls."""
    return _eliminated(grid, [[] for _ in grid])[1]
