"""LaTeX of matrix calculus as the text that the array parser reads."""

from __future__ import annotations

import re

from symgrad.expression.names import GREEK

_STYLES = (
    "mathbf|boldsymbol|bm|mathrm|mathit|mathsf|mathcal|mathbb|operatorname|text|textbf|vec|pmb|"
    "rm|bf|textrm|mathtt|mathbbm|mathds|bbold"
)
_ACCENTS = {
    "hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "dot": "\u0307", "overline": "\u0304",
    "widehat": "\u0302", "widetilde": "\u0303",
}  # fmt: skip
_SIGNS = {
    "odot": "⊙", "circ": "⊙", "circledast": "⊙", "cdot": "·", "times": "*", "partial": "∂",
    "nabla": "∇", "top": "ᵀ", "intercal": "ᵀ", "sum": "∑",
    "ell": "ℓ", "lVert": "‖", "rVert": "‖", "Vert": "‖", "le": "<=",
    "leq": "<=", "ge": ">=", "geq": ">=", "ne": "!=", "neq": "!=", "approx": "≈", "lvert": "|",
    "rvert": "|", "star": "*", "ast": "*", "transpose": "ᵀ", "colon": ":", "to": "→",
    "varepsilon": "ε", "varphi": "φ", "vartheta": "θ", "epsilon": "ε", "infty": "∞", "equiv": "=",
    "doteq": "=", "leftarrow": "←", "gets": "←", "triangleq": "=", "coloneqq": "=", "cr": " ",
    "ln": "log", "odiv": "./", "oslash": "./", "otimes": "⊗",
}  # fmt: skip
_DROPPED = tuple(
    "left right big Big bigg Bigg bigl bigr Bigl Bigr quad qquad displaystyle limits nolimits "
    "textstyle nonumber notag hspace".split()
)  # fmt: skip
_FUNCTIONS = frozenset(
    "exp log sin cos tan sinh cosh tanh max min det arcsin arccos arctan".split()
)


def _group(text: str, at: int) -> tuple[str, int]:
    """Return what a command takes at a place: a group in braces, a command, or one character."""
    while at < len(text) and text[at] == " ":
        at += 1
    if at >= len(text):
        return "", at
    if text[at] == "{":
        depth, end = 0, at
        while end < len(text):
            depth += (text[end] == "{") - (text[end] == "}")
            end += 1
            if not depth:
                break
        return text[at + 1 : end - 1], end
    if text[at] == "\\":
        found = re.match(r"\\[A-Za-z]+|\\.", text[at:])
        if found:
            end = at + found.end()
            if re.fullmatch(rf"\\(?:{_STYLES})", found[0]):
                inner, end = _group(text, end)
                return inner, end
            return found[0], end
    return text[at], at + 1


_BRACES = {"{": "(", "}": ")", "lbrace": "(", "rbrace": ")"}
_SIMPLE = re.compile(r"∂²?[^\W\d_ᵀ]*[\u0300-\u036f]*(?:_(?:\{[^{}]*\}|\w))*\s*")


def angled(text: str) -> str:
    """Return a text with inner(A, B) for ⟨A, B⟩, whatever the product is called.

    >>> angled("⟨A, B⟩_F")
    ' inner(A, B)'
    """
    text = re.sub(r"(?:\\rangle(?![A-Za-z])|⟩)(?:_(?:\{[^{}]*(?:\{F\})?\}|F))?", ")", text)
    return re.sub(r"\\langle(?![A-Za-z])|⟨", " inner(", text)


def plain_text(latex: str) -> str:
    r"""Return a formula in LaTeX as text.

    >>> plain_text(r"\frac{\partial L}{\partial W_{ij}} = \delta_i x_j")
    '∂L/∂W_{ij} = δ_i x_j'
    >>> plain_text(r"\mathbf{X}^{\top}(\mathbf{p} - y) \odot h^{2}")
    'Xᵀ(p - y) ⊙ h^2'
    """
    text = re.sub(r"\\(?:begin|end)\{[^}]*\}|\\label\{[^}]*\}|\\tag\{[^}]*\}|&", " ", latex)
    text = re.sub(r"\\Sigma(?=\s*_\s*\{[^{}]*=)", r"\\sum", text)
    text = re.sub(r"\\Sigma(?![A-Za-z])\s*", r"\\mathrm{Sigma}", text)
    text = re.sub(r"\\\|", "‖", text)
    text = angled(text)
    text = re.sub(
        r"\\(?:implies|Longrightarrow|Rightarrow|(?:Longl|L)eftrightarrow|iff|"
        r"text\{ *(?:and|so) *\})(?![A-Za-z])|[⇒⟹⇔⟺]",
        ", ",
        text,
    )
    text = re.sub(r"\\[,;:! ]|~|\\quad|\\qquad", " ", text)
    return " ".join(_translated(text).split())


