"""Which functions an emitted file has: those that every target offers, fewer of them, or more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from symgrad.errors import SymgradError, did_you_mean

OFFERED = ("value", "gradient", "value_and_gradient", "update")
_SHORT = {"gauss_newton": "gauss_newton_product"}
# What a function is computed with, and what therefore is there too.
_NEEDS = {
    "custom_vjp": ("value", "value_and_gradient"),
    "hvp": ("gradient",),
    "gauss_newton_product": ("gradient",),
    "update": ("gradient",),
    "fun_and_jac": ("value_and_gradient",),
    "value_each": ("value",),
    "gradient_each": ("gradient",),
    "partial_sums": ("value_and_gradient",),
    "self_check": ("value", "gradient", "value_and_gradient"),
}


def chosen(
    offered: Sequence[str],
    optional: Sequence[str],
    *,
    only: Iterable[str] = (),
    include: Iterable[str] = (),
    target: str = "this target",
) -> tuple[str, ...]:
    """Return the functions of a file, in the order in which a target lists them.

    All that are `offered` unless `only` names fewer, those in `include` besides, and what they
    need. Raises SymgradError for a name that the target does not know.

    >>> chosen(OFFERED, ("self_check",), only=["update"])
    ('gradient', 'update')
    """
    known = (*offered, *optional)
    asked, added = listed(only), listed(include)
    for name in (*asked, *added):
        if name not in known:
            note = did_you_mean(name, known, f"it has {', '.join(known)}")
            raise SymgradError(f"{target} has no function `{name}`", help=note)
    found = set(asked or offered) | set(added)
    for name in tuple(found):
        found.update(_NEEDS.get(name, ()))
    return tuple(name for name in known if name in found)


def listed(given: Iterable[str]) -> list[str]:
    """Return names, given one by one or with commas between them."""
    names = given.split(",") if isinstance(given, str) else given
    return [_SHORT.get(name.strip(), name.strip()) for name in names]
