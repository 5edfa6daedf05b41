"""Common subexpressions computed once, found for whole groups of statements of one pattern.

Rounds from the leaves up: in each, every operation on leaves that occurs twice becomes a temporary
(or the name that the author gave it), and the statements continue with that name. Whatever depends
on the pattern alone is worked out once, so 10,000 statements of one pattern cost 10,000 look-ups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from symgrad.expression import Expression, Var, substitute, variables, walk
from symgrad.program_slots import Slot, replaced_slots, slots_of, without_conflicts


class Assignment(NamedTuple):
    """One line of a routine: `name` is `pattern` with `Var(i)` standing for `operands[i]`."""

    name: str
    pattern: Expression
    operands: tuple[str, ...]


Row = tuple[Expression, tuple[str, ...]]
Picker = Callable[[tuple[str, ...]], tuple[str, ...]]


def picker(positions: tuple[int, ...]) -> Picker:
    """Return a function that picks these positions of a tuple."""
    if len(positions) == 1:
        only = positions[0]
        return lambda names: (names[only],)
    return itemgetter(*positions) if positions else lambda _: ()


@dataclass(slots=True)
class _Found:
    """A slot of one group: the operands there, row by row, and the keys that they are known by."""

    slot: Slot
    operands: list[tuple[str, ...]]
    keys: list[tuple[str, ...]]


class Sharing:
    """One run: rows by name, changed round by round until nothing occurs twice."""

    def __init__(self, rows: Iterable[Assignment], prefix: str) -> None:
        self.rows: dict[str, Row] = {name: (p, operands) for name, p, operands in rows}
        self.temporaries: dict[str, None] = {}
        self._prefix = prefix
        self._shapes: dict[Expression, Expression] = {}
        self._slots: dict[int, tuple[Slot, ...]] = {}
        self._plans: dict[tuple[int, tuple[Slot, ...]], tuple[Expression, Picker]] = {}
        self._providers: dict[Expression, dict[tuple[str, ...], str]] = {}
        self._kept: list[Expression] = []

    def run(self) -> None:
        """Share until nothing is left to share, then write single uses out again."""
        while self._round():
            pass

    def _slots_of(self, pattern: Expression) -> tuple[Slot, ...]:
        found = self._slots.get(id(pattern))
        if found is None:
            found = self._slots[id(pattern)] = slots_of(pattern)
            self._kept.append(pattern)
        return found

    def _round(self) -> bool:
        groups: dict[int, list[str]] = {}
        patterns: dict[int, Expression] = {}
        for name, (pattern, _) in self.rows.items():
            groups.setdefault(id(pattern), []).append(name)
            patterns[id(pattern)] = pattern
        table: dict[Expression, list[tuple[int, _Found]]] = {}
        for key, names in groups.items():
            slots = self._slots_of(patterns[key])
            if not slots:
                continue
            operands = [self.rows[name][1] for name in names]
            for slot in slots:
                found = _occurrences(slot, operands)
                table.setdefault(slot.shape, []).append((key, found))
        flagged: dict[int, list[tuple[_Found, list[bool], Counter[tuple[str, ...]]]]] = {}
        for shape, entries in table.items():
            self._flag(shape, entries, groups, flagged)
        for key, marks in flagged.items():
            self._rewrite(patterns[key], groups[key], marks)
        return bool(flagged)

    def _flag(
        self,
        shape: Expression,
        entries: list[tuple[int, _Found]],
        groups: dict[int, list[str]],
        flagged: dict[int, list[tuple[_Found, list[bool], Counter[tuple[str, ...]]]]],
    ) -> None:
        """Mark the rows in which an operation of this shape occurs that occurs elsewhere too."""
        if len(entries) == 1:
            keys = entries[0][1].keys
            if len(set(keys)) == len(keys):
                return
        counts = Counter(chain.from_iterable(found.keys for _, found in entries))
        shared = {key for key, count in counts.items() if count > 1}
        if shared and any(f.slot.lazy and not f.slot.harmless for _, f in entries):
            eager = [f.keys for _, f in entries if not f.slot.lazy]
            shared.intersection_update(chain.from_iterable(eager))
        if not shared:
            return
        providers = self._providers.setdefault(shape, {})
        for group, found in entries:
            whole = not found.slot.path and not found.slot.members
            flags = [key in shared for key in found.keys]
            if whole:
                for i, key in enumerate(found.keys):
                    if flags[i] and providers.setdefault(key, groups[group][i]) == groups[group][i]:
                        flags[i] = False
            if any(flags):
                flagged.setdefault(group, []).append((found, flags, counts))

    def _rewrite(
        self,
        pattern: Expression,
        names: list[str],
        marks: list[tuple[_Found, list[bool], Counter[tuple[str, ...]]]],
    ) -> None:
        variants: dict[tuple[bool, ...], list[int]] = {}
        for i, flags in enumerate(zip(*(flags for _, flags, _ in marks), strict=True)):
            variants.setdefault(flags, []).append(i)
        for flags, indices in variants.items():
            chosen = [mark for mark, flag in zip(marks, flags, strict=True) if flag]
            if not chosen:
                continue
            first = indices[0]
            ranked = sorted(chosen, key=lambda mark: -mark[2][mark[0].keys[first]])
            slots = without_conflicts([found.slot for found, _, _ in ranked])
            by_slot = {id(found.slot): found for found, _, _ in chosen}
            self._apply(pattern, names, indices, [by_slot[id(slot)] for slot in slots])

    def _apply(
        self, pattern: Expression, names: list[str], indices: list[int], chosen: list[_Found]
    ) -> None:
        width = len(self.rows[names[indices[0]]][1])
        slots = tuple(found.slot for found in chosen)
        plan = self._plans.get((id(pattern), slots))
        if plan is None:
            changed, positions = replaced_slots(pattern, slots, width)
            plan = (self._shapes.setdefault(changed, changed), picker(positions))
            self._plans[id(pattern), slots] = plan
        columns = [self._named(found, indices) for found in chosen]
        new_pattern, pick = plan
        for i, added in zip(indices, zip(*columns, strict=True), strict=True):
            name = names[i]
            self.rows[name] = (new_pattern, pick(self.rows[name][1] + added))

    def _named(self, found: _Found, indices: list[int]) -> list[str]:
        """Return the name that holds the slot's value in each of the rows."""
        shape = self._shapes.setdefault(found.slot.shape, found.slot.shape)
        providers = self._providers.setdefault(shape, {})
        column: list[str] = []
        for i in indices:
            key = found.keys[i]
            name = providers.get(key)
            if name is None:
                name = f"{self._prefix}{len(self.temporaries) + 1}"
                providers[key] = name
                self.temporaries[name] = None
                self.rows[name] = (shape, found.operands[i])
            column.append(name)
        return column


