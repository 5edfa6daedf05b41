"""How languages write functions: one text for each language that has the function.

`library` gives the spellings of a function that the mathematical libraries of all languages have,
`helper` of one that emitted files bring along under its name, `fitted` joins and corrects them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from symgrad.expression.tree import Expression

CONDITION, SUM, PRODUCT, UNARY, POWER, ATOM = range(6)
IEEE = "python_ieee"  # Python that never raises: what it gives where plain Python would
_PLACE = re.compile(r"\{(\d*|#)\}")

Definition = Callable[[tuple[Expression, ...]], Expression]


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a language writes a function.

    `code` holds `{0}`, `{1}` for the arguments, or `{}` for all of them with commas between, and
    `{#}` for their number. `level` is how tightly the text binds; `tight` says that arguments stand
    bare in the text and need parentheses. `folds` says that a function of two arguments is put
    around more of them one by one. `needs` names imports and helper functions of the emitted file;
    `helper` is the text of a function that the file brings along, under the first name in `needs`.
    With `tree` in the place of `code` the language computes it by this formula in others.
    """

    code: str = ""
    needs: tuple[str, ...] = ()
    level: int = ATOM
    tight: bool = False
    folds: bool = False
    helper: str = ""
    tree: Definition | None = None

    def at(self, arguments: Sequence[str]) -> str:
        """Return the function at arguments, whose text may hold braces of its own.

        >>> Spelling("f({1}, {0})").at(["{0}", "g({})"])
        'f(g({}), {0})'
        >>> Spelling("max({0}, {1})", folds=True).at(["a", "b", "c"])
        'max(max(a, b), c)'
        """
        if self.folds:
            return reduce(lambda left, right: self._filled((left, right)), arguments)
        return self._filled(arguments)

    def _filled(self, arguments: Sequence[str]) -> str:
        def text(place: re.Match[str]) -> str:
            if place[1] == "#":
                return str(len(arguments))
            return arguments[int(place[1])] if place[1] else ", ".join(arguments)

        return _PLACE.sub(text, self.code)

    @property
    def arity(self) -> int | None:
        """The number of arguments that the text takes; None for any number."""
        places = [place for place in _PLACE.findall(self.code) if place != "#"]
        return None if self.tree or "" in places else 1 + max(map(int, places), default=-1)

    def takes(self, count: int) -> bool:
        """Tell whether the text can be written with so many arguments."""
        return count > 1 if self.folds else self.arity in (None, count)


Spellings = Mapping[str, Spelling]


def library(
    name: str,
    *,
    fails: bool = False,
    numpy: str = "",
    rust: str = "",
    arguments: str = "x",
    folds: bool = False,
) -> Spellings:
    """Return the spellings of a function of every mathematical library, called as C calls it.

    `fails` says that those of Python and Julia raise an exception at some arguments; `numpy` and
    `rust` are its names there; `arguments` declares those of C. A function that `folds` takes any
    number of arguments in Python, Julia and JavaScript, and two elsewhere.

    >>> library("asin", numpy="arcsin")["rust"].needs, library("asin", numpy="arcsin")["c"].code
    (('math asin(x) asin',), 'asin({0})')
    """
    places = ", ".join(f"{{{i}}}" for i in range(len(arguments.split(","))))
    many = "{}" if folds else places
    python = Spelling(f"{name}({many})", (name,))
    plain = Spelling(f"{name}({many})")
    wrapper = f"math {name}({arguments}) {rust or name}"  # of module math: C's name, then Rust's
    return {
        "python": python,
        IEEE: Spelling(f"_ieee_{name}({many})", (f"_ieee_{name}",)) if fails else python,
        "numpy": Spelling(f"np.{numpy or name}({places})", folds=folds),
        "c": Spelling(f"{name}({places})", folds=folds),
        "javascript": Spelling(f"Math.{name}({many})"),
        "rust": Spelling(f"math::{name}({places})", (wrapper,), folds=folds),
        "cpp": Spelling(f"std::{name}({places})", folds=folds),
        "julia": Spelling(f"_{name}({many})", (f"_{name}",)) if fails else plain,
        "jax": Spelling(f"jnp.{numpy or name}({places})", folds=folds),
        "torch": Spelling(f"torch.{name}({places})", folds=folds),
    }


def helper(name: str) -> Spellings:
    """Return the spellings of a function that the files of all languages bring along."""
    here = Spelling(f"_{name}({{}})", (f"_{name}",))
    return {
        "python": here,
        IEEE: here,
        "numpy": here,
        "c": Spelling(f"sg_{name}({{}})", (f"sg_{name}",)),
        "javascript": here,
        "rust": here,
        "cpp": Spelling(f"detail::{name}({{}})", (f"detail::{name}",)),
        "julia": here,
        "jax": here,
        "torch": here,
    }


def julia_special(code: str) -> Spelling:
    """Return a function of Julia's package SpecialFunctions, named or with its arguments.

    >>> julia_special("erf").code, julia_special("logabsgamma({0})[1]").code
    ('SpecialFunctions.erf({0})', 'SpecialFunctions.logabsgamma({0})[1]')
    """
    places = "" if "(" in code else "({0})"
    return Spelling(f"SpecialFunctions.{code}{places}", ("SpecialFunctions",))


def jax_special(name: str) -> Spelling:
    """Return a function of one argument of `jax.scipy.special`.

    >>> jax_special("erf").code
    'special.erf({0})'
    """
    return Spelling(f"special.{name}({{0}})", ("special",))


def fitted(base: Spellings, **others: Spelling | Spellings | None) -> Spellings:
    """Return spellings with those of some languages replaced, or left out (None).

    >>> sorted(fitted(library("abs"), c=Spelling("fabs({0})"), rust=None))
    ['c', 'cpp', 'javascript', 'jax', 'julia', 'numpy', 'python', 'python_ieee', 'torch']
    """
    found = dict(base)
    for language, other in others.items():
        if other is None:
            del found[language]
        elif isinstance(other, Spelling):
            found[language] = other
        else:
            found[language] = other[language]
    if "python" in others and IEEE not in others:
        found[IEEE] = found["python"]
    return found
