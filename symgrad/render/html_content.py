"""What stands on a report page, before any markup: formulas, numbers, checks, code, source."""

from __future__ import annotations

import shlex
import tempfile
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from symgrad.derivation.analysis import operands_by_node
from symgrad.derivation.derivation import Derivation
from symgrad.errors import SymgradError, display_text
from symgrad.expression.progress import counted, part
from symgrad.expression.tree import Expression
from symgrad.graph.graph import Graph
from symgrad.program.program import lower
from symgrad.render.html_check import (
    COLUMNS,
    MAX_CHECKED,
    CheckedPoint,
    Code,
    Sentence,
    claims_finding,
    code_finding,
    compared,
    derivative_finding,
    made_up_point,
    point_of,
    sums_finding,
)
from symgrad.render.html_curve import Curve, curve
from symgrad.render.html_explained import Explained, explained_within
from symgrad.render.html_picture import Stage, scene, scene_svg
from symgrad.render.html_rows import PageBlock, PageRow, Rows, quantities
from symgrad.render.html_steps import StepWriter, objectives, worked_trace
from symgrad.render.sheet import headline
from symgrad.targets import EmittedFile, Options, target_names
from symgrad.targets import target as target_called
from symgrad.targets.check_code import check_within
from symgrad.targets.codegen import emit_program
from symgrad.targets.running_python import imported
from symgrad.trace.trace import Plan, Trace
from symgrad.verify import verify
from symgrad.verify.model import Verdict
from symgrad.verify.report import MARKS, Report

MAX_SOURCE_LINES = 2_000
MAX_EDGES = 3_000  # of a graph that is emitted for every target; of a larger one, for the first
MAX_CODE_CHARACTERS = 200_000  # of one file; a longer one is cut on the page
LANGUAGES = {
    "c": "C", "cpp": "C++", "javascript": "JavaScript", "jax": "JAX", "julia": "Julia",
    "numpy": "NumPy", "pseudo": "Pseudocode", "python": "Python", "rust": "Rust",
    "torch": "PyTorch",
}  # fmt: skip
_FIRST = "python"  # the tab that is open
_SECONDS = 20.0  # for the check of the emitted code


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One row of the check table; `cells` are fifty digits, the code's result, and the error."""

    symbol: PageRow
    formula: PageRow
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of one target, or the reason why there are none."""

    target: str
    label: str
    files: tuple[EmittedFile, ...]
    note: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim of the author with its verdict."""

    mark: str
    status: str
    text: str
    message: str


@dataclass(frozen=True)
class Content:
    """Everything on the page; `data` is what the script reads."""

    title: str
    headline: str
    state: str
    findings: tuple[Sentence, ...]
    svg: str
    width: float
    folded: int
    blocks: tuple[PageBlock, ...]
    steps: tuple[dict[str, Any], ...]
    no_steps: str
    goal: str
    planned: int
    curve: Curve | None
    columns: tuple[str, ...]
    checks: tuple[CheckLine, ...]
    point: str
    claims: tuple[ClaimRow, ...]
    listings: tuple[Listing, ...]
    source_name: str
    source: tuple[str, ...]
    source_more: int
    command: str
    data: dict[str, Any]
    explained: Explained = ()


def content(plan: Plan, *, module: str, command: str) -> Content:
    """Return the content of the page about a plan's derivation, its steps worked."""
    found = _Builder(plan, module).content(command)
    with part(0.95, 1.0, "steps that explain"):
        return replace(found, explained=explained_within(plan.derivation))


def command_for(graph: Graph, arguments: tuple[str, ...] = ()) -> str:
    """Return the command that makes the page again."""
    named = graph.source if not graph.source.startswith("<") else "model.sg"
    return shlex.join(("symgrad", "report", *(arguments or (named,)), "-o", "report.html"))


