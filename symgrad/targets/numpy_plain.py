"""NumPy as a person writes it: one line a formula, arrays of all samples, means at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from symgrad.expression.tree import Div, Expression, Mark, Var, formula_of, substitute
from symgrad.program.batch import WEIGHT, Batch, moving_and_fixed, needed, weighted
from symgrad.program.normal import normal
from symgrad.program.routine import Routine
from symgrad.targets.base import Sheet
from symgrad.targets.layout import in_tuple, listed, target
from symgrad.targets.long_lines import bracketed
from symgrad.targets.numpy_functions import NumpyPrinter
from symgrad.targets.numpy_rows import indented
from symgrad.targets.numpy_writer import NumpyWriter

_COUNT = Mark("the number of samples")
_SHORT = 32  # characters of a mean that needs no line of its own


class PlainWriter(NumpyWriter):
    """Writes every formula over all samples at once."""

    style = "plain"
    indent = "    "
    decorator = '@np.errstate(all="ignore")\n'
    relied = ((), ())

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet)
        for printer in (sheet.plain, sheet.careful):
            if isinstance(printer, NumpyPrinter):
                printer.arrays = True

    @property
    def count(self) -> str:
        """The number of samples, as code."""
        return f"len({self.data[0]})" if self.data else "1"

    @property
    def weights(self) -> str:
        """The weights of the samples, as code."""
        return self.weight

    def numbers(self, names: Sequence[str]) -> list[str]:
        """Return the line that checks arguments which are single numbers."""
        return [self._taken("_numbers", names)] if names else []

    def checked(self, columns: Sequence[str]) -> list[str]:
        """Return the lines that check the arguments of a function, those arrays among them."""
        arrays = [self._taken("_samples", columns)] if columns else []
        return [*self.numbers(self.scalars), *arrays]

    checked_rows = checked

    def _taken(self, function: str, names: Sequence[str], *last: str) -> str:
        left = target(names, " " * 8, 30)
        given = listed([*names, *last], " " * 8, len(left.rpartition("\n")[2]) + 20)
        return f"{left} = {function}({given})"

    def inside(self, lines: Sequence[str], body: Sequence[str]) -> str:
        """Return lines and a body as the statements of a function; its decorator warns nobody."""
        return indented([*lines, *body])

    def function(self, routine: Routine, kind: str) -> str:
        """Return the body of value, gradient, both, `hessian` or a product."""
        if kind == "gauss_newton_product":
            return self._product(routine)
        batch = self.batch(routine)
        lines = self.opened(kind)
        alone = _summed_alone(batch)
        kept = {row.name for row in (*batch.before, *batch.body) if row.name not in alone.values()}
        lines += self.assignments(row for row in routine.body if row.name in kept)
        ends, results = self._results(batch, kept, alone)
        lines += ends
        return indented([*lines, *self.closed(results, kind)])

    def _product(self, routine: Routine) -> str:
        """Return the body of `gauss_newton_product`, whose results are sums over the samples."""
        names, kind = self.sheet.names, "gauss_newton_product"
        varying = {routine.results[place] for place in moving_and_fixed(self.program, routine)[0]}
        results = [names[name] for name in routine.results]
        for place, name in enumerate(routine.results[: self.summed(routine)]):
            if name in varying:
                product = f"{self.weight}*{names[name]}" if self.weight else names[name]
                results[place] = f"np.sum({product})"
            else:
                results[place] = f"{self.total}*{names[name]}"
        return indented(
            [*self.opened(kind), *self.assignments(routine.body), *self.closed(results, kind)]
        )

    def _results(
        self, batch: Batch, kept: set[str], alone: Mapping[str, str]
    ) -> tuple[list[str], list[str]]:
        """Return the lines that compute means and results, and what the results are called."""
        names = self.sheet.names
        results: list[str] = []
        lines: list[str] = []
        sums = self._sums_of(batch, alone)
        if sums:
            lines.append(f"_n = {f'np.sum({self.weight})' if self.weight else self.count}")
        means: dict[str | int, Expression] = {name: Div(Var(name), Var(_COUNT)) for name in sums}
        for name, row in alone.items():
            lines.append(f"{names[row]} = {sums[name]}/_n")
            means[name] = Var(row)
        codes = {**names, **sums, _COUNT: "_n"}
        taken = {*kept, *alone.values(), *self.program.inputs}
        for name, formula in batch.results:
            mean = formula_of(substitute(formula.expression, means))
            code = self.formula(mean, codes)
            if name in taken or (isinstance(formula.pattern, Var) and len(code) < _SHORT):
                results.append(code)
                continue
            taken.add(name)
            lines.append(f"{names[name]} = {code}")
            results.append(names[name])
        return [part for line in lines for part in bracketed(line).split("\n")], results

    def _sums_of(self, batch: Batch, alone: Collection[str] = ()) -> dict[str, str]:
        """Return each sum as code, by its name; some of what is summed stands for itself."""
        rows = {row.name: row.expression for row in batch.body}
        if alone:
            batch = replace(
                batch,
                sums=tuple(
                    (n, formula_of(rows[f.operands[0]]) if n in alone else f) for n, f in batch.sums
                ),
            )
        sums = weighted(batch).sums[:-1] if self.weight else batch.sums
        codes: dict[str, str] = {WEIGHT: self.weight}
        plain = [(name, formula_of(normal(formula.expression))) for name, formula in sums]
        return {name: f"np.sum({self.formula(formula, codes)})" for name, formula in plain}

    def chunk(self, routine: Routine) -> str:
        """Return the body of `partial_sums`."""
        batch = self.batch(routine)
        uses = [row.operands for row in batch.body] + [f.operands for _, f in batch.sums]
        names = {row.name for row in (*needed(batch.before, uses), *batch.body)}
        lines = [
            *self.chunk_opened(),
            *self.assignments(row for row in routine.body if row.name in names),
        ]
        count = f"np.sum({self.weight})" if self.weight else self.count
        sums = [count, *self._sums_of(batch).values()]
        return indented([*lines, f"return {self.made('Sums', sums, ' ' * 8, 30)}"])

    def chunk_opened(self) -> list[str]:
        """Return the lines that check the arguments of `partial_sums`."""
        return [*self.numbers(self.scalars), self._taken("_samples", self.columns, "least=0")]

    def each_opened(self) -> list[str]:
        """Return the lines that check the arguments of functions with results of each sample."""
        return [self._taken("_samples", self.inputs)]

    def each_varies(self) -> set[str]:
        """Return the inputs that may be arrays, of functions with results of each sample."""
        return {*self.program.inputs}

    def each_typed(self, arguments: Sequence[str]) -> Sequence[str]:
        """Return the declared arguments of functions that give results of each sample."""
        return [item.replace(": float", ": npt.ArrayLike") for item in arguments]

    def each(self, routine: Routine, results: Sequence[str]) -> str:
        """Return the body of a function that gives results of each sample.

        Parameters and constants may be arrays, too.
        """
        names = self.sheet.names
        varying = self.each_varies()
        for row in routine.body:
            if not varying.isdisjoint(row.operands):
                varying.add(row.name)
        lines = [*self.each_opened(), *self.assignments(routine.body)]
        columns = [
            names[name] if name in varying else f"np.full({self.count}, {names[name]})"
            for name in results
        ]
        if routine is self.program.value:
            return indented([*lines, f"return np.copy({columns[0]})"])
        return indented([*lines, f"return np.column_stack(({in_tuple(columns, ' ' * 8, 30)}))"])

    def stored(
        self, routine: Routine, loop: Mapping[str, str], once: Mapping[str, str], *more: str
    ) -> list[str]:
        """Return the lines that compute results and put them into parts of arrays."""
        del more
        names = self.sheet.names
        lines = self.assignments(routine.body)
        lines += [f"{place} = {names[name]}" for place, name in once.items()]
        loop = {place.replace("_block", "_rows", 1): name for place, name in loop.items()}
        return [*lines, *(f"{place} = {names[name]}" for place, name in loop.items())]


def _summed_alone(batch: Batch) -> dict[str, str]:
    """Return the sums of one name that nothing else uses, with that name: it is the mean's."""
    uses = Counter(name for row in batch.body for name in row.operands)
    uses.update(name for _, formula in batch.sums for name in formula.operands)
    rows = {row.name for row in batch.body}
    found = [(n, f.operands[0]) for n, f in batch.sums if isinstance(f.pattern, Var)]
    return {name: row for name, row in found if row in rows and uses[row] == 1}
