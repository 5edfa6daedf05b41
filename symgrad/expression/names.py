"""Names: the spellings of Greek letters, subscripts, and what a name looks like in print."""

from __future__ import annotations

import re
import unicodedata

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "omicron": "ο", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ",
    "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
    "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "Alpha": "Α", "Beta": "Β", "Epsilon": "Ε", "Zeta": "Ζ", "Eta": "Η", "Iota": "Ι",
    "Kappa": "Κ", "Mu": "Μ", "Nu": "Ν", "Omicron": "Ο", "Rho": "Ρ", "Tau": "Τ", "Chi": "Χ",
}  # fmt: skip
LATIN = {letter: name for name, letter in GREEK.items()}

# Accents by their word; those without a mark are written in LaTeX only.
ACCENTS = {
    "hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307", "ddot": "\u0308",
    "vec": "", "check": "",
}  # fmt: skip
_ACCENT_OF = {"\u0305": "bar", **{mark: word for word, mark in ACCENTS.items() if mark}}

_SHIFTED = re.compile(r"([A-Za-z])([mp])(\d+)")
_LEADING_WORD = re.compile(r"\\?([A-Za-z]+)(?![A-Za-z])")


def canonical(name: str) -> str:
    """Return one spelling for all spellings of a name: Greek letters as letters, digits plain.

    >>> canonical("lambda") == canonical("\\\\lambda") == canonical("λ")
    True
    >>> canonical("w₁"), canonical("sigma_x"), canonical("lambdas")
    ('w1', 'σ_x', 'lambdas')
    """
    plain = name if name.isascii() else unicodedata.normalize("NFKC", name)
    match = _LEADING_WORD.match(plain)
    if match and match[1] in GREEK:
        return GREEK[match[1]] + plain[match.end() :]
    return plain


def shifted(index: str) -> str:
    """Return an index as one writes it: a step before or behind another has a sign.

    >>> shifted("tm1"), shifted("kp2"), shifted("max")
    ('t-1', 'k+2', 'max')
    """
    found = _SHIFTED.fullmatch(index)
    return f"{found[1]}{'-' if found[2] == 'm' else '+'}{found[3]}" if found else index


def accented(name: str) -> tuple[str, str]:
    """Return a name without its accent, and the accent in a word, or "" where it has none.

    >>> accented("y_hat"), accented("ŷ_1"), accented("θ_1_bar"), accented("rate_1")
    (('y', 'hat'), ('y_1', 'hat'), ('θ_1', 'bar'), ('rate_1', ''))
    """
    plain = canonical(name)
    head, *rest = plain.split("_")
    if not head.isascii():
        letter, mark, *others = (*unicodedata.normalize("NFD", head), "")
        alone = not (others and unicodedata.combining(others[0] or " "))
        if mark in _ACCENT_OF and alone and not letter.isdigit():
            return "_".join(("".join((letter, *others)), *rest)), _ACCENT_OF[mark]
    for i, part in enumerate(rest if head else ()):
        if part in ACCENTS:
            return "_".join((head, *rest[:i], *rest[i + 1 :])), part
    return plain, ""
