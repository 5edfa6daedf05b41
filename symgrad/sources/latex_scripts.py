r"""Subscripts and superscripts: which belong to a name, and which are a power.

`w^{(l)}_{jk}` is the name `w_l_jk`, `a^{[1]}` the name `a_1`, `w^{\text{new}}` the name `w_new`,
`x^\top` is x with the mark ⊤ behind it, `x^2` a power.
"""

from __future__ import annotations

import re
from abc import ABC

from symgrad.expression.names import GREEK
from symgrad.sources.latex_tokens import Tokens, Word
from symgrad.sources.written import Written

TRANSPOSED = "⊤"
_STYLE = re.compile(
    r"\\(?:text|textrm|textit|mathrm|mathit|mathbf|mathsf|mathtt|boldsymbol|bm|rm|operatorname|"
    r"left|right|[,;:!])(?![A-Za-z])"
)
_ONE_INDEX = (
    r"(?:\(\s*{0}\s*\)|\[\s*{0}\s*\]|\\(?:lbrack|langle)\s*{0}\s*\\(?:rbrack|rangle)|<\s*{0}\s*>)"
).format(r"(?:[0-9]+|(?:[A-Za-z]|\\ell|\\tau)(?:\s*[-+]\s*(?:[0-9]+|[A-Za-z]))?)")
_INDICES = re.compile(rf"(?:{_ONE_INDEX}\s*)+")
_INDEX = re.compile(r"[0-9]+|(?:\\ell|\\tau|[A-Za-z])(?:\s*[-+]\s*(?:[0-9]+|[A-Za-z]))?")
_LABEL = re.compile(
    r"\(?\s*(new|old|nuevo|viejo|next|prev|updated|neu|alt|init|pred|true|out|in)\s*\)?"
)
# w_{1new}, w_{i \text{old}}
_UPRIGHT = re.compile(r"\\(?:text|mathrm|rm(?![a-zA-Z]))")  # a word, not a product of letters
_LABEL_BEHIND = re.compile(
    r"(\d|(?<![A-Za-z])[A-Za-z](?=\s))\s*\{?\s*(new|old|nuevo|viejo|next|prev|updated|neu|alt)\s*\}?$"
)
# an index with a mark behind it: a^{[1]T}, g^{(2)'}
_MARKED_INDEX = re.compile(
    rf"((?:{_ONE_INDEX}\s*)+)(?:(T|\\top|\\intercal|⊤|ᵀ)|((?:\\prime|['′])+))"
)
_SIGNS = {"+": "plus", "-": "minus", "−": "minus"}
_STARS = frozenset(("*", "\\ast", "\\star"))
_TRANSPOSES = frozenset(("\\top", "\\intercal", "\\tran", "\\transp", "\\mathsf{T}", "\\mathrm{T}",
                         "\\mathsf T", "\\mathrm T", "\\rm T", "\\text{T}", "\\mathit{T}",
                         "\\mathbf{T}", "⊤", "ᵀ"))  # fmt: skip
_PRIMES = re.compile(r"(?:\\prime|['′])(?:\s*(?:\\prime|['′]))*")
_IN_NAME = re.compile(r"[\w'′]$")
_INDICATORS = frozenset(("1", "I", "χ", "𝟙", "𝕀"))
_CONDITION = re.compile(r"[<>=]|\\[gl](?:eq?|t)\b|\\neq?\b")
_ONE_LETTER = re.compile(r"(?:(?<![^\W\d])[^\W\d_]|\\[A-Za-z]+)\Z")