def source_lines(graph: Graph) -> tuple[tuple[str, ...], int]:
    """Return the lines of a graph's source that are shown, and how many more there are."""
    lines = graph.text.rstrip().split("\n") if graph.text.strip() else []
    shown = tuple(map(display_text, lines[:MAX_SOURCE_LINES]))
    return shown, len(lines) - len(shown)


def state_of(told: set[bool | None]) -> str:
    """Return what all findings come to."""
    return "failed" if False in told else "partly" if None in told else "checked"


class _Builder:
    def __init__(self, plan: Plan, module: str) -> None:
        self.plan = plan
        self.module = module
        self.derivation: Derivation = plan.derivation
        self.graph = plan.derivation.graph
        self.trace: Trace | None
        with part(0.0, 0.1, "numbers"):
            self.trace, self.no_steps = worked_trace(plan)
        self.scene: Stage = scene(self.derivation, self.trace.steps[0] if self.trace else None)
        self.rows = Rows(self.derivation, self.scene.home)
        with part(0.1, 0.2, "formulas and paths"):
            self.blocks = tuple(self.rows.blocks())
        with part(0.2, 0.6):
            self.program = lower(self.derivation)
        self.edges = sum(map(len, operands_by_node(self.graph).values()))

    def content(self, command: str) -> Content:
        """Return everything."""
        points = self.points()
        with part(0.6, 0.8, "code and steps"):
            listings = tuple(self.listing(name) for name in counted(_targets()))
            tables, steps = self.steps(points, listings)
        with part(0.8, 0.95, "checks"):
            claims = verify(self.graph) if self.graph.checks else None
            findings = tuple(self.findings(points, listings, claims))
        lines, more = source_lines(self.graph)
        shown = self.curve(len(steps))
        drawn, width = scene_svg(self.scene, [step["tiles"] for step in steps])
        return Content(
            title=display_text(self.graph.title or f"The gradient of {self.graph.objective}"),
            headline=headline(self.derivation),
            state=state_of({finding.ok for finding in findings}),
            findings=findings,
            svg=drawn,
            width=width,
            folded=self.scene.folded,
            blocks=self.blocks,
            steps=steps,
            no_steps=self.no_steps,
            goal=self.rows.plain.name(self.graph.objective),
            planned=self.plan.count,
            curve=shown,
            columns=COLUMNS,
            checks=self.checks(tables),
            point=self.point_text(points),
            claims=() if claims is None else tuple(map(claim_row, claims.verdicts)),
            listings=listings,
            source_name=display_text(self.graph.source),
            source=lines,
            source_more=more,
            command=display_text(command),
            data={
                "steps": steps,
                "tiles": [name for name, _ in self.scene.tiles],
                "marks": shown.marks if shown else (),
            },
        )

    def steps(
        self, points: list[CheckedPoint], listings: tuple[Listing, ...]
    ) -> tuple[list[list[list[str]]], tuple[dict[str, Any], ...]]:
        """Return a table of checks for each point, and every worked step as data with its own."""
        code = self.code(listings)
        tables = [compared(point, code) for point in points] if code else []
        if self.trace is None:
            return tables, ()
        writer = StepWriter(self.trace, quantities(self.blocks), self.scene.tiles)
        made = [writer.step(step) for step in counted(self.trace.steps)]
        for step, table in zip(made, tables, strict=False):
            step["checks"] = table
        return tables, tuple(made)

    def curve(self, steps: int) -> Curve | None:
        """Return the curve of the objective, as far as it has values."""
        values, asked = objectives(self.plan, self.trace) if self.trace else ([], 0)
        return curve(values, asked, steps) if values else None

    def points(self) -> list[CheckedPoint]:
        """Return the points of the check table: those of the steps, or one made up."""
        if self.trace is not None:
            return [point_of(step, self.derivation) for step in self.trace.steps]
        point = made_up_point(self.derivation)
        return [] if point is None else [point]

    def listing(self, name: str) -> Listing:
        """Return the emitted code of one target."""
        target = target_called(name)
        label = LANGUAGES.get(name, name.capitalize())
        if name != _FIRST and self.edges > MAX_EDGES:
            note = f"The graph is large: `symgrad generate --target {name}` emits this code."
            return Listing(name, label, (), note)
        try:
            files = emit_program(self.program, target, Options(self.module, {}))
        except SymgradError as error:
            return Listing(name, label, (), error.diagnostics[0].message)
        cut = any(len(file.text) > MAX_CODE_CHARACTERS for file in files)
        shown = tuple(EmittedFile(f.name, f.text[:MAX_CODE_CHARACTERS]) for f in files)
        return Listing(name, label, shown, cut=cut)

    def code(self, listings: tuple[Listing, ...]) -> Code | None:
        """Return the emitted Python code, loaded; None where there is none, or it was cut."""
        found = next((item for item in listings if item.target == _FIRST), None)
        if found is None or not found.files or found.cut:
            return None
        with tempfile.TemporaryDirectory() as folder:
            return Code(imported(found.files[0], Path(folder)), self.program.inputs)

    def findings(
        self, points: list[CheckedPoint], listings: tuple[Listing, ...], claims: Report | None
    ) -> list[Sentence]:
        """Return the sentences of the verdict."""
        paths = next((block.rows for block in self.blocks if block.key == "paths"), ())
        sums = sums_finding(paths, len(self.derivation.wrt))
        found = [] if sums is None else [sums]
        if points:
            found.append(derivative_finding(self.derivation, points[0]))
        python = next((item for item in listings if item.target == _FIRST), None)
        if python is not None and python.files and not python.cut:
            found.append(
                code_finding(check_within(_SECONDS, self.derivation, _FIRST, python.files))
            )
        elif python is not None:
            found.append(
                Sentence(None, f"Emitted code: {python.note or 'too long to be run here'}")
            )
        return [*found, claims_finding(claims)] if claims is not None else found

    def checks(self, tables: list[list[list[str]]]) -> tuple[CheckLine, ...]:
        """Return the rows of the check table at the first point."""
        if not tables:
            return ()
        goal = self.rows.plain.name(self.graph.objective)
        names = (goal, self.rows.latex.name(self.graph.objective))
        symbols = [PageRow("symbol", *names)]
        objective = self.graph.index[self.graph.objective]
        formulas = [self._formula(objective.formula.expression if objective.formula else None)]
        for name, form in self.derivation.gradient_forms[:MAX_CHECKED]:
            symbols.append(PageRow("symbol", *self.rows.symbol(self.graph.objective, name)))
            formulas.append(self._formula(form.expression))
        return tuple(
            CheckLine(symbol, formula, tuple(cells))
            for symbol, formula, cells in zip(symbols, formulas, tables[0], strict=False)
        )

    def _formula(self, e: Expression | None) -> PageRow:
        if e is None:
            return PageRow("formula", "")
        return PageRow("formula", self.rows.plain.expression(e), self.rows.latex.expression(e))

    def point_text(self, points: list[CheckedPoint]) -> str:
        """Return the made-up point as text, where there is one."""
        if self.trace is not None or not points:
            return ""
        pairs = islice(points[0].inputs.items(), 20)
        return ", ".join(
            f"{self.rows.plain.name(n)} = {float(v):.6g}".replace("-", "−") for n, v in pairs
        )


def _targets() -> list[str]:
    return sorted(target_names(), key=lambda name: (name != _FIRST, name))


def claim_row(verdict: Verdict) -> ClaimRow:
    """Return a verdict as a row of the page."""
    text = verdict.message if verdict.diagnosis is None else verdict.diagnosis.text
    if verdict.diagnosis is not None and verdict.diagnosis.correction:
        text = f"{text} Right: {verdict.diagnosis.correction}"
    return ClaimRow(
        MARKS[verdict.status], verdict.status, display_text(str(verdict.claim)), display_text(text)
    )
