"""How often is the first diagnosis of a wrong claim the right one?

    python benchmarks/diagnose_collection.py [--missed] [FILE ...]

Goes through tests/data/slips: claims with a slip, each with the kinds a teacher would name. A third
of them, chosen by the hash of their text, is held out: it is looked at for figures only. Reports
for both parts: the first diagnosis right (any of the kinds that fit, and the first of them), the
correction proved right by `verify` itself, the time that the diagnosis took.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from symgrad.examples import read  # noqa: E402
from symgrad.graph.graph import Graph  # noqa: E402
from symgrad.sources.text import parse  # noqa: E402
from symgrad.verify.explaining.diagnose import diagnose  # noqa: E402
from symgrad.verify.judge import Judge  # noqa: E402
from symgrad.verify.model import Verdict  # noqa: E402
from symgrad.verify.reading.claims import Reader  # noqa: E402
from symgrad.verify.truth import Truth  # noqa: E402

DATA = ROOT / "tests" / "data" / "slips"
SECONDS = 5.0


@dataclass(frozen=True)
class Slip:
    """One wrong claim: its example, or the text of its graph, and the kinds that fit."""

    example: str
    text: str
    kinds: tuple[str, ...]
    graph: str = ""

    @property
    def held_out(self) -> bool:
        return hashlib.sha256(f"{self.example} {self.text}".encode()).digest()[0] % 3 == 0


@dataclass(frozen=True)
class Outcome:
    """What the diagnosis said of a slip; `usable` tells that its correction was proved."""

    slip: Slip
    status: str
    kind: str
    text: str
    correction: str
    usable: bool
    seconds: float

    @property
    def right(self) -> bool:
        return self.kind in self.slip.kinds

    @property
    def first(self) -> bool:
        return self.kind == self.slip.kinds[0]


def slips(*files: Path) -> Iterator[Slip]:
    for file in files or sorted(DATA.glob("*.txt")):
        example, graph = "", ""
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                example, graph = line.strip("[] "), ""
            elif line.startswith(">"):
                graph += line[1:].strip() + "\n"
            elif line and not line.startswith("#"):
                text, _, kinds = line.rpartition("|")
                fitting = tuple(kind.strip() for kind in kinds.split(","))
                yield Slip(example, text.strip(), fitting, graph)


@cache
def model(example: str, text: str) -> tuple[Graph, Truth, Judge]:
    graph = parse(text or read(example))
    truth = Truth(graph)
    return graph, truth, Judge(graph, truth)


def verdict_on(slip: Slip, text: str, *, explain: bool = False) -> Verdict:
    graph, truth, judge = model(slip.example, slip.graph)
    source = "claims.md" if "\\" in text else "claims.txt"
    [claim] = Reader(graph, truth).read(f"${text}$" if "\\" in text else text, source)
    return judge.judge(claim, SECONDS, explain=explain)


def outcome(slip: Slip) -> Outcome:
    _, truth, _ = model(slip.example, slip.graph)
    verdict = verdict_on(slip, slip.text)
    if verdict.status != "refuted":
        return Outcome(slip, verdict.status, verdict.message, "", "", usable=False, seconds=0.0)
    start = time.perf_counter()
    found = diagnose(truth, verdict.claim, verdict.decision, link=verdict.link or 0)
    seconds = time.perf_counter() - start
    left = slip.text.partition(" = ")[0]
    again = verdict_on(Slip(slip.example, "", (), slip.graph), f"{left} = {found.correction}")
    usable = again.status in ("proved", "agrees")
    return Outcome(slip, "refuted", found.kind, found.text, found.correction, usable, seconds)


def report(outcomes: list[Outcome], title: str) -> None:
    count = len(outcomes) or 1
    right = sum(item.right for item in outcomes)
    first = sum(item.first for item in outcomes)
    usable = sum(item.usable for item in outcomes)
    seconds = [item.seconds for item in outcomes] or [0.0]
    print(
        f"{title:8} {len(outcomes):4} claims   diagnosis right {right / count:6.1%} "
        f"(the first kind named {first / count:5.1%})   correction proved {usable / count:6.1%}   "
        f"median {statistics.median(seconds) * 1000:3.0f} ms, longest {max(seconds) * 1000:4.0f} ms"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--missed", action="store_true", help="list what was missed (not held out)")
    chosen = parser.parse_args()
    outcomes = [outcome(slip) for slip in slips(*chosen.files)]
    for item in outcomes if chosen.missed else ():
        if not item.slip.held_out and not (item.right and item.usable):
            print(f"{item.slip.example}: {item.slip.text}")
            print(f"    {' or '.join(item.slip.kinds)} ≠ {item.kind} ({item.status}): {item.text}")
            print(f"    {'proved' if item.usable else 'NOT PROVED'}: {item.correction}")
    report([item for item in outcomes if not item.slip.held_out], "seen")
    report([item for item in outcomes if item.slip.held_out], "held out")
    report(outcomes, "all")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
