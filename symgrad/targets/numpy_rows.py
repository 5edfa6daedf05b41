"""NumPy functions with a result a sample: outputs, residuals, their Jacobian, value and gradient.

What depends on data stands in `_rows`, one row for each sample; what does not stands once, behind
all samples, in `_once`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from symgrad.program.batch import moving_and_fixed
from symgrad.program.routine import Routine
from symgrad.targets.base import Sheet
from symgrad.targets.layout import in_tuple

# Parts of `_rows` within a block, and of `_once`, with the names of what stands in them; the
# shapes of the two, "" where there is none.
Places = tuple[Mapping[str, str], Mapping[str, str]]
Shapes = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Writes the bodies of functions with a result a sample.

    `flat` are the lines that take parameters from a vector and check all arguments; `count` is the
    number of samples as code; `weight` is what weights are called, where there are some, and
    `weights` the array of them as code;
    `stored` writes the lines that compute a routine and put results into parts of arrays, of
    `_block` for each sample and others once, for the data and further arrays of samples.
    """

    sheet: Sheet
    flat: Sequence[str]
    count: str
    weight: str
    weights: str
    stored: Callable[..., list[str]]

    def outputs(self, kind: str) -> str:
        """Return the body of `outputs` or `residuals`: all of one sample, then of the next one."""
        routine = self.sheet.program.further.get(kind)
        if routine is None or not self.sheet.has(kind):
            return ""
        moving, fixed = self._split(routine)
        loop = {f"_block[:, {i}]": routine.results[row] for i, row in enumerate(moving)}
        once = {f"_once[{i}]": routine.results[row] for i, row in enumerate(fixed)}
        shapes = (_shape(moving), _shape(fixed))
        return self._body(routine, (loop, once), shapes, "empty")

    def jacobian(self) -> str:
        """Return the body of `jacobian`: a row for each residual, in their order."""
        routine = self.sheet.program.further.get("jacobian")
        if routine is None or not self.sheet.has("jacobian"):
            return ""
        loop: dict[str, str] = {}
        once: dict[str, str] = {}
        moving, fixed = self._split(self._values)
        entries = self._entries(routine)
        for i, row in enumerate(moving):
            loop |= {f"_block[:, {i}, {column}]": name for column, name in entries[row]}
        for i, row in enumerate(fixed):
            once |= {f"_once[{i}, {column}]": name for column, name in entries[row]}
        width = len(self.sheet.fields)
        shapes = (_shape(moving, f", {width}"), _shape(fixed, f", {width}"))
        return self._body(routine, (loop, once), shapes, "zeros", f".reshape(-1, {width})")

    def sparse(self) -> str:
        """Return the body of `jacobian_sparse`: entries, their columns, and where rows begin."""
        routine = self.sheet.program.further.get("jacobian")
        if routine is None or not self.sheet.has("jacobian_sparse"):
            return ""
        entries = self._entries(routine)
        moving, fixed = ([entries[row] for row in rows] for rows in self._split(self._values))
        in_loop = [name for row in moving for _, name in row]
        outside = [name for row in fixed for _, name in row]
        places = (
            {f"_block[:, {i}]": name for i, name in enumerate(in_loop)},
            {f"_once[{i}]": name for i, name in enumerate(outside)},
        )
        shapes = (f"{len(in_loop)}" if moving else "", f"{len(outside)}" if fixed else "")
        lines = self._rows(routine, places, shapes, "empty")
        columns = [_repeated([c for row in rows for c, _ in row]) for rows in (moving, fixed)]
        counts = [_repeated([len(row) for row in rows]) for rows in (moving, fixed)]
        lines += [
            f"_columns = {_joined(f'np.tile({columns[0]}, len(_rows))', columns[1], shapes)}",
            f"_counts = {_joined(f'np.tile({counts[0]}, len(_rows))', counts[1], shapes)}",
            f"_values = {_joined('_rows.ravel()', '_once', shapes)}",
            "_none = np.zeros(1, dtype=np.intp)",
            "return _values, _columns, np.concatenate((_none, np.cumsum(_counts)))",
        ]
        return indented(lines)

    @property
    def _values(self) -> Routine:
        further = self.sheet.program.further
        return further["residuals"] if "residuals" in further else further["outputs"]

    def _body(
        self, routine: Routine, places: Places, shapes: Shapes, make: str, flat: str = ".ravel()"
    ) -> str:
        lines = self._rows(routine, places, shapes, make)
        return indented([*lines, f"return {_joined(f'_rows{flat}', '_once', shapes)}"])

    def _rows(self, routine: Routine, places: Places, shapes: Shapes, make: str) -> list[str]:
        """Return the lines that fill `_rows` and `_once`, where there are some."""
        lines = list(self.flat)
        moving, fixed = shapes
        if moving:
            lines.append(f"_rows = np.{make}(({self.count}, {moving}))")
        if fixed:
            lines.append(f"_once = np.{make}(({fixed}{'' if ',' in fixed else ','}))")
        lines += self.stored(routine, *places, *filter(None, [self.weight]))
        if self.weight and moving:
            axes = ", None" * (1 + moving.count(","))
            lines.append(f"_rows *= np.sqrt({self.weights})[:{axes}]")
        return lines

    def _split(self, routine: Routine) -> tuple[list[int], list[int]]:
        """Return the places of the results that depend on data, and of those that do not."""
        return moving_and_fixed(self.sheet.program, routine)

    def _entries(self, routine: Routine) -> list[list[tuple[int, str]]]:
        """Return the entries of the Jacobian, row by row: column and name."""
        names = iter(routine.results)
        return [[(column, next(names)) for column in row] for row in self.sheet.program.pattern]


def _shape(rows: Sequence[int], more: str = "") -> str:
    return f"{len(rows)}{more}" if rows else ""


def _joined(moving: str, fixed: str, shapes: Shapes) -> str:
    """Return what belongs to all samples, with what stands once behind it."""
    if all(shapes):
        return f"np.concatenate(({moving}, {fixed}))"
    return moving if shapes[0] else fixed


def _repeated(numbers: Sequence[int]) -> str:
    """Return an array of small numbers as code."""
    inside = in_tuple([str(number) for number in numbers], " " * 12, 60)
    inside = inside.removesuffix(",") if len(numbers) == 1 else inside
    return f"np.array([{inside}], dtype=np.intp)"


def indented(lines: Iterable[str]) -> str:
    """Return lines as the statements of a function."""
    return "\n".join(f"    {line}" for line in lines)
