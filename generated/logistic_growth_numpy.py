# Made by symgrad: value, gradient, residuals, Jacobian and update step of J.
#
# Minimize J, where
#     q = (K − N₀)/N₀
#     N = K/(1 + q·exp(−rt))
#     J = (log(N) − log(y))²
# Sensitivities
#     δ_N = ∂J/∂N = 2(log(N) − log(y))/N
#     δ_q = ∂J/∂q = −δ_N·exp(−rt)·N/(1 + q·exp(−rt))
# Gradient
#     ∂J/∂K = δ_q/N₀ + δ_N/(1 + q·exp(−rt))
#     ∂J/∂r = δ_N·q·exp(−rt)·tN/(1 + q·exp(−rt))
#     ∂J/∂N₀ = −δ_q·(1 + q)/N₀
# Accuracy: J loses 3 of 16 digits at K = 0.000408934, r = -0.000203156, N0 = 1.29387, t = -1.55499e-07, y = 0.00340256.
# Accuracy: dJ_dK loses all digits at K = 293.935, r = 6.42308e-07, N0 = 2.89608e-05, t = -7.76497e-05, y = 0.005072.
# Accuracy: dJ_dr loses 4 of 16 digits at K = 0.000408934, r = -0.000203156, N0 = 1.29387, t = -1.55499e-07, y = 0.00340256.
# Accuracy: dJ_dN0 loses 12 of 16 digits at K = 1e-12, r = 0.337262, N0 = 2.91527, t = 11.2651, y = 53.701.
# Assumed: K > 0.
# Assumed: N0 > 0.
# Assumed: y > 0.
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

    K: float
    r: float
    N0: float


class Params(NamedTuple):
    """The parameters after a step."""

    K: float
    r: float
    N0: float


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


def value(K, r, N0, t, y) -> float:
    """Return J, the mean over the samples."""
    K = _number("K", K)
    r = _number("r", r)
    N0 = _number("N0", N0)
    _data = _samples(('t', 'y'), (t, y))
    with np.errstate(all="ignore"):
        q = (K - N0)/N0
        _sums = []
        for t, y, _r0, _r1 in _blocks(2, _data):
            N = np.multiply(t, -r, _r0)
            np.exp(N, N)
            N *= q
            N += 1.0
            np.divide(K, N, N)
            t1 = np.log(N, _r0)
            np.log(y, _r1)
            t1 -= _r1
            _sum_J = _dot(t1, t1)
            _sums.append((_sum_J,))
        _mean_J, = _means(_sums, ('t', 'y'), _data)
        return float(_mean_J)


def gradient(K, r, N0, t, y) -> Gradient:
    """Return the derivative of J by each parameter."""
    K = _number("K", K)
    r = _number("r", r)
    N0 = _number("N0", N0)
    _data = _samples(('t', 'y'), (t, y))
    with np.errstate(all="ignore"):
        q = (K - N0)/N0
        _sums = []
        for t, y, _r0, _r1, _r2, _r3, _r4, _r5 in _blocks(6, _data):
            t1 = np.multiply(t, -r, _r0)
            np.exp(t1, t1)
            t2 = np.multiply(t1, q, _r1)
            t3 = np.add(1.0, t2, _r2)
            N = np.divide(K, t3, _r3)
            delta_N = np.log(N, _r4)
            np.log(y, _r5)
            delta_N -= _r5
            delta_N *= 2.0
            delta_N /= N
            t4 = np.multiply(delta_N, N, _r3)
            np.multiply(t4, t2, _r1)
            _r1 *= t
            _r1 /= t3
            _sum_dJ_dr = np.add.reduce(_r1)
            delta_q = np.multiply(t4, t1, _r3)
            delta_q /= t3
            np.negative(delta_q, delta_q)
            np.divide(delta_q, N0, _r0)
            np.divide(delta_N, t3, _r4)
            _r0 += _r4
            _sum_dJ_dK = np.add.reduce(_r0)
            _sum_delta_q = np.add.reduce(delta_q)
            _sums.append((_sum_dJ_dK, _sum_dJ_dr, _sum_delta_q))
        _mean_dJ_dK, _mean_dJ_dr, _mean_delta_q = _means(_sums, ('t', 'y'), _data)
        return Gradient(*map(float, (_mean_dJ_dK, _mean_dJ_dr, -_mean_delta_q*(1.0 + q)/N0)))


