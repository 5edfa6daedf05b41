"""C functions over batches, and over chunks of one: means and sums over samples."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from symgrad.expression.tree import Formula
from symgrad.program.batch import WEIGHT, batch_of, needed, weighted
from symgrad.program.block import Assignment
from symgrad.targets.c_body import CBody, indented, wrapped

_CHUNKS = (
    "chunk_sums", "chunk_counted", "chunk_arguments", "chunk_before", "combine_arguments",
    "combine_before", "combine_value", "combine_fields",
)  # fmt: skip
NO_BATCH = dict.fromkeys(("summed", "averaged", "has_data", "sample_parts", "chunk_sums"), "")


class CBatch:
    """Writes the parts of the functions over a batch of samples.

    `data` are the arrays that the sums need, `fixed` the numbers and functions.
    """

    def __init__(self, body: CBody) -> None:
        self.body = body
        batch = batch_of(body.program, body.program.both)
        self.batch = weighted(batch) if body.weight and batch.sums else batch
        self.used = {n for row in self.batch.body for n in row.operands}
        self.used |= {n for _, formula in self.batch.sums for n in formula.operands}
        self.data = [body.names[n] for n in (*body.program.data, WEIGHT) if n in self.used]
        self.fixed = self._fixed()
        weights = [body.weight] if body.weight else []
        self.arguments = list(body.over_samples)
        place = len(body.parameters) + 1 + len(body.data)
        self.arguments[place:place] = [f"const double *{name}" for name in weights]
        self.given = [
            *body.parameters, "count", *body.data, *weights, *body.constants, *body.functions,
        ]  # fmt: skip

    def parts(self) -> dict[str, object]:
        """Return what the templates receive; without these functions, that there are none."""
        sheet = self.body.sheet
        asked = self.body.data and sheet.has("batch")
        chunks = self._chunks()
        if not asked and not chunks["chunk_sums"]:
            return dict(NO_BATCH)
        summed = "yes" if self.batch.sums else ""
        return {
            "has_data": "yes" if asked else "",
            "summed": summed,
            "averaged": summed if asked else "",
            "sums": str(len(self.batch.sums)),
            "chunks": str(max(1, 4096 // max(1, len(self.batch.sums)))),
            **self._signatures(),
            **self._sample(),
            **(self._means() if asked else {}),
            **chunks,
        }

    def _signatures(self) -> dict[str, str]:
        """Return the arguments of the functions that add samples, declared and passed on."""
        declared = list(map(self.body.declaration, self.fixed))
        blocks = ["size_t count", *(f"const double *{n}" for n in self.data), *declared]
        one = list(map(self.body.declaration, (*self.data, *self.fixed)))
        return {
            "sample_arguments": wrapped([*one, "double acc[][LANES]", "size_t lane"], "    "),
            "block_arguments": wrapped([*blocks, "double total[]", "double carry[]"], "    "),
            "all_block_arguments": wrapped([*blocks, "double sums[]"], "    "),
            "sample_call": ", ".join(
                [*(f"{n}[start + lane]" for n in self.data), *self.fixed, "acc, lane"]
            ),
            "chunk_call": ", ".join([*(f"{n} + start" for n in self.data), *self.fixed]),
            "all_call": ", ".join(["count", *self.data, *self.fixed, "sums"]),
        }

    def _means(self) -> dict[str, str]:
        """Return the parts of the functions that give means."""
        value, *slopes = self._results("sums")
        return {
            "batch_arguments": wrapped(self.arguments, "    "),
            "batch_with_value": wrapped([*self.arguments, "double *value"], "    "),
            "batch_given": ", ".join(self.given),
            "batch_before": self._before("once", self.batch.before, (*self.used, *self.after)),
            "weighed": "yes" if self.body.weight else "",
            "batch_value": value,
            "batch_fields": indented(self.body.filled(slopes)),
        }

    def _chunks(self) -> dict[str, str]:
        """Return the parts of the functions over chunks; empty where they are not asked for."""
        body, before = self.body, self.batch.before
        if not body.sheet.has("partial_sums"):
            return dict.fromkeys(_CHUNKS, "")
        value, *slopes = self._results("means")
        arguments = [f"double {name}" for name in (*body.parameters, *body.constants)]
        arguments += map(body.declaration, body.functions)
        return {
            "chunk_sums": str(len(self.batch.sums) + (0 if body.weight else 1)),
            "chunk_counted": "" if body.weight else "yes",
            "chunk_arguments": wrapped([*self.arguments, "double sums[]"], "    "),
            "chunk_before": self._before("chunk", needed(before, [tuple(self.used)]), self.used),
            "combine_arguments": wrapped(
                [*arguments, "const double sums[]", "double *value"], "    "
            ),
            "combine_before": self._before(
                "whole", needed(before, [self.after]), self.after, data=False
            ),
            "combine_value": value,
            "combine_fields": indented(body.filled(slopes)),
        }

    @property
    def after(self) -> tuple[str, ...]:
        """The names that the results use besides the means."""
        return tuple(n for _, formula in self.batch.results for n in formula.operands)

    def _results(self, means: str) -> list[str]:
        """Return the value and the gradient, of means that stand in an array."""
        names = {**self.body.names}
        names.update((name, f"{means}[{i}]") for i, name in enumerate(self.batch.names))
        return [self._code(formula, names) for _, formula in self.batch.results]

    def _code(self, formula: Formula, names: Mapping[str, str]) -> str:
        operands = tuple([names[n] for n in formula.operands])
        return self.body.sheet.plain.code(formula.pattern, operands)

    def _fixed(self) -> list[str]:
        """Return the numbers and functions that the sums need."""
        body, batch = self.body, self.batch
        program = body.program
        names = [*program.parameters, *(n for n, _ in program.constants)]
        names += [row.name for row in batch.before]
        fixed = [body.names[n] for n in names if n in self.used]
        fixed += body.called(row.pattern for row in batch.body)
        fixed += body.called(formula.pattern for _, formula in batch.sums)
        return list(dict.fromkeys(fixed))

    def _sample(self) -> dict[str, object]:
        """Return what one sample adds to the sums, in parts where that is long."""
        body, batch = self.body, self.batch
        codes = body.assignments(batch.body)
        codes += [
            f"acc[{i}][lane] += {self._code(formula, body.names)};"
            for i, (_, formula) in enumerate(batch.sums)
        ]
        also = (("acc", "double acc[][LANES]"), ("lane", "size_t lane"))
        sums = [formula.operands for _, formula in batch.sums]
        whole = body.cut("sample", batch.body, codes, (), also=also, last=sums)
        if whole is None:
            return {"sample_body": indented(codes), "sample_parts": ""}
        return {"sample_body": indented(list(whole.lines)), "sample_parts": whole.functions}

    def _before(
        self, kind: str, rows: Sequence[Assignment], later: Collection[str], *, data: bool = True
    ) -> str:
        """Return the statements without data, in parts where they are many.

        `later` are the names that are used behind them; inputs that nothing uses are named first.
        """
        body = self.body
        idle = self._idle({*later, *(n for row in rows for n in row.operands)}, data=data)
        codes = body.assignments(rows)
        results = [body.names[row.name] for row in rows if row.name in later]
        whole = body.cut(kind, rows, codes, results)
        if whole is not None:
            body.parts.append(whole.functions)
            places = whole.places.items()
            codes = [*whole.lines, *(f"const double {n} = {place};" for n, place in places)]
        return indented([*idle, *codes])

    def _idle(self, used: Collection[str], *, data: bool) -> list[str]:
        """Return a cast for every argument that is not used."""
        body, batch = self.body, self.batch
        program = body.program
        names = [*program.parameters, *(program.data if data else ())]
        names += [name for name, _ in program.constants]
        idle = [body.names[name] for name in names if name not in used]
        patterns = [row.pattern for row in (*batch.before, *batch.body)]
        patterns += [formula.pattern for _, formula in (*batch.sums, *batch.results)]
        called = body.called(patterns) if data else []
        idle += [name for name in body.functions if name not in called]
        if data and body.weight and not batch.sums:
            idle.append(body.weight)
        return [f"(void){name};" for name in idle]


def each_parts(body: CBody) -> dict[str, str]:
    """Return the parts of `value_each` and `gradient_each`."""
    place = {name: f"{name}[item]" for name in body.data}
    return {
        "each_value_arguments": wrapped([*body.over_samples, "double *out"], "    "),
        "each_gradient_arguments": wrapped(
            [*body.over_samples, f"{body.module}_params *out"], "    "
        ),
        "each_given": ", ".join(place.get(name, name) for name in body.inputs),
    }
