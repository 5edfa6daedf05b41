# Made by symgrad: value, gradient, residuals, Jacobian and update step of J.
#
# Minimize J, where
#     P = (n − 1)·(1/R₁ − 1/R₂)
#     q = P − 1/s
#     i = 1/q
#     J = (i − y)²
# Sensitivities
#     δ = ∂J/∂P = −2(i − y)·i²
# Gradient
#     ∂J/∂R₁ = δ·(1 − n)/R₁²
#     ∂J/∂R₂ = δ·(n − 1)/R₂²
# Computed in another form, which keeps more digits
#     dJ_dR1 = where(n ≤ 3/2, where(R₁² == 0, 0, δ·(1 − n)/R₁²), −2/R₁·((1/q − y)/R₁)·((1 − n)/q)·(1/q))
# Accuracy: J loses all digits at R1 = 0, R2 = 0, s = 0, y = 0, n = 1.17559.
# Accuracy: dJ_dR1 loses all digits at R1 = 0, R2 = -0.0724438, s = 1.0243, y = 0.150181, n = 1.46058.
# Accuracy: dJ_dR2 loses all digits at R1 = 0, R2 = 0, s = 0, y = 0, n = 1.17559.
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

    R1: float
    R2: float


class Params(NamedTuple):
    """The parameters after a step."""

    R1: float
    R2: float


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


def value(R1, R2, s, y, n=1.5168) -> float:
    """Return J, the mean over the samples."""
    R1 = _number("R1", R1)
    R2 = _number("R2", R2)
    n = _number("n", n)
    _data = _samples(('s', 'y'), (s, y))
    with np.errstate(all="ignore"):
        P = (n - 1.0)*(1.0/R1 - 1.0/R2)
        _sums = []
        for s, y, _r0 in _blocks(1, _data):
            q = np.divide(1.0, s, _r0)
            np.subtract(P, q, q)
            i = np.divide(1.0, q, _r0)
            t1 = np.subtract(i, y, _r0)
            _sum_J = _dot(t1, t1)
            _sums.append((_sum_J,))
        _mean_J, = _means(_sums, ('s', 'y'), _data)
        return float(_mean_J)


def gradient(R1, R2, s, y, n=1.5168) -> Gradient:
    """Return the derivative of J by each parameter."""
    R1 = _number("R1", R1)
    R2 = _number("R2", R2)
    n = _number("n", n)
    _data = _samples(('s', 'y'), (s, y))
    with np.errstate(all="ignore"):
        t1 = n - 1.0
        P = t1*(1.0/R1 - 1.0/R2)
        t3 = R1*R1
        t4 = 1.0 - n
        _sums = []
        for s, y, _r0, _r1, _r2, _r3, _r4 in _blocks(5, _data):
            q = np.divide(1.0, s, _r0)
            np.subtract(P, q, q)
            i = np.divide(1.0, q, _r1)
            t2 = np.subtract(i, y, _r2)
            delta = np.multiply(t2, -2.0, _r3)
            delta *= i
            delta *= i
            np.multiply(delta, t4, _r4)
            _r4 /= t3
            _w0 = np.where(t3 == 0.0, 0.0, _r4)
            np.divide(t2, R1, _r2)
            _r2 *= -2.0/R1
            np.divide(t4, q, _r0)
            _r2 *= _r0
            _r2 *= i
            _w1 = np.where(n <= 1.5, _w0, _r2)
            _sum_dJ_dR1 = np.add.reduce(_w1)
            _sum_delta = np.add.reduce(delta)
            _sums.append((_sum_dJ_dR1, _sum_delta))
        _mean_dJ_dR1, _mean_delta = _means(_sums, ('s', 'y'), _data)
        return Gradient(*map(float, (_mean_dJ_dR1, _mean_delta*t1/(R2*R2))))


