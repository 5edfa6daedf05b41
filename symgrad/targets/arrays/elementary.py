"""Functions of numbers in loops: written as their records and the target of single numbers say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from symgrad.expression.arrays.print_numpy import bare
from symgrad.expression.brackets import depths
from symgrad.expression.tree import Call, Var
from symgrad.targets import target
from symgrad.targets.base import helpers_of
from symgrad.targets.helper import Helper, with_needs
from symgrad.targets.printing import ATOM, Inexpressible, Spelling

_PLACE = re.compile(r"(?:(?<=\()|(?<=, ))\0(\d+)\0(?=[,)])|\0(\d+)\0")


_NONE: Mapping[str, Spelling] = {}


class Elementary:
    """Writes functions of numbers in a language for one file, and knows what helpers it needs then.

    `library` stands before the names of the language's library, where they are not imported;
    `functions` says how some are written here, whatever the records say.
    """

    def __init__(
        self, language: str, *, library: str = "", functions: Mapping[str, Spelling] = _NONE
    ) -> None:
        self.target = target(language)
        self.library = library
        self.printer = self.target.printer(
            {**self.target.functions, **self.target.guarded_functions, **functions}
        )
        self.languages = self.target.languages({})
        self.printer.languages = (*filter(None, [self.target.guarded]), *self.languages)

    def call(self, function: str, arguments: Sequence[str]) -> str:
        """Return the code of a function at arguments.

        Raises Inexpressible for one that the language does not have.
        """
        places = tuple(map(Var, range(len(arguments))))
        try:
            text = self.printer.at(Call(function, places), ATOM)
        except Inexpressible as problem:
            raise Inexpressible(*problem.asked, self.languages) from None

        def argument(place: re.Match[str]) -> str:
            return bare(arguments[int(place[1])]) if place[1] else closed(arguments[int(place[2])])

        return _PLACE.sub(argument, self.qualified(text, self.printer.needed))

    def qualified(self, text: str, needs: Iterable[str]) -> str:
        """Return code in which those of the names that the library has stand behind its name."""
        helpers = helpers_of(self.target, self.printer)
        names = [name for name in needs if name not in helpers and name != "Callable"]
        if not self.library or not names:
            return text
        word = re.compile(rf"(?<![\w.])(?=(?:{'|'.join(names)})\b)")
        lines = [
            line if '"""' in line else word.sub(self.library, line) for line in text.split("\n")
        ]
        return "\n".join(lines)

    def helpers(self, used: Iterable[str], own: Mapping[str, Helper]) -> list[str]:
        """Return the helpers of functions, and those of `own` that are used, with what they need.

        Those of `own` keep their order.
        """
        known = {**helpers_of(self.target, self.printer), **own}
        found = with_needs([*self.printer.needed, *used], known)
        ordered = [name for name in found if name not in own] + [n for n in own if n in found]
        return [self.qualified(known[n].text, known[n].needs).strip("\n") for n in ordered]


def closed(text: str) -> str:
    """Return code with brackets around it, unless it is one name, number, entry or call."""
    for at, (character, depth) in enumerate(zip(text, depths(text), strict=True)):
        loose = not depth and character in "*/+- ?" and at
        if loose or (at == 0 and character == "-"):
            return f"({text})"
    return text
