"""Functions of a graph's own: `function f(x, k) = x/(1 + abs(x)^k)^(1/k)`, and `function φ`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from symgrad.expression.function import OwnFunction
from symgrad.expression.functions import lookup
from symgrad.expression.names import canonical
from symgrad.expression.own import defined, undefined
from symgrad.expression.tree import Expression, Var
from symgrad.sources import lexer
from symgrad.sources.draft import Draft
from symgrad.sources.grammar import Parser
from symgrad.sources.problems import Fault, Origin

_HEAD = re.compile(rf"\s*({lexer.NAME})\s*(?:\(([^()=]*)\)\s*)?(=(?!=)|$)")
MAX_ARGUMENTS = 20


def read_functions(draft: Draft, found: Iterable[tuple[str, Origin]]) -> None:
    """Read the definitions of functions into `draft.functions`; each may use those before it."""
    for text, origin in found:
        try:
            own = _function(draft, text, origin)
        except Fault as fault:  # noqa: PERF203  (every fault is noted)
            draft.faults.add(fault)
        else:
            draft.functions[canonical(own.record.name)] = own


def _function(draft: Draft, text: str, origin: Origin) -> OwnFunction:
    head = _HEAD.match(text)
    whole = origin.place(text, 0, len(text))
    if head is None:
        hint = "as in `function f(x, k) = x/(1 + x^k)`, or `function φ` for any function"
        raise Fault("this defines no function", whole, hint)
    name = head[1].lstrip("\\")
    place = origin.place(text, *head.span(1))
    if draft.names.find(name) is not None or canonical(name) in draft.functions:
        raise Fault(f"`{name}` is defined twice", place, "give the function a new name")
    row = lookup(name)
    if (row is not None and row.reserved) or name in lexer.RESERVED | {"where", "Piecewise", "pow"}:
        raise Fault(f"`{name}` is a function already", place, "give it a new name")
    if not head[3]:
        if head[2] and "," in head[2]:
            message = "a function without a body takes one argument"
            raise Fault(message, place, f"`function {name}`")
        return undefined(name)
    return _with_body(draft, text, origin, head)


def _with_body(draft: Draft, text: str, origin: Origin, head: re.Match[str]) -> OwnFunction:
    place = origin.place(text, *head.span(1))
    names = [part.strip() for part in (head[2] or "").split(",")]
    places = {canonical(name): i for i, name in enumerate(names)}
    proper = all(lexer.IDENTIFIER.fullmatch(n) and n not in lexer.RESERVED for n in names)
    if not proper or len(places) < len(names) or len(names) > MAX_ARGUMENTS:
        message = "the arguments of a function are different names"
        raise Fault(message, place, "as in `function f(x, k) = x^k`")

    def resolve(word: str) -> Expression | None:
        at = places.get(canonical(word.lstrip("\\")))
        return None if at is None else Var(at)

    body = text[head.end() :]
    parser = Parser(body, origin.at(text, head.end()), resolve, names=names)
    parser.own = draft.functions
    return defined(head[1].lstrip("\\"), tuple(names), parser.whole())
