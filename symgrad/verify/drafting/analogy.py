"""Equations that an article gives by analogy: one unit is written out, the others are like it.

`net_h1 = w_1*i_1 + w_2*i_2 + b_1`, and net_h2 "in the same way", is `w_3*i_1 + w_4*i_2 + b_1`: what
carries the number of the unit gets the other's, a block of weights goes on where the first ends,
and what no further one is known of is shared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from symgrad.expression.tree import Expression, Var, children, substitute, variables, with_children
from symgrad.verify.drafting.article import ArticleEquation
from symgrad.verify.drafting.gaps import needed_by
from symgrad.verify.drafting.names import Vocabulary

_MAX_ADDED = 200


class Numbered(NamedTuple):
    """A name with the numbers in it: `out_h1` is `out_h`, 1 and nothing behind it."""

    letters: tuple[str, ...]
    numbers: tuple[int, ...]

    def spelled(self) -> str:
        """Return the name."""
        found = self.letters[0]
        for number, behind in zip(self.numbers, self.letters[1:], strict=True):
            found += f"{number}{behind}"
        return found

    def at(self, place: int, number: int) -> Numbered:
        """Return the name with another number at a place."""
        numbers = (*self.numbers[:place], number, *self.numbers[place + 1 :])
        return self._replace(numbers=numbers)

    def tag(self, place: int) -> str:
        """Return the letters of the index that a number ends: h for `net_h1`, "" for `w_1`."""
        return self.letters[place].rpartition("_")[2] if "_" in self.letters[place] else ""


def numbered(name: str, *, digits: bool = False) -> Numbered:
    """Return a name with its numbers; with `digits` `w_12` has two of them.

    >>> numbered("out_h1")
    Numbered(letters=('out_h', ''), numbers=(1,))
    >>> numbered("w_12", digits=True).numbers
    (1, 2)
    """
    pieces = re.split(r"(\d)" if digits else r"(\d+)", name)
    return Numbered(tuple(pieces[::2]), tuple(int(piece[:9]) for piece in pieces[1::2]))


class Unit(NamedTuple):
    """What tells two units apart: the number at one place of their names, and its letters."""

    place: int
    own: int
    other: int
    tag: str


def unit_of(name: str, other: str) -> Unit | None:
    """Return how two names differ, if that is by one number.

    >>> unit_of("net_h1", "net_h2"), unit_of("net_h1", "out_h2")
    (Unit(place=0, own=1, other=2, tag='h'), None)
    """
    for digits in (False, True):
        one, two = numbered(name, digits=digits), numbered(other, digits=digits)
        if one.letters != two.letters:
            continue
        pairs = zip(one.numbers, two.numbers, strict=True)
        places = [place for place, (a, b) in enumerate(pairs) if a != b]
        if len(places) == 1:
            place = places[0]
            return Unit(place, one.numbers[place], two.numbers[place], one.tag(place))
    return None


def by_analogy(
    top: str, nodes: Mapping[str, ArticleEquation], vocabulary: Vocabulary, inputs: Iterable[str]
) -> list[ArticleEquation]:
    """Return equations for names that the objective needs and that are like defined ones.

    A name is like another where both stand in one equation, as in `E = E_1 + E_2`, or where an
    equation that was added here brings it in.

    Args:
        top: the objective.
        nodes: the equations there are.
        vocabulary: all names of the article.
        inputs: names that the article calls inputs: they need no equation.
    """
    found: dict[str, ArticleEquation] = {}
    given = set(inputs)
    for _ in range(_MAX_ADDED):
        whole = {**nodes, **found}
        added = None
        for name in needed_by(top, whole):
            if name not in whole and name not in given:
                added = _like(name, nodes, found, vocabulary)
            if added is not None:
                break
        if added is None:
            break
        found[added.name] = added
    return list(found.values())


def _like(
    name: str,
    nodes: Mapping[str, ArticleEquation],
    found: Mapping[str, ArticleEquation],
    vocabulary: Vocabulary,
) -> ArticleEquation | None:
    """Return the equation of a name by those of its siblings, None where there is none."""
    whole = {**nodes, **found}
    siblings = [other for other in alike(name, whole) if other in nodes]
    if not siblings:
        return None
    first = nodes[siblings[0]]
    if len(siblings) > 1:
        right = _continued(name, first, nodes[siblings[1]], vocabulary)
    else:
        right = _renamed(name, first, whole, vocabulary)
    if right is None or right == first.right or name in map(str, variables(right)):
        return None
    return ArticleEquation(name, right, replace(first.said, name=name), like=first.name)


def alike(name: str, nodes: Mapping[str, ArticleEquation]) -> list[str]:
    """Return the siblings beside which a name stands, or as which it stands in a like equation."""
    uses = {item.name: set(map(str, variables(item.right))) for item in nodes.values()}
    found: dict[str, None] = {}
    siblings = [(other, unit) for other in nodes if (unit := unit_of(other, name))]
    for user in [user for user, names in uses.items() if name in names]:
        for sibling, unit in siblings:
            likes = (other for other, names in uses.items() if sibling in names)
            if any(
                other == user or ((u := unit_of(other, user)) and u[1:] == unit[1:])
                for other in likes
            ):
                found[sibling] = None
    return list(found)


# -- two examples: what changes from one to the other goes on ------------------------------------


def _continued(
    name: str, first: ArticleEquation, second: ArticleEquation, vocabulary: Vocabulary
) -> Expression | None:
    """Return the equation that goes on as two others do: shared names stay, numbers step on."""
    step, there = unit_of(first.name, second.name), unit_of(first.name, name)
    if step is None or there is None or step.place != there.place:
        return None
    share = (there.other - there.own, step.other - step.own)
    pairs: dict[str, str] = {}
    if not _paired(first.right, second.right, pairs):
        return None
    renamed: dict[str | int, Expression] = {}
    for one, two in pairs.items():
        other = one if one == two else _stepped(one, two, share)
        if other is None:
            return None
        renamed[one] = Var(vocabulary.name(other))
    return substitute(first.right, renamed)


def _paired(first: Expression, second: Expression, pairs: dict[str, str]) -> bool:
    """Pair the names that stand in the same places of two formulas of one form."""
    if isinstance(first, Var) and isinstance(second, Var):
        return pairs.setdefault(str(first.key), str(second.key)) == second.key
    below, beside = children(first), children(second)
    if not below or len(below) != len(beside) or with_children(second, below) != first:
        return first == second
    return all(_paired(one, two, pairs) for one, two in zip(below, beside, strict=True))


def _stepped(one: str, two: str, share: tuple[int, int]) -> str | None:
    unit = unit_of(one, two)
    if unit is None:
        return None
    for digits in (False, True):
        known = numbered(one, digits=digits)
        if unit.place < len(known.numbers) and known.numbers[unit.place] == unit.own:
            way = (unit.other - unit.own) * share[0]
            if way % share[1] or unit.own + way // share[1] < 0:
                return None
            return known.at(unit.place, unit.own + way // share[1]).spelled()
    return None


# -- one example: by the number of the unit, by blocks, else shared ------------------------------


def _renamed(
    name: str, first: ArticleEquation, nodes: Mapping[str, ArticleEquation], vocabulary: Vocabulary
) -> Expression | None:
    """Return the equation of a unit by that of one other."""
    unit = unit_of(first.name, name)
    if unit is None:
        return None
    names = [str(key) for key in variables(first.right)]
    elsewhere = {
        str(key)
        for item in nodes.values()
        if item.name != first.name
        for key in variables(item.right)
    }

    def fresh(word: str) -> bool:
        return vocabulary.knows(word) and vocabulary.name(word) not in elsewhere

    own = numbered(first.name)
    families: dict[tuple[str, ...], list[str]] = {}
    for word in names:
        families.setdefault(numbered(word).letters, []).append(word)
    renamed: dict[str | int, Expression] = {}
    for letters, members in families.items():
        if len(letters) == 1:
            continue
        if letters == own.letters and unit.place < len(own.numbers):
            others = [_moved(numbered(word), unit) for word in members]
        else:
            others = _others(members, unit, fresh, nodes)
        renamed |= {word: Var(vocabulary.name(o)) for word, o in zip(members, others, strict=True)}
    return substitute(first.right, renamed)


def _moved(name: Numbered, unit: Unit) -> str:
    """Return an earlier or later one of the unit's own kind: h_1 by h_0 is h_2 by h_1."""
    return name.at(unit.place, name.numbers[unit.place] + unit.other - unit.own).spelled()


