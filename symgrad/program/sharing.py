"""Common subexpressions computed once, found for whole blocks of statements of one pattern.

Rounds from the leaves up: in each, every operation on leaves that occurs twice becomes a temporary
(or the name that the author gave it), and the statements continue with that name. Whatever depends
on the pattern alone is worked out once; the rest are operations on columns.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import itemgetter, le, lt
from typing import NamedTuple

from symgrad.expression.identity import ByIdentity, Identities
from symgrad.expression.tree import Expression
from symgrad.program.block import Block, joined
from symgrad.program.branches import with_choices
from symgrad.program.inline import inlined, sorted_blocks
from symgrad.program.slots import Slot, SlotTable, replaced_slots, without_conflicts

Key = str | tuple[str, ...]
_NOWHERE = sys.maxsize  # where a temporary is needed first that nothing uses yet


@dataclass(slots=True)
class _Found:
    """A slot of one block: what stands there, statement by statement, as keys.

    `operands` are the same in the order of the pattern, where the operation commutes.
    """

    slot: Slot
    keys: Sequence[Key]
    operands: Sequence[Key]
    flags: list[bool] | None = None  # which statements share it; None: all do
    counts: Counter[Key] | None = None

    def selected(self, flags: Sequence[bool]) -> _Found:
        """Return what stands there in the statements whose flag is true."""
        keys, operands = list(compress(self.keys, flags)), list(compress(self.operands, flags))
        return _Found(self.slot, keys, operands, None, self.counts)


class _Site(NamedTuple):
    """A slot of the block with this number."""

    number: int
    slot: Slot
    block: Block


class Sharing:
    """One run over the blocks of a routine, round by round until nothing occurs twice."""

    def __init__(self, blocks: Iterable[Block], prefix: str, table: SlotTable) -> None:
        self.blocks = list(blocks)
        self.temporaries: dict[str, int] = {}  # by name, where each is needed first
        self.disordered = False
        self._hoists = False  # whether what branches compute three times is taken out of them
        self._prefix = prefix
        self._patterns: dict[Expression, Expression] = {}
        self._table = table
        self._numbers = Identities()
        self._plans: dict[tuple[int, tuple[Slot, ...]], tuple[Expression, tuple[int, ...]]] = {}
        self._providers: dict[Expression, dict[Key, str]] = {}
        self._own_places: dict[str, int] = {}
        self._noted: tuple[Sequence[int], list[str]] = ((), [])
        # Where an operation was found and not shared: it is not, as long as it is found there.
        self._settled: dict[Expression, list[_Site]] = {}

    def run(self) -> None:
        """Share until nothing is left to share."""
        self._until_done()
        self.blocks = with_choices(self.blocks)
        self._until_done()
        if any(slot.lazy for block in self.blocks for slot in self._table.slots(block.pattern)):
            self._hoists = True
            self._settled.clear()
            self._until_done()

    def _until_done(self) -> None:
        while self._round():
            pass

    def _round(self) -> bool:
        table: dict[Expression, list[_Site]] = {}
        for number, block in enumerate(self.blocks):
            for slot in self._table.slots(block.pattern):
                table.setdefault(slot.shape, []).append(_Site(number, slot, block))
        marked: dict[int, list[_Found]] = {}
        for shape, sites in table.items():
            known = self._settled.get(shape)
            if known is not None and _are_same(sites, known):
                continue
            entries = [(site.number, _occurrences(site.slot, site.block)) for site in sites]
            if self._mark(shape, entries, marked):
                self._settled.pop(shape, None)
            else:
                self._settled[shape] = sites
        if not marked:
            return False
        changed: list[Block] = []
        added: list[Block] = []
        for number, block in enumerate(self.blocks):
            if number in marked:
                changed.extend(self._rewritten(block, marked[number], added))
            else:
                changed.append(block)
        self.blocks = joined([*changed, *added])
        return True

    def _mark(
        self, shape: Expression, entries: list[tuple[int, _Found]], marked: dict[int, list[_Found]]
    ) -> bool:
        """Mark the statements in which an operation of this shape occurs that others hold too."""
        if len(entries) == 1:
            keys = entries[0][1].keys
            if len(set(keys)) == len(keys):
                return False
        counts: Counter[Key] = Counter()
        for _, found in entries:
            counts.update(found.keys)
        shared = {key for key, count in counts.items() if count > 1}
        if shared and any(f.slot.lazy and not f.slot.harmless for _, f in entries):
            eager = [f.keys for _, f in entries if not f.slot.lazy]
            often = {key for key in shared if counts[key] > 2} if self._hoists else set()
            shared.intersection_update(often.union(*eager))
        if not shared:
            return False
        providers = self._providers.setdefault(shape, {})
        for number, found in entries:
            if found.slot.is_whole:
                for key, name in zip(found.keys, self.blocks[number].names, strict=True):
                    providers.setdefault(key, name)
        is_marked = False
        for number, found in entries:
            if found.slot.is_whole:
                names = self.blocks[number].names
                found.flags = [
                    providers[key] != name for key, name in zip(found.keys, names, strict=True)
                ]
            elif len(shared) < len(counts):
                found.flags = [key in shared for key in found.keys]
            found.counts = counts
            if found.flags is None or any(found.flags):
                marked.setdefault(number, []).append(found)
                is_marked = True
        return is_marked

    def _rewritten(self, block: Block, marks: list[_Found], added: list[Block]) -> list[Block]:
        every = all(mark.flags is None or all(mark.flags) for mark in marks)
        if every:
            return [self._applied(block, marks, added)]
        size = len(block.names)
        columns = [[True] * size if m.flags is None else m.flags for m in marks]
        result: list[Block] = []
        combined = list(zip(*columns, strict=True))
        for flags in dict.fromkeys(combined):
            taken = [own == flags for own in combined]
            part = block.selected(taken)
            chosen = [mark for mark, flag in zip(marks, flags, strict=True) if flag]
            if not chosen:
                result.append(part)
                continue
            result.append(self._applied(part, [m.selected(taken) for m in chosen], added))
        return result

    def _applied(self, block: Block, marks: list[_Found], added: list[Block]) -> Block:
        """Return the block with the marked slots replaced by the names that hold their values."""

        def rank(mark: _Found) -> int:
            return -mark.counts[mark.keys[0]] if mark.counts else 0

        if not self.temporaries.keys().isdisjoint(block.names):
            # A temporary that uses a later one: their numbers do not tell their order any more.
            self.disordered = True
        ranked = sorted(marks, key=rank)
        slots = without_conflicts([mark.slot for mark in ranked])
        by_slot: ByIdentity[Slot, _Found] = ByIdentity()
        for mark in marks:
            by_slot[mark.slot] = mark
        width = len(block.columns)
        key = self._numbers.of(block.pattern), slots
        plan = self._plans.get(key)
        if plan is None:
            pattern, old = replaced_slots(block.pattern, slots, width)
            plan = (self._patterns.setdefault(pattern, pattern), old)
            self._plans[key] = plan
        new = [self._named(by_slot[slot], block, added) for slot in slots]
        columns = (*block.columns, *new)
        return Block(plan[0], block.names, tuple([columns[i] for i in plan[1]]), block.places)

    def _named(self, found: _Found, block: Block, added: list[Block]) -> list[str]:
        """Return the column of names that hold the slot's values, made where there are none."""
        shape = self._patterns.setdefault(found.slot.shape, found.slot.shape)
        providers = self._providers.setdefault(shape, {})
        missing = list(dict.fromkeys(found.keys))
        if providers:
            missing = [key for key in missing if key not in providers]
        if missing:
            start = len(self.temporaries) + 1
            names = [f"{self._prefix}{i}" for i in range(start, start + len(missing))]
            providers.update(zip(missing, names, strict=True))
            rows = found.operands
            each_own = len(missing) == len(found.keys)
            if not each_own:
                as_written = dict(zip(reversed(found.keys), reversed(found.operands), strict=True))
                rows = [as_written[key] for key in missing]
            single = isinstance(rows[0], str)
            columns = (tuple(rows),) if single else tuple(zip(*rows, strict=True))
            added.append(Block(shape, tuple(names), columns, (0,) * len(names)))  # type: ignore[arg-type]
            if each_own:
                self.temporaries.update(zip(names, block.places, strict=True))
                self._noted = block.places, names
                return names
            self.temporaries.update(dict.fromkeys(names, _NOWHERE))
        column = list(map(providers.__getitem__, found.keys))
        self._note_uses(column, block.places)
        return column

    def _note_uses(self, column: list[str], places: Sequence[int]) -> None:
        """Keep in mind where each temporary is needed first."""
        if self._noted == (places, column):
            return  # the same operation stands twice in one pattern
        self._noted = places, column
        known = self.temporaries
        if all(map(lt, places, places[1:])):
            first = dict(zip(reversed(column), reversed(places), strict=True))
        else:
            pairs = sorted(zip(column, places, strict=True), key=itemgetter(1), reverse=True)
            first = dict(pairs)
        if not known.keys() >= first.keys():
            for name in [name for name in first if name not in known]:
                place = first.pop(name)
                self.disordered = self.disordered or self._own_place(name) > place
        noted = list(map(known.__getitem__, first))
        if any(map(lt, first.values(), noted)):
            known.update(zip(first, map(min, noted, first.values()), strict=True))

    def _own_place(self, name: str) -> int:
        if name not in self._own_places:
            for block in self.blocks:
                self._own_places.update(zip(block.names, block.places, strict=True))
        return self._own_places[name]


