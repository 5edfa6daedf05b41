"""Judging hand derivations: reading claims, deciding equalities, explaining slips."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symgrad.verify.check import verify
    from symgrad.verify.model import Claim, Diagnosis, Skipped, Verdict
    from symgrad.verify.report import Report

__all__ = ["Claim", "Diagnosis", "Report", "Skipped", "Verdict", "verify"]

_HOME = {
    "Claim": "symgrad.verify.model",
    "Diagnosis": "symgrad.verify.model",
    "Report": "symgrad.verify.report",
    "Skipped": "symgrad.verify.model",
    "Verdict": "symgrad.verify.model",
    "verify": "symgrad.verify.check",
}


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`", name=name)
    value = getattr(importlib.import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
