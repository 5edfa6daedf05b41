"""The graph of a report: one layout that has room for the numbers of every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from symgrad.derivation.derivation import Derivation
from symgrad.render.picture import Picture, Tile, picture
from symgrad.render.svg import drawing, written
from symgrad.render.svg_text import advance
from symgrad.trace.trace import Step


@dataclass(frozen=True, slots=True)
class Stage:
    """A picture of the graph; `home` maps every node to the tile that it is drawn in."""

    picture: Picture
    home: Mapping[str, str]

    @property
    def tiles(self) -> list[tuple[str, bool]]:
        """The name of every tile that has numbers, and whether its adjoint is one of them."""
        return [(tile.name, bool(tile.adjoint)) for tile in self.picture.tiles if tile.value]

    @property
    def folded(self) -> int:
        """How many nodes the graph has that are drawn together with others."""
        return sum(len(tile.members) for tile in self.picture.tiles if len(tile.members) > 1)


def scene(derivation: Derivation, step: Step | None) -> Stage:
    """Return the picture of a graph, with the numbers of a step."""
    shown = picture(derivation.graph, derivation, values=step)
    return Stage(shown, {name: tile.name for tile in shown.tiles for name in tile.members})


def scene_svg(shown: Stage, steps: Sequence[Sequence[Sequence[str]]]) -> tuple[str, float]:
    """Return the picture as SVG, and its natural width.

    `steps` holds value and adjoint of each tile, step by step: the picture is laid out with the
    widest of them, so that nothing moves with the slider.
    """
    columns = iter(zip(*steps, strict=True)) if steps else iter(())
    wide: list[Tile] = []
    for tile in shown.picture.tiles:
        if not tile.value:
            wide.append(tile)
            continue
        pairs = next(columns)
        values, adjoints = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        wide.append(
            replace(
                tile,
                value=max((tile.value, *values), key=advance),
                adjoint=max((tile.adjoint, *adjoints), key=advance),
            )
        )
    made = drawing(replace(shown.picture, tiles=tuple(wide)))
    return written(replace(made, picture=shown.picture), embed=True), made.layout.width
