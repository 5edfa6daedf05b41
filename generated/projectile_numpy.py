# Made by symgrad: value, gradient, residuals, Jacobian and update step of J.
#
# Minimize J, where
#     a = v·cos(θ)
#     b = v·sin(θ)
#     t = (b + √(b² + 2gk))/g
#     X = at
#     J = (X − D)²
# Sensitivities
#     δ_X = ∂J/∂X = 2(X − D)
#     δ_b = ∂J/∂b = δ_X·a·(1 + b/√(b² + 2gk))/g
#     δ_a = ∂J/∂a = δ_X·t
# Gradient
#     ∂J/∂v = δ_a·cos(θ) + δ_b·sin(θ)
#     ∂J/∂θ = −δ_a·b + δ_b·a
# Names here: θ is theta.
# Computed in another form, which keeps more digits
#     t = where(b ≤ 0, 2gk/(√(b² + 2gk) − b)/g, (b + √(b² + 2gk))/g)
#     δ_b = a·(δ_X·where(b < 0, 2gk/(√(b² + 2gk) − b), √(b² + 2gk) + b)/(√(b² + 2gk)·g))
# Accuracy: dJ_dv loses 14 of 16 digits at v = 74.8193, θ = -0.104809, D = 0.265258, g = -1.35382e-07, k = -3.1434e-06.
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

    v: float
    theta: float


class Params(NamedTuple):
    """The parameters after a step."""

    v: float
    theta: float


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


def value(v, theta, D, g=9.81, k=1.5) -> float:
    """Return J, the mean over the samples."""
    v = _number("v", v)
    theta = _number("theta", theta)
    g = _number("g", g)
    k = _number("k", k)
    _data = _samples(('D',), (D,))
    with np.errstate(all="ignore"):
        a = v*np.cos(theta)
        b = v*np.sin(theta)
        t1 = 2.0*g*k
        t2 = b*b + t1
        t = np.where(b <= 0.0, t1/(np.sqrt(t2) - b)/g, (b + np.sqrt(t2))/g)[()]
        X = a*t
        _sums = []
        for D, _r0 in _blocks(1, _data):
            t3 = np.subtract(X, D, _r0)
            _sum_J = _dot(t3, t3)
            _sums.append((_sum_J,))
        _mean_J, = _means(_sums, ('D',), _data)
        return float(_mean_J)


def gradient(v, theta, D, g=9.81, k=1.5) -> Gradient:
    """Return the derivative of J by each parameter."""
    v = _number("v", v)
    theta = _number("theta", theta)
    g = _number("g", g)
    k = _number("k", k)
    _data = _samples(('D',), (D,))
    with np.errstate(all="ignore"):
        t1 = np.cos(theta)
        a = v*t1
        t2 = np.sin(theta)
        b = v*t2
        t3 = 2.0*g*k
        t4 = np.sqrt(b*b + t3)
        t5 = t4 - b
        t6 = b + t4
        t = np.where(b <= 0.0, t3/t5/g, t6/g)[()]
        X = a*t
        _sums = []
        for D, _r0, _r1, _r2, _r3 in _blocks(4, _data):
            delta_X = np.subtract(X, D, _r0)
            delta_X *= 2.0
            delta_b = np.multiply(delta_X, np.where(b < 0.0, t3/t5, t6)[()], _r1)
            delta_b /= t4*g
            delta_b *= a
            delta_a = np.multiply(delta_X, t, _r0)
            np.multiply(delta_a, t1, _r2)
            np.multiply(delta_b, t2, _r3)
            _r2 += _r3
            _sum_dJ_dv = np.add.reduce(_r2)
            np.multiply(delta_b, a, _r1)
            np.multiply(delta_a, b, _r0)
            _r1 -= _r0
            _sum_dJ_dtheta = np.add.reduce(_r1)
            _sums.append((_sum_dJ_dv, _sum_dJ_dtheta))
        _mean_dJ_dv, _mean_dJ_dtheta = _means(_sums, ('D',), _data)
        return Gradient(*map(float, (_mean_dJ_dv, _mean_dJ_dtheta)))


