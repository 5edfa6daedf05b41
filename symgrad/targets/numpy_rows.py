"""NumPy functions with a result a sample: outputs, residuals, their Jacobian, value and gradient.

What depends on data stands in `_rows`, one row for each sample; what does not stands once, behind
all samples, in `_once`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from symgrad.expression.tree import Var
from symgrad.program.batch import moving_and_fixed
from symgrad.program.block import Assignment
from symgrad.program.program import Routine
from symgrad.targets.base import Sheet
from symgrad.targets.layout import in_tuple, target
from symgrad.targets.numpy_passes import written
from symgrad.targets.numpy_schedule import Schedule

# Parts of `_rows` within a block, and of `_once`, with the names of what stands in them; the
# shapes of the two, "" where there is none.
Places = tuple[Mapping[str, str], Mapping[str, str]]
Shapes = tuple[str, str]


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Writes the bodies of functions with a result a sample.

    `checked` are the lines that check numbers and data, `flat` those that take parameters from a
    vector and check that and the weights; `weight` is what these are called, where there are some;
    `schedule` makes a schedule that knows the data, `assignments` writes statements
    without data.
    """

    sheet: Sheet
    checked: Sequence[str]
    flat: Sequence[str]
    weight: str
    schedule: Callable[[], Schedule]
    assignments: Callable[[Iterable[Assignment]], list[str]]

    @property
    def data(self) -> tuple[str, ...]:
        """The identifiers of the data."""
        return self.sheet.identifiers(self.sheet.program.data)

    def each(self, kind: str) -> str:
        """Return the body of `value_each` or `gradient_each`; empty if it is not asked for."""
        program = self.sheet.program
        if not self.sheet.has(kind):
            return ""
        gradient = kind == "gradient_each"
        routine = program.gradient if gradient else program.value
        routine = program.both if routine is None else routine
        results = routine.results[-len(program.wrt) :] if gradient else routine.results
        places = {f"_block[:, {i}]": name for i, name in enumerate(results)}
        return _indented(
            [
                *self.checked,
                *self._no_nan(),
                f"_rows = np.empty((len(_data[0]), {len(results)}))",
                *self._stored(routine, places, {}),
                f"return _rows{'' if gradient else '[:, 0]'}",
            ]
        )

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
            "return _values, _columns, np.concatenate([[0], np.cumsum(_counts)])",
        ]
        return _indented(lines)

    @property
    def _values(self) -> Routine:
        further = self.sheet.program.further
        return further["residuals"] if "residuals" in further else further["outputs"]

    def _body(
        self, routine: Routine, places: Places, shapes: Shapes, make: str, flat: str = ".ravel()"
    ) -> str:
        lines = self._rows(routine, places, shapes, make)
        return _indented([*lines, f"return {_joined(f'_rows{flat}', '_once', shapes)}"])

    def _rows(self, routine: Routine, places: Places, shapes: Shapes, make: str) -> list[str]:
        """Return the lines that fill `_rows` and `_once`, where there are some."""
        lines = [*self.flat, *self._no_nan(*filter(None, [self.weight]))]
        moving, fixed = shapes
        if moving:
            lines.append(f"_rows = np.{make}((len(_data[0]), {moving}))")
        if fixed:
            lines.append(f"_once = np.{make}(({fixed}{'' if ',' in fixed else ','}))")
        lines += self._stored(routine, *places, *filter(None, [self.weight]))
        if self.weight and moving:
            axes = ", None" * (1 + moving.count(","))
            lines.append(f"_rows *= np.sqrt(_data[-1])[:{axes}]")
        return lines

    def _stored(
        self, routine: Routine, loop: Mapping[str, str], once: Mapping[str, str], *more: str
    ) -> list[str]:
        """Return the lines that compute results and put them into parts of arrays."""
        names = self.sheet.names
        varying = set(self.sheet.program.data)
        before: list[Assignment] = []
        schedule = self.schedule()
        for row in routine.body:
            if varying.isdisjoint(row.operands):
                before.append(row)
            else:
                varying.add(row.name)
                schedule.assign(row.name, names[row.name], row.expression)
        for place, name in loop.items():
            schedule.store(place, Var(name))
        lines = self.assignments(before)
        lines += [f"{place} = {names[name]}" for place, name in once.items()]
        if loop:
            block, buffers = written(schedule)
            targets = [*self.data, *more, "_block", *(f"_r{i}" for i in range(buffers))]
            head = f"for _part in _blocks({buffers}, (*_data, _rows)):"
            taken = f"    {target(targets, ' ' * 12, 50)} = _part"
            lines += [head, taken, *(f"    {line}" for line in block)]
        inside = [f"    {line}" for line in lines]
        return ['with np.errstate(all="ignore"):', *inside] if inside else []

    def _no_nan(self, *more: str) -> list[str]:
        """Return the lines that refuse NaN among the data, which a row would hide."""
        if not self.data:
            return []
        names = in_tuple([repr(name) for name in (*self.data, *more)], " " * 12)
        return [f"for _name, _values in zip(({names}), _data):", "    _no_nan(_name, _values)"]

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
        return f"np.concatenate([{moving}, {fixed}])"
    return moving if shapes[0] else fixed


def _repeated(numbers: Sequence[int]) -> str:
    """Return an array of small numbers as code."""
    inside = in_tuple([str(number) for number in numbers], " " * 12, 60)
    inside = inside.removesuffix(",") if len(numbers) == 1 else inside
    return f"np.array([{inside}], dtype=int)"


def _indented(lines: Iterable[str]) -> str:
    return "\n".join(f"    {line}" for line in lines)
