"""Reports on claims as text for people, and as JSON, SARIF and GitHub annotations for machines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from symgrad import __version__
from symgrad.errors import display_text, format_diagnostic
from symgrad.verify.model import KINDS, Verdict
from symgrad.verify.report import MARKS, Report

Json = dict[str, Any]

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"refuted": "error", "unreadable": "error", "undecided": "warning",
           "agrees": "none", "proved": "none"}  # fmt: skip
_WIDE = 100


# -- text ------------------------------------------------------------------------------------------


def reports_text(reports: Sequence[Report]) -> str:
    """Return reports for people: a block for each claim, and the count at the end."""
    blocks = [claim_text(verdict, item.source) for item in reports for verdict in item.verdicts]
    blocks += [f"  {item.source}: no claim was found" for item in reports if not item.verdicts]
    return "\n".join([*blocks, "", summary(reports)])


def summary(reports: Iterable[Report]) -> str:
    """Return how many claims there are of each status, in one line.

    >>> summary([Report(())])
    '0 claims'
    """
    counts: Counter[str] = Counter()
    for report in reports:
        counts.update(report.counts)
    total = sum(counts.values())
    listed = ", ".join(f"{counts[status]} {status}" for status in MARKS if counts[status])
    return f"{total} claim{'' if total == 1 else 's'}" + (f": {listed}" if listed else "")


def claim_text(verdict: Verdict, source: str) -> str:
    """Return the verdict on one claim for people."""
    claim = display_text(str(verdict.claim))
    shown = claim if len(claim) <= _WIDE else claim[: _WIDE - 1] + "…"
    lines = [f"{MARKS[verdict.status]} {source}:{verdict.line}  {shown}"]
    lines += [f"    {display_text(line)}" for line in _details(verdict)]
    return "\n".join(lines)


def _details(verdict: Verdict) -> list[str]:
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
    }
    return json.dumps(data, ensure_ascii=False, indent=2)


def _verdict_json(verdict: Verdict, report: Report) -> Json:
    place = verdict.place or verdict.claim.place
    data: Json = {
        "source": report.source,
        "line": verdict.line,
        "column": place.column,
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


# -- SARIF -----------------------------------------------------------------------------------------


def reports_sarif(reports: Sequence[Report]) -> str:
    """Return reports in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS)."""
    results = [_result(v, report) for report in reports for v in report.verdicts]
    used = {result["ruleId"] for result in results}
    every = (*KINDS, "unreadable", "undecided", "agrees", "proved")
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
    place = verdict.place or verdict.claim.place
    passed = verdict.ok
    data: Json = {
        "ruleId": _rule(verdict),
        "kind": "pass" if passed else "fail",
        "level": _LEVELS[verdict.status],
        "message": {"text": f"{verdict.claim}: {_one_line(verdict)}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(report.source)},
                    "region": {
                        "startLine": max(place.line, 1),
                        "startColumn": max(place.column, 1),
                        "endColumn": max(place.column, 1) + max(place.length, 1),
                    },
                }
            }
        ],
    }
    if verdict.status == "undecided":
        data["kind"] = "open"
        data["level"] = "none"
    return data


def _uri(source: str) -> str:
    path = PurePath(source)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix(), safe="/:")


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
        for verdict in report.verdicts
        if not verdict.ok
    ]
    empty = [r.source for r in reports if not r.verdicts]
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