class Scripts(Tokens, ABC):
    """Translates what stands below and above the line."""

    def subscript(self, word: Word, parts: list[Written]) -> None:
        """Translate a subscript into a part of the name before it."""
        following = self.words[self.at].text if self.at < len(self.words) else ""
        if following != "{" and not following.startswith("\\"):
            if not self.attached("_", word, parts):
                parts.append(Written.at("_", word.start))
            if self.ends_at_one_token(word):
                parts.append(self.written(f"{self.next_word(word).text} ", word))
            return
        if following == "{" and self.indicated(word, parts):
            return
        rest = ""
        start = self.at
        if following == "{":
            raw, rest = _balanced(self.raw_argument(word))
        else:
            self.at += 1
            raw = following
        name = index_name(raw)
        if "^" in name and following == "{":
            self.at = start
            name = self.argument(word).text.strip()  # \nabla_{W^{[2]}}
        if not re.fullmatch(r"\w+", name):
            raise self.fault("this subscript is no part of a name", word)
        primes = parts.pop() if len(parts) > 1 and parts[-1].text in ("'", "′", "''") else None
        if not self.attached(f"_{name}", word, parts):
            parts.append(self.written("_" + name, word))
        if primes is not None:  # p'_{ik} is p_ik'
            parts.append(primes)
        parts.append(self.written(" " + rest, word))

    def ends_at_one_token(self, word: Word) -> bool:
        """Tell whether a factor with a subscript of its own follows an index: `a_ka_i`.

        A name of several letters may go on behind its first index: `net_h1`, `out_ao_1`.
        """
        following = [one.text for one in self.words[self.at : self.at + 3]]
        if len(following) < 3 or not following[0].isalnum() or following[2] != "_":
            return False
        letter = following[1].isalpha() and len(following[1]) == 1
        greek = following[1].startswith("\\") and following[1][1:] in GREEK
        return (letter or greek) and _ONE_LETTER.search(self.source, 0, word.start) is not None

    def superscript(self, word: Word, parts: list[Written]) -> None:
        """Translate an exponent, a prime, a transposition, or an index above the line."""
        self.skip_spaces()
        start = self.at
        raw = self.raw_argument(word).strip()
        plain = _STYLE.sub("", raw).strip()
        plain = plain[1:-1].strip() if plain[:1] == "{" and plain[-1:] == "}" else plain
        if primes := _PRIMES.fullmatch(plain):
            parts.append(self.written("'" * len(re.findall(r"\\prime|['′]", primes[0])), word))
            return
        if raw in _TRANSPOSES:
            parts.append(self.written(TRANSPOSED, word))
            return
        if (marked := _MARKED_INDEX.fullmatch(plain)) and self.attached(
            "".join(f"_{part}" for part in _name_above(marked[1], marked[1])), word, parts
        ):
            primes_of_it = "'" * len(re.findall(r"\\prime|['′]", marked[3] or ""))
            parts.append(self.written(TRANSPOSED if marked[2] else primes_of_it, word))
            return
        braced = self.words[start].text == "{"
        if plain in _SIGNS and (braced or not self.is_operand_next()):
            plain = _SIGNS[plain]
        name = _name_above(raw, plain)
        if name and self.attached("".join(f"_{part}" for part in name), word, parts):
            parts.append(self.written(" ", word))
            return
        if raw == "\\circ":
            raise self.fault("degrees are not read here: write the angle in radians", word)
        self.power(word, parts, start, raw)

    def indicated(self, word: Word, parts: list[Written]) -> bool:
        """Translate `1_{z > 0}`, an indicator with its condition, if one stands here: (z > 0)."""
        start = self.at
        if not (parts and parts[-1].text.strip() in _INDICATORS):
            return False
        if not _CONDITION.search(self.raw_argument(word)):
            self.at = start
            return False
        self.at = start
        outer, self.in_condition = self.in_condition, True
        inner = self.argument(word)
        self.in_condition = outer
        parts[-1] = Written.join([self.written(" (", word), inner, self.written(")", word)])
        return True

    def is_operand_next(self, *, behind: int = 0) -> bool:
        """Tell whether a number or name comes next, without a space: the exponent of `x^-1`."""
        at = self.at + behind
        following = self.words[at].text if at < len(self.words) else ""
        return following[:1].isalnum() or (following[:1] == "\\" and following[1:].isalpha())

    def power(self, word: Word, parts: list[Written], start: int, raw: str) -> None:
        """Translate an exponent, which begins at token `start`; an index may follow it: `x^2_1`."""
        self.skip_spaces()
        indexed = self.at < len(self.words) and self.words[self.at].text == "_"
        if indexed and parts and _IN_NAME.search(parts[-1].text.rstrip(" ")):
            self.at += 1
            index = index_name(self.raw_argument(word))
            end, self.at = self.at, start
            inner = self.argument(word)
            self.at = end
            if not self.attached(f"_{index}", word, parts):
                raise self.fault("this subscript is no part of a name", word)
            ends = self.written("^(", word), self.written(")", word)
            parts.append(Written.join([ends[0], inner, ends[1]]))
            return
        self.at = start
        if not raw.startswith("\\") and self.words[start].text != "{":
            parts.append(Written.at("^", word.start))  # plain notation: x^2, e^(-z), x^-1
            if raw == "T" and self.is_operand_next(behind=1):
                parts.append(self.written(f"{self.next_word(word).text} ", word))  # x^Ty
            return
        inner = self.argument(word)
        if not inner.text.strip():
            raise self.fault("an exponent is missing", word)
        ends = self.written("^(", word), self.written(")", word)
        parts.append(Written.join([ends[0], inner, ends[1]]))

    def attached(self, text: str, word: Word, parts: list[Written]) -> bool:
        """Add a script to the name that stands last; tell whether there is one."""
        while parts and parts[-1].text and parts[-1].text.isspace() and "\n" not in parts[-1].text:
            parts.pop()
        if not parts or not _IN_NAME.search(parts[-1].text.rstrip(" ")):
            return False
        last = parts[-1]
        kept = len(last.text.rstrip(" "))
        end = self.words[self.at - 1].start if text != "_" else word.start
        script = Written(text, (word.start,) * (len(text) - 1) + (end,))
        parts[-1] = Written.join([Written(last.text[:kept], last.offsets[:kept]), script])
        return True


