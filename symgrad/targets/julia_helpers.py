"""Functions that Julia lacks, or that raise an exception there, as text for the emitted module.

Outside of its domain a function gives NaN, as IEEE 754 has it. Their names begin with an
underscore, which no author's name does in emitted code.
"""

from __future__ import annotations

from symgrad.targets.helper import Helper


def _inside(name: str, condition: str) -> Helper:
    """Return a function of the library that is NaN where the library would raise."""
    return Helper(f"_{name}(x) = {condition} ? {name}(x) : oftype(x, NaN)\n")


_SIGMOID = """\
# 1/(1 + exp(-x)); exp is only taken where it cannot overflow.
function _sigmoid(x)
    z = exp(-abs(x))
    return x >= 0 ? 1.0/(1.0 + z) : z/(1.0 + z)
end
"""

_SOFTPLUS = """\
# log(1 + exp(x)), exact for large |x| too.
_softplus(x) = max(x, 0.0) + log1p(exp(-abs(x)))
"""

_LOG_SIGMOID = """\
# log(1/(1 + exp(-x))), exact for large |x| too.
_log_sigmoid(x) = min(x, 0.0) - log1p(exp(-abs(x)))
"""

_LOGSUMEXP = """\
# log(exp(x1) + exp(x2) + ...), the largest term taken out first.
function _logsumexp(xs...)
    top, place = findmax(xs)
    isfinite(top) || return top
    return top + log1p(sum(i == place ? zero(x) : exp(x - top) for (i, x) in enumerate(xs)))
end
"""

_NORMAL_PDF = """\
# The density of the standard normal distribution.
_normal_pdf(x) = 0.3989422804014327*exp(-0.5*x*x)
"""

_NORMAL_CDF = """\
# The distribution function of the standard normal distribution.
_normal_cdf(x) = 0.5*SpecialFunctions.erfc(-0.7071067811865476*x)
"""

_POW = """\
# x^y, NaN where x is negative and y no whole number.
_pow(x, y) = x < 0 && isfinite(y) && !isinteger(y) ? oftype(x*y, NaN) : x^y
"""

HELPERS = {
    **{f"_{name}": _inside(name, "!(x < 0)") for name in ("log", "log2", "log10", "sqrt")},
    **{f"_{name}": _inside(name, "isfinite(x)") for name in ("sin", "cos", "tan")},
    **{f"_{name}": _inside(name, "abs(x) <= 1") for name in ("asin", "acos", "atanh")},
    "_acosh": _inside("acosh", "x >= 1"),
    "_log1p": _inside("log1p", "x >= -1"),
    "_sigmoid": Helper(_SIGMOID),
    "_softplus": Helper(_SOFTPLUS),
    "_log_sigmoid": Helper(_LOG_SIGMOID),
    "_logsumexp": Helper(_LOGSUMEXP),
    "_normal_pdf": Helper(_NORMAL_PDF),
    "_normal_cdf": Helper(_NORMAL_CDF, ("SpecialFunctions",)),
    "_pow": Helper(_POW),
}
