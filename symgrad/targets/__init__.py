"""The languages that programs are emitted in: one module each, found by its name.

A module of this package that has a `TARGET` is a target. Others are added with `register`.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from symgrad.errors import SymgradError, did_you_mean
from symgrad.targets.base import Sheet, Target
from symgrad.targets.task import EmittedFile, Options, RunTask

__all__ = [
    "EmittedFile",
    "Options",
    "RunTask",
    "Sheet",
    "Target",
    "is_shipped",
    "register",
    "target",
    "target_names",
]

_registered: dict[str, Target] = {}


def register(added: Target) -> None:
    """Make a target known under its name, in this process.

    Raises SymgradError where symgrad has a target of that name itself.
    """
    if _shipped(added.name) is not None:
        raise SymgradError(f"symgrad has a target `{added.name}` already")
    _registered[added.name] = added


def is_shipped(name: str) -> bool:
    """Tell whether a target comes with symgrad."""
    return _shipped(name) is not None


def _shipped(name: str) -> Target | None:
    if name not in _module_names():
        return None
    found = getattr(import_module(f"{__name__}.{name}"), "TARGET", None)
    return found if isinstance(found, Target) else None


@cache
def _module_names() -> tuple[str, ...]:
    return tuple(sorted(info.name for info in pkgutil.iter_modules(__path__)))


def target_names() -> tuple[str, ...]:
    """Return the names of all targets, those that come with symgrad first.

    >>> "python" in target_names()
    True
    """
    shipped = [name for name in _module_names() if _shipped(name) is not None]
    return (*shipped, *_registered)


def target(name: str) -> Target:
    """Return the target called `name`; raises SymgradError, naming the nearest, for another."""
    found = _registered.get(name) or _shipped(name)
    if found is None:
        known = target_names()
        help_text = did_you_mean(name, known, f"one of {', '.join(known)}")
        raise SymgradError(f"unknown target `{name}`", help=help_text)
    return found
