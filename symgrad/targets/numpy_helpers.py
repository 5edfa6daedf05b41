"""Functions that NumPy lacks, over arrays, and the common parts of an emitted NumPy file.

Their names begin with an underscore, which no author's name does in emitted code. Sources of the
formulas: Abramowitz and Stegun, Handbook of Mathematical Functions, 6.1 (gamma), 6.3 and 6.4
(digamma, polygamma), 7.1 (error function); M. M. Shepherd and J. G. Laframboise, Mathematics of
Computation 36 (1981) 249-253 (the variable in which erfc is a short polynomial). The coefficients
of both polynomials are Chebyshev fits, computed with 60 digits.
"""

from __future__ import annotations

from symgrad.targets.helper import Helper

DOT = '''\
def _row_dots(x: _Array, y: _Array) -> _Array:
    """Return the sum of products of each row."""
    rows: _Array = np.matmul(x[:, None, :], y[:, :, None]).ravel()
    return rows


_row_dots = getattr(np, "vecdot", _row_dots)  # new in NumPy 2.0


def _dot(x: _Array, y: _Array) -> float:
    """Return the sum of x*y: rows of 512 products, then the rows pairwise."""
    rows = len(x) // 512
    end = 512 * rows if rows > 1 else 0
    total: float = np.dot(x[end:], y[end:]) if end < len(x) else 0.0
    if end:
        pairs = _row_dots(x[:end].reshape(rows, 512), y[:end].reshape(rows, 512))
        total = np.add.reduce(pairs) + total
    return total
'''

HORNER = '''\
def _polynomial(coefficients: Sequence[float], x: Any) -> Any:
    """Return a polynomial; its coefficients are given from the highest power down."""
    total = x * coefficients[0]
    for coefficient in coefficients[1:-1]:
        total += coefficient
        total *= x
    return total + coefficients[-1]
'''

ERFC_TAIL = '''\
_ERFC = (
    4.2514714447963895e-10, 3.1114333809799254e-10, -5.1739902140113095e-09,
    -3.744210080962018e-09, 3.8675334242222354e-08, 2.3263508708859124e-08,
    -2.5866850716155884e-07, -5.7218230603224086e-08, 1.751637648849062e-06,
    -9.73559896736775e-07, -1.1444146237700524e-05, 2.238423915508223e-05,
    5.164909889268241e-05, -0.0002901540805408417, 0.0002937136655913448,
    0.0017556258528952954, -0.009746579558029276, 0.028362277418956406,
    -0.05869339858963677, 0.09230432116037748, -0.10880393014174886, 0.0822767384901452,
    0.0035854154854644293, -0.14024059858554697, 1.2375126308378275,
)


def _erfc_tail(x: Any) -> Any:
    """Return erfc(|x|), as a polynomial in (|x| - 3.75)/(|x| + 3.75)."""
    x = np.minimum(np.abs(x), 30.0)
    head = np.trunc(16.0 * x) / 16.0
    # The square is taken in two parts, so that its rounding does not grow in exp.
    factor = np.exp(-head * head) * np.exp((head - x) * (head + x))
    return factor * _polynomial(_ERFC, (x - 3.75) / (x + 3.75)) / (1.0 + 2.0 * x)
'''

ERF = '''\
_ERF = (
    -7.798543850549947e-10, 1.3721520406351094e-08, -1.6208829856810202e-07,
    1.6447471190594618e-06, -1.4924740785377576e-05, 0.00012055295112667001,
    -0.0008548325982543225, 0.005223977607269946, -0.026866170643256995, 0.1128379167094513,
    -0.37612638903183543, 1.1283791670955126,
)


def _erf(x: Any) -> Any:
    """Return the error function."""
    near = x * _polynomial(_ERF, np.minimum(x * x, 1.0))
    return np.where(np.abs(x) < 1.0, near, np.copysign(1.0 - _erfc_tail(x), x))
'''

ERFC = '''\
def _erfc(x: Any) -> Any:
    """Return 1 - erf(x), without cancellation."""
    tail = _erfc_tail(x)
    return np.where(x < 0.0, 2.0 - tail, tail)
'''

NORMAL_CDF = '''\
def _normal_cdf(x: Any) -> Any:
    """Return the distribution function of the standard normal distribution."""
    return 0.5 * _erfc(-0.7071067811865476 * x)
'''

LOGSUMEXP = '''\
def _logsumexp(first: Any, *others: Any) -> Any:
    """Return log(exp(x1) + exp(x2) + ...), the larger of two terms taken out first."""
    for x in others:
        top = np.maximum(first, x)
        sum_ = top + np.log1p(np.exp(-np.abs(first - x)))
        first = np.where(np.isinf(top), top, sum_)
    return first
'''

COT_PI = '''\
def _cot_pi(x: Any) -> Any:
    """Return the cotangent of pi*x, with x reduced first."""
    return 1.0 / np.tan(np.pi * (x - np.round(x)))
'''

