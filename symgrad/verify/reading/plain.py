"""Claims files: plain text, a claim a line, long ones continued."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symgrad.sources.problems import Origin
from symgrad.verify.reading.passage import FoundFormula, Passage
from symgrad.verify.reading.prose import LABEL, UNCLEAR, formulas_in, without_words

_OPEN_END = re.compile(r"(?:[-+*/^=≈<>(,·×−&\\]|:=)\s*$")
_GOES_ON = re.compile(r"\s*(?:&\s*)?(?:=|≈|:=|\\approx|\\leq?\b|[-+*/·×−]\s)")
_BEGINS = re.compile(r"\s*(?:at|assume)\b|[^=≈]*\S\s*(?:=|≈|:=)(?!=)")
_BULLET = re.compile(
    r"\s*[-*•]\s+(?=\\d?frac\{\s*(?:\\partial|d)|\\partial|∂|d\w*/d|[^\W\d]\w*\s*(?:=|≈|:=))"
)
_LABEL = re.compile(
    r"\s*(?:[*•]\s+|\(?\d{1,3}[.)]\s+|(?:check|claim|let|define|so|hence|thus|then)\s+)"
)
_DIRECTIVE = re.compile(r"(?:at|assume)\b")
_RELATION = re.compile(r":=|[=≈←]|\\approx")
_TWO_WORDS = re.compile(r"(?<![\\\w])[^\W\d_]{2,}[ \t]+(?:[a-zA-Z][ \t]+)?[^\W\d_]{2,}(?![\w(])")
# The formula at the end of a sentence: its left side is the word, or the derivative, before `=`.
_IN_SENTENCE = re.compile(
    r"(?:^|(?<=\s))(?P<left>(?:[∂d]\S{0,40}?/\s?[∂d]\S{1,40}|[^\s,;:]{1,60}))\s*"
    r"(?=:=|[=≈←]|\\approx)"
)
_SENTENCE_END = re.compile(
    r"[.;](?:\s|$)|,\s+(?=[^\W\d_]{2,}\s)|\s+(?=(?:which|where|because|so)\b)"
)


def plain_formulas(passage: Passage) -> Iterator[FoundFormula]:
    """Yield the lines of a claims file."""
    yield from lines_of(passage.text.split("\n"), passage.source, 1, prose=True)


def lines_of(
    lines: list[str], source: str, first: int, *, prose: bool = False
) -> Iterator[FoundFormula]:
    """Yield the claims that stand in lines, continued lines joined.

    `first` is the number of the first line; with `prose`, sentences are no claims.
    """
    index = 0
    while index < len(lines):
        start = index
        parts = [_uncommented(lines[index])]
        index += 1
        while index < len(lines) and parts[-1].strip():
            following = _uncommented(lines[index])
            open_end = _OPEN_END.search(parts[-1]) or (
                _depth("\n".join(parts[-50:])) > 0 and not _BEGINS.match(following)
            )
            goes_on = _GOES_ON.match(following) and not _BULLET.match(following)
            if not following.strip() or not (open_end or goes_on):
                break
            parts.append(following)
            index += 1
        whole = "\n".join(parts)
        if not whole.strip():
            continue
        label = _BULLET.match(whole) or _LABEL.match(whole)
        cut = label.end() if label else len(whole) - len(whole.lstrip())
        if prose and (words := LABEL.match(whole, cut)) and _RELATION.search(whole, words.end()):
            cut = words.end()
        origin = Origin(source, lines, first + start, 1, first).at(whole, cut)
        line = without_words(whole, cut, len(whole))
        body = whole[cut : line.end if prose else len(whole)].rstrip()
        directive = _DIRECTIVE.match(body) is not None
        body = body.replace("\\\n", " \n")
        if prose and not directive and is_sentence(body):
            yield from _in_sentence(body, origin)
        else:
            behind = line.behind if prose else ""
            yield FoundFormula(body, origin, strict=True, directive=directive, behind=behind)


def is_sentence(text: str) -> bool:
    """Tell whether words stand side by side where a left side should be.

    >>> is_sentence("so the gradient is dJ/da = 2x"), is_sentence("dJ/da 2x"), is_sentence("J = 2")
    (True, False, False)
    """
    relation = _RELATION.search(text)
    left = text[: relation.start()] if relation else text
    return _TWO_WORDS.search(re.sub(r"\\text\w*\{[^{}]*\}", "", left)) is not None


def _in_sentence(text: str, origin: Origin) -> Iterator[FoundFormula]:
    """Yield the derivatives that a sentence states, else the formula that it ends in."""
    derivatives = list(formulas_in(text))
    for one in derivatives:
        shown = text[one.start : one.end if one.clear else len(text)]
        fault = None if one.clear else UNCLEAR
        here = origin.at(text, one.start)
        yield FoundFormula(
            shown, here, bare=True, quiet=not one.clear, fault=fault, behind=one.behind
        )
    if derivatives:
        return
    found = _IN_SENTENCE.search(text)
    if found is None:
        return
    start = found.start("left")
    end = _SENTENCE_END.search(text, found.end() + 1)
    stretch = text[start : end.start() if end else len(text)].rstrip()
    if not is_sentence(stretch) and _TWO_WORDS.search(stretch) is None:
        yield FoundFormula(stretch, origin.at(text, start), bare=True)


def _uncommented(line: str) -> str:
    return re.sub(r"(?<!\\)#.*", "", line)


def _depth(text: str) -> int:
    return text.count("(") + text.count("{") - text.count(")") - text.count("}")
