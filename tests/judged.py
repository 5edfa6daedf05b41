"""What is said of the claims of a text: verdicts alone, no slip is looked for in wrong ones."""

from symgrad.sources.text import parse
from symgrad.verify import verify


def statuses(graph, text, source="a.md", **options):
    """Return the status of every formula about a graph, which may be its text."""
    graph = parse(graph) if isinstance(graph, str) else graph
    report = verify(graph, text, source=source, explain=False, **options)
    return [str(verdict.status) for verdict in report.verdicts]
