"""Sheets as LaTeX fragments for the body of an article, in lines that fit its page."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from symgrad.render.latex import (
    LatexPrinter,
    line_latex,
    matrix_entries,
    prose,
    remark_latex,
    trail_latex,
    worked_latex,
)
from symgrad.render.latex_boxes import (
    ORD,
    REL,
    TEXT,
    Fence,
    Glyph,
    Row,
    Table,
    height,
    prose_width,
    text_of,
    width,
)
from symgrad.render.latex_lines import (
    PAGE,
    boxed,
    displayed,
    row_displayed,
    rows_displayed,
)
from symgrad.render.latex_parts import with_named_parts
from symgrad.render.sheet import (
    FormulaLine,
    FormulaSheet,
    Remark,
    Section,
    Trail,
    Worked,
    left_side,
)
from symgrad.render.text import side_text

_ACCENTS = frozenset("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c")
_KERNEL_LETTERS = frozenset("ßæøåœłÆØÅŒŁ")
_HIGHEST_MATRIX = 500.0
_MOST_COLUMNS = 20


def latex_of(sheet: FormulaSheet) -> str:
    """Return a sheet as a LaTeX fragment for the body of an article."""
    printer = LatexPrinter(sheet.names)
    names = frozenset(map(printer.name, sheet.names))
    blocks = [_section(section, printer, names) for section in sheet.sections]
    text = "\n\n".join(blocks)
    body = text if text.isascii() else "".join(map(_compilable, text))
    return f"% {sheet.title}\n\n{body}\n".replace("\r", " ")


def _compilable(character: str) -> str:
    """Return a letter as it is where LaTeX has it without a package, else `u` and its code."""
    if character.isascii() or character in _KERNEL_LETTERS:
        return character
    base, *accents = tuple(unicodedata.normalize("NFD", character))
    if base.isascii() and base.isalpha() and len(accents) == 1 and accents[0] in _ACCENTS:
        return character
    return f"u{ord(character):04x}"


def _section(section: Section, printer: LatexPrinter, names: frozenset[str]) -> str:
    rows = [rf"\subsection*{{{prose(section.title)}}}", *_matrix(section, printer)]
    formulas = [line_latex(f, printer) for f in section.items if isinstance(f, FormulaLine)]
    fitting, named = with_named_parts([*map(boxed, formulas)], names)
    lines = iter(fitting)
    for item in section.items:
        match item:
            case FormulaLine():
                rows.append(row_displayed(next(lines)))
            case Worked():
                rows.append(_worked(item, printer))
            case Trail():
                rows.append(displayed(trail_latex(item, printer)))
            case Remark():
                rows.append(rf"\noindent {remark_latex(item, printer)}\par")
            case _:
                rows.append(rf"\noindent {prose(item)}\par")
    if named:
        rows.append(r"\noindent where\par")
        rows += [row_displayed((name, Glyph(" = ", REL, 7.8), *part)) for name, part in named]
    return "\n".join(rows)


def _matrix(section: Section, printer: LatexPrinter) -> Iterator[str]:
    """Yield the second derivatives of a section as a matrix, or as several with some columns each.

    Entries that a page is too narrow for stand in it by their symbols; all are listed below.
    """
    if section.key != "hessian":
        return
    top, names, texts = matrix_entries(section, printer)
    if not 1 < len(names) <= _MOST_COLUMNS:
        return
    head = boxed(rf"\nabla^{{2}} {printer.name(top)} = ")
    written = [[boxed(text) for text in row] for row in texts]
    place = names.index
    symbols = [
        [boxed(printer.second_partial(top, *sorted((a, b), key=place))) for b in names]
        for a in names
    ]
    for count in range(1, len(names)):
        step = -(-len(names) // count)
        parts = [slice(i, i + step) for i in range(0, len(names), step)]
        made = [
            _bracketed([row[part] for row in written], [row[part] for row in symbols], head)
            for part in parts
        ]
        if None not in made:
            break
    else:
        return
    for part, matrix in zip(parts, made, strict=True):
        if len(parts) > 1:
            columns = ", ".join(f"${printer.name(name)}$" for name in names[part])
            yield rf"\noindent Columns {columns}:\par"
        yield rf"\[ {text_of((*head, matrix))} \]" if matrix is not None else ""


def _bracketed(written: list[list[Row]], symbols: list[list[Row]], head: Row) -> Fence | None:
    """Return a matrix that a page has room for, as few of its entries as symbols as may be."""
    sizes = sorted({width(entry, TEXT) for row in written for entry in row}, reverse=True)
    for most in (*sizes, 0.0):
        rows = tuple(
            tuple(
                entry if width(entry, TEXT) <= most else symbol
                for entry, symbol in zip(row, others, strict=True)
            )
            for row, others in zip(written, symbols, strict=True)
        )
        table = Table("c" * len(rows[0]), rows, behind=" ")
        matrix = Fence(r"\left( ", (table,), r"\right)")
        if width((*head, matrix)) <= PAGE and height((matrix,)) <= _HIGHEST_MATRIX:
            return matrix
    return None


def _worked(worked: Worked, printer: LatexPrinter) -> str:
    """Return a formula worked out: the rule at the right of each step, or below a wide one."""
    whole = worked_latex(worked, printer)
    if width(boxed(whole)) <= PAGE:
        return rf"\[ {whole} \]"
    left = boxed(left_side(worked.left, printer))
    room = PAGE - width(left) - 25 if width(left) <= PAGE / 3 else PAGE - 35
    pairs: list[tuple[Row, Row]] = []
    for i, (side, rule) in enumerate(worked.rows):
        pairs.append((() if i else left, boxed(f"= {side_text(side, printer)}")))
        pairs.append(((), (_reason(remark_latex(rule, printer), room),)))
    return rows_displayed(pairs)


def _reason(text: str, room: float) -> Glyph:
    """Return a rule for a row of its own; a long one is a paragraph."""
    if prose_width(text) <= room:
        return Glyph(rf"\qquad \mbox{{({text})}}", ORD, room)
    return Glyph(rf"\qquad \parbox{{{room:.0f}pt}}{{\raggedright ({text})}}", ORD, room)
