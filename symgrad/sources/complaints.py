"""What to say about an expression that cannot be read: one sentence, and what would mend it."""

from __future__ import annotations

import re
from collections.abc import Callable

from symgrad.errors import nearest
from symgrad.expression.functions import NOT_TAKEN, UNDIFFERENTIABLE, Function, known_names, lookup
from symgrad.sources import lexer
from symgrad.sources.cursor import Cursor, constant
from symgrad.sources.problems import Fault, UndifferentiableSource, UnknownNameInSource

OPERATORS = frozenset("+-*/^")
RELATIONS = frozenset(("<", "<=", ">", ">=", "==", "!="))
_LONGEST_WORD = 40
_PAIRS = {"[": "]", "{": "}"}
NOT_SMOOTH = frozenset((*UNDIFFERENTIABLE, "int", "frac", "remainder"))
_LONG_HAND = frozenset(("sum", "mean", "prod", "product", "dot", "norm"))
_CONDITION_HINT = "a condition stands inside `where(condition, a, b)`"


def readings(word: str, known: Callable[[str], bool]) -> list[tuple[str, ...]]:
    """Return the ways to read `word` as two or more known names side by side; at most two ways.

    >>> readings("cu", {"c", "u"}.__contains__)
    [('c', 'u')]
    """
    if len(word) > _LONGEST_WORD:
        return []
    found: list[list[tuple[str, ...]]] = [[] for _ in word]
    found.append([()])
    for start in range(len(word) - 1, -1, -1):
        for end in range(start + 1, len(word) + 1):
            if found[end] and known(word[start:end]):
                piece = word[start:end]
                found[start] += [(piece, *rest) for rest in found[end]]
        del found[start][3:]
    return [ways for ways in found[0] if len(ways) > 1][:2]


def as_product(cursor: Cursor, word: str, *, constants: bool = False) -> tuple[str, ...]:
    """Return the known names of which `word` is the product, () unless there is exactly one way.

    With `constants`, π and e count as known.
    """

    def known(piece: str) -> bool:
        return cursor.resolve(piece) is not None or (constants and constant(piece) is not None)

    ways = readings(word, known)
    return ways[0] if len(ways) == 1 else ()


def unknown_name(cursor: Cursor, word: str) -> None:
    """Tell `cursor.unknown`, or raise a fault, about a name that is not defined."""
    at = cursor.at
    row = lookup(word.lstrip("\\"))
    if row is not None and row.reserved:
        raise _function_without_argument(cursor, word)
    product = as_product(cursor, word)
    if len(set(product)) < len(product):  # `hh` is a slip of the finger, not h squared
        product = ()
    if cursor.unknown is not None and not product:
        cursor.unknown(word, cursor.place(at))
        return
    hint = ""
    if product:
        before = cursor.tokens[cursor.at - 1] if cursor.at else ""
        factors = "*".join(product)
        hint = f"to multiply, write `{before}*{factors}`" if _is_number(before) else ""
        hint = hint or f"to multiply, write `{factors}`"
    elif close := nearest(word, cursor.names):
        hint = f"a name that is defined: `{close}`"
    raise cursor.fault(f"unknown name `{word}`", cursor.at, hint=hint, kind=UnknownNameInSource)


def _function_without_argument(cursor: Cursor, word: str) -> Fault:
    hint = f"its argument stands in parentheses: `{word}(…)`"
    if cursor.tokens[cursor.at + 1] == "^":
        hint = f"the power stands behind the argument: `{word}(…)^2`"
    return cursor.fault(f"`{word}` is a function, not a value", cursor.at, hint=hint)


def not_a_function(cursor: Cursor, word: str) -> Fault:
    """Return the fault of calling what is not a known function."""
    at = cursor.at
    plain = word.lstrip("\\")
    if plain in NOT_SMOOTH:
        return cursor.fault(
            f"`{plain}` has no useful derivative: it is flat between its jumps",
            at,
            hint="put a smooth function in its place, or pass its value in as `data` or `const`",
            kind=UndifferentiableSource,
        )
    if cursor.resolve(word) is not None:
        return cursor.fault(
            f"`{plain}` is a name, not a function",
            at,
            hint=f"to multiply, write `{plain}*(…)`",
        )
    product = as_product(cursor, word)
    if product:
        return cursor.fault(
            f"unknown function `{plain}`", at, hint=f"to multiply, write `{'*'.join(product)}*(…)`"
        )
    hint = instead_of(plain)
    if plain in _LONG_HAND:
        hint = "every value is a number: write it out, term by term"
    return cursor.fault(f"unknown function `{plain}`", at, hint=hint, kind=UnknownNameInSource)


def instead_of(name: str, *others: str) -> str:
    """Return why SymPy's function of a name cannot be used, or the nearest function there is."""
    close = None if name in NOT_TAKEN else nearest(name, (*known_names(), *others))
    return f"a function that there is: `{close}`" if close else NOT_TAKEN.get(name, "")