def index_name(raw: str) -> str:
    r"""Return the part of a name that a subscript is.

    >>> index_name(r"t-1"), index_name(r"\text{new}"), index_name(r"i,j"), index_name(r"\max")
    ('tm1', 'new', 'i_j', 'max')
    """
    plain = re.sub(r"\\([A-Za-z]+)", lambda m: GREEK.get(m[1], m[1]), _STYLE.sub("", raw))
    plain = _LABEL_BEHIND.sub(r"\1,\2", plain)
    plain = plain.replace("-", "m").replace("+", "p").replace(",", "_").replace("*", "star")
    return re.sub(r"[{}\s;~\\()]", "", plain).strip("_")


def _balanced(raw: str) -> tuple[str, str]:
    """Return a subscript, and what an author has put into it by mistake: `p_{t)}` is `p_t)`."""
    level = 0
    for place, character in enumerate(raw):
        level += (character == "(") - (character == ")")
        if level < 0:
            return raw[:place], raw[place:]
    return raw, ""


def _name_above(raw: str, plain: str) -> tuple[str, ...]:
    """Return the parts of a name that a superscript is, () for a power."""
    if plain in _SIGNS.values():
        return (plain,)
    if plain in _STARS:
        return ("star",)
    if _UPRIGHT.match(raw) and re.fullmatch(r"[^\W\d_]{2,}|[mopr]|[\u3040-\ud7a3]", plain):
        return (plain,)
    if label := _LABEL.fullmatch(plain):
        return (label[1],) if not raw.isalpha() or len(raw) > 2 else ()
    if _INDICES.fullmatch(plain):
        bare = re.sub(r"\\(?:lbrack|langle|rbrack|rangle)|[()<>\[\]]", " ", plain)
        return tuple(index_name(found) for found in _INDEX.findall(bare))
    return ()
