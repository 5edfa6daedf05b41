"""IEEE 754 where Python raises: what C, NumPy and JavaScript give at a pole or outside a domain.

Emitted Python computes with plain operations, which raise an exception there. Only then, and in
branches of `where` that may not be needed, these functions take their place.
"""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.targets.base import Helper
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

_POW = '''\
def _ieee_pow(x: float, y: float) -> float:
    """x to the power y: infinite at 0 to a negative power, NaN where it is no real number."""
    try:
        return _pow(x, y)
    except (ArithmeticError, ValueError):
        if x != 0.0:
            return nan
        return copysign(inf, x) if y % 2.0 == 1.0 else inf
'''

_OF = '''\
def _ieee_of(function: Callable[[], float]) -> float:
    """What a function gives; NaN where it raises an exception."""
    try:
        return function()
    except (ArithmeticError, ValueError):
        return nan
'''

_GAMMA = '''\
def _ieee_gamma(x: float) -> float:
    """The gamma function: infinite at 0, NaN at its other poles."""
    try:
        return _gamma(x)
    except ValueError:
        return copysign(inf, x) if x == 0.0 else nan
'''

_LGAMMA = '''\
def _ieee_lgamma(x: float) -> float:
    """The logarithm of |gamma(x)|: infinite at its poles."""
    try:
        return _lgamma(x)
    except ValueError:
        return inf
'''

# Poles are taken from the right, where 1/(+0) is infinite.
_DIGAMMA = '''\
def _ieee_digamma(x: float) -> float:
    """The derivative of lgamma: infinite at its poles."""
    try:
        return _digamma(x)
    except ZeroDivisionError:
        return -inf
    except (OverflowError, ValueError):
        return x if x > 0.0 else nan
'''

_POLYGAMMA = '''\
def _ieee_polygamma(n: float, x: float) -> float:
    """The n-th derivative of digamma: infinite at its poles."""
    try:
        return _polygamma(n, x)
    except ZeroDivisionError:
        return inf if n % 2.0 == 1.0 else -inf
    except (OverflowError, ValueError):
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
    "_ieee_pow": Helper(_POW, ("_pow", "copysign", "inf", "nan")),
    "_ieee_of": Helper(_OF, ("nan", "Callable")),
    "_ieee_gamma": Helper(_GAMMA, ("_gamma", "copysign", "inf", "nan")),
    "_ieee_lgamma": Helper(_LGAMMA, ("_lgamma", "inf")),
    "_ieee_digamma": Helper(_DIGAMMA, ("_digamma", "inf", "nan")),
    "_ieee_polygamma": Helper(_POLYGAMMA, ("_polygamma", "inf", "nan")),
}

# What no record spells that may raise: powers, and division by what may be 0.
FAULTLESS: Mapping[str, Spelling] = {
    "pow": Spelling("_ieee_pow({0}, {1})", ("_ieee_pow",)),
    "divide": Spelling("_ieee_divide({0}, {1})", ("_ieee_divide",)),
}
