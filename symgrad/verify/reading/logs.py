"""Logarithms that a text treats as quantities of their own: `ln L(θ) = …`, then `∂ ln L/∂θ`.

Where an equation defines the logarithm of something that has no equation itself, the logarithm is
what the text computes with, under the name `log_L`; or under the graph's own, `lnL` or `loglik`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from symgrad.expression.functions import lookup
from symgrad.sources import lexer
from symgrad.sources.written import Written
from symgrad.verify.reading.functions import LETTERS

_ARGUMENTS = r"(?:\s*\([^()]*(?:\([^()]*\)[^()]*)*\))?"
_LOG = re.compile(
    rf"(?<![\w\\])(?:ln|log)\s*(?:(?P<name>{lexer.NAME})(?P<given>{_ARGUMENTS})"
    rf"|\(\s*(?P<inner>{lexer.NAME})(?P<of>{_ARGUMENTS})\s*\))(?![\w^²])"
)
_JOINED = re.compile(r"(?<![\w\\])(ln|log)(?:[^\W\d_](?![\w(])|(?!10(?:\D|$)|2(?:\D|$))\d\w*)")
_BEFORE = re.compile(r"(?:^|[;\n,⇒&])\s*$")
_BEHIND = re.compile(r"\s*&?\s*(?::=|=|≈|∝)")
_OPERATOR = re.compile(r"(?:[∂d]\s*\(?|∇\w*|[∂d]\w+)\s*$")
_SPELLED = ("ln_{}", "log_{}", "ln{}", "log{}", "l{}", "{}{}")
LIKELIHOODS = frozenset(("L", "l", "ℓ"))
_LIKELY = ("loglik", "log_lik", "loglikelihood", "log_likelihood", "ell", "l", "ll", "LL")


def logged(texts: Iterable[str], known: Callable[[str], bool]) -> frozenset[str]:
    """Return the names whose logarithm a document defines, and that nothing defines themselves.

    `texts` are formulas in the plain notation; `known` tells what is defined elsewhere.

    >>> texts = ["ln L(θ) = n ln θ", "ln Q = ln A + b ln K", "Q = A K^b"]
    >>> sorted(logged(texts, lambda word: False))
    ['L']
    """
    listed = list(texts)
    found: dict[str, None] = {}
    for text in listed:
        for match in _LOG.finditer(text):
            if _BEHIND.match(text, match.end()) and _BEFORE.search(text, 0, match.start()):
                found.setdefault(match["name"] or match["inner"])
    return frozenset(
        name for name in found if _is_free(name, known) and not _stands_alone(name, listed)
    )


def of_graph(texts: Iterable[str], meant: Callable[[str], str | None]) -> dict[str, str]:
    """Return the names whose logarithm a document differentiates, and what the graph calls it."""
    found: dict[str, str] = {}
    for text in texts:
        for match in _LOG.finditer(text):
            name = match["name"] or match["inner"]
            left = _BEHIND.match(text, match.end()) and _BEFORE.search(text, 0, match.start())
            if not (left or _OPERATOR.search(text, 0, match.start())) or name in found:
                continue
            spelled = [one.format(name, name) for one in _SPELLED[:-1]]
            spelled += _LIKELY if name in LIKELIHOODS else ()
            called = next(filter(None, map(meant, spelled)), None)
            if called and _is_free(name, lambda word: meant(word) is not None):
                found[name] = called
    return found


def with_named_logs(written: Written, names: Mapping[str, str], *, called: bool) -> Written:
    """Return a translated formula in which these logarithms are names, `called` with arguments."""
    text = written.text
    parts: list[Written] = []
    at = 0
    for match in _LOG.finditer(text) if names else ():
        which = "name" if match["name"] else "inner"
        name = names.get(match[which])
        if name is None or match.start() < at:
            continue
        given = match.span("given" if which == "name" else "of")
        start, end = match.span()
        alone = not called or given[0] == given[1]
        if alone and (around := _bracketed(text, start, end)):
            start, end = around
        parts += [written.part(at, start), Written.all_at(f" {name} ", written.offsets[start])]
        if not alone:
            parts.append(written.part(*given))
        at = end
    return Written.join([*parts, written.part(at, len(text))]) if parts else written


def with_logs_apart(written: Written, known: Callable[[str], bool]) -> Written:
    """Return a translated formula with `ln p` for `lnp`, where nothing is called so."""
    parts: list[Written] = []
    at = 0
    for match in _JOINED.finditer(written.text):
        if known(match[0]) or lookup(match[0]) is not None:
            continue
        parts += [
            written.part(at, match.end(1)),
            Written.all_at(" ", written.offsets[match.start()]),
        ]
        at = match.end(1)
    return Written.join([*parts, written.part(at, len(written.text))]) if parts else written


def _bracketed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the stretch with the brackets right around it, as in `∂(ln L)/∂θ`; or None."""
    before, behind = text[:start].rstrip(), text[end:].lstrip()
    if before[-1:] != "(" or behind[:1] != ")" or before[-2:-1].isalnum():
        return None
    return len(before) - 1, text.index(")", end) + 1


def _stands_alone(name: str, texts: Iterable[str]) -> bool:
    """Tell whether a text computes with a name itself.

    It does not where it only says that the name is a product over samples, or what its log is.
    """
    word = rf"(?<![\w\\]){re.escape(name)}(?!\w)"
    product = r"(?::=|=|∝)(?=[^;\n]*(?:∏|exp|e\s*\^))"
    left = re.compile(rf"(?:^|[;\n⇒])\s*{word}{_ARGUMENTS}\s*(?:{product}|$)")
    for text in texts:
        own = (one.span() for one in _LOG.finditer(text) if name in (one["name"], one["inner"]))
        covered = [*own, *(one.span() for one in left.finditer(text))]
        for match in re.finditer(word, text):
            if not any(start <= match.start() < end for start, end in covered):
                return True
    return False


def _is_free(name: str, known: Callable[[str], bool]) -> bool:
    plain = name.lstrip("\\")
    return lookup(plain) is None and plain not in LETTERS and not known(name)