def value_and_gradient(R1, R2, s, y, n=1.5168) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    R1 = _number("R1", R1)
    R2 = _number("R2", R2)
    n = _number("n", n)
    _data = _samples(('s', 'y'), (s, y))
    with np.errstate(all="ignore"):
        t1 = n - 1.0
        P = t1*(1.0/R1 - 1.0/R2)
        t3 = R1*R1
        t4 = 1.0 - n
        _sums = []
        for s, y, _r0, _r1, _r2, _r3, _r4 in _blocks(5, _data):
            q = np.divide(1.0, s, _r0)
            np.subtract(P, q, q)
            i = np.divide(1.0, q, _r1)
            t2 = np.subtract(i, y, _r2)
            _sum_J = _dot(t2, t2)
            delta = np.multiply(t2, -2.0, _r3)
            delta *= i
            delta *= i
            np.multiply(delta, t4, _r4)
            _r4 /= t3
            _w0 = np.where(t3 == 0.0, 0.0, _r4)
            np.divide(t2, R1, _r2)
            _r2 *= -2.0/R1
            np.divide(t4, q, _r0)
            _r2 *= _r0
            _r2 *= i
            _w1 = np.where(n <= 1.5, _w0, _r2)
            _sum_dJ_dR1 = np.add.reduce(_w1)
            _sum_delta = np.add.reduce(delta)
            _sums.append((_sum_J, _sum_dJ_dR1, _sum_delta))
        _mean_J, _mean_dJ_dR1, _mean_delta = _means(_sums, ('s', 'y'), _data)
        return float(_mean_J), Gradient(*map(float, (_mean_dJ_dR1, _mean_delta*t1/(R2*R2))))


def update(R1, R2, s, y, n=1.5168, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(R1, R2, s, y, n)
    return Params(*map(float, (R1 - rate*grad.R1, R2 - rate*grad.R2)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, s, y, n=1.5168) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, s, y, n)
    return found, np.array(slope)


def residuals(theta, s, y, n=1.5168) -> np.ndarray:
    """Return what is squared in J, for each sample.

    For scipy.optimize.least_squares(residuals, start, jacobian, args=...).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    R1, R2 = _flat
    R1 = _number("R1", R1)
    R2 = _number("R2", R2)
    n = _number("n", n)
    _data = _samples(('s', 'y'), (s, y))
    for _name, _values in zip(('s', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.empty((len(_data[0]), 1))
    with np.errstate(all="ignore"):
        P = (n - 1.0)*(1.0/R1 - 1.0/R2)
        for s, y, _block, _r0 in _blocks(1, (*_data, _rows)):
            q = np.divide(1.0, s, _r0)
            np.subtract(P, q, q)
            i = np.divide(1.0, q, _r0)
            residual = np.subtract(i, y, _r0)
            _block[:, 0] = residual
    return _rows.ravel()


def jacobian(theta, s, y, n=1.5168) -> np.ndarray:
    """Return the derivatives of the residuals by the parameters: one row for each residual."""
    _flat = _vector("theta", theta, Gradient._fields)
    R1, R2 = _flat
    R1 = _number("R1", R1)
    R2 = _number("R2", R2)
    n = _number("n", n)
    _data = _samples(('s', 'y'), (s, y))
    for _name, _values in zip(('s', 'y'), _data):
        _no_nan(_name, _values)
    _rows = np.zeros((len(_data[0]), 1, 2))
    with np.errstate(all="ignore"):
        t1 = n - 1.0
        P = t1*(1.0/R1 - 1.0/R2)
        t2 = R2*R2
        for s, y, _block, _r0, _r1 in _blocks(2, (*_data, _rows)):
            q = np.divide(1.0, s, _r0)
            np.subtract(P, q, q)
            i = np.divide(1.0, q, _r0)
            delta = np.multiply(i, i, _r1)
            np.negative(delta, delta)
            dresidual_dR1 = np.multiply(delta, 1.0 - n, _r1)
            dresidual_dR1 /= R1*R1
            np.divide(i, R2, _r0)
            _w0 = np.where(t2 == 0.0, 0.0, _r0)
            np.multiply(_w0, -t1, _r0)
            _r0 *= _w0
            dresidual_dR2 = np.where(t2 == 0.0, 0.0, _r0)
            _block[:, 0, 0] = dresidual_dR1
            _block[:, 0, 1] = dresidual_dR2
    return _rows.reshape(-1, 2)
