"""Functions that Python's math module lacks, as text that the emitted file brings along.

Their names begin with an underscore, which no author's name does in emitted code.
"""

from __future__ import annotations

from symgrad.targets.helper import Helper
from symgrad.targets.python_faults import FAULT_HELPERS

EXP = '''\
def _exp(x: float) -> float:
    """exp(x); infinite where that is too large for a float."""
    return exp(x) if x <= 709.782712893384 else inf * x
'''

EXPM1 = '''\
def _expm1(x: float) -> float:
    """exp(x) - 1; infinite where that is too large for a float."""
    return expm1(x) if x <= 709.782712893384 else inf * x
'''

SINH = '''\
def _sinh(x: float) -> float:
    """sinh(x); infinite where that is too large for a float."""
    return sinh(x) if abs(x) <= 710.4758600739439 else inf * x
'''

COSH = '''\
def _cosh(x: float) -> float:
    """cosh(x); infinite where that is too large for a float."""
    return cosh(x) if abs(x) <= 710.4758600739439 else inf * abs(x)
'''

LGAMMA = '''\
def _lgamma(x: float) -> float:
    """The logarithm of |gamma(x)|; infinite at its poles, and where it is too large for a float."""
    if x <= 0.0 and x % 1.0 == 0.0:
        return inf
    return lgamma(x) if x <= 2.559983327851638e305 else inf * x
'''

GAMMA = '''\
def _gamma(x: float) -> float:
    """The gamma function; infinite where that is too large for a float, NaN at its poles."""
    if abs(x) < 5.563e-309:
        return copysign(inf, x)
    if x < 0.0 and not x % 1.0 > 0.0:
        return nan
    return gamma(x) if x <= 171.6243769563027 else inf * x
'''

# Numba compiles no `except` of another kind.
EXCEPT = "except Exception:  # noqa: BLE001  (Numba knows no other)"

POW = f'''\
def _pow(x: float, y: float) -> float:
    """x to the power y; infinite where that is too large, NaN where it is no real number."""
    try:
        return pow(x, y)
    {EXCEPT}
        if x < 0.0 and y % 1.0 != 0.0:
            return nan
        return copysign(inf, x) if y % 2.0 == 1.0 else inf
'''

CBRT = '''\
def _cbrt(x: float) -> float:
    """The real cube root, with one step of Newton's method after the power."""
    if x == 0.0 or isinf(x):
        return x
    y = copysign(abs(x) ** (1.0 / 3.0), x)
    return y - (y - x / (y * y)) / 3.0
'''

MAX = '''\
def _max(x: float, *others: float) -> float:
    """The largest number; NaN where one of them is."""
    for y in others:
        x = x if x > y or isnan(x) else y
    return x
'''

MIN = '''\
def _min(x: float, *others: float) -> float:
    """The smallest number; NaN where one of them is."""
    for y in others:
        x = x if x < y or isnan(x) else y
    return x
'''

SIGN = '''\
def _sign(x: float) -> float:
    """The sign of x: 1, -1 or 0."""
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else x
'''

SIGMOID = '''\
def _sigmoid(x: float) -> float:
    """1/(1 + exp(-x)); exp is only taken where it cannot overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    z = exp(x)
    return z / (1.0 + z)
'''

SOFTPLUS = '''\
def _softplus(x: float) -> float:
    """log(1 + exp(x)), exact for large |x| too."""
    return max(0.0, x) + log1p(exp(-abs(x)))
'''

LOG_SIGMOID = '''\
def _log_sigmoid(x: float) -> float:
    """log(1/(1 + exp(-x))), exact for large |x| too."""
    return min(0.0, x) - log1p(exp(-abs(x)))
'''

LOGSUMEXP = '''\
def _logsumexp(*xs: float) -> float:
    """log(exp(x1) + exp(x2) + ...), the largest term taken out first."""
    top, place = xs[0], 0
    for i, x in enumerate(xs):
        if x > top:
            top, place = x, i
    if isinf(top):
        return top
    total = 0.0
    for i, x in enumerate(xs):
        if i != place:
            total += exp(x - top)
    return top + log1p(total)
'''

NORMAL_PDF = '''\
def _normal_pdf(x: float) -> float:
    """The density of the standard normal distribution."""
    return 0.3989422804014327 * exp(-0.5 * x * x)
'''

NORMAL_CDF = '''\
def _normal_cdf(x: float) -> float:
    """The distribution function of the standard normal distribution."""
    return 0.5 * erfc(-0.7071067811865476 * x)
'''

