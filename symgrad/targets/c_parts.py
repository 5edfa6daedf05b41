"""Long bodies of C functions cut into functions of bounded length.

Compilers need more than linear time for one function: 4,000 stages of a chain take minutes in one
piece and seconds in parts. What a part leaves for later ones stands in an array of the caller's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from symgrad.errors import free_name

MAX_STATEMENTS = 500  # a longer body is cut
PART = 800  # statements of a part, and names that they use

# Put back into one function, parts would gain nothing.
PART_MARK = """\
#if defined(__GNUC__)
#define PART static __attribute__((noinline))
#else
#define PART static
#endif
"""


class Line(NamedTuple):
    """One statement: the identifier that it assigns, or "", those that it uses, and its code."""

    name: str
    uses: tuple[str, ...]
    code: str


@dataclass(frozen=True, slots=True)
class Cut:
    """A body in parts: the functions before it, and the lines that stand in its place.

    `places` tells where the caller finds the results that it asked for.
    """

    functions: str
    lines: tuple[str, ...]
    places: dict[str, str]


def cut(
    prefix: str,
    lines: Sequence[Line],
    results: Collection[str],
    *,
    taken: Collection[str],
    also: Sequence[tuple[str, str]] = (),
    always: Sequence[tuple[str, str]] = (),
) -> Cut | None:
    """Return a body cut into functions, or None for one that is short enough as it is.

    `prefix` begins their names, `results` are identifiers that the caller needs afterwards, `taken`
    all identifiers that are not free. `also` gives names and declarations of arguments for parts
    with statements that assign nothing, `always` those that every part has.

    >>> lines = [
    ...     Line(f"u{i + 1}", (f"u{i}",), f"const double u{i + 1} = 2*u{i};") for i in range(600)
    ... ]
    >>> cut("part_", lines, ["u600"], taken=[]).places
    {'u600': 'kept[1]'}
    """
    if len(lines) <= MAX_STATEMENTS:
        return None
    kept = free_name("kept", taken)
    while any(name.startswith(prefix) for name in taken):
        prefix += "_"
    parts = _parts(lines)
    home = {line.name: number for number, part in enumerate(parts) for line in part if line.name}
    later = set(results)
    for number, part in enumerate(parts):
        later.update(n for line in part for n in line.uses if home.get(n, number) != number)
    stored = [line.name for line in lines if line.name in later]
    places = {name: f"{kept}[{i}]" for i, name in enumerate(stored)}
    functions: list[str] = []
    calls = [f"double {kept}[{max(1, len(places))}];"]
    for number, part in enumerate(parts):
        inputs: dict[str, None] = {}
        known = {line.name for line in part}
        body: list[str] = []
        for line in part:
            for used in line.uses:
                if used not in home:
                    inputs[used] = None
                elif used not in known:
                    known.add(used)
                    body.append(f"const double {used} = {places[used]};")
            body.append(line.code)
            body += [f"{places[line.name]} = {line.name};"] if line.name in places else []
        arguments = [(name, f"double {name}") for name in inputs]
        arguments += [] if all(line.name for line in part) else also
        arguments += always
        arguments += [(kept, f"double {kept}[]")] if len(body) > len(part) else []
        name = f"{prefix}{number + 1}"
        head = f"PART void {name}({', '.join(text for _, text in arguments) or 'void'}) {{"
        functions.append("\n".join([head, *(f"    {text}" for text in body), "}\n"]))
        calls.append(f"{name}({', '.join(given for given, _ in arguments)});")
    return Cut("\n".join(functions), tuple(calls), {n: places[n] for n in results if n in places})


def _parts(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines in parts of bounded weight."""
    parts: list[list[Line]] = [[]]
    weight = 0
    for line in lines:
        own = 1 + len(line.uses)
        if parts[-1] and weight + own > PART:
            parts.append([])
            weight = 0
        parts[-1].append(line)
        weight += own
    return parts
