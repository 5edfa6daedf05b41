"""What is set as code: a formula, or a piece of a program."""

from __future__ import annotations

import re

# fences in which people set formulas as text; a single line of a program makes it a program
LOOSE_FENCES = frozenset(("", "text", "txt", "plain", "plaintext", "latex", "tex", "katex"))
_PROGRAM = re.compile(
    r"^[ \t>]*(?:def|class|import|from|return|for|while|if|else|elif|print|let|var|const|function|"
    r"int|float|double|void|data|params?|consts?|minimize|maximize|#include|>>>|\$|//)\b"
    r"|^[ \t>]*(?:>>>|\$ |#include|//)|\w\.\w+\(|[;{]\s*$|==|[-+*/]=|->|\""
    r"|\w\[[^\]^\n]*\]\s*=|\bnp\.",
    re.MULTILINE,
)
_IN_CODE = re.compile(
    r"\s*(?:[∂∇]|\\[A-Za-z]+|[^\W\d]\w{0,30})"
    r"[^\n$`|]{0,400}?(?:=|≈|←|\\approx\b)\s*[^\n$`|]*[^\W\d][^\n$`|]*"
    r"|\s*(?:∂|\\[dt]?frac\s*\{\s*(?:\\partial|d\w))[^\n$`|]{0,400}?(?:=|≈)\s*[^\n$`|]+"
)
_LONGEST = 400


def is_program(text: str) -> bool:
    """Tell whether a line of a text is one of a program.

    >>> is_program("dL/db = p - y"), is_program("w -= rate * dw"), is_program("for x in data:")
    (False, True, True)
    """
    return _PROGRAM.search(text) is not None


def is_formula(text: str) -> bool:
    """Tell whether a text can be a formula with a relation in it.

    >>> is_formula("dL/db = p - y"), is_formula("w -= rate * dw"), is_formula("x = 3")
    (True, False, False)
    """
    fits = len(text) <= _LONGEST and _IN_CODE.fullmatch(text)
    return bool(fits) and not is_program(text)
