"""The commands of LaTeX that formulas are read with, and what each stands for."""

from __future__ import annotations

import re

from symgrad.expression.functions import reserved_names

SIGNS = {
    "cdot": "*", "times": "*", "ast": "*", "div": "/", "odot": "⊙", "circ": "⊙", "bullet": "*",
    "pm": "±", "mp": "±", "%": "%", "top": "⊤", "partial": "∂", "nabla": "∇",
    "approx": "≈", "simeq": "≈", "cong": "≈", "doteq": "≈", "coloneqq": ":=", "triangleq": ":=",
    "equiv": "≡", "leftarrow": "←", "gets": "←", "to": "→", "rightarrow": "→", "mapsto": "→",
    "le": "<=", "leq": "<=", "leqslant": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=",
    "lt": "<", "gt": ">", "ne": "≠", "neq": "≠", "in": "∈", "notin": "∉", "sim": "∼",
    "propto": "∝", "infty": "∞", "ll": "≪", "gg": "≫", "land": " and ", "wedge": " and ",
    "neg": " not ", "lnot": " not ",
    "lor": " or ", "vee": " or ", "ldots": "…", "dots": "…", "cdots": "…",
    "lvert": "|", "rvert": "|", "vert": "|", "mid": "|", "|": "‖", "Vert": "‖", "lVert": "‖",
    "rVert": "‖", "because": "∵", "parallel": "‖", "lbrack": "(", "rbrack": ")",
    "langle": "⟨", "rangle": "⟩",
    "{": "(", "}": ")", "lbrace": "(", "rbrace": ")", "prime": "'", "ell": "ell",
    "varepsilon": "ε", "varphi": "φ",
    "det": "det", "vartheta": "θ", "varrho": "ρ", "varsigma": "σ", "_": "_", "&": " and ", "#": "#",
    "\\": ";\n", "quad": ";", "qquad": ";", "cr": ";\n", "newline": ";\n",
    "eqno": ";", "leqno": ";", "enspace": " ", "forall": "∀", "exists": "∃", "colon": ":",
    "longrightarrow": "→", "longmapsto": "→", "leadsto": "→", "rightsquigarrow": "→",
    **dict.fromkeys(
        "implies Rightarrow iff Longrightarrow Leftrightarrow Longleftrightarrow impliedby "
        "Leftarrow Longleftarrow therefore".split(), "⇒"
    ),
}  # fmt: skip

ACCENTS = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde",
    "widetilde": "tilde", "dot": "dot", "vec": "vec", "check": "check", "ddot": "ddot",
    "mathring": "ring", "breve": "breve",
}  # fmt: skip

# Accents that authors put on a name with \\stackrel or \\overset.
ACCENTS_ABOVE = {
    "\\sim": "tilde", "~": "tilde", "\\wedge": "hat", "\\land": "hat", "-": "bar", "\\cdot": "dot",
    "\\rightarrow": "vec", "\\to": "vec", "*": "star", "\\ast": "star", "\\star": "star",
}  # fmt: skip
MATRICES = frozenset(
    "matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix psmallmatrix bsmallmatrix".split()
)
# Between the factors behind a function without parentheses, and before the parenthesis that these
# are then put into: a space to every parser, and a place where the argument may end.
FACTOR_GAP = "\u2009"
BRACKETS = frozenset(
    ("(", "[", "\\{", "\\left", "\\bigl", "\\big", "\\Big", "\\Bigl", "\\bigg", "\\biggl",
     "\\lbrace", "\\lbrack")
)  # fmt: skip
SUMS = {"sum": "∑", "prod": "∏"}
STACKED = frozenset(("stackrel", "overset", "underset"))
STYLES = frozenset(
    "text textrm textit textbf textsf texttt mathrm mathit mathsf mathtt mathop operatorname mbox "
    "mathbf boldsymbol bold bm mathcal mathscr mathfrak mathbb mathbbm mathds pmb".split()
)
TEXT_STYLES = frozenset(
    "\\text \\textrm \\textit \\textbf \\textsf \\texttt \\mbox \\operatorname".split()
)
TRANSPARENT = frozenset(
    "boxed underbrace overbrace textcolor colorbox underline cancel bcancel fbox hbox ensuremath "
    "smash mathrel mathbin mathord mathopen mathclose".split()
)
DROPPED_WITH_ARGUMENT = frozenset(
    (
        "label tag ref eqref require color dpi phantom hphantom vphantom vspace intertext "
        "shortintertext"
    ).split()
)
DROPPED = frozenset(
    (*"displaystyle textstyle scriptstyle limits nolimits nonumber notag rm it bf mathstrut hfill "
      "cal frak scr sf tt sl "
      "tiny Tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge "
      "boldmath unboldmath displaylimits allowbreak nobreak relax hline thinspace medspace "
      "inline checkmark square blacksquare qed qedhere "
      "thickspace negthinspace bigskip medskip smallskip noindent".split(),
     ",", ";", ":", "!", " ", ">", "/", "-", "\n")
)  # fmt: skip

# Functions that stand without a backslash only in text style, as in \operatorname{sign}.
WORD_FUNCTIONS = frozenset(reserved_names()) | {
    "where",
    "sech",
    "csch",
    "sec",
    "csc",
    "cot",
    "coth",
}
FUNCTION_WORDS = {
    name: name
    for name in (
        "exp log ln sin cos tan arcsin arccos arctan sinh cosh tanh max min "
        "sigmoid softplus relu cot sec csc coth".split()
    )
} | {"arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh", "lg": "log10", "sgn": "sign"}

# What is written for words behind which a condition follows; no formula holds this sign.
GIVEN = "⸮"
# Words in a formula behind which a condition stands, and words that only join two formulas.
OPENS_CONDITION = re.compile(
    r"\s*(?:if|when|whenever|for|provided|given|assuming|as long as|falls|wenn|für|bei|si|cuando|"
    r"quand|lorsque|pour|para|se|quando|per|если|при|当|若|如果|もし|단|對|对)"
    r"(?![a-zA-Zäöüéè])",
    re.IGNORECASE,
)
FILLERS = frozenset(
    "and or so if for with where hence thus at then when whenever given since because as und oder "
    "also mit wobei wo et ou donc avec où donde con por onde com otherwise else sonst sinon "
    "y e o u i let soit sei sea seja пусть 设 設 令 therefore finally similarly next now".split()
)
# Signs of other keyboards, and what they stand for.
WIDE = {
    "，": ", ", "、": ", ", "；": ";", "：": ";", "。": ". ", "（": "(", "）": ")", "［": "(",
    "］": ")", "＝": "=", "＋": "+", "－": "-", "＊": "*", "／": "/", "＜": "<",
    "＞": ">", "｜": "|",
}  # fmt: skip
