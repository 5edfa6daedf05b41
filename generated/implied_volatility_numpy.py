# Made by symgrad: value, gradient, residuals, Jacobian and update step of J.
#
# Minimize J, where
#     q = σ·√T
#     d₁ = (log(S/K) + (r + σ²/2)·T)/q
#     d₂ = d₁ − q
#     N₁ = (1 + erf(d₁/√2))/2
#     N₂ = (1 + erf(d₂/√2))/2
#     C = SN₁ − K·exp(−rT)·N₂
#     J = (C − m)²
# Gradient
#     ∂J/∂σ = 2(C − m)·S·exp(−d₁²/2)·√T/√(2π)
# Names here: σ is sigma.
# Computed in another form, which keeps more digits
#     N₂ = erfc(−d₂/√2)/2
# Assumed: S > 0.
# Assumed: K > 0.
# Assumed: σ > 0.
# Assumed: T > 0.
"""Value, gradient, residuals, Jacobian and update step of J, as means over arrays of samples.

Data are arrays of shape (n,), or single numbers; everything else is a single number.
"""

from math import fsum
from typing import NamedTuple

import numpy as np

_CACHE = 262144  # numbers that stay near the processor
_DOUBLE = np.dtype(np.float64)


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    sigma: float


class Params(NamedTuple):
    """The parameters after a step."""

    sigma: float


def _number(name, value):
    """Return an argument as a double."""
    if type(value) is not float:
        found = np.asarray(value)
        if found.dtype.kind not in "biuf":
            raise TypeError(f"`{name}` must be a real number, not {type(value).__name__}")
        if found.ndim:
            raise ValueError(f"`{name}` must be a single number, not an array {found.shape}")
        value = float(found)
    if value != value:
        raise ValueError(f"`{name}` is NaN")
    return np.float64(value)


def _array(name, values):
    """Return data as an array of doubles: of shape (n,), or () for a single number."""
    if type(values) is np.ndarray and values.dtype is _DOUBLE and values.ndim == 1 and values.size:
        return values
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(f"`{name}` must be a plain array, not a masked one")
    try:
        found = np.asarray(values)
    except ValueError:
        raise ValueError(f"`{name}` must be an array of shape (n,)") from None
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.ndim > 1:
        raise ValueError(f"`{name}` must have the shape (n,), not {found.shape}")
    if not found.size:
        raise ValueError(f"`{name}` is empty")
    return found.astype(np.float64, copy=False)


def _samples(names, given):
    """Return all data as arrays of one length; a single number counts for every sample."""
    arrays = [_array(name, values) for name, values in zip(names, given)]
    shapes = {array.shape for array in arrays if array.ndim}
    if len(shapes) > 1:
        lengths = ", ".join(f"`{n}` {a.size}" for n, a in zip(names, arrays) if a.ndim)
        raise ValueError(f"arrays of different length: {lengths}")
    shape = shapes.pop() if shapes else (1,)
    return [array if array.ndim else np.broadcast_to(array, shape) for array in arrays]


def _no_nan(name, array):
    """Raise an exception where data are not numbers."""
    if np.isnan(array).any():
        place = int(np.argmax(np.isnan(array)))
        raise ValueError(f"`{name}` is NaN at sample {place}")


