"""Functions that <cmath> lacks: those of the C files, in words of C++ and a namespace `detail`."""

from __future__ import annotations

import re

from symgrad.targets.c_helpers import HELPERS as OF_C
from symgrad.targets.helper import Helper

_LIBRARY = re.compile(r"\b(erfc|exp|fabs|isinf|isnan|log1p|log|nearbyint|pow|tan|tgamma)\b(?=\(| )")
_WORDS = (
    ("/* ", "/// "),
    (" */", ""),
    ("static double sg_", "inline double "),
    ("sg_", ""),
    ("static const double b[8]", "constexpr double b[8]"),
    ("(int)order", "static_cast<int>(order)"),
    ("(double)k", "static_cast<double>(k)"),
    ("(double)n", "static_cast<double>(n)"),
    ("(double)NAN", "NAN"),  # a float in C, a double already in C++
    ("NAN", "std::numeric_limits<double>::quiet_NaN()"),
)


def _helper(of_c: Helper) -> Helper:
    """Return a helper of the C files as C++."""
    comment, _, code = of_c.text.partition("\n")
    text = f"{comment}\n" + _LIBRARY.sub(r"std::\1", code)
    for old, new in _WORDS:
        text = text.replace(old, new)
    return Helper(text, tuple(name.replace("sg_", "detail::") for name in of_c.needs))


HELPERS = {name.replace("sg_", "detail::"): _helper(found) for name, found in OF_C.items()}
