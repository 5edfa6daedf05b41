# Made by symgrad: value, gradient and update step of V.
#
# Minimize V, where
#     r = √((x − X)² + (y − Y)²)
#     s = (σ/r)⁶
#     V = 4ε·(s² − s)
# Sensitivities
#     δ = ∂V/∂r = −24ε·(2s − 1)·s/r
# Gradient
#     ∂V/∂x = δ·(x − X)/r
#     ∂V/∂y = δ·(y − Y)/r
# Names here: ε is epsilon, σ is sigma.
# Computed in another form, which keeps more digits
#     s = σ/r·(σ/r)·(σ/r)·(σ/r)·(σ/r)·(σ/r)
"""Value, gradient and update step of V, as means over arrays of samples.

Data are arrays of shape (n,), or single numbers; everything else is a single number.
"""

from math import fsum
from typing import NamedTuple

import numpy as np

_CACHE = 262144  # numbers that stay near the processor
_DOUBLE = np.dtype(np.float64)


class Gradient(NamedTuple):
    """The derivative of V by each parameter."""

    x: float
    y: float


class Params(NamedTuple):
    """The parameters after a step."""

    x: float
    y: float


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


def value(x, y, X, Y, epsilon=120.0, sigma=3.4) -> float:
    """Return V, the mean over the samples."""
    x = _number("x", x)
    y = _number("y", y)
    epsilon = _number("epsilon", epsilon)
    sigma = _number("sigma", sigma)
    _data = _samples(('X', 'Y'), (X, Y))
    with np.errstate(all="ignore"):
        _sums = []
        for X, Y, _r0, _r1 in _blocks(2, _data):
            t1 = np.subtract(x, X, _r0)
            t2 = np.subtract(y, Y, _r1)
            r = np.multiply(t1, t1, _r0)
            np.multiply(t2, t2, _r1)
            r += _r1
            np.sqrt(r, r)
            t3 = np.divide(sigma, r, _r0)
            t4 = np.multiply(t3, t3, _r0)
            s = np.multiply(t4, t4, _r1)
            s *= t4
            np.power(s, 2.0, _r0)
            _r0 -= s
            _sum_V = np.add.reduce(_r0)
            _sums.append((_sum_V,))
        _mean_V, = _means(_sums, ('X', 'Y'), _data)
        return float(4.0*epsilon*_mean_V)


def gradient(x, y, X, Y, epsilon=120.0, sigma=3.4) -> Gradient:
    """Return the derivative of V by each parameter."""
    x = _number("x", x)
    y = _number("y", y)
    epsilon = _number("epsilon", epsilon)
    sigma = _number("sigma", sigma)
    _data = _samples(('X', 'Y'), (X, Y))
    with np.errstate(all="ignore"):
        _sums = []
        for X, Y, _r0, _r1, _r2, _r3, _r4 in _blocks(5, _data):
            t1 = np.subtract(x, X, _r0)
            t2 = np.subtract(y, Y, _r1)
            r = np.multiply(t1, t1, _r2)
            np.multiply(t2, t2, _r3)
            r += _r3
            np.sqrt(r, r)
            t3 = np.divide(sigma, r, _r3)
            t4 = np.multiply(t3, t3, _r3)
            s = np.multiply(t4, t4, _r4)
            s *= t4
            delta = np.multiply(s, 2.0, _r3)
            delta -= 1.0
            delta *= 24.0*epsilon
            delta *= s
            delta /= r
            np.negative(delta, delta)
            np.multiply(delta, t1, _r0)
            _r0 /= r
            _sum_dV_dx = np.add.reduce(_r0)
            np.multiply(delta, t2, _r3)
            _r3 /= r
            _sum_dV_dy = np.add.reduce(_r3)
            _sums.append((_sum_dV_dx, _sum_dV_dy))
        _mean_dV_dx, _mean_dV_dy = _means(_sums, ('X', 'Y'), _data)
        return Gradient(*map(float, (_mean_dV_dx, _mean_dV_dy)))


def value_and_gradient(x, y, X, Y, epsilon=120.0, sigma=3.4) -> tuple[float, Gradient]:
    """Return V and its derivative by each parameter."""
    x = _number("x", x)
    y = _number("y", y)
    epsilon = _number("epsilon", epsilon)
    sigma = _number("sigma", sigma)
    _data = _samples(('X', 'Y'), (X, Y))
    with np.errstate(all="ignore"):
        _sums = []
        for X, Y, _r0, _r1, _r2, _r3, _r4 in _blocks(5, _data):
            t1 = np.subtract(x, X, _r0)
            t2 = np.subtract(y, Y, _r1)
            r = np.multiply(t1, t1, _r2)
            np.multiply(t2, t2, _r3)
            r += _r3
            np.sqrt(r, r)
            t3 = np.divide(sigma, r, _r3)
            t4 = np.multiply(t3, t3, _r3)
            s = np.multiply(t4, t4, _r4)
            s *= t4
            t5 = np.subtract(s, 1.0, _r3)
            _sum_V = _dot(s, t5)
            delta = np.add(s, t5, _r3)
            delta *= 24.0*epsilon
            delta *= s
            delta /= r
            np.negative(delta, delta)
            np.multiply(delta, t1, _r0)
            _r0 /= r
            _sum_dV_dx = np.add.reduce(_r0)
            np.multiply(delta, t2, _r3)
            _r3 /= r
            _sum_dV_dy = np.add.reduce(_r3)
            _sums.append((_sum_V, _sum_dV_dx, _sum_dV_dy))
        _mean_V, _mean_dV_dx, _mean_dV_dy = _means(_sums, ('X', 'Y'), _data)
        return float(4.0*epsilon*_mean_V), Gradient(*map(float, (_mean_dV_dx, _mean_dV_dy)))


def update(x, y, X, Y, epsilon=120.0, sigma=3.4, rate=0.001) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(x, y, X, Y, epsilon, sigma)
    return Params(*map(float, (x - rate*grad.x, y - rate*grad.y)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, X, Y, epsilon=120.0, sigma=3.4) -> tuple[float, np.ndarray]:
    """Return V and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, X, Y, epsilon, sigma)
    return found, np.array(slope)
