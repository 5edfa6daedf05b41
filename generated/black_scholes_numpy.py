# Made by symgrad: value, gradient and update step of C.
#
# Minimize C, where
#     d₁ = (log(S/K) + (r + σ²/2)·T)/(σ·√T)
#     d₂ = d₁ − σ·√T
#     C = S·normal_cdf(d₁) − K·exp(−rT)·normal_cdf(d₂)
# Sensitivities
#     δ = ∂C/∂d₂ = −S·normal_pdf(d₁)
# Gradient
#     ∂C/∂S = normal_cdf(d₁)
#     ∂C/∂r = K·normal_cdf(d₂)·exp(−rT)·T
#     ∂C/∂σ = −δ·√T
#     ∂C/∂T = −δσ/(2·√T) + K·normal_cdf(d₂)·exp(−rT)·r
# Names here: σ is sigma.
# Accuracy: C loses 5 of 16 digits at S = 1, r = 0.116561, σ = 0.215587, T = 0.406341, K = 43.8695.
# Assumed: S > 0.
# Assumed: K > 0.
# Assumed: σ > 0.
# Assumed: T > 0.
"""Value, gradient and update step of C, as means over arrays of samples.

Data are arrays of shape (n,), or single numbers; everything else is a single number.
"""

from math import fsum
from typing import NamedTuple

import numpy as np

_CACHE = 262144  # numbers that stay near the processor
_DOUBLE = np.dtype(np.float64)


class Gradient(NamedTuple):
    """The derivative of C by each parameter."""

    S: float
    r: float
    sigma: float
    T: float


class Params(NamedTuple):
    """The parameters after a step."""

    S: float
    r: float
    sigma: float
    T: float


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


def _erfc(x):
    """Return 1 - erf(x), without cancellation."""
    tail = _erfc_tail(x)
    return np.where(x < 0.0, 2.0 - tail, tail)


def _normal_cdf(x):
    """Return the distribution function of the standard normal distribution."""
    return 0.5 * _erfc(-0.7071067811865476 * x)


def value(S, r, sigma, T, K) -> float:
    """Return C, the mean over the samples."""
    S = _number("S", S)
    r = _number("r", r)
    sigma = _number("sigma", sigma)
    T = _number("T", T)
    _data = _samples(('K',), (K,))
    with np.errstate(all="ignore"):
        t1 = sigma*np.sqrt(T)
        _sums = []
        for K, _r0, _r1 in _blocks(2, _data):
            d1 = np.divide(S, K, _r0)
            np.log(d1, d1)
            d1 += (r + sigma*sigma/2.0)*T
            d1 /= t1
            d2 = np.subtract(d1, t1, _r1)
            _w0 = _normal_cdf(d1)
            _w0 *= S
            np.multiply(K, np.exp(-r*T), _r0)
            _w1 = _normal_cdf(d2)
            _r0 *= _w1
            _w0 -= _r0
            _sum_C = np.add.reduce(_w0)
            _sums.append((_sum_C,))
        _mean_C, = _means(_sums, ('K',), _data)
        return float(_mean_C)


def gradient(S, r, sigma, T, K) -> Gradient:
    """Return the derivative of C by each parameter."""
    S = _number("S", S)
    r = _number("r", r)
    sigma = _number("sigma", sigma)
    T = _number("T", T)
    _data = _samples(('K',), (K,))
    with np.errstate(all="ignore"):
        t1 = np.sqrt(T)
        t2 = sigma*t1
        _sums = []
        for K, _r0, _r1, _r2 in _blocks(3, _data):
            d1 = np.divide(S, K, _r0)
            np.log(d1, d1)
            d1 += (r + sigma*sigma/2.0)*T
            d1 /= t2
            _w0 = _normal_cdf(d1)
            _sum_dC_dS = np.add.reduce(_w0)
            d2 = np.subtract(d1, t2, _r1)
            delta = np.multiply(d1, -0.5, _r2)
            delta *= d1
            np.exp(delta, delta)
            delta /= 2.5066282746310002
            delta *= -S
            _sum_delta = np.add.reduce(delta)
            t3 = np.multiply(K, np.exp(-r*T), _r0)
            _w1 = _normal_cdf(d2)
            t3 *= _w1
            _sum_t3 = np.add.reduce(t3)
            np.multiply(t3, r, _r0)
            np.multiply(delta, sigma, _r2)
            _r2 /= 2.0*t1
            _r0 -= _r2
            _sum_dC_dT = np.add.reduce(_r0)
            _sums.append((_sum_dC_dS, _sum_t3, _sum_delta, _sum_dC_dT))
        _mean_dC_dS, _mean_t3, _mean_delta, _mean_dC_dT = _means(_sums, ('K',), _data)
        return Gradient(*map(float, (_mean_dC_dS, _mean_t3*T, -_mean_delta*t1, _mean_dC_dT)))


def value_and_gradient(S, r, sigma, T, K) -> tuple[float, Gradient]:
    """Return C and its derivative by each parameter."""
    S = _number("S", S)
    r = _number("r", r)
    sigma = _number("sigma", sigma)
    T = _number("T", T)
    _data = _samples(('K',), (K,))
    with np.errstate(all="ignore"):
        t1 = np.sqrt(T)
        t2 = sigma*t1
        _sums = []
        for K, _r0, _r1, _r2 in _blocks(3, _data):
            d1 = np.divide(S, K, _r0)
            np.log(d1, d1)
            d1 += (r + sigma*sigma/2.0)*T
            d1 /= t2
            d2 = np.subtract(d1, t2, _r1)
            dC_dS = _normal_cdf(d1)
            _sum_dC_dS = np.add.reduce(dC_dS)
            t3 = np.multiply(K, np.exp(-r*T), _r2)
            _w0 = _normal_cdf(d2)
            t3 *= _w0
            dC_dS *= S
            dC_dS -= t3
            _sum_C = np.add.reduce(dC_dS)
            _sum_t3 = np.add.reduce(t3)
            delta = np.multiply(d1, -0.5, _r1)
            delta *= d1
            np.exp(delta, delta)
            delta /= 2.5066282746310002
            delta *= -S
            _sum_delta = np.add.reduce(delta)
            np.multiply(t3, r, _r2)
            np.multiply(delta, sigma, _r1)
            _r1 /= 2.0*t1
            _r2 -= _r1
            _sum_dC_dT = np.add.reduce(_r2)
            _sums.append((_sum_C, _sum_dC_dS, _sum_t3, _sum_delta, _sum_dC_dT))
        (
            _mean_C, _mean_dC_dS, _mean_t3, _mean_delta, _mean_dC_dT,
        ) = _means(_sums, ('K',), _data)
        return float(_mean_C), Gradient(*map(float, (
            _mean_dC_dS, _mean_t3*T, -_mean_delta*t1, _mean_dC_dT,
        )))


def update(S, r, sigma, T, K, rate=0.0001) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(S, r, sigma, T, K)
    return Params(*map(float, (
        S - rate*grad.S, r - rate*grad.r, sigma - rate*grad.sigma, T - rate*grad.T,
    )))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, K) -> tuple[float, np.ndarray]:
    """Return C and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, K)
    return found, np.array(slope)
