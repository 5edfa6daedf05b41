"""What a page shows of a graph that is being edited: text and numbers in, pieces of the page out.

A request is a mapping that came as JSON, and so is its answer. Nothing raises for what a person
typed: the answer then holds the faults, each with its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.derivation.derivation import Derivation
from symgrad.derivation.derive import derive
from symgrad.errors import Diagnostic, SymgradError, display_text
from symgrad.graph.graph import Graph
from symgrad.render.arrays.numbers import entries, with_entries
from symgrad.render.arrays.page import MOST_STEPS, ArrayPage
from symgrad.render.arrays.sheet import headline as array_headline
from symgrad.render.html import environment
from symgrad.render.html_check import made_up_point
from symgrad.render.html_content import LANGUAGES
from symgrad.render.html_curve import Curve, curve
from symgrad.render.html_explained import explained_sections
from symgrad.render.html_picture import scene, scene_svg
from symgrad.render.html_rows import PageBlock, Rows, quantities
from symgrad.render.html_steps import StepWriter, objective_values, worked_trace
from symgrad.render.html_verdicts import marked
from symgrad.render.sheet import headline
from symgrad.sources.function import graph as read_function
from symgrad.sources.text import parse
from symgrad.targets import target_names
from symgrad.targets.arrays.emitting import LANGUAGES as ARRAY_TARGETS
from symgrad.targets.codegen import emit
from symgrad.trace.arrays.plan import planned
from symgrad.trace.numbers import read_number
from symgrad.trace.trace import Plan, Trace, make_plan
from symgrad.verify import verify
from symgrad.verify.hints import without_answers

TEMPLATE = "live.html.j2"
MAX_TEXT = 100_000  # characters of a graph or a derivation
SOURCE = "graph"
_MADE_UP = "The graph states no numbers for all its inputs: those shown are made up."
_ARRAYS_GIVEN = "Numbers that the graph does not state are made up; large arrays keep theirs."
_KEPT = 8  # graphs whose derivation is kept
_EXPLAINED = ("edges", "sensitivities", "jacobians", "gradients")  # of a graph with arrays
_SIGNIFICANT = 4  # digits of a number that is made up

Answer = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """What the templates read: a part of what a report reads, with the same names."""

    blocks: tuple[PageBlock, ...]
    steps: tuple[dict[str, Any], ...]
    goal: str
    width: float = 0
    folded: int = 0
    planned: int = 0
    curve: Curve | None = None


def answer(request: Mapping[str, Any]) -> Answer:
    """Return the answer to a request, whose `kind` is show, judge, explain, or emit.

    Args:
        request: `text`, the graph; for show `numbers`, the text of each number that was changed, by
            input, and `quick`, to leave out paths, worked lines and all steps but the first; for
            judge `claims`, a derivation, and `answers`, whether corrections are shown; for emit
            `target`, a language.

    Returns:
        `ok` and what was asked for, or `ok` false and `faults`.

    >>> answer({"kind": "show", "text": "param a; J = b"})["faults"][0]["line"]
    1
    """
    try:
        texts = [str(request.get(key, "")) for key in ("text", "claims")]
        if max(map(len, texts)) > MAX_TEXT:
            raise SymgradError(f"a text has at most {MAX_TEXT:,} characters")
        return {"ok": True, **_KINDS[request["kind"]](request, texts[0])}
    except SymgradError as error:
        return {"ok": False, "faults": [_fault(item) for item in error.diagnostics]}


@lru_cache(maxsize=_KEPT)
def read_graph(text: str) -> Graph:
    """Return the graph of a text in the graph language, or of a Python function."""
    if text.lstrip().startswith(("def ", "import ", "from ")):
        return read_function(text)
    return parse(text, source=SOURCE)


@lru_cache(maxsize=_KEPT)
def derivation_of(text: str) -> Derivation:
    """Return the derivation of a text: a page asks for that of one text several times."""
    return derive(read_graph(text))


def _fault(item: Diagnostic) -> Answer:
    found: Answer = {"message": display_text(item.message), "help": display_text(item.help)}
    if item.place is not None:
        place = item.place
        found |= {"line": place.line, "column": place.column, "length": place.length}
    return found


def _show(request: Mapping[str, Any], text: str) -> Answer:
    graph, derivation = read_graph(text), derivation_of(text)
    quick = bool(request.get("quick"))
    if isinstance(derivation, ArrayDerivation):
        return _show_arrays(derivation, request.get("numbers") or {}, quick=quick)
    plan, note = _plan(derivation, request.get("numbers") or {})
    planned = plan.count
    plan = replace(plan, count=1, brief=True) if quick else plan
    trace, reason = worked_trace(plan)
    drawn = scene(derivation, trace.steps[0] if trace else None)
    rows = Rows(derivation, drawn.home)
    blocks = tuple(rows.blocks(paths=not quick))
    steps, data = _steps(trace, blocks, drawn.tiles, work=not quick)
    svg, width = scene_svg(drawn, [step["tiles"] for step in steps])
    values = objective_values(trace) if trace else []
    shown = curve(values, len(values), len(steps)) if len(values) > 1 else None
    goal = rows.plain.name(graph.objective)
    page = Page(blocks, steps, goal, width, drawn.folded, planned, shown)
    places = {quantity: i for i, quantity in enumerate(quantities(blocks))}
    return {
        "headline": headline(derivation),
        "formulas": _filled("formulas", page, places.get),
        "graph": _filled("shown", page, svg),
        **({} if quick else {"numbers": _filled("numbers", page)}),
        "width": width,
        "inputs": _inputs(plan, trace),
        "note": reason or note,
        "data": data | {"marks": shown.marks if shown else ()},
        "targets": [[name, LANGUAGES.get(name, name.capitalize())] for name in _targets()],
    }


def _show_arrays(d: ArrayDerivation, changed: Mapping[str, Any], *, quick: bool) -> Answer:
    """Return the formulas, the picture and the steps of a graph with vectors and matrices."""
    try:
        plan, reason = planned(d, None), ""
        if plan is not None and (given := with_entries(plan, changed)):
            plan = planned(d, given)
    except SymgradError as problem:
        plan, reason = None, problem.diagnostics[0].message
    shown = ArrayPage(d, plan, reason, most=1 if quick else MOST_STEPS)
    steps = tuple(shown.step(step) for step in shown.steps)
    blocks = tuple(b for b in shown.blocks if not quick or b.key != "paths")
    svg, width = scene_svg(shown.stage, [])
    count = plan.count if plan else 0
    line = shown.curve()
    page = Page(blocks, steps, shown.plain.name(d.graph.objective), width, shown.stage.folded,
                count, line)  # fmt: skip
    places = {quantity: i for i, quantity in enumerate(quantities(blocks))}
    return {
        "headline": array_headline(d),
        "formulas": _filled("formulas", page, places.get),
        "graph": _filled("shown", page, svg),
        **({} if quick else {"numbers": _filled("numbers", page)}),
        "width": width,
        "inputs": [
            {"name": key, "role": d.graph.index[name].kind, "value": f"{float(value):.6g}"}
            for key, name, value in (entries(plan) if plan else ())
        ],
        "note": shown.no_steps or _ARRAYS_GIVEN,
        "data": {"steps": steps, "tiles": [], "marks": line.marks if line else ()},
        "targets": [[name, LANGUAGES[name]] for name in ARRAY_TARGETS],
    }


def _filled(macro: str, *arguments: object) -> str:
    """Return a piece of the page: a macro of the template with its arguments."""
    return str(getattr(environment().get_template(TEMPLATE).module, macro)(*arguments))


def _steps(
    trace: Trace | None,
    blocks: tuple[PageBlock, ...],
    tiles: list[tuple[str, bool]],
    *,
    work: bool,
) -> tuple[tuple[dict[str, Any], ...], Answer]:
    data: Answer = {"steps": (), "tiles": [name for name, _ in tiles]}
    if trace is None:
        return (), data | {"tiles": []}
    writer = StepWriter(trace, quantities(blocks), tiles)
    steps = tuple(writer.step(step, work=work) for step in trace.steps)
    return steps, data | {"steps": steps}


def _plan(derivation: Derivation, changed: Mapping[str, Any]) -> tuple[Plan, str]:
    """Return what the numbers start from: the graph's own, those changed, and made up ones."""
    graph = derivation.graph
    names = {node.name for node in graph.nodes if node.formula is None}
    given = {
        name: read_number(str(text), f"the value of `{name}`")
        for name, text in changed.items()
        if name in names
    }
    own = {name for sample in graph.steps for name, _ in sample}
    own |= {node.name for node in graph.nodes if node.default is not None}
    if names - own - given.keys():
        point = made_up_point(derivation)
        rest = {} if point is None else {n: _rounded(v) for n, v in point.inputs.items()}
        missing = {name: rest[name] for name in sorted(names - own - given.keys()) if name in rest}
        return make_plan(derivation, {**missing, **given}), _MADE_UP
    return make_plan(derivation, given), ""


