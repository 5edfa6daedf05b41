"""What stands on the report page of a graph with arrays: formulas, steps with matrices, code."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from symgrad.derivation.arrays.derivation import ArrayDerivation
from symgrad.errors import SymgradError, display_text
from symgrad.expression.arrays.print_latex import LatexArrayPrinter
from symgrad.expression.arrays.print_text import TextPrinter
from symgrad.expression.progress import counted, part
from symgrad.render.arrays.checks import COLUMNS, CheckedArrays, slopes_finding
from symgrad.render.arrays.documents import item_latex, item_text, sides_of
from symgrad.render.arrays.sheet import (
    ArrayEdge,
    ArrayRow,
    Item,
    blocks_of,
    headline,
)
from symgrad.render.html_check import Sentence, claims_finding
from symgrad.render.html_content import (
    LANGUAGES,
    CheckLine,
    Content,
    Listing,
    claim_row,
    source_lines,
    state_of,
)
from symgrad.render.html_curve import Curve, curve
from symgrad.render.html_picture import Stage, scene, scene_svg
from symgrad.render.html_rows import PageBlock, PageRow, Quantity, quantities
from symgrad.targets.arrays.emitting import LANGUAGES as TARGETS
from symgrad.targets.arrays.emitting import array_files
from symgrad.targets.arrays.running import check_arrays
from symgrad.trace.arrays.layout import norm, number_text
from symgrad.trace.arrays.plan import ArrayPlan
from symgrad.trace.arrays.run import ArrayStep, TracedArray, steps
from symgrad.trace.arrays.show import Show
from symgrad.verify import verify

DIGITS = 6
MOST_STEPS = 100
_PATHS = 60
_FIRST = "python"
# The sections in the order of the page, each with the kind of its rows.
_KINDS = {
    "gradients": "gradient", "jacobians": "gradient", "sensitivities": "sensitivity",
    "shapes": "note", "equations": "equation", "edges": "edge", "paths": "path", "notes": "note",
}  # fmt: skip


def array_content(
    d: ArrayDerivation, plan: ArrayPlan | None, *, module: str, command: str, reason: str = ""
) -> Content:
    """Return the content of the page; without a plan it has no steps, for a `reason`."""
    return ArrayPage(d, plan, reason).content(module, command)


class ArrayPage:
    """The parts of a page about a graph with arrays: formulas, picture, at most `most` steps."""

    def __init__(
        self,
        d: ArrayDerivation,
        plan: ArrayPlan | None,
        reason: str = "",
        *,
        most: int = MOST_STEPS,
    ) -> None:
        self.d = d
        self.most = most
        self.graph = d.array_graph
        self.plan = plan
        self.no_steps = reason
        self.stage: Stage = scene(d, None)
        self.plain = TextPrinter(d.names)
        self.latex = LatexArrayPrinter(d.names)
        self.steps = self.worked()
        self.blocks = tuple(self.page_blocks())

    def worked(self) -> list[ArrayStep]:
        """Return the steps, as far as every formula has a value."""
        found: list[ArrayStep] = []
        if self.plan is None:
            return found
        try:
            for step in steps(self.plan):
                found.append(step)
                if len(found) == self.most:
                    break
        except SymgradError as problem:
            self.no_steps = problem.diagnostics[0].message
        return found

    def page_blocks(self) -> Iterable[PageBlock]:
        """Yield the sections of formulas in the order of the page."""
        found = {block.key: block for block in blocks_of(self.d, limit=_PATHS, steps=True)}
        for key, kind in _KINDS.items():
            if key in found:
                rows = tuple(self.row(kind, item) for item in found[key].items)
                yield PageBlock(key, found[key].title, rows)

    def row(self, kind: str, item: Item) -> PageRow:
        """Return one formula or sentence, with what it lights up in the picture."""
        text = item_text(item, self.d, self.plain)
        latex = item_latex(item, self.d, self.latex)
        home = self.stage.home
        match item:
            case ArrayRow():
                node = item.bottom or self.node_of(item.top)
                number: Quantity = (kind, item.bottom if kind == "gradient" else item.top)
                key = home.get(node, "")
                return PageRow(kind, text, latex, key, (key,) if key else (), (), number)
            case ArrayEdge():
                pair = home.get(item.operand, ""), home.get(item.node, "")
                return PageRow(kind, text, latex, pair[0], pair, (pair,))
            case tuple():
                places = [home.get(name, "") for name in item]
                wires = tuple((b, a) for a, b in pairwise(places))
                return PageRow(kind, text, latex, places[-1], tuple(places), wires)
            case _:
                return PageRow("note", text)

    def node_of(self, name: str) -> str:
        """Return the node that a sensitivity belongs to; any other name as it is."""
        nodes = {item.name: item.node for item in self.d.array_sensitivities}
        return nodes.get(name, name)

    def content(self, module: str, command: str) -> Content:
        """Return everything."""
        d, graph = self.d, self.graph
        with part(0.0, 0.3, "code"):
            listings = {name: _listing(d, name, module) for name in counted(tuple(TARGETS))}
        checked = CheckedArrays(d, self.plan, self.steps, listings[_FIRST].files)
        with part(0.3, 0.8, "checks"):
            claims = verify(graph) if graph.checks else None
            findings = [*self.findings(checked, listings[_FIRST])]
        findings += [claims_finding(claims)] if claims is not None else []
        with part(0.8, 1.0, "steps"):
            made = tuple(self.step(step, checked) for step in counted(self.steps))
        shown = self.curve()
        drawn, width = scene_svg(self.stage, [])
        lines, more = source_lines(graph)
        return Content(
            title=display_text(graph.title or f"The gradient of {graph.objective}"),
            headline=headline(d),
            state=state_of({finding.ok for finding in findings}),
            findings=tuple(findings),
            svg=drawn,
            width=width,
            folded=self.stage.folded,
            blocks=self.blocks,
            steps=made,
            no_steps=self.no_steps,
            goal=self.plain.name(graph.objective),
            planned=self.plan.count if self.plan else 0,
            curve=shown,
            columns=COLUMNS,
            checks=self.check_lines(made),
            point="",
            claims=() if claims is None else tuple(map(claim_row, claims.verdicts)),
            listings=tuple(
                listings[name] for name in sorted(TARGETS, key=lambda name: (name != _FIRST, name))
            ),
            source_name=display_text(graph.source),
            source=lines,
            source_more=more,
            command=display_text(command),
            data={"steps": made, "tiles": [], "marks": shown.marks if shown else ()},
        )

    def curve(self) -> Curve | None:
        """Return the curve of the objective, where there is more than one step."""
        heights = [value_of(step, self.graph.objective) for step in self.steps]
        return curve(heights, len(heights), len(heights)) if len(heights) > 1 else None

    def findings(self, checked: CheckedArrays, listing: Listing) -> Iterable[Sentence]:
        """Yield the sentences of the verdict but that on the author's claims."""
        slopes = slopes_finding(self.d, self.plan) if self.plan and self.steps else None
        if slopes is not None:
            yield slopes
        note = listing.note or checked.note
        if note:
            yield Sentence(None, f"Emitted code: {note}")
            return
        try:
            report = check_arrays(self.d, _FIRST, listing.files)
        except SymgradError as problem:
            yield Sentence(ok=False, text=f"Emitted code: {problem.diagnostics[0].message}")
            return
        yield Sentence(True if report.points else None, f"Emitted code, {report.text}")

    def step(self, step: ArrayStep, checked: CheckedArrays | None = None) -> dict[str, Any]:
        """Return one step as data: numbers of the rows, matrices laid out, what was checked."""
        show = Show(self.plan, DIGITS) if self.plan else None
        if show is None:
            return {}
        named: dict[Quantity, TracedArray] = {("equation", line.name): line for line in step.nodes}
        named |= {("sensitivity", line.name): line for line in step.named}
        named |= {("gradient", line.name): line for line in step.slopes}
        sections = [("Inputs", show.inputs)] if step.number == 1 else []
        work = [
            [title, [["", show.line_latex(line, title)] for line in lines]]
            for title, lines in [*sections, *show.blocks(step)]
            if lines
        ]
        return {
            "given": ", ".join(f"{name} = {n}" for name, n in show.sizes.items()),
            "numbers": [_number(named.get(quantity)) for quantity in quantities(self.blocks)],
            "tiles": [],
            "work": work,
            "notes": [],
            "checks": checked.rows(step) if checked is not None else (),
        }

    def check_lines(self, made: tuple[dict[str, Any], ...]) -> tuple[CheckLine, ...]:
        """Return the rows of the check table at the first step."""
        if not made or not made[0]["checks"]:
            return ()
        top = self.graph.objective
        rows = [ArrayRow(top, "", self.graph.trees[top])]
        rows += [ArrayRow(top, name, tree) for name, tree in self.d.array_gradients]
        lines = []
        for row, cells in zip(rows, made[0]["checks"], strict=True):
            left, right = sides_of(row, self.d, self.plain), sides_of(row, self.d, self.latex)
            symbol = PageRow("symbol", left[0], right[0])
            lines.append(CheckLine(symbol, PageRow("formula", left[1], right[1]), tuple(cells)))
        return tuple(lines)


def _listing(d: ArrayDerivation, name: str, module: str) -> Listing:
    """Return the emitted code of one target, or why there is none."""
    try:
        return Listing(name, LANGUAGES[name], array_files(d, name, module))
    except SymgradError as problem:
        return Listing(name, LANGUAGES[name], (), problem.diagnostics[0].message)


def value_of(step: ArrayStep, name: str) -> float:
    """Return the value of a number at a step."""
    return next(line.entries[0][0] for line in step.nodes if line.name == name)


def _number(line: TracedArray | None) -> str:
    """Return what stands beside a formula: a number, or the norm of an array."""
    if line is None:
        return ""
    if not line.order:
        return f"≈ {number_text(line.entries[0][0], DIGITS)}"
    return f"norm ≈ {number_text(norm(line), DIGITS)}"
