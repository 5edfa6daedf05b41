"""Arrays laid out: small ones whole, columns aligned; large ones by shape, norm and corners."""

from __future__ import annotations

from math import sqrt

from symgrad.trace.arrays.run import TracedArray

WHOLE = 8  # more rows or columns than that are not shown


def number_text(value: float, digits: int) -> str:
    """Return a number with so many digits, the minus sign of mathematics in front."""
    return f"{value:.{digits}g}".replace("-", "−") if value else "0"


def is_large(line: TracedArray) -> bool:
    """Tell whether an array is shown by its corners only."""
    return len(line.entries) > WHOLE or len(line.entries[0]) > WHOLE


def laid_out(line: TracedArray, digits: int) -> list[str]:
    """Return an array as lines of text.

    >>> laid_out(TracedArray("W", None, 2, ((1.0, -0.5), (10.0, 2.0))), 6)
    ['[  1  −0.5 ]', '[ 10   2   ]']
    """
    rows = line.entries
    if not line.order:
        return [number_text(rows[0][0], digits)]
    if is_large(line):
        return [summary(line, digits)]
    if line.order == 1:
        return [f"[ {'  '.join(number_text(row[0], digits) for row in rows)} ]"]
    texts = [[number_text(entry, digits) for entry in row] for row in rows]
    columns = [_aligned([row[j] for row in texts]) for j in range(len(texts[0]))]
    return [f"[ {'  '.join(column[i] for column in columns)} ]" for i in range(len(texts))]


def _aligned(texts: list[str]) -> list[str]:
    """Return numbers with their points in one column."""
    heads = [text.partition(".")[0] if "e" not in text else text for text in texts]
    tails = [text[len(head) :] for text, head in zip(texts, heads, strict=True)]
    left, right = max(map(len, heads)), max(map(len, tails))
    return [h.rjust(left) + t.ljust(right) for h, t in zip(heads, tails, strict=True)]


def norm(line: TracedArray) -> float:
    """Return the root of the sum of all squares."""
    return sqrt(sum(entry * entry for row in line.entries for entry in row))


def summary(line: TracedArray, digits: int) -> str:
    """Return the shape, the norm and the corners of a large array."""
    rows = line.entries
    size = norm_text = number_text(norm(line), digits)
    if line.order == 1:
        size = str(len(rows))
        corners = f"{number_text(rows[0][0], digits)} … {number_text(rows[-1][0], digits)}"
    else:
        size = f"{len(rows)}×{len(rows[0])}"
        ends = [
            f"{number_text(row[0], digits)} … {number_text(row[-1], digits)}"
            for row in (rows[0], rows[-1])
        ]
        corners = "; ".join(ends)
    return f"{size}, norm {norm_text}, corners [ {corners} ]"


def latex(line: TracedArray, digits: int) -> str:
    """Return an array in LaTeX: a bmatrix, its middle as dots where it is large."""
    rows = [[number_text(e, digits).replace("−", "-") for e in row] for row in line.entries]
    if not line.order:
        return rows[0][0]
    if is_large(line):
        rows = [[row[0], r"\cdots", row[-1]] if len(row) > WHOLE else row for row in rows]
        if len(rows) > WHOLE:
            rows = [rows[0], [r"\vdots"] * len(rows[0]), rows[-1]]
    body = r" \\ ".join(" & ".join(row) for row in rows)
    return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"
