"""Measure the layout of pictures beside dagre and ELK: `python benchmarks/layouts.py FOLDER`.

FOLDER is where `npm install @dagrejs/dagre elkjs` was run. All three lay out every scalar graph
that symgrad ships, with the same sizes of boxes and labels. Told are the crossings of edges in all
graphs, and width, area and length of the edges as ratios to symgrad's, in the geometric mean.
"""

import json
import subprocess
import sys
from pathlib import Path
from unittest import mock

from symgrad import examples
from symgrad.derivation.derive import derive
from symgrad.render import svg
from symgrad.render.picture import picture
from symgrad.sources import load


def described(name: str) -> dict[str, object]:
    """Return what the others are given of a graph, and what symgrad makes of it."""
    graph = load(f"example:{name}")
    with mock.patch.object(svg, "layout", wraps=svg.layout) as watched:
        made = svg.drawing(picture(graph, derive(graph))).layout
    boxes, arcs = watched.call_args.args
    lines = [
        [point for x, top, bottom in link.stretches for point in ((x, top), (x, bottom))]
        for link in made.links
    ]
    return {
        "name": name,
        "boxes": [(box.name, box.width, box.height) for box in boxes],
        "arcs": [(arc.source, arc.target, arc.label) for arc in arcs],
        "own": {"width": made.width, "height": made.height, "lines": lines},
    }


if __name__ == "__main__":
    script = (Path(__file__).parent / "layouts.mjs").read_text(encoding="utf-8")
    graphs = [described(name) for name in examples.names() if "/" not in name]
    subprocess.run(
        ["node", "--input-type=module", "--eval", script],
        input=json.dumps(graphs), text=True, check=True, cwd=sys.argv[1],
    )  # fmt: skip