def _rounded(value: object) -> Fraction:
    """Return a number with few digits near one that was made up."""
    return Fraction(f"{float(value):.{_SIGNIFICANT}g}")  # type: ignore[arg-type]  # a real number


def _inputs(plan: Plan, trace: Trace | None) -> list[Answer]:
    """Return the inputs with what they start from, in the order of the graph."""
    graph = plan.derivation.graph
    values: dict[str, Any] = {**dict(plan.start), **dict(plan.sample(1))}
    if trace is not None:
        values = {**values, **dict(trace.steps[0].exact_values)}
    return [
        {
            "name": node.name,
            "role": node.kind,
            "value": f"{float(values[node.name]):.10g}",
        }
        for node in graph.nodes
        if node.formula is None and node.name in values
    ]


def _judge(request: Mapping[str, Any], text: str) -> Answer:
    report = verify(read_graph(text), str(request.get("claims", "")))
    if not request.get("answers"):
        report = without_answers(report)
    return {"verdicts": _filled("judged", marked(report)), "exit": report.exit_code}


def _explain(_: Mapping[str, Any], text: str) -> Answer:
    d = derivation_of(text)
    if not isinstance(d, ArrayDerivation):
        return {"steps": _filled("lines", explained_sections(d))}
    found = {block.key: block for block in ArrayPage(d, None).blocks}
    blocks = [found[key] for key in _EXPLAINED if key in found]
    sections = [(b.title, [[(row.latex, row.remark, "")] for row in b.rows]) for b in blocks]
    return {"steps": _filled("lines", sections)}


def _emit(request: Mapping[str, Any], text: str) -> Answer:
    files = emit(derivation_of(text), str(request.get("target", "python")), safe=False)
    return {"code": _filled("files", files)}


def _targets() -> list[str]:
    return sorted(target_names(), key=lambda name: (name != "python", name))


_KINDS: dict[str, Callable[[Mapping[str, Any], str], Answer]] = {
    "show": _show, "judge": _judge, "explain": _explain, "emit": _emit,
}  # fmt: skip
