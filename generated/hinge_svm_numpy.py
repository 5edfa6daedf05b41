# Made by symgrad: value, gradient and update step of J.
#
# Minimize J, where
#     z = w₁x₁ + w₂x₂ + b
#     m = yz
#     L = max(0, 1 − m)
#     R = λ/2·(w₁² + w₂²)
#     J = L + R
# Sensitivities
#     δ = ∂L/∂z = where(m ≥ 1, 0, −1)·y
# Gradient
#     ∂J/∂w₁ = δx₁ + λw₁
#     ∂J/∂w₂ = δx₂ + λw₂
#     ∂J/∂b = δ
# Convention: where arguments of max are equal the first one counts.
# Names here: λ is lam.
# Accuracy: dJ_dw1 loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.
# Accuracy: dJ_dw2 loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.
# Accuracy: dJ_db loses all digits at w1 = -5.20356, w2 = 0.644819, b = -0.6884, x1 = -0.179855, x2 = 0.986735, y = 1.13154, λ = 0.0989422.
"""Value, gradient and update step of J, as means over arrays of samples.

Data are arrays of shape (n,), or single numbers; everything else is a single number.
"""

from math import fsum
from typing import NamedTuple

import numpy as np

_CACHE = 262144  # numbers that stay near the processor
_DOUBLE = np.dtype(np.float64)


class Gradient(NamedTuple):
    """The derivative of J by each parameter."""

    w1: float
    w2: float
    b: float


class Params(NamedTuple):
    """The parameters after a step."""

    w1: float
    w2: float
    b: float


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


def value(w1, w2, b, x1, x2, y, lam=0.1) -> float:
    """Return J, the mean over the samples."""
    w1 = _number("w1", w1)
    w2 = _number("w2", w2)
    b = _number("b", b)
    lam = _number("lam", lam)
    _data = _samples(('x1', 'x2', 'y'), (x1, x2, y))
    with np.errstate(all="ignore"):
        R = lam/2.0*(w1*w1 + w2*w2)
        _sums = []
        for x1, x2, y, _r0, _r1 in _blocks(2, _data):
            z = np.multiply(x1, w1, _r0)
            np.multiply(x2, w2, _r1)
            z += _r1
            z += b
            m = np.multiply(y, z, _r0)
            np.subtract(1.0, m, _r0)
            np.maximum(0.0, _r0, out=_r0)
            _sum_L = np.add.reduce(_r0)
            _sums.append((_sum_L,))
        _mean_L, = _means(_sums, ('x1', 'x2', 'y'), _data)
        return float(R + _mean_L)


def gradient(w1, w2, b, x1, x2, y, lam=0.1) -> Gradient:
    """Return the derivative of J by each parameter."""
    w1 = _number("w1", w1)
    w2 = _number("w2", w2)
    b = _number("b", b)
    lam = _number("lam", lam)
    _data = _samples(('x1', 'x2', 'y'), (x1, x2, y))
    with np.errstate(all="ignore"):
        _sums = []
        for x1, x2, y, _r0, _r1 in _blocks(2, _data):
            z = np.multiply(x1, w1, _r0)
            np.multiply(x2, w2, _r1)
            z += _r1
            z += b
            m = np.multiply(y, z, _r0)
            _w0 = np.where(m >= 1.0, 0.0, -1.0)
            delta = np.multiply(_w0, y, _w0)
            _sum_dJ_dw1 = _dot(delta, x1)
            _sum_dJ_dw2 = _dot(delta, x2)
            _sum_delta = np.add.reduce(delta)
            _sums.append((_sum_dJ_dw1, _sum_dJ_dw2, _sum_delta))
        _mean_dJ_dw1, _mean_dJ_dw2, _mean_delta = _means(_sums, ('x1', 'x2', 'y'), _data)
        return Gradient(*map(float, (lam*w1 + _mean_dJ_dw1, lam*w2 + _mean_dJ_dw2, _mean_delta)))


def value_and_gradient(w1, w2, b, x1, x2, y, lam=0.1) -> tuple[float, Gradient]:
    """Return J and its derivative by each parameter."""
    w1 = _number("w1", w1)
    w2 = _number("w2", w2)
    b = _number("b", b)
    lam = _number("lam", lam)
    _data = _samples(('x1', 'x2', 'y'), (x1, x2, y))
    with np.errstate(all="ignore"):
        t1 = lam*w1
        t2 = lam*w2
        R = (t1*w1 + t2*w2)/2.0
        _sums = []
        for x1, x2, y, _r0, _r1 in _blocks(2, _data):
            z = np.multiply(x1, w1, _r0)
            np.multiply(x2, w2, _r1)
            z += _r1
            z += b
            m = np.multiply(y, z, _r0)
            np.subtract(1.0, m, _r1)
            np.maximum(0.0, _r1, out=_r1)
            _sum_L = np.add.reduce(_r1)
            _w0 = np.where(m >= 1.0, 0.0, -1.0)
            delta = np.multiply(_w0, y, _w0)
            _sum_dJ_dw1 = _dot(delta, x1)
            _sum_dJ_dw2 = _dot(delta, x2)
            _sum_delta = np.add.reduce(delta)
            _sums.append((_sum_L, _sum_dJ_dw1, _sum_dJ_dw2, _sum_delta))
        (
            _mean_L, _mean_dJ_dw1, _mean_dJ_dw2, _mean_delta,
        ) = _means(_sums, ('x1', 'x2', 'y'), _data)
        return float(R + _mean_L), Gradient(*map(float, (
            t1 + _mean_dJ_dw1, t2 + _mean_dJ_dw2, _mean_delta,
        )))


def update(w1, w2, b, x1, x2, y, lam=0.1, rate=0.2) -> Params:
    """Return the parameters after one step of gradient descent."""
    grad = gradient(w1, w2, b, x1, x2, y, lam)
    return Params(*map(float, (w1 - rate*grad.w1, w2 - rate*grad.w2, b - rate*grad.b)))


def _vector(name, values, names):
    """Return a flat vector as doubles: one number for each of `names`."""
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise TypeError(f"`{name}` must hold real numbers, not {found.dtype}")
    if found.shape != (len(names),):
        wanted = f"{', '.join(names[:9])}: shape ({len(names)},)"
        raise ValueError(f"`{name}` must hold {wanted}, not {found.shape}")
    return found.tolist()


def fun_and_jac(theta, x1, x2, y, lam=0.1) -> tuple[float, np.ndarray]:
    """Return J and its gradient at a flat vector of the parameters.

    For scipy.optimize.minimize(fun_and_jac, start, args=..., jac=True).
    """
    _flat = _vector("theta", theta, Gradient._fields)
    found, slope = value_and_gradient(*_flat, x1, x2, y, lam)
    return found, np.array(slope)
