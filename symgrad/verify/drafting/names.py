"""The names of an article: which words are names, which are products of names, and their roles."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from symgrad.expression.functions import lookup
from symgrad.expression.names import LATIN, canonical
from symgrad.expression.spellings import base_and_index, loose
from symgrad.sources import lexer
from symgrad.verify.drafting.article import Article, words_in
from symgrad.verify.reading.functions import LETTERS
from symgrad.verify.reading.indices import bound, letters_of, summed_letters

_SUM = re.compile(r"[∑∏]\[\s*(\w)\s*=\s*(\d+)\s*,\s*(\w+)\s*\]")
_ANY_SUM = re.compile(r"[∑∏]\[[^\]]*\]")
_BARE_SUM = re.compile(r"∑\[\s*(\w?)\s*\]")
_COUNT = re.compile(r"(?<![^\W\d])[nmNM](?![\w(])")
_BEFORE_E = re.compile(r"(?<!\w)([^\W\d_])e\s*\^")  # `Ke^(-rT)`
_INDEXED_FIRST = re.compile(r"([^\W\d_]_\d)([^\W\d_]+)")
_SUBSCRIPTED = re.compile(r"[^\W\d_][₀-₉]+")
_NUMBERS = frozenset(("e", "π", "pi"))
_MAX_TERMS = 50
_MAX_WORDS = 1_000  # that one word of a sum stands for
PARAMETERS = frozenset(("w", "W", "b", "B", "U", "V", "θ", "Θ", "β", "bias"))
_PERHAPS_PARAMETERS = frozenset(
    ("a", "m", "k", "c")
)  # where the article differentiates by no input
_DATA = frozenset(
    ("x", "X", "y", "Y", "t", "target", "input", "label", "i", "o", "d", "z", "h", "r", "s")
)
_RATES = frozenset(("η", "α", "lr", "rate"))
SAMPLED = frozenset(("x", "X", "y", "Y", "target", "input", "label"))


@dataclass(frozen=True, slots=True)
class Role:
    """What an input of the graph is, and why: `param`, `data` or `const`."""

    kind: str
    reason: str


class Vocabulary:
    """The names that an article uses; spellings of one name are one."""

    def __init__(self, article: Article) -> None:
        self._spelled: dict[str, str] = {}
        self._mentioned = frozenset(article.mentioned)
        self._arguments = {base_and_index(name)[0] for name in article.indexed.values()}
        said = [*(item.name for item in article.equations), *(v.name for v in article.values)]
        tops = [top.name for top in article.tops]
        for word in (*said, *tops, *article.bottoms):
            self._add(word)
        texts = _texts_of(article)
        listed = [
            (word, called) for text in texts for word, called in _words(text)
            if word not in article.applied
        ]  # fmt: skip
        for word, called in listed:
            if len(canonical(word)) == 1 and word not in _NUMBERS and not called:
                self._add(word)
        for letter in _BEFORE_E.findall(" ".join(texts)):
            self._add(letter)
        letters = {name for name in self.names if len(canonical(name)) == 1}
        for word, called in listed:
            if word in _NUMBERS or (called and (lookup(word) or canonical(word) in LETTERS)):
                continue
            if loose(word) in self._spelled or (lookup(word) and word.isalpha() and len(word) > 1):
                continue
            if called and (cut := _before_function(word, letters)):
                self._add(cut)  # `Nlog(x)`
                continue
            if word.isalpha() and len(word) > 1 and set(word) <= letters | _NUMBERS:
                continue  # `cu` where there are c and u
            if word.isalpha() and len(word) == 2 and set(word) & letters and word[0] != "d":
                for letter in word:  # `wx` where there is w alone
                    self._add(letter)
                    letters.add(letter)
                continue
            if len(pieces := _SUBSCRIPTED.findall(word)) > 1 and "".join(pieces) == word:
                for piece in pieces:  # `w₁x₁`
                    self._add(piece)
                continue
            if not word.isalpha() and word[1:2].isalpha() and loose(word[1:]) in self._spelled:
                self._add(word[0])  # `xW_1` where there is W_1
                letters.add(word[0])
                continue
            if word.isalpha() and len(word) in (3, 4) and _is_product(word, letters):
                for letter in word:  # `mgl` where there are m and l
                    self._add(letter)
                    letters.add(letter)
                continue
            if (found := _INDEXED_FIRST.fullmatch(word)) and set(found[2]) <= letters | {*LETTERS}:
                self._add(found[1])
                continue  # `S_0N(d_1)`
            self._add(word)

    def _add(self, word: str) -> None:
        usable = lexer.IDENTIFIER.fullmatch(word) and word not in lexer.RESERVED
        if usable and word not in ("π", "pi"):
            self._spelled.setdefault(loose(word), word)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name once, as it is written first."""
        return tuple(self._spelled.values())

    def knows(self, word: str) -> bool:
        """Tell whether the article has a name, or speaks of one as a function's argument."""
        spelled = loose(word)
        return spelled in self._spelled or spelled in self._mentioned or (
            base_and_index(word)[0] in self._arguments
        )  # fmt: skip

    def name(self, word: str) -> str:
        """Return the name that a word is a spelling of."""
        return self._spelled.get(loose(word), word)


