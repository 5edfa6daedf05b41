"""Conditions that stand beside a formula in its sentence: `$dr/dz = 1$ for $z > 0$`.

What a sentence says first governs what follows in it, what it says behind a formula governs that
formula; a supposition (`assume`, `let`) and a case with a sentence of its own govern all that comes
after them, up to the next one or the next heading. Words are looked at, never parsed: which of them
open a condition, suppose, draw a conclusion, or say `otherwise` is listed in `circumstance_words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from symgrad.sources.written import Written
from symgrad.verify.reading import circumstance_words as words
from symgrad.verify.reading.passage import Circumstance, FoundFormula, Passage

_ORDER = re.compile(r"<|>|[≤≥≠]|\\(?:l[et]|g[et]|leq|geq|leqslant|geqslant|neq?|in)(?![a-zA-Z])")
_EQUAL = re.compile(r"(?<![<>!:])=(?!=)|≈|\\approx(?![a-zA-Z])|:=|\\leftarrow|←")
_VALUE = re.compile(
    r"(?:\s*\\?(?!frac|[dt]frac|partial)\w[\w{}^()\\]{0,20}\s*=){1,4}\s*[-−+]?\s*"
    r"(?:\d+(?:\.\d+)?(?:/\d+)?|\\[td]?frac\s*(?:\d\s*\d|\{\d+\}\s*\{\d+\}))\s*[.,;]?\s*"
)
_MARKS = re.compile(r"\$+|\\\\?[()\[\]]|`+|\\(?:begin|end)\{[^{}\n]*\}")
_CLOSED = re.compile(r"[.。]\s*(?:\\\\)?\s*(?:\\end\{[^{}]*\}\s*)*$")
_LONGEST = (
    2_000  # characters between two formulas of which one may still say something of the other
)
_SHOWN = 80


@dataclass(slots=True)
class _Item:
    """A formula and where it stands, or words between two formulas."""

    formula: FoundFormula
    start: int
    end: int
    index: int = -1  # among the formulas of the document; -1 for a condition in plain words
    states: bool = False
    condition: bool = False
    before: str = ""  # the words of its sentence since the last formula
    after: str = ""
    under: list[Circumstance] = field(default_factory=list)
    words: str = ""


def with_circumstances(
    passage: Passage, found: Sequence[tuple[FoundFormula, int, int]]
) -> list[FoundFormula]:
    """Return the formulas of a document, each with the conditions under which it is said."""
    if not any(_may_state(formula.content.text) for formula, _, _ in found):
        return [formula for formula, _, _ in found]
    reader = _Sentences()
    for sentence, kind in _sentences(passage, found):
        reader.read(sentence, kind)
    formulas = [formula for formula, _, _ in found]
    for item in reader.done:
        if item.under or item.words or item.formula is not formulas[item.index]:
            under = tuple(item.under)
            formulas[item.index] = replace(item.formula, under=under, words=item.words)
    return formulas


def _may_state(text: str) -> bool:
    return _EQUAL.search(text) is not None


# -- sentences ---------------------------------------------------------------------------------


def _sentences(
    passage: Passage, found: Sequence[tuple[FoundFormula, int, int]]
) -> Iterator[tuple[list[_Item], str]]:
    """Yield the sentences that hold formulas, and what each begins: a part, an item, or nothing."""
    sentence: list[_Item] = []
    kind, behind, said = "", 0, ""
    for index, (formula, start, end) in enumerate(found):
        gap = passage.text[behind:start] if start - behind <= _LONGEST else "\n# \n"
        clean = _MARKS.sub(lambda mark: " " * len(mark[0]), gap)
        at = 0
        if sentence and words.NEW_LINE.match(clean):
            _say(passage, sentence, "", behind, ends=True)
            yield sentence, kind
            sentence, kind = [], "item" if "\n\n" in clean[:40].replace(" ", "") else ""
        for cut in words.SENTENCE_END.finditer(words.without_abbreviations(clean)):
            said += clean[at : cut.end()]
            at = cut.end()
            _say(passage, sentence, said, behind, ends=True)
            if sentence:
                yield sentence, kind
                kind = ""
            sentence, said = [], ""
            kind = words.stronger(kind, words.kind_of_end(clean, cut))
        said += clean[at:]
        item = _Item(formula, start, end, index)
        plain = _plain_conditions(passage, said, start - len(said))
        _say(passage, sentence, said[: plain[0].start - start] if plain else said, behind)
        sentence += plain
        item.before = said[plain[-1].end - start :] if plain and plain[-1].end < start else said
        if plain:
            plain[-1].after = item.before
        sentence.append(item)
        behind, said = end, ""
        text = formula.content.text
        if _CLOSED.search(text):
            yield sentence, kind
            sentence, kind = [], ""
    rest = passage.text[behind : behind + _LONGEST]
    clean = _MARKS.sub(lambda mark: " " * len(mark[0]), rest)
    ends = words.SENTENCE_END.search(words.without_abbreviations(clean))
    _say(passage, sentence, clean[: ends.end() if ends else None], behind, ends=True)
    if sentence:
        yield sentence, kind


def _say(
    passage: Passage, sentence: list[_Item], said: str, behind: int, *, ends: bool = False
) -> None:
    """Put down what is said behind the last formula of a sentence."""
    if not sentence:
        return
    sentence[-1].after = said
    if ends:
        plain = _plain_conditions(passage, said, behind)
        if plain:
            sentence[-1].after = said[: plain[0].start - behind]
            sentence += plain


def _plain_conditions(passage: Passage, said: str, start: int) -> list[_Item]:
    """Return the conditions that stand in words without marks: `if wx > 0`."""
    found = []
    for match in words.PLAIN_CONDITION.finditer(said):
        first, last = start + match.start("condition"), start + match.end("condition")
        formula = FoundFormula(passage.text[first:last], passage.origin(first, last))
        item = _Item(formula, first, last, condition=True)
        item.before = said[: match.start("condition")]
        found.append(item)
    return found


# -- who governs whom --------------------------------------------------------------------------


class _Sentences:
    """Reads sentence after sentence, and keeps what is supposed from one to the next."""

    def __init__(self) -> None:
        self.done: list[_Item] = []
        self.supposed: list[Circumstance] = []  # to the end of the document
        self.case: list[Circumstance] = []  # up to the next case or heading
        self.said: list[Circumstance] = []  # up to the end of the paragraph
        self.last: list[Circumstance] = []  # what `otherwise` is the opposite of
        self.stated: _Item | None = None
        self.block = False  # whether the last formula stands under `if …:` in words

    def read(self, sentence: list[_Item], kind: str) -> None:
        """Find out for each formula of a sentence what it is said under."""
        if kind:
            self.said = []
        if kind == "part":
            self.case = []
        _sort(sentence)
        first = next((item for item in sentence if item.states or item.condition), None)
        leads = first is not None and first.condition
        own: list[_Item] = []  # formulas that no condition behind them governs yet
        forward: list[Circumstance] = []
        before: _Item | None = None
        for place, item in enumerate(sentence):
            if item.condition:
                said = self.condition(item)
                joined = before is not None and before.condition and words.JOINS.fullmatch(
                    item.before
                )  # fmt: skip
                later = any(one.states for one in sentence[place + 1 :])
                follows = before is not None and before.condition and not joined
                if later and words.NEW_CLAUSE.search(item.before + "\0" + item.after):
                    own = []
                if said is None:
                    pass
                elif (not own and not leads and before is None) or (
                    (leads or follows or not own) and (later or not own)
                ):
                    kept = [one for one in forward if not (one.strong or _same_side(one, [said]))]
                    forward = [*(forward if joined else kept), said]
                    self.last = forward if joined else [said]
                else:
                    for one in own:
                        one.under.append(said)
                    self.last = [*self.last, said] if joined else [said]
                    if later and not said.strong and _is_value(said):
                        forward = [said]  # `…, which at $p = 1/2$ is $…$`
                    following = sentence[place + 1] if place + 1 < len(sentence) else None
                    more = following is not None and following.condition and words.JOINS.fullmatch(
                        following.before
                    )  # fmt: skip
                    own = own if more else []
            else:
                self.claim(item, sentence, place, forward)
                if item.states:
                    own.append(item)
            before = item
            if item.index >= 0:
                self.done.append(item)
        self.keep(sentence, forward)

    def claim(
        self, item: _Item, sentence: list[_Item], place: int, forward: list[Circumstance]
    ) -> None:
        """Put down under what a formula is said that is no condition."""
        otherwise = words.OTHERWISE.search(item.before) or words.OTHERWISE_BEHIND.match(item.after)
        last = sentence[place - 1] if place else None
        if not item.states and last is not None and last.condition and self.stated is not None:
            following = sentence[place + 1] if place + 1 < len(sentence) else None
            another = following is not None and following.condition
            if (otherwise or another) and words.JOINS.fullmatch(item.before):
                item.formula = _completed(self.stated.formula, item.formula)
                item.states = True
        if otherwise and len(self.last) == 1:
            item.under = [replace(self.last[0], negated=not self.last[0].negated)]
        elif words.IN_GENERAL.search(item.before):
            item.under = list(self.supposed)
        else:
            item.under = [*self.supposed, *self.case, *(forward or self.said)]
        if item.states:
            self.stated = item
            clause = words.UNREAD.match(item.after) or words.UNREAD.search(item.before)
            near = sentence[max(place - 1, 0) : place + 2]
            if not clause and not near[-1].states:  # `when $w$ and $x$ are positive`
                clause = words.ONLY_IF.fullmatch(item.after)
            if clause and not any(one.condition for one in near):
                item.words = " ".join(clause[0].split())[:_SHOWN]
            elif last is not None and last.words.endswith(":") and not item.before.strip():
                item.words = last.words  # a block of a program in words
            elif otherwise and self.block:
                item.words = " ".join(otherwise[0].split())
            self.block = item.words.endswith(":")

    def condition(self, item: _Item) -> Circumstance | None:
        """Return what a condition says of the formulas around it; None for a conclusion."""
        before = item.before
        clause = words.LAST_CLAUSE.search(before)
        said = clause[0] if clause else before
        opens = words.OPENS.search(said) or words.MARK_BEHIND.match(item.after)
        if not opens and words.CONCLUDES.search(said):
            return None
        strong = words.IF.search(said) or words.MARK_BEHIND.match(item.after)
        return Circumstance(item.formula, negated=words.NEGATES.search(said) is not None,
                    strong=strong is not None)  # fmt: skip

    def keep(self, sentence: list[_Item], forward: list[Circumstance]) -> None:
        """Keep what holds beyond the sentence."""
        conditions = [item for item in sentence if item.condition]
        if not conditions:
            return
        new = forward or []
        stated = any(item.states for item in sentence)
        supposing = words.SUPPOSES.search(conditions[0].before) is not None
        if supposing and new:
            self.supposed = [one for one in self.supposed if not _same_side(one, new)] + new
            self.case, self.said = [], []
        elif new and words.SHORT.fullmatch(sentence[-1].after) and not stated:
            self.case, self.said = new, []
        elif new:
            self.said = [one for one in new if not _EQUAL.search(one.formula.content.text)]
            self.case = [one for one in self.case if not _same_side(one, new)]


def _sort(sentence: list[_Item]) -> None:
    """Tell the conditions of a sentence from what it states."""
    before: _Item | None = None
    for item in sentence:
        text = item.formula.content.text
        if item.formula.values or _VALUE.fullmatch(text):
            joined = before is not None and before.condition and words.JOINS.fullmatch(item.before)
            said = words.OPENS_AT_END.search(item.before) or words.MARK_BEHIND.match(item.after)
            item.condition = bool(joined or said)
        elif words.IF_AT_END.search(item.before) and len(_EQUAL.findall(text)) == 1:
            item.condition = True  # `if $a + b = 1$`
            item.formula = replace(item.formula, assumed=True)
        elif not _EQUAL.search(text):
            item.condition = _ORDER.search(text) is not None
        item.states = not (item.condition or item.formula.directive) and _may_state(text)
        before = item


def _is_value(said: Circumstance) -> bool:
    return _VALUE.fullmatch(said.formula.content.text) is not None


def _same_side(one: Circumstance, others: list[Circumstance]) -> bool:
    """Tell whether two conditions are about the same quantity."""
    return any(_left(one) == _left(other) for other in others)


def _left(said: Circumstance) -> str:
    text = said.formula.content.text
    found = _ORDER.search(text) or _EQUAL.search(text)
    return re.sub(r"\s", "", text[: found.start()] if found else text)


def _completed(stated: FoundFormula, bare: FoundFormula) -> FoundFormula:
    """Return a value alone as the equation whose left side stands before: `and $0$ otherwise`."""
    text = stated.content.text
    relation = _EQUAL.search(text)
    left = text[: relation.start()].replace("&", " ") if relation else ""
    if not left.strip() or "\\begin" in left:
        return bare
    content = bare.content
    start = content.offsets[0] if content.offsets else 0
    return replace(bare, written=Written.join([Written.all_at(f"{left} = ", start), content]))
