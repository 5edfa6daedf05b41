"""The report on a text of claims: the verdicts in order, and what they come to."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from symgrad.errors import nearest
from symgrad.expression.spellings import base_and_index
from symgrad.graph.display import Typeset
from symgrad.verify.model import Skipped, Verdict

_UNKNOWN = re.compile(r"(?:unknown (?:name|function)|the graph has no node) `(\w+)`")
MARKS = {"proved": "✓", "agrees": "≈", "refuted": "✗", "unreadable": "?", "undecided": "…",
         "definition": "·", "condition": "·"}  # fmt: skip


@dataclass(frozen=True)
class Report(Typeset):
    """The verdicts on the formulas of one source, and those that are not about the graph."""

    verdicts: tuple[Verdict, ...]
    source: str = "<claims>"
    skipped: tuple[Skipped, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def unknown_names(self) -> dict[str, str]:
        """Names of claims that cannot be read, with the nearest of the graph ("" for none).

        Where no formula is about the graph, those of all formulas.
        """
        faults = [v.claim.fault.message for v in self.verdicts if v.claim.fault is not None]
        reasons = faults if self.judged else [item.reason for item in self.skipped]
        words = [word for text in reasons for word in _UNKNOWN.findall(text)]
        return {word: self._nearest(word) for word in dict.fromkeys(words)}

    def _nearest(self, word: str) -> str:
        base = base_and_index(word)[0].lower()
        like = (name for name in self.names if base_and_index(name)[0].lower() == base)
        return nearest(word, self.names) or next(like, "")

    @property
    def judged(self) -> tuple[Verdict, ...]:
        """The verdicts on claims: those on definitions and conditions left out."""
        return tuple(verdict for verdict in self.verdicts if verdict.judged)

    @property
    def ok(self) -> bool:
        """Whether there is a claim, and every claim is proved or agrees."""
        judged = self.judged
        return bool(judged) and all(verdict.ok for verdict in judged)

    @property
    def exit_code(self) -> int:
        """0 if all is well, 1 if a claim is refuted, 2 if one is open or none was found."""
        if any(verdict.status == "refuted" for verdict in self.verdicts):
            return 1
        return 0 if self.ok else 2

    @property
    def counts(self) -> dict[str, int]:
        """How many verdicts there are of each status."""
        found = Counter(str(verdict.status) for verdict in self.verdicts)
        return {status: found[status] for status in MARKS if found[status]}

    def __str__(self) -> str:
        return "\n".join(
            f"{MARKS[v.status]} {v.line}: {v.claim}  {v.message}" for v in self.verdicts
        )