def _texts_of(article: Article) -> list[str]:
    """Return the formulas of an article that speak of names: equations and bodies of functions."""
    texts = [per_sample(item.right, article.closed)[0] for item in article.equations]
    texts += [text for item in article.linked for text in (item.left, item.right)]
    return texts + [item.right for item in article.functions]


def _before_function(word: str, letters: set[str]) -> str:
    """Return the letter in front of a function's name: N in `Nlog`; "" for other words."""
    head, tail = word[:1], word[1:]
    known = lookup(tail) is not None and len(tail) > 2 and lookup(word) is None
    return head if known and (head in letters or head.isupper()) else ""


def _is_product(word: str, letters: set[str]) -> bool:
    """Tell whether a word of letters is a product of them: most of them are names of their own."""
    known = len(set(word) & letters)
    mixed = re.search(r"[a-z][A-Z]", word) is not None
    return len(set(word)) == len(word) and (known >= len(word) - 1 or (mixed and known > 0))


def _words(text: str) -> Iterable[tuple[str, bool]]:
    """Yield the words of a formula, with the values of a stated sum in the place of its index."""
    plain = _ANY_SUM.sub(" ", text)
    ranges = [
        (letter, range(int(first), min(int(last), int(first) + _MAX_TERMS) + 1))
        for letter, first, last in _SUM.findall(text)
        if last.isdigit()
    ]
    for word, called in words_in(plain):
        options = [word]
        for letter, values in ranges:
            if any(bound(one, {letter: "0"}) != one for one in options):
                if len(options) * len(values) > _MAX_WORDS:
                    break
                options = [bound(one, {letter: str(v)}) for one in options for v in values]
        yield from ((one, called) for one in options if one not in {r[0] for r in ranges})


def open_sums(text: str, closed: Collection[str] = ()) -> list[tuple[str, str]]:
    """Return the index and the number of each sum that goes to a number that is not stated.

    A sum that states none (`1/n ∑_i`) goes to the n of the formula, unless its index is `closed`:
    one that the article lists the values of.

    >>> open_sums("((1)/(n)) ∑[i] (y_i - w x_i)^2"), open_sums("∑[i] w_i x_i")
    ([('i', 'n')], [])
    """
    found = [(m[1], m[3]) for m in _SUM.finditer(text) if not m[3].isdigit()]
    counts = dict.fromkeys(_COUNT.findall(_ANY_SUM.sub(" ", text)))
    for match in _BARE_SUM.finditer(text) if len(counts) == 1 else ():
        letter = match[1] or next(iter(summed_letters([text[match.start() :]])), "")
        stands = any(letter in letters_of(word) for word, _ in words_in(text))
        if letter not in closed and (stands or not letter):
            found.append((letter, next(iter(counts))))
    return found


