"""Reports on claims as text for people, and as JSON, SARIF and GitHub annotations for machines."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from symgrad import __version__
from symgrad.errors import Place, display_text, format_diagnostic
from symgrad.verify.model import CLAIM_NOTHING, KINDS, Skipped, Verdict
from symgrad.verify.report import MARKS, Report

Json = dict[str, Any]

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF = {  # kind and level
    "refuted": ("fail", "error"), "unreadable": ("fail", "error"), "undecided": ("open", "none"),
    "agrees": ("pass", "none"), "proved": ("pass", "none"),
    "definition": ("informational", "none"), "condition": ("informational", "none"),
    "skipped": ("notApplicable", "none"),
}  # fmt: skip
_WIDE = 100


# -- text ------------------------------------------------------------------------------------------


def reports_text(reports: Sequence[Report], *, verbose: bool = False) -> str:
    """Return reports for people: a block for each claim, and the count at the end.

    With `verbose` the formulas that are not about the graph are listed with the reason.
    """
    blocks = [claim_text(verdict, item.source) for item in reports for verdict in item.verdicts]
    blocks += [f"  {item.source}: no claim was found" for item in reports if not item.judged]
    if verbose:
        blocks += [_skipped_text(one, item.source) for item in reports for one in item.skipped]
    unknown = {word: near for item in reports for word, near in item.unknown_names.items()}
    listed = [f"{w} (nearest: {near})" if near else w for w, near in unknown.items()]
    names = [f"names that found no node: {display_text(', '.join(listed))}"] if listed else []
    return "\n".join([*blocks, "", *names, summary(reports)])


def summary(reports: Iterable[Report]) -> str:
    """Return how many claims there are of each status, and what else was found, in one line.

    >>> summary([Report(())])
    '0 claims'
    """
    counts: Counter[str] = Counter()
    skipped = 0
    for report in reports:
        counts.update(report.counts)
        skipped += len(report.skipped)
    judged = {s: counts[s] for s in MARKS if counts[s] and s not in CLAIM_NOTHING}
    text = _counted(sum(judged.values()), "claim")
    if judged:
        text += ": " + ", ".join(f"{count} {status}" for status, count in judged.items())
    besides = [_counted(counts[status], status) for status in CLAIM_NOTHING if counts[status]]
    if skipped:
        besides.append(f"{_counted(skipped, 'formula')} not about the graph")
    return "; ".join([text, ", ".join(besides)] if besides else [text])


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def claim_text(verdict: Verdict, source: str) -> str:
    """Return the verdict on one claim for people."""
    part = verdict.claim.place.within
    where = f"{source}:{verdict.line}" + (f" ({part})" if part else "")
    lines = [f"{MARKS[verdict.status]} {where}  {_shown(str(verdict.claim))}"]
    if not verdict.judged:
        lines[0] += f"  ({display_text('; '.join((verdict.message, *verdict.remarks)))})"
        return lines[0]
    lines += [f"    {display_text(line)}" for line in details(verdict)]
    return "\n".join(lines)


def _skipped_text(formula: Skipped, source: str) -> str:
    """Return a formula that was not judged, and why."""
    reason = display_text(formula.reason)
    return f"- {source}:{formula.place.line}  {_shown(formula.text)}  (not judged: {reason})"


def _shown(claim: str) -> str:
    text = display_text(claim)
    return text if len(text) <= _WIDE else text[: _WIDE - 1] + "…"


def details(verdict: Verdict) -> list[str]:
    """Return all that there is to say of a verdict, line by line."""
    if verdict.status == "unreadable" and verdict.claim.fault is not None:
        first, *rest = format_diagnostic(verdict.claim.fault).split("\n")
        return [f"unreadable: {first.partition(': ')[2]}", *rest]
    plain = verdict.message.startswith(verdict.status)
    lines = [verdict.message if plain else f"{verdict.status}: {verdict.message}"]
    found = verdict.diagnosis
    if found is not None:
        if found.text and found.text not in verdict.message:
            lines.append(f"{found.kind}: {found.text}")
        else:
            lines.append(f"kind: {found.kind}")
        if found.yours and found.right and verdict.decision is None:
            lines.append(f"yours = {found.yours}, right = {found.right}")
        if found.correction:
            lines.append(f"correction: {found.correction}")
    lines += [f"note: {remark}" for remark in verdict.remarks]
    return [*lines, *verdict.steps]


# -- JSON ------------------------------------------------------------------------------------------


def reports_json(reports: Sequence[Report], graph: str) -> str:
    """Return reports as one JSON object."""
    verdicts = [_verdict_json(v, report) for report in reports for v in report.verdicts]
    counts: Counter[str] = Counter(item["status"] for item in verdicts)
    data = {
        "version": __version__,
        "graph": graph,
        "sources": [report.source for report in reports],
        "ok": all(report.ok for report in reports),
        "counts": dict(counts),
        "verdicts": verdicts,
        "unknown_names": {w: n for report in reports for w, n in report.unknown_names.items()},
        "skipped": [_skipped_json(s, report) for report in reports for s in report.skipped],
    }
    return json.dumps(data, ensure_ascii=False, indent=2)


def _verdict_json(verdict: Verdict, report: Report) -> Json:
    place = verdict.place or verdict.claim.place
    data: Json = {
        "source": report.source,
        "line": verdict.line,
        "column": place.column,
        **({"within": place.within} if place.within else {}),
        "claim": str(verdict.claim),
        "status": verdict.status,
        "message": verdict.message,
        "link": verdict.link,
        "remarks": list(verdict.remarks),
        "diagnosis": None,
    }
    found = verdict.diagnosis
    if found is not None:
        data["diagnosis"] = {
            "kind": found.kind,
            "text": found.text,
            "correction": found.correction,
            "yours": found.yours,
            "right": found.right,
            "witness": dict(found.witness),
        }
    decision = verdict.decision
    if decision is not None and decision.status != "proved":
        data["decision"] = {
            "points": decision.points,
            "digits": decision.digits,
            "witness": {name: str(value) for name, value in decision.witness},
            "right": decision.left,
            "yours": decision.right,
        }
    if verdict.steps:
        data["steps"] = list(verdict.steps)
    return data


def _skipped_json(formula: Skipped, report: Report) -> Json:
    return {
        "source": report.source,
        "line": formula.place.line,
        "column": formula.place.column,
        "claim": formula.text,
        "reason": formula.reason,
    }


# -- SARIF -----------------------------------------------------------------------------------------


def reports_sarif(reports: Sequence[Report]) -> str:
    """Return reports in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS)."""
    results = [_result(v, report) for report in reports for v in report.verdicts]
    results += [_left_out(s, report) for report in reports for s in report.skipped]
    used = {result["ruleId"] for result in results}
    every = (*KINDS, *(status for status in _SARIF if status != "refuted"))
    names = [name for name in every if name in used]
    driver = {
        "name": "symgrad",
        "version": __version__,
        "rules": [
            {"id": name, "shortDescription": {"text": name.replace("_", " ")}} for name in names
        ],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps(
        {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2
    )


def _result(verdict: Verdict, report: Report) -> Json:
    text = f"{verdict.claim}: {_one_line(verdict)}"
    place = verdict.place or verdict.claim.place
    return _entry(_rule(verdict), verdict.status, text, place, report.source)


def _left_out(formula: Skipped, report: Report) -> Json:
    text = f"{formula.text}: not judged: {formula.reason}"
    return _entry("skipped", "skipped", text, formula.place, report.source)


def _entry(rule: str, status: str, text: str, place: Place, source: str) -> Json:
    kind, level = _SARIF[status]
    region = {
        "startLine": max(place.line, 1),
        "startColumn": max(place.column, 1),
        "endColumn": max(place.column, 1) + max(place.length, 1),
    }
    physical = {"artifactLocation": {"uri": _uri(source)}, "region": region}
    return {
        "ruleId": rule,
        "kind": kind,
        "level": level,
        "message": {"text": text},
        "locations": [{"physicalLocation": physical}],
    }


def _uri(source: str) -> str:
    path = PurePath(source)
    return path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()), safe="/:")


def _rule(verdict: Verdict) -> str:
    if verdict.status != "refuted":
        return verdict.status
    return verdict.diagnosis.kind if verdict.diagnosis is not None else "other"


def _one_line(verdict: Verdict) -> str:
    found = verdict.diagnosis
    if found is None:
        return verdict.message
    text = found.text or verdict.message
    return f"{text} Right: {found.correction}" if found.correction else text


# -- GitHub ----------------------------------------------------------------------------------------


def reports_github(reports: Sequence[Report]) -> str:
    """Return workflow commands that mark the lines at fault in a pull request."""
    lines = [
        _command(verdict, report)
        for report in reports
        for verdict in report.judged
        if not verdict.ok
    ]
    empty = [r.source for r in reports if not r.judged]
    lines += [f"::error file={_property(name)}::no claim was found" for name in empty]
    return "\n".join([*lines, summary(reports)])


def _command(verdict: Verdict, report: Report) -> str:
    place = verdict.place or verdict.claim.place
    word = "warning" if verdict.status == "undecided" else "error"
    title = _property(f"{verdict.status}: {_rule(verdict).replace('_', ' ')}")
    message = "%0A".join(
        _data(display_text(text)) for text in (str(verdict.claim), _one_line(verdict))
    )
    where = f"file={_property(report.source)},line={place.line},col={place.column}"
    return f"::{word} {where},title={title}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
