"""Repeated cells of large graphs: found by shape, drawn once between the first and the last."""

import pytest

from symgrad.derivation.derive import derive
from symgrad.render.cells import repeated_cells
from symgrad.render.fold import folded
from symgrad.render.picture import picture
from symgrad.sources.text import parse


def recurrent(steps):
    rows = ["param w, u, b, v; data y, " + ", ".join(f"x{t}" for t in range(1, steps + 1))]
    rows.append("h0 = tanh(b)")
    for t in range(1, steps + 1):
        rows += [f"s{t} = w*h{t - 1} + u*x{t} + b", f"h{t} = tanh(s{t})", f"e{t} = (v*h{t} - y)^2"]
    return "\n".join([*rows, "J = " + " + ".join(f"e{t}" for t in range(1, steps + 1))])


def gated(steps):
    rows = ["param " + ", ".join(f"{a}_{g}" for g in "ifg" for a in "wub")]
    rows += ["data y, h0, c0, " + ", ".join(f"x{t}" for t in range(1, steps + 1))]
    for t in range(1, steps + 1):
        rows += [f"z_{g}{t} = w_{g}*x{t} + u_{g}*h{t - 1} + b_{g}" for g in "ifg"]
        rows += [f"i{t} = sigmoid(z_i{t})", f"f{t} = sigmoid(z_f{t})", f"g{t} = tanh(z_g{t})"]
        rows += [f"c{t} = f{t}*c{t - 1} + i{t}*g{t}", f"h{t} = tanh(c{t})*0.5"]
    return "\n".join([*rows, f"J = (h{steps} - y)^2"])


def deep(layers):
    rows = ["param " + ", ".join(f"w{k}_{i}{j}" for k in range(layers) for i in "12" for j in "12")]
    rows.append("data a0_1, a0_2, y")
    for k in range(layers):
        rows += [
            f"a{k + 1}_{i} = tanh(w{k}_{i}1*a{k}_1 + w{k}_{i}2*a{k}_2)" for i in "12"
        ]  # fmt: skip
    return "\n".join([*rows, f"J = (a{layers}_1 - a{layers}_2 - y)^2"])


GRAPHS = {"recurrent": (recurrent(25), 3), "gated": (gated(12), 8), "deep": (deep(40), 2)}


@pytest.mark.parametrize(("text", "size"), GRAPHS.values(), ids=GRAPHS)
def test_cells_fold_between_the_first_and_the_last(text, size):
    graph = parse(text)
    used = {op for node in graph.ordered for op in node.formula.operands}
    nodes = [n for n in graph.nodes if n.formula is None and n.name in used] + list(graph.ordered)
    fold = folded(graph, nodes, 60)
    ((first, cell),) = fold.cells.items()
    assert len(cell) == size
    assert len(fold.groups[first]) % size == 0
    assert sorted(n for group in fold.groups.values() for n in group) == sorted(
        n.name for n in nodes
    )
    place = {name: i for i, name in enumerate(fold.groups)}
    for node in graph.ordered:
        for operand in node.formula.operands:
            assert place[fold.home[operand]] <= place[fold.home[node.name]]
    shown = picture(graph, derive(graph))
    (tile,) = [tile for tile in shown.tiles if "cells alike" in tile.text]
    assert len(tile.notes) == size
    assert len(shown.tiles) <= 40


def test_what_repeats_nothing_has_no_cells():
    wide = "param " + ", ".join(f"a{i}" for i in range(80)) + "\n"
    wide += "\n".join(f"h{i} = sin(a{i})" for i in range(80))
    wide += "\nJ = " + " + ".join(f"h{i}" for i in range(80))
    assert repeated_cells(parse(wide), lambda node: node.formula.pattern) is None


def test_a_step_never_falls_along_an_edge():
    graph = parse(gated(7))
    cells = repeated_cells(graph, lambda node: node.formula.pattern)
    assert (cells.first, cells.last) == (1, 7)
    for node in graph.ordered:
        for operand in node.formula.operands:
            assert cells.step.get(operand, 0) <= cells.step[node.name]
