"""Marks above the line that are part of a name: `y^i` for the i-th sample, and `y'`.

Where a sum of the document runs over i, i is no name, and what it stands above is a value that each
sample has, `y^i` is y_i. Where i has numbers for values (`a_i x^i` with a_1, a_2, …) it is a power.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from symgrad.derivation.analysis import depends_on_data
from symgrad.sources import lexer
from symgrad.sources.written import Written
from symgrad.verify.reading.indices import letters_of, values_of, words_of
from symgrad.verify.reading.scope import Scope

_SUMMED = re.compile(r"\\sum(?:\\limits)?\s*_\s*\{?\s*([ijknst])\s*(?:=|\}|\\in)")
_ABOVE = re.compile(rf"({lexer.NAME})(\s*)\^(\(?)\s*([ijknst])\s*(\)?)(?![\w])")


def letters_above(texts: Iterable[str]) -> frozenset[str]:
    """Return the letters over which the sums of a document run, and that stand as powers.

    >>> (
    ...     sorted(letters_above([r"\\sum_{i=1}^m y^i x_j^i"])),
    ...     sorted(letters_above([r"\\sum_{i=1}^m y_i"])),
    ... )
    (['i'], [])
    """
    summed: set[str] = set()
    above: set[str] = set()
    for text in texts:
        summed.update(_SUMMED.findall(text))
        above.update(re.findall(r"\^\s*\{?\s*([ijknst])(?![\w])", text))
    return frozenset(summed & above)


_TRANSPOSED = re.compile(
    r"(?:\\(?:mathbf|boldsymbol|bm|mathrm)\s*\{\s*)?([A-Z])\}?\s*"
    r"(?:\^\s*\{?\s*(?:[\[(]\w[\])]\s*)?(?:T|\\top|\\intercal)(?![\w])|\.T\b)"
)
_TRANSPOSED_DIFFERENCE = re.compile(
    r"([A-Z])\s*\(\s*\\?(?:hat\s*\{?)?([A-Z])\}?\s*-\s*([A-Z])\s*\)"
    r"\s*\^\s*\{?\s*(?:T|\\top)(?![\w])"
)


def writes_batches(texts: Iterable[str], scope: Scope) -> bool:
    """Tell whether a text writes the samples of x as a matrix X, of which the graph knows nothing.

    It does where X is transposed somewhere, and the graph has an x that each sample has.
    """
    sampled = depends_on_data(scope.graph)
    listed = list(texts)
    letters = {letter for text in listed for letter in _TRANSPOSED.findall(text)}
    for text in listed:  # X(A - Y)^T
        letters |= {one for found in _TRANSPOSED_DIFFERENCE.findall(text) for one in found}
    for letter in sorted(letters):
        below = letter.lower()
        known = scope.names.meant(letter) is not None or scope.names.family(letter)
        if not known and (scope.is_data(below) or scope.names.exact(below) in sampled):
            return True
    return False


def lowered(written: Written, letters: frozenset[str], scope: Scope) -> Written:
    """Return a translated formula in which `y^i` is y_i wherever that is meant."""
    text = written.text
    words = words_of([text])
    free = {
        letter
        for letter in letters
        if scope.names.meant(letter) is None
        and not values_of(letter, [w for w in words if letter in letters_of(w)],
                          scope.can_be_read, frozenset())
    }  # fmt: skip
    parts: list[Written] = []
    at = 0
    for match in _ABOVE.finditer(text):
        bracket = match[3] == "(" and match[5] == ")"
        if match[4] not in free or bool(match[3]) != bracket or not _is_sampled(match[1], scope):
            continue
        parts.append(written.part(at, match.end(1)))
        parts.append(Written.all_at(f"_{match[4]} ", written.offsets[match.start(4)]))
        at = match.end() if bracket else match.end(4)
    return Written.join([*parts, written.part(at, len(text))]) if parts else written


_SAMPLES = frozenset("ijknst")
_INDEX_BEHIND = re.compile(r"([^\W\d_]\w*)(['′]+)(_\w+)")
_PARTIAL = re.compile(
    r"(?<!\w)([^\W\d_][^\W_]{0,8})(['′]{0,3})_([^\W\d_]{1,3})(?!\w)(['′]{0,3})(?!['′])"
)
_PRIMED = re.compile(rf"({lexer.NAME})['′](?!['′]|\([^()+*/·−-]*\))")  # s'(s + s') is a product


def with_partials(written: Written, is_top: Callable[[str], bool]) -> Written:
    """Return a translated formula in which `f''_xy` is f_xy: as many primes as letters below."""
    parts: list[Written] = []
    at = 0
    for match in _PARTIAL.finditer(written.text):
        if len(match[2] + match[4]) == len(match[3]) and is_top(match[1]):
            parts += [written.part(at, match.end(1)), written.part(match.end(2), match.end(3))]
            at = match.end()
    return Written.join([*parts, written.part(at, len(written.text))]) if parts else written


def with_primed_names(written: Written, scope: Scope) -> Written:
    """Return a translated formula in which `y'` is the name y_prime wherever that is meant.

    It is where the graph has such a name, and where y is data, which nothing differentiates. Right
    before another factor (`x'β`) the prime is a transposition.
    """
    index = scope.graph.index
    written = with_partials(
        written, lambda word: getattr(index.get(str(scope.name(word))), "formula", None) is not None
    )
    written = _with_index_first(written)
    text = written.text
    parts: list[Written] = []
    at = 0
    for match in _PRIMED.finditer(text):
        head = match[1][:1] if match[1][:1] == "d" and scope.strict(match[1]) is None else ""
        name = match[1][len(head) :]
        if name.isalpha() and len(name) > 1 and scope.strict(name) is None:
            last = scope.names.meant(f"{name[-1]}_prime") is not None
            if last and scope.can_be_read(name[:-1]):  # `wa'` is w·a'
                parts += [
                    written.part(at, match.end(1) - 1),
                    Written.all_at(" ", written.offsets[match.end(1) - 1]),
                ]
                at, name = match.end(1) - 1, name[-1]
        turned = _is_transposed(name, text[match.end() :], scope)
        if not (turned or _is_primed_name(name, scope)):
            continue
        parts.append(written.part(at, match.end(1)))
        parts.append(Written.all_at("⊤ " if turned else "_prime", written.offsets[match.end(1)]))
        at = match.end()
    return Written.join([*parts, written.part(at, len(text))]) if parts else written


_NAMED_BY_PRIME = re.compile(r"(?<![\w\\}])([A-Za-z])\s*'\s*(?:&\s*)?=(?![^=\n]*\1\s*(?:-|\+|\^))")


_PRIME_OF_LETTER = re.compile(r"\\[A-Za-z]+|([A-Za-z])\s*(?:'|\^\s*\{?\s*\\prime)")
_PRIME_CALLED = re.compile(r"([A-Za-z])\s*'+\s*(?:\\left)?\s*[({]|(?<![A-Za-z\\])([fghFGH])\s*'")
_DEFINED_WITH_PRIME = re.compile(r"^\s*[A-Za-z]\s*=([^=∂\\]*)$")


def primed_names(texts: Iterable[str]) -> frozenset[str]:
    """Return the letters that a text names with a prime: y in `y' = wx + b`, if `dL/dy'` is there.

    >>> primed_names(["y' = wx + b", r"\\frac{dL}{dy'} = y' - y", "f' = 2x"])
    frozenset({'y'})
    """
    listed = list(texts)
    named = {letter for text in listed for letter in _NAMED_BY_PRIME.findall(text)}
    below = re.compile(r"(?:d|\\partial)\s*\{?([A-Za-z])\s*'")
    found = named & {letter for text in listed for letter in below.findall(text)}
    if any("\\partial" in text or "∂" in text for text in listed):
        # derivatives are written with ∂: `z = wa' + b` has another a, that of the layer before
        primed = {letter for text in listed for letter in _PRIME_OF_LETTER.findall(text)}
        called = {one for text in listed for pair in _PRIME_CALLED.findall(text) for one in pair}
        whole = {one for text in listed for one in _DEFINED_WITH_PRIME.findall(text)}
        inside = {letter for text in whole for letter in _PRIME_OF_LETTER.findall(text)}
        found |= (primed & inside) - called - named - {""}
    return frozenset(found)


def with_primes_spelled(written: Written, named: Callable[[str], bool]) -> Written:
    """Return a translated formula in which `y'` is y_prime for the letters that are so named."""
    text = written.text
    parts: list[Written] = []
    at = 0
    for match in _PRIMED.finditer(text):
        word = match[1]
        behind = word.isalpha() and named(word[-1])  # `wa'` is w·a'
        if not (named(word) or (word[:1] == "d" and named(word[1:])) or behind):
            continue
        parts.append(written.part(at, match.end(1) - (behind and len(word) > 1)))
        if behind and len(word) > 1:
            parts += [
                Written.all_at(" ", written.offsets[match.end(1) - 1]),
                written.part(match.end(1) - 1, match.end(1)),
            ]
        parts.append(Written.all_at("_prime", written.offsets[match.end(1)]))
        at = match.end()
    return Written.join([*parts, written.part(at, len(text))]) if parts else written


def _with_index_first(written: Written) -> Written:
    """Return a translated formula in which `w'_1` is `w_1'`."""
    parts: list[Written] = []
    at = 0
    for match in _INDEX_BEHIND.finditer(written.text):
        parts.append(written.part(at, match.end(1)))
        parts += [written.part(*match.span(3)), written.part(*match.span(2))]
        at = match.end()
    return Written.join([*parts, written.part(at, len(written.text))]) if parts else written


def _is_transposed(word: str, behind: str, scope: Scope) -> bool:
    following = re.match(rf"\s*({lexer.NAME})", behind)
    both = (
        [scope.graph.index.get(str(scope.name(one))) for one in (word, following[1])]
        if following
        else []
    )
    primed = scope.names.meant(f"{word}_prime") is not None
    return not primed and bool(both) and all(node and node.formula is None for node in both)


def _is_primed_name(word: str, scope: Scope) -> bool:
    head, _, letter = word.rpartition("_")
    found = scope.strict(word) or (scope.strict(head) if letter in _SAMPLES else None)
    node = scope.graph.index.get(str(found))
    primed = scope.names.meant(f"{word}_prime")
    return primed is not None or (node is not None and node.kind == "data")


def _is_sampled(word: str, scope: Scope) -> bool:
    """Tell whether a word is a value that each sample has: data, or what is computed of them."""
    graph = scope.graph
    base = word
    if scope.name(base) is None and "_" in base:
        head, _, tail = base.rpartition("_")
        base = head if len(tail) == 1 and tail.isalpha() else base
    family = scope.names.family(base)
    members = [name for name in family.values() if name in graph.index]
    names = [scope.name(base)] if scope.name(base) is not None else members
    sampled = depends_on_data(graph)
    return bool(names) and all(scope.is_data(str(n)) or n in sampled for n in names)
