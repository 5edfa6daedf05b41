"""A document's formulas with marks beside them: one self-contained page, for whoever hands it back.

The formulas are those of the document, typeset where they are LaTeX; a mark says what came out, and
a wrong one has its fault and, unless answers are hidden, the correction below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from symgrad.errors import display_text
from symgrad.render.html import self_contained
from symgrad.render.html_assets import shipped
from symgrad.render.verdicts import details, summary
from symgrad.verify.model import KINDS, Skipped, Verdict
from symgrad.verify.report import MARKS, Report

TEMPLATE = "verdicts.html.j2"
_LEFT_OUT = "–"
# names of one or two letters, which LaTeX sets as their authors mean them
_IS_LATEX = re.compile(
    r"(?:(?<![A-Za-z])[A-Za-z]{1,2}(?![A-Za-z])|_(?:\w|\{\w{1,3}\})|\^(?:\w|\{[^{}]*\})"
    r"|[^A-Za-z_^\\#%&$~])+"
)
_LONG_NUMBER = re.compile(r"(?<![\w.])(\d+\.0*\d{6})\d{3,}(?!\w)")
_TITLES = {
    "proved": "right", "agrees": "agrees", "refuted": "wrong", "unreadable": "cannot be read",
    "undecided": "not decided", "definition": "defines a name", "condition": "a condition",
    "skipped": "not about the graph",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MarkedFormula:
    """A formula of the document: where it stands, its mark, and what is to be said of it.

    `tex` is the formula as LaTeX, empty where the author wrote plain text.
    """

    line: int
    status: str
    mark: str
    title: str
    text: str
    tex: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarkedDocument:
    """One document and its formulas, in the order in which they stand.

    `left_out` are those that are not about the graph, each with the reason.
    """

    name: str
    summary: str
    state: str
    formulas: tuple[MarkedFormula, ...]
    left_out: tuple[MarkedFormula, ...]


def reports_html(reports: Sequence[Report], graph: str) -> str:
    """Return a page with every formula of the documents and its mark.

    Args:
        reports: the reports, answers taken out of them where they are not to be shown.
        graph: the name of the graph that the documents are about.

    >>> from symgrad.sources.text import parse
    >>> from symgrad.verify import verify
    >>> report = verify(parse("param a; J = a^2"), "dJ/da = 2a")
    >>> "<!DOCTYPE html>" in reports_html([report], "model.sg")
    True
    """
    documents = [marked(report) for report in reports]
    return self_contained(TEMPLATE, shipped("verdicts.js"), documents=documents, graph=graph)


def marked(report: Report) -> MarkedDocument:
    """Return what a page shows of one report."""
    found = sorted(map(_judged, report.verdicts), key=lambda formula: formula.line)
    others = sorted(map(_left_out, report.skipped), key=lambda formula: formula.line)
    state = {0: "checked", 1: "failed"}.get(report.exit_code, "partly")
    return MarkedDocument(report.source, summary([report]), state, tuple(found), tuple(others))


def _judged(verdict: Verdict) -> MarkedFormula:
    status = str(verdict.status)
    told: Iterable[str] = () if status == "proved" and not verdict.remarks else details(verdict)
    notes = [_plain(line) for line in map(display_text, told) if line.strip() not in ("proved", "")]
    if not verdict.judged:
        notes = [display_text(text) for text in (verdict.message, *verdict.remarks)]
    return _formula(verdict.line, status, MARKS[verdict.status], str(verdict.claim), tuple(notes))


def _plain(note: str) -> str:
    """Return a note as a reader of a page wants it: kinds as words, numbers cut to seven digits."""
    kind, colon, rest = note.partition(":")
    words = kind.replace("_", " ") if kind.strip() in KINDS else kind
    return _LONG_NUMBER.sub(r"\1…", f"{words}{colon}{rest}")


def _left_out(formula: Skipped) -> MarkedFormula:
    note = display_text(formula.reason)
    return _formula(formula.place.line, "skipped", _LEFT_OUT, formula.text, (note,))


def _formula(line: int, status: str, mark: str, text: str, notes: tuple[str, ...]) -> MarkedFormula:
    shown = display_text(text)
    tex = shown if "\\" in shown or _IS_LATEX.fullmatch(shown) else ""
    return MarkedFormula(line, status, mark, _TITLES[status], shown, tex, notes)
