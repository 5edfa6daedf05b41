"""Programs over many samples as NumPy wants them: names of sums, products in sums, NaN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symgrad.errors import free_name
from symgrad.expression.tree import Call, Compare, Expression, Pow, Var, children
from symgrad.program.batch import Batch
from symgrad.program.block import Assignment
from symgrad.targets.numpy_functions import defined, keeps_nan


def sum_names(batch: Batch, names: Mapping[str, str]) -> dict[str, str]:
    """Return what each sum is called: after what is summed, or the result that it is for."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    users: dict[str, str] = {}
    for result, formula in batch.results:
        for operand in formula.operands:
            users.setdefault(operand, result)
    for name, formula in batch.sums:
        of = formula.operands[0] if isinstance(formula.pattern, Var) else ""
        if not of:
            of = users[name]
        text = free_name(f"_sum_{names[of]}", taken)
        taken.add(text)
        found[name] = text
    return found


def mean_names(sums: Mapping[str, str]) -> dict[str, str]:
    """Return what the mean is called that belongs to each sum."""
    return {name: f"_mean_{text.removeprefix('_sum_')}" for name, text in sums.items()}


def inlined(batch: Batch) -> tuple[list[tuple[str, Expression]], list[Assignment]]:
    """Put rows that one sum alone needs into that sum: Σxy takes one pass less than xy and Σ."""
    rows = {row.name: row for row in batch.body}
    uses: dict[str, int] = {}
    for operands in [r.operands for r in batch.body] + [f.operands for _, f in batch.sums]:
        for name in operands:
            uses[name] = uses.get(name, 0) + 1
    formulas: list[tuple[str, Expression]] = []
    for name, formula in batch.sums:
        e = formula.expression
        while isinstance(e, Var) and uses[str(e.key)] == 1 and e.key in rows:
            e = rows.pop(str(e.key)).expression
        formulas.append((name, e))
    return formulas, list(rows.values())


def unseen(batch: Batch, data: Sequence[str]) -> frozenset[str]:
    """Return the data whose NaN would not make a sum NaN: those are looked at beforehand."""
    seen: set[str] = set()
    for _, formula in batch.sums:
        seen.update(formula.operands[i] for i in _certain(formula.pattern))
    for row in reversed(batch.body):
        if row.name in seen:
            seen.update(row.operands[i] for i in _certain(row.pattern))
    return frozenset(data) - seen


def _certain(e: Expression) -> set[int]:
    """Return the operands of a pattern whose NaN makes its value NaN."""
    found: set[int] = set()
    stack = [e]
    while stack:
        part = stack.pop()
        if isinstance(part, Var):
            found.add(int(part.key))
        elif isinstance(part, Call) and not keeps_nan(part.function, len(part.arguments)):
            tree = defined(part.function, part.arguments)
            stack.extend(() if tree is None else (tree,))
        elif not isinstance(part, Compare):
            stack.extend(() if isinstance(part, Pow) else children(part))
    return found
