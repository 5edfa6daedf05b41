"""Python functions for many machines: sums over a chunk of samples, and what all sums make."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.program.batch import Batch, batch_of, needed
from symgrad.program.block import Assignment
from symgrad.targets.base import Sheet
from symgrad.targets.layout import in_tuple, listed
from symgrad.targets.numba import NO_SAMPLES
from symgrad.targets.numpy_batch import mean_names, sum_names

_PARTS = (
    "added", "sums_arguments", "sums_body", "sums_fields", "terms_body", "combine_arguments",
    "combine_body", "zeros",
)  # fmt: skip


def sum_parts(
    sheet: Sheet,
    given: Sequence[str],
    many: Sequence[str],
    fixed: Sequence[str],
    keywords: Sequence[str],
    *,
    numba: bool,
) -> dict[str, str]:
    """Return the parts of `partial_sums` and `combine_sums`, in which no operation raises.

    `given` are the arguments of a call for one sample; `many` the declared arguments of one for
    many, `fixed` those that are no data, `keywords` the ones behind a star. For `numba`
    sums are added one by one.
    """
    if not sheet.has("partial_sums"):
        return dict.fromkeys(_PARTS, "")
    batch = batch_of(sheet.program, sheet.program.both)
    names = sum_names(batch, sheet.names)
    parts = sheet.unused("parts")
    own = [name.lstrip("_") for name in names.values()]
    fields = ["weight" if sheet.has("weights") else "samples", *own]
    return {
        "sums_fields": "\n".join(f"    {name}: float" for name in own),
        "terms_body": _terms(sheet, batch),
        "added": listed([f"one.{name} + other.{name}" for name in fields], " " * 8, 16),
        "sums_arguments": listed([*many, *_weights(sheet, keywords)], "    ", 40),
        "sums_body": _chunk_of_numba(sheet, given) if numba else _chunk(sheet, given),
        "zeros": listed(["0.0"] * len(fields), " " * 8, 20),
        "combine_arguments": listed([f"{parts}: Iterable[Sums]", *fixed, *keywords], "    ", 50),
        "combine_body": _combined(sheet, batch, parts, NO_SAMPLES if numba else ()),
    }


def _weights(sheet: Sheet, keywords: Sequence[str]) -> list[str]:
    """Return the declaration of the weights, where there are some."""
    if not sheet.has("weights"):
        return []
    declared = f"{sheet.unused('weights')}: Sequence[float] | None = None"
    return [*(() if keywords else ("*",)), declared]


def _chunk(sheet: Sheet, given: Sequence[str]) -> str:
    """Return the body of `partial_sums`."""
    data = list(sheet.identifiers(sheet.program.data))
    call = f"_terms({listed(given, ' ' * 12, 40)})"
    lines: list[str] = []
    row = f"(1.0, *{call})"
    if sheet.has("weights"):
        weights = sheet.unused("weights")
        lines.append(f"_weights = [1.0] * len({data[0]}) if {weights} is None else {weights}")
        row = f"[_weight, *[_weight * _term for _term in {call}]]"
    columns = [*data, *(["_weights"] if lines else [])]
    places = [*data, *(["_weight"] if lines else [])]
    lines += [
        *one_length(columns),
        "_rows = [",
        f"    {row}",
        f"    for {in_tuple(places, ' ' * 12)} in zip({', '.join(columns)})",
        "]",
        "_none = [0.0] * len(Sums._fields)",
        "return Sums(*[_total(_column) for _column in zip(*_rows)] or _none)",
    ]
    return _indented(lines)


def _terms(sheet: Sheet, batch: Batch) -> str:
    """Return the body of `_terms`: what one sample adds to the sums."""
    uses = [row.operands for row in batch.body] + [f.operands for _, f in batch.sums]
    lines = _assignments(sheet, (*needed(batch.before, uses), *batch.body))
    terms = [sheet.careful.code(f.pattern, sheet.identifiers(f.operands)) for _, f in batch.sums]
    return _indented([*lines, f"return ({in_tuple(terms, ' ' * 8, 20) if terms else ''})"])


def _chunk_of_numba(sheet: Sheet, given: Sequence[str]) -> str:
    """Return the body of `partial_sums` for Numba, which knows no fsum."""
    columns = list(sheet.identifiers(sheet.program.data))
    row = f"Sums(1.0, *_terms({listed(given, ' ' * 12, 40)}))"
    lines = [
        *one_length(columns),
        "return _added([",
        f"    {row}",
        f"    for {in_tuple(columns, ' ' * 12)} in zip({', '.join(columns)})",
        "])",
    ]
    return _indented(lines)


def _combined(sheet: Sheet, batch: Batch, parts: str, checks: Sequence[str]) -> str:
    """Return the body of `combine_sums`."""
    places = {name: f"_sums[{i}]/_sums[0]" for i, (name, _) in enumerate(batch.sums, 1)}
    means = mean_names(sum_names(batch, sheet.names))
    uses = [formula.operands for _, formula in batch.results]
    lines = [f"_sums = _added({parts})", *checks]
    lines += [f"{means[name]} = {place}" for name, place in places.items()]
    lines += _assignments(sheet, needed(batch.before, uses))
    value, *slopes = [
        sheet.careful.code(f.pattern, tuple([means.get(n) or sheet.names[n] for n in f.operands]))
        for _, f in batch.results
    ]
    inside = listed(slopes, " " * 8, 30 + len(value))
    return _indented([*lines, f"return {value}, Gradient({inside})"])


def _assignments(sheet: Sheet, rows: Sequence[Assignment]) -> list[str]:
    return [
        f"{sheet.names[row.name]} = "
        f"{sheet.careful.code(row.pattern, sheet.identifiers(row.operands))}"
        for row in rows
    ]


def one_length(columns: Sequence[str]) -> list[str]:
    """Return the lines that refuse sequences of different lengths; none for a single one."""
    if len(columns) < 2:
        return []
    lengths = listed([f"len({name})" for name in columns], " " * 8, 20)
    fault = '    raise ValueError("data must be sequences of one length")'
    return [f"if len({{{lengths}}}) > 1:", fault]


def _indented(lines: Sequence[str]) -> str:
    return "    " + "\n    ".join(lines)
