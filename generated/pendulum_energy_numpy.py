# Made by symgrad: value, gradient and update step of H.
#
# Minimize H, where
#     v = lω
#     h = l·(1 − cos(θ))
#     T = mv²/2
#     U = mgh
#     H = T + U
# Gradient
#     ∂H/∂θ = mgl·sin(θ)
#     ∂H/∂ω = mvl
# Names here: θ is theta, ω is omega.
# Computed in another form, which keeps more digits
#     h = l·(2·sin(θ/2)²)
"""Value, gradient and update step of H, as means over arrays of samples.

Data are arrays of shape (n,), or single numbers; everything else is a single number.
"""

from math import fsum
from typing import NamedTuple

import numpy as np

_CACHE = 262144  # numbers that stay near the processor
_DOUBLE = np.dtype(np.float64)


class Gradient(NamedTuple):
    """The derivative of H by each parameter."""

    theta: float
    omega: float


class Params(NamedTuple):
    """The parameters after a step."""

    theta: float
    omega: float


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


def value(theta, omega, m, l, g=9.81) -> float:
    """Return H, the mean over the samples."""
    theta = _number("theta", theta)
    omega = _number("omega", omega)
    g = _number("g", g)
    _data = _samples(('m', 'l'), (m, l))
    with np.errstate(all="ignore"):
        t1 = np.sin(theta/2.0)
        _sums = []
        for m, l, _r0, _r1, _r2 in _blocks(3, _data):
            v = np.multiply(l, omega, _r0)
            h = np.multiply(l, 2.0*t1*t1, _r1)
            T = np.multiply(m, 0.5, _r2)
            T *= v
            T *= v
            U = np.multiply(m, g, _r0)
            U *= h
            np.add(T, U, _r2)
            _sum_H = np.add.reduce(_r2)
            _sums.append((_sum_H,))
        _mean_H, = _means(_sums, ('m', 'l'), _data)
        return float(_mean_H)


def gradient(theta, omega, m, l, g=9.81) -> Gradient:
    """Return the derivative of H by each parameter."""
    theta = _number("theta", theta)
    omega = _number("omega", omega)
    g = _number("g", g)
    _data = _samples(('m', 'l'), (m, l))
    with np.errstate(all="ignore"):
        _sums = []
        for m, l, _r0, _r1 in _blocks(2, _data):
            v = np.multiply(l, omega, _r0)
            t1 = np.multiply(m, l, _r1)
            _sum_t1 = np.add.reduce(t1)
            _sum_dH_domega = _dot(t1, v)
            _sums.append((_sum_t1, _sum_dH_domega))
        _mean_t1, _mean_dH_domega = _means(_sums, ('m', 'l'), _data)
        return Gradient(*map(float, (_mean_t1*g*np.sin(theta), _mean_dH_domega)))


def value_and_gradient(theta, omega, m, l, g=9.81) -> tuple[float, Gradient]:
    """Return H and its derivative by each parameter."""
    theta = _number("theta", theta)
    omega = _number("omega", omega)
    g = _number("g", g)
    _data = _samples(('m', 'l'), (m, l))
    with np.errstate(all="ignore"):
        t1 = np.sin(theta/2.0)
        _sums = []
        for m, l, _r0, _r1, _r2 in _blocks(3, _data):
            v = np.multiply(l, omega, _r0)
            h = np.multiply(l, 2.0*t1*t1, _r1)
            t2 = np.multiply(m, v, _r2)
            _sum_dH_domega = _dot(t2, l)
            T = np.multiply(t2, 0.5, _r2)
            T *= v
            t3 = np.multiply(m, g, _r0)
            _sum_dH_dtheta = np.sin(theta)*_dot(t3, l)
            U = np.multiply(t3, h, _r0)
            np.add(T, U, _r2)
            _sum_H = np.add.reduce(_r2)
            _sums.append((_sum_H, _sum_dH_dtheta, _sum_dH_domega))
        _mean_H, _mean_dH_dtheta, _mean_dH_domega = _means(_sums, ('m', 'l'), _data)
        return float(_mean_H), Gradient(*map(float, (_mean_dH_dtheta, _mean_dH_domega)))


def update(theta, omega, m, l, g=9.81, rate=0.05) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(theta, omega, m, l, g)
    return Params(*map(float, (theta - rate*grad.theta, omega - rate*grad.omega)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta_, m, l, g=9.81) -> tuple[float, np.ndarray]:
    """Return H and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta_", theta_, Gradient._fields)
    found, slope = value_and_gradient(*_flat, m, l, g)
    return found, np.array(slope)