def _others(
    members: Sequence[str],
    unit: Unit,
    fresh: Callable[[str], bool],
    nodes: Mapping[str, ArticleEquation],
) -> list[str]:
    """Return what stands in the other unit's equation for the names of one family.

    Args:
        members: the names of the family in the equation of the one unit.
        unit: what tells the two units apart.
        fresh: whether the article has a name, and it belongs to no equation yet.
        nodes: the equations there are.
    """
    for digits in (False, True):
        known = [numbered(word, digits=digits) for word in members]
        if others := _with_number(known, unit, fresh, nodes):
            return others
    known = [numbered(word) for word in members]
    if any(len(word.numbers) != 1 or word.tag(0) for word in known):
        return list(members)
    way = len(known) * (unit.other - unit.own)
    further = [word.at(0, word.numbers[0] + way).spelled() for word in known]
    return further if all(map(fresh, further)) else list(members)


def _with_number(
    known: Sequence[Numbered], unit: Unit, fresh: Callable[[str], bool], nodes: Mapping[str, object]
) -> list[str]:
    """Return the names with the other unit's number in the place of this one's, if all have it.

    A number with the unit's letters says which unit it is: h1 in `out_h1`. A number alone does so
    in `w_11` beside `w_12`, and in `x_1` of z_1 where there is an x_2 that nothing else has.
    """
    several = len(known) > 1
    found: list[str] = []
    for place in range(min(len(word.numbers) for word in known)):
        same = all(w.numbers[place] == unit.own and w.tag(place) == unit.tag for w in known)
        if not same or (several and not unit.tag and len(known[0].numbers) == 1):
            continue
        others = [word.at(place, unit.other).spelled() for word in known]
        if unit.tag or all(map(fresh, others)) or (known[0].spelled() in nodes and not several):
            return others
        if several:
            found = found or others
    return found
