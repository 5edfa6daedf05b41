"""How often is the first diagnosis of a wrong claim the right one?

    python benchmarks/diagnose_collection.py [--missed] [FILE ...]

Goes through tests/data/slips: claims with a slip, each with the kinds a teacher would name. A third of
them, chosen by the hash of their text, is held out: it is looked at for figures only. Reports for
both parts: the first diagnosis right, the correction equal to the derivation's result, the time.
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

from symgrad.derivation import Derivation  # noqa: E402
from symgrad.derive import derive  # noqa: E402
from symgrad.errors import Place  # noqa: E402
from symgrad.examples import read  # noqa: E402
from symgrad.graph import Graph  # noqa: E402
from symgrad.sources.latex import translate  # noqa: E402
from symgrad.sources.problems import Fault, Origin  # noqa: E402
from symgrad.sources.text import parse  # noqa: E402
from symgrad.verify.claims_formula import ClaimParser  # noqa: E402
from symgrad.verify.claims_scope import Scope  # noqa: E402
from symgrad.verify.diagnose import closed_form, diagnose, scene_of  # noqa: E402
from symgrad.verify.equality import decide  # noqa: E402
from symgrad.verify.model import Claim, DerivativeTarget, Diagnosis, Link, NameTarget  # noqa: E402

DATA = ROOT / "tests" / "data" / "slips"


@dataclass(frozen=True)
class Slip:
    """One wrong claim: the example it is about, its text, the kinds that fit."""

    example: str
    text: str
    kinds: tuple[str, ...]

    @property
    def held_out(self) -> bool:
        return hashlib.sha256(f"{self.example} {self.text}".encode()).digest()[0] % 3 == 0


@dataclass(frozen=True)
class Outcome:
    """What the diagnosis said of a slip, and whether that is right."""

    slip: Slip
    diagnosis: Diagnosis
    usable: bool
    seconds: float

    @property
    def right(self) -> bool:
        return self.diagnosis.kind in self.slip.kinds


def slips(*files: Path) -> Iterator[Slip]:
    for file in files or sorted(DATA.glob("*.txt")):
        example = ""
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                example = line.strip("[] ")
            elif line and not line.startswith("#"):
                text, _, kinds = line.rpartition("|")
                yield Slip(example, text.strip(), tuple(k.strip() for k in kinds.split(",")))


@cache
def model(example: str) -> tuple[Graph, Derivation]:
    graph = parse(read(example))
    return graph, derive(graph)


def claim_of(slip: Slip) -> Claim:
    """Read a claim of one line: LEFT = e1 = e2."""
    graph, derivation = model(slip.example)
    scope = Scope(graph, derivation)
    left, *rights = _sides(slip.text)
    place = Place("collection", 1, 1, len(slip.text), slip.text)
    target = _expression(left, scope)
    found = scope.derivatives.get(str(target.key))
    links = tuple(Link(_expression(side, scope), side, "=", place) for side in rights)
    return Claim(
        slip.text, place, found or NameTarget(str(target.key)), links,
        tuple(scope.derivatives.values()),
    )  # fmt: skip


def _sides(text: str) -> list[str]:
    return [side.strip() for side in text.replace("<=", "≤").replace(">=", "≥").split(" = ")]


def _expression(text: str, scope: Scope):  # noqa: ANN202
    origin = Origin("collection", (text,), 1, 1)
    try:
        if "\\" in text:
            written = translate(text, origin)
            return ClaimParser(written.text, written.origin(text, origin), scope).whole()
        return ClaimParser(text, origin, scope).whole()
    except Fault as fault:
        raise ValueError(f"{text}: {fault.args}") from fault


def outcome(slip: Slip) -> Outcome:
    graph, derivation = model(slip.example)
    claim = claim_of(slip)
    link = len(claim.links) - 1
    start = time.perf_counter()
    diagnosis = diagnose(graph, derivation, claim, link=link)
    seconds = time.perf_counter() - start
    return Outcome(slip, diagnosis, _usable(graph, derivation, claim, diagnosis), seconds)


def _usable(graph: Graph, derivation: Derivation, claim: Claim, diagnosis: Diagnosis) -> bool:
    """Tell whether the correction, read again from its text, is the right formula."""
    scope = Scope(graph, derivation)
    for item in claim.derivatives:
        scope.note(item)
    try:
        again = _expression(diagnosis.correction, scope)
    except (ValueError, Fault):
        return False
    scene, right = scene_of(graph, derivation, claim)
    sides = closed_form(scene, again), closed_form(scene, right)
    if sides[0] is None or sides[1] is None:
        return False
    facts = [item.condition for item in graph.assumptions]
    return decide(*sides, assumptions=facts).status in ("proved", "agrees")


def report(outcomes: list[Outcome], title: str) -> None:
    count = len(outcomes) or 1
    right = sum(item.right for item in outcomes)
    usable = sum(item.usable for item in outcomes)
    seconds = [item.seconds for item in outcomes] or [0.0]
    print(
        f"{title:10} {len(outcomes):4} claims   first diagnosis right {right / count:6.1%}   "
        f"usable correction {usable / count:6.1%}   median {statistics.median(seconds) * 1000:4.0f} ms"
        f"   longest {max(seconds) * 1000:5.0f} ms"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--missed", action="store_true", help="list what was missed (not held out)")
    chosen = parser.parse_args()
    outcomes = []
    for slip in slips(*chosen.files):
        try:
            outcomes.append(outcome(slip))
        except ValueError as error:
            print(f"unreadable: {slip.example}: {error}", file=sys.stderr)
    if chosen.missed:
        for item in outcomes:
            if not item.slip.held_out and not (item.right and item.usable):
                print(f"{item.slip.example}: {item.slip.text}")
                print(f"    {'|'.join(item.slip.kinds)} ≠ {item.diagnosis.kind}: {item.diagnosis.text}")
                print(f"    {'usable' if item.usable else 'UNUSABLE'}: {item.diagnosis.correction}")
    report([item for item in outcomes if not item.slip.held_out], "seen")
    report([item for item in outcomes if item.slip.held_out], "held out")
    report(outcomes, "all")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