COT_PI = '''\
def _cot_pi(x: float) -> float:
    """The cotangent of pi*x, with x reduced first."""
    return 1.0 / tan(pi * (x - round(x)))
'''

# Abramowitz and Stegun 6.3.5 (recurrence), 6.3.7 (reflection), 6.3.18 (asymptotic series).
DIGAMMA = '''\
def _digamma(x: float) -> float:
    """The derivative of lgamma: recurrence to x >= 10, then the asymptotic series."""
    around = shift = 0.0
    if x <= 0.0:
        if not x % 1.0 > 0.0:  # poles, taken from the right, and -inf
            return -inf if x % 1.0 == 0.0 else nan
        around = pi * _cot_pi(x)
        x = 1.0 - x
    while x < 10.0:
        shift += 1.0 / x
        x += 1.0
    z = 1.0 / (x * x)
    tail = z * (1.0 / 12.0 - z * (1.0 / 120.0 - z * (1.0 / 252.0 - z * (1.0 / 240.0 - z * (
        1.0 / 132.0 - z * (691.0 / 32760.0 - z * (1.0 / 12.0 - z * 3617.0 / 8160.0)))))))
    return log(x) - 0.5 / x - tail - shift - around
'''

# Abramowitz and Stegun 6.4.6 (recurrence), 6.4.7 (reflection), 6.4.11 (asymptotic series).
POLYGAMMA = '''\
def _polygamma(n: float, x: float) -> float:
    """The n-th derivative of digamma: recurrence to x >= 15 + n, then the asymptotic series."""
    order = int(n)
    if order == 0:
        return _digamma(x)
    total = around = 0.0
    odd, sign = order % 2 == 1, 1.0
    if x <= 0.0:
        if not x % 1.0 > 0.0:  # poles, taken from the right, and -inf
            return nan if x % 1.0 != 0.0 else inf if odd else -inf
        c, slope = _cot_pi(x), [0.0, 1.0]
        for _ in range(order):
            d = [k * slope[k] for k in range(1, len(slope))]
            slope = [-pi * ((d[k] if k < len(d) else 0.0) + (d[k - 2] if k > 1 else 0.0))
                     for k in range(len(d) + 2)]
        for k, coefficient in enumerate(slope):
            around += pi * coefficient * c**k
        sign, x = -1.0 if odd else 1.0, 1.0 - x
    factor = gamma(n + 1.0)
    while x < 15.0 + n:
        total += factor / _pow(x, n + 1.0)
        x += 1.0
    term = gamma(float(n)) / _pow(x, n)
    total += term + 0.5 * factor / _pow(x, n + 1.0)
    series = 0.0
    for k, b in enumerate((1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0,
                           -691.0 / 2730.0, 7.0 / 6.0, -3617.0 / 510.0), 1):
        series += b * gamma(2.0 * k + n) / gamma(2.0 * k + 1.0) / _pow(x, 2.0 * k + n)
    return sign * ((total + series) if odd else -(total + series)) - around
'''

HELPERS = {
    "_exp": Helper(EXP, ("exp", "inf")),
    "_expm1": Helper(EXPM1, ("expm1", "inf")),
    "_sinh": Helper(SINH, ("inf", "sinh")),
    "_cosh": Helper(COSH, ("cosh", "inf")),
    "_lgamma": Helper(LGAMMA, ("inf", "lgamma")),
    "_gamma": Helper(GAMMA, ("copysign", "gamma", "inf", "nan")),
    "_pow": Helper(POW, ("copysign", "inf", "nan", "pow")),
    "_cbrt": Helper(CBRT, ("copysign", "isinf")),
    "_max": Helper(MAX, ("isnan",)),
    "_min": Helper(MIN, ("isnan",)),
    "_sign": Helper(SIGN),
    "_sigmoid": Helper(SIGMOID, ("exp",)),
    "_softplus": Helper(SOFTPLUS, ("exp", "log1p")),
    "_log_sigmoid": Helper(LOG_SIGMOID, ("exp", "log1p")),
    "_logsumexp": Helper(LOGSUMEXP, ("exp", "isinf", "log1p")),
    "_normal_pdf": Helper(NORMAL_PDF, ("exp",)),
    "_normal_cdf": Helper(NORMAL_CDF, ("erfc",)),
    "_cot_pi": Helper(COT_PI, ("pi", "tan")),
    "_digamma": Helper(DIGAMMA, ("_cot_pi", "inf", "log", "nan", "pi")),
    "_polygamma": Helper(POLYGAMMA, ("_digamma", "_cot_pi", "_pow", "gamma", "inf", "nan", "pi")),
    **FAULT_HELPERS,
}