def value_and_gradient(v, theta, D, g=9.81, k=1.5) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    v = _number("v", v)
    theta = _number("theta", theta)
    g = _number("g", g)
    k = _number("k", k)
    _data = _samples(('D',), (D,))
    with np.errstate(all="ignore"):
        t1 = np.cos(theta)
        a = v*t1
        t2 = np.sin(theta)
        b = v*t2
        t3 = 2.0*g*k
        t4 = np.sqrt(b*b + t3)
        t5 = t4 - b
        t6 = b + t4
        t = np.where(b <= 0.0, t3/t5/g, t6/g)[()]
        X = a*t
        _sums = []
        for D, _r0, _r1, _r2, _r3 in _blocks(4, _data):
            t7 = np.subtract(X, D, _r0)
            _sum_J = _dot(t7, t7)
            delta_X = np.multiply(t7, 2.0, _r0)
            delta_b = np.multiply(delta_X, np.where(b < 0.0, t3/t5, t6)[()], _r1)
            delta_b /= t4*g
            delta_b *= a
            delta_a = np.multiply(delta_X, t, _r0)
            np.multiply(delta_a, t1, _r2)
            np.multiply(delta_b, t2, _r3)
            _r2 += _r3
            _sum_dJ_dv = np.add.reduce(_r2)
            np.multiply(delta_b, a, _r1)
            np.multiply(delta_a, b, _r0)
            _r1 -= _r0
            _sum_dJ_dtheta = np.add.reduce(_r1)
            _sums.append((_sum_J, _sum_dJ_dv, _sum_dJ_dtheta))
        _mean_J, _mean_dJ_dv, _mean_dJ_dtheta = _means(_sums, ('D',), _data)
        return float(_mean_J), Gradient(*map(float, (_mean_dJ_dv, _mean_dJ_dtheta)))


def update(v, theta, D, g=9.81, k=1.5, rate=0.01) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(v, theta, D, g, k)
    return Params(*map(float, (v - rate*grad.v, theta - rate*grad.theta)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta_, D, g=9.81, k=1.5) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta_", theta_, Gradient._fields)
    found, slope = value_and_gradient(*_flat, D, g, k)
    return found, np.array(slope)


def residuals(theta_, D, g=9.81, k=1.5) -> np.ndarray:
    """Return what is squared in J, for each sample.

    For scipy.optimize.least_squares(residuals, start, jacobian, args=...).
    """
    _flat = _vector("theta_", theta_, Gradient._fields)
    v, theta = _flat
    v = _number("v", v)
    theta = _number("theta", theta)
    g = _number("g", g)
    k = _number("k", k)
    _data = _samples(('D',), (D,))
    for _name, _values in zip(('D',), _data):
        _no_nan(_name, _values)
    _rows = np.empty((len(_data[0]), 1))
    with np.errstate(all="ignore"):
        a = v*np.cos(theta)
        b = v*np.sin(theta)
        t1 = b*b + 2.0*g*k
        t = np.where(b <= 0.0, 2.0*k/(np.sqrt(t1) - b), (b + np.sqrt(t1))/g)[()]
        X = a*t
        for D, _block, _r0 in _blocks(1, (*_data, _rows)):
            residual = np.subtract(X, D, _r0)
            _block[:, 0] = residual
    return _rows.ravel()


def jacobian(theta_, D, g=9.81, k=1.5) -> np.ndarray:
    """Return the derivatives of the residuals by the parameters: one row for each residual."""
    _flat = _vector("theta_", theta_, Gradient._fields)
    v, theta = _flat
    v = _number("v", v)
    theta = _number("theta", theta)
    g = _number("g", g)
    k = _number("k", k)
    _data = _samples(('D',), (D,))
    for _name, _values in zip(('D',), _data):
        _no_nan(_name, _values)
    _rows = np.zeros((len(_data[0]), 1, 2))
    with np.errstate(all="ignore"):
        t1 = np.cos(theta)
        a = v*t1
        t2 = np.sin(theta)
        b = v*t2
        t3 = b*b + 2.0*g*k
        t4 = np.where(b <= 0.0, np.sqrt(t3), 0.0)[()]
        t5 = np.where(b <= 0.0, 0.0, np.sqrt(t3))[()]
        t6 = t4 - b
        t = np.where(b <= 0.0, 2.0*k/t6, (b + t5)/g)[()]
        delta = np.where(b <= 0.0, 2.0*a*k/(t6*t4), a*(1.0 + b/t5)/g)[()]
        dresidual_dv = delta*t2 + t*t1
        dresidual_dtheta = delta*a - t*b
        for D, _block in _blocks(0, (*_data, _rows)):
            _block[:, 0, 0] = dresidual_dv
            _block[:, 0, 1] = dresidual_dtheta
    return _rows.reshape(-1, 2)
