"""Equations for a free index, written out: `h_i = w x_i + b` as h_1 = …, h_2 = …, h_3 = ….

Which values an index takes the article says: by a sum to a stated number (`i = 1` to 3), by `i = 1,
2, 3` behind the formula, or by names that it speaks of. An index of samples, of which there are an
open number, is left out: the equation is that of one sample.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice, product

from symgrad.expression.spellings import loose
from symgrad.sources import lexer
from symgrad.verify.drafting.article import Article, Said, words_in
from symgrad.verify.drafting.names import SAMPLED, open_sums
from symgrad.verify.reading.indices import SAMPLE, bound, letters_of, summed_letters, values_of

_MAX_CASES = 64
_ANY_SUM = re.compile(r"∑\s*\[\s*(\w?)\s*\]")
_SAMPLES = {"i"}
_SHIFTED = re.compile(r"[A-Za-z][mp]\d+")


def spell_out(article: Article) -> None:
    """Write out what an article says for a free index, each for the values that this takes."""
    _count_samples(article)
    article.closed |= {letter for said in article.equations for letter in _listed(said, article)}
    samples = {
        letter for said in article.equations for letter, _ in open_sums(said.right, article.closed)
    }
    defined = {said.name for said in article.equations}
    article.given = {
        bound(word, {letter: SAMPLE})
        for said in article.equations for word, _ in words_in(said.right)
        for letter in samples.intersection(letters_of(word)) if word not in defined
    }  # fmt: skip
    cases = [_cases(said, article, samples) for said in article.equations]
    values: dict[str, Sequence[str]] = {}
    for listed in cases:
        for letter in listed[0]:
            values.setdefault(letter, tuple(dict.fromkeys(case[letter] for case in listed)))
    values |= article.ranges
    article.put_in = [
        replace(item, before=sum(map(len, cases[: item.before]))) for item in article.put_in
    ]
    article.equations = [
        _with_values(said, case)
        for said, listed in zip(article.equations, cases, strict=True)
        for case in listed
    ]
    defined = {said.name for said in article.equations}
    article.tops = [
        replace(top, name=name)
        for top in article.tops
        for name in _named(top.name, values, defined)
    ]
    article.bottoms = {
        name: place
        for bottom, place in article.bottoms.items()
        for name in _named(bottom, values, defined)
    }
    article.adjoints = {name for one in article.adjoints for name in _named(one, values, defined)}


def _count_samples(article: Article) -> None:
    """Let a sum over samples that says no number go to n: `ℓ = ∑_i (y_i log p_i + …)`.

    Over samples it is where only what is differentiated, and used by nothing else, is such a sum,
    where it holds an x or y with that index, and where the article differentiates by something that
    has no equation and not that index. A second index, as in a softmax, may be one of classes.
    """
    summed = [said for said in article.equations if _ANY_SUM.search(said.right)]
    used = {word for said in article.equations for word, _ in words_in(said.right)}
    tops, defined = {top.name for top in article.tops}, {said.name for said in article.equations}
    letters = {letter for said in summed for letter in _ANY_SUM.findall(said.right)}
    if len(letters) != 1 or not letters <= _SAMPLES - article.closed - article.ranges.keys():
        return
    (letter,) = letters
    varied = [name for name in article.bottoms if name not in defined]
    given = {bound(word, {letter: SAMPLE}) for word in used - defined if letter in letters_of(word)}
    if (
        "n" in article.mentioned or not given & SAMPLED
        or all(letter in letters_of(name) for name in varied)
        or any(said.name in used or said.name not in tops for said in summed)
    ):  # fmt: skip
        return
    article.equations = [
        said.with_right(_ANY_SUM.sub(f"∑[{letter}=1, n]", said.right)) for said in article.equations
    ]


def _listed(said: Said, article: Article) -> list[str]:
    """Return the indices of the sums in an equation of which the article lists the values."""
    words = tuple(word for word, _ in words_in(said.right))
    return [one for one in summed_letters([said.right]) if _values(one, words, article)]


def _cases(said: Said, article: Article, samples: set[str]) -> list[dict[str, str]]:
    """Return the values of the free indices of an equation, [{}] where it has none."""
    words = tuple(word for word, _ in words_in(f"{said.name} {said.right}"))
    summed = summed_letters([said.right])
    values: dict[str, Sequence[str]] = {}
    for letter in letters_of(said.name):
        if letter in summed:
            continue
        found = _values(letter, words, article)
        own = [word for word in words if letter in letters_of(word)]
        if found:
            values[letter] = found
        elif letter in samples and not any(
            _SHIFTED.fullmatch(piece) for word in own for piece in word.split("_")
        ):
            values[letter] = [SAMPLE]
    total = 1
    for listed in values.values():
        total *= len(listed)
    if not values or total > _MAX_CASES:
        return [{}]
    return [dict(zip(values, case, strict=True)) for case in product(*values.values())]


def _values(letter: str, words: Sequence[str], article: Article) -> Sequence[str]:
    """Return the values of an index: as stated, else those for which all its names are known."""
    if letter in article.ranges:
        return article.ranges[letter]

    def known(word: str) -> bool:
        return loose(word) in article.mentioned

    own = {word: bound(word, {letter: "0"}) for word in words if letter in letters_of(word)}
    open_words = [word for word, other in own.items() if other != word]
    return values_of(
        letter, [*open_words], lambda word: word not in own and known(word), frozenset()
    )


def _with_values(said: Said, case: Mapping[str, str]) -> Said:
    if not case:
        return said
    right = re.sub(lexer.NAME, lambda word: bound(word[0], case), said.right)
    return replace(said, name=bound(said.name, case), right=right)


def _named(name: str, values: Mapping[str, Sequence[str]], defined: set[str]) -> list[str]:
    """Return what a name with free indices stands for: one name for each of their values."""
    free = [letter for letter in letters_of(name) if letter in values]
    if name in defined or not free:
        return [name]
    cases = islice(product(*(values[letter] for letter in free)), _MAX_CASES)
    return [bound(name, dict(zip(free, case, strict=True))) for case in cases]
