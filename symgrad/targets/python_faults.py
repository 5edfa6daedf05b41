"""IEEE 754 where Python raises: what C, NumPy and JavaScript give at a pole or outside a domain.

Emitted Python computes with plain operations, which raise an exception there. Only then, and in
branches of `where` that may not be needed, these functions take their place.
"""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.targets.helper import Helper
from symgrad.targets.printing import Spelling

_LOG = '''\
def _ieee_{name}(x: float) -> float:
    """{name}(x): infinite at {pole}, NaN below it."""
    return {name}(x) if x > {pole} else -inf if x == {pole} else nan
'''

_INSIDE = '''\
def _ieee_{name}(x: float) -> float:
    """{name}(x): NaN outside its domain."""
    return {name}(x) if {inside} else nan
'''

_ATANH = '''\
def _ieee_atanh(x: float) -> float:
    """atanh(x): infinite at 1 and -1, NaN beyond them."""
    return atanh(x) if abs(x) < 1.0 else copysign(inf, x) if abs(x) == 1.0 else nan
'''

_DIVIDE = '''\
def _ieee_divide(x: float, y: float) -> float:
    """x/y: infinite or NaN where y is 0."""
    if y != 0.0:
        return x / y
    return nan if x == 0.0 or isnan(x) else copysign(inf, x) * copysign(1.0, y)
'''

_OF = '''\
def _ieee_of(function: Callable[[], float]) -> float:
    """What a function gives; NaN where it raises an exception."""
    try:
        return function()
    except (ArithmeticError, ValueError):
        return nan
'''

_DOMAINS = {
    "sqrt": "x >= 0.0",
    "asin": "abs(x) <= 1.0",
    "acos": "abs(x) <= 1.0",
    "acosh": "x >= 1.0",
    "sin": "abs(x) != inf",
    "cos": "abs(x) != inf",
    "tan": "abs(x) != inf",
}
_POLES = {"log": "0.0", "log2": "0.0", "log10": "0.0", "log1p": "-1.0"}

FAULT_HELPERS: Mapping[str, Helper] = {
    **{
        f"_ieee_{name}": Helper(_LOG.format(name=name, pole=pole), ("inf", name, "nan"))
        for name, pole in _POLES.items()
    },
    **{
        f"_ieee_{name}": Helper(_INSIDE.format(name=name, inside=inside), ("inf", name, "nan"))
        for name, inside in _DOMAINS.items()
    },
    "_ieee_atanh": Helper(_ATANH, ("atanh", "copysign", "inf", "nan")),
    "_ieee_divide": Helper(_DIVIDE, ("copysign", "inf", "isnan", "nan")),
    "_ieee_of": Helper(_OF, ("nan", "Callable")),
}

# What no record spells that may raise: division by what may be 0.
FAULTLESS: Mapping[str, Spelling] = {
    "divide": Spelling("_ieee_divide({0}, {1})", ("_ieee_divide",)),
}
