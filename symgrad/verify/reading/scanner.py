"""Finds the formulas of a document by the marks around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from symgrad.errors import Place
from symgrad.expression.functions import lookup
from symgrad.expression.names import GREEK
from symgrad.sources.problems import Origin
from symgrad.verify.reading.in_code import LOOSE_FENCES, is_formula, is_program
from symgrad.verify.reading.passage import FoundFormula, Passage, TextPiece
from symgrad.verify.reading.plain import is_sentence, lines_of
from symgrad.verify.reading.prose import HEAD, LABEL, UNCLEAR, is_clear, stretch_of, without_words
from symgrad.verify.reading.sentences import LEFT, end_of
from symgrad.verify.reading.text import VALUE_SAID

_DISPLAYS = (
    "equation align alignat xalignat flalign gather multline eqnarray IEEEeqnarray displaymath "
    "math dmath"
).split()
# what stands inside of a display, and without one where an author has forgotten it
ENVIRONMENTS = (*_DISPLAYS, *"split aligned gathered alignedat multlined IEEEeqnarraybox".split())
_NUMBER = r"[-−+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
_NAME = r"[^\W\d]\w{0,30}"
_VALUE = rf"{_NAME}[ \t]*=[ \t]*{_NUMBER}(?![\w.]*[\w(])"
_OPENERS = re.compile(
    r"(?P<fence>^[ \t>]{0,12}(?P<ticks>`{3,}|~{3,})"
    r"[ \t]*\{?(?P<kind>[\w+-]*)(?::[\w-]*)?\}?[^\n`]*\n)"
    r"|(?P<comment><!--)"
    r"|(?P<tag><(?P<element>script|style|pre|code|textarea|annotation|math)\b[^<>]*>)"
    r"|(?P<shortcode>\[(?P<code_name>latex|tex)\])"
    r"|(?P<role>:math:`|\{math\}`)"
    r"|^(?P<indent>[ \t]*)(?P<rst>\.\.[ \t]+math::[ \t]*)"
    r"|(?P<gh>\$`)"
    r"|(?P<code>`+)"
    r"|(?P<image>https?://(?:[\w-]+\.)?(?:codecogs\.com/[\w.]+|githubusercontent\.com/render/math)"
    r"\?(?:math=|latex=)?)"
    r"|(?P<site>\\\\[(\[])"
    r"|(?P<escaped>\\\$\\?\$)(?=[^$]*?[=≈][^$]*\\\$\\?\$)"
    r"|(?P<display>\$\$|\\\[)"
    r"|(?P<paren>\\\()"
    r"|^[ \t]*(?P<lone>\[)[ \t]*\n(?=(?:[^\n]*\n){1,12}?[ \t]*\][ \t]*$)"
    rf"|\\begin\{{(?P<env>{'|'.join(ENVIRONMENTS)})(?P<star>\*?)\}}"
    rf"|^[ \t>]*(?:[-*•+][ \t]+)?(?P<measured>{_VALUE})(?=[ \t]*(?:\$?[ \t]*\\pm\b|±))"
    r"|^[ \t>]*(?:[-*•+][ \t]+|\(?\d{1,3}[.)][ \t]+|[①-⑳][ \t]*)?(?P<line>"
    r"(?!(?i:at|assume|with|for|where|when|if|given|let|take|put|using|say|and|so)\b)"
    rf"(?:[∂∇]|\\(?:[dt]?frac|partial|nabla|delta|Delta|mathrm|text)\b|{_NAME})"
    r"[^\n$`|]{0,400}?(?:=|≈|←|\\approx\b)[^\n$`|]*)$"
    rf"|(?P<prose>{HEAD})"
    r"|(?P<escape>\\.)"
    r"|(?P<dollar>\$)"
    r"|^[ \t]*(?P<directive>(?:assume|at)[ \t]+(?![^\n]*[.!?:][ \t]*$)[^\n$`]*[=<>≤≥\d][^\n$`]*)$"
    r"|^(?P<table>[ \t]*\|[^\n]*\n[ \t]*\|[ \t:|-]+\n(?:[ \t]*\|[^\n]*(?:\n|\Z))+)"
    r"|(?P<said>\b(?i:with|at|for|where|when|if|given|let|take|set|put|using|having|say|and|"
    r"mit|bei|für|sei|wenn|avec|pour|soit|con|para|sea|si|com)[ \t]+"
    rf"(?P<values>{_VALUE}(?:[ \t]*(?:,|;|and|und|et|y|e)[ \t]*{_VALUE}){{0,20}}))"
    rf"|(?P<stated>{LEFT})",
    re.MULTILINE,
)  # fmt: skip
_SECOND = re.compile(  # `∂U/∂r = K and ∂A/∂S = P`: two formulas
    r"\s(?:and|or|but|nor|while|und|oder|et|ou|y|e)\s+[∂d]\S{1,20}\s?/\s?[∂d]\S{1,20}\s*[=≈]"
)
_VALUES = frozenset(
    "value values result number wert valor valore valeur значение 值 数值 値".split()
)
_LONGEST_ADDRESS = 8_000
_DIRECTIVE = re.compile(r"\s*(?:symgrad:\s*)?((?:at|assume)\b[^\n]*)")
_INLINE_ENDS = re.compile(r"\\.|\n[ \t>]*\n|[$`{}]")
_IN_CELL = re.compile(r"\$([^$]+)\$|(?<!`)`([^`]+)`(?!`)")
_PLAIN_NUMBER = re.compile(_NUMBER)
_DECLARES = re.compile(r"^\s*(?:params?|data|consts?|minimize|maximize)\b", re.MULTILINE)
_MATHEMATICS = re.compile(r"[\\=^_<>≈≤≥∂]")
_WORDS = re.compile(r"(?<![\\\w{])[a-zA-Z]{3,}\s+[a-zA-Z]{2,}\b(?![^{}]*\})")
_GOES_ON = re.compile(r"\n(?:[ \t]*\n)?[ \t>]*(?:&?[=≈]|\\approx\b|[+×·]\s)[^\n$`|]*")
_TERM = re.compile(r"\n(?P<indent>[ \t>]*)[-−]\s[^\n$`|]*[\w)]")
_MARKED = re.compile(r"\s*(\${1,2})([^$`]+)\1\s*")
_REMARK = re.compile(
    r"[=≈]\s*([A-Za-z]{3,})\s+\([A-Za-z]{3,}[A-Za-z ]*\)\s*$"
)  # `r = radius (changing)`
_VERB = re.compile(r"\s*([A-Z][a-z]{2,})[ \t]+[∂∇$\w(]")  # `Find ∇f for f(x, y) = …`
_CODE = re.compile(
    rf"\\begin\{{(?:{'|'.join(_DISPLAYS)})\b|"
    r"\\[(\[]|\[/?(?:la)?tex\]|</?\w|[;{#]\s*$|==|\"|\w\[\w+\]\s*=|https?:|(?<!\\)\bdef\b"
)
_JOINED = re.compile(r"[,;]\s+[A-Za-zÀ-ɏ]{2,}\s+[^\s=]+\s*=")  # `q = x + y, then f = qz`
_FOREIGN = re.compile(r"[\u0400-\u04ff\u0590-\u06ff\u3001-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WITH_ARGUMENT = frozenset(
    ("alignat", "xalignat", "alignedat", "IEEEeqnarray", "IEEEeqnarraybox", "aligned", "gathered")
)
_ARGUMENT = re.compile(r"\s*(?:\[[^\[\]\n]{0,20}\])?\s*(?:\{[^{}\\]{0,20}\})?(?=\s)")
_IN_BRACKETS = re.compile(r"\\\((.+?)\\\)")
_MARKED_TWICE = re.compile(r"\s*\$([^$]+)\$\s*")
_OPTION = re.compile(r"[ \t]*:\w[\w-]*:[^\n]*\n")
_MARKED_UP = re.compile(
    rf"\$\$|\\\[|\\\(|\\begin\{{(?:{'|'.join(_DISPLAYS)})\*?\}}|:math:`"
    r"|^[ \t]*\.\. math::|\$(?=\S)[^$\n]*[\\=^_][^$\n]*\$",
    re.MULTILINE,
)
_TEXT_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_LEFT, _HEAD = re.compile(LEFT), re.compile(HEAD)
_LONE_END = re.compile(r"^[ \t]*\][ \t]*$", re.MULTILINE)
_PROSE_KINDS = frozenset(("markdown", "notebook", "rst"))
_VERBATIM = re.compile(r"\\begin\{(verbatim|lstlisting|minted)\}.*?\\end\{\1\}", re.DOTALL)
_FRONT = re.compile(r"\A(---|\+\+\+)[ \t]*\n.*?\n\1[ \t]*(?:\n|\Z)", re.DOTALL)
# fences of MyST that hold text, and no program
_DIRECTIVES = frozenset(
    "admonition attention axiom card caution danger definition details dropdown error example "
    "exercise grid hint important lemma margin note observation prf proof remark seealso sidebar "
    "solution tab theorem tip toggle topic warning".split()
)
_CLOSERS = {"$$": "$$", "\\[": "\\]", "\\(": "\\)", "\\\\(": "\\\\)", "\\\\[": "\\\\]"}


def is_marked_up(text: str) -> bool:
    """Tell whether a text sets formulas apart with marks."""
    return _MARKED_UP.search(text) is not None


def blanked_latex(text: str) -> str:
    """Return a LaTeX text with its preamble, comments and verbatim parts as blanks."""
    begin = text.find("\\begin{document}")
    if begin > 0:
        text = re.sub(r"[^\n]", " ", text[:begin]) + text[begin:]
    text = _VERBATIM.sub(_blank, text) if "\\end{" in text else text
    return _TEXT_COMMENT.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


class Scanner:
    """Finds the formulas of one passage, from its beginning to its end."""

    def __init__(self, passage: Passage, kind: str) -> None:
        self.passage = passage
        self.kind = kind
        self.text = passage.text if kind == "latex" else _FRONT.sub(_blank, passage.text)
        self.at = 0
        self.dead: set[str] = set()

    def pieces(self) -> Iterator[TextPiece | FoundFormula]:
        """Yield what is found: stretches of the text, and formulas that are made of two of them."""
        while match := _OPENERS.search(self.text, self.at):
            self.at = match.end()
            yield from self.opened(match)

    def opened(self, match: re.Match[str]) -> Iterator[TextPiece | FoundFormula]:
        """Yield the formulas that begin where `match` is."""
        handlers: dict[str, Callable[[re.Match[str]], Iterator[TextPiece | FoundFormula]]] = {
            "fence": self.fence, "comment": self.comment, "tag": self.element,
            "code": self.in_code, "image": self.image, "rst": self.math_directive,
            "env": self.delimited, "dollar": self.dollar, "directive": self.directive,
            "table": self.table, "measured": self.said, "line": self.line, "said": self.said,
            "prose": self.prose, "stated": self.stated,
        }  # fmt: skip
        for name, handler in handlers.items():
            if match[name] is not None:
                yield from handler(match)
                return
        yield from self.delimited(match)

    def comment(self, match: re.Match[str]) -> Iterator[FoundFormula]:
        """Yield the directive that a comment of HTML holds."""
        end = self.close("-->")
        if end and (found := _DIRECTIVE.match(self.text, match.end(), end)):
            yield self.formula(found.start(1), found.end(1), directive=True)

    def in_code(self, match: re.Match[str]) -> Iterator[TextPiece | FoundFormula]:
        """Yield code in a line that is a formula or a value, and pass over other code."""
        start = match.end()
        end = self.close(match["code"])
        if end and (marked := _MARKED.fullmatch(self.text, start, end)):  # `$x$`, in code
            yield TextPiece((marked.span(2),), display=marked[1] == "$$")
        elif end and self.kind != "latex" and _is_set_in_code(self.text[start:end]):
            yield TextPiece(((start, end),), bare=True, quiet=True)
        elif end and VALUE_SAID.fullmatch(self.text[start:end].strip()):
            yield self.formula(start, end, values=True)

    def image(self, match: re.Match[str]) -> Iterator[TextPiece]:
        """Yield the formula that the address of an image holds: to its quote, bracket or space."""
        start = match.end()
        quote = self.text[match.start() - 1 : match.start()]
        level = 0
        for at in range(start, min(len(self.text), start + _LONGEST_ADDRESS)):
            sign = self.text[at]
            level += (sign == "(") - (sign == ")")
            if sign in (quote if quote in ("'", '"') else "\"'") or sign == "\n" or (
                quote not in ("'", '"') and (level < 0 or sign.isspace())
            ):  # fmt: skip
                break
        else:
            return
        self.at = at
        mode = self.text.find("&mode=", start, at)
        yield TextPiece(((start, at if mode < 0 else mode),), address=True)

    def directive(self, match: re.Match[str]) -> Iterator[FoundFormula]:
        """Yield a line that sets values or states a condition."""
        yield self.formula(*match.span("directive"), directive=True)

    def said(self, match: re.Match[str]) -> Iterator[FoundFormula]:
        """Yield the values that a sentence states."""
        values = "measured" if match["measured"] else "values"
        yield self.formula(*match.span(values), values=True)

    def dollar(self, match: re.Match[str]) -> Iterator[TextPiece]:
        """Yield the formula between two dollar signs."""
        if found := self.inline(match.end()):
            inside = list(_IN_BRACKETS.finditer(self.text, *found))
            for span in [one.span(1) for one in inside] or [found]:  # `$\\( a \\) and more$`
                yield TextPiece((span,), decoded=self.kind != "latex")

    def delimited(self, match: re.Match[str]) -> Iterator[TextPiece]:
        """Yield what stands between the two marks of a pair."""
        if match["role"] or match["gh"]:
            yield from self.until(match, "`" if match["role"] else "`$")
        elif match["shortcode"]:
            yield from self.until(match, f"[/{match['code_name']}]")
        elif match["site"] and self.kind == "latex":
            return  # `\\[2pt]` is the space behind a line
        elif match["env"]:
            yield from self.until(match, f"\\end{{{match['env']}{match['star']}}}")
        elif match["lone"]:  # `\\[ … \\]` that has lost its strokes
            yield from self.lone(match)
        elif match["escaped"]:
            yield from self.until(match, match[0])
        elif match["site"] or match["display"] or match["paren"]:
            yield from self.until(match, _CLOSERS[match[0]])

    def lone(self, match: re.Match[str]) -> Iterator[TextPiece]:
        """Yield what stands between brackets on lines of their own."""
        found = _LONE_END.search(self.text, match.end())
        if found is None or _is_prose(self.text[match.end() : found.start()]):
            return
        self.at = found.end()
        yield TextPiece(((match.end(), found.start()),), display=True)

    def until(self, match: re.Match[str], closer: str) -> Iterator[TextPiece]:
        """Yield the formula from here to its closing mark."""
        start = match.end()
        takes = match["env"] in _WITH_ARGUMENT
        if takes and (argument := _ARGUMENT.match(self.text, start)):
            start = argument.end()
        end = self.close(closer)
        if not end or end < start:
            return
        inside = self.text[start:end]
        escaped = match[0].startswith("\\") and not (match["env"] or match["escaped"])
        if escaped and (not inside.strip() or _is_prose(inside)):
            self.at = start  # `\[` is a bracket of the text
            return
        display = match[0] in ("$$", "\\$$", "\\$\\$", "\\[", "\\\\[") or match["env"] is not None
        if escaped and (again := _MARKED_TWICE.fullmatch(inside)):  # `\( $x$ \)`
            start, end = start + again.start(1), start + again.end(1)
        marks = bool(match["escaped"])
        yield TextPiece(((start, end),), display, decoded=self.kind != "latex", escaped=marks)

    def close(self, closer: str) -> int:
        """Return where `closer` stands next, and go behind it; 0 where it does not come."""
        if closer in self.dead:
            return 0
        end = self.text.find(closer, self.at)
        if end < 0:
            self.dead.add(closer)
            return 0
        self.at = end + len(closer)
        return end

    def inline(self, start: int) -> tuple[int, int] | None:
        """Return the inline formula that begins here: up to a `$` of the same paragraph.

        Where spaces stand inside of the marks, or a digit behind them, it must look like a formula:
        `$5 and $6` is money.
        """
        text = self.text
        depth, first = 0, -1
        for match in _INLINE_ENDS.finditer(text, start):
            sign = match[0]
            if sign[0] in "\n`":
                break
            depth += (sign == "{") - (sign == "}")
            if sign == "$":
                first = match.start() if first < 0 else first
                if depth <= 0:
                    first = match.start()
                    break
        if first < 0:
            return None
        inside = text[start:first]
        loose = (
            inside[:1].isspace() or inside[-1:].isspace() or text[first + 1 : first + 2].isdigit()
        )
        if not inside.strip():
            return None
        if loose and (not _MATHEMATICS.search(inside) or _is_prose(inside)):
            return None
        self.at = first + 1
        begins = start + len("latex") if re.match(r"latex\s", inside) else start
        return begins, first

    def element(self, match: re.Match[str]) -> Iterator[TextPiece]:
        """Yield what stands in an element of HTML that holds LaTeX; pass over code."""
        if match["element"].lower() == "math":  # of a wiki; MathML holds further elements
            end = self.text.find("<", match.end())
            if end >= 0 and self.text.startswith("</math>", end):
                self.at = end + len("</math>")
                yield TextPiece(((match.end(), end),))
            return
        end = self.close(f"</{match['element']}>")
        head = match["tag"].lower()
        name = match["element"].lower()
        if end and ("math/tex" in head or (name == "annotation" and "tex" in head)):
            yield TextPiece(((match.end(), end),), "display" in head)
        elif end and name == "pre" and "math" in head:
            yield TextPiece(((match.end(), end),), display=True)

    def math_directive(self, match: re.Match[str]) -> Iterator[TextPiece]:
        """Yield the formulas of a `.. math::` directive: its indented lines, by paragraphs."""
        margin = len(match["indent"].expandtabs())
        start = match.end()
        end = self.text.find("\n", start) + 1 or len(self.text)
        first = (start, end) if self.text[start:end].strip() else None
        while option := _OPTION.match(self.text, end):
            end = option.end()
        spans: list[tuple[int, int]] = [first] if first else []
        ends = True
        while end < len(self.text):
            behind = self.text.find("\n", end) + 1 or len(self.text)
            line = self.text[end:behind]
            if line.strip():
                if len(line.expandtabs()) - len(line.expandtabs().lstrip()) <= margin:
                    break
                if ends and not (first and not spans[1:]):
                    spans.append((end, behind))
                else:
                    spans[-1] = (spans[-1][0], behind)
            ends = not line.strip() or (ends and not spans)
            end = behind
        self.at = max(end, match.end())
        for span in spans:
            yield TextPiece((span,), display=True)

    def line(self, match: re.Match[str]) -> Iterator[TextPiece | FoundFormula]:
        """Yield a line that is a formula from end to end, with the lines that continue it."""
        start, end = match.span("line")
        if label := LABEL.match(self.text, start, end):
            start = label.end()
        several = _SECOND.search(self.text, start, end)
        if self.kind == "latex" or several or _is_words(self.text[start:end]):
            self.at = max(start, match.start("line") + 1)
            if head := _HEAD.match(self.text, start):
                yield from self.derivative(*head.span())
            elif left := _LEFT.match(self.text, start):
                yield from self.in_sentence(*left.span())
            return
        stretch = without_words(self.text, start, end)
        if stretch.end < end:
            self.at = end = stretch.end
        else:
            while following := _GOES_ON.match(self.text, end) or self.further_term(start, end):
                end = following.end()
            self.at = end
        yield TextPiece(((start, end),), display=True, bare=True, behind=stretch.behind)

    def further_term(self, start: int, end: int) -> re.Match[str] | None:
        """Return the next line where it goes on with `- …`, set in deeper than the formula."""
        found = _TERM.match(self.text, end)
        if found is None:
            return None
        margin = start - self.text.rfind("\n", 0, start) - 1
        deeper = len(found["indent"].expandtabs()) > margin
        return found if deeper and not _is_words(found[0]) else None

    def prose(self, match: re.Match[str]) -> Iterator[TextPiece | FoundFormula]:
        """Yield a derivative that stands in a sentence without marks."""
        return self.derivative(match.start("prose"), match.end())

    def derivative(self, start: int, behind: int) -> Iterator[TextPiece | FoundFormula]:
        """Yield the derivative in a sentence whose right side begins at `behind`."""
        found = stretch_of(self.text, start, behind)
        self.at = max(found.end, behind)
        if self.kind == "latex":
            return
        if found.clear:
            span = (found.start, found.end)
            yield TextPiece((span,), bare=True, quiet=True, behind=found.behind)
            return
        end = self.text.find("\n", self.at)
        shown = self.text[found.start : end if end > 0 else len(self.text)]
        origin = self.passage.origin(found.start, found.end)
        yield FoundFormula(shown, origin, quiet=True, fault=UNCLEAR)

    def stated(self, match: re.Match[str]) -> Iterator[TextPiece]:
        """Yield a formula that stands in a sentence without marks, and is no derivative."""
        return self.in_sentence(*match.span("stated"))

    def in_sentence(self, start: int, end: int) -> Iterator[TextPiece]:
        """Yield the formula in a sentence whose left side is given."""
        if self.kind in _PROSE_KINDS:
            stop = self.text.find("\n", end)
            found = end_of(self.text, start, end, stop if stop >= 0 else len(self.text))
            if found > start:
                self.at = found
            if found > start and is_clear(self.text, found):
                yield TextPiece(((start, found),), bare=True, quiet=True)

    def fence(self, match: re.Match[str]) -> Iterator[TextPiece | FoundFormula]:
        """Yield what stands in a fence of kind `symgrad` or `math`."""
        if self.kind == "rst" and match["ticks"][0] == "~":
            return  # the line below a heading
        closing = re.compile(rf"^[ \t>]*{match['ticks']}[`~]*[ \t]*$", re.MULTILINE)
        found = closing.search(self.text, match.end())
        end = found.start() if found else len(self.text)
        self.at = found.end() if found else len(self.text)
        body = self.text[match.end() : end]
        if found and match["kind"] in LOOSE_FENCES and not is_program(body):
            yield from self.loose_fence(match.end(), end)
            return
        if found and "{" in match[0] and match["kind"].lower() in _DIRECTIVES:
            yield from self.loose_fence(match.end(), end)
            return
        if match["kind"] not in ("symgrad", "math") or _DECLARES.search(body):
            return
        start = match.end()
        while match["kind"] == "math" and (option := _OPTION.match(self.text, start, end)):
            start = option.end()
        body = self.text[start:end]
        if match["kind"] == "math" and ("\\\\" in body or "\\begin" in body):
            yield TextPiece(((start, end),), display=True)
            return
        yield from self.fenced_lines(start, body, strict=match["kind"] == "symgrad")

    def loose_fence(self, start: int, end: int) -> Iterator[TextPiece | FoundFormula]:
        """Yield the formulas of a fence of text, as those of the text around it."""
        behind, self.at = self.at, start
        while (opener := _OPENERS.search(self.text, self.at, end)) is not None:
            self.at = opener.end()
            yield from self.opened(opener)
        self.at = behind

    def fenced_lines(self, start: int, body: str, *, strict: bool) -> Iterator[FoundFormula]:
        """Yield the lines of a fence as those of a claims file."""
        passage = self.passage
        for item in lines_of(body.split("\n"), passage.source, 1):
            here = item.origin
            line_start = start + sum(len(line) + 1 for line in body.split("\n")[: here.line - 1])
            offset = line_start + here.column - 1
            origin = passage.origin(offset, offset + len(item.text))
            yield FoundFormula(item.text, origin, strict=strict, directive=item.directive)

    def table(self, match: re.Match[str]) -> Iterator[TextPiece | FoundFormula]:
        """Yield `head ≈ cell` for the numbers of a table whose head holds formulas."""
        rows = []
        offset = match.start()
        for line in match[0].splitlines(keepends=True):
            rows.append([(offset + m.start(1), m[1]) for m in re.finditer(r"\|([^|\n]*)", line)])
            offset += len(line)
        heads = [_bare(cell) for _, cell in rows[0]]
        for row in rows[2:]:
            label = row[0][1].strip().lower() if row else ""
            if step := re.fullmatch(r"(?:step\s*)?(\d+)\.?", label):
                origin = self.passage.origin(row[0][0], row[0][0] + 1)
                yield FoundFormula(f"at step {step[1]}", origin, directive=True)
            upright = len(row) > 1 and heads[1:2] and heads[1].lower() in _VALUES
            for head, (start, cell) in zip(heads, row, strict=False):
                value = _bare(cell)
                head = _bare(row[0][1]) if upright and cell is not row[0][1] else head  # noqa: PLW2901
                if head and _PLAIN_NUMBER.fullmatch(value):
                    found = start + cell.index(value)
                    place = self.passage.origin(found, found + 1).place("", 0, 1)
                    yield FoundFormula(f"{head} ≈ {value}", Cell.of(place), bare=True)
                    continue
                for part in _IN_CELL.finditer(cell):
                    code = part[1] is None
                    if not code or _is_set_in_code(part[2]):
                        begin, end = part.span(2 if code else 1)
                        yield TextPiece(((start + begin, start + end),), bare=code, quiet=code)

    def formula(
        self, start: int, end: int, *, directive: bool = False, values: bool = False
    ) -> FoundFormula:
        """Return the directive, or what a sentence says of values, at a stretch of the text."""
        origin = self.passage.origin(start, end)
        return FoundFormula(self.text[start:end], origin, directive=directive, values=values)


@dataclass(frozen=True, slots=True)
class Cell(Origin):
    """The origin of a claim made of two cells: every place in it is that of the second one."""

    cell: Place | None = None

    @classmethod
    def of(cls, place: Place) -> Cell:
        """Return the origin of a cell at a place."""
        return cls(place.source, (place.text,), place.line, place.column, place.line, place)

    def place(self, text: str, start: int, end: int) -> Place:
        """Return the place of the cell's first character."""
        if self.cell is not None:
            return self.cell
        return Origin.place(self, text, start, end)


def _bare(cell: str) -> str:
    return cell.strip().strip("$`").strip()


def _is_prose(inside: str) -> bool:
    """Tell whether what stands between two marks is a sentence and no formula."""
    plain = re.sub(r"\\(?:text|mathrm|mbox|operatorname)\w*\s*\{[^{}]*\}", "", inside)
    if _WORDS.search(plain):
        return "\\" not in plain
    return not _MATHEMATICS.search(plain) and len(plain.split()) > 1


def _is_set_in_code(inside: str) -> bool:
    """Tell whether code in a line is a formula, and no piece of a program."""
    return is_formula(inside) and not _is_words(inside)


def _is_words(line: str) -> bool:
    """Tell whether a line that has a relation is a sentence, or code, and no formula."""
    if is_sentence(line) or _WORDS.search(re.sub(r"\\text\w*\{[^{}]*\}", "", line)):
        return True
    if (head := _VERB.match(line)) and lookup(head[1]) is None and head[1].lower() not in GREEK:
        return True
    if (said := _REMARK.search(line)) and lookup(said[1]) is None and said[1] not in GREEK:
        return True
    foreign = "\\" not in line and (_FOREIGN.search(line) or _JOINED.search(line)) is not None
    return foreign or _CODE.search(line) is not None
