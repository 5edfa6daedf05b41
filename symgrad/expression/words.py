"""Formulas in words that can stand in an identifier: `one_minus_p`, `exp_neg_v`.

A formula is said as it is read aloud. What is said has a level, as an expression has: a sum takes
products as its terms, a product takes no sum as a factor, so that words are never read as another
formula. What cannot be said so has no words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from fractions import Fraction
from typing import NamedTuple

from symgrad.expression.tree import Add, Call, Constant, Div, Expression, Mul, Neg, Number, Pow, Var

LONGEST = 24  # characters of a name made of words
_PARTS = 3  # of a sum or a product
_SMALL = dict(enumerate("zero one two three four five six seven eight nine ten".split()))
_POWERS = {Fraction(2): "_squared", Fraction(3): "_cubed"}


class Level(IntEnum):
    """How tightly the parts of what is said hold together."""

    SUM = 0
    QUOTIENT = 1
    PRODUCT = 2
    WORD = 3


class Spoken(NamedTuple):
    """A formula in words; no text where there are none."""

    text: str
    level: Level


_NOTHING = Spoken("", Level.SUM)


def words(e: Expression, names: Mapping[str, Spoken]) -> Spoken:
    """Return a formula in words; `names` has what names that are not the author's stand for.

    >>> from symgrad.sources.text import parse
    >>> def said(text: str) -> str:
    ...     graph = parse(f"param a, b, c; J = {text}")
    ...     return words(graph["J"].formula.expression, {}).text
    >>> said("1 - a"), said("exp(-a*b)"), said("a*b^2 + c"), said("(a + b)*c")
    ('one_minus_a', 'exp_of_neg_a_times_b', 'a_times_b_squared_plus_c', '')
    """
    said = _phrase(e, names)
    return said if 0 < len(said.text) <= LONGEST else _NOTHING


def _phrase(e: Expression, names: Mapping[str, Spoken]) -> Spoken:
    match e:
        case Var(str(name)):
            return names.get(name, Spoken(name, Level.WORD))
        case Number(value) if value.denominator == 1 and value in _SMALL:
            return Spoken(_SMALL[int(value)], Level.WORD)
        case Constant(name):
            return Spoken(name, Level.WORD)
        case Call(str(function), (argument,)):
            return _one_phrase([f"{function}_", _argument_in_words(argument, names)], Level.WORD)
        case Neg(operand):
            inner = _words_for(operand, names, Level.PRODUCT)
            # A product with a sign is no factor of another one.
            level = Level.WORD if _words_for(operand, names, Level.WORD) else Level.QUOTIENT
            return _one_phrase(["neg_", inner], level)
        case Pow(base, Number(exponent)) if exponent in _POWERS:
            return _one_phrase([_words_for(base, names, Level.WORD), _POWERS[exponent]], Level.WORD)
        case Pow(base, Var() as exponent) | Call("pow", (base, Var() as exponent)):
            parts = [
                _words_for(base, names, Level.WORD),
                "_to_",
                _words_for(exponent, names, Level.WORD),
            ]
            return _one_phrase(parts, Level.WORD)
        case Add(terms) if len(terms) <= _PARTS:
            return _sum_in_words(terms, names)
        case Mul(factors):
            return _product_in_words(factors, names)
        case Div(numerator, denominator):
            above = _words_for(numerator, names, Level.PRODUCT)
            return _one_phrase(
                [above, "_over_", _words_for(denominator, names, Level.WORD)], Level.QUOTIENT
            )
        case _:
            return _NOTHING


def _argument_in_words(e: Expression, names: Mapping[str, Spoken]) -> str:
    """Return an argument in words; one of several words begins with "of"."""
    said = _phrase(e, names)
    plain = isinstance(e, Var | Number | Constant | Neg) and said.level == Level.WORD
    return said.text if plain or not said.text else f"of_{said.text}"


def _sum_in_words(terms: Sequence[Expression], names: Mapping[str, Spoken]) -> Spoken:
    parts: list[str] = []
    for number, term in enumerate(terms):
        negative = isinstance(term, Neg) and number > 0
        inner = term.operand if negative and isinstance(term, Neg) else term
        if number:
            parts.append("_minus_" if negative else "_plus_")
        parts.append(_words_for(inner, names, Level.QUOTIENT))
    return _one_phrase(parts, Level.SUM)


def _product_in_words(factors: Sequence[Expression], names: Mapping[str, Spoken]) -> Spoken:
    """Return a product: factors that occur twice or three times as powers, a number in front."""
    counts = {factor: factors.count(factor) for factor in factors}
    if len(counts) > _PARTS:
        return _NOTHING
    texts: list[str] = []
    for factor, count in sorted(counts.items(), key=lambda pair: not isinstance(pair[0], Number)):
        text = _words_for(factor, names, Level.WORD if count > 1 else Level.PRODUCT)
        power = _POWERS.get(Fraction(count), "") if count > 1 else ""
        if not text or (count > 1 and not power):
            return _NOTHING
        texts.append(text + power)
    if len(texts) == 1:
        return Spoken(texts[0], Level.WORD)
    led = isinstance(factors[0], Number) or isinstance(factors[-1], Number)
    first = f"{texts[0]}_" if led else f"{texts[0]}_times_"
    return Spoken(first + "_times_".join(texts[1:]), Level.PRODUCT)


def _words_for(e: Expression, names: Mapping[str, Spoken], level: Level) -> str:
    """Return a formula in words that may stand where `level` is needed, or nothing."""
    said = _phrase(e, names)
    return said.text if said.level >= level else ""


def _one_phrase(parts: Sequence[str], level: Level) -> Spoken:
    return Spoken("".join(parts), level) if all(parts) else _NOTHING
