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
