"""Measure the bits that emitted code loses on a file of graphs, as written and safe.

    python benchmarks/lost_bits.py [benchmarks/herbie.txt] [--points N] [--seed N] [--verbose]

Each graph's value is computed at points within its assumptions, of either sign, sizes spread by
logarithm from 1e-15 to 1e15, half of them near one another; what is right is certified. A graph
counts with the mean over its points; it is unsolved where that is above 5 bits, and worse where
safe code loses half a bit more than plain code.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import sys
import types
from collections.abc import Iterator
from pathlib import Path

from symgrad.accuracy.improve import domain_of
from symgrad.accuracy.measure import TrueValues, split_ball
from symgrad.accuracy.reference import truth
from symgrad.derivation.derive import derive
from symgrad.expression.certified import ctx
from symgrad.graph.graph import Graph
from symgrad.program.statements import Statement
from symgrad.sources.text import parse
from symgrad.targets.codegen import generate

FILE = Path(__file__).parent / "herbie.txt"
UNSOLVED, WORSE = 5.0, 0.5
TRIES = 40


def graphs(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each graph of a file."""
    for part in ("\n" + path.read_text(encoding="utf-8")).split("\n== ")[1:]:
        name, _, text = part.partition("\n")
        yield name, "\n".join(line for line in text.splitlines() if not line.startswith("at "))


def points(graph: Graph, count: int, seed: int) -> Iterator[tuple[dict[str, float], TrueValues]]:
    """Yield points of the domain, and the certified value of the objective there."""
    names = tuple(node.name for node in graph.nodes if node.formula is None)
    statements = [Statement(n.name, n.formula) for n in graph.ordered if n.formula is not None]
    domain, source, found = domain_of(graph, names), random.Random(seed), 0  # noqa: S311
    for i in range(TRIES * count):
        point: dict[str, float] = {}
        for name in names:
            size = 10.0 ** source.uniform(-15, 15)
            if i % 2 and point:
                size = abs(next(iter(point.values()))) * (1.0 + 10.0 ** source.uniform(-12, 0))
            elif i % 4 == 0:
                size = 10.0 ** source.uniform(-3, 2)
            point[name] = math.copysign(size, source.choice((-1, 1)))
        if not domain.allows(point):
            continue
        with ctx.workprec(200):
            ball = truth(statements, point, (graph.objective,)).get(graph.objective)
            near, rest, known = split_ball(ball)
        if known:
            yield point, TrueValues((near,), (rest,), (True,))
            found += 1
            if found == count:
                return


def lost(name: str, text: str, count: int, seed: int) -> tuple[float, float]:
    """Return the bits that code loses of a graph's value, as written and safe, in the mean."""
    graph = parse(text)
    derivation = derive(graph)
    modules = []
    for safe in (False, True):
        module = types.ModuleType("emitted")
        code = generate(derivation, "python", safe=safe)
        exec(compile(code, name, "exec"), module.__dict__)  # noqa: S102  (our own emitted code)
        modules.append(module)
    rows, order = [], (*graph.parameters, *graph.data, *graph.constants)
    for point, right in points(graph, count, seed):
        given = [point[key] for key in order]
        rows.append([right.losses((module.value(*given),))[0] for module in modules])
    plain, safe_ = (statistics.fmean(column) for column in zip(*rows, strict=True))
    return plain, safe_


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    rows = []
    for name, text in graphs(options.file):
        plain, safe = lost(name, text, options.points, options.seed)
        rows.append((plain, safe))
        if options.verbose:
            sys.stdout.write(f"{plain:6.2f} {safe:6.2f}  {name}\n")
    plain, safe = (statistics.fmean(column) for column in zip(*rows, strict=True))
    unsolved = sum(after > UNSOLVED for _, after in rows)
    worse = sum(after > before + WORSE for before, after in rows)
    sys.stdout.write(
        f"{len(rows)} graphs: {plain:.2f} bits lost as written, {safe:.2f} safe, "
        f"{unsolved} unsolved, {worse} worse\n"
    )


if __name__ == "__main__":
    main()
