"""Compiled code as a module that says what it computes, and that can be sent to another process."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import ModuleType
from typing import Any

from symgrad.derivation.derivation import Derivation


class CompiledModule(ModuleType):
    """A module of compiled code; pickled, it is what it was made from, and is made anew."""

    def __repr__(self) -> str:
        derivation, target, _ = self.__dict__["_made_from"]
        by = ", ".join(derivation.wrt)
        return f"<{target} code of {derivation.graph.objective} and its gradient by {by}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.__dict__["_maker"], *self.__dict__["_made_from"])


def marked(
    module: ModuleType,
    derivation: Derivation,
    target: str,
    options: Mapping[str, Any],
    maker: Callable[..., ModuleType],
) -> ModuleType:
    """Return a module with its origin: `maker(derivation, target, **options)` makes it again.

    >>> from symgrad.derivation.derive import derive
    >>> from symgrad.sources.text import parse
    >>> marked(ModuleType("m"), derive(parse("param a; J = a^2")), "python", {}, ModuleType)
    <python code of J and its gradient by a>
    """
    module.__class__ = CompiledModule
    module.__dict__.update(_maker=maker, _made_from=(derivation, target, dict(options)))
    for name in ("Gradient", "Params", "State"):
        if hasattr(module, name):
            getattr(module, name).__reduce__ = _reduced
    return module


def _again(
    maker: Callable[..., ModuleType], derivation: Derivation, target: str, options: dict[str, Any]
) -> ModuleType:
    return maker(derivation, target, **options)


def _reduced(self: Any) -> tuple[Any, ...]:  # noqa: ANN401  (a named tuple of the module)
    return _row, (type(self).__name__, self._fields, tuple(self))


def _row(name: str, fields: Sequence[str], values: Sequence[float]) -> Any:  # noqa: ANN401
    return _row_class(name, tuple(fields))(*values)


@lru_cache(64)
def _row_class(name: str, fields: tuple[str, ...]) -> Any:  # noqa: ANN401
    made = namedtuple(name, fields)  # type: ignore[misc]  # noqa: PYI024  (known when it runs)
    made.__reduce__ = _reduced  # type: ignore[method-assign]
    return made
