"""Lists of names and arguments, laid out on one line or in an indented block of lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symgrad.targets.updating import wrapped

_WIDTH = 99


def listed(items: Sequence[str], indent: str, beside: int = 0) -> str:
    """Return items with commas; on lines of their own where `beside` characters leave no room."""
    text = wrapped(items, indent, 4)
    if "\n" not in text and len(text) + beside > _WIDTH:
        return f"\n{indent}{text},\n{indent[4:]}"
    return text


def in_tuple(items: Sequence[str], indent: str, beside: int = 0) -> str:
    """Return the inside of a tuple; one of one item has a comma."""
    return f"{items[0]}," if len(items) == 1 else listed(items, indent, beside)


def target(names: Sequence[str], indent: str, beside: int = 0) -> str:
    """Return names that a tuple is unpacked to."""
    text = in_tuple(names, indent, beside)
    return f"({text})" if "\n" in text else text


def respelt(context: Mapping[str, object], changes: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Return what a template receives with each text changed, one change after the other."""
    made = dict(context)
    for key, text in context.items():
        if isinstance(text, str):
            for old, new in changes:
                text = text.replace(old, new)  # noqa: PLW2901  (one change after the other)
            made[key] = text
    return made
