"""A position in the tokens of one expression, and faults that point at them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from symgrad.errors import Place, SourceError
from symgrad.expression.names import canonical
from symgrad.expression.tree import Constant, Expression, children
from symgrad.sources import lexer
from symgrad.sources.limits import MAX_DEPTH, MAX_EXPRESSION
from symgrad.sources.problems import Fault, Origin, SourceTooLarge

Resolve = Callable[[str], "Expression | None"]

_SHALLOW = 7


_CONSTANTS = {"π": Constant("pi"), "e": Constant("e")}


def constant(name: str) -> Constant | None:
    """Return the named number that `name` stands for where no graph defines it."""
    return _CONSTANTS.get(canonical(name))


class Cursor:
    """The tokens of one expression and how far they have been read.

    `resolve` gives what a name stands for: an expression, or None for a name that is not known;
    `names` are the names there are, for suggestions. `unknown` is told the name and place of each
    name that nothing is known about; without it the first one is raised as a fault.
    """

    def __init__(
        self,
        text: str,
        origin: Origin,
        resolve: Resolve,
        *,
        names: Iterable[str] = (),
        unknown: Callable[[str, Place], None] | None = None,
    ) -> None:
        self.text = text
        self.origin = origin
        self.resolve = resolve
        self.names = names
        self.unknown = unknown
        if len(text) > MAX_EXPRESSION:
            raise too_long(text, origin)
        self.tokens = lexer.tokens(text)
        self.at = 0
        self.depth = 0
        self.deepest = 0
        self.longest_quotient = 0
        self._splits: list[tuple[int, tuple[str, ...]]] = []
        self._spans: list[tuple[int, int]] | None = None

    def split_token(self, parts: tuple[str, ...]) -> None:
        """Take the present token for several, which stand side by side."""
        self.tokens[self.at : self.at + 1] = parts
        self._splits.append((self.at, parts))
        self._spans = None

    def spans(self) -> list[tuple[int, int]]:
        """Return where in the text each token stands."""
        if self._spans is None:
            self._spans = lexer.spans(self.text)
            for index, parts in self._splits:
                start = self._spans[index][0]
                pieces = []
                for part in parts:
                    pieces.append((start, start + len(part)))
                    start += len(part)
                self._spans[index : index + 1] = pieces
        return self._spans

    def written(self, index: int) -> str:
        """Return a token as the author wrote it."""
        start, end = self.spans()[index]
        return self.text[start:end]

    def place(self, first: int, last: int | None = None) -> Place:
        """Return the place of the tokens from `first` to `last`."""
        found = self.spans()
        return self.origin.place(self.text, found[first][0], found[max(first, last or 0)][1])

    def fault(
        self,
        message: str,
        first: int,
        *,
        hint: str = "",
        last: int | None = None,
        kind: type[SourceError] = SourceError,
    ) -> Fault:
        """Return a fault that points at the tokens from `first` to `last`."""
        return Fault(message, self.place(first, last), hint, kind=kind)

    def too_large(self, message: str, first: int, *, hint: str = "") -> Fault:
        """Return the fault of exceeding a limit."""
        return self.fault(message, first, hint=hint, kind=SourceTooLarge)

    def enter(self, levels: int = 1) -> None:
        """Go deeper, and refuse to go too deep; the way back is `depth -= levels`."""
        self.depth += levels
        if self.depth > self.deepest:
            self.deepest = self.depth
            if self.depth > MAX_DEPTH:
                raise self.too_large(
                    f"more than {MAX_DEPTH} levels of nesting",
                    self.at,
                    hint="give parts of the expression names of their own",
                )

    def check_depth(self, expression: Expression) -> None:
        """Refuse a tree of more than MAX_DEPTH levels."""
        if self.deepest < _SHALLOW and self.longest_quotient < MAX_DEPTH // 2:
            return
        depth = tree_depth(expression)
        if depth > MAX_DEPTH:
            raise self.too_large(
                f"an expression of {depth} levels (at most {MAX_DEPTH})",
                0,
                hint="give parts of the expression names of their own",
            )


def too_long(text: str, origin: Origin) -> Fault:
    """Return the fault of an expression of more than MAX_EXPRESSION characters."""
    message = f"an expression of more than {MAX_EXPRESSION} characters"
    start = len(text) - len(text.lstrip())
    return Fault(message, origin.place(text, start, start + 1), kind=SourceTooLarge)


def tree_depth(expression: Expression) -> int:
    """Return the number of levels of a tree.

    >>> from symgrad.expression.tree import Neg, Var
    >>> tree_depth(Neg(Var("x")))
    2
    """
    level, depth = [expression], 0
    while level:
        level = [part for parent in level for part in children(parent)]
        depth += 1
    return depth