def value_and_gradient(K, r, N0, t, y) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    K = _number("K", K)
    r = _number("r", r)
    N0 = _number("N0", N0)
    _data = _samples(('t', 'y'), (t, y))
    with np.errstate(all="ignore"):
        q = (K - N0)/N0
        _sums = []
        for t, y, _r0, _r1, _r2, _r3, _r4, _r5 in _blocks(6, _data):
            t1 = np.multiply(t, -r, _r0)
            np.exp(t1, t1)
            t2 = np.multiply(t1, q, _r1)
            t3 = np.add(1.0, t2, _r2)
            N = np.divide(K, t3, _r3)
            t4 = np.log(N, _r4)
            np.log(y, _r5)
            t4 -= _r5
            _sum_J = _dot(t4, t4)
            delta_N = np.multiply(t4, 2.0, _r4)
            delta_N /= N
            t5 = np.multiply(delta_N, N, _r3)
            np.multiply(t5, t2, _r1)
            _r1 *= t
            _r1 /= t3
            _sum_dJ_dr = np.add.reduce(_r1)
            delta_q = np.multiply(t5, t1, _r3)
            delta_q /= t3
            np.negative(delta_q, delta_q)
            np.divide(delta_q, N0, _r0)
            np.divide(delta_N, t3, _r4)
            _r0 += _r4
            _sum_dJ_dK = np.add.reduce(_r0)
            _sum_delta_q = np.add.reduce(delta_q)
            _sums.append((_sum_J, _sum_dJ_dK, _sum_dJ_dr, _sum_delta_q))
        _mean_J, _mean_dJ_dK, _mean_dJ_dr, _mean_delta_q = _means(_sums, ('t', 'y'), _data)
        return float(_mean_J), Gradient(*map(float, (
            _mean_dJ_dK, _mean_dJ_dr, -_mean_delta_q*(1.0 + q)/N0,
        )))


def update(K, r, N0, t, y, rate=0.005) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(K, r, N0, t, y)
    return Params(*map(float, (K - rate*grad.K, r - rate*grad.r, N0 - rate*grad.N0)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, t, y) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, t, y)
    return found, np.array(slope)


def residuals(theta, t, y) -> np.ndarray:
    """Return what is squared in J, for each sample.

    For scipy.optimize.least_squares(residuals, start, jacobian, args=...).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    K, r, N0 = _flat
    K = _number("K", K)
    r = _number("r", r)
    N0 = _number("N0", N0)
    _data = _samples(('t', 'y'), (t, y))
    for _name, _values in zip(('t', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.empty((len(_data[0]), 1))
    with np.errstate(all="ignore"):
        for t, y, _block, _r0, _r1 in _blocks(2, (*_data, _rows)):
            t1 = np.multiply(t, -r, _r0)
            N = np.exp(t1, _r1)
            N *= K
            N /= N0
            np.expm1(t1, _r0)
            N -= _r0
            np.divide(K, N, N)
            residual = np.log(N, _r1)
            np.log(y, _r0)
            residual -= _r0
            _block[:, 0] = residual
    return _rows.ravel()


def jacobian(theta, t, y) -> np.ndarray:
    """Return the derivatives of the residuals by the parameters: one row for each residual."""
    _flat = _vector("theta", theta, Gradient._fields)
    K, r, N0 = _flat
    K = _number("K", K)
    r = _number("r", r)
    N0 = _number("N0", N0)
    _data = _samples(('t', 'y'), (t, y))
    for _name, _values in zip(('t', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.zeros((len(_data[0]), 1, 3))
    with np.errstate(all="ignore"):
        t1 = K - N0
        q = t1/N0
        for t, y, _block, _r0, _r1, _r2, _r3, _r4 in _blocks(5, (*_data, _rows)):
            t2 = np.multiply(t, r, _r0)
            t3 = np.negative(t2, _r1)
            np.exp(t3, t3)
            t4 = np.multiply(t3, q, _r2)
            t4 += 1.0
            delta = np.divide(t3, t4, _r1)
            np.negative(delta, delta)
            dresidual_dK = np.divide(delta, N0, _r1)
            dresidual_dK += 1.0/K
            np.multiply(t, q, _r3)
            np.exp(t2, _r4)
            _r4 += q
            _r3 /= _r4
            dresidual_dr = np.where(t4 == 0.0, 0.0, _r3)
            t5 = np.multiply(t2, 0.25, _r2)
            np.exp(t5, t5)
            dresidual_dN0 = np.multiply(t5, N0, _r3)
            np.multiply(t2, 0.5, _r0)
            np.exp(_r0, _r0)
            dresidual_dN0 *= _r0
            dresidual_dN0 *= t5
            dresidual_dN0 += t1
            dresidual_dN0 *= N0
            np.divide(K, dresidual_dN0, dresidual_dN0)
            _block[:, 0, 0] = dresidual_dK
            _block[:, 0, 1] = dresidual_dr
            _block[:, 0, 2] = dresidual_dN0
    return _rows.reshape(-1, 3)