def _translated(text: str) -> str:
    made: list[str] = []
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            piece, at = _command(text, at)
            is_word = piece == "d" or (len(piece) > 1 and (piece[:1].isalpha() or piece[0] == "∂"))
            last = made[-1][-1:] if made else ""
            behind_word = last.isalnum() or last in _ACCENTS.values()
            made.append(f" {piece}" if behind_word and (is_word or piece == "∑") else piece)
        elif character == "^" and (total := _TOTAL.search("".join(made))) is not None:
            inner, at = _group(text, at + 1)  # how far a sum runs: ∑_{i=1}^n is ∑_{i=1:n}
            if total[1] is None and (low := re.match(r"\s*_", text[at:])) is not None:
                under, at = _group(text, at + low.end())
                made.append(f"_{{{_word(under)}}}")
            head, tail = "".join(made).rstrip().removesuffix("}"), _word(inner)
            sign = max(head.rfind("Σ"), head.rfind("∑"))
            head = head if "{" in head[sign:] else re.sub(r"_(\w)$", r"_{\1", head)
            made = [f"{head}:{tail}}} "]
        elif character == "^":
            piece, at = _raised(text, at + 1)
            # W_{ij}^{(2)} is an entry of W_2: the layer comes first.
            before = made and made[-1].startswith("_") and piece.startswith("_")
            made.insert(len(made) - 1 if before else len(made), piece)
        elif character == "_":
            inner, at = _group(text, at + 1)
            word = "".join(_translated(inner).split())
            behind = " " if re.match(r"[A-Za-z\\]", text[at:]) else ""
            made.append(f"_{word}{behind}" if len(word) == 1 else f"_{{{word}}}{behind}")
        elif character in "{}":
            inner, after = _group(text, at) if character == "{" else ("", at + 1)
            made.append(_translated(inner))
            at = after
        else:
            made.append(character)
            at += 1
    return "".join(made)


_TOTAL = re.compile(r"[Σ∑](_\{[^{}]*\}|_\w)?\s*$")


def _word(latex: str) -> str:
    return "".join(_translated(latex).split())


def _raised(text: str, at: int) -> tuple[str, int]:
    inner, at = _group(text, at)
    word = _translated(inner).strip()
    if word in {"T", "ᵀ", "t", "⊤", "'"}:
        return "ᵀ", at
    if word == "\\prime":
        return "'", at
    if word == "-1":
        return "⁻¹", at
    if word in {"-T", "-ᵀ"}:
        return "⁻¹ᵀ", at
    if word.startswith("⊙"):
        return f" .^ {word[1:].strip()} ", at
    if word == "*":
        return "^*", at
    layer = re.fullmatch(r"[(\[]\s*(\w+)\s*[)\]]\s*(T|ᵀ|⊤|)", word)
    if layer is not None:
        turned = "ᵀ" if layer[2] else ""
        return (f"_{layer[1]}" if len(layer[1]) == 1 else f"_{{{layer[1]}}}") + turned, at
    return (f"^{word}" if re.fullmatch(r"\w+", word) else f"^({word})"), at


def _command(text: str, at: int) -> tuple[str, int]:
    found = re.match(r"\\([A-Za-z]+)|\\(.)", text[at:])
    if found is None:
        return "", at + 1
    name = found[1] or found[2]
    at += found.end()
    if name in _BRACES:
        return _BRACES[name], at
    if name in {"frac", "dfrac", "tfrac"}:
        above, at = _group(text, at)
        below, at = _group(text, at)
        behind = " " if text[at : at + 1].isalpha() or text[at : at + 1] == "\\" else ""
        return _quotient(_translated(above), _translated(below)) + behind, at
    if name == "sqrt":
        inner, at = _group(text, at)
        return f"sqrt({_translated(inner)})", at
    if re.fullmatch(_STYLES, name):
        inner, at = _group(text, at)
        is_word = re.fullmatch(r"[A-Za-z]{2,}_\w+", inner.replace("\\_", "_"))
        word = inner.replace("\\_", "_") if is_word else _translated(inner).strip()
        if word in {"1", "11"} and name not in {"text", "mathrm"}:
            return f" {' '.join(word)}", at
        space = " " if len(word) > 1 and text[at : at + 1] != "_" else ""
        return f"{word}{space}" if text[at : at + 1] != "(" else word, at
    if name in _ACCENTS:
        inner, at = _group(text, at)
        return _accented(_translated(inner).strip(), _ACCENTS[name]), at
    if name in _DROPPED:
        if text[at : at + 1] == ".":
            at += 1
        return "", at
    if name in _SIGNS:
        return _SIGNS[name] + (" " if name == "ln" and text[at : at + 1] != "(" else ""), at
    if name in GREEK:
        return GREEK[name] + (" " if re.match(r"[A-Za-z\\]", text[at:]) else ""), at
    if name in _FUNCTIONS:
        return name + (" " if re.match(r"[A-Za-z\\]", text[at:]) else ""), at
    return f"\\{name}", at


def _accented(word: str, accent: str) -> str:
    """Return a word with an accent behind its first letter; ∇̂ is judged as the gradient."""
    letters = re.match(r"Sigma|.?", word)
    end = letters.end() if letters is not None else 0
    return word if word == "∇" else word[:end] + accent + word[end:]


def _quotient(above: str, below: str) -> str:
    above, below = above.strip(), below.strip()
    if re.match(r"∂|d\b|d[A-Za-z]", above) and re.match(r"∂|d", below):
        top = re.sub(r"^∂\s*\^?2?²?\s*", "∂²" if re.match(r"∂\s*(?:\^2|²)", above) else "∂", above)
        top = re.sub(r"^d\s+", "d", top)
        bottom = re.sub(r"∂\s+", "∂", re.sub(r"^d\s+", "d", below))
        if top in {"∂", "d"}:
            return f"∂/∂{bottom[1:]} "
        if top.startswith("∂") and not _SIMPLE.fullmatch(top):
            top = f"∂⟦{top[1:].strip()}⟧"
        return f"{top}/{bottom}" if " " not in bottom else f"{top}/({bottom})"
    left = above if re.fullmatch(r"\w+", above) else f"({above})"
    right = below if re.fullmatch(r"\w+", below) else f"({below})"
    return f"({left}/{right})"