def _occurrences(slot: Slot, operands: list[tuple[str, ...]]) -> _Found:
    there = list(map(picker(slot.positions), operands))
    if not slot.commutes:
        return _Found(slot, there, there)
    # The shape numbers its variables in order of appearance: a*b and b*a are one key.
    keys = [pair if pair[0] <= pair[1] else (pair[1], pair[0]) for pair in there]
    return _Found(slot, there, keys)


def pruned(rows: Sequence[Assignment], results: Sequence[str]) -> list[Assignment]:
    """Return the rows that the results need; every row stands after those it uses."""
    needed = set(results)
    kept: list[Assignment] = []
    for row in reversed(rows):
        if row[0] in needed:
            needed.update(row[2])
            kept.append(row)
    kept.reverse()
    return kept


def shared(rows: Sequence[Assignment], prefix: str) -> tuple[Assignment, ...]:
    """Return the rows with what they have in common computed once, in an order that can be run.

    Temporaries are called `prefix` and a number, counted in the order in which they are computed.
    """
    sharing = Sharing(rows, prefix)
    sharing.run()
    _inline_single_uses(sharing)
    return _ordered(sharing, [row.name for row in rows], prefix)


def _inline_single_uses(sharing: Sharing) -> None:
    """Write temporaries that one place alone uses out again."""
    rows = sharing.rows
    uses: Counter[str] = Counter(chain.from_iterable(row[1] for row in rows.values()))
    single = {name for name in sharing.temporaries if uses[name] == 1}
    if not single:
        return
    for name in list(rows):
        while name in rows:
            whole, operands = rows[name]
            place = _place_of_single(whole, operands, single)
            if place is None:
                break
            part, part_operands = rows.pop(operands[place])
            sharing.temporaries.pop(operands[place])
            single.discard(operands[place])
            rows[name] = _substituted(whole, operands, place, part, part_operands)


def _place_of_single(
    whole: Expression, operands: tuple[str, ...], single: set[str]
) -> int | None:
    for place, operand in enumerate(operands):
        if operand in single and _multiplicity(whole, place) == 1:
            return place
    return None


def _multiplicity(pattern: Expression, place: int) -> int:
    return sum(1 for part in walk(pattern) if part == Var(place))


def _substituted(
    whole: Expression,
    operands: tuple[str, ...],
    place: int,
    part: Expression,
    part_operands: tuple[str, ...],
) -> Row:
    values: dict[str | int, Expression] = {i: Var(name) for i, name in enumerate(operands)}
    inner = substitute(part, {i: Var(name) for i, name in enumerate(part_operands)})
    values[place] = inner
    tree = substitute(whole, values)
    names = [str(key) for key in variables(tree)]
    return substitute(tree, {n: Var(i) for i, n in enumerate(names)}), tuple(names)


def _ordered(sharing: Sharing, order: list[str], prefix: str) -> tuple[Assignment, ...]:
    """Return the rows in an order in which each stands after those it uses."""
    rows = sharing.rows
    placed: dict[str, None] = {}
    for name in order:
        stack = [name]
        while stack:
            top = stack[-1]
            waiting = [o for o in rows[top][1] if o in rows and o not in placed]
            if waiting:
                stack.extend(reversed(waiting))
            else:
                placed.setdefault(stack.pop())
    new_names = _renumbered([n for n in placed if n in sharing.temporaries], prefix)
    if not new_names:
        return tuple([Assignment(name, *rows[name]) for name in placed])
    spelled = new_names.get
    return tuple(
        [
            Assignment(
                spelled(name, name), rows[name][0], tuple([spelled(o, o) for o in rows[name][1]])
            )
            for name in placed
        ]
    )


def _renumbered(names: list[str], prefix: str) -> dict[str, str]:
    new = {name: f"{prefix}{i}" for i, name in enumerate(names, 1)}
    return {} if all(old == fresh for old, fresh in new.items()) else new