def _are_same(sites: Sequence[_Site], others: Sequence[_Site]) -> bool:
    """Tell whether the sites are the same, in the same blocks."""
    return len(sites) == len(others) and all(
        site.block is other.block and site.slot is other.slot
        for site, other in zip(sites, others, strict=True)
    )


def _occurrences(slot: Slot, block: Block) -> _Found:
    columns = [block.columns[i] for i in slot.positions]
    if len(columns) == 1:
        return _Found(slot, columns[0], columns[0])
    there: list[Key] = list(zip(*columns, strict=True))
    if not slot.commutes:
        return _Found(slot, there, there)
    # The shape numbers its variables in order of appearance: a*b and b*a are one key.
    left, right = columns
    ordered = list(map(le, left, right))
    turned: list[Key] = [] if all(ordered) else list(zip(right, left, strict=True))
    if not turned or not any(ordered):
        return _Found(slot, turned or there, there)
    keys = [a if first else b for a, b, first in zip(there, turned, ordered, strict=True)]
    return _Found(slot, keys, there)


def shared(blocks: Iterable[Block], prefix: str, table: SlotTable) -> list[Block]:
    """Return the blocks with what they have in common computed once, their places in order.

    Temporaries are called `prefix` and a number, which counts in the order in which they are
    computed (in the order in which they were found, where there are thousands). `table` is kept
    from one call to the next.
    """
    sharing = Sharing(blocks, prefix, table)
    sharing.run()
    result = inlined(sharing.blocks, sharing.temporaries)
    return sorted_blocks(result, sharing.temporaries, prefix, disordered=sharing.disordered)