def wrong_arity(
    cursor: Cursor, name: str, given: int, at: int, row: Function | None = None
) -> Fault:
    """Return the fault of calling a function with a wrong number of arguments."""
    row = row or lookup(name)
    least, most = (row.min_arity, row.max_arity) if row else (0, 0)
    if most is None:
        wanted = f"{least} or more"
    else:
        wanted = str(least) if least == most else f"{least} to {most}"
    plural = "" if wanted == "1" else "s"
    return cursor.fault(
        f"`{name}` takes {wanted} argument{plural}, not {given}",
        at,
        last=cursor.at - 1,
        hint="`log(x)/log(b)` is the logarithm to base b" if name == "log" and given == 2 else "",
    )


def missing(cursor: Cursor) -> Fault:
    """Return the fault of a token that stands where an operand should."""
    at = cursor.at
    token = cursor.tokens[at]
    before = cursor.tokens[at - 1] if at else ""
    if token in lexer.RESERVED:
        return cursor.fault(f"`{token}` is a reserved word, not a name", at)
    if token and not _is_word_or_sign(token):
        return _strange(cursor)
    if token == "":
        after = f" after `{cursor.written(at - 1)}`" if before else ""
        return cursor.fault(f"an operand is missing{after}", max(at - 1, 0) if before else at)
    if token == ")" and before == "(":
        return cursor.fault("nothing between the parentheses", at - 1, last=at)
    if token == ")" and "(" not in cursor.tokens[:at]:
        return unexpected(cursor)
    shown = cursor.written(at)
    where = f"between `{cursor.written(at - 1)}` and `{shown}`" if before else f"before `{shown}`"
    return cursor.fault(f"an operand is missing {where}", at)


def unclosed(cursor: Cursor, wanted: str, opened: int) -> Fault:
    """Return the fault of an open bracket, or of what stands in the place of its counterpart."""
    token = cursor.tokens[cursor.at]
    if token == "":
        return cursor.fault(
            f"`{cursor.tokens[opened]}` is never closed", opened, hint=f"add the missing `{wanted}`"
        )
    return unexpected(cursor)


def unexpected(cursor: Cursor) -> Fault:
    """Return the fault of a token that cannot follow what was read so far."""
    at = cursor.at
    token = cursor.tokens[at]
    before = cursor.tokens[at - 1] if at else ""
    if token == ")":
        return cursor.fault("`)` closes nothing", at, hint="remove it, or add the missing `(`")
    if token == "=":
        return cursor.fault(
            "`=` stands twice in one equation", at, hint="one equation a line: `name = expression`"
        )
    if token in ("==", ":="):
        return cursor.fault(f"`{token}` cannot stand here", at, hint=_CONDITION_HINT)
    if token in RELATIONS or token in ("and", "or", "not"):
        shown = cursor.written(at)
        return cursor.fault(f"a condition cannot stand here: `{shown}`", at, hint=_CONDITION_HINT)
    if token in lexer.RESERVED:
        return cursor.fault(f"`{token}` is a reserved word, not a name", at)
    if token == ",":
        return cursor.fault("`,` cannot stand here", at, hint="a decimal point is written `.`")
    if token in ("(", "√", "∛", "|") or _is_number(token) or lexer.IDENTIFIER.match(token):
        return _missing_operator(cursor, before, token)
    return _strange(cursor)


def _missing_operator(cursor: Cursor, before: str, token: str) -> Fault:
    at = cursor.at
    if token in ("if", "else", "then"):
        hint = "a choice is written `where(condition, a, b)`"
        return cursor.fault(f"`{token}` cannot stand here", at, hint=hint)
    if token == "|":
        return cursor.fault("`|` cannot stand here", at, hint="`|x|` or `abs(x)`")
    start = at - 1
    if lexer.IDENTIFIER.match(token) and cursor.resolve(token) is None:
        pieces = as_product(cursor, token) or (token,)
    else:
        pieces = ("(…)",) if token == "(" else ((f"{token}(…)",) if token in "√∛" else (token,))
    left = "(…)" if before == ")" else before
    while start and before == ")" and cursor.tokens[start] != "(":
        start -= 1
    written = "*".join((left, *pieces))
    return cursor.fault(
        f"an operator is missing between `{before}` and `{token}`",
        at if before == ")" else start,
        last=at,
        hint=f"to multiply, write `{written}`",
    )


def _strange(cursor: Cursor) -> Fault:
    at = cursor.at
    token = cursor.tokens[at]
    following = cursor.tokens[at + 1] if token else ""
    hint = ""
    if token in _PAIRS:
        hint = "use parentheses; an indexed value is a name of its own: `w_1`"
    elif token == ".":
        hint = f"a name has no dot in it: write `_{following}`" if following else ""
    elif token in ("'", '"', "′", "’"):
        hint = "a name has no quotes or primes in it: write `x_prime`"
    elif token == "=":
        hint = "a comparison is written `==`"
    elif token == "%":
        hint = "a percentage is a number: 5 % is `0.05`"
    elif token == "!":
        hint = "n! is `exp(lgamma(n + 1))`"
    elif re.match(r"[∑∏∫]", token):
        hint = "write the sum or product out, term by term"
    return cursor.fault(f"`{token}` cannot stand here", at, hint=hint)


def _is_number(token: str) -> bool:
    return token[:1].isdecimal() or (token[:1] == "." and len(token) > 1)


def _is_word_or_sign(token: str) -> bool:
    return token in OPERATORS or token in (")", ",", "|") or token in RELATIONS