def per_sample(text: str, closed: Collection[str] = ()) -> tuple[str, str]:
    """Return a formula with its sums over an open number of samples read for one sample.

    The second result is the index that was a sample's, "" where there is none.

    >>> per_sample("((1)/(2m)) ∑[i=1, m] (a x_i - y_i)^2")
    ('((1)/(2)) (a x - y)^2', 'i')
    """
    found = open_sums(text, closed)
    if len(set(found)) != 1:
        return text, ""
    letter, count = found[0]
    text = _SUM.sub(lambda spec: spec[0] if spec[3].isdigit() else "", text)
    text = _BARE_SUM.sub(lambda spec: spec[0] if spec[1] in closed else "", text)
    text = re.sub(rf"(?<=[0-9]){count}(?!\w)", "", text)
    text = re.sub(rf"(?<!\w){count}(?!\w)", "1", text)
    if not letter:
        return text, "∑"
    once = re.sub(lexer.NAME, lambda word: bound(word[0], {letter: ""}), text)
    once = re.sub(rf"\^\(\(?{letter}\)?\)", "", once)
    return re.sub(" {2,}", " ", once), letter


def arguments_of(name: str, article: Article, vocabulary: Vocabulary) -> list[str]:
    """Return the names in the parentheses behind a function's name, up to a semicolon or bar."""
    for function, listed in article.arguments.items():
        if vocabulary.name(function) == name:
            return [word for word, _ in words_in(re.split(r"[;|]", listed)[0])]
    return []


def roles(
    names: Iterable[str],
    article: Article,
    vocabulary: Vocabulary,
    chosen: Mapping[str, str],
    arguments: Iterable[str] = (),
) -> dict[str, Role]:
    """Return what each input is: as chosen, as differentiated by, as said, as is usual."""
    bottoms = {vocabulary.name(name) for name in article.bottoms}
    families = {base_and_index(name)[0] for name in article.bottoms if base_and_index(name)[1]}
    words = {vocabulary.name(name): kind for name, kind in article.words.items()}
    valued = {vocabulary.name(item.name) for item in article.values}
    found: dict[str, Role] = {}
    names = tuple(names)
    varied = bottoms & {*names}
    letters = PARAMETERS if varied else PARAMETERS | _PERHAPS_PARAMETERS
    sampled = _has_samples(names, article, vocabulary, bottoms)
    given = {vocabulary.name(name) for name in article.given} & varied
    given = given if varied - given else set()
    for name in names:
        base, index = base_and_index(name)
        if name in chosen:
            found[name] = Role(chosen[name], "as the options say")
        elif name in given:
            found[name] = Role("data", "it has the index of a sum over samples")
        elif name in bottoms:
            found[name] = Role("param", "the article differentiates by it")
        elif index and base in families:
            found[name] = Role("param", "the article differentiates by others of its kind")
        elif (kind := words.get(name, "")) in ("param", "data", "const"):
            found[name] = Role(kind, "the sentence says so")
        elif name in arguments:
            found[name] = Role("param", "it is an argument of the objective")
        elif varied and not sampled:
            found[name] = Role("const", "the article does not differentiate by it")
        else:
            found[name] = _usual(base, letters, name in valued)
    return found


def _has_samples(
    names: Iterable[str], article: Article, vocabulary: Vocabulary, bottoms: Collection[str]
) -> bool:
    """Tell whether an article speaks of samples: in words, by a sum over them, by an x or a y."""
    kinds = {vocabulary.name(name): kind for name, kind in article.words.items()}
    summed = any(open_sums(said.right, article.closed) for said in article.equations)
    if "data" in kinds.values() or summed:
        return True
    free = (name for name in names if name not in bottoms and kinds.get(name) is None)
    return any(canonical(base_and_index(name)[0]) in SAMPLED for name in free)


def _usual(base: str, parameters: frozenset[str], valued: bool) -> Role:  # noqa: FBT001  (a fact)
    letter = canonical(base.split("^", maxsplit=1)[0])
    if letter in parameters:
        return Role("param", "by its letter")
    if letter in _DATA or len(letter) > 1 or not valued:
        constant = letter in LATIN and letter not in _DATA
        return Role("const", "by its letter") if constant else Role("data", "nothing says more")
    return Role("const", "by its letter" if letter in LATIN else "it has a value")


def rate_of(article: Article, inputs: Iterable[str], vocabulary: Vocabulary) -> str:
    """Return the name of the learning rate, "" where none has a value."""
    taken = set(inputs)
    for item in article.values:
        name = vocabulary.name(item.name)
        said = article.words.get(item.name) == "rate" or canonical(item.name) in _RATES
        if said and name not in taken and item.value > 0:
            return name
    return ""
