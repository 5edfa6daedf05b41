"""A Python text and the function in it that is asked for; the text is parsed, and never run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

from symgrad.errors import Place, SourceError, UnknownName, nearest
from symgrad.sources.limits import MAX_DIGITS, MAX_PYTHON_OPERATORS
from symgrad.sources.problems import SourceTooLarge

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_OPERATORS = "+-*/%@&|^~<>.([{:"  # every nested expression needs one of these, or a word
_LONG_NUMBER = re.compile(rf"[0-9][0-9_]{{{4 * MAX_DIGITS},}}")


def parsed(text: str, source: str, lines: list[str], shift: int) -> ast.Module:
    """Parse Python; what Python itself refuses becomes one of our errors."""
    if found := _LONG_NUMBER.search(text):
        number = text.count("\n", 0, found.start()) + 1 + shift
        raise SourceTooLarge(f"{source}:{number}: a number of more than {MAX_DIGITS} digits")
    if sum(map(text.count, _OPERATORS)) > MAX_PYTHON_OPERATORS:
        raise SourceTooLarge(f"{source}: a file of more than {MAX_PYTHON_OPERATORS} operators")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as problem:
        if problem.lineno is None or not 0 < problem.lineno <= len(lines):
            raise SourceError(f"{source}: not Python: {problem.msg}") from None
        line = lines[problem.lineno - 1]
        column = max(1, problem.offset or 1)
        place = Place(source, problem.lineno + shift, min(column, len(line) + 1), 1, line)
        raise SourceError(f"not Python: {problem.msg}", place=place) from None
    except (RecursionError, MemoryError):
        raise SourceTooLarge(f"{source}: nested too deeply to read") from None
    except ValueError as problem:
        raise SourceError(f"{source}: not Python: {problem}") from None


def find_function(module: ast.Module, name: str | None, source: str) -> Definition:
    """Return the function called `name`; of several the last one, as in Python."""
    functions = {item.name: item for item in _functions(module)}
    if not functions:
        raise SourceError(f"{source} defines no function", help="`def J(a, *, x): …`")
    if name is None:
        if len(functions) == 1:
            return next(iter(functions.values()))
        hint = "name one: " + ", ".join(f"`{source}:{known}`" for known in list(functions)[:8])
        raise SourceError(f"{source} defines several functions", help=hint)
    if name not in functions:
        close = nearest(name, functions)
        hint = f"a function that there is: `{source}:{close}`" if close else ""
        raise UnknownName(f"{source} defines no function `{name}`", help=hint)
    return functions[name]


def _functions(module: ast.Module) -> Iterator[Definition]:
    for item in module.body:
        if isinstance(item, ast.If) and isinstance(item.test, ast.Constant):
            yield from (part for part in item.body if isinstance(part, Definition))
        if isinstance(item, Definition):
            yield item