def _blocks(buffers, data):
    """Yield the data in blocks of samples, each with arrays to compute in."""
    count = len(data[0])
    size = max(512, min(32768, _CACHE // (buffers + len(data))))
    if count <= size:
        yield (*data, *np.empty((buffers, count)))
        return
    pieces = -(-count // size)
    size = -(-count // pieces)
    size += -size % 512
    room = np.empty((buffers, size))
    for start in range(0, count, size):
        if start + size > count:
            room = room[:, : count - start]
        yield (*[values[start : start + size] for values in data], *room)


def _means(sums, names, data):
    """Return the means over all samples from the sums over blocks."""
    count = len(data[0])
    totals = sums[0] if len(sums) == 1 else [_total(column) for column in zip(*sums)]
    if any(total != total for total in totals):
        for name, array in zip(names, data):
            _no_nan(name, array)
    return [np.float64(total) / count for total in totals]


def _total(parts):
    """Return the sum, rounded once."""
    try:
        return fsum(parts)
    except (OverflowError, ValueError):
        return np.add.reduce(parts)


def _polynomial(coefficients, x):
    """Return a polynomial; its coefficients are given from the highest power down."""
    total = x * coefficients[0]
    for coefficient in coefficients[1:-1]:
        total += coefficient
        total *= x
    return total + coefficients[-1]


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


def _erfc_tail(x):
    """Return erfc(|x|), as a polynomial in (|x| - 3.75)/(|x| + 3.75)."""
    x = np.minimum(np.abs(x), 30.0)
    head = np.trunc(16.0 * x) / 16.0
    # The square is taken in two parts, so that its rounding does not grow in exp.
    factor = np.exp(-head * head) * np.exp((head - x) * (head + x))
    return factor * _polynomial(_ERFC, (x - 3.75) / (x + 3.75)) / (1.0 + 2.0 * x)


_ERF = (
    -7.798543850549947e-10, 1.3721520406351094e-08, -1.6208829856810202e-07,
    1.6447471190594618e-06, -1.4924740785377576e-05, 0.00012055295112667001,
    -0.0008548325982543225, 0.005223977607269946, -0.026866170643256995, 0.1128379167094513,
    -0.37612638903183543, 1.1283791670955126,
)


def _erf(x):
    """Return the error function."""
    near = x * _polynomial(_ERF, np.minimum(x * x, 1.0))
    return np.where(np.abs(x) < 1.0, near, np.copysign(1.0 - _erfc_tail(x), x))


def _erfc(x):
    """Return 1 - erf(x), without cancellation."""
    tail = _erfc_tail(x)
    return np.where(x < 0.0, 2.0 - tail, tail)


def _row_dots(x, y):
    """Return the sum of products of each row."""
    return np.matmul(x[:, None, :], y[:, :, None]).ravel()


_row_dots = getattr(np, "vecdot", _row_dots)  # new in NumPy 2.0


def _dot(x, y):
    """Return the sum of x*y: rows of 512 products, then the rows pairwise."""
    rows = len(x) // 512
    if rows < 2:
        return np.dot(x, y)
    end = 512 * rows
    total = np.add.reduce(_row_dots(x[:end].reshape(rows, 512), y[:end].reshape(rows, 512)))
    return total if end == len(x) else total + np.dot(x[end:], y[end:])


def value(sigma, S, K, T, m, r=0.1) -> float:
    """Return J, the mean over the samples."""
    sigma = _number("sigma", sigma)
    r = _number("r", r)
    _data = _samples(('S', 'K', 'T', 'm'), (S, K, T, m))
    with np.errstate(all="ignore"):
        _sums = []
        for S, K, T, m, _r0, _r1, _r2 in _blocks(3, _data):
            q = np.sqrt(T, _r0)
            q *= sigma
            d1 = np.divide(S, K, _r1)
            np.log(d1, d1)
            np.multiply(T, r + sigma*sigma/2.0, _r2)
            d1 += _r2
            d1 /= q
            d2 = np.subtract(d1, q, _r0)
            np.divide(d1, 1.4142135623730951, _r1)
            _w0 = _erf(_r1)
            _w0 += 1.0
            N1 = np.multiply(_w0, 0.5, _w0)
            np.divide(d2, -1.4142135623730951, _r0)
            _w1 = _erfc(_r0)
            N2 = np.multiply(_w1, 0.5, _w1)
            np.multiply(S, N1, _w0)
            np.multiply(T, -r, _r0)
            np.exp(_r0, _r0)
            _r0 *= K
            _r0 *= N2
            C = np.subtract(_w0, _r0, _w0)
            t1 = np.subtract(C, m, _w0)
            _sum_J = _dot(t1, t1)
            _sums.append((_sum_J,))
        _mean_J, = _means(_sums, ('S', 'K', 'T', 'm'), _data)
        return float(_mean_J)


def gradient(sigma, S, K, T, m, r=0.1) -> Gradient:
    """Return the derivative of J by each parameter."""
    sigma = _number("sigma", sigma)
    r = _number("r", r)
    _data = _samples(('S', 'K', 'T', 'm'), (S, K, T, m))
    with np.errstate(all="ignore"):
        _sums = []
        for S, K, T, m, _r0, _r1, _r2, _r3 in _blocks(4, _data):
            t1 = np.sqrt(T, _r0)
            q = np.multiply(t1, sigma, _r1)
            d1 = np.divide(S, K, _r2)
            np.log(d1, d1)
            np.multiply(T, r + sigma*sigma/2.0, _r3)
            d1 += _r3
            d1 /= q
            d2 = np.subtract(d1, q, _r1)
            np.divide(d1, 1.4142135623730951, _r3)
            _w0 = _erf(_r3)
            _w0 += 1.0
            N1 = np.multiply(_w0, 0.5, _w0)
            np.divide(d2, -1.4142135623730951, _r1)
            _w1 = _erfc(_r1)
            N2 = np.multiply(_w1, 0.5, _w1)
            np.multiply(S, N1, _w0)
            np.multiply(T, -r, _r1)
            np.exp(_r1, _r1)
            _r1 *= K
            _r1 *= N2
            C = np.subtract(_w0, _r1, _w0)
            np.subtract(C, m, _w0)
            _w0 *= S
            np.multiply(d1, -0.5, _r1)
            _r1 *= d1
            np.exp(_r1, _r1)
            _w0 *= _r1
            _sum_dJ_dsigma = 0.7978845608028654*_dot(_w0, t1)
            _sums.append((_sum_dJ_dsigma,))
        _mean_dJ_dsigma, = _means(_sums, ('S', 'K', 'T', 'm'), _data)
        return Gradient(*map(float, (_mean_dJ_dsigma,)))


def value_and_gradient(sigma, S, K, T, m, r=0.1) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    sigma = _number("sigma", sigma)
    r = _number("r", r)
    _data = _samples(('S', 'K', 'T', 'm'), (S, K, T, m))
    with np.errstate(all="ignore"):
        _sums = []
        for S, K, T, m, _r0, _r1, _r2, _r3 in _blocks(4, _data):
            t1 = np.sqrt(T, _r0)
            q = np.multiply(t1, sigma, _r1)
            d1 = np.divide(S, K, _r2)
            np.log(d1, d1)
            np.multiply(T, r + sigma*sigma/2.0, _r3)
            d1 += _r3
            d1 /= q
            d2 = np.subtract(d1, q, _r1)
            np.divide(d1, 1.4142135623730951, _r3)
            _w0 = _erf(_r3)
            _w0 += 1.0
            N1 = np.multiply(_w0, 0.5, _w0)
            np.divide(d2, -1.4142135623730951, _r1)
            _w1 = _erfc(_r1)
            N2 = np.multiply(_w1, 0.5, _w1)
            np.multiply(S, N1, _w0)
            np.multiply(T, -r, _r1)
            np.exp(_r1, _r1)
            _r1 *= K
            _r1 *= N2
            C = np.subtract(_w0, _r1, _w0)
            t2 = np.subtract(C, m, _w0)
            _sum_J = _dot(t2, t2)
            np.multiply(t2, S, _w0)
            np.multiply(d1, -0.5, _r1)
            _r1 *= d1
            np.exp(_r1, _r1)
            _w0 *= _r1
            _sum_dJ_dsigma = 0.7978845608028654*_dot(_w0, t1)
            _sums.append((_sum_J, _sum_dJ_dsigma))
        _mean_J, _mean_dJ_dsigma = _means(_sums, ('S', 'K', 'T', 'm'), _data)
        return float(_mean_J), Gradient(*map(float, (_mean_dJ_dsigma,)))


def update(sigma, S, K, T, m, r=0.1, rate=0.002) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(sigma, S, K, T, m, r)
    return Params(*map(float, (sigma - rate*grad.sigma,)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, S, K, T, m, r=0.1) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, S, K, T, m, r)
    return found, np.array(slope)


def residuals(theta, S, K, T, m, r=0.1) -> np.ndarray:
    """Return what is squared in J, for each sample.

    For scipy.optimize.least_squares(residuals, start, jacobian, args=...).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    sigma, = _flat
    sigma = _number("sigma", sigma)
    r = _number("r", r)
    _data = _samples(('S', 'K', 'T', 'm'), (S, K, T, m))
    for _name, _values in zip(('S', 'K', 'T', 'm'), _data):
        _no_nan(_name, _values)
    _rows = np.empty((len(_data[0]), 1))
    with np.errstate(all="ignore"):
        for S, K, T, m, _block, _r0, _r1, _r2 in _blocks(3, (*_data, _rows)):
            q = np.sqrt(T, _r0)
            q *= sigma
            d1 = np.divide(S, K, _r1)
            np.log(d1, d1)
            np.multiply(T, r + sigma*sigma/2.0, _r2)
            d1 += _r2
            d1 /= q
            d2 = np.subtract(d1, q, _r0)
            np.divide(d1, 1.4142135623730951, _r1)
            _w0 = _erf(_r1)
            _w0 += 1.0
            N1 = np.multiply(_w0, 0.5, _w0)
            np.divide(d2, -1.4142135623730951, _r0)
            _w1 = _erfc(_r0)
            N2 = np.multiply(_w1, 0.5, _w1)
            np.multiply(S, N1, _w0)
            np.multiply(T, -r, _r0)
            np.exp(_r0, _r0)
            _r0 *= K
            _r0 *= N2
            C = np.subtract(_w0, _r0, _w0)
            residual = np.subtract(C, m, _w0)
            _block[:, 0] = residual
    return _rows.ravel()


def jacobian(theta, S, K, T, m, r=0.1) -> np.ndarray:
    """Return the derivatives of the residuals by the parameters: one row for each residual."""
    _flat = _vector("theta", theta, Gradient._fields)
    sigma, = _flat
    sigma = _number("sigma", sigma)
    r = _number("r", r)
    _data = _samples(('S', 'K', 'T', 'm'), (S, K, T, m))
    for _name, _values in zip(('S', 'K', 'T', 'm'), _data):
        _no_nan(_name, _values)
    _rows = np.zeros((len(_data[0]), 1, 1))
    with np.errstate(all="ignore"):
        for S, K, T, m, _block, _r0, _r1, _r2, _r3 in _blocks(4, (*_data, _rows)):
            t1 = np.sqrt(T, _r0)
            q = np.multiply(t1, sigma, _r1)
            d1 = np.divide(S, K, _r2)
            np.log(d1, d1)
            np.multiply(T, r + sigma*sigma/2.0, _r3)
            d1 += _r3
            d1 /= q
            dresidual_dsigma = np.multiply(d1, -0.5, _r1)
            dresidual_dsigma *= d1
            np.exp(dresidual_dsigma, dresidual_dsigma)
            dresidual_dsigma *= S
            dresidual_dsigma *= t1
            dresidual_dsigma /= 2.5066282746310002
            _block[:, 0, 0] = dresidual_dsigma
    return _rows.reshape(-1, 1)
