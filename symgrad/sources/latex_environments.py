r"""Environments: cases as Piecewise, matrices as lists, aligned lines one after the other."""

from __future__ import annotations

import re
from abc import ABC

from symgrad.sources.latex_cases import CaseRow, piecewise
from symgrad.sources.latex_tokens import Tokens, Word
from symgrad.sources.latex_words import MATRICES
from symgrad.sources.written import Written

_LARGEST_DETERMINANT = 3


class Environments(Tokens, ABC):
    """Translates what stands between `\\begin` and `\\end`."""

    def environment(self, word: Word, parts: list[Written]) -> None:
        """Translate an environment: cases as Piecewise, aligned lines one after the other."""
        name = self.raw_argument(word).rstrip("*")
        if name in ("cases", "dcases", "rcases"):
            parts.append(self.cases(word, name))
            return
        if name in MATRICES:
            parts.append(self.column(word, name))
            return
        if name in ("array", "alignat", "alignedat"):
            self.raw_argument(word)
        inner = self.until(lambda text: text == "\\end")
        self.end(name, word)
        ends = self.written("\n", word)
        parts.append(Written.join([ends, inner, ends]))

    def end(self, name: str, opened: Word) -> None:
        """Pass the end of an environment."""
        if self.at >= len(self.words) or self.words[self.at].text != "\\end":
            raise self.fault(f"`\\begin{{{name}}}` is never ended", opened)
        word = self.words[self.at]
        self.at += 1
        if self.raw_argument(word).rstrip("*") != name:
            raise self.fault(f"this does not end `\\begin{{{name}}}`", word)

    def column(self, word: Word, name: str) -> Written:
        """Translate a matrix as the list of what stands in it."""
        rows: list[list[Written]] = [[]]
        while self.at < len(self.words) and self.words[self.at].text != "\\end":
            cell = self.until(lambda text: text in ("&", "\\\\", "\\cr", "\\end"))
            rows[-1] += [cell] if cell.text.strip() else []
            sign = self.words[self.at].text if self.at < len(self.words) else "}"
            self.at += sign in ("&", "\\\\", "\\cr")
            if sign == "}":
                break
            if sign != "&" and rows[-1]:
                rows.append([])
        self.end(name, word)
        rows = [row for row in rows if row]
        if not rows:
            raise self.fault("an empty matrix", word)
        if name == "vmatrix":
            return self.determinant(rows, word)
        cells = [
            piece for row in rows for cell in row for piece in (cell, self.written(", ", word))
        ]
        return Written.join([self.written("(", word), *cells[:-1], self.written(") ", word)])

    def determinant(self, rows: list[list[Written]], word: Word) -> Written:
        """Translate a determinant, developed by its first row.

        Raises:
            Fault: for one that is not square, or too large.
        """
        size = len(rows)
        if any(len(row) != size for row in rows) or size > _LARGEST_DETERMINANT:
            raise self.fault(f"a determinant of at most {_LARGEST_DETERMINANT} rows", word)
        if size == 1:
            return self.grouped(rows[0][0], word)
        pieces = [self.written("(", word)]
        for place, cell in enumerate(rows[0]):
            minor = [[*row[:place], *row[place + 1 :]] for row in rows[1:]]
            pieces += [
                self.written("-" if place % 2 else "+" if place else "", word),
                self.grouped(cell, word),
                self.written("*", word),
                self.determinant(minor, word),
            ]
        return Written.join([*pieces, self.written(")", word)])

    def cases(self, word: Word, name: str) -> Written:
        """Translate the rows of a cases environment."""
        rows: list[CaseRow] = []
        while self.at < len(self.words) and self.words[self.at].text not in ("\\end", "}"):
            value = self.until(lambda text: text in ("&", "\\\\", "\\end"))
            condition = Written.join([])
            if self.at < len(self.words) and self.words[self.at].text == "&":
                self.at += 1
                outer, self.in_condition = self.in_condition, True
                condition = self.until(lambda text: text in ("\\\\", "\\end"))
                self.in_condition = outer
            if self.at < len(self.words) and self.words[self.at].text == "\\\\":
                self.at += 1
            if value.text.strip():
                rows.append(CaseRow(value, condition))
        self.end(name, word)
        if rows and all(re.search("[=≈]", row.value.text) for row in rows):
            # a system of equations, and no cases
            ends = self.written(";\n", word)
            return Written.join([p for row in rows for p in (row.value, ends, row.condition, ends)])
        found = piecewise(rows, word.start)
        if found is None:
            raise self.fault("these cases leave some values open", word, "end with `otherwise`")
        return found

    def ends_with_array(self) -> bool:
        """Tell whether an array begins here: behind `\\left\\{` it holds cases."""
        self.skip_spaces()
        following = "".join(word.text for word in self.words[self.at : self.at + 12])
        return re.match(r"\\begin\{(?:array|[a-z]*matrix)\*?\}", following) is not None

    def is_system(self) -> bool:
        """Tell whether aligned equations begin here: a brace in front of them is no bracket."""
        self.skip_spaces()
        following = "".join(word.text for word in self.words[self.at : self.at + 20])
        return re.match(r"\\begin\{(?:aligned|align|split|gathered|alignedat|cases|eqnarray)\*?\}",
                        following) is not None  # fmt: skip

    def array_cases(self, opened: Word) -> Written:
        """Translate an array of cases with its brackets."""
        begin = self.next_word(opened)
        name = self.raw_argument(begin).rstrip("*")
        if name == "array":
            self.raw_argument(begin)
        found = self.cases(opened, name)
        self.skip_spaces()
        if self.at < len(self.words) and self.words[self.at].text == "\\right":
            self.at += 1
            self.next_word(opened)
        return found
