"""Derivations in the wording of others, a label on every link, and how `verify` judges them.

A file of data/found is a head (a comment, `kind N`), a graph and a document. In the document `⟦`
begins a chain and `⟧` with a letter ends each of its links: R right, W wrong, N and X numbers that
are right and wrong, D a definition, C a condition, S whatever. `⟦8:` says of which of the ten kinds
of notation a chain is, where it is not the document's own:

    0 plain   1 sums and indices   2 functional notation   3 delimiters and containers
    4 continued chains   5 layers   6 variables that are expressions   7 scalars as matrices
    8 updates   9 facts about functions   10 definitions, signs above and below, approximations

`python tests/found_documents.py` prints the score by kind.
"""

import re
import sys
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import symgrad as sg

DATA = Path(__file__).resolve().parent / "data" / "found"
_KIND = re.compile(r"(\d+):")
_CLAIMS = re.compile(r"^--- claims(\.\w+)\n", re.MULTILINE)


@dataclass
class Link:
    """A labelled stretch of a document, and what is said of it."""

    start: int
    end: int
    label: str
    chain: int
    kind: int
    text: str
    status: str = ""

    @property
    def outcome(self) -> str:
        """How the verdict does: judged, open, or a false one."""
        status, label = self.status, self.label
        if label in "DCS":
            return "false refuted" if status == "refuted" else "judged"
        if status == "behind":
            return "judged"
        right = status in ("proved", "agrees")
        if label in "RN":
            return "judged" if right else "false refuted" if status == "refuted" else "open"
        return "judged" if status == "refuted" else "false accepted" if right else "open"


def read(path: Path) -> tuple[str, str, str, list[Link]]:
    """Return the graph, the suffix and text of the document, and its links."""
    head, rest = path.read_text(encoding="utf-8").split("--- graph.sg\n", 1)
    graph, suffix, marked = _CLAIMS.split(rest, maxsplit=1)
    own = int(head.split("\nkind ")[1])
    plain: list[str] = []
    links: list[Link] = []
    at = size = start = chain = 0
    kind = own
    while at < len(marked):
        if marked[at] == "⟦":
            chain += 1
            found = _KIND.match(marked, at + 1)
            kind = int(found[1]) if found else own
            at, start = found.end() if found else at + 1, size
        elif marked[at] == "⟧":
            text = "".join(plain)[start:size]
            links.append(Link(start, size, marked[at + 1], chain, kind, text))
            at, start = at + 2, size
        else:
            plain.append(marked[at])
            at, size = at + 1, size + 1
    return graph, suffix, "".join(plain), links


def judged(path: Path) -> list[Link]:
    """Return the links of a document, each with the status that it is given."""
    graph, suffix, text, links = read(path)
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    starts = [link.start for link in links]
    report = sg.verify(sg.parse(graph), text, source=path.stem + suffix, explain=False)
    for verdict in report.verdicts:
        places = [link.place for link in verdict.claim.links] or [verdict.claim.place]
        hit: list[int] = []
        for place in places:
            offset = lines[place.line - 1] + place.column - 1
            index = bisect_right(starts, offset) - 1
            hit.append(index if index >= 0 and offset <= links[index].end else -1)
        fault = verdict.link or 0
        for order, index in enumerate(hit):
            silent = index < 0 or links[index].status == "refuted"
            if not silent and (verdict.judged or not links[index].status):
                behind = "behind" if order > fault else "proved" if order < fault else "refuted"
                links[index].status = behind if verdict.status == "refuted" else verdict.status
    return links


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main() -> None:
    """Print the score of every document, and by kind."""
    by_kind: dict[int, Counter[str]] = {}
    for path in sorted(DATA.glob("*.txt")):
        links = judged(path)
        counts = Counter(link.outcome for link in links)
        say(f"{path.stem:20} {dict(counts)}")
        for link in links:
            if link.outcome != "judged":
                say(f"    {link.outcome}: [{link.label}] {link.status} {link.text.strip()}")
            if link.label in "RWNX":
                by_kind.setdefault(link.kind, Counter())[link.outcome] += 1
    for kind, counts in sorted(by_kind.items()):
        say(f"kind {kind:2}: {counts['judged']} of {counts.total()} {dict(counts)}")


if __name__ == "__main__":
    main()
