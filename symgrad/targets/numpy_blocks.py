"""NumPy in blocks: samples that stay in the processor's cache, each operation into a buffer.

Buffers are made once a call. A sum over a block is NumPy's pairwise sum or a product of rows; the
sums of the blocks are added exactly (math.fsum).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symgrad.errors import free_name
from symgrad.expression.tree import Expression, Var, formula_of, walk
from symgrad.program.batch import WEIGHT, Batch, needed, weighted
from symgrad.program.block import Assignment
from symgrad.program.routine import Routine
from symgrad.targets.layout import in_tuple, target
from symgrad.targets.numpy_batch import inlined, mean_names, unseen
from symgrad.targets.numpy_factors import without_factors
from symgrad.targets.numpy_passes import written
from symgrad.targets.numpy_rows import indented
from symgrad.targets.numpy_schedule import Schedule
from symgrad.targets.numpy_writer import NumpyWriter


class BlockWriter(NumpyWriter):
    """Writes functions as loops over blocks of samples."""

    style = "fast"

    @property
    def relied(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What its functions need from `math`, and from `collections.abc`."""
        if self.data:
            return ("fsum", "isnan"), ("Iterable", "Iterator", "Sequence")
        return ("isnan",), ()

    count = "len(_data[0])"
    weights = "_data[-1]"

    def numbers(self, names: Sequence[str]) -> list[str]:
        """Return the lines that check arguments which are single numbers."""
        return [f'{name} = _number("{name}", {name})' for name in names]

    def inside(self, lines: Sequence[str], body: Sequence[str]) -> str:
        """Return lines and a body as the statements of a function; inf and NaN warn nobody."""
        body = [f"    {line}" for line in body]
        return indented([*lines, 'with np.errstate(all="ignore"):', *body])

    def checked(self, columns: Sequence[str]) -> list[str]:
        """Return the lines that check the arguments of a function, those arrays among them."""
        lines = self.numbers(self.scalars)
        if columns:
            names = in_tuple([repr(name) for name in columns], " " * 12)
            lines.append(f"_data = _samples(({names}), ({in_tuple(columns, ' ' * 8)}))")
        return lines

    def checked_rows(self, columns: Sequence[str]) -> list[str]:
        """Return those lines where no sample may be hidden: NaN in any array is refused."""
        lines = self.checked(columns)
        if columns:
            names = in_tuple([repr(name) for name in columns], " " * 12)
            lines.append(f"for _name, _values in zip(({names}), _data):")
            lines.append("    _no_nan(_name, _values)")
        return lines

    def function(self, routine: Routine, kind: str) -> str:
        """Return the body of value, gradient, both, `hessian` or a product."""
        batch, sums = self._summed(self.batch(routine))
        lines = self.opened(kind)
        lines += self._looked_at(batch)
        body = self.assignments(batch.before)
        means: dict[str, str] = {}
        if sums:
            body += self._loop(batch, sums)
            means = mean_names(sums)
            left = target(list(means.values()), " " * 12, 40 + len(self._quoted))
            body.append(f"{left} = _means(_sums, ({self._quoted}), _data)")
            if self.weight:
                *moved, whole = means.values()
                body += [f"{name} /= {whole}" for name in moved]
        results = [self.formula(formula, means) for _, formula in batch.results]
        if kind == "gauss_newton_product":
            count = self.summed(routine)
            results = [f"{self.total}*({mean})" for mean in results[:count]] + results[count:]
        return self.inside(lines, [*body, *self.closed(results, kind)])

    def chunk(self, routine: Routine) -> str:
        """Return the body of `partial_sums`."""
        batch, sums = self._summed(self.batch(routine))
        lines = self.checked(self.columns)
        lines[-1] = f"{lines[-1].removesuffix(')')}, least=0)"
        lines += self._looked_at(batch)
        if not sums:
            return self.inside(lines, ["return Sums(float(len(_data[0])))"])
        used = [row.operands for row in batch.body] + [f.operands for _, f in batch.sums]
        body = [*self.assignments(needed(batch.before, used)), *self._loop(batch, sums)]
        found = f"_totals(_sums, ({self._quoted}), _data)"
        if self.weight:
            body += [f"*_moved, _whole = {found}", "return Sums(_whole, *_moved)"]
        else:
            body.append(f"return Sums(float(len(_data[0])), *{found})")
        return self.inside(lines, body)

    @property
    def _quoted(self) -> str:
        """The names of the data in quotes, as the inside of a tuple."""
        return in_tuple([repr(name) for name in self.columns], " " * 12) if self.data else ""

    def _looked_at(self, batch: Batch) -> list[str]:
        """Return the lines that refuse NaN among data where a result would hide it."""
        hidden = unseen(batch, self.program.data)
        return [
            f'_no_nan("{self.data[i]}", _data[{i}])'
            for i, name in enumerate(self.program.data)
            if name in hidden
        ]

    def _summed(self, batch: Batch) -> tuple[Batch, dict[str, str]]:
        """Return a batch and the names of its sums, with the weights where there are some."""
        sums = self.sum_names(batch)
        if not (self.weight and sums):
            return batch, sums
        whole = free_name(f"_sum_of_{self.weight}", sums.values())
        return weighted(batch), {**sums, WEIGHT: whole}

    def _loop(self, batch: Batch, sums: Mapping[str, str]) -> list[str]:
        """Return the loop over the blocks of samples."""
        block, buffers = self._block(batch, sums)
        rows = target([*self.columns, *(f"_r{i}" for i in range(buffers))], " " * 16, 40)
        totals = in_tuple(list(sums.values()), " " * 16)
        return [
            "_sums: list[tuple[float, ...]] = []",
            f"for _part in _blocks({buffers}, _data):",
            f"    {rows} = _part",
            *(f"    {line}" for line in block),
            f"    _sums.append(({totals}))",
        ]

    def each(self, routine: Routine, results: Sequence[str]) -> str:
        """Return the body of a function that gives results of each sample."""
        places = {f"_block[:, {i}]": name for i, name in enumerate(results)}
        one = routine.results == tuple(results) and routine is self.program.value
        return indented(
            [
                *self.checked_rows(self.data),
                f"_rows = np.empty(({self.count}, {len(results)}))",
                *self.stored(routine, places, {}),
                f"return _rows{'[:, 0]' if one else ''}",
            ]
        )

    def stored(
        self, routine: Routine, loop: Mapping[str, str], once: Mapping[str, str], *more: str
    ) -> list[str]:
        """Return the lines that compute results and put them into parts of arrays."""
        names = self.sheet.names
        varying = set(self.sheet.program.data)
        before: list[Assignment] = []
        schedule = self._schedule()
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
            taken = f"    {target(targets, ' ' * 16, 50)} = _part"
            lines += [head, taken, *(f"    {line}" for line in block)]
        inside = [f"    {line}" for line in lines]
        return ['with np.errstate(all="ignore"):', *inside] if inside else []

    def _block(self, batch: Batch, sums: Mapping[str, str]) -> tuple[list[str], int]:
        """Return the lines of one block of samples, and how many buffers they need."""
        schedule = self._schedule()
        varying = frozenset((*self.program.data, WEIGHT, *(row.name for row in batch.body)))
        formulas, rows = inlined(batch)
        rows, formulas, factors = without_factors(rows, formulas, varying)
        known = {name: i for i, name in enumerate((*self.program.data, *(r.name for r in rows)))}
        waiting: dict[int, list[tuple[str, Expression]]] = {}
        for name, e in formulas:
            last = max(known.get(str(part.key), 0) for part in walk(e) if isinstance(part, Var))
            waiting.setdefault(last, []).append((name, e))
        first = len(self.program.data)
        for place in range(first):
            for name, e in waiting.get(place, ()):
                schedule.add_up(sums[name], e)
        taken = frozenset(self.sheet.names.values())
        for place, row in enumerate(rows, first):
            spelled = self.sheet.names[row.name]
            if row.name in factors:
                whole, spelled = spelled, _beside(spelled, taken)
                number = self.sheet.target.literal(factors[row.name])
                sign = "-" if number == "-1.0" else f"{number}*"
                schedule.remark(f"{whole} = {sign}{spelled}")
            schedule.assign(row.name, spelled, row.expression)
            for name, e in waiting.get(place, ()):
                schedule.add_up(sums[name], e)
        return written(schedule)

    def _schedule(self) -> Schedule:
        """Return an empty schedule that knows the data."""
        printer, names = self.sheet.plain, self.sheet.names

        def scalar(e: Expression) -> str:
            formula = formula_of(e)
            return printer.code(formula.pattern, tuple([names[n] for n in formula.operands]))

        made = Schedule(scalar, printer)
        made.data({name: names[name] for name in self.program.data})
        if self.weight:
            made.data({WEIGHT: self.weight})
        return made


def _beside(name: str, taken: frozenset[str]) -> str:
    """Return a name that is not taken: the given one with `_` at its end."""
    return free_name(f"{name}_", taken)
