"""A pytest plugin: graph files and articles as tests, and a fixture for hand-written gradients.

`pytest --symgrad` collects the `check` lines of every `*.sg` file, and the claims of every Markdown
file that is named on the command line. An article's graph is the file beside it of the same name
(`lesson.md` and `lesson.sg`), or the one that a comment in it names:
`<!-- symgrad: graph models/lesson.sg -->`.
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from symgrad.graph.graph import Graph
    from symgrad.verify.judge import Judge
    from symgrad.verify.model import Claim, Verdict
    from symgrad.verify.worker import Worker

_GRAPH = re.compile(r"<!--\s*symgrad:\s*graph\s+(\S+)\s*-->")
_CHECK = re.compile(r"^\s*check\s", re.MULTILINE)
_SECONDS = 5.0


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--symgrad` and `--symgrad-timeout`."""
    group = parser.getgroup("symgrad")
    group.addoption(
        "--symgrad", action="store_true", default=False,
        help="collect *.sg files with check lines, and Markdown files named on the command line",
    )  # fmt: skip
    group.addoption(
        "--symgrad-timeout", type=_seconds, default=_SECONDS, metavar="SECONDS",
        help="seconds that one claim may take (default 5)",
    )  # fmt: skip


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a graph file with `check` lines, or an article that was asked for."""
    if not parent.config.getoption("--symgrad"):
        return None
    named = parent.session.isinitpath(file_path)
    if file_path.suffix == ".sg" and (named or _CHECK.search(_text(file_path))):
        return ClaimsFile.from_parent(parent, path=file_path)
    if file_path.suffix == ".md" and named:
        return ClaimsFile.from_parent(parent, path=file_path)
    return None


def _seconds(text: str) -> float:
    """Read a number of seconds above 0.

    Raises:
        ArgumentTypeError: for anything else.
    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"`{text}` is no number of seconds above 0")
    return seconds


class ClaimFailed(AssertionError):
    """A claim is refuted, cannot be read or cannot be decided."""


class ClaimsFile(pytest.File):
    """The claims of one file; they share the graph and a worker process."""

    judge: Judge
    worker: Worker

    def collect(self) -> Iterator[pytest.Item]:
        """Yield one test for each claim; definitions and conditions are none."""
        # pytest loads every plugin at its start: the libraries wait until they are needed
        from symgrad.verify.check import read  # noqa: PLC0415
        from symgrad.verify.judge import Judge  # noqa: PLC0415
        from symgrad.verify.model import Skipped  # noqa: PLC0415
        from symgrad.verify.worker import Worker  # noqa: PLC0415

        is_graph = self.path.suffix == ".sg"
        text = _text(self.path)
        graph = _load(self.path if is_graph else _graph_of(self.path, text))
        self.judge, self.worker = Judge(graph), Worker(graph)
        claims = tuple(read(self.judge.truth, None if is_graph else text, str(self.path)))
        for claim in claims:
            if isinstance(claim, Skipped) or claim.nothing:
                continue  # a test that cannot fail would count as passed
            name = f"line {claim.place.line}: {claim}"
            yield ClaimItem.from_parent(self, name=name[:120], claim=claim)

    def teardown(self) -> None:
        """End the worker process."""
        if hasattr(self, "worker"):
            self.worker.stop()


class ClaimItem(pytest.Item):
    """One claim as a test."""

    def __init__(self, *, claim: Claim, **keywords: Any) -> None:  # noqa: ANN401
        super().__init__(**keywords)
        self.claim = claim

    def runtest(self) -> None:
        """Judge the claim.

        Raises:
            ClaimFailed: unless it is proved or agrees.
        """
        from symgrad.verify.worker import is_small  # noqa: PLC0415

        home = self.parent
        if not isinstance(home, ClaimsFile):
            raise TypeError(home)
        seconds = self.config.getoption("--symgrad-timeout")
        judge: Judge | Worker = home.judge if is_small(home.judge, self.claim) else home.worker
        verdict = judge.judge(self.claim, seconds)
        if not verdict.ok:
            raise ClaimFailed(_shown(verdict, str(self.path)))

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:  # noqa: ANN401
        """Return the verdict as `symgrad verify` prints it."""
        if isinstance(excinfo.value, ClaimFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the claim stands."""
        return self.path, self.claim.place.line - 1, self.name


def _shown(verdict: Verdict, source: str) -> str:
    from symgrad.render.verdicts import claim_text  # noqa: PLC0415

    return claim_text(verdict, source)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig", errors="replace")


def _graph_of(path: Path, text: str) -> Path:
    found = _GRAPH.search(text)
    graph = path.parent / found[1] if found else path.with_suffix(".sg")
    if not graph.is_file():
        raise pytest.Collector.CollectError(
            f"{path.name} has no graph: there is no file {graph.name} beside it, and no comment "
            f"`<!-- symgrad: graph FILE -->` in it"
        )
    return graph


def _load(path: Path) -> Graph:
    from symgrad.errors import SymgradError  # noqa: PLC0415
    from symgrad.sources import load  # noqa: PLC0415

    try:
        return load(str(path))
    except SymgradError as error:
        raise pytest.Collector.CollectError(str(error)) from error


@pytest.fixture
def symgrad_check_gradient() -> Callable[..., None]:
    """Return `check(function, graph)`: a hand-written gradient function against the derivation.

    `function` takes the inputs of the graph by name and returns one number for each parameter, in
    order or by name. `graph` is a Graph, the text of one, or the path of a file. The check compares
    at random points and fails with the component, and the path of the graph, that is off. Keywords
    are those of `symgrad.verify.code.check_gradient`: points, tolerance, seed.
    """
    from symgrad.sources import load  # noqa: PLC0415
    from symgrad.sources.text import parse  # noqa: PLC0415
    from symgrad.verify.code import check_gradient  # noqa: PLC0415

    def check(function: Callable[..., Any], graph: Any, **options: Any) -> None:  # noqa: ANN401
        if isinstance(graph, str) and ("\n" in graph or "=" in graph):
            graph = parse(graph)
        elif isinstance(graph, str | Path):
            graph = load(str(graph))
        found = check_gradient(function, graph, **options)
        if not found.ok:
            pytest.fail(str(found), pytrace=False)

    return check