# 6.1.33 near 1 and 2, 6.1.41 for large x, 6.1.17 for negative x.
LGAMMA = '''\
_ZETA = tuple(  # (zeta(k) - 1)/k with changing signs, from k = 21 down to 2, then 1 - 0.577...
    sign * value / k
    for sign, value, k in zip(
        (-1.0, 1.0) * 10,
        (4.769329867878066e-07, 9.539620338727962e-07, 1.908212716553939e-06,
         3.81729326499984e-06, 7.637197637899763e-06, 1.528225940865187e-05,
         3.058823630702049e-05, 6.124813505870483e-05, 0.0001227133475784891,
         0.0002460865533080483, 0.0004941886041194645, 0.0009945751278180853,
         0.0020083928260822143, 0.0040773561979443396, 0.00834927738192283, 0.01734306198444914,
         0.03692775514336993, 0.08232323371113819, 0.2020569031595943, 0.6449340668482264),
        range(21, 1, -1),
    )
) + (0.42278433509846713, 0.0)


def _lgamma(x: Any) -> Any:
    """Return the logarithm of |gamma(x)|."""
    y = np.where(x > 0.0, x, 1.0 - x)
    z = np.where(y < 1.5, y - 1.0, y - 2.0)
    middle = _polynomial(_ZETA, np.where(np.abs(z) <= 0.5, z, 0.0))
    middle -= np.where(y < 1.5, np.log1p(z), 0.0)
    top, product = y, np.ones_like(y)
    for _ in range(10):
        low = top < 10.0
        product = np.where(low, product * top, product)
        top = np.where(low, top + 1.0, top)
    tail = _polynomial((-3617.0/122400.0, 1.0/156.0, -691.0/360360.0, 1.0/1188.0, -1.0/1680.0,
                        1.0/1260.0, -1.0/360.0, 1.0/12.0), 1.0 / (top * top)) / top
    far = (top - 0.5) * (np.log(top) - 1.0) + 0.4189385332046728 + tail - np.log(product)
    positive = np.where(np.isinf(y), np.inf, np.where((y > 0.5) & (y < 2.5), middle, far))
    r = x - 2.0 * np.round(0.5 * x)
    mirrored = np.log(np.pi / np.abs(np.sin(np.pi * r))) - positive
    return np.where(x > 0.0, positive, np.where(x == np.floor(x), np.inf, mirrored))
'''

# 6.3.5 (recurrence), 6.3.7 (reflection), 6.3.18 (asymptotic series).
DIGAMMA = '''\
def _digamma(x: Any) -> Any:
    """Return the derivative of lgamma: recurrence to x >= 10, then the asymptotic series."""
    y = np.where(x > 0.0, x, 1.0 - x)
    shift = np.zeros_like(y)
    for _ in range(10):
        low = y < 10.0
        shift = np.where(low, shift + 1.0 / y, shift)
        y = np.where(low, y + 1.0, y)
    z = 1.0 / (y * y)
    tail = _polynomial((-3617.0/8160.0, 1.0/12.0, -691.0/32760.0, 1.0/132.0, -1.0/240.0,
                        1.0/252.0, -1.0/120.0, 1.0/12.0, 0.0), z)
    found = np.log(y) - 0.5 / y - tail - shift
    return np.where(x > 0.0, found, found - np.pi * _cot_pi(x))
'''

# 6.4.6 (recurrence), 6.4.7 (reflection), 6.4.11 (asymptotic series).
POLYGAMMA = '''\
def _polygamma(order: Any, x: Any) -> Any:
    """Return the derivative of digamma of a whole order, which is the same for all samples."""
    n = int(np.ravel(order)[0])
    if n == 0:
        return _digamma(x)
    factor = float(factorial(n))
    y = np.where(x > 0.0, x, 1.0 - x)
    total = np.zeros_like(y)
    for _ in range(15 + n):
        low = y < 15.0 + n
        total = np.where(low, total + factor / y ** (n + 1), total)
        y = np.where(low, y + 1.0, y)
    total += factor / n / y**n + 0.5 * factor / y ** (n + 1)
    for k, b in enumerate((1.0/6.0, -1.0/30.0, 1.0/42.0, -1.0/30.0, 5.0/66.0, -691.0/2730.0,
                           7.0/6.0, -3617.0/510.0), 1):
        total += b * float(factorial(2 * k + n - 1)) / float(factorial(2 * k)) / y ** (2 * k + n)
    slope = [0.0, 1.0]  # the derivatives of cot(pi x) are polynomials in cot(pi x)
    for _ in range(n):
        d = [k * slope[k] for k in range(1, len(slope))]
        slope = [-np.pi * (a + b) for a, b in zip([*d, 0.0, 0.0], [0.0, 0.0, *d])]
    around = np.pi * _polynomial(slope[::-1], _cot_pi(x))
    positive = total if n % 2 else -total
    return np.where(x > 0.0, positive, (-1.0) ** n * positive - around)
'''

HELPERS = {
    "_dot": Helper(DOT),
    "_polynomial": Helper(HORNER),
    "_erfc_tail": Helper(ERFC_TAIL, ("_polynomial",)),
    "_erf": Helper(ERF, ("_erfc_tail", "_polynomial")),
    "_erfc": Helper(ERFC, ("_erfc_tail",)),
    "_normal_cdf": Helper(NORMAL_CDF, ("_erfc",)),
    "_logsumexp": Helper(LOGSUMEXP),
    "_cot_pi": Helper(COT_PI),
    "_lgamma": Helper(LGAMMA, ("_polynomial",)),
    "_digamma": Helper(DIGAMMA, ("_cot_pi", "_polynomial")),
    "_polygamma": Helper(POLYGAMMA, ("_digamma", "_cot_pi", "_polynomial", "factorial")),
}
